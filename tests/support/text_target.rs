//! Holds the fast reader of common YAML against the YAML library, and types and schema against any text at all.
//!
//! Where the fast reader answers, the library must come to the same nodes, offsets, values and problems. Whatever the
//! text is, reading it, filling types from it, validating it and looking up its pieces must end without a panic.
//! Shared by the coverage-guided fuzz target and by the test that runs it for a bounded time.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use drplan::diag::FileId;
use drplan::text::{self, At, Document, Limits, Map, Problem, Skip, Validator};
use serde::Deserialize;

const LIMITS: Limits = Limits { max_bytes: 1 << 20, max_depth: 24, max_nodes: 100_000, max_alias_nodes: 1_000 };

/// Every shape that a type can ask for.
#[expect(dead_code, reason = "only the reading matters")]
#[derive(Debug, Deserialize)]
struct Probe<'a> {
    #[serde(borrow)]
    a: Option<At<&'a str>>,
    b: Option<u64>,
    c: Option<Map<Choice>>,
    d: Option<Vec<f64>>,
    e: Option<Box<Probe<'a>>>,
    f: Option<(bool, i8)>,
    g: Option<BTreeMap<String, String>>,
}

#[expect(dead_code, reason = "only the reading matters")]
#[derive(Debug, Deserialize)]
enum Choice {
    A,
    B(u8),
    C { a: At<bool> },
}

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let schema = serde_json::json!({
        "$defs": {"any": {
            "anyOf": [{"type": "string", "pattern": "^[a-z]*$"}, {"type": "integer", "minimum": 3}, {"$ref": "#/$defs/map"}]
        }, "map": {
            "type": "object",
            "properties": {"a": {"$ref": "#/$defs/any"}, "b": {"enum": [1, "x", null]}, "c": {"type": "array", "uniqueItems": true, "items": {"$ref": "#/$defs/any"}}},
            "required": ["a"],
            "propertyNames": {"pattern": "^[a-z]$"},
            "additionalProperties": false
        }},
        "$ref": "#/$defs/any"
    });
    Validator::new(&schema).expect("a schema")
});

/// One run on any bytes.
pub(crate) fn run(bytes: &[u8]) {
    // The readers are sound on text that the decoder refuses, too.
    let _ = text::decode(bytes);
    if let Ok(source) = std::str::from_utf8(bytes) {
        compare(source);
    }
}

fn compare(source: &str) {
    let (document, problems) = text::parse_any(source, FileId(0), LIMITS);
    check_places(source, &problems);
    if let Some((fast, fast_problems)) = text::parse_common(source, FileId(0), LIMITS) {
        let fast = fast.expect("the fast reader refuses rather than fails");
        let slow = document.as_ref().unwrap_or_else(|| panic!("only the fast reader takes {source:?}: {problems:?}"));
        assert!(fast.is_same_as(slow), "{source:?}\nfast {fast:?}\nslow {slow:?}");
        assert_eq!(fast_problems, problems, "{source:?}");
    }
    if let Some(document) = document {
        exercise(source, &document);
    }
}

fn check_places(source: &str, problems: &[Problem]) {
    for problem in problems {
        let places = problem.related.iter().map(|(start, end, _)| (*start, *end));
        for (start, end) in places.chain([(problem.start, problem.end)]) {
            assert!(source.get(start as usize..end as usize).is_some(), "{source:?} {problem:?}");
        }
    }
}

fn exercise(source: &str, document: &Document<'_>) {
    let root = document.root();
    for index in 0..document.node_count() as u32 {
        let node = document.node(index).expect("a node");
        let (start, end) = node.range();
        assert!(source.get(start as usize..end as usize).is_some(), "{source:?} node {index}");
    }
    let _ = text::from_node::<Probe>(root);
    let _ = text::from_node::<serde_json::Value>(root);
    let bad: Skip = SCHEMA.validate(root).into_iter().map(|problem| problem.node).collect();
    let _ = text::from_node_without::<Probe>(root, &bad);
}
