//! What every part of the analysis looks up: made once for a model, read by all scenarios.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::losses::Losses;
use super::promises::Promises;
use super::scenario::Places;
use crate::graph::{Digraph, strongly_connected};
use crate::model::{Component, ComponentId, DatasetId, GroupId, Id, LinkId, LocationId, Model, ServesWith};
use crate::terms::DependencyKind;

/// A model with its look-ups.
pub struct Context<'m> {
    /// The model.
    pub model: &'m Model,
    /// Who is where.
    pub places: Places,
    /// Who answers for data loss.
    pub losses: &'m dyn Losses,
    dependents: Dependents,
    pub(super) promises: Promises,
    circular: Vec<bool>,
    spare: Vec<u32>,
    by_name: Vec<ComponentId>,
    rank: Vec<u32>,
    links: FxHashMap<(LocationId, LocationId), LinkId>,
    groups: FxHashMap<DatasetId, Vec<GroupId>>,
}

/// The link that a transfer takes, and in which direction: both directions carry its whole bandwidth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Route {
    /// The link.
    pub link: LinkId,
    /// Whether it goes from the second of its ends to the first.
    pub backwards: bool,
}

impl<'m> Context<'m> {
    /// Reads a model.
    pub fn new(model: &'m Model, losses: &'m dyn Losses) -> Self {
        let by_name = by_name(model);
        let rank = ranks(&by_name);
        Self {
            model,
            places: Places::new(model),
            losses,
            dependents: Dependents::new(model),
            promises: Promises::new(model),
            circular: circular(model),
            spare: model.components.values().map(|component| spare(model, component)).collect(),
            by_name,
            rank,
            links: links(model),
            groups: groups(model),
        }
    }

    /// All components in the order of names, by which all ties are broken.
    pub fn by_name(&self) -> &[ComponentId] {
        &self.by_name
    }

    /// The position of a component in the order of names.
    pub fn rank(&self, component: ComponentId) -> u32 {
        self.rank[component.index()]
    }

    /// Whether a component may wait for itself in a recovery: over what it requires, what it needs in order to recover, and
    /// whoever keeps the keys of its copies.
    pub fn is_circular(&self, component: ComponentId) -> bool {
        self.circular[component.index()]
    }

    /// The consistency groups that a dataset is in.
    pub fn groups(&self, dataset: DatasetId) -> &[GroupId] {
        self.groups.get(&dataset).map(Vec::as_slice).unwrap_or_default()
    }

    /// How many instances of a component can be missing, whichever they are, without any harm; zero where it takes a
    /// closer look.
    pub fn spare(&self, component: ComponentId) -> u32 {
        self.spare[component.index()]
    }

    /// Who depends on a component while it runs, and how; `recovery` is not among the kinds.
    pub fn dependents(&self, component: ComponentId) -> impl Iterator<Item = (ComponentId, DependencyKind)> {
        self.dependents.of(component)
    }

    /// The link between two places: one that is declared between a location around the first and a location around the
    /// second, neither of which holds both. Of several the one whose ends are nearest counts, then the slower.
    pub fn route(&self, from: LocationId, to: LocationId) -> Option<Route> {
        if self.links.is_empty() || from == to {
            return None;
        }
        let ends = |a: LocationId, b: LocationId| self.links.get(&(a.min(b), a.max(b))).copied();
        let mut best: Option<(usize, Route)> = None;
        for (up, a) in self.model.enclosing(from).enumerate() {
            if self.model.is_within(to, a) {
                break;
            }
            for (over, b) in self.model.enclosing(to).enumerate() {
                if self.model.is_within(from, b) {
                    break;
                }
                let Some(link) = ends(a, b) else { continue };
                let route = Route { link, backwards: self.model.links[link].between[0] != a };
                if best.is_none_or(|(steps, known)| self.is_nearer((up + over, route), (steps, known))) {
                    best = Some((up + over, route));
                }
            }
        }
        best.map(|(_, route)| route)
    }

    fn is_nearer(&self, (steps, route): (usize, Route), (known_steps, known): (usize, Route)) -> bool {
        let bandwidth = |route: Route| self.model.links[route.link].bandwidth;
        (steps, bandwidth(route)) < (known_steps, bandwidth(known))
    }
}

/// Who depends on each component, in compressed rows.
struct Dependents {
    starts: Vec<u32>,
    rows: Vec<(ComponentId, DependencyKind)>,
}

impl Dependents {
    fn new(model: &Model) -> Self {
        let edges = || {
            model.components.iter().flat_map(|(id, component)| {
                let running = component.depends_on.iter().filter(|d| d.kind != DependencyKind::Recovery);
                running.map(move |dependency| (dependency.on, id, dependency.kind))
            })
        };
        let count = model.components.len();
        let mut starts = vec![0u32; count + 1];
        for (on, ..) in edges() {
            starts[on.index() + 1] += 1;
        }
        for index in 0..count {
            starts[index + 1] += starts[index];
        }
        let mut next = starts.clone();
        let mut rows = vec![(ComponentId::from_index(0), DependencyKind::Uses); starts[count] as usize];
        for (on, id, kind) in edges() {
            rows[next[on.index()] as usize] = (id, kind);
            next[on.index()] += 1;
        }
        Self { starts, rows }
    }

    fn of(&self, id: ComponentId) -> impl Iterator<Item = (ComponentId, DependencyKind)> {
        self.rows[self.starts[id.index()] as usize..self.starts[id.index() + 1] as usize].iter().copied()
    }
}

fn circular(model: &Model) -> Vec<bool> {
    let number = |id: ComponentId| u32::try_from(id.index()).unwrap_or(u32::MAX);
    let needs = model.components.iter().flat_map(|(id, component)| {
        let needed = component.depends_on.iter().filter(|d| d.kind != DependencyKind::Uses).map(|d| d.on);
        needed.map(move |on| (number(id), number(on)))
    });
    let keys = model.copies.values().filter_map(|copy| {
        let component = model.datasets[copy.dataset].component;
        Some((number(component), number(copy.encrypted_by?)))
    });
    let graph = Digraph::from_edges(model.components.len(), needs.chain(keys));
    let knots = strongly_connected(&graph);
    let mut sizes = vec![0u32; knots.len()];
    knots.iter().for_each(|&knot| sizes[knot as usize] += 1);
    let circular = |node: u32| sizes[knots[node as usize] as usize] > 1 || graph.successors(node).contains(&node);
    graph.nodes().map(circular).collect()
}

/// Of equal instances without data, roles or promises, all but those that it takes to serve.
fn spare(model: &Model, component: &Component) -> u32 {
    let ServesWith::Count(count) = component.serves_with else { return 0 };
    let plain = component.datasets.is_empty()
        && component.guarantees.is_empty()
        && component.replication.is_none()
        && !component.technology.roles
        && component.instances.iter().all(|&id| model.instances[id].has_data());
    let all = u32::try_from(component.instances.len()).unwrap_or(u32::MAX);
    if plain { all.saturating_sub(count) } else { 0 }
}

/// All components in the order of their names.
pub(super) fn by_name(model: &Model) -> Vec<ComponentId> {
    let mut order: Vec<ComponentId> = model.components.ids().collect();
    order.par_sort_by(|a, b| model.components[*a].name.cmp(&model.components[*b].name));
    order
}

fn ranks(by_name: &[ComponentId]) -> Vec<u32> {
    let mut rank = vec![0; by_name.len()];
    for (position, id) in (0u32..).zip(by_name) {
        rank[id.index()] = position;
    }
    rank
}

fn groups(model: &Model) -> FxHashMap<DatasetId, Vec<GroupId>> {
    let mut groups: FxHashMap<DatasetId, Vec<GroupId>> = FxHashMap::default();
    for (id, group) in model.groups.iter() {
        group.members.iter().for_each(|member| groups.entry(*member).or_default().push(id));
    }
    groups
}

/// Links by their ends, the smaller id first; of several between the same two the slowest counts.
fn links(model: &Model) -> FxHashMap<(LocationId, LocationId), LinkId> {
    let mut links: FxHashMap<(LocationId, LocationId), LinkId> = FxHashMap::default();
    for (id, link) in model.links.iter() {
        let [a, b] = link.between;
        let known = links.entry((a.min(b), a.max(b))).or_insert(id);
        if link.bandwidth < model.links[*known].bandwidth {
            *known = id;
        }
    }
    links
}
