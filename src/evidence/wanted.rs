//! What somebody has to have measured for a plan to be borne out, with the bound that it is held against.

use super::{Bound, Question};
use crate::desired::Subject;
use crate::model::{Component, CopyId, DatasetId, InstanceId, Timing};
use crate::observed::{Address, Field, Instant, Value};
use crate::terms::{ReplicationMode, Role};
use crate::units::Seconds;

/// A measurement that is wanted, with its bound.
pub type Wanted = (Field, Bound, Value);

/// The measurements of a thing without which nothing is known of it.
pub fn wanted(question: &Question<'_>, subject: Subject) -> Vec<Wanted> {
    match subject {
        Subject::Copy(id) => {
            let since = |instant| (Bound::Since, Value::Instant(Some(instant)));
            let newest = newest_since(question, id).map(since).map(|(bound, value)| (Field::Newest, bound, value));
            let proof = question.desired.job(id).verify_every.and_then(|_| restored_since(question, id));
            let restored = proof.map(since).map(|(bound, value)| (Field::Restored, bound, value));
            newest.into_iter().chain(restored).collect()
        }
        Subject::Instance(id) => {
            let lag = lag_bound(question, id).map(|lag| (Field::Lag, Bound::AtMost, Value::Duration(lag)));
            lag.into_iter().collect()
        }
        // The newest point of a copy tells as much.
        Subject::Dataset(id) if is_sized_by_copies(question, id) => Vec::new(),
        Subject::Dataset(id) => {
            vec![(Field::Size, Bound::AtMost, Value::Size(question.model.datasets[id].size.value))]
        }
        Subject::Store(_) | Subject::Host(_) => Vec::new(),
    }
}

/// The components whose objective asks for drills, each with since when there has to have been one. One that has nothing to run
/// has nothing to bring back.
pub fn drilled<'m>(question: &Question<'m>) -> Vec<(&'m Component, Wanted)> {
    let model = question.model;
    let asked = model.components.values().filter(|component| !component.instances.is_empty());
    let wanted = asked.filter_map(|component| {
        let every = model.objectives[component.objective?].drill_every?.at_most;
        let since = Value::Instant(Some(earlier(question.now, every)));
        Some((component, (Field::Drilled, Bound::Since, since)))
    });
    wanted.collect()
}

fn is_sized_by_copies(question: &Question<'_>, id: DatasetId) -> bool {
    question.model.datasets[id].copies.iter().any(|copy| {
        let address = question.desired.address(question.model, Subject::Copy(*copy));
        question.observed.get(&address).is_some_and(|thing| thing.get(Field::Size).is_some())
    })
}

/// From when on the newest point of a copy is new enough; for a copy that is made once, from its day.
pub(super) fn newest_since(question: &Question<'_>, id: CopyId) -> Option<Instant> {
    match (allowed_age(question, id), &question.model.copies[id].timing) {
        (Some(allowed), _) => Some(earlier(question.now, allowed)),
        (None, Timing::Once(anchor)) => Some(Instant(anchor.0)),
        (None, _) => None,
    }
}

/// How old the newest point of a copy may be: as its objective allows, and no less than the plan itself expects at worst. That
/// a plan cannot keep its objective is a finding about the plan; evidence says where reality is worse than that.
pub(super) fn allowed_age(question: &Question<'_>, id: CopyId) -> Option<Seconds> {
    let freshness = question.desired.job(id).freshness;
    freshness.critical.max(freshness.expected)
}

/// From when on a restore proves the plan as it is: since its last change, and as often as it asks for.
pub(super) fn restored_since(question: &Question<'_>, id: CopyId) -> Option<Instant> {
    let every = question.desired.job(id).verify_every;
    let due = every.map(|every| earlier(question.now, every));
    plan_instant(question, Field::Changed).max(due)
}

/// The most that a replica may be behind; none where a write waits for it, or where it follows nobody.
pub(super) fn lag_bound(question: &Question<'_>, id: InstanceId) -> Option<Seconds> {
    let instance = &question.model.instances[id];
    let replication = question.model.components[instance.component].replication.as_ref()?;
    let follows = instance.has_data() && instance.role != Some(Role::Primary);
    let bound = instance.lag.unwrap_or(replication.lag.value);
    (follows && replication.mode == ReplicationMode::Async).then_some(bound)
}

/// An instant in the life of the plan.
pub(super) fn plan_instant(question: &Question<'_>, field: Field) -> Option<Instant> {
    match question.observed.get(&Address::Plan)?.get(field)? {
        Value::Instant(instant) => *instant,
        _ => None,
    }
}

pub(super) fn earlier(now: Instant, by: Seconds) -> Instant {
    Instant(now.0.saturating_sub(i64::try_from(by.0).unwrap_or(i64::MAX)))
}
