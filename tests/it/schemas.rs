//! `schemas/` is what the types say; every property explains itself. `DRPLAN_BLESS=1` rewrites the folder.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schemas")
}

#[test]
fn the_folder_holds_what_the_types_say() {
    let bless = std::env::var_os("DRPLAN_BLESS").is_some();
    let mut names = Vec::new();
    for (name, schema) in drplan::schemas::all() {
        let path = folder().join(format!("{name}.schema.json"));
        let text = drplan::schemas::text(&schema);
        if bless {
            fs::create_dir_all(folder()).unwrap();
            fs::write(&path, &text).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(found == text, "{} is out of date: run the tests with DRPLAN_BLESS=1", path.display());
        names.push(format!("{name}.schema.json"));
    }
    let mut files: Vec<String> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    names.sort();
    assert_eq!(files, names);
}

#[test]
fn every_property_of_the_language_is_described() {
    for (name, schema) in drplan::schemas::all() {
        let mut bare = Vec::new();
        undescribed(&schema, &schema, name, &mut bare);
        assert!(bare.is_empty(), "without a description: {bare:#?}");
    }
}

fn undescribed(root: &Value, at: &Value, path: &str, bare: &mut Vec<String>) {
    if let Some(properties) = at.get("properties").and_then(Value::as_object) {
        for (key, property) in properties {
            let direct = property.get("description").is_some();
            let referred = property.get("$ref").and_then(Value::as_str).and_then(|r| root.pointer(&r[1..]));
            if !direct && referred.and_then(|r| r.get("description")).is_none() {
                bare.push(format!("{path}.{key}"));
            }
        }
    }
    match at {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| undescribed(root, value, &format!("{path}/{key}"), bare))
        }
        Value::Array(items) => items.iter().for_each(|value| undescribed(root, value, path, bare)),
        _ => {}
    }
}
