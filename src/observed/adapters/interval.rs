//! Durations as tools write them, rounded up to a second.

use crate::units::Seconds;

/// A number of seconds, rounded up; none where it is negative or no number.
pub(super) fn seconds(number: f64) -> Option<Seconds> {
    (number.is_finite() && (0.0..1e12).contains(&number)).then(|| Seconds(number.ceil() as u64))
}

/// An interval as PostgreSQL prints it: `00:00:00.003732`, `1 day 02:03:04`, `-00:00:01`. What is negative is nothing: the
/// clocks of two machines differ.
pub(super) fn postgresql(text: &str) -> Option<Seconds> {
    let mut total: f64 = 0.0;
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        if let Some((hours, rest)) = word.split_once(':') {
            let (minutes, seconds) = rest.split_once(':')?;
            let (negative, hours) = hours.strip_prefix('-').map_or((false, hours), |hours| (true, hours));
            let clock = number(hours)? * 3_600.0 + number(minutes)? * 60.0 + number(seconds)?;
            total += if negative { -clock } else { clock };
        } else {
            let count: i32 = word.parse().ok()?;
            let unit = match words.next()? {
                "day" | "days" => 86_400.0,
                "mon" | "mons" => 30.0 * 86_400.0,
                "year" | "years" => 365.25 * 86_400.0,
                _ => return None,
            };
            total += f64::from(count) * unit;
        }
    }
    (!text.trim().is_empty()).then(|| seconds(total.max(0.0))).flatten()
}

fn number(text: &str) -> Option<f64> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_rounded_up() {
        let cases = [
            ("00:00:00.003732", Some(1)),
            ("00:00:00", Some(0)),
            ("1 day 02:03:04", Some(93_784)),
            ("2 mons 00:00:00.5", Some(5_184_001)),
            ("-00:00:00.2", Some(0)),
            ("", None),
            ("soon", None),
            ("00:00", None),
            ("1 fortnight", None),
        ];
        for (text, expected) in cases {
            assert_eq!(postgresql(text), expected.map(Seconds), "{text}");
        }
        assert_eq!(seconds(f64::NAN), None);
        assert_eq!(seconds(-1.0), None);
        assert_eq!(seconds(15.296), Some(Seconds(16)));
    }
}
