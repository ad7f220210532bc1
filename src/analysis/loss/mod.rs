//! Worst-case data loss, exactly: what can be lost when some copies and replicas survive, over all time.
//!
//! The definitions are those of the design's section on recovery points, after Keeton & Merchant, "A Framework for
//! Evaluating Storage System Dependability" (DSN 2004):
//!
//! - A run that starts at `s` captures the live data as of `s`, or the newest point of the copy that it reads that is
//!   complete at `s`. Its point can be restored from `s + hold + takes` on. The loss of a strike at `t` is from the
//!   newest point that can be restored to `t`; the worst case is its supremum.
//! - A copy whose runs are known to the second counts exactly ([`sweep`]). A copy with an unknown phase anywhere in its
//!   chain counts with its worst case over all phases; a copy whose own phase is unknown adds its whole worst case to what reads
//!   it by another clock, and known clocks above it count exactly to each other.
//! - A replica counts with its lag; in a cascade the lags of all that feed it add up. Of several the least counts.
//! - A copy that is read from an instance that may be behind captures what that instance has.
//! - A stream of changes counts with its lag while its base survives, and not at all otherwise.
//! - Missed runs: the newest `n` of the points that could be restored are taken away from each copy that is made in runs.
//!   A run that failed has replaced nothing: retention counts the points that there are.
//! - Corruption at `t`, noticed `detection` later: the newest point captured at or before `t` that is complete and still
//!   kept at `t + detection`. Retention ([`keep`]) counts a point by the start of its run. A stream of changes rolls forward
//!   to just before `t` from any such point of its base.
//! - A one-time copy and a schedule that ends grow older without bound.
//!
//! The engine is shared by threads. Results depend on the query alone.

mod advice;
mod ages;
mod all_time;
mod chain;
mod group;
mod group_terms;
mod keep;
mod mend;
mod overlap;
mod own;
mod phase;
mod result;
mod shared;
mod stream;
mod sweep;
mod terms;
mod union;

use std::sync::{Arc, OnceLock};

use advice::Adviser;
pub use advice::{Advice, Change};
pub use ages::Ages;
pub use chain::replica_lag;
use chain::{Chain, Shape};
pub use keep::kept;
pub use overlap::Overlap;
pub use own::Reason;
use own::{PLAIN, Solver};
use result::Outcome;
pub use result::{Alternative, Derivation, Loss, Term, TermKind, TermSource, Way, WorstMoment};
use shared::Shared;
use sweep::Strike;
use union::{Survivors, outcome};

use super::losses::{DataEvent, GroupRemains, Losses, Remains, WorstLoss};
use crate::model::{ChangeRate, CopyId, DatasetId, GroupId, Id, InstanceId, Model};
use crate::units::Seconds;

/// What happens to the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LossEvent {
    /// The live data is destroyed.
    Destroyed,
    /// The data goes bad in all replicas and in every point captured after.
    Corrupted {
        /// How much later that is noticed.
        detection: Seconds,
    },
}

/// A question about one dataset.
#[derive(Clone, Copy, Debug)]
pub struct LossQuery<'q> {
    /// The data.
    pub dataset: DatasetId,
    /// The copies of it that survive and can be read.
    pub copies: &'q [CopyId],
    /// The instances that survive and hold it; for asking when the primary is gone.
    pub replicas: &'q [InstanceId],
    /// What happens.
    pub event: LossEvent,
}

/// The joint worst case of a consistency group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupLoss {
    /// The most that can be lost; none where there may be no common instant at all.
    pub worst: Option<Seconds>,
    /// Why.
    pub reason: Reason,
    /// The last second at which it is at its worst, in seconds since 1970-01-01T00:00:00Z, where that is known.
    pub worst_at: Option<i64>,
    /// The instant that all are restored to then.
    pub common: Option<i64>,
}

/// Answers questions about the data of one model.
#[derive(Debug)]
pub struct LossEngine<'m> {
    model: &'m Model,
    chains: Vec<Arc<Chain>>,
    /// What each copy is worth by itself, once somebody has asked.
    own: Vec<OnceLock<Option<Seconds>>>,
    solver: Solver,
    adviser: Adviser,
    outcomes: Shared<Question, Arc<Outcome>>,
    joints: Shared<Vec<GroupRemains>, group::Joint>,
}

/// A query without names.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Question {
    copies: Vec<(u32, u32)>,
    replicas: Vec<(u32, i64)>,
    unchanging: bool,
    strike: Strike,
}

impl<'m> LossEngine<'m> {
    /// Takes in the copies of a model.
    pub fn new(model: &'m Model) -> Self {
        let solver = Solver::default();
        let adviser = Adviser::new(&solver.calendar);
        let (outcomes, joints) = (Shared::default(), Shared::default());
        let chains = chain::chains(model);
        let own = std::iter::repeat_with(OnceLock::new).take(chains.len()).collect();
        Self { model, chains, own, solver, adviser, outcomes, joints }
    }

    /// The worst case of what survives, with as many missed runs as the objective of the component tolerates.
    pub fn worst(&self, query: &LossQuery<'_>) -> Loss {
        self.named(&self.outcome(query), query.dataset)
    }

    fn outcome(&self, query: &LossQuery<'_>) -> Arc<Outcome> {
        let strike = self.strike(query.dataset, query.event);
        self.outcomes.get_or(self.question(query, strike), |question| {
            let copies = question.copies.iter().map(|(place, _)| self.survivor(query.dataset, *place as usize));
            let replicas = question.replicas.iter().map(|(place, lag)| (*place as usize, *lag)).collect();
            let survivors = Survivors {
                copies: copies.collect(),
                replicas,
                unchanging: question.unchanging,
                zone: &self.model.system.timezone,
            };
            Arc::new(outcome(&self.solver, &survivors, &strike))
        })
    }

    /// A copy's own worst case with the live data destroyed and no run missed; a stream of changes as if its base
    /// survived. None where it has no bound.
    pub fn own_worst(&self, copy: CopyId) -> Option<Seconds> {
        if self.model.datasets[self.model.copies[copy].dataset].change == ChangeRate::Never {
            return Some(Seconds::ZERO);
        }
        self.own(copy)
    }

    /// The worst age of the base that a stream of changes is replayed onto; none for any other copy, and where it has
    /// no bound.
    pub fn base_age(&self, copy: CopyId) -> Option<Seconds> {
        let Shape::Log { base, .. } = &self.chains.get(copy.index())?.shape else { return None };
        let dataset = &self.model.datasets[self.model.copies[copy].dataset];
        self.own(*dataset.copies.get(*base)?)
    }

    /// The ages between which a copy has a point at any moment.
    pub fn ages(&self, copy: CopyId) -> Ages {
        ages::ages(&self.solver, &self.chains[copy.index()])
    }

    /// Whether a run of the copy can meet the next one.
    pub fn overlap(&self, copy: CopyId) -> Option<Overlap> {
        overlap::overlap(&self.solver, &self.chains[copy.index()])
    }

    /// The least change after which a copy's own worst case is at most so much, with as many missed runs as its component's
    /// objective tolerates.
    pub fn advise(&self, copy: CopyId, at_most: Seconds, event: LossEvent) -> Advice {
        let strike = self.strike(self.model.copies[copy].dataset, event);
        self.adviser.advise(self.model, (copy, &self.chains[copy.index()]), at_most, strike)
    }

    /// The least change to a copy after which what survives loses at most so much, in each of the cases.
    pub fn advise_among(&self, copy: CopyId, at_most: Seconds, cases: &[&Remains]) -> Advice {
        let case = |remains: &&Remains| {
            let strike = self.strike(remains.dataset, event_of(remains.event));
            let query = query_of(remains);
            let mut copies = remains.copies.clone();
            copies.sort_unstable();
            mend::Case { copies, question: self.question(&query, strike) }
        };
        let cases: Vec<mend::Case> = cases.iter().map(case).collect();
        self.adviser.advise_among(self.model, (copy, &self.chains[copy.index()]), &cases, at_most)
    }

    /// The joint worst case of a group whose members are restored to one instant.
    pub fn group(&self, members: &[GroupRemains]) -> GroupLoss {
        if let [only] = members {
            return self.group_of_one(only);
        }
        let joint = self.joint(members);
        GroupLoss {
            worst: joint.loss.map(|loss| Seconds(loss.unsigned_abs())),
            reason: joint.reason,
            worst_at: joint.at.map(|(at, _)| at - 1),
            common: joint.at.map(|(_, point)| point),
        }
    }

    /// The joint worst case of a group with its derivation; `dataset` is the member that it is told of.
    pub fn explain_group(&self, group: GroupId, members: &[GroupRemains], dataset: DatasetId) -> Loss {
        let own = members.iter().find(|member| member.remains.dataset == dataset);
        let own = own.map(|member| self.explain(&member.remains));
        if let ([_], Some(own)) = (members, &own) {
            return own.clone();
        }
        let parts: Vec<group::Part<'_>> = members.iter().map(|member| self.part(member)).collect();
        let joint = self.joint(members);
        let alternatives = own.as_ref().map(|own| own.derivation.alternatives.clone()).unwrap_or_default();
        let terms = group_terms::terms(&self.solver, group, &parts, &joint);
        Loss {
            worst: joint.loss.map(|loss| Seconds(loss.unsigned_abs())),
            via: own.and_then(|own| own.via),
            worst_at: self.moment(&joint),
            derivation: Arc::new(Derivation { reason: Some(joint.reason), terms, alternatives }),
        }
    }

    fn moment(&self, joint: &group::Joint) -> Option<WorstMoment> {
        let (at, _) = joint.at?;
        let (copy, on_completion) = match joint.by {
            group::Decider::Run { copy, common, .. } => (copy, at > common),
            group::Decider::Reached { log, .. } => (log, true),
            group::Decider::Nobody | group::Decider::Log(_) | group::Decider::Copy(..) => return None,
        };
        let zone = self.chains.get(copy.index())?.zone().unwrap_or(&self.model.system.timezone).clone();
        Some(WorstMoment { better_from: at, zone, by: Way::OfGroup(copy), on_completion })
    }

    fn group_of_one(&self, member: &GroupRemains) -> GroupLoss {
        if member.intact && member.remains.event == DataEvent::Destroyed {
            return GroupLoss { worst: Some(Seconds::ZERO), reason: Reason::Bounded, worst_at: None, common: None };
        }
        let loss = self.explain(&member.remains);
        let worst_at = loss.worst_at.as_ref().map(WorstMoment::instant);
        GroupLoss { worst: loss.worst, reason: loss.reason(), worst_at, common: None }
    }

    fn joint(&self, members: &[GroupRemains]) -> group::Joint {
        self.joints.get_or(members.to_vec(), |_| {
            let parts: Vec<group::Part<'_>> = members.iter().map(|member| self.part(member)).collect();
            group::joint(&self.solver, &parts)
        })
    }

    fn part(&self, member: &GroupRemains) -> group::Part<'_> {
        let Remains { dataset, copies, replicas, event } = &member.remains;
        let strike = self.strike(*dataset, event_of(*event));
        let chain = |copy: &CopyId| Some((*copy, self.chains.get(copy.index())?.as_ref()));
        let in_step = replicas.iter().any(|id| replica_lag(self.model, *id) == 0);
        let survives = !copies.is_empty() || !replicas.is_empty() || member.intact;
        let data = &self.model.datasets[*dataset];
        let unchanging = data.change == ChangeRate::Never && survives;
        group::Part {
            copies: copies.iter().filter_map(chain).collect(),
            first_copy: data.copies.first().map_or(0, |first| first.index()),
            live: member.intact || in_step,
            unchanging,
            strike,
        }
    }

    fn own(&self, copy: CopyId) -> Option<Seconds> {
        let worst = |chain: &Chain| self.solver.own(chain, &PLAIN).loss.map(|loss| Seconds(loss.unsigned_abs()));
        *self.own.get(copy.index())?.get_or_init(|| worst(&self.chains[copy.index()]))
    }

    fn strike(&self, dataset: DatasetId, event: LossEvent) -> Strike {
        let component = &self.model.components[self.model.datasets[dataset].component];
        let missed = component.objective.map_or(0, |objective| self.model.objectives[objective].tolerates_missed_runs);
        let detection = match event {
            LossEvent::Destroyed => None,
            LossEvent::Corrupted { detection } => Some(chain::seconds(detection.0)),
        };
        Strike { detection, missed }
    }

    fn question(&self, query: &LossQuery<'_>, strike: Strike) -> Question {
        let dataset = &self.model.datasets[query.dataset];
        let first_copy = dataset.copies.first().map_or(0, |first| first.index());
        let number = |copy: &CopyId| Some(self.chains.get(copy.index())?.number);
        let mut copies: Vec<(u32, u32)> = query
            .copies
            .iter()
            .filter_map(|copy| Some((copy.index().checked_sub(first_copy)? as u32, number(copy)?)))
            .collect();
        copies.sort_unstable();
        copies.dedup();
        let instances = &self.model.components[dataset.component].instances;
        let first_instance = instances.first().map_or(0, |first| first.index());
        let mut replicas: Vec<(u32, i64)> = query
            .replicas
            .iter()
            .filter_map(|id| Some((id.index().checked_sub(first_instance)? as u32, replica_lag(self.model, *id))))
            .collect();
        replicas.sort_unstable();
        replicas.dedup();
        Question { copies, replicas, unchanging: dataset.change == ChangeRate::Never, strike }
    }

    fn survivor(&self, dataset: DatasetId, place: usize) -> (usize, &Chain) {
        let first = self.model.datasets[dataset].copies.first().map_or(0, |first| first.index());
        (place, &self.chains[first + place])
    }

    fn named(&self, outcome: &Outcome, dataset: DatasetId) -> Loss {
        Loss {
            worst: outcome.worst.map(|loss| Seconds(loss.unsigned_abs())),
            via: outcome.via.and_then(|way| way.via(self.model, dataset)),
            worst_at: outcome.moment.clone(),
            derivation: outcome.derivation.clone(),
        }
    }
}

impl LossEngine<'_> {
    /// The worst case of what a scenario leaves, with its derivation.
    pub fn explain(&self, remains: &Remains) -> Loss {
        self.worst(&query_of(remains))
    }
}

fn query_of(remains: &Remains) -> LossQuery<'_> {
    let Remains { dataset, copies, replicas, event } = remains;
    LossQuery { dataset: *dataset, copies, replicas, event: event_of(*event) }
}

fn event_of(event: DataEvent) -> LossEvent {
    match event {
        DataEvent::Destroyed => LossEvent::Destroyed,
        DataEvent::Corrupted { detection } => LossEvent::Corrupted { detection },
    }
}

impl Losses for LossEngine<'_> {
    fn worst(&self, remains: &Remains) -> WorstLoss {
        let outcome = self.outcome(&query_of(remains));
        WorstLoss {
            worst: outcome.worst.map(|loss| Seconds(loss.unsigned_abs())),
            via: outcome.via.and_then(|way| way.via(self.model, remains.dataset)),
            worst_at: outcome.moment.as_ref().map(WorstMoment::instant),
        }
    }

    fn together(&self, members: &[GroupRemains]) -> WorstLoss {
        let loss = self.group(members);
        WorstLoss { worst: loss.worst, via: None, worst_at: loss.worst_at }
    }

    fn own_worst(&self, copy: CopyId) -> Option<Seconds> {
        Self::own_worst(self, copy)
    }

    fn base_age(&self, copy: CopyId) -> Option<Seconds> {
        Self::base_age(self, copy)
    }
}

#[cfg(test)]
mod tests;
