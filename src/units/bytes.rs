//! Sizes: `200 GiB`, `1.5 TB`. Powers of 1024 with an `i`, powers of 1000 without.

use std::fmt;
use std::str::FromStr;

use super::{UnitError, split_number};

/// A size in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(pub u64);

pub(super) const UNITS: [(&str, u64); 11] = [
    ("PiB", 1 << 50),
    ("PB", 1_000_000_000_000_000),
    ("TiB", 1 << 40),
    ("TB", 1_000_000_000_000),
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1_000),
    ("B", 1),
];

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = |(_, size): &&(&str, u64)| self.0 >= *size && self.0.is_multiple_of(*size);
        match UNITS.iter().find(exact) {
            Some((unit, size)) => write!(f, "{} {unit}", self.0 / size),
            None => write!(f, "{} B", self.0),
        }
    }
}

impl FromStr for Bytes {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let text = text.trim();
        let (number, unit) = split_number(text).ok_or_else(|| not_a_size(text))?;
        let factor = unit_bytes(text, unit)?;
        let too_large = || UnitError::new(format!("`{text}` is more than can be counted in bytes"));
        number.times_rounded(u128::from(factor)).map(Self).ok_or_else(too_large)
    }
}

fn not_a_size(text: &str) -> UnitError {
    UnitError::new(format!("`{text}` is not a size")).help("write it like `200 GiB` or `1.5 TB`")
}

/// The bytes in a unit; `text` is for the message.
pub(super) fn unit_bytes(text: &str, unit: &str) -> Result<u64, UnitError> {
    if let Some((_, factor)) = UNITS.iter().find(|(name, _)| *name == unit) {
        return Ok(*factor);
    }
    if unit.is_empty() {
        return Err(UnitError::new(format!("`{text}` has no unit")).help(format!("write `{text} GiB` or `{text} GB`")));
    }
    let number = text.trim_end_matches(unit).trim_end();
    let error = UnitError::new(format!("unknown unit `{unit}`"));
    // `G`, `gb` and `gib` are common; which power they mean is for the author to say.
    let letter = unit.chars().next().map(|c| c.to_ascii_uppercase());
    Err(match (letter, unit.to_ascii_lowercase().ends_with("ib")) {
        (Some('K'), false) => error.help(format!("write `{number} kB` (1000 bytes) or `{number} KiB` (1024)")),
        (Some(c @ ('K' | 'M' | 'G' | 'T' | 'P')), true) => error.help(format!("write `{number} {c}iB`")),
        (Some(c @ ('M' | 'G' | 'T' | 'P')), false) => {
            error.help(format!("write `{number} {c}iB` (powers of 1024) or `{number} {c}B` (powers of 1000)"))
        }
        _ => error.help("the units are `B`, `kB`, `MB`, `GB`, `TB`, `PB` and `KiB`, `MiB`, `GiB`, `TiB`, `PiB`"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints() {
        for (text, bytes, printed) in [
            ("200 GiB", 200 << 30, "200 GiB"),
            ("1.5 TB", 1_500_000_000_000, "1500 GB"),
            ("80GiB", 80 << 30, "80 GiB"),
            ("0 B", 0, "0 B"),
            ("1.5 KiB", 1536, "1536 B"),
        ] {
            assert_eq!(text.parse(), Ok(Bytes(bytes)), "{text}");
            assert_eq!(Bytes(bytes).to_string(), printed);
        }
    }

    #[test]
    fn refuses_with_a_way_out() {
        let error = |text: &str| text.parse::<Bytes>().unwrap_err();
        assert_eq!(error("80").help.unwrap(), "write `80 GiB` or `80 GB`");
        assert_eq!(error("80 gb").help.unwrap(), "write `80 GiB` (powers of 1024) or `80 GB` (powers of 1000)");
        assert_eq!(error("80 KB").help.unwrap(), "write `80 kB` (1000 bytes) or `80 KiB` (1024)");
        assert_eq!(error("big").message, "`big` is not a size");
        assert!(error("99999999 PiB").message.contains("more than can be counted"));
    }
}
