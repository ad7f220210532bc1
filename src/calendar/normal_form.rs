//! An OnCalendar expression as systemd holds it: one chain of values per unit of time, brought into normal form.
//!
//! The rules are those of systemd 252, `man 7 systemd.time` and `src/shared/calendarspec.c`; `systemd-analyze calendar`
//! prints the same as [`CalendarSpec`]'s `Display`.

use super::date_set::{DateSet, Days, EVERY_DAY, EVERY_MONTH, EVERY_WEEKDAY, FIRST_YEAR, Join, LAST_YEAR, Years};
use super::error::ParseError;
use super::time_set::TimeSet;
use std::fmt::{Display, Formatter, Result as FmtResult};

/// A value, a range or a repetition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Component {
    pub(super) start: u32,
    pub(super) stop: Option<u32>,
    /// 0 for a single value.
    pub(super) repeat: u32,
    /// Where it stands in the text: byte offset and length.
    pub(super) place: (usize, usize),
}

/// All values of one unit; an empty chain is a star.
pub(super) type Chain = Vec<Component>;

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct CalendarSpec {
    /// Bit 0 is Monday; 0 where no weekday is given.
    pub(super) weekdays: u8,
    pub(super) year: Chain,
    pub(super) month: Chain,
    pub(super) day: Chain,
    /// Whether days count from the end of the month (`~`).
    pub(super) end_of_month: bool,
    pub(super) hour: Chain,
    pub(super) minute: Chain,
    pub(super) second: Chain,
    /// The zone as it is printed at the end.
    pub(super) zone: Option<String>,
}

struct Unit {
    name: &'static str,
    low: u32,
    high: u32,
}

const YEAR: Unit = Unit { name: "year", low: FIRST_YEAR as u32, high: LAST_YEAR as u32 };
const MONTH: Unit = Unit { name: "month", low: 1, high: 12 };
const DAY_OF_MONTH: Unit = Unit { name: "day of the month", low: 1, high: 31 };
/// systemd counts back at most 28 days, which every month has.
const DAY_FROM_END: Unit = Unit { name: "day from the end of the month", low: 1, high: 28 };
const HOUR: Unit = Unit { name: "hour", low: 0, high: 23 };
const MINUTE: Unit = Unit { name: "minute", low: 0, high: 59 };
const SECOND: Unit = Unit { name: "second", low: 0, high: 59 };

pub(super) const WEEKDAY_NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl Component {
    pub(super) fn single(value: u32) -> Component {
        Component { start: value, stop: None, repeat: 0, place: (0, 0) }
    }

    /// Shortens a range to a whole number of steps, and turns one that is a single value into that value.
    fn normalize(&mut self) {
        if let Some(stop) = self.stop
            && stop > self.start
            && self.repeat > 0
        {
            self.stop = Some(stop - (stop - self.start) % self.repeat);
        }
        if self.stop == Some(self.start) {
            self.stop = None;
            self.repeat = 0;
        }
    }

    fn check(&self, unit: &Unit, from_end: bool) -> Result<(), ParseError> {
        let (at, len) = self.place;
        let range = format!("{} goes from {} to {}", unit.name, unit.low, unit.high);
        for value in [Some(self.start), self.stop].into_iter().flatten() {
            if !(unit.low..=unit.high).contains(&value) {
                return Err(ParseError::new(format!("{} {value} is out of range", unit.name), at, len).help(range));
            }
        }
        let backwards = self.stop.is_some_and(|stop| stop < self.start);
        if let (true, Some(stop)) = (backwards, self.stop) {
            return Err(ParseError::new(format!("the range `{}..{stop}` runs backwards", self.start), at, len)
                .help(format!("write `{}..{},{}..{stop}`", self.start, unit.high, unit.low)));
        }
        let reach = match (self.stop, from_end) {
            (Some(stop), _) => stop - self.start,
            (None, true) => self.start - unit.low,
            (None, false) => unit.high - self.start,
        };
        if self.repeat > reach {
            return Err(ParseError::new(format!("a repetition of {} never comes round", self.repeat), at, len)
                .help(format!("write `{}` alone", self.start)));
        }
        Ok(())
    }

    /// The values, in the order of the calendar's numbers. From the end of the month, a repetition runs towards it.
    fn values(&self, unit: &Unit, from_end: bool) -> Vec<u32> {
        if self.repeat == 0 {
            return vec![self.start];
        }
        let step = self.repeat as usize;
        match (self.stop, from_end) {
            (Some(stop), false) => (self.start..=stop).step_by(step).collect(),
            (None, false) => (self.start..=unit.high).step_by(step).collect(),
            (Some(stop), true) => (self.start..=stop).rev().step_by(step).collect(),
            (None, true) => (unit.low..=self.start).rev().step_by(step).collect(),
        }
    }

    fn key(&self) -> (u32, Option<u32>, u32) {
        (self.start, self.stop, self.repeat)
    }
}

impl CalendarSpec {
    /// Brings the chains into systemd's normal form and refuses what systemd refuses.
    pub(super) fn normalize(mut self) -> Result<CalendarSpec, ParseError> {
        if self.day.is_empty() {
            self.end_of_month = false;
        }
        if self.weekdays == EVERY_WEEKDAY {
            self.weekdays = 0;
        }
        for component in &mut self.year {
            component.start = full_year(component.start);
            component.stop = component.stop.map(full_year);
        }
        let from_end = self.end_of_month;
        let day = if from_end { &DAY_FROM_END } else { &DAY_OF_MONTH };
        normalize_chain(&mut self.year, &YEAR, false)?;
        normalize_chain(&mut self.month, &MONTH, false)?;
        normalize_chain(&mut self.day, day, from_end)?;
        normalize_chain(&mut self.hour, &HOUR, false)?;
        normalize_chain(&mut self.minute, &MINUTE, false)?;
        normalize_chain(&mut self.second, &SECOND, false)?;
        Ok(self)
    }

    pub(super) fn dates(&self) -> DateSet {
        let days = if self.day.is_empty() {
            Days::FromStart(EVERY_DAY)
        } else if self.end_of_month {
            Days::FromEnd((bits(&self.day, &DAY_FROM_END, true) >> 1) as u32)
        } else {
            Days::FromStart((bits(&self.day, &DAY_OF_MONTH, false) >> 1) as u32)
        };
        DateSet {
            years: self.years(),
            months: if self.month.is_empty() { EVERY_MONTH } else { bits(&self.month, &MONTH, false) as u16 },
            days,
            weekdays: if self.weekdays == 0 { EVERY_WEEKDAY } else { self.weekdays },
            join: Join::Both,
        }
    }

    pub(super) fn times(&self) -> TimeSet {
        TimeSet {
            hours: bits(&self.hour, &HOUR, false) as u32,
            minutes: bits(&self.minute, &MINUTE, false),
            seconds: bits(&self.second, &SECOND, false),
        }
    }

    fn years(&self) -> Years {
        if self.year.is_empty() {
            return Years::Every;
        }
        let mut bits = [0_u64; 4];
        for year in self.year.iter().flat_map(|component| component.values(&YEAR, false)) {
            let index = (year - YEAR.low) as usize;
            bits[index / 64] |= 1 << (index % 64);
        }
        let open = self.year.iter().any(|component| component.repeat > 0 && component.stop.is_none());
        Years::Only { bits, open }
    }
}

impl Display for CalendarSpec {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> FmtResult {
        if self.weekdays != 0 {
            write!(formatter, "{} ", weekday_list(self.weekdays))?;
        }
        let dash = if self.end_of_month { '~' } else { '-' };
        write!(
            formatter,
            "{}-{}{dash}{}",
            chain_text(&self.year, 4),
            chain_text(&self.month, 2),
            chain_text(&self.day, 2)
        )?;
        let every_second = self.second.iter().any(|part| part.start == 0 && part.stop.is_none() && part.repeat == 1);
        let second = if every_second { "*".to_owned() } else { chain_text(&self.second, 2) };
        write!(formatter, " {}:{}:{second}", chain_text(&self.hour, 2), chain_text(&self.minute, 2))?;
        match &self.zone {
            Some(zone) => write!(formatter, " {zone}"),
            None => Ok(()),
        }
    }
}

/// Weekdays as systemd prints them: runs of three and more as ranges.
pub(super) fn weekday_list(weekdays: u8) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut day = 0;
    while day < 7 {
        if weekdays >> day & 1 == 0 {
            day += 1;
            continue;
        }
        let run = (weekdays >> day).trailing_ones() as usize;
        let (first, last) = (WEEKDAY_NAMES[day], WEEKDAY_NAMES[day + run - 1]);
        parts.push(match run {
            1 => first.to_owned(),
            2 => format!("{first},{last}"),
            _ => format!("{first}..{last}"),
        });
        day += run;
    }
    parts.join(",")
}

fn chain_text(chain: &Chain, width: usize) -> String {
    if chain.is_empty() {
        return "*".to_owned();
    }
    let parts: Vec<String> = chain.iter().map(|component| component_text(component, width)).collect();
    parts.join(",")
}

fn component_text(component: &Component, width: usize) -> String {
    let Component { start, stop, repeat, .. } = *component;
    match (stop, repeat) {
        (Some(stop), 1) => format!("{start:0width$}..{stop:0width$}"),
        (Some(stop), _) => format!("{start:0width$}..{stop:0width$}/{repeat}"),
        (None, 0) => format!("{start:0width$}"),
        (None, _) => format!("{start:0width$}/{repeat}"),
    }
}

/// systemd reads 12 as 2012 and 89 as 1989.
fn full_year(year: u32) -> u32 {
    match year {
        0..70 => year + 2000,
        70..100 => year + 1900,
        _ => year,
    }
}

fn normalize_chain(chain: &mut Chain, unit: &Unit, from_end: bool) -> Result<(), ParseError> {
    chain.iter_mut().for_each(Component::normalize);
    chain.sort_by_key(Component::key);
    chain.dedup_by_key(|component| component.key());
    for (index, component) in chain.iter().enumerate() {
        // systemd takes three days off for each further item of a list that counts from the end of the month.
        let spared = if from_end { 3 * index as u32 } else { 0 };
        component.check(&Unit { high: unit.high.saturating_sub(spared), ..*unit }, from_end)?;
    }
    Ok(())
}

fn bits(chain: &Chain, unit: &Unit, from_end: bool) -> u64 {
    if chain.is_empty() {
        return (unit.low..=unit.high).fold(0, |bits, value| bits | 1 << value);
    }
    chain.iter().flat_map(|component| component.values(unit, from_end)).fold(0, |bits, value| bits | 1 << value)
}
