//! Cycles, each with the path that proves it.
//!
//! A graph can have more cycles than can be printed, so one is named for each strongly connected component: whoever
//! mends it sees the next one on the next run. The components are Tarjan's (1972), without recursion.

use super::Digraph;
use super::walk::shortest_path_among;

/// One shortest cycle through the smallest node of each strongly connected component that has any, as the nodes in
/// order with the first repeated at the end; sorted.
pub fn cycles(graph: &Digraph) -> Vec<Vec<u32>> {
    let component = strongly_connected(graph);
    let mut sizes = vec![0u32; graph.len()];
    for &number in &component {
        sizes[number as usize] += 1;
    }
    let mut found = Vec::new();
    for node in graph.nodes() {
        let number = component[node as usize];
        let first = std::mem::take(&mut sizes[number as usize]);
        if first == 0 || (first == 1 && !graph.successors(node).contains(&node)) {
            continue;
        }
        let inside = |other: u32| component[other as usize] == number;
        found.extend(shortest_path_among(graph, node, node, inside));
    }
    found
}

/// For every node the number of its strongly connected component, counted from zero.
pub fn strongly_connected(graph: &Digraph) -> Vec<u32> {
    let mut search = Search::new(graph.len());
    for root in graph.nodes() {
        if search.index[root as usize] == UNSEEN {
            search.run(graph, root);
        }
    }
    search.component
}

const UNSEEN: u32 = u32::MAX;

struct Search {
    index: Vec<u32>,
    low: Vec<u32>,
    component: Vec<u32>,
    open: Vec<u32>,
    next_index: u32,
    next_component: u32,
}

impl Search {
    fn new(nodes: usize) -> Self {
        Self {
            index: vec![UNSEEN; nodes],
            low: vec![0; nodes],
            component: vec![UNSEEN; nodes],
            open: Vec::new(),
            next_index: 0,
            next_component: 0,
        }
    }

    fn run(&mut self, graph: &Digraph, root: u32) {
        // A frame is a node and how many of its edges have been followed.
        let mut frames: Vec<(u32, usize)> = vec![(root, 0)];
        self.enter(root);
        while let Some((node, followed)) = frames.last_mut() {
            let node = *node;
            match graph.successors(node).get(*followed) {
                Some(&next) => {
                    *followed += 1;
                    if self.index[next as usize] == UNSEEN {
                        self.enter(next);
                        frames.push((next, 0));
                    } else if self.component[next as usize] == UNSEEN {
                        self.lower(node, self.index[next as usize]);
                    }
                }
                None => {
                    frames.pop();
                    if let Some(&(parent, _)) = frames.last() {
                        self.lower(parent, self.low[node as usize]);
                    }
                    self.close(node);
                }
            }
        }
    }

    fn enter(&mut self, node: u32) {
        self.index[node as usize] = self.next_index;
        self.low[node as usize] = self.next_index;
        self.next_index += 1;
        self.open.push(node);
    }

    fn lower(&mut self, node: u32, to: u32) {
        let low = &mut self.low[node as usize];
        *low = (*low).min(to);
    }

    fn close(&mut self, node: u32) {
        if self.low[node as usize] != self.index[node as usize] {
            return;
        }
        while let Some(member) = self.open.pop() {
            self.component[member as usize] = self.next_component;
            if member == node {
                break;
            }
        }
        self.next_component += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_one_shortest_cycle_for_each_knot() {
        let graph = Digraph::from_edges(7, [(0, 1), (1, 2), (2, 0), (1, 0), (3, 3), (4, 5), (5, 6)]);
        assert_eq!(cycles(&graph), [vec![0, 1, 0], vec![3, 3]]);
    }

    #[test]
    fn a_long_ring_is_no_trouble() {
        let nodes = 200_000u32;
        let graph = Digraph::from_edges(nodes as usize, (0..nodes).map(|node| (node, (node + 1) % nodes)));
        assert_eq!(cycles(&graph).first().map(Vec::len), Some(nodes as usize + 1));
    }
}
