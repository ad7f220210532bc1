//! What an editor shows about a component or a dataset: the worst case of every kind of scenario, and the sum behind it.

use std::collections::BTreeMap;

use crate::analysis::assess::{Assessment, Judged};
use crate::analysis::context::Context;
use crate::analysis::loss::LossEngine;
use crate::analysis::outcome::recovery;
use crate::diag::markup::{md_code, md_message};
use crate::model::{ComponentId, DatasetId};
use crate::terms::{Impact, ScenarioKind};
use crate::units::Seconds;

/// What is pointed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hovered {
    /// A component.
    Component(ComponentId),
    /// A dataset, or one of its copies.
    Dataset(DatasetId),
}

/// Markdown about it.
pub fn hover(context: &Context<'_>, engine: &LossEngine<'_>, assessment: &Assessment<'_>, what: Hovered) -> String {
    match what {
        Hovered::Component(id) => component(context, assessment, id),
        Hovered::Dataset(id) => dataset(context, engine, assessment, id),
    }
}

/// The worst of each kind of scenario.
fn component(context: &Context<'_>, assessment: &Assessment<'_>, id: ComponentId) -> String {
    let model = context.model;
    let mut worst: BTreeMap<ScenarioKind, (Judged<'_>, Option<Seconds>)> = BTreeMap::new();
    let results: Vec<_> = assessment
        .cores()
        .filter_map(|(scenario, outcome)| Some((scenario, outcome, assessment.result(context, scenario, id)?)))
        .collect();
    for (scenario, outcome, result) in &results {
        let judged = Judged::new(context, scenario, outcome, result);
        let away = result.away();
        let worse = |known: &(Judged<'_>, Option<Seconds>)| (away.is_none(), away) > (known.1.is_none(), known.1);
        if worst.get(&scenario.kind).is_none_or(worse) {
            worst.insert(scenario.kind, (judged, away));
        }
    }
    let mut out = format!(
        "**{}**, {}\n\n",
        md_code(&model.components[id].name),
        md_message(&model.components[id].technology.name)
    );
    if worst.is_empty() {
        out.push_str("No disaster touches it.\n");
    }
    for (kind, (judged, away)) in &worst {
        let time = match (judged.result.impact, away) {
            (Impact::None, _) => "no interruption".to_owned(),
            (Impact::Degraded, _) => "degraded".to_owned(),
            (_, Some(away)) => away.human(),
            (_, None) => "never".to_owned(),
        };
        let promise = promised(judged.promise.rto.map(|rto| rto.at_most), judged.rto_met());
        out.push_str(&format!("- {kind}: **{time}**{promise} in {}\n", md_code(&judged.scenario.id)));
        let steps: Vec<String> = judged
            .critical_path()
            .iter()
            .map(|step| {
                let own = step.component == id;
                let whose =
                    if own { String::new() } else { format!("{} ", md_code(&model.components[step.component].name)) };
                format!("{whose}{} {}", step.kind, Seconds(step.to.0.saturating_sub(step.from.0)).human())
            })
            .collect();
        if !steps.is_empty() {
            out.push_str(&format!("  = {}\n", steps.join(" + ")));
        }
    }
    out
}

/// The worst loss of each kind of scenario, with its terms.
fn dataset(context: &Context<'_>, engine: &LossEngine<'_>, assessment: &Assessment<'_>, id: DatasetId) -> String {
    let model = context.model;
    let owner = model.datasets[id].component;
    let mut worst: BTreeMap<ScenarioKind, (Judged<'_>, Option<Seconds>)> = BTreeMap::new();
    for (scenario, outcome) in assessment.cores() {
        let Some(result) = outcome.result(context, owner) else { continue };
        let Some(loss) = result.data_loss.iter().find(|loss| loss.dataset == id) else { continue };
        let lost = loss.loss.worst;
        let worse = |known: &(Judged<'_>, Option<Seconds>)| (lost.is_none(), lost) > (known.1.is_none(), known.1);
        if worst.get(&scenario.kind).is_none_or(worse) {
            worst.insert(scenario.kind, (Judged::new(context, scenario, outcome, result), lost));
        }
    }
    let mut out = format!("**{}**, {}\n\n", md_code(&model.dataset_name(id)), model.datasets[id].size.value);
    if worst.is_empty() {
        out.push_str("No disaster loses any of it.\n");
    }
    for (kind, (judged, lost)) in &worst {
        let promise = judged.promise.rpo.map(|rpo| rpo.at_most);
        let met = promise.map(|promise| lost.is_some_and(|lost| lost <= promise));
        let amount = lost.map_or("all of it".to_owned(), Seconds::human);
        out.push_str(&format!(
            "- {kind}: **{amount}**{} in {}\n",
            promised(promise, met),
            md_code(&judged.scenario.id)
        ));
        let remains = recovery(context, judged.scenario).remains(context, owner);
        let Some(left) = remains.iter().find(|left| left.dataset == id) else { continue };
        let terms: Vec<String> = engine
            .explain(left)
            .derivation
            .terms
            .iter()
            .map(|term| {
                let sign = if term.seconds < 0 { "−" } else { "" };
                let label = md_message(&term.label(model, id));
                format!("{sign}{} ({label})", Seconds(term.seconds.unsigned_abs()).human())
            })
            .collect();
        if !terms.is_empty() {
            out.push_str(&format!("  = {}\n", terms.join(" + ")));
        }
    }
    out
}

fn promised(objective: Option<Seconds>, met: Option<bool>) -> String {
    match (objective, met) {
        (Some(objective), Some(true)) => format!(", objective {} ✓", objective.human()),
        (Some(objective), _) => format!(", objective {} ✗", objective.human()),
        (None, _) => String::new(),
    }
}
