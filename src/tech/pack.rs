//! The facts in a `technology.yaml`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::parameter::Parameter;
use crate::terms::{FailoverMode, ReplicationMode};
use crate::units::{Rate, Seconds};

/// One entry of the technology catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "drplan technology")]
pub struct Technology {
    /// Version of this format: 1.
    pub technology: u32,
    /// Its name, the name of its folder.
    pub name: String,
    /// What it is, in a sentence.
    pub summary: String,
    /// What it can be in a spec.
    pub purpose: Purpose,
    /// Which systems it runs on.
    #[serde(default)]
    pub platform: Platform,
    /// Whether somebody else runs it, so that nothing of it is ours to bring back.
    #[serde(default)]
    pub managed: bool,
    /// Whether it holds data that somebody would miss.
    #[serde(default)]
    pub stateful: bool,
    /// Whether its instances are a primary and standbys; without it every instance takes requests.
    #[serde(default)]
    pub roles: bool,
    /// How its instances are kept in step, where they can be.
    #[serde(default)]
    pub replication: Option<ReplicationFacts>,
    /// How a standby takes over, where one can.
    #[serde(default)]
    pub failover: Option<FailoverFacts>,
    /// Times to assume where a spec gives none.
    #[serde(default)]
    pub times: Times,
    /// How its data is copied, by name.
    #[serde(default)]
    pub methods: BTreeMap<String, Method>,
    /// The method of a copy that names none.
    #[serde(default)]
    pub default_method: Option<String>,
    /// What a spec may ask for and the product cannot do.
    #[serde(default)]
    pub refuses: Vec<Refusal>,
    /// What a spec can set under `parameters:`, by name.
    #[serde(default)]
    pub parameters: BTreeMap<String, Parameter>,
    /// The parameter that names the host of ours on which the commands run that a spec declares, where nothing of it runs on a
    /// host of ours.
    #[serde(default)]
    pub commands_on: Option<String>,
    /// What it is as a place for copies, where it can be one.
    #[serde(default)]
    pub store: Option<StoreFacts>,
    /// What an operator must have on the host before recovery can begin, in words for the runbook.
    #[serde(default)]
    pub needs: Vec<String>,
}

impl Technology {
    /// A technology of which nothing is known but its name: what an unknown one is taken for after it has been reported.
    pub fn named(name: &str, purpose: Purpose) -> Self {
        Self {
            technology: 1,
            name: name.to_owned(),
            summary: String::new(),
            purpose,
            platform: Platform::default(),
            managed: false,
            stateful: false,
            roles: false,
            replication: None,
            failover: None,
            times: Times::default(),
            methods: BTreeMap::new(),
            default_method: None,
            refuses: Vec::new(),
            parameters: BTreeMap::new(),
            commands_on: None,
            store: None,
            needs: Vec::new(),
        }
    }
}

/// What a technology can be in a spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// The technology of components.
    Component,
    /// The technology of stores.
    Store,
}

/// Which systems a technology runs on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Platform {
    /// Linux with systemd.
    #[default]
    Linux,
    /// Windows.
    Windows,
    /// Nothing of it runs on a host of ours.
    None,
}

/// How instances are kept in step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplicationFacts {
    /// What it can do; the first is the default.
    pub modes: Vec<ReplicationMode>,
    /// The ways in which it is done, where there are several; the first is the default.
    #[serde(default)]
    pub methods: Vec<String>,
    /// The lag to assume for an asynchronous replica.
    pub lag: Seconds,
}

/// How a standby takes over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FailoverFacts {
    /// Who does it where the spec does not say.
    pub mode: FailoverMode,
    /// The time to assume.
    pub takes: Seconds,
}

/// Times to assume where a spec gives none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Times {
    /// Until a failure is noticed.
    pub detect: Seconds,
    /// Until there is a machine to rebuild on.
    pub provision: Seconds,
    /// Until it runs.
    pub start: Seconds,
    /// Until it is known to be right.
    pub verify: Seconds,
    /// Until its clients reach it.
    pub cutover: Seconds,
    /// What one restore can take in; without it store and link alone limit it.
    pub restore_rate: Option<Rate>,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            detect: Seconds(300),
            provision: Seconds(1_800),
            start: Seconds(60),
            verify: Seconds(300),
            cutover: Seconds(60),
            restore_rate: None,
        }
    }
}

/// A way to copy data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// What it does, in a sentence.
    pub summary: String,
    /// What the planner may reason from.
    pub kind: MethodKind,
    /// The technologies of stores that it can write to; empty for any.
    #[serde(default)]
    pub stores: Vec<String>,
    /// The time a run is assumed to take; without it the size over the store's write rate.
    #[serde(default)]
    pub takes: Option<Seconds>,
    /// Where its job runs.
    #[serde(default)]
    pub runs_on: RunsOn,
}

/// Where the job of a method runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RunsOn {
    /// On the host of the instance that is read.
    #[default]
    Instance,
    /// On the host of the store, which reaches the instances.
    Store,
}

/// What the planner may reason from: the closed set of ways to protect data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MethodKind {
    /// Whole points, one a run.
    PeriodicCopy,
    /// Whole points, and a log that can be replayed onto one of them to any instant.
    BaseAndLog,
    /// A copy of another copy.
    Duplicate,
}

/// Something that a spec may ask for and the product cannot do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// The method or mode of replication that is refused.
    pub what: String,
    /// Why, and what to do instead, in a sentence.
    pub reason: String,
}

/// What a technology is as a place for copies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreFacts {
    /// What it is made of, for the rule of different media.
    pub media: Media,
    /// Time until its copies can be read at all.
    #[serde(default)]
    pub retrieve: Seconds,
    /// Whether it is out of reach of whoever is on the network.
    #[serde(default)]
    pub offline: bool,
    /// Whether what is in it cannot be changed or deleted before its time.
    #[serde(default)]
    pub immutable: bool,
}

/// Kinds of media, for the rule that copies should be on different ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Media {
    /// Disks of a host or an array.
    Disk,
    /// Object storage of a provider.
    Object,
    /// Tape.
    Tape,
    /// Something else.
    Other,
}
