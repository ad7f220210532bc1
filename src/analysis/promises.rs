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
    by_kind: FxHashMap<ScenarioKind, u32>,
    by_declared: Vec<u32>,
    /// For each class a scenario of it, and the bounds of those who wait.
    classes: Vec<(ScenarioKind, Option<DeclaredScenarioId>, OnceLock<Vec<Waiting>>)>,
}

/// The least recovery time objective among all that wait for a component, directly or over others; none without any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Waiting {
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
        let by_kind = ScenarioKind::ALL.iter().map(|&kind| (kind, number(kind, None))).collect();
        let by_declared = model.scenarios.ids().map(|id| number(ScenarioKind::Declared, Some(id))).collect();
        Self { by_kind, by_declared, classes }
    }

    /// The class of a scenario: two scenarios of one class promise the same.
    pub(super) fn class(&self, kind: ScenarioKind, declared: Option<DeclaredScenarioId>) -> u32 {
        let class = match declared {
            Some(id) => self.by_declared.get(id.index()),
            None => self.by_kind.get(&kind),
        };
        class.copied().unwrap_or_default()
    }

    /// The least objective of those who wait for a component.
    pub(super) fn waiting(&self, model: &Model, class: u32, component: ComponentId) -> Waiting {
        let Some((kind, declared, waiting)) = self.classes.get(class as usize) else { return Waiting::default() };
        let waiting = waiting.get_or_init(|| waiting_of(model, *kind, *declared));
        waiting.get(component.index()).copied().unwrap_or_default()
    }
}

/// Works backwards from those for whom nobody waits. A circle of requirements is a mistake in the spec; its members are
/// gone through until nothing changes.
fn waiting_of(model: &Model, kind: ScenarioKind, declared: Option<DeclaredScenarioId>) -> Vec<Waiting> {
    let count = model.components.len();
    let edges = model.components.iter().flat_map(|(id, component)| {
        let on = component.depends_on.iter().filter(|d| awaits(d.kind)).map(|d| d.on);
        on.map(move |on| (on.index() as u32, id.index() as u32))
    });
    let graph = Digraph::from_edges(count, edges);
    // Tarjan's numbers grow against the edges: whoever waits has a smaller one.
    let knots = strongly_connected(&graph);
    let mut order: Vec<u32> = graph.nodes().collect();
    order.sort_unstable_by_key(|&node| knots[node as usize]);
    let own: Vec<Option<Seconds>> = model
        .components
        .values()
        .map(|component| {
            let objective = &model.objectives[component.objective?];
            objective.promise(kind, declared).rto.map(|threshold| threshold.at_most)
        })
        .collect();
    let mut waiting = vec![Waiting::default(); count];
    for knot in order.chunk_by(|a, b| knots[*a as usize] == knots[*b as usize]) {
        let mut changed = true;
        while changed {
            changed = false;
            for &node in knot {
                let of_node = look(model, &graph, &own, &waiting, node);
                changed |= knot.len() > 1 && of_node != waiting[node as usize];
                waiting[node as usize] = of_node;
            }
        }
    }
    waiting
}

fn look(model: &Model, graph: &Digraph, own: &[Option<Seconds>], waiting: &[Waiting], node: u32) -> Waiting {
    let mut of_node = Waiting::default();
    let on = ComponentId::from_index(node as usize);
    for &waiter in graph.successors(node) {
        let least = [own[waiter as usize], waiting[waiter as usize].down].into_iter().flatten().min();
        of_node.down = [of_node.down, least].into_iter().flatten().min();
        let dependencies = &model.components[ComponentId::from_index(waiter as usize)].depends_on;
        if dependencies.iter().any(|d| d.on == on && d.kind == DependencyKind::Requires) {
            of_node.reads = [of_node.reads, least].into_iter().flatten().min();
        }
    }
    of_node
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
