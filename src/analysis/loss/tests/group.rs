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
