//! What is promised, by kind of scenario: kinds in which all promises are the same are one class, and for each class it is
//! known how soon the most impatient of those who wait for a component must have it back.
//!
//! With that, a scenario in which nothing is broken is known to be so without a look at everybody who waits.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::graph::{Digraph, strongly_connected};
use crate::model::{ComponentId, DeclaredScenarioId, Id, Model, Override};
use crate::terms::{DependencyKind, ScenarioKind};
use crate::units::Seconds;

/// All promises of a model.
pub(super) struct Promises {
    /// In the order of the kinds.
    by_kind: Vec<u32>,
    by_declared: Vec<u32>,
    order: OnceLock<Order>,
    /// For each class a scenario of it, and the bounds of those who wait.
    classes: Vec<(ScenarioKind, Option<DeclaredScenarioId>, OnceLock<Vec<Waiting>>)>,
}

/// The recovery time objective of a component, and the least among all that wait for it, directly or over others; none
/// without any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Waiting {
    /// Its own.
    pub own: Option<Seconds>,
    /// Where the component does not serve at all.
    pub down: Option<Seconds>,
    /// Where it still answers reads.
    pub reads: Option<Seconds>,
}

impl Promises {
    pub(super) fn new(model: &Model) -> Self {
        let mut numbers: FxHashMap<Vec<Promised>, u32> = FxHashMap::default();
        let mut classes = Vec::new();
        let mut number = |kind: ScenarioKind, declared: Option<DeclaredScenarioId>| {
            let next = classes.len() as u32;
            let class = *numbers.entry(promised(model, kind, declared)).or_insert(next);
            if class == next {
                classes.push((kind, declared, OnceLock::new()));
            }
            class
        };
        let by_kind = ScenarioKind::ALL.iter().map(|&kind| number(kind, None)).collect();
        let by_declared = model.scenarios.ids().map(|id| number(ScenarioKind::Declared, Some(id))).collect();
        Self { by_kind, by_declared, order: OnceLock::new(), classes }
    }

    /// The class of a scenario: two scenarios of one class promise the same.
    pub(super) fn class(&self, kind: ScenarioKind, declared: Option<DeclaredScenarioId>) -> u32 {
        let class = match declared {
            Some(id) => self.by_declared.get(id.index()),
            None => self.by_kind.get(kind as usize),
        };
        class.copied().unwrap_or_default()
    }

    /// The objective of a component, and the least of those who wait for it.
    pub(super) fn waiting(&self, model: &Model, class: u32, component: ComponentId) -> Waiting {
        let Some((kind, declared, waiting)) = self.classes.get(class as usize) else { return Waiting::default() };
        let order = || self.order.get_or_init(|| Order::new(model));
        let waiting = waiting.get_or_init(|| waiting_of(model, order(), *kind, *declared));
        waiting.get(component.index()).copied().unwrap_or_default()
    }
}

/// The components with whoever waits for one before it, and those on one circle of requirements after one another.
struct Order {
    components: Vec<ComponentId>,
    /// For each component the number of its circle, or one of its own.
    knots: Vec<u32>,
}

impl Order {
    fn new(model: &Model) -> Self {
        let edges = model.components.iter().flat_map(|(id, component)| {
            let on = component.depends_on.iter().filter(|d| awaits(d.kind)).map(|d| d.on);
            on.map(move |on| (on.index() as u32, id.index() as u32))
        });
        let graph = Digraph::from_edges(model.components.len(), edges);
        // Tarjan's numbers grow against the edges: whoever waits has a smaller one.
        let knots = strongly_connected(&graph);
        let mut components: Vec<ComponentId> = model.components.ids().collect();
        components.sort_by_key(|id| knots[id.index()]);
        Self { components, knots }
    }

    fn knots(&self) -> impl Iterator<Item = &[ComponentId]> {
        self.components.chunk_by(|a, b| self.knots[a.index()] == self.knots[b.index()])
    }
}

/// Works backwards from those for whom nobody waits. A circle of requirements is a mistake in the spec; its members are
/// gone through until nothing changes.
fn waiting_of(model: &Model, order: &Order, kind: ScenarioKind, declared: Option<DeclaredScenarioId>) -> Vec<Waiting> {
    let mut waiting = vec![Waiting::default(); model.components.len()];
    for knot in order.knots() {
        let mut changed = true;
        while changed {
            changed = false;
            for &waiter in knot {
                let own = model.components[waiter].objective.map(|id| model.objectives[id].promise(kind, declared));
                let own = own.and_then(|promise| promise.rto).map(|threshold| threshold.at_most);
                waiting[waiter.index()].own = own;
                let least = [own, waiting[waiter.index()].down].into_iter().flatten().min();
                changed |= tell(model, waiter, least, &mut waiting) && knot.len() > 1;
            }
        }
    }
    waiting
}

/// Tells those that a component waits for how soon it must have them back; says whether one of them did not know.
fn tell(model: &Model, waiter: ComponentId, least: Option<Seconds>, waiting: &mut [Waiting]) -> bool {
    let mut news = false;
    for dependency in model.components[waiter].depends_on.iter().filter(|d| awaits(d.kind)) {
        let known = &mut waiting[dependency.on.index()];
        let mut told = *known;
        told.down = [told.down, least].into_iter().flatten().min();
        if dependency.kind == DependencyKind::Requires {
            told.reads = [told.reads, least].into_iter().flatten().min();
        }
        news |= told != *known;
        *known = told;
    }
    news
}

fn awaits(kind: DependencyKind) -> bool {
    matches!(kind, DependencyKind::Requires | DependencyKind::RequiresReads)
}

#[derive(PartialEq, Eq, Hash)]
enum Promised {
    Kind(u32, Bounds),
    Scenario(u32, Bounds),
    Guarantee(u32, Option<Seconds>, Option<Seconds>),
}

type Bounds = [Option<Option<Seconds>>; 2];

/// What differs from the default in a scenario.
fn promised(model: &Model, kind: ScenarioKind, declared: Option<DeclaredScenarioId>) -> Vec<Promised> {
    let mut promised = Vec::new();
    for (id, objective) in model.objectives.iter() {
        let id = id.index() as u32;
        let of_kind = objective.by_kind.iter().filter(|(other, _)| *other == kind);
        promised.extend(of_kind.map(|(_, change)| Promised::Kind(id, bounds(change))));
        let of_scenario = objective.by_scenario.iter().filter(|(other, _)| Some(*other) == declared);
        promised.extend(of_scenario.map(|(_, change)| Promised::Scenario(id, bounds(change))));
    }
    for (id, component) in model.components.iter() {
        let of_kind = component.guarantees.iter().filter(|guarantee| guarantee.kind == kind);
        let id = id.index() as u32;
        promised.extend(of_kind.map(|g| Promised::Guarantee(id, g.recovery, g.data_loss)));
    }
    promised
}

fn bounds(change: &Override) -> Bounds {
    [change.rto, change.rpo].map(|bound| bound.map(|bound| bound.map(|threshold| threshold.at_most)))
}
