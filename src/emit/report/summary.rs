//! What a manager reads in ten seconds: is every promise kept, which is not, and what would mend it.

use serde::Serialize;

use super::amount::Amount;
use super::findings::{FindingView, views, worst_first};
use super::survey::Survey;
use super::{Listed, Material, OUTCOMES};
use crate::diag::{Diagnostic, Severity};
use crate::model::Model;
use crate::units::Seconds;

/// Findings that are told in full at the top.
const WORST: usize = 7;

#[derive(Serialize)]
pub(super) struct SummaryView {
    pub promises: usize,
    pub broken: usize,
    pub scenarios: usize,
    pub broken_scenarios: usize,
    pub components: usize,
    pub datasets: usize,
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
    pub waived: usize,
    /// The longest that something is away.
    pub longest: Option<ExtremeView>,
    /// The most that is lost.
    pub greatest: Option<ExtremeView>,
    /// What does not come back at all, counted over distinct outcomes.
    pub never: usize,
    /// What to mend, the worst first.
    pub worst: Listed<FindingView>,
}

/// The worst of all results.
#[derive(Serialize)]
pub(super) struct ExtremeView {
    pub amount: Amount,
    /// The component or the dataset.
    pub of: String,
    pub scenario: String,
    /// Its outcome on the page; null where that is not shown.
    pub anchor: Option<String>,
}

pub(super) fn view<'a>(material: &Material<'a>, survey: &Survey<'a>) -> SummaryView {
    let model = material.context.model;
    let open = || material.findings.iter().filter(|finding| !finding.is_accepted());
    let count = |severity| open().filter(|finding| finding.severity == severity).count();
    let mut worst: Vec<&Diagnostic> = worst_first(material);
    worst.retain(|finding| finding.severity == Severity::Error);
    SummaryView {
        promises: survey.promises,
        broken: survey.broken,
        scenarios: survey.scenarios,
        broken_scenarios: survey.broken_scenarios,
        components: model.components.len(),
        datasets: model.datasets.len(),
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        notes: count(Severity::Note),
        waived: material.findings.iter().filter(|finding| finding.waived).count(),
        longest: longest(material, survey),
        greatest: greatest(material, survey),
        never: survey.groups.iter().filter(|group| group.lost).count(),
        worst: views(material, &worst, WORST),
    }
}

fn longest<'a>(material: &Material<'a>, survey: &Survey<'a>) -> Option<ExtremeView> {
    let away = |position: &usize| survey.groups[*position].away;
    let position = (0..survey.groups.len()).rev().max_by_key(away).filter(|position| away(position) > Seconds::ZERO)?;
    let judged =
        survey.groups[position].judged(material).find(|judged| judged.result.away() == Some(away(&position)))?;
    Some(extreme(
        survey,
        position,
        away(&position),
        material.context.model.components[judged.result.component].name.clone(),
    ))
}

fn greatest(material: &Material<'_>, survey: &Survey<'_>) -> Option<ExtremeView> {
    let lost = |position: &usize| survey.groups[*position].loss;
    let position = (0..survey.groups.len()).rev().max_by_key(lost).filter(|position| lost(position) > Seconds::ZERO)?;
    let model: &Model = material.context.model;
    let mut losses = survey.groups[position].outcome.results.iter().flat_map(|result| &result.data_loss);
    let loss = losses.find(|loss| loss.loss.worst == Some(lost(&position)))?;
    Some(extreme(survey, position, lost(&position), model.dataset_name(loss.dataset)))
}

fn extreme(survey: &Survey<'_>, position: usize, amount: Seconds, of: String) -> ExtremeView {
    let group = &survey.groups[position];
    ExtremeView {
        amount: Amount::of(amount),
        of,
        scenario: group.members.first().map(|scenario| scenario.id.clone()).unwrap_or_default(),
        anchor: (position < OUTCOMES).then(|| group.anchor.clone()),
    }
}
