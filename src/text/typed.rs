//! Types for the fields of serde structs that keep their place in the source.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::diag::{FileId, Span};

/// The name by which [`At`] asks for a place; only the reader of this module understands it.
pub(super) const AT: &str = "$drplan::text::At";

/// A value and where it is written. Equality is that of the values.
#[derive(Debug, Clone, Copy, Default)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Its bytes in the source.
    pub span: Span,
}

impl<T> At<T> {
    /// A value at a place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// The same place with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> At<U> {
        At { value: change(self.value), span: self.span }
    }

    /// The same place with the value borrowed.
    pub fn as_ref(&self) -> At<&T> {
        At { value: &self.value, span: self.span }
    }
}

impl<T> Deref for At<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: PartialEq> PartialEq for At<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for At<T> {}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_tuple_struct(AT, 4, AtVisitor(PhantomData))
    }
}

struct AtVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for AtVisitor<T> {
    type Value = At<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with its place")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<At<T>, A::Error> {
        let file: u32 = next(&mut parts)?;
        let (start, end) = (next(&mut parts)?, next(&mut parts)?);
        let value = next(&mut parts)?;
        Ok(At { value, span: Span::new(FileId(file as u16), start, end) })
    }
}

fn next<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(parts: &mut A) -> Result<T, A::Error> {
    parts.next_element()?.ok_or_else(|| A::Error::custom("a value without its place"))
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A map in the order in which it is written, with the places of its keys. Keys are unique, since the reader refuses
/// others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map<V, K = String> {
    /// Keys and values.
    pub entries: Vec<(At<K>, V)>,
}

impl<V, K> Default for Map<V, K> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<V, K> Map<V, K> {
    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Keys and values in the order of the text.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&At<K>, &V)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }
}

impl<V, K: AsRef<str>> Map<V, K> {
    /// The value of a key; takes time in proportion to the map.
    pub fn get(&self, key: &str) -> Option<&V> {
        self.iter().find(|(name, _)| name.value.as_ref() == key).map(|(_, value)| value)
    }
}

impl<V, K> IntoIterator for Map<V, K> {
    type Item = (At<K>, V);
    type IntoIter = std::vec::IntoIter<(At<K>, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<'de, V: Deserialize<'de>, K: Deserialize<'de>> Deserialize<'de> for Map<V, K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MapVisitor(PhantomData))
    }
}

struct MapVisitor<V, K>(PhantomData<(V, K)>);

impl<'de, V: Deserialize<'de>, K: Deserialize<'de>> Visitor<'de> for MapVisitor<V, K> {
    type Value = Map<V, K>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Map<V, K>, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Map { entries })
    }
}

impl<V: JsonSchema, K> JsonSchema for Map<V, K> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Map_of_{}", V::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let values = generator.subschema_for::<V>();
        schemars::json_schema!({"type": "object", "additionalProperties": values})
    }
}
