//! `drplan.drill-report/1`: a drill for tools.

use schemars::JsonSchema;
use serde::Serialize;

use super::DrillView;
use crate::report::json::{schema_of, to_json};

/// Where a drill stands, or how it ended. Times are seconds from the disruption.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "drplan drill report", deny_unknown_fields)]
struct Report<'a> {
    /// Name and major version of this format.
    #[schemars(extend("const" = "drplan.drill-report/1"))]
    format: &'static str,
    /// Where the record is.
    record: &'a str,
    /// The name of the system.
    system: &'a str,
    /// The id of the scenario.
    scenario: &'a str,
    /// Its kind.
    kind: &'a str,
    /// Whether it is a real disaster and no drill.
    real: bool,
    /// Who leads it.
    by: &'a str,
    /// When service was disrupted.
    disrupted: String,
    /// How long ago that is, or was at the end.
    now_s: u64,
    /// A digest of the spec as it was.
    spec: &'a str,
    /// A digest of what is done.
    procedure: &'a str,
    /// `ok`, `partial` or `failed`; null while it goes on.
    verdict: Option<&'a str>,
    /// The step that is to be done next, by number; null where there is none.
    next: Option<usize>,
    /// Lines of the record that a crash has cut off.
    torn: usize,
    /// Every step, by number.
    steps: Vec<Step<'a>>,
    /// Every component that is interrupted, by name.
    components: Vec<Component<'a>>,
    /// The data that is hit.
    data: Vec<Data<'a>>,
    /// What was noted.
    notes: Vec<Note<'a>>,
}

/// A step: planned and measured.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Step<'a> {
    /// Its number.
    step: usize,
    /// Of which component.
    component: &'a str,
    /// What is done.
    kind: &'a str,
    /// Who does it.
    team: Option<&'a str>,
    /// The steps that are over before it begins, by number.
    after: &'a [usize],
    /// `waiting`, `ready`, `done`, `failed` or `skipped`.
    state: &'a str,
    /// When it begins by the plan.
    planned_from_s: u64,
    /// When it ends by the plan.
    planned_to_s: u64,
    /// By how much it can be late without anything serving later.
    slack_s: u64,
    /// When it began; null where that is not known.
    begun_s: Option<u64>,
    /// When it was done, failed or was left out; null where it is open.
    ended_s: Option<u64>,
    /// How long it took; null where it is not done, or where its stamps do not tell.
    took_s: Option<u64>,
    /// When it ends as things stand.
    projected_s: u64,
    /// How often it failed.
    failures: usize,
    /// What was said to it.
    notes: &'a [&'a str],
}

/// When a component serves again.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Component<'a> {
    /// Which.
    component: &'a str,
    /// By the plan; null where it never does.
    planned_s: Option<u64>,
    /// As promised; null without a promise.
    promised_s: Option<u64>,
    /// As things stand; null where it never does.
    serves_s: Option<u64>,
    /// Whether it serves by now.
    is_back: bool,
    /// Whether the promise is kept; null without one.
    met: Option<bool>,
}

/// What was lost of a dataset.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Data<'a> {
    /// Whose.
    component: &'a str,
    /// Which.
    dataset: &'a str,
    /// At worst by the plan; null where all is.
    planned_s: Option<u64>,
    /// At most as promised; null without a promise.
    promised_s: Option<u64>,
    /// As measured; null where nobody has.
    lost_s: Option<u64>,
    /// Whether the promise is kept; null without one or without a measurement.
    met: Option<bool>,
}

/// Something that somebody noted.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Note<'a> {
    /// When.
    at_s: u64,
    /// Who.
    by: &'a str,
    /// What.
    text: &'a str,
}

pub(super) fn render(view: &DrillView<'_>) -> String {
    let drill = view.drill;
    let start = drill.start;
    let now = drill.finish.map_or(view.now, |finish| finish.at);
    let steps = drill.steps.iter().map(|step| Step {
        step: step.planned.step,
        component: &step.planned.component,
        kind: step.planned.kind.as_str(),
        team: step.planned.team.as_deref(),
        after: &step.planned.after,
        state: view.state(step).as_str(),
        planned_from_s: step.planned.from_s,
        planned_to_s: step.planned.to_s,
        slack_s: step.planned.slack_s,
        begun_s: drill.begun(step).map(|at| drill.since(at).0),
        ended_s: step.ended.map(|ended| drill.since(ended.at).0),
        took_s: drill.took(step).map(|took| took.0),
        projected_s: view.projection.end(step.planned.step).0,
        failures: step.failures,
        notes: &step.notes,
    });
    let backs = drill.backs(&view.projection);
    let components = backs.iter().map(|back| Component {
        component: &back.planned.component,
        planned_s: back.planned.back_s,
        promised_s: back.planned.rto_s,
        serves_s: back.at.map(|at| at.0),
        is_back: back.is_back,
        met: back.is_met(),
    });
    let losses = drill.losses();
    let data = losses.iter().map(|loss| Data {
        component: &loss.planned.component,
        dataset: &loss.planned.dataset,
        planned_s: loss.planned.loss_s,
        promised_s: loss.planned.rpo_s,
        lost_s: loss.lost.map(|lost| lost.0),
        met: loss.is_met(),
    });
    let notes = drill.notes.iter().map(|(at, by, text)| Note { at_s: drill.since(*at).0, by, text });
    to_json(&Report {
        format: "drplan.drill-report/1",
        record: &view.record,
        system: &start.plan,
        scenario: &start.scenario,
        kind: start.kind.as_str(),
        real: start.real,
        by: drill.by,
        disrupted: start.disrupted.to_string(),
        now_s: drill.since(now).0,
        spec: &start.spec,
        procedure: &start.procedure,
        verdict: drill.verdict().map(|verdict| verdict.as_str()),
        next: drill.next().filter(|_| drill.finish.is_none()).map(|step| step.planned.step),
        torn: view.torn,
        steps: steps.collect(),
        components: components.collect(),
        data: data.collect(),
        notes: notes.collect(),
    })
}

/// The schema of this format.
pub(crate) fn schema() -> serde_json::Value {
    schema_of::<Report<'static>>()
}
