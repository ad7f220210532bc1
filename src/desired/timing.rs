//! When a job runs, as a systemd timer can be told.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::calendar::{Refusal, Schedule};
use crate::model::{Anchor, CopyId, Timing};
use crate::units::Seconds;

const DAY: u64 = 86_400;
const WEEK: u64 = 7 * DAY;

/// What makes a job run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// OnCalendar expressions, each with its zone, that together elapse at the instants that were analysed.
    Calendar(Vec<String>),
    /// So long after its last start.
    Interval(Seconds),
    /// Each time the job of another copy succeeds, but not again within `every`.
    After {
        /// That copy.
        copy: CopyId,
        /// The shortest time between two runs.
        every: Option<Seconds>,
    },
    /// It never stops: changes reach the store within this time.
    Continuous {
        /// How far it is behind at most.
        lag: Seconds,
        /// The copy that it is replayed onto.
        base: CopyId,
    },
    /// Once, after this instant.
    Once(Anchor),
    /// No timer can run it; why, in words.
    Impossible(String),
}

/// The triggers of timings. A schedule that many copies share is translated once: that takes a walk over all time.
#[derive(Default)]
pub(super) struct Triggers {
    calendars: FxHashMap<Arc<Schedule>, Trigger>,
}

impl Triggers {
    /// The trigger of a copy's timing.
    pub(super) fn of(&mut self, timing: &Timing) -> Trigger {
        match timing {
            Timing::Calendar(schedule) => self.calendar(schedule),
            Timing::Every { interval, anchor: Some(anchor) } => anchored(*interval, *anchor)
                .map_or(Trigger::Interval(*interval), |calendar| Trigger::Calendar(vec![calendar])),
            Timing::Every { interval, anchor: None } => Trigger::Interval(*interval),
            Timing::Continuous { lag, base } => Trigger::Continuous { lag: *lag, base: *base },
            Timing::After { copy, every, .. } => Trigger::After { copy: *copy, every: *every },
            Timing::Once(anchor) => Trigger::Once(*anchor),
        }
    }

    fn calendar(&mut self, schedule: &Arc<Schedule>) -> Trigger {
        if let Some(known) = self.calendars.get(schedule) {
            return known.clone();
        }
        let trigger = match schedule.to_on_calendar() {
            Ok(calendar) => Trigger::Calendar(calendar),
            Err(Refusal { message, .. }) => Trigger::Impossible(message),
        };
        self.calendars.insert(Arc::clone(schedule), trigger.clone());
        trigger
    }
}

/// An interval from an anchor as OnCalendar, where the calendar can say it: parts of a day, a day, a week. Others drift
/// through the calendar and have no expression.
fn anchored(interval: Seconds, Anchor(anchor): Anchor) -> Option<String> {
    let second = anchor.rem_euclid(DAY as i64) as u64;
    match interval.0 {
        // 1970-01-01 was a Thursday.
        WEEK => {
            let weekday = (anchor.div_euclid(DAY as i64) + 3).rem_euclid(7) as usize;
            let name = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][weekday];
            Some(format!("{name} *-*-* {} UTC", clock(second)))
        }
        DAY => Some(format!("*-*-* {} UTC", clock(second))),
        step if step > 0 && DAY.is_multiple_of(step) => within_day(step, second % step),
        _ => None,
    }
}

/// Every `step` seconds of a day, which it divides, from `offset` on.
fn within_day(step: u64, offset: u64) -> Option<String> {
    if step.is_multiple_of(3_600) {
        let hours = list(offset / 3_600, 24, step / 3_600);
        let (minute, second) = (offset % 3_600 / 60, offset % 60);
        return Some(format!("*-*-* {hours}:{minute:02}:{second:02} UTC"));
    }
    if step.is_multiple_of(60) && 3_600_u64.is_multiple_of(step) {
        let minutes = list(offset / 60, 60, step / 60);
        return Some(format!("*-*-* *:{minutes}:{:02} UTC", offset % 60));
    }
    if 60_u64.is_multiple_of(step) {
        return Some(format!("*-*-* *:*:{} UTC", list(offset, 60, step)));
    }
    None
}

/// An OnCalendar expression that elapses at least this often, for what may run more often than asked. UTC, so that no change
/// of the clocks widens a gap.
pub fn calendar_at_least(interval: Seconds) -> String {
    const STEPS: [u64; 26] = [
        43_200, 28_800, 21_600, 14_400, 10_800, 7_200, 3_600, 1_800, 1_200, 900, 720, 600, 360, 300, 240, 180, 120, 60,
        30, 20, 15, 12, 10, 6, 5, 4,
    ];
    match interval.0 {
        seconds if seconds >= 31 * DAY => "*-*-01 12:00:00 UTC".to_owned(),
        // From the 15th to the 1st are up to 17 days.
        seconds if seconds >= 17 * DAY => "*-*-01,15 12:00:00 UTC".to_owned(),
        seconds if seconds >= WEEK => "Wed *-*-* 12:00:00 UTC".to_owned(),
        seconds if seconds >= DAY => "*-*-* 12:00:00 UTC".to_owned(),
        seconds => {
            let step = STEPS.into_iter().find(|step| *step <= seconds).unwrap_or(1);
            within_day(step, 0).unwrap_or_else(|| "*-*-* *:*:* UTC".to_owned())
        }
    }
}

fn clock(second: u64) -> String {
    format!("{:02}:{:02}:{:02}", second / 3_600, second % 3_600 / 60, second % 60)
}

/// Every `step`-th of `0..end` from `first` on.
fn list(first: u64, end: u64, step: u64) -> String {
    if step == 1 {
        return "*".to_owned();
    }
    (first..end).step_by(step as usize).map(|number| format!("{number:02}")).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every(interval: u64, anchor: i64) -> Option<String> {
        anchored(Seconds(interval), Anchor(anchor))
    }

    #[test]
    fn an_anchored_interval_becomes_a_calendar_where_there_is_one() {
        assert_eq!(every(6 * 3_600, 2 * 3_600 + 60).as_deref(), Some("*-*-* 02,08,14,20:01:00 UTC"));
        assert_eq!(every(900, 60).as_deref(), Some("*-*-* *:01,16,31,46:00 UTC"));
        assert_eq!(every(15, 3).as_deref(), Some("*-*-* *:*:03,18,33,48 UTC"));
        assert_eq!(every(DAY, 7_200).as_deref(), Some("*-*-* 02:00:00 UTC"));
        assert_eq!(every(WEEK, 0).as_deref(), Some("Thu *-*-* 00:00:00 UTC"));
        // 2026-01-05 was a Monday.
        assert_eq!(every(WEEK, 1_767_571_200).as_deref(), Some("Mon *-*-* 00:00:00 UTC"));
        for drifting in [7 * 3_600, 36 * 3_600, 2 * WEEK, 90 * 60, 11] {
            assert_eq!(every(drifting, 0), None, "{drifting}");
        }
    }

    #[test]
    fn a_calendar_that_runs_at_least_as_often() {
        assert_eq!(calendar_at_least(Seconds(90 * DAY)), "*-*-01 12:00:00 UTC");
        assert_eq!(calendar_at_least(Seconds(30 * DAY)), "*-*-01,15 12:00:00 UTC");
        assert_eq!(calendar_at_least(Seconds(10 * DAY)), "Wed *-*-* 12:00:00 UTC");
        assert_eq!(calendar_at_least(Seconds(36 * 3_600)), "*-*-* 12:00:00 UTC");
        assert_eq!(calendar_at_least(Seconds(7 * 3_600)), "*-*-* 00,06,12,18:00:00 UTC");
        assert_eq!(calendar_at_least(Seconds(59)), "*-*-* *:*:00,30 UTC");
        assert_eq!(calendar_at_least(Seconds(1)), "*-*-* *:*:* UTC");
    }
}
