//! The index: the page that leads to all others by what is gone.

use serde::Serialize;

use super::page::{PageView, TeamView};
use crate::analysis::scenario::Scenario;
use crate::emit::puppet::Origin;
use crate::model::Model;
use crate::terms::ScenarioKind;

/// What the template of the index sees, but for the day.
#[derive(Serialize)]
pub(super) struct IndexView {
    pub plan: String,
    description: Option<String>,
    decides: Option<String>,
    pub version: String,
    pub digest: String,
    teams: Vec<TeamView>,
    /// Pages by what has happened, the most common kind of call first.
    kinds: Vec<Kind>,
    components: Vec<(String, String)>,
    needed: Vec<String>,
    /// Where copies of the runbooks are kept, and what that place is.
    kept_at: Vec<(String, Option<String>)>,
}

/// The index on a day.
#[derive(Serialize)]
pub(super) struct Dated<'a> {
    pub date: &'a str,
    pub index: &'a IndexView,
}

/// The pages of one kind of scenario.
#[derive(Serialize)]
struct Kind {
    /// What has happened, in a few words.
    means: String,
    pages: Vec<Entry>,
}

/// A page in the index.
#[derive(Clone, Serialize)]
pub(super) struct Entry {
    #[serde(skip)]
    kind: ScenarioKind,
    /// Ids of its scenarios.
    ids: Vec<String>,
    /// What is gone, in words.
    gone: String,
    /// Where the page is.
    pub file: String,
    /// The worst impact.
    impact: &'static str,
    /// When the last component serves again; null where one never does.
    recovery: Option<String>,
}

impl Entry {
    pub(super) fn new(members: &[&Scenario], view: &PageView, file: String) -> Self {
        Self {
            kind: members.first().map_or(ScenarioKind::Declared, |first| first.kind),
            ids: view.ids.clone(),
            gone: view.gone.join(", "),
            file,
            impact: view.impact,
            recovery: view.recovery.clone(),
        }
    }
}

impl IndexView {
    pub(super) fn new(model: &Model, pages: Vec<Entry>, components: Vec<(String, String)>, origin: &Origin) -> Self {
        let needed = model.system.recovery_depends_on.iter().map(|id| model.components[*id].name.clone());
        let kept_at = model.system.runbooks_at.iter().map(|id| &model.locations[*id]);
        Self {
            kept_at: kept_at.map(|place| (place.name.clone(), place.description.clone())).collect(),
            plan: model.system.name.clone(),
            description: model.system.description.clone(),
            decides: model.system.owner.clone(),
            version: origin.version.clone(),
            digest: origin.digest.clone(),
            teams: model.teams.ids().map(|id| TeamView::new(model, id)).collect(),
            kinds: kinds(&pages),
            components,
            needed: needed.collect(),
        }
    }
}

/// Pages by kind, in the order in which the kinds are listed.
fn kinds(pages: &[Entry]) -> Vec<Kind> {
    let of = |kind: ScenarioKind| pages.iter().filter(move |page| page.kind == kind).cloned().collect::<Vec<_>>();
    let kinds = ScenarioKind::ALL
        .iter()
        .map(|kind| Kind { means: kind.description().trim_end_matches('.').to_owned(), pages: of(*kind) });
    kinds.filter(|kind| !kind.pages.is_empty()).collect()
}
