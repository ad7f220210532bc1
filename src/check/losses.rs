//! Broken promises about data, gathered once for all checks that speak of them: a dataset loses more than it may, or all.
//!
//! Scenarios in which a dataset comes back from the same source make one case, so that a spec is not flooded; a scenario
//! that a waiver names is a case of its own, so that the waiver covers that and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::analysis::assess::{Assessment, Judged};
use crate::analysis::context::Context;
use crate::analysis::impact::NoWayBack;
use crate::analysis::loss::{Advice, Loss, LossEngine, LossEvent, Reason};
use crate::analysis::losses::{DataEvent, Remains};
use crate::analysis::outcome::{ComponentResult, DataLoss, Recovery, recovery};
use crate::analysis::scenario::Scenario;
use crate::diag::Severity;
use crate::model::{CopyId, DatasetId, Model, Threshold, Via};
use crate::units::Seconds;

/// A dataset that loses more than it may, from one source.
pub(super) struct LossCase<'a> {
    /// The data.
    pub dataset: DatasetId,
    /// What is promised; none where nothing is and all is lost.
    pub objective: Option<Threshold>,
    /// What it comes back from; none where nothing brings it back.
    pub via: Option<Via>,
    /// The kinds of events that do it, the worst first; never empty.
    pub parts: Vec<Part<'a>>,
}

/// The scenarios in which one kind of event does it.
pub(super) struct Part<'a> {
    /// Each scenario with its loss, the worst first; never empty. The rest is about the first.
    pub hits: Vec<(Option<Seconds>, &'a Scenario)>,
    /// The sum behind the number.
    pub loss: Loss,
    /// What happened, and what is left.
    pub remains: Option<Remains>,
    /// Copies that survive and cannot be read, since their keys do not come back.
    pub locked: Vec<CopyId>,
}

/// Why all of a dataset is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Total {
    /// Copies survive, and their keys do not.
    Locked,
    /// Retention has thrown the last clean point away.
    Forgotten,
    /// Nothing survives that is of use.
    Other(Reason),
}

impl LossCase<'_> {
    /// The worst of all.
    pub(super) fn worst(&self) -> Option<Seconds> {
        self.parts.first().and_then(|part| part.loss.worst)
    }

    /// A broken promise is an error; a total loss that nobody has promised to avoid is a warning.
    pub(super) fn severity(&self) -> Severity {
        if self.objective.is_some() { Severity::Error } else { Severity::Warning }
    }

    /// The least change to the copy that does for every kind of event.
    pub(super) fn advice(&self, context: &super::Context<'_>, copy: CopyId, within: Seconds) -> Advice {
        let remains: Vec<&Remains> = self.parts.iter().filter_map(|part| part.remains.as_ref()).collect();
        context.losses.advise_among(copy, within, &remains)
    }

    /// Why all of it is lost, as the most specific that can be said; none where it is not.
    pub(super) fn total(&self) -> Option<Total> {
        let part = self.parts.first().filter(|part| part.loss.worst.is_none())?;
        let forgotten = part.loss.derivation.alternatives.iter().any(|other| other.reason == Reason::Forgotten);
        Some(match part.loss.reason() {
            _ if !part.locked.is_empty() => Total::Locked,
            _ if forgotten => Total::Forgotten,
            reason => Total::Other(reason),
        })
    }

    /// The scenario in which it is worst.
    pub(super) fn scenario(&self) -> &str {
        self.parts.first().and_then(|part| part.hits.first()).map(|(_, s)| s.id.as_str()).unwrap_or_default()
    }

    /// Every scenario, each with its loss.
    pub(super) fn hits(&self) -> impl Iterator<Item = (Option<Seconds>, &str)> {
        self.parts.iter().flat_map(|part| &part.hits).map(|(worst, scenario)| (*worst, scenario.id.as_str()))
    }

    /// The others, each with its loss, the worst first.
    pub(super) fn others(&self) -> Vec<(Option<Seconds>, &str)> {
        let mut hits: Vec<(Option<Seconds>, &str)> =
            self.parts.iter().flat_map(|part| &part.hits).map(|(worst, s)| (*worst, s.id.as_str())).collect();
        hits.sort_by(|a, b| badness(b.0).cmp(&badness(a.0)).then(a.1.cmp(b.1)));
        hits.retain(|(_, id)| *id != self.scenario());
        hits
    }
}

impl Part<'_> {
    /// What happens to the data, as the engine is asked.
    pub(super) fn event(&self) -> LossEvent {
        match self.remains.as_ref().map(|remains| remains.event) {
            Some(DataEvent::Corrupted { detection }) => LossEvent::Corrupted { detection },
            _ => LossEvent::Destroyed,
        }
    }
}

/// Orders losses; all of it is the worst.
fn badness(worst: Option<Seconds>) -> (bool, Seconds) {
    (worst.is_none(), worst.unwrap_or_default())
}

/// What makes two losses one case.
type Key = (DatasetId, Option<Via>, Option<Seconds>, Option<String>, Lack);

/// Why nothing comes back, as far as that is known before it is explained.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lack {
    Nothing,
    Copy,
    CleanCopy,
    Keys,
}

/// A case before it is explained: its promise, and the scenarios by whether the data goes bad in them.
type Gathered<'a> = (Option<Threshold>, BTreeMap<bool, Vec<(Option<Seconds>, &'a Scenario)>>);

/// Gathers every loss that breaks a promise, and every total one of data that nobody has promised anything about.
pub(super) fn gather<'a>(
    context: &'a Context<'a>,
    engine: &LossEngine<'_>,
    assessment: &'a Assessment<'a>,
) -> Vec<LossCase<'a>> {
    let named = named_by_waivers(context.model, assessment);
    let mut found: BTreeMap<Key, Gathered<'a>> = BTreeMap::new();
    for judged in broken(context, assessment) {
        for loss in judged.result.data_loss.iter().filter(|loss| is_broken(context, &judged, loss)) {
            let id = &judged.scenario.id;
            let own = named.contains(id).then(|| id.clone());
            let promised = judged.promise.rpo.map(|rpo| rpo.at_most);
            let corrupt = goes_bad(context.model, judged.scenario, loss.dataset);
            let key = (
                loss.dataset,
                loss.alone().via,
                promised,
                own,
                lack(&judged, loss, &context.model.datasets[loss.dataset].copies, corrupt),
            );
            let (objective, by_event) = found.entry(key).or_default();
            *objective = judged.promise.rpo;
            by_event.entry(corrupt).or_default().push((loss.alone().worst, judged.scenario));
        }
    }
    explain(context, engine, found)
}

/// Every result that breaks a promise, and every total loss of what nobody has promised anything about.
pub(super) fn broken<'a>(context: &'a Context<'a>, assessment: &'a Assessment<'a>) -> impl Iterator<Item = Judged<'a>> {
    let unpromised = |result: &&ComponentResult| context.model.components[result.component].objective.is_none();
    let lost = assessment.cores().flat_map(move |(scenario, outcome)| {
        let results = outcome.results.iter().filter(unpromised);
        results.map(move |result| Judged::new(context, scenario, outcome, result)).filter(Judged::is_lost)
    });
    assessment.breaches(context).chain(lost)
}

fn is_broken(context: &Context<'_>, judged: &Judged<'_>, loss: &DataLoss) -> bool {
    let promises = context.model.components[judged.result.component].objective.is_some();
    // What it loses on account of its group is told of the group.
    let alone = loss.alone().worst;
    match judged.promise.rpo {
        Some(rpo) => alone.is_none_or(|worst| worst > rpo.at_most),
        None => !promises && alone.is_none(),
    }
}

fn lack(judged: &Judged<'_>, loss: &DataLoss, copies: &[CopyId], corrupt: bool) -> Lack {
    match judged.result.no_way_back {
        _ if loss.alone().worst.is_some() => Lack::Nothing,
        Some(NoWayBack::Keys(_)) => Lack::Keys,
        // Without copies it is all the same what happens to the data.
        _ if corrupt && !copies.is_empty() => Lack::CleanCopy,
        _ => Lack::Copy,
    }
}

fn goes_bad(model: &Model, scenario: &Scenario, dataset: DatasetId) -> bool {
    use crate::analysis::scenario::Cause;
    fn in_cause(model: &Model, cause: &Cause, dataset: DatasetId) -> bool {
        match cause {
            Cause::Corruption(id) => *id == dataset,
            Cause::Declared(id) => model.scenarios[*id].corrupts.contains(&dataset),
            Cause::Pair(causes) => causes.iter().any(|cause| in_cause(model, cause, dataset)),
            _ => false,
        }
    }
    in_cause(model, &scenario.cause, dataset)
}

/// The ids of the scenarios that waivers name.
pub(super) fn named_by_waivers(model: &Model, assessment: &Assessment<'_>) -> BTreeSet<String> {
    let named = model.waivers.iter().filter_map(|waiver| waiver.scenario.as_deref());
    named.filter_map(|text| assessment.scenarios.find(text).ok()).map(|scenario| scenario.id).collect()
}

/// Adds to each case the sum behind its numbers. Cases of one scenario share the work.
fn explain<'a>(
    context: &'a Context<'a>,
    engine: &LossEngine<'_>,
    found: BTreeMap<Key, Gathered<'a>>,
) -> Vec<LossCase<'a>> {
    let mut cases = Vec::new();
    let mut open: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
    for ((dataset, via, ..), (objective, by_event)) in found {
        let mut parts: Vec<Part<'a>> = by_event.into_values().map(part).collect();
        parts.sort_by(|a, b| worst_of(b).cmp(&worst_of(a)).then(a.hits[0].1.id.cmp(&b.hits[0].1.id)));
        for (number, part) in parts.iter().enumerate() {
            open.entry(&part.hits[0].1.id).or_default().push((cases.len(), number));
        }
        cases.push(LossCase { dataset, objective, via, parts });
    }
    let explained: Vec<((usize, usize), Explained)> = open
        .into_par_iter()
        .flat_map_iter(|(_, wanted)| {
            let first = wanted.first().map(|&(case, number)| cases[case].parts[number].hits[0].1);
            let recovery = first.map(|scenario| recovery(context, scenario));
            let each = wanted.into_iter().filter_map(|(case, number)| {
                Some(((case, number), explained(context, engine, recovery.as_ref()?, cases[case].dataset)?))
            });
            each.collect::<Vec<_>>()
        })
        .collect();
    for ((case, number), explained) in explained {
        let part = &mut cases[case].parts[number];
        (part.loss, part.remains, part.locked) = (explained.loss, Some(explained.remains), explained.locked);
    }
    cases
}

fn part<'a>(mut hits: Vec<(Option<Seconds>, &'a Scenario)>) -> Part<'a> {
    hits.sort_by(|a, b| badness(b.0).cmp(&badness(a.0)).then(a.1.id.cmp(&b.1.id)));
    let loss = Loss { worst: hits[0].0, via: None, worst_at: None, derivation: Default::default() };
    Part { hits, loss, remains: None, locked: Vec::new() }
}

fn worst_of(part: &Part<'_>) -> (bool, Seconds) {
    badness(part.hits[0].0)
}

/// What a part tells beside its scenarios.
struct Explained {
    loss: Loss,
    remains: Remains,
    locked: Vec<CopyId>,
}

fn explained(
    context: &Context<'_>,
    engine: &LossEngine<'_>,
    recovery: &Recovery,
    dataset: DatasetId,
) -> Option<Explained> {
    let model = context.model;
    let remains = recovery.remains(context, model.datasets[dataset].component);
    let remains = remains.into_iter().find(|remains| remains.dataset == dataset)?;
    let kept = model.datasets[dataset].copies.iter().copied().filter(|&copy| recovery.gone.keeps(model, copy));
    let unread = kept.filter(|copy| !remains.copies.contains(copy));
    let locked = unread.filter(|&copy| model.copies[copy].encrypted_by.is_some()).collect();
    Some(Explained { loss: engine.explain(&remains), remains, locked })
}
