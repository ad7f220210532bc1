//! A value on its way into generated text, free of any target language: what templates hand to the quoting functions
//! and what the Hiera emitter writes.
//!
//! Numbers are integers on purpose: generated times and sizes are exact.

/// A scalar, a list or a map with its keys in the order in which they are to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// `undef` in Puppet, `null` elsewhere.
    Undef,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number, as wide as Puppet's integers.
    Int(i64),
    /// Text, whatever it looks like.
    Str(String),
    /// Values in their order.
    List(Vec<Data>),
    /// Entries in the order in which they are written.
    Map(Vec<(String, Data)>),
}

impl Data {
    /// A map; later keys do not replace earlier ones, so the caller gives each once.
    pub fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Data)>) -> Data {
        Data::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// A list.
    pub fn list<T: Into<Data>>(items: impl IntoIterator<Item = T>) -> Data {
        Data::List(items.into_iter().map(Into::into).collect())
    }

    /// The kind as a message names it.
    pub fn kind(&self) -> &'static str {
        match self {
            Data::Undef => "nothing",
            Data::Bool(_) => "a boolean",
            Data::Int(_) => "a number",
            Data::Str(_) => "text",
            Data::List(_) => "a list",
            Data::Map(_) => "a map",
        }
    }
}

impl From<&str> for Data {
    fn from(text: &str) -> Data {
        Data::Str(text.to_owned())
    }
}

impl From<String> for Data {
    fn from(text: String) -> Data {
        Data::Str(text)
    }
}

impl From<i64> for Data {
    fn from(number: i64) -> Data {
        Data::Int(number)
    }
}

impl From<bool> for Data {
    fn from(truth: bool) -> Data {
        Data::Bool(truth)
    }
}

impl<T: Into<Data>> From<Vec<T>> for Data {
    fn from(items: Vec<T>) -> Data {
        Data::list(items)
    }
}

impl<T: Into<Data>> From<Option<T>> for Data {
    fn from(value: Option<T>) -> Data {
        value.map_or(Data::Undef, Into::into)
    }
}
