//! What the newer spec is no longer held to: expectations that are gone or ask for less, and scenarios that were declared.
//!
//! No number tells of them, since nobody works out any more what they were about.

use std::collections::BTreeSet;

use super::looser::looser;
use super::{InputChange, Movement, Names};
use crate::model::{Bound, Expectation, Expected, Model};
use crate::terms::Impact;

/// Something that the older spec was held to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// The scenario, as it is called in the newer spec; none where it is about no single one.
    pub scenario: Option<String>,
    /// In what way the newer spec is held to less.
    pub what: Less,
}

/// In what way a spec is held to less than the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Less {
    /// A declared scenario is gone.
    Gone,
    /// A declared scenario spares these, which it hit.
    Spared(Vec<String>),
    /// A place is gone whose loss took these instances together, and they stand where they stood.
    Apart(Vec<String>),
    /// This is no longer expected of this component or dataset.
    Expected(String, Expected),
    /// The data of this group is no longer restored to one instant.
    Group(String, Vec<String>),
    /// Another rule of an objective asks for less, of these components.
    Rule(String, Vec<String>),
}

/// Declared scenarios first, then expectations in the order of the older spec.
pub(super) fn dropped(
    base: &Model,
    head: &Model,
    names: &Names,
    inputs: &[InputChange],
    scenarios: &Movement,
) -> Vec<Dropped> {
    let mut found: Vec<Dropped> = base
        .scenarios
        .values()
        .filter(|declared| is_gone(&declared.name, inputs))
        .map(|declared| Dropped { scenario: Some(declared.name.clone()), what: Less::Gone })
        .collect();
    let subjects = subjects(head);
    let expected = base.expectations.iter().filter_map(|expectation| {
        let scenario = names.scenario(&expectation.scenario);
        let whose = whose(base, expectation, |name| names.component(name));
        // What went with its component, its dataset or its scenario is told with that.
        let is_there = subjects.contains(&whose) && !scenarios.went.contains(&scenario);
        let is_kept = head.expectations.iter().any(|newer| {
            newer.scenario == scenario
                && whose == self::whose(head, newer, str::to_owned)
                && asks_as_much(&newer.expected, &expectation.expected)
        });
        let what = || Less::Expected(whose, expectation.expected.clone());
        (is_there && !is_kept).then(|| Dropped { scenario: Some(scenario), what: what() })
    });
    found.extend(looser(base, head, names));
    found.extend(expected);
    found
}

/// Is a declared scenario gone, and not merely called otherwise?
fn is_gone(name: &str, inputs: &[InputChange]) -> bool {
    let at = |input: &&InputChange| matches!(&input.path[..], [section, _] if section == "scenarios");
    let gone = inputs.iter().filter(at).find(|input| input.path[1] == name && input.head.is_none());
    gone.is_some_and(|gone| !inputs.iter().filter(at).any(|new| new.base.is_none() && new.head == gone.base))
}

/// `shop-db`, or `shop-db.main` where it is about that dataset alone.
fn whose(model: &Model, expectation: &Expectation, name: impl Fn(&str) -> String) -> String {
    let component = name(&model.components[expectation.component].name);
    expectation.dataset.map_or_else(|| component.clone(), |id| format!("{component}.{}", model.datasets[id].name))
}

/// Everything that an expectation can be about.
fn subjects(model: &Model) -> BTreeSet<String> {
    let datasets = model.datasets.values();
    let datasets = datasets.map(|dataset| format!("{}.{}", model.components[dataset.component].name, dataset.name));
    model.components.values().map(|component| component.name.clone()).chain(datasets).collect()
}

/// Whether all that was promised is promised still. A lower bound is no promise: it says what the plan cannot do.
fn asks_as_much(newer: &Expected, older: &Expected) -> bool {
    let impact = older.impact.is_none_or(|older| newer.impact.is_some_and(|newer| newer <= older));
    let within = |newer: Option<Bound>, older: Option<Bound>| {
        let most = |bound: Option<Bound>| bound.and_then(|bound| bound.at_most);
        most(older).is_none_or(|older| most(newer).is_some_and(|newer| newer <= older))
    };
    let promises = |expected: &Expected| expected.impact.is_some_and(|impact| impact != Impact::Lost);
    (impact || !promises(older)) && within(newer.data_loss, older.data_loss) && within(newer.recovery, older.recovery)
}
