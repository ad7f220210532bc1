//! Cycles, each with the path that proves it.
//!
//! A graph can have more cycles than can be printed, so one is named for each strongly connected component: whoever
//! mends it sees the next one on the next run.

use petgraph::algo::kosaraju_scc;

use super::Digraph;
use super::library::TwoWay;
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

/// For every node the number of its strongly connected component, counted from zero: no edge leads to a greater one.
///
/// By Kosaraju's algorithm, since petgraph's version of Tarjan's recurses and a chain of a hundred thousand nodes would
/// overflow the stack.
pub fn strongly_connected(graph: &Digraph) -> Vec<u32> {
    let mut component = vec![0; graph.len()];
    for (number, members) in kosaraju_scc(&TwoWay::new(graph)).into_iter().enumerate() {
        for member in members {
            component[member as usize] = u32::try_from(number).unwrap_or(u32::MAX);
        }
    }
    component
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
