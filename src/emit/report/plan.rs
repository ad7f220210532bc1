//! What the spec promises and has: objectives, stores, links and teams.

use serde::Serialize;

use super::Listed;
use super::amount::{origin, words};
use crate::model::{CopiesRule, Model, Objective, ObjectiveId, Override, Threshold};

/// Rows of each table.
const ROWS: usize = 120;
/// Components that are named beside an objective.
const NAMED: usize = 12;

#[derive(Serialize)]
pub(super) struct PlanView {
    pub objectives: Listed<ObjectiveView>,
    pub stores: Listed<StoreView>,
    pub links: Listed<LinkView>,
    pub teams: Listed<TeamView>,
}

#[derive(Serialize)]
pub(super) struct ObjectiveView {
    pub name: Option<String>,
    pub rto: Option<String>,
    pub rpo: Option<String>,
    /// What holds instead in a kind of scenario or in one scenario.
    pub instead: Vec<InsteadView>,
    pub copies: Vec<String>,
    pub tolerates_missed_runs: u32,
    pub drill_every: Option<String>,
    pub components: Listed<String>,
}

#[derive(Serialize)]
pub(super) struct InsteadView {
    pub scenario: String,
    pub rto: Option<String>,
    pub rpo: Option<String>,
}

#[derive(Serialize)]
pub(super) struct StoreView {
    pub name: String,
    pub description: Option<String>,
    pub at: String,
    pub technology: String,
    pub path: Option<String>,
    pub read: Option<String>,
    pub write: Option<String>,
    pub retrieve: String,
    pub retrieve_origin: &'static str,
    pub marks: Vec<&'static str>,
    pub key: Option<String>,
    pub copies: usize,
}

#[derive(Serialize)]
pub(super) struct LinkView {
    pub between: [String; 2],
    pub bandwidth: String,
    pub latency: Option<String>,
}

#[derive(Serialize)]
pub(super) struct TeamView {
    pub name: String,
    pub people: Option<u32>,
    pub responds_within: String,
    pub contact: Option<String>,
    pub components: usize,
}

pub(super) fn view(model: &Model) -> PlanView {
    let owned = |team| model.components.values().filter(|component| component.owner == Some(team)).count();
    let objectives: Vec<ObjectiveId> = model.objectives.ids().collect();
    let links: Vec<_> = model.links.values().collect();
    let teams: Vec<_> = model.teams.iter().collect();
    PlanView {
        objectives: Listed::new(&objectives, ROWS, |id| objective(model, *id)),
        stores: stores(model),
        links: Listed::new(&links, ROWS, |link| LinkView {
            between: link.between.map(|end| model.locations[end].name.clone()),
            bandwidth: link.bandwidth.to_string(),
            latency: link.latency.map(|latency| latency.human()),
        }),
        teams: Listed::new(&teams, ROWS, |(id, team)| TeamView {
            name: team.name.clone(),
            people: team.people,
            responds_within: words(team.responds_within),
            contact: team.contact.clone(),
            components: owned(*id),
        }),
    }
}

fn stores(model: &Model) -> Listed<StoreView> {
    let mut copies = vec![0usize; model.stores.len()];
    model.copies.values().for_each(|copy| copies[crate::model::Id::index(copy.to)] += 1);
    let all: Vec<_> = model.stores.values().zip(copies).collect();
    Listed::new(&all, ROWS, |(store, copies)| StoreView {
        name: store.name.clone(),
        description: store.description.clone(),
        at: model.locations[store.at].name.clone(),
        technology: store.technology.name.clone(),
        path: store.path.clone(),
        read: store.read.map(|rate| rate.to_string()),
        write: store.write.map(|rate| rate.to_string()),
        retrieve: words(store.retrieve.value),
        retrieve_origin: origin(store.retrieve.origin),
        marks: [(store.immutable, "immutable"), (store.offline, "offline")]
            .into_iter()
            .filter_map(|(is, mark)| is.then_some(mark))
            .collect(),
        key: store.encrypted_by.map(|id| model.components[id].name.clone()),
        copies: *copies,
    })
}

fn objective(model: &Model, id: ObjectiveId) -> ObjectiveView {
    let objective = &model.objectives[id];
    let bound: Vec<&str> = model
        .components
        .values()
        .filter(|component| component.objective == Some(id))
        .map(|component| component.name.as_str())
        .collect();
    ObjectiveView {
        name: objective.name.clone(),
        rto: objective.default.rto.map(text),
        rpo: objective.default.rpo.map(text),
        instead: instead(model, objective),
        copies: objective.copies.as_ref().map(rule).unwrap_or_default(),
        tolerates_missed_runs: objective.tolerates_missed_runs,
        drill_every: objective.drill_every.map(text),
        components: Listed::new(&bound, NAMED, |name| (*name).to_owned()),
    }
}

fn text(threshold: Threshold) -> String {
    words(threshold.at_most)
}

fn instead(model: &Model, objective: &Objective) -> Vec<InsteadView> {
    let by_kind = objective.by_kind.iter().map(|(kind, other)| (kind.as_str().to_owned(), other));
    let by_scenario = objective.by_scenario.iter().map(|(id, other)| (model.scenarios[*id].name.clone(), other));
    let view = |(scenario, other): (String, &Override)| {
        let words = |value: Option<Option<Threshold>>| value.map(|value| value.map_or("no promise".to_owned(), text));
        InsteadView { scenario, rto: words(other.rto), rpo: words(other.rpo) }
    };
    by_kind.chain(by_scenario).map(view).collect()
}

/// The rule about copies in words.
fn rule(rule: &CopiesRule) -> Vec<String> {
    let count = |number: Option<u32>, what: &str| number.map(|number| format!("{number} {what}"));
    let verified = rule.verified.then(|| "each verified".to_owned());
    [
        count(rule.total, "in all"),
        count(rule.media, "kinds of media"),
        count(rule.offsite, "off site"),
        count(rule.immutable, "immutable or offline"),
        verified,
    ]
    .into_iter()
    .flatten()
    .collect()
}
