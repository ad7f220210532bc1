//! The dependency graph as text and picture: components, stores, and what needs or copies to what.

mod dot;
mod json;
mod mermaid;
mod svg;
mod text;

use std::collections::BTreeMap;

use super::Screen;
use crate::model::{ComponentId, Id, Model, StoreId};
use crate::terms::{DependencyKind, Impact};

pub(crate) use json::schema;

/// The formats in which a graph is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphFormat {
    /// Graphviz.
    Dot,
    /// Mermaid, as Markdown hosts draw it.
    Mermaid,
    /// A picture that needs nothing else.
    Svg,
    /// `drplan.graph/1`.
    Json,
    /// A tree for the terminal.
    Text,
}

/// What a scenario does to a component, as far as a graph shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fate {
    /// The impact.
    pub impact: Impact,
    /// When it is back, in seconds from the disruption; none where it never is, or was never gone.
    pub back_s: Option<u64>,
}

/// A scenario as a graph shows it.
#[derive(Clone, Debug, Default)]
pub struct Fates {
    /// Its id.
    pub scenario: String,
    /// What it does to components; those that are not in it go on as before.
    pub components: BTreeMap<ComponentId, Fate>,
    /// The stores that it takes.
    pub lost_stores: Vec<StoreId>,
}

/// A graph that is ready to be drawn.
#[derive(Clone, Debug)]
pub struct GraphView {
    system: String,
    scenario: Option<String>,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

#[derive(Clone, Debug)]
struct Node {
    name: String,
    technology: String,
    shape: Shape,
    fate: Option<Fate>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// A component with instances.
    Service,
    /// A component that is up when what it requires is.
    Logical,
    /// A place for copies.
    Store,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    from: usize,
    to: usize,
    kind: EdgeKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum EdgeKind {
    Needs(DependencyKind),
    CopiesTo,
}

impl EdgeKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Needs(kind) => kind.as_str(),
            Self::CopiesTo => "copies-to",
        }
    }
}

impl Shape {
    fn as_str(self) -> &'static str {
        match self {
            Self::Service => "component",
            Self::Logical => "logical",
            Self::Store => "store",
        }
    }
}

impl GraphView {
    /// The graph of a model, coloured by a scenario where one is given.
    pub fn new(model: &Model, fates: Option<&Fates>) -> Self {
        let components = model.components.len();
        let mut nodes: Vec<Node> = Vec::with_capacity(components + model.stores.len());
        for (id, component) in model.components.iter() {
            let untouched = Fate { impact: Impact::None, back_s: None };
            nodes.push(Node {
                name: component.name.clone(),
                technology: component.technology.name.clone(),
                shape: if component.instances.is_empty() { Shape::Logical } else { Shape::Service },
                fate: fates.map(|fates| fates.components.get(&id).copied().unwrap_or(untouched)),
            });
        }
        for (id, store) in model.stores.iter() {
            let impact = |lost: bool| if lost { Impact::Lost } else { Impact::None };
            nodes.push(Node {
                name: store.name.clone(),
                technology: store.technology.name.clone(),
                shape: Shape::Store,
                fate: fates.map(|fates| Fate { impact: impact(fates.lost_stores.contains(&id)), back_s: None }),
            });
        }
        let scenario = fates.map(|fates| fates.scenario.clone());
        Self { system: model.system.name.clone(), scenario, nodes, edges: edges(model) }
    }

    /// The graph in a format.
    pub fn render(&self, format: GraphFormat, screen: Screen) -> String {
        match format {
            GraphFormat::Dot => dot::render(self),
            GraphFormat::Mermaid => mermaid::render(self),
            GraphFormat::Svg => svg::render(self),
            GraphFormat::Json => json::render(self),
            GraphFormat::Text => text::render(self, &screen),
        }
    }
}

fn edges(model: &Model) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (id, component) in model.components.iter() {
        let from = id.index();
        // What the whole system needs to recover would draw an edge from everything to everything.
        let own = component.depends_on.iter().filter(|dependency| !dependency.implied);
        edges.extend(own.map(|d| Edge { from, to: d.on.index(), kind: EdgeKind::Needs(d.kind) }));
        let copies = component.datasets.iter().flat_map(|dataset| &model.datasets[*dataset].copies);
        edges.extend(copies.map(|copy| {
            let to = model.components.len() + model.copies[*copy].to.index();
            Edge { from, to, kind: EdgeKind::CopiesTo }
        }));
    }
    edges.sort_unstable();
    edges.dedup();
    edges
}

impl Node {
    /// What a scenario does to it, in a few words: `outage, back after 22 m`.
    fn words(&self) -> Option<String> {
        let fate = self.fate?;
        if self.shape == Shape::Store {
            return (fate.impact == Impact::Lost).then(|| "lost".to_owned());
        }
        let back = fate.back_s.map(|s| format!(", back after {}", crate::units::Seconds(s).human()));
        (fate.impact != Impact::None).then(|| format!("{}{}", fate.impact, back.unwrap_or_default()))
    }
}
