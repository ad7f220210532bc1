//! What may go wrong by kind, and what the spec says of it: own scenarios, expectations, guarantees, waivers.

use super::{ComponentId, CopyId, DatasetId, DomainId, InstanceId, LocationId, StoreId};
use crate::diag::Span;
use crate::terms::{Impact, ScenarioKind};
use crate::units::Seconds;

/// Something that a scenario can take away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A location with all within.
    Location(LocationId),
    /// Everything that shares a domain.
    Domain(DomainId),
    /// A store with all copies.
    Store(StoreId),
    /// One instance.
    Instance(InstanceId),
    /// All instances of a component.
    Component(ComponentId),
}

/// A scenario of the spec's own.
#[derive(Clone, Debug)]
pub struct DeclaredScenario {
    /// Its name, which is its id.
    pub name: String,
    /// What it is, in a sentence.
    pub description: Option<String>,
    /// What is lost.
    pub fails: Vec<Target>,
    /// Which instances are cut off.
    pub unreachable: Vec<InstanceId>,
    /// Whose data goes bad.
    pub corrupts: Vec<DatasetId>,
    /// How long that goes unnoticed.
    pub detection: Option<Seconds>,
    /// Where the name is written.
    pub span: Span,
}

/// What the author says must hold: a test of the plan.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// The id of the scenario as written.
    pub scenario: String,
    /// Where the scenario is written.
    pub scenario_span: Span,
    /// Of which component.
    pub component: ComponentId,
    /// Of which of its datasets; none for all.
    pub dataset: Option<DatasetId>,
    /// What is expected.
    pub expected: Expected,
    /// Where it is written.
    pub span: Span,
}

/// What an expectation states; what is not stated is free.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// The impact is this.
    pub impact: Option<Impact>,
    /// The worst-case data loss is within this.
    pub data_loss: Option<Bound>,
    /// The worst-case recovery time is within this.
    pub recovery: Option<Bound>,
}

/// A range of time. `unbounded` says that it must have no bound: the data is lost, or nothing brings it back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bound {
    /// Not more than this.
    pub at_most: Option<Seconds>,
    /// Not less than this.
    pub at_least: Option<Seconds>,
    /// Whether it must have no bound.
    pub unbounded: bool,
}

/// What a provider promises for a kind of scenario; shown as a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guarantee {
    /// In which kind of scenario.
    pub kind: ScenarioKind,
    /// Back within this.
    pub recovery: Option<Seconds>,
    /// With at most this lost.
    pub data_loss: Option<Seconds>,
    /// Where it is written.
    pub span: Span,
}

/// Datasets that are restored to one common instant, or the result is no use.
#[derive(Clone, Debug)]
pub struct ConsistencyGroup {
    /// Its name.
    pub name: String,
    /// The datasets.
    pub members: Vec<DatasetId>,
    /// Where the name is written.
    pub span: Span,
}

/// A finding that somebody has accepted for a time.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The name of the finding.
    pub finding: String,
    /// What the finding is about; none for anything.
    pub on: Option<String>,
    /// In which scenario; none for any.
    pub scenario: Option<String>,
    /// The last day on which it holds; none where the date is malformed, so that it counts as expired.
    pub until: Option<jiff::civil::Date>,
    /// Who accepted it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Where it is written.
    pub span: Span,
}

/// The copy that a result comes from, by its place in the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Via {
    /// A replica.
    Replication(InstanceId),
    /// A copy.
    Copy(CopyId),
    /// A provider's word.
    Guarantee,
}
