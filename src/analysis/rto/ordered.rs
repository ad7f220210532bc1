//! Sharing by deadline: each movement in turn gets all that it can use of what is left.
//!
//! Preemptive and work-conserving. For a single bottleneck no other order has a smaller greatest lateness (Jackson 1955).

use std::collections::{BTreeMap, BTreeSet};

use super::sharing::{Flow, Sharing, groups};
use crate::analysis::exact::Exact;

pub(super) struct Ordered<'a> {
    flows: &'a [Flow],
    rates: &'a [Exact],
    group_of: Vec<usize>,
    groups: Vec<Group>,
    /// When the next movement of each group ends.
    ends: BTreeSet<(Exact, usize)>,
}

#[derive(Default)]
struct Group {
    /// What is left of each movement that has begun, in the order of deadlines.
    open: BTreeMap<(u32, u32), Exact>,
    /// Those that move, and how fast.
    running: Vec<((u32, u32), Exact)>,
    since: Exact,
    next: Option<Exact>,
    /// Resources that all movements of the group go through: when one of them is used up, nobody else moves.
    common: Vec<u32>,
}

impl<'a> Ordered<'a> {
    pub(super) fn new(flows: &'a [Flow], rates: &'a [Exact]) -> Self {
        let group_of = groups(flows, rates.len());
        let count = group_of.iter().max().map_or(0, |last| last + 1);
        let mut groups: Vec<Group> = Vec::new();
        groups.resize_with(count, Group::default);
        let mut seen = vec![false; count];
        for (flow, &group) in flows.iter().zip(&group_of) {
            let common = &mut groups[group].common;
            if std::mem::replace(&mut seen[group], true) {
                common.retain(|resource| flow.through.contains(resource));
            } else {
                common.clone_from(&flow.through);
            }
        }
        Self { flows, rates, group_of, groups, ends: BTreeSet::new() }
    }

    /// Moves a group on to `now`.
    fn settle(&mut self, number: usize, now: Exact) {
        let group = &mut self.groups[number];
        let passed = now - group.since;
        group.since = now;
        if passed.is_zero() {
            return;
        }
        for (key, rate) in &group.running {
            if let Some(left) = group.open.get_mut(key) {
                *left = *left - rate.times(passed);
            }
        }
    }

    /// Shares out anew.
    fn share(&mut self, number: usize) {
        let group = &mut self.groups[number];
        if let Some(next) = group.next.take() {
            self.ends.remove(&(next, number));
        }
        group.running.clear();
        let mut left: Vec<(u32, Exact)> = Vec::new();
        let remaining = |left: &[(u32, Exact)], resource: u32| {
            let known = left.iter().find(|(number, _)| *number == resource);
            known.map_or(self.rates[resource as usize], |(_, rate)| *rate)
        };
        for (&key, &amount) in &group.open {
            let flow = &self.flows[key.1 as usize];
            let free = flow.through.iter().map(|&resource| remaining(&left, resource));
            let Some(rate) = free.chain(flow.most).min() else { continue };
            if rate.is_positive() {
                for &resource in &flow.through {
                    let rest = remaining(&left, resource) - rate;
                    match left.iter_mut().find(|(number, _)| *number == resource) {
                        Some((_, left)) => *left = rest,
                        None => left.push((resource, rest)),
                    }
                }
                group.running.push((key, rate));
                let end = group.since + amount.over(rate);
                group.next = Some(group.next.map_or(end, |next| next.min(end)));
            }
            if group.common.iter().any(|&resource| !remaining(&left, resource).is_positive()) {
                break;
            }
        }
        if let Some(next) = group.next {
            self.ends.insert((next, number));
        }
    }
}

impl Sharing for Ordered<'_> {
    fn begin(&mut self, now: Exact, flow: u32) {
        let number = self.group_of[flow as usize];
        self.settle(number, now);
        let Flow { amount, position, .. } = self.flows[flow as usize];
        self.groups[number].open.insert((position, flow), amount);
        self.share(number);
    }

    fn next(&self) -> Option<Exact> {
        self.ends.first().map(|(end, _)| *end)
    }

    fn end(&mut self, now: Exact) -> Vec<u32> {
        let mut ended = Vec::new();
        while let Some(&(end, number)) = self.ends.first()
            && end <= now
        {
            self.settle(number, now);
            let group = &mut self.groups[number];
            for (key, _) in &group.running {
                if group.open.get(key).is_some_and(|left| !left.is_positive()) {
                    group.open.remove(key);
                    ended.push(key.1);
                }
            }
            self.share(number);
        }
        ended
    }
}
