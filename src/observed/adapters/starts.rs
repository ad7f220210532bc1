//! The starts of a scheduled task (an instant, and each so many seconds after it) as a calendar, in the form in which a schedule is
//! compared. It knows nothing of what starts.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value as Json;

use super::super::value::Instant;
use super::input::{self, Refusal};

const DAY: i64 = 86_400;
const WEEK: i64 = 7 * DAY;
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

#[derive(Deserialize)]
struct Start {
    first: String,
    every_sec: i64,
}

/// What the starts of a task come to.
pub(super) enum Rhythm {
    /// OnCalendar expressions in UTC that elapse when the task starts.
    Calendar(Vec<String>),
    /// One start that recurs after so many seconds, which is no calendar.
    Interval(u64),
}

pub(super) fn rhythm(starts: &Json) -> Result<Rhythm, Refusal> {
    let starts = Vec::<Start>::deserialize(starts)
        .map_err(|error| Refusal::new(format!("`starts` are no list of `first` and `every_sec`: {error}")))?;
    if starts.iter().any(|start| start.every_sec <= 0) {
        return Err(Refusal::new("an `every_sec` is not above 0"));
    }
    match &starts[..] {
        [start] if DAY % start.every_sec != 0 && start.every_sec != WEEK => {
            return Ok(Rhythm::Interval(start.every_sec.unsigned_abs()));
        }
        _ if starts.iter().any(|start| DAY % start.every_sec != 0 && start.every_sec != WEEK) => {
            return Err(Refusal::new("several `starts` recur after other times than parts of a day, a day or a week"));
        }
        _ => {}
    }
    let mut moments = BTreeSet::new();
    for start in &starts {
        let Instant(first) = input::instant(&start.first)?;
        // 1970-01-01 was a Thursday; a week begins with its Monday.
        let first = (first + 3 * DAY).rem_euclid(WEEK);
        moments.extend((0..WEEK / start.every_sec).map(|count| (first + count * start.every_sec).rem_euclid(WEEK)));
    }
    Ok(Rhythm::Calendar(expressions(&moments)))
}

/// One expression where the moments are all combinations of days, hours, minutes and seconds, as those of one schedule are;
/// else one for each time of a day.
fn expressions(moments: &BTreeSet<i64>) -> Vec<String> {
    let part = |of: fn(i64) -> i64| moments.iter().map(|moment| of(*moment)).collect::<BTreeSet<i64>>();
    let days = part(|moment| moment / DAY);
    let (hours, minutes, seconds) =
        (part(|moment| moment % DAY / 3_600), part(|moment| moment % 3_600 / 60), part(|moment| moment % 60));
    if days.len() * hours.len() * minutes.len() * seconds.len() == moments.len() {
        return match moments.is_empty() {
            true => Vec::new(),
            false => vec![expression(&days, &hours, &minutes, &seconds)],
        };
    }
    let one = |number: i64| BTreeSet::from([number]);
    let times = part(|moment| moment % DAY);
    let at = |time: i64| {
        let days = (0..7).filter(|day| moments.contains(&(day * DAY + time))).collect();
        expression(&days, &one(time / 3_600), &one(time % 3_600 / 60), &one(time % 60))
    };
    times.into_iter().map(at).collect()
}

fn expression(days: &BTreeSet<i64>, hours: &BTreeSet<i64>, minutes: &BTreeSet<i64>, seconds: &BTreeSet<i64>) -> String {
    let list = |numbers: &BTreeSet<i64>, all: usize| match numbers.len() == all {
        true => "*".to_owned(),
        false => numbers.iter().map(|number| format!("{number:02}")).collect::<Vec<_>>().join(","),
    };
    let named = WEEKDAYS.iter().zip(0..).filter(|(_, day)| days.contains(day)).map(|(name, _)| *name);
    let days = match days.len() {
        7 => String::new(),
        _ => format!("{} ", named.collect::<Vec<_>>().join(",")),
    };
    format!("{days}*-*-* {}:{}:{} UTC", list(hours, 24), list(minutes, 60), list(seconds, 60))
}
