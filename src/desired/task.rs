//! When a job runs, as the Task Scheduler of Windows can be told: instants in UTC that recur after a fixed time.
//!
//! A trigger whose start names its offset is kept to "regardless of the time zone and daylight saving settings on the local
//! computer" (Microsoft, `ITrigger::put_StartBoundary`); one without follows the clock of the machine, whose rules for hours
//! that are left out or come twice are nowhere stated. So only what recurs exactly is translated, and the rest is refused.

use crate::calendar::Schedule;
use crate::model::{Anchor, Timing};
use crate::units::Seconds;

const MINUTE: u64 = 60;
const DAY: u64 = 86_400;
const WEEK: u64 = 7 * DAY;
/// The longest repetition; above it a trigger counts whole days.
const LONGEST_REPETITION: u64 = 31 * DAY;
/// The most days that a trigger counts.
const MOST_DAYS: u64 = 365;
/// The most triggers of a task.
const MOST_STARTS: usize = 48;
/// 2024-01-01T00:00:00Z, a Monday: where starts that nothing else anchors begin.
const MONDAY: i64 = 1_704_067_200;

/// A start and all that follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskStart {
    /// The first instant, in seconds since 1970.
    pub first: i64,
    /// The time from each to the next: whole days, or whole minutes up to 31 days.
    pub every: Seconds,
}

/// The starts of a task that runs at the very instants of a timing; none for one that another job starts.
///
/// An interval without an anchor may be shortened to what a task can do, never lengthened. A stream is cut in pieces of half
/// its lag: a piece that takes no longer than the other half is in the store in time.
///
/// # Errors
///
/// Why there is no such task, as the end of a sentence about the copy.
pub fn task_starts(timing: &Timing) -> Result<Vec<TaskStart>, String> {
    match timing {
        Timing::Calendar(schedule) => calendar(schedule),
        Timing::Every { interval, anchor: Some(Anchor(anchor)) } => {
            let every = *interval;
            let after = MONDAY + (anchor - MONDAY).rem_euclid(i64::try_from(every.0).unwrap_or(i64::MAX).max(1));
            is_possible(every.0).then(|| vec![TaskStart { first: after, every }]).ok_or_else(|| {
                format!(
                    "a task of Windows cannot recur each {}; take whole days, or whole minutes up to 31 days",
                    every.human()
                )
            })
        }
        Timing::Every { interval, anchor: None } => at_least(*interval),
        Timing::Continuous { lag, .. } => at_least(Seconds(lag.0 / 2)).map_err(|_| {
            format!("a task of Windows recurs each minute at most, and {} has to be cut in half", lag.human())
        }),
        Timing::Once(Anchor(anchor)) => Ok(vec![TaskStart { first: *anchor, every: Seconds(DAY) }]),
        Timing::After { .. } => Ok(Vec::new()),
    }
}

/// A start that recurs at least as often as an interval, where a task can be that often.
///
/// # Errors
///
/// The interval is shorter than a minute.
pub fn at_least(interval: Seconds) -> Result<Vec<TaskStart>, String> {
    let every = match interval.0 {
        seconds if seconds > LONGEST_REPETITION => (seconds / DAY).min(MOST_DAYS) * DAY,
        seconds => seconds / MINUTE * MINUTE,
    };
    if every == 0 {
        return Err(format!("a task of Windows recurs each minute at most, not each {}", interval.human()));
    }
    Ok(vec![TaskStart { first: MONDAY, every: Seconds(every) }])
}

fn is_possible(every: u64) -> bool {
    let in_days = every.is_multiple_of(DAY) && every / DAY <= MOST_DAYS;
    every > 0 && (in_days || (every.is_multiple_of(MINUTE) && every <= LONGEST_REPETITION))
}

fn calendar(schedule: &Schedule) -> Result<Vec<TaskStart>, String> {
    let zone = schedule.zone();
    if !zone.is_fixed() {
        return Err(format!(
            "a task of Windows cannot follow the clock of {}, which is changed twice a year; say `timezone: UTC` and the time in UTC",
            zone.name()
        ));
    }
    let Some(weekdays) = schedule.dates().only_weekdays() else {
        return Err(
            "a task of Windows can recur exactly by time and weekday, not by day of the month or month".to_owned()
        );
    };
    let times: Vec<u64> = schedule.times().iter().map(u64::from).collect();
    let at = |day: u64, time: u64| MONDAY + (day * DAY + time) as i64 - zone.offset_at(MONDAY);
    let starts: Vec<TaskStart> = match (weekdays, step(&times)) {
        (EVERY_WEEKDAY, Some(every)) => vec![TaskStart { first: at(0, times[0]), every: Seconds(every) }],
        (EVERY_WEEKDAY, None) => {
            times.iter().map(|time| TaskStart { first: at(0, *time), every: Seconds(DAY) }).collect()
        }
        _ => {
            let days = (0..7).filter(|day| weekdays >> day & 1 == 1);
            let all = days.flat_map(|day| times.iter().map(move |time| (day, *time)));
            all.map(|(day, time)| TaskStart { first: at(day, time), every: Seconds(WEEK) }).collect()
        }
    };
    if starts.len() > MOST_STARTS || starts.iter().any(|start| !is_possible(start.every.0)) {
        return Err(format!(
            "a task of Windows has at most {MOST_STARTS} times that do not recur evenly, and none within a minute"
        ));
    }
    Ok(starts)
}

const EVERY_WEEKDAY: u8 = 0x7f;

/// The time between two of the times of a day, where it is always the same, over midnight too.
fn step(times: &[u64]) -> Option<u64> {
    let count = u64::try_from(times.len()).ok().filter(|count| *count > 0)?;
    let step = DAY / count;
    let even = times.windows(2).all(|pair| pair[1] - pair[0] == step);
    (even && step * count == DAY).then_some(step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Scheduler, Zone};

    fn starts(text: &str, zone: &str) -> Result<Vec<(i64, u64)>, String> {
        let schedule = Schedule::parse(text, Zone::parse(zone).unwrap(), Scheduler::Cron).unwrap();
        let starts = task_starts(&Timing::Calendar(schedule.into()))?;
        Ok(starts.into_iter().map(|start| (start.first - MONDAY, start.every.0)).collect())
    }

    #[test]
    fn evenly_spread_times_are_one_start_and_others_one_each() {
        assert_eq!(starts("0 1,13 * * *", "UTC"), Ok(vec![(3_600, DAY / 2)]));
        assert_eq!(starts("0 1,14 * * *", "UTC"), Ok(vec![(3_600, DAY), (14 * 3_600, DAY)]));
        assert_eq!(starts("*/15 * * * *", "UTC"), Ok(vec![(0, 900)]));
        // 02:30 in Kolkata is 21:00 of the day before.
        assert_eq!(starts("30 2 * * *", "Asia/Kolkata"), Ok(vec![(-3 * 3_600, DAY)]));
        assert_eq!(starts("0 2 * * 1,5", "UTC"), Ok(vec![(7_200, WEEK), (7_200 + 4 * DAY as i64, WEEK)]));
    }

    #[test]
    fn what_has_no_exact_start_is_refused() {
        for (text, zone, why) in [
            ("0 2 * * *", "America/New_York", "timezone: UTC"),
            ("0 2 1 * *", "UTC", "day of the month"),
            ("*/7 * * * *", "UTC", "at most 48 times"),
        ] {
            let refusal = starts(text, zone).unwrap_err();
            assert!(refusal.contains(why), "{refusal}");
        }
    }

    #[test]
    fn intervals_are_shortened_and_anchors_kept() {
        let every = |interval, anchor: Option<i64>| {
            let timing = Timing::Every { interval: Seconds(interval), anchor: anchor.map(Anchor) };
            task_starts(&timing).map(|starts| (starts[0].first - MONDAY, starts[0].every.0))
        };
        assert_eq!(every(90 * DAY, None), Ok((0, 90 * DAY)));
        assert_eq!(every(40 * DAY + 5, None), Ok((0, 40 * DAY)));
        assert_eq!(every(125, None), Ok((0, 120)));
        assert!(every(59, None).is_err());
        assert_eq!(every(7 * 3_600, Some(MONDAY + 60 - 14 * 3_600)), Ok((60, 7 * 3_600)));
        assert!(every(40 * DAY + 60, Some(0)).is_err());
    }

    #[test]
    fn a_stream_is_cut_in_halves() {
        let lag = |seconds| {
            let base = crate::model::Id::from_index(0);
            task_starts(&Timing::Continuous { lag: Seconds(seconds), base }).map(|starts| starts[0].every.0)
        };
        assert_eq!(lag(900), Ok(420));
        assert_eq!(lag(120), Ok(60));
        assert!(lag(119).is_err());
    }
}
