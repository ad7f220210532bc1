//! Rates: `150 MiB/s`, `1 Gbit/s`, `2 GiB/h`. Exact fractions of bytes per second.

use std::fmt;
use std::str::FromStr;

use super::bytes::{UNITS, unit_bytes};
use super::{Bytes, Seconds, UnitError, split_number};

/// A rate of so many bytes in so many seconds, in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    bytes: u64,
    seconds: u64,
}

const PERIODS: [(&str, u64); 5] = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400), ("w", 604_800)];

impl Rate {
    /// So many bytes in so many seconds; none for zero seconds.
    pub fn new(bytes: u64, seconds: u64) -> Option<Self> {
        if seconds == 0 {
            return None;
        }
        let divisor = gcd(bytes, seconds).max(1);
        Some(Self { bytes: bytes / divisor, seconds: seconds / divisor })
    }

    /// The fraction `(bytes, seconds)` in lowest terms.
    pub fn fraction(self) -> (u64, u64) {
        (self.bytes, self.seconds)
    }

    /// Whether nothing moves.
    pub fn is_zero(self) -> bool {
        self.bytes == 0
    }

    /// The time that `size` takes at this rate, rounded up to a second; none at rate zero.
    pub fn time_for(self, size: Bytes) -> Option<Seconds> {
        let needed = u128::from(size.0) * u128::from(self.seconds);
        (self.bytes > 0).then(|| Seconds(u64::try_from(needed.div_ceil(u128::from(self.bytes))).unwrap_or(u64::MAX)))
    }

    /// What comes together in `time`, rounded up to a byte.
    pub fn amount_in(self, time: Seconds) -> Bytes {
        let amount = (u128::from(self.bytes) * u128::from(time.0)).div_ceil(u128::from(self.seconds));
        Bytes(u64::try_from(amount).unwrap_or(u64::MAX))
    }
}

impl PartialOrd for Rate {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rate {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let cross = |a: &Self, b: &Self| u128::from(a.bytes) * u128::from(b.seconds);
        cross(self, other).cmp(&cross(other, self))
    }
}

impl fmt::Display for Rate {
    /// The notation with the largest unit and the shortest period that come out even.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (period, seconds) in PERIODS {
            let scaled = u128::from(self.bytes) * u128::from(seconds);
            if !scaled.is_multiple_of(u128::from(self.seconds)) {
                continue;
            }
            let amount = scaled / u128::from(self.seconds);
            let even = |size: u64| amount > 0 && amount.is_multiple_of(u128::from(size)) && amount >= u128::from(size);
            // A network's rate is a round number of bits: 125 MB/s is 1 Gbit/s.
            if period == "s" && even(125) && !even(1 << 20) {
                for (unit, bytes) in [("Gbit", 125_000_000), ("Mbit", 125_000), ("kbit", 125)] {
                    if even(bytes) {
                        return write!(f, "{} {unit}/s", amount / u128::from(bytes));
                    }
                }
            }
            let (unit, size) = UNITS.into_iter().find(|(_, size)| even(*size)).unwrap_or(("B", 1));
            return write!(f, "{} {unit}/{period}", amount / u128::from(size));
        }
        write!(f, "{} bit/s", u128::from(self.bytes) * 8 / u128::from(self.seconds))
    }
}

impl FromStr for Rate {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let text = text.trim();
        let (number, unit) = split_number(text).ok_or_else(|| not_a_rate(text))?;
        let Some((amount, period)) = unit.split_once('/') else {
            return Err(if unit.is_empty() {
                UnitError::new(format!("`{text}` has no unit")).help(format!("write `{text} MiB/s` or `{text} Mbit/s`"))
            } else {
                UnitError::new(format!("`{text}` is an amount, not a rate")).help(format!("write `{text}/s`"))
            });
        };
        let seconds = PERIODS.iter().find(|(name, _)| *name == period).map(|(_, seconds)| *seconds);
        let seconds = seconds.ok_or_else(|| {
            UnitError::new(format!("unknown period `/{period}`"))
                .help("the periods are `/s`, `/m`, `/h`, `/d` and `/w`")
        })?;
        let (factor, parts) = match bits(amount) {
            Some(factor) => (factor, 8),
            None => (unit_bytes(text.trim_end_matches(&format!("/{period}")), amount)?, 1),
        };
        let too_large = || UnitError::new(format!("`{text}` is too large a rate"));
        let bytes = number.times_rounded(u128::from(factor)).ok_or_else(too_large)?;
        Self::new(bytes, seconds * parts).ok_or_else(too_large)
    }
}

fn not_a_rate(text: &str) -> UnitError {
    UnitError::new(format!("`{text}` is not a rate")).help("write it like `150 MiB/s`, `1 Gbit/s` or `2 GiB/h`")
}

fn bits(unit: &str) -> Option<u64> {
    let factors =
        [("bit", 1), ("kbit", 1_000), ("Mbit", 1_000_000), ("Gbit", 1_000_000_000), ("Tbit", 1_000_000_000_000)];
    factors.into_iter().find(|(name, _)| *name == unit).map(|(_, factor)| factor)
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    #[test]
    fn reads_and_prints() {
        for text in ["150 MiB/s", "1 Gbit/s", "2 GiB/h", "100 Mbit/s", "2 B/d"] {
            assert_eq!(rate(text).to_string(), text);
        }
    }

    #[test]
    fn computes_exactly_and_rounds_up() {
        assert_eq!(rate("1 Gbit/s").time_for(Bytes(125_000_001)), Some(Seconds(2)));
        assert_eq!(rate("2 GiB/h").amount_in(Seconds(1_800)), Bytes(1 << 30));
        assert_eq!(rate("100 MiB/s").time_for("80 GiB".parse().unwrap()), Some(Seconds(820)));
        assert!(rate("1 Gbit/s") < rate("150 MiB/s"));
    }

    #[test]
    fn refuses_with_a_way_out() {
        let error = |text: &str| text.parse::<Rate>().unwrap_err();
        assert_eq!(error("100").help.unwrap(), "write `100 MiB/s` or `100 Mbit/s`");
        assert_eq!(error("100 MiB").help.unwrap(), "write `100 MiB/s`");
        assert!(error("100 MiB/y").message.contains("/y"));
        assert!(error("100 mbps/s").message.contains("unknown unit"));
    }
}
