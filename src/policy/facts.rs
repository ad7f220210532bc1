//! What policies can ask: the closed list of facts, each with its form, and how it is found in an assessed spec.

use std::collections::BTreeSet;

use crate::analysis::assess::Judged;
use crate::analysis::context::Context;
use crate::model::{ComponentId, CopyId, DatasetId, LocationId, Model};
use crate::terms::LocationKind;
use crate::units::Seconds;

/// What a policy is about: one finding for each that does not keep it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Every component.
    Component,
    /// Every dataset, with the facts of its component.
    Dataset,
    /// Every copy, with the facts of its dataset and component.
    Copy,
    /// Every component in every scenario that does something to it, with the facts of the component.
    Result,
}

impl Subject {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Component, Self::Dataset, Self::Copy, Self::Result];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Component => "component",
            Self::Dataset => "dataset",
            Self::Copy => "copy",
            Self::Result => "result",
        }
    }

    /// Whether the facts of another are facts of this.
    fn has(self, of: Self) -> bool {
        self == of || of == Self::Component || (self == Self::Copy && of == Self::Dataset)
    }

    /// The facts that a policy about it can name.
    pub fn facts(self) -> impl Iterator<Item = &'static Fact> {
        FACTS.iter().filter(move |fact| self.has(fact.of))
    }
}

/// The form of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A name or another word; `none` where there is none.
    Word,
    /// A number of things.
    Count,
    /// A duration; `none` where it has no bound.
    Time,
    /// Yes or no.
    Flag,
}

/// A value of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A word.
    Word(String),
    /// A number.
    Count(u64),
    /// A duration; none for no bound.
    Time(Option<Seconds>),
    /// Yes or no.
    Flag(bool),
}

/// Something that a policy can ask.
pub struct Fact {
    /// Its name in policies.
    pub name: &'static str,
    /// What it is a fact of.
    pub of: Subject,
    /// Its form.
    pub form: Form,
    /// What it means, in a sentence.
    pub meaning: &'static str,
    find: fn(&Place<'_>) -> Value,
}

/// What a policy looks at.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) component: ComponentId,
    pub(super) dataset: Option<DatasetId>,
    pub(super) copy: Option<CopyId>,
    pub(super) judged: Option<Judged<'a>>,
}

impl Fact {
    /// The fact of a place.
    pub(super) fn at(&self, place: &Place<'_>) -> Value {
        (self.find)(place)
    }
}

macro_rules! fact {
    ($name:literal, $of:ident, $form:ident, $meaning:literal, $find:expr) => {
        Fact { name: $name, of: Subject::$of, form: Form::$form, meaning: $meaning, find: $find }
    };
}

/// Every fact, by subject.
pub const FACTS: &[Fact] = &[
    fact!("component", Component, Word, "The name of the component.", |p| word(&p.own().name)),
    fact!("technology", Component, Word, "Its technology.", |p| word(&p.own().technology.name)),
    fact!("owner", Component, Word, "The team that recovers it.", |p| {
        optional(p.own().owner.map(|id| p.model().teams[id].name.as_str()))
    }),
    fact!("objective", Component, Word, "The name of its objective; `inline` where it has one without a name.", |p| {
        optional(p.own().objective.map(|id| p.model().objectives[id].name.as_deref().unwrap_or("inline")))
    }),
    fact!("rto", Component, Time, "Its general recovery time objective.", |p| Value::Time(promise(p).0)),
    fact!("rpo", Component, Time, "Its general recovery point objective.", |p| Value::Time(promise(p).1)),
    fact!("drill_every", Component, Time, "How often its recovery must be drilled.", |p| {
        let objective = p.own().objective.and_then(|id| p.model().objectives[id].drill_every);
        Value::Time(objective.map(|threshold| threshold.at_most))
    }),
    fact!("instances", Component, Count, "How many instances it has.", |p| count(p.own().instances.len())),
    fact!("instance_sites", Component, Count, "In how many sites instances of it with data are.", |p| {
        count(p.places(LocationKind::Site).len())
    }),
    fact!("instance_providers", Component, Count, "At how many providers instances of it with data are.", |p| {
        count(p.providers().len())
    }),
    fact!("replication", Component, Word, "`sync`, `async` or `none`.", |p| {
        optional(p.own().replication.as_ref().map(|replication| replication.mode.as_str()))
    }),
    fact!("failover", Component, Word, "`automatic` or `manual`.", |p| word(p.own().failover.mode.as_str())),
    fact!("dependencies", Component, Count, "How many components it needs.", |p| count(p.own().depends_on.len())),
    fact!("dependents", Component, Count, "How many components need it.", |p| {
        count(p.context.dependents(p.component).count())
    }),
    fact!("datasets", Component, Count, "How many datasets it has.", |p| count(p.own().datasets.len())),
    fact!("dataset", Dataset, Word, "The name of the dataset.", |p| {
        optional(p.dataset.map(|id| p.model().datasets[id].name.as_str()))
    }),
    fact!("copies", Dataset, Count, "How many copies there are of it, without the live data.", |p| p.copies(|_| true)),
    fact!("offsite_copies", Dataset, Count, "How many of them are outside of every site with live data.", |p| {
        p.copies(|copy| !p.is_beside(copy, LocationKind::Site))
    }),
    fact!(
        "copies_outside_provider",
        Dataset,
        Count,
        "How many of them are outside of every provider with live data.",
        |p| { p.copies(|copy| !p.at_same_provider(copy)) }
    ),
    fact!("immutable_copies", Dataset, Count, "How many of them are immutable or offline.", |p| {
        p.copies(|copy| p.model().copies[copy].immutable || p.model().copies[copy].offline)
    }),
    fact!("verified_copies", Dataset, Count, "Of how many of them restores are tried.", |p| {
        p.copies(|copy| p.model().copies[copy].verify.is_some())
    }),
    fact!("copy", Copy, Word, "The name of the copy.", |p| optional(
        p.copy.map(|id| p.model().copies[id].name.as_str())
    )),
    fact!("store", Copy, Word, "The store that it is in.", |p| {
        optional(p.copy.map(|id| p.model().stores[p.model().copies[id].to].name.as_str()))
    }),
    fact!("method", Copy, Word, "How it is made.", |p| optional(
        p.copy.and_then(|id| p.model().copies[id].method.as_deref())
    )),
    fact!("same_site", Copy, Flag, "Whether it is in a site with live data.", |p| {
        Value::Flag(p.copy.is_some_and(|copy| p.is_beside(copy, LocationKind::Site)))
    }),
    fact!(
        "same_provider",
        Copy,
        Flag,
        "Whether it is at a provider with live data; what is at no provider is at none.",
        |p| { Value::Flag(p.copy.is_some_and(|copy| p.at_same_provider(copy))) }
    ),
    fact!("immutable", Copy, Flag, "Whether it cannot be changed or deleted before its time.", |p| {
        Value::Flag(p.copy.is_some_and(|id| p.model().copies[id].immutable))
    }),
    fact!("offline", Copy, Flag, "Whether it is out of reach of whoever is on the network.", |p| {
        Value::Flag(p.copy.is_some_and(|id| p.model().copies[id].offline))
    }),
    fact!("encrypted", Copy, Flag, "Whether keys are needed to read it.", |p| {
        Value::Flag(p.copy.is_some_and(|id| p.model().copies[id].encrypted_by.is_some()))
    }),
    fact!("verify_every", Copy, Time, "How often a restore of it is tried; without bound where never.", |p| {
        Value::Time(p.copy.and_then(|id| p.model().copies[id].verify).map(|verify| verify.every))
    }),
    fact!("scenario", Result, Word, "The id of the scenario.", |p| optional(p.judged.map(|j| j.scenario.id.as_str()))),
    fact!("kind", Result, Word, "The kind of the scenario, such as `site-loss`.", |p| {
        optional(p.judged.map(|j| j.scenario.kind.as_str()))
    }),
    fact!("impact", Result, Word, "`none`, `degraded`, `read-only`, `outage` or `lost`.", |p| {
        optional(p.judged.map(|j| j.result.impact.as_str()))
    }),
    fact!("strategy", Result, Word, "`continue`, `promote`, `rebuild`, `restore` or `none`.", |p| {
        optional(p.judged.map(|j| j.result.strategy.as_str()))
    }),
    fact!("recovery", Result, Time, "The time until it serves again.", |p| {
        Value::Time(p.judged.and_then(|j| j.result.away()))
    }),
    fact!("data_loss", Result, Time, "The most that is lost of any of its datasets.", |p| {
        let losses = p.judged.iter().flat_map(|j| j.result.data_loss.iter()).map(|loss| loss.loss.worst);
        let mut worst = losses;
        Value::Time(worst.try_fold(Seconds::ZERO, |most, loss| Some(most.max(loss?))))
    }),
];

impl<'a> Place<'a> {
    fn model(&self) -> &'a Model {
        self.context.model
    }

    fn own(&self) -> &'a crate::model::Component {
        &self.model().components[self.component]
    }

    /// The locations of a kind, or larger where there is none of it, in which instances with data are.
    fn places(&self, kind: LocationKind) -> BTreeSet<LocationId> {
        let model = self.model();
        let live = self.own().instances.iter().map(|id| &model.instances[*id]).filter(|instance| instance.has_data());
        live.map(|instance| around(model, instance.at, kind)).collect()
    }

    fn providers(&self) -> BTreeSet<LocationId> {
        let model = self.model();
        let live = self.own().instances.iter().map(|id| &model.instances[*id]).filter(|instance| instance.has_data());
        live.filter_map(|instance| provider(model, instance.at)).collect()
    }

    fn is_beside(&self, copy: CopyId, kind: LocationKind) -> bool {
        let model = self.model();
        let at = model.stores[model.copies[copy].to].at;
        self.places(kind).contains(&around(model, at, kind))
    }

    fn at_same_provider(&self, copy: CopyId) -> bool {
        let model = self.model();
        provider(model, model.stores[model.copies[copy].to].at).is_some_and(|at| self.providers().contains(&at))
    }

    fn copies(&self, counts: impl Fn(CopyId) -> bool) -> Value {
        let copies = self.dataset.map(|id| self.model().datasets[id].copies.as_slice()).unwrap_or_default();
        count(copies.iter().filter(|copy| counts(**copy)).count())
    }
}

/// The first location around a place that is of a kind or larger; the outermost where there is none.
fn around(model: &Model, at: LocationId, kind: LocationKind) -> LocationId {
    let mut outermost = at;
    for location in model.enclosing(at) {
        outermost = location;
        if model.locations[location].kind >= kind {
            break;
        }
    }
    outermost
}

fn provider(model: &Model, at: LocationId) -> Option<LocationId> {
    model.enclosing(at).find(|location| model.locations[*location].kind == LocationKind::Provider)
}

fn promise(place: &Place<'_>) -> (Option<Seconds>, Option<Seconds>) {
    let promise = place.own().objective.map(|id| place.model().objectives[id].default).unwrap_or_default();
    (promise.rto.map(|rto| rto.at_most), promise.rpo.map(|rpo| rpo.at_most))
}

fn word(text: &str) -> Value {
    Value::Word(text.to_owned())
}

fn optional(text: Option<&str>) -> Value {
    word(text.unwrap_or("none"))
}

fn count(number: usize) -> Value {
    Value::Count(number as u64)
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Word(text) => f.write_str(text),
            Self::Count(number) => number.fmt(f),
            Self::Time(Some(time)) => f.write_str(&time.human()),
            Self::Time(None) => f.write_str("without bound"),
            Self::Flag(flag) => f.write_str(if *flag { "true" } else { "false" }),
        }
    }
}
