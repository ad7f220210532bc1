//! Who is where: the tree of locations turned round, so that a loss touches only what it hits.

use crate::graph::Digraph;
use crate::model::{CopyId, Id, InstanceId, LocationId, Model, StoreId};

/// What lies within each location and each store.
#[derive(Clone, Debug)]
pub struct Places {
    children: Digraph,
    instances: Buckets,
    stores: Buckets,
    copies: Buckets,
}

impl Places {
    /// Reads a model.
    pub fn new(model: &Model) -> Self {
        let within = model.locations.iter().filter_map(|(id, location)| Some((number(location.within?), number(id))));
        let places = model.locations.len();
        Self {
            children: Digraph::from_edges(places, within),
            instances: Buckets::new(places, model.instances.values().map(|instance| instance.at.index())),
            stores: Buckets::new(places, model.stores.values().map(|store| store.at.index())),
            copies: Buckets::new(model.stores.len(), model.copies.values().map(|copy| copy.to.index())),
        }
    }

    /// The instances that run at a location itself.
    pub fn instances_at(&self, location: LocationId) -> impl Iterator<Item = InstanceId> {
        self.instances.of(location.index()).iter().map(|&id| InstanceId::from_index(id as usize))
    }

    /// The stores that stand at a location itself.
    pub fn stores_at(&self, location: LocationId) -> impl Iterator<Item = StoreId> {
        self.stores.of(location.index()).iter().map(|&id| StoreId::from_index(id as usize))
    }

    /// The copies that are kept in a store.
    pub fn copies_in(&self, store: StoreId) -> impl Iterator<Item = CopyId> {
        self.copies.of(store.index()).iter().map(|&id| CopyId::from_index(id as usize))
    }

    /// Adds a location and all that lies within it; what is there already is there with all that lies within.
    pub fn close(&self, location: LocationId, into: &mut Vec<LocationId>) {
        let first = into.len();
        into.push(location);
        let mut next = first;
        while let Some(&at) = into.get(next) {
            into.extend(self.children.successors(number(at)).iter().map(|&id| LocationId::from_index(id as usize)));
            next += 1;
        }
    }
}

/// Things by the place that they are in, in the order of their ids.
#[derive(Clone, Debug)]
struct Buckets {
    starts: Vec<u32>,
    members: Vec<u32>,
}

impl Buckets {
    fn new(places: usize, place_of: impl Iterator<Item = usize> + Clone) -> Self {
        let mut starts = vec![0u32; places + 1];
        for place in place_of.clone() {
            starts[place + 1] += 1;
        }
        for place in 0..places {
            starts[place + 1] += starts[place];
        }
        let mut next = starts.clone();
        let mut members = vec![0u32; starts[places] as usize];
        for (member, place) in place_of.enumerate() {
            members[next[place] as usize] = u32::try_from(member).unwrap_or(u32::MAX);
            next[place] += 1;
        }
        Self { starts, members }
    }

    fn of(&self, place: usize) -> &[u32] {
        &self.members[self.starts[place] as usize..self.starts[place + 1] as usize]
    }
}

fn number(id: LocationId) -> u32 {
    u32::try_from(id.index()).unwrap_or(u32::MAX)
}
