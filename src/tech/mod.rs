//! Technology packs: what is known about a product or a kind of store, as data.
//!
//! A pack is a folder with a `technology.yaml` (this module's types) and the templates for its Puppet code and its
//! runbook steps. It holds facts and no conditions: a template may branch, the analysis may not. No product is named in
//! this source; a new one is a new folder.

mod catalogue;
mod load;
mod pack;
mod parameter;

pub use catalogue::{Catalogue, PackSource};
pub use load::{Loaded, built_in, load, schema};
pub use pack::{
    FailoverFacts, Media, Method, MethodKind, Platform, Purpose, Refusal, ReplicationFacts, RunsOn, StoreFacts,
    Technology, Times,
};
pub use parameter::{Parameter, ParameterType};
