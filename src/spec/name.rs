//! Names: what the keys of every map in a spec look like.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use crate::text::Map;

/// What a name looks like: a DNS label or host name.
pub const NAME_PATTERN: &str = "^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$";

/// Whether a text can be a name.
pub fn is_name(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
    let outer = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let bytes = text.as_bytes();
    bytes.len() <= 63 && outer(bytes.first()) && outer(bytes.last()) && bytes.iter().all(|b| inner(*b))
}

/// The nearest text that can be a name, for the way out of a mistake.
pub fn to_name(text: &str) -> Option<String> {
    let dashed: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_') { c.to_ascii_lowercase() } else { '-' })
        .take(63)
        .collect();
    let name = dashed.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    is_name(name).then(|| name.to_owned())
}

/// A map keyed by names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<'a, V>(pub Map<V, &'a str>);

impl<V> Default for Named<'_, V> {
    fn default() -> Self {
        Self(Map::default())
    }
}

impl<'de: 'a, 'a, V: Deserialize<'de>> Deserialize<'de> for Named<'a, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(Self)
    }
}

impl<V: JsonSchema> JsonSchema for Named<'_, V> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Named{}", V::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let values = generator.subschema_for::<V>();
        json_schema!({
            "type": "object",
            "propertyNames": {"pattern": NAME_PATTERN},
            "additionalProperties": values
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_dns_labels_or_host_names() {
        for good in ["a", "shop-db", "db1.example.com", "7", "a_b", &"x".repeat(63)] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "-a", "a-", "Shop", "a b", "á", "a/b", "$(x)", &"x".repeat(64)] {
            assert!(!is_name(bad), "{bad}");
        }
        assert_eq!(to_name("Shop DB"), Some("shop-db".to_owned()));
        assert_eq!(to_name("$$"), None);
    }
}
