//! Policies: an organisation's own rules about facts that the analysis knows, written as data.
//!
//! A policy is for every component, dataset, copy or result; where all of `where` holds, all of `require` must. What can be
//! asked is the closed list in `facts.rs`; there are no expressions, and no language.
//!
//! ```yaml
//! drplan_policy: 1
//! policies:
//!   gold-in-two-sites:
//!     for: component
//!     message: whatever is gold runs in two sites
//!     where: {objective: gold}
//!     require: {instance_sites: {at_least: 2}}
//! ```

mod condition;
mod facts;
mod read;
mod run;
mod schema;

pub use condition::{Condition, Test};
pub use facts::{FACTS, Fact, Form, Subject, Value};
pub use read::{Policy, read};
pub use run::run;
pub use schema::schema;
