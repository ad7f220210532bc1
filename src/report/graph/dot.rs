//! Graphviz.

use std::fmt::Write as _;

use super::{EdgeKind, GraphView, Node, Shape};
use crate::diag::visible::one_line;
use crate::terms::{DependencyKind, Impact};

pub(super) fn render(view: &GraphView) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "digraph {} {{", quoted(&view.system));
    let title = view.scenario.as_ref().map_or(view.system.clone(), |id| format!("{}: {id}", view.system));
    let _ = writeln!(out, "  graph [rankdir=TB, fontname=\"sans-serif\", labelloc=t, label={}];", quoted(&title));
    out.push_str("  node [fontname=\"sans-serif\", fontsize=11, style=filled, fillcolor=white];\n");
    out.push_str("  edge [fontname=\"sans-serif\", fontsize=9];\n");
    for (number, node) in view.nodes.iter().enumerate() {
        let _ = writeln!(out, "  n{number} [{}];", attributes(node));
    }
    for edge in &view.edges {
        let _ = writeln!(out, "  n{} -> n{} [{}];", edge.from, edge.to, style(edge.kind));
    }
    out.push_str("}\n");
    out
}

fn attributes(node: &Node) -> String {
    let words = node.words().map(|words| format!("\n{words}")).unwrap_or_default();
    let label = format!("{}\n{}{words}", one_line(&node.name), one_line(&node.technology));
    let shape = match node.shape {
        Shape::Service => "box",
        Shape::Logical => "ellipse",
        Shape::Store => "cylinder",
    };
    let colour = match node.fate.map(|fate| fate.impact) {
        None => "white",
        Some(Impact::None) => "#e8f3ea",
        Some(Impact::Degraded | Impact::ReadOnly) => "#fdf0c8",
        Some(Impact::Outage) => "#f9d3c0",
        Some(Impact::Lost) => "#d9a3a3",
    };
    format!("shape={shape}, fillcolor=\"{colour}\", label={}", quoted(&label))
}

fn style(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Needs(DependencyKind::Requires) => "label=\"\"",
        EdgeKind::Needs(DependencyKind::RequiresReads) => "label=\"reads\"",
        EdgeKind::Needs(DependencyKind::Uses) => "style=dashed, label=\"uses\"",
        EdgeKind::Needs(DependencyKind::Recovery) => "style=dotted, label=\"to recover\"",
        EdgeKind::CopiesTo => "style=bold, color=gray, label=\"copies\"",
    }
}

/// A string of the DOT language: only quotes and backslashes mean something in one.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}
