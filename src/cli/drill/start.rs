//! `drplan drill start`: what the plan says of a scenario, put into a new record.

use jiff::Timestamp;

use super::moment::moment;
use super::{file, who};
use crate::analysis::assess::{Options, assess};
use crate::analysis::context::Context;
use crate::analysis::fingerprint::fingerprint;
use crate::analysis::loss::LossEngine;
use crate::analysis::outcome::{ComponentResult, DataLoss, promise, recovery};
use crate::analysis::procedure::Work;
use crate::analysis::scenario::Scenario;
use crate::analysis::timetable::{TimedStep, Timetable, timetable};
use crate::cli::args::{Common, DrillStart};
use crate::cli::exit::{Exit, Failure};
use crate::cli::pipeline::{self, Loaded};
use crate::cli::{assess as assess_command, clock, generate, io};
use crate::drill::{Drill, Planned, PlannedComponent, PlannedData, Start};
use crate::report::drill::{DrillView, Moment};
use crate::terms::Impact;

pub(super) fn run(args: &DrillStart, common: &Common) -> Result<Exit, Failure> {
    let now = clock::second(common)?;
    let disrupted = args.since.as_deref().map_or(Ok(now), |text| moment(text, now))?;
    if disrupted > now {
        return Err(Failure::new("the disruption lies ahead").help("begin the drill when it begins"));
    }
    let loaded = pipeline::load(&args.spec.spec, common)?;
    if loaded.diagnostics.has_errors() {
        return pipeline::refuse(loaded, common);
    }
    let start = plan(&loaded, &args.scenario, args.real, disrupted)?;
    if start.steps.is_empty() {
        let message =
            format!("in {} there is nothing to do: nothing that the plan brings back is interrupted", start.scenario);
        return Err(Failure::new(message).help("`drplan assess --scenario` shows what it does"));
    }
    let by = who(args.by.as_deref());
    let (path, record) = file::create(args.record.as_deref(), start, now, &by)?;
    let Some(drill) = Drill::of(&record) else { return Err(Failure::new("the record is empty")) };
    let view = DrillView::new(&drill, &io::shown(&path), now, Moment::Started);
    io::print(&view.render(args.format.into(), io::screen(common.color)))?;
    Ok(Exit::Clean)
}

/// All that the plan says of a scenario.
fn plan(loaded: &Loaded, scenario: &str, real: bool, disrupted: Timestamp) -> Result<Start, Failure> {
    let model = &loaded.model;
    let losses = LossEngine::new(model);
    let context = Context::new(model, &losses);
    let assessment = assess(&context, Options::default());
    let id = assess_command::scenario(&assessment, scenario)?;
    let (scenario, outcome) =
        assessment.find(&context, &id).map_err(|_| Failure::new(format!("there is no scenario `{id}`")))?;
    let way = recovery(&context, &scenario);
    let steps = timetable(&context, &way, &outcome.schedule);
    let interrupted = outcome.results.iter().filter(|result| result.impact >= Impact::ReadOnly);
    Ok(Start {
        plan: model.system.name.clone(),
        scenario: scenario.id.clone(),
        kind: scenario.kind,
        real,
        disrupted,
        spec: generate::digest(&loaded.sources),
        procedure: fingerprint(model, &way),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        steps: steps.steps.iter().map(|step| planned(&context, step)).collect(),
        components: interrupted.map(|result| component(&context, &scenario, &steps, result)).collect(),
        data: outcome.results.iter().flat_map(|result| data(&context, &scenario, result)).collect(),
    })
}

fn planned(context: &Context<'_>, step: &TimedStep<'_>) -> Planned {
    let model = context.model;
    // What a component takes in it takes in at one rate, however many movements it is.
    let amounts = step.parts.iter().filter_map(|part| match part.step.work {
        Work::Move(movement, _) => Some(movement.amount.0),
        Work::Time(_) | Work::Response(..) => None,
    });
    let bytes = amounts.reduce(u64::saturating_add);
    Planned {
        step: step.number,
        component: model.components[step.component()].name.clone(),
        kind: step.kind,
        team: step.procedure.team.map(|team| model.teams[team].name.clone()),
        from_s: step.from.0,
        to_s: step.to.0,
        slack_s: step.slack.0,
        after: step.after.clone(),
        bytes,
    }
}

fn component(
    context: &Context<'_>,
    scenario: &Scenario,
    steps: &Timetable<'_>,
    result: &ComponentResult,
) -> PlannedComponent {
    let promised = promise(context, scenario.kind, scenario.declared(), result.component);
    PlannedComponent {
        component: context.model.components[result.component].name.clone(),
        impact: result.impact,
        strategy: result.strategy,
        served_by: result.recovery.map(|times| steps.served_by(result.component, &times)).unwrap_or_default(),
        back_s: result.away().map(|away| away.0),
        rto_s: promised.rto.map(|rto| rto.at_most.0),
    }
}

fn data(context: &Context<'_>, scenario: &Scenario, result: &ComponentResult) -> Vec<PlannedData> {
    let promised = promise(context, scenario.kind, scenario.declared(), result.component);
    let one = |loss: &DataLoss| PlannedData {
        component: context.model.components[result.component].name.clone(),
        dataset: context.model.datasets[loss.dataset].name.clone(),
        loss_s: loss.loss.worst.map(|worst| worst.0),
        rpo_s: promised.rpo.map(|rpo| rpo.at_most.0),
    };
    result.data_loss.iter().map(one).collect()
}
