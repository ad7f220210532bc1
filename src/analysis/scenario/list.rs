//! All scenarios of a model in order, and how one is found by what somebody calls it.

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::ids::{Ids, causes, right};
use super::{Cause, Scenario};
use crate::analysis::context::by_name;
use crate::diag::nearest;
use crate::model::{ComponentId, Id, Model};
use crate::terms::ScenarioKind;

/// The single failures of a model: derived and declared, sorted by id.
#[derive(Debug)]
pub struct Scenarios<'m> {
    model: &'m Model,
    list: Vec<Scenario>,
    lookup: OnceLock<Lookup<'m>>,
}

/// A text that is the id of no scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownScenario {
    /// The id that was probably meant.
    pub nearest: Option<String>,
}

/// What is needed only when somebody uses a longer form than the id.
#[derive(Debug)]
struct Lookup<'m> {
    components: FxHashMap<&'m str, ComponentId>,
    /// Positions in the list, sorted by cause.
    by_cause: Vec<u32>,
}

impl<'m> Scenarios<'m> {
    /// All single failures of a model.
    pub fn new(model: &'m Model) -> Self {
        Self::in_order(model, &by_name(model))
    }

    /// The same, where the order of the names of the components is known.
    pub fn in_order(model: &'m Model, by_name: &[ComponentId]) -> Self {
        let mut ids = Ids::new(model);
        let mut causes = causes(model, by_name);
        let named = |cause: &Cause, id: String| Scenario { id, kind: cause.kind(model), cause: cause.clone() };
        let mut list: Vec<Scenario> = causes.par_iter().map(|cause| named(cause, ids.first(cause))).collect();
        list.par_sort_by(|a, b| a.id.cmp(&b.id));
        // Hardly ever do two want the same id. Then they are given out one after the other.
        if list.par_windows(2).any(|pair| pair[0].id == pair[1].id) {
            causes.sort_by_key(right);
            list = causes.iter().map(|cause| named(cause, ids.take(cause))).collect();
            list.par_sort_by(|a, b| a.id.cmp(&b.id));
        }
        Self { model, list, lookup: OnceLock::new() }
    }

    /// Every one, sorted by id.
    pub fn list(&self) -> &[Scenario] {
        &self.list
    }

    /// The scenario that a text names: by its id, by any longer form of it (`lose:COMPONENT.INSTANCE`,
    /// `lose:stores.NAME`, the address), or two of them with a `+` between.
    pub fn find(&self, text: &str) -> Result<Scenario, UnknownScenario> {
        let text = text.trim();
        if let Some(scenario) = self.single(text) {
            return Ok(scenario.clone());
        }
        match text.split_once('+') {
            Some((one, other)) => {
                let mut pair = [self.must(one.trim())?.clone(), self.must(other.trim())?.clone()];
                pair.sort_by(|a, b| a.id.cmp(&b.id));
                Ok(Scenario::pair(&pair[0], &pair[1]))
            }
            None => self.must(text).cloned(),
        }
    }

    /// Every pair of an instance, a location or a store with another, in the order of their ids, without those of which
    /// one lies within the other. There are as many as the square of the parts: they are made one at a time.
    pub fn pairs(&self) -> impl ParallelIterator<Item = Scenario> + '_ {
        let parts: Vec<&Scenario> = self.list.iter().filter(|scenario| scenario.is_part()).collect();
        let parts: Arc<[&Scenario]> = parts.into();
        (0..parts.len()).into_par_iter().flat_map_iter(move |first| {
            let parts = Arc::clone(&parts);
            (first + 1..parts.len())
                .filter_map(move |second| self.pair_of(parts[first], parts[second]))
                .collect::<Vec<_>>()
        })
    }

    /// Two at once; none where one lies within the other.
    pub fn pair_of(&self, one: &Scenario, other: &Scenario) -> Option<Scenario> {
        (!self.contains(&one.cause, &other.cause)).then(|| Scenario::pair(one, other))
    }

    fn must(&self, text: &str) -> Result<&Scenario, UnknownScenario> {
        let ids = || self.list.iter().map(|scenario| scenario.id.as_str());
        self.single(text).ok_or_else(|| UnknownScenario { nearest: nearest(text, ids()).map(str::to_owned) })
    }

    fn single(&self, text: &str) -> Option<&Scenario> {
        if let Ok(position) = self.list.binary_search_by(|scenario| scenario.id.as_str().cmp(text)) {
            return self.list.get(position);
        }
        let cause = self.parse(text)?;
        let lookup = self.lookup();
        let position =
            lookup.by_cause.binary_search_by(|&position| self.list[position as usize].cause.cmp(&cause)).ok()?;
        self.list.get(lookup.by_cause[position] as usize)
    }

    fn lookup(&self) -> &Lookup<'m> {
        self.lookup.get_or_init(|| {
            let components =
                self.model.components.iter().map(|(id, component)| (component.name.as_str(), id)).collect();
            let mut by_cause: Vec<u32> = (0..u32::try_from(self.list.len()).unwrap_or(u32::MAX)).collect();
            by_cause.par_sort_by(|&a, &b| self.list[a as usize].cause.cmp(&self.list[b as usize].cause));
            Lookup { components, by_cause }
        })
    }

    /// A longer form of an id.
    fn parse(&self, text: &str) -> Option<Cause> {
        let model = self.model;
        let (verb, name) = text.split_once(':')?;
        let instance = |name: &str| {
            self.member(name, "instances", |id| &model.components[id].instances, |id| &model.instances[id].name)
        };
        match verb {
            "cut" => instance(name).map(Cause::Cut),
            "lose-all" => self.component(name.strip_prefix("components.")?).map(Cause::Component),
            "corrupt" => self
                .member(name, "data", |id| &model.components[id].datasets, |id| &model.datasets[id].name)
                .map(Cause::Corruption),
            "lose" => {
                let (section, rest) = name.split_once('.')?;
                let found = match section {
                    "locations" => position(model.locations.values(), |l| l.name == rest).map(Cause::Location),
                    "domains" => position(model.domains.values(), |d| d.name == rest).map(Cause::Domain),
                    "stores" => position(model.stores.values(), |s| s.name == rest).map(Cause::Store),
                    _ => None,
                };
                found.or_else(|| instance(name).map(Cause::Instance))
            }
            _ => None,
        }
    }

    /// A member of a component by `COMPONENT.MEMBER` or `components.COMPONENT.SECTION.MEMBER`; names may contain dots.
    fn member<I: Copy + 'm>(
        &self,
        text: &str,
        section: &str,
        members: impl Fn(ComponentId) -> &'m [I],
        name: impl Fn(I) -> &'m str,
    ) -> Option<I> {
        let find = |text: &str, between: &str| {
            text.match_indices(between).find_map(|(at, _)| {
                let component = self.component(&text[..at])?;
                members(component).iter().copied().find(|&member| name(member) == &text[at + between.len()..])
            })
        };
        let address = text.strip_prefix("components.").and_then(|rest| find(rest, &format!(".{section}.")));
        address.or_else(|| find(text, "."))
    }

    fn component(&self, name: &str) -> Option<ComponentId> {
        self.lookup().components.get(name).copied()
    }

    fn contains(&self, one: &Cause, other: &Cause) -> bool {
        self.holds(one, other) || self.holds(other, one)
    }

    fn holds(&self, outer: &Cause, inner: &Cause) -> bool {
        let Cause::Location(outer) = outer else { return false };
        let at = match inner {
            Cause::Location(id) => *id,
            Cause::Store(id) => self.model.stores[*id].at,
            Cause::Instance(id) => self.model.instances[*id].at,
            _ => return false,
        };
        self.model.is_within(at, *outer)
    }
}

impl Scenario {
    /// Two scenarios at once; the one with the smaller id first.
    fn pair(one: &Self, other: &Self) -> Self {
        Self {
            id: format!("{}+{}", one.id, other.id),
            kind: ScenarioKind::Pair,
            cause: Cause::Pair(Box::new([one.cause.clone(), other.cause.clone()])),
        }
    }

    /// Whether it is one of those of which pairs are made.
    pub fn is_part(&self) -> bool {
        matches!(self.cause, Cause::Instance(_) | Cause::Location(_) | Cause::Store(_))
    }
}

fn position<I: Id, T>(mut rows: std::slice::Iter<'_, T>, is: impl Fn(&T) -> bool) -> Option<I> {
    rows.position(is).map(I::from_index)
}
