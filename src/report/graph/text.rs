//! The graph as a tree in the terminal: who needs what, and with a scenario what falls and when it is back.
//!
//! A thing is told in full where it is first needed, and by its name after that. A tree that would get too deep goes on
//! below, so that a line stays a line.

use std::collections::VecDeque;
use std::fmt::Write as _;

use super::{Edge, GraphView, Node, Shape};
use crate::diag::visible::one_line;
use crate::report::Screen;
use crate::terms::Impact;

/// Deeper than this nobody can follow with the finger.
const DEEPEST: usize = 12;

/// With a scenario, larger graphs are shown without what goes on as before.
const WHOLE: usize = 60;

pub(super) fn render(view: &GraphView, screen: &Screen) -> String {
    let mut tree = Tree::new(view, screen);
    let scenario = view.scenario.as_deref().map(|id| format!(": {}", one_line(id))).unwrap_or_default();
    let _ = writeln!(tree.out, "{}{scenario}", one_line(&view.system));
    tree.walk();
    tree.legend();
    screen.shown(&tree.out).into_owned()
}

struct Tree<'a> {
    view: &'a GraphView,
    screen: &'a Screen,
    /// What each needs, in the order of the spec.
    needs: Vec<Vec<Edge>>,
    shown: Vec<bool>,
    told: Vec<bool>,
    /// What is still to be told from the left edge.
    roots: VecDeque<usize>,
    out: String,
}

/// A line that is still to be written.
struct Pending {
    node: usize,
    /// By what it is needed.
    edge: Option<Edge>,
    /// What stands before its branch.
    indent: String,
    /// Whether it is the last of its branch.
    is_last: bool,
    depth: usize,
}

impl<'a> Tree<'a> {
    fn new(view: &'a GraphView, screen: &'a Screen) -> Self {
        let small = view.nodes.len() <= WHOLE || view.scenario.is_none();
        let touched = |node: &Node| node.fate.is_some_and(|fate| fate.impact != Impact::None);
        let shown: Vec<bool> = view.nodes.iter().map(|node| small || touched(node)).collect();
        let mut needs: Vec<Vec<Edge>> = vec![Vec::new(); view.nodes.len()];
        let mut needed = vec![false; view.nodes.len()];
        for edge in view.edges.iter().filter(|edge| shown[edge.from] && shown[edge.to]) {
            needs[edge.from].push(*edge);
            needed[edge.to] = true;
        }
        // What nobody needs first; what is needed only in a circle comes after all that.
        let mut roots: VecDeque<usize> = (0..shown.len()).filter(|&node| shown[node] && !needed[node]).collect();
        roots.extend((0..shown.len()).filter(|&node| shown[node] && needed[node]));
        Self { view, screen, needs, told: vec![false; shown.len()], shown, roots, out: String::new() }
    }

    fn walk(&mut self) {
        while let Some(root) = self.roots.pop_front() {
            if !self.told[root] {
                let first = Pending { node: root, edge: None, indent: String::new(), is_last: true, depth: 0 };
                self.branch(first);
            }
        }
    }

    fn branch(&mut self, first: Pending) {
        let mut open = vec![first];
        let mut later = Vec::new();
        while let Some(next) = open.pop() {
            let again = std::mem::replace(&mut self.told[next.node], true);
            let cut = !again && next.depth >= DEEPEST && !self.needs[next.node].is_empty();
            self.line(&next, again, cut);
            if again {
                continue;
            }
            if cut {
                self.told[next.node] = false;
                later.push(next.node);
                continue;
            }
            let inside = match &next.edge {
                None => String::new(),
                Some(_) => format!("{}{}", next.indent, if next.is_last { "   " } else { "│  " }),
            };
            let last = self.needs[next.node].len().saturating_sub(1);
            let below = self.needs[next.node].iter().enumerate().rev().map(|(at, edge)| Pending {
                node: edge.to,
                edge: Some(*edge),
                indent: inside.clone(),
                is_last: at == last,
                depth: next.depth + 1,
            });
            open.extend(below);
        }
        later.into_iter().rev().for_each(|node| self.roots.push_front(node));
    }

    fn line(&mut self, line: &Pending, again: bool, cut: bool) {
        let node = &self.view.nodes[line.node];
        let branch = match (&line.edge, line.is_last) {
            (None, _) => String::new(),
            (Some(edge), true) => format!("{}└─ {} ", line.indent, edge.kind.as_str()),
            (Some(edge), false) => format!("{}├─ {} ", line.indent, edge.kind.as_str()),
        };
        let sign = node.fate.map(|fate| format!("{} ", sign(fate.impact))).unwrap_or_default();
        let name = one_line(&node.name).into_owned();
        let what = match (again, cut) {
            (true, _) => " (above)".to_owned(),
            (_, true) => " (below)".to_owned(),
            _ => {
                let kind = if node.shape == Shape::Store { "store, " } else { "" };
                format!("  {kind}{}", one_line(&node.technology))
            }
        };
        let is_down = node.fate.is_some_and(|fate| fate.impact >= Impact::ReadOnly);
        let words = match node.words().filter(|_| !again) {
            Some(words) if is_down => format!("  {}", self.screen.bad(&words)),
            Some(words) => format!("  {words}"),
            None => String::new(),
        };
        let name = if line.edge.is_none() { self.screen.strong(&name) } else { name };
        let _ = writeln!(self.out, "{branch}{sign}{name}{what}{words}");
    }

    fn legend(&mut self) {
        if self.view.scenario.is_none() {
            return;
        }
        let left_out = self.shown.iter().filter(|shown| !**shown).count();
        match left_out {
            0 => {}
            1 => self.out.push_str("1 more goes on as before\n"),
            n => {
                let _ = writeln!(self.out, "{n} more go on as before");
            }
        }
        self.out.push_str("\n· goes on  ~ degraded  ! read-only  ✗ outage  # lost\n");
    }
}

fn sign(impact: Impact) -> char {
    match impact {
        Impact::None => '·',
        Impact::Degraded => '~',
        Impact::ReadOnly => '!',
        Impact::Outage => '✗',
        Impact::Lost => '#',
    }
}

#[cfg(test)]
mod tests {
    use super::super::{EdgeKind, Fate};
    use super::*;
    use crate::terms::DependencyKind;

    fn view(names: &[&str], edges: &[(usize, usize)], scenario: bool) -> GraphView {
        let fate = |number: usize| {
            let impact = [Impact::Outage, Impact::Degraded, Impact::None][number % 3];
            Fate { impact, back_s: (impact == Impact::Outage).then_some(1_320) }
        };
        let node = |(number, name): (usize, &&str)| Node {
            name: (*name).to_owned(),
            technology: "files".to_owned(),
            shape: Shape::Service,
            fate: scenario.then(|| fate(number)),
        };
        let edge = |&(from, to): &(usize, usize)| Edge { from, to, kind: EdgeKind::Needs(DependencyKind::Requires) };
        GraphView {
            system: "shop".to_owned(),
            scenario: scenario.then(|| "lose:madrid".to_owned()),
            nodes: names.iter().enumerate().map(node).collect(),
            edges: edges.iter().map(edge).collect(),
        }
    }

    #[test]
    fn everything_is_told_once() {
        let shop = view(&["shop", "db", "cache"], &[(0, 1), (0, 2), (2, 1)], true);
        let expected = "\
shop: lose:madrid
✗ shop  files  outage, back after 22 m
├─ requires ~ db  files  degraded
└─ requires · cache  files
   └─ requires ~ db (above)

· goes on  ~ degraded  ! read-only  ✗ outage  # lost
";
        assert_eq!(render(&shop, &Screen::PLAIN), expected);
        let ascii = render(&shop, &Screen { ascii: true, ..Screen::PLAIN });
        assert!(
            ascii.is_ascii() && ascii.contains("|- requires ~ db") && ascii.contains("`- requires . cache"),
            "{ascii}"
        );
    }

    #[test]
    fn circles_end() {
        let circle = view(&["a", "b"], &[(0, 1), (1, 0)], false);
        assert_eq!(render(&circle, &Screen::PLAIN), "shop\na  files\n└─ requires b  files\n   └─ requires a (above)\n");
    }

    #[test]
    fn a_long_chain_stays_narrow_and_is_told_whole() {
        let names: Vec<String> = (0..1_000).map(|number| format!("c{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let edges: Vec<(usize, usize)> = (1..names.len()).map(|number| (number - 1, number)).collect();
        let text = render(&view(&names, &edges, false), &Screen::PLAIN);
        assert!(text.lines().all(|line| line.chars().count() < 80));
        assert!(names.iter().all(|name| text.contains(&format!("{name}  files"))));
    }

    #[test]
    fn what_goes_on_is_left_out_of_large_graphs() {
        let names: Vec<String> = (0..99).map(|number| format!("c{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let text = render(&view(&names, &[], true), &Screen::PLAIN);
        assert!(text.contains("33 more go on as before\n"), "{text}");
    }
}
