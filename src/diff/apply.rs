//! Observed state as it would be after changes, and as it would be of a system that is just as planned. For laws and measures.

use std::sync::Arc;

use super::change::{Action, Change};
use crate::desired::Desired;
use crate::evidence::{Question, drilled, wanted};
use crate::model::Model;
use crate::observed::{Address, Field, Instant, Observed, Seen, Thing, Value};

/// What would be observed at `at` once somebody had made these changes. What was not observed stays so.
pub fn apply(observed: &Observed, changes: &[Change], at: Instant) -> Observed {
    let source: Arc<str> = Arc::from("apply");
    let mut after = observed.clone();
    for change in changes {
        match change.action {
            Action::None => {}
            Action::Remove => after.things.retain(|address, _| !is_within(address, &change.address)),
            Action::Create => {
                let seen = Seen::new(Value::Flag(true), at, &source);
                after.things.insert(change.address.clone(), Thing::default());
                after.set(change.address.clone(), Field::Present, seen);
                fulfil(&mut after, change, at, &source);
            }
            Action::Update | Action::Refresh => fulfil(&mut after, change, at, &source),
        }
    }
    after
}

fn fulfil(after: &mut Observed, change: &Change, at: Instant, source: &Arc<str>) {
    for attribute in &change.attributes {
        if let Some(desired) = &attribute.desired {
            after.set(change.address.clone(), attribute.field, Seen::new(desired.clone(), at, source));
        }
    }
}

/// Whether an address is another or a part of it.
fn is_within(inner: &Address, outer: &Address) -> bool {
    inner.segments().starts_with(&outer.segments())
}

/// What would be observed of a system that is as the plan asks.
pub fn fulfilled(model: &Model, desired: &Desired, now: Instant) -> Observed {
    let source: Arc<str> = Arc::from("plan");
    let nothing = Observed::default();
    let question = Question { model, desired, observed: &nothing, now };
    let mut observed = Observed { system: Some(model.system.name.clone()), ..Observed::default() };
    for subject in desired.subjects(model) {
        let resource = desired.resource(model, subject);
        observed.set(resource.address.clone(), Field::Present, Seen::new(Value::Flag(true), now, &source));
        let measured = wanted(&question, subject).into_iter().map(|(field, _, value)| (field, value));
        for (field, value) in resource.attributes.into_iter().chain(measured) {
            observed.set(resource.address.clone(), field, Seen::new(value, now, &source));
        }
    }
    for (component, (field, _, value)) in drilled(&question) {
        observed.set(Address::Component(component.name.clone()), field, Seen::new(value, now, &source));
    }
    observed
}
