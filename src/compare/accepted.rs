//! Waivers that came: what the change asks not to be told of.

use super::Names;
use crate::model::{Model, Waiver};

/// A finding that somebody accepts from now on, or for longer than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The name of the finding.
    pub finding: String,
    /// What it is about; none for anything.
    pub on: Option<String>,
    /// The scenario in which it shows; none for any.
    pub scenario: Option<String>,
    /// The last day; none where the date is malformed, so that it counts as expired.
    pub until: Option<String>,
    /// Who accepts it.
    pub owner: String,
}

/// In the order of the newer spec.
pub(super) fn accepted(base: &Model, head: &Model, names: &Names) -> Vec<Accepted> {
    let was = |newer: &&Waiver| {
        base.waivers.iter().any(|older| {
            older.finding == newer.finding
                && older.on.as_deref().map(|on| address(names, on)) == newer.on
                && older.scenario.as_deref().map(|id| names.scenario(id)) == newer.scenario
                && newer.until <= older.until
        })
    };
    let came = head.waivers.iter().filter(|newer| !was(newer));
    let told = |waiver: &Waiver| Accepted {
        finding: waiver.finding.clone(),
        on: waiver.on.clone(),
        scenario: waiver.scenario.clone(),
        until: waiver.until.map(|day| day.to_string()),
        owner: waiver.owner.clone(),
    };
    came.map(told).collect()
}

/// An address under the names of the newer spec.
fn address(names: &Names, on: &str) -> String {
    match on.strip_prefix("components.") {
        Some(rest) => format!("components.{}", names.qualified(rest)),
        None => on.to_owned(),
    }
}
