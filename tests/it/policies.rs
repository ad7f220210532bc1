//! Policies: an organisation's rules as data, with findings of their own names, places in both files, and mistakes that are
//! told. `DRPLAN_BLESS=1` rewrites the list of facts in docs/policies.md.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use drplan::policy::{Form, Subject};
use serde_json::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn drplan(folder: &Path, args: &[&str]) -> Output {
    let args = [args, &["--as-of", "2026-06-01"]].concat();
    Command::new(env!("CARGO_BIN_EXE_drplan")).args(args).current_dir(folder).env_clear().output().unwrap()
}

const SPEC: &str = r#"drplan: 1
system: {name: shop}
locations:
  cloud: {kind: provider}
  west: {kind: site, within: cloud}
  east: {kind: site, within: cloud}
  cellar: {kind: site}
stores:
  bucket: {at: east, technology: restic, path: /a}
  disk: {at: cellar, technology: restic, path: /b}
objectives:
  gold: {rto: 4h, rpo: 26h}
components:
  db:
    technology: postgresql
    objective: gold
    instances: {db1: {at: west, role: primary}}
    data:
      main:
        size: 20 GiB
        copies:
          near: {schedule: "0 2 * * *", timezone: UTC, takes: 1h, to: bucket, verify: {every: 180d}}
          far: {schedule: "0 4 * * *", timezone: UTC, takes: 1h, to: disk, verify: {every: 30d}}
    recovery: {to: [west, east], restore_rate: 100 MiB/s}
"#;

fn findings(policies: &str, spec: &str) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("drplan.yaml"), spec).unwrap();
    fs::write(folder.path().join("rules.yaml"), policies).unwrap();
    let output = drplan(folder.path(), &["validate", "--policy", "rules.yaml", "--format", "json"]);
    let json: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    json["findings"].as_array().unwrap().clone()
}

fn house_rules() -> String {
    fs::read_to_string(root().join("examples/policies/house-rules.yaml")).unwrap()
}

/// Names and addresses of the findings that are no check's.
fn broken(policies: &str, spec: &str) -> Vec<(String, String)> {
    let checks = drplan::check::names();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let found = findings(policies, spec).into_iter().map(|f| (text(&f["name"]), text(&f["address"])));
    found.filter(|(name, _)| !checks.contains(&name.as_str())).collect()
}

#[test]
fn the_rules_of_the_house_are_held() {
    let pair = |name: &str, address: &str| (name.to_owned(), address.to_owned());
    let near = "components.db.data.main.copies.near";
    let mut found = broken(&house_rules(), SPEC);
    found.sort();
    assert_eq!(
        found,
        [
            pair("copy-at-own-provider", near),
            pair("gold-in-two-sites", "components.db"),
            pair("restore-not-tried", near)
        ]
    );
    let better = SPEC
        .replace(
            "near: {schedule: \"0 2 * * *\", timezone: UTC, takes: 1h, to: bucket, verify: {every: 180d}}",
            "near: {schedule: \"0 2 * * *\", timezone: UTC, takes: 1h, to: disk, verify: {every: 90d}}",
        )
        .replace(
            "{db1: {at: west, role: primary}}",
            "{db1: {at: west, role: primary}, db2: {at: east, role: standby}}\n    replication: {mode: async, lag: 5s}",
        );
    assert_eq!(broken(&house_rules(), &better), []);
}

#[test]
fn a_policy_can_ask_what_the_analysis_found() {
    let rules = "drplan_policy: 1\npolicies:\n  quick:\n    for: result\n    message: back within a minute\n    severity: warning\n    where: {kind: [site-loss, instance-loss], impact: {not: none}}\n    require: {recovery: {at_most: 1m}, data_loss: {at_most: 0s}}\n";
    let found = findings(rules, SPEC);
    let quick: Vec<&Value> = found.iter().filter(|finding| finding["name"] == "quick").collect();
    assert_eq!(quick.len(), 1, "one finding for the scenarios of a component");
    assert_eq!(quick[0]["severity"], "warning");
    assert!(quick[0]["scenario"].is_string());
    let notes = quick[0]["notes"].to_string();
    assert!(notes.contains("`data_loss` is 23 h, and must be at most 0 s"), "{notes}");
}

#[test]
fn policies_are_waived_by_their_names() {
    let waiver =
        "waivers:\n  - {finding: gold-in-two-sites, on: components.db, until: 2027-01-01, owner: me, reason: budget}\n";
    let found = findings(&house_rules(), &format!("{SPEC}{waiver}"));
    let gold = found.iter().find(|finding| finding["name"] == "gold-in-two-sites").unwrap();
    assert_eq!(gold["waived"], true);
    assert!(found.iter().all(|finding| finding["name"] != "waiver-unused"));
}

#[test]
fn mistakes_in_policies_have_their_place() {
    let rule = |inside: &str| {
        format!("drplan_policy: 1\npolicies:\n  a-rule:\n    for: component\n    message: m\n    {inside}\n")
    };
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("drplan.yaml"), SPEC).unwrap();
    for (text, told, place) in [
        (rule("require: {instance_site: 2}"), "did you mean `instance_sites`?", "rules.yaml:6:15"),
        (rule("require: {same_site: false}"), "unknown key `same_site`", "rules.yaml:6:15"),
        (rule("require: {instances: many}"), "expected", "rules.yaml:6:26"),
        (rule("require: {rto: {at_most: 90 days}}"), "90 days", "rules.yaml:6:30"),
        (rule("require: {}"), "require", "rules.yaml:6"),
        (rule("where: {owner: dba}"), "`require` is missing", "rules.yaml:3"),
        (
            rule("require: {instances: 1}").replace("a-rule", "rpo-unmet"),
            "the name of a finding of drplan itself",
            "rules.yaml:3:3",
        ),
        (
            rule("require: {instances: 1}").replace("drplan_policy: 1", "drplan_policy: 2"),
            "drplan_policy",
            "rules.yaml:1",
        ),
        ("policies: [".to_owned(), "", "rules.yaml:1"),
    ] {
        fs::write(folder.path().join("rules.yaml"), &text).unwrap();
        let output = drplan(folder.path(), &["validate", "--policy", "rules.yaml"]);
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(complaint.contains(told) && complaint.contains(place), "{text}\n{complaint}");
    }
}

#[test]
fn the_example_holds_to_the_published_schema() {
    let schema: Value =
        serde_json::from_str(&fs::read_to_string(root().join("schemas/policy.schema.json")).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let yaml: Value = serde_yaml::from_str(&house_rules()).unwrap();
    assert!(validator.is_valid(&yaml), "{:?}", validator.iter_errors(&yaml).next().map(|e| e.to_string()));
    let wrong: Value = serde_yaml::from_str(&house_rules().replace("instance_sites", "same_site")).unwrap();
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn every_fact_is_documented() {
    let path = root().join("docs/policies.md");
    let page = fs::read_to_string(&path).unwrap();
    let mark = "<!-- facts -->\n";
    let head = page.split(mark).next().unwrap();
    let mut text = format!("{head}{mark}");
    for subject in Subject::ALL {
        let _ = write!(text, "\n### Of a {}\n\n| fact | form | meaning |\n| --- | --- | --- |\n", subject.as_str());
        for fact in drplan::policy::FACTS.iter().filter(|fact| fact.of == subject) {
            let form = match fact.form {
                Form::Word => "word",
                Form::Count => "count",
                Form::Time => "duration",
                Form::Flag => "`true` or `false`",
            };
            let _ = writeln!(text, "| `{}` | {form} | {} |", fact.name, fact.meaning);
        }
    }
    if std::env::var_os("DRPLAN_BLESS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap() == text,
        "docs/policies.md is out of date: run the tests with DRPLAN_BLESS=1"
    );
}
