//! The JSON of `validate`, `assess` and `graph`: valid by the published schemas, and with exactly the fields that tools
//! rely on, by name.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::drplan;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Specs with all that results can hold: the examples, and the first spec that anybody sees.
fn specs() -> Vec<PathBuf> {
    let mut found = vec![root().join("templates/init")];
    let mut open = vec![root().join("examples")];
    while let Some(next) = open.pop() {
        let folders = fs::read_dir(&next).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
        for folder in folders {
            if folder.join("drplan.yaml").is_file() { found.push(folder) } else { open.push(folder) }
        }
    }
    found.sort();
    found
}

fn output(command: &str, spec: &Path, more: &[&str]) -> Value {
    let fixed = [command, spec.to_str().unwrap(), "--format", "json", "--as-of", "2026-11-21"];
    let output = drplan(&[&fixed, more].concat());
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{command} {}: {error}: {output:?}", spec.display()))
}

fn is_valid(schema: &str, value: &Value) {
    let text = fs::read_to_string(root().join(format!("schemas/{schema}.schema.json"))).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{schema}: {errors:#?}");
}

/// Every object at a path (`results[].data_loss[]`) has these keys and no others; there is at least one in some output.
fn has_keys(outputs: &[Value], path: &str, keys: &[&str]) {
    let mut objects: Vec<&Value> = outputs.iter().collect();
    for step in path.split('.').filter(|step| !step.is_empty()) {
        let (key, each) = step.strip_suffix("[]").map_or((step, false), |key| (key, true));
        let children = objects.into_iter().map(|object| object.get(key).unwrap_or_else(|| panic!("{path}: no {key}")));
        objects = match each {
            true => children.flat_map(|list| list.as_array().unwrap()).collect(),
            false => children.filter(|child| !child.is_null()).collect(),
        };
    }
    assert!(!objects.is_empty(), "no example has {path}");
    let wanted: BTreeSet<&str> = keys.iter().copied().collect();
    for object in objects {
        let found: BTreeSet<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(found, wanted, "{path}");
    }
}

/// The values at a path that are text, each of them one of a list.
fn is_one_of(outputs: &[Value], list: &str, key: &str, allowed: &[&str]) {
    for object in outputs.iter().flat_map(|output| output[list].as_array().unwrap()) {
        let found = object[key].as_str().unwrap();
        assert!(allowed.contains(&found), "{list}.{key}: {found}");
    }
}

#[test]
fn findings_have_the_fields_of_the_contract() {
    let outputs: Vec<Value> = specs().iter().map(|spec| output("validate", spec, &["--exit-zero"])).collect();
    outputs.iter().for_each(|found| is_valid("findings", found));
    assert!(outputs.iter().all(|found| found["format"] == "drplan.findings/1"));
    has_keys(&outputs, "", &["format", "findings", "summary"]);
    let finding = [
        "name",
        "severity",
        "address",
        "scenario",
        "file",
        "line",
        "column",
        "message",
        "notes",
        "path",
        "help",
        "fingerprint",
        "waived",
        "known",
    ];
    has_keys(&outputs, "findings[]", &finding);
    has_keys(&outputs, "summary", &["errors", "warnings", "notes", "waived", "known"]);
    is_one_of(&outputs, "findings", "severity", &["error", "warning", "note"]);
}

#[test]
fn mistakes_are_findings_of_the_same_form() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drplan.yaml");
    for broken in ["", "drplan: 1\nsystem: {nam: x}\n", "a: [", "drplan: 1\nsystem: {name: x}\ncomponents: {X: {}}\n"] {
        fs::write(&path, broken).unwrap();
        let found = output("validate", &path, &[]);
        is_valid("findings", &found);
        assert!(found["summary"]["errors"].as_u64().unwrap() > 0, "{broken}");
        assert!(found["findings"][0]["line"].is_u64() && found["findings"][0]["column"].is_u64(), "{found}");
    }
}

#[test]
fn assessments_have_the_fields_of_the_contract() {
    let mut outputs: Vec<Value> = specs().iter().map(|spec| output("assess", spec, &[])).collect();
    outputs.push(output("assess", &root().join("templates/init"), &["--all"]));
    outputs.iter().for_each(|found| is_valid("assessment", found));
    assert!(outputs.iter().all(|found| found["format"] == "drplan.assessment/1"));
    has_keys(&outputs, "", &["format", "system", "clock_starts", "results", "assumptions", "measurements", "summary"]);
    let result = ["scenario", "kind", "component", "impact", "strategy", "through", "data_loss", "recovery"];
    has_keys(&outputs, "results[]", &result);
    let loss = ["dataset", "worst_s", "objective_s", "met", "via", "group", "worst_at", "derivation", "alternatives"];
    has_keys(&outputs, "results[].data_loss[]", &loss);
    has_keys(&outputs, "results[].data_loss[].derivation[]", &["label", "seconds", "address"]);
    has_keys(&outputs, "results[].data_loss[].alternatives[]", &["via", "worst_s"]);
    let recovery = ["worst_s", "objective_s", "met", "lower_bound_s", "unordered_s", "critical_path"];
    has_keys(&outputs, "results[].recovery", &recovery);
    has_keys(&outputs, "results[].recovery.critical_path[]", &["component", "step", "from_s", "to_s"]);
    has_keys(&outputs, "assumptions[]", &["address", "value", "from"]);
    has_keys(&outputs, "summary", &["scenarios", "components", "breaches"]);
    is_one_of(&outputs, "results", "impact", &["none", "degraded", "read-only", "outage", "lost"]);
    is_one_of(&outputs, "results", "strategy", &["continue", "promote", "rebuild", "restore", "none"]);
}

/// What the numbers must add up to, whatever they are.
#[test]
fn assessments_are_consistent_in_themselves() {
    for spec in specs() {
        let found = output("assess", &spec, &[]);
        let results = found["results"].as_array().unwrap();
        let key = |result: &Value| {
            (result["scenario"].as_str().unwrap().to_owned(), result["component"].as_str().unwrap().to_owned())
        };
        assert!(results.windows(2).all(|pair| key(&pair[0]) < key(&pair[1])), "{}: order", spec.display());
        for result in results {
            let away = !matches!(result["impact"].as_str().unwrap(), "none" | "degraded");
            assert_eq!(result["recovery"].is_object(), away, "{result}");
            for loss in result["data_loss"].as_array().unwrap() {
                let terms = loss["derivation"].as_array().unwrap();
                let sum: i64 = terms.iter().map(|term| term["seconds"].as_i64().unwrap()).sum();
                assert!(terms.is_empty() || loss["worst_s"] == sum, "{}: {loss}", spec.display());
                verdict(loss);
            }
            if away {
                verdict(&result["recovery"]);
            }
        }
    }
}

/// `met` says whether `worst_s` keeps to `objective_s`.
fn verdict(judged: &Value) {
    let met = judged["objective_s"]
        .as_u64()
        .map(|objective| judged["worst_s"].as_u64().is_some_and(|worst| worst <= objective));
    assert_eq!(judged["met"].as_bool(), met, "{judged}");
}

#[test]
fn graphs_have_the_fields_of_the_contract() {
    let mut outputs: Vec<Value> = specs().iter().map(|spec| output("graph", spec, &[])).collect();
    outputs.push(output("graph", &root().join("templates/init"), &["--scenario", "lose:db1"]));
    outputs.iter().for_each(|found| is_valid("graph", found));
    assert!(outputs.iter().all(|found| found["format"] == "drplan.graph/1"));
    has_keys(&outputs, "", &["format", "system", "scenario", "nodes", "edges"]);
    has_keys(&outputs, "nodes[]", &["id", "name", "kind", "technology", "impact", "back_s"]);
    has_keys(&outputs, "edges[]", &["from", "to", "kind"]);
    is_one_of(&outputs, "edges", "kind", &["requires", "requires-reads", "uses", "recovery", "copies-to"]);
}
