//! What the YAML library says of broken text, in the words of somebody who wants to mend it.

use granit_parser::{ErrorKind, ScanError};

use super::{Limits, Problem};

/// What had been read when the library gave up: where to look for what was never closed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Progress {
    /// Bytes of the latest complete scalar.
    pub(super) scalar: (u32, u32),
    /// Where the latest complete node ends.
    pub(super) end: u32,
    /// The innermost bracket that is open.
    pub(super) bracket: Option<u32>,
}

/// The problem for an error of the library.
pub(super) fn problem(source: &str, error: &ScanError, read: Progress, limits: Limits) -> Problem {
    let at = error.marker().byte_offset().unwrap_or(source.len()).min(source.len()) as u32;
    let kind = error.kind();
    let special = tab_problem(source, kind, at)
        .or_else(|| quote_problem(source, kind, read.end))
        .or_else(|| bracket_problem(source, kind, at, read.bracket))
        .or_else(|| colon_problem(source, kind, read.scalar));
    special.unwrap_or_else(|| {
        let (name, message, help) = wording(source, at, error, limits);
        let (start, end) = character(source, at);
        let mut problem = Problem::new(name, start, end, message);
        problem.help = help.map(str::to_owned);
        match name {
            "indentation" => compared(source, problem),
            _ => problem,
        }
    })
}

/// Says of a line that is indented amiss how it is and how the line before it is.
fn compared(source: &str, mut problem: Problem) -> Problem {
    let spaces = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let amount = |count: usize| if count == 1 { "1 space".to_owned() } else { format!("{count} spaces") };
    let before = source.get(..problem.start as usize).unwrap_or_default();
    let (above, indent) = before.rsplit_once('\n').unwrap_or(("", before));
    let is_text = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    if let (Some(help), Some(above)) = (&mut problem.help, above.lines().rev().find(is_text))
        && spaces(indent) != spaces(above)
    {
        *help = format!("{help}: this one has {}, the one above {}", amount(spaces(indent)), amount(spaces(above)));
    }
    problem
}

/// A tab where YAML measures indentation.
pub(super) fn tab(at: u32) -> Problem {
    Problem::new("tab", at, at + 1, "a tab where YAML wants spaces")
        .help("indent with spaces; most editors can turn tabs into spaces when they save")
}

/// `%YAML 1.1` and other versions whose rules differ.
pub(super) fn old_version(at: u32) -> Problem {
    Problem::new("yaml-version", at, at, "only YAML 1.2 is read here").help("remove the `%YAML` line")
}

fn tab_problem(source: &str, kind: &ErrorKind, at: u32) -> Option<Problem> {
    use ErrorKind as E;
    let about_tabs = matches!(
        kind,
        E::TabNotAllowed
            | E::TabInBlockIndentation
            | E::TabInIndentation
            | E::TabAtBlockScalarStart
            | E::TabInPlainScalar
            | E::InvalidBlockEntryWhitespace
            | E::InvalidMappingValueWhitespace
            | E::BlockSequenceEntryNotAllowed
            | E::MappingKeyNotAllowed
            | E::MappingValueNotAllowed
    );
    let certain =
        !matches!(kind, E::BlockSequenceEntryNotAllowed | E::MappingKeyNotAllowed | E::MappingValueNotAllowed);
    if !about_tabs {
        return None;
    }
    let line_start = source.get(..at as usize)?.rfind('\n').map_or(0, |newline| newline + 1);
    let line = source.get(line_start..)?;
    let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
    let in_indent = line.get(..indent)?.find('\t').map(|tab| line_start + tab);
    let after = || source.get(at as usize..)?.find('\t').map(|tab| at as usize + tab);
    let found = if certain { in_indent.or_else(after) } else { in_indent };
    found.map(|found| tab(found as u32))
}

fn quote_problem(source: &str, kind: &ErrorKind, last_end: u32) -> Option<Problem> {
    use ErrorKind as E;
    if !matches!(kind, E::UnclosedQuotedScalar | E::InvalidQuotedScalarIndent | E::DocumentIndicatorInQuotedScalar) {
        return None;
    }
    let opening = last_end as usize + source.get(last_end as usize..)?.find(['"', '\''])?;
    let quote = source.get(opening..=opening)?;
    let message = format!("this quote (`{quote}`) is not closed");
    let help = format!("add the closing `{quote}` at the end of the text");
    Some(Problem::new("unclosed-quote", opening as u32, opening as u32 + 1, message).help(help))
}

/// A bracket that is still open on a later line was most likely forgotten.
fn bracket_problem(source: &str, kind: &ErrorKind, at: u32, bracket: Option<u32>) -> Option<Problem> {
    use ErrorKind as E;
    let open = bracket?;
    let later_line = source.get(open as usize..at as usize)?.contains('\n');
    let about = matches!(
        kind,
        E::InvalidColonPlacement
            | E::ExpectedFlowMappingSeparator
            | E::ExpectedFlowSequenceSeparator
            | E::InvalidFlowScalarIndent
            | E::BlockEntryInFlowCollection
    );
    if !(later_line && about) {
        return None;
    }
    let (start, end) = character(source, at);
    Some(unclosed_bracket(source, open).related(start, end, "this is read as a part of it"))
}

fn unclosed_bracket(source: &str, open: u32) -> Problem {
    let (opening, closing) = if source.as_bytes().get(open as usize) == Some(&b'{') { ('{', '}') } else { ('[', ']') };
    Problem::new("unclosed-bracket", open, open + 1, format!("`{opening}` is not closed"))
        .help(format!("add the closing `{closing}`"))
}

/// Text that runs over several lines until a colon ends it is most often a key whose own colon is amiss.
fn colon_problem(source: &str, kind: &ErrorKind, (start, end): (u32, u32)) -> Option<Problem> {
    if *kind != ErrorKind::MappingValueNotAllowed {
        return None;
    }
    let (first, _) = source.get(start as usize..end as usize)?.split_once('\n')?;
    if first.starts_with(['"', '\'']) {
        return None;
    }
    if let Some(colon) = first.find(':') {
        let at = start + colon as u32;
        let (key, value) = (first.get(..colon)?, first.get(colon + 1..)?);
        let problem = Problem::new("yaml-syntax", at, at + 1, "no space after the `:`");
        return Some(problem.help(format!("write `{}: {}`", key, value.trim())));
    }
    let before = source.get(..start as usize)?;
    let starts_line = before.trim_end_matches(' ').ends_with('\n') || before.trim_end_matches(' ').is_empty();
    let problem = Problem::new("yaml-syntax", start, start + first.trim_end().len() as u32, "a key without `:`");
    starts_line.then(|| problem.help("write `key: value`"))
}

/// Name, message and help.
fn wording(source: &str, at: u32, error: &ScanError, limits: Limits) -> (&'static str, String, Option<&'static str>) {
    use ErrorKind as E;
    let (name, message, help): (_, String, _) = match error.kind() {
        E::RecursionLimitExceeded => {
            ("nested-too-deep", format!("more than {} maps and lists inside each other", limits.max_depth), None)
        }
        E::UnclosedFlowCollection { open } => {
            let help = if *open == '[' { "add the closing `]`" } else { "add the closing `}`" };
            ("unclosed-bracket", format!("`{open}` is not closed"), Some(help))
        }
        E::MismatchedFlowCollectionEnd { open, close } => {
            ("mismatched-bracket", format!("`{open}` is closed by `{close}`"), None)
        }
        E::MisplacedFlowCollectionEnd => {
            let help = "remove it, or put the text that holds it in quotes";
            ("mismatched-bracket", "a closing bracket without an opening one".to_owned(), Some(help))
        }
        E::ExpectedFlowSequenceSeparator | E::UnexpectedEofFlowSequence => (
            "yaml-syntax",
            "expected `,` or `]`".to_owned(),
            Some("put text with `{`, `}`, `[`, `]`, `,` or `: ` in quotes"),
        ),
        E::ExpectedFlowMappingSeparator | E::UnexpectedEofFlowMapping => (
            "yaml-syntax",
            "expected `,` or `}`".to_owned(),
            Some("put text with `{`, `}`, `[`, `]`, `,` or `: ` in quotes"),
        ),
        E::MappingValueNotAllowed => (
            "yaml-syntax",
            "a `:` where no key can be".to_owned(),
            Some("put text that holds `: ` in quotes, or check the indentation of this line"),
        ),
        E::SimpleKeyExpected | E::InvalidSimpleKey => {
            ("yaml-syntax", "a key without `:`".to_owned(), Some("write `key: value`"))
        }
        E::ExpectedBlockMappingKey | E::InvalidIndentation | E::MappingKeyNotAllowed => (
            "indentation",
            "this line is not indented like the keys it stands under".to_owned(),
            Some("give all keys of a map the same indentation"),
        ),
        E::ExpectedBlockSequenceEntry => (
            "indentation",
            "a key among the items of a list".to_owned(),
            Some("start the line with `- `, or indent it like the map it belongs to"),
        ),
        E::BlockSequenceEntryNotAllowed => (
            "yaml-syntax",
            "a list item cannot start here".to_owned(),
            Some("start each `- ` on a line of its own, indented like the other items"),
        ),
        E::CommentInterceptedScalar => (
            "yaml-syntax",
            "text goes on after a comment".to_owned(),
            Some("put the text in quotes, or the comment on a line of its own"),
        ),
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => (
            "yaml-syntax",
            "text after the closing quote".to_owned(),
            Some("put all of the text in quotes; within `'` write a quote as `''`, within `\"` as `\\\"`"),
        ),
        E::UnexpectedCharacter { character: '`' } => {
            ("yaml-syntax", "text cannot start with a backtick".to_owned(), Some("put the text in quotes"))
        }
        E::UnexpectedCharacter { .. }
        | E::MissingAnchorOrAliasName
        | E::MissingTagUri
        | E::UnclosedVerbatimTag
        | E::InvalidTagTerminator
        | E::ExpectedTagBang
        | E::UndeclaredTagHandle => {
            let first = source.get(at as usize..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
            let message = format!("text cannot start with `{}`", first.escape_default());
            ("yaml-syntax", message, Some("put the text in quotes"))
        }
        E::InvalidBlockScalarHeader => (
            "yaml-syntax",
            "text on the same line as `|` or `>`".to_owned(),
            Some("start the text on the next line, or put it in quotes"),
        ),
        E::InvalidBlockScalarIndent => (
            "indentation",
            "a line of a block of text is not indented like its first line".to_owned(),
            Some("indent every line of the block at least as deep as the first"),
        ),
        E::UnexpectedEofImplicitFlowMapping => {
            ("yaml-syntax", "a value is missing here".to_owned(), Some("remove the `,`"))
        }
        E::UnknownQuotedScalarEscape => (
            "yaml-syntax",
            "an escape that YAML does not know".to_owned(),
            Some("within double quotes write a backslash as `\\\\`, or use single quotes"),
        ),
        E::BomInsideDocument => ("yaml-syntax", "a byte order mark inside the text".to_owned(), Some("remove it")),
        _ => ("yaml-syntax", error.info().replace("YAML ", ""), None),
    };
    (name, message, help)
}

/// The character at `at`, or the end of the text.
fn character(source: &str, at: u32) -> (u32, u32) {
    let rest = source.get(at as usize..).unwrap_or_default();
    let len = rest.chars().next().filter(|next| *next != '\n').map_or(0, char::len_utf8);
    (at, at + len as u32)
}
