//! A schedule in a few English words for messages, such as "every Monday at 02:00".

use super::date_set::{DateSet, Days, EVERY_DAY, EVERY_MONTH, EVERY_WEEKDAY, Join, Years};
use super::schedule::Schedule;
use super::time_set::TimeSet;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Longest list that still reads well.
const MOST_ITEMS: usize = 4;

impl Schedule {
    /// The schedule in words, its zone left out: `daily at 02:00`, `every 15 minutes`, `Monday to Friday at 18:00`. An
    /// expression that would take many words is given as it is, in backticks.
    pub fn describe(&self) -> String {
        let words = days_in_words(self.dates()).zip(times_in_words(self.times()));
        match words {
            Some((OnDays::Every, Times::Often(times))) => times,
            Some((OnDays::Every, Times::At(times))) => format!("daily at {times}"),
            Some((OnDays::Some(days), Times::At(times))) => format!("{days} at {times}"),
            Some((OnDays::Some(days), Times::Often(times))) => format!("{days}, {times}"),
            None => format!("`{}`", self.text()),
        }
    }
}

enum OnDays {
    Every,
    Some(String),
}

enum Times {
    /// Clock times: `02:00 and 14:00`.
    At(String),
    /// All through the day: `every 15 minutes`.
    Often(String),
}

fn days_in_words(dates: &DateSet) -> Option<OnDays> {
    if dates.years != Years::Every || dates.join == Join::Either {
        return None;
    }
    let days = match (dates.weekdays, dates.days) {
        (EVERY_WEEKDAY, Days::FromStart(EVERY_DAY)) => match dates.months {
            EVERY_MONTH => return Some(OnDays::Every),
            months => format!("each day of {}", months_in_words(months)?),
        },
        (EVERY_WEEKDAY, Days::FromStart(days)) => {
            let days = join(&ones(days).map(|day| (day + 1).to_string()).collect::<Vec<_>>())?;
            match dates.months {
                EVERY_MONTH => format!("on day {days} of each month"),
                months => format!("on day {days} of {}", months_in_words(months)?),
            }
        }
        (EVERY_WEEKDAY, Days::FromEnd(1)) => match dates.months {
            EVERY_MONTH => "on the last day of each month".to_owned(),
            months => format!("on the last day of {}", months_in_words(months)?),
        },
        (weekdays, Days::FromStart(EVERY_DAY)) if dates.months == EVERY_MONTH => weekdays_in_words(weekdays),
        _ => return None,
    };
    Some(OnDays::Some(days))
}

fn weekdays_in_words(weekdays: u8) -> String {
    let days: Vec<&str> = ones(u32::from(weekdays)).map(|day| WEEKDAYS[day as usize]).collect();
    let first = weekdays.trailing_zeros();
    let in_a_row = u32::from(weekdays) == ((1 << days.len()) - 1) << first;
    match days.as_slice() {
        [one] => format!("every {one}"),
        [first, .., last] if in_a_row && days.len() > 2 => format!("{first} to {last}"),
        [most @ .., last] => format!("every {} and {last}", most.join(", ")),
        [] => String::new(),
    }
}

fn months_in_words(months: u16) -> Option<String> {
    join(&ones(u32::from(months)).map(|month| MONTHS[month as usize - 1].to_owned()).collect::<Vec<_>>())
}

fn times_in_words(times: &TimeSet) -> Option<Times> {
    const EVERY_HOUR: u32 = (1 << 24) - 1;
    let minutes: Vec<u32> = (0..60).filter(|minute| times.minutes >> minute & 1 == 1).collect();
    let hours: Vec<u32> = ones(times.hours).collect();
    let every_second = times.seconds.count_ones() == 60;
    if times.hours == EVERY_HOUR && times.seconds == 1 {
        return match minutes.as_slice() {
            [0] => Some(Times::Often("hourly".to_owned())),
            [minute] => Some(Times::Often(format!("hourly at :{minute:02}"))),
            minutes => {
                let step = even_step(minutes, 60)?;
                let every = if step == 1 { "every minute".to_owned() } else { format!("every {step} minutes") };
                let phase = if minutes[0] == 0 { String::new() } else { format!(" from :{:02}", minutes[0]) };
                Some(Times::Often(every + &phase))
            }
        };
    }
    if every_second && minutes.len() == 60 && times.hours == EVERY_HOUR {
        return Some(Times::Often("every second".to_owned()));
    }
    if let (&[minute], 1, Some(step)) = (minutes.as_slice(), times.seconds, even_step(&hours, 24))
        && hours.len() > MOST_ITEMS - 1
    {
        return Some(Times::Often(format!("every {step} hours from {:02}:{minute:02}", hours[0])));
    }
    if times.len() as usize > MOST_ITEMS {
        return None;
    }
    let clock: Vec<String> = times.iter().map(clock_time).collect();
    join(&clock).map(Times::At)
}

/// The distance of evenly spaced values all the way round; `None` where they are not.
fn even_step(values: &[u32], round: u32) -> Option<u32> {
    let [first, second, ..] = values else { return None };
    let step = second - first;
    let even = values.windows(2).all(|pair| pair[1] - pair[0] == step);
    (even && step * values.len() as u32 == round).then_some(step)
}

fn clock_time(second: u32) -> String {
    let (hour, minute, rest) = (second / 3_600, second / 60 % 60, second % 60);
    if rest == 0 { format!("{hour:02}:{minute:02}") } else { format!("{hour:02}:{minute:02}:{rest:02}") }
}

/// `a, b and c`; `None` for a list that is too long to read.
fn join(items: &[String]) -> Option<String> {
    match items {
        [] => None,
        [one] => Some(one.clone()),
        [most @ .., last] if items.len() <= MOST_ITEMS => Some(format!("{} and {last}", most.join(", "))),
        _ => None,
    }
}

/// The numbers of the set bits.
fn ones(bits: u32) -> impl Iterator<Item = u32> {
    (0..32).filter(move |bit| bits >> bit & 1 == 1)
}

#[cfg(test)]
mod tests {
    use crate::calendar::{Schedule, Scheduler, Zone};

    #[test]
    fn schedules_read_as_people_say_them() {
        let words = |text| Schedule::parse(text, Zone::utc(), Scheduler::Systemd).unwrap().describe();
        assert_eq!(words("0 2 * * *"), "daily at 02:00");
        assert_eq!(words("@daily"), "daily at 00:00");
        assert_eq!(words("0 2,14 * * *"), "daily at 02:00 and 14:00");
        assert_eq!(words("*/15 * * * *"), "every 15 minutes");
        assert_eq!(words("5-59/15 * * * *"), "every 15 minutes from :05");
        assert_eq!(words("* * * * *"), "every minute");
        assert_eq!(words("*:*:*"), "every second");
        assert_eq!(words("30 * * * *"), "hourly at :30");
        assert_eq!(words("0 */6 * * *"), "every 6 hours from 00:00");
        assert_eq!(words("0 18 * * 1-5"), "Monday to Friday at 18:00");
        assert_eq!(words("0 18 * * 1,4"), "every Monday and Thursday at 18:00");
        assert_eq!(words("0 3 * * 0"), "every Sunday at 03:00");
        assert_eq!(words("0 3 1 * *"), "on day 1 of each month at 03:00");
        assert_eq!(words("0 3 29 2 *"), "on day 29 of February at 03:00");
        assert_eq!(words("*-*~01 03:00:30"), "on the last day of each month at 03:00:30");
        assert_eq!(words("*/15 * * * 1-5"), "Monday to Friday, every 15 minutes");
        assert_eq!(words("0 0 13 * 5"), "`0 0 13 * 5`");
        assert_eq!(words("7 1,3,8,9,20 * * *"), "`7 1,3,8,9,20 * * *`");
    }
}
