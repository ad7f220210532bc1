//! How old the newest point of a copy may get before somebody is called.
//!
//! Two ages: the one that the plan expects in the worst case (beyond it something is late) and the one that was promised
//! (beyond it an objective is broken). A copy that is not the best of its data answers only for promises that it can keep:
//! a nightly copy beside a stream of changes is not held to the five minutes that the stream is there for.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::calendar::Schedule;
use crate::model::{ChangeRate, CopyId, DatasetId, Id, Model, Promise, Timing};
use crate::units::Seconds;

/// How old the newest point of a copy may get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Freshness {
    /// The worst age that the plan expects; none for a copy that is made once.
    pub expected: Option<Seconds>,
    /// The age at which a promise is broken, or one run has been missed where nothing is promised.
    pub critical: Option<Seconds>,
}

/// Ages of copies, each schedule looked at once.
pub(super) struct Ages {
    gaps: FxHashMap<Arc<Schedule>, Option<Seconds>>,
    worst: Vec<Option<Option<Seconds>>>,
}

impl Ages {
    pub(super) fn new(model: &Model) -> Self {
        Self { gaps: FxHashMap::default(), worst: vec![None; model.copies.len()] }
    }

    /// The longest time between two runs.
    pub(super) fn gap(&mut self, model: &Model, id: CopyId) -> Option<Seconds> {
        match &model.copies[id].timing {
            Timing::Calendar(schedule) => self.longest_gap(schedule),
            Timing::Every { interval, .. } => Some(*interval),
            Timing::After { copy, every, .. } => {
                let source = self.gap(model, *copy)?;
                Some(every.map_or(source, |every| every + source))
            }
            Timing::Continuous { .. } | Timing::Once(_) => None,
        }
    }

    pub(super) fn freshness(&mut self, model: &Model, id: CopyId) -> Freshness {
        let copy = &model.copies[id];
        let Some(expected) = self.worst(model, id) else { return Freshness::default() };
        let missed = expected + self.gap(model, id).unwrap_or(expected);
        let component = &model.components[model.datasets[copy.dataset].component];
        let promises = component.objective.map(|objective| {
            let objective = &model.objectives[objective];
            let overrides = objective.by_kind.iter().map(|(kind, _)| objective.promise(*kind, None));
            (objective.default, overrides.collect::<Vec<Promise>>())
        });
        let Some((default, others)) = promises else {
            return Freshness { expected: Some(expected), critical: Some(missed) };
        };
        let rpo = |promise: &Promise| promise.rpo.map(|rpo| rpo.at_most);
        // What replication keeps, or what never changes, is not lost between two copies: they answer for the other promises.
        let kept = component.replication.is_some() || model.datasets[copy.dataset].change == ChangeRate::Never;
        let critical = if !kept && self.is_best(model, copy.dataset, id, expected) {
            rpo(&default).or_else(|| others.iter().filter_map(rpo).min())
        } else {
            std::iter::once(&default).chain(&others).filter_map(rpo).filter(|rpo| *rpo >= expected).min()
        };
        Freshness { expected: Some(expected), critical: Some(critical.unwrap_or(missed)) }
    }

    /// Whether nothing else of the same data is newer in the worst case.
    fn is_best(&mut self, model: &Model, dataset: DatasetId, id: CopyId, expected: Seconds) -> bool {
        let others: Vec<CopyId> = model.datasets[dataset].copies.iter().copied().filter(|other| *other != id).collect();
        others.into_iter().filter_map(|other| self.worst(model, other)).all(|other| other >= expected)
    }

    /// The worst age of the newest point, as the sum along the chain of copies: never less than what phases would give.
    fn worst(&mut self, model: &Model, id: CopyId) -> Option<Seconds> {
        if let Some(known) = self.worst[id.index()] {
            return known;
        }
        // A circle would come back here and find nothing; the resolver has refused it.
        self.worst[id.index()] = Some(None);
        let copy = &model.copies[id];
        let own = copy.hold + copy.takes.value;
        let age = match &copy.timing {
            Timing::Continuous { lag, .. } => Some(*lag),
            Timing::Once(_) => None,
            Timing::After { copy, every, .. } => {
                self.worst(model, *copy).map(|source| source + own + every.unwrap_or_default())
            }
            Timing::Calendar(_) | Timing::Every { .. } => {
                let source = copy.from.map_or(Some(Seconds::ZERO), |from| self.worst(model, from));
                self.gap(model, id).zip(source).map(|(gap, source)| gap + own + source)
            }
        };
        self.worst[id.index()] = Some(age);
        age
    }

    fn longest_gap(&mut self, schedule: &Arc<Schedule>) -> Option<Seconds> {
        if let Some(known) = self.gaps.get(schedule) {
            return *known;
        }
        let gap = schedule.worst_gap().map(|gap| Seconds(gap.seconds().unsigned_abs()));
        self.gaps.insert(Arc::clone(schedule), gap);
        gap
    }
}
