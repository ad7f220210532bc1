//! What the schema of a spec says of keys: which there are, which words they take, what they mean.

use serde_json::Value;

use crate::spec;

/// A key that can be written.
pub(super) struct Key {
    pub(super) name: String,
    pub(super) description: String,
}

/// The keys that can stand under a path of keys.
pub(super) fn keys(path: &[String]) -> Vec<Key> {
    let mut found: Vec<Key> = Vec::new();
    for schema in at(path) {
        let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        found.extend(properties.map(|(name, property)| Key {
            name: name.clone(),
            description:
                resolve(property).iter().chain([&property]).find_map(|schema| described(schema)).unwrap_or_default(),
        }));
    }
    found
}

/// The words that a key takes, where they are a closed set.
pub(super) fn words(path: &[String]) -> Vec<String> {
    let lists = at(path).into_iter().filter_map(|schema| schema.get("enum")?.as_array());
    lists.flatten().filter_map(|word| word.as_str().map(str::to_owned)).collect()
}

/// What the last key of a path means.
pub(super) fn description(path: &[String]) -> Option<String> {
    let (key, above) = path.split_last()?;
    let property = at(above).into_iter().find_map(|schema| schema.get("properties")?.get(key))?;
    described(property).or_else(|| resolve(property).into_iter().find_map(described))
}

fn described(schema: &Value) -> Option<String> {
    schema.get("description")?.as_str().map(str::to_owned)
}

/// The schemas that hold at a path: of a name anything that is allowed there.
fn at(path: &[String]) -> Vec<&'static Value> {
    let mut here = resolve(spec::schema());
    for key in path {
        let below = |schema: &'static Value| -> Option<&'static Value> {
            schema
                .get("properties")
                .and_then(|properties| properties.get(key))
                .or_else(|| schema.get("additionalProperties").filter(|schema| schema.is_object()))
        };
        here = here.into_iter().filter_map(below).flat_map(resolve).collect();
    }
    here
}

/// A schema with all that it refers to, chooses from and lists.
fn resolve(schema: &'static Value) -> Vec<&'static Value> {
    let mut found: Vec<&'static Value> = Vec::new();
    let mut open = vec![schema];
    while let Some(next) = open.pop() {
        if found.iter().any(|known| std::ptr::eq(*known, next)) {
            continue;
        }
        found.push(next);
        let reference = next.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix('#'));
        open.extend(reference.and_then(|to| spec::schema().pointer(to)));
        for choice in ["anyOf", "oneOf", "allOf"] {
            open.extend(next.get(choice).and_then(Value::as_array).into_iter().flatten());
        }
        open.extend(next.get("items").filter(|items| items.is_object()));
    }
    found
}
