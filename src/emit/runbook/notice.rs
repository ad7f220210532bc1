//! What is decided, said and written down around a recovery: until when to decide, what each team does, what is told.

use serde::Serialize;

use super::Book;
use super::page::{ResultView, TeamView};
use super::step::StepView;
use crate::analysis::outcome::{ComponentResult, Outcome, Recovery};
use crate::analysis::procedure::Procedure;
use crate::model::ComponentId;
use crate::terms::{Impact, StepKind};
use crate::units::Seconds;

/// Until when somebody has to decide.
#[derive(Serialize)]
pub(super) struct DecisionView {
    /// When the steps that follow it begin.
    begins: String,
    /// The latest time for it at which no promise is broken; null where one is broken anyhow, or none is made.
    by: Option<String>,
    /// The component whose promise is broken first; null where none is made.
    component: Option<String>,
    rto: Option<String>,
}

/// What one team does.
#[derive(Serialize)]
pub(super) struct SheetView {
    team: String,
    contact: Option<String>,
    lines: Vec<LineView>,
}

/// One of its steps.
#[derive(Serialize)]
struct LineView {
    number: usize,
    at: Option<String>,
    deadline: Option<String>,
    component: String,
    kind: &'static str,
    /// The steps of others that have to be over.
    waits: Vec<WaitView>,
}

/// A step of another team.
#[derive(Serialize)]
struct WaitView {
    number: usize,
    component: String,
    kind: &'static str,
}

/// A component that serves from elsewhere than before.
#[derive(Serialize)]
pub(super) struct BackView {
    component: String,
    /// Where it serves from now.
    from: String,
    /// Its page.
    file: String,
}

/// What is told of a disaster.
#[derive(Serialize)]
pub(super) struct Told {
    /// Components that do not serve for a time.
    interrupted: Vec<String>,
    /// When all serves again, counted from the failure, in words: whoever reads a notice has no page beside it.
    within: Option<String>,
    /// What is lost at worst, by dataset.
    lost: Vec<String>,
    /// Promises that the plan does not keep.
    broken: Vec<String>,
}

/// Whatever begins after the decision can begin as much later as the tightest promise leaves: then every step, and with them
/// every component, is later by that much at most.
pub(super) fn decision(
    book: &Book<'_>,
    outcome: &Outcome,
    promised: impl Fn(ComponentId) -> Option<Seconds>,
) -> Option<DecisionView> {
    let follows = |kind: StepKind| !matches!(kind, StepKind::Detect | StepKind::Respond);
    let begins = outcome.schedule.steps.iter().filter(|step| follows(step.kind)).map(|step| step.from).min()?;
    let interrupted = outcome.results.iter().filter(|result| result.impact >= Impact::ReadOnly);
    let promises = interrupted.filter_map(|result| {
        let rto = promised(result.component)?;
        let left = result.away().and_then(|away| rto.0.checked_sub(away.0));
        Some((left, rto, result.component))
    });
    // A promise that is broken anyhow has nothing left, which is less than any time.
    let tightest = promises.min_by_key(|(left, ..)| *left);
    Some(DecisionView {
        begins: begins.mark(),
        by: tightest.and_then(|(left, ..)| left).map(|left| Seconds(begins.0.saturating_add(left)).mark()),
        component: tightest.map(|(.., id)| book.context.model.components[id].name.clone()),
        rto: tightest.map(|(_, rto, _)| rto.human()),
    })
}

/// A sheet for each team, where there are several.
pub(super) fn sheets(steps: &[StepView]) -> Vec<SheetView> {
    let mut teams: Vec<&TeamView> = Vec::new();
    for team in steps.iter().filter_map(|step| step.team.as_ref()) {
        if !teams.iter().any(|known| known.name == team.name) {
            teams.push(team);
        }
    }
    if teams.len() < 2 {
        return Vec::new();
    }
    let of = |step: &StepView, team: &TeamView| step.team.as_ref().is_some_and(|own| own.name == team.name);
    let line = |step: &StepView, team: &TeamView| {
        let others = step.after.iter().filter_map(|number| steps.iter().find(|other| other.number == *number));
        let waits = others.filter(|other| !of(other, team)).map(|other| WaitView {
            number: other.number,
            component: other.component.name.clone(),
            kind: other.kind,
        });
        LineView {
            number: step.number,
            at: step.at.clone(),
            deadline: step.deadline.clone(),
            component: step.component.name.clone(),
            kind: step.kind,
            waits: waits.collect(),
        }
    };
    let sheet = |team: &TeamView| SheetView {
        team: team.name.clone(),
        contact: team.contact.clone(),
        lines: steps.iter().filter(|step| of(step, team)).map(|step| line(step, team)).collect(),
    };
    teams.into_iter().map(sheet).collect()
}

/// The components that serve from another place than before.
pub(super) fn back(book: &Book<'_>, way: &Recovery) -> Vec<BackView> {
    way.procedures.iter().filter_map(|procedure| moved(book, procedure)).collect()
}

fn moved(book: &Book<'_>, procedure: &Procedure) -> Option<BackView> {
    let model = book.context.model;
    let from = match (procedure.promoted, procedure.place) {
        (Some(standby), _) => model.instances[standby].name.clone(),
        (None, Some(place)) if procedure.rebuilt.iter().all(|id| !model.is_within(model.instances[*id].at, place)) => {
            model.locations[place].name.clone()
        }
        (None, _) => return None,
    };
    let file = book.files.get(&procedure.component)?.clone();
    Some(BackView { component: model.components[procedure.component].name.clone(), from, file })
}

/// What is told, from what is on the page.
pub(super) fn told(outcome: &Outcome, results: &[ResultView], within: Option<Seconds>) -> Told {
    let is_away = |result: &ComponentResult| result.impact >= Impact::ReadOnly;
    let away = outcome.results.iter().zip(results).filter(|(result, _)| is_away(result));
    let lost = results.iter().flat_map(|one| {
        let lost = one.losses.iter().filter(|loss| !loss.whole);
        lost.map(|loss| format!("{} {} {}", one.component, loss.dataset, loss.worst.as_deref().unwrap_or("all of it")))
    });
    let broken = results.iter().filter_map(|one| {
        let late = one.rto.as_ref().filter(|_| one.rto_met == Some(false));
        late.map(|rto| format!("{} ({rto})", one.component))
    });
    Told {
        interrupted: away.map(|(_, view)| view.component.clone()).collect(),
        within: within.map(Seconds::human),
        lost: lost.collect(),
        broken: broken.collect(),
    }
}
