//! `group-rpo-unmet`: datasets that are restored to one common instant lose more together than any of them may.

use std::collections::BTreeMap;

use super::losses::named_by_waivers;
use super::{Check, Context, wording};
use crate::analysis::assess::Judged;
use crate::analysis::loss::{GroupLoss, GroupMember, LossEvent, LossQuery, Reason};
use crate::analysis::losses::{DataEvent, Remains};
use crate::analysis::outcome::{Recovery, recovery};
use crate::analysis::scenario::Scenario;
use crate::diag::{Code, Diagnostics, Severity};
use crate::model::{ConsistencyGroup, DatasetId, GroupId, Id, Threshold};
use crate::units::Seconds;

pub(super) const CHECK: Check = Check { code: Code("group-rpo-unmet"), severity: Severity::Error, run };

/// A group in the scenario that is worst for it.
struct Case<'a> {
    joint: GroupLoss,
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
        let hit = |dataset: DatasetId| outcome.results.iter().any(|r| r.data_loss.iter().any(|l| l.dataset == dataset));
        let groups: Vec<_> =
            model.groups.iter().filter(|(_, group)| group.members.iter().any(|member| hit(*member))).collect();
        if groups.is_empty() {
            continue;
        }
        let recovery = recovery(context.analysis, scenario);
        for (id, group) in groups {
            let Some(objective) = objective(context, group, scenario, outcome) else { continue };
            let joint = joint(context, group, &recovery);
            let alone = worst_alone(group, outcome);
            let is_told = alone.is_none_or(|alone| joint.worst.is_some_and(|joint| joint <= alone));
            if joint.worst.is_some_and(|worst| worst <= objective.at_most) || is_told {
                continue;
            }
            let own = named.contains(&scenario.id).then(|| scenario.id.clone());
            add(&mut cases, (id.index(), own), joint, objective, scenario);
        }
    }
    for ((id, _), case) in cases {
        push(context, GroupId::from_index(id), case, found);
    }
}

/// The least of what may be lost of the members.
fn objective(
    context: &Context<'_>,
    group: &ConsistencyGroup,
    scenario: &Scenario,
    outcome: &crate::analysis::outcome::Outcome,
) -> Option<Threshold> {
    let components = group.members.iter().map(|member| context.model.datasets[*member].component);
    let promises = components.filter_map(|component| {
        let result = outcome.results.iter().find(|result| result.component == component)?;
        Judged::new(context.analysis, scenario, outcome, result).promise.rpo
    });
    promises.min_by_key(|threshold| threshold.at_most)
}

/// The most that one member loses by itself; none where that is all of it.
fn worst_alone(group: &ConsistencyGroup, outcome: &crate::analysis::outcome::Outcome) -> Option<Seconds> {
    let losses = outcome.results.iter().flat_map(|result| result.data_loss.iter());
    let of_members = losses.filter(|loss| group.members.contains(&loss.dataset));
    of_members.map(|loss| loss.loss.worst).try_fold(Seconds::ZERO, |most, worst| Some(most.max(worst?)))
}

/// What the group loses together: whoever is untouched goes back with the others.
fn joint(context: &Context<'_>, group: &ConsistencyGroup, recovery: &Recovery) -> GroupLoss {
    let model = context.model;
    let left: Vec<(Remains, bool)> = group
        .members
        .iter()
        .map(|&dataset| {
            let remains = recovery.remains(context.analysis, model.datasets[dataset].component);
            match remains.into_iter().find(|remains| remains.dataset == dataset) {
                Some(remains) => (remains, false),
                None => (untouched(context, recovery, dataset), true),
            }
        })
        .collect();
    // One event for all: what one of them loses by damage the others lose by going back to before it.
    let corrupted = left.iter().find_map(|(remains, _)| match remains.event {
        DataEvent::Corrupted { detection } => Some(LossEvent::Corrupted { detection }),
        DataEvent::Destroyed => None,
    });
    let event = corrupted.unwrap_or(LossEvent::Destroyed);
    let members: Vec<GroupMember<'_>> = left
        .iter()
        .map(|(remains, intact)| {
            let Remains { dataset, copies, replicas, .. } = remains;
            GroupMember { query: LossQuery { dataset: *dataset, copies, replicas, event }, intact: *intact }
        })
        .collect();
    context.losses.group(&members)
}

fn untouched(context: &Context<'_>, recovery: &Recovery, dataset: DatasetId) -> Remains {
    let model = context.model;
    let copies = model.datasets[dataset].copies.iter().copied();
    let copies = copies.filter(|&copy| recovery.gone.keeps(model, copy)).collect();
    Remains { dataset, copies, replicas: Vec::new(), event: DataEvent::Destroyed }
}

fn add<'a>(
    cases: &mut BTreeMap<(usize, Option<String>), Case<'a>>,
    key: (usize, Option<String>),
    joint: GroupLoss,
    objective: Threshold,
    scenario: &'a Scenario,
) {
    let badness = |worst: Option<Seconds>| (worst.is_none(), worst);
    let hit = (joint.worst, scenario);
    match cases.get_mut(&key) {
        None => {
            cases.insert(key, Case { joint, objective, hits: vec![hit] });
        }
        Some(case) if badness(joint.worst) > badness(case.joint.worst) => {
            (case.joint, case.objective) = (joint, objective);
            case.hits.insert(0, hit);
        }
        Some(case) => case.hits.push(hit),
    }
}

fn push(context: &Context<'_>, id: GroupId, case: Case<'_>, found: &mut Diagnostics) {
    let model = context.model;
    let group = &model.groups[id];
    let limit = case.objective.at_most.human();
    let message = match case.joint.worst {
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
    if case.joint.reason == Reason::NoCommonInstant {
        diagnostic = diagnostic.because("points that are taken at different moments have none in common");
    }
    let others: Vec<(Option<Seconds>, &str)> =
        case.hits.iter().skip(1).map(|(worst, scenario)| (*worst, scenario.id.as_str())).collect();
    let words = |worst: Option<Seconds>| worst.map_or("all of it".to_owned(), Seconds::human);
    diagnostic.notes.extend(wording::also_in(&others, case.joint.worst, words));
    found.push(diagnostic.help(
        "copy all members at the same moments (one schedule for all), or add streams of changes that roll forward to any \
         instant",
    ));
}
