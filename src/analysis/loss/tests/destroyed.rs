//! The live data destroyed.

use super::*;

#[test]
fn one_schedule_is_gap_and_hold_and_transfer() {
    let cases = [
        (r#"n: {schedule: "0 2 * * *", takes: 1h, to: vault}"#, "25 h"),
        (r#"n: {schedule: "0 2 * * *", takes: 1h, hold: 30m, to: vault}"#, "25 h 30 m"),
        ("n: {every: 6h, takes: 10m, to: vault}", "6 h 10 m"),
        ("n: {every: 6h, anchor: 2026-01-01T02:00:00Z, takes: 10m, to: vault}", "6 h 10 m"),
        (r#"n: {schedule: "0 2 * * 1-5", takes: 1h, to: vault}"#, "73 h (3 d 1 h)"),
        (r#"n: {schedule: "0 0 29 2 *", takes: 0s, to: vault}"#, "70104 h (2921 d)"),
        (r#"n: {schedule: "0 0 31 * *", takes: 0s, to: vault}"#, "1464 h (61 d)"),
        (r#"n: {schedule: "*-*-* *:*:00", takes: 5s, to: vault}"#, "1 m 05 s"),
        (r#"n: {schedule: "0 0 30 2 *", takes: 0s, to: vault}"#, "NeverRuns"),
        ("n: {once: 2026-03-01, to: vault}", "Ageing"),
        (r#"n: {schedule: "2026-*-* 02:00", takes: 1h, to: vault}"#, "Ageing"),
    ];
    for (copy, expected) in cases {
        assert_eq!(worst(copy), expected, "{copy}");
    }
}

#[test]
fn daylight_saving_takes_a_run_or_stretches_a_day() {
    let madrid =
        |schedule: &str| format!(r#"n: {{schedule: "{schedule}", timezone: Europe/Madrid, takes: 0s, to: vault}}"#);
    assert_eq!(worst(&madrid("30 2 * * *")), "47 h");
    assert_eq!(worst(&madrid("*/15 * * * *")), "1 h 15 m");
    assert_eq!(worst(&madrid("0 5 * * *")), "25 h");
    let cron = r#"n: {schedule: "30 2 * * *", timezone: Europe/Madrid, scheduler: cron, takes: 0s, to: vault}"#;
    assert_eq!(worst(cron), "25 h");
}

#[test]
fn the_worst_moment_is_told_in_local_time() {
    let model = model(r#"nightly: {schedule: "30 2 * * *", timezone: Europe/Madrid, takes: 1h, to: vault}"#, "");
    let loss = destroyed(&model, &["nightly"]);
    let dataset = model.datasets.ids().next().unwrap();
    assert_eq!(text(&loss), "48 h");
    let moment = loss.moment_text(&model, dataset).unwrap();
    assert_eq!(moment, "Monday 2026-03-30 03:29:59 Europe/Madrid, just before nightly completes");
    assert_eq!(loss.worst_at.as_ref().unwrap().rfc3339(), "2026-03-30T03:29:59+02:00");
    assert_eq!(sum(&model, &loss), "47 h longest interval of nightly + 1 h transfer of nightly");
    let address = loss.derivation.terms[1].address(&model, dataset).unwrap();
    assert_eq!(address, "components.db.data.main.copies.nightly.takes");
}

#[test]
fn a_copy_of_a_copy_reads_the_newest_complete_point() {
    // The nightly of 02:00 is complete at 03:00; the run of 02:30 reads the one of the day before.
    let late = "n: {schedule: \"0 2 * * *\", takes: 1h, to: vault}\nx: {from: n, schedule: \"30 2 * * *\", takes: 10m, to: vault}";
    let chained = model(late, "");
    assert_eq!(text(&destroyed(&chained, &["x"])), "48 h 40 m");
    let loss = destroyed(&chained, &["x"]);
    assert_eq!(
        sum(&chained, &loss),
        "24 h longest interval of x + 10 m transfer of x + 24 h 30 m age of the point that x reads"
    );
    let fresh = "n: {schedule: \"0 2 * * *\", takes: 1h, to: vault}\nx: {from: n, schedule: \"0 3 * * *\", takes: 10m, to: vault}";
    assert_eq!(text(&destroyed(&model(fresh, ""), &["x"])), "25 h 10 m");
    let triggered =
        "n: {schedule: \"0 2 * * *\", takes: 1h, to: vault}\nx: {after: n, takes: 10m, hold: 5m, to: vault}";
    assert_eq!(text(&destroyed(&model(triggered, ""), &["x"])), "25 h 15 m");
}

#[test]
fn known_clocks_above_an_unknown_one_are_known_to_each_other() {
    // x of midnight reads the b of the day before, that of this night is complete at 01:00. When x of 06:00 completes at
    // 06:10, what was there before is of 00:00 of yesterday, 30 h 10 m ago, and `a` may have been 16 h old by then.
    let copies = "a: {every: 16h, takes: 0s, to: vault}\nb: {from: a, schedule: \"0 0 * * *\", takes: 1h, to: vault}\n\
                  x: {from: b, schedule: \"0 0,6,12,18 * * *\", takes: 10m, to: vault}";
    let chained = model(copies, "");
    let loss = destroyed(&chained, &["x"]);
    assert_eq!(text(&loss), "46 h 10 m");
    assert_eq!(
        sum(&chained, &loss),
        "6 h longest interval of x + 10 m transfer of x + 24 h age of the point that x reads + 16 h longest interval of a"
    );
}

#[test]
fn copies_of_known_phase_help_each_other() {
    let two = "a: {schedule: \"0 2 * * *\", takes: 1h, to: vault}\nb: {schedule: \"0 14 * * *\", takes: 1h, to: vault}";
    assert_eq!(worst(two), "13 h");
    let unknown = "a: {every: 1d, takes: 1h, to: vault}\nb: {every: 1d, takes: 2h, to: vault}";
    assert_eq!(worst(unknown), "25 h");
    let mixed = "a: {schedule: \"0 2 * * *\", takes: 1h, to: vault}\nb: {every: 20h, takes: 2h, to: vault}";
    assert_eq!(worst(mixed), "22 h");
    // 04:00 in Madrid is 03:00 UTC in winter, 15 h after noon, and 02:00 in summer.
    let zones = "a: {schedule: \"0 4 * * *\", timezone: Europe/Madrid, takes: 0s, to: vault}\nb: {schedule: \"0 12 * * *\", takes: 0s, to: vault}";
    assert_eq!(worst(zones), "15 h");
    // The first fails to run at 02:30 when clocks go forward; the second fills in.
    let filled = "a: {schedule: \"30 2 * * *\", timezone: Europe/Madrid, takes: 0s, to: vault}\nb: {schedule: \"30 14 * * *\", timezone: Europe/Madrid, takes: 0s, to: vault}";
    assert_eq!(worst(filled), "23 h");
    let anchored = "a: {every: 12h, anchor: 2026-01-01T00:00:00Z, takes: 1h, to: vault}\nb: {every: 12h, anchor: 2026-01-01T05:00:00Z, takes: 1h, to: vault}";
    assert_eq!(worst(anchored), "8 h");
}

#[test]
fn a_union_tells_both_copies() {
    let two = "a: {schedule: \"0 2 * * *\", takes: 1h, to: vault}\nb: {schedule: \"0 16 * * *\", takes: 1h, to: vault}";
    let model = model(two, "");
    let loss = destroyed(&model, &["a", "b"]);
    assert_eq!(text(&loss), "15 h");
    assert_eq!(sum(&model, &loss), "14 h from the newest point left to the next run of b + 1 h transfer of b");
    assert_eq!(loss.via, Some(crate::model::Via::Copy(copy(&model, "a"))));
    assert_eq!(loss.derivation.alternatives.len(), 2);
    assert_eq!(loss.derivation.alternatives[0].worst, Some("25h".parse().unwrap()));
}

#[test]
fn a_stream_needs_its_base() {
    let copies = "n: {schedule: \"0 2 * * *\", takes: 1h, to: vault}\nwal: {continuous: 1m, base: n, to: vault}";
    let model = model(copies, "");
    assert_eq!(text(&destroyed(&model, &["n", "wal"])), "1 m");
    assert_eq!(text(&destroyed(&model, &["wal"])), "NoBase");
    let engine = LossEngine::new(&model);
    assert_eq!(engine.base_age(copy(&model, "wal")), Some("25h".parse().unwrap()));
    assert_eq!(engine.base_age(copy(&model, "n")), None);
}

#[test]
fn missed_runs_take_the_newest_points() {
    let tolerant = "objective: {rpo: 1d, tolerates_missed_runs: 1}";
    let case = |copies: &str| {
        let model = model(copies, tolerant);
        let names: Vec<String> = model.copies.values().map(|copy| copy.name.clone()).collect();
        text(&destroyed(&model, &names.iter().map(String::as_str).collect::<Vec<_>>()))
    };
    assert_eq!(case(r#"n: {schedule: "0 2 * * *", takes: 1h, to: vault}"#), "49 h");
    assert_eq!(case("n: {every: 6h, takes: 1h, to: vault}"), "13 h");
    // Each of the two loses its newest.
    let two = "a: {schedule: \"0 2 * * *\", takes: 0s, to: vault}\nb: {schedule: \"0 14 * * *\", takes: 0s, to: vault}";
    assert_eq!(case(two), "36 h");
    // 02:30 on a Sunday in March does not exist: 47 h and a day more.
    assert_eq!(case(r#"n: {schedule: "30 2 * * *", timezone: Europe/Madrid, takes: 0s, to: vault}"#), "71 h");
}

#[test]
fn data_that_never_changes_loses_nothing() {
    let text_of = |copies: &str| {
        let spec = format!(
            "drplan: 1\nsystem: {{name: t}}\nlocations: {{a: {{kind: site}}}}\nstores: {{vault: {{at: a, technology: shelf, parameters: {{}}}}}}\n\
             components:\n  db:\n    technology: thing\n    parameters: {{}}\n    data:\n      main:\n        size: 1 GiB\n        change: none\n        copies: {copies}\n"
        );
        let model = read(&spec);
        (text(&destroyed(&model, &["n"])), text(&destroyed(&model, &[])))
    };
    assert_eq!(text_of("{n: {once: 2026-03-01, to: vault}}"), ("0 s".into(), "NoCopy".into()));
    assert_eq!(text_of("{n: {every: 1w, to: vault}}"), ("0 s".into(), "NoCopy".into()));
}

#[test]
fn replicas_count_with_their_lags() {
    let component = |replication: &str, instances: &str| {
        read(&format!(
            "drplan: 1\nsystem: {{name: t}}\nlocations: {{a: {{kind: site}}}}\ncomponents:\n  db:\n    technology: thing\n    parameters: {{}}\n\
             \x20   replication: {replication}\n    instances: {instances}\n    data: {{main: {{size: 1 GiB}}}}\n"
        ))
    };
    let ask = |model: &Model, names: &[&str]| {
        let replicas: Vec<InstanceId> =
            model.instances.iter().filter(|(_, i)| names.contains(&i.name.as_str())).map(|(id, _)| id).collect();
        let query = LossQuery {
            dataset: model.datasets.ids().next().unwrap(),
            copies: &[],
            replicas: &replicas,
            event: LossEvent::Destroyed,
        };
        text(&LossEngine::new(model).worst(&query))
    };
    let three = "{p: {at: a, role: primary}, s: {at: a, role: standby}, f: {at: a, role: standby, from: s, lag: 2m}}";
    let model = component("{mode: async, lag: 30s}", three);
    assert_eq!(ask(&model, &["s"]), "30 s");
    assert_eq!(ask(&model, &["f"]), "2 m 30 s");
    assert_eq!(ask(&model, &["s", "f"]), "30 s");
    assert_eq!(
        ask(&component("{mode: sync}", "{p: {at: a, role: primary}, s: {at: a, role: standby}}"), &["s"]),
        "0 s"
    );
}

/// The case study of Keeton & Merchant: what is known of it by many hands.
#[test]
fn keeton_and_merchant() {
    let baseline = "mirror: {every: 12h, keep: {last: 4}, to: vault}
        backup: {after: mirror, every: 1w, hold: 1h, takes: 48h, keep: {last: 4}, to: vault}
        vaulted: {after: backup, every: 4w, hold: 4w 12h, takes: 24h, keep: {last: 39}, to: vault}";
    let spec = model(baseline, "");
    assert_eq!(text(&destroyed(&spec, &["mirror", "backup", "vaulted"])), "12 h");
    assert_eq!(text(&destroyed(&spec, &["backup", "vaulted"])), "217 h (9 d 1 h)");
    assert_eq!(text(&destroyed(&spec, &["vaulted"])), "1429 h (59 d 13 h)");
    let terms = "672 h (28 d) longest interval of vaulted + 1 h hold of backup + 48 h transfer of backup + \
                 684 h (28 d 12 h) hold of vaulted + 24 h transfer of vaulted";
    assert_eq!(sum(&spec, &destroyed(&spec, &["vaulted"])), terms);

    let independent = "mirror: {every: 12h, to: vault}
        backup: {from: mirror, every: 1w, hold: 1h, takes: 48h, to: vault}
        vaulted: {from: backup, every: 4w, hold: 4w 12h, takes: 24h, to: vault}";
    let spec = model(independent, "");
    assert_eq!(text(&destroyed(&spec, &["backup"])), "229 h (9 d 13 h)");
    assert_eq!(text(&destroyed(&spec, &["vaulted"])), "1609 h (67 d 1 h)");

    let weekly = "mirror: {every: 12h, to: vault}
        backup: {after: mirror, every: 1w, hold: 1h, takes: 48h, to: vault}
        vaulted: {after: backup, every: 1w, hold: 12h, takes: 24h, to: vault}";
    let spec = model(weekly, "");
    assert_eq!(text(&destroyed(&spec, &["vaulted"])), "253 h (10 d 13 h)");

    let daily = "mirror: {every: 12h, to: vault}
        backup: {after: mirror, every: 1d, hold: 1h, takes: 12h, to: vault}
        vaulted: {after: backup, every: 1w, hold: 12h, takes: 24h, to: vault}";
    let spec = model(daily, "");
    assert_eq!(text(&destroyed(&spec, &["backup"])), "37 h");
    assert_eq!(text(&destroyed(&spec, &["vaulted"])), "217 h (9 d 1 h)");

    assert_eq!(worst("batches: {every: 1m, takes: 1m, to: vault}"), "2 m");
}

#[test]
fn only_the_first_completion_in_each_interval() {
    // Completions every 5 h; the first in each 12 h are 10 h or 15 h apart.
    assert_eq!(worst_of("m: {every: 5h, to: vault}\nx: {after: m, every: 12h, to: vault}"), "15 h");
    // Weekly after a nightly: the window may begin anywhere.
    let weekly = "n: {schedule: \"0 2 * * *\", takes: 1h, to: vault}\nx: {after: n, every: 1w, takes: 2h, to: vault}";
    assert_eq!(worst_of(weekly), "171 h (7 d 3 h)");
    // With clocks that change: 02:00 to 02:00 a week later is an hour less or more, and just too early it waits for a day.
    let madrid = "n: {schedule: \"0 4 * * *\", timezone: Europe/Madrid, takes: 1h, to: vault}\nx: {after: n, every: 1w, takes: 2h, to: vault}";
    assert_eq!(worst_of(madrid), "194 h (8 d 2 h)");
    let anchored = "n: {schedule: \"0 2 * * *\", takes: 1h, to: vault}\nx: {after: n, every: 1w, anchor: 2026-01-05T00:00:00Z, takes: 2h, to: vault}";
    assert_eq!(worst_of(anchored), "171 h (7 d 3 h)");
}

/// The worst case of the copy `x` alone.
fn worst_of(copies: &str) -> String {
    text(&destroyed(&model(copies, ""), &["x"]))
}
