//! Shows the arena to the JSON Schema library as JSON, so that validation needs no second tree.

use std::borrow::Cow;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, Node as JsonNode, NodeIdentity, Object, unique};
use serde_json::{Number, Value};

use super::arena::{DECODED, Document, Entries, Items, Node, NodeRef};
use super::scalar::{self, Kind};
use crate::diag::FileId;

/// The representation.
pub(super) struct Arena;

/// A document of one text, which the library uses to validate names.
pub(super) struct NameBuffer(Document<'static>);

impl Default for NameBuffer {
    fn default() -> Self {
        let node = Node { offset: 0, len: 0, next: 0, kind: Kind::Text, flags: DECODED };
        let decoded = vec![Box::from("")];
        Self(Document { source: "", file: FileId::default(), nodes: vec![node], decoded, empty: false })
    }
}

impl Json for Arena {
    type Node<'a> = NodeRef<'a>;
    type PreparedKey = Box<str>;
    type StringBuffer = NameBuffer;

    // A look-up walks the map, so that one pass over its members is always the better choice.
    const KEYS_PER_LOOKUP: usize = 1 << 20;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>(buffer: &mut NameBuffer, string: &str, f: impl FnOnce(NodeRef<'_>) -> T) -> T {
        buffer.0.decoded = vec![string.into()];
        f(buffer.0.root())
    }
}

impl<'a> JsonNode<'a, Arena> for NodeRef<'a> {
    type Object = MapNode<'a>;
    type Array = SeqNode<'a>;
    type Number = Number;

    fn as_object(&self) -> Option<MapNode<'a>> {
        (self.kind() == Kind::Map).then_some(MapNode(*self))
    }

    fn as_array(&self) -> Option<SeqNode<'a>> {
        (self.kind() == Kind::Seq).then_some(SeqNode(*self))
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        (self.kind() == Kind::Text).then(|| Cow::Borrowed(self.as_str().unwrap_or_default()))
    }

    fn as_number(&self) -> Option<Number> {
        is_number(self.kind()).then(|| number(*self))
    }

    fn as_boolean(&self) -> Option<bool> {
        (self.kind() == Kind::Bool).then(|| boolean(*self))
    }

    fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }

    fn is_number(&self) -> bool {
        is_number(self.kind())
    }

    fn is_string(&self) -> bool {
        self.kind() == Kind::Text
    }

    fn json_type(&self) -> JsonType {
        match self.kind() {
            Kind::Null => JsonType::Null,
            Kind::Bool => JsonType::Boolean,
            Kind::Int | Kind::Float => JsonType::Number,
            Kind::Text => JsonType::String,
            Kind::Seq => JsonType::Array,
            Kind::Map => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match (self.kind(), expected) {
            (Kind::Text, Value::String(text)) => self.as_str() == Some(text),
            (Kind::Text, _) | (_, Value::String(_)) => false,
            _ => jsonschema::json::cmp::equal(&value(*self), expected),
        }
    }

    /// Only errors ask for it, and they are told by node: an empty stand-in for a container keeps a mistake at the root
    /// from costing a copy of the file.
    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(match self.kind() {
            Kind::Seq => Value::Array(Vec::new()),
            Kind::Map => Value::Object(serde_json::Map::new()),
            _ => value(*self),
        })
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::tagged(std::ptr::from_ref(self.document) as usize, self.index))
    }
}

/// A map as the library sees it.
pub(super) struct MapNode<'a>(NodeRef<'a>);

impl<'a> Object<'a, Arena> for MapNode<'a> {
    type Node = NodeRef<'a>;
    type MemberName = &'a str;
    type MembersIter = Members<'a>;

    fn len(&self) -> usize {
        self.0.entries().count()
    }

    fn is_empty(&self) -> bool {
        self.0.entries().next().is_none()
    }

    fn get(&self, key: &Box<str>) -> Option<NodeRef<'a>> {
        self.0.get(key)
    }

    fn members(&self) -> Members<'a> {
        Members(self.0.entries())
    }
}

/// Names and values of a map.
pub(super) struct Members<'a>(Entries<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, NodeRef<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, value)| (key.as_str().unwrap_or_default(), value))
    }
}

/// A list as the library sees it.
pub(super) struct SeqNode<'a>(NodeRef<'a>);

impl<'a> Array<'a, Arena> for SeqNode<'a> {
    type Node = NodeRef<'a>;
    type ElementsIter = Items<'a>;

    fn len(&self) -> usize {
        self.0.items().count()
    }

    fn elements(&self) -> Items<'a> {
        self.0.items()
    }

    fn is_unique(&self) -> bool {
        let values: Vec<Value> = self.0.items().map(value).collect();
        unique::is_unique(&values)
    }
}

/// The node and all below it as JSON. Nesting is bounded by the limit that the document was read with.
pub(super) fn value(node: NodeRef<'_>) -> Value {
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::Bool => Value::Bool(boolean(node)),
        Kind::Int | Kind::Float => Value::Number(number(node)),
        Kind::Text => Value::from(node.as_str().unwrap_or_default()),
        Kind::Seq => node.items().map(value).collect(),
        Kind::Map => Value::Object(members(node)),
    }
}

fn members(node: NodeRef<'_>) -> serde_json::Map<String, Value> {
    node.entries().map(|(key, member)| (key.as_str().unwrap_or_default().to_owned(), value(member))).collect()
}

fn is_number(kind: Kind) -> bool {
    matches!(kind, Kind::Int | Kind::Float)
}

fn boolean(node: NodeRef<'_>) -> bool {
    node.as_str().is_some_and(|word| word.eq_ignore_ascii_case("true"))
}

fn number(node: NodeRef<'_>) -> Number {
    match node.as_str().and_then(scalar::number) {
        Some(scalar::Number::Unsigned(value)) => value.into(),
        Some(scalar::Number::Signed(value)) => value.into(),
        Some(scalar::Number::Float(value)) => Number::from_f64(value).unwrap_or_else(|| 0.into()),
        None => 0.into(),
    }
}
