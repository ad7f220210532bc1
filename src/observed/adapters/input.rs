//! What an adapter is given, and how it says no.

use serde::Deserialize;

use super::super::value::Instant;
use crate::diag::visible::one_line;

/// One output of a tool.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The output.
    pub text: &'a str,
    /// Whose it is, where the user said so.
    pub whose: Option<&'a str>,
    /// When it was taken, for values that carry no time of their own.
    pub taken: Instant,
}

/// Why an output cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong, in lower case without a full stop.
    pub message: String,
    /// Line and column, from 1, where there is a place.
    pub place: Option<(usize, usize)>,
    /// What to do.
    pub help: Option<String>,
}

impl Refusal {
    /// A refusal without a place.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None, help: None }
    }

    /// At a line and column.
    #[must_use]
    pub fn at(mut self, line: usize, column: usize) -> Self {
        self.place = Some((line, column));
        self
    }

    /// With the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Reads JSON of a shape. `what` is the command that prints it, for messages.
pub(super) fn json<'a, T: Deserialize<'a>>(text: &'a str, what: &str) -> Result<T, Refusal> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|error| explain(&error, what, 0))
}

/// The same where it is an object: a list would be taken for its fields in their order.
pub(super) fn object<'a, T: Deserialize<'a>>(text: &'a str, what: &str) -> Result<T, Refusal> {
    match text.trim_start().trim_start_matches('\u{feff}').chars().next() {
        Some('[' | '"' | '0'..='9' | 'n' | 't' | 'f') => {
            Err(Refusal::new("the output is no JSON object").help(format!("it has to be that of: {what}")))
        }
        _ => json(text, what),
    }
}

/// Reads one JSON value after another, as tools print them that stream, or a list of such.
pub(super) fn json_values<'a, T: Deserialize<'a>>(text: &'a str, what: &str) -> Result<Vec<T>, Refusal> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('[') {
        return json(text, what);
    }
    let values = serde_json::Deserializer::from_str(text).into_iter();
    values.collect::<Result<_, _>>().map_err(|error| explain(&error, what, 0))
}

/// A JSON error in words, so many lines further down.
pub(super) fn explain(error: &serde_json::Error, what: &str, lines: usize) -> Refusal {
    use serde_json::error::Category;
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or(&text);
    let reason = one_line(reason);
    let refusal = match error.classify() {
        Category::Eof => Refusal::new("the output ends in the middle").help(format!("take it again with: {what}")),
        Category::Syntax if reason.contains("recursion limit") => Refusal::new("the output is nested too deeply"),
        Category::Syntax => {
            Refusal::new(format!("the output is not JSON: {reason}")).help(format!("it has to be that of: {what}"))
        }
        _ => Refusal::new(format!("the output is not as expected: {reason}"))
            .help(format!("it has to be that of: {what}; other versions of the tool may print something else")),
    };
    if error.line() == 0 { refusal } else { refusal.at(error.line() + lines, error.column().max(1)) }
}

/// Seconds since 1970 as tools count them, within the years that can be written.
pub(super) fn epoch(seconds: i64) -> Result<Instant, Refusal> {
    const LAST: i64 = 253_402_207_200;
    if (0..LAST).contains(&seconds) {
        Ok(Instant(seconds))
    } else {
        Err(Refusal::new(format!("`{seconds}` is no time in seconds since 1970")))
    }
}

/// The same with a fraction, rounded down.
pub(super) fn epoch_fraction(seconds: f64) -> Result<Instant, Refusal> {
    if !seconds.is_finite() || seconds.abs() > 1e15 {
        return Err(Refusal::new(format!("`{seconds}` is no time in seconds since 1970")));
    }
    epoch(seconds.floor() as i64)
}

/// An instant as text with a zone.
pub(super) fn instant(text: &str) -> Result<Instant, Refusal> {
    let instant = text.parse::<Instant>();
    instant
        .map_err(|()| Refusal::new(format!("`{}` is no instant with a zone", one_line(text))))
        .and_then(|i| epoch(i.0))
}
