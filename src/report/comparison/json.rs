//! `drplan.comparison/1`: a comparison for tools. The types are the contract; `schemas/comparison.schema.json` is made from
//! them.

use schemars::JsonSchema;
use serde::Serialize;

use super::{ComparisonView, words};
use crate::compare::{
    Accepted, Comparison, Dropped, InputChange, Less, Level, Measure, Movement, PromiseChange, Row, Verdict,
};
use crate::report::json::{schema_of, to_json};

/// How the posture changes from one spec to another.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "drplan comparison", deny_unknown_fields)]
struct Report {
    /// Name and major version of this format.
    #[schemars(extend("const" = "drplan.comparison/1"))]
    format: &'static str,
    /// The name of the system.
    system: String,
    /// What the older spec was called on the command line.
    base: String,
    /// What the newer spec was called on the command line.
    head: String,
    /// Every number that changed, the worst first.
    changes: Vec<Change>,
    /// Promises that became weaker or stronger.
    promises: Vec<Promise>,
    /// What the newer spec is no longer held to.
    dropped: Vec<NoLonger>,
    /// Findings that are accepted by waivers and were not, or for longer.
    accepted: Vec<Waived>,
    /// Every input that changed.
    inputs: Vec<Input>,
    /// Components that came and went.
    components: Moved,
    /// Components that have another name now.
    renamed: Vec<Renamed>,
    /// Scenarios that came and went.
    scenarios: Moved,
    /// How many of each.
    summary: Counts,
}

/// One number that changed.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Change {
    /// `newly-unmet`, `worse`, `newly-met`, `better`, or `unpromised` where nobody promised anything.
    verdict: &'static str,
    /// The component, as it is called in the newer spec.
    component: String,
    /// `recovery` or `data_loss`.
    measure: &'static str,
    /// The dataset; null for recovery.
    dataset: Option<String>,
    /// The id of the scenario in the newer spec.
    scenario: String,
    /// What it was; null where the component or the scenario is new.
    base: Option<Value>,
    /// What it is.
    head: Value,
    /// The dependency through which the component suffers; null where it is hit itself.
    through: Option<String>,
    /// The addresses of the changed inputs behind it.
    causes: Vec<String>,
}

/// A number with its promise.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Value {
    /// Seconds at worst; null where that has no bound.
    worst_s: Option<u64>,
    /// The objective in seconds; null where nothing is promised.
    objective_s: Option<u64>,
    /// Whether the objective holds; null where nothing is promised.
    met: Option<bool>,
    /// `none`, `degraded`, `read-only`, `outage` or `lost`; null for data loss.
    impact: Option<&'static str>,
}

/// A promise that changed.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Promise {
    /// `rto` or `rpo`.
    objective: &'static str,
    /// The kind of scenario, or the scenario that the spec declares; null for the general promise.
    during: Option<String>,
    /// What was promised in seconds; null for nothing.
    base_s: Option<u64>,
    /// What is promised in seconds; null for nothing.
    head_s: Option<u64>,
    /// Whether less is promised than was.
    weaker: bool,
    /// The components for which it is so; where a dataset is gone, the dataset as `component.dataset`.
    components: Vec<String>,
    /// Whether they are gone, and the promise with them.
    gone: bool,
}

/// Something that the newer spec is no longer held to: a scenario, a part of one, an expectation, a group, a rule.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct NoLonger {
    /// The id of the scenario in the newer spec; null where it is about no single one.
    scenario: Option<String>,
    /// The component or `component.dataset` of which something was expected; null where it is no expectation.
    expected_of: Option<String>,
    /// What it is, in a sentence.
    says: String,
}

/// A finding that is accepted from now on.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Waived {
    /// The name of the finding.
    finding: String,
    /// The address that it is about; null for anything.
    on: Option<String>,
    /// The scenario in which it shows; null for any.
    scenario: Option<String>,
    /// The last day; null where it cannot be read, so that the waiver counts as expired.
    until: Option<String>,
    /// Who accepts it.
    owner: String,
}

/// An entry of the spec that changed.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Input {
    /// The dotted address.
    address: String,
    /// What was written; null where it is new.
    base: Option<String>,
    /// What is written; null where it is gone.
    head: Option<String>,
    /// Where it stands in the newer spec; null where it is gone.
    file: Option<String>,
    /// Line, from 1.
    line: Option<u32>,
}

/// What came and what went.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Moved {
    /// Only in the newer spec.
    appeared: Vec<String>,
    /// Only in the older spec.
    went: Vec<String>,
}

/// A component under two names.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Renamed {
    /// The old name.
    from: String,
    /// The new name.
    to: String,
}

/// How many of each.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Counts {
    /// Numbers that break a promise and did not.
    newly_unmet: usize,
    /// Numbers that are worse.
    worse: usize,
    /// Numbers that hold a promise and did not.
    newly_met: usize,
    /// Numbers that are better.
    better: usize,
    /// Promises that are weaker, with what was dropped.
    weaker_promises: usize,
    /// Whether the command falls short.
    is_worse: bool,
}

pub(super) fn render(view: &ComparisonView<'_>) -> String {
    let comparison = view.comparison;
    to_json(&Report {
        format: "drplan.comparison/1",
        system: comparison.system.clone(),
        base: view.names[0].to_owned(),
        head: view.names[1].to_owned(),
        changes: comparison.rows.iter().map(|row| change(comparison, row)).collect(),
        promises: comparison.promises.iter().map(promise).collect(),
        dropped: comparison.dropped.iter().map(no_longer).collect(),
        accepted: comparison.accepted.iter().cloned().map(waived).collect(),
        inputs: comparison.inputs.iter().map(|written| input(view, written)).collect(),
        components: moved(&comparison.components),
        renamed: comparison.renamed.iter().cloned().map(|(from, to)| Renamed { from, to }).collect(),
        scenarios: moved(&comparison.scenarios),
        summary: Counts {
            newly_unmet: comparison.count(Verdict::NewlyUnmet),
            worse: comparison.count(Verdict::Worse),
            newly_met: comparison.count(Verdict::NewlyMet),
            better: comparison.count(Verdict::Better),
            weaker_promises: comparison.weaker(),
            is_worse: comparison.is_worse(),
        },
    })
}

/// The schema of this format.
pub(crate) fn schema() -> serde_json::Value {
    schema_of::<Report>()
}

fn change(comparison: &Comparison, row: &Row) -> Change {
    let (measure, dataset) = match &row.measure {
        Measure::Recovery => ("recovery", None),
        Measure::DataLoss(dataset) => ("data_loss", Some(dataset.clone())),
    };
    Change {
        verdict: row.verdict.as_str(),
        component: row.component.clone(),
        measure,
        dataset,
        scenario: row.scenario.clone(),
        base: row.base.map(|level| value(level, &row.measure)),
        head: value(row.head, &row.measure),
        through: row.through.clone(),
        causes: row.causes.iter().filter_map(|at| comparison.inputs.get(*at)).map(InputChange::address).collect(),
    }
}

fn value(level: Level, measure: &Measure) -> Value {
    Value {
        worst_s: level.amount.map(|amount| amount.0),
        objective_s: level.objective.map(|objective| objective.0),
        met: level.met(),
        impact: (*measure == Measure::Recovery).then(|| level.impact.as_str()),
    }
}

fn promise(change: &PromiseChange) -> Promise {
    Promise {
        objective: change.kind.as_str(),
        during: change.during.as_ref().map(|during| during.as_str().to_owned()),
        base_s: change.base.map(|base| base.0),
        head_s: change.head.map(|head| head.0),
        weaker: change.is_weaker(),
        components: change.components.clone(),
        gone: change.is_gone,
    }
}

fn no_longer(dropped: &Dropped) -> NoLonger {
    NoLonger {
        scenario: dropped.scenario.clone(),
        expected_of: if let Less::Expected(whose, _) = &dropped.what { Some(whose.clone()) } else { None },
        says: words::dropped(dropped, str::to_owned),
    }
}

fn waived(accepted: Accepted) -> Waived {
    let Accepted { finding, on, scenario, until, owner } = accepted;
    Waived { finding, on, scenario, until, owner }
}

fn input(view: &ComparisonView<'_>, input: &InputChange) -> Input {
    let place = input.span.and_then(|span| view.sources.locate(span));
    Input {
        address: input.address(),
        base: input.base.clone(),
        head: input.head.clone(),
        file: place.map(|(file, _)| file.to_owned()),
        line: place.map(|(_, location)| location.line),
    }
}

fn moved(movement: &Movement) -> Moved {
    Moved { appeared: movement.appeared.clone(), went: movement.went.clone() }
}
