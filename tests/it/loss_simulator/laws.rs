//! What must hold of the planner's answers whatever the numbers are.

use super::agree::{model, planner, said};
use super::phases::Question;
use super::plan::{Minutes, Plan, Replica, Timing, Worst};
use super::random::{Family, plan};
use super::yaml::spec;
use drplan::analysis::loss::{Advice, Change, LossEngine, LossEvent};
use drplan::model::{CopyId, Id};
use drplan::units::Seconds;

fn plans() -> impl Iterator<Item = Plan> {
    let known = (0..100).map(|seed| plan(10_000 + seed, Family::Known));
    known.chain((0..50).map(|seed| plan(10_000 + seed, Family::Unknown)))
}

fn asked(plan: &Plan, questions: &[Question]) -> Vec<Worst> {
    let model = model(&spec(plan));
    let engine = LossEngine::new(&model);
    questions.iter().map(|question| said(&planner(plan, &engine, *question))).collect()
}

/// Each plan with a change made to it does no worse, where the question is one that the law is about.
#[track_caller]
fn never_worse(plan: &Plan, changed: &Plan, about: impl Fn(Question) -> bool) {
    let questions: Vec<Question> = Question::ALL.into_iter().filter(|question| about(*question)).collect();
    for ((question, before), after) in questions.iter().zip(asked(plan, &questions)).zip(asked(changed, &questions)) {
        assert!(after <= before, "{question:?}: {before:?} to {after:?}\n{}\nbecomes\n{}", spec(plan), spec(changed));
    }
}

/// Retention forgets the sooner the more often something completes, and the first completion in an interval may come at a
/// worse time than before; so the laws of runs do not speak of those.
fn is_simple(plan: &Plan) -> bool {
    plan.copies.iter().all(|copy| !matches!(copy.timing, Timing::After { every: Some(_), .. }))
}

fn not_retention(plan: &Plan) -> impl Fn(Question) -> bool {
    let kept = plan.copies.iter().any(|copy| copy.keep.is_some());
    move |question| question != Question::Corruption || !kept
}

#[test]
fn a_shorter_run_never_worsens() {
    for plan in plans().filter(is_simple) {
        let mut faster = plan.clone();
        faster.copies.iter_mut().for_each(|copy| copy.takes /= 2);
        never_worse(&plan, &faster, not_retention(&plan));
    }
}

#[test]
fn a_shorter_interval_that_divides_never_worsens() {
    for plan in plans().filter(is_simple) {
        let mut oftener = plan.clone();
        for copy in &mut oftener.copies {
            if let Timing::Every { interval, .. } = &mut copy.timing {
                *interval = if *interval % 2 == 0 { *interval / 2 } else { *interval };
            }
        }
        never_worse(&plan, &oftener, not_retention(&plan));
    }
}

#[test]
fn one_more_copy_never_worsens_and_one_more_missed_run_never_betters() {
    for plan in plans() {
        let last = plan.copies.len() - 1;
        let used = |copy: &super::plan::Copy| copy.from == Some(last);
        if last > 0 && !plan.copies.iter().any(used) {
            let mut fewer = plan.clone();
            fewer.copies.truncate(last);
            never_worse(&fewer, &plan, |_| true);
        }
        let missing = Plan { missed: plan.missed + 1, ..plan.clone() };
        never_worse(&missing, &plan, |_| true);
    }
}

#[test]
fn all_together_are_no_worse_than_the_best_alone() {
    for plan in plans() {
        let model = model(&spec(&plan));
        let engine = LossEngine::new(&model);
        for question in Question::ALL {
            let loss = planner(&plan, &engine, question);
            let best = loss.derivation.alternatives.iter().filter_map(|one| one.worst).min();
            assert!(best.is_none_or(|best| loss.worst.is_some_and(|worst| worst <= best)), "{}", spec(&plan));
        }
    }
}

#[test]
fn synchronous_replication_loses_nothing() {
    for mut plan in plans() {
        plan.replicas.insert(0, Replica { lag: 0, from: None, offsite: true });
        plan.copies.iter_mut().for_each(|copy| copy.reads = None);
        plan.replicas.truncate(1);
        let lost = asked(&plan, &[Question::PrimaryLost, Question::SiteLost]);
        assert_eq!(lost, [Worst::Minutes(0), Worst::Minutes(0)], "{}", spec(&plan));
    }
}

#[test]
fn an_advised_interval_mends_and_the_next_longer_does_not() {
    let mut advised = 0;
    for mut plan in plans() {
        plan.fixed = false;
        plan.missed = 0;
        let text = spec(&plan);
        let model = model(&text);
        let engine = LossEngine::new(&model);
        for place in 0..plan.copies.len() {
            let copy = CopyId::from_index(place);
            let Some(own) = engine.own_worst(copy) else { continue };
            let at_most = Seconds(own.0 * 2 / 3 / 60 * 60);
            let advice = engine.advise(copy, at_most, LossEvent::Destroyed);
            let Advice::Change { copy: changed, change: Change::Every(every), worst } = advice else { continue };
            advised += 1;
            let with = |every: Minutes| alone_with(&plan, place, changed.index(), every);
            let every = (every.0 / 60) as Minutes;
            let promised = Worst::Minutes((worst.0 / 60) as Minutes);
            let at_most = Worst::Minutes((at_most.0 / 60) as Minutes);
            assert_eq!(with(every), promised, "{changed:?} every {every} min\n{text}");
            assert!(promised <= at_most, "{text}");
            let Timing::Every { interval, .. } = plan.copies[changed.index()].timing else { continue };
            for longer in [60, 120, 360, 720, 1440].into_iter().filter(|longer| every < *longer && *longer < interval) {
                assert!(with(longer) > at_most, "every {longer} min would do instead of {every} for {place}\n{text}");
            }
        }
    }
    assert!(advised > 20, "only {advised} pieces of advice");
}

/// The worst case of one copy by itself, with another interval for it or for one that it is made from.
fn alone_with(plan: &Plan, place: usize, changed: usize, every: Minutes) -> Worst {
    let mut plan = plan.clone();
    if let Timing::Every { interval, .. } | Timing::After { every: Some(interval), .. } =
        &mut plan.copies[changed].timing
    {
        *interval = every;
    }
    let model = model(&spec(&plan));
    let own = LossEngine::new(&model).own_worst(CopyId::from_index(place));
    own.map_or(Worst::Unbounded, |own| Worst::Minutes((own.0 / 60) as Minutes))
}
