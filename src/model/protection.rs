//! Data, and what protects it.

use std::sync::Arc;

use super::{ComponentId, CopyId, InstanceId, Sourced, StoreId};
use crate::calendar::Schedule;
use crate::diag::Span;
use crate::terms::ReplicationMode;
use crate::units::{Bytes, Rate, Seconds};

/// How a component keeps its instances in step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replication {
    /// Whether a write waits for the others.
    pub mode: ReplicationMode,
    /// How far a replica may be behind; zero where synchronous.
    pub lag: Sourced<Seconds>,
    /// How it is done, where the spec says.
    pub method: Option<String>,
    /// Where it is written; none where the technology always replicates.
    pub span: Option<Span>,
}

/// How fast data changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeRate {
    /// It changes only when somebody deploys: any surviving copy is as good as the data.
    Never,
    /// It changes at this rate.
    At(Rate),
    /// It changes; how fast is not said.
    Unknown,
}

/// Data of a component.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub component: ComponentId,
    /// How much there is to restore.
    pub size: Sourced<Bytes>,
    /// How fast it changes.
    pub change: ChangeRate,
    /// The database in it, where it is one.
    pub database: Option<String>,
    /// The paths in it, where it is files.
    pub paths: Vec<String>,
    /// Its copies.
    pub copies: Vec<CopyId>,
    /// Where the name is written.
    pub span: Span,
}

/// A copy of a dataset in a store, made again and again.
#[derive(Clone, Debug)]
pub struct DataCopy {
    /// Its name.
    pub name: String,
    /// What it is a copy of.
    pub dataset: super::DatasetId,
    /// How it is made: a method of the component's technology.
    pub method: Option<String>,
    /// When it is made.
    pub timing: Timing,
    /// Where the timing is written.
    pub timing_span: Span,
    /// The copy that is read instead of the live data.
    pub from: Option<CopyId>,
    /// Waiting time between the capture and the transfer.
    pub hold: Seconds,
    /// The transfer; the point can be restored when it is over.
    pub takes: Sourced<Seconds>,
    /// Where it goes.
    pub to: StoreId,
    /// What is kept; none for everything.
    pub keep: Option<Keep>,
    /// Where `keep` is written.
    pub keep_span: Option<Span>,
    /// How restores of it are proven.
    pub verify: Option<Verification>,
    /// Whether it cannot be changed or deleted before its time, by itself or by its store.
    pub immutable: bool,
    /// Whether it is out of reach of whoever is on the network, by itself or by its store.
    pub offline: bool,
    /// What must serve so that it can be read, by itself or by its store.
    pub encrypted_by: Option<ComponentId>,
    /// The instance that the copy is read from, where it matters.
    pub reads: Option<InstanceId>,
    /// Where the name is written.
    pub span: Span,
}

/// When a copy is made.
#[derive(Clone, Debug)]
pub enum Timing {
    /// At the instants of a calendar expression.
    Calendar(Arc<Schedule>),
    /// At a fixed interval: of unknown phase, or counted from an instant.
    Every {
        /// From one run to the next; never zero.
        interval: Seconds,
        /// An instant at which it runs, where the phase is known.
        anchor: Option<Anchor>,
    },
    /// As a stream of changes that is replayed onto a base.
    Continuous {
        /// How far it is behind at most.
        lag: Seconds,
        /// The copy of the same data that it is replayed onto.
        base: CopyId,
    },
    /// Each time another copy completes.
    After {
        /// That copy, whose point this one carries.
        copy: CopyId,
        /// Only the first completion in each such interval, counted from the anchor or with unknown phase.
        every: Option<Seconds>,
        /// Where the interval is counted from, where that is known.
        anchor: Option<Anchor>,
    },
    /// Once.
    Once(Anchor),
}

/// An instant, in seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Anchor(pub i64);

/// What is kept of a copy, with the meaning of restic's `forget`: a point stays while any rule wants it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Keep {
    /// The newest so many.
    pub last: u32,
    /// The newest of each of the last so many hours that have one.
    pub hourly: u32,
    /// The newest of each of the last so many days that have one.
    pub daily: u32,
    /// The newest of each of the last so many ISO weeks that have one.
    pub weekly: u32,
    /// The newest of each of the last so many months that have one.
    pub monthly: u32,
    /// The newest of each of the last so many years that have one.
    pub yearly: u32,
    /// All within this long before the newest.
    pub within: Option<Within>,
}

impl Keep {
    /// The rules that count, by their names, without those that are not there.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u32)> {
        let all = [
            ("last", self.last),
            ("hourly", self.hourly),
            ("daily", self.daily),
            ("weekly", self.weekly),
            ("monthly", self.monthly),
            ("yearly", self.yearly),
        ];
        all.into_iter().filter(|(_, count)| *count > 0)
    }
}

/// A span of the calendar as restic writes it: `1y5m7d2h`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Within {
    /// Years.
    pub years: u32,
    /// Months.
    pub months: u32,
    /// Days.
    pub days: u32,
    /// Hours.
    pub hours: u32,
}

/// How restores of a copy are proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verification {
    /// A restore is tried this often.
    pub every: Seconds,
}

impl std::fmt::Display for Within {
    /// As restic writes it, so that it reads back as the same; nothing at all is no time.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (count, unit) in [(self.years, 'y'), (self.months, 'm'), (self.days, 'd'), (self.hours, 'h')] {
            if count > 0 {
                write!(f, "{count}{unit}")?;
            }
        }
        if *self == Self::default() { f.write_str("0h") } else { Ok(()) }
    }
}
