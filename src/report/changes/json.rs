//! `drplan.changes/1`: differences for tools. The types are the contract; `schemas/changes.schema.json` is made from them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{ChangesView, Entry};
use crate::diff::{Action, Shown};
use crate::report::json::{schema_of, to_json};

/// How the real system differs from the plan.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "drplan changes", deny_unknown_fields)]
struct Report<'a> {
    /// Name and major version of this format.
    #[schemars(extend("const" = "drplan.changes/1"))]
    format: &'static str,
    /// Every difference, and everything that was not observed, by address.
    changes: Vec<Change<'a>>,
    /// Whether everything that ought to be seen was observed.
    complete: bool,
    /// How many there are of each.
    summary: Counts,
}

/// One thing that is not as it should be, or of which it is not known.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Change<'a> {
    /// What it is about, as a dotted path into the spec; of a generated file `files.` and its path.
    address: &'a str,
    /// `create`: it is not there. `update`: it is not as the spec asks. `remove`: it exists and is not declared, or is a file that
    /// is no longer generated. `refresh`: evidence that is missing, too old or beyond its bound. `none`: it was not observed, so that
    /// nothing is known.
    #[schemars(extend("enum" = ["create", "update", "remove", "refresh", "none"]))]
    action: &'static str,
    /// What differs or was not observed, by name.
    attributes: BTreeMap<&'static str, Pair>,
    /// Why, and what follows.
    reason: String,
}

/// A value as it is and as it should be.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Pair {
    /// What was seen, in the notation of the observed state; null where nothing was.
    #[schemars(extend("type" = ["string", "array", "number", "boolean", "null"]))]
    actual: Value,
    /// What ought to be; a bound is `at most 30s` or `since 2026-11-20T22:29:04Z`. Null where nothing ought to be.
    #[schemars(extend("type" = ["string", "array", "number", "boolean", "null"]))]
    desired: Value,
}

/// How many there are of each.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Counts {
    /// Changes with the action `create`.
    create: usize,
    /// Changes with the action `update`.
    update: usize,
    /// Changes with the action `remove`.
    remove: usize,
    /// Changes with the action `refresh`.
    refresh: usize,
    /// Entries with the action `none`.
    none: usize,
    /// Things that are as they should be, and have no entry.
    unchanged: usize,
}

pub(super) fn render(view: &ChangesView) -> String {
    let summary = view.summary;
    to_json(&Report {
        format: "drplan.changes/1",
        changes: view.entries.iter().map(change).collect(),
        complete: view.complete,
        summary: Counts {
            create: summary.create,
            update: summary.update,
            remove: summary.remove,
            refresh: summary.refresh,
            none: summary.none,
            unchanged: summary.unchanged,
        },
    })
}

/// The schema of this format.
pub(crate) fn schema() -> serde_json::Value {
    schema_of::<Report<'static>>()
}

fn change(entry: &Entry) -> Change<'_> {
    let pair = |attribute: &super::Attribute| {
        (attribute.name, Pair { actual: value(&attribute.actual), desired: value(&attribute.desired) })
    };
    let reason: Vec<&str> =
        std::iter::once(entry.reason.as_str()).chain(entry.notes.iter().map(String::as_str)).collect();
    Change {
        address: &entry.address,
        action: Action::as_str(entry.action),
        attributes: entry.attributes.iter().map(pair).collect(),
        reason: reason.join("; "),
    }
}

fn value(shown: &Option<Shown>) -> Value {
    match shown {
        None => Value::Null,
        Some(Shown::Text(text)) => Value::from(text.as_str()),
        Some(Shown::List(items)) => Value::from(items.clone()),
        Some(Shown::Count(count)) => Value::from(*count),
        Some(Shown::Flag(flag)) => Value::from(*flag),
    }
}
