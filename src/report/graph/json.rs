//! `drplan.graph/1`: nodes and edges for tools.

use schemars::JsonSchema;
use serde::Serialize;

use super::GraphView;
use crate::report::json::{schema_of, to_json};

/// The dependency graph.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "drplan graph", deny_unknown_fields)]
struct Graph<'a> {
    /// Name and major version of this format.
    #[schemars(extend("const" = "drplan.graph/1"))]
    format: &'static str,
    /// The name of the system.
    system: &'a str,
    /// The scenario by which nodes have an impact; null without one.
    scenario: Option<&'a str>,
    /// Components and stores.
    nodes: Vec<Node<'a>>,
    /// What needs or copies to what.
    edges: Vec<Edge<'a>>,
}

/// A component or a store.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Node<'a> {
    /// Its address in the spec.
    id: String,
    /// Its name.
    name: &'a str,
    /// `component`, `logical` (a component without instances) or `store`.
    kind: &'a str,
    /// Its technology.
    technology: &'a str,
    /// What the scenario does to it; null without one.
    impact: Option<&'a str>,
    /// Seconds from the disruption until it is back; null where it never is, or was never gone.
    back_s: Option<u64>,
}

/// That one needs or copies to another.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Edge<'a> {
    /// Who needs.
    from: String,
    /// What is needed.
    to: String,
    /// `requires`, `requires-reads`, `uses`, `recovery` or `copies-to`.
    kind: &'a str,
}

pub(super) fn render(view: &GraphView) -> String {
    let nodes = view.nodes.iter().map(|node| Node {
        id: id(node),
        name: &node.name,
        kind: node.shape.as_str(),
        technology: &node.technology,
        impact: node.fate.map(|fate| fate.impact.as_str()),
        back_s: node.fate.and_then(|fate| fate.back_s),
    });
    let edges = view.edges.iter().map(|edge| Edge {
        from: id(&view.nodes[edge.from]),
        to: id(&view.nodes[edge.to]),
        kind: edge.kind.as_str(),
    });
    to_json(&Graph {
        format: "drplan.graph/1",
        system: &view.system,
        scenario: view.scenario.as_deref(),
        nodes: nodes.collect(),
        edges: edges.collect(),
    })
}

/// The schema of this format.
pub(crate) fn schema() -> serde_json::Value {
    schema_of::<Graph<'static>>()
}

fn id(node: &super::Node) -> String {
    let section = if node.shape == super::Shape::Store { "stores" } else { "components" };
    format!("{section}.{}", node.name)
}
