//! What is written in two specs and differs: entry by entry, whatever file it stands in and in whatever order.

use serde_json::{Map, Value};

use super::Names;
use crate::diag::{SourceMap, Span};
use crate::text::{self, Limits};

/// What a spec says, all its files together.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    whole: Map<String, Value>,
    places: Vec<(Vec<String>, Span)>,
}

/// An entry that one of two specs has and the other has not, or has otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputChange {
    /// The way to it, key by key, under the names of the newer spec.
    pub path: Vec<String>,
    /// What was written; none where it is new.
    pub base: Option<String>,
    /// What is written; none where it is gone.
    pub head: Option<String>,
    /// Where it stands in the newer spec, or stood in the older where it is gone.
    pub span: Option<Span>,
}

impl InputChange {
    /// The dotted address.
    pub fn address(&self) -> String {
        self.path.join(".")
    }
}

/// Longer values are shown by their beginning.
const LONGEST: usize = 90;

/// How deep places are remembered: to the key of a copy.
const DEPTH: usize = 8;

impl Inputs {
    /// Reads the sources of a spec. What cannot be read has been reported by others.
    pub fn read(sources: &SourceMap) -> Self {
        let mut inputs = Self::default();
        for (id, file) in sources.files() {
            let (Some(document), _) = text::parse(&file.text, id, Limits::default()) else { continue };
            if let Value::Object(part) = document.root().to_json() {
                merge(&mut inputs.whole, part);
            }
            places(document.root(), &mut Vec::new(), &mut inputs.places);
        }
        inputs.places.sort();
        inputs
    }

    fn span(&self, path: &[String]) -> Option<Span> {
        let at = self.places.binary_search_by(|(known, _)| known.as_slice().cmp(path)).ok()?;
        self.places.get(at).map(|(_, span)| *span)
    }
}

fn places(node: text::NodeRef<'_>, path: &mut Vec<String>, out: &mut Vec<(Vec<String>, Span)>) {
    if path.len() >= DEPTH {
        return;
    }
    for (key, value) in node.entries() {
        path.push(key.as_str().unwrap_or_default().to_owned());
        out.push((path.clone(), key.span()));
        places(value, path, out);
        path.pop();
    }
}

/// Sections may be spread over files: maps are joined, lists put behind each other.
fn merge(whole: &mut Map<String, Value>, part: Map<String, Value>) {
    for (key, value) in part {
        match (whole.get_mut(&key), value) {
            (Some(Value::Object(known)), Value::Object(more)) => merge(known, more),
            (Some(Value::Array(known)), Value::Array(more)) => known.extend(more),
            (_, value) => {
                whole.insert(key, value);
            }
        }
    }
}

/// Every entry that differs, in the order of the newer spec; what is gone comes last in its section.
pub(super) fn changes(base: &Inputs, head: &Inputs, names: &Names) -> Vec<InputChange> {
    let old = match renamed(Value::Object(base.whole.clone()), names) {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let mut found = Vec::new();
    maps(&old, &head.whole, &mut Vec::new(), &mut found);
    for (from, to) in names.renamed() {
        let path = vec!["components".to_owned(), to.clone()];
        found.push(InputChange { path, base: Some(from), head: Some(to), span: None });
    }
    for change in &mut found {
        change.span = if change.head.is_some() { head.span(&change.path) } else { None };
    }
    found
}

/// The older spec under the names of the newer.
fn renamed(value: Value, names: &Names) -> Value {
    if names.renamed().is_empty() {
        return value;
    }
    match value {
        Value::String(text) => Value::String(names.scenario(&names.qualified(&text))),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| renamed(item, names)).collect()),
        Value::Object(map) => {
            Value::Object(map.into_iter().map(|(key, value)| (names.component(&key), renamed(value, names))).collect())
        }
        other => other,
    }
}

fn maps(old: &Map<String, Value>, new: &Map<String, Value>, path: &mut Vec<String>, out: &mut Vec<InputChange>) {
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    for key in new.keys().chain(gone) {
        path.push(key.clone());
        values(old.get(key), new.get(key), path, out);
        path.pop();
    }
}

fn values(old: Option<&Value>, new: Option<&Value>, path: &mut Vec<String>, out: &mut Vec<InputChange>) {
    match (old, new) {
        (Some(old), Some(new)) if old == new => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) => maps(old, new, path, out),
        // A section that is new as a whole is told entry by entry.
        (None, Some(Value::Object(new))) if path.len() == 1 => maps(&Map::new(), new, path, out),
        (Some(Value::Object(old)), None) if path.len() == 1 => maps(old, &Map::new(), path, out),
        (old, new) if is_list_of_maps(old) || is_list_of_maps(new) => lists(items(old), items(new), path, out),
        (old, new) => {
            out.push(InputChange { path: path.clone(), base: old.map(shown), head: new.map(shown), span: None })
        }
    }
}

/// Entries of a list have no names: what only one of the two has is told, in whatever order.
fn lists(old: &[Value], new: &[Value], path: &[String], out: &mut Vec<InputChange>) {
    let mut tell = |position: usize, base: Option<&Value>, head: Option<&Value>| {
        let mut path = path.to_vec();
        path.push(position.to_string());
        out.push(InputChange { path, base: base.map(shown), head: head.map(shown), span: None });
    };
    let only = |here: &[Value], there: &[Value]| -> Vec<usize> {
        (0..here.len()).filter(|position| !there.contains(&here[*position])).collect()
    };
    let (gone, fresh) = (only(old, new), only(new, old));
    let pairs = gone.len().max(fresh.len());
    for number in 0..pairs {
        let (before, after) = (gone.get(number).map(|at| &old[*at]), fresh.get(number).map(|at| &new[*at]));
        let position = fresh.get(number).or(gone.get(number)).copied().unwrap_or_default();
        tell(position, before, after);
    }
}

fn is_list_of_maps(value: Option<&Value>) -> bool {
    items(value).iter().any(Value::is_object)
}

fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A value in one line, as YAML would have it in brackets.
fn shown(value: &Value) -> String {
    let text = flow(value);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let entries: Vec<String> = map.iter().map(|(key, value)| format!("{key}: {}", flow(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}
