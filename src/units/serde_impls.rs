//! Amounts in files that serde reads: the notation as a text, described for JSON Schema.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, Visitor};

use super::{Bytes, Millis, Rate, Seconds, UnitError};

macro_rules! amount {
    ($type:ident, $name:literal, $expecting:literal, $pattern:literal, $description:literal, $examples:expr) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl Visitor<'_> for Text {
                    type Value = $type;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expecting)
                    }

                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$type, E> {
                        text.parse().map_err(|UnitError { message, help }| {
                            de::Error::custom(help.map_or(message.clone(), |help| format!("{message}; {help}")))
                        })
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "x-amount": $name,
                    "pattern": $pattern,
                    "description": $description,
                    "examples": $examples
                })
            }
        }
    };
}

amount!(
    Seconds,
    "Duration",
    "a duration such as `15m`",
    r"^\s*(\d+(\.\d+)?\s*[wdhms]\s*)+$|^\s*[Pp](\d+(\.\d+)?[WwDd])*([Tt](\d+(\.\d+)?[HhMmSs])+)?\s*$",
    "A duration: numbers with `w`, `d`, `h`, `m` or `s`, or ISO 8601 such as `PT15M`. A day is 24 hours.",
    ["15m", "1h 30m", "2d", "PT15M"]
);
amount!(
    Millis,
    "Latency",
    "a latency such as `8ms`",
    r"^\s*\d+\s*ms\s*$|^\s*(\d+(\.\d+)?\s*[wdhms]\s*)+$|^\s*[Pp](\d+(\.\d+)?[WwDd])*([Tt](\d+(\.\d+)?[HhMmSs])+)?\s*$",
    "A latency: milliseconds, or a duration.",
    ["8ms", "1s"]
);
amount!(
    Bytes,
    "Size",
    "a size such as `80 GiB`",
    r"^\s*\d+(\.\d+)?\s*(B|kB|MB|GB|TB|PB|KiB|MiB|GiB|TiB|PiB)\s*$",
    "A size: a number with `B`, `kB` to `PB` (powers of 1000) or `KiB` to `PiB` (powers of 1024).",
    ["80 GiB", "1.5 TB"]
);
amount!(
    Rate,
    "Rate",
    "a rate such as `150 MiB/s`",
    r"^\s*\d+(\.\d+)?\s*(B|kB|MB|GB|TB|PB|KiB|MiB|GiB|TiB|PiB|bit|kbit|Mbit|Gbit|Tbit)/[smhdw]\s*$",
    "A rate: a size or a number of bits, per `s`, `m` (minute), `h`, `d` or `w`.",
    ["150 MiB/s", "1 Gbit/s", "2 GiB/h"]
);
