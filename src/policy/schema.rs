//! The JSON Schema of a file of policies, made from the list of facts.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::facts::{Fact, Form, Subject};
use crate::text::Validator;

/// The schema (draft 2020-12) of a file of policies.
pub fn schema() -> Value {
    let whole = |subject: Subject| {
        let conditions = format!("#/$defs/{}", subject.as_str());
        json!({
            "if": {"properties": {"for": {"description": "What it is about.", "const": subject.as_str()}}},
            "then": {"properties": {
                "where": {"description": "Only where all of this holds.", "$ref": conditions},
                "require": {"description": "All of this must hold.", "$ref": conditions},
            }},
        })
    };
    let mut schema = envelope();
    schema["$id"] = json!("https://drplan.dev/schemas/policy.schema.json");
    schema["properties"]["policies"]["additionalProperties"]["allOf"] = Subject::ALL.map(whole).into_iter().collect();
    schema["$defs"] = Subject::ALL
        .iter()
        .map(|subject| (subject.as_str().to_owned(), conditions(*subject)))
        .collect::<Map<_, _>>()
        .into();
    schema
}

/// The form of a file, without that of the conditions: which facts there are depends on what a policy is for, and one at a
/// time gives better messages.
pub(super) fn validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| compiled(&envelope()))
}

/// The form of the conditions of a subject.
pub(super) fn conditions_validator(subject: Subject) -> &'static Validator {
    static VALIDATORS: [OnceLock<Validator>; 4] = [const { OnceLock::new() }; 4];
    VALIDATORS[subject as usize].get_or_init(|| compiled(&conditions(subject)))
}

/// The schema is part of the program: that it compiles is held by a test and not by the input.
#[expect(clippy::panic, reason = "a broken built-in schema is a bug of the program")]
fn compiled(schema: &Value) -> Validator {
    match Validator::new(schema) {
        Ok(validator) => validator,
        Err(error) => panic!("the built-in schema does not compile: {error}"),
    }
}

fn envelope() -> Value {
    let subjects: Vec<&str> = Subject::ALL.iter().map(|subject| subject.as_str()).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "drplan policies",
        "description": "Rules of an organisation about facts that the analysis knows.",
        "type": "object",
        "additionalProperties": false,
        "required": ["drplan_policy", "policies"],
        "properties": {
            "drplan_policy": {"description": "The version of this format.", "const": 1},
            "policies": {
                "description": "The policies by name; the name is that of the findings.",
                "type": "object",
                "propertyNames": {"pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"},
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["for", "message", "require"],
                    "properties": {
                        "for": {"description": "What it is about: there is a finding for each that does not keep it.", "enum": subjects},
                        "severity": {"description": "How bad it is not to keep it; `error` without it.", "enum": ["error", "warning", "note"]},
                        "message": {"description": "What must hold, in a sentence.", "type": "string", "minLength": 1},
                        "help": {"description": "What to do about it.", "type": "string", "minLength": 1},
                        "where": {"description": "Only where all of this holds; everywhere without it.", "type": "object"},
                        "require": {"description": "All of this must hold.", "type": "object", "minProperties": 1},
                    },
                },
            },
        },
    })
}

fn conditions(subject: Subject) -> Value {
    let properties: Map<String, Value> = subject.facts().map(|fact| (fact.name.to_owned(), condition(fact))).collect();
    json!({"type": "object", "additionalProperties": false, "properties": properties})
}

const DURATION: &str =
    r"^\s*none\s*$|^\s*(\d+(\.\d+)?\s*[wdhms]\s*)+$|^\s*[Pp](\d+(\.\d+)?[WwDd])*([Tt](\d+(\.\d+)?[HhMmSs])+)?\s*$";

fn condition(fact: &Fact) -> Value {
    let bounds = |bound: Value| json!({"at_least": bound, "at_most": bound});
    let described = |bound: &Value, words: &str| {
        let mut bound = bound.clone();
        bound["description"] = json!(words);
        bound
    };
    let with_words = |bound: Value| {
        let mut bounds = bounds(bound.clone());
        bounds["at_least"] = described(&bound, "At least this.");
        bounds["at_most"] = described(&bound, "At most this.");
        bounds
    };
    let mut schema = match fact.form {
        Form::Word => json!({
            "type": ["string", "array", "object"],
            "items": {"type": "string"},
            "minItems": 1,
            "additionalProperties": false,
            "required": ["not"],
            "properties": {"not": {
                "description": "None of these.", "type": ["string", "array"], "items": {"type": "string"}, "minItems": 1,
            }},
        }),
        Form::Flag => json!({"type": "boolean"}),
        Form::Count => json!({
            "type": ["integer", "object"],
            "minimum": 0,
            "additionalProperties": false,
            "minProperties": 1,
            "properties": with_words(json!({"type": "integer", "minimum": 0})),
        }),
        Form::Time => json!({
            "type": ["string", "object"],
            "pattern": DURATION,
            "additionalProperties": false,
            "minProperties": 1,
            "properties": with_words(json!({"type": "string", "pattern": DURATION, "examples": ["90d", "none"]})),
        }),
    };
    schema["description"] = json!(fact.meaning);
    schema
}
