//! YAML text to a tree with spans: the only place that knows the YAML library.
//!
//! [`decode`] turns bytes into text, [`parse`] turns text into a [`Document`] (one arena of 16-byte nodes that borrow
//! from the text), [`from_node`] fills ordinary serde types from it, and [`Validator`] runs a JSON Schema on it in
//! place. Every key and value has a byte range, so that a message costs nothing until it is printed.
//!
//! The YAML is version 1.2 with no surprise: see [`scalar`] for what plain words mean. Duplicate keys, tags, merge
//! keys and several documents in a file are refused; anchors and aliases are expanded within a budget.
//!
//! Nothing here knows what a spec is, reads files or prints.

mod arena;
mod builder;
mod comments;
mod cursor;
mod decode;
mod events;
mod fast;
mod fast_scalar;
mod format;
mod json;
mod keys;
mod problem;
mod reader;
pub mod scalar;
mod schema_wording;
mod syntax;
#[cfg(test)]
mod tests;
mod typed;
mod validate;

pub use arena::{Document, Entries, Found, Items, NodeRef};
pub use comments::{Comment, comments};
pub use cursor::{Cursor, cursor};
pub use decode::{decode, decode_lossy};
pub use format::{KeyOrder, format};
pub use problem::Problem;
pub use reader::{Skip, from_node, from_node_without};
pub use scalar::Kind;
pub use typed::{At, Map};
pub use validate::{SchemaKind, SchemaProblem, Validator};

use crate::diag::FileId;

/// Bounds that keep hostile input from costing more than it weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Size of one file in bytes.
    pub max_bytes: usize,
    /// Maps and lists inside each other.
    pub max_depth: usize,
    /// Nodes of one document, aliases expanded.
    pub max_nodes: usize,
    /// Nodes that aliases may add to a document.
    pub max_alias_nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 1 << 30, max_depth: 128, max_nodes: 200_000_000, max_alias_nodes: 1_000_000 }
    }
}

/// Reads one YAML document.
///
/// The document is `None` when its structure could not be made out. Mistakes that leave the structure clear, such as
/// a key written twice, are reported beside a document in which the later of the two is hidden.
pub fn parse(source: &str, file: FileId, limits: Limits) -> (Option<Document<'_>>, Vec<Problem>) {
    // Places are 32 bits wide, whatever the limit.
    let max_bytes = limits.max_bytes.min(u32::MAX as usize / 2);
    if source.len() > max_bytes {
        return (None, vec![problem::file_too_large(source.len(), max_bytes)]);
    }
    parse_common(source, file, limits).unwrap_or_else(|| parse_any(source, file, limits))
}

/// [`parse`] by the fast reader alone, which knows only common YAML and refuses the rest.
///
/// For benchmarks and for the fuzz target that holds it against [`parse_any`].
pub fn parse_common(source: &str, file: FileId, limits: Limits) -> Option<(Option<Document<'_>>, Vec<Problem>)> {
    fast::read(source, file, limits).map(|(document, problems)| (Some(document), in_order(problems)))
}

/// [`parse`] by way of the YAML library alone.
pub fn parse_any(source: &str, file: FileId, limits: Limits) -> (Option<Document<'_>>, Vec<Problem>) {
    let (document, problems) = events::read(source, file, limits);
    (document, in_order(problems))
}

fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by_key(|problem| (problem.start, problem.end));
    problems
}
