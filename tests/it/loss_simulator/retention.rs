//! What restic's `forget` keeps, played through run by run.
//!
//! After `ApplySnapshotPolicy` in restic's `internal/restic/snapshot_policy.go`: from the newest to the oldest, a
//! snapshot stays if a rule with places left meets a new hour, day, ISO week, month or year.

use jiff::civil::DateTime;

use super::calendar::local;
use super::plan::{Keep, Minutes};
use super::runs::Point;

/// Which of `points`, oldest first, are kept.
pub(crate) fn forget(keep: &Keep, zone: &str, points: &[Point]) -> Vec<Point> {
    let Some(newest) = points.last().map(|point| point.rp) else { return Vec::new() };
    if *keep == Keep::default() {
        return points.to_vec();
    }
    let mut buckets = [
        Bucket::new(keep.last, |nr, _| nr),
        Bucket::new(keep.hourly, |_, t| days(t) * 24 + i64::from(t.hour())),
        Bucket::new(keep.daily, |_, t| days(t)),
        Bucket::new(keep.weekly, |_, t| week(t)),
        Bucket::new(keep.monthly, |_, t| i64::from(t.year()) * 12 + i64::from(t.month())),
        Bucket::new(keep.yearly, |_, t| i64::from(t.year())),
    ];
    let horizon = keep.within.map(|(days, hours)| before(zone, newest, days) - hours * 60);
    let mut kept = Vec::new();
    for (nr, point) in points.iter().rev().enumerate() {
        let time = local(zone, point.rp);
        let mut wanted = horizon.is_some_and(|horizon| point.rp > horizon);
        for bucket in &mut buckets {
            wanted |= bucket.wants(nr as i64, time);
        }
        if wanted {
            kept.push(*point);
        }
    }
    kept.reverse();
    kept
}

struct Bucket {
    left: usize,
    last: Option<i64>,
    key: fn(i64, DateTime) -> i64,
}

impl Bucket {
    fn new(left: usize, key: fn(i64, DateTime) -> i64) -> Self {
        Self { left, last: None, key }
    }

    fn wants(&mut self, nr: i64, time: DateTime) -> bool {
        let key = Some((self.key)(nr, time));
        if self.left == 0 || key == self.last {
            return false;
        }
        self.left -= 1;
        self.last = key;
        true
    }
}

fn days(time: DateTime) -> i64 {
    i64::from(time.year()) * 10_000 + i64::from(time.month()) * 100 + i64::from(time.day())
}

fn week(time: DateTime) -> i64 {
    let week = time.date().iso_week_date();
    i64::from(week.year()) * 100 + i64::from(week.week())
}

/// The same local time so many days earlier.
fn before(zone: &str, at: Minutes, days: i64) -> Minutes {
    let tz = jiff::tz::TimeZone::get(zone).unwrap();
    let then = local(zone, at).checked_sub(jiff::Span::new().days(days)).unwrap();
    tz.to_zoned(then).unwrap().timestamp().as_second() / 60
}
