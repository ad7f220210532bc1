//! The reader as its callers see it: trees, types, verdicts, and exact messages for broken and hostile text.

use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::diag::FileId;

const FILE: FileId = FileId(7);

fn read(source: &str) -> (Option<Document<'_>>, Vec<Problem>) {
    parse(source, FILE, Limits::default())
}

fn sound(source: &str) -> Document<'_> {
    let (document, problems) = read(source);
    assert_eq!(problems, [], "{source:?}");
    document.expect("a document")
}

/// Every problem as `name start..end: message | help [related]`.
fn told(source: &str) -> String {
    let (_, problems) = read(source);
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn line(problem: &Problem) -> String {
    let related: Vec<String> = problem.related.iter().map(|(s, e, label)| format!(" [{s}..{e} {label}]")).collect();
    let help = problem.help.as_ref().map_or(String::new(), |help| format!(" | {help}"));
    format!("{} {}..{}: {}{help}{}", problem.name, problem.start, problem.end, problem.message, related.concat())
}

#[test]
fn scalars_follow_the_core_schema() {
    let document = sound(
        "[~, null, , true, FALSE, no, on, 12, -3, 0x1F, 0o17, 017, 1_000, 1.5, 1e3, .inf, '12', x]"
            .replace(", ,", ",")
            .leak(),
    );
    let expected =
        json!([null, null, true, false, "no", "on", 12, -3, 31, 15, "017", "1_000", 1.5, 1000.0, ".inf", "12", "x"]);
    assert_eq!(document.root().to_json(), expected);
}

#[test]
fn every_node_knows_its_bytes() {
    let source = "a:\n- x\n-\n- b: 'it'\n  c:\nd: {e: [1]}\n";
    let document = sound(source);
    let spans: Vec<&str> = (0..document.node_count() as u32)
        .map(|index| {
            let (start, end) = document.node(index).expect("a node").range();
            &source[start as usize..end as usize]
        })
        .collect();
    let whole = source.trim_end();
    let list = "x\n-\n- b: 'it'\n  c";
    assert_eq!(
        spans,
        [whole, "a", list, "x", "", "b: 'it'\n  c", "b", "'it'", "c", "", "d", "{e: [1]}", "e", "[1]", "1"]
    );
}

#[derive(Debug, PartialEq, Deserialize)]
struct Store<'a> {
    #[serde(borrow)]
    at: At<&'a str>,
    size: Option<String>,
    #[serde(default)]
    offline: bool,
    copies: Option<Map<u32>>,
    mode: Option<Mode>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    Async,
    Sync { lag: u32 },
}

#[test]
fn types_borrow_and_keep_places() {
    let document = sound("at: valencia\nsize: 80\noffline: true\ncopies: {a: 1, b: 2}\nmode: async\nextra: 1\n");
    let store: Store = from_node(document.root()).expect("a store");
    assert_eq!(store.at.span, crate::diag::Span::new(FILE, 4, 12));
    assert_eq!((store.at.value, store.size.as_deref(), store.offline), ("valencia", Some("80"), true));
    let copies = store.copies.expect("copies");
    assert_eq!(
        copies.iter().map(|(k, v)| (k.value.as_str(), k.span.start, *v)).collect::<Vec<_>>(),
        [("a", 45, 1), ("b", 51, 2)]
    );
    assert_eq!(store.mode, Some(Mode::Async));
    let document = sound("at: x\nmode: {sync: {lag: 3}}");
    assert_eq!(from_node::<Store>(document.root()).expect("a store").mode, Some(Mode::Sync { lag: 3 }));
}

#[test]
fn a_mismatch_has_a_place() {
    let document = sound("at: x\ncopies: {a: 1, b: two}\n");
    let problem = from_node::<Store>(document.root()).expect_err("no number");
    assert_eq!(line(&problem), "invalid-value 24..27: invalid type: string \"two\", expected u32");
    let document = sound("size: 1\n");
    let problem = from_node::<Store>(document.root()).expect_err("no place");
    assert_eq!(line(&problem), "invalid-value 0..7: missing field `at`");
}

#[test]
fn bad_nodes_are_left_out() {
    let document = sound("at: x\ncopies: {a: 1, b: two, c: 3}\n");
    let bad = document.root().pointer(&["copies", "b"]).expect("b").value.index();
    let store: Store = from_node_without(document.root(), &Skip::from_iter([bad])).expect("a store");
    assert_eq!(store.copies.expect("copies").len(), 2);
}

#[test]
fn the_second_of_two_keys_is_told_and_hidden() {
    let source = "a: 1\nb: {x: 1, x: 2, 'x': 3}\na: 2\n";
    assert_eq!(
        told(source),
        "duplicate-key 15..16: the key `x` is written twice | keep one of the two, rename one, or join what is under them [9..10 first written here]\n\
         duplicate-key 21..24: the key `x` is written twice | keep one of the two, rename one, or join what is under them [9..10 first written here]\n\
         duplicate-key 29..30: the key `a` is written twice | keep one of the two, rename one, or join what is under them [0..1 first written here]"
    );
    let (document, _) = read(source);
    assert_eq!(document.expect("a document").root().to_json(), json!({"a": 1, "b": {"x": 1}}));
}

#[test]
fn aliases_are_copies_within_a_budget() {
    let document = sound("a: &x {k: [1, two]}\nb: *x\nc: &y v\nd: [*y, *x]\n");
    let copy = json!({"k": [1, "two"]});
    assert_eq!(document.root().to_json(), json!({"a": copy, "b": copy, "c": "v", "d": ["v", copy]}));
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let below = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb += &format!("a{level}: &a{level} [{below}]\n");
    }
    assert_eq!(
        told(&bomb),
        "alias-bomb 315..318: aliases repeat more than 1000000 keys and values | write the value where it is needed"
    );
}

#[test]
fn the_schema_runs_on_the_tree() {
    let schema = json!({
        "$defs": {"item": {
            "type": "object",
            "properties": {
                "kind": {"oneOf": [{"const": "site", "description": "x"}, {"const": "region"}]},
                "within": {"type": "string", "pattern": "^[a-z]+$"},
                "goal": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/goal"}, {"type": "null"}]},
                "size": {"type": "integer", "minimum": 1}
            },
            "required": ["kind"],
            "additionalProperties": false
        }, "goal": {"type": "object", "properties": {"rto": {"type": "string"}}, "additionalProperties": false}},
        "type": "object",
        "propertyNames": {"pattern": "^[a-z-]+$"},
        "additionalProperties": {"$ref": "#/$defs/item"}
    });
    let validator = Validator::new(&schema).expect("a schema");
    let good = sound("a: {kind: site, within: x, goal: {rto: 1h}, size: 3}\nb: {kind: region, goal: gold}\n");
    assert_eq!(validator.validate(good.root()), []);
    let bad = sound(
        "a: {kind: siet, withn: x, goal: {rot: 1h}, size: 017}\nb: {within: X, goal: [1]}\nC: {kind: [], size: 0}\nd: 1\n",
    );
    let told: Vec<String> = validator
        .validate(bad.root())
        .iter()
        .map(|p| {
            let at = p.key.map_or("-", |key| bad.node(key).and_then(NodeRef::as_str).unwrap_or("?"));
            format!("{at}: {} | {} ({})", p.message, p.help.as_deref().unwrap_or("-"), p.schema_path)
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    kind: expected `site` or `region`, found `siet` | did you mean `site`? (/$defs/item/properties/kind/oneOf)
    withn: unknown key `withn` | did you mean `within`? (/$defs/item/additionalProperties)
    rot: unknown key `rot` | did you mean `rto`? (/$defs/goal/additionalProperties)
    size: expected an integer, found text (`017`) | write `17` (/$defs/item/properties/size/type)
    b: the key `kind` is missing | - (/$defs/item/required)
    within: `X` does not match `^[a-z]+$` | - (/$defs/item/properties/within/pattern)
    goal: expected text or a map, found a list | - (/$defs/item/properties/goal/anyOf)
    C: the name `C` does not match `^[a-z-]+$` | - (/propertyNames/pattern)
    kind: expected `site` or `region`, found a list | - (/$defs/item/properties/kind/oneOf)
    size: less than 1 | - (/$defs/item/properties/size/minimum)
    d: expected a map, found an integer (`1`) | - (/$defs/item/type)
    ");
}
