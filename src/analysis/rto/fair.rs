//! Sharing in fair parts: what happens if everybody restores at once.
//!
//! Max-min fairness by progressive filling (Bertsekas and Gallager, Data Networks, 6.5.2): all rates rise together; where
//! a movement meets its own limit or a resource is used up, it stays behind. Movements with the same limits always have
//! the same rate, so that they are looked at as one class, however many there are.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::sharing::{Flow, Sharing, groups};
use crate::analysis::exact::Exact;

pub(super) struct Fair<'a> {
    flows: &'a [Flow],
    rates: &'a [Exact],
    class_of: Vec<usize>,
    classes: Vec<Class>,
    groups: Vec<Group>,
    ends: BTreeSet<(Exact, usize)>,
}

/// Movements with the same limits.
struct Class {
    group: usize,
    most: Option<Exact>,
    through: Vec<u32>,
    /// What one movement would have moved that has been there from the start.
    moved: Exact,
    rate: Exact,
    /// The movements by the amount at which each ends.
    open: BinaryHeap<Reverse<(Exact, u32)>>,
}

#[derive(Default)]
struct Group {
    classes: Vec<usize>,
    since: Exact,
    next: Option<Exact>,
}

impl<'a> Fair<'a> {
    pub(super) fn new(flows: &'a [Flow], rates: &'a [Exact]) -> Self {
        let group_of = groups(flows, rates.len());
        let mut groups: Vec<Group> = Vec::new();
        groups.resize_with(group_of.iter().max().map_or(0, |last| last + 1), Group::default);
        let mut classes: Vec<Class> = Vec::new();
        let mut known: BTreeMap<(Vec<u32>, Option<Exact>), usize> = BTreeMap::new();
        let mut class_of = Vec::with_capacity(flows.len());
        for (flow, &group) in flows.iter().zip(&group_of) {
            let class = *known.entry((flow.through.clone(), flow.most)).or_insert_with(|| {
                let through = flow.through.clone();
                let (moved, rate, open) = (Exact::ZERO, Exact::ZERO, BinaryHeap::new());
                classes.push(Class { group, most: flow.most, through, moved, rate, open });
                groups[group].classes.push(classes.len() - 1);
                classes.len() - 1
            });
            class_of.push(class);
        }
        Self { flows, rates, class_of, classes, groups, ends: BTreeSet::new() }
    }

    fn settle(&mut self, number: usize, now: Exact) {
        let passed = now - self.groups[number].since;
        self.groups[number].since = now;
        if passed.is_zero() {
            return;
        }
        for &class in &self.groups[number].classes {
            let class = &mut self.classes[class];
            if !class.open.is_empty() {
                class.moved = class.moved + class.rate.times(passed);
            }
        }
    }

    fn share(&mut self, number: usize) {
        if let Some(next) = self.groups[number].next.take() {
            self.ends.remove(&(next, number));
        }
        self.fill(number);
        let group = &self.groups[number];
        let ends = group.classes.iter().filter_map(|&class| {
            let class = &self.classes[class];
            let Reverse((target, _)) = class.open.peek()?;
            class.rate.is_positive().then(|| group.since + (*target - class.moved).over(class.rate))
        });
        if let Some(next) = ends.min() {
            self.groups[number].next = Some(next);
            self.ends.insert((next, number));
        }
    }

    /// Raises the rates of all classes of a group together until each is held.
    fn fill(&mut self, number: usize) {
        let mut rising: Vec<usize> =
            self.groups[number].classes.iter().copied().filter(|&class| !self.classes[class].open.is_empty()).collect();
        let mut left: BTreeMap<u32, Exact> = BTreeMap::new();
        for &class in &rising {
            for &resource in &self.classes[class].through {
                left.insert(resource, self.rates[resource as usize]);
            }
        }
        while !rising.is_empty() {
            let count = |resource: u32| -> u64 {
                let through = rising.iter().filter(|&&class| self.classes[class].through.contains(&resource));
                through.map(|&class| self.classes[class].open.len() as u64).sum()
            };
            let levels: BTreeMap<u32, Exact> = left
                .iter()
                .filter_map(|(&resource, &left)| match count(resource) {
                    0 => None,
                    users => Some((resource, left.over(Exact::whole(users)))),
                })
                .collect();
            let limits = rising.iter().filter_map(|&class| self.classes[class].most);
            let Some(level) = levels.values().copied().chain(limits).min() else { break };
            let held = |class: &Class| {
                let full = class.through.iter().any(|resource| levels.get(resource) == Some(&level));
                full || class.most.is_some_and(|most| most <= level)
            };
            let (held, free): (Vec<usize>, Vec<usize>) = rising.iter().partition(|&&class| held(&self.classes[class]));
            for &class in &held {
                let class = &mut self.classes[class];
                class.rate = level;
                let used = level.times(Exact::whole(class.open.len() as u64));
                for resource in &class.through {
                    if let Some(left) = left.get_mut(resource) {
                        *left = *left - used;
                    }
                }
            }
            rising = free;
        }
    }
}

impl Sharing for Fair<'_> {
    fn begin(&mut self, now: Exact, flow: u32) {
        let class = self.class_of[flow as usize];
        let number = self.classes[class].group;
        self.settle(number, now);
        let class = &mut self.classes[class];
        class.open.push(Reverse((class.moved + self.flows[flow as usize].amount, flow)));
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
            for &class in &self.groups[number].classes {
                let class = &mut self.classes[class];
                while let Some(&Reverse((target, flow))) = class.open.peek()
                    && target <= class.moved
                {
                    class.open.pop();
                    ended.push(flow);
                }
            }
            self.share(number);
        }
        ended
    }
}
