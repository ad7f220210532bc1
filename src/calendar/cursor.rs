//! The place that reading an OnCalendar expression has reached: numbers, and the lists of one unit of time.

use super::error::ParseError;
use super::normal_form::{Chain, Component};

/// systemd's limit on the values in one list.
const LONGEST_LIST: usize = 241;

/// The largest number that systemd reads, which counts seconds in millionths.
const LARGEST: u64 = i32::MAX as u64;
const LARGEST_SECONDS: u64 = LARGEST / 1_000_000;

pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    /// Byte offset of what comes next.
    pub(super) at: usize,
}

impl Cursor<'_> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn skip_spaces(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    /// A star or a list. The star of the seconds is a repetition in systemd, and stays one so that it prints alike.
    pub(super) fn chain(&mut self, seconds: bool) -> Result<Chain, ParseError> {
        if self.peek() == Some(b'*') {
            self.at += 1;
            if self.peek() == Some(b'/') {
                return Err(ParseError::new("a star takes no repetition here", self.at - 1, 2)
                    .help("write `0/15` for every 15"));
            }
            let every = Component { repeat: 1, ..Component::single(0) };
            return Ok(if seconds { vec![every] } else { Vec::new() });
        }
        let mut chain = Vec::new();
        loop {
            chain.push(self.component(seconds)?);
            if chain.len() > LONGEST_LIST {
                return Err(ParseError::new(format!("the list has more than {LONGEST_LIST} items"), self.at, 0));
            }
            if self.peek() != Some(b',') {
                return Ok(chain);
            }
            self.at += 1;
        }
    }

    fn component(&mut self, seconds: bool) -> Result<Component, ParseError> {
        let begin = self.at;
        let start = self.value(seconds)?;
        let mut stop = None;
        let mut repeat = 0;
        if self.rest().starts_with("..") {
            self.at += 2;
            stop = Some(self.value(seconds)?);
            repeat = 1;
        }
        if self.peek() == Some(b'/') {
            self.at += 1;
            let at = self.at;
            repeat = self.value(seconds)?;
            if repeat == 0 {
                return Err(ParseError::new("a repetition of 0 never gets anywhere", at, self.at - at));
            }
        } else if let (true, Some(stop)) = (seconds, stop)
            && start >= stop
        {
            let text = &self.text[begin..self.at];
            return Err(ParseError::new(format!("the range `{text}` is shorter than a second"), begin, text.len()));
        }
        if !matches!(self.peek(), None | Some(b' ' | b',' | b'-' | b'~' | b':')) {
            return Err(self.unexpected("a separator"));
        }
        Ok(Component { start, stop, repeat, place: (begin, self.at - begin) })
    }

    /// A number; of seconds, with a fraction that must be nil.
    fn value(&mut self, seconds: bool) -> Result<u32, ParseError> {
        let most = if seconds { LARGEST_SECONDS } else { LARGEST };
        let value = self.number("a number", most)? as u32;
        if seconds && self.peek() == Some(b'.') && !self.rest().starts_with("..") {
            let digits = self.rest()[1..].bytes().take_while(u8::is_ascii_digit).count();
            let fraction = &self.text[self.at + 1..self.at + 1 + digits];
            if digits == 0 || fraction.bytes().any(|digit| digit != b'0') {
                return Err(ParseError::new("a fraction of a second cannot be planned with", self.at, digits + 1)
                    .help("every time here is a whole number of seconds: leave the fraction out"));
            }
            self.at += 1 + digits;
        }
        Ok(value)
    }

    pub(super) fn number(&mut self, wanted: &str, most: u64) -> Result<u64, ParseError> {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return Err(self.unexpected(wanted));
        }
        let text = &self.text[self.at..self.at + digits];
        let Some(value) = text.parse::<u64>().ok().filter(|value| *value <= most) else {
            return Err(ParseError::new(format!("the number {text} is too large"), self.at, digits));
        };
        self.at += digits;
        Ok(value)
    }

    pub(super) fn unexpected(&self, wanted: &str) -> ParseError {
        match self.rest().chars().next() {
            Some(found) => ParseError::new(format!("expected {wanted}, found `{found}`"), self.at, found.len_utf8()),
            None => ParseError::new(format!("expected {wanted}, found the end"), self.at, 0),
        }
    }
}
