//! Which points a copy still has: the rules of restic's `forget`.
//!
//! As `internal/restic/snapshot_policy.go` (`ApplyPolicy`) has them: points are looked at from the newest on; `last`
//! counts points, the calendar rules keep the newest of each hour, day, ISO week, month or year that has one, by the clock
//! that points are dated by, which is UTC in every job that we generate; `within` reaches back from the newest point. A
//! point stays while any rule wants it.
//!
//! Forgetting after each run, as people do, keeps the same points as forgetting once: what one call keeps, each earlier
//! call kept too, and the newest point of a bucket is the newest of it for every later call.

use super::stream::Stream;
use crate::calendar::{Zone, civil, day_number};
use crate::model::{Keep, Within};

/// Rules with the zone that they count days in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Retention {
    pub(super) keep: Keep,
    pub(super) zone: Zone,
}

/// A unit of the calendar that a rule counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bucket {
    Hour,
    Day,
    Week,
    Month,
    Year,
}

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// Which of the points, given oldest first by the time that they were made, the rules keep.
pub fn kept(made: &[i64], keep: &Keep, zone: &Zone) -> Vec<bool> {
    let Some(newest) = made.last() else { return Vec::new() };
    let threshold = keep.within.map(|within| reach(within, zone, *newest));
    let mut counts = rules(keep);
    let mut seen: [Option<i64>; 5] = [None; 5];
    let mut last = keep.last;
    let mut result: Vec<bool> = made.iter().map(|at| threshold.is_some_and(|threshold| *at > threshold)).collect();
    for (at, keeps) in made.iter().zip(&mut result).rev() {
        *keeps |= last > 0;
        last = last.saturating_sub(1);
        for ((bucket, count), seen) in counts.iter_mut().zip(&mut seen) {
            let key = Some(bucket.key(local(zone, *at)));
            if *count > 0 && *seen != key {
                *keeps = true;
                *count -= 1;
                *seen = key;
            }
        }
    }
    result
}

impl Retention {
    /// The newest run up to `limit` whose point the rules keep once the run `newest` is complete. Runs that have `failed`
    /// left no point: the rules do not count them, so that what they would have replaced is still there.
    pub(super) fn newest_kept(&self, stream: &Stream, limit: i64, newest: i64, failed: &[i64]) -> Option<i64> {
        let limit = made(stream, limit, failed)?;
        let newest = made(stream, newest, failed)?;
        if limit >= newest || self.keeps_by_count(stream, limit, newest, failed) {
            return Some(limit);
        }
        if let Some(within) = self.keep.within
            && limit > reach(within, &self.zone, newest)
        {
            return Some(limit);
        }
        rules(&self.keep)
            .into_iter()
            .filter_map(|(bucket, count)| {
                self.heads(stream, bucket, newest, failed).take(count as usize).find(|head| *head <= limit)
            })
            .max()
    }

    /// The oldest run that the rules keep once the run `newest` is complete, by each rule.
    pub(super) fn oldest_kept(&self, stream: &Stream, newest: i64) -> Option<i64> {
        let by_count = (1..self.keep.last).try_fold(newest, |run, _| stream.last_run(run - 1)).unwrap_or(newest);
        let by_span = self.keep.within.and_then(|within| stream.first_run(reach(within, &self.zone, newest) + 1));
        let by_bucket = rules(&self.keep).into_iter().filter(|(_, count)| *count > 0).map(|(bucket, count)| {
            self.heads(stream, bucket, newest, &[]).take(count as usize).last().unwrap_or(newest)
        });
        by_bucket.chain(by_span).chain([by_count]).min()
    }

    /// Whether fewer than `last` runs follow one, up to the newest.
    fn keeps_by_count(&self, stream: &Stream, run: i64, newest: i64, failed: &[i64]) -> bool {
        let mut at = run;
        let mut left = self.keep.last;
        while left > 0 {
            match stream.first_run(at + 1) {
                Some(next) if next <= newest => at = next,
                _ => return true,
            }
            left -= u32::from(!failed.contains(&at));
        }
        false
    }

    /// The newest runs of each bucket, from the newest on.
    fn heads<'s>(
        &'s self,
        stream: &'s Stream,
        bucket: Bucket,
        newest: i64,
        failed: &'s [i64],
    ) -> impl Iterator<Item = i64> + 's {
        std::iter::successors(Some(newest), move |head| {
            let key = bucket.key(local(&self.zone, *head));
            let before = |run: i64| made(stream, bucket.start(&self.zone, run) - 1, failed);
            let mut next = before(*head)?;
            // Where a clock goes back, an hour can end and come again; with no run between it is one bucket.
            while bucket.key(local(&self.zone, next)) == key {
                next = before(next)?;
            }
            Some(next)
        })
    }

    /// The units of the calendar that rules count.
    pub(super) fn buckets(&self) -> impl Iterator<Item = Bucket> + use<> {
        rules(&self.keep).into_iter().filter(|(_, count)| *count > 0).map(|(bucket, _)| bucket)
    }
}

/// The last run up to `until` that left a point.
pub(super) fn made(stream: &Stream, until: i64, failed: &[i64]) -> Option<i64> {
    let mut run = stream.last_run(until)?;
    while failed.contains(&run) {
        run = stream.last_run(run - 1)?;
    }
    Some(run)
}

fn rules(keep: &Keep) -> [(Bucket, u32); 5] {
    [
        (Bucket::Hour, keep.hourly),
        (Bucket::Day, keep.daily),
        (Bucket::Week, keep.weekly),
        (Bucket::Month, keep.monthly),
        (Bucket::Year, keep.yearly),
    ]
}

fn local(zone: &Zone, at: i64) -> i64 {
    at + zone.offset_at(at)
}

impl Bucket {
    /// A number that is the same for all local times in one bucket and grows with time.
    fn key(self, local: i64) -> i64 {
        let day = local.div_euclid(DAY);
        match self {
            Bucket::Hour => local.div_euclid(HOUR),
            Bucket::Day => day,
            Bucket::Week => (day + 3).div_euclid(7),
            Bucket::Month => {
                let (year, month, _) = civil(day);
                year * 12 + i64::from(month) - 1
            }
            Bucket::Year => civil(day).0,
        }
    }

    /// The local time at which the bucket of a key begins.
    fn local_start(self, key: i64) -> i64 {
        match self {
            Bucket::Hour => key * HOUR,
            Bucket::Day => key * DAY,
            Bucket::Week => (key * 7 - 3) * DAY,
            Bucket::Month => day_number(key.div_euclid(12), key.rem_euclid(12) as u32 + 1, 1) * DAY,
            Bucket::Year => day_number(key, 1, 1) * DAY,
        }
    }

    /// The earliest instant from which on the wall clock has shown the same bucket as at `at`.
    pub(super) fn start(self, zone: &Zone, at: i64) -> i64 {
        let key = self.key(local(zone, at));
        let local_start = self.local_start(key);
        let mut known = at;
        loop {
            // Since the last change of the offset the wall clock has run evenly.
            let begins = local_start - zone.offset_at(known);
            let reached = zone.last_change(known).map_or(begins, |change| change.max(begins));
            if self.key(local(zone, reached - 1)) != key {
                return reached;
            }
            known = reached - 1;
        }
    }

    /// The first instant after `at` at which the wall clock shows another bucket.
    pub(super) fn end(self, zone: &Zone, at: i64) -> i64 {
        let (mut inside, mut outside) = (at, at + self.longest() + DAY);
        while outside - inside > 1 {
            let middle = inside + (outside - inside) / 2;
            if self.start(zone, middle) <= at { inside = middle } else { outside = middle }
        }
        outside
    }

    /// The longest that such a unit can last in any zone, clock changes included.
    pub(super) fn longest(self) -> i64 {
        let days = match self {
            Bucket::Hour => return 3 * HOUR,
            Bucket::Day => 1,
            Bucket::Week => 7,
            Bucket::Month => 31,
            Bucket::Year => 366,
        };
        days * DAY + 2 * HOUR
    }
}

/// The instant before which a point is no longer within the span, as Go's `Time.AddDate` counts it: on the wall clock,
/// a day that its month does not have runs over into the next month; the hours are hours.
fn reach(within: Within, zone: &Zone, newest: i64) -> i64 {
    let shown = local(zone, newest);
    let (year, month, day) = civil(shown.div_euclid(DAY));
    let months = year * 12 + i64::from(month) - 1 - i64::from(within.months) - 12 * i64::from(within.years);
    let first = day_number(months.div_euclid(12), months.rem_euclid(12) as u32 + 1, 1);
    let date = first + i64::from(day) - 1 - i64::from(within.days);
    at_wall_clock(zone, date * DAY + shown.rem_euclid(DAY)) - i64::from(within.hours) * HOUR
}

/// The instant of a local time as Go's `time.Date` chooses it where there are two or none: it reads the local time as
/// UTC, takes the offset of that instant, and corrects once where that offset no longer holds.
fn at_wall_clock(zone: &Zone, local: i64) -> i64 {
    let offset = zone.offset_at(local);
    if offset == 0 {
        return local;
    }
    local - zone.offset_at(local - offset)
}
