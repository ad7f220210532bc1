//! The built-in catalogue: every folder is sound, its templates load, and what it declares is what it uses. What each
//! technology has is in `docs/technologies.md`, made from the folders (`DRPLAN_BLESS=1` rewrites it).

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use drplan::emit::templates::{Target, Templates};
use drplan::tech::{Catalogue, MethodKind, Platform, Purpose, Technology, built_in};

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
        let foreign: BTreeSet<&str> = BTreeSet::from(["endpoint", "address", "port", "read_command", "write_command"]);
        let unknown: Vec<&&str> =
            used.iter().filter(|name| !declared.contains(**name) && !foreign.contains(**name)).collect();
        assert!(unknown.is_empty(), "{}: its templates use undeclared parameters {unknown:?}", technology.name);
        if technology.purpose == Purpose::Component && !templates.is_empty() {
            // The host of the commands arrives as such.
            let host = technology.commands_on.as_deref();
            let idle: Vec<&&str> =
                declared.iter().filter(|name| !used.contains(**name) && Some(**name) != host).collect();
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
    let without: Vec<&str> = catalogue
        .iter()
        .filter(|technology| technology.platform != Platform::None)
        .filter(|technology| !catalogue.source(&technology.name).unwrap().files.contains_key("puppet/profile.pp.j2"))
        .map(|technology| technology.name.as_str())
        .collect();
    assert!(without.is_empty(), "no Puppet code for {without:?}");
}

#[test]
fn the_table_of_technologies_is_up_to_date() {
    let (catalogue, _) = built_in();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/technologies.md");
    let text = table(&catalogue);
    if std::env::var_os("DRPLAN_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == text, "docs/technologies.md is out of date: run the tests with DRPLAN_BLESS=1");
}

const HEAD: &str = "<!-- Made from templates/technologies by a test: do not edit. -->
# Technologies

What each technology of the catalogue has. *Own* is a page step of its own with exact commands, *general* the step that
`templates/runbook/steps` has for all. Jobs and their status documents are described in [the Puppet library](puppet.md).

## Components

| technology | Puppet | copies by, to stores | restore | verify | takes over | promote | status documents |
| --- | --- | --- | --- | --- | --- | --- | --- |
";

fn table(catalogue: &Catalogue) -> String {
    let mut text = HEAD.to_owned();
    for technology in catalogue.iter().filter(|technology| technology.purpose == Purpose::Component) {
        let promote = match &technology.failover {
            Some(_) => step(catalogue, technology, "promote"),
            None => "",
        };
        let takes_over = technology.failover.as_ref().map_or("", |failover| failover.mode.as_str());
        let copied = !copies(technology).is_empty();
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {takes_over} | {promote} | {} |",
            technology.name,
            puppet(catalogue, technology),
            copies(technology),
            if copied { step(catalogue, technology, "transfer") } else { "" },
            step(catalogue, technology, "verify"),
            status(catalogue, technology).join(", "),
        )
        .unwrap();
    }
    text += "\n## Stores\n\n| technology | Puppet | what it is |\n| --- | --- | --- |\n";
    for technology in catalogue.iter().filter(|technology| technology.purpose == Purpose::Store) {
        let puppet = puppet(catalogue, technology);
        writeln!(text, "| {} | {puppet} | {} |", technology.name, technology.summary).unwrap();
    }
    text
}

fn has(catalogue: &Catalogue, technology: &Technology, file: &str) -> bool {
    catalogue.source(&technology.name).unwrap().files.contains_key(file)
}

fn puppet(catalogue: &Catalogue, technology: &Technology) -> &'static str {
    match (has(catalogue, technology, "puppet/profile.pp.j2"), technology.platform) {
        (true, Platform::None) => "its declared commands, on a host that the spec names",
        (true, Platform::Windows) => "Windows, compiled and not applied in tests",
        (true, Platform::Linux) => "yes",
        (false, Platform::None) => "nothing of it is on a host of ours",
        (false, _) => "none yet",
    }
}

fn copies(technology: &Technology) -> String {
    let live = technology.methods.iter().filter(|(_, method)| method.kind != MethodKind::Duplicate);
    let each = live.map(|(name, method)| match method.stores.join(", ") {
        stores if stores.is_empty() => name.clone(),
        stores => format!("{name} ({stores})"),
    });
    each.collect::<Vec<_>>().join("; ")
}

fn step(catalogue: &Catalogue, technology: &Technology, step: &str) -> &'static str {
    if has(catalogue, technology, &format!("runbook/{step}.md.j2")) { "own" } else { "general" }
}

/// The jobs that its profile declares, as their templates show.
fn status(catalogue: &Catalogue, technology: &Technology) -> Vec<&'static str> {
    let files = &catalogue.source(&technology.name).unwrap().files;
    let Some(profile) = files.get("puppet/profile.pp.j2") else { return Vec::new() };
    let dumped = profile.contains("shared/dumped.pp.j2");
    let any = |needles: &[&str]| needles.iter().any(|needle| profile.contains(needle));
    let known = [
        (dumped || any(&["copies.resources", "copies.command(", "shared/windows-"]), "each copy"),
        (dumped || any(&["copies.resources"]), "its drill"),
        (dumped || any(&["dr::service {", "dr::app {"]), "`-health`"),
        (any(&["-fence.service"]), "`-fence`"),
        (any(&["dr::postgresql::cluster {"]), "`-wal`, `-promote`, `-rejoin`"),
        (any(&["dr::command::change {"]), "`-show`, `-change`"),
    ];
    known.into_iter().filter(|(there, _)| *there).map(|(_, name)| name).collect()
}

fn name_at(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}
