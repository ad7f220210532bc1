//! A mistake in the text, as data: a name, a place, a sentence, and the way out.

/// One mistake, with byte offsets into the text that was given to [`super::parse`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Kebab-case name of the kind of mistake.
    pub name: &'static str,
    /// First byte of the place.
    pub start: u32,
    /// First byte after the place.
    pub end: u32,
    /// One line in lower case without full stop.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// Other places that belong to it: start, end, label.
    pub related: Vec<(u32, u32, String)>,
}

impl Problem {
    /// A problem without help and related places.
    pub fn new(name: &'static str, start: u32, end: u32, message: impl Into<String>) -> Self {
        Self { name, start, end, message: message.into(), help: None, related: Vec::new() }
    }

    /// Adds the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn related(mut self, start: u32, end: u32, label: impl Into<String>) -> Self {
        self.related.push((start, end, label.into()));
        self
    }
}

/// A file larger than `limit` bytes.
pub(super) fn file_too_large(size: usize, limit: usize) -> Problem {
    Problem::new("file-too-large", 0, 0, format!("the file has {size} bytes, more than the limit of {limit}"))
        .help("split it into several files in one folder")
}
