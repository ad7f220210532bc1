//! What restic's `forget` keeps, played through run by run.
//!
//! After `ApplyPolicy` in restic's `internal/restic/snapshot_policy.go`: from the newest to the oldest, a snapshot stays
//! if a rule with places left meets a new hour, day, ISO week, month or year.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::plan::{DAY, Keep, Minutes};
use super::runs::Point;

/// What is kept of a copy as time goes on.
pub(crate) enum Kept {
    /// Every point.
    All(Vec<Point>),
    /// What the rules leave, oldest first.
    By(Box<Rules>),
}

pub(crate) struct Rules {
    keep: Keep,
    zone: TimeZone,
    made: Vec<Dated>,
    /// From each instant on these, if no run fails.
    since: Vec<(Minutes, Vec<Dated>)>,
}

impl Kept {
    /// Plays through that `forget` follows each run.
    pub(crate) fn play(keep: Option<&Keep>, zone: &str, points: &[Point]) -> Self {
        let Some(keep) = keep.filter(|keep| **keep != Keep::default()) else { return Self::All(points.to_vec()) };
        let tz = TimeZone::get(zone).unwrap();
        let mut kept: Vec<Dated> = Vec::new();
        let mut since = Vec::new();
        for point in points {
            kept.push(Dated::new(*point, &tz));
            kept = forget(keep, &tz, kept);
            since.push((point.ready, kept.clone()));
        }
        let made = points.iter().map(|point| Dated::new(*point, &tz)).collect();
        Self::By(Box::new(Rules { keep: *keep, zone: tz, made, since }))
    }

    /// All points that are restorable and kept at an instant when so many runs have failed, as [`Kept::newest`] has it.
    pub(crate) fn left(&self, at: Minutes, clean: Minutes, missed: usize) -> Vec<Point> {
        match self {
            Self::All(points) => {
                let ready = &points[..points.partition_point(|point| point.ready <= at)];
                let clean = ready.partition_point(|point| point.rp <= clean);
                ready[..clean.saturating_sub(missed)].to_vec()
            }
            Self::By(rules) => {
                let ready = rules.since.partition_point(|(from, ..)| *from <= at);
                let mut failed = Vec::new();
                for n in 0..missed {
                    failed.extend(self.newest(at, clean, n));
                }
                if failed.len() < missed {
                    return Vec::new();
                }
                let left = rules.replayed(ready, &failed);
                left.into_iter().map(|dated| dated.point).filter(|point| point.rp <= clean).collect()
            }
        }
    }

    /// The newest point with a state of at most `clean` that is restorable and kept at an instant, when so many runs have
    /// failed: each time the one that would have been of use.
    pub(crate) fn newest(&self, at: Minutes, clean: Minutes, missed: usize) -> Option<Point> {
        let newest = |kept: &[Dated]| kept.iter().rev().map(|dated| dated.point).find(|point| point.rp <= clean);
        match self {
            Self::All(points) => {
                let ready = &points[..points.partition_point(|point| point.ready <= at)];
                let clean = ready.partition_point(|point| point.rp <= clean);
                Some(ready[clean.checked_sub(1 + missed)?])
            }
            Self::By(rules) => {
                let ready = rules.since.partition_point(|(from, ..)| *from <= at);
                let mut found = newest(rules.since[..ready].last().map_or(&[], |(_, kept)| kept))?;
                let mut failed = Vec::new();
                for _ in 0..missed {
                    failed.push(found);
                    found = newest(&rules.replayed(ready, &failed))?;
                }
                Some(found)
            }
        }
    }

    /// When what is kept changes.
    pub(crate) fn changes(&self) -> Vec<Minutes> {
        match self {
            Self::All(points) => points.iter().map(|point| point.ready).collect(),
            Self::By(rules) => rules.since.iter().map(|(at, _)| *at).collect(),
        }
    }
}

impl Rules {
    /// What is left of the first `ready` runs but for those that have failed.
    fn replayed(&self, ready: usize, failed: &[Point]) -> Vec<Dated> {
        let made = &self.made[..ready];
        let earliest = failed.iter().map(|point| point.start).min().unwrap_or(Minutes::MAX);
        let first = made.partition_point(|dated| dated.point.start < earliest);
        let mut kept = self.since[..first].last().map_or(Vec::new(), |(_, kept)| kept.clone());
        for dated in made[first..].iter().filter(|dated| !failed.contains(&dated.point)) {
            kept.push(*dated);
            kept = forget(&self.keep, &self.zone, kept);
        }
        kept
    }
}

/// A point with the hour, day, ISO week, month and year of its clock.
#[derive(Clone, Copy)]
struct Dated {
    point: Point,
    periods: [i64; 5],
}

impl Dated {
    fn new(point: Point, tz: &TimeZone) -> Self {
        let time = tz.to_datetime(Timestamp::from_second(point.start * 60).unwrap());
        let week = time.date().iso_week_date();
        let month = i64::from(time.year()) * 100 + i64::from(time.month());
        let day = month * 100 + i64::from(time.day());
        let week = i64::from(week.year()) * 100 + i64::from(week.week());
        Self { point, periods: [day * 100 + i64::from(time.hour()), day, week, month, i64::from(time.year())] }
    }
}

/// One run of `forget`.
fn forget(keep: &Keep, tz: &TimeZone, points: Vec<Dated>) -> Vec<Dated> {
    let newest = points.last().map_or(0, |dated| dated.point.start);
    let horizon = keep.within.map(|(days, hours)| days_before(tz, newest, days) - hours * 60);
    let mut left = [keep.hourly, keep.daily, keep.weekly, keep.monthly, keep.yearly];
    let mut last = [None; 5];
    let mut kept = Vec::new();
    for (nr, dated) in points.iter().rev().enumerate() {
        let mut wanted = nr < keep.last || horizon.is_some_and(|horizon| dated.point.start > horizon);
        for rule in 0..5 {
            let period = Some(dated.periods[rule]);
            if left[rule] > 0 && period != last[rule] {
                left[rule] -= 1;
                last[rule] = period;
                wanted = true;
            }
        }
        if wanted {
            kept.push(*dated);
        }
    }
    kept.reverse();
    kept
}

/// The same local time so many days earlier, as Go's `Time.AddDate` has it: where a local time comes twice or never,
/// `time.Date` takes the offset that holds when the clock of UTC shows it, if that leads to a time at which it holds.
fn days_before(tz: &TimeZone, at: Minutes, days: i64) -> Minutes {
    let offset = |at: Minutes| i64::from(tz.to_offset(Timestamp::from_second(at * 60).unwrap()).seconds()) / 60;
    let local = at + offset(at) - days * DAY;
    let first = local - offset(local);
    if offset(first) == offset(local) { first } else { local - offset(first) }
}
