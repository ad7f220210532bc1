//! Amounts with units: durations, sizes and rates. Exact integers, strict notation, checked arithmetic.
//!
//! Each type reads the notation of the spec, prints it back so that it can be pasted (`Display`), and prints itself
//! for people ([`Seconds::human`]).

mod bytes;
mod duration;
mod rate;
mod serde_impls;

pub use bytes::Bytes;
pub use duration::{Millis, Seconds};
pub use rate::Rate;

/// Why a text is not an amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitError {
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl UnitError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A decimal number as written: digits and the power of ten by which they are divided.
#[derive(Clone, Copy)]
struct Decimal {
    digits: u128,
    scale: u128,
}

impl Decimal {
    /// The number times `factor`, where that is a whole number that fits.
    fn times(self, factor: u128) -> Option<u64> {
        let product = self.digits.checked_mul(factor)?;
        if !product.is_multiple_of(self.scale) { None } else { u64::try_from(product / self.scale).ok() }
    }

    /// The number times `factor`, rounded to the nearest whole number, where that fits.
    fn times_rounded(self, factor: u128) -> Option<u64> {
        let product = self.digits.checked_mul(factor)?;
        u64::try_from((product + self.scale / 2) / self.scale).ok()
    }
}

/// Splits a number off the front of `text`: the number as written and the rest without leading space.
fn split_number(text: &str) -> Option<(Decimal, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fits = !whole.is_empty() && whole.len() <= 18 && fraction.len() <= 9 && number.len() != whole.len() + 1;
    if !fits {
        return None;
    }
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let scale = 10u128.pow(u32::try_from(fraction.len()).ok()?);
    Some((Decimal { digits, scale }, rest.trim_start()))
}
