//! What is generated, compiled by Puppet and observed as PuppetDB would tell it, is what the spec asks for: the diff has
//! nothing to do. And what is then changed by hand is found.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use drplan::desired::Desired;
use drplan::diag::{SourceFile, SourceMap};
use drplan::diff::{Action, Changes, diff};
use drplan::evidence::{Question, undeclared};
use drplan::model::{self, Model};
use drplan::observed::adapters::{Adapter, Input};
use drplan::observed::{Instant, Observed};
use drplan::spec::Spec;
use drplan::text::Limits;
use serde_json::{Value, json};

const NOW: Instant = Instant(1_795_213_900);

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn resolved(path: &Path) -> Model {
    let file = if path.is_dir() { path.join("drplan.yaml") } else { path.to_path_buf() };
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("drplan.yaml", fs::read_to_string(file).unwrap()));
    let (spec, diagnostics) = Spec::read(&sources, Limits::default());
    assert!(!diagnostics.has_errors());
    let (catalogue, _) = drplan::tech::built_in();
    model::resolve(&spec, &catalogue).0
}

/// The answer of PuppetDB after the generated code has been applied everywhere: nodes, and the resources of its catalogs.
/// Sensitive parameters are not in it, as in a real answer.
fn applied(spec: &Path) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let (repository, catalogs) = (folder.path().join("repository"), folder.path().join("catalogs"));
    let run = |program: &str, args: &[&str], package: &str| {
        let output = Command::new(program).args(args).current_dir(root()).output();
        let output = output.unwrap_or_else(|error| panic!("cannot run {program}: {error}; apt-get install {package}"));
        let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {args:?}: {told}");
        output.stdout
    };
    let (repo, out) = (repository.to_str().unwrap(), catalogs.to_str().unwrap());
    run(env!("CARGO_BIN_EXE_drplan"), &["generate", "puppet", spec.to_str().unwrap(), "-o", repo], "drplan");
    let example = repository.join("data/secrets.example.yaml");
    let new_secrets = root().join("templates/puppet/ci/new-secrets.rb");
    let secrets = run("ruby", &[new_secrets.to_str().unwrap(), example.to_str().unwrap()], "ruby");
    fs::write(repository.join("data/secrets.yaml"), secrets).unwrap();
    let compile = root().join("templates/puppet/ci/catalogs.rb");
    run("ruby", &[compile.to_str().unwrap(), repo, out], "puppet-agent");
    let (mut nodes, mut resources) = (Vec::new(), Vec::new());
    let mut files: Vec<PathBuf> = fs::read_dir(&catalogs).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "json"));
    files.sort();
    for file in files {
        let catalog: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let certname = file.file_stem().unwrap().to_str().unwrap();
        nodes
            .push(json!({"certname": certname, "report_timestamp": NOW.to_string(), "latest_report_status": "changed",
                          "latest_report_noop_pending": false, "deactivated": null, "expired": null}));
        for mut resource in catalog["resources"].as_array().unwrap().clone() {
            let sensitive = resource["sensitive_parameters"].as_array().cloned().unwrap_or_default();
            let resource = resource.as_object_mut().unwrap();
            if let Some(parameters) = resource.get_mut("parameters").and_then(Value::as_object_mut) {
                parameters.retain(|name, _| !sensitive.iter().any(|hidden| hidden == name));
            }
            resource.insert("certname".to_owned(), json!(certname));
            resources.push(Value::Object(resource.clone()));
        }
    }
    json!({"nodes": nodes, "resources": resources, "facts": []})
}

fn observed(model: &Model, adapter: &str, whose: Option<&str>, answer: &str) -> Observed {
    let names = Desired::of(model).names(model);
    let input = Input { text: answer, whose, taken: NOW };
    Adapter::named(adapter).unwrap().read(&input, &names).unwrap().observed
}

/// What there is to do, a line each; what was not observed and evidence are other questions.
fn to_do(model: &Model, observed: &Observed) -> Vec<String> {
    let desired = Desired::of(model);
    let question = Question { model, desired: &desired, observed, now: NOW };
    let Changes { changes, .. } = diff(&question, &undeclared(model, &desired, observed), &[]);
    let to_do =
        changes.iter().filter(|change| matches!(change.action, Action::Create | Action::Update | Action::Remove));
    to_do.map(|change| format!("{} {}: {}", change.action.as_str(), change.address, change.reason)).collect()
}

#[test]
fn after_the_generated_code_is_applied_nothing_is_left_to_do() {
    for spec in ["examples/wso2-identity-server", "examples/api-fortress", "tests/emit/everything.yaml"] {
        let spec = root().join(spec);
        let model = resolved(&spec);
        let answer = applied(&spec);
        let seen = observed(&model, "puppetdb", None, &answer.to_string());
        let jobs = seen.things.keys().filter(|address| address.to_string().contains(".copies.")).count();
        assert!(jobs > 0, "{}: nothing was seen of any job", spec.display());
        assert_eq!(to_do(&model, &seen), Vec::<String>::new(), "{}", spec.display());

        // The timers that the same catalogs start, as systemd lists them.
        let mut all = seen;
        for node in answer["nodes"].as_array().unwrap() {
            let certname = node["certname"].as_str().unwrap();
            let timers = answer["resources"].as_array().unwrap().iter().filter(|resource| {
                let title = resource["title"].as_str().unwrap();
                resource["certname"] == certname
                    && resource["type"] == "Service"
                    && title.ends_with(".timer")
                    && resource["parameters"]["ensure"] == "running"
            });
            let timers: Vec<Value> = timers
                .map(|timer| json!({"unit": timer["title"], "next": 1_795_300_000_000_000_u64, "last": 0, "activates": "x"}))
                .collect();
            let timers = Value::Array(timers).to_string();
            assert!(all.merge(observed(&model, "systemd-timers", Some(certname), &timers)).is_empty());
        }
        assert_eq!(to_do(&model, &all), Vec::<String>::new(), "{}: with the timers", spec.display());
    }
}

#[test]
fn what_is_changed_by_hand_is_found() {
    let spec = root().join("examples/wso2-identity-server");
    let model = resolved(&spec);
    let mut answer = applied(&spec);
    for resource in answer["resources"].as_array_mut().unwrap() {
        let is_job = resource["title"] == "identity-server-artifacts-daily" && resource["type"] == "Dr::Restic::Job";
        if is_job && resource["certname"] == "is1.main.example.com" {
            resource["parameters"]["job"]["on_calendar"] = json!(["*-*-* 04:00:00 UTC"]);
            resource["parameters"]["job"]["retention"]["daily"] = json!(7);
        }
        if resource["title"] == "identity-db-identity-nightly" {
            resource["title"] = json!("by-hand");
        }
        if resource["type"] == "Dr::Postgresql::Repository" {
            resource["parameters"]["backups"] =
                json!({"by-hand": {"type": "full", "on_calendar": ["*-*-* 05:00:00 UTC"]}});
        }
    }
    let seen = observed(&model, "puppetdb", None, &answer.to_string());
    let expected = [
        "create components.identity-db.data.identity.copies.nightly: it was looked for and is not there, 2026-11-20T22:31:40Z by puppetdb",
        "update components.identity-server.data.artifacts.copies.daily: on_calendar, keep differ, seen 2026-11-20T22:31:40Z by puppetdb",
        "remove jobs.by-hand on vault.remote.example.com:",
    ];
    let found = to_do(&model, &seen);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}");
    }
}
