//! The canonical order of keys: that of the language's own description.

use serde_json::Value;

use super::schema::schema;

/// The order of the keys of the map at a path of keys (`[]` for an element of a list); none where they are the author's
/// own names.
pub fn key_order(path: &[&str]) -> Option<Vec<String>> {
    let root = schema();
    let mut at = root;
    for step in path {
        at = below(root, at, step)?;
    }
    let object = resolved(root, at);
    let properties = object.get("properties")?.as_object()?;
    Some(properties.keys().cloned().collect())
}

fn below<'s>(root: &'s Value, at: &'s Value, step: &str) -> Option<&'s Value> {
    let object = resolved(root, at);
    if step == "[]" {
        return object.get("items");
    }
    object.get("properties").and_then(|properties| properties.get(step)).or_else(|| object.get("additionalProperties"))
}

/// Follows references, and of a choice the part that describes something.
fn resolved<'s>(root: &'s Value, mut at: &'s Value) -> &'s Value {
    for _ in 0..8 {
        let choice = at.get("anyOf").and_then(Value::as_array).and_then(|parts| parts.first());
        let reference =
            at.get("$ref").and_then(Value::as_str).and_then(|path| root.pointer(path.trim_start_matches('#')));
        match reference.or(choice) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::key_order;

    #[test]
    fn follows_the_language() {
        let first = |path: &[&str]| key_order(path).and_then(|keys| keys.into_iter().next());
        assert_eq!(first(&[]), Some("drplan".to_owned()));
        assert_eq!(first(&["components", "shop", "data", "main", "copies", "nightly"]), Some("method".to_owned()));
        assert_eq!(first(&["links", "[]"]), Some("between".to_owned()));
        assert_eq!(first(&["components", "shop", "objective"]), Some("rto".to_owned()));
        assert_eq!(first(&["components"]), None);
        assert_eq!(first(&["components", "shop", "parameters"]), None);
    }
}
