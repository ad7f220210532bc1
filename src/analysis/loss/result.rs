//! What the engine answers: a worst case with the copy, the moment and the sum that it comes from.
//!
//! Results are shared by all data with equal copies, so that they name copies by their place among the copies of the data;
//! the methods of [`Loss`] turn places into names and addresses.

use std::fmt;
use std::sync::Arc;

use super::own::Reason;
use crate::calendar::{Zone, civil};
use crate::model::{CopyId, DatasetId, GroupId, Model, Origin, Via};
use crate::units::Seconds;

/// A worst-case data loss.
#[derive(Clone, Debug)]
pub struct Loss {
    /// The most that can be lost; none where that has no bound or all is lost.
    pub worst: Option<Seconds>,
    /// What the data comes back from in that case.
    pub via: Option<Via>,
    /// The moment at which it is worst; none where phases are not known.
    pub worst_at: Option<WorstMoment>,
    /// How it is worked out.
    pub derivation: Arc<Derivation>,
}

/// A loss without names, as it is shared.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) worst: Option<i64>,
    pub(super) via: Option<Way>,
    pub(super) moment: Option<WorstMoment>,
    pub(super) derivation: Arc<Derivation>,
}

/// Something that data can come back from, by its place in the query's data or component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// An instance of the component.
    Replica(usize),
    /// A copy of the data.
    Copy(usize),
    /// A copy of other data that is restored together with it.
    OfGroup(CopyId),
}

/// Just before this instant the loss is largest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorstMoment {
    /// The instant at which a further point becomes usable, in seconds since 1970-01-01T00:00:00Z.
    pub better_from: i64,
    /// The zone in which to show it: that of the copy that makes it better.
    pub zone: Zone,
    /// The copy that makes it better.
    pub by: Way,
    /// Whether it does so when its run completes, or already when it captures (corruption that is noticed later).
    pub on_completion: bool,
}

/// How a loss is worked out.
#[derive(Clone, Debug, Default)]
pub struct Derivation {
    /// Why the loss is what it is.
    pub reason: Option<Reason>,
    /// The terms, which add up to the loss.
    pub terms: Vec<Term>,
    /// Everything that survives, each with its own worst case, the best first.
    pub alternatives: Vec<Alternative>,
}

/// One term of the sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// What it is.
    pub kind: TermKind,
    /// How much, in seconds. Negative only for the detection time, which gives a run time to complete.
    pub seconds: i64,
    /// Where it is written.
    pub source: TermSource,
    /// The two runs between which an interval lies, where they are known.
    pub runs: Option<(i64, i64)>,
}

/// What a term of a loss is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TermKind {
    /// From one run to the next of the same copy; with missed runs, to one later.
    Interval {
        /// How many runs in between are taken to have failed.
        missed: u32,
    },
    /// The same where retention has thrown away points between.
    Thinned {
        /// How many runs in between are taken to have failed.
        missed: u32,
    },
    /// From the newest point that is left of one copy to the next run of another.
    Wait,
    /// Waiting time between the capture and the transfer.
    Hold,
    /// The transfer.
    Transfer,
    /// How old the point of the source is when it is captured.
    SourceAge,
    /// How far the instance is behind that is read from.
    Behind,
    /// How far a replica or a stream of changes is behind.
    Lag,
    /// What completes between the corruption and its detection is still of use.
    Detection,
    /// The data never changes: any copy is as good as the data.
    Unchanging,
    /// The stream of changes is replayed to just before the corruption.
    RollForward,
    /// From one instant that all members of a group can be brought to until the next.
    Common(GroupId),
}

/// Where a term is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TermSource {
    /// What the term belongs to.
    pub of: Way,
    /// So many steps up the chain of copies that it is made from.
    pub hops: usize,
    /// The key in the spec.
    pub key: &'static str,
}

/// Something that survives, with its own worst case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// What it is.
    pub way: Way,
    /// Its worst case without the others.
    pub worst: Option<Seconds>,
    /// Why.
    pub reason: Reason,
}

impl WorstMoment {
    /// The last second at which the loss is at its worst.
    pub fn instant(&self) -> i64 {
        self.better_from - 1
    }

    /// As RFC 3339 with the offset of the zone.
    pub fn rfc3339(&self) -> String {
        let offset = self.zone.offset_at(self.instant());
        let (_, date, time) = self.local(self.instant());
        let sign = if offset < 0 { '-' } else { '+' };
        let offset = offset.unsigned_abs();
        match offset {
            0 => format!("{date}T{time}Z"),
            _ => format!("{date}T{time}{sign}{:02}:{:02}", offset / 3_600, offset / 60 % 60),
        }
    }

    /// The weekday, date and time of an instant in the zone of the moment: `Monday`, `2026-03-30`, `01:59:59`.
    pub fn local(&self, instant: i64) -> (&'static str, String, String) {
        const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        let local = instant + self.zone.offset_at(instant);
        let weekday = DAYS[(local.div_euclid(86_400) + 3).rem_euclid(7) as usize];
        let (year, month, day) = civil(local.div_euclid(86_400));
        let second = local.rem_euclid(86_400);
        let time = format!("{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60);
        (weekday, format!("{year:04}-{month:02}-{day:02}"), time)
    }
}

impl fmt::Display for WorstMoment {
    /// `Monday 2026-03-30 01:59:59 Europe/Madrid`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (weekday, date, time) = self.local(self.instant());
        write!(f, "{weekday} {date} {time} {}", self.zone.name())
    }
}

impl Loss {
    /// Why the loss is what it is.
    pub fn reason(&self) -> Reason {
        self.derivation.reason.unwrap_or(Reason::Bounded)
    }

    /// The moment in words: `Monday 2026-03-30 01:59:59 Europe/Madrid, just before nightly completes`.
    pub fn moment_text(&self, model: &Model, dataset: DatasetId) -> Option<String> {
        let moment = self.worst_at.as_ref()?;
        let Via::Copy(copy) = moment.by.via(model, dataset)? else { return None };
        let does = if moment.on_completion { "completes" } else { "captures" };
        Some(format!("{moment}, just before {} {does}", model.copies[copy].name))
    }
}

impl Way {
    /// What it is in the model.
    pub fn via(self, model: &Model, dataset: DatasetId) -> Option<Via> {
        let dataset = &model.datasets[dataset];
        match self {
            Way::Copy(place) => dataset.copies.get(place).copied().map(Via::Copy),
            Way::OfGroup(copy) => Some(Via::Copy(copy)),
            Way::Replica(place) => {
                model.components[dataset.component].instances.get(place).copied().map(Via::Replication)
            }
        }
    }
}

impl Term {
    /// The address of what the term says in the spec: `components.db.data.main.copies.nightly.takes`.
    pub fn address(&self, model: &Model, dataset: DatasetId) -> Option<String> {
        if let TermKind::Common(group) = self.kind {
            return Some(format!("consistency_groups.{}", model.groups[group].name));
        }
        let via = self.source.of.via(model, dataset)?;
        let owner = match via {
            Via::Replication(instance) => model.instance_address(instance),
            Via::Copy(copy) => model.copy_address(self.copy(model, copy)?),
            Via::Guarantee => return None,
        };
        Some(if self.source.key.is_empty() { owner } else { format!("{owner}.{}", self.source.key) })
    }

    /// Where the number of the term comes from; none where it is no number of the spec.
    pub fn origin(&self, model: &Model, dataset: DatasetId) -> Option<Origin> {
        let via = self.source.of.via(model, dataset)?;
        match (self.kind, via) {
            (TermKind::Interval { .. } | TermKind::Thinned { .. } | TermKind::Hold, _) => Some(Origin::Declared),
            (TermKind::Transfer, Via::Copy(copy)) => Some(model.copies[self.copy(model, copy)?].takes.origin),
            (TermKind::Lag, Via::Copy(_)) => Some(Origin::Declared),
            (TermKind::Lag, Via::Replication(instance)) => {
                let instance = &model.instances[instance];
                let replication = model.components[instance.component].replication.as_ref();
                if instance.lag.is_some() { Some(Origin::Declared) } else { Some(replication?.lag.origin) }
            }
            _ => None,
        }
    }

    /// The copy that the term belongs to, up the chain of what it is made from.
    pub fn of_copy(&self, model: &Model, dataset: DatasetId) -> Option<CopyId> {
        match self.source.of.via(model, dataset)? {
            Via::Copy(copy) => self.copy(model, copy),
            Via::Replication(_) | Via::Guarantee => None,
        }
    }

    fn copy(&self, model: &Model, copy: CopyId) -> Option<CopyId> {
        (0..self.source.hops).try_fold(copy, |copy, _| made_from(model, copy))
    }

    /// The term in words, without its amount: `transfer of nightly`.
    pub fn label(&self, model: &Model, dataset: DatasetId) -> String {
        let name = match self.source.of.via(model, dataset) {
            Some(Via::Copy(copy)) => self.copy(model, copy).map(|copy| model.copies[copy].name.as_str()),
            Some(Via::Replication(instance)) => Some(model.instances[instance].name.as_str()),
            _ => None,
        }
        .unwrap_or("?");
        match self.kind {
            TermKind::Interval { missed } => format!("longest interval of {name}{}", with_missed(missed)),
            TermKind::Thinned { missed } => {
                format!("longest interval of {name} between points that are still kept{}", with_missed(missed))
            }
            TermKind::Wait => format!("from the newest point left to the next run of {name}"),
            TermKind::Hold => format!("hold of {name}"),
            TermKind::Transfer => format!("transfer of {name}"),
            TermKind::SourceAge => format!("age of the point that {name} reads"),
            TermKind::Behind => format!("lag of the instance that {name} reads"),
            TermKind::Lag => format!("lag of {name}"),
            TermKind::Detection => format!("what {name} completes before the corruption is noticed"),
            TermKind::Unchanging => format!("the data does not change, and {name} has it"),
            TermKind::RollForward => format!("{name} is replayed to just before the corruption"),
            TermKind::Common(group) => {
                format!("from one instant common to {} to the next", model.groups[group].name)
            }
        }
    }
}

/// The copy that a copy is made from.
pub(super) fn made_from(model: &Model, copy: CopyId) -> Option<CopyId> {
    let copy = &model.copies[copy];
    match &copy.timing {
        crate::model::Timing::After { copy, .. } => Some(*copy),
        _ => copy.from,
    }
}

fn with_missed(runs: u32) -> String {
    match runs {
        0 => String::new(),
        1 => " with 1 missed run".to_owned(),
        runs => format!(" with {runs} missed runs"),
    }
}
