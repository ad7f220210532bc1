//! Durations: `90s`, `15m`, `1h 30m`, `2d`, `1w`, and ISO 8601's `PT15M`. A day is 24 hours.

use std::fmt;
use std::str::FromStr;

use super::{Decimal, UnitError, split_number};

/// A duration in whole seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seconds(pub u64);

/// A duration in whole milliseconds, for latencies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub u64);

const UNITS: [(&str, u64); 5] = [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// Longer than any promise about recovery; a bound that keeps every sum of durations far from overflow.
const LONGEST: u64 = 1_000 * 366 * 86_400;

impl Seconds {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// One minute.
    pub const MINUTE: Self = Self(60);
    /// One hour.
    pub const HOUR: Self = Self(3_600);
    /// One day of 24 hours.
    pub const DAY: Self = Self(86_400);

    /// For people: `2 h 05 m`, `47 h`, `90 s`; from three days on with the days beside it: `217 h (9 d 1 h)`.
    pub fn human(self) -> String {
        let (h, m, s) = (self.0 / 3_600, self.0 % 3_600 / 60, self.0 % 60);
        let clock = match (h, m, s) {
            (0, 0, s) => format!("{s} s"),
            (0, m, 0) => format!("{m} m"),
            (0, m, s) => format!("{m} m {s:02} s"),
            (h, 0, 0) => format!("{h} h"),
            (h, m, 0) => format!("{h} h {m:02} m"),
            (h, m, s) => format!("{h} h {m:02} m {s:02} s"),
        };
        if h < 72 {
            return clock;
        }
        match (h / 24, h % 24) {
            (days, 0) => format!("{clock} ({days} d)"),
            (days, hours) => format!("{clock} ({days} d {hours} h)"),
        }
    }

    /// As a mark on a time scale: hours and minutes, `1:05`, with seconds where there are some.
    pub fn mark(self) -> String {
        let (hours, minutes, seconds) = (self.0 / 3_600, self.0 % 3_600 / 60, self.0 % 60);
        match seconds {
            0 => format!("{hours}:{minutes:02}"),
            _ => format!("{hours}:{minutes:02}:{seconds:02}"),
        }
    }
}

impl std::ops::Add for Seconds {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::iter::Sum for Seconds {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, |a, b| a + b)
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        let mut separator = "";
        for (unit, seconds) in UNITS {
            // Weeks only where they come out even: `8d` reads better than `1w 1d`.
            if rest < seconds || (unit == "w" && !rest.is_multiple_of(seconds)) {
                continue;
            }
            write!(f, "{separator}{}{unit}", rest / seconds)?;
            rest %= seconds;
            separator = " ";
        }
        if self.0 == 0 { f.write_str("0s") } else { Ok(()) }
    }
}

impl FromStr for Seconds {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let text = text.trim();
        let seconds = if text.starts_with(['P', 'p']) { iso(text) } else { parts(text) }?;
        if seconds > LONGEST {
            return Err(UnitError::new(format!("`{text}` is longer than a thousand years")));
        }
        Ok(Self(seconds))
    }
}

impl Millis {
    /// For people: `8 ms`.
    pub fn human(self) -> String {
        if self.0.is_multiple_of(1_000) { Seconds(self.0 / 1_000).human() } else { format!("{} ms", self.0) }
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_multiple_of(1_000) { Seconds(self.0 / 1_000).fmt(f) } else { write!(f, "{}ms", self.0) }
    }
}

impl FromStr for Millis {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        if let Some((number, "ms")) = split_number(text.trim()) {
            return number.times(1).map(Self).ok_or_else(|| inexact(text, "millisecond"));
        }
        let seconds: Seconds = text.parse()?;
        Ok(Self(seconds.0.saturating_mul(1_000)))
    }
}

fn inexact(text: &str, of: &str) -> UnitError {
    UnitError::new(format!("`{text}` is not a whole number of {of}s"))
}

/// `1h 30m`: numbers with a unit each, from the largest unit to the smallest.
fn parts(text: &str) -> Result<u64, UnitError> {
    let mut rest = text;
    let mut total: u64 = 0;
    let mut last = u64::MAX;
    while !rest.is_empty() || last == u64::MAX {
        let (number, after) = split_number(rest).ok_or_else(|| not_a_duration(text))?;
        let end = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
        let (unit, tail) = after.split_at(end);
        let seconds = unit_seconds(text, number, unit)?;
        if seconds >= last {
            return Err(UnitError::new(format!("the units of `{text}` do not go from large to small")));
        }
        last = seconds;
        let part = number.times(u128::from(seconds)).ok_or_else(|| inexact(text, "second"))?;
        total = total.checked_add(part).ok_or_else(|| inexact(text, "second"))?;
        rest = tail.trim_start();
    }
    Ok(total)
}

fn unit_seconds(text: &str, number: Decimal, unit: &str) -> Result<u64, UnitError> {
    if let Some((_, seconds)) = UNITS.iter().find(|(name, _)| *name == unit) {
        return Ok(*seconds);
    }
    let whole = number.digits / number.scale;
    let help = |unit: &str| format!("write `{whole}{unit}`");
    let lower = unit.to_lowercase();
    Err(match lower.as_str() {
        "" => UnitError::new(format!("`{text}` has no unit"))
            .help(format!("write `{whole}s`, `{whole}m`, `{whole}h` or `{whole}d`")),
        "ms" => UnitError::new(format!("`{text}` is finer than a second")),
        "mo" | "mon" | "month" | "months" | "y" | "yr" | "year" | "years" => {
            UnitError::new(format!("`{unit}` has no fixed length")).help("write it in days, such as `30d` or `365d`")
        }
        "sec" | "secs" | "second" | "seconds" => UnitError::new(format!("unknown unit `{unit}`")).help(help("s")),
        "min" | "mins" | "minute" | "minutes" => UnitError::new(format!("unknown unit `{unit}`")).help(help("m")),
        "hr" | "hrs" | "hour" | "hours" => UnitError::new(format!("unknown unit `{unit}`")).help(help("h")),
        "day" | "days" => UnitError::new(format!("unknown unit `{unit}`")).help(help("d")),
        "week" | "weeks" => UnitError::new(format!("unknown unit `{unit}`")).help(help("w")),
        other if ["s", "m", "h", "d", "w"].contains(&other) => {
            UnitError::new(format!("unknown unit `{unit}`")).help(help(other))
        }
        _ => UnitError::new(format!("unknown unit `{unit}`")).help("the units are `s`, `m`, `h`, `d` and `w`"),
    })
}

fn not_a_duration(text: &str) -> UnitError {
    UnitError::new(format!("`{text}` is not a duration")).help("write it like `90s`, `15m`, `1h 30m`, `2d` or `1w`")
}

/// ISO 8601: `P1W`, `P2DT3H`, `PT15M`. Months and years are refused: they have no fixed length.
fn iso(text: &str) -> Result<u64, UnitError> {
    let mut total: u64 = 0;
    let mut in_time = false;
    let mut rest = &text[1..];
    let mut last = u64::MAX;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(['T', 't']) {
            if in_time || after.is_empty() {
                return Err(not_a_duration(text));
            }
            in_time = true;
            rest = after;
        }
        let (number, after) = split_number(rest).ok_or_else(|| not_a_duration(text))?;
        let letter = after.chars().next().ok_or_else(|| not_a_duration(text))?;
        let seconds = match (letter.to_ascii_uppercase(), in_time) {
            ('W', false) => 604_800,
            ('D', false) => 86_400,
            ('H', true) => 3_600,
            ('M', true) => 60,
            ('S', true) => 1,
            ('Y' | 'M', false) => {
                return Err(UnitError::new(format!("`{text}` has months or years, which have no fixed length"))
                    .help("write it in days, such as `30d` or `P30D`"));
            }
            _ => return Err(not_a_duration(text)),
        };
        if seconds >= last {
            return Err(not_a_duration(text));
        }
        last = seconds;
        let part = number.times(seconds.into()).ok_or_else(|| inexact(text, "second"))?;
        total = total.checked_add(part).ok_or_else(|| inexact(text, "second"))?;
        rest = &after[letter.len_utf8()..];
    }
    if last == u64::MAX { Err(not_a_duration(text)) } else { Ok(total) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Result<u64, String> {
        text.parse::<Seconds>().map(|s| s.0).map_err(|e| format!("{}; {}", e.message, e.help.unwrap_or_default()))
    }

    #[test]
    fn reads_both_notations() {
        let cases = [
            ("90s", 90),
            ("15m", 900),
            ("1h 30m", 5_400),
            ("1h30m", 5_400),
            ("1.5h", 5_400),
            ("2d", 172_800),
            ("1w", 604_800),
            ("0s", 0),
            ("PT15M", 900),
            ("P1DT12H", 129_600),
            ("P2W", 1_209_600),
        ];
        for (text, expected) in cases {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn refuses_with_a_way_out() {
        let cases = [
            ("15", "`15` has no unit; write `15s`, `15m`, `15h` or `15d`"),
            ("15 minutes", "unknown unit `minutes`; write `15m`"),
            ("2H", "unknown unit `H`; write `2h`"),
            ("1 month", "`month` has no fixed length; write it in days, such as `30d` or `365d`"),
            ("P1M", "`P1M` has months or years, which have no fixed length; write it in days, such as `30d` or `P30D`"),
            ("soon", "`soon` is not a duration; write it like `90s`, `15m`, `1h 30m`, `2d` or `1w`"),
            ("30m 1h", "the units of `30m 1h` do not go from large to small; "),
            ("0.5s", "`0.5s` is not a whole number of seconds; "),
            ("9999999w", "`9999999w` is longer than a thousand years; "),
        ];
        for (text, expected) in cases {
            assert_eq!(seconds(text), Err(expected.to_owned()), "{text}");
        }
        for text in ["", "P", "PT", "P1", "PT1D", "-5m", "1.", ".5h", "999999999999999999999s"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn time_marks() {
        assert_eq!(Seconds(0).mark(), "0:00");
        assert_eq!(Seconds(3_900).mark(), "1:05");
        assert_eq!(Seconds(100_001).mark(), "27:46:41");
    }

    #[test]
    fn prints_what_it_reads() {
        for n in [0, 1, 59, 60, 61, 3_599, 3_600, 5_400, 86_400, 90_000, 604_800, 691_200, 700_001] {
            assert_eq!(Seconds(n).to_string().parse(), Ok(Seconds(n)));
        }
        assert_eq!(Seconds(7_500).human(), "2 h 05 m");
        assert_eq!(Seconds(217 * 3_600).human(), "217 h (9 d 1 h)");
        assert_eq!("8ms".parse::<Millis>().map(|m| m.human()), Ok("8 ms".into()));
    }
}
