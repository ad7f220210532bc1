//! Days of the proleptic Gregorian calendar as plain integers, for the inner loops that walk centuries.
//!
//! The two conversions are those of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", in 64 bits.

pub(super) const DAY: i64 = 86_400;

/// The number of the day in the proleptic Gregorian calendar; 1970-01-01 is 0. `month` is 1 to 12.
pub fn day_number(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a day number.
pub fn civil(number: i64) -> (i64, u32, u32) {
    let shifted = number + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month as u32, day as u32)
}

/// 0 for Monday to 6 for Sunday; 1970-01-01 was a Thursday.
pub(super) fn weekday(number: i64) -> u32 {
    (number + 3).rem_euclid(7) as u32
}

pub(super) fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions_are_inverse_and_agree_with_jiff() {
        for number in (-200_000..400_000).step_by(37) {
            let (year, month, day) = civil(number);
            assert_eq!(day_number(year, month, day), number);
            assert!(day <= days_in_month(year, month));
            let date = jiff::civil::date(year as i16, month as i8, day as i8);
            assert_eq!(date.weekday().to_monday_zero_offset() as u32, weekday(number));
        }
        assert_eq!(day_number(2026, 1, 1), 20_454);
    }
}
