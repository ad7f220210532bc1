//! `group-rpo-unmet`: datasets that are restored to one common instant lose more together than any of them may.

use std::collections::BTreeMap;

use super::losses::named_by_waivers;
use super::{Check, Context, wording};
use crate::analysis::assess::Judged;
use crate::analysis::loss::{Loss, Reason};
use crate::analysis::losses::WorstLoss;
use crate::analysis::outcome::{DataLoss, Outcome, recovery};
use crate::analysis::scenario::Scenario;
use crate::diag::{Code, Diagnostics, Severity};
use crate::model::{ConsistencyGroup, DatasetId, GroupId, Id, Threshold};
use crate::units::Seconds;

pub(super) const CHECK: Check = Check { code: Code("group-rpo-unmet"), severity: Severity::Error, run };

/// A group in the scenario that is worst for it.
struct Case<'a> {
    worst: Option<Seconds>,
    /// The member that it is told of.
    dataset: DatasetId,
    objective: Threshold,
    hits: Vec<(Option<Seconds>, &'a Scenario)>,
}

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    if model.groups.is_empty() {
        return;
    }
    let mut cases: BTreeMap<(usize, Option<String>), Case<'_>> = BTreeMap::new();
    let named = named_by_waivers(model, context.assessment);
    for (scenario, outcome) in context.assessment.cores() {
        for (id, worst, dataset) in joint_losses(outcome) {
            let group = &model.groups[id];
            let Some(objective) = objective(context, group, scenario, outcome) else { continue };
            // What a member loses alone already has its own finding.
            let is_told = badness(worst) <= badness(worst_alone(group, outcome));
            if is_told || worst.is_some_and(|worst| worst <= objective.at_most) {
                continue;
            }
            let own = named.contains(&scenario.id).then(|| scenario.id.clone());
            let case = Case { worst, dataset, objective, hits: vec![(worst, scenario)] };
            add(&mut cases, (id.index(), own), case);
        }
    }
    for ((id, _), case) in cases {
        push(context, GroupId::from_index(id), case, found);
    }
}

/// What each group loses together, with one of its members; nothing of groups that lose no more than each member alone.
fn joint_losses(outcome: &Outcome) -> Vec<(GroupId, Option<Seconds>, DatasetId)> {
    let losses = outcome.results.iter().flat_map(|result| result.data_loss.iter());
    let joint = losses.filter_map(|loss| Some((loss.group.as_ref()?.group, loss.loss.worst, loss.dataset)));
    let mut joint: Vec<(GroupId, Option<Seconds>, DatasetId)> = joint.collect();
    joint.sort_by_key(|(group, _, dataset)| (*group, *dataset));
    joint.dedup_by_key(|(group, ..)| *group);
    joint
}

/// The least of what may be lost of the members.
fn objective(
    context: &Context<'_>,
    group: &ConsistencyGroup,
    scenario: &Scenario,
    outcome: &Outcome,
) -> Option<Threshold> {
    let components = group.members.iter().map(|member| context.model.datasets[*member].component);
    let promises = components.filter_map(|component| {
        let result = outcome.results.iter().find(|result| result.component == component)?;
        Judged::new(context.analysis, scenario, outcome, result).promise.rpo
    });
    promises.min_by_key(|threshold| threshold.at_most)
}

/// The most that one member loses by itself; none where that is all of it.
fn worst_alone(group: &ConsistencyGroup, outcome: &Outcome) -> Option<Seconds> {
    let losses = outcome.results.iter().flat_map(|result| result.data_loss.iter());
    let of_members = losses.filter(|loss| group.members.contains(&loss.dataset)).map(DataLoss::alone);
    of_members.map(|loss: WorstLoss| loss.worst).try_fold(Seconds::ZERO, |most, worst| Some(most.max(worst?)))
}

/// Orders losses; all of it is the worst.
fn badness(worst: Option<Seconds>) -> (bool, Option<Seconds>) {
    (worst.is_none(), worst)
}

fn add<'a>(cases: &mut BTreeMap<(usize, Option<String>), Case<'a>>, key: (usize, Option<String>), mut found: Case<'a>) {
    match cases.get_mut(&key) {
        None => {
            cases.insert(key, found);
        }
        Some(case) if badness(found.worst) > badness(case.worst) => {
            found.hits.append(&mut case.hits);
            *case = found;
        }
        Some(case) => case.hits.append(&mut found.hits),
    }
}

/// The sum behind the number, as an assessment shows it.
fn explained(context: &Context<'_>, id: GroupId, case: &Case<'_>) -> Option<Loss> {
    let (_, scenario) = case.hits.first()?;
    let members = recovery(context.analysis, scenario).group_remains(context.analysis, id);
    Some(context.losses.explain_group(id, &members, case.dataset))
}

fn push(context: &Context<'_>, id: GroupId, case: Case<'_>, found: &mut Diagnostics) {
    let model = context.model;
    let group = &model.groups[id];
    let limit = case.objective.at_most.human();
    let message = match case.worst {
        Some(worst) => {
            format!("`{}` loses up to {} together, and at most {limit} may be lost", group.name, worst.human())
        }
        None => format!("there may be no instant to which all of `{}` can be restored", group.name),
    };
    let mut diagnostic = CHECK.found(message, format!("consistency_groups.{}", group.name)).at(group.span);
    diagnostic = diagnostic.label(case.objective.span, "promised here");
    if let Some((_, scenario)) = case.hits.first() {
        diagnostic = diagnostic.during(scenario.id.clone());
        let hits = case.hits.iter().map(|(worst, scenario)| (*worst, scenario.id.as_str()));
        diagnostic = diagnostic.extending(context.extent(hits));
    }
    let members: Vec<String> = group.members.iter().map(|member| model.dataset_name(*member)).collect();
    diagnostic = diagnostic.because(format!("restored to one instant: {}", members.join(", ")));
    let explained = explained(context, id, &case);
    if explained.as_ref().is_some_and(|loss| loss.reason() == Reason::NoCommonInstant) {
        diagnostic = diagnostic.because("points that are taken at different moments have none in common");
    }
    if let Some(loss) = &explained {
        diagnostic.notes.extend(wording::loss_sum(model, case.dataset, loss));
        let moment = loss.moment_text(model, case.dataset);
        diagnostic.notes.extend(moment.map(|moment| format!("worst moment: {moment}")));
    }
    let others: Vec<(Option<Seconds>, &str)> =
        case.hits.iter().skip(1).map(|(worst, scenario)| (*worst, scenario.id.as_str())).collect();
    let words = |worst: Option<Seconds>| worst.map_or("all of it".to_owned(), Seconds::human);
    diagnostic.notes.extend(wording::also_in(&others, case.worst, words));
    found.push(diagnostic.help(
        "copy all members at the same moments (one schedule for all), or add streams of changes that roll forward to any \
         instant",
    ));
}
