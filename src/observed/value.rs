//! Values that were seen, when and where.

use std::fmt;
use std::sync::Arc;

use crate::diag::Span;
use crate::units::{Bytes, Seconds};

/// An instant in seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

/// What a value is made of, and so how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// Any text.
    Text,
    /// One of the words of a closed set.
    Word(&'static [&'static str]),
    /// Texts in their order.
    List,
    /// A number.
    Count,
    /// A duration: `45m`.
    Duration,
    /// A size: `80 GiB`.
    Size,
    /// An instant, `2026-11-20T22:29:04Z`, or `never`.
    Instant,
    /// `true` or `false`.
    Flag,
}

/// A value. Its form is that of its field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Text, or a word.
    Text(String),
    /// Texts in their order.
    List(Vec<String>),
    /// A number.
    Count(u64),
    /// A duration.
    Duration(Seconds),
    /// A size.
    Size(Bytes),
    /// An instant; none for `never`.
    Instant(Option<Instant>),
    /// Yes or no.
    Flag(bool),
}

/// A value that was seen.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The value.
    pub value: Value,
    /// When it was true.
    pub at: Instant,
    /// Who said so: the adapter, and on which machine or file where that is known.
    pub source: Arc<str>,
    /// Where it is written, for one that was read from a file.
    pub span: Option<Span>,
}

impl Seen {
    /// A value that was not read from a file of observations.
    pub fn new(value: Value, at: Instant, source: &Arc<str>) -> Self {
        Self { value, at, source: Arc::clone(source), span: None }
    }
}

/// Equality is that of what is said; the place does not count.
impl PartialEq for Seen {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value && self.at == other.at && self.source == other.source
    }
}

impl Eq for Seen {}

impl Value {
    /// The text, of a value that is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Reads a value of a form from its text; none where it is not of that form. Lists have no text.
    pub(super) fn parse(text: &str, form: Form) -> Option<Self> {
        match form {
            Form::Text => Some(Self::Text(text.to_owned())),
            Form::Word(words) => words.contains(&text).then(|| Self::Text(text.to_owned())),
            Form::List => None,
            Form::Count => text.parse().ok().map(Self::Count),
            Form::Duration => text.parse().ok().map(Self::Duration),
            Form::Size => text.parse().ok().map(Self::Size),
            Form::Instant if text == "never" => Some(Self::Instant(None)),
            Form::Instant => text.parse().ok().map(|instant| Self::Instant(Some(instant))),
            Form::Flag => text.parse().ok().map(Self::Flag),
        }
    }

    /// Whether the value can stand in a field of the form.
    pub fn fits(&self, form: Form) -> bool {
        match (self, form) {
            (Self::Text(text), Form::Word(words)) => words.contains(&text.as_str()),
            (Self::Text(_), Form::Text)
            | (Self::List(_), Form::List)
            | (Self::Count(_), Form::Count)
            | (Self::Duration(_), Form::Duration)
            | (Self::Size(_), Form::Size)
            | (Self::Instant(_), Form::Instant)
            | (Self::Flag(_), Form::Flag) => true,
            _ => false,
        }
    }
}

/// As it is written in the file, without quotes; a list with commas.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::List(items) => f.write_str(&items.join(", ")),
            Self::Count(count) => write!(f, "{count}"),
            Self::Duration(duration) => write!(f, "{duration}"),
            Self::Size(size) => write!(f, "{size}"),
            Self::Instant(Some(instant)) => write!(f, "{instant}"),
            Self::Instant(None) => f.write_str("never"),
            Self::Flag(flag) => write!(f, "{flag}"),
        }
    }
}

impl Instant {
    /// So many microseconds since 1970, rounded down to a second.
    pub fn from_micros(micros: i64) -> Self {
        Self(micros.div_euclid(1_000_000))
    }

    /// The seconds from an earlier instant to this one; zero where it is not earlier.
    pub fn since(self, earlier: Self) -> Seconds {
        Seconds(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(timestamp) => write!(f, "{timestamp}"),
            Err(_) => write!(f, "{}", self.0),
        }
    }
}

/// RFC 3339 with an offset, or the ISO forms that tools print: a space for the `T`, any number of decimals, `+00`.
impl std::str::FromStr for Instant {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.trim();
        let timestamp: jiff::Timestamp = text.parse().map_err(|_| ())?;
        // Rounded down, also before 1970, so that a recovery point is never told younger than it is.
        Ok(Self(timestamp.as_nanosecond().div_euclid(1_000_000_000).try_into().map_err(|_| ())?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_and_written() {
        let seconds = |text: &str| text.parse::<Instant>().map(|instant| instant.0);
        assert_eq!(seconds("2026-11-20T22:29:04Z"), Ok(1_795_213_744));
        assert_eq!(seconds("2026-11-20T22:20:54.993119479Z"), Ok(1_795_213_254));
        assert_eq!(seconds("2026-11-20 22:29:04.540402+00:00"), Ok(1_795_213_744));
        assert_eq!(seconds("2026-11-20 23:29:04+01"), Ok(1_795_213_744));
        assert_eq!(Instant(1_795_213_744).to_string(), "2026-11-20T22:29:04Z");
        for text in ["", "2026-11-20", "2026-11-20T22:38:27", "yesterday", "1795213744"] {
            assert_eq!(seconds(text), Err(()), "{text}");
        }
    }

    #[test]
    fn values_are_read_as_they_are_written() {
        let cases = [
            (Value::Duration(Seconds(5_400)), Form::Duration),
            (Value::Size(Bytes(80 << 30)), Form::Size),
            (Value::Instant(None), Form::Instant),
            (Value::Instant(Some(Instant(0))), Form::Instant),
            (Value::Count(7), Form::Count),
            (Value::Flag(false), Form::Flag),
            (Value::Text("primary".into()), Form::Word(&["primary"])),
        ];
        for (value, form) in cases {
            assert!(value.fits(form));
            assert_eq!(Value::parse(&value.to_string(), form), Some(value));
        }
        assert_eq!(Value::parse("leader", Form::Word(&["primary"])), None);
    }
}
