//! Where nodes and edges go in a picture: layers from what needs to what is needed, then as few crossings as a few sweeps
//! give (Sugiyama, Tagawa and Toda 1981). The work grows linearly with the graph.

use crate::graph::{Digraph, strongly_connected, topological_order};

/// Width of a letter of the label, and the sizes of boxes and gaps, in pixels.
const LETTER: f64 = 7.0;
const PADDING: f64 = 26.0;
const GAP: f64 = 28.0;
const BEND: f64 = 8.0;
/// The height of a box.
pub const HEIGHT: f64 = 56.0;
const LAYER: f64 = 116.0;
const MARGIN: f64 = 24.0;
const SWEEPS: usize = 8;

/// What is to be laid out; nodes go by their numbers.
pub struct Picture {
    /// How many letters the widest line of each node has.
    pub letters: Vec<usize>,
    /// Whether a node belongs below all that are not.
    pub bottom: Vec<bool>,
    /// From what needs to what is needed.
    pub edges: Vec<(usize, usize)>,
}

/// A box for each node, and the points that each edge goes through.
pub struct Layout {
    /// Of the whole.
    pub width: f64,
    /// Of the whole.
    pub height: f64,
    /// In the order of the nodes.
    pub boxes: Vec<Box>,
    /// In the order of the edges.
    pub lines: Vec<Vec<(f64, f64)>>,
}

/// A box by its centre and width.
#[derive(Clone, Copy, Debug, Default)]
pub struct Box {
    /// Of its centre.
    pub x: f64,
    /// Of its centre.
    pub y: f64,
    /// Of the whole box.
    pub width: f64,
}

/// Lays a picture out.
pub fn layout(view: &Picture) -> Layout {
    let ranks = ranks(view);
    let mut drawing = Drawing::new(view, &ranks);
    for sweep in 0..SWEEPS {
        drawing.sweep(sweep % 2 == 0);
    }
    drawing.place();
    drawing.finish(view)
}

/// The layer of each node: below everything that needs it; stores below all.
fn ranks(view: &Picture) -> Vec<usize> {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let needs = view.edges.iter().filter(|(from, to)| from != to).map(|(from, to)| (number(*from), number(*to)));
    let graph = Digraph::from_edges(view.letters.len(), needs);
    let knot = strongly_connected(&graph);
    let straight = graph.edges().filter(|(from, to)| knot[*from as usize] != knot[*to as usize]);
    let straight = Digraph::from_edges(view.letters.len(), straight);
    let mut ranks = vec![0; view.letters.len()];
    for node in topological_order(&straight).unwrap_or_default() {
        for &next in straight.successors(node) {
            ranks[next as usize] = ranks[next as usize].max(ranks[node as usize] + 1);
        }
    }
    let last = ranks.iter().copied().max().unwrap_or(0);
    for (bottom, rank) in view.bottom.iter().zip(&mut ranks) {
        if *bottom {
            *rank = last.max(1);
        }
    }
    ranks
}

/// Nodes and the bends of long edges, layer by layer.
struct Drawing {
    /// The layer of each; bends come after the nodes.
    rank: Vec<usize>,
    width: Vec<f64>,
    x: Vec<f64>,
    layers: Vec<Vec<usize>>,
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
    /// Through what each edge goes, from the upper end to the lower.
    chains: Vec<Vec<usize>>,
}

impl Drawing {
    fn new(view: &Picture, ranks: &[usize]) -> Self {
        let nodes = view.letters.len();
        let mut drawing = Self {
            rank: ranks.to_vec(),
            width: view.letters.iter().map(|letters| *letters as f64 * LETTER + PADDING).collect(),
            x: Vec::new(),
            layers: Vec::new(),
            above: vec![Vec::new(); nodes],
            below: vec![Vec::new(); nodes],
            chains: Vec::new(),
        };
        for edge in &view.edges {
            let chain = drawing.chain(*edge);
            drawing.chains.push(chain);
        }
        drawing.layers = vec![Vec::new(); drawing.rank.iter().max().map_or(0, |rank| rank + 1)];
        for (item, rank) in drawing.rank.iter().enumerate() {
            drawing.layers[*rank].push(item);
        }
        drawing.x = vec![0.0; drawing.rank.len()];
        drawing.spread();
        drawing
    }

    /// The nodes and bends of an edge; an edge upwards or within a layer goes straight.
    fn chain(&mut self, (from, to): (usize, usize)) -> Vec<usize> {
        let (upper, lower) = if self.rank[from] <= self.rank[to] { (from, to) } else { (to, from) };
        let mut chain = vec![upper];
        for rank in self.rank[upper] + 1..self.rank[lower] {
            self.rank.push(rank);
            self.width.push(BEND);
            self.above.push(Vec::new());
            self.below.push(Vec::new());
            chain.push(self.rank.len() - 1);
        }
        chain.push(lower);
        for pair in chain.windows(2) {
            if let [a, b] = *pair
                && self.rank[a] < self.rank[b]
            {
                self.below[a].push(b);
                self.above[b].push(a);
            }
        }
        chain
    }

    /// Orders each layer by the middle of its neighbours in the layer before it.
    fn sweep(&mut self, downwards: bool) {
        let count = self.layers.len();
        for step in 0..count {
            let layer = if downwards { step } else { count - 1 - step };
            let neighbours = if downwards { &self.above } else { &self.below };
            let middle = |item: usize| {
                let near = &neighbours[item];
                if near.is_empty() {
                    self.x[item]
                } else {
                    near.iter().map(|n| self.x[*n]).sum::<f64>() / near.len() as f64
                }
            };
            let mut keyed: Vec<(f64, usize)> = self.layers[layer].iter().map(|item| (middle(*item), *item)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            self.layers[layer] = keyed.into_iter().map(|(_, item)| item).collect();
            self.spread_layer(layer);
        }
    }

    fn spread(&mut self) {
        for layer in 0..self.layers.len() {
            self.spread_layer(layer);
        }
    }

    /// Puts the items of a layer side by side around the middle.
    fn spread_layer(&mut self, layer: usize) {
        let items = &self.layers[layer];
        let total: f64 = items.iter().map(|item| self.width[*item] + GAP).sum();
        let mut at = -total / 2.0;
        for item in items {
            self.x[*item] = at + (self.width[*item] + GAP) / 2.0;
            at += self.width[*item] + GAP;
        }
    }

    /// Draws items towards the middle of their neighbours as far as those beside them let them.
    fn place(&mut self) {
        for round in 0..SWEEPS {
            for layer in 0..self.layers.len() {
                let wanted: Vec<f64> = self.layers[layer].iter().map(|item| self.wanted(*item)).collect();
                self.settle(layer, &wanted, round % 2 == 0);
            }
        }
    }

    fn wanted(&self, item: usize) -> f64 {
        let near: Vec<f64> = self.above[item].iter().chain(&self.below[item]).map(|n| self.x[*n]).collect();
        if near.is_empty() { self.x[item] } else { near.iter().sum::<f64>() / near.len() as f64 }
    }

    fn settle(&mut self, layer: usize, wanted: &[f64], from_left: bool) {
        let items = self.layers[layer].clone();
        let room = |a: usize, b: usize| (self.width[a] + self.width[b]) / 2.0 + GAP;
        let mut x: Vec<f64> = wanted.to_vec();
        if from_left {
            for i in 1..items.len() {
                x[i] = x[i].max(x[i - 1] + room(items[i - 1], items[i]));
            }
        } else {
            for i in (1..items.len()).rev() {
                x[i - 1] = x[i - 1].min(x[i] - room(items[i - 1], items[i]));
            }
        }
        items.iter().zip(x).for_each(|(item, x)| self.x[*item] = x);
    }

    fn finish(self, view: &Picture) -> Layout {
        let left = self.x.iter().zip(&self.width).map(|(x, w)| x - w / 2.0).fold(f64::INFINITY, f64::min);
        let left = if left.is_finite() { left } else { 0.0 };
        let right = self.x.iter().zip(&self.width).map(|(x, w)| x + w / 2.0).fold(left, f64::max);
        let point =
            |item: usize| (self.x[item] - left + MARGIN, self.rank[item] as f64 * LAYER + HEIGHT / 2.0 + MARGIN);
        let boxes =
            (0..view.letters.len()).map(|n| Box { x: point(n).0, y: point(n).1, width: self.width[n] }).collect();
        let lines = view.edges.iter().zip(&self.chains).map(|((from, _), chain)| {
            let mut line: Vec<(f64, f64)> = chain.iter().map(|item| point(*item)).collect();
            if chain.first() != Some(from) {
                line.reverse();
            }
            line
        });
        let height = self.layers.len().max(1) as f64 * LAYER - (LAYER - HEIGHT) + 2.0 * MARGIN;
        Layout { width: right - left + 2.0 * MARGIN, height, boxes, lines: lines.collect() }
    }
}
