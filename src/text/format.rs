//! A document in canonical order and spacing, comments kept.
//!
//! The words of the author stay as they are written, quotes included: what changes is the order of keys that have one,
//! indentation, spacing and blank lines. What was written in one line stays in one line. The result is read again and
//! compared before anybody gets it: a text that would come out with another meaning or without a comment is refused.

use std::collections::BTreeMap;

use super::{Document, Kind, Limits, NodeRef, parse};
use crate::diag::FileId;

/// Lines longer than this are not joined from several.
const WIDTH: usize = 140;
/// Columns by which trailing comments of neighbouring lines are aligned at most.
const ALIGNED: usize = 100;

/// Says in which order the keys of the map at a path stand; keys that it does not name follow as they are.
pub type KeyOrder<'a> = &'a dyn Fn(&[&str]) -> Option<Vec<String>>;

/// Formats a document that was parsed from `source`. None where that cannot be done without a change of meaning: with
/// anchors, or comments inside a list or map in brackets.
pub fn format(source: &str, document: &Document<'_>, order: KeyOrder<'_>) -> Option<String> {
    if document.is_empty() {
        return Some(tidy_lines(source));
    }
    let comments = comments(source, document)?;
    let mut writer = Writer { source, order, comments: comments.clone(), lines: Vec::new() };
    writer.block(document.root(), 0, 0, &mut Vec::new());
    writer.rest(range(document.root()).1);
    let text = finish(writer.lines);
    is_same(document, &comments, source, &text).then_some(text)
}

/// Comments by the offset of their `#`, with that of their end.
type Comments = BTreeMap<usize, usize>;

/// Every `#` that is no part of a word begins a comment. None where something stands between the words that the tree does
/// not show: an anchor, an alias, a tag.
fn comments(source: &str, document: &Document<'_>) -> Option<Comments> {
    let mut words: Vec<(usize, usize)> = Vec::new();
    collect_words(document.root(), &mut words);
    let mut found = Comments::new();
    let mut at = 0;
    for (start, end) in words.into_iter().chain([(source.len(), source.len())]) {
        // The words of an alias stand where its anchor is, before what has been seen.
        while let Some(hash) = source.get(at..start)?.find('#').map(|hash| hash + at) {
            let line_end = source[hash..].find('\n').map_or(source.len(), |end| end + hash);
            found.insert(hash, hash + source[hash..line_end].trim_end().len());
            if !is_punctuation(&source[at..hash]) {
                return None;
            }
            at = line_end.min(start);
        }
        if !is_punctuation(&source[at..start]) {
            return None;
        }
        at = end;
    }
    Some(found)
}

/// What may stand between words and be written anew.
fn is_punctuation(between: &str) -> bool {
    between.chars().all(|c| c.is_whitespace() || c.is_ascii_digit() || ":,-{}[]|>+\u{feff}".contains(c))
}

fn collect_words(node: NodeRef<'_>, words: &mut Vec<(usize, usize)>) {
    match node.kind() {
        Kind::Map => node.entries().for_each(|(key, value)| {
            words.push(range(key));
            collect_words(value, words);
        }),
        Kind::Seq => node.items().for_each(|item| collect_words(item, words)),
        _ => words.push(range(node)),
    }
}

fn range(node: NodeRef<'_>) -> (usize, usize) {
    let (start, end) = node.range();
    (start as usize, end as usize)
}

/// A line of the result: its text, and the comment at its end.
struct Line {
    text: String,
    comment: Option<String>,
}

struct Writer<'a> {
    source: &'a str,
    order: KeyOrder<'a>,
    /// Those that have not been written yet.
    comments: Comments,
    lines: Vec<Line>,
}

impl Writer<'_> {
    /// A map or list over several lines. What stands above it begins at `from`.
    fn block(&mut self, node: NodeRef<'_>, from: usize, indent: usize, path: &mut Vec<String>) {
        match node.kind() {
            Kind::Map => self.map(node, from, indent, path),
            Kind::Seq => self.list(node, from, indent, path),
            _ => {
                let text = self.scalar(node, indent);
                self.push(indent, text, None);
            }
        }
    }

    fn map(&mut self, node: NodeRef<'_>, mut from: usize, indent: usize, path: &mut Vec<String>) {
        // What stands above an entry goes with it, so it is taken before entries change places.
        let mut entries: Vec<(Leading, NodeRef<'_>, NodeRef<'_>)> = Vec::new();
        for (key, value) in node.entries() {
            let leading = self.leading(from, range(key).0);
            from = range(value).1.max(range(key).1);
            entries.push((leading, key, value));
        }
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        if let Some(order) = (self.order)(&names) {
            let rank = |key: NodeRef<'_>| order.iter().position(|name| Some(name.as_str()) == key.as_str());
            entries.sort_by_key(|(_, key, _)| rank(*key).unwrap_or(usize::MAX));
        }
        for (number, (leading, key, value)) in entries.into_iter().enumerate() {
            self.write_leading(leading, indent, number == 0);
            let text = format!("{}:", &self.source[range(key).0..range(key).1]);
            path.push(key.as_str().unwrap_or_default().to_owned());
            self.value(text, range(key).1, value, indent, path);
            path.pop();
        }
    }

    fn list(&mut self, node: NodeRef<'_>, mut from: usize, indent: usize, path: &mut Vec<String>) {
        path.push("[]".to_owned());
        for (number, item) in node.items().enumerate() {
            let leading = self.leading(from, range(item).0);
            from = range(item).1;
            self.write_leading(leading, indent, number == 0);
            if self.is_block(item) {
                let first = self.lines.len();
                self.block(item, range(item).0, indent + 2, path);
                if let Some(line) = self.lines.get_mut(first..).and_then(|new| new.iter_mut().find(|l| !is_comment(l)))
                {
                    line.text.replace_range(indent..indent + 2, "- ");
                }
            } else {
                self.value("-".to_owned(), range(item).0, item, indent, path);
            }
        }
        path.pop();
    }

    /// `key:` or `-`, which ends at `head_end`, and the value behind or below it.
    fn value(&mut self, head: String, head_end: usize, value: NodeRef<'_>, indent: usize, path: &mut Vec<String>) {
        if self.is_block(value) {
            let comment = self.trailing(head_end);
            self.push(indent, head, comment);
            self.block(value, head_end, indent + 2, path);
            return;
        }
        let text = self.inline(value, indent);
        let comment = self.trailing(range(value).1.max(head_end));
        let gap = if text.is_empty() { "" } else { " " };
        self.push(indent, format!("{head}{gap}{text}"), comment);
    }

    /// Whether a value goes below its key: a map or list that is not in brackets, and so begins where its first word does.
    fn is_block(&self, node: NodeRef<'_>) -> bool {
        let first = match node.kind() {
            Kind::Map => node.entries().next().map(|(key, _)| key),
            Kind::Seq => node.items().next(),
            _ => None,
        };
        first.is_some_and(|first| range(first).0 == range(node).0)
    }

    /// A value in one line, or as the author broke it.
    fn inline(&self, node: NodeRef<'_>, indent: usize) -> String {
        let (start, end) = range(node);
        let written = &self.source[start..end];
        match node.kind() {
            Kind::Map | Kind::Seq => {
                let joined = self.bracketed(node);
                let broken = written.contains('\n') && indent + joined.chars().count() > WIDTH;
                if broken { written.to_owned() } else { joined }
            }
            _ => self.scalar(node, indent),
        }
    }

    fn bracketed(&self, node: NodeRef<'_>) -> String {
        match node.kind() {
            Kind::Map => {
                let entry = |(key, value): (NodeRef<'_>, NodeRef<'_>)| {
                    let text = self.bracketed(value);
                    let gap = if text.is_empty() { "" } else { " " };
                    format!("{}:{gap}{text}", &self.source[range(key).0..range(key).1])
                };
                format!("{{{}}}", node.entries().map(entry).collect::<Vec<_>>().join(", "))
            }
            Kind::Seq => format!("[{}]", node.items().map(|item| self.bracketed(item)).collect::<Vec<_>>().join(", ")),
            _ => self.scalar(node, 0),
        }
    }

    /// A word as written; a block of text with its lines below its key.
    fn scalar(&self, node: NodeRef<'_>, indent: usize) -> String {
        let (start, end) = range(node);
        let written = &self.source[start..end];
        let Some(header) = self.block_header(start) else { return written.trim_end().to_owned() };
        if header.contains(|c: char| c.is_ascii_digit()) {
            return format!("{header}\n{}", &self.source[self.line_start(start)..end]);
        }
        // The word begins behind the indentation of its first line.
        let body = self.source[self.line_start(start)..end].trim_end();
        let depth = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let least = body.lines().filter(|line| !line.trim().is_empty()).map(depth).min().unwrap_or(0);
        let lines = body.lines().map(|line| match line.get(least..) {
            Some(rest) if !line.trim().is_empty() => format!("{}{rest}", " ".repeat(indent + 2)),
            _ => String::new(),
        });
        format!("{header}\n{}", lines.collect::<Vec<_>>().join("\n"))
    }

    /// `|`, `>-` and their kin at the end of the line above a block of text.
    fn block_header(&self, start: usize) -> Option<&str> {
        let line_start = self.line_start(start);
        let above = self.source[..line_start].trim_end();
        let mark = above.trim_end_matches(['+', '-', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
        let bare = mark.strip_suffix(['|', '>'])?;
        let is_header = self.source[line_start..start].trim().is_empty() && bare.ends_with([' ', '\t', ':', '-']);
        is_header.then(|| &above[bare.len()..])
    }

    /// The comments on lines of their own between two offsets, and whether a blank line stands before them.
    fn leading(&mut self, from: usize, before: usize) -> Leading {
        let line_start = if before == self.source.len() { before } else { self.line_start(before).max(from) };
        let taken: Vec<(usize, usize)> = (self.comments.range(from..line_start))
            .filter(|(at, _)| self.is_own_line(**at))
            .map(|(at, end)| (*at, *end))
            .collect();
        let first = taken.first().map_or(before, |(at, _)| *at);
        let mut lines = Vec::new();
        let mut last_end = first;
        for (at, end) in taken {
            if self.is_apart(last_end, at) {
                lines.push(None);
            }
            lines.push(Some(self.source[at..end].to_owned()));
            last_end = end;
            self.comments.remove(&at);
        }
        if self.is_apart(last_end, before) {
            lines.push(None);
        }
        Leading { blank: self.is_apart(from, first), lines }
    }

    /// Whether a blank line stands between two offsets.
    fn is_apart(&self, from: usize, to: usize) -> bool {
        let between = self.source.get(from..to).unwrap_or_default();
        let mut lines = between.split('\n').skip(1).peekable();
        while let Some(line) = lines.next() {
            if line.trim().is_empty() && lines.peek().is_some() {
                return true;
            }
        }
        false
    }

    fn write_leading(&mut self, leading: Leading, indent: usize, tight: bool) {
        if leading.blank && !tight && !self.lines.is_empty() {
            self.push(0, String::new(), None);
        }
        for line in leading.lines {
            self.push(if line.is_some() { indent } else { 0 }, line.unwrap_or_default(), None);
        }
    }

    /// The comment at the end of the line of `after`.
    fn trailing(&mut self, after: usize) -> Option<String> {
        let line_end = self.source[after..].find('\n').map_or(self.source.len(), |end| end + after);
        let (&hash, &end) = self.comments.range(after..line_end).next()?;
        self.comments.remove(&hash);
        Some(self.source[hash..end].to_owned())
    }

    /// Comments after the last entry.
    fn rest(&mut self, from: usize) {
        let leading = self.leading(from, self.source.len());
        self.write_leading(leading, 0, false);
        while self.lines.last().is_some_and(|line| line.text.is_empty()) {
            self.lines.pop();
        }
    }

    fn is_own_line(&self, at: usize) -> bool {
        self.source[self.line_start(at)..at].trim().is_empty()
    }

    fn line_start(&self, at: usize) -> usize {
        self.source[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }

    fn push(&mut self, indent: usize, text: String, comment: Option<String>) {
        let text = if text.is_empty() { text } else { format!("{}{text}", " ".repeat(indent)) };
        self.lines.push(Line { text, comment });
    }
}

/// What stands above an entry: comments, and `None` for a blank line.
struct Leading {
    blank: bool,
    lines: Vec<Option<String>>,
}

fn is_comment(line: &Line) -> bool {
    line.text.is_empty() || line.text.trim_start().starts_with('#')
}

/// Lines as text, the comments of neighbouring lines in one column.
fn finish(lines: Vec<Line>) -> String {
    let mut out = String::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        if line.comment.is_none() {
            out.push_str(line.text.trim_end());
            out.push('\n');
            at += 1;
            continue;
        }
        let run = lines[at..].iter().take_while(|line| line.comment.is_some()).count();
        let width = |line: &Line| line.text.chars().count();
        let column = lines[at..at + run].iter().map(width).filter(|width| *width <= ALIGNED).max().unwrap_or(0);
        for line in &lines[at..at + run] {
            let gap = column.saturating_sub(width(line)) + 2;
            out.push_str(&line.text);
            out.push_str(&" ".repeat(gap));
            out.push_str(line.comment.as_deref().unwrap_or_default());
            out.push('\n');
        }
        at += run;
    }
    out
}

fn tidy_lines(source: &str) -> String {
    let lines: Vec<&str> = source.lines().map(str::trim_end).collect();
    let text = lines.join("\n");
    if text.trim().is_empty() { String::new() } else { format!("{}\n", text.trim_end()) }
}

/// Whether the result says the same and has every comment.
fn is_same(document: &Document<'_>, comments: &Comments, source: &str, text: &str) -> bool {
    let (Some(again), problems) = parse(text, FileId::default(), Limits::default()) else { return false };
    let words = |source: &str, comments: &Comments| {
        let mut words: Vec<String> = comments.iter().map(|(at, end)| source[*at..*end].to_owned()).collect();
        words.sort_unstable();
        words
    };
    let Some(comments_again) = self::comments(text, &again) else { return false };
    let kept = words(source, comments) == words(text, &comments_again);
    problems.is_empty() && kept && document.root().to_json() == again.root().to_json()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(path: &[&str]) -> Option<Vec<String>> {
        path.is_empty().then(|| vec!["first".to_owned(), "second".to_owned()])
    }

    fn formatted(source: &str) -> Option<String> {
        let (document, problems) = parse(source, FileId::default(), Limits::default());
        assert!(problems.is_empty(), "{problems:?}");
        format(source, &document?, &order)
    }

    fn check(source: &str, expected: &str) {
        let result = formatted(source).expect("it can be formatted");
        assert_eq!(result, expected);
        assert_eq!(formatted(&result).as_deref(), Some(expected), "formatting twice changes nothing");
    }

    #[test]
    fn orders_keys_and_moves_their_comments_with_them() {
        check(
            "second: 2 # two\n# about first\nfirst:   1\nother: 3\n",
            "# about first\nfirst: 1\nsecond: 2  # two\nother: 3\n",
        );
    }

    #[test]
    fn keeps_the_words_and_mends_the_spacing() {
        check(
            "a:\n      - {b:  'x' , c: [1,2]}   # list\n      -   d: |\n               text\n                 more\n          e: 1\n",
            "a:\n  - {b: 'x', c: [1, 2]}  # list\n  - d: |\n      text\n        more\n    e: 1\n",
        );
    }

    #[test]
    fn joins_brackets_and_keeps_blank_lines() {
        check("a: {b: 1,\n    c: 2}\n\n\n# next\n\nd: 1\n# the end", "a: {b: 1, c: 2}\n\n# next\n\nd: 1\n# the end\n");
        check("# only a comment   \n", "# only a comment\n");
        check("", "");
    }

    #[test]
    fn aligns_neighbouring_comments() {
        check("a: 1 # one\nlonger: 2    # two\nb: 3\n", "a: 1       # one\nlonger: 2  # two\nb: 3\n");
    }

    #[test]
    fn leaves_alone_what_it_cannot_keep() {
        assert_eq!(formatted("a: &x 1\nb: *x\n"), None);
        assert_eq!(formatted("a: [1, # one\n  2]\n"), None);
    }
}
