//! What is wrong with the text of a schedule or with the name of a zone, and where in it.

/// A mistake in a schedule's text. The message is one lower-case line without full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong.
    pub message: String,
    /// Byte offset of the mistake in the text that was read.
    pub offset: usize,
    /// Length of the mistake in bytes; 0 where something is missing.
    pub len: usize,
    /// What to write instead, where that can be told.
    pub help: Option<String>,
}

impl std::fmt::Display for ParseError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for ParseError {}

impl ParseError {
    pub(super) fn new(message: impl Into<String>, offset: usize, len: usize) -> Self {
        ParseError { message: message.into(), offset, len, help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a help only where there is something to say.
    pub(super) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// The same mistake in a text that has `by` more bytes in front.
    pub(super) fn shifted(mut self, by: usize) -> Self {
        self.offset += by;
        self
    }
}

/// Longer words are not looked for among the names: no name is so long, and comparing costs the product of the lengths.
const LONGEST_NAME: usize = 64;

/// The names nearest to `wanted` ignoring case, at most `limit` of the same distance; none that is another word altogether.
pub(super) fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>, limit: usize) -> Vec<&'a str> {
    if wanted.len() > LONGEST_NAME {
        return Vec::new();
    }
    let wanted = wanted.to_ascii_lowercase();
    let allowed = (wanted.chars().count() / 3).max(1);
    let mut found: Vec<(usize, &str)> = names
        .into_iter()
        .map(|name| (edit_distance(&wanted, &name.to_ascii_lowercase()), name))
        .filter(|(distance, _)| *distance <= allowed)
        .collect();
    found.sort();
    let best = found.first().map(|(distance, _)| *distance);
    found.retain(|(distance, _)| Some(*distance) == best);
    found.into_iter().take(limit).map(|(_, name)| name).collect()
}

/// Damerau-Levenshtein distance with adjacent transpositions (optimal string alignment).
fn edit_distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for i in 1..=left.len() {
        let mut next = vec![i];
        for j in 1..=right.len() {
            let substitution = row[j - 1] + usize::from(left[i - 1] != right[j - 1]);
            let mut best = substitution.min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_a_swap_once() {
        assert_eq!(edit_distance("mno", "mon"), 1);
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("kitten", "sitting"), 3);
    }

    #[test]
    fn only_near_names_are_proposed() {
        assert_eq!(nearest("tuesdy", ["monday", "tuesday"], 3), ["tuesday"]);
        assert!(nearest("banana", ["monday", "tuesday"], 3).is_empty());
    }
}
