//! What can be written at a position, and what a name that stands there refers to.

use serde_json::{Value, json};

use super::keys;
use super::known::{Kind, Names, Place};
use crate::text::Cursor;

/// The kinds of names that a key takes as its value, by the key and the section it is in.
fn kinds(cursor: &Cursor) -> &'static [Kind] {
    let section = cursor.path.first().map(String::as_str).unwrap_or_default();
    let above = cursor.path.last().map(String::as_str).unwrap_or_default();
    match (cursor.key.as_deref().unwrap_or_default(), section) {
        ("at" | "within" | "between" | "runbooks_at", _) => &[Kind::Location],
        ("to", _) if above == "recovery" => &[Kind::Location],
        ("to", _) => &[Kind::Store],
        ("owner", "components") => &[Kind::Team],
        ("objective", _) => &[Kind::Objective],
        ("depends_on" | "component" | "encrypted_by" | "recovery_depends_on", _) => &[Kind::Component],
        ("base" | "after", _) => &[Kind::Copy],
        ("from", _) if above == "instances" => &[Kind::Instance],
        ("from", _) => &[Kind::Copy, Kind::Instance],
        ("reads", _) => &[Kind::Instance],
        ("fails", _) => &[Kind::Location, Kind::Store, Kind::Component, Kind::Instance],
        ("unreachable", _) => &[Kind::Instance],
        ("corrupts", _) => &[Kind::Component, Kind::Dataset],
        _ => &[],
    }
}

/// `COMPONENT.DATASET.` where the position is inside of a dataset: the copies that it can name are its own.
fn dataset(cursor: &Cursor) -> Option<String> {
    match &cursor.path[..] {
        [components, component, data, dataset, ..] if components == "components" && data == "data" => {
            Some(format!("{component}.{dataset}."))
        }
        _ => None,
    }
}

/// The names of a kind that can stand at a position.
fn known<'n>(cursor: &Cursor, names: &'n Names, kind: Kind) -> Vec<(&'n str, &'n Place)> {
    let of = |kind: Kind| names.get(&kind).into_iter().flatten().map(|(name, place)| (name.as_str(), place));
    match dataset(cursor).filter(|_| kind == Kind::Copy) {
        Some(own) => of(Kind::CopyOf).filter_map(|(name, place)| Some((name.strip_prefix(&own)?, place))).collect(),
        None => of(kind).collect(),
    }
}

/// Completions for a position; `range` is the word that they replace.
pub(super) fn items(cursor: &Cursor, names: &Names, technologies: &[String], range: &Value) -> Value {
    let item = |label: &str, kind: u8, detail: &str, new: &str| json!({"label": label, "kind": kind, "detail": detail, "textEdit": {"range": range, "newText": new}});
    // Kinds of the protocol: 10 a property, 12 a value, 18 a reference.
    let mut items: Vec<Value> = Vec::new();
    let is_depends_on = cursor.path.last().is_some_and(|last| last == "depends_on");
    match &cursor.key {
        None if is_depends_on => {
            let components = names.get(&Kind::Component).into_iter().flatten();
            items.extend(components.map(|(name, _)| item(name, 18, "component", &format!("{name}: "))));
        }
        None => items.extend(
            keys::keys(&cursor.path)
                .iter()
                .map(|key| item(&key.name, 10, &key.description, &format!("{}: ", key.name))),
        ),
        Some(key) => {
            for kind in kinds(cursor) {
                items.extend(known(cursor, names, *kind).into_iter().map(|(name, _)| item(name, 18, "", name)));
            }
            if key == "technology" {
                items.extend(technologies.iter().map(|name| item(name, 12, "technology", name)));
            }
            let mut path = cursor.path.clone();
            path.push(key.clone());
            items.extend(keys::words(&path).iter().map(|word| item(word, 12, "", word)));
        }
    }
    json!({"isIncomplete": false, "items": items})
}

/// Where the thing is declared that a name refers to.
pub(super) fn target<'n>(cursor: &Cursor, names: &'n Names) -> Option<&'n Place> {
    let find = |kind: &Kind| match kind {
        Kind::Copy => known(cursor, names, *kind).into_iter().find(|(name, _)| *name == cursor.word).map(|(_, at)| at),
        _ => names.get(kind)?.get(&cursor.word),
    };
    let is_depends_on = cursor.key.is_none() && cursor.path.last().is_some_and(|last| last == "depends_on");
    if is_depends_on {
        return find(&Kind::Component);
    }
    kinds(cursor).iter().find_map(find)
}
