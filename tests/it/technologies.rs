//! The built-in catalogue: every folder is sound, its templates load, and what it declares is what it uses.

use std::collections::BTreeSet;

use drplan::emit::templates::{Target, Templates};
use drplan::tech::{Purpose, built_in};

#[test]
fn parameters_are_declared_and_used() {
    let (catalogue, diagnostics) = built_in();
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    for technology in catalogue.iter() {
        let source = catalogue.source(&technology.name).unwrap();
        let templates: Vec<&str> =
            source.files.iter().filter(|(path, _)| path.ends_with(".j2")).map(|(_, text)| text.as_str()).collect();
        let mut used = BTreeSet::new();
        for text in &templates {
            used.extend(text.match_indices("params.").map(|(at, _)| name_at(&text[at + "params.".len()..])));
        }
        let declared: BTreeSet<&str> = technology.parameters.keys().map(String::as_str).collect();
        // What a template asks of a store or a neighbour is declared there.
        let foreign: BTreeSet<&str> = BTreeSet::from(["endpoint", "address", "port"]);
        let unknown: Vec<&&str> =
            used.iter().filter(|name| !declared.contains(**name) && !foreign.contains(**name)).collect();
        assert!(unknown.is_empty(), "{}: its templates use undeclared parameters {unknown:?}", technology.name);
        if technology.purpose == Purpose::Component && !templates.is_empty() {
            let idle: Vec<&&str> = declared.iter().filter(|name| !used.contains(**name)).collect();
            assert!(idle.is_empty(), "{}: no template uses its parameters {idle:?}", technology.name);
        }
    }
}

#[test]
fn every_template_loads_and_says_its_language() {
    let (catalogue, _) = built_in();
    for technology in catalogue.iter() {
        let source = catalogue.source(&technology.name).unwrap();
        for (path, text) in source.files.iter().filter(|(path, _)| path.ends_with(".j2")) {
            assert!(Target::of(path).is_some(), "{}/{path}", technology.name);
            Templates::new([(path.as_str(), text.as_str())])
                .unwrap_or_else(|error| panic!("{}: {error}", technology.name));
        }
        for path in source.files.keys() {
            let known = ["technology.yaml", "puppet/", "runbook/"].iter().any(|start| path.starts_with(start));
            assert!(known, "{}/{path} is read by nobody", technology.name);
        }
    }
}

#[test]
fn components_have_code_and_stores_that_are_hosts_too() {
    let (catalogue, _) = built_in();
    // Nothing of these runs on a host of ours, or it has no code yet; the second list may only shrink.
    let without: BTreeSet<&str> = catalogue
        .iter()
        .filter(|technology| technology.platform != drplan::tech::Platform::None)
        .filter(|technology| !catalogue.source(&technology.name).unwrap().files.contains_key("puppet/profile.pp.j2"))
        .map(|technology| technology.name.as_str())
        .collect();
    assert_eq!(without, BTreeSet::from(WITHOUT_CODE));
}

const WITHOUT_CODE: [&str; 5] =
    ["borg", "iis-application", "mssql", "password-reset-database", "password-reset-server"];

fn name_at(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}
