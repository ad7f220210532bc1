//! The page of a scenario: what is gone, what that means, who is called, and every step in its time.

use serde::Serialize;

use super::Book;
use super::notice::{BackView, DecisionView, SheetView, Told, back, decision, sheets, told};
use super::step::{StepView, templates};
use crate::analysis::impact::Movement;
use crate::analysis::outcome::{ComponentResult, Outcome, Recovery, promise, recovery};
use crate::analysis::procedure::{Procedure, Work};
use crate::analysis::scenario::{Gone, Scenario};
use crate::analysis::timetable::{TimedStep, timetable};
use crate::emit::view::{self, ComponentView, InstanceView};
use crate::model::{ComponentId, InstanceId, Model, Promise, TeamId, Via};
use crate::terms::{Impact, LocationKind, ScenarioKind, StepKind, Strategy};
use crate::units::Seconds;

/// What the template of a scenario sees.
#[derive(Serialize)]
pub(super) struct PageView {
    pub plan: String,
    pub decides: Option<String>,
    /// Ids of the scenarios of the page, by name.
    pub ids: Vec<String>,
    pub kind: &'static str,
    /// What a scenario of this kind is, in a sentence.
    pub kind_means: &'static str,
    /// What is gone, each in words.
    pub gone: Vec<String>,
    /// The worst impact on any component.
    pub impact: &'static str,
    /// When the last component serves again; null where one never does or none is interrupted.
    pub recovery: Option<String>,
    pub corruption: bool,
    pub results: Vec<ResultView>,
    pub teams: Vec<TeamView>,
    /// Null where nothing follows a decision.
    pub decision: Option<DecisionView>,
    pub told: Told,
    pub steps: Vec<StepView>,
    /// What each team does, where there are several.
    pub sheets: Vec<SheetView>,
    /// What is left to do when everything serves, by component.
    pub after: Vec<StepView>,
    /// Data that has to be restored to one instant: the group, and its members.
    pub groups: Vec<(String, Vec<String>)>,
    /// What is gone and was not needed so that everything serves: instances of components that go on, and stores.
    pub missing: Vec<MissingView>,
    pub lost_stores: Vec<LostStoreView>,
    /// Components that serve from elsewhere than before.
    pub back: Vec<BackView>,
    /// Places of the copies of the runbooks.
    pub kept_at: Vec<String>,
    /// Datasets that are live and of which no copy is left.
    pub unprotected: Vec<String>,
}

/// What happens to one component.
#[derive(Serialize)]
pub(super) struct ResultView {
    pub component: String,
    pub impact: &'static str,
    pub strategy: &'static str,
    pub recovery: Option<String>,
    pub rto: Option<String>,
    pub rto_met: Option<bool>,
    pub through: Option<String>,
    pub losses: Vec<LossView>,
}

/// What is lost of one dataset.
#[derive(Serialize)]
pub(super) struct LossView {
    pub dataset: String,
    /// Null where all is lost.
    pub worst: Option<String>,
    /// Whether nothing of it is lost.
    pub whole: bool,
    pub via: Option<String>,
    pub rpo: Option<String>,
    pub rpo_met: Option<bool>,
}

/// Lost instances of a component that goes on without them.
#[derive(Serialize)]
pub(super) struct MissingView {
    pub component: String,
    /// The page of the component.
    pub file: Option<String>,
    pub instances: Vec<InstanceView>,
}

/// A store that is lost, and what used to be copied into it.
#[derive(Serialize)]
pub(super) struct LostStoreView {
    pub name: String,
    pub place: String,
    /// Its host, where it is one of ours.
    pub host: Option<String>,
    /// As `shop-db.main (nightly)`.
    pub copies: Vec<String>,
    /// The hosts that write into it.
    pub writers: Vec<String>,
}

/// People who are called.
#[derive(Clone, Debug, Serialize)]
pub(super) struct TeamView {
    pub name: String,
    pub contact: Option<String>,
    pub people: Option<u32>,
    pub responds_within: String,
}

impl TeamView {
    pub(super) fn new(model: &Model, id: TeamId) -> Self {
        let team = &model.teams[id];
        Self {
            name: team.name.clone(),
            contact: team.contact.clone(),
            people: team.people,
            responds_within: team.responds_within.human(),
        }
    }
}

impl PageView {
    pub(super) fn new(book: &Book<'_>, members: &[&Scenario], outcome: &Outcome) -> Self {
        let model = book.context.model;
        let kind = members.first().map_or(ScenarioKind::Declared, |first| first.kind);
        let way = members.first().map(|first| recovery(book.context, first));
        let gone = way.as_ref().map(|way| gone(model, &way.gone)).unwrap_or_default();
        let promised = |component: ComponentId| {
            members
                .first()
                .map(|first| promise(book.context, first.kind, first.declared(), component))
                .unwrap_or_default()
        };
        let due = outcome.results.iter().filter_map(|result| {
            let rto = promised(result.component).rto?;
            Some((result.component, rto.at_most.max(result.away()?)))
        });
        let due: Vec<(ComponentId, Seconds)> = due.collect();
        let steps = way.as_ref().map(|way| Walk { book, way, outcome }.steps(&due)).unwrap_or_default();
        let worst = outcome.results.iter().map(|result| result.impact).max().unwrap_or(Impact::None);
        let times = outcome.results.iter().filter(|result| result.impact >= Impact::ReadOnly);
        let last: Option<Vec<Seconds>> = times.map(ComponentResult::away).collect();
        let mut teams: Vec<TeamId> =
            outcome.results.iter().filter_map(|result| model.components[result.component].owner).collect();
        teams.sort_unstable();
        teams.dedup();
        let results: Vec<ResultView> =
            outcome.results.iter().map(|one| result(model, one, promised(one.component))).collect();
        let within = last.and_then(|times| times.into_iter().max());
        Self {
            plan: model.system.name.clone(),
            decides: model.system.owner.clone(),
            ids: members.iter().map(|scenario| scenario.id.clone()).collect(),
            kind: kind.as_str(),
            kind_means: kind.description(),
            gone,
            impact: worst.as_str(),
            recovery: within.map(Seconds::mark),
            corruption: way.as_ref().is_some_and(|way| !way.gone.corrupt.is_empty()),
            decision: decision(book, outcome, |id| promised(id).rto.map(|rto| rto.at_most)),
            told: told(outcome, &results, within),
            results,
            teams: teams.into_iter().map(|id| TeamView::new(model, id)).collect(),
            after: way.as_ref().map(|way| Walk { book, way, outcome }.after()).unwrap_or_default(),
            sheets: sheets(&steps),
            steps,
            groups: groups(model, outcome),
            missing: way.as_ref().map(|way| missing(book, way)).unwrap_or_default(),
            lost_stores: way.as_ref().map(|way| lost_stores(book, &way.gone)).unwrap_or_default(),
            back: way.as_ref().map(|way| back(book, way)).unwrap_or_default(),
            kept_at: model.system.runbooks_at.iter().map(|id| book.location(*id)).collect(),
            unprotected: outcome.unprotected.iter().map(|id| model.dataset_name(*id)).collect(),
        }
    }
}

/// Walks the procedures of a recovery in the order of its schedule.
struct Walk<'a> {
    book: &'a Book<'a>,
    way: &'a Recovery,
    outcome: &'a Outcome,
}

impl Walk<'_> {
    /// The steps of all procedures by the time at which they begin, as a drill has them too. `due` says until when components
    /// have to serve.
    fn steps(&self, due: &[(ComponentId, Seconds)]) -> Vec<StepView> {
        let table = timetable(self.book.context, self.way, &self.outcome.schedule);
        let deadlines = table.deadlines(self.book.context, due.iter().copied());
        let steps = table.steps.iter().zip(deadlines);
        steps.map(|(step, deadline)| StepView { deadline: deadline.map(Seconds::mark), ..self.step(step) }).collect()
    }

    fn step(&self, step: &TimedStep<'_>) -> StepView {
        let model = self.book.context.model;
        let view = view::component(model, self.book.desired, step.component());
        let mut movements: Vec<Movement> = step
            .parts
            .iter()
            .filter_map(|part| match part.step.work {
                Work::Move(movement, _) => Some(movement),
                Work::Time(_) | Work::Response(..) => None,
            })
            .collect();
        self.book.nested_last(&mut movements);
        let base = self.about(&view, step.procedure, StepView::new(step.kind, &view, self.book.team(step.component())));
        StepView {
            number: step.number,
            at: Some(step.from.mark()),
            until: Some(step.to.mark()),
            takes: Some(Seconds(step.to.0.saturating_sub(step.from.0)).human()),
            critical: step.is_critical(),
            hands_on: step.is_hands_on(),
            after: step.after.clone(),
            waits_for: step.waits_for().into_iter().map(|id| model.components[id].name.clone()).collect(),
            movements: movements.iter().map(|movement| self.book.movement(&view, movement)).collect(),
            ..base
        }
    }

    /// What is left to do for each component that was brought back.
    fn after(&self) -> Vec<StepView> {
        let procedures = self.way.procedures.iter();
        procedures
            .map(|procedure| {
                let view = view::component(self.book.context.model, self.book.desired, procedure.component);
                let step = StepView::new(StepKind::Verify, &view, self.book.team(procedure.component));
                let step = self.about(&view, procedure, step);
                StepView { kind: "after", templates: templates(&view.technology, "after"), ..step }
            })
            .collect()
    }

    /// The host that a component moves to: the one that is at its new place already, where that place is a host and
    /// another than its own.
    fn moves_to(&self, procedure: &Procedure) -> Option<String> {
        let place = procedure.place?;
        if self.book.context.model.locations[place].kind != LocationKind::Host {
            return None;
        }
        let own = |id: &InstanceId| self.book.desired.host_of(*id).is_none_or(|host| host.at == place);
        if procedure.rebuilt.iter().any(own) {
            return None;
        }
        self.book.desired.hosts.iter().find(|(_, host)| host.at == place).map(|(_, host)| host.name.clone())
    }

    /// Instances that are only cut off and have the data that nobody else has: they come back as they are.
    fn returning(&self, procedure: &Procedure) -> Vec<InstanceId> {
        let model = self.book.context.model;
        let standing = self.way.spread.affected.iter().find(|one| one.component == procedure.component);
        let waits = standing
            .and_then(|one| one.standing.as_ref())
            .is_some_and(|standing| standing.strategy == Strategy::Rebuild && standing.replicas.is_empty());
        let has_data = |id: &InstanceId| model.instances[*id].has_data() && self.way.gone.cut.contains(id);
        let waits = waits && !model.components[procedure.component].datasets.is_empty();
        procedure.rebuilt.iter().copied().filter(|id| waits && has_data(id)).collect()
    }

    fn about(&self, view: &ComponentView, procedure: &Procedure, step: StepView) -> StepView {
        let instance = |id: &_| self.book.instance(view, *id);
        let moves_to = self.moves_to(procedure);
        let rebuilt = procedure.rebuilt.iter().filter_map(instance).map(|one| match &moves_to {
            Some(host) => InstanceView { host: Some(host.clone()), address: host.clone(), ..one },
            None => one,
        });
        let mut rebuilt: Vec<_> = rebuilt.collect();
        let returning: Vec<InstanceView> = self.returning(procedure).iter().filter_map(instance).collect();
        // Data is brought to, and commands are for, those that are built anew, where there are any.
        rebuilt.sort_by_key(|one| returning.iter().any(|other| other.name == one.name));
        let lost = self.way.gone.lost.iter().chain(&self.way.gone.cut);
        let own: Vec<InstanceId> = lost
            .copied()
            .filter(|id| self.book.context.model.instances[*id].component == procedure.component)
            .collect();
        let rest = own.iter().filter(|id| !procedure.rebuilt.contains(id));
        StepView {
            rest: rest.filter_map(instance).collect(),
            returning,
            place: procedure.place.map(|place| self.book.location(place)),
            hot: procedure.place.is_some_and(|place| self.book.context.model.locations[place].hot_standby),
            moves_to,
            promoted: procedure.promoted.as_ref().and_then(instance),
            lost: own.iter().filter_map(instance).collect(),
            corruption: !self.way.gone.corrupt.is_empty(),
            instances: if rebuilt.is_empty() { step.instances.clone() } else { rebuilt },
            ..step
        }
    }
}

/// The groups of which a member goes back, and all with it.
fn groups(model: &Model, outcome: &Outcome) -> Vec<(String, Vec<String>)> {
    let losses = outcome.results.iter().flat_map(|result| result.data_loss.iter());
    let mut groups: Vec<_> = losses.filter_map(|loss| Some(loss.group.as_ref()?.group)).collect();
    groups.sort_unstable();
    groups.dedup();
    let told = |id| {
        let group: &crate::model::ConsistencyGroup = &model.groups[id];
        (group.name.clone(), group.members.iter().map(|id| model.dataset_name(*id)).collect())
    };
    groups.into_iter().map(told).collect()
}

/// Nobody waits for these, so that no procedure has them; the next failure does.
fn missing(book: &Book<'_>, way: &Recovery) -> Vec<MissingView> {
    let model = book.context.model;
    let mut found: Vec<MissingView> = Vec::new();
    for &id in &way.gone.lost {
        let component = model.instances[id].component;
        if way.procedure(component).is_some() {
            continue;
        }
        let view = view::component(model, book.desired, component);
        let Some(instance) = book.instance(&view, id) else { continue };
        match found.last_mut().filter(|last| last.component == view.name) {
            Some(last) => last.instances.push(instance),
            None => found.push(MissingView {
                file: book.files.get(&component).cloned(),
                component: view.name,
                instances: vec![instance],
            }),
        }
    }
    found
}

fn lost_stores(book: &Book<'_>, gone: &Gone) -> Vec<LostStoreView> {
    let model = book.context.model;
    let lost = gone.stores.iter().map(|&id| {
        let jobs = || book.desired.jobs.values().filter(|job| job.store == id);
        let copies = jobs().map(|job| format!("{} ({})", model.dataset_name(job.dataset), model.copies[job.copy].name));
        let mut writers: Vec<String> =
            jobs().filter_map(|job| Some(book.desired.hosts.get(job.runs_on?).name.clone())).collect();
        writers.sort();
        writers.dedup();
        LostStoreView {
            name: model.stores[id].name.clone(),
            place: book.location(model.stores[id].at),
            host: book.desired.host_of_store(id).map(|host| host.name.clone()),
            copies: copies.collect(),
            writers,
        }
    });
    lost.collect()
}

fn result(model: &Model, result: &ComponentResult, promised: Promise) -> ResultView {
    let away = result.away();
    let met = |within: Option<Seconds>, actual: Option<Seconds>| {
        within.map(|within| actual.is_some_and(|actual| actual <= within))
    };
    let (rto, rpo) = (promised.rto.map(|rto| rto.at_most), promised.rpo.map(|rpo| rpo.at_most));
    let losses = result.data_loss.iter().map(|one| LossView {
        dataset: model.datasets[one.dataset].name.clone(),
        worst: one.loss.worst.map(Seconds::human),
        whole: one.loss.worst == Some(Seconds::ZERO),
        via: one.loss.via.map(|via| through(model, via)),
        rpo: rpo.map(Seconds::human),
        rpo_met: met(rpo, one.loss.worst),
    });
    ResultView {
        component: model.components[result.component].name.clone(),
        impact: result.impact.as_str(),
        strategy: result.strategy.as_str(),
        recovery: away.filter(|_| result.impact >= Impact::ReadOnly).map(Seconds::mark),
        rto: rto.map(Seconds::human),
        rto_met: met(rto, away),
        through: result.through.map(|id| model.components[id].name.clone()),
        losses: losses.collect(),
    }
}

fn through(model: &Model, via: Via) -> String {
    match via {
        Via::Replication(id) => format!("replica {}", model.instances[id].name),
        Via::Copy(id) => {
            let copy = &model.copies[id];
            format!("copy {} in {}", copy.name, model.stores[copy.to].name)
        }
        Via::Guarantee => "the provider's promise".to_owned(),
    }
}

/// What is gone, in words. What lies within a location that is named is not named again.
pub(in crate::emit) fn gone(model: &Model, gone: &Gone) -> Vec<String> {
    let mut words = Vec::new();
    for &id in &gone.locations {
        let location = &model.locations[id];
        if location.within.is_none_or(|outer| !gone.takes(outer)) {
            words.push(format!("{} {}", location.kind, location.name));
        }
    }
    let of = |id| {
        let instance: &crate::model::Instance = &model.instances[id];
        format!("{} of {}", instance.name, model.components[instance.component].name)
    };
    let outside = |id: &&_| {
        let instance: &crate::model::Instance = &model.instances[**id];
        !gone.takes(instance.at)
    };
    words.extend(gone.lost.iter().filter(outside).map(|id| format!("instance {}", of(*id))));
    words.extend(gone.cut.iter().map(|id| format!("instance {} (cut off)", of(*id))));
    words.extend(gone.components.iter().map(|id| format!("component {}", model.components[*id].name)));
    let stores = gone.stores.iter().filter(|id| !gone.takes(model.stores[**id].at));
    words.extend(stores.map(|id| format!("store {}", model.stores[*id].name)));
    words
        .extend(gone.attacked.iter().map(|id| format!("store {} (what can be changed in it)", model.stores[*id].name)));
    words.extend(gone.corrupt.iter().map(|id| format!("data {} (wrong)", model.dataset_name(*id))));
    words
}
