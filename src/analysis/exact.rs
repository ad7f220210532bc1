//! Exact fractions for the arithmetic of schedules: seconds and bytes between events.
//!
//! Sums of amounts over rates stay fractions until the very end, where they are rounded up to a second. A schedule in
//! which many different rates meet can outgrow 128 bits; then, and only then, a value is rounded up to the next
//! part of 2^40, and what rests on it is rounded to a second as if it were exact to a microsecond. The result is the same on
//! every machine.

use std::cmp::Ordering;
use std::ops::{Add, Sub};

use crate::units::{Rate, Seconds};

/// A fraction, in lowest terms, of a positive denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Exact {
    numerator: i128,
    denominator: i128,
}

/// Where rounding is needed, to multiples of this part. It is a prime, so that it stays in the denominator of whatever
/// is worked out from a rounded value: that is how such a value is known.
const GRID: i128 = (1 << 40) + 15;

/// Larger parts are rounded to the grid, so that products of two stay within 128 bits.
const LARGEST: i128 = 1 << 62;

impl Exact {
    pub(super) const ZERO: Self = Self { numerator: 0, denominator: 1 };

    pub(super) fn whole(value: u64) -> Self {
        Self { numerator: i128::from(value), denominator: 1 }
    }

    /// The fraction of two numbers below 2^126; zero where the denominator is not positive.
    fn of(numerator: i128, denominator: i128) -> Self {
        if denominator <= 0 {
            return Self::ZERO;
        }
        if denominator == 1 {
            return Self { numerator, denominator };
        }
        let divisor = gcd(numerator.unsigned_abs(), denominator.unsigned_abs()) as i128;
        Self { numerator: numerator / divisor, denominator: denominator / divisor }.bounded()
    }

    pub(super) fn rate(rate: Rate) -> Self {
        let (bytes, seconds) = rate.fraction();
        Self::of(i128::from(bytes), i128::from(seconds))
    }

    pub(super) fn is_zero(self) -> bool {
        self.numerator == 0
    }

    pub(super) fn is_positive(self) -> bool {
        self.numerator > 0
    }

    pub(super) fn times(self, other: Self) -> Self {
        let left = Self::of(self.numerator, other.denominator);
        let right = Self::of(other.numerator, self.denominator);
        match (left.numerator.checked_mul(right.numerator), left.denominator.checked_mul(right.denominator)) {
            (Some(numerator), Some(denominator)) => Self { numerator, denominator }.bounded(),
            _ => self.coarse().times_coarse(other.coarse()),
        }
    }

    /// This over a positive number; zero where it is not.
    pub(super) fn over(self, other: Self) -> Self {
        if !other.is_positive() {
            return Self::ZERO;
        }
        self.times(Self { numerator: other.denominator, denominator: other.numerator })
    }

    /// Rounded up to a second, and never below zero.
    pub(super) fn to_seconds(self) -> Seconds {
        // Most moments are whole, and divisions of 128 bits are slow.
        let up = if self.denominator == 1 { self.numerator.max(0) } else { self.rounded_up() };
        Seconds(u64::try_from(up).unwrap_or(u64::MAX))
    }

    fn rounded_up(self) -> i128 {
        let on_grid = self.denominator >= GRID && self.denominator % GRID == 0;
        let slack = if on_grid { self.denominator >> 20 } else { 0 };
        let numerator = self.numerator.saturating_sub(slack).max(0);
        let whole = numerator / self.denominator;
        whole + i128::from(whole * self.denominator != numerator)
    }

    /// A number for sorting very many values, in their order: even for a whole value, which it stands for exactly; odd for
    /// all values between two whole ones.
    pub(super) fn coarsely(self) -> i64 {
        let whole = if self.denominator == 1 { self.numerator } else { self.numerator.div_euclid(self.denominator) };
        let doubled = whole.saturating_mul(2).saturating_add(i128::from(self.denominator != 1));
        i64::try_from(doubled).unwrap_or(if doubled < 0 { i64::MIN + 1 } else { i64::MAX })
    }

    /// The order of two values by their numbers for sorting, and by `exactly` where those do not tell.
    pub(super) fn order(one: i64, other: i64, exactly: impl FnOnce() -> Ordering) -> Ordering {
        match one.cmp(&other) {
            Ordering::Equal if one % 2 != 0 => exactly(),
            order => order,
        }
    }

    /// Rounded up to the grid where its parts are large.
    fn bounded(self) -> Self {
        if self.denominator <= LARGEST { self } else { self.coarse() }
    }

    fn coarse(self) -> Self {
        if self.denominator <= GRID {
            return self;
        }
        let whole = self.numerator.div_euclid(self.denominator);
        let rest = self.numerator.rem_euclid(self.denominator);
        // The denominator is shortened so that the product below has room.
        let shift = (128 - self.denominator.leading_zeros()).saturating_sub(80);
        let part = ((rest >> shift) * GRID) / (self.denominator >> shift).max(1) + 1;
        Self { numerator: whole.saturating_mul(GRID).saturating_add(part), denominator: GRID }
    }

    fn times_coarse(self, other: Self) -> Self {
        let numerator = (self.numerator / self.denominator.max(1)).saturating_mul(other.numerator);
        let rest = (self.numerator % self.denominator).saturating_mul(other.numerator) / self.denominator;
        Self::of(numerator.saturating_add(rest).saturating_add(1), other.denominator)
    }
}

impl Add for Exact {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        if self.denominator == other.denominator {
            return Self::of(self.numerator.saturating_add(other.numerator), self.denominator);
        }
        let left = self.numerator.checked_mul(other.denominator);
        let right = other.numerator.checked_mul(self.denominator);
        let denominator = self.denominator.checked_mul(other.denominator);
        match (left.zip(right).and_then(|(left, right)| left.checked_add(right)), denominator) {
            (Some(numerator), Some(denominator)) => Self::of(numerator, denominator),
            _ => {
                let (a, b) = (self.on_grid(), other.on_grid());
                Self::of(a.saturating_add(b), GRID)
            }
        }
    }
}

impl Exact {
    /// In parts of the grid, rounded up.
    fn on_grid(self) -> i128 {
        let whole = self.numerator.div_euclid(self.denominator).saturating_mul(GRID);
        let coarse = Self { numerator: self.numerator.rem_euclid(self.denominator), denominator: self.denominator };
        let part = if coarse.denominator <= LARGEST {
            let product = coarse.numerator * GRID;
            product / coarse.denominator + i128::from(product % coarse.denominator != 0)
        } else {
            coarse.coarse().numerator
        };
        whole.saturating_add(part)
    }
}

impl Sub for Exact {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + Self { numerator: -other.numerator, denominator: other.denominator }
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.denominator == other.denominator {
            return self.numerator.cmp(&other.numerator);
        }
        let cross = self.numerator.checked_mul(other.denominator).zip(other.numerator.checked_mul(self.denominator));
        match cross {
            Some((left, right)) => left.cmp(&right),
            None => self.on_grid().cmp(&other.on_grid()),
        }
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Default for Exact {
    fn default() -> Self {
        Self::ZERO
    }
}

impl std::iter::Sum for Exact {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, |a, b| a + b)
    }
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    // Most parts fit in 64 bits, where division is several times faster.
    while b != 0 {
        if let (Ok(mut x), Ok(mut y)) = (u64::try_from(a), u64::try_from(b)) {
            while y != 0 {
                (x, y) = (y, x % y);
            }
            return u128::from(x.max(1));
        }
        (a, b) = (b, a % b);
    }
    a.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(numerator: i128, denominator: i128) -> Exact {
        Exact::of(numerator, denominator)
    }

    #[test]
    fn calculates_exactly() {
        let third = ratio(1, 3);
        assert_eq!(third + third + third, Exact::whole(1));
        assert_eq!(ratio(7, 2).times(ratio(2, 7)), Exact::whole(1));
        assert_eq!(Exact::whole(1).over(ratio(3, 4)), ratio(4, 3));
        assert!(ratio(1, 3) < ratio(34, 100));
        assert_eq!(Exact::whole(1) - ratio(3, 2), ratio(-1, 2));
    }

    #[test]
    fn rounds_up_to_a_second() {
        assert_eq!(ratio(7, 2).to_seconds(), Seconds(4));
        assert_eq!(Exact::whole(4).to_seconds(), Seconds(4));
        assert_eq!(ratio(-7, 2).to_seconds(), Seconds(0));
    }

    #[test]
    fn numbers_for_sorting_keep_the_order() {
        let large = i128::from(i64::MAX);
        let mut values = vec![ratio(-large * 4, 1), ratio(large * 4, 1), ratio(large * 4, 3), ratio(large * 8, 1)];
        values.extend((-30..30).flat_map(|numerator| (1..7).map(move |denominator| ratio(numerator, denominator))));
        for a in &values {
            for b in &values {
                let order = Exact::order(a.coarsely(), b.coarsely(), || a.cmp(b));
                assert_eq!(order, a.cmp(b), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn stays_within_a_microsecond_where_parts_grow() {
        // 1000 s in parts of many different primes: far beyond 128 bits if it were kept exactly.
        let primes = [104_857_601i128, 99_999_989, 125_000_003, 209_715_203, 157_286_407, 83_886_091];
        let mut sum = Exact::ZERO;
        for round in 0..1_000i128 {
            sum = sum + ratio(1, primes[round as usize % primes.len()]);
        }
        let rest = Exact::whole(1_000) - sum;
        let back = rest + sum;
        assert_eq!(back.to_seconds(), Seconds(1_000));
        assert!((back - Exact::whole(1_000)) < ratio(1, 1_000_000));
    }
}
