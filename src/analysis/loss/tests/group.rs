//! Consistency groups.

use super::*;
use crate::analysis::losses::{DataEvent, GroupRemains, Remains};

/// The joint loss of `a.main` and `b.main` with the copies given, all of which survive.
fn joint(a: &str, b: &str, event: DataEvent) -> String {
    let spec = format!(
        "drplan: 1\nsystem: {{name: t}}\nlocations: {{l: {{kind: site}}}}\nstores: {{vault: {{at: l, technology: shelf, parameters: {{}}}}}}\n\
         components:\n  a: {{technology: thing, parameters: {{}}, data: {{main: {{size: 1 GiB, copies: {a}}}}}}}\n\
         \x20 b: {{technology: thing, parameters: {{}}, data: {{main: {{size: 1 GiB, copies: {b}}}}}}}\n"
    );
    let model = read(&spec);
    let members: Vec<GroupRemains> = model
        .datasets
        .iter()
        .map(|(id, dataset)| GroupRemains {
            remains: Remains { dataset: id, copies: dataset.copies.clone(), replicas: Vec::new(), event },
            intact: false,
        })
        .collect();
    let loss = LossEngine::new(&model).group(&members);
    loss.worst.map_or_else(|| format!("{:?}", loss.reason), |worst| worst.to_string())
}

#[test]
fn points_of_the_same_second_are_common() {
    let nightly = |takes: &str| format!("{{n: {{schedule: \"0 2 * * *\", takes: {takes}, to: vault}}}}");
    assert_eq!(joint(&nightly("1h"), &nightly("3h"), DataEvent::Destroyed), "1d 3h");
    let late = "{n: {schedule: \"0 3 * * *\", takes: 1h, to: vault}}";
    assert_eq!(joint(&nightly("1h"), late, DataEvent::Destroyed), "NoCommonInstant");
    let weekly = "{n: {schedule: \"0 2 * * 0\", takes: 1h, to: vault}}";
    assert_eq!(joint(&nightly("1h"), weekly, DataEvent::Destroyed), "7d 1h");
    // Every six and every nine hours meet every eighteen hours of a day of six-hour points: at 00:00 and 18:00.
    let sixes = "{n: {schedule: \"0 */6 * * *\", to: vault}}";
    let nines = "{n: {schedule: \"0 */9 * * *\", to: vault}}";
    assert_eq!(joint(sixes, nines, DataEvent::Destroyed), "18h");
}

#[test]
fn streams_roll_forward_to_each_other() {
    let stream = |lag: &str| {
        format!("{{n: {{schedule: \"0 2 * * *\", to: vault}}, w: {{continuous: {lag}, base: n, to: vault}}}}")
    };
    assert_eq!(joint(&stream("1m"), &stream("5m"), DataEvent::Destroyed), "5m");
    let nightly = "{n: {schedule: \"0 4 * * *\", takes: 1h, to: vault}}";
    assert_eq!(joint(&stream("5m"), nightly, DataEvent::Destroyed), "1d 1h");
    let quick = "{n: {schedule: \"0 4 * * *\", takes: 0s, to: vault}}";
    assert_eq!(joint(&stream("5m"), quick, DataEvent::Destroyed), "1d 5m");
    let unknown = "{n: {every: 1d, takes: 1h, to: vault}}";
    assert_eq!(joint(&stream("5m"), unknown, DataEvent::Destroyed), "1d 1h");
    assert_eq!(joint(unknown, unknown, DataEvent::Destroyed), "NoCommonInstant");
}

#[test]
fn corruption_of_a_group() {
    let nightly = "{n: {schedule: \"0 2 * * *\", takes: 1h, keep: {last: 3}, to: vault}}";
    let event = |detection: &str| DataEvent::Corrupted { detection: detection.parse().unwrap() };
    assert_eq!(joint(nightly, nightly, event("1d")), "1d");
    assert_eq!(joint(nightly, nightly, event("3d")), "NoCommonInstant");
}

#[test]
fn who_goes_back_finds_what_retention_has_left() {
    let hourly = |keep: &str| format!("{{n: {{schedule: \"0 * * * *\", takes: 0s, keep: {{{keep}}}, to: vault}}}}");
    let nightly = "{n: {schedule: \"0 2 * * *\", takes: 1h, to: vault}}";
    // Just before the next night completes at 03:00, the point of 02:00 must be 25 h old: the 25th of the hourly ones.
    assert_eq!(joint(&hourly("last: 25"), nightly, DataEvent::Destroyed), "1d 1h");
    assert_eq!(joint(&hourly("last: 24"), nightly, DataEvent::Destroyed), "NoCommonInstant");
    assert_eq!(joint(&hourly("last: 1, daily: 2"), nightly, DataEvent::Destroyed), "NoCommonInstant");
    let stream = |keep: &str| {
        let base = format!("n: {{schedule: \"0 * * * *\", takes: 0s, keep: {{{keep}}}, to: vault}}");
        format!("{{{base}, w: {{continuous: 1m, base: n, to: vault}}}}")
    };
    // A stream is replayed onto a point that is as old as the instant.
    assert_eq!(joint(&stream("last: 25"), nightly, DataEvent::Destroyed), "1d 1h");
    assert_eq!(joint(&stream("last: 24"), nightly, DataEvent::Destroyed), "NoCommonInstant");
    assert_eq!(joint(&stream("last: 1, daily: 2"), nightly, DataEvent::Destroyed), "NoCommonInstant");
    assert_eq!(joint(&stream("last: 1, daily: 3"), nightly, DataEvent::Destroyed), "1d 1h");
    let unknown = "{n: {every: 1d, takes: 1h, to: vault}}";
    assert_eq!(joint(&stream("last: 26"), unknown, DataEvent::Destroyed), "1d 1h");
    assert_eq!(joint(&stream("last: 25"), unknown, DataEvent::Destroyed), "NoCommonInstant");
}

#[test]
fn what_never_meets_is_known_by_its_rhythm() {
    let at = |timing: &str| format!("{{n: {{{timing}, takes: 1h, to: vault}}}}");
    let nightly = at("schedule: \"5 2 * * *\"");
    assert_eq!(joint(&nightly, &at("schedule: \"*/10 * * * *\""), DataEvent::Destroyed), "NoCommonInstant");
    assert_eq!(
        joint(&nightly, &at("every: 1h, anchor: 2026-01-01T00:55:00Z"), DataEvent::Destroyed),
        "NoCommonInstant"
    );
    assert_eq!(joint(&nightly, &at("every: 1h, anchor: 2026-01-01T00:05:00Z"), DataEvent::Destroyed), "1d 1h");
    // Kathmandu is five hours and three quarters ahead: 08:00 there is 02:15.
    let nepal = at("schedule: \"0 8 * * *\", timezone: Asia/Kathmandu");
    assert_eq!(joint(&nepal, &at("schedule: \"15 2 * * *\""), DataEvent::Destroyed), "1d 1h");
    assert_eq!(joint(&nepal, &at("schedule: \"0 2 * * *\""), DataEvent::Destroyed), "NoCommonInstant");
}
