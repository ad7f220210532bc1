//! The spec as written: every section with its places, nothing resolved.
//!
//! [`Spec::read`] takes the texts of one or several files, checks them against the JSON Schema and joins them; each item
//! is read from the text when it is asked for, so that a large spec is never in memory twice. What the words mean is
//! `model`'s business.

mod items;
mod name;
mod nesting;
mod order;
mod read;
mod schema;
mod wording;
mod written;

pub use items::{
    Bound, Component, CopiesRule, Copy, Dataset, Expectation, Failover, Guarantee, Instance, Keep, Link, Location,
    Maybe, MaybeText, Objective, Recovery, Replication, Scenario, ScenarioPromise, Store, System, Team, Text, Verify,
    Waiver,
};
pub use name::{NAME_PATTERN, Named, is_name, to_name};
pub use order::key_order;
pub use read::{Item, Section, Spec};
pub use schema::schema;
pub use wording::syntax as syntax_diagnostic;
pub use written::{Calendar, Change, Day, Instant, KeepWithin, Limit, NameOr, Promised, Quorum, Written};
