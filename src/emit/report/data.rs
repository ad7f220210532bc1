//! Datasets, each with its chain of copies and with every distinct way in which it loses something.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::amount::{Amount, Verdict, origin, words};
use super::line::{self, LineView, TermView};
use super::outcome::via;
use super::survey::Survey;
use super::{Listed, Material};
use crate::analysis::assess::Judged;
use crate::analysis::explain::Explainer;
use crate::analysis::loss::{Loss, Reason};
use crate::analysis::losses::DataEvent;
use crate::analysis::outcome::{DataLoss, recovery};
use crate::analysis::scenario::Gone;
use crate::emit::names::{Words, word};
use crate::model::{ChangeRate, CopyId, DataCopy, DatasetId, Keep, Model, Timing, Via};
use crate::units::Seconds;

/// Ways to lose that are told of one dataset, and scenarios that are named of one.
const CASES: usize = 6;
const NAMED: usize = 8;

#[derive(Serialize)]
pub(super) struct DataView {
    pub anchor: String,
    pub name: String,
    pub size: String,
    pub size_origin: &'static str,
    pub change: Option<String>,
    pub verdict: Verdict,
    pub worst: Option<Amount>,
    pub copies: Vec<CopyView>,
    pub cases: Listed<CaseView>,
}

#[derive(Serialize)]
pub(super) struct CopyView {
    pub name: String,
    /// When it is made, in words.
    pub made: String,
    pub from: Option<String>,
    pub store: String,
    pub place: String,
    pub hold: Option<String>,
    pub takes: Option<String>,
    pub takes_origin: &'static str,
    pub keep: Option<String>,
    /// Its worst case by itself; null where it has none.
    pub alone: Amount,
    pub marks: Vec<&'static str>,
    pub verify: Option<String>,
    pub key: Option<String>,
}

/// One distinct way in which something is lost.
#[derive(Serialize)]
pub(super) struct CaseView {
    pub ids: Listed<String>,
    pub amount: Amount,
    pub via: String,
    pub rpo: Option<String>,
    pub verdict: Verdict,
    pub group: Option<String>,
    /// How long bad data goes unnoticed; null where the data is destroyed.
    pub noticed_after: Option<String>,
    /// Why there is no bound, or why there is no sum.
    pub why: Option<&'static str>,
    /// The moment in words.
    pub moment: Option<String>,
    pub terms: Vec<TermView>,
    pub line: Option<LineView>,
    pub others: Vec<OtherView>,
}

/// What else survives.
#[derive(Serialize)]
pub(super) struct OtherView {
    pub name: String,
    pub alone: Amount,
}

pub(super) fn views<'a>(material: &Material<'a>, survey: &Survey<'a>, most: usize) -> Listed<DataView> {
    let order = order(material, survey);
    let mut explainer = Explainer::new(material.context, material.engine);
    let mut words = Words::default();
    Listed::new(&order, most, |(_, id)| {
        let name = word(&material.context.model.dataset_name(*id));
        let anchor = words.unique(format!("data_{name}"));
        view(material, survey, &mut explainer, *id, anchor)
    })
}

/// Datasets, the worst first: broken promises, then what is lost for good, then the greatest loss, then the order of the spec.
pub(super) fn order<'a>(material: &Material<'a>, survey: &Survey<'a>) -> Vec<((bool, bool, Seconds), DatasetId)> {
    let model = material.context.model;
    let mut order: Vec<((bool, bool, Seconds), DatasetId)> =
        model.datasets.ids().map(|id| (badness(material, survey, id), id)).collect();
    order.sort_by_key(|(badness, id)| (Reverse(*badness), *id));
    order
}

fn badness<'a>(material: &Material<'a>, survey: &Survey<'a>, id: DatasetId) -> (bool, bool, Seconds) {
    let mut worst = (false, false, Seconds::ZERO);
    for (judged, loss) in losses(material, survey, id) {
        let (broken, amount) = (judged.rpo_met(loss) == Some(false), loss.loss.worst);
        worst = worst.max((broken, amount.is_none(), amount.unwrap_or_default()));
    }
    worst
}

/// Every result in which a dataset loses something.
fn losses<'a, 'b>(
    material: &'b Material<'a>,
    survey: &'b Survey<'a>,
    id: DatasetId,
) -> impl Iterator<Item = (Judged<'a>, &'a DataLoss)> + use<'a, 'b> {
    let groups = survey.data.get(&id).map(Vec::as_slice).unwrap_or_default();
    let component = material.context.model.datasets[id].component;
    groups.iter().filter_map(move |position| {
        let group = &survey.groups[*position];
        let result = group.outcome.result(material.context, component)?;
        let loss = result.data_loss.iter().find(|loss| loss.dataset == id)?;
        Some((Judged::new(material.context, group.members.first()?, group.outcome, result), loss))
    })
}

fn view<'a>(
    material: &Material<'a>,
    survey: &Survey<'a>,
    explainer: &mut Explainer<'_>,
    id: DatasetId,
    anchor: String,
) -> DataView {
    let model = material.context.model;
    let dataset = &model.datasets[id];
    let cases = cases(material, survey, id);
    let promised = cases.iter().any(|case| case.judged.promise.rpo.is_some());
    let broken = cases.iter().any(|case| case.verdict() == Verdict::Broken);
    let verdict = match (cases.is_empty(), promised, broken) {
        (true, ..) => Verdict::Untouched,
        (_, _, true) => Verdict::Broken,
        (_, true, _) => Verdict::Kept,
        _ => Verdict::Free,
    };
    DataView {
        anchor,
        name: model.dataset_name(id),
        size: dataset.size.value.to_string(),
        size_origin: origin(dataset.size.origin),
        change: match dataset.change {
            ChangeRate::Never => Some("does not change".to_owned()),
            ChangeRate::At(rate) => Some(format!("changes by {rate}")),
            ChangeRate::Unknown => None,
        },
        verdict,
        worst: cases.first().map(|case| Amount::or(case.loss.loss.worst, "all of it")),
        copies: dataset.copies.iter().map(|copy| copy_view(material, *copy)).collect(),
        cases: Listed::new(&cases, CASES, |case| case.view(material, explainer)),
    }
}

/// Scenarios in which as much is lost in the same way.
struct Case<'a> {
    judged: Judged<'a>,
    loss: &'a DataLoss,
    ids: Vec<&'a str>,
}

/// What tells the ways to lose apart: amount, source, moment, whether on account of a group, promise, whether the data goes
/// bad.
type Key = (Option<Seconds>, Option<Via>, Option<i64>, bool, Option<Seconds>, bool);

fn cases<'a, 'b>(material: &'b Material<'a>, survey: &'b Survey<'a>, id: DatasetId) -> Vec<Case<'a>> {
    let mut found: BTreeMap<Key, Case<'a>> = BTreeMap::new();
    for (judged, loss) in losses(material, survey, id) {
        let rpo = judged.promise.rpo.map(|rpo| rpo.at_most);
        let gone = Gone::new(material.context.model, &material.context.places, &judged.scenario.cause);
        let bad = gone.corrupt.binary_search(&id).is_ok();
        let key = (loss.loss.worst, loss.loss.via, loss.loss.worst_at, loss.group.is_some(), rpo, bad);
        let case = found.entry(key).or_insert(Case { judged, loss, ids: Vec::new() });
        let groups = survey.data.get(&id).map(Vec::as_slice).unwrap_or_default();
        let same = |position: &&usize| std::ptr::eq(survey.groups[**position].outcome, judged.outcome);
        let members = groups.iter().find(same).map(|position| &survey.groups[*position].members);
        case.ids.extend(members.into_iter().flatten().map(|scenario| scenario.id.as_str()));
    }
    let mut cases: Vec<Case<'a>> = found.into_values().collect();
    cases.iter_mut().for_each(|case| case.ids.sort_unstable());
    let key = |case: &Case<'_>| {
        let worst = case.loss.loss.worst;
        (
            Reverse((case.verdict() == Verdict::Broken, worst.is_none(), worst)),
            case.ids.first().copied().map(str::to_owned),
        )
    };
    cases.sort_by_cached_key(key);
    cases
}

impl Case<'_> {
    fn verdict(&self) -> Verdict {
        Verdict::of(self.judged.rpo_met(self.loss))
    }

    /// How long bad data goes unnoticed, where that is what happens.
    fn noticed_after(&self, material: &Material<'_>) -> Option<Seconds> {
        let recovery = recovery(material.context, self.judged.scenario);
        let left = recovery.remains(material.context, self.judged.result.component);
        match left.iter().find(|left| left.dataset == self.loss.dataset)?.event {
            DataEvent::Corrupted { detection } => Some(detection),
            DataEvent::Destroyed => None,
        }
    }

    fn view(&self, material: &Material<'_>, explainer: &mut Explainer<'_>) -> CaseView {
        let model = material.context.model;
        let dataset = self.loss.dataset;
        let explained = explainer.losses(&self.judged).into_iter().find(|(loss, _)| loss.dataset == dataset);
        let explained = explained.and_then(|(_, explained)| explained);
        let (terms, line) = explained.as_ref().map(|loss| line::views(model, dataset, loss)).unwrap_or_default();
        CaseView {
            ids: Listed::new(&self.ids, NAMED, |id| (*id).to_owned()),
            amount: Amount::or(self.loss.loss.worst, "all of it"),
            via: via(model, self.loss.loss.via),
            rpo: self.judged.promise.rpo.map(|rpo| words(rpo.at_most)),
            verdict: self.verdict(),
            group: self.loss.group.as_ref().map(|with| model.groups[with.group].name.clone()),
            noticed_after: self.noticed_after(material).map(words),
            why: why(self.loss, explained.as_ref()),
            moment: explained.as_ref().and_then(|loss| loss.moment_text(model, dataset)),
            others: explained.as_ref().map(|loss| others(model, dataset, loss)).unwrap_or_default(),
            terms,
            line,
        }
    }
}

fn why(loss: &DataLoss, explained: Option<&Loss>) -> Option<&'static str> {
    if loss.loss.via == Some(Via::Guarantee) {
        return Some("The provider promises so.");
    }
    match (loss.loss.worst, explained.map(Loss::reason)) {
        (Some(Seconds::ZERO), _) => Some("Nothing is lost."),
        (Some(_), _) => None,
        (None, Some(Reason::Forgotten)) => {
            Some("By the time that it is noticed, retention has thrown the last clean point away.")
        }
        (None, Some(Reason::Ageing)) => {
            Some("The copy that survives was made once or is made no more, and grows older without bound.")
        }
        (None, Some(Reason::NoBase)) => {
            Some("The stream of changes survives, and the copy does not that it is replayed onto.")
        }
        (None, Some(Reason::NeverRuns)) => Some("The copy that survives is never made."),
        (None, Some(Reason::NoCommonInstant)) => {
            Some("The members of the group share no instant that all can be restored to.")
        }
        (None, _) => Some("Nothing survives that could be read."),
    }
}

fn others(model: &Model, dataset: DatasetId, loss: &Loss) -> Vec<OtherView> {
    let others = loss.derivation.alternatives.iter().filter_map(|other| {
        let way = other.way.via(model, dataset).filter(|way| Some(*way) != loss.via)?;
        Some(OtherView { name: via(model, Some(way)), alone: Amount::or(other.worst, "of no use") })
    });
    others.collect()
}

fn copy_view(material: &Material<'_>, id: CopyId) -> CopyView {
    let model = material.context.model;
    let copy = &model.copies[id];
    let store = &model.stores[copy.to];
    let timed = !matches!(copy.timing, Timing::Continuous { .. });
    let name = |id: CopyId| model.copies[id].name.clone();
    CopyView {
        name: copy.name.clone(),
        made: made(model, copy),
        from: copy.from.map(name),
        store: store.name.clone(),
        place: model.locations[store.at].name.clone(),
        hold: (copy.hold > Seconds::ZERO).then(|| words(copy.hold)),
        takes: timed.then(|| words(copy.takes.value)),
        takes_origin: origin(copy.takes.origin),
        keep: copy.keep.as_ref().map(kept),
        alone: Amount::or(material.engine.own_worst(id), "no bound"),
        marks: [(copy.immutable, "immutable"), (copy.offline, "offline")]
            .into_iter()
            .filter_map(|(is, mark)| is.then_some(mark))
            .collect(),
        verify: copy.verify.map(|verify| words(verify.every)),
        key: copy.encrypted_by.map(|id| model.components[id].name.clone()),
    }
}

/// When a copy is made, in words.
fn made(model: &Model, copy: &DataCopy) -> String {
    let name = |id: CopyId| &model.copies[id].name;
    match &copy.timing {
        Timing::Calendar(schedule) => format!("{}, {}", schedule.describe(), schedule.zone().name()),
        Timing::Every { interval, anchor } => {
            let phase = if anchor.is_some() { "" } else { ", at an unknown phase" };
            format!("every {}{phase}", words(*interval))
        }
        Timing::Continuous { lag, base } => {
            format!("as it changes, at most {} behind, onto {}", words(*lag), name(*base))
        }
        Timing::After { copy, every: None, .. } => format!("each time {} completes", name(*copy)),
        Timing::After { copy, every: Some(every), .. } => {
            format!("when {} completes, at most once in {}", name(*copy), words(*every))
        }
        Timing::Once(_) => "once".to_owned(),
    }
}

fn kept(keep: &Keep) -> String {
    let mut rules: Vec<String> = keep.counts().map(|(rule, count)| format!("{count} {rule}")).collect();
    rules.extend(keep.within.map(|within| format!("all within {within}")));
    rules.join(", ")
}
