//! Evidence about data and replicas: sizes and lags.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::wanted::lag_bound;
use super::{Bound, Fact, FactKind, Found, Question, Subject};
use crate::desired;
use crate::model::{CopyId, DatasetId, InstanceId};
use crate::observed::{Address, Field, Seen, Thing, Value};
use crate::units::Bytes;

/// What the evidence about data and instances says against the plan.
pub(super) fn facts(question: &Question<'_>, things: &FxHashMap<&Address, &Thing>) -> Vec<Found> {
    let model = question.model;
    let datasets: Vec<DatasetId> = model.datasets.ids().collect();
    let instances: Vec<InstanceId> = model.instances.ids().collect();
    let mut facts: Vec<Found> = datasets.par_iter().flat_map_iter(|id| sizes(question, things, *id)).collect();
    facts.par_extend(instances.par_iter().filter_map(|id| lag(question, things, *id)));
    facts
}

/// The live data where it was measured, else the points of its copies.
fn sizes(question: &Question<'_>, things: &FxHashMap<&Address, &Thing>, id: DatasetId) -> Vec<Found> {
    let model = question.model;
    let dataset = &model.datasets[id];
    let seen = |address: &Address| things.get(address).filter(|t| t.is_present()).and_then(|t| t.seen(Field::Size));
    let address = question.desired.address(model, desired::Subject::Dataset(id));
    if let Some(live) = seen(&address) {
        let name = model.dataset_name(id);
        return larger(question, id, address, live, |size| format!("`{name}` has grown to {size}"))
            .into_iter()
            .collect();
    }
    let of_copy = |copy: &CopyId| {
        let address = question.desired.address(model, desired::Subject::Copy(*copy));
        let seen = seen(&address)?;
        let name = &model.copies[*copy].name;
        larger(question, id, address, seen, |size| format!("the newest point of `{name}` restores to {size}"))
    };
    dataset.copies.iter().filter_map(of_copy).collect()
}

fn larger(
    question: &Question<'_>,
    id: DatasetId,
    address: Address,
    seen: &Seen,
    what: impl Fn(Bytes) -> String,
) -> Option<Found> {
    let dataset = &question.model.datasets[id];
    let Value::Size(size) = seen.value else { return None };
    (size > dataset.size.value).then(|| Found {
        subject: Subject::Dataset(id),
        fact: Fact {
            kind: FactKind::DataLarger,
            address,
            field: Field::Size,
            seen: seen.clone(),
            desired: Value::Size(dataset.size.value),
            bound: Bound::AtMost,
            message: format!("{}, and declared are {}", what(size), dataset.size.value),
            notes: Vec::new(),
            help: format!("write `size: {size}`, with room to grow"),
            span: Some(dataset.span),
        },
    })
}

/// A replica that writes wait for loses nothing, however long it takes to apply them.
fn lag(question: &Question<'_>, things: &FxHashMap<&Address, &Thing>, id: InstanceId) -> Option<Found> {
    let declared = lag_bound(question, id)?;
    let instance = &question.model.instances[id];
    let replication = question.model.components[instance.component].replication.as_ref()?;
    let address = question.desired.address(question.model, desired::Subject::Instance(id));
    let seen = things.get(&address).filter(|thing| thing.is_present())?.seen(Field::Lag)?;
    let Value::Duration(lag) = seen.value else { return None };
    let name = &instance.name;
    (lag > declared).then(|| Found {
        subject: Subject::Instance(id),
        fact: Fact {
            kind: FactKind::LagAbove,
            address,
            field: Field::Lag,
            seen: seen.clone(),
            desired: Value::Duration(declared),
            bound: Bound::AtMost,
            message: format!("`{name}` is {} behind, and declared are {}", lag.human(), declared.human()),
            notes: Vec::new(),
            help: format!("find what holds `{name}` up, or declare `lag: {lag}`"),
            span: Some(if instance.lag.is_some() { instance.span } else { replication.span.unwrap_or(instance.span) }),
        },
    })
}
