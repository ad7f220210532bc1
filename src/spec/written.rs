//! Values as they are typed: the text of an amount, of a count or of a choice, not yet read.
//!
//! The text is kept, so that the step that resolves it can report every mistake of a run, each with its own words.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};

/// The text of a `T`, which is read later.
#[derive(Debug, PartialEq, Eq)]
pub struct Written<'a, T> {
    /// As typed, without quotes.
    pub text: &'a str,
    of: PhantomData<T>,
}

// Derived, they would ask the same of `T`, of which there is never a value here.
impl<T> Clone for Written<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Written<'_, T> {}

impl<'de: 'a, 'a, T> Deserialize<'de> for Written<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { text: <&'a str>::deserialize(deserializer)?, of: PhantomData })
    }
}

impl<T: JsonSchema> JsonSchema for Written<'_, T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

macro_rules! forms {
    ($($(#[$doc:meta])* $name:ident: $schema:tt)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {}

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

forms! {
    /// How many instances it takes: a number, `majority` or `all`.
    Quorum: {
        "type": ["integer", "string"],
        "minimum": 1,
        "pattern": "^(majority|all)$",
        "description": "A number of instances, `majority` (more than half of all votes) or `all`."
    }
    /// A duration, or `none` for no promise.
    Promised: {
        "type": "string",
        "x-amount": "Duration",
        "pattern": r"^\s*none\s*$|^\s*(\d+(\.\d+)?\s*[wdhms]\s*)+$|^\s*[Pp](\d+(\.\d+)?[WwDd])*([Tt](\d+(\.\d+)?[HhMmSs])+)?\s*$",
        "description": "A duration such as `4h`, or `none` where nothing is promised.",
        "examples": ["4h", "none"]
    }
    /// A rate, or `none` for data that changes only when somebody deploys.
    Change: {
        "type": "string",
        "x-amount": "Rate",
        "pattern": r"^\s*none\s*$|^\s*\d+(\.\d+)?\s*(B|kB|MB|GB|TB|PB|KiB|MiB|GiB|TiB|PiB|bit|kbit|Mbit|Gbit|Tbit)/[smhdw]\s*$",
        "description": "How fast the data changes, such as `2 GiB/h`; `none` for data that changes only when somebody deploys.",
        "examples": ["2 GiB/h", "none"]
    }
    /// A date or an instant.
    Instant: {
        "type": "string",
        "pattern": r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:?\d{2})?)?$",
        "description": "A date, or an instant such as `2026-01-01T02:00:00Z`; without an offset it is local time.",
        "examples": ["2026-03-01", "2026-01-01T02:00:00Z"]
    }
    /// A day.
    Day: {
        "type": "string",
        "description": "A date, such as `2027-03-31`.",
        "examples": ["2027-03-31"]
    }
    /// A schedule: cron, `@daily` and its kin, or systemd's OnCalendar.
    Calendar: {
        "type": "string",
        "minLength": 1,
        "description": "When it runs: five-field cron (`0 2 * * 1-5`), `@daily` and its kin, or systemd's OnCalendar (`Mon..Fri 02:00`).",
        "examples": ["0 2 * * *", "@daily", "Mon..Fri 02:00"]
    }
    /// A span of the calendar as restic writes it.
    KeepWithin: {
        "type": "string",
        "pattern": r"^\s*(\d+y)?(\d+m)?(\d+d)?(\d+h)?\s*$",
        "description": "All within this long before the newest, as restic writes it: `1y5m7d2h`, where `m` is a month.",
        "examples": ["30d", "1y"]
    }
    /// A bound of an expectation: a duration, or `unbounded`.
    Limit: {
        "type": "string",
        "x-amount": "Duration",
        "pattern": r"^\s*unbounded\s*$|^\s*(\d+(\.\d+)?\s*[wdhms]\s*)+$|^\s*[Pp](\d+(\.\d+)?[WwDd])*([Tt](\d+(\.\d+)?[HhMmSs])+)?\s*$",
        "description": "A duration, or `unbounded` where the data or the component must turn out to be lost.",
        "examples": ["30s", "unbounded"]
    }
}

/// A name written as text, or the thing itself written in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameOr<'a, T> {
    /// The name.
    Name(&'a str),
    /// The thing.
    Inline(T),
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for NameOr<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameOrVisitor(PhantomData))
    }
}

struct NameOrVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for NameOrVisitor<T> {
    type Value = NameOr<'de, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name or a map")
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(NameOr::Name(name))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(NameOr::Inline)
    }
}

impl<T: JsonSchema> JsonSchema for NameOr<'_, T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}OrName", T::schema_name()).into()
    }

    /// The schema of the thing with `string` as a second type: every keyword of an object leaves a text alone, and one
    /// schema gives better messages than a choice of two.
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        schema.insert("type".into(), serde_json::json!(["string", "object"]));
        schema
    }
}
