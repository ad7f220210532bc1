//! Fills serde types from the arena, so that the types of a spec are ordinary derives that borrow from the text.
//!
//! A type that asks for text gets the scalar as written, whatever it looks like: `every: 6` reaches a text field as
//! `6`. A type that asks for a number, a boolean or anything at all gets what [`super::scalar`] says.

use std::fmt;

use serde::de::value::{BorrowedStrDeserializer, U32Deserializer};
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use super::arena::{Entries, Items, NodeRef};
use super::scalar::{Kind, Number, number};
use super::{Problem, typed};

/// Nodes to leave out, by index: entries and elements with such a value read as if they were not written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Skip {
    sorted: Vec<u32>,
}

impl FromIterator<u32> for Skip {
    fn from_iter<I: IntoIterator<Item = u32>>(nodes: I) -> Self {
        let mut sorted: Vec<u32> = nodes.into_iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        Self { sorted }
    }
}

impl Skip {
    /// Whether the node is to be left out.
    pub fn contains(&self, node: NodeRef<'_>) -> bool {
        !self.sorted.is_empty() && self.sorted.binary_search(&node.index()).is_ok()
    }
}

/// Reads a value of type `T` from a node.
///
/// # Errors
///
/// The first mismatch between node and type, with its place, under the name `invalid-value`.
pub fn from_node<'d, T: Deserialize<'d>>(node: NodeRef<'d>) -> Result<T, Box<Problem>> {
    from_node_without(node, &Skip::default())
}

/// The same, with the nodes in `skip` left out.
///
/// # Errors
///
/// As [`from_node`].
pub fn from_node_without<'d, T: Deserialize<'d>>(node: NodeRef<'d>, skip: &Skip) -> Result<T, Box<Problem>> {
    T::deserialize(Reader { node, skip }).map_err(|error| {
        let (start, end) = error.0.range.unwrap_or_else(|| node.range());
        Box::new(Problem::new("invalid-value", start, end, error.0.message))
    })
}

/// A mismatch, with the place once the nearest node is known.
#[derive(Debug)]
struct Mismatch(Box<Inner>);

#[derive(Debug)]
struct Inner {
    message: String,
    range: Option<(u32, u32)>,
}

impl Mismatch {
    fn at(mut self, node: NodeRef<'_>) -> Self {
        self.0.range.get_or_insert_with(|| node.range());
        self
    }
}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(Box::new(Inner { message: message.to_string(), range: None }))
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Mismatch {}

#[derive(Clone, Copy)]
struct Reader<'d, 'b> {
    node: NodeRef<'d>,
    skip: &'b Skip,
}

impl<'d> Reader<'d, '_> {
    fn text(self) -> &'d str {
        self.node.as_str().unwrap_or_default()
    }

    fn number<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match number(self.text()) {
            Some(Number::Unsigned(value)) => visitor.visit_u64(value),
            Some(Number::Signed(value)) => visitor.visit_i64(value),
            Some(Number::Float(value)) => visitor.visit_f64(value),
            None => visitor.visit_borrowed_str(self.text()),
        }
    }

    fn seq<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_seq(Elements { items: self.node.items(), skip: self.skip })
    }

    fn map<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_map(Fields { entries: self.node.entries(), value: None, skip: self.skip })
    }
}

impl<'d> Deserializer<'d> for Reader<'d, '_> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.node.kind() {
            Kind::Null => visitor.visit_unit(),
            Kind::Bool => visitor.visit_bool(self.text().eq_ignore_ascii_case("true")),
            Kind::Int | Kind::Float => self.number(visitor),
            Kind::Text => visitor.visit_borrowed_str(self.text()),
            Kind::Seq => self.seq(visitor),
            Kind::Map => self.map(visitor),
        }
        .map_err(|error| error.at(self.node))
    }

    fn deserialize_str<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.node.kind() {
            Kind::Bool | Kind::Int | Kind::Float | Kind::Text => {
                visitor.visit_borrowed_str(self.text()).map_err(|error: Mismatch| error.at(self.node))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_str(visitor)
    }

    fn deserialize_char<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_borrowed_str(self.text())
    }

    fn deserialize_option<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.node.kind() == Kind::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'d>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple_struct<V: Visitor<'d>>(
        self,
        name: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        if name == typed::AT {
            return visitor.visit_seq(Placed { reader: self, step: 0 });
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'d>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        let mut entries = self.node.entries();
        let variant = match (self.node.kind(), entries.next(), entries.next()) {
            (Kind::Map, Some((key, value)), None) => Variant { name: key, content: Some(value), skip: self.skip },
            (Kind::Map, ..) => {
                return Err(de::Error::custom("expected a map with one key")).map_err(|e: Mismatch| e.at(self.node));
            }
            (Kind::Seq, ..) => {
                let error: Mismatch = de::Error::invalid_type(Unexpected::Seq, &"a name or a map with one key");
                return Err(error.at(self.node));
            }
            _ => Variant { name: self.node, content: None, skip: self.skip },
        };
        visitor.visit_enum(variant).map_err(|error| error.at(self.node))
    }

    fn deserialize_ignored_any<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        <V: Visitor<'d>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 bytes byte_buf unit unit_struct seq tuple map struct
    }
}

/// Elements of a list.
struct Elements<'d, 'b> {
    items: Items<'d>,
    skip: &'b Skip,
}

impl<'d> de::SeqAccess<'d> for Elements<'d, '_> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'d>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
        let skip = self.skip;
        let Some(node) = self.items.find(|node| !skip.contains(*node)) else { return Ok(None) };
        seed.deserialize(Reader { node, skip }).map(Some).map_err(|error| error.at(node))
    }
}

/// Keys and values of a map.
struct Fields<'d, 'b> {
    entries: Entries<'d>,
    value: Option<NodeRef<'d>>,
    skip: &'b Skip,
}

impl<'d> de::MapAccess<'d> for Fields<'d, '_> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'d>>(&mut self, seed: K) -> Result<Option<K::Value>, Mismatch> {
        let skip = self.skip;
        let Some((node, value)) = self.entries.find(|(_, value)| !skip.contains(*value)) else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(Reader { node, skip }).map(Some).map_err(|error| error.at(node))
    }

    fn next_value_seed<V: DeserializeSeed<'d>>(&mut self, seed: V) -> Result<V::Value, Mismatch> {
        let node = self.value.take().ok_or_else(|| <Mismatch as de::Error>::custom("a value before its key"))?;
        seed.deserialize(Reader { node, skip: self.skip }).map_err(|error| error.at(node))
    }
}

/// A value behind its place, for [`typed::At`].
struct Placed<'d, 'b> {
    reader: Reader<'d, 'b>,
    step: u8,
}

impl<'d> de::SeqAccess<'d> for Placed<'d, '_> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'d>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
        let span = self.reader.node.span();
        let step = self.step;
        self.step += 1;
        let number = |value: u32| -> U32Deserializer<Mismatch> { value.into_deserializer() };
        match step {
            0 => seed.deserialize(number(u32::from(span.file.0))).map(Some),
            1 => seed.deserialize(number(span.start)).map(Some),
            2 => seed.deserialize(number(span.end)).map(Some),
            3 => seed.deserialize(self.reader).map(Some),
            _ => Ok(None),
        }
    }
}

/// A variant of an enum: a name alone, or the only key of a map with its content.
struct Variant<'d, 'b> {
    name: NodeRef<'d>,
    content: Option<NodeRef<'d>>,
    skip: &'b Skip,
}

impl<'d, 'b> Variant<'d, 'b> {
    fn content(self) -> Result<Reader<'d, 'b>, Mismatch> {
        let error = || <Mismatch as de::Error>::invalid_type(Unexpected::UnitVariant, &"a map with one key");
        self.content.map(|node| Reader { node, skip: self.skip }).ok_or_else(error)
    }
}

impl<'d> de::EnumAccess<'d> for Variant<'d, '_> {
    type Error = Mismatch;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'d>>(self, seed: V) -> Result<(V::Value, Self), Mismatch> {
        let name = BorrowedStrDeserializer::new(self.name.as_str().unwrap_or_default());
        let value = seed.deserialize(name).map_err(|error: Mismatch| error.at(self.name))?;
        Ok((value, self))
    }
}

impl<'d> de::VariantAccess<'d> for Variant<'d, '_> {
    type Error = Mismatch;

    fn unit_variant(self) -> Result<(), Mismatch> {
        match self.content {
            None => Ok(()),
            Some(content) => Deserialize::deserialize(Reader { node: content, skip: self.skip }),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'d>>(self, seed: T) -> Result<T::Value, Mismatch> {
        seed.deserialize(self.content()?)
    }

    fn tuple_variant<V: Visitor<'d>>(self, _: usize, visitor: V) -> Result<V::Value, Mismatch> {
        self.content()?.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'d>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Mismatch> {
        self.content()?.deserialize_any(visitor)
    }
}
