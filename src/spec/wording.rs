//! What mistakes in the form of a spec are called, and the words for them.

use super::read::bad_name;
use super::schema::schema;
use crate::diag::{Code, Diagnostic, FileId, Span};
use crate::text::{Document, NodeRef, Problem, SchemaKind, SchemaProblem};
use crate::units::{Bytes, Millis, Rate, Seconds, UnitError};

pub(super) const UNKNOWN_KEY: Code = Code("unknown-key");
pub(super) const MISSING_KEY: Code = Code("missing-key");
pub(super) const WRONG_TYPE: Code = Code("wrong-type");
pub(super) const INVALID_NAME: Code = Code("invalid-name");
const UNKNOWN_VALUE: Code = Code("unknown-value");
const INVALID_VALUE: Code = Code("invalid-value");
const INVALID_AMOUNT: Code = Code("invalid-amount");
const DUPLICATE_NAME: Code = Code("duplicate-name");

/// A mistake that the reader of the text found.
pub fn syntax(problem: Problem, file: FileId) -> Diagnostic {
    let mut diagnostic =
        Diagnostic::error(Code(problem.name), problem.message).at(Span::new(file, problem.start, problem.end));
    diagnostic.help = problem.help;
    for (start, end, label) in problem.related {
        diagnostic = diagnostic.label(Span::new(file, start, end), label);
    }
    diagnostic
}

/// A file that is something else than a map.
pub(super) fn not_a_map(root: NodeRef<'_>) -> Diagnostic {
    Diagnostic::error(WRONG_TYPE, format!("a spec is a map, not {}", root.kind().described()))
        .at(root.span())
        .help("begin with `drplan: 1`; `drplan init` writes a spec to start from")
}

/// The same thing in two files.
pub(super) fn said_twice(address: &str, name: &str, first: Span, second: Span) -> Diagnostic {
    Diagnostic::error(DUPLICATE_NAME, format!("`{name}` stands in two files"))
        .at(second)
        .about(address)
        .label(first, "first here")
        .help("keep one of them, or rename one")
}

/// A breach of the schema below `item`, which has the address `base`.
pub(super) fn breach(document: &Document<'_>, item: NodeRef<'_>, base: &str, problem: &SchemaProblem) -> Diagnostic {
    let node = document.node(problem.node).unwrap_or(item);
    let key = problem.key.and_then(|key| document.node(key));
    let address = address(base, item, problem.node);
    let on_key = key.map_or(node.span(), NodeRef::span);
    match &problem.kind {
        SchemaKind::UnknownKey { key, meant, .. } => {
            let diagnostic = Diagnostic::error(UNKNOWN_KEY, &problem.message).at(on_key).about(address);
            let diagnostic = diagnostic.maybe_help(problem.help.clone());
            // With a missing space there is more to write than the key.
            let plain = meant.as_ref().filter(|_| !key.contains(':'));
            plain.map_or(diagnostic.clone(), |meant| diagnostic.fix(on_key, meant))
        }
        SchemaKind::BadKey { key, .. } => bad_name("thing", key, on_key, &address),
        SchemaKind::Missing { .. } => {
            // The name of the item is a better place than all of its text.
            let place = if problem.node == item.index() { first_line(item) } else { on_key };
            Diagnostic::error(MISSING_KEY, &problem.message).at(place).about(address).maybe_help(problem.help.clone())
        }
        SchemaKind::NotOneOf { allowed } => {
            let near = node.as_str().and_then(|word| crate::diag::nearest(word, allowed.iter().map(String::as_str)));
            let diagnostic = Diagnostic::error(UNKNOWN_VALUE, &problem.message).at(node.span()).about(address);
            let diagnostic = diagnostic.maybe_help(problem.help.clone());
            near.map_or(diagnostic.clone(), |near| diagnostic.fix(node.span(), near))
        }
        SchemaKind::WrongType { .. } | SchemaKind::Pattern { .. } | SchemaKind::Other => {
            let code = if matches!(problem.kind, SchemaKind::WrongType { .. }) { WRONG_TYPE } else { INVALID_VALUE };
            match amount(&problem.schema_path, node) {
                Some(error) => Diagnostic::error(INVALID_AMOUNT, error.message).maybe_help(error.help),
                None => Diagnostic::error(code, &problem.message).maybe_help(problem.help.clone()),
            }
            .at(if node.span().start == node.span().end { on_key } else { node.span() })
            .about(address)
        }
    }
}

/// Where a value that has a unit is wrong, what the reader of units says of it.
fn amount(schema_path: &str, node: NodeRef<'_>) -> Option<UnitError> {
    let (around, _) = schema_path.rsplit_once('/')?;
    let unit = schema().pointer(around)?.get("x-amount")?.as_str()?;
    let text = node.as_str().filter(|text| !text.is_empty())?;
    match unit {
        "Duration" => text.parse::<Seconds>().err(),
        "Latency" => text.parse::<Millis>().err(),
        "Size" => text.parse::<Bytes>().err(),
        "Rate" => text.parse::<Rate>().err(),
        _ => None,
    }
}

/// The dotted path to the node of an index.
pub(super) fn address(base: &str, item: NodeRef<'_>, target: u32) -> String {
    let mut path = base.to_owned();
    let mut node = item;
    while node.index() != target {
        let below = node.entries().take_while(|(_, value)| value.index() <= target).last();
        if let Some((key, value)) = below {
            path.push('.');
            path.push_str(key.as_str().unwrap_or_default());
            node = value;
            continue;
        }
        let Some((number, element)) = node.items().enumerate().take_while(|(_, e)| e.index() <= target).last() else {
            break;
        };
        path.push_str(&format!("[{number}]"));
        node = element;
    }
    path
}

/// The first line of a node: enough to show where it is.
fn first_line(node: NodeRef<'_>) -> Span {
    let span = node.span();
    let end = node.entries().next().map_or(span.end, |(key, _)| key.span().end);
    Span { end: end.max(span.start), ..span }
}
