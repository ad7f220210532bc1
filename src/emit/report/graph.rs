//! The dependency graph, whole or as far as a scenario goes in it: what falls, what goes on, and when each comes back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::amount::words;
use super::gantt::shortened;
use crate::analysis::context::Context;
use crate::analysis::outcome::{ComponentResult, Outcome};
use crate::analysis::scenario::Gone;
use crate::draw::layout::{HEIGHT, Layout, Picture, layout};
use crate::model::{ComponentId, Model, StoreId};
use crate::terms::{DependencyKind, Impact};

/// More boxes than anybody can take in.
const BOXES: usize = 60;
/// In a picture of one scenario only what has to do with it is drawn of a graph that is larger than this.
const WHOLE: usize = 26;
const NAME: usize = 26;

#[derive(Serialize)]
pub(super) struct PictureView {
    pub title: String,
    pub width: i64,
    pub height: i64,
    pub nodes: Vec<NodeView>,
    pub edges: Vec<EdgeView>,
    /// Components and stores that are not drawn.
    pub more: usize,
}

#[derive(Serialize)]
pub(super) struct NodeView {
    pub name: String,
    pub full: String,
    pub technology: String,
    /// What happens to it, in words; null where nothing does.
    pub words: Option<String>,
    /// `component`, `logical` or `store`.
    pub shape: &'static str,
    /// `plain`, `none`, `degraded`, `read-only`, `outage` or `lost`.
    pub fate: &'static str,
    pub x: i64,
    pub left: i64,
    pub top: i64,
    pub width: i64,
}

#[derive(Serialize)]
pub(super) struct EdgeView {
    pub kind: &'static str,
    pub path: String,
    pub title: String,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Component(ComponentId),
    Store(StoreId),
}

/// The whole graph, where it is small enough to be looked at.
pub(super) fn whole(model: &Model) -> Option<PictureView> {
    let all = all(model);
    (!model.components.is_empty() && all.len() <= BOXES).then(|| draw(model, &all, None, "What needs what"))
}

/// What an outcome does; none where nothing that is drawn falls.
pub(super) fn of_outcome(context: &Context<'_>, outcome: &Outcome, gone: &Gone) -> Option<PictureView> {
    let model = context.model;
    let everything = model.components.len() + model.stores.len();
    let nodes = if everything <= WHOLE { all(model) } else { near(context, outcome, gone) };
    let falls = outcome.results.iter().any(|result| result.impact > Impact::None) || !gone.stores.is_empty();
    (falls && nodes.len() > 1).then(|| draw(model, &nodes, Some((outcome, gone)), "What falls, and when it is back"))
}

fn all(model: &Model) -> BTreeSet<Node> {
    model.components.ids().map(Node::Component).chain(model.stores.ids().map(Node::Store)).collect()
}

/// What is hit, the worst first, then what that needs, then where its copies are.
fn near(context: &Context<'_>, outcome: &Outcome, gone: &Gone) -> BTreeSet<Node> {
    let model = context.model;
    let mut hit: Vec<&ComponentResult> = outcome.results.iter().collect();
    hit.sort_by_key(|result| {
        (std::cmp::Reverse((result.through.is_none(), result.impact)), context.rank(result.component))
    });
    let mut nodes: BTreeSet<Node> = BTreeSet::new();
    let mut add = |node: Node| {
        if nodes.len() < BOXES {
            nodes.insert(node);
        }
    };
    hit.iter().map(|result| Node::Component(result.component)).for_each(&mut add);
    gone.stores.iter().map(|id| Node::Store(*id)).for_each(&mut add);
    for result in &hit {
        let component = &model.components[result.component];
        let own = component.depends_on.iter().filter(|dependency| !dependency.implied);
        own.map(|dependency| Node::Component(dependency.on)).for_each(&mut add);
        let copies = component.datasets.iter().flat_map(|dataset| &model.datasets[*dataset].copies);
        copies.map(|copy| Node::Store(model.copies[*copy].to)).for_each(&mut add);
    }
    nodes
}

fn draw(model: &Model, nodes: &BTreeSet<Node>, fates: Option<(&Outcome, &Gone)>, title: &str) -> PictureView {
    let place: BTreeMap<Node, usize> = nodes.iter().copied().zip(0..).collect();
    let edges = edges(model, &place);
    let mut views: Vec<NodeView> = nodes.iter().map(|node| node_view(model, *node, fates)).collect();
    let letters = |view: &NodeView| {
        let words = view.words.as_ref().map_or(0, |words| words.chars().count());
        view.name.chars().count().max(view.technology.chars().count()).max(words).max(8)
    };
    let picture = Picture {
        letters: views.iter().map(letters).collect(),
        bottom: nodes.iter().map(|node| matches!(node, Node::Store(_))).collect(),
        edges: edges.iter().map(|(from, to, _)| (*from, *to)).collect(),
    };
    let layout = layout(&picture);
    for (view, place) in views.iter_mut().zip(&layout.boxes) {
        (view.x, view.width) = (pixel(place.x), pixel(place.width));
        (view.left, view.top) = (pixel(place.x - place.width / 2.0), pixel(place.y - HEIGHT / 2.0));
    }
    let edges = edges.iter().enumerate().map(|(number, (from, to, kind))| EdgeView {
        kind,
        path: path(&layout, number),
        title: format!("{} {kind} {}", views[*from].full, views[*to].full),
    });
    PictureView {
        title: title.to_owned(),
        width: pixel(layout.width),
        height: pixel(layout.height),
        edges: edges.collect(),
        more: model.components.len() + model.stores.len() - nodes.len(),
        nodes: views,
    }
}

fn edges(model: &Model, place: &BTreeMap<Node, usize>) -> Vec<(usize, usize, &'static str)> {
    let mut edges = Vec::new();
    for (node, &from) in place {
        let Node::Component(id) = node else { continue };
        let component = &model.components[*id];
        // What the whole system needs to recover would draw an edge from everything to everything.
        for dependency in component.depends_on.iter().filter(|dependency| !dependency.implied) {
            edges.extend(place.get(&Node::Component(dependency.on)).map(|to| (from, *to, word(dependency.kind))));
        }
        for copy in component.datasets.iter().flat_map(|dataset| &model.datasets[*dataset].copies) {
            edges.extend(place.get(&Node::Store(model.copies[*copy].to)).map(|to| (from, *to, "copies-to")));
        }
    }
    edges.sort_unstable();
    edges.dedup();
    edges
}

fn word(kind: DependencyKind) -> &'static str {
    kind.as_str()
}

fn node_view(model: &Model, node: Node, fates: Option<(&Outcome, &Gone)>) -> NodeView {
    let (name, technology, shape) = match node {
        Node::Component(id) => {
            let component = &model.components[id];
            let shape = if component.instances.is_empty() { "logical" } else { "component" };
            (&component.name, &component.technology.name, shape)
        }
        Node::Store(id) => (&model.stores[id].name, &model.stores[id].technology.name, "store"),
    };
    let (fate, words) = fates.map_or(("plain", None), |(outcome, gone)| fate(node, outcome, gone));
    NodeView {
        name: shortened(name, NAME),
        full: name.clone(),
        technology: shortened(technology, NAME),
        words,
        shape,
        fate,
        x: 0,
        left: 0,
        top: 0,
        width: 0,
    }
}

/// What happens to a node, as a class and in words.
fn fate(node: Node, outcome: &Outcome, gone: &Gone) -> (&'static str, Option<String>) {
    match node {
        Node::Store(id) if gone.stores.contains(&id) => ("lost", Some("✗ lost".to_owned())),
        Node::Store(id) if gone.attacked.contains(&id) => ("degraded", Some("! attacked".to_owned())),
        Node::Store(_) => ("none", None),
        Node::Component(id) => {
            let Some(result) = outcome.results.iter().find(|result| result.component == id) else {
                return ("none", None);
            };
            let back = result.away().map(|away| format!("back {}", words(away)));
            let text = match result.impact {
                Impact::None => return ("none", None),
                Impact::Degraded => "~ degraded".to_owned(),
                Impact::Lost => "✗ never back".to_owned(),
                Impact::ReadOnly => format!("~ reads only, {}", back.unwrap_or_default()),
                Impact::Outage => format!("▼ {}", back.unwrap_or_default()),
            };
            (result.impact.as_str(), Some(text))
        }
    }
}

/// A curve through the points, from the border of one box to that of the other.
fn path(layout: &Layout, number: usize) -> String {
    let mut points = layout.lines[number].clone();
    let (Some(&first), Some(&last)) = (points.first(), points.last()) else { return String::new() };
    let down = if first.1 <= last.1 { HEIGHT / 2.0 } else { -HEIGHT / 2.0 };
    if let [start, .., end] = points.as_mut_slice() {
        *start = (first.0, first.1 + down);
        *end = (last.0, last.1 - down);
    }
    let mut path = String::new();
    if let Some((x, y)) = points.first() {
        let _ = write!(path, "M{} {}", pixel(*x), pixel(*y));
    }
    for pair in points.windows(2) {
        if let [(x1, y1), (x2, y2)] = *pair {
            let (x1, x2, y2, middle) = (pixel(x1), pixel(x2), pixel(y2), pixel((y1 + y2) / 2.0));
            let _ = write!(path, "C{x1} {middle} {x2} {middle} {x2} {y2}");
        }
    }
    path
}

/// Whole pixels.
fn pixel(length: f64) -> i64 {
    length.round() as i64
}
