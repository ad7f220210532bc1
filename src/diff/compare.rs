//! Compares what ought to exist with what was seen, thing by thing.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::change::{Action, Attribute, Change, Changes};
use super::same::{Comparer, Verdict};
use crate::desired::Resource;
use crate::diag::Span;
use crate::evidence::{Bound, Fact, FactKind, Question, Undeclared, Wanted, drilled, wanted};
use crate::model::Component;
use crate::observed::{Address, Field, Seen, Thing, Value};

/// What is told where it was seen, and missed by nobody where it was not.
const OPTIONAL: &[Field] = &[Field::OutOfSync];

/// Holds the observed state against what ought to exist. `facts` is the evidence about the same two.
pub fn diff(question: &Question<'_>, undeclared: &[Undeclared], facts: &[Fact]) -> Changes {
    let Question { model, desired, observed, .. } = *question;
    let things: FxHashMap<&Address, &Thing> = observed.things.iter().collect();
    let comparer = Comparer::new(model);
    let subjects = desired.subjects(model);
    let mut changes: Vec<Change> = subjects
        .par_iter()
        .flat_map_iter(|subject| {
            let resource = desired.resource(model, *subject);
            let wanted = wanted(question, *subject);
            compare(&comparer, &resource, &wanted, things.get(&resource.address).copied())
        })
        .collect();
    let components = model.components.as_slice().par_iter();
    changes.par_extend(components.filter_map(|component| of_component(&comparer, component, &things)));
    changes.extend(undrilled(question, facts));
    changes.extend(facts.iter().map(refresh));
    let mut told: Vec<&Address> = changes.iter().map(|change| &change.address).collect();
    told.sort_unstable();
    told.dedup();
    let parts = told
        .iter()
        .filter(|address| !matches!(address, Address::Component(_) | Address::Plan | Address::Drill(_)))
        .count();
    let unchanged = subjects.len().saturating_sub(parts);
    changes.extend(undeclared.iter().map(remove));
    changes.sort_by(|a, b| (&a.address, a.action, &a.reason).cmp(&(&b.address, b.action, &b.reason)));
    Changes { changes, unchanged }
}

/// Of a component itself only what somebody has seen is compared.
fn of_component(
    comparer: &Comparer<'_>,
    component: &Component,
    things: &FxHashMap<&Address, &Thing>,
) -> Option<Change> {
    let address = Address::Component(component.name.clone());
    let thing = things.get(&address)?;
    let attributes = [
        (Field::Technology, Value::Text(component.technology.name.clone())),
        (Field::Alive, Value::Text("up".to_owned())),
    ];
    if !thing.is_present() {
        return Some(create(address, &attributes, Some(component.span), thing));
    }
    let updates = differences(comparer, &attributes, thing);
    (!updates.is_empty()).then(|| update(address, updates, Some(component.span)))
}

/// Components whose objective asks for drills, and of which nobody has said when there was one.
fn undrilled(question: &Question<'_>, facts: &[Fact]) -> Vec<Change> {
    let told =
        |address: &Address| facts.iter().any(|fact| fact.kind == FactKind::NeverDrilled && fact.address == *address);
    let unknown = drilled(question).into_iter().filter(|(component, _)| {
        let address = Address::Component(component.name.clone());
        let seen = question.observed.get(&address).and_then(|thing| thing.get(Field::Drilled));
        seen.is_none() && !told(&address)
    });
    let change = |(component, wanted): (&Component, Wanted)| Change {
        address: Address::Component(component.name.clone()),
        action: Action::None,
        reason: format!("not observed: {}", wanted.0.key()),
        attributes: vec![unmeasured(&wanted)],
        notes: Vec::new(),
        span: component.objective_span.or(Some(component.span)),
    };
    unknown.map(change).collect()
}

/// At most two entries: what differs, and what was not observed.
fn compare(comparer: &Comparer<'_>, resource: &Resource, wanted: &[Wanted], thing: Option<&Thing>) -> Vec<Change> {
    let Some(thing) = thing else {
        let mut all = unseen(resource.attributes.iter());
        all.extend(wanted.iter().map(unmeasured));
        return vec![unobserved(resource, "nothing was observed of it", all)];
    };
    if !thing.is_present() {
        return vec![create(resource.address.clone(), &resource.attributes, resource.span, thing)];
    }
    let mut changes = Vec::new();
    let updates = differences(comparer, &resource.attributes, thing);
    if !updates.is_empty() {
        changes.push(update(resource.address.clone(), updates, resource.span));
    }
    let missing = |(field, _): &&(Field, Value)| thing.get(*field).is_none() && !OPTIONAL.contains(field);
    let mut rest = unseen(resource.attributes.iter().filter(missing));
    rest.extend(unclear(comparer, &resource.attributes, thing));
    rest.extend(wanted.iter().filter(|(field, ..)| thing.get(*field).is_none()).map(unmeasured));
    if !rest.is_empty() {
        changes.push(unobserved(resource, &not_observed(&rest), rest));
    }
    changes
}

fn unmeasured((field, bound, value): &Wanted) -> Attribute {
    Attribute { bound: *bound, ..Attribute::unseen(*field, value.clone()) }
}

fn unseen<'a>(attributes: impl Iterator<Item = &'a (Field, Value)>) -> Vec<Attribute> {
    attributes.map(|(field, desired)| Attribute::unseen(*field, desired.clone())).collect()
}

fn differences(comparer: &Comparer<'_>, attributes: &[(Field, Value)], thing: &Thing) -> Vec<Attribute> {
    of_verdict(comparer, attributes, thing, Verdict::Differs)
}

fn unclear(comparer: &Comparer<'_>, attributes: &[(Field, Value)], thing: &Thing) -> Vec<Attribute> {
    of_verdict(comparer, attributes, thing, Verdict::Unclear)
}

fn of_verdict(comparer: &Comparer<'_>, all: &[(Field, Value)], thing: &Thing, wanted: Verdict) -> Vec<Attribute> {
    let judged = all.iter().filter_map(|(field, desired)| {
        let seen = thing.seen(*field)?;
        let verdict = comparer.verdict(*field, desired, &seen.value);
        (verdict == wanted).then(|| Attribute::differing(*field, seen, Some(desired.clone())))
    });
    judged.collect()
}

fn create(address: Address, attributes: &[(Field, Value)], span: Option<Span>, thing: &Thing) -> Change {
    let source = thing.seen(Field::Present).map(seen_by).unwrap_or_default();
    Change {
        address,
        action: Action::Create,
        attributes: unseen(attributes.iter()),
        reason: format!("it was looked for and is not there{source}"),
        notes: Vec::new(),
        span,
    }
}

fn update(address: Address, attributes: Vec<Attribute>, span: Option<Span>) -> Change {
    let newest = attributes.iter().filter_map(|attribute| attribute.seen.as_ref()).max();
    let source = newest.map(|(at, source)| format!(", seen {at} by {source}")).unwrap_or_default();
    let names: Vec<&str> = attributes.iter().map(|attribute| attribute.field.key()).collect();
    let verb = if names.len() == 1 { "differs" } else { "differ" };
    let reason = format!("{} {verb}{source}", names.join(", "));
    Change { address, action: Action::Update, attributes, reason, notes: Vec::new(), span }
}

fn not_observed(attributes: &[Attribute]) -> String {
    let names: Vec<&str> = attributes.iter().map(|attribute| attribute.field.key()).collect();
    format!("not observed: {}", names.join(", "))
}

fn unobserved(resource: &Resource, reason: &str, attributes: Vec<Attribute>) -> Change {
    Change {
        address: resource.address.clone(),
        action: Action::None,
        attributes,
        reason: reason.to_owned(),
        notes: Vec::new(),
        span: resource.span,
    }
}

fn refresh(fact: &Fact) -> Change {
    let attribute = Attribute {
        field: fact.field,
        actual: Some(fact.seen.value.clone()),
        desired: Some(fact.desired.clone()),
        bound: fact.bound,
        seen: Some((fact.seen.at, std::sync::Arc::clone(&fact.seen.source))),
    };
    Change {
        address: fact.address.clone(),
        action: Action::Refresh,
        attributes: vec![attribute],
        reason: fact.message.clone(),
        notes: fact.notes.clone(),
        span: fact.span,
    }
}

fn remove(undeclared: &Undeclared) -> Change {
    let attributes = undeclared
        .seen
        .iter()
        .map(|(field, seen)| Attribute { bound: Bound::Equal, ..Attribute::differing(*field, seen, None) });
    Change {
        address: undeclared.address.clone(),
        action: Action::Remove,
        attributes: attributes.collect(),
        reason: undeclared.message(),
        notes: Vec::new(),
        span: undeclared.span,
    }
}

fn seen_by(seen: &Seen) -> String {
    format!(", {} by {}", seen.at, seen.source)
}
