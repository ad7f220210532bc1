//! Laws that hold for every system, tried on many random ones.

use std::collections::BTreeSet;

use drplan::analysis::assess::{Options, assess};
use drplan::analysis::context::Context;
use drplan::analysis::loss::LossEngine;
use drplan::analysis::outcome::{outcome, recovery};
use drplan::analysis::timetable::timetable;
use drplan::model::{ComponentId, Model};
use drplan::terms::Impact;
use drplan::units::Seconds;

use super::random::{Random, spec};
use super::support::read;

/// How many random systems each law is tried on.
const SYSTEMS: u64 = 400;

fn systems(law: impl Fn(u64, &Model, &Context<'_>)) {
    for seed in 0..SYSTEMS {
        let mut random = Random::new(seed);
        let components = 1 + random.below(7);
        let model = read(&spec(&mut random, components));
        let losses = LossEngine::new(&model);
        let context = Context::new(&model, &losses);
        law(seed, &model, &context);
    }
}

#[test]
fn nothing_is_faster_than_with_enough_of_everything() {
    systems(|seed, _, context| {
        let assessment = assess(context, Options::default());
        for judged in assessment.results(context) {
            let Some(times) = judged.result.recovery else { continue };
            assert!(times.lower_bound <= times.worst, "seed {seed}, {}", judged.scenario.id);
            assert!(times.lower_bound <= times.unordered, "seed {seed}, {}", judged.scenario.id);
        }
    });
}

#[test]
fn a_critical_path_has_no_gaps_and_explains_the_whole_time() {
    systems(|seed, _, context| {
        let assessment = assess(context, Options::default());
        for judged in assessment.results(context) {
            let Some(times) = judged.result.recovery else { continue };
            let path = judged.critical_path();
            let mut at = drplan::units::Seconds::ZERO;
            for step in &path {
                assert_eq!(step.from, at, "seed {seed}, {}: {path:#?}", judged.scenario.id);
                at = step.to;
            }
            assert_eq!(at, times.worst, "seed {seed}, {}: {path:#?}", judged.scenario.id);
        }
    });
}

#[test]
fn steps_come_after_what_they_wait_for_and_have_the_time_that_promises_leave() {
    systems(|seed, _, context| {
        let assessment = assess(context, Options::default());
        for (scenario, outcome) in assessment.outcomes(context) {
            let way = recovery(context, scenario);
            let table = timetable(context, &way, &outcome.schedule);
            let promised = |later: u64| {
                let back = outcome.results.iter().filter(|result| result.impact >= Impact::ReadOnly);
                let due = back.filter_map(|result| Some((result.component, Seconds(result.away()?.0 + later))));
                table.deadlines(context, due)
            };
            let (tight, loose) = (promised(0), promised(90));
            for ((step, tight), loose) in table.steps.iter().zip(tight).zip(loose) {
                let what = || format!("seed {seed}, {}: {step:#?}", scenario.id);
                assert!(step.after.iter().all(|before| *before < step.number), "{}", what());
                // The schedule knows the slack from its own activities, to fractions of a second.
                let known = step.to.0 + step.slack.0;
                assert!(tight.is_none_or(|by| by.0.abs_diff(known) <= 1), "{tight:?}, {known}, {}", what());
                assert_eq!(loose.map(|by| by.0), tight.map(|by| by.0 + 90), "{}", what());
            }
        }
    });
}

#[test]
fn whoever_waits_is_found_from_either_end() {
    systems(|seed, model, context| {
        let assessment = assess(context, Options::default());
        for (scenario, full) in assessment.outcomes(context) {
            for component in model.components.ids() {
                let found = assessment.result(context, scenario, component);
                let listed = full.result(context, component);
                assert_eq!(format!("{found:?}"), format!("{:?}", listed.cloned()), "seed {seed}, {}", scenario.id);
            }
        }
    });
}

#[test]
fn breaches_are_found_without_looking_at_everybody() {
    systems(|seed, _, context| {
        let assessment = assess(context, Options::default());
        let name =
            |judged: &drplan::analysis::assess::Judged<'_>| (judged.scenario.id.clone(), judged.result.component);
        let quick: Vec<_> = assessment.breaches(context).map(|judged| name(&judged)).collect();
        let all = assessment.results(context).filter(|judged| judged.breaches() > 0);
        assert_eq!(quick, all.map(|judged| name(&judged)).collect::<Vec<_>>(), "seed {seed}");
    });
}

#[test]
fn what_is_shared_is_what_would_be_found_alone() {
    systems(|seed, _, context| {
        let assessment = assess(context, Options::default());
        for (scenario, shared) in assessment.outcomes(context) {
            let alone = outcome(context, scenario);
            assert_eq!(format!("{shared:?}"), format!("{alone:?}"), "seed {seed}, {}", scenario.id);
        }
    });
}

#[test]
fn one_failure_less_is_never_worse() {
    // Scenarios of one instance each against the loss of the place that they are in, and of two at once.
    systems(|seed, model, context| {
        let assessment = assess(context, Options::default());
        let impact = |id: &str, component: ComponentId| -> Impact {
            let (_, outcome) = assessment.find(context, id).unwrap();
            outcome.result(context, component).map_or(Impact::None, |result| result.impact)
        };
        let guaranteed: BTreeSet<ComponentId> =
            model.components.iter().filter(|(_, c)| !c.guarantees.is_empty()).map(|(id, _)| id).collect();
        // A promise holds for a kind of scenario, and the larger scenario is of another kind.
        if !guaranteed.is_empty() {
            return;
        }
        let instances: Vec<String> =
            model.instances.values().map(|instance| format!("lose:{}", instance.name)).collect();
        for one in &instances {
            for other in instances.iter().filter(|other| *other > one) {
                for component in model.components.ids() {
                    let both = impact(&format!("{one}+{other}"), component);
                    assert!(impact(one, component) <= both, "seed {seed}: {one} and {other}");
                    assert!(impact(other, component) <= both, "seed {seed}: {one} and {other}");
                }
            }
        }
        for (_, instance) in model.instances.iter() {
            let place = format!("lose:{}", model.locations[instance.at].name);
            for component in model.components.ids() {
                let alone = impact(&format!("lose:{}", instance.name), component);
                assert!(alone <= impact(&place, component), "seed {seed}: {} in {place}", instance.name);
            }
        }
    });
}

#[test]
fn threads_and_the_order_of_the_spec_change_nothing() {
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let text = spec(&mut random, 6);
        let shown = |text: &str, threads: usize| {
            let model = read(text);
            let losses = LossEngine::new(&model);
            let context = Context::new(&model, &losses);
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let assessment = assess(&context, Options { pairs: true });
                let results = assessment.results(&context).map(|judged| {
                    let name = |id: ComponentId| model.components[id].name.clone();
                    let path: Vec<String> = judged
                        .critical_path()
                        .iter()
                        .map(|step| format!("{} {} {}", name(step.component), step.kind, step.to.0))
                        .collect();
                    format!(
                        "{} {} {} {:?} {path:?}",
                        judged.scenario.id,
                        name(judged.result.component),
                        judged.result.impact,
                        judged.result.recovery.map(|times| (times.worst, times.lower_bound, times.unordered)),
                    )
                });
                results.collect::<Vec<_>>()
            })
        };
        let one = shown(&text, 1);
        assert_eq!(one, shown(&text, 4), "seed {seed}");
        assert_eq!(one, shown(&reversed(&text), 1), "seed {seed}");
    }
}

/// The same system with its components in the opposite order.
fn reversed(text: &str) -> String {
    let (head, components) = text.split_once("components:\n").unwrap();
    let mut blocks: Vec<String> = Vec::new();
    for line in components.lines() {
        if line.starts_with("  c") {
            blocks.push(String::new());
        }
        let block = blocks.last_mut().unwrap();
        block.push_str(line);
        block.push('\n');
    }
    blocks.reverse();
    format!("{head}components:\n{}", blocks.concat())
}

#[test]
fn the_random_systems_meet_everything() {
    use std::cell::RefCell;
    use std::collections::BTreeMap;
    let seen: RefCell<BTreeMap<String, u32>> = RefCell::default();
    systems(|_, _, context| {
        let count = |what: String| *seen.borrow_mut().entry(what).or_insert(0) += 1;
        for judged in assess(context, Options::default()).results(context) {
            count(format!("{} {}", judged.result.impact, judged.result.strategy));
            let Some(times) = judged.result.recovery else { continue };
            if times.lower_bound < times.worst {
                count("waits for people or links".to_owned());
            }
            if times.worst != times.unordered {
                count("order matters".to_owned());
            }
        }
    });
    let seen = seen.into_inner();
    for what in [
        "none promote",
        "none continue",
        "degraded continue",
        "degraded none",
        "read-only promote",
        "read-only rebuild",
        "outage continue",
        "outage promote",
        "outage rebuild",
        "outage restore",
        "outage none",
        "lost none",
        "lost continue",
        "lost rebuild",
        "lost restore",
        "waits for people or links",
        "order matters",
    ] {
        assert!(seen.get(what).is_some_and(|&times| times >= 10), "{what}: {seen:#?}");
    }
}
