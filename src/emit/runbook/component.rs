//! The page of a component: its hosts and copies, and the commands of every way back, without a scenario.

use serde::Serialize;

use super::Book;
use super::page::TeamView;
use super::step::{MovementView, StepView, about, templates};
use crate::emit::view::{self, ComponentView};
use crate::model::{ComponentId, Model};
use crate::terms::StepKind;

/// What the template of a component sees.
#[derive(Serialize)]
pub(super) struct ComponentPage {
    plan: String,
    decides: Option<String>,
    component: ComponentView,
    team: Option<TeamView>,
    /// What an operator must have before recovery can begin.
    needs: Vec<String>,
    /// What it needs to serve, and what it needs to recover.
    depends_on: Vec<(String, &'static str)>,
    check: StepView,
    promote: Vec<StepView>,
    provision: StepView,
    restore: Vec<StepView>,
    start: StepView,
    verify: StepView,
    cutover: StepView,
    /// A planned switch to each standby.
    switchover: Vec<StepView>,
    /// A planned move to another place, where there is one and no standby.
    relocation: Option<StepView>,
    /// The places that it can move to.
    places: Vec<String>,
    after: StepView,
}

/// Whether there is anything to do for a component by hand.
pub(super) fn has_page(model: &Model, id: ComponentId) -> bool {
    !model.components[id].instances.is_empty()
}

impl ComponentPage {
    pub(super) fn new(book: &Book<'_>, id: ComponentId) -> Self {
        let model = book.context.model;
        let component = &model.components[id];
        let view = view::component(model, book.desired, id);
        let team = book.team(id);
        let step = |kind: StepKind| StepView::new(kind, &view, team.clone());
        let named = |kind: &'static str| StepView {
            kind,
            templates: templates(&view.technology, kind),
            ..StepView::new(StepKind::Verify, &view, team.clone())
        };
        let switchover = promotions(&view, &named("switchover"));
        let places = if switchover.is_empty() { other_places(model, id) } else { Vec::new() };
        let relocation = (!places.is_empty()).then(|| StepView { lost: view.instances.clone(), ..named("move") });
        let needed = component.depends_on.iter().map(|one| (model.components[one.on].name.clone(), one.kind.as_str()));
        Self {
            plan: model.system.name.clone(),
            decides: model.system.owner.clone(),
            needs: component.technology.needs.clone(),
            depends_on: needed.collect(),
            check: named("check"),
            promote: promotions(&view, &step(StepKind::Promote)),
            provision: step(StepKind::Provision),
            restore: restores(model, id, &view, &step(StepKind::Transfer)),
            start: step(StepKind::Start),
            verify: step(StepKind::Verify),
            cutover: step(StepKind::Cutover),
            switchover,
            relocation,
            places,
            after: named("after"),
            team: team.clone(),
            component: view.clone(),
        }
    }
}

/// A promotion of each standby.
fn promotions(view: &ComponentView, step: &StepView) -> Vec<StepView> {
    let standbys = view.instances.iter().filter(|instance| instance.role == Some("standby"));
    standbys
        .map(|standby| {
            let others = view.instances.iter().filter(|other| other.role == Some("primary"));
            StepView { promoted: Some(standby.clone()), lost: others.cloned().collect(), ..step.clone() }
        })
        .collect()
}

/// The places where it can be built and none of it is.
fn other_places(model: &Model, id: ComponentId) -> Vec<String> {
    let component = &model.components[id];
    let is_there = |place| component.instances.iter().any(|one| model.is_within(model.instances[*one].at, place));
    let others = component.recovery.to.iter().filter(|place| !is_there(**place));
    others.map(|place| model.locations[*place].name.clone()).collect()
}

/// A restore from each copy.
fn restores(model: &Model, id: ComponentId, view: &ComponentView, step: &StepView) -> Vec<StepView> {
    let copies = model.components[id].datasets.iter().flat_map(|dataset| &model.datasets[*dataset].copies);
    let jobs = copies.zip(&view.jobs);
    jobs.map(|(copy, job)| {
        let store = &model.stores[model.copies[*copy].to];
        let retrieve = Some(store.retrieve.value).filter(|time| time.0 > 0);
        let movement = MovementView {
            dataset: Some(job.dataset.name.clone()),
            amount: about(model.datasets[model.copies[*copy].dataset].size.value),
            job: Some(job.clone()),
            replica: None,
            retrieve: retrieve.map(|time| time.human()),
        };
        StepView { movements: vec![movement], ..step.clone() }
    })
    .collect()
}
