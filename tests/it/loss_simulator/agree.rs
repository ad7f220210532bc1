//! The planner against the simulator.

use super::phases::{Question, loss_before, worst, worst_by_rule};
use super::plan::{Plan, Worst};
use super::random::{Family, plan};
use super::shrink::shrink;
use super::yaml::spec;
use drplan::analysis::loss::{Loss, LossEngine, LossEvent, LossQuery, Reason};
use drplan::diag::{SourceFile, SourceMap};
use drplan::model::{CopyId, DatasetId, Id, InstanceId, Model, resolve};
use drplan::spec::Spec;
use drplan::tech::{Catalogue, PackSource, Purpose, Technology};
use drplan::text::Limits;
use drplan::units::Seconds;

/// The model of a spec that must have no mistake.
pub(crate) fn model(text: &str) -> Model {
    let mut catalogue = Catalogue::default();
    let thing = Technology { stateful: true, roles: true, ..Technology::named("thing", Purpose::Component) };
    catalogue.insert(thing, PackSource::default());
    catalogue.insert(Technology::named("shelf", Purpose::Store), PackSource::default());
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("drplan.yaml", text));
    let (spec, mut diagnostics) = Spec::read(&sources, Limits::default());
    let (model, more) = resolve(&spec, &catalogue);
    diagnostics.append(more);
    assert!(!diagnostics.has_errors(), "{diagnostics:#?}\n{text}");
    model
}

/// What the planner says.
pub(crate) fn planner(plan: &Plan, engine: &LossEngine<'_>, question: Question) -> Loss {
    let stands = |offsite: bool| offsite || question != Question::SiteLost;
    let copies: Vec<CopyId> =
        (0..plan.copies.len()).filter(|copy| stands(plan.copies[*copy].offsite)).map(CopyId::from_index).collect();
    let replicated = matches!(question, Question::PrimaryLost | Question::SiteLost);
    // The primary is the first instance.
    let replicas: Vec<InstanceId> = (0..plan.replicas.len())
        .filter(|replica| replicated && stands(plan.replicas[*replica].offsite))
        .map(|replica| InstanceId::from_index(replica + 1))
        .collect();
    let event = match question {
        Question::Corruption => LossEvent::Corrupted { detection: Seconds(plan.detection as u64 * 60) },
        _ => LossEvent::Destroyed,
    };
    let dataset = DatasetId::from_index(0);
    engine.worst(&LossQuery { dataset, copies: &copies, replicas: &replicas, event })
}

/// The planner's word in the simulator's terms.
pub(crate) fn said(loss: &Loss) -> Worst {
    match (loss.worst, loss.reason()) {
        (Some(worst), _) => Worst::Minutes((worst.0 / 60) as i64),
        (None, Reason::Ageing) => Worst::Unbounded,
        (None, _) => Worst::Lost,
    }
}

/// What is wrong with the planner's answer, if anything.
fn disagreement(plan: &Plan, engine: &LossEngine<'_>, question: Question) -> Option<String> {
    let loss = planner(plan, engine, question);
    let said = said(&loss);
    let case = question.case(plan);
    let expected = worst_by_rule(plan, &case);
    if said != expected {
        return Some(format!("{question:?}: the planner says {said:?} ({:?}), simulated {expected:?}", loss.reason()));
    }
    let known = case.count.iter().all(|copy| !plan.is_unknown(*copy));
    // Where all phases are known the rule has nothing to add up, and is that same worst case.
    let exact = if known { expected } else { worst(plan, &case).0 };
    if exact > said {
        return Some(format!("{question:?}: the planner says {said:?}, a combination of phases has {exact:?}"));
    }
    let sum: i64 = loss.derivation.terms.iter().map(|term| term.seconds).sum();
    if loss.worst.is_some_and(|worst| worst.0 as i64 != sum) {
        return Some(format!("{question:?}: {said:?}, but the terms add up to {sum} s"));
    }
    if let (true, Some(moment)) = (known, &loss.worst_at) {
        let then = loss_before(plan, &case, moment.better_from / 60);
        if then != said {
            return Some(format!("{question:?}: {said:?}, but at {moment} it is {then:?}"));
        }
    }
    None
}

/// Compares so many plans; `LOSS_SIMULATOR_FROM` and `LOSS_SIMULATOR_COUNT` choose others.
fn compare(family: Family, count: u64) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let from = number("LOSS_SIMULATOR_FROM").unwrap_or(0);
    let mut failures = Vec::new();
    for seed in from..from + number("LOSS_SIMULATOR_COUNT").unwrap_or(count) {
        let plan = plan(seed, family);
        let asked = |plan: &Plan, questions: &[Question]| {
            let model = model(&spec(plan));
            let engine = LossEngine::new(&model);
            questions.iter().find_map(|question| Some((*question, disagreement(plan, &engine, *question)?)))
        };
        if let Some((question, _)) = asked(&plan, &Question::ALL) {
            let least = shrink(plan, |plan| asked(plan, &[question]).is_some());
            let what = asked(&least, &[question]).map(|(_, what)| what).unwrap_or_default();
            failures.push(format!("{family:?}, seed {seed}: {what}\n{}", spec(&least)));
        }
        assert!(failures.len() < ENOUGH, "{}", failures.join("\n"));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// So many disagreements are enough to see what is wrong.
const ENOUGH: usize = 8;

#[test]
fn known_phases() {
    compare(Family::Known, 500);
}

#[test]
fn unknown_phases() {
    compare(Family::Unknown, 200);
}

#[test]
fn dates() {
    compare(Family::Dates, 50);
}
