//! Random documents mean the same to this reader as to another YAML implementation, where YAML 1.1 and 1.2 agree.

use drplan::diag::FileId;
use drplan::text::{Limits, Validator, parse};
use proptest::prelude::*;

/// A document with the way in which each part of it is written.
#[derive(Debug, Clone)]
enum Written {
    Plain(String),
    Single(String),
    Double(String),
    Lines { folded: bool, lines: Vec<String> },
    Seq { flow: bool, items: Vec<Written> },
    Map { flow: bool, entries: Vec<(String, Written)> },
}

/// Words that look like something else to some reader of YAML.
const SPECIAL: &[&str] = &[
    "~",
    "null",
    "true",
    "FALSE",
    "0",
    "-7",
    "12",
    "1.5",
    "-0.25",
    "1e3",
    "0x1F",
    "no",
    "on",
    "yes",
    "",
    "1h 30m",
    "2026-01-02",
];

fn plain() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(SPECIAL).prop_map(str::to_owned),
        "[a-z]([a-z0-9 _./:'-]{0,10}[a-z0-9])?".prop_filter("a plain word", |word| !word.contains(": ")),
    ]
}

fn written() -> impl Strategy<Value = Written> {
    let text = "[ -~éñ✓]{0,12}";
    let leaf = prop_oneof![
        4 => plain().prop_map(Written::Plain),
        1 => text.prop_map(Written::Single),
        1 => text.prop_map(Written::Double),
        1 => (any::<bool>(), prop::collection::vec("[a-z#:][a-z #:]{0,6}[a-z]", 1..4))
            .prop_map(|(folded, lines)| Written::Lines { folded, lines }),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let key = "[a-z]{1,3}|[a-z] [a-z]";
        prop_oneof![
            (any::<bool>(), prop::collection::vec(inner.clone(), 0..5))
                .prop_map(|(flow, items)| Written::Seq { flow, items }),
            (any::<bool>(), prop::collection::btree_map(key, inner, 0..5))
                .prop_map(|(flow, entries)| Written::Map { flow, entries: entries.into_iter().collect() }),
        ]
    })
}

fn in_line(part: &Written) -> String {
    match part {
        Written::Plain(word) => word.clone(),
        Written::Single(text) => format!("'{}'", text.replace('\'', "''")),
        Written::Double(text) => serde_json::Value::from(text.as_str()).to_string(),
        Written::Lines { lines, .. } => serde_json::Value::from(lines.join("\n")).to_string(),
        Written::Seq { items, .. } => {
            let items: Vec<String> = items.iter().map(|item| in_line(&never_empty(item))).collect();
            format!("[{}]", items.join(", "))
        }
        Written::Map { entries, .. } => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{key}: {}", in_line(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// An empty item of a list between brackets is not YAML.
fn never_empty(part: &Written) -> Written {
    match part {
        Written::Plain(word) if word.is_empty() => Written::Plain("~".to_owned()),
        other => other.clone(),
    }
}

/// What stands after a key or a dash, from the space on.
fn after(part: &Written, indent: usize) -> String {
    match part {
        Written::Seq { flow: false, items } if !items.is_empty() => {
            let pad = " ".repeat(indent);
            items.iter().map(|item| format!("\n{pad}-{}", after(item, indent + 2))).collect()
        }
        Written::Map { flow: false, entries } if !entries.is_empty() => {
            let pad = " ".repeat(indent);
            entries.iter().map(|(key, value)| format!("\n{pad}{key}:{}", after(value, indent + 2))).collect()
        }
        Written::Lines { folded, lines } => {
            let pad = " ".repeat(indent);
            let text: String = lines.iter().map(|line| format!("\n{pad}{line}")).collect();
            format!(" {}{text}", if *folded { ">-" } else { "|" })
        }
        other => format!(" {}", in_line(other)),
    }
}

proptest! {
    #[test]
    fn another_reader_agrees(root in prop::collection::btree_map("[a-z]{1,3}", written(), 1..5)) {
        let root = Written::Map { flow: false, entries: root.into_iter().collect() };
        let source = format!("{}\n", after(&root, 0).trim_start());
        let expected: serde_json::Value = serde_yaml::from_str(&source)
            .map_err(|error| TestCaseError::fail(format!("the other reader: {error}\n{source}")))?;
        let (document, problems) = parse(&source, FileId(0), Limits::default());
        prop_assert_eq!(&problems, &[], "{}", source);
        let found = document.map(|document| document.root().to_json());
        prop_assert_eq!(found, Some(expected), "{}", source);
    }

    #[test]
    fn the_schema_library_says_the_same_of_the_tree_and_of_json(part in written()) {
        let schema = schema();
        let source = format!("a:{}\n", after(&part, 2));
        let (document, _) = parse(&source, FileId(0), Limits::default());
        let Some(document) = document else { return Err(TestCaseError::fail(source)) };
        let json = document.root().to_json();
        let expected = jsonschema::is_valid(&schema, &json);
        let validator = Validator::new(&schema).map_err(TestCaseError::fail)?;
        prop_assert_eq!(validator.is_valid(document.root()), expected, "{}", source);
        prop_assert_eq!(validator.validate(document.root()).is_empty(), expected, "{}", source);
    }
}

/// Every keyword that looks at a node in a way of its own.
fn schema() -> serde_json::Value {
    serde_json::json!({
        "$defs": {"any": {"anyOf": [
            {"type": "string", "maxLength": 9, "pattern": "^[^é]*$"},
            {"type": "integer", "multipleOf": 2},
            {"type": "number", "exclusiveMaximum": 2, "not": {"type": "integer"}},
            {"enum": [null, 12, 0, [], {"a": "b"}]},
            {"const": true},
            {"type": "array", "uniqueItems": true, "maxItems": 3, "items": {"$ref": "#/$defs/any"}},
            {
                "type": "object", "maxProperties": 3, "propertyNames": {"maxLength": 2},
                "properties": {"a": {"$ref": "#/$defs/any"}},
                "patternProperties": {"^[b-m]": {"$ref": "#/$defs/any"}},
                "additionalProperties": {"type": ["string", "null", "boolean", "number"]}
            }
        ]}},
        "properties": {"a": {"$ref": "#/$defs/any"}},
        "required": ["a"]
    })
}
