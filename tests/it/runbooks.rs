//! Generated runbooks: every command in them is one that a shell reads as it was meant, and every template renders.

use std::fs;

use drplan::analysis::context::Context;
use drplan::analysis::loss::LossEngine;
use drplan::analysis::outcome::{Outcome, outcome};
use drplan::analysis::scenario::{Scenario, Scenarios};
use drplan::desired::Desired;
use drplan::emit::fileset::FileSet;
use drplan::emit::puppet::Origin;
use drplan::emit::runbook::runbooks;
use drplan::tech::built_in;

use crate::puppet_emit::{example, model, write};

pub(crate) fn generate(text: &str) -> FileSet {
    let (catalogue, _) = built_in();
    let model = model(text, &catalogue);
    let losses = LossEngine::new(&model);
    let context = Context::new(&model, &losses);
    let scenarios = Scenarios::new(&model);
    let outcomes: Vec<(&Scenario, Outcome)> =
        scenarios.list().iter().map(|scenario| (scenario, outcome(&context, scenario))).collect();
    let groups: Vec<(Vec<&Scenario>, &Outcome)> =
        outcomes.iter().filter(|(_, o)| !o.results.is_empty()).map(|(s, o)| (vec![*s], o)).collect();
    let origin = Origin { version: "0.1.0".to_owned(), digest: "test".to_owned() };
    let books = runbooks(&context, &Desired::of(&model), &catalogue, &groups, &origin)
        .unwrap_or_else(|error| panic!("{error}"));
    let files = books.files("2026-12-01").unwrap_or_else(|error| panic!("{error}"));
    if let Ok(keep) = std::env::var("DRPLAN_KEEP") {
        let _ = fs::remove_dir_all(&keep);
        write(&files, std::path::Path::new(&keep));
    }
    files
}

#[test]
fn the_identity_server_has_pages() {
    let files = generate(&example("wso2-identity-server"));
    assert!(files.get("README.md").is_some());
}

#[test]
fn every_technology_has_pages() {
    let files = generate(crate::puppet_emit::EVERYTHING);
    for name in [
        "shop_db",
        "shop_files",
        "shop",
        "shop_image",
        "identity",
        "entry",
        "ledger",
        "cache",
        "documents",
        "queue",
        "names",
    ] {
        assert!(files.get(&format!("components/{name}.md")).is_some(), "{name}");
    }
}

/// A team is called once for all that it recovers; that must not shift the names of the steps of its other components.
#[test]
fn steps_of_a_team_that_is_already_called_keep_their_times() {
    let files = generate(
        "drplan: 1\nsystem: {name: plan}\nlocations: {here: {kind: site}, spare: {kind: site}}\n\
         teams: {ops: {responds_within: 15m}}\ncomponents:\n\
         \x20 first: {technology: systemd-service, owner: ops, instances: {a: {at: here}}, recovery: {to: [spare], detect: 2m, \
         provision: 10m, start: 1m, verify: 4m, cutover: 3m}}\n\
         \x20 second: {technology: systemd-service, owner: ops, instances: {b: {at: here}}, recovery: {to: [spare], detect: 2m, \
         provision: 20m, start: 5m, verify: 6m, cutover: 7m}}\n",
    );
    let page = String::from_utf8(files.get("scenarios/lose_here.md").unwrap().contents.clone()).unwrap();
    for heading in [
        "T+0:17: second, provision (20 m)",
        "T+0:37: second, start (5 m)",
        "second, verify (6 m)",
        "second, cutover (7 m)",
    ] {
        assert!(page.contains(heading), "{heading} is missing:\n{page}");
    }
    assert_eq!(page.matches(", respond (15 m)").count(), 1, "called once:\n{page}");
}

/// A block is pasted as a whole. What is done with restored data, or with a service that was stopped, is not done when that failed:
/// the folder may hold what an earlier restore has left there, and older data would pass for the newest.
#[test]
fn nothing_goes_on_after_a_restore_that_failed() {
    let files = generate(crate::puppet_emit::EVERYTHING);
    let mut restores = 0;
    for (path, file) in files.iter().filter(|(path, _)| path.as_str().ends_with(".md")) {
        let text = String::from_utf8_lossy(&file.contents);
        for block in text.split("```sh\n").skip(1).map(|part| part.split("```").next().unwrap_or_default()) {
            let lines: Vec<&str> = block.trim_end().lines().collect();
            let (_, before) = lines.split_last().unwrap();
            let decides = |line: &str| {
                line.starts_with("dr-service stop")
                    || line.split(' ').next().is_some_and(|word| word.starts_with("dr-") && word.ends_with("-restore"))
            };
            for line in before.iter().filter(|line| decides(line)) {
                assert!(line.ends_with(" &&"), "{}: goes on after {line}\n{block}", path.as_str());
                restores += 1;
            }
        }
    }
    assert!(restores > 10, "{restores}");
}
