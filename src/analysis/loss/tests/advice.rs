//! The least change, ages, overlaps.

use super::*;
use crate::analysis::loss::advice::{candidates, changed};
use crate::analysis::loss::{Advice, Ages};
use crate::model::Via;

fn advise(copies: &str, name: &str, at_most: &str, event: LossEvent) -> String {
    let model = model(copies, "");
    let engine = LossEngine::new(&model);
    match engine.advise(copy(&model, name), at_most.parse().unwrap(), event) {
        Advice::Fine => "fine".into(),
        Advice::Change { copy, change, worst } => {
            format!("{}: {} -> {worst}", model.copies[copy].name, change.yaml())
        }
        Advice::OutOfReach { floor, takes_at_most } => {
            format!("{} {}", floor.unwrap_or_default(), takes_at_most.unwrap_or_default())
        }
    }
}

fn over_loss(copies: &str, at_most: &str) -> String {
    advise(copies, "x", at_most, LossEvent::Destroyed)
}

#[test]
fn the_longest_interval_that_would_do() {
    let daily = r#"x: {schedule: "0 2 * * *", takes: 1h, to: vault}"#;
    assert_eq!(over_loss(daily, "25h"), "fine");
    assert_eq!(over_loss(daily, "24h"), "x: schedule: \"0 2-23/12 * * *\" -> 13h");
    assert_eq!(over_loss(daily, "7h"), "x: schedule: \"0 2-23/6 * * *\" -> 7h");
    assert_eq!(over_loss(daily, "2h"), "x: schedule: \"0 * * * *\" -> 2h");
    // Its transfer takes an hour: no shorter interval, so two hours is the least.
    assert_eq!(over_loss(daily, "1h 59m"), "2h 0s");
    assert_eq!(over_loss("x: {every: 1d, takes: 1h, to: vault}", "8h"), "x: every: 6h -> 7h");
    assert_eq!(
        over_loss("x: {schedule: \"0 2 * * *\", takes: 30m, to: vault}", "24h 10m"),
        "x: schedule: \"0 2-23/12 * * *\" -> 12h 30m"
    );
    let weekdays = r#"x: {schedule: "0 2 * * 1-5", takes: 1h, to: vault}"#;
    assert_eq!(over_loss(weekdays, "30h"), "x: schedule: \"0 2 * * *\" -> 1d 1h");
}

#[test]
fn utc_where_only_the_clock_is_to_blame() {
    let madrid = r#"x: {schedule: "30 2 * * *", timezone: Europe/Madrid, takes: 1h, to: vault}"#;
    assert_eq!(over_loss(madrid, "25h"), "x: timezone: UTC -> 1d 1h");
    assert_eq!(over_loss(madrid, "13h"), "x: schedule: \"30 2-23/12 * * *\" and timezone: UTC -> 13h");
    let quarters = r#"x: {schedule: "*/15 * * * *", timezone: Europe/Madrid, takes: 0s, to: vault}"#;
    assert_eq!(over_loss(quarters, "15m"), "x: timezone: UTC -> 15m");
}

#[test]
fn the_copy_that_it_is_made_from_may_be_the_one_to_change() {
    let triggered = "n: {every: 1d, takes: 1h, to: vault}\nx: {after: n, takes: 1h, to: vault}";
    assert_eq!(over_loss(triggered, "10h"), "n: every: 8h -> 10h");
    let weekly = "n: {every: 1d, takes: 1h, to: vault}\nx: {after: n, every: 1w, takes: 1h, to: vault}";
    assert_eq!(over_loss(weekly, "3d"), "x: every: 2d -> 2d 2h");
}

#[test]
fn more_is_kept_where_the_last_clean_point_is_thrown_away() {
    let short = "x: {every: 1d, takes: 1h, keep: {last: 7}, to: vault}";
    let event = LossEvent::Corrupted { detection: "10d".parse().unwrap() };
    // Eleven are at least 10 days and the transfer apart.
    assert_eq!(advise(short, "x", "24h", event), "x: keep: {last: 11} beside the other rules -> 1d");
}

#[test]
fn ages_surely_there() {
    let ages = |copies: &str| {
        let model = model(copies, "");
        let Ages { youngest, oldest } = LossEngine::new(&model).ages(copy(&model, "x"));
        format!(
            "{} to {}",
            youngest.map_or("none".into(), |a| a.to_string()),
            oldest.map_or("any".into(), |a| a.to_string())
        )
    };
    assert_eq!(ages("x: {every: 12h, keep: {last: 4}, to: vault}"), "12h to 1d 12h");
    assert_eq!(ages("x: {every: 12h, to: vault}"), "12h to any");
    assert_eq!(ages(r#"x: {schedule: "0 */6 * * *", takes: 0s, keep: {last: 4, daily: 7}, to: vault}"#), "6h to 5d 6h");
    // Three years by the newest of each: on the first run of a new year the oldest is that of two years' ends before.
    assert_eq!(ages(r#"x: {schedule: "0 2 * * *", takes: 0s, keep: {daily: 7, yearly: 3}, to: vault}"#), "1d to 366d");
    let study = "mirror: {every: 12h, keep: {last: 4}, to: vault}
        backup: {after: mirror, every: 1w, hold: 1h, takes: 48h, keep: {last: 4}, to: vault}
        x: {after: backup, every: 4w, hold: 4w 12h, takes: 24h, keep: {last: 39}, to: vault}";
    assert_eq!(ages(study), "59d 13h to 1095d 13h");
}

#[test]
fn runs_that_meet() {
    let overlap = |copies: &str| {
        let model = model(copies, "");
        LossEngine::new(&model)
            .overlap(copy(&model, "x"))
            .map(|overlap| (overlap.gap.to_string(), overlap.takes.to_string()))
    };
    assert_eq!(overlap("x: {every: 1h, takes: 1h, hold: 5h, to: vault}"), None);
    assert_eq!(overlap("x: {every: 1h, takes: 61m, to: vault}"), Some(("1h".into(), "1h 1m".into())));
    // 6-hourly in Madrid: 5 h apart on a Sunday in March.
    let spring = r#"x: {schedule: "0 */6 * * *", timezone: Europe/Madrid, takes: 5h 30m, to: vault}"#;
    assert_eq!(overlap(spring), Some(("5h".into(), "5h 30m".into())));
    // The first completion in each 12 h of one every 5 h: 10 h or 15 h apart.
    let first = "n: {every: 5h, to: vault}\nx: {after: n, every: 12h, takes: 11h, to: vault}";
    assert_eq!(overlap(first), Some(("10h".into(), "11h".into())));
}

/// A number of `0..bound` that looks random, from a generator of Marsaglia (Journal of Statistical Software, 2003).
fn below(state: &mut u64, bound: u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state % bound
}

fn pick<'t>(state: &mut u64, from: &[&'t str]) -> &'t str {
    from[below(state, from.len() as u64) as usize]
}

/// One to three copies, some made from others, some with retention.
fn random_copies(state: &mut u64) -> String {
    let mut copies = String::new();
    for number in 0..1 + below(state, 3) {
        let (hour, minute) = (below(state, 24), below(state, 12) * 5);
        let zone = pick(state, &["UTC", "Europe/Madrid", "America/New_York", "Asia/Kolkata"]);
        let timing = match below(state, 7) {
            0 | 1 => format!("schedule: \"{minute} {hour} * * *\", timezone: {zone}"),
            2 => format!("schedule: \"{minute} {hour} * * {}\", timezone: {zone}", below(state, 7)),
            3 => format!("schedule: \"{minute} */{} * * *\", timezone: {zone}", 2 + below(state, 10)),
            4 => format!("every: {}h", 1 + below(state, 60)),
            5 => format!(
                "every: {}h, anchor: 2026-01-0{}T0{}:00:00Z",
                1 + below(state, 60),
                1 + below(state, 9),
                below(state, 10)
            ),
            _ if number > 0 => format!("after: c{}, every: {}h", below(state, number), 12 + below(state, 60)),
            _ => "every: 1d".to_owned(),
        };
        let from = match below(state, 4) {
            0 if number > 0 && !timing.contains("after") => format!("from: c{}, ", below(state, number)),
            _ => String::new(),
        };
        let keep = pick(state, &["", "", "keep: {last: 5}, ", "keep: {daily: 7}, ", "keep: {last: 2, weekly: 3}, "]);
        let takes = pick(state, &["0s", "10m", "1h", "5h"]);
        copies += &format!("c{number}: {{{timing}, {from}{keep}takes: {takes}, to: vault}}\n");
    }
    copies.trim_end().to_owned()
}

/// What survives in each of the events asked about: all copies.
fn cases(model: &Model, state: &mut u64) -> Vec<Remains> {
    let dataset = model.datasets.ids().next().unwrap();
    let detection = Seconds([3_600, 86_400, 3 * 86_400][below(state, 3) as usize]);
    let events = match below(state, 3) {
        0 => vec![DataEvent::Destroyed],
        1 => vec![DataEvent::Corrupted { detection }],
        _ => vec![DataEvent::Destroyed, DataEvent::Corrupted { detection }],
    };
    let copies = &model.datasets[dataset].copies;
    events.into_iter().map(|event| Remains { dataset, copies: copies.clone(), replicas: Vec::new(), event }).collect()
}

fn worst_of(model: &Model, cases: &[Remains]) -> Option<Seconds> {
    let engine = LossEngine::new(model);
    cases.iter().map(|case| engine.explain(case).worst).try_fold(Seconds::ZERO, |most, worst| Some(most.max(worst?)))
}

/// The worst of all cases with a change made to the model itself.
fn worst_with(text: &str, cases: &[Remains], at: CopyId, change: &Change) -> Option<Seconds> {
    let mut model = model(text, "");
    model.copies[at] = changed(&model, at, change)?;
    worst_of(&model, cases)
}

#[test]
fn advice_among_copies_mends_and_the_next_step_back_does_not() {
    let mut state = 0x9e37_79b9_7f4a_7c15;
    let (mut intervals, mut schedules) = (0, 0);
    for _ in 0..40 {
        let text = random_copies(&mut state);
        let model = model(&text, "");
        let cases = cases(&model, &mut state);
        let engine = LossEngine::new(&model);
        let losses: Vec<Loss> = cases.iter().map(|case| engine.explain(case)).collect();
        let worst = worst_of(&model, &cases);
        let share = 20 + below(&mut state, 75);
        let at_most = Seconds(worst.map_or(5 * 86_400, |worst| worst.0 * share / 100));
        let asked = losses.iter().find_map(|loss| match loss.via {
            Some(Via::Copy(copy)) => Some(copy),
            _ => None,
        });
        let copy = asked.unwrap_or(CopyId::from_index(0));
        let refs: Vec<&Remains> = cases.iter().collect();
        let given = engine.advise_among(copy, at_most, &refs);
        let Advice::Change { copy: at, change, worst: promised } = &given else { continue };
        let found = worst_with(&text, &cases, *at, change);
        let told =
            format!("{change:?} at {at:?} for {copy:?}, at most {at_most:?}, of {worst:?}, cases {cases:?}\n{text}");
        // Where no single change is enough for all cases, that for the worst of them is given.
        if found.is_none_or(|found| found > at_most) {
            let each = cases.iter().filter(|case| {
                worst_with(&text, std::slice::from_ref(case), *at, change).is_some_and(|worst| worst <= at_most)
            });
            assert!(cases.len() > 1 && each.count() > 0, "does not mend: {found:?}, {told}");
            continue;
        }
        assert!(found <= Some(*promised), "{found:?} is more than {promised:?}: {told}");
        let back = match change {
            Change::KeepLast(count) => count.checked_sub(1).filter(|less| *less > 0).map(Change::KeepLast),
            _ => {
                let steps = candidates(&model.copies[*at]);
                let place = steps.iter().position(|step| step == change).unwrap();
                place.checked_sub(1).map(|before| steps[before].clone())
            }
        };
        schedules += usize::from(matches!(change, Change::Schedule { .. } | Change::InUtc));
        intervals += usize::from(matches!(change, Change::Every(_)));
        if let Some(back) = back {
            let less = worst_with(&text, &cases, *at, &back);
            assert!(less.is_none_or(|less| less > at_most), "{back:?} would do: {less:?}, {told}");
        }
    }
    assert!(intervals > 5 && schedules > 5, "{intervals} {schedules}");
}

#[test]
fn others_make_up_for_a_longer_interval() {
    let at = |name: &str, hour: u32| format!("{name}: {{schedule: \"0 {hour} * * *\", takes: 0s, to: vault}}");
    let model = model(&[at("a", 2), at("b", 8), at("c", 20)].join("\n"), "");
    let engine = LossEngine::new(&model);
    let dataset = model.datasets.ids().next().unwrap();
    let (copies, eight) = (model.datasets[dataset].copies.clone(), "8h".parse().unwrap());
    let all = Remains { dataset, copies, replicas: Vec::new(), event: DataEvent::Destroyed };
    assert_eq!(engine.explain(&all).worst, Some("12h".parse().unwrap()));
    let yaml = |advice: Advice| match advice {
        Advice::Change { change, worst, .. } => format!("{} -> {worst}", change.yaml()),
        other => format!("{other:?}"),
    };
    // Alone it takes a run every eight hours; with those at 08:00 and 20:00, 02:00 and 14:00 are enough.
    assert_eq!(
        yaml(engine.advise(copy(&model, "a"), eight, LossEvent::Destroyed)),
        "schedule: \"0 2-23/8 * * *\" -> 8h"
    );
    assert_eq!(yaml(engine.advise_among(copy(&model, "a"), eight, &[&all])), "schedule: \"0 2-23/12 * * *\" -> 6h");
}
