//! `drplan.assessment/1`: results for tools. Times are whole seconds; null is unbounded: the data or the component is lost.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{AssessmentView, Row};
use crate::analysis::assess::Judged;
use crate::analysis::loss::{Loss, Way};
use crate::analysis::outcome::{ComponentResult, DataLoss};
use crate::model::{ComponentId, DatasetId, Measurement, Model, Via};
use crate::report::json::{schema_of, to_json};
use crate::terms::Impact;

/// The results of an assessment.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "drplan assessment", deny_unknown_fields)]
struct Report {
    /// Name and major version of this format.
    #[schemars(extend("const" = "drplan.assessment/1"))]
    format: &'static str,
    /// The name of the system.
    system: String,
    /// From when times count.
    clock_starts: &'static str,
    /// By scenario, then component.
    results: Vec<Entry>,
    /// Values that results rest on and that the spec does not state.
    assumptions: Vec<Assumed>,
    /// With `--observed`: measured values that results rest on in place of declared ones.
    measurements: Vec<Measured>,
    /// The whole in three numbers.
    summary: Counts,
}

/// What a scenario does to a component.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Entry {
    /// The id of the scenario.
    scenario: String,
    /// The kind of the scenario.
    kind: &'static str,
    /// The component.
    component: String,
    /// `none`, `degraded`, `read-only`, `outage` or `lost`.
    impact: &'static str,
    /// `continue`, `promote`, `rebuild`, `restore` or `none`.
    strategy: &'static str,
    /// The dependency through which it suffers; null where it is hit itself.
    through: Option<String>,
    /// What of its data is lost.
    data_loss: Vec<DatasetLoss>,
    /// When it serves again; null where the impact is `none` or `degraded`.
    recovery: Option<Recovery>,
}

/// How much of a dataset is lost at worst.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct DatasetLoss {
    /// The dataset.
    dataset: String,
    /// The worst case in seconds; null where the data is lost.
    worst_s: Option<u64>,
    /// The recovery point objective in seconds; null where nothing is promised.
    objective_s: Option<u64>,
    /// Whether the objective holds; null where nothing is promised.
    met: Option<bool>,
    /// `replication:INSTANCE`, `copy:NAME` or `guarantee`; null where the data is lost.
    via: Option<String>,
    /// The consistency group with which it is restored to one instant, where it loses more on that account than alone; else
    /// null.
    group: Option<String>,
    /// The last second at which the loss is at its worst, with the offset of the copy's zone; null where every moment is as bad
    /// or phases are not known.
    worst_at: Option<String>,
    /// The terms that add up to the loss.
    derivation: Vec<Term>,
    /// Everything that survives with its own worst case, the best first.
    alternatives: Vec<Alternative>,
}

/// One term of a loss.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Term {
    /// What it is, in words.
    label: String,
    /// How much, in seconds; negative where it makes the loss smaller.
    seconds: i64,
    /// Where it is written; null where it is nowhere.
    address: Option<String>,
}

/// Something that survives.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Alternative {
    /// `replication:INSTANCE` or `copy:NAME`.
    via: Option<String>,
    /// Its own worst case in seconds; null where it is of no use.
    worst_s: Option<u64>,
}

/// When a component serves again.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Recovery {
    /// From the disruption until it and all that it requires serve; null where it is lost.
    worst_s: Option<u64>,
    /// The recovery time objective in seconds; null where nothing is promised.
    objective_s: Option<u64>,
    /// Whether the objective holds; null where nothing is promised.
    met: Option<bool>,
    /// With no contention for stores, links and people; null where it is lost.
    lower_bound_s: Option<u64>,
    /// If everybody restores at once; null where it is lost.
    unordered_s: Option<u64>,
    /// The steps that decide, without a gap from 0 to `worst_s`.
    critical_path: Vec<Step>,
}

/// A step of the critical path.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Step {
    /// Whose step it is.
    component: String,
    /// Which step.
    step: &'static str,
    /// When it begins, in seconds from the disruption.
    from_s: u64,
    /// When it is over.
    to_s: u64,
}

/// A value that nobody stated.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Assumed {
    /// Where the spec could state it.
    address: String,
    /// The value.
    value: String,
    /// The technology whose default it is, or `derived`.
    from: String,
}

/// A measured value in place of a declared one.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Measured {
    /// Where the spec states it.
    address: String,
    /// What the spec states; null where it is silent.
    declared: Option<String>,
    /// What was measured.
    measured: String,
    /// When.
    at: String,
    /// Who said so.
    source: String,
}

/// The whole in three numbers.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Counts {
    /// Scenarios that were looked at.
    scenarios: usize,
    /// Components of the spec.
    components: usize,
    /// Promises that are broken among the results, each in each scenario.
    breaches: usize,
}

pub(super) fn render(view: &AssessmentView<'_>) -> String {
    let summary = view.summary();
    let assumptions = view.assumptions().into_iter();
    to_json(&Report {
        format: "drplan.assessment/1",
        system: view.context.model.system.name.clone(),
        clock_starts: "at the disruption",
        results: results(view),
        assumptions: assumptions.map(|a| Assumed { address: a.address, value: a.value, from: a.from }).collect(),
        measurements: view.measurements.iter().map(measured).collect(),
        summary: Counts { scenarios: summary.scenarios, components: summary.components, breaches: summary.breaches },
    })
}

fn measured(one: &Measurement) -> Measured {
    Measured {
        address: one.address.clone(),
        declared: one.declared.clone(),
        measured: one.measured.clone(),
        at: one.at.to_string(),
        source: one.source.to_string(),
    }
}

/// The schema of this format.
pub(crate) fn schema() -> serde_json::Value {
    schema_of::<Report>()
}

fn results(view: &AssessmentView<'_>) -> Vec<Entry> {
    let rows = view.rows();
    let mut entries: Vec<Entry> = rows.iter().map(|row| entry(view, row)).collect();
    if view.filter.all {
        let mut told: BTreeMap<&str, Vec<ComponentId>> = BTreeMap::new();
        for row in &rows {
            told.entry(&row.judged.scenario.id).or_default().push(row.judged.result.component);
        }
        for (scenario, outcome) in
            view.assessment.outcomes(view.context).filter(|(scenario, _)| view.shows_scenario(scenario))
        {
            let told = told.get(scenario.id.as_str()).map(Vec::as_slice).unwrap_or_default();
            for result in view.quiet(told) {
                let judged = Judged::new(view.context, scenario, outcome, &result);
                entries.push(entry(view, &Row { judged, losses: Vec::new() }));
            }
        }
        entries.sort_by(|a, b| (&a.scenario, &a.component).cmp(&(&b.scenario, &b.component)));
    }
    entries
}

fn entry(view: &AssessmentView<'_>, row: &Row<'_>) -> Entry {
    let Row { judged, losses } = row;
    let model = view.context.model;
    let result = judged.result;
    let name = |id| -> String { model.components[id].name.clone() };
    Entry {
        scenario: judged.scenario.id.clone(),
        kind: judged.scenario.kind.as_str(),
        component: name(result.component),
        impact: result.impact.as_str(),
        strategy: result.strategy.as_str(),
        through: result.through.map(name),
        data_loss: losses
            .iter()
            .map(|(loss, explained)| dataset_loss(model, judged, loss, explained.as_ref()))
            .collect(),
        recovery: recovery(model, judged, result),
    }
}

fn dataset_loss(model: &Model, judged: &Judged<'_>, loss: &DataLoss, explained: Option<&Loss>) -> DatasetLoss {
    let derivation = explained.map(|loss| loss.derivation.as_ref());
    let terms = derivation.iter().flat_map(|derivation| &derivation.terms);
    let alternatives = derivation.iter().flat_map(|derivation| &derivation.alternatives);
    DatasetLoss {
        dataset: model.datasets[loss.dataset].name.clone(),
        worst_s: loss.loss.worst.map(|worst| worst.0),
        objective_s: judged.promise.rpo.map(|rpo| rpo.at_most.0),
        met: judged.rpo_met(loss),
        via: loss.loss.via.map(|via| via_text(model, via)),
        group: loss.group.as_ref().map(|with| model.groups[with.group].name.clone()),
        worst_at: explained.and_then(|loss| loss.worst_at.as_ref()).map(|moment| moment.rfc3339()),
        derivation: terms
            .map(|term| Term {
                label: term.label(model, loss.dataset),
                seconds: term.seconds,
                address: term.address(model, loss.dataset),
            })
            .collect(),
        alternatives: alternatives
            .map(|other| Alternative {
                via: way_text(model, loss.dataset, other.way),
                worst_s: other.worst.map(|worst| worst.0),
            })
            .collect(),
    }
}

fn way_text(model: &Model, dataset: DatasetId, way: Way) -> Option<String> {
    way.via(model, dataset).map(|via| via_text(model, via))
}

fn via_text(model: &Model, via: Via) -> String {
    match via {
        Via::Replication(instance) => format!("replication:{}", model.instances[instance].name),
        Via::Copy(copy) => format!("copy:{}", model.copies[copy].name),
        Via::Guarantee => "guarantee".to_owned(),
    }
}

fn recovery(model: &Model, judged: &Judged<'_>, result: &ComponentResult) -> Option<Recovery> {
    if matches!(result.impact, Impact::None | Impact::Degraded) {
        return None;
    }
    let times = result.recovery.filter(|_| result.impact != Impact::Lost);
    let steps = times.map(|_| judged.critical_path()).unwrap_or_default();
    Some(Recovery {
        worst_s: times.map(|times| times.worst.0),
        objective_s: judged.promise.rto.map(|rto| rto.at_most.0),
        met: judged.rto_met(),
        lower_bound_s: times.map(|times| times.lower_bound.0),
        unordered_s: times.map(|times| times.unordered.0),
        critical_path: steps
            .into_iter()
            .map(|step| Step {
                component: model.components[step.component].name.clone(),
                step: step.kind.as_str(),
                from_s: step.from.0,
                to_s: step.to.0,
            })
            .collect(),
    })
}
