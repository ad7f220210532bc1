//! What the analysis of recovery asks of the analysis of data loss.

use crate::model::{CopyId, DatasetId, InstanceId, Via};
use crate::units::Seconds;

/// What happens to the live data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataEvent {
    /// It is gone at once, and that is noticed.
    Destroyed,
    /// It goes bad, in every replica with it, and that is noticed later.
    Corrupted {
        /// How much later.
        detection: Seconds,
    },
}

/// What is left of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Remains {
    /// Which dataset.
    pub dataset: DatasetId,
    /// The copies that survive and can be read.
    pub copies: Vec<CopyId>,
    /// The replicas that survive.
    pub replicas: Vec<InstanceId>,
    /// What happened to the live data.
    pub event: DataEvent,
}

/// What is left of one member of a consistency group, all of whose members are restored to one instant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GroupRemains {
    /// Its data and what survives of it; the same happens to all members.
    pub remains: Remains,
    /// Whether its live data is untouched: it goes back with the others all the same.
    pub intact: bool,
}

/// How much is lost at worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorstLoss {
    /// How long before the disaster the newest data is that comes back; none where nothing does.
    pub worst: Option<Seconds>,
    /// What it comes back from.
    pub via: Option<Via>,
    /// The worst moment, in seconds since 1970-01-01T00:00:00Z; none where every moment is as bad.
    pub worst_at: Option<i64>,
}

/// Worst-case data loss, as `2.2` of the semantics defines it.
pub trait Losses: Sync {
    /// The loss where this is what is left.
    fn worst(&self, remains: &Remains) -> WorstLoss;
    /// The loss of a group of which this is left, restored to the newest instant that all its members can be brought to.
    fn together(&self, members: &[GroupRemains]) -> WorstLoss;
    /// The loss of a copy by itself; none where it can hold nothing.
    fn own_worst(&self, copy: CopyId) -> Option<Seconds>;
    /// How old the base of a continuous copy can be; none for other copies and where there may be no base.
    fn base_age(&self, copy: CopyId) -> Option<Seconds>;
}
