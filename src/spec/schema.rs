//! The JSON Schema of a spec, generated from the types.

use std::sync::OnceLock;

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::items::SpecFile;

/// The schema (draft 2020-12) of one file of a spec.
pub fn schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(generate)
}

fn generate() -> Value {
    let schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<SpecFile<'static>>();
    let mut value = schema.to_value();
    if let Some(object) = value.as_object_mut() {
        object.insert("$id".to_owned(), json!("https://drplan.dev/schemas/spec.schema.json"));
    }
    value
}
