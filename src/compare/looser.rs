//! What the newer spec is held to less strictly although no objective says a longer time: rules on copies, drills and missed
//! runs, data that was restored together, declared scenarios that hit less, places that no longer fall together.
//!
//! All of them make numbers better, or take them out, without anything that is better in the world.

use std::collections::BTreeMap;

use super::dropped::{Dropped, Less};
use super::{Names, promises};
use crate::analysis::scenario::{Cause, Gone, Places};
use crate::model::{
    ComponentId, DatasetId, DeclaredScenario, DomainId, Id, InstanceId, LocationId, Model, Objective, StoreId, Target,
};

/// Both specs, and how names of the older are found in the newer.
struct Both<'m> {
    base: &'m Model,
    head: &'m Model,
    names: &'m Names,
    places_before: Places,
    places: Places,
}

/// In the order of the older spec: scenarios, places, groups, rules.
pub(super) fn looser(base: &Model, head: &Model, names: &Names) -> Vec<Dropped> {
    let both = Both { base, head, names, places_before: Places::new(base), places: Places::new(head) };
    let mut found = both.scenarios();
    if base.components.values().any(|component| component.objective.is_some()) {
        found.extend(both.places());
    }
    found.extend(both.groups());
    found.extend(both.rules());
    found
}

impl Both<'_> {
    /// Declared scenarios that spare what they hit, though it is still there.
    fn scenarios(&self) -> Vec<Dropped> {
        let spared = |older: &DeclaredScenario| {
            let id = by_name(self.head.scenarios.iter().map(|(id, s)| (id, &s.name)), &older.name)?;
            let gone = Gone::new(self.head, &self.places, &Cause::Declared(id));
            let mut spared: Vec<String> = older.fails.iter().filter_map(|target| self.spared(target, &gone)).collect();
            let cut = |&&id: &&InstanceId| !gone.cut.contains(&id) && !gone.lost.contains(&id);
            let cut_off = older.unreachable.iter().filter_map(|&id| self.instance(id));
            spared.extend(cut_off.collect::<Vec<_>>().iter().filter(cut).map(|&id| self.instance_name(id)));
            let corrupted = older.corrupts.iter().filter_map(|&id| self.dataset(id));
            let clean = corrupted.filter(|id| gone.corrupt.binary_search(id).is_err());
            spared.extend(clean.map(|id| format!("{} corrupt", self.dataset_name(id))));
            let what = Less::Spared(spared);
            Some(Dropped { scenario: Some(older.name.clone()), what })
        };
        let all = self.base.scenarios.values().filter_map(spared);
        all.filter(|dropped| !matches!(&dropped.what, Less::Spared(spared) if spared.is_empty())).collect()
    }

    /// The name of something that was to fail, is there, and does not fail.
    fn spared(&self, target: &Target, gone: &Gone) -> Option<String> {
        let takes = |location: &LocationId| gone.takes(*location);
        let (name, falls) = match *target {
            Target::Location(id) => {
                let id = self.location(id)?;
                (&self.head.locations[id].name, takes(&id))
            }
            Target::Domain(id) => {
                let id = self.domain(id)?;
                (&self.head.domains[id].name, self.head.domains[id].members.iter().all(takes))
            }
            Target::Store(id) => {
                let id = self.store(id)?;
                (&self.head.stores[id].name, gone.stores.contains(&id) || gone.attacked.contains(&id))
            }
            Target::Instance(id) => {
                let id = self.instance(id)?;
                return (!gone.lost.contains(&id)).then(|| self.instance_name(id));
            }
            Target::Component(id) => {
                let id = self.component(id)?;
                let component = &self.head.components[id];
                let lost = component.instances.iter().all(|id| gone.lost.contains(id));
                (&component.name, gone.components.contains(&id) || (!component.instances.is_empty() && lost))
            }
        };
        (!falls).then(|| name.clone())
    }

    /// Locations and shared domains that are gone, though several of the instances that fell together in them stand where
    /// they stood, and no other disaster takes them together.
    fn places(&self) -> Vec<Dropped> {
        let locations = self.base.locations.iter().filter(|(id, _)| self.location(*id).is_none());
        let locations = locations.map(|(id, location)| (&location.name, Cause::Location(id)));
        let domains = self.base.domains.iter().filter(|(id, _)| self.domain(*id).is_none());
        let domains = domains.map(|(id, domain)| (&domain.name, Cause::Domain(id)));
        let apart = |(name, cause): (&String, Cause)| {
            let fell = Gone::new(self.base, &self.places_before, &cause).lost;
            let still: Vec<InstanceId> = fell.iter().filter_map(|&id| self.in_place(id)).collect();
            let apart = still.len() > 1 && !self.fall_together(&still, &fell);
            let what = Less::Apart(still.into_iter().map(|id| self.instance_name(id)).collect());
            apart.then(|| Dropped { scenario: Some(format!("lose:{name}")), what })
        };
        locations.chain(domains).filter_map(apart).collect()
    }

    /// An instance that stands where it stood.
    fn in_place(&self, id: InstanceId) -> Option<InstanceId> {
        let at = |model: &Model, id: InstanceId| model.locations[model.instances[id].at].name.clone();
        self.instance(id).filter(|&new| at(self.head, new) == at(self.base, id))
    }

    /// Whether the loss of one place, or of something shared, takes all of these: of a place that is new, or of one that took no
    /// more than them before. A whole provider is no stand-in for the site that was in it.
    fn fall_together(&self, instances: &[InstanceId], fell: &[InstanceId]) -> bool {
        let Some(&first) = instances.first() else { return true };
        let outer: Vec<LocationId> = self.head.enclosing(self.head.instances[first].at).collect();
        let shared = outer.iter().flat_map(|&at| &self.head.locations[at].shares);
        let causes = outer.iter().map(|&at| (Cause::Location(at), self.location_before(at)));
        let mut causes = causes.chain(shared.map(|&id| (Cause::Domain(id), self.domain_before(id))));
        causes.any(|(cause, before)| {
            let lost = Gone::new(self.head, &self.places, &cause).lost;
            let took = before.map(|before| Gone::new(self.base, &self.places_before, &before).lost);
            let is_alike = took.is_none_or(|took| took.iter().all(|id| fell.contains(id)));
            is_alike && instances.iter().all(|id| lost.binary_search(id).is_ok())
        })
    }

    fn location_before(&self, id: LocationId) -> Option<Cause> {
        let all = self.base.locations.iter().map(|(id, location)| (id, &location.name));
        by_name(all, &self.head.locations[id].name).map(Cause::Location)
    }

    fn domain_before(&self, id: DomainId) -> Option<Cause> {
        let all = self.base.domains.iter().map(|(id, domain)| (id, &domain.name));
        by_name(all, &self.head.domains[id].name).map(Cause::Domain)
    }

    /// Data that had to be restored to one instant and has not any more.
    fn groups(&self) -> Vec<Dropped> {
        let looser = |(name, members): (&String, Vec<DatasetId>)| {
            let held = self.head.groups.values().any(|group| members.iter().all(|id| group.members.contains(id)));
            let names = || members.iter().map(|&id| self.dataset_name(id)).collect();
            (members.len() > 1 && !held).then(|| Dropped { scenario: None, what: Less::Group(name.clone(), names()) })
        };
        let groups = self.base.groups.values();
        let there =
            groups.map(|group| (&group.name, group.members.iter().filter_map(|&id| self.dataset(id)).collect()));
        there.filter_map(looser).collect()
    }

    /// What an objective asks for beside its two times.
    fn rules(&self) -> Vec<Dropped> {
        let mut by_rule: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (old, component) in self.base.components.iter() {
            let (Some(new), Some(objective)) = (self.component(old), component.objective) else { continue };
            let older = &self.base.objectives[objective];
            let newer = self.head.components[new].objective.map(|id| &self.head.objectives[id]);
            let has_data = !self.head.components[new].datasets.is_empty();
            for rule in looser_rules(older, newer, has_data) {
                by_rule.entry(rule).or_default().push(self.head.components[new].name.clone());
            }
        }
        let dropped = |(rule, components)| Dropped { scenario: None, what: Less::Rule(rule, components) };
        by_rule.into_iter().map(dropped).collect()
    }

    fn component(&self, id: ComponentId) -> Option<ComponentId> {
        let name = self.names.component(&self.base.components[id].name);
        by_name(self.head.components.iter().map(|(id, c)| (id, &c.name)), &name)
    }

    fn instance(&self, id: InstanceId) -> Option<InstanceId> {
        let older = &self.base.instances[id];
        let all = &self.head.components[self.component(older.component)?].instances;
        all.iter().copied().find(|&newer| self.head.instances[newer].name == older.name)
    }

    fn dataset(&self, id: DatasetId) -> Option<DatasetId> {
        let older = &self.base.datasets[id];
        let component = self.component(older.component)?;
        let all = &self.head.components[component].datasets;
        let same = all.iter().copied().find(|&newer| self.head.datasets[newer].name == older.name);
        same.or_else(|| promises::renamed_dataset(self.base, id, self.head, component))
    }

    fn location(&self, id: LocationId) -> Option<LocationId> {
        by_name(self.head.locations.iter().map(|(id, l)| (id, &l.name)), &self.base.locations[id].name)
    }

    fn domain(&self, id: DomainId) -> Option<DomainId> {
        by_name(self.head.domains.iter().map(|(id, d)| (id, &d.name)), &self.base.domains[id].name)
    }

    fn store(&self, id: StoreId) -> Option<StoreId> {
        by_name(self.head.stores.iter().map(|(id, s)| (id, &s.name)), &self.base.stores[id].name)
    }

    fn instance_name(&self, id: InstanceId) -> String {
        let instance = &self.head.instances[id];
        format!("{}.{}", self.head.components[instance.component].name, instance.name)
    }

    fn dataset_name(&self, id: DatasetId) -> String {
        let dataset = &self.head.datasets[id];
        format!("{}.{}", self.head.components[dataset.component].name, dataset.name)
    }
}

fn by_name<'n, I: Id>(mut all: impl Iterator<Item = (I, &'n String)>, name: &str) -> Option<I> {
    all.find(|(_, other)| *other == name).map(|(id, _)| id)
}

/// Each rule that asks for less, as `copies.total 3 → none`.
fn looser_rules(older: &Objective, newer: Option<&Objective>, has_data: bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut told = |rule: &str, from: String, to: Option<String>| {
        found.push(format!("{rule} {from} → {}", to.unwrap_or_else(|| "none".to_owned())));
    };
    let after = newer.and_then(|newer| newer.copies).unwrap_or_default();
    if let Some(before) = older.copies.filter(|_| has_data) {
        let counts = [
            ("copies.total", before.total, after.total),
            ("copies.media", before.media, after.media),
            ("copies.offsite", before.offsite, after.offsite),
            ("copies.immutable", before.immutable, after.immutable),
        ];
        for (rule, from, to) in counts {
            if let Some(from) = from.filter(|from| to.is_none_or(|to| to < *from)) {
                told(rule, from.to_string(), to.map(|to| to.to_string()));
            }
        }
        if before.verified && !after.verified {
            told("copies.verified", "true".to_owned(), Some("false".to_owned()));
        }
    }
    let runs = newer.map_or(0, |newer| newer.tolerates_missed_runs);
    if has_data && runs < older.tolerates_missed_runs {
        told("tolerates_missed_runs", older.tolerates_missed_runs.to_string(), Some(runs.to_string()));
    }
    let drills = newer.and_then(|newer| newer.drill_every).map(|every| every.at_most);
    if let Some(from) = older.drill_every.map(|every| every.at_most)
        && drills.is_none_or(|to| to > from)
    {
        told("drill_every", from.human(), drills.map(|to| to.human()));
    }
    found
}
