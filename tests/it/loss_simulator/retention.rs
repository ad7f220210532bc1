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
    /// From each instant on these, oldest first.
    Since(Vec<(Minutes, Vec<Point>)>),
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
            since.push((point.ready, kept.iter().map(|dated| dated.point).collect()));
        }
        Self::Since(since)
    }

    /// The points that are restorable and kept at an instant.
    pub(crate) fn at(&self, at: Minutes) -> &[Point] {
        match self {
            Self::All(points) => &points[..points.partition_point(|point| point.ready <= at)],
            Self::Since(since) => match since.partition_point(|(from, _)| *from <= at) {
                0 => &[],
                n => &since[n - 1].1,
            },
        }
    }

    /// When what is kept changes.
    pub(crate) fn changes(&self) -> Vec<Minutes> {
        match self {
            Self::All(points) => points.iter().map(|point| point.ready).collect(),
            Self::Since(since) => since.iter().map(|(at, _)| *at).collect(),
        }
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
