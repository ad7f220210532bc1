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

/// Two sites; what is in the first is lost with one store, and goes on in the second.
const TWO_SITES: &str = "drplan: 1
system: {name: plan}
locations: {here: {kind: site}, there: {kind: site}}
stores:
  near: {at: here, technology: restic, path: /srv/restic, certname: near.example.com}
  far: {at: there, technology: restic, path: /srv/restic, certname: far.example.com}
components:
  cache:
    technology: redis
    instances: {r1: {at: here, role: primary, certname: r1.example.com}, r2: {at: there, role: standby, certname: r2.example.com}}
    failover: {mode: automatic, takes: 30s}
    data: {main: {size: 1 GiB, copies: {hourly: {method: rdb, schedule: '0 * * * *', timezone: UTC, takes: 1m, to: near}}}}
  accounts:
    technology: mysql
    instances: {m1: {at: here, role: primary, certname: m1.example.com}, m2: {at: there, role: standby, certname: m2.example.com}}
    data: {main: {size: 1 GiB, copies: {daily: {method: dump, schedule: '0 2 * * *', timezone: UTC, takes: 1m, to: far}}}}
  queue:
    technology: rabbitmq
    serves_with: majority
    instances: {q1: {at: here, certname: q1.example.com}, q2: {at: here, certname: q2.example.com}, q3: {at: there, certname: q3.example.com}}
    recovery: {to: [there]}
    data: {main: {size: 1 MiB, change: none, copies: {daily: {method: definitions, schedule: '0 2 * * *', timezone: UTC, takes: 1m, to: far}}}}
  documents:
    technology: mongodb
    serves_with: majority
    instances: {d1: {at: here, certname: d1.example.com}, d2: {at: here, certname: d2.example.com}, d3: {at: there, certname: d3.example.com}}
    recovery: {to: [there]}
    data: {main: {size: 1 GiB, copies: {daily: {method: dump, schedule: '0 2 * * *', timezone: UTC, takes: 1m, to: far}}}}
  web:
    technology: systemd-service
    instances: {w1: {at: here, certname: w1.example.com}, w2: {at: there, certname: w2.example.com}}
";

fn page(spec: &str, name: &str) -> String {
    String::from_utf8(generate(spec).get(name).unwrap().contents.clone()).unwrap()
}

/// The text from a heading to the next of its level.
fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    let start = page.find(heading).unwrap_or_else(|| panic!("no {heading:?} in:\n{page}"));
    let level = format!("\n{} ", &heading[..heading.find(' ').unwrap()]);
    let rest = &page[start..];
    &rest[..rest[1..].find(&level).map_or(rest.len(), |at| at + 1)]
}

fn in_order(text: &str, parts: &[&str]) {
    let mut from = 0;
    for part in parts {
        from += text[from..].find(part).unwrap_or_else(|| panic!("{part:?} is not there, or too early:\n{text}"));
    }
}

#[test]
fn a_copy_is_not_made_on_a_host_that_is_lost() {
    let page = page(TWO_SITES, "scenarios/lose_here.md");
    for (heading, host, follow, unit) in [
        ("### cache", "r1", "dr-redis follow", "dr-cache-main-hourly.service"),
        ("### accounts", "m1", "dr-mysql follow", "dr-accounts-main-daily.service"),
    ] {
        let after = &page[page.find("## 4. Go back").unwrap()..];
        let after = section(after, heading);
        let rebuilt = format!("On `{host}.example.com`, as root:\n\n```sh\npuppet agent --test");
        in_order(after, &[&rebuilt, follow, unit]);
        assert_eq!(after.matches("systemctl start").count(), 1, "{after}");
    }
}

#[test]
fn what_is_lost_and_not_waited_for_is_told() {
    let page = page(TWO_SITES, "scenarios/lose_here.md");
    let gone = section(&page, "### What else is gone");
    in_order(
        gone,
        &[
            "**web** goes on without w1 (`w1.example.com`)",
            "**Store near** in here",
            "cache.main (hourly)",
            "`near.example.com`",
        ],
    );
    in_order(gone, &["on `r1.example.com`: `dr-host-key forget near.example.com`"]);
    assert!(!gone.contains("queue"), "it is brought back, and has a section of its own:\n{gone}");
}

#[test]
fn new_members_join_what_is_left_of_a_cluster() {
    let page = page(TWO_SITES, "scenarios/lose_here.md");
    let start = |component: &str| {
        let heading =
            page.lines().find(|line| line.starts_with("### ") && line.contains(&format!(": {component}, start (")));
        section(&page, heading.unwrap()).to_owned()
    };
    in_order(
        &start("queue"),
        &[
            "On `q3.example.com`, as root:\n\n```sh\ndr-rabbitmq forget q1.example.com q2.example.com",
            "On `q1.example.com`, as root:\n\n```sh\ndr-service start queue",
            "On `q1.example.com`, as root:\n\n```sh\ndr-rabbitmq join q3.example.com",
        ],
    );
    in_order(
        &start("documents"),
        &[
            "On `d1.example.com`, as root:\n\n```sh\ndr-service start documents",
            "On `d3.example.com`, as root:\n\n```sh\ndr-mongo promote",
            "On `d3.example.com`, as root:\n\n```sh\nmongosh --quiet --port 27017 --eval 'rs.add(\"d1.example.com:27017\")'",
        ],
    );
    assert!(!page.contains("as under \"Afterwards\""), "a page that says nothing of it");
    assert!(!page.contains("mongosh --eval \"rs.initiate()\""), "a second replica set");
}

#[test]
fn a_takeover_that_is_planned_to_happen_by_itself_is_looked_at_first() {
    let page = page(TWO_SITES, "scenarios/lose_here.md");
    let heading =
        page.lines().find(|line| line.starts_with("### ") && line.contains(": cache, promote (30 s)")).unwrap();
    in_order(section(&page, heading), &["happens by itself, within 30 s", "dr-redis promote"]);
    let heading = page.lines().find(|line| line.starts_with("### ") && line.contains(": accounts, promote (")).unwrap();
    assert!(!section(&page, heading).contains("by itself, within"), "{page}");
}

#[test]
fn what_is_only_cut_off_and_has_the_data_is_not_installed_anew() {
    let spec = "drplan: 1
system: {name: plan}
locations: {here: {kind: site}, there: {kind: site}}
stores: {far: {at: there, technology: restic}}
components:
  ledger:
    technology: postgresql
    serves_with: majority
    replication: {mode: sync}
    instances: {l1: {at: here, role: primary, certname: l1.example.com}, l2: {at: there, role: standby, certname: l2.example.com},
      l3: {at: there, role: standby, certname: l3.example.com}}
    recovery: {to: [here]}
    data: {main: {size: 1 GiB, copies: {daily: {method: dump, schedule: '0 2 * * *', timezone: UTC, takes: 1m, to: far}}}}
  documents:
    technology: files
    instances: {f1: {at: here, certname: f1.example.com}}
    data: {docs: {size: 1 GiB, paths: [/srv], copies: {daily: {schedule: '0 1 * * *', timezone: UTC, takes: 1m, to: far}}}}
scenarios:
  worst: {fails: [l2, l3], unreachable: [l1]}
consistency_groups: {books: [ledger.main, documents.docs]}
";
    let cut = page(spec, "scenarios/cut_f1.md");
    assert!(cut.contains("**f1** (`f1.example.com`) is only cut off") && !cut.contains("Install Debian"), "{cut}");
    let worst = page(spec, "scenarios/worst.md");
    in_order(&worst, &["**l1** (`l1.example.com`) is only cut off", "**l2**: a machine named `l2.example.com`"]);
    in_order(&worst, &["Instance l1 has all the data", "On `l2.example.com`, as root:\n\n```sh\ndr-pg-rejoin ledger"]);
    assert!(!worst.contains("--certname l1"), "{worst}");
    let lost = page(spec, "scenarios/lose_f1.md");
    in_order(&lost, &["**One instant for ledger.main and documents.docs** (group books)", "### Step 1"]);
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
