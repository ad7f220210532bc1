//! A scale of time: from seconds to pixels, in whole numbers.

use serde::Serialize;

use super::amount::words;
use crate::units::Seconds;

/// Lengths between two marks that people count in.
const STEPS: [u64; 28] = [
    1,
    5,
    10,
    30,
    60,
    120,
    300,
    600,
    900,
    1_800,
    3_600,
    7_200,
    10_800,
    14_400,
    21_600,
    43_200,
    86_400,
    2 * 86_400,
    7 * 86_400,
    14 * 86_400,
    28 * 86_400,
    56 * 86_400,
    112 * 86_400,
    365 * 86_400,
    730 * 86_400,
    3_650 * 86_400,
    36_500 * 86_400,
    365_000 * 86_400,
];

/// Marks at most.
const MARKS: u64 = 8;

/// A scale from a left edge on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    left: i64,
    width: i64,
    length: u64,
}

/// A mark on the axis.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Mark {
    pub x: i64,
    pub text: String,
}

impl Scale {
    /// A scale that shows `length` seconds between two pixels.
    pub(super) fn new(left: i64, right: i64, length: u64) -> Self {
        Self { left, width: right - left, length: length.max(1) }
    }

    /// Where a moment is.
    pub(super) fn x(&self, at: u64) -> i64 {
        let part = u128::from(at.min(self.length)) * self.width.unsigned_abs() as u128 / u128::from(self.length);
        self.left + i64::try_from(part).unwrap_or(0)
    }

    /// Where something begins, and how wide it is: as much as can be seen.
    pub(super) fn span(&self, from: u64, to: u64) -> (i64, i64) {
        let (from, to) = (self.x(from), self.x(to));
        (from, (to - from).max(2))
    }

    /// Marks at whole times.
    pub(super) fn marks(&self) -> Vec<Mark> {
        let step = STEPS.into_iter().find(|step| self.length / step <= MARKS).unwrap_or(self.length);
        let marks = (0..=self.length / step).map(|n| n * step);
        let text = |at: u64| if at == 0 { "0".to_owned() } else { words(Seconds(at)) };
        marks.map(|at| Mark { x: self.x(at), text: text(at) }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_whole_times() {
        let texts = |length| Scale::new(0, 700, length).marks().into_iter().map(|mark| mark.text).collect::<Vec<_>>();
        assert_eq!(texts(6_360), ["0", "15 m", "30 m", "45 m", "1 h", "1 h 15 m", "1 h 30 m", "1 h 45 m"]);
        assert_eq!(texts(5), ["0", "1 s", "2 s", "3 s", "4 s", "5 s"]);
        assert_eq!(Scale::new(100, 800, 1_000).span(500, 500), (450, 2));
    }
}
