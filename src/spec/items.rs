//! The sections of a spec as they are written: optional, with places, without defaults and look-ups.
//!
//! The JSON Schema is generated from these types; the first paragraph of a field's comment is what an editor shows.

use schemars::JsonSchema;
use serde::Deserialize;

use super::name::Named;
use super::written::{Calendar, Change, Day, Instant, KeepWithin, Limit, NameOr, Promised, Quorum, Written};
use crate::terms::{DependencyKind, FailoverMode, Impact, LocationKind, ReplicationMode, Role, Scheduler, Standby};
use crate::text::{At, Map};
use crate::units::{Bytes, Millis, Rate, Seconds};

// Every field is optional here, also what the schema requires: an item with a mistake in it is still read in part, so that
// the mistakes in the rest of it, and in what refers to it, are told in the same run.

/// A text with its place.
pub type Text<'a> = At<&'a str>;
/// A text that is not there, or its place and itself.
pub type MaybeText<'a> = Option<At<&'a str>>;
/// An amount that is not there, or its place and its text.
pub type Maybe<'a, T> = Option<At<Written<'a, T>>>;

/// One file of a spec. Several files are joined: their top-level maps are merged, their lists follow each other.
#[derive(JsonSchema)]
#[schemars(rename = "drplan specification", deny_unknown_fields)]
#[expect(dead_code, reason = "the schema is generated from it; files are read item by item")]
pub(super) struct SpecFile<'a> {
    /// Version of the language: 1.
    #[schemars(extend("const" = 1))]
    drplan: u32,
    /// The system as a whole: name, owner, time zone.
    system: Option<System<'a>>,
    /// The tree of failure domains: hosts, racks, rooms, zones, sites, regions, providers.
    locations: Option<Named<'a, Location<'a>>>,
    /// Bandwidth between two locations, or anything inside them.
    links: Option<Vec<Link<'a>>>,
    /// Backup sites: where copies are kept.
    stores: Option<Named<'a, Store<'a>>>,
    /// Who recovers.
    teams: Option<Named<'a, Team<'a>>>,
    /// Named tiers of promises.
    objectives: Option<Named<'a, Objective<'a>>>,
    /// What makes up the system.
    components: Option<Named<'a, Component<'a>>>,
    /// Scenarios besides those that the planner derives by itself.
    scenarios: Option<Named<'a, Scenario<'a>>>,
    /// Tests of the plan, checked on every `validate`.
    expectations: Option<Vec<Expectation<'a>>>,
    /// Datasets that are restored to one common instant, as `component.dataset`, by the name of the group.
    consistency_groups: Option<Named<'a, Vec<At<&'a str>>>>,
    /// Findings that somebody has accepted until a day.
    waivers: Option<Vec<Waiver<'a>>>,
}

/// The system as a whole.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct System<'a> {
    /// Its name.
    #[serde(borrow)]
    #[schemars(required)]
    pub name: MaybeText<'a>,
    /// What it is, in a sentence.
    #[serde(borrow)]
    pub description: MaybeText<'a>,
    /// Who answers for it.
    #[serde(borrow)]
    pub owner: MaybeText<'a>,
    /// The IANA time zone of schedules that name none; UTC without it.
    #[serde(borrow)]
    pub timezone: MaybeText<'a>,
    /// Components that anybody needs in order to recover anything.
    #[serde(borrow)]
    pub recovery_depends_on: Option<Vec<Text<'a>>>,
    /// Locations where copies of the runbooks are kept, on paper or on a machine. At least one has to survive every disaster.
    #[serde(borrow)]
    pub runbooks_at: Option<Vec<Text<'a>>>,
}

/// A failure domain: what is in it fails with it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Location<'a> {
    /// How large it is.
    #[schemars(required)]
    pub kind: Option<At<LocationKind>>,
    /// What it is, in a sentence.
    #[serde(borrow)]
    pub description: MaybeText<'a>,
    /// The location that it lies within.
    #[serde(borrow)]
    pub within: MaybeText<'a>,
    /// Names of what it shares with others (power, a network, an administrator), so that it fails with them.
    #[serde(borrow)]
    pub shares: Option<Vec<Text<'a>>>,
    /// Whether machines stand ready there; `hot` means that provisioning takes no time.
    pub standby: Option<At<Standby>>,
    /// How many instances can be rebuilt there; as many as come without it.
    #[schemars(range(min = 0))]
    pub room: Option<At<u32>>,
}

/// Bandwidth between two locations.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link<'a> {
    /// The two locations.
    #[serde(borrow)]
    #[schemars(required, length(min = 2, max = 2))]
    pub between: Option<At<Vec<Text<'a>>>>,
    /// What goes through it in each direction.
    #[serde(borrow)]
    #[schemars(required)]
    pub bandwidth: Maybe<'a, Rate>,
    /// One way.
    #[serde(borrow)]
    pub latency: Maybe<'a, Millis>,
}

/// A place for copies.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Store<'a> {
    /// The location where it stands.
    #[serde(borrow)]
    #[schemars(required)]
    pub at: MaybeText<'a>,
    /// An entry of the technology catalogue: `restic`, `nfs`, `s3`, `tape`.
    #[serde(borrow)]
    pub technology: MaybeText<'a>,
    /// What it is, in a sentence.
    #[serde(borrow)]
    pub description: MaybeText<'a>,
    /// Where in its own terms the copies are: a path, a bucket, a URL.
    #[serde(borrow)]
    pub path: MaybeText<'a>,
    /// How fast it can be read; no limit of its own without it.
    #[serde(borrow)]
    pub read: Maybe<'a, Rate>,
    /// How fast it can be written; no limit of its own without it.
    #[serde(borrow)]
    pub write: Maybe<'a, Rate>,
    /// Time until its copies can be read at all: a courier, a cold tier.
    #[serde(borrow)]
    pub retrieve: Maybe<'a, Seconds>,
    /// Whether it is out of reach of whoever is on the network.
    pub offline: Option<At<bool>>,
    /// Whether what is in it cannot be changed or deleted before its time.
    pub immutable: Option<At<bool>>,
    /// The component that must serve so that its copies can be read.
    #[serde(borrow)]
    pub encrypted_by: MaybeText<'a>,
    /// The name by which Puppet knows its host.
    #[serde(borrow)]
    pub certname: MaybeText<'a>,
    /// Values of the technology's own parameters.
    #[serde(borrow, default)]
    #[schemars(schema_with = "parameters")]
    pub parameters: Option<Map<Text<'a>, &'a str>>,
}

/// People who recover.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Team<'a> {
    /// How many work at once; as many as come without it.
    #[schemars(range(min = 1))]
    pub people: Option<At<u32>>,
    /// Time from the detection of a failure until they are at work; none without it.
    #[serde(borrow)]
    pub responds_within: Maybe<'a, Seconds>,
    /// How to reach them.
    #[serde(borrow)]
    pub contact: MaybeText<'a>,
    /// What they do, in a sentence.
    #[serde(borrow)]
    pub description: MaybeText<'a>,
}

/// A tier of promises.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Objective<'a> {
    /// Recovery time objective: service is back within this, counted from the disruption.
    #[serde(borrow)]
    pub rto: Maybe<'a, Promised>,
    /// Recovery point objective: not more than this long before the disruption is lost.
    #[serde(borrow)]
    pub rpo: Maybe<'a, Promised>,
    /// What holds instead in a kind of scenario (`site-loss`) or in a scenario of the spec, by its name.
    #[serde(borrow)]
    pub scenarios: Option<Map<ScenarioPromise<'a>, &'a str>>,
    /// So many runs in a row may fail and the recovery point objective still hold. A run that failed replaces no older
    /// point.
    pub tolerates_missed_runs: Option<At<u32>>,
    /// How many copies there must be: the 3-2-1-1-0 rule.
    pub copies: Option<At<CopiesRule>>,
    /// How often recovery must be drilled.
    #[serde(borrow)]
    pub drill_every: Maybe<'a, Seconds>,
    /// Whom it is for, in a sentence.
    #[serde(borrow)]
    pub description: MaybeText<'a>,
}

/// What holds in one kind of scenario.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScenarioPromise<'a> {
    /// Recovery time objective there; `none` for no promise.
    #[serde(borrow)]
    pub rto: Maybe<'a, Promised>,
    /// Recovery point objective there; `none` for no promise.
    #[serde(borrow)]
    pub rpo: Maybe<'a, Promised>,
}

/// How many copies there must be: the 3-2-1-1-0 rule.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CopiesRule {
    /// Copies of the data, the live one included.
    pub total: Option<u32>,
    /// Different kinds of media among them.
    pub media: Option<u32>,
    /// Copies in another site than the live data.
    pub offsite: Option<u32>,
    /// Copies that are immutable or offline.
    pub immutable: Option<u32>,
    /// Whether each copy must be verified by restores.
    pub verified: Option<bool>,
}

/// A part of the system.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Component<'a> {
    /// An entry of the technology catalogue, such as `postgresql`, `files`, `systemd-service`, `function`, `external`.
    #[serde(borrow)]
    #[schemars(required)]
    pub technology: MaybeText<'a>,
    /// What it is, in a sentence.
    #[serde(borrow)]
    pub description: MaybeText<'a>,
    /// The team that recovers it.
    #[serde(borrow)]
    pub owner: MaybeText<'a>,
    /// The name of a tier, or the promises themselves.
    #[serde(borrow)]
    pub objective: Option<At<NameOr<'a, Objective<'a>>>>,
    /// Where it runs, by instance; without any it is logical: up when what it requires is.
    #[serde(borrow)]
    pub instances: Option<Named<'a, Instance<'a>>>,
    /// Instances needed to serve: a number, `majority` or `all`; 1 without it.
    #[serde(borrow)]
    pub serves_with: Maybe<'a, Quorum>,
    /// Instances needed to answer reads while there are too few to serve.
    #[schemars(range(min = 1))]
    pub reads_with: Option<At<u32>>,
    /// How its instances are kept in step.
    #[serde(borrow)]
    pub replication: Option<At<Replication<'a>>>,
    /// How a standby takes over.
    #[serde(borrow)]
    pub failover: Option<At<Failover<'a>>>,
    /// Its data, by dataset.
    #[serde(borrow)]
    pub data: Option<Named<'a, Dataset<'a>>>,
    /// What it needs, by component.
    #[serde(borrow)]
    pub depends_on: Option<Named<'a, At<DependencyKind>>>,
    /// How it is brought back.
    #[serde(borrow)]
    pub recovery: Option<At<Recovery<'a>>>,
    /// How long resolvers keep its old address; adds to the cutover.
    #[serde(borrow)]
    pub dns_ttl: Maybe<'a, Seconds>,
    /// What a provider promises, by kind of scenario.
    #[serde(borrow)]
    pub guarantees: Option<Map<At<Guarantee<'a>>, &'a str>>,
    /// Values of the technology's own parameters.
    #[serde(borrow, default)]
    #[schemars(schema_with = "parameters")]
    pub parameters: Option<Map<Text<'a>, &'a str>>,
}

/// One running copy of a component.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Instance<'a> {
    /// The location where it runs.
    #[serde(borrow)]
    #[schemars(required)]
    pub at: MaybeText<'a>,
    /// What part it plays.
    pub role: Option<At<Role>>,
    /// How many votes it has in a majority; 1 without it, and 0 for data without a vote.
    pub votes: Option<At<u32>>,
    /// How far it may be behind, where that differs from the component's replication.
    #[serde(borrow)]
    pub lag: Maybe<'a, Seconds>,
    /// The instance that it is fed from, in a cascade; the primary without it.
    #[serde(borrow)]
    pub from: MaybeText<'a>,
    /// The name by which Puppet knows its host.
    #[serde(borrow)]
    pub certname: MaybeText<'a>,
}

/// How instances are kept in step.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replication<'a> {
    /// Whether a write waits for the replicas.
    pub mode: Option<At<ReplicationMode>>,
    /// How far a replica may be behind.
    #[serde(borrow)]
    pub lag: Maybe<'a, Seconds>,
    /// How it is done, where the technology knows several ways.
    #[serde(borrow)]
    pub method: MaybeText<'a>,
}

/// How a standby takes over.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Failover<'a> {
    /// Who does it.
    pub mode: Option<At<FailoverMode>>,
    /// How long it takes: automatic with detection, manual without.
    #[serde(borrow)]
    pub takes: Maybe<'a, Seconds>,
}

/// Data of a component.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dataset<'a> {
    /// How much there is to restore.
    #[serde(borrow)]
    #[schemars(required)]
    pub size: Maybe<'a, Bytes>,
    /// What it is, in a sentence.
    #[serde(borrow)]
    pub description: MaybeText<'a>,
    /// How fast it changes; `none` for data that changes only when somebody deploys.
    #[serde(borrow)]
    pub change: Maybe<'a, Change>,
    /// The database in it, where it is one.
    #[serde(borrow)]
    pub database: MaybeText<'a>,
    /// The paths in it, where it is files.
    #[serde(borrow)]
    pub paths: Option<Vec<Text<'a>>>,
    /// Its copies, by name.
    #[serde(borrow)]
    pub copies: Option<Named<'a, Copy<'a>>>,
}

/// A copy of a dataset. Exactly one of `schedule`, `every`, `continuous`, `after` and `once` says when it is made.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Copy<'a> {
    /// How it is made: a method of the component's technology.
    #[serde(borrow)]
    pub method: MaybeText<'a>,
    /// What it is for, in a sentence.
    #[serde(borrow)]
    pub description: MaybeText<'a>,
    /// When it is made: five-field cron, `@daily` and its kin, or systemd's OnCalendar.
    #[serde(borrow)]
    pub schedule: Maybe<'a, Calendar>,
    /// The IANA time zone of the schedule; the system's without it.
    #[serde(borrow)]
    pub timezone: MaybeText<'a>,
    /// Whose rule decides about local times that a clock change skips or repeats.
    pub scheduler: Option<At<Scheduler>>,
    /// A fixed interval; of unknown phase unless `anchor` says. With `after`: only the first completion in each.
    #[serde(borrow)]
    pub every: Maybe<'a, Seconds>,
    /// An instant from which `every` is counted.
    #[serde(borrow)]
    pub anchor: Maybe<'a, Instant>,
    /// A log or change stream that is at most this far behind; needs `base`.
    #[serde(borrow)]
    pub continuous: Maybe<'a, Seconds>,
    /// The copy of the same data that `continuous` is replayed onto.
    #[serde(borrow)]
    pub base: MaybeText<'a>,
    /// The copy after whose completion this one starts, and whose recovery point it carries.
    #[serde(borrow)]
    pub after: MaybeText<'a>,
    /// The day or instant of a one-time copy.
    #[serde(borrow)]
    pub once: Maybe<'a, Instant>,
    /// The copy that is read instead of the live data.
    #[serde(borrow)]
    pub from: MaybeText<'a>,
    /// Waiting time between the capture and the transfer; none without it.
    #[serde(borrow)]
    pub hold: Maybe<'a, Seconds>,
    /// The transfer itself; the point can be restored when it is over.
    #[serde(borrow)]
    pub takes: Maybe<'a, Seconds>,
    /// The store where it goes.
    #[serde(borrow)]
    #[schemars(required)]
    pub to: MaybeText<'a>,
    /// What is kept, with restic's meaning, in days of UTC; everything without it.
    #[serde(borrow)]
    pub keep: Option<At<Keep<'a>>>,
    /// How restores of it are proven.
    #[serde(borrow)]
    pub verify: Option<At<Verify<'a>>>,
    /// Whether it cannot be changed or deleted before its time; as the store without it.
    pub immutable: Option<At<bool>>,
    /// Whether it is out of reach of whoever is on the network; as the store without it.
    pub offline: Option<At<bool>>,
    /// The component that must serve so that it can be read; as the store without it.
    #[serde(borrow)]
    pub encrypted_by: MaybeText<'a>,
    /// The instance that it is read from, where it matters.
    #[serde(borrow)]
    pub reads: MaybeText<'a>,
}

/// What is kept, with the meaning of restic's `forget`: a point stays while any rule wants it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Keep<'a> {
    /// The newest so many.
    pub last: Option<u32>,
    /// The newest of each of the last so many hours that have one.
    pub hourly: Option<u32>,
    /// The newest of each of the last so many days that have one.
    pub daily: Option<u32>,
    /// The newest of each of the last so many weeks that have one.
    pub weekly: Option<u32>,
    /// The newest of each of the last so many months that have one.
    pub monthly: Option<u32>,
    /// The newest of each of the last so many years that have one.
    pub yearly: Option<u32>,
    /// All within this long before the newest.
    #[serde(borrow)]
    pub within: Maybe<'a, KeepWithin>,
}

/// How restores of a copy are proven.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verify<'a> {
    /// A restore is tried this often.
    #[serde(borrow)]
    #[schemars(required)]
    pub every: Maybe<'a, Seconds>,
}

/// How a component is brought back. Steps without a time take the technology's, as an assumption.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recovery<'a> {
    /// Locations where lost instances are rebuilt, in order of preference; where they were without it.
    #[serde(borrow)]
    pub to: Option<Vec<Text<'a>>>,
    /// Until the failure is noticed.
    #[serde(borrow)]
    pub detect: Maybe<'a, Seconds>,
    /// Until there is a machine.
    #[serde(borrow)]
    pub provision: Maybe<'a, Seconds>,
    /// What one restore can take in.
    #[serde(borrow)]
    pub restore_rate: Maybe<'a, Rate>,
    /// Until it runs.
    #[serde(borrow)]
    pub start: Maybe<'a, Seconds>,
    /// Until it is known to be right.
    #[serde(borrow)]
    pub verify: Maybe<'a, Seconds>,
    /// Until its clients reach it: DNS, load balancers.
    #[serde(borrow)]
    pub cutover: Maybe<'a, Seconds>,
}

/// What a provider promises for a kind of scenario.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Guarantee<'a> {
    /// Back within this.
    #[serde(borrow)]
    pub recovery: Maybe<'a, Seconds>,
    /// With at most this lost.
    #[serde(borrow)]
    pub data_loss: Maybe<'a, Seconds>,
}

/// A scenario besides the derived ones.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario<'a> {
    /// What it is, in a sentence.
    #[serde(borrow)]
    pub description: MaybeText<'a>,
    /// What is lost: locations, instances, components, stores or shared domains.
    #[serde(borrow)]
    pub fails: Option<Vec<Text<'a>>>,
    /// Instances that are cut off and keep their data.
    #[serde(borrow)]
    pub unreachable: Option<Vec<Text<'a>>>,
    /// Whose data goes bad: components, or `component.dataset`.
    #[serde(borrow)]
    pub corrupts: Option<Vec<Text<'a>>>,
    /// How long the corruption goes unnoticed.
    #[serde(borrow)]
    pub detection: Maybe<'a, Seconds>,
}

/// A test of the plan.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation<'a> {
    /// The id of a scenario, such as `lose:madrid`, `cut:db1`, `lose-all:shop-db`, `corrupt:shop-db.main` or a name under `scenarios`.
    #[serde(borrow)]
    #[schemars(required)]
    pub scenario: MaybeText<'a>,
    /// The component that it is about.
    #[serde(borrow)]
    #[schemars(required)]
    pub component: MaybeText<'a>,
    /// The dataset that `data_loss` is about; all of the component without it.
    #[serde(borrow)]
    pub dataset: MaybeText<'a>,
    /// The impact is this.
    pub impact: Option<At<Impact>>,
    /// The worst-case data loss is within this.
    #[serde(borrow)]
    pub data_loss: Option<At<Bound<'a>>>,
    /// The worst-case recovery time is within this.
    #[serde(borrow)]
    pub recovery: Option<At<Bound<'a>>>,
}

/// A range of time.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bound<'a> {
    /// Not more than this.
    #[serde(borrow)]
    pub at_most: Maybe<'a, Seconds>,
    /// Not less than this.
    #[serde(borrow)]
    pub at_least: Maybe<'a, Seconds>,
    /// This and nothing else; `unbounded` where the data or the component must turn out to be lost.
    #[serde(borrow)]
    pub exactly: Maybe<'a, Limit>,
}

/// A finding that somebody has accepted for a time.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver<'a> {
    /// The name of the finding, such as `rpo-unmet`.
    #[serde(borrow)]
    #[schemars(required)]
    pub finding: MaybeText<'a>,
    /// The address that the finding is about, such as `components.shop-db.data.main`; anything without it.
    #[serde(borrow)]
    pub on: MaybeText<'a>,
    /// The scenario in which it shows; any without it.
    #[serde(borrow)]
    pub scenario: MaybeText<'a>,
    /// The last day on which it holds.
    #[serde(borrow)]
    #[schemars(required)]
    pub until: Maybe<'a, Day>,
    /// Who accepted it.
    #[serde(borrow)]
    #[schemars(required)]
    pub owner: MaybeText<'a>,
    /// Why.
    #[serde(borrow)]
    #[schemars(required)]
    pub reason: MaybeText<'a>,
}

/// Parameters are scalars; what each must look like is in the technology's own file.
fn parameters(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "object",
        "additionalProperties": {"type": ["string", "number", "boolean"]}
    })
}
