//! How an interruption travels: `requires` passes it on, `uses` turns it into a degradation.

use rustc_hash::FxHashMap;

use super::standing::{Standing, Touch, stand, touches};
use crate::analysis::context::Context;
use crate::analysis::scenario::Gone;
use crate::model::ComponentId;
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

/// A component that a scenario touches, by itself or through what it needs.
#[derive(Clone, Debug)]
pub struct Affected {
    /// Which.
    pub component: ComponentId,
    /// How it stands by itself; none where it is not hit itself.
    pub standing: Option<Standing>,
    /// What the scenario does to it by itself.
    pub touch: Touch,
    /// What is left of its service.
    pub level: Level,
    /// Whether something that it uses is interrupted.
    pub degraded: bool,
}

/// All that a scenario touches, in the order of names.
#[derive(Clone, Debug, Default)]
pub struct Spread {
    /// Each component once.
    pub affected: Vec<Affected>,
    slots: FxHashMap<ComponentId, u32>,
}

impl Spread {
    /// Where a component is in the list.
    pub fn slot(&self, component: ComponentId) -> Option<usize> {
        self.slots.get(&component).map(|&slot| slot as usize)
    }

    /// What is left of a component's service.
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

    fn entry(&mut self, component: ComponentId) -> &mut Affected {
        let next = u32::try_from(self.affected.len()).unwrap_or(u32::MAX);
        let slot = *self.slots.entry(component).or_insert(next);
        if slot == next {
            self.affected.push(Affected {
                component,
                standing: None,
                touch: Touch::default(),
                level: Level::Serves,
                degraded: false,
            });
        }
        &mut self.affected[slot as usize]
    }

    fn sort(&mut self, context: &Context<'_>) {
        if self.affected.len() > 1 {
            self.affected.sort_by_key(|affected| context.rank(affected.component));
            let slots = (0u32..).zip(&self.affected).map(|(slot, affected)| (affected.component, slot));
            self.slots = slots.collect();
        }
    }
}

/// Looks at all that is hit and follows what it does to those that need it.
pub fn spread(context: &Context<'_>, kind: ScenarioKind, gone: &Gone) -> Spread {
    let mut spread = Spread::default();
    let mut open: Vec<ComponentId> = Vec::new();
    for (component, touch) in touches(context.model, gone) {
        let standing = stand(context, kind, gone, component, &touch);
        let entry = spread.entry(component);
        if standing.interrupted {
            entry.level = if standing.reads { Level::Reads } else { Level::Down };
            open.push(component);
        }
        entry.standing = Some(standing);
        entry.touch = touch;
    }
    while let Some(component) = open.pop() {
        let level = spread.level(component);
        for (dependent, kind) in context.dependents(component) {
            if passes_on(kind, level) {
                let entry = spread.entry(dependent);
                if entry.level < Level::Down {
                    entry.level = Level::Down;
                    open.push(dependent);
                }
            } else if kind == DependencyKind::Uses {
                spread.entry(dependent).degraded = true;
            }
        }
    }
    spread.sort(context);
    spread
}

/// Whether a dependency of this kind takes a component down when what it is on is left with this much of its service.
fn passes_on(kind: DependencyKind, level: Level) -> bool {
    match kind {
        DependencyKind::Requires => level >= Level::Reads,
        DependencyKind::RequiresReads => level >= Level::Down,
        DependencyKind::Uses | DependencyKind::Recovery => false,
    }
}
