//! What a data template says: one `"KEY": VALUE` in JSON on each line, a comma at the end allowed, blank lines left out.
//!
//! A key with `::` is a value for Hiera; `gap` says why nothing can be generated, `note` what an operator has to know.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::emit::data::Data;

/// The lines of one rendered data template.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Entries {
    /// Values by key, in the order of the template.
    pub values: Vec<(String, Data)>,
    /// Why nothing can be generated.
    pub gaps: Vec<String>,
    /// What an operator has to know.
    pub notes: Vec<String>,
}

/// Reads what a template wrote. The error says which line is no entry.
pub(super) fn read(text: &str) -> Result<Entries, String> {
    let mut entries = Entries::default();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim().trim_end_matches(',');
        if line.is_empty() {
            continue;
        }
        let (key, value) =
            entry(line).ok_or_else(|| format!("line {} of the data is not `\"KEY\": VALUE`", number + 1))?;
        match (key.as_str(), value) {
            ("gap", Data::Str(reason)) => entries.gaps.push(reason),
            ("note", Data::Str(note)) => entries.notes.push(note),
            (name, value) if name.contains("::") => entries.values.push((key, value)),
            (name, _) => {
                return Err(format!("line {} of the data has the key `{name}`, which is none of Hiera's", number + 1));
            }
        }
    }
    Ok(entries)
}

/// What several templates say for the same file, by key.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    by_key: BTreeMap<String, Vec<Data>>,
}

impl Gathered {
    /// Adds what one template says.
    pub(super) fn add(&mut self, values: Vec<(String, Data)>) {
        for (key, value) in values {
            self.by_key.entry(key).or_default().push(value);
        }
    }

    /// Each key once, sorted: maps are joined, other values must be equal. Beside them the keys where they are not.
    pub(super) fn finish(self) -> (Vec<(String, Data)>, Vec<String>) {
        let mut values = Vec::with_capacity(self.by_key.len());
        let mut clashes = Vec::new();
        for (key, said) in self.by_key {
            match join(said) {
                Some(value) => values.push((key, value)),
                None => clashes.push(key),
            }
        }
        (values, clashes)
    }
}

/// A map that only one template gives keeps its order, which may mean something.
fn join(mut said: Vec<Data>) -> Option<Data> {
    if said.len() > 1 && said.iter().all(|value| matches!(value, Data::Map(_))) {
        let mut by_key: BTreeMap<String, Vec<Data>> = BTreeMap::new();
        for value in said {
            let Data::Map(entries) = value else { continue };
            entries.into_iter().for_each(|(key, value)| by_key.entry(key).or_default().push(value));
        }
        let joined = by_key.into_iter().map(|(key, said)| Some((key, join(said)?)));
        return joined.collect::<Option<_>>().map(Data::Map);
    }
    let first = said.pop()?;
    said.iter().all(|other| *other == first).then_some(first)
}

fn entry(line: &str) -> Option<(String, Data)> {
    let Ok(Value::Object(object)) = serde_json::from_str::<Value>(&format!("{{{line}}}")) else { return None };
    let mut entries = object.into_iter();
    let (key, value) = entries.next()?;
    if entries.next().is_some() {
        return None;
    }
    Some((key, data(value)?))
}

fn data(value: Value) -> Option<Data> {
    Some(match value {
        Value::Null => Data::Undef,
        Value::Bool(truth) => Data::Bool(truth),
        Value::Number(number) => Data::Int(number.as_i64()?),
        Value::String(text) => Data::Str(text),
        Value::Array(items) => Data::List(items.into_iter().map(data).collect::<Option<_>>()?),
        Value::Object(entries) => {
            Data::Map(entries.into_iter().map(|(key, value)| Some((key, data(value)?))).collect::<Option<_>>()?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_entries() {
        let text = "\"profile::x::paths\": [\"/a\"],\n\n  \"profile::x::n\": 1\n\"gap\": \"no paths\"\n";
        let entries = read(text).unwrap();
        assert_eq!(
            entries.values,
            [("profile::x::paths".to_owned(), Data::list(["/a"])), ("profile::x::n".to_owned(), Data::Int(1))]
        );
        assert_eq!(entries.gaps, ["no paths"]);
        for bad in ["x", "\"a::b\": 1, \"c::d\": 2", "\"plain\": 1", "\"a::b\": 1.5"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn maps_are_joined_and_others_must_agree() {
        let map = |key: &str| vec![("a::b".to_owned(), Data::map([(key, Data::Int(1))]))];
        let mut all = Gathered::default();
        all.add(map("y"));
        all.add(map("x"));
        all.add(map("x"));
        let joined = Data::map([("x", Data::Int(1)), ("y", Data::Int(1))]);
        assert_eq!(all.finish(), (vec![("a::b".to_owned(), joined)], Vec::new()));
        let mut clash = Gathered::default();
        clash.add(map("y"));
        clash.add(vec![("a::b".to_owned(), Data::Int(1))]);
        assert_eq!(clash.finish().1, ["a::b"]);
    }
}
