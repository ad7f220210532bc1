//! The JSON Schema of a file of observations, made from the list of fields.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::address::Kind;
use super::field::Field;
use super::value::Form;

/// An instant as it is written.
const INSTANT: &str = r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}(:?\d{2})?)$";
/// The same, or `never`.
const INSTANT_OR_NEVER: &str = r"^never$|^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}(:?\d{2})?)$";

/// The parts of a thing that are things themselves: key, what they are, and what to say of them.
pub(super) fn parts(kind: Kind) -> &'static [(&'static str, Kind, &'static str)] {
    match kind {
        Kind::Component => &[
            ("instances", Kind::Instance, "Its instances, by name."),
            ("data", Kind::Dataset, "Its data, by dataset."),
        ],
        Kind::Dataset => &[("copies", Kind::Copy, "Its copies, by name.")],
        Kind::Host => &[("files", Kind::File, "Files on it, by absolute path.")],
        _ => &[],
    }
}

/// The sections of the file: key, what is in them, and what to say of them. A plan is one thing and no map of things.
pub(super) const SECTIONS: [(&str, Kind, &str); 6] = [
    ("components", Kind::Component, "What makes up the system, by name. One that the spec lacks is a finding."),
    ("drills", Kind::Drill, "Drills and real recoveries, each under its scenario and the instant of its disruption."),
    ("hosts", Kind::Host, "Machines, by the name that Puppet knows them by."),
    ("jobs", Kind::Job, "Backup jobs that belong to no copy of the spec, under a name made from what identifies them."),
    ("plan", Kind::Plan, "The plan itself."),
    ("stores", Kind::Store, "Where copies are kept, by name."),
];

/// The name of the definition of a thing.
pub(super) fn definition(kind: Kind) -> &'static str {
    match kind {
        Kind::Plan => "Plan",
        Kind::Component => "Component",
        Kind::Instance => "Instance",
        Kind::Dataset => "Dataset",
        Kind::Copy => "Copy",
        Kind::Store => "Store",
        Kind::Host => "Host",
        Kind::File => "File",
        Kind::Job => "Job",
        Kind::Drill => "Drill",
    }
}

/// The schema (draft 2020-12).
pub fn schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(generate)
}

fn generate() -> Value {
    let mut properties = Map::new();
    let version = json!({"const": 1, "description": "Version of the format: 1."});
    properties.insert("drplan_observed".to_owned(), version);
    let system = json!({"type": "string", "description": "The name of the system that it is about."});
    properties.insert("system".to_owned(), system);
    let mut definitions = Map::new();
    for (key, kind, description) in SECTIONS {
        let section = if kind == Kind::Plan { reference(kind, description) } else { map_of(kind, description) };
        properties.insert(key.to_owned(), section);
        define(kind, &mut definitions);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://drplan.dev/schemas/observed.schema.json",
        "title": "drplan observed state",
        "description": "What a real system was seen to be: shaped like the spec, each value with when (`at`) and from where (`source`) it was seen. What is missing was not observed.",
        "type": "object",
        "properties": properties,
        "required": ["drplan_observed"],
        "additionalProperties": false,
        "$defs": definitions
    })
}

fn define(kind: Kind, definitions: &mut Map<String, Value>) {
    let mut properties = Map::new();
    for field in Field::ALL.iter().filter(|field| field.kinds().contains(&kind)) {
        properties.insert(field.key().to_owned(), seen(*field));
    }
    for (key, part, description) in parts(kind) {
        properties.insert((*key).to_owned(), map_of(*part, description));
    }
    let description = match kind {
        Kind::Plan => "The plan itself.",
        Kind::Component => "A component.",
        Kind::Instance => "An instance of a component.",
        Kind::Dataset => "Data of a component.",
        Kind::Copy => "A copy of data, and the job that makes it.",
        Kind::Store => "A place for copies.",
        Kind::Host => "A machine.",
        Kind::File => "A file on a machine.",
        Kind::Job => "A backup job that belongs to no copy of the spec.",
        Kind::Drill => "A drill, or a real recovery.",
    };
    let definition_of = json!({
        "description": description,
        "type": "object",
        "properties": properties,
        "additionalProperties": false
    });
    definitions.insert(definition(kind).to_owned(), definition_of);
    for (_, part, _) in parts(kind) {
        define(*part, definitions);
    }
}

fn reference(kind: Kind, description: &str) -> Value {
    json!({"description": description, "$ref": format!("#/$defs/{}", definition(kind))})
}

fn map_of(kind: Kind, description: &str) -> Value {
    let values = json!({"$ref": format!("#/$defs/{}", definition(kind))});
    json!({
        "description": description,
        "type": "object",
        "propertyNames": {"minLength": 1, "maxLength": 4096},
        "additionalProperties": values
    })
}

fn seen(field: Field) -> Value {
    json!({
        "description": field.meaning(),
        "type": "object",
        "properties": {
            "value": form(field.form()),
            "at": {"type": "string", "pattern": INSTANT, "description": "The instant at which it was true."},
            "source": {"type": "string", "description": "Who said so: the adapter, and of which machine or file."}
        },
        "required": ["value", "at", "source"],
        "additionalProperties": false
    })
}

fn form(form: Form) -> Value {
    let mut schema = match form {
        Form::Text => json!({"type": "string"}),
        Form::Word(words) => json!({"type": "string", "enum": words}),
        Form::List => json!({"type": "array", "items": {"type": "string"}}),
        Form::Count => json!({"type": "integer", "minimum": 0}),
        Form::Duration => json!({"type": "string", "x-amount": "Duration"}),
        Form::Size => json!({"type": "string", "x-amount": "Size"}),
        Form::Instant => json!({"type": "string", "pattern": INSTANT_OR_NEVER}),
        Form::Flag => json!({"type": "boolean"}),
    };
    let description = match form {
        Form::Text => "A text.",
        Form::Word(_) => "One of the words.",
        Form::List => "Texts in their order.",
        Form::Count => "A number.",
        Form::Duration => "A duration such as `1h 30m`.",
        Form::Size => "A size such as `80 GiB`.",
        Form::Instant => "An instant such as `2026-11-20T22:29:04Z`, or `never`.",
        Form::Flag => "Yes or no.",
    };
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("description".to_owned(), json!(description));
    }
    schema
}
