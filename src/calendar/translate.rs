//! OnCalendar lines for the timer units that run a schedule.
//!
//! The lines are written so that systemd 252 elapses exactly at the schedule's instants, even where systemd's own
//! calendar code trips over a change of the clocks (tests hold them against `systemd-analyze calendar`):
//!
//! - Repetitions always have an end. One without runs past the end of its day and into the hour that is skipped there:
//!   `02/6:00` in Europe/Madrid makes systemd give up each March ("Resource deadlock avoided"), and the timer stops for good.
//! - Where the zone data call winter the daylight saving time, an hour that is skipped takes the rest of its day with it,
//!   so that `01,05:00` in Europe/Dublin loses 05:00 too. Skipped hours get a line of their own there.
//! - Days counted from the end of the month (`~`) make systemd take the second of two equal local times. They are counted from
//!   the start of the month where that matters.

use super::civil::{DAY, days_in_month};
use super::date_set::{Days, EVERY_DAY, EVERY_MONTH, EVERY_WEEKDAY, FIRST_YEAR, Join, LAST_YEAR, Years};
use super::normal_form::weekday_list;
use super::schedule::{Schedule, Source};
use super::zone::{Change, Zone};
use crate::terms::Scheduler;

/// Why a schedule cannot be given to a systemd timer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// One lower-case line without full stop.
    pub message: String,
    /// What to write instead, where that can be told.
    pub help: Option<String>,
}

/// Zones whose winter time is "daylight saving" in the zone data that distributions ship (tzdata's `europe` and `africa`,
/// negative SAVE).
const WINTER_IS_DST: [&str; 4] = ["Europe/Dublin", "Eire", "Africa/Casablanca", "Africa/El_Aaiun"];

impl Schedule {
    /// `OnCalendar=` values that together elapse exactly at the schedule's instants, the zone included in each.
    ///
    /// # Errors
    /// Refuses a schedule that never runs, and one kept by cron in a zone whose clocks change, where cron and systemd part.
    pub fn to_on_calendar(&self) -> Result<Vec<String>, Refusal> {
        if self.scheduler() == Scheduler::Cron && !self.zone().is_fixed() {
            let message = format!(
                "cron and systemd disagree about `{}` when the clocks of {} change",
                self.text(),
                self.zone().name()
            );
            return Err(Refusal { message, help: Some("give it in UTC, or leave `scheduler: cron` out".to_owned()) });
        }
        if self.gaps().is_none() {
            return Err(Refusal { message: format!("`{}` never runs", self.text()), help: None });
        }
        let hours = hour_groups(self.times().hours, self.zone());
        let minutes = list(self.times().minutes, 60, 2);
        let seconds = list(self.times().seconds, 60, 2);
        let mut lines = Vec::new();
        for date in self.date_texts() {
            for hours in &hours {
                let hours = list(u64::from(*hours), 24, 2);
                lines.push(format!("{date} {hours}:{minutes}:{seconds} {}", self.zone().name()));
            }
        }
        Ok(lines)
    }

    /// An OnCalendar expression as systemd prints it; `None` for cron.
    pub fn normal_form(&self) -> Option<String> {
        match &self.source {
            Source::OnCalendar(spec) => Some(spec.to_string()),
            Source::Cron(_) => None,
        }
    }

    /// Weekdays and date of each line; more than one where cron's days of the month and weekdays are joined by "or".
    fn date_texts(&self) -> Vec<String> {
        let dates = self.dates();
        let weekdays = match dates.weekdays {
            EVERY_WEEKDAY => None,
            weekdays => Some(weekday_list(weekdays)),
        };
        let any_day = format!("{}-{}-*", year_list(&dates.years, |_| true), month_list(dates.months));
        let every_day = dates.days == Days::FromStart(EVERY_DAY);
        match (dates.join, weekdays) {
            (Join::Both, None) => self.days_of_month(),
            (Join::Both, Some(weekdays)) => {
                self.days_of_month().iter().map(|date| format!("{weekdays} {date}")).collect()
            }
            (Join::Either, Some(weekdays)) if !every_day => {
                self.days_of_month().into_iter().chain([format!("{weekdays} {any_day}")]).collect()
            }
            (Join::Either, _) => vec![any_day],
        }
    }

    /// Years, months and days of the month.
    fn days_of_month(&self) -> Vec<String> {
        let dates = self.dates();
        let year = year_list(&dates.years, |_| true);
        let month = month_list(dates.months);
        match dates.days {
            Days::FromStart(EVERY_DAY) => vec![format!("{year}-{month}-*")],
            Days::FromStart(bits) => vec![format!("{year}-{month}-{}", day_list(bits))],
            Days::FromEnd(bits) if self.runs_in_doubled_hours() => self.counted_from_start(bits),
            Days::FromEnd(bits) => day_list(bits).split(',').map(|day| format!("{year}-{month}~{day}")).collect(),
        }
    }

    /// Days from the end of the month, written from its start: one line for each length that a month can have.
    fn counted_from_start(&self, from_end: u32) -> Vec<String> {
        let dates = self.dates();
        let mut lines = Vec::new();
        for length in 28..=31 {
            let months = (1..=12)
                .filter(|month| dates.months >> month & 1 == 1 && may_have_length(*month, length))
                .fold(0_u16, |bits, month| bits | 1 << month);
            if months == 0 {
                continue;
            }
            let year = match months {
                4 => year_list(&dates.years, |year| days_in_month(year, 2) == length),
                _ => year_list(&dates.years, |_| true),
            };
            if !year.is_empty() {
                let days = day_list(from_end.reverse_bits() >> (32 - length));
                lines.push(format!("{year}-{}-{days}", month_list(months)));
            }
        }
        lines
    }

    fn runs_in_doubled_hours(&self) -> bool {
        self.times().hours & changed_hours(self.zone(), |change| (change.at + change.after, change.at + change.before))
            != 0
    }
}

/// The hours of each line: skipped ones apart from the others where systemd needs it.
fn hour_groups(hours: u32, zone: &Zone) -> Vec<u32> {
    let skipped = hours & skipped_hours(zone);
    let others = hours & !skipped;
    let every_hour = hours == (1 << 24) - 1;
    if every_hour || !WINTER_IS_DST.contains(&zone.name()) || skipped == 0 || others == 0 {
        return vec![hours];
    }
    vec![skipped, others]
}

/// The hours of the day that clocks going forward ever skip, in the years that systemd works with.
fn skipped_hours(zone: &Zone) -> u32 {
    changed_hours(zone, |change| (change.at + change.before, change.at + change.after))
}

/// The hours of the day in the spans of local time that belong to a zone's changes; a span may be empty.
fn changed_hours(zone: &Zone, span: impl Fn(&Change) -> (i64, i64)) -> u32 {
    let mut hours = 0;
    for change in zone.changes() {
        let (mut local, until) = span(change);
        while local < until {
            hours |= 1 << (local.rem_euclid(DAY) / 3_600);
            local = (local.div_euclid(3_600) + 1) * 3_600;
        }
    }
    hours
}

/// Whether a month has this many days in some year.
fn may_have_length(month: u32, length: u32) -> bool {
    [2023, 2024].iter().any(|year| days_in_month(*year, month) == length)
}

/// The named years that are wanted, or a star for all; empty where there are none.
fn year_list(years: &Years, wanted: impl Fn(i64) -> bool) -> String {
    let all = FIRST_YEAR..=LAST_YEAR;
    if *years == Years::Every && all.clone().all(&wanted) {
        return "*".to_owned();
    }
    let named: Vec<u32> = all.filter(|year| years.contains(*year) && wanted(*year)).map(|year| year as u32).collect();
    numbers(&named, 4)
}

fn month_list(months: u16) -> String {
    if months == EVERY_MONTH { "*".to_owned() } else { list(u64::from(months), 64, 2) }
}

fn day_list(bits: u32) -> String {
    list(u64::from(bits) << 1, 64, 2)
}

/// The set bits as a list; a star where all of `full` are set.
fn list(bits: u64, full: u32, width: usize) -> String {
    let values: Vec<u32> = (0..64).filter(|value| bits >> value & 1 == 1).collect();
    if values.len() == full as usize { "*".to_owned() } else { numbers(&values, width) }
}

/// Sorted numbers as systemd writes them: three and more at equal distance as a range with an end.
fn numbers(values: &[u32], width: usize) -> String {
    let mut parts = Vec::new();
    let mut rest = values;
    while let [first, others @ ..] = rest {
        let step = others.first().map_or(1, |second| second - first);
        let more = rest.windows(2).take_while(|pair| pair[1] - pair[0] == step).count();
        let last = first + step * more as u32;
        parts.push(match (more, step) {
            (0 | 1, _) => format!("{first:0width$}"),
            (_, 1) => format!("{first:0width$}..{last:0width$}"),
            (_, step) => format!("{first:0width$}..{last:0width$}/{step}"),
        });
        rest = &rest[if more < 2 { 1 } else { more + 1 }..];
    }
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, zone: &str) -> Vec<String> {
        let schedule = Schedule::parse(text, Zone::parse(zone).unwrap(), Scheduler::Systemd).unwrap();
        schedule.to_on_calendar().unwrap()
    }

    #[test]
    fn cron_becomes_on_calendar() {
        assert_eq!(lines("30 2 * * *", "Europe/Madrid"), ["*-*-* 02:30:00 Europe/Madrid"]);
        assert_eq!(lines("*/15 * * * 1-5", "UTC"), ["Mon..Fri *-*-* *:00..45/15:00 UTC"]);
        assert_eq!(lines("0 0 13 * 5", "UTC"), ["*-*-13 00:00:00 UTC", "Fri *-*-* 00:00:00 UTC"]);
        assert_eq!(lines("0 0 */10 2,3 5", "UTC"), ["Fri *-02,03-01..31/10 00:00:00 UTC"]);
        assert_eq!(lines("0 0 1-31 * 5", "UTC"), ["*-*-* 00:00:00 UTC"]);
    }

    #[test]
    fn skipped_hours_stand_alone_where_winter_is_daylight_saving() {
        let dublin = ["*-*-* 01:00:00 Europe/Dublin", "*-*-* 05:00:00 Europe/Dublin"];
        assert_eq!(lines("0 1,5 * * *", "Europe/Dublin"), dublin);
        assert_eq!(lines("0 2,5 * * *", "Europe/Madrid"), ["*-*-* 02,05:00:00 Europe/Madrid"]);
    }

    #[test]
    fn last_days_are_counted_from_the_start_where_clocks_repeat_the_hour() {
        assert_eq!(lines("*-*~01 04:00", "Europe/Madrid"), ["*-*~01 04:00:00 Europe/Madrid"]);
        let madrid = [
            "1973..1975,1977..1979-02-28 02:00:00 Europe/Madrid",
            "1972..1980/4-02-29 02:00:00 Europe/Madrid",
            "1972..1980-04,06,09,11-30 02:00:00 Europe/Madrid",
            "1972..1980-01..07/2,08..12/2-31 02:00:00 Europe/Madrid",
        ];
        assert_eq!(lines("1972..1980-*~01 02:00", "Europe/Madrid"), madrid);
    }

    #[test]
    fn what_no_timer_can_do_is_refused() {
        let madrid = Zone::parse("Europe/Madrid").unwrap();
        let parse = |text, zone, scheduler| Schedule::parse(text, zone, scheduler).unwrap().to_on_calendar();
        assert_eq!(
            parse("0 0 31 2 *", Zone::utc(), Scheduler::Systemd).unwrap_err().message,
            "`0 0 31 2 *` never runs"
        );
        assert!(parse("0 2 * * *", madrid, Scheduler::Cron).is_err());
        assert!(parse("0 2 * * *", Zone::utc(), Scheduler::Cron).is_ok());
    }
}
