//! Every disaster that is looked at: derived from the topology, declared by the spec, and pairs.
//!
//! A scenario says what caused it; [`Gone`] says what that takes away. What it does to the components is `impact`'s
//! business.

mod gone;
mod ids;
mod list;
mod places;

pub use gone::Gone;
pub use list::{Scenarios, UnknownScenario};
pub use places::Places;

use crate::model::{
    ComponentId, DatasetId, DeclaredScenarioId, DomainId, InstanceId, LocationId, Model, StoreId, loss_of,
};
use crate::terms::ScenarioKind;

/// Something that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// Its id: unique, and the same for every order of the spec.
    pub id: String,
    /// Its kind, by which objectives and guarantees are chosen.
    pub kind: ScenarioKind,
    /// What goes wrong.
    pub cause: Cause,
}

/// What goes wrong in a scenario.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// An instance is lost, its disk with it.
    Instance(InstanceId),
    /// An instance is cut off.
    Cut(InstanceId),
    /// All instances of a component are lost.
    Component(ComponentId),
    /// A location is lost.
    Location(LocationId),
    /// Everything that shares a domain is lost.
    Domain(DomainId),
    /// A store is lost.
    Store(StoreId),
    /// A dataset goes bad.
    Corruption(DatasetId),
    /// What the spec says.
    Declared(DeclaredScenarioId),
    /// Two of the above at once.
    Pair(Box<[Cause; 2]>),
}

impl Scenario {
    /// The scenario of the spec that this is, if it is one.
    pub fn declared(&self) -> Option<DeclaredScenarioId> {
        match self.cause {
            Cause::Declared(id) => Some(id),
            _ => None,
        }
    }
}

impl Cause {
    /// The kind of scenario.
    pub fn kind(&self, model: &Model) -> ScenarioKind {
        match self {
            Self::Instance(_) => ScenarioKind::InstanceLoss,
            Self::Cut(_) => ScenarioKind::InstanceUnreachable,
            Self::Component(_) => ScenarioKind::ComponentLoss,
            Self::Location(id) => loss_of(model.locations[*id].kind),
            Self::Domain(_) => ScenarioKind::SharedLoss,
            Self::Store(_) => ScenarioKind::StoreLoss,
            Self::Corruption(_) => ScenarioKind::Corruption,
            Self::Declared(_) => ScenarioKind::Declared,
            Self::Pair(_) => ScenarioKind::Pair,
        }
    }
}
