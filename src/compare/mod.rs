//! Two specs of one system: how the posture changes, promise by promise, and which changed input is behind each number.
//!
//! Nothing is printed or read here: `cli` brings two assessments, `report::comparison` says what comes of them.

mod accepted;
mod cause;
mod dropped;
mod inputs;
mod looser;
mod names;
mod posture;
mod promises;

pub use accepted::Accepted;
pub use dropped::{Dropped, Less};
pub use inputs::{InputChange, Inputs};
pub use names::Names;
pub use posture::Level;
pub use promises::{During, PromiseChange, PromiseKind};

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::assess::Assessment;
use crate::analysis::context::Context;
use crate::analysis::loss::LossEngine;
use crate::units::Seconds;
use posture::{Cell, Key, Posture};

/// One of the two specs.
pub struct Side<'a> {
    /// What the analysis looks up.
    pub context: &'a Context<'a>,
    /// Who explains data loss.
    pub engine: &'a LossEngine<'a>,
    /// What every scenario does.
    pub assessment: &'a Assessment<'a>,
    /// What is written.
    pub inputs: &'a Inputs,
}

/// How a promise fares; the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It held, or was not there, and is broken.
    NewlyUnmet,
    /// It is worse than it was, whether it holds or not; or all is lost of what nobody promised anything about.
    Worse,
    /// It was broken and holds.
    NewlyMet,
    /// It is better than it was.
    Better,
    /// It is worse or better than it was, and nobody promised anything about it.
    Unpromised,
}

impl Verdict {
    /// Every one, the worst first.
    pub const ALL: [Self; 5] = [Self::NewlyUnmet, Self::Worse, Self::NewlyMet, Self::Better, Self::Unpromised];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NewlyUnmet => "newly-unmet",
            Self::Worse => "worse",
            Self::NewlyMet => "newly-met",
            Self::Better => "better",
            Self::Unpromised => "unpromised",
        }
    }

    /// Whether a change with it is for the worse.
    pub fn is_worse(self) -> bool {
        matches!(self, Self::NewlyUnmet | Self::Worse)
    }
}

/// What is measured of a component.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// The time until it serves again.
    Recovery,
    /// How much of this dataset is lost.
    DataLoss(String),
}

/// One number that changed.
#[derive(Clone, Debug)]
pub struct Row {
    /// How it fares.
    pub verdict: Verdict,
    /// The component, as it is called in the newer spec.
    pub component: String,
    /// What is measured.
    pub measure: Measure,
    /// The scenario, as it is called in the newer spec.
    pub scenario: String,
    /// What it was; none where the component or the scenario is new.
    pub base: Option<Level>,
    /// What it is.
    pub head: Level,
    /// The dependency through which the component suffers; none where it is hit itself.
    pub through: Option<String>,
    /// The changed inputs behind it, by their place in [`Comparison::inputs`].
    pub causes: Vec<usize>,
}

/// What came and what went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Movement {
    /// Only in the newer spec.
    pub appeared: Vec<String>,
    /// Only in the older spec.
    pub went: Vec<String>,
}

/// How the posture changes from one spec to another.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The name of the system.
    pub system: String,
    /// Every number that changed, the worst first.
    pub rows: Vec<Row>,
    /// Promises that became weaker or stronger, whatever the numbers do.
    pub promises: Vec<PromiseChange>,
    /// What nobody is held to any more.
    pub dropped: Vec<Dropped>,
    /// Findings that are accepted and were not, or for longer: no number tells of them, and no finding either.
    pub accepted: Vec<Accepted>,
    /// Every input that changed.
    pub inputs: Vec<InputChange>,
    /// Scenarios that came and went.
    pub scenarios: Movement,
    /// Components that came and went.
    pub components: Movement,
    /// Components that have another name now: old and new.
    pub renamed: Vec<(String, String)>,
}

impl Comparison {
    /// How many numbers have a verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.rows.iter().filter(|row| row.verdict == verdict).count()
    }

    /// How many promises became weaker, or were dropped.
    pub fn weaker(&self) -> usize {
        self.promises.iter().filter(|change| change.is_weaker()).count() + self.dropped.len()
    }

    /// Whether a promise is newly broken.
    pub fn is_unmet(&self) -> bool {
        self.count(Verdict::NewlyUnmet) > 0
    }

    /// Whether anything that is promised became worse, or a promise weaker.
    pub fn is_worse(&self) -> bool {
        self.rows.iter().any(|row| row.verdict.is_worse()) || self.weaker() > 0
    }
}

/// Compares two specs.
pub fn compare<'a>(base: &Side<'a>, head: &Side<'a>) -> Comparison {
    let names = Names::new(base.context.model, head.context.model);
    let inputs = inputs::changes(base.inputs, head.inputs, &names);
    let (old, new) =
        (Posture::new(base, |text| names.scenario(text), |text| names.component(text)), Posture::plain(head));
    let mut rows = rows(&old, &new);
    cause::attribute(base, head, &inputs, &mut rows);
    rows.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| label(a).cmp(&label(b))));
    let (base, head) = (base.context.model, head.context.model);
    let scenarios = movement(&old.scenarios, &new.scenarios);
    Comparison {
        system: head.system.name.clone(),
        promises: promises::changes(base, head, &names),
        dropped: dropped::dropped(base, head, &names, &inputs, &scenarios),
        accepted: accepted::accepted(base, head, &names),
        scenarios,
        components: movement(&old.components, &new.components),
        renamed: names.renamed(),
        rows: rows.into_iter().map(|draft| draft.row).collect(),
        inputs,
    }
}

/// A row with the cells that it is made of.
struct Draft<'a> {
    row: Row,
    base: Option<Cell<'a>>,
    head: Option<Cell<'a>>,
    /// How far the changed inputs behind it are.
    distance: u8,
}

fn rows<'a>(old: &Posture<'a>, new: &Posture<'a>) -> Vec<Draft<'a>> {
    let keys: BTreeSet<&Key> = old.cells.keys().chain(new.cells.keys()).collect();
    let mut rows = Vec::new();
    for key in keys.into_iter().filter(|key| new.components.contains(&key.component) && new.has(key)) {
        let (before, after) = (old.cells.get(key), new.cells.get(key));
        let in_before = before.into_iter().flat_map(BTreeMap::keys);
        let scenarios: BTreeSet<&String> = in_before.chain(after.into_iter().flat_map(BTreeMap::keys)).collect();
        for scenario in scenarios.into_iter().filter(|scenario| new.scenarios.contains(*scenario)) {
            let cell =
                |cells: Option<&BTreeMap<String, Cell<'a>>>| cells.and_then(|cells| cells.get(scenario)).copied();
            let (before, after) = (cell(before), cell(after));
            let known = old.scenarios.contains(scenario) && old.components.contains(&key.component) && old.has(key);
            let head = after.map_or_else(|| new.untouched(key, scenario), |cell| cell.level);
            let base = known.then(|| before.map_or_else(|| old.untouched(key, scenario), |cell| cell.level));
            let Some(verdict) = verdict(base, head) else { continue };
            let row = Row {
                verdict,
                component: key.component.clone(),
                measure: key.measure.clone(),
                scenario: scenario.clone(),
                base,
                head,
                through: after.and_then(|cell| new.through(&cell)),
                causes: Vec::new(),
            };
            rows.push(Draft { row, base: before, head: after, distance: 0 });
        }
    }
    rows
}

/// How a number fares; none where nothing changed, or where something new holds.
fn verdict(base: Option<Level>, head: Level) -> Option<Verdict> {
    let Some(base) = base else {
        return match head.met() {
            Some(false) => Some(Verdict::NewlyUnmet),
            None if head.amount.is_none() => Some(Verdict::Worse),
            _ => None,
        };
    };
    let change = head.badness().cmp(&base.badness());
    match (base.met(), head.met(), change) {
        (Some(true) | None, Some(false), _) => Some(Verdict::NewlyUnmet),
        (Some(false), Some(true), _) => Some(Verdict::NewlyMet),
        (_, _, std::cmp::Ordering::Equal) => None,
        (_, None, _) if head.amount.is_some() || base.amount.is_none() => Some(Verdict::Unpromised),
        (_, _, std::cmp::Ordering::Greater) => Some(Verdict::Worse),
        (_, _, std::cmp::Ordering::Less) => Some(Verdict::Better),
    }
}

/// By verdict, then what is lost for good, then how near the change is, then what was never interrupted before, then what
/// is hit itself, then by how much it changed.
fn rank(draft: &Draft<'_>) -> (Verdict, bool, u8, bool, bool, std::cmp::Reverse<u64>) {
    let row = &draft.row;
    let before = row.base.map_or(Some(Seconds::ZERO), |level| level.amount);
    let change = match (before, row.head.amount) {
        (Some(before), Some(after)) => before.0.abs_diff(after.0),
        _ => u64::MAX,
    };
    let was_interrupted = before != Some(Seconds::ZERO);
    let bounded = row.head.amount.is_some();
    (row.verdict, bounded, draft.distance, was_interrupted, row.through.is_some(), std::cmp::Reverse(change))
}

fn label(draft: &Draft<'_>) -> (String, Measure, String) {
    (draft.row.component.clone(), draft.row.measure.clone(), draft.row.scenario.clone())
}

fn movement(old: &BTreeSet<String>, new: &BTreeSet<String>) -> Movement {
    Movement { appeared: new.difference(old).cloned().collect(), went: old.difference(new).cloned().collect() }
}
