//! A graph as the algorithms of petgraph read it, in place: nothing is copied but the edges turned round.

use std::iter::Copied;
use std::ops::Range;
use std::slice::Iter;

use petgraph::Direction;
use petgraph::visit::{GraphBase, IntoNeighbors, IntoNeighborsDirected, IntoNodeIdentifiers, VisitMap, Visitable};

use super::Digraph;

/// A graph that can be walked along its edges and against them.
pub(super) struct TwoWay<'g> {
    forward: &'g Digraph,
    backward: Digraph,
}

impl<'g> TwoWay<'g> {
    pub(super) fn new(forward: &'g Digraph) -> Self {
        Self { forward, backward: forward.reversed() }
    }
}

impl GraphBase for TwoWay<'_> {
    type NodeId = u32;
    type EdgeId = usize;
}

impl<'a> IntoNeighbors for &'a TwoWay<'_> {
    type Neighbors = Copied<Iter<'a, u32>>;

    fn neighbors(self, node: u32) -> Self::Neighbors {
        self.forward.successors(node).iter().copied()
    }
}

impl<'a> IntoNeighborsDirected for &'a TwoWay<'_> {
    type NeighborsDirected = Copied<Iter<'a, u32>>;

    fn neighbors_directed(self, node: u32, direction: Direction) -> Self::NeighborsDirected {
        let graph = match direction {
            Direction::Outgoing => self.forward,
            Direction::Incoming => &self.backward,
        };
        graph.successors(node).iter().copied()
    }
}

impl IntoNodeIdentifiers for &TwoWay<'_> {
    type NodeIdentifiers = Range<u32>;

    fn node_identifiers(self) -> Self::NodeIdentifiers {
        self.forward.nodes()
    }
}

impl Visitable for TwoWay<'_> {
    type Map = Visited;

    fn visit_map(&self) -> Visited {
        Visited(vec![false; self.forward.len()])
    }

    fn reset_map(&self, map: &mut Visited) {
        *map = self.visit_map();
    }
}

/// Which nodes have been visited.
pub(super) struct Visited(Vec<bool>);

impl VisitMap<u32> for Visited {
    fn visit(&mut self, node: u32) -> bool {
        !std::mem::replace(&mut self.0[node as usize], true)
    }

    fn is_visited(&self, node: &u32) -> bool {
        self.0[*node as usize]
    }

    fn unvisit(&mut self, node: u32) -> bool {
        std::mem::replace(&mut self.0[node as usize], false)
    }
}
