//! What makes up the system: components, their instances and what they need.

use std::sync::Arc;

use super::{ComponentId, DatasetId, Guarantee, InstanceId, LocationId, ObjectiveId, Replication, Sourced, TeamId};
use crate::diag::Span;
use crate::tech::Technology;
use crate::terms::{DependencyKind, FailoverMode, Role};
use crate::units::{Rate, Seconds};

/// A part of the system with a technology of its own.
#[derive(Clone, Debug)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// What it is, in a sentence.
    pub description: Option<String>,
    /// What it is made with.
    pub technology: Arc<Technology>,
    /// Who recovers it.
    pub owner: Option<TeamId>,
    /// What is promised for it.
    pub objective: Option<ObjectiveId>,
    /// Where the objective is written.
    pub objective_span: Option<Span>,
    /// Its instances; empty for a logical component, which is up when what it requires is.
    pub instances: Vec<InstanceId>,
    /// How many instances it takes to serve.
    pub serves_with: ServesWith,
    /// How many instances it takes to answer reads; none where that is no different from serving.
    pub reads_with: Option<u32>,
    /// How its instances are kept in step; none where they share no data.
    pub replication: Option<Replication>,
    /// How a standby takes over.
    pub failover: Failover,
    /// Its data.
    pub datasets: Vec<DatasetId>,
    /// What it needs.
    pub depends_on: Vec<Dependency>,
    /// How it is brought back.
    pub recovery: RecoveryPlan,
    /// How long resolvers keep its old address; adds to the cutover.
    pub dns_ttl: Seconds,
    /// What a provider promises, by kind of scenario.
    pub guarantees: Vec<Guarantee>,
    /// Values of the technology's own parameters, in the order of the catalogue, defaults applied.
    pub parameters: Vec<(String, String)>,
    /// Where the name is written.
    pub span: Span,
}

/// One running copy of a component.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Its name, unique within its component.
    pub name: String,
    /// Whose it is.
    pub component: ComponentId,
    /// Where it runs.
    pub at: LocationId,
    /// What part it plays; none where the spec does not say.
    pub role: Option<Role>,
    /// How many votes it has in a majority.
    pub votes: u32,
    /// How far it may be behind, where that differs from the component's replication.
    pub lag: Option<Seconds>,
    /// The instance that it is fed from, in a cascade; none for the primary.
    pub from: Option<InstanceId>,
    /// The name by which Puppet knows its host.
    pub certname: Option<String>,
    /// Where the name is written.
    pub span: Span,
}

impl Instance {
    /// Whether it holds the data of its component.
    pub fn has_data(&self) -> bool {
        self.role != Some(Role::Witness)
    }
}

/// How many instances it takes to serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServesWith {
    /// So many with data.
    Count(u32),
    /// More than half of all votes.
    Majority,
    /// Every one.
    All,
}

/// How a standby takes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failover {
    /// By itself or by hand.
    pub mode: FailoverMode,
    /// How long it takes: automatic with detection, manual without.
    pub takes: Sourced<Seconds>,
}

/// That one component needs another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// What is needed.
    pub on: ComponentId,
    /// How much.
    pub kind: DependencyKind,
    /// Where it is written.
    pub span: Span,
    /// Whether the whole system's `recovery_depends_on` says it and not the component.
    pub implied: bool,
}

/// How a component is brought back, and how long each step takes.
#[derive(Clone, Debug)]
pub struct RecoveryPlan {
    /// Where lost instances are rebuilt, in order of preference; empty for where they were.
    pub to: Vec<LocationId>,
    /// Until the failure is noticed.
    pub detect: Sourced<Seconds>,
    /// Until there is a machine.
    pub provision: Sourced<Seconds>,
    /// What one restore can take in; none for no limit of its own.
    pub restore_rate: Option<Sourced<Rate>>,
    /// Until it runs.
    pub start: Sourced<Seconds>,
    /// Until it is known to be right.
    pub verify: Sourced<Seconds>,
    /// Until its clients reach it, without the life of old names.
    pub cutover: Sourced<Seconds>,
}
