//! Source texts and places in them.

use std::sync::{Arc, OnceLock};

/// Number of a file in a [`SourceMap`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u16);

/// A range of bytes in a source file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `file`.
    pub fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end }
    }
}

/// Line and column of a place, both from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// One source text under the name by which the user knows it.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path as the user would type it.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
    lines: OnceLock<Vec<u32>>,
}

impl SourceFile {
    /// A source with its name and text.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into(), lines: OnceLock::new() }
    }

    /// Offsets at which lines start; computed at the first question and kept.
    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let ends = memchr::memchr_iter(b'\n', self.text.as_bytes());
            std::iter::once(0).chain(ends.map(|at| at as u32 + 1)).collect()
        })
    }

    /// Line and column of a byte offset; an offset past the end is the end.
    pub fn location(&self, offset: u32) -> Location {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let starts = self.line_starts();
        let line = starts.partition_point(|&start| start as usize <= offset) - 1;
        let column = self.text[starts[line] as usize..offset].chars().count();
        Location { line: line as u32 + 1, column: column as u32 + 1 }
    }

    /// The lines `first..=last` (from 1) with the byte offset at which they start.
    pub fn lines(&self, first: u32, last: u32) -> (u32, &str) {
        let starts = self.line_starts();
        let from = starts.get(first.saturating_sub(1) as usize).copied().unwrap_or(self.text.len() as u32);
        let to = starts.get(last as usize).copied().unwrap_or(self.text.len() as u32);
        (from, &self.text[from as usize..to.max(from) as usize])
    }
}

/// All sources of a run.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Adds a source and gives it a number.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        let id = FileId(u16::try_from(self.files.len()).unwrap_or(u16::MAX));
        self.files.push(file);
        id
    }

    /// The file of a number, where there is one.
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// Every file in the order in which they were added.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(i, file)| (FileId(i as u16), file))
    }

    /// Name, line and column of where a span starts.
    pub fn locate(&self, span: Span) -> Option<(&str, Location)> {
        let file = self.file(span.file)?;
        Some((&file.name, file.location(span.start)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_counts_characters_from_one() {
        let file = SourceFile::new("a", "á: 1\nbé: 2\n");
        assert_eq!(file.location(0), Location { line: 1, column: 1 });
        assert_eq!(file.location(6), Location { line: 2, column: 1 });
        assert_eq!(file.location(9), Location { line: 2, column: 3 });
        assert_eq!(file.location(999), Location { line: 3, column: 1 });
    }

    #[test]
    fn lines_come_with_their_offset() {
        let file = SourceFile::new("a", "one\ntwo\nthree");
        assert_eq!(file.lines(2, 3), (4, "two\nthree"));
        assert_eq!(file.lines(9, 9), (13, ""));
    }
}
