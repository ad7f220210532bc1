//! A picture that needs nothing else: no script, no style sheet, no font of its own. Readable in black and white: what falls
//! has a thicker or a double border and says so in words.

use std::fmt::Write as _;

use super::{Edge, EdgeKind, GraphView, Node, Shape};
use crate::diag::markup::html_text;
use crate::diag::visible::one_line;
use crate::draw::layout::{Box, HEIGHT, Picture, layout};
use crate::terms::{DependencyKind, Impact};

const HEADER: f64 = 40.0;
const FOOTER: f64 = 34.0;

const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#16202b}\
.t{font-size:10.5px;fill:#4a5866}.h{font-size:15px;font-weight:600}.w{font-size:10.5px;font-weight:600}\
.n{fill:#fff;stroke:#51606f;stroke-width:1.2}.ok{fill:#e8f3ea}.degraded{fill:#fdf0c8;stroke-width:2}\
.outage{fill:#f9d3c0;stroke:#8a2d0c;stroke-width:2.4}.lost{fill:#d9a3a3;stroke:#5c0f0f;stroke-width:3.4}\
.e{fill:none;stroke:#51606f;stroke-width:1.3}.uses{stroke-dasharray:6 4}.recovery{stroke-dasharray:2 4}\
.copies-to{stroke:#a3afba;stroke-width:2.2}";

pub(super) fn render(view: &GraphView) -> String {
    let layout = layout(&Picture {
        letters: view.nodes.iter().map(widest_line).collect(),
        bottom: view.nodes.iter().map(|node| node.shape == Shape::Store).collect(),
        edges: view.edges.iter().map(|edge| (edge.from, edge.to)).collect(),
    });
    let (width, height) = (layout.width.max(640.0), layout.height + HEADER + FOOTER);
    let title = match &view.scenario {
        Some(scenario) => format!("{}: {scenario}", view.system),
        None => format!("{}: what needs what", view.system),
    };
    let title = escaped(&title);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\" aria-label=\"{title}\">"
    );
    let _ = writeln!(out, "<title>{title}</title>\n<style>{STYLE}</style>");
    out.push_str("<defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#51606f\"/></marker></defs>\n");
    let _ = writeln!(
        out,
        "<rect width=\"100%\" height=\"100%\" fill=\"#fbfcfd\"/>\n<text class=\"h\" x=\"24\" y=\"26\">{title}</text>"
    );
    let _ = writeln!(out, "<g transform=\"translate({:.1} {HEADER})\">", (width - layout.width) / 2.0);
    for (edge, line) in view.edges.iter().zip(&layout.lines) {
        draw_edge(&mut out, edge, line, view);
    }
    for (node, place) in view.nodes.iter().zip(&layout.boxes) {
        draw_node(&mut out, node, *place);
    }
    out.push_str("</g>\n");
    legend(&mut out, height - 12.0);
    out.push_str("</svg>\n");
    out
}

fn widest_line(node: &Node) -> usize {
    let words = node.words().map_or(0, |words| words.chars().count());
    node.name.chars().count().max(node.technology.chars().count()).max(words).max(6)
}

/// A curve through the points, from the border of one box to that of the other.
fn draw_edge(out: &mut String, edge: &Edge, line: &[(f64, f64)], view: &GraphView) {
    let (Some(&first), Some(&last)) = (line.first(), line.last()) else { return };
    let down = if first.1 <= last.1 { HEIGHT / 2.0 } else { -HEIGHT / 2.0 };
    let mut points: Vec<(f64, f64)> = line.to_vec();
    if let [start, .., end] = points.as_mut_slice() {
        *start = (first.0, first.1 + down);
        *end = (last.0, last.1 - down);
    }
    let mut path = String::new();
    if let Some((x, y)) = points.first() {
        let _ = write!(path, "M{x:.1} {y:.1}");
    }
    for pair in points.windows(2) {
        if let [(x1, y1), (x2, y2)] = *pair {
            let middle = (y1 + y2) / 2.0;
            let _ = write!(path, "C{x1:.1} {middle:.1} {x2:.1} {middle:.1} {x2:.1} {y2:.1}");
        }
    }
    let kind = edge.kind.as_str();
    let title = format!("{} {kind} {}", view.nodes[edge.from].name, view.nodes[edge.to].name);
    let arrow = if edge.kind == EdgeKind::CopiesTo { "" } else { " marker-end=\"url(#a)\"" };
    let _ = writeln!(out, "<path class=\"e {kind}\" d=\"{path}\"{arrow}><title>{}</title></path>", escaped(&title));
}

fn draw_node(out: &mut String, node: &Node, place: Box) {
    let (left, top) = (place.x - place.width / 2.0, place.y - HEIGHT / 2.0);
    let class = match node.fate.map(|fate| fate.impact) {
        None => "",
        Some(Impact::None) => " ok",
        Some(Impact::Degraded | Impact::ReadOnly) => " degraded",
        Some(Impact::Outage) => " outage",
        Some(Impact::Lost) => " lost",
    };
    let round = match node.shape {
        Shape::Service => 4.0,
        Shape::Logical => HEIGHT / 2.0,
        Shape::Store => 4.0,
    };
    let (x, width) = (place.x, place.width);
    let _ = writeln!(
        out,
        "<g><rect class=\"n{class}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{HEIGHT}\" rx=\"{round}\"/>"
    );
    if node.shape == Shape::Store {
        // The lid of a drum tells a store from a component without colour.
        let _ = writeln!(out, "<path class=\"e\" d=\"M{left:.1} {:.1}h{width:.1}\"/>", top + 6.0);
    }
    let words = node.words();
    let lift = if words.is_some() { 7.0 } else { 0.0 };
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
        place.y - lift,
        escaped(&node.name)
    );
    let _ = writeln!(
        out,
        "<text class=\"t\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
        place.y + 14.0 - lift,
        escaped(&node.technology)
    );
    if let Some(words) = words {
        let _ = writeln!(
            out,
            "<text class=\"w\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            place.y + 20.0,
            escaped(&words)
        );
    }
    out.push_str("</g>\n");
}

fn legend(out: &mut String, y: f64) {
    let kinds = [
        (EdgeKind::Needs(DependencyKind::Requires), "requires"),
        (EdgeKind::Needs(DependencyKind::Uses), "uses"),
        (EdgeKind::Needs(DependencyKind::Recovery), "needs to recover"),
        (EdgeKind::CopiesTo, "copies to"),
    ];
    let mut x = 24.0;
    for (kind, words) in kinds {
        let _ = writeln!(
            out,
            "<path class=\"e {}\" d=\"M{x} {:.1}h28\"/><text class=\"t\" x=\"{}\" y=\"{y:.1}\">{words}</text>",
            kind.as_str(),
            y - 4.0,
            x + 34.0
        );
        x += 58.0 + words.len() as f64 * 6.4;
    }
}

fn escaped(text: &str) -> String {
    html_text(&one_line(text))
}
