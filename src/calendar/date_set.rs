//! The dates on which a schedule runs, as bit sets of years, months, days and weekdays.

use super::civil::{civil, day_number, days_in_month, weekday};

/// Years a schedule may name: those that systemd's calendar code works with.
pub(super) const FIRST_YEAR: i64 = 1970;
pub(super) const LAST_YEAR: i64 = 2199;

/// A set of dates.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DateSet {
    pub(super) years: Years,
    /// Bit `m` stands for month `m`.
    pub(super) months: u16,
    pub(super) days: Days,
    /// Bit 0 is Monday.
    pub(super) weekdays: u8,
    pub(super) join: Join,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Years {
    Every,
    /// Bit 0 of the first word is [`FIRST_YEAR`]. `open` where the list has no end but systemd's horizon.
    Only {
        bits: [u64; 4],
        open: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Days {
    /// Bit `d - 1` is day `d` of the month.
    FromStart(u32),
    /// Bit `d - 1` is the `d`th last day of the month.
    FromEnd(u32),
}

/// How the days of the month and the weekdays combine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Join {
    Both,
    /// Cron's rule where neither field begins with a star.
    Either,
}

pub(super) const EVERY_WEEKDAY: u8 = 0x7f;
pub(super) const EVERY_DAY: u32 = 0x7fff_ffff;
pub(super) const EVERY_MONTH: u16 = 0x1ffe;

impl DateSet {
    /// Whether the schedule runs on this day, given as days since 1970-01-01.
    pub fn contains(&self, number: i64) -> bool {
        let (year, month, day) = civil(number);
        self.month_mask(year, month, number - i64::from(day) + 1) >> (day - 1) & 1 == 1
    }

    /// Whether each week has the same dates.
    pub(super) fn is_weekly(&self) -> bool {
        self.years == Years::Every && self.months == EVERY_MONTH && self.days == Days::FromStart(EVERY_DAY)
    }

    /// The weekdays of a set that knows nothing but weekdays, bit 0 for Monday; `None` for any other.
    pub fn only_weekdays(&self) -> Option<u8> {
        let every_date = self.years == Years::Every && self.months == EVERY_MONTH && self.join == Join::Both;
        let every_day = matches!(self.days, Days::FromStart(bits) | Days::FromEnd(bits) if bits == EVERY_DAY);
        (every_date && every_day).then_some(self.weekdays)
    }

    /// The days of one month, bit 0 for the first. `first` is the day number of the month's first day.
    pub(super) fn month_mask(&self, year: i64, month: u32, first: i64) -> u32 {
        if self.months >> month & 1 == 0 || !self.years.contains(year) {
            return 0;
        }
        let length = days_in_month(year, month);
        let days = match self.days {
            Days::FromStart(bits) => bits,
            Days::FromEnd(bits) => bits.reverse_bits() >> (32 - length),
        };
        let weekdays = weekdays_of_month(self.weekdays, weekday(first));
        let joined = match self.join {
            Join::Both => days & weekdays,
            Join::Either => days | weekdays,
        };
        joined & (u32::MAX >> (32 - length))
    }

    /// The first day of the set in `from..=last`.
    pub(super) fn at_or_after(&self, from: i64, last: i64) -> Option<i64> {
        self.days(from, last).next()
    }

    /// The days of the set in `from..=last`, in order.
    pub(super) fn days(&self, from: i64, last: i64) -> DatesBetween<'_> {
        let (year, month, day) = civil(from);
        let first = from - i64::from(day) + 1;
        let mask = self.month_mask(year, month, first) & u32::MAX << (day - 1);
        DatesBetween { set: self, year, month, first, mask, last }
    }

    /// The last day of the set in `first..=from`.
    pub(super) fn at_or_before(&self, from: i64, first: i64) -> Option<i64> {
        let (mut year, mut month, day) = civil(from);
        let mut keep = u32::MAX >> (32 - day);
        loop {
            let start = day_number(year, month, 1);
            let mask = self.month_mask(year, month, start) & keep;
            if mask != 0 {
                let found = start + i64::from(31 - mask.leading_zeros());
                return (found >= first).then_some(found);
            }
            if start <= first {
                return None;
            }
            keep = u32::MAX;
            (year, month) = if month == 1 { (year - 1, 12) } else { (year, month - 1) };
        }
    }
}

/// Iterates over the days of a set, a month at a time.
#[derive(Debug, Clone)]
pub(super) struct DatesBetween<'a> {
    set: &'a DateSet,
    year: i64,
    month: u32,
    /// The day number of the first of the month, and the days of that month still to come.
    first: i64,
    mask: u32,
    last: i64,
}

impl Iterator for DatesBetween<'_> {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        while self.mask == 0 {
            self.first += i64::from(days_in_month(self.year, self.month));
            if self.first > self.last {
                return None;
            }
            (self.year, self.month) = if self.month == 12 { (self.year + 1, 1) } else { (self.year, self.month + 1) };
            self.mask = self.set.month_mask(self.year, self.month, self.first);
        }
        let found = self.first + i64::from(self.mask.trailing_zeros());
        self.mask &= self.mask - 1;
        (found <= self.last).then_some(found)
    }
}

impl Years {
    pub(super) fn contains(&self, year: i64) -> bool {
        match self {
            Years::Every => true,
            Years::Only { bits, .. } => {
                let index = year - FIRST_YEAR;
                (0..=LAST_YEAR - FIRST_YEAR).contains(&index) && bits[index as usize / 64] >> (index % 64) & 1 == 1
            }
        }
    }
}

/// The weekday pattern laid over a month whose first day is weekday `first`.
fn weekdays_of_month(weekdays: u8, first: u32) -> u32 {
    let bits = u32::from(weekdays);
    let turned = (bits >> first | bits << (7 - first)) & 0x7f;
    turned | turned << 7 | turned << 14 | turned << 21 | turned << 28
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(days: Days, weekdays: u8, join: Join) -> DateSet {
        DateSet { years: Years::Every, months: EVERY_MONTH, days, weekdays, join }
    }

    #[test]
    fn last_days_and_weekdays() {
        let last_monday = set(Days::FromEnd(0x7f), 1, Join::Both);
        assert!(last_monday.contains(day_number(2026, 5, 25)));
        assert!(!last_monday.contains(day_number(2026, 5, 18)));
        let friday_or_13th = set(Days::FromStart(1 << 12), 1 << 4, Join::Either);
        assert!(friday_or_13th.contains(day_number(2026, 1, 13)));
        assert!(friday_or_13th.contains(day_number(2026, 1, 16)));
    }

    #[test]
    fn neighbours_agree_with_each_day() {
        let sets = [
            set(Days::FromStart(1 << 30 | 1 << 4), EVERY_WEEKDAY, Join::Both),
            set(Days::FromStart(1 << 30), 1 << 6, Join::Either),
            set(Days::FromEnd(0b101), 0b11, Join::Both),
        ];
        for set in sets {
            for from in (20_000..24_000).step_by(13) {
                assert_eq!(set.at_or_after(from, 25_000), (from..=25_000).find(|day| set.contains(*day)));
                assert_eq!(set.at_or_before(from, 19_000), (19_000..=from).rev().find(|day| set.contains(*day)));
            }
        }
    }
}
