//! The history of drills: every one that was observed, and when each component has to be brought back next.
//!
//! It tells what there is, good or bad; what is wrong with it is a [`Fact`](super::Fact). Both compare in the same way.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Question;
use super::drills::{drills, last_drills, procedures};
use super::wanted::drilled;
use crate::drill::{NOT_DONE, Verdict};
use crate::model::{Component, Model};
use crate::observed::{Address, Field, Instant, Thing, Value};
use crate::units::Seconds;

/// What drills there were, and which are due.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Every drill and every real recovery, the newest first.
    pub held: Vec<Held>,
    /// The components whose objective asks for drills, in the order of the spec; none where nothing at all is known of drills.
    pub due: Vec<Due>,
}

/// A drill, or a real recovery. What its record does not tell is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The id of its scenario; for a record without one the name of the drill.
    pub scenario: String,
    /// When service was disrupted, or taken to be; for a record without that when it was over.
    pub when: Option<Instant>,
    /// Whether it was a real disaster.
    pub real: bool,
    /// How it ended: a word of [`Verdict::WORDS`].
    pub verdict: Option<String>,
    /// Whether every promise was kept.
    pub kept: Option<bool>,
    /// How long it took until everything served again; none where something did not.
    pub recovered: Option<Seconds>,
    /// How long the plan of that day gave to it.
    pub planned: Option<Seconds>,
    /// Who led it.
    pub by: Option<String>,
    /// The steps that were not done and the promises that were not kept, each in words.
    pub fell_short: Vec<String>,
    /// The steps that were left out.
    pub missed: Vec<String>,
    /// Whether it was of the plan as it is.
    pub since: Since,
}

/// What has become of the procedure of a drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// What is done is the same.
    Same,
    /// What is done has changed.
    Changed,
    /// The plan has no such scenario any more.
    Gone,
    /// The record does not say what was done.
    Unknown,
}

/// When a component has to be brought back next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its name.
    pub component: String,
    /// How often its objective asks for it.
    pub every: Seconds,
    /// When it last was.
    pub last: LastBack,
    /// When it is due; none where it is due now, or where nothing is known.
    pub next: Option<Instant>,
    /// Whether it ought to have been by now.
    pub overdue: bool,
}

/// When a component was last brought back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastBack {
    /// At this instant.
    At(Instant),
    /// Drills were observed, and none brought it back.
    Never,
    /// Nobody has looked.
    Unknown,
}

/// Everything that was observed of drills.
pub fn history(question: &Question<'_>) -> History {
    let scenarios = drills(question).filter_map(|(_, thing)| thing.get(Field::Scenario)?.as_text()).collect();
    let procedures = procedures(question.model, scenarios);
    let mut held: Vec<Held> = drills(question).map(|(address, thing)| of_drill(address, thing, &procedures)).collect();
    // Those of one instant stay in the order of their names.
    held.sort_by_key(|drill| Reverse(drill.when));
    let none = last_drills(question).is_empty();
    let asked = drilled(question).into_iter();
    let mut due: Vec<Due> = asked.filter_map(|(component, _)| of_component(question, component, none)).collect();
    if due.iter().all(|due| due.last == LastBack::Unknown) {
        due.clear();
    }
    History { held, due }
}

fn of_drill(address: &Address, thing: &Thing, procedures: &BTreeMap<&str, String>) -> Held {
    let text = |field| thing.get(field).and_then(Value::as_text).map(str::to_owned);
    let name = || address.segments().last().copied().unwrap_or_default().to_owned();
    let (verdict, fell_short) = (text(Field::Verdict), list(thing, Field::FellShort));
    Held {
        scenario: text(Field::Scenario).unwrap_or_else(name),
        when: instant(thing, Field::Started).or_else(|| instant(thing, Field::Ended)),
        real: thing.get(Field::Real) == Some(&Value::Flag(true)),
        kept: verdict.as_deref().and_then(|verdict| kept(verdict, &fell_short)),
        verdict,
        recovered: duration(thing, Field::Recovered),
        planned: duration(thing, Field::RecoveryPlanned),
        by: text(Field::By),
        fell_short,
        missed: list(thing, Field::Missed),
        since: since(thing, procedures),
    }
}

/// Whether every promise was kept. A drill fails for a step that was not done as well, which breaks no promise by itself.
fn kept(verdict: &str, fell_short: &[String]) -> Option<bool> {
    match (verdict == Verdict::Failed.as_str(), fell_short) {
        (false, _) => Some(true),
        (true, []) => None,
        (true, words) => Some(words.iter().all(|word| word.ends_with(NOT_DONE))),
    }
}

fn since(thing: &Thing, procedures: &BTreeMap<&str, String>) -> Since {
    let text = |field| thing.get(field).and_then(Value::as_text);
    let Some((scenario, procedure)) = text(Field::Scenario).zip(text(Field::Procedure)) else { return Since::Unknown };
    match procedures.get(scenario) {
        None => Since::Gone,
        Some(now) if now == procedure => Since::Same,
        Some(_) => Since::Changed,
    }
}

/// `none`: no drill was observed at all.
fn of_component(question: &Question<'_>, component: &Component, none: bool) -> Option<Due> {
    let every = drill_every(question.model, component)?;
    let thing = question.observed.get(&Address::Component(component.name.clone()));
    let last = match thing.and_then(|thing| thing.get(Field::Drilled)) {
        Some(Value::Instant(Some(at))) => LastBack::At(*at),
        Some(_) => LastBack::Never,
        None if none => LastBack::Unknown,
        None => LastBack::Never,
    };
    let (next, overdue) = match last {
        LastBack::At(at) => (Some(later(at, every)), question.now.since(at) > every),
        LastBack::Never => (None, true),
        LastBack::Unknown => (None, false),
    };
    Some(Due { component: component.name.clone(), every, last, next, overdue })
}

fn drill_every(model: &Model, component: &Component) -> Option<Seconds> {
    Some(model.objectives[component.objective?].drill_every?.at_most)
}

fn later(at: Instant, by: Seconds) -> Instant {
    Instant(at.0.saturating_add(i64::try_from(by.0).unwrap_or(i64::MAX)))
}

fn instant(thing: &Thing, field: Field) -> Option<Instant> {
    match thing.get(field)? {
        Value::Instant(instant) => *instant,
        _ => None,
    }
}

fn duration(thing: &Thing, field: Field) -> Option<Seconds> {
    match thing.get(field)? {
        Value::Duration(duration) => Some(*duration),
        _ => None,
    }
}

fn list(thing: &Thing, field: Field) -> Vec<String> {
    match thing.get(field) {
        Some(Value::List(words)) => words.clone(),
        _ => Vec::new(),
    }
}
