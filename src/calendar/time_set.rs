//! The times of day at which a schedule runs: a set of hours times a set of minutes times a set of seconds.

use super::civil::DAY;

/// Times of day. Never empty on a schedule that was read from text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeSet {
    pub(super) hours: u32,
    pub(super) minutes: u64,
    pub(super) seconds: u64,
}

impl TimeSet {
    /// Each time of day in order, in seconds after midnight.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(self.at_or_after(0), |second| self.at_or_after(second + 1))
    }

    /// How many times of day there are.
    pub fn len(&self) -> u32 {
        self.hours.count_ones() * self.minutes.count_ones() * self.seconds.count_ones()
    }

    /// Whether it holds no time of day.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it holds this second of the day.
    pub fn contains(&self, second: u32) -> bool {
        self.at_or_after(second) == Some(second)
    }

    /// The first time of day that is not before `second`.
    pub fn at_or_after(&self, second: u32) -> Option<u32> {
        if i64::from(second) >= DAY {
            return None;
        }
        let hours = u64::from(self.hours);
        let (hour, minute) = (second / 3_600, second / 60 % 60);
        if has(hours, hour) {
            if has(self.minutes, minute)
                && let Some(found) = lowest_from(self.seconds, second % 60)
            {
                return Some(hour * 3_600 + minute * 60 + found);
            }
            if let Some(found) = lowest_from(self.minutes, minute + 1) {
                return Some(hour * 3_600 + found * 60 + lowest_from(self.seconds, 0)?);
            }
        }
        let found = lowest_from(hours, hour + 1)?;
        Some(found * 3_600 + lowest_from(self.minutes, 0)? * 60 + lowest_from(self.seconds, 0)?)
    }

    /// The last time of day that is not after `second`.
    pub fn at_or_before(&self, second: u32) -> Option<u32> {
        let second = second.min(DAY as u32 - 1);
        let hours = u64::from(self.hours);
        let (hour, minute) = (second / 3_600, second / 60 % 60);
        if has(hours, hour) {
            if has(self.minutes, minute)
                && let Some(found) = highest_below(self.seconds, second % 60 + 1)
            {
                return Some(hour * 3_600 + minute * 60 + found);
            }
            if let Some(found) = highest_below(self.minutes, minute) {
                return Some(hour * 3_600 + found * 60 + highest_below(self.seconds, 64)?);
            }
        }
        let found = highest_below(hours, hour)?;
        Some(found * 3_600 + highest_below(self.minutes, 64)? * 60 + highest_below(self.seconds, 64)?)
    }
}

fn has(bits: u64, index: u32) -> bool {
    bits >> index & 1 == 1
}

fn lowest_from(bits: u64, from: u32) -> Option<u32> {
    let rest = bits.checked_shr(from)?;
    (rest != 0).then(|| from + rest.trailing_zeros())
}

fn highest_below(bits: u64, below: u32) -> Option<u32> {
    let rest = if below >= 64 { bits } else { bits & ((1 << below) - 1) };
    (rest != 0).then(|| 63 - rest.leading_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_agree_with_the_whole_list() {
        let set = TimeSet { hours: 1 << 2 | 1 << 23, minutes: 1 | 1 << 30, seconds: 1 | 1 << 59 };
        let all: Vec<u32> = (0..86_400)
            .filter(|second| {
                [2, 23].contains(&(second / 3_600))
                    && [0, 30].contains(&(second / 60 % 60))
                    && [0, 59].contains(&(second % 60))
            })
            .collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), all);
        assert_eq!(set.len() as usize, all.len());
        for second in (0..86_400).step_by(7) {
            assert_eq!(set.at_or_after(second), all.iter().copied().find(|at| *at >= second));
            assert_eq!(set.at_or_before(second), all.iter().copied().rfind(|at| *at <= second));
            assert_eq!(set.contains(second), all.contains(&second));
        }
    }
}
