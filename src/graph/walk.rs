//! What can be reached from where, and how.

use std::collections::VecDeque;

use super::Digraph;

/// For every node whether a path leads to it from one of `from`, which reach themselves.
pub fn reachable(graph: &Digraph, from: impl IntoIterator<Item = u32>) -> Vec<bool> {
    let mut seen = vec![false; graph.len()];
    let mut stack: Vec<u32> = Vec::new();
    for node in from {
        visit(node, &mut seen, &mut stack);
    }
    while let Some(node) = stack.pop() {
        for &next in graph.successors(node) {
            visit(next, &mut seen, &mut stack);
        }
    }
    seen
}

/// The shortest path of at least one edge from `from` to `to`, both ends included; among the shortest the one that
/// takes the smallest nodes first. `from` and `to` may be the same node: then it is the shortest cycle through it.
pub fn shortest_path(graph: &Digraph, from: u32, to: u32) -> Option<Vec<u32>> {
    shortest_path_among(graph, from, to, |_| true)
}

/// As [`shortest_path`], through nodes that `allowed` says only.
pub(super) fn shortest_path_among(
    graph: &Digraph,
    from: u32,
    to: u32,
    allowed: impl Fn(u32) -> bool,
) -> Option<Vec<u32>> {
    let mut previous: Vec<Option<u32>> = vec![None; graph.len()];
    let mut queue = VecDeque::from([from]);
    while let Some(node) = queue.pop_front() {
        for &next in graph.successors(node) {
            if next == to {
                return Some(path_back(&previous, from, node, to));
            }
            if next != from && allowed(next) && previous[next as usize].is_none() {
                previous[next as usize] = Some(node);
                queue.push_back(next);
            }
        }
    }
    None
}

fn visit(node: u32, seen: &mut [bool], stack: &mut Vec<u32>) {
    if let Some(seen) = seen.get_mut(node as usize)
        && !std::mem::replace(seen, true)
    {
        stack.push(node);
    }
}

fn path_back(previous: &[Option<u32>], from: u32, last: u32, to: u32) -> Vec<u32> {
    let back = std::iter::successors(Some(last), |&node| if node == from { None } else { previous[node as usize] });
    let mut path: Vec<u32> = std::iter::once(to).chain(back).collect();
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_can_be_reached() {
        let graph = Digraph::from_edges(5, [(0, 1), (1, 2), (3, 4)]);
        assert_eq!(reachable(&graph, [1]), [false, true, true, false, false]);
        assert_eq!(reachable(&graph, [0, 3]), [true; 5]);
    }

    #[test]
    fn finds_the_shortest_path() {
        let graph = Digraph::from_edges(5, [(0, 1), (1, 4), (0, 2), (2, 4), (4, 0)]);
        assert_eq!(shortest_path(&graph, 0, 4), Some(vec![0, 1, 4]));
        assert_eq!(shortest_path(&graph, 4, 4), Some(vec![4, 0, 1, 4]));
        assert_eq!(shortest_path(&graph, 0, 3), None);
    }
}
