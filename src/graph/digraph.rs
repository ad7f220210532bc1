//! A directed graph that is built once and then read: compressed sparse rows.

/// A directed graph on the nodes `0..len`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digraph {
    starts: Vec<u32>,
    targets: Vec<u32>,
}

impl Digraph {
    /// The graph with these edges; an edge to or from a node that does not exist is left out. The successors of a node
    /// are in ascending order, and an edge that is given twice is there twice.
    pub fn from_edges(nodes: usize, edges: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let inside = |&(from, to): &(u32, u32)| (from as usize) < nodes && (to as usize) < nodes;
        let mut edges: Vec<(u32, u32)> = edges.into_iter().collect();
        edges.retain(inside);
        edges.sort_unstable();
        let mut starts = vec![0u32; nodes + 1];
        for &(from, _) in &edges {
            starts[from as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        Self { starts, targets: edges.into_iter().map(|(_, to)| to).collect() }
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the edges of a node lead, in ascending order.
    pub fn successors(&self, node: u32) -> &[u32] {
        let node = node as usize;
        &self.targets[self.starts[node] as usize..self.starts[node + 1] as usize]
    }

    /// Every edge, in order.
    pub fn edges(&self) -> impl Iterator<Item = (u32, u32)> {
        self.nodes().flat_map(|from| self.successors(from).iter().map(move |&to| (from, to)))
    }

    /// Every node.
    pub fn nodes(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.len()).unwrap_or(u32::MAX)
    }

    /// The graph with every edge turned round.
    pub fn reversed(&self) -> Self {
        Self::from_edges(self.len(), self.edges().map(|(from, to)| (to, from)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_edges_sorted_and_turns_them_round() {
        let graph = Digraph::from_edges(3, [(2, 0), (0, 2), (0, 1), (0, 9)]);
        assert_eq!(graph.successors(0), [1, 2]);
        assert_eq!(graph.reversed().successors(0), [2]);
        assert_eq!(graph.edges().count(), 3);
        assert!(Digraph::from_edges(0, []).is_empty());
    }
}
