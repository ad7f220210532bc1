//! What the YAML library says of broken text, in the words of somebody who wants to mend it.

use granit_parser::{ErrorKind, ScanError};

use super::{Limits, Problem};

/// The problem for an error of the library. `last_end` is where the latest complete key or value ends, which is
/// where to look for a quote that was never closed.
pub(super) fn problem(source: &str, error: &ScanError, last_end: u32, limits: Limits) -> Problem {
    let at = error.marker().byte_offset().unwrap_or(source.len()).min(source.len()) as u32;
    let kind = error.kind();
    if let Some(problem) = tab_problem(source, kind, at) {
        return problem;
    }
    if let Some(problem) = quote_problem(source, kind, last_end) {
        return problem;
    }
    let (name, message, help) = wording(error, limits);
    let (start, end) = character(source, at);
    let mut problem = Problem::new(name, start, end, message);
    problem.help = help.map(str::to_owned);
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

/// Name, message and help.
fn wording(error: &ScanError, limits: Limits) -> (&'static str, String, Option<&'static str>) {
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
        E::UnexpectedCharacter { character } => (
            "yaml-syntax",
            format!("text cannot start with `{}`", character.escape_default()),
            Some("put the text in quotes"),
        ),
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
