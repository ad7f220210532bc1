//! Proposes schedules: the sparsest that leaves no gap longer than wanted.

use super::civil::DAY;
use super::schedule::Schedule;

const HOUR: i64 = 3_600;
const MINUTE: i64 = 60;

impl Schedule {
    /// The sparsest schedule of the usual kinds (weekly, twice a week, daily, every 12, 8, 6, 4, 3, 2 hours, hourly, every 30, 20, 15, 10, 5,
    /// 2 minutes, every minute) whose longest gap in this schedule's zone is at most `seconds`.
    ///
    /// It has a run at this schedule's first time of day, so that moving to it disturbs as little as possible. `None` where
    /// not even a run each minute is enough.
    pub fn sparsest_within(&self, seconds: i64) -> Option<Schedule> {
        let first = self.times().at_or_after(0)?;
        let (hour, minute) = (first / 3_600, first / 60 % 60);
        ladder(hour, minute, self.weekday()).into_iter().filter(|(interval, _)| *interval <= seconds).find_map(
            |(_, text)| {
                let schedule = Schedule::parse(&text, self.zone().clone(), self.scheduler()).ok()?;
                let longest = schedule.worst_gap()?.seconds();
                (longest <= seconds).then_some(schedule)
            },
        )
    }

    /// The weekday of a weekly schedule as cron counts, else Sunday.
    fn weekday(&self) -> u32 {
        let bits = self.dates().weekdays;
        if bits.count_ones() == 1 { (bits.trailing_zeros() + 1) % 7 } else { 0 }
    }
}

/// Intervals, longest first, and the expressions that keep them.
fn ladder(hour: u32, minute: u32, weekday: u32) -> Vec<(i64, String)> {
    let mut rungs = vec![
        (7 * DAY, format!("{minute} {hour} * * {weekday}")),
        (4 * DAY, format!("{minute} {hour} * * {}", twice_a_week(weekday))),
        (DAY, format!("{minute} {hour} * * *")),
    ];
    for step in [12, 8, 6, 4, 3, 2] {
        rungs.push((i64::from(step) * HOUR, format!("{minute} {} * * *", stepped(hour, step, 23))));
    }
    rungs.push((HOUR, format!("{minute} * * * *")));
    for step in [30, 20, 15, 10, 5, 2] {
        rungs.push((i64::from(step) * MINUTE, format!("{} * * * *", stepped(minute, step, 59))));
    }
    rungs.push((MINUTE, "* * * * *".to_owned()));
    rungs
}

fn twice_a_week(weekday: u32) -> String {
    let other = (weekday + 3) % 7;
    format!("{},{}", weekday.min(other), weekday.max(other))
}

/// Each `step` round the clock, through `value`.
fn stepped(value: u32, step: u32, high: u32) -> String {
    match value % step {
        0 => format!("*/{step}"),
        first => format!("{first}-{high}/{step}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Scheduler, Zone};

    fn advised(text: &str, zone: &str, seconds: i64) -> Option<String> {
        let schedule = Schedule::parse(text, Zone::parse(zone).unwrap(), Scheduler::Systemd).unwrap();
        schedule.sparsest_within(seconds).map(|advised| advised.text().to_owned())
    }

    #[test]
    fn the_sparsest_that_will_do() {
        assert_eq!(advised("0 2 * * *", "UTC", 6 * HOUR).unwrap(), "0 2-23/6 * * *");
        assert_eq!(advised("0 0 * * *", "UTC", 6 * HOUR + 1).unwrap(), "0 */6 * * *");
        assert_eq!(advised("0 0 * * *", "UTC", 30 * MINUTE).unwrap(), "*/30 * * * *");
        assert_eq!(advised("0 3 1 * *", "UTC", 10 * DAY).unwrap(), "0 3 * * 0");
        assert_eq!(advised("0 3 * * 2", "UTC", 5 * DAY).unwrap(), "0 3 * * 2,5");
        assert_eq!(advised("0 3 * * 2", "UTC", 59), None);
    }

    #[test]
    fn clock_changes_count() {
        assert_eq!(advised("30 2 * * *", "UTC", 24 * HOUR).unwrap(), "30 2 * * *");
        assert_eq!(advised("30 2 * * *", "Europe/Madrid", 24 * HOUR).unwrap(), "30 2-23/12 * * *");
        assert_eq!(advised("0 12 * * *", "Europe/Madrid", 24 * HOUR).unwrap(), "0 */12 * * *");
        assert_eq!(advised("0 12 * * *", "Europe/Madrid", 25 * HOUR).unwrap(), "0 12 * * *");
    }
}
