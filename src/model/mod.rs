//! What a spec means: every name resolved, every unit typed, every default applied, nothing to be changed any more.
//!
//! Every other stage reads this and only this. What is optional here is optional in the world (a component may have no
//! objective); what was merely not written down has its default, and [`Sourced`] says where that came from.

mod component;
mod id;
mod measured;
mod objective;
mod place;
mod protection;
mod resolve;
mod scenario;
mod sourced;

pub use component::{Component, Dependency, Failover, Instance, RecoveryPlan, ServesWith};
pub use id::{
    ComponentId, CopyId, DatasetId, DeclaredScenarioId, DomainId, GroupId, Id, InstanceId, LinkId, LocationId,
    ObjectiveId, StoreId, Table, TeamId,
};
pub use measured::Measurement;
pub use objective::{CopiesRule, Objective, Override, Promise, Team, Threshold};
pub use place::{Domain, Link, Location, Store, loss_of};
pub use protection::{Anchor, ChangeRate, DataCopy, Dataset, Keep, Replication, Timing, Verification, Within};
pub use resolve::resolve;
pub use scenario::{Bound, ConsistencyGroup, DeclaredScenario, Expectation, Expected, Guarantee, Target, Via, Waiver};
pub use sourced::{Origin, Sourced};

use crate::calendar::Zone;
use crate::diag::Span;

/// The system as a whole.
#[derive(Clone, Debug)]
pub struct System {
    /// Its name.
    pub name: String,
    /// What it is, in a sentence.
    pub description: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The zone of schedules that name none.
    pub timezone: Zone,
    /// What anybody needs in order to recover anything.
    pub recovery_depends_on: Vec<ComponentId>,
    /// Where copies of the runbooks are kept.
    pub runbooks_at: Vec<LocationId>,
    /// Where the name is written.
    pub span: Span,
}

/// A whole spec, resolved.
#[derive(Clone, Debug)]
pub struct Model {
    /// The system as a whole.
    pub system: System,
    /// The tree of failure domains.
    pub locations: Table<LocationId, Location>,
    /// What several locations share: they fail together.
    pub domains: Table<DomainId, Domain>,
    /// Bandwidth between locations.
    pub links: Table<LinkId, Link>,
    /// Where copies are kept.
    pub stores: Table<StoreId, Store>,
    /// Who recovers.
    pub teams: Table<TeamId, Team>,
    /// What is promised, named and inline.
    pub objectives: Table<ObjectiveId, Objective>,
    /// What makes up the system.
    pub components: Table<ComponentId, Component>,
    /// The instances of all components, those of one component together.
    pub instances: Table<InstanceId, Instance>,
    /// The datasets of all components, those of one component together.
    pub datasets: Table<DatasetId, Dataset>,
    /// The copies of all datasets, those of one dataset together.
    pub copies: Table<CopyId, DataCopy>,
    /// Scenarios that the spec adds to the derived ones.
    pub scenarios: Table<DeclaredScenarioId, DeclaredScenario>,
    /// Datasets that are restored to one instant.
    pub groups: Table<GroupId, ConsistencyGroup>,
    /// What the author says must hold.
    pub expectations: Vec<Expectation>,
    /// Findings that somebody has accepted for a time.
    pub waivers: Vec<Waiver>,
}

impl Model {
    /// Whether `inner` is `outer` or lies within it.
    pub fn is_within(&self, inner: LocationId, outer: LocationId) -> bool {
        self.enclosing(inner).any(|location| location == outer)
    }

    /// A location and everything that it lies within, from the inside out.
    pub fn enclosing(&self, location: LocationId) -> impl Iterator<Item = LocationId> {
        std::iter::successors(Some(location), |&at| self.locations[at].within)
    }

    /// The address of a component in the spec.
    pub fn component_address(&self, id: ComponentId) -> String {
        format!("components.{}", self.components[id].name)
    }

    /// The address of an instance in the spec.
    pub fn instance_address(&self, id: InstanceId) -> String {
        let instance = &self.instances[id];
        format!("{}.instances.{}", self.component_address(instance.component), instance.name)
    }

    /// The address of a dataset in the spec.
    pub fn dataset_address(&self, id: DatasetId) -> String {
        let dataset = &self.datasets[id];
        format!("{}.data.{}", self.component_address(dataset.component), dataset.name)
    }

    /// The address of a copy in the spec.
    pub fn copy_address(&self, id: CopyId) -> String {
        let copy = &self.copies[id];
        format!("{}.copies.{}", self.dataset_address(copy.dataset), copy.name)
    }

    /// A dataset as people name it: `shop-db.main`.
    pub fn dataset_name(&self, id: DatasetId) -> String {
        let dataset = &self.datasets[id];
        format!("{}.{}", self.components[dataset.component].name, dataset.name)
    }
}
