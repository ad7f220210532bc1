//! Holds an assessed spec against policies.

use std::collections::BTreeMap;

use super::facts::{Place, Subject};
use super::read::Policy;
use crate::analysis::assess::{Assessment, Judged};
use crate::analysis::context::Context;
use crate::diag::{Code, Diagnostic, Diagnostics, Hit, Span};
use crate::model::ComponentId;
use crate::units::Seconds;

/// A policy that something does not keep.
const UNMET: Code = Code("policy-unmet");

/// Scenarios that are named after the first.
const NAMED: usize = 6;

/// What does not keep which policy.
pub fn run(context: &Context<'_>, assessment: &Assessment<'_>, policies: &[Policy]) -> Diagnostics {
    let mut found = Diagnostics::default();
    for policy in policies {
        if policy.subject == Subject::Result {
            results(context, assessment, policy, &mut found);
        } else {
            things(context, policy, &mut found);
        }
    }
    found
}

/// Components, datasets or copies, each with a finding of its own.
fn things(context: &Context<'_>, policy: &Policy, found: &mut Diagnostics) {
    let model = context.model;
    for (id, component) in model.components.iter() {
        let whole = Place { context, component: id, dataset: None, copy: None, judged: None };
        if policy.subject == Subject::Component {
            found.extend(
                broken(policy, &whole).map(|why| finding(policy, model.component_address(id), component.span, why)),
            );
            continue;
        }
        for &dataset in &component.datasets {
            let data = Place { dataset: Some(dataset), ..whole };
            if policy.subject == Subject::Dataset {
                let told = |why| finding(policy, model.dataset_address(dataset), model.datasets[dataset].span, why);
                found.extend(broken(policy, &data).map(told));
                continue;
            }
            for &copy in &model.datasets[dataset].copies {
                let told = |why| finding(policy, model.copy_address(copy), model.copies[copy].span, why);
                found.extend(broken(policy, &Place { copy: Some(copy), ..data }).map(told));
            }
        }
    }
}

/// Results, those of one component in one finding.
fn results(context: &Context<'_>, assessment: &Assessment<'_>, policy: &Policy, found: &mut Diagnostics) {
    let model = context.model;
    let mut by_component: BTreeMap<ComponentId, Vec<(Judged<'_>, Vec<String>)>> = BTreeMap::new();
    for judged in assessment.results(context) {
        let component = judged.result.component;
        let place = Place { context, component, dataset: None, copy: None, judged: Some(judged) };
        if let Some(why) = broken(policy, &place) {
            by_component.entry(component).or_default().push((judged, why));
        }
    }
    for (id, mut broken) in by_component {
        broken.sort_by_key(|(judged, _)| std::cmp::Reverse(badness(judged)));
        let hit = |(judged, _): &(Judged<'_>, Vec<String>)| Hit {
            scenario: judged.scenario.id.clone(),
            amount: judged.result.away().map(|away| away.0),
        };
        let hits: Vec<Hit> = broken.iter().map(hit).collect();
        let Some((_, why)) = broken.into_iter().next() else { continue };
        let mut diagnostic = finding(policy, model.component_address(id), model.components[id].span, why);
        if let Some(first) = hits.first() {
            diagnostic = diagnostic.during(first.scenario.clone());
        }
        let others: Vec<&str> = hits.iter().skip(1).take(NAMED).map(|hit| hit.scenario.as_str()).collect();
        let more = hits.len().saturating_sub(NAMED + 1);
        if !others.is_empty() {
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            diagnostic = diagnostic.because(format!("also in {}{more}", others.join(", ")));
        }
        found.push(diagnostic.extending(hits));
    }
}

/// Orders results: what never comes back first, then by time and by data.
fn badness(judged: &Judged<'_>) -> (bool, Option<Seconds>, bool, Option<Seconds>) {
    let away = judged.result.away();
    let losses = judged.result.data_loss.iter().map(|loss| loss.loss.worst);
    let loss = losses.clone().flatten().max();
    (away.is_none(), away, losses.into_iter().any(|loss| loss.is_none()), loss)
}

/// The requirements that a place does not meet; none where it is not the policy's business, or meets all.
fn broken(policy: &Policy, place: &Place<'_>) -> Option<Vec<String>> {
    let holds = |condition: &super::Condition| condition.test.passes(&condition.fact.at(place));
    if !policy.only.iter().all(holds) {
        return None;
    }
    let unmet = policy.require.iter().filter(|condition| !holds(condition));
    let why: Vec<String> = unmet
        .map(|condition| format!("`{}` is {}, and {}", condition.fact.name, condition.fact.at(place), condition.test))
        .collect();
    (!why.is_empty()).then_some(why)
}

fn finding(policy: &Policy, address: String, span: Span, why: Vec<String>) -> Diagnostic {
    let subject = address.rsplit('.').next().unwrap_or_default();
    let message = format!("`{subject}`: {}", policy.message);
    let mut diagnostic = Diagnostic::new(UNMET, policy.severity, message).about(address).at(span);
    diagnostic.rule = Some(policy.name.clone());
    diagnostic.notes = why;
    diagnostic.label(policy.span, "the policy").maybe_help(policy.help.clone())
}
