//! The comments of a text, which the tree does not hold, for whoever writes the text anew.

use super::Document;

/// One comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment<'s> {
    /// First byte, that of the `#`.
    pub start: u32,
    /// First byte after the comment.
    pub end: u32,
    /// From the `#` to the end of the line.
    pub text: &'s str,
    /// Whether nothing but white space stands before it on its line.
    pub is_alone: bool,
}

/// All comments of a document in the order of the text.
///
/// Between scalars YAML has only white space, indicators, anchors and comments, so that a `#` after white space in such
/// a gap starts a comment.
pub fn comments<'s>(document: &Document<'s>) -> Vec<Comment<'s>> {
    let source = document.source;
    let mut found = Vec::new();
    let mut from = 0;
    for (start, end) in document.scalar_ranges() {
        // What an alias repeats lies further up.
        if start >= from {
            in_gap(source, from, start, &mut found);
            from = end;
        }
    }
    in_gap(source, from, source.len(), &mut found);
    found
}

fn in_gap<'s>(source: &'s str, from: usize, to: usize, found: &mut Vec<Comment<'s>>) {
    let mut at = from;
    while let Some(hash) = source.get(at..to).and_then(|gap| memchr::memchr(b'#', gap.as_bytes())) {
        let start = at + hash;
        let before = source.get(..start).unwrap_or_default();
        if !(before.is_empty() || before.ends_with([' ', '\t', '\n'])) {
            at = start + 1;
            continue;
        }
        let line = source.get(start..).unwrap_or_default();
        let text = line.split(['\n', '\r']).next().unwrap_or_default();
        let end = start + text.len();
        let is_alone = matches!(before.trim_end_matches([' ', '\t']).as_bytes().last(), None | Some(b'\n'));
        found.push(Comment { start: start as u32, end: end as u32, text, is_alone });
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::FileId;
    use crate::text::{Limits, parse};

    #[test]
    fn comments_are_found_between_scalars() {
        let source = "# top\na: b#c # one\nd: 'x # y' # two\ne: | # three\n  # text\n  t\n# four\nf: &a#b [1, # five\n  2]\ng: *a#b\r\n  # six";
        let (document, problems) = parse(source, FileId(0), Limits::default());
        assert_eq!(problems, []);
        let found = comments(&document.expect("a document"));
        let shown: Vec<(&str, bool)> = found.iter().map(|comment| (comment.text, comment.is_alone)).collect();
        let (alone, behind) = (true, false);
        assert_eq!(
            shown,
            [
                ("# top", alone),
                ("# one", behind),
                ("# two", behind),
                ("# three", behind),
                ("# four", alone),
                ("# five", behind),
                ("# six", alone),
            ]
        );
        assert!(found.iter().all(|comment| &source[comment.start as usize..comment.end as usize] == comment.text));
    }
}
