//! Any YAML: the events of the YAML library into the arena.

use std::borrow::Cow;

use granit_parser::{Event, Parser, ScalarStyle, Span as Place};

use super::builder::{Builder, Scalar, Stop};
use super::syntax;
use super::{Document, Limits, Problem};
use crate::diag::{FileId, nearest};

/// Reads `source`; see [`super::parse`].
pub(super) fn read(source: &str, file: FileId, limits: Limits) -> (Option<Document<'_>>, Vec<Problem>) {
    let builder = Builder::new(source, limits);
    let mut reader = Reader { source, builder, has_tabs: source.contains('\t'), first: None, anchors: Vec::new() };
    match reader.run(limits) {
        Ok(()) => {
            let (document, problems) = reader.builder.finish(file);
            (Some(document), problems)
        }
        Err(Stop) => (None, reader.builder.problems),
    }
}

struct Reader<'s> {
    source: &'s str,
    builder: Builder<'s>,
    has_tabs: bool,
    /// Where the first document starts.
    first: Option<(u32, u32)>,
    /// Names of anchors so far, to propose one for a misspelt alias.
    anchors: Vec<String>,
}

impl<'s> Reader<'s> {
    fn run(&mut self, limits: Limits) -> Result<(), Stop> {
        let options = granit_parser::options! {
            emit_comments: false,
            emit_anchor_events: true,
            emit_unresolved_aliases: true,
            flow_nesting_limit: limits.max_depth + 1,
            block_nesting_limit: limits.max_depth + 1,
        };
        for event in Parser::new_from_str_with_options(self.source, options) {
            let (event, place) = event.map_err(|error| {
                let problem = syntax::problem(self.source, &error, self.builder.progress(), limits);
                self.stop(problem)
            })?;
            if let Event::DocumentStart(_, version) = event {
                if self.is_second_document(bytes(place)) {
                    return Ok(());
                }
                if version.is_some_and(|version| (version.major, version.minor) != (1, 2)) {
                    self.builder.problems.push(syntax::old_version(bytes(place).0));
                }
            } else {
                self.event(event, place)?;
            }
        }
        Ok(())
    }

    /// After text that should have been in quotes, the rest of its line is no mistake of its own.
    fn stop(&mut self, problem: Problem) -> Stop {
        let of_earlier = self.builder.problems.last().filter(|last| last.name == problem.name).is_some_and(|last| {
            self.source.get(last.start as usize..problem.start as usize).is_some_and(|between| !between.contains('\n'))
        });
        if of_earlier { Stop } else { self.builder.stop(problem) }
    }

    fn event(&mut self, event: Event<'s>, place: Place) -> Result<(), Stop> {
        let (start, end) = bytes(place);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), place);
                self.scalar(text, style, (start, end), anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_tag(tag.is_some(), place);
                self.builder.open(false, start, anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_tag(tag.is_some(), place);
                self.builder.open(true, start, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.builder.close((end > start).then_some(end));
                Ok(())
            }
            Event::Alias(anchor) => self.builder.alias(start, end, anchor),
            Event::UnresolvedAlias(name) => self.unknown_alias(&name, start, end),
            Event::Anchor(_, name) => {
                self.anchors.push(name.into_owned());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn scalar(&mut self, text: Cow<'s, str>, style: ScalarStyle, at: (u32, u32), anchor: usize) -> Result<(), Stop> {
        let (start, end) = at;
        self.refuse_tab_before(start, style);
        if start == end && style == ScalarStyle::Plain {
            return self.builder.missing(start, anchor);
        }
        let written = self.source.get(start as usize..end as usize).unwrap_or_default();
        let scalar = match style {
            ScalarStyle::Plain if written == text => Scalar::Plain,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted if inside_quotes(written) == Some(&text) => {
                Scalar::Quoted
            }
            _ => Scalar::Decoded(text.into()),
        };
        self.builder.scalar(start, end, scalar, anchor)
    }

    fn is_second_document(&mut self, (start, end): (u32, u32)) -> bool {
        let Some((first_start, first_end)) = self.first.replace((start, end)) else { return false };
        let message = "a second document in the same file";
        let problem = Problem::new("several-documents", start, end, message)
            .help("write it to a file of its own, or join the two without the `---`")
            .related(first_start, first_end, "the first starts here");
        self.builder.problems.push(problem);
        true
    }

    fn unknown_alias(&mut self, name: &str, start: u32, end: u32) -> Result<(), Stop> {
        let near = nearest(name, self.anchors.iter().map(String::as_str));
        let problem = if name.starts_with(|first: char| first.is_alphanumeric()) {
            Problem::new("unknown-alias", start, end, format!("no value above has the anchor `&{name}`")).help(
                match near {
                    Some(near) => format!("did you mean `*{near}`?"),
                    None => "text that starts with `*` needs quotes".to_owned(),
                },
            )
        } else {
            // Most likely no alias at all, but text such as `*/15 * * * *`.
            Problem::new("yaml-syntax", start, start + 1, "text cannot start with `*`").help("put the text in quotes")
        };
        self.builder.problems.push(problem);
        self.builder.scalar(start, end, Scalar::Plain, 0)
    }

    fn refuse_tag(&mut self, tagged: bool, place: Place) {
        if !tagged {
            return;
        }
        let tag = place.tag_span().unwrap_or(place);
        let (start, end) = bytes(tag);
        let written = tag.slice(self.source).unwrap_or("!");
        let problem = Problem::new("tag", start, end, format!("the tag `{written}` has no meaning here"))
            .help("remove it; write text that looks like a number in quotes");
        self.builder.problems.push(problem);
    }

    /// The library takes a tab for indentation where nothing is measured against it; other readers do not.
    fn refuse_tab_before(&mut self, start: u32, style: ScalarStyle) {
        if !self.has_tabs || matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            return;
        }
        let before = self.source.get(..start as usize).unwrap_or_default();
        let blank = before.len() - before.trim_end_matches([' ', '\t']).len();
        let line_start = before.len() - blank;
        let starts_line = line_start == 0 || before.as_bytes().get(line_start - 1) == Some(&b'\n');
        let tab = before.get(line_start..).and_then(|indent| indent.find('\t'));
        if let (true, Some(tab)) = (starts_line, tab) {
            self.builder.problems.push(syntax::tab((line_start + tab) as u32));
        }
    }
}

fn inside_quotes(written: &str) -> Option<&str> {
    written.get(1..written.len().checked_sub(1)?)
}

fn bytes(place: Place) -> (u32, u32) {
    let range = place.byte_range().unwrap_or_default();
    (range.start as u32, range.end.max(range.start) as u32)
}
