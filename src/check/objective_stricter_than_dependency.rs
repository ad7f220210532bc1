//! `objective-stricter-than-dependency`: a component promises to be back sooner than something that it cannot serve without.

use std::collections::BTreeMap;

use super::{Check, Context};
use crate::analysis::facts::{Unreachable, unreachable_objectives};
use crate::diag::{Code, Diagnostics, Severity};
use crate::model::{ComponentId, Id, Model, Objective, Threshold};
use crate::terms::{DependencyKind, ScenarioKind};

pub(super) const CHECK: Check =
    Check { code: Code("objective-stricter-than-dependency"), severity: Severity::Warning, run };

/// How many hops are followed through components that promise nothing themselves.
const HOPS: usize = 64;

/// Two promises that contradict each other, and the way from one to the other.
struct Conflict {
    chain: Vec<ComponentId>,
    own: Threshold,
    other: Threshold,
    kind: Option<ScenarioKind>,
}

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    let mut broken: BTreeMap<(usize, usize), Unreachable> = BTreeMap::new();
    for fact in unreachable_objectives(context.analysis, context.assessment) {
        for on in fact.chain.iter().skip(1) {
            broken.entry((fact.component.index(), on.index())).or_insert_with(|| fact.clone());
        }
    }
    for id in model.components.ids() {
        for conflict in conflicts(model, id) {
            let Some(&on) = conflict.chain.last() else { continue };
            let fact = broken.get(&(id.index(), on.index()));
            push(model, id, on, &conflict, fact, found);
        }
    }
}

fn push(
    model: &Model,
    id: ComponentId,
    on: ComponentId,
    conflict: &Conflict,
    fact: Option<&Unreachable>,
    found: &mut Diagnostics,
) {
    let (name, on_name) = (&model.components[id].name, &model.components[on].name);
    let kind = conflict.kind.map(|kind| format!(" after a {kind}")).unwrap_or_default();
    let message = format!(
        "`{name}` is to be back within {}{kind}, and `{on_name}`, which it requires, only within {}",
        conflict.own.at_most.human(),
        conflict.other.at_most.human()
    );
    let mut diagnostic = CHECK.found(message, model.component_address(id)).at(model.components[id].span);
    diagnostic =
        diagnostic.label(conflict.own.span, "the stricter promise").label(conflict.other.span, "the looser one");
    diagnostic.path = conflict.chain.iter().map(|id| model.components[*id].name.clone()).collect();
    if let Some(fact) = fact {
        diagnostic.severity = Severity::Error;
        let takes =
            fact.reaches.map_or("never comes back".to_owned(), |time| format!("takes at least {}", time.human()));
        diagnostic = diagnostic.during(fact.scenario.clone()).because(format!("it {takes}, whoever helps"));
    }
    found.push(diagnostic.help(format!(
        "promise `rto: {}` for `{on_name}` too, or no less than `rto: {}` for `{name}`",
        conflict.own.at_most, conflict.other.at_most
    )));
}

/// The nearest components with a promise of their own that a component requires, directly or through others without one, as
/// far as those promises are looser.
fn conflicts(model: &Model, id: ComponentId) -> Vec<Conflict> {
    let Some(own) = model.components[id].objective.map(|objective| &model.objectives[objective]) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut open = vec![vec![id]];
    let mut seen = vec![id];
    while let Some(chain) = open.pop() {
        let Some(&last) = chain.last() else { continue };
        for on in required(model, last) {
            if seen.contains(&on) || chain.len() > HOPS {
                continue;
            }
            seen.push(on);
            let mut chain = chain.clone();
            chain.push(on);
            match model.components[on].objective {
                None => open.push(chain),
                Some(objective) => found.extend(conflict(own, &model.objectives[objective], chain)),
            }
        }
    }
    found
}

fn required(model: &Model, id: ComponentId) -> impl Iterator<Item = ComponentId> {
    let requires = |kind| matches!(kind, DependencyKind::Requires | DependencyKind::RequiresReads);
    model.components[id].depends_on.iter().filter(move |d| requires(d.kind)).map(|d| d.on)
}

/// The contradiction of two objectives: in general, else in the first kind of scenario in which there is one.
fn conflict(own: &Objective, other: &Objective, chain: Vec<ComponentId>) -> Option<Conflict> {
    let stricter = |own: Option<Threshold>, other: Option<Threshold>| {
        let (own, other) = (own?, other?);
        (own.at_most < other.at_most).then_some((own, other))
    };
    if let Some((own, other)) = stricter(own.default.rto, other.default.rto) {
        return Some(Conflict { chain, own, other, kind: None });
    }
    ScenarioKind::ALL.iter().find_map(|&kind| {
        let (own, other) = stricter(own.promise(kind, None).rto, other.promise(kind, None).rto)?;
        Some(Conflict { chain: chain.clone(), own, other, kind: Some(kind) })
    })
}
