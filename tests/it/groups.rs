//! Consistency groups in the numbers of an assessment: what the group loses, each member loses, untouched or not.
//!
//! All cases are computed by hand. The databases copy at 00:00, 06:00, 12:00 and 18:00 and take an hour; the invoices at 00:00,
//! 09:00 and 18:00, wait half an hour and take an hour and a half. Common instants are 00:00 and 18:00, usable two
//! hours later.

use serde_json::Value;
use std::fs;
use std::process::Command;

const SPEC: &str = r#"drplan: 1
system: {name: shop, timezone: UTC}
locations: {madrid: {kind: site}, valencia: {kind: site}, vigo: {kind: site}}
stores: {vault: {at: vigo, technology: restic, path: /srv/restic}}
objectives: {gold: {rto: 24h, rpo: 12h}}
components:
  db:
    technology: postgresql
    objective: gold
    instances: {db1: {at: madrid, role: primary}}
    data: {main: {size: 20 GiB, copies: {sixes: {schedule: "0 */6 * * *", takes: 1h, to: vault}}}}
    recovery: {to: [madrid, vigo], detect: 5m}
  invoices:
    technology: files
    instances: {files1: {at: valencia}}
    data: {files: {size: 5 GiB, copies: {nines: {schedule: "0 */9 * * *", hold: 30m, takes: 90m, to: vault}}}}
    recovery: {to: [valencia, vigo], detect: 5m}
consistency_groups: {orders: [db.main, invoices.files]}
"#;

fn run(spec: &str, command: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("drplan.yaml"), spec).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_drplan"))
        .args([command, ".", "--format", "json", "--as-of", "2026-11-21"])
        .current_dir(folder.path())
        .env_clear()
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn loss(spec: &str, scenario: &str, component: &str) -> Value {
    let found = run(spec, "assess");
    let results = found["results"].as_array().unwrap();
    let result = results.iter().find(|r| r["scenario"] == scenario && r["component"] == component);
    result.map(|result| result["data_loss"][0].clone()).unwrap_or_default()
}

/// The loss with its group and the sum, which has to add up.
fn told(spec: &str, scenario: &str, component: &str) -> String {
    let loss = loss(spec, scenario, component);
    let terms = loss["derivation"].as_array().cloned().unwrap_or_default();
    let sum: i64 = terms.iter().map(|term| term["seconds"].as_i64().unwrap()).sum();
    assert!(loss["worst_s"].is_null() || terms.is_empty() || loss["worst_s"] == sum, "{loss}");
    let terms: Vec<String> =
        terms.iter().map(|term| format!("{} {}", term["seconds"], term["label"].as_str().unwrap())).collect();
    format!("{} {}: {}", loss["worst_s"], loss["group"], terms.join(", "))
}

#[test]
fn every_member_loses_what_the_group_loses() {
    let sum = "64800 from one instant common to orders to the next, 1800 hold of nines, 5400 transfer of nines";
    for component in ["db", "invoices"] {
        for scenario in ["lose:db1", "lose:files1", "lose:madrid", "lose:valencia"] {
            assert_eq!(told(SPEC, scenario, component), format!("72000 \"orders\": {sum}"), "{scenario} {component}");
        }
        let noticed = format!("71700 \"orders\": {sum}, -300 what nines completes before the corruption is noticed");
        assert_eq!(told(SPEC, "corrupt:db.main", component), noticed, "{component}");
    }
    assert_eq!(loss(SPEC, "lose:db1", "invoices")["worst_at"], "2026-01-01T19:59:59Z");
    assert_eq!(loss(SPEC, "lose:vault", "db"), Value::Null, "nobody loses live data");
}

#[test]
fn streams_of_changes_bring_the_others_to_any_instant() {
    let spec =
        SPEC.replace("takes: 1h, to: vault}}", "takes: 1h, to: vault}, wal: {continuous: 1m, base: sixes, to: vault}}");
    // Alone the database loses a minute; with the invoices what they lose: 9 h + 30 m + 1 h 30 m.
    let sum = "32400 from one instant common to orders to the next, 1800 hold of nines, 5400 transfer of nines";
    assert_eq!(told(&spec, "lose:db1", "db"), format!("39600 \"orders\": {sum}"));
    // The invoices alone lose as much, and what is no more than that is told as before.
    assert_eq!(
        told(&spec, "lose:files1", "invoices"),
        "39600 null: 32400 longest interval of nines, 1800 hold of nines, 5400 transfer of nines"
    );
    let both = spec
        .replace("takes: 90m, to: vault}}", "takes: 90m, to: vault}, log: {continuous: 5m, base: nines, to: vault}}");
    assert_eq!(told(&both, "lose:db1", "db"), "300 \"orders\": 300 lag of log");
    assert_eq!(told(&both, "lose:files1", "invoices"), "300 null: 300 lag of log");
}

#[test]
fn without_a_common_instant_all_is_lost() {
    let never = SPEC.replace("0 */9 * * *", "30 */9 * * *");
    assert_eq!(told(&never, "lose:db1", "invoices"), "null \"orders\": ");
    let unknown = SPEC.replace("schedule: \"0 */9 * * *\"", "every: 9h");
    assert_eq!(told(&unknown, "lose:db1", "db"), "null \"orders\": ");
    // A replica that may be behind is at no known instant, and the copies count.
    let replica = SPEC
        .replace("db1: {at: madrid, role: primary}", "db1: {at: madrid, role: primary}, db2: {at: vigo, role: standby}")
        .replace(
            "    data: {main",
            "    replication: {mode: async, lag: 30s}\n    failover: {mode: manual, takes: 2m}\n    data: {main",
        );
    assert!(told(&replica, "lose:db1", "db").starts_with("72000 \"orders\": "), "{}", told(&replica, "lose:db1", "db"));
    let in_step = replica.replace("mode: async, lag: 30s", "mode: sync");
    assert_eq!(loss(&in_step, "lose:db1", "invoices"), Value::Null, "nothing is lost, nobody goes back");
}

#[test]
fn expectations_and_the_finding_read_the_same_number() {
    let expecting = |most: &str| {
        let wanted = format!(
            "expectations:\n  - {{scenario: \"lose:db1\", component: invoices, data_loss: {{at_most: {most}}}}}\n"
        );
        let found = run(&format!("{SPEC}{wanted}"), "validate");
        let findings = found["findings"].as_array().unwrap().clone();
        let named =
            |name: &str| findings.iter().find(|f| f["name"] == name).map(|f| f["message"].as_str().unwrap().to_owned());
        (named("expectation-failed"), named("group-rpo-unmet"), named("rpo-unmet"))
    };
    let (failed, group, alone) = expecting("20h");
    assert_eq!((failed, alone), (None, None), "alone it keeps its promise");
    assert_eq!(group.unwrap(), "`orders` loses up to 20 h together, and at most 12 h may be lost");
    let (failed, ..) = expecting("19h");
    assert_eq!(failed.unwrap(), "`invoices`: expected data loss at most 19 h, found 20 h");
}
