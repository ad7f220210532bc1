//! Components by kinds of scenarios: time away, data lost, kept or not, and how it comes back. The worst first.

use std::cmp::Reverse;

use serde::Serialize;

use super::amount::{Amount, Verdict};
use super::outcome::way;
use super::survey::{Cell, Survey};
use super::{Listed, Material, OUTCOMES};
use crate::model::{ComponentId, Model};
use crate::terms::{Impact, ScenarioKind};

/// Rows in the HTML.
pub(super) const ROWS: usize = 200;

#[derive(Serialize)]
pub(super) struct MatrixView {
    pub kinds: Vec<KindView>,
    pub groups: Vec<RowGroup>,
    pub total: usize,
    pub more: usize,
    /// Components to which no scenario does anything.
    pub untouched: usize,
}

#[derive(Serialize)]
pub(super) struct KindView {
    pub name: &'static str,
    pub means: &'static str,
}

/// Components that fare alike.
#[derive(Serialize)]
pub(super) struct RowGroup {
    pub title: &'static str,
    pub rows: Listed<RowView>,
}

#[derive(Serialize)]
pub(super) struct RowView {
    pub component: String,
    pub owner: Option<String>,
    /// Null where no scenario of the kind does anything to it.
    pub cells: Vec<Option<CellView>>,
}

#[derive(Serialize)]
pub(super) struct CellView {
    pub verdict: Verdict,
    /// How long it is away; null where it serves all the time.
    pub away: Option<Amount>,
    /// `up` or `degraded` where it serves.
    pub serves: Option<&'static str>,
    /// How much data is lost; null where no data is hit.
    pub loss: Option<Amount>,
    /// How it comes back; null where nothing has to.
    pub strategy: Option<&'static str>,
    /// The outcome on the page in which it is worst; null where that is not shown.
    pub outcome: Option<String>,
}

pub(super) fn view(material: &Material<'_>, survey: &Survey<'_>) -> MatrixView {
    let model = material.context.model;
    let kinds = kinds(survey);
    let rows = order(material, survey);
    let mut left = ROWS;
    let titles = [
        (Verdict::Broken, "A promise is broken"),
        (Verdict::Kept, "Every promise is kept"),
        (Verdict::Free, "Nothing is promised"),
    ];
    let groups = titles.into_iter().filter_map(|(verdict, title)| {
        let of_group: Vec<ComponentId> = rows.iter().filter(|row| row.0 == verdict).map(|row| row.1).collect();
        let rows = Listed::new(&of_group, left, |id| row(model, survey, &kinds, *id));
        left -= rows.shown.len();
        (!of_group.is_empty()).then_some(RowGroup { title, rows })
    });
    let groups: Vec<RowGroup> = groups.collect();
    let shown: usize = groups.iter().map(|group| group.rows.shown.len()).sum();
    MatrixView {
        kinds: kinds.iter().map(|kind| KindView { name: kind.as_str(), means: kind.description() }).collect(),
        total: rows.len(),
        more: rows.len() - shown,
        untouched: model.components.len() - rows.len(),
        groups,
    }
}

/// The kinds of scenarios that do something.
pub(super) fn kinds(survey: &Survey<'_>) -> Vec<ScenarioKind> {
    let touched = |kind: &ScenarioKind| survey.cells.values().any(|row| row.contains_key(kind));
    ScenarioKind::ALL.iter().copied().filter(touched).collect()
}

/// Components, the worst first: broken promises before kept ones, then in more kinds of scenarios, then by name.
pub(super) fn order(material: &Material<'_>, survey: &Survey<'_>) -> Vec<(Verdict, ComponentId)> {
    let mut rows: Vec<(Verdict, usize, ComponentId)> = survey
        .cells
        .iter()
        .map(|(id, cells)| {
            let verdict = cells.values().map(|cell| cell.verdict).max().unwrap_or(Verdict::Free);
            (verdict, cells.values().filter(|cell| cell.verdict == Verdict::Broken).count(), *id)
        })
        .collect();
    rows.sort_by_key(|(verdict, broken, id)| (Reverse((*verdict, *broken)), material.context.rank(*id)));
    rows.into_iter().map(|(verdict, _, id)| (verdict, id)).collect()
}

pub(super) fn row(model: &Model, survey: &Survey<'_>, kinds: &[ScenarioKind], id: ComponentId) -> RowView {
    let component = &model.components[id];
    let cells = survey.cells.get(&id);
    let cell = |kind: &ScenarioKind| cells.and_then(|cells| cells.get(kind)).map(|cell| cell_view(survey, cell));
    RowView {
        component: component.name.clone(),
        owner: component.owner.map(|team| model.teams[team].name.clone()),
        cells: kinds.iter().map(cell).collect(),
    }
}

fn cell_view(survey: &Survey<'_>, cell: &Cell) -> CellView {
    let serves = match cell.impact {
        Impact::None => Some("up"),
        Impact::Degraded => Some("degraded"),
        Impact::ReadOnly | Impact::Outage | Impact::Lost => None,
    };
    let shown = survey.groups.get(cell.group).filter(|_| cell.group < OUTCOMES);
    CellView {
        verdict: cell.verdict,
        away: serves.is_none().then(|| Amount::or(cell.away, "never back")),
        serves,
        loss: cell.loss.map(|loss| Amount::or(loss, "all of it")),
        strategy: serves.is_none().then(|| way(cell.impact, cell.strategy)),
        outcome: shown.map(|group| group.anchor.clone()),
    }
}
