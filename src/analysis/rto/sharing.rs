//! Movements that share stores and links: what every rule of sharing has in common.
//!
//! Movements fall into groups that have no resource in common with each other; a group is looked at again only when a
//! movement of its own begins or ends.

use crate::analysis::exact::Exact;
use crate::units::Rate;

/// A movement.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    pub amount: Exact,
    /// Its own limit.
    pub most: Option<Exact>,
    /// The resources that it goes through, as numbers into the list of rates.
    pub through: Vec<u32>,
    /// Where it is in the order of deadlines.
    pub position: u32,
}

/// A rule by which movements share what they go through.
pub(super) trait Sharing {
    /// A movement begins.
    fn begin(&mut self, now: Exact, flow: u32);
    /// When the next movement ends, if any runs.
    fn next(&self) -> Option<Exact>;
    /// Ends the movements that end at `now`, which is what [`Sharing::next`] said or earlier.
    fn end(&mut self, now: Exact) -> Vec<u32>;
}

/// Which flows have a resource in common, directly or over others: the number of the group of each.
pub(super) fn groups(flows: &[Flow], resources: usize) -> Vec<usize> {
    let mut parent: Vec<usize> = (0..flows.len() + resources).collect();
    for (number, flow) in flows.iter().enumerate() {
        for &resource in &flow.through {
            let (a, b) = (root(&mut parent, number), root(&mut parent, flows.len() + resource as usize));
            parent[a.max(b)] = a.min(b);
        }
    }
    let mut numbers = vec![usize::MAX; parent.len()];
    let mut next = 0;
    (0..flows.len())
        .map(|flow| {
            let root = root(&mut parent, flow);
            if numbers[root] == usize::MAX {
                numbers[root] = next;
                next += 1;
            }
            numbers[root]
        })
        .collect()
}

fn root(parent: &mut [usize], mut node: usize) -> usize {
    while parent[node] != node {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    node
}

/// The rates as exact numbers.
pub(super) fn rates(rates: impl Iterator<Item = Rate>) -> Vec<Exact> {
    rates.map(Exact::rate).collect()
}
