//! Orders in which nothing comes before what it comes after, and the longest paths along them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Digraph;

/// Every node before its successors, the smallest first where there is a choice (Kahn 1962). The error is the set of
/// nodes that no order can hold: those on a cycle and those behind one.
pub fn topological_order(graph: &Digraph) -> Result<Vec<u32>, Vec<u32>> {
    let mut waiting = vec![0u32; graph.len()];
    for (_, to) in graph.edges() {
        waiting[to as usize] += 1;
    }
    let mut ready: BinaryHeap<Reverse<u32>> =
        graph.nodes().filter(|&node| waiting[node as usize] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(graph.len());
    while let Some(Reverse(node)) = ready.pop() {
        order.push(node);
        for &next in graph.successors(node) {
            waiting[next as usize] -= 1;
            if waiting[next as usize] == 0 {
                ready.push(Reverse(next));
            }
        }
    }
    if order.len() == graph.len() {
        Ok(order)
    } else {
        Err(graph.nodes().filter(|&node| waiting[node as usize] > 0).collect())
    }
}

/// The longest paths of a graph whose nodes take time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LongestPaths<T> {
    /// When each node is over, counted from the start of the first.
    pub end: Vec<T>,
    /// For each node the one before it on a longest path to it; none where it starts one.
    pub previous: Vec<Option<u32>>,
}

impl<T> LongestPaths<T> {
    /// A longest path to `node`, from its start.
    pub fn to(&self, node: u32) -> Vec<u32> {
        let mut path: Vec<u32> =
            std::iter::successors(Some(node), |&node| self.previous.get(node as usize).copied().flatten()).collect();
        path.reverse();
        path
    }
}

/// For every node when it is over if each starts as soon as all its predecessors are: the critical path method (Kelley
/// and Walker 1959). `order` is a topological order of the graph; of equally late predecessors the first in it counts.
pub fn longest_paths<T>(graph: &Digraph, order: &[u32], time: impl Fn(u32) -> T) -> LongestPaths<T>
where
    T: Clone + Ord + Default + std::ops::Add<Output = T>,
{
    let mut start: Vec<T> = vec![T::default(); graph.len()];
    let mut previous = vec![None; graph.len()];
    for &node in order {
        let end = start[node as usize].clone() + time(node);
        for &next in graph.successors(node) {
            let later = end > start[next as usize] || previous[next as usize].is_none();
            if later {
                start[next as usize] = end.clone();
                previous[next as usize] = Some(node);
            }
        }
        start[node as usize] = end;
    }
    LongestPaths { end: start, previous }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_by_number_where_free() {
        let graph = Digraph::from_edges(4, [(3, 1), (1, 0)]);
        assert_eq!(topological_order(&graph), Ok(vec![2, 3, 1, 0]));
    }

    #[test]
    fn names_what_has_no_order() {
        let graph = Digraph::from_edges(4, [(0, 1), (1, 2), (2, 1), (2, 3)]);
        assert_eq!(topological_order(&graph), Err(vec![1, 2, 3]));
    }

    #[test]
    fn a_long_chain_is_no_trouble() {
        let nodes = 200_000u32;
        let graph = Digraph::from_edges(nodes as usize, (1..nodes).map(|node| (node - 1, node)));
        let order = topological_order(&graph).unwrap();
        let paths = longest_paths(&graph, &order, |_| 1u64);
        assert_eq!(paths.end[nodes as usize - 1], u64::from(nodes));
        assert_eq!(paths.to(nodes - 1).len(), nodes as usize);
    }

    #[test]
    fn takes_the_longest_way() {
        // 0 (2) -> 1 (5) -> 3 (1), 0 -> 2 (1) -> 3: 2 + 5 + 1.
        let graph = Digraph::from_edges(4, [(0, 1), (0, 2), (1, 3), (2, 3)]);
        let times = [2u64, 5, 1, 1];
        let paths = longest_paths(&graph, &topological_order(&graph).unwrap(), |node| times[node as usize]);
        assert_eq!(paths.end[3], 8);
        assert_eq!(paths.to(3), [0, 1, 3]);
    }
}
