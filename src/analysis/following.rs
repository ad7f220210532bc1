//! Those who are not hit and merely wait: everything that needs, directly or over others, what a scenario interrupts.
//!
//! They have no steps of their own, so that all about them follows from the results of the components that are hit. There
//! can be as many for every scenario as there are components; they are found when somebody asks.

use rustc_hash::{FxHashMap, FxHashSet};

use super::context::Context;
use super::impact::{Level, NoWayBack, passes_on};
use super::outcome::ComponentResult;
use super::rto::Times;
use crate::model::ComponentId;
use crate::terms::{DependencyKind, Impact, Strategy};

/// What an interruption comes to for whoever waits: when it is over, or that it never is.
type End = Option<Times>;

/// Everybody who waits, in no particular order.
pub(super) fn followers(context: &Context<'_>, hit: &[ComponentResult]) -> Vec<ComponentResult> {
    let known: FxHashMap<ComponentId, &ComponentResult> = hit.iter().map(|result| (result.component, result)).collect();
    let mut open: Vec<(ComponentId, Level)> = hit
        .iter()
        .map(|result| (result.component, result.level()))
        .filter(|(_, level)| *level > Level::Serves)
        .collect();
    let mut waiting: Vec<ComponentId> = Vec::new();
    let mut slots: FxHashMap<ComponentId, usize> = FxHashMap::default();
    let mut using: Vec<ComponentId> = Vec::new();
    while let Some((component, level)) = open.pop() {
        for (dependent, kind) in context.dependents(component) {
            if known.contains_key(&dependent) {
                continue;
            }
            if passes_on(kind, level) {
                slots.entry(dependent).or_insert_with(|| {
                    waiting.push(dependent);
                    open.push((dependent, Level::Down));
                    waiting.len() - 1
                });
            } else if kind == DependencyKind::Uses {
                using.push(dependent);
            }
        }
    }
    let down = Down { context, known: &known, slots: &slots };
    let mut results = down.results(&waiting);
    using.retain(|component| !slots.contains_key(component));
    using.sort_unstable();
    using.dedup();
    results.extend(using.into_iter().map(|component| degraded(context, component, &down)));
    results
}

/// What happens to one component that is not hit; none where nothing does.
pub(super) fn follower(
    context: &Context<'_>,
    hit: &[ComponentResult],
    component: ComponentId,
) -> Option<ComponentResult> {
    if hit.iter().all(|result| result.level() == Level::Serves) {
        return None;
    }
    let known: FxHashMap<ComponentId, &ComponentResult> = hit.iter().map(|result| (result.component, result)).collect();
    let slots = needs_that_are_down(context, &known, component);
    let waiting: Vec<ComponentId> = {
        let mut waiting: Vec<(usize, ComponentId)> = slots.iter().map(|(&id, &slot)| (slot, id)).collect();
        waiting.sort_unstable();
        waiting.into_iter().map(|(_, id)| id).collect()
    };
    let down = Down { context, known: &known, slots: &slots };
    if slots.contains_key(&component) {
        return down.results(&waiting).into_iter().find(|result| result.component == component);
    }
    down.troubled(component).next()?;
    Some(degraded(context, component, &down))
}

/// Of a component that is not hit and all that it needs over others, those that wait.
fn needs_that_are_down(
    context: &Context<'_>,
    known: &FxHashMap<ComponentId, &ComponentResult>,
    component: ComponentId,
) -> FxHashMap<ComponentId, usize> {
    let mut list = vec![component];
    let mut seen: FxHashSet<ComponentId> = FxHashSet::from_iter([component]);
    let mut waiters: FxHashMap<ComponentId, Vec<ComponentId>> = FxHashMap::default();
    let mut next = 0;
    let mut down: Vec<ComponentId> = Vec::new();
    while let Some(&at) = list.get(next) {
        next += 1;
        for dependency in &context.model.components[at].depends_on {
            let first_hop = at == component && dependency.kind == DependencyKind::Uses;
            match known.get(&dependency.on) {
                Some(result) if passes_on(dependency.kind, result.level()) => down.push(at),
                Some(_) => {}
                None if passes_on(dependency.kind, Level::Down) || first_hop => {
                    if !first_hop {
                        waiters.entry(dependency.on).or_default().push(at);
                    }
                    if seen.insert(dependency.on) {
                        list.push(dependency.on);
                    }
                }
                None => {}
            }
        }
    }
    let mut slots: FxHashMap<ComponentId, usize> = FxHashMap::default();
    while let Some(at) = down.pop() {
        let number = slots.len();
        if let std::collections::hash_map::Entry::Vacant(slot) = slots.entry(at) {
            slot.insert(number);
            down.extend(waiters.get(&at).into_iter().flatten());
        }
    }
    slots
}

/// Those who wait, and those who are hit.
struct Down<'a> {
    context: &'a Context<'a>,
    known: &'a FxHashMap<ComponentId, &'a ComponentResult>,
    slots: &'a FxHashMap<ComponentId, usize>,
}

impl Down<'_> {
    fn level(&self, component: ComponentId) -> Level {
        match self.known.get(&component) {
            Some(result) => result.level(),
            None if self.slots.contains_key(&component) => Level::Down,
            None => Level::Serves,
        }
    }

    /// What takes a component down.
    fn causes(&self, component: ComponentId) -> impl Iterator<Item = ComponentId> {
        let dependencies = self.context.model.components[component].depends_on.iter();
        dependencies.filter(|d| passes_on(d.kind, self.level(d.on))).map(|d| d.on)
    }

    /// What it uses and that does not serve.
    fn troubled(&self, component: ComponentId) -> impl Iterator<Item = ComponentId> {
        let dependencies = self.context.model.components[component].depends_on.iter();
        let used = dependencies.filter(|d| d.kind == DependencyKind::Uses).map(|d| d.on);
        used.filter(|&on| self.level(on) > Level::Serves)
    }

    /// The results of those who wait: each when the last of its causes is over.
    fn results(&self, waiting: &[ComponentId]) -> Vec<ComponentResult> {
        let mut missing = vec![0u32; waiting.len()];
        let mut waiters: Vec<Vec<usize>> = vec![Vec::new(); waiting.len()];
        for (slot, &component) in waiting.iter().enumerate() {
            for cause in self.causes(component).filter_map(|cause| self.slots.get(&cause)) {
                missing[slot] += 1;
                waiters[*cause].push(slot);
            }
        }
        let mut ends: Vec<Option<End>> = vec![None; waiting.len()];
        let mut ready: Vec<usize> = (0..waiting.len()).filter(|&slot| missing[slot] == 0).collect();
        let mut results = Vec::with_capacity(waiting.len());
        while let Some(slot) = ready.pop() {
            let (through, end) = self.end(waiting[slot], &ends);
            ends[slot] = Some(end);
            results.push(waiter(self.context, waiting[slot], through, end));
            for &next in &waiters[slot] {
                missing[next] -= 1;
                if missing[next] == 0 {
                    ready.push(next);
                }
            }
        }
        // Whoever requires itself over others never comes back.
        let knotted = waiting.iter().enumerate().filter(|(slot, _)| ends[*slot].is_none());
        results.extend(knotted.map(|(_, &component)| {
            let first = self.causes(component).min_by_key(|&id| self.context.rank(id));
            waiter(self.context, component, first, None)
        }));
        results
    }

    /// When the last of the causes is over, and which that is: one that never is, else the first by name to name.
    fn end(&self, component: ComponentId, ends: &[Option<End>]) -> (Option<ComponentId>, End) {
        let mut causes: Vec<ComponentId> = self.causes(component).collect();
        causes.sort_by_key(|&id| self.context.rank(id));
        let end_of = |cause: ComponentId| match self.known.get(&cause) {
            Some(result) => result.recovery,
            None => self.slots.get(&cause).and_then(|&slot| ends[slot]).flatten(),
        };
        if let Some(&lost) = causes.iter().find(|&&cause| end_of(cause).is_none()) {
            return (Some(lost), None);
        }
        (causes.first().copied(), causes.iter().filter_map(|&cause| end_of(cause)).reduce(Times::later))
    }
}

fn waiter(context: &Context<'_>, component: ComponentId, through: Option<ComponentId>, end: End) -> ComponentResult {
    let runs = !context.model.components[component].instances.is_empty();
    ComponentResult {
        component,
        impact: if end.is_some() { Impact::Outage } else { Impact::Lost },
        strategy: if runs { Strategy::Continue } else { Strategy::None },
        through,
        no_way_back: if end.is_some() { None } else { through.map(NoWayBack::Needs) },
        reads: false,
        data_loss: Box::default(),
        recovery: end,
    }
}

fn degraded(context: &Context<'_>, component: ComponentId, down: &Down<'_>) -> ComponentResult {
    let through = down.troubled(component).min_by_key(|&id| context.rank(id));
    let result = waiter(context, component, through, None);
    ComponentResult { impact: Impact::Degraded, no_way_back: None, ..result }
}
