//! Where a dataset can be brought back from: the copies that survive, how long each takes to move, whose keys it needs.

use crate::analysis::context::{Context, Route};
use crate::analysis::exact::Exact;
use crate::analysis::losses::{DataEvent, Remains};
use crate::analysis::scenario::Gone;
use crate::model::{ChangeRate, ComponentId, CopyId, DataCopy, DatasetId, InstanceId, LocationId, StoreId, Timing};
use crate::units::{Bytes, Rate, Seconds};

/// What data is moved from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A copy in a store.
    Copy(CopyId),
    /// A replica that survives.
    Replica(InstanceId),
}

/// An amount that is moved from one place to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movement {
    /// What it is of; none where it is all the data of a component.
    pub dataset: Option<DatasetId>,
    /// Where it comes from.
    pub source: Source,
    /// How much it is.
    pub amount: Bytes,
    /// The store that is read, where it is one.
    pub store: Option<StoreId>,
    /// The link that it goes over, where there is one on the way.
    pub route: Option<Route>,
    /// What must serve so that it can be read.
    pub key: Option<ComponentId>,
}

/// A copy that a dataset can be restored from.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The copy.
    pub copy: CopyId,
    /// What must be moved: the copy, and for a continuous one its base and the log that is replayed onto it.
    pub movements: Vec<Movement>,
    /// The loss if this copy were the only one.
    loss: Seconds,
    /// The time of the movements, one after the other, with nothing else going on.
    time: Exact,
}

impl Movement {
    /// The slowest of all that limits it; none where nothing does.
    pub fn limit(&self, context: &Context<'_>, restore_rate: Option<Rate>) -> Option<Rate> {
        let read = self.store.and_then(|store| context.model.stores[store].read);
        let link = self.route.map(|route| context.model.links[route.link].bandwidth);
        [restore_rate, read, link].into_iter().flatten().min()
    }

    /// The time that it takes with nothing else going on; none where it never ends.
    pub(in crate::analysis) fn alone(&self, context: &Context<'_>, restore_rate: Option<Rate>) -> Option<Exact> {
        match self.limit(context, restore_rate) {
            None => Some(Exact::ZERO),
            Some(rate) if rate.is_zero() => (self.amount == Bytes(0)).then_some(Exact::ZERO),
            Some(rate) => Some(Exact::whole(self.amount.0).over(Exact::rate(rate))),
        }
    }
}

/// The copies that a dataset can be restored from, the best first: by own worst-case loss, then by the time that it takes
/// to move, then by name. A copy whose restore would never end is none of them.
pub(super) fn candidates(
    context: &Context<'_>,
    gone: &Gone,
    dataset: DatasetId,
    to: Option<LocationId>,
    event: DataEvent,
) -> Vec<Candidate> {
    let model = context.model;
    let surviving = model.datasets[dataset].copies.iter().copied().filter(|&copy| gone.keeps(model, copy));
    let mut found: Vec<Candidate> = surviving.filter_map(|copy| candidate(context, gone, copy, to, event)).collect();
    if found.len() > 1 {
        found.sort_by(|a, b| {
            let name = |candidate: &Candidate| model.copies[candidate.copy].name.as_str();
            (a.loss, a.time, name(a)).cmp(&(b.loss, b.time, name(b)))
        });
    }
    found
}

fn candidate(
    context: &Context<'_>,
    gone: &Gone,
    copy: CopyId,
    to: Option<LocationId>,
    event: DataEvent,
) -> Option<Candidate> {
    let model = context.model;
    let dataset = model.copies[copy].dataset;
    let base = match model.copies[copy].timing {
        Timing::Continuous { base, .. } => Some(base),
        Timing::Calendar(_) | Timing::Every { .. } | Timing::After { .. } | Timing::Once(_) => None,
    };
    if base.is_some_and(|base| !gone.keeps(model, base)) {
        return None;
    }
    let copies: Vec<CopyId> = std::iter::once(copy).chain(base).collect();
    let loss = match event {
        DataEvent::Destroyed => context.losses.own_worst(copy),
        DataEvent::Corrupted { .. } => {
            context.losses.worst(&Remains { dataset, copies, replicas: Vec::new(), event }).worst
        }
    }?;
    let movements = movements(context, copy, base, to);
    let rate = restore_rate(context, dataset);
    let times = movements.iter().map(|movement| movement.alone(context, rate));
    let time = times.sum::<Option<Exact>>()?;
    Some(Candidate { copy, movements, loss, time })
}

/// The size, and for a continuous copy also what changes while its base grows old; from one store in one go.
fn movements(context: &Context<'_>, copy: CopyId, base: Option<CopyId>, to: Option<LocationId>) -> Vec<Movement> {
    let model = context.model;
    let dataset = &model.datasets[model.copies[copy].dataset];
    let whole = movement(context, base.unwrap_or(copy), dataset.size.value, to);
    let Some(_) = base else { return vec![whole] };
    let age = context.losses.base_age(copy).unwrap_or_default();
    let log = match dataset.change {
        ChangeRate::At(rate) => rate.amount_in(age),
        ChangeRate::Never | ChangeRate::Unknown => Bytes(0),
    };
    let log = movement(context, copy, log, to);
    if log.store == whole.store && log.key == whole.key {
        let amount = Bytes(whole.amount.0.saturating_add(log.amount.0));
        return vec![Movement { amount, ..log }];
    }
    vec![whole, log]
}

fn movement(context: &Context<'_>, copy: CopyId, amount: Bytes, to: Option<LocationId>) -> Movement {
    let model = context.model;
    let DataCopy { dataset, to: store, encrypted_by, .. } = &model.copies[copy];
    let route = to.and_then(|to| context.route(model.stores[*store].at, to));
    Movement {
        dataset: Some(*dataset),
        source: Source::Copy(copy),
        amount,
        store: Some(*store),
        route,
        key: *encrypted_by,
    }
}

/// All the data of a component, from a replica to its new place.
pub(super) fn from_replica(context: &Context<'_>, replica: InstanceId, to: Option<LocationId>) -> Movement {
    let model = context.model;
    let instance = &model.instances[replica];
    let sizes = model.components[instance.component].datasets.iter().map(|&id| model.datasets[id].size.value.0);
    let amount = Bytes(sizes.fold(0, u64::saturating_add));
    let route = to.and_then(|to| context.route(instance.at, to));
    Movement { dataset: None, source: Source::Replica(replica), amount, store: None, route, key: None }
}

/// What a restore of a dataset's component can take in.
pub(super) fn restore_rate(context: &Context<'_>, dataset: DatasetId) -> Option<Rate> {
    let component = context.model.datasets[dataset].component;
    context.model.components[component].recovery.restore_rate.map(|rate| rate.value)
}
