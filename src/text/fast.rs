//! The YAML that people write in specs, several times faster than any YAML parser: block maps and lists, plain and
//! quoted words, one-line `[...]` and `{...}`, comments.
//!
//! It never judges: whatever it does not know in full, down to a tab, it refuses, and [`super::events`] reads the
//! whole text again and has the last word. What it accepts it must read to the same nodes, byte for byte; the fuzz
//! target `text` compares the two.

use super::builder::{Builder, Scalar, Stop};
use super::fast_scalar::{self as scalar, Ending};
use super::{Document, Limits, Problem};
use crate::diag::FileId;

/// Not for this reader.
#[derive(Debug)]
pub(super) struct Refused;

impl From<Stop> for Refused {
    fn from(_: Stop) -> Self {
        Self
    }
}

/// Reads `source`, or leaves it to the reader of all YAML.
pub(super) fn read(source: &str, file: FileId, limits: Limits) -> Option<(Document<'_>, Vec<Problem>)> {
    if !scalar::is_ordinary(source.as_bytes()) {
        return None;
    }
    let builder = Builder::new(source, limits);
    let mut reader = Reader { bytes: source.as_bytes(), builder, levels: Vec::new(), due: true };
    reader.run().ok()?;
    Some(reader.builder.finish(file))
}

/// An open block map or list and the column of its keys or dashes.
#[derive(Clone, Copy)]
struct Level {
    column: usize,
    is_map: bool,
}

struct Reader<'s> {
    bytes: &'s [u8],
    builder: Builder<'s>,
    levels: Vec<Level>,
    /// A key or a dash stands without its value, or nothing has been read.
    due: bool,
}

impl Reader<'_> {
    fn run(&mut self) -> Result<(), Refused> {
        let mut at = self.after_document_marker()?;
        while at < self.bytes.len() {
            let (end, next) = self.line_end(at);
            let start = scalar::skip_spaces(self.bytes, at, end);
            if start < end && self.byte(start) != b'#' {
                self.line(start, start - at, end)?;
            }
            at = next;
        }
        if self.levels.is_empty() {
            return Err(Refused);
        }
        self.settle_missing()?;
        while self.levels.pop().is_some() {
            self.builder.close(None);
        }
        Ok(())
    }

    /// Comments and blank lines, then perhaps `---` on a line of its own.
    fn after_document_marker(&self) -> Result<usize, Refused> {
        let mut at = 0;
        while at < self.bytes.len() {
            let (end, next) = self.line_end(at);
            let start = scalar::skip_spaces(self.bytes, at, end);
            if start < end && self.byte(start) != b'#' {
                let is_marker = start == at && self.bytes.get(at..end).is_some_and(|line| line.starts_with(b"---"));
                return match (is_marker, is_marker && scalar::is_rest_empty(self.bytes, at + 3, end)) {
                    (true, true) => Ok(next),
                    (true, false) => Err(Refused),
                    (false, _) => Ok(at),
                };
            }
            at = next;
        }
        Err(Refused)
    }

    fn line(&mut self, start: usize, column: usize, end: usize) -> Result<(), Refused> {
        let rest = self.bytes.get(start..end).unwrap_or_default();
        if column == 0 && (rest.starts_with(b"---") || rest.starts_with(b"...")) {
            return Err(Refused);
        }
        self.settle(column, self.is_dash(start, end))?;
        self.content(start, column, end)
    }

    /// Finds the container to which a line at `column` belongs and closes those inside it.
    fn settle(&mut self, column: usize, is_dash: bool) -> Result<(), Refused> {
        if self.due {
            match self.levels.last() {
                None => return Ok(()),
                Some(level) if column > level.column => return Ok(()),
                // A list may stand in the column of its key.
                Some(level) if column == level.column && level.is_map && is_dash => return Ok(()),
                Some(_) => self.settle_missing()?,
            }
        }
        while self.levels.last().is_some_and(|level| level.column > column) {
            self.close();
        }
        if !is_dash && self.levels.last().is_some_and(|level| level.column == column && !level.is_map) {
            self.close();
        }
        match self.levels.last() {
            Some(level) if level.column == column && level.is_map != is_dash => Ok(()),
            _ => Err(Refused),
        }
    }

    fn settle_missing(&mut self) -> Result<(), Refused> {
        if std::mem::take(&mut self.due) {
            self.builder.missing(0, 0)?;
        }
        Ok(())
    }

    fn close(&mut self) {
        self.levels.pop();
        self.builder.close(None);
    }

    /// The container whose first entry is at `start`, unless the entry continues an open one.
    fn open_if_due(&mut self, is_map: bool, start: usize, column: usize) -> Result<(), Refused> {
        if std::mem::take(&mut self.due) {
            self.builder.open(is_map, start as u32, 0)?;
            self.levels.push(Level { column, is_map });
        }
        Ok(())
    }

    /// A dash and what follows it, or a key and its value.
    fn content(&mut self, mut start: usize, mut column: usize, end: usize) -> Result<(), Refused> {
        let mut behind_dash = false;
        while self.is_dash(start, end) {
            self.open_if_due(false, start, column)?;
            self.due = true;
            behind_dash = true;
            let next = scalar::skip_spaces(self.bytes, start + 1, end);
            if next == end || self.byte(next) == b'#' {
                return Ok(());
            }
            column += next - start;
            start = next;
        }
        let Some(colon) = self.key(start, column, end)? else {
            if !behind_dash {
                return Err(Refused);
            }
            self.due = false;
            return self.value(start, end);
        };
        let value = scalar::skip_spaces(self.bytes, colon + 1, end);
        if value == end || self.byte(value) == b'#' {
            self.due = true;
            return Ok(());
        }
        self.value(value, end)
    }

    /// The key at `start`, if there is one on this line; the position of its colon.
    fn key(&mut self, start: usize, column: usize, end: usize) -> Result<Option<usize>, Refused> {
        let (word_end, text, next) = match self.byte(start) {
            b'[' | b'{' => return Ok(None),
            b'"' | b'\'' => {
                let (word_end, text) = scalar::quoted(self.bytes, start, end)?;
                (word_end, text, scalar::skip_spaces(self.bytes, word_end, end))
            }
            _ => {
                let (word_end, next, _) = scalar::plain(self.bytes, start, end)?;
                (word_end, Scalar::Plain, next)
            }
        };
        let is_key = next < end && self.byte(next) == b':' && (next + 1 == end || self.byte(next + 1) == b' ');
        if !is_key {
            return Ok(None);
        }
        scalar::refuse_long_key(start, next)?;
        self.open_if_due(true, start, column)?;
        self.builder.scalar(start as u32, word_end as u32, text, 0)?;
        Ok(Some(next))
    }

    /// The value that fills the rest of the line.
    fn value(&mut self, start: usize, end: usize) -> Result<(), Refused> {
        let after = match self.byte(start) {
            b'[' | b'{' => self.flow(start, end)?,
            b'"' | b'\'' => {
                let (after, text) = scalar::quoted(self.bytes, start, end)?;
                self.builder.scalar(start as u32, after as u32, text, 0)?;
                after
            }
            _ => {
                let (word_end, _, ending) = scalar::plain(self.bytes, start, end)?;
                if ending == Ending::Colon {
                    return Err(Refused);
                }
                self.builder.scalar(start as u32, word_end as u32, Scalar::Plain, 0)?;
                return Ok(());
            }
        };
        if scalar::is_rest_empty(self.bytes, after, end) { Ok(()) } else { Err(Refused) }
    }

    /// A list or map in brackets; the position after the closing one.
    fn flow(&mut self, start: usize, end: usize) -> Result<usize, Refused> {
        let is_map = self.byte(start) == b'{';
        let closing = if is_map { b'}' } else { b']' };
        self.builder.open(is_map, start as u32, 0)?;
        let mut at = scalar::skip_spaces(self.bytes, start + 1, end);
        let mut is_first = true;
        loop {
            if at >= end {
                return Err(Refused);
            }
            if is_first && self.byte(at) == closing {
                break;
            }
            is_first = false;
            at = if is_map { self.flow_entry(at, end)? } else { self.flow_value(at, end)? };
            at = scalar::skip_spaces(self.bytes, at, end);
            if at >= end {
                return Err(Refused);
            }
            match self.byte(at) {
                b',' => at = scalar::skip_spaces(self.bytes, at + 1, end),
                byte if byte == closing => break,
                _ => return Err(Refused),
            }
        }
        self.builder.close(Some(at as u32 + 1));
        Ok(at + 1)
    }

    fn flow_entry(&mut self, start: usize, end: usize) -> Result<usize, Refused> {
        if matches!(self.byte(start), b'[' | b'{') {
            return Err(Refused);
        }
        let key_end = self.flow_value(start, end)?;
        let colon = scalar::skip_spaces(self.bytes, key_end, end);
        scalar::refuse_long_key(start, colon)?;
        if colon >= end || self.byte(colon) != b':' {
            self.builder.missing(0, 0)?;
            return Ok(key_end);
        }
        if colon + 1 >= end || self.byte(colon + 1) != b' ' {
            return Err(Refused);
        }
        let value = scalar::skip_spaces(self.bytes, colon + 1, end);
        if value < end && matches!(self.byte(value), b',' | b'}') {
            self.builder.missing(0, 0)?;
            return Ok(value);
        }
        self.flow_value(value, end)
    }

    fn flow_value(&mut self, start: usize, end: usize) -> Result<usize, Refused> {
        if start >= end {
            return Err(Refused);
        }
        let (after, text) = match self.byte(start) {
            b'[' | b'{' => return self.flow(start, end),
            b'"' | b'\'' => scalar::quoted(self.bytes, start, end)?,
            _ => (scalar::plain_in_flow(self.bytes, start, end)?, Scalar::Plain),
        };
        self.builder.scalar(start as u32, after as u32, text, 0)?;
        Ok(after)
    }

    fn is_dash(&self, start: usize, end: usize) -> bool {
        start < end && self.byte(start) == b'-' && (start + 1 == end || self.byte(start + 1) == b' ')
    }

    /// Where the line's text ends, and where the next line starts.
    fn line_end(&self, at: usize) -> (usize, usize) {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let Some(newline) = memchr::memchr(b'\n', rest) else { return (self.bytes.len(), self.bytes.len()) };
        let is_windows = newline > 0 && rest.get(newline - 1) == Some(&b'\r');
        (at + newline - usize::from(is_windows), at + newline + 1)
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b'\n')
    }
}
