//! What a scenario takes away.

use super::{Cause, Places};
use crate::model::{
    ComponentId, CopyId, DatasetId, DeclaredScenarioId, InstanceId, LocationId, Model, StoreId, Target,
};
use crate::terms::LocationKind;
use crate::units::Seconds;

/// Everything that a scenario takes away; each list is sorted and holds nothing twice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Gone {
    /// Locations, with all that lies within them.
    pub locations: Vec<LocationId>,
    /// Instances that are lost with their disks.
    pub lost: Vec<InstanceId>,
    /// Instances that are cut off and not lost.
    pub cut: Vec<InstanceId>,
    /// Components without instances that fail as such.
    pub components: Vec<ComponentId>,
    /// Stores with all their copies.
    pub stores: Vec<StoreId>,
    /// Stores that an attack reaches over the network: what is immutable or offline in them survives.
    pub attacked: Vec<StoreId>,
    /// Datasets that go bad.
    pub corrupt: Vec<DatasetId>,
    /// How long bad data goes unnoticed; none where the scenario does not say, so that each component's own `detect`
    /// counts.
    pub detection: Option<Seconds>,
}

impl Gone {
    /// What a cause takes away.
    pub fn new(model: &Model, places: &Places, cause: &Cause) -> Self {
        let mut gone = Self::default();
        gone.refill(model, places, cause);
        gone
    }

    /// What another cause takes away, in the same lists: there is one for every scenario that is looked at, and most hold
    /// next to nothing.
    pub fn refill(&mut self, model: &Model, places: &Places, cause: &Cause) {
        self.clear();
        self.add(model, places, cause);
        tidy(&mut self.locations);
        for &location in &self.locations {
            self.lost.extend(places.instances_at(location));
            self.stores.extend(places.stores_at(location));
        }
        let Self { locations: _, lost, cut, components, stores, attacked, corrupt, detection: _ } = self;
        tidy(lost);
        tidy(cut);
        tidy(components);
        tidy(stores);
        tidy(attacked);
        tidy(corrupt);
        cut.retain(|id| lost.binary_search(id).is_err());
        attacked.retain(|id| stores.binary_search(id).is_err());
    }

    fn clear(&mut self) {
        let Self { locations, lost, cut, components, stores, attacked, corrupt, detection } = self;
        locations.clear();
        lost.clear();
        cut.clear();
        components.clear();
        stores.clear();
        attacked.clear();
        corrupt.clear();
        *detection = None;
    }

    /// Whether a location is gone.
    pub fn takes(&self, location: LocationId) -> bool {
        self.locations.binary_search(&location).is_ok()
    }

    /// Whether something can be built at a location again: it survives, or it is a host that can be replaced where it
    /// stood.
    pub fn replaceable(&self, model: &Model, location: LocationId) -> bool {
        let place = &model.locations[location];
        let stands = |outer: LocationId| !self.takes(outer);
        stands(location) || (place.kind == LocationKind::Host && place.within.is_none_or(stands))
    }

    /// Whether a copy survives.
    pub fn keeps(&self, model: &Model, copy: CopyId) -> bool {
        let copy = &model.copies[copy];
        let attacked = self.attacked.binary_search(&copy.to).is_ok() && !copy.immutable && !copy.offline;
        !attacked && self.stores.binary_search(&copy.to).is_err()
    }

    /// Whether it takes nothing away at all.
    pub fn is_nothing(&self) -> bool {
        let Self { locations, lost, cut, components, stores, attacked, corrupt, detection: _ } = self;
        locations.is_empty()
            && lost.is_empty()
            && cut.is_empty()
            && components.is_empty()
            && stores.is_empty()
            && attacked.is_empty()
            && corrupt.is_empty()
    }

    fn add(&mut self, model: &Model, places: &Places, cause: &Cause) {
        match cause {
            Cause::Instance(id) => self.lost.push(*id),
            Cause::Cut(id) => self.cut.push(*id),
            Cause::Component(id) => self.add_component(model, *id),
            Cause::Location(id) => places.close(*id, &mut self.locations),
            Cause::Domain(id) => {
                for &member in &model.domains[*id].members {
                    places.close(member, &mut self.locations);
                }
            }
            Cause::Store(id) => self.stores.push(*id),
            Cause::Corruption(id) => self.corrupt.push(*id),
            Cause::Declared(id) => self.add_declared(model, places, *id),
            Cause::Pair(causes) => causes.iter().for_each(|cause| self.add(model, places, cause)),
        }
    }

    fn add_component(&mut self, model: &Model, id: ComponentId) {
        let instances = &model.components[id].instances;
        self.lost.extend(instances);
        if instances.is_empty() {
            self.components.push(id);
        }
    }

    fn add_declared(&mut self, model: &Model, places: &Places, id: DeclaredScenarioId) {
        let scenario = &model.scenarios[id];
        for target in &scenario.fails {
            match *target {
                Target::Location(id) => self.add(model, places, &Cause::Location(id)),
                Target::Domain(id) => self.add(model, places, &Cause::Domain(id)),
                Target::Instance(id) => self.lost.push(id),
                Target::Component(id) => self.add_component(model, id),
                // Who spoils data and names a store means an attacker who empties it, not a fire.
                Target::Store(id) if !scenario.corrupts.is_empty() => self.attacked.push(id),
                Target::Store(id) => self.stores.push(id),
            }
        }
        self.cut.extend(&scenario.unreachable);
        self.corrupt.extend(&scenario.corrupts);
        self.detection = self.detection.max(scenario.detection);
    }
}

fn tidy<T: Ord>(list: &mut Vec<T>) {
    list.sort_unstable();
    list.dedup();
}
