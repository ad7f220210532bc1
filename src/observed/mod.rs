//! Actual state: what the real system was seen to be, each value with when and from where it was seen.
//!
//! [`Observed`] is a flat map from [`Address`] to [`Thing`], and a thing is a map from [`Field`] to [`Seen`]: a [`Value`],
//! the [`Instant`] at which it was true (`at`), the source that said so, and its place in the file. The file that
//! [`read`] reads and [`write`] writes is the same nested like the spec, so that the two can be held side by side:
//!
//! ```yaml
//! drplan_observed: 1
//! components:
//!   shop-db:
//!     instances:
//!       db1:
//!         role: {value: primary, at: 2026-11-20T22:29:04Z, source: "postgresql-replication db1"}
//! ```
//!
//! **What is there, and what is not.** `present: true` says that the thing was seen, `present: false` that a source which
//! would have shown it was asked and did not. A thing without `present` is there if anything else is known of it.
//! A thing or a field that is missing here was *not observed*: nothing follows from that, neither that it
//! exists nor that it does not. An address that the spec does not have is something that exists and is not
//! declared; backup jobs that belong to no copy are in `jobs`, under a name made from what identifies them.
//!
//! **What each field means**, its type and the things that have it is in the one list in `field.rs`; it is also the
//! schema. Every field is one of two kinds ([`Nature`]). *State* ought to equal what the spec asks for: two
//! sources that differ contradict each other, and a difference from the spec is drift. The *evidence*, the other kind, is a
//! measurement that is held against a bound (a lag, a size, an age): it changes all the time, newer simply replaces older.
//! An instant may be `never`: somebody looked, and it has not happened. Times are rounded so that the
//! worse is told: durations up, instants of recovery points down to the second.
//!
//! [`Observed::merge`] joins several: per field the newest `at` wins, and contradictions come back as [`Conflict`]s.
//! `adapters` turn the output of real tools into the same, and are the only place that knows their names.
//!
//! Nothing here looks at a spec, judges, or asks what time it is.

pub mod adapters;
mod address;
mod field;
mod merge;
mod names;
mod read;
mod schema;
mod state;
mod value;
mod write;

pub use address::{Address, Kind};
pub use field::{Field, Nature};
pub use merge::Conflict;
pub use names::{ComponentNames, CopyNames, DatasetNames, InstanceNames, Names, Start, StoreNames};
pub use read::read;
pub use schema::schema;
pub use state::{Observed, Thing};
pub use value::{Form, Instant, Seen, Value};
pub use write::write;
