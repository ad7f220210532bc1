//! Five-field cron expressions, as Vixie's cron reads them.
//!
//! Where implementations of cron disagree about a form (`5/10`, `22-6`), it is refused with the form that all of them
//! read alike.

use super::date_set::{DateSet, Days, Join, Years};
use super::error::{ParseError, nearest};
use super::time_set::TimeSet;

/// A cron expression as bit sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Cron {
    minutes: u64,
    hours: u32,
    days: u32,
    months: u16,
    /// Bit 0 is Monday.
    weekdays: u8,
    /// Whether the day of the month or the weekday begins with a star, which joins the two fields with "and".
    day_star: bool,
    /// Whether the minute or the hour begins with a star, which makes Vixie's cron follow the wall clock.
    pub(super) clock_star: bool,
}

struct Field {
    name: &'static str,
    low: u32,
    high: u32,
    /// Names of the values from `low` on.
    names: &'static [&'static str],
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const FIELDS: [Field; 5] = [
    Field { name: "minute", low: 0, high: 59, names: &[] },
    Field { name: "hour", low: 0, high: 23, names: &[] },
    Field { name: "day of the month", low: 1, high: 31, names: &[] },
    Field { name: "month", low: 1, high: 12, names: &MONTHS },
    Field { name: "weekday", low: 0, high: 7, names: &WEEKDAYS },
];

/// The expressions behind cron's nicknames.
const NICKNAMES: [(&str, &str); 7] = [
    ("hourly", "0 * * * *"),
    ("daily", "0 0 * * *"),
    ("midnight", "0 0 * * *"),
    ("weekly", "0 0 * * 0"),
    ("monthly", "0 0 1 * *"),
    ("yearly", "0 0 1 1 *"),
    ("annually", "0 0 1 1 *"),
];

impl Cron {
    /// Reads the five fields, given with their byte offsets.
    pub(super) fn parse(fields: &[(usize, &str)]) -> Result<Cron, ParseError> {
        let mut bits = [0_u64; 5];
        let mut star = [false; 5];
        for (index, ((offset, text), field)) in fields.iter().zip(&FIELDS).enumerate() {
            bits[index] = field.parse(text, *offset)?;
            star[index] = text.starts_with('*');
        }
        let [minutes, hours, days, months, weekdays] = bits;
        Ok(Cron {
            minutes,
            hours: hours as u32,
            days: (days >> 1) as u32,
            months: months as u16,
            weekdays: from_monday(weekdays),
            day_star: star[2] || star[4],
            clock_star: star[0] || star[1],
        })
    }

    /// Reads `@daily` and its kin.
    pub(super) fn nickname(text: &str) -> Result<Cron, ParseError> {
        let name = text.trim_start_matches('@');
        if let Some((_, expression)) = NICKNAMES.iter().find(|(known, _)| *known == name) {
            let fields: Vec<(usize, &str)> = expression.split(' ').map(|field| (0, field)).collect();
            return Cron::parse(&fields);
        }
        let error = |message: &str| ParseError::new(message, 0, text.len());
        if name == "reboot" {
            return Err(error("`@reboot` runs when a machine starts, so nothing says how far apart its runs are")
                .help("write when it runs, such as `0 2 * * *`, or how often: `every: 1d`"));
        }
        if name.starts_with("every") {
            return Err(error("`@every` is not cron").help("give the interval as `every: 6h` instead of `schedule:`"));
        }
        let near = nearest(name, NICKNAMES.iter().map(|(known, _)| *known), 1);
        let help = near.first().map_or_else(
            || "there are `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly`".to_owned(),
            |near| format!("did you mean `@{near}`?"),
        );
        Err(ParseError::new(format!("cron has no `{text}`"), 0, text.len()).help(help))
    }

    pub(super) fn dates(&self) -> DateSet {
        let join = if self.day_star { Join::Both } else { Join::Either };
        DateSet {
            years: Years::Every,
            months: self.months,
            days: Days::FromStart(self.days),
            weekdays: self.weekdays,
            join,
        }
    }

    pub(super) fn times(&self) -> TimeSet {
        TimeSet { hours: self.hours, minutes: self.minutes, seconds: 1 }
    }
}

impl Field {
    fn parse(&self, text: &str, offset: usize) -> Result<u64, ParseError> {
        let mut bits = 0;
        let mut at = offset;
        for item in text.split(',') {
            bits |= self.parse_item(item, at)?;
            at += item.len() + 1;
        }
        Ok(bits)
    }

    /// A star, a value or a range, with or without a step.
    fn parse_item(&self, item: &str, at: usize) -> Result<u64, ParseError> {
        if item.is_empty() {
            return Err(ParseError::new(format!("an item is missing in the list for the {}", self.name), at, 0));
        }
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some((step, at + range.len() + 1))),
            None => (item, None),
        };
        let (first, last, single) = self.parse_range(range, at)?;
        let step = match step {
            None => 1,
            Some((text, at)) => parse_step(text, at)?,
        };
        if single && item.contains('/') {
            return Err(ParseError::new(format!("`{item}` has a step but no range"), at, item.len())
                .help(format!("write `{first}-{}/{step}`, which every cron reads alike", self.high)));
        }
        Ok((first..=last).step_by(step).fold(0, |bits, value| bits | 1 << value))
    }

    /// First and last value, and whether only one was given.
    fn parse_range(&self, range: &str, at: usize) -> Result<(u32, u32, bool), ParseError> {
        if range == "*" {
            return Ok((self.low, self.high, false));
        }
        let Some((first, last)) = range.split_once('-') else {
            let value = self.parse_value(range, at)?;
            return Ok((value, value, true));
        };
        let from = self.parse_value(first, at)?;
        let to = self.parse_value(last, at + first.len() + 1)?;
        if from > to {
            let help = match (self.high, to) {
                (7, 0) => format!("write `{from}-7`"),
                _ => format!("write `{},{}`", span(from, self.high), span(self.bottom(), to)),
            };
            return Err(ParseError::new(format!("the range `{range}` runs backwards"), at, range.len()).help(help));
        }
        Ok((from, to, false))
    }

    fn parse_value(&self, text: &str, at: usize) -> Result<u32, ParseError> {
        let lower = text.to_ascii_lowercase();
        if let Some(index) = self.names.iter().position(|name| *name == lower) {
            return Ok(self.low + index as u32);
        }
        if text.is_empty() {
            return Err(ParseError::new(format!("the {} is missing", self.name), at, 0));
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.not_a_value(text, &lower, at));
        }
        match text.parse::<u32>() {
            Ok(value) if (self.low..=self.high).contains(&value) => Ok(value),
            _ => Err(ParseError::new(format!("{} {text} is out of range", self.name), at, text.len())
                .help(format!("{} goes from {} to {}", self.name, self.low, self.high))),
        }
    }

    fn not_a_value(&self, text: &str, lower: &str, at: usize) -> ParseError {
        let error = ParseError::new(format!("`{text}` is no {}", self.name), at, text.len());
        if text == "?" {
            return error.help("`?` belongs to Quartz; in cron write `*`");
        }
        if text.contains(['#', '?']) || matches!(lower, "l" | "w" | "lw") || ends_in_quartz_letter(lower) {
            return error.help("`L`, `W` and `#` belong to Quartz; OnCalendar has `*-*~01` for the last day of a month and `Mon *-*~07/1` for its last Monday");
        }
        let by_start = self.names.iter().copied().find(|name| lower.starts_with(name));
        let near = by_start.or_else(|| nearest(lower, self.names.iter().copied(), 1).first().copied());
        error.maybe_help(near.map(|name| format!("did you mean `{name}`?")))
    }

    /// The least value to propose where a backward range is split: Sunday is already in its first half.
    fn bottom(&self) -> u32 {
        if self.high == 7 { 1 } else { self.low }
    }
}

fn span(from: u32, to: u32) -> String {
    if from == to { from.to_string() } else { format!("{from}-{to}") }
}

fn ends_in_quartz_letter(lower: &str) -> bool {
    lower
        .strip_suffix(['l', 'w'])
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

fn parse_step(text: &str, at: usize) -> Result<usize, ParseError> {
    match text.parse::<usize>() {
        Ok(0) => Err(ParseError::new("a step of 0 never gets anywhere", at, text.len())),
        Ok(step) => Ok(step),
        Err(_) => {
            Err(ParseError::new(format!("`{text}` is not a step"), at, text.len())
                .help("a step is a number, as in `*/15`"))
        }
    }
}

/// Cron's 0 and 7 for Sunday, 1 for Monday, turned so that bit 0 is Monday.
fn from_monday(bits: u64) -> u8 {
    let sunday = bits & 1 | bits >> 7 & 1;
    (bits >> 1 & 0x3f | sunday << 6) as u8
}
