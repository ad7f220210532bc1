//! How an interruption travels to what matters for recovery.
//!
//! `requires` passes an interruption on, `uses` turns it into a degradation. Who merely waits is not listed here, however
//! many there are (`following` finds them when somebody asks): listed are the components that are harmed and, of those
//! that they need, the ones that are interrupted.

use rustc_hash::FxHashMap;

use super::standing::{Losing, Standing, stand, touches};
use crate::analysis::context::Context;
use crate::analysis::scenario::Gone;
use crate::model::{ComponentId, DatasetId, GroupId};
use crate::terms::{DependencyKind, ScenarioKind};

/// How much of a component's service is left until it recovers; ordered from the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// All of it.
    Serves,
    /// Answers to reads.
    Reads,
    /// Nothing.
    Down,
}

/// A component that a scenario harms, that goes back with one of those in a consistency group, or that one of those needs
/// and that is interrupted.
#[derive(Clone, Debug)]
pub struct Affected {
    /// Which.
    pub component: ComponentId,
    /// How it stands by itself; none where it is not hit itself.
    pub standing: Option<Standing>,
    /// Whether data of its own goes bad.
    pub spoilt: bool,
    /// Its data that goes back with that of others in a consistency group.
    pub together: Vec<DatasetId>,
    /// What is left of its service.
    pub level: Level,
}

/// All that matters for the recovery from a scenario, in the order of names.
#[derive(Clone, Debug, Default)]
pub struct Spread {
    /// Each component once.
    pub affected: Vec<Affected>,
    /// The components that are hit and go on as if nothing had happened, in the order of their ids.
    pub unharmed: Vec<ComponentId>,
    /// The consistency groups of which some member loses data.
    pub groups: Vec<GroupId>,
    /// Where each is in the list; empty while they are [`FEW`].
    slots: FxHashMap<ComponentId, u32>,
}

/// So many are looked through one by one: most scenarios hit one component.
const FEW: usize = 8;

impl Affected {
    /// Whether it loses data, by itself or with its group.
    pub fn loses(&self) -> bool {
        !self.together.is_empty() || self.standing.as_ref().is_some_and(|standing| standing.losing != Losing::Nothing)
    }
}

impl Spread {
    /// Where a component is in the list.
    pub fn slot(&self, component: ComponentId) -> Option<usize> {
        if self.slots.is_empty() {
            return self.affected.iter().position(|affected| affected.component == component);
        }
        self.slots.get(&component).map(|&slot| slot as usize)
    }

    /// What is left of the service of a component that something in the list needs.
    pub fn level(&self, component: ComponentId) -> Level {
        self.slot(component).map_or(Level::Serves, |slot| self.affected[slot].level)
    }

    /// The components that `component` needs and that do not serve it, and which it therefore waits for.
    pub fn awaited<'a>(
        &'a self,
        context: &'a Context<'_>,
        component: ComponentId,
    ) -> impl Iterator<Item = ComponentId> {
        let dependencies = context.model.components[component].depends_on.iter();
        dependencies.filter(|d| passes_on(d.kind, self.level(d.on))).map(|d| d.on)
    }

    /// The components that `component` needs in order to be recovered and that are interrupted themselves.
    pub fn awaited_to_recover<'a>(
        &'a self,
        context: &'a Context<'_>,
        component: ComponentId,
    ) -> impl Iterator<Item = ComponentId> {
        let dependencies = context.model.components[component].depends_on.iter();
        let down = |on: ComponentId| self.level(on) > Level::Serves;
        dependencies.filter(move |d| d.kind == DependencyKind::Recovery && down(d.on)).map(|d| d.on)
    }

    /// The position of a component, which is added where it is not there yet.
    fn enter(&mut self, component: ComponentId) -> usize {
        if let Some(slot) = self.slot(component) {
            return slot;
        }
        let (spoilt, together) = (false, Vec::new());
        self.affected.push(Affected { component, standing: None, spoilt, together, level: Level::Serves });
        let slot = self.affected.len() - 1;
        if self.slots.is_empty() {
            self.number();
        } else {
            self.slots.insert(component, u32::try_from(slot).unwrap_or(u32::MAX));
        }
        slot
    }

    fn number(&mut self) {
        if self.affected.len() > FEW {
            self.slots = self.affected.iter().map(|affected| affected.component).zip(0..).collect();
        }
    }

    fn sort(&mut self, context: &Context<'_>) {
        if self.affected.len() < 2 {
            return;
        }
        self.affected.retain(|affected| affected.standing.is_some() || affected.level > Level::Serves);
        self.affected.sort_by_key(|affected| context.rank(affected.component));
        self.slots.clear();
        self.number();
    }
}

/// Looks at all that is hit, and at what it needs.
pub fn spread(context: &Context<'_>, kind: ScenarioKind, gone: &Gone) -> Spread {
    let mut spread = Spread::default();
    for (component, touch) in touches(context.model, gone) {
        let missing = touch.lost.len() + touch.cut.len();
        if missing > 0 && touch.corrupt.is_empty() && missing <= context.spare(component) as usize {
            spread.unharmed.push(component);
            continue;
        }
        let standing = stand(context, kind, gone, component, &touch);
        if !standing.interrupted && standing.losing == Losing::Nothing {
            spread.unharmed.push(component);
            continue;
        }
        let slot = spread.enter(component);
        let entry = &mut spread.affected[slot];
        if standing.interrupted {
            entry.level = if standing.reads { Level::Reads } else { Level::Down };
        }
        entry.standing = Some(standing);
        entry.spoilt = !touch.corrupt.is_empty();
    }
    if !context.model.groups.is_empty() {
        join_groups(context, &mut spread);
    }
    if !stands_alone(context, &spread) {
        follow_needs(context, &mut spread);
    }
    spread.sort(context);
    spread
}

/// Adds whoever goes back with those that lose data, since their data is of use only as of one instant.
fn join_groups(context: &Context<'_>, spread: &mut Spread) {
    let model = context.model;
    for affected in &spread.affected {
        let Some(standing) = &affected.standing else { continue };
        let datasets = model.components[affected.component].datasets.iter();
        let losing = datasets.filter(|dataset| standing.losing.takes(**dataset));
        spread.groups.extend(losing.flat_map(|dataset| context.groups(*dataset)));
    }
    spread.groups.sort_unstable();
    spread.groups.dedup();
    for id in spread.groups.clone() {
        for &member in &model.groups[id].members {
            let component = model.datasets[member].component;
            let slot = spread.enter(component);
            let affected = &mut spread.affected[slot];
            affected.standing.get_or_insert_with(|| Standing::untouched(&model.components[component]));
            if !affected.together.contains(&member) {
                affected.together.push(member);
            }
        }
    }
}

/// Whether nothing that the interrupted need can be interrupted: there is at most one, and it does not need itself.
fn stands_alone(context: &Context<'_>, spread: &Spread) -> bool {
    let interrupted = spread.affected.iter().filter(|affected| affected.level > Level::Serves);
    let count = interrupted.clone().count();
    let goes_on = |affected: &Affected| affected.standing.as_ref().is_some_and(|standing| !standing.interrupted);
    let loses = || spread.affected.iter().any(|affected| affected.loses() && goes_on(affected));
    count == 0 || (count == 1 && interrupted.clone().all(|only| !context.is_circular(only.component)) && !loses())
}

/// Adds what the interrupted need, and works out which of that is interrupted with them.
fn follow_needs(context: &Context<'_>, spread: &mut Spread) {
    let mut open: Vec<usize> = (0..spread.affected.len()).collect();
    let mut known = vec![true; spread.affected.len()];
    // Who waits for whom among those that are looked at.
    let mut waiters: Vec<Vec<(usize, DependencyKind)>> = vec![Vec::new(); spread.affected.len()];
    while let Some(slot) = open.pop() {
        let affected = &spread.affected[slot];
        let (component, hit) = (affected.component, affected.standing.is_some());
        let dependencies = &context.model.components[component].depends_on;
        // What is only used, or needed only to recover, matters for those that are hit themselves.
        let running = dependencies
            .iter()
            .filter(|d| hit || matches!(d.kind, DependencyKind::Requires | DependencyKind::RequiresReads))
            .map(|d| (d.on, d.kind));
        let keys = if hit { keepers(context, component) } else { Vec::new() };
        for (on, kind) in running.chain(keys.into_iter().map(|key| (key, DependencyKind::Recovery))) {
            let other = spread.enter(on);
            if other >= known.len() {
                known.push(false);
                waiters.push(Vec::new());
            }
            waiters[other].push((slot, kind));
            if !std::mem::replace(&mut known[other], true) {
                open.push(other);
            }
        }
    }
    let mut open: Vec<usize> =
        (0..spread.affected.len()).filter(|&slot| spread.affected[slot].level > Level::Serves).collect();
    while let Some(slot) = open.pop() {
        let level = spread.affected[slot].level;
        for &(waiter, kind) in &waiters[slot] {
            let waiting = &mut spread.affected[waiter].level;
            if passes_on(kind, level) && *waiting < Level::Down {
                *waiting = Level::Down;
                open.push(waiter);
            }
        }
    }
}

/// Whoever keeps the keys of a component's copies.
fn keepers(context: &Context<'_>, component: ComponentId) -> Vec<ComponentId> {
    let model = context.model;
    let copies = model.components[component].datasets.iter().flat_map(|&dataset| &model.datasets[dataset].copies);
    let mut keepers: Vec<ComponentId> = copies.filter_map(|&copy| model.copies[copy].encrypted_by).collect();
    keepers.sort_unstable();
    keepers.dedup();
    keepers
}

/// Whether a dependency of this kind takes a component down when what it is on is left with this much of its service.
pub fn passes_on(kind: DependencyKind, level: Level) -> bool {
    match kind {
        DependencyKind::Requires => level >= Level::Reads,
        DependencyKind::RequiresReads => level >= Level::Down,
        DependencyKind::Uses | DependencyKind::Recovery => false,
    }
}
