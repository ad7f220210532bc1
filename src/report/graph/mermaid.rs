//! Mermaid, as GitHub, GitLab and others draw it in Markdown.

use std::fmt::Write as _;

use super::{EdgeKind, GraphView, Node, Shape};
use crate::diag::visible::one_line;
use crate::terms::{DependencyKind, Impact};

pub(super) fn render(view: &GraphView) -> String {
    let mut out = String::from("flowchart TB\n");
    for (number, node) in view.nodes.iter().enumerate() {
        let label = label(node);
        let _ = match node.shape {
            Shape::Service => writeln!(out, "  n{number}[\"{label}\"]"),
            Shape::Logical => writeln!(out, "  n{number}([\"{label}\"])"),
            Shape::Store => writeln!(out, "  n{number}[(\"{label}\")]"),
        };
    }
    for edge in &view.edges {
        let _ = writeln!(out, "  n{} {} n{}", edge.from, arrow(edge.kind), edge.to);
    }
    for (class, fill) in [("ok", "#e8f3ea"), ("degraded", "#fdf0c8"), ("outage", "#f9d3c0"), ("lost", "#d9a3a3")] {
        let members: Vec<String> = (view.nodes.iter().enumerate())
            .filter(|(_, node)| class_of(node) == Some(class))
            .map(|(number, _)| format!("n{number}"))
            .collect();
        if !members.is_empty() {
            let _ = writeln!(out, "  classDef {class} fill:{fill},stroke:#333,color:#111");
            let _ = writeln!(out, "  class {} {class}", members.join(","));
        }
    }
    out
}

fn class_of(node: &Node) -> Option<&'static str> {
    node.fate.map(|fate| match fate.impact {
        Impact::None => "ok",
        Impact::Degraded | Impact::ReadOnly => "degraded",
        Impact::Outage => "outage",
        Impact::Lost => "lost",
    })
}

fn label(node: &Node) -> String {
    let words = node.words().map(|words| format!("<br/>{words}")).unwrap_or_default();
    format!("{}<br/>{}{words}", escaped(&node.name), escaped(&node.technology))
}

fn arrow(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Needs(DependencyKind::Requires) => "-->",
        EdgeKind::Needs(DependencyKind::RequiresReads) => "-->|reads|",
        EdgeKind::Needs(DependencyKind::Uses) => "-.->|uses|",
        EdgeKind::Needs(DependencyKind::Recovery) => "-.->|to recover|",
        EdgeKind::CopiesTo => "==>|copies|",
    }
}

/// Letters, digits and a few marks stay; everything else becomes a numbered entity, which Mermaid shows and never reads.
fn escaped(text: &str) -> String {
    one_line(text).chars().fold(String::new(), |mut out, c| {
        if c.is_alphanumeric() || matches!(c, ' ' | '.' | '_' | '-') {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
        out
    })
}
