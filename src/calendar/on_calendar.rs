//! Reads OnCalendar, systemd's language of calendar events, as systemd 252 does (`man 7 systemd.time`).
//!
//! One thing is refused that systemd takes: fractions of a second, since every time in this program is whole seconds.

use super::civil::{DAY, civil};
use super::cursor::Cursor;
use super::error::{ParseError, nearest};
use super::normal_form::{CalendarSpec, Component};
use super::zone::Zone;

/// The last second of the last year that systemd knows, 2199.
const LAST_INSTANT: u64 = 7_258_118_399;

const SHORTHANDS: [(&str, &str); 13] = [
    ("minutely", "*-*-* *:*:00"),
    ("hourly", "*-*-* *:00:00"),
    ("daily", "*-*-* 00:00:00"),
    ("weekly", "Mon *-*-* 00:00:00"),
    ("monthly", "*-*-01 00:00:00"),
    ("quarterly", "*-01,04,07,10-01 00:00:00"),
    ("semiannually", "*-01,07-01 00:00:00"),
    ("semi-annually", "*-01,07-01 00:00:00"),
    ("biannually", "*-01,07-01 00:00:00"),
    ("bi-annually", "*-01,07-01 00:00:00"),
    ("yearly", "*-01-01 00:00:00"),
    ("annually", "*-01-01 00:00:00"),
    // A misspelling that systemd keeps for old units.
    ("anually", "*-01-01 00:00:00"),
];

const LONG_WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// An expression in normal form, and the zone that it names itself.
pub(super) fn parse(text: &str) -> Result<(CalendarSpec, Option<Zone>), ParseError> {
    let (event, zone) = split_zone(text)?;
    let shorthand = SHORTHANDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(event));
    let mut spec = match shorthand {
        Some((_, expansion)) => Cursor { text: expansion, at: 0 }.spec()?,
        None => Cursor { text: event, at: 0 }.spec()?,
    };
    let zone = match zone {
        // Seconds since 1970 are UTC whatever zone follows.
        _ if spec.zone.is_some() => Some(Zone::utc()),
        zone => zone,
    };
    spec.zone = zone.as_ref().map(|zone| zone.name().to_owned());
    Ok((spec, zone))
}

/// Takes a time zone off the end.
fn split_zone(text: &str) -> Result<(&str, Option<Zone>), ParseError> {
    let Some((event, last)) = text.rsplit_once(' ') else {
        return Ok((text, None));
    };
    if last.eq_ignore_ascii_case("UTC") {
        return Ok((event, Some(Zone::utc())));
    }
    if !last.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return Ok((text, None));
    }
    let at = event.len() + 1;
    if weekday(last).is_some() {
        return Err(ParseError::new("weekdays come first and are joined by commas without spaces", at, last.len())
            .help("write as in `Mon,Fri *-*-* 02:00`"));
    }
    match Zone::parse(last) {
        Ok(zone) => Ok((event, Some(zone))),
        Err(error) => Err(error.shifted(at)),
    }
}

/// The number of a weekday with nothing after its name.
fn weekday(text: &str) -> Option<usize> {
    LONG_WEEKDAYS.iter().position(|long| long.eq_ignore_ascii_case(text) || long[..3].eq_ignore_ascii_case(text))
}

impl Cursor<'_> {
    fn spec(mut self) -> Result<CalendarSpec, ParseError> {
        let mut spec = CalendarSpec { weekdays: self.weekdays()?, ..CalendarSpec::default() };
        if self.peek() == Some(b'@') {
            self.at += 1;
            self.unix_time(&mut spec)?;
        } else {
            self.date(&mut spec)?;
            self.time(&mut spec)?;
        }
        if self.at < self.text.len() {
            return Err(self.unexpected("the end"));
        }
        spec.normalize()
    }

    /// Weekdays, ranges of them with `..` or the older `-`, and commas, even one at the end.
    fn weekdays(&mut self) -> Result<u8, ParseError> {
        let mut bits = 0;
        let mut range_from: Option<usize> = None;
        loop {
            let start = self.at;
            let len = self.rest().bytes().take_while(u8::is_ascii_alphabetic).count();
            if len == 0 && bits == 0 && range_from.is_none() {
                return Ok(0);
            }
            let word = &self.text[start..start + len];
            let Some(day) = weekday(word) else {
                return Err(self.not_a_weekday(word));
            };
            let from = range_from.take().unwrap_or(day);
            if from > day {
                return Err(ParseError::new("the range of weekdays runs backwards", start, len)
                    .help("a week begins on Monday: write `Fri..Sun,Mon` for Friday to Monday"));
            }
            bits |= (from..=day).fold(0, |bits, day| bits | 1 << day);
            let ranged = from != day;
            self.at += len;
            match self.peek() {
                None => return Ok(bits),
                Some(b' ') => {
                    self.skip_spaces();
                    return Ok(bits);
                }
                Some(b',') => self.at += 1,
                Some(b'.') if !ranged && self.rest().starts_with("..") => {
                    self.at += 2;
                    range_from = Some(day);
                }
                Some(b'-') if !ranged => {
                    self.at += 1;
                    range_from = Some(day);
                }
                Some(_) => return Err(self.unexpected("a comma or a space after the weekday")),
            }
            if range_from.is_none() && matches!(self.peek(), None | Some(b' ')) {
                self.skip_spaces();
                return Ok(bits);
            }
        }
    }

    fn not_a_weekday(&self, word: &str) -> ParseError {
        if word.is_empty() {
            return self.unexpected("a weekday");
        }
        let shorthands = SHORTHANDS.iter().map(|(name, _)| *name).take(12);
        let names = LONG_WEEKDAYS.iter().copied().chain(LONG_WEEKDAYS.iter().map(|long| &long[..3])).chain(shorthands);
        let near = nearest(word, names, 1).first().map(|near| format!("did you mean `{near}`?"));
        ParseError::new(format!("`{word}` is neither a weekday nor a shorthand such as `daily`"), self.at, word.len())
            .maybe_help(near)
    }

    /// Seconds since 1970, which fix a single instant in UTC.
    fn unix_time(&mut self, spec: &mut CalendarSpec) -> Result<(), ParseError> {
        self.skip_spaces();
        let at = self.at;
        let seconds = self.number("a number of seconds since 1970", LAST_INSTANT)?;
        let (year, month, day) = civil(seconds as i64 / DAY);
        let second = (seconds % DAY as u64) as u32;
        let mut place = Component::single(year as u32);
        place.place = (at, self.at - at);
        spec.year = vec![place];
        spec.month = vec![Component::single(month)];
        spec.day = vec![Component::single(day)];
        spec.hour = vec![Component::single(second / 3_600)];
        spec.minute = vec![Component::single(second / 60 % 60)];
        spec.second = vec![Component::single(second % 60)];
        spec.zone = Some("UTC".to_owned());
        Ok(())
    }

    /// A date of two or three parts, or nothing where a time follows.
    fn date(&mut self, spec: &mut CalendarSpec) -> Result<(), ParseError> {
        let start = self.at;
        if self.peek().is_none() {
            return Ok(());
        }
        let first = self.chain(false)?;
        match self.peek() {
            None | Some(b':') => {
                self.at = start;
                return Ok(());
            }
            Some(b'-') => {}
            Some(b'~') => spec.end_of_month = true,
            Some(_) => return Err(self.unexpected("`-` in a date or `:` in a time")),
        }
        self.at += 1;
        let second = self.chain(false)?;
        match self.peek() {
            None | Some(b' ') => (spec.month, spec.day) = (first, second),
            Some(separator @ (b'-' | b'~')) if !spec.end_of_month => {
                spec.end_of_month = separator == b'~';
                self.at += 1;
                (spec.year, spec.month, spec.day) = (first, second, self.chain(false)?);
            }
            Some(_) => return Err(self.unexpected("a space after the date")),
        }
        if !matches!(self.peek(), None | Some(b' ')) {
            return Err(self.unexpected("a space after the date"));
        }
        self.skip_spaces();
        Ok(())
    }

    /// A time of two or three parts; midnight where there is none.
    fn time(&mut self, spec: &mut CalendarSpec) -> Result<(), ParseError> {
        spec.hour = vec![Component::single(0)];
        spec.minute = vec![Component::single(0)];
        spec.second = vec![Component::single(0)];
        if self.peek().is_none() {
            return Ok(());
        }
        spec.hour = self.chain(false)?;
        if self.peek() != Some(b':') {
            return Err(self.unexpected("`:` and minutes").help("a time is `02:30` or `02:30:00`"));
        }
        self.at += 1;
        spec.minute = self.chain(false)?;
        if self.peek().is_none() {
            return Ok(());
        }
        if self.peek() != Some(b':') {
            return Err(self.unexpected("`:` and seconds, or the end"));
        }
        self.at += 1;
        spec.second = self.chain(true)?;
        Ok(())
    }
}
