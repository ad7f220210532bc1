//! The runs of a calendar expression, by asking every minute of local time whether it matches.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};

use super::plan::{Calendar, DAY, Minutes};

/// All runs in `from..to`.
pub(crate) fn runs(calendar: &Calendar, zone: &str, from: Minutes, to: Minutes) -> Vec<Minutes> {
    let times = times_of_day(calendar);
    let tz = time_zone(zone);
    if calendar.cron {
        return cron_runs(calendar, &tz, from, to);
    }
    let mut runs = Vec::new();
    let mut date = utc_date(from - 2 * DAY);
    let last = utc_date(to + 2 * DAY);
    while date <= last {
        if day_matches(calendar, date) {
            let instants: Vec<_> = if times.len() > OFTEN {
                let day = local_day(zone, date);
                times.iter().filter_map(|minute| day[*minute]).collect()
            } else {
                times.iter().filter_map(|minute| instant(&tz, date, *minute)).collect()
            };
            runs.extend(instants.into_iter().filter(|at| (from..to).contains(at)));
        }
        date = date.checked_add(1.day()).unwrap();
    }
    runs.sort_unstable();
    runs.dedup();
    runs
}

/// The local date and time in a zone.
pub(crate) fn local(zone: &str, at: Minutes) -> jiff::civil::DateTime {
    time_zone(zone).to_datetime(Timestamp::from_second(at * 60).unwrap())
}

/// The beginning of a day in UTC.
pub(crate) fn midnight(year: i16, month: i8, day: i8) -> Minutes {
    let midnight = Date::new(year, month, day).unwrap().to_zoned(TimeZone::UTC).unwrap();
    midnight.timestamp().as_second() / 60
}

fn time_zone(name: &str) -> TimeZone {
    thread_local!(static ZONES: std::cell::RefCell<BTreeMap<String, TimeZone>> = Default::default());
    ZONES.with_borrow_mut(|zones| zones.entry(name.to_owned()).or_insert_with(|| TimeZone::get(name).unwrap()).clone())
}

fn utc_date(at: Minutes) -> Date {
    TimeZone::UTC.to_datetime(Timestamp::from_second(at * 60).unwrap()).date()
}

fn times_of_day(calendar: &Calendar) -> Vec<usize> {
    let matches = |minute: &usize| {
        let (hour, minute) = ((minute / 60) as i8, (minute % 60) as i8);
        calendar.hours.contains(&hour) && calendar.minutes.contains(&minute)
    };
    (0..1440).filter(matches).collect()
}

/// Where both the day of the month and the day of the week are restricted, either will do.
fn day_matches(calendar: &Calendar, date: Date) -> bool {
    let month = calendar.months.as_ref().is_none_or(|months| months.contains(&date.month()));
    let day = calendar.days.as_ref().map(|days| days.contains(&date.day()));
    let weekday = calendar.weekdays.as_ref().map(|days| days.contains(&date.weekday().to_sunday_zero_offset()));
    month
        && match (day, weekday) {
            (Some(day), Some(weekday)) => day || weekday,
            (day, weekday) => day.unwrap_or(true) && weekday.unwrap_or(true),
        }
}

/// When a local minute is: never where the clock jumps over it, the first time where it comes twice.
fn instant(tz: &TimeZone, date: Date, minute: usize) -> Option<Minutes> {
    let local = date.at((minute / 60) as i8, (minute % 60) as i8, 0, 0);
    let offset = match tz.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Gap { .. } => return None,
        AmbiguousOffset::Fold { before, .. } => before,
    };
    Some(offset.to_timestamp(local).unwrap().as_second() / 60)
}

/// What Vixie's cron does, minute by minute: where the clock jumps ahead, jobs at fixed times that were skipped run at once;
/// where it goes back, they do not run again. A job with a star in its minute or hour runs whenever the wall clock shows
/// its time. Clocks that change by more than three hours are not made here.
fn cron_runs(calendar: &Calendar, tz: &TimeZone, from: Minutes, to: Minutes) -> Vec<Minutes> {
    let follows_the_clock = calendar.has_star();
    // The day is looked at last: of most minutes the clock alone says no.
    let shows = |local: Minutes| {
        let (hour, minute) = ((local.rem_euclid(DAY) / 60) as i8, (local.rem_euclid(60)) as i8);
        calendar.hours.contains(&hour) && calendar.minutes.contains(&minute) && day_matches(calendar, utc_date(local))
    };
    let begin = from - 2 * DAY;
    let offset = |at: Minutes| i64::from(tz.to_offset(Timestamp::from_second(at * 60).unwrap()).seconds()) / 60;
    let mut changes: Vec<Minutes> = tz
        .following(Timestamp::from_second(begin * 60).unwrap())
        .map(|change| change.timestamp().as_second() / 60)
        .take_while(|at| *at < to)
        .collect();
    changes.push(Minutes::MAX);
    let mut next_change = 0;
    let mut ahead = offset(begin);
    // The latest local time whose jobs at fixed times have run.
    let mut done = begin + ahead - 1;
    let mut runs = Vec::new();
    for at in begin..to {
        if at == changes[next_change] {
            ahead = offset(at);
            next_change += 1;
        }
        let local = at + ahead;
        let runs_now = if follows_the_clock { shows(local) } else { (done + 1..=local).any(shows) };
        done = done.max(local);
        if runs_now && at >= from {
            runs.push(at);
        }
    }
    runs
}

/// Where there are more runs in a day than this, whole days are remembered.
const OFTEN: usize = 30;

type LocalDay = Arc<[Option<Minutes>]>;

fn local_day(zone: &str, date: Date) -> LocalDay {
    static DAYS: Mutex<BTreeMap<(String, Date), LocalDay>> = Mutex::new(BTreeMap::new());
    let fill = || {
        let tz = time_zone(zone);
        (0..1440).map(|minute| instant(&tz, date, minute)).collect()
    };
    DAYS.lock().unwrap().entry((zone.to_owned(), date)).or_insert_with(fill).clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loss_simulator::plan::{HOUR, MONDAY};

    fn nightly(zone: &'static str) -> Calendar {
        Calendar {
            minutes: vec![30],
            hours: vec![2],
            days: None,
            months: None,
            weekdays: None,
            zone: Some(zone),
            cron: false,
        }
    }

    fn gaps(calendar: &Calendar) -> Vec<Minutes> {
        let runs = runs(calendar, calendar.zone.unwrap(), MONDAY, MONDAY + 365 * DAY);
        let mut gaps: Vec<_> = runs.windows(2).map(|pair| pair[1] - pair[0]).collect();
        gaps.sort_unstable();
        gaps.dedup();
        gaps
    }

    #[test]
    fn the_night_without_half_past_two_is_skipped() {
        assert_eq!(gaps(&nightly("UTC")), [DAY]);
        assert_eq!(gaps(&nightly("Europe/Madrid")), [DAY, 25 * HOUR, 47 * HOUR]);
    }

    #[test]
    fn the_hour_that_comes_twice_runs_once() {
        let quarters = Calendar { minutes: vec![0, 15, 30, 45], hours: (0..24).collect(), ..nightly("Europe/Madrid") };
        assert_eq!(gaps(&quarters), [15, 75]);
    }

    #[test]
    fn cron_makes_up_for_what_the_clock_skips() {
        let madrid = Calendar { cron: true, ..nightly("Europe/Madrid") };
        // At 03:00 in March at once, and in October once.
        assert_eq!(gaps(&madrid), [DAY - 30, DAY, 25 * HOUR]);
        let quarters = Calendar { minutes: vec![0, 15, 30, 45], hours: (0..24).collect(), ..madrid };
        assert_eq!(gaps(&quarters), [15], "a star follows the wall clock");
    }

    #[test]
    fn either_day_will_do_where_both_are_restricted() {
        let both = Calendar { days: Some(vec![13]), weekdays: Some(vec![5]), ..nightly("UTC") };
        let count = |calendar: &Calendar| runs(calendar, "UTC", MONDAY, MONDAY + 364 * DAY).len();
        assert_eq!(count(&both), 52 + 12 - 3); // three Fridays are a 13th in 2026
    }
}
