//! A distinct outcome: the scenarios that have it, what it does to each component, and how that is recovered.

use std::cmp::Reverse;

use serde::Serialize;

use super::amount::{Amount, Verdict, words};
use super::gantt::{self, GanttView};
use super::graph::{self, PictureView};
use super::survey::{Group, Survey, promises};
use super::{Listed, Material};
use crate::analysis::assess::Judged;
use crate::analysis::outcome::DataLoss;
use crate::analysis::rto::path_terms;
use crate::analysis::scenario::Gone;
use crate::emit::runbook::gone;
use crate::model::{ComponentId, Model, Via};
use crate::terms::{Impact, Strategy};

/// Scenarios that are named, and results that are told, of one outcome.
const NAMED: usize = 12;
const RESULTS: usize = 60;

#[derive(Serialize)]
pub(super) struct OutcomeView {
    pub anchor: String,
    pub verdict: Verdict,
    pub broken: usize,
    pub ids: Listed<String>,
    /// What scenarios of these kinds are, in a sentence each.
    pub means: Vec<&'static str>,
    pub gone: Vec<String>,
    pub lost: bool,
    /// When the last component serves again; null where nothing is interrupted.
    pub away: Option<Amount>,
    /// The most that is lost of a dataset; null where no data is hit.
    pub loss: Option<Amount>,
    pub results: Listed<ResultView>,
    pub gantt: Option<GanttView>,
    pub picture: Option<PictureView>,
    /// Datasets that are live and of which no copy is left.
    pub unprotected: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct ResultView {
    pub component: String,
    pub impact: &'static str,
    pub strategy: Option<&'static str>,
    /// The dependency through which it suffers.
    pub through: Option<String>,
    /// Null where it serves all the time.
    pub away: Option<Amount>,
    pub rto: Option<String>,
    pub in_time: Verdict,
    pub lower_bound: Option<Amount>,
    pub unordered: Option<Amount>,
    /// The steps that decide, in words; empty for who waits for others.
    pub path: Vec<String>,
    pub losses: Vec<LossView>,
}

#[derive(Serialize)]
pub(super) struct LossView {
    pub dataset: String,
    pub amount: Amount,
    pub via: String,
    pub rpo: Option<String>,
    pub verdict: Verdict,
    /// The group with which it goes back, where that costs more.
    pub group: Option<String>,
}

pub(super) fn views<'a>(material: &Material<'a>, survey: &Survey<'a>, most: usize) -> Listed<OutcomeView> {
    Listed::new(&survey.groups, most, |group| view(material, group))
}

fn view<'a>(material: &Material<'a>, group: &Group<'a>) -> OutcomeView {
    let (context, model) = (material.context, material.context.model);
    let taken = group.members.first().map(|first| Gone::new(model, &context.places, &first.cause)).unwrap_or_default();
    let mut judged: Vec<Judged<'_>> = group.judged(material).collect();
    let mut kinds: Vec<_> = group.members.iter().map(|scenario| scenario.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let ids: Vec<&str> = group.members.iter().map(|scenario| scenario.id.as_str()).collect();
    let gantt = gantt::view(material, group, &judged);
    judged.sort_by_cached_key(|judged| badness(material, judged));
    let promised = judged.iter().any(|judged| promises(judged) > 0);
    let away =
        judged.iter().filter(|judged| judged.result.impact >= Impact::ReadOnly).map(|judged| judged.result.away());
    let loss = judged.iter().flat_map(|judged| &judged.result.data_loss).map(|loss| loss.loss.worst);
    let verdict = match (group.broken, promised) {
        (0, false) => Verdict::Free,
        (0, true) => Verdict::Kept,
        _ => Verdict::Broken,
    };
    OutcomeView {
        anchor: group.anchor.clone(),
        verdict,
        broken: group.broken,
        ids: Listed::new(&ids, NAMED, |id| (*id).to_owned()),
        means: kinds.iter().map(|kind| kind.description()).collect(),
        gone: gone(model, &taken),
        lost: group.lost,
        away: away.max_by_key(|away| (away.is_none(), *away)).map(|away| Amount::or(away, "never")),
        loss: loss.max_by_key(|loss| (loss.is_none(), *loss)).map(|loss| Amount::or(loss, "all of it")),
        results: Listed::new(&judged, RESULTS, |judged| result(model, judged)),
        gantt,
        picture: graph::of_outcome(material.context, group.outcome, &taken),
        unprotected: group.outcome.unprotected.iter().map(|id| model.dataset_name(*id)).collect(),
    }
}

/// Broken promises first, then what never comes back, then the longest outage.
fn badness(material: &Material<'_>, judged: &Judged<'_>) -> (Reverse<(bool, bool, u64)>, u32) {
    let away = judged.result.away().unwrap_or_default();
    let rank = material.context.rank(judged.result.component);
    (Reverse((judged.breaches() > 0, judged.is_lost(), away.0)), rank)
}

fn result(model: &Model, judged: &Judged<'_>) -> ResultView {
    let result = judged.result;
    let name = |id: ComponentId| model.components[id].name.clone();
    let interrupted = result.impact >= Impact::ReadOnly;
    let times = result.recovery.filter(|_| interrupted && result.impact != Impact::Lost);
    let own = times.filter(|_| result.through.is_none());
    let path = own.map(|_| judged.critical_path()).unwrap_or_default();
    ResultView {
        component: name(result.component),
        impact: result.impact.as_str(),
        strategy: interrupted.then(|| way(result.impact, result.strategy)),
        through: result.through.map(name),
        away: interrupted.then(|| Amount::or(result.away(), "never back")),
        rto: judged.promise.rto.filter(|_| interrupted).map(|rto| words(rto.at_most)),
        in_time: if interrupted { Verdict::of(judged.rto_met()) } else { Verdict::Untouched },
        lower_bound: times.filter(|times| times.lower_bound < times.worst).map(|times| Amount::of(times.lower_bound)),
        unordered: times.filter(|times| times.unordered > times.worst).map(|times| Amount::of(times.unordered)),
        path: path_terms(model, result.component, &path),
        losses: result.data_loss.iter().map(|loss| loss_view(model, judged, loss)).collect(),
    }
}

fn loss_view(model: &Model, judged: &Judged<'_>, loss: &DataLoss) -> LossView {
    LossView {
        dataset: model.datasets[loss.dataset].name.clone(),
        amount: Amount::or(loss.loss.worst, "all of it"),
        via: via(model, loss.loss.via),
        rpo: judged.promise.rpo.map(|rpo| words(rpo.at_most)),
        verdict: Verdict::of(judged.rpo_met(loss)),
        group: loss.group.as_ref().map(|with| model.groups[with.group].name.clone()),
    }
}

/// How a component comes back, in a word.
pub(super) fn way(impact: Impact, strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Continue | Strategy::None if impact != Impact::Lost => "waits for others",
        strategy => strategy.as_str(),
    }
}

/// What data comes back from, in words.
pub(super) fn via(model: &Model, via: Option<Via>) -> String {
    match via {
        Some(Via::Replication(id)) => format!("replica {}", model.instances[id].name),
        Some(Via::Copy(id)) => format!("copy {}", model.copies[id].name),
        Some(Via::Guarantee) => "the provider's promise".to_owned(),
        None => "nothing".to_owned(),
    }
}
