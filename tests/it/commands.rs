//! Every command in every runbook of the examples: a shell reads it, shellcheck has nothing to say, and on the very host that the
//! page names the plan's Puppet code installs the script, the unit and the settings that it speaks of.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::puppet_emit;
use crate::runbooks;
use crate::tools::{run, succeed};

/// Programs that are not ours, with the Debian package that brings each.
const PROGRAMS: &[(&str, &str)] = &[
    ("cat", "coreutils"),
    ("chown", "coreutils"),
    ("createdb", "postgresql-client-common"),
    ("cut", "coreutils"),
    ("find", "findutils"),
    ("haproxy", "haproxy"),
    ("journalctl", "systemd"),
    ("mariadb", "mariadb-client"),
    ("mkdir", "coreutils"),
    // Not of Debian: MongoDB's own packages.
    ("mongosh", "mongodb-mongosh"),
    ("mv", "coreutils"),
    ("nc", "netcat-openbsd"),
    ("pg_restore", "postgresql-client-common"),
    ("pgbackrest", "pgbackrest"),
    ("psql", "postgresql-client-common"),
    ("puppet", "puppet-agent"),
    ("puppetserver", "puppetserver"),
    ("rabbitmqctl", "rabbitmq-server"),
    ("redis-cli", "redis-tools"),
    ("runuser", "util-linux"),
    ("sort", "coreutils"),
    ("systemctl", "systemd"),
    ("tail", "coreutils"),
    ("wc", "coreutils"),
];

/// Those whose own help is asked for each long flag.
const ASKED: &[(&str, &[&str])] = &[
    ("createdb", &["--help"]),
    ("pg_restore", &["--help"]),
    ("psql", &["--help"]),
    ("systemctl", &["--help"]),
    ("puppet", &["help", "agent"]),
    ("tail", &["--help"]),
    ("sort", &["--help"]),
];

/// What a shell does itself.
const BUILT_IN: &[&str] = &["cd", "echo", "exit", "printf", "test"];

/// A block of commands on a page.
struct Block {
    page: String,
    host: Option<String>,
    text: String,
}

/// The blocks of a page, one for each host: those are in the paragraph above.
fn blocks(path: &str, page: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut hosts: Vec<String> = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let ticks = line.bytes().take_while(|byte| *byte == b'`').count();
        if ticks >= 3 && &line[ticks..] == "sh" {
            let fence = "`".repeat(ticks);
            let text: Vec<&str> = lines.by_ref().take_while(|line| *line != fence).collect();
            let told = std::mem::take(&mut hosts).into_iter().map(Some);
            let told = if told.len() == 0 { vec![None] } else { told.collect() };
            for host in told {
                found.push(Block { page: path.to_owned(), host, text: text.join("\n") });
            }
        } else if line.starts_with("On `") || line.starts_with("On each of `") {
            hosts = line.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        } else if !line.is_empty() {
            hosts.clear();
        }
    }
    found
}

/// The simple commands of a block, each as its words, without assignments and redirections.
fn commands(text: &str) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    for line in text.lines() {
        all.push(Vec::new());
        let (mut word, mut quote, mut is_word) = (String::new(), None, false);
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            match (c, quote) {
                (c, Some(open)) if c == open => quote = None,
                ('\\', None | Some('"')) => word.extend(chars.next()),
                (c, Some(_)) => word.push(c),
                ('\'' | '"', None) => (quote, is_word) = (Some(c), true),
                ('#', None) if !is_word && word.is_empty() => break,
                (' ' | '|' | ';' | '&' | '<' | '>', None) => {
                    if is_word || !word.is_empty() {
                        all.last_mut().unwrap().push(std::mem::take(&mut word));
                        is_word = false;
                    }
                    if matches!(c, '|' | ';' | '&') {
                        all.push(Vec::new());
                    }
                }
                (c, None) => word.push(c),
            }
        }
        if is_word || !word.is_empty() {
            all.last_mut().unwrap().push(word);
        }
    }
    let is_assignment =
        |word: &String| word.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase()));
    all.retain(|words| !words.is_empty() && !is_assignment(&words[0]));
    all.into_iter().flat_map(unwrapped).collect()
}

/// `runuser -u postgres -- psql …` is two commands.
fn unwrapped(words: Vec<String>) -> Vec<Vec<String>> {
    match words.iter().position(|word| word == "--") {
        Some(at) if words[0] == "runuser" => vec![words[..at].to_vec(), words[at + 1..].to_vec()],
        _ => vec![words],
    }
}

/// A plan as its hosts will be.
#[derive(Default)]
struct Plan {
    /// Our scripts by name.
    scripts: BTreeMap<String, String>,
    /// What they share, by name: options may be read there.
    libraries: BTreeMap<String, String>,
    /// Titles of the files and services of each host.
    hosts: BTreeMap<String, BTreeSet<String>>,
    /// Hosts that are not Puppet's and that a parameter names.
    foreign: BTreeSet<String>,
}

impl Plan {
    fn new(spec: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let files = puppet_emit::generate(spec).files;
        puppet_emit::write(&files, root);
        let path = |name: &str| root.join(name).to_str().unwrap().to_owned();
        let secrets = succeed("ruby", "ruby", &[&path("ci/new-secrets.rb"), &path("data/secrets.example.yaml")], "");
        fs::write(root.join("data/secrets.yaml"), secrets).unwrap();
        let out = Command::new("ruby")
            .args([path("ci/catalogs.rb"), path("."), path("out")])
            .output()
            .expect("apt-get install ruby");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
        let mut plan = Self::default();
        for (path, file) in files.iter() {
            let name = path.as_str().rsplit('/').next().unwrap();
            if file.contents.starts_with(b"#!") {
                let into = if name.ends_with("-lib.sh") { &mut plan.libraries } else { &mut plan.scripts };
                into.insert(name.to_owned(), String::from_utf8(file.contents.clone()).unwrap());
            }
            if let Some(host) = path.as_str().strip_prefix("data/nodes/").and_then(|name| name.strip_suffix(".yaml")) {
                plan.hosts.insert(host.to_owned(), titles(&root.join(format!("out/{host}.json"))));
            }
        }
        let named = spec.match_indices("runs_on: ").map(|(at, mark)| &spec[at + mark.len()..]);
        plan.foreign =
            named.map(|rest| rest.split([',', '}', '\n']).next().unwrap().trim_matches('"').to_owned()).collect();
        plan
    }

    /// What is wrong with a command of ours by its script.
    fn script(&self, words: &[String]) -> Option<String> {
        let Some(script) = self.scripts.get(&words[0]) else { return Some(format!("there is no {}", words[0])) };
        let shared = self.libraries.iter().filter(|(name, _)| script.contains(&format!("/{name}\"")));
        let texts: Vec<&String> = std::iter::once(script).chain(shared.map(|(_, text)| text)).collect();
        let code = || texts.iter().flat_map(|text| text.lines()).filter(|line| !line.starts_with('#'));
        let accepts =
            |flag: &str| [")", " ]", " |"].iter().any(|end| code().any(|line| line.contains(&format!("{flag}{end}"))));
        if let Some(flag) = words.iter().find(|word| word.starts_with("--") && !accepts(word)) {
            return Some(format!("{} takes no {flag}", words[0]));
        }
        // `# Usage: dr-service start|stop NAME`: where the first word is ours and not a name, it is one of these.
        let usage = script.lines().skip_while(|line| !line.starts_with("# Usage: "));
        let usage = usage.take_while(|line| line.contains(&words[0]));
        let first = usage.filter_map(|line| line.split_once(&words[0])?.1.split_whitespace().next());
        let is_order = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase());
        let orders: Vec<&str> = first.flat_map(|word| word.split('|')).filter(is_order).collect();
        let given = words.get(1).map_or("", String::as_str);
        (!orders.is_empty() && !orders.contains(&given)).then(|| format!("{} takes {orders:?}, not {given}", words[0]))
    }

    /// What a host lacks for a command: the script, or what it is told to work on.
    fn on_host(&self, words: &[String], host: &str) -> Option<String> {
        let titles = &self.hosts[host];
        let named: Vec<&str> = words.iter().skip(1).map(String::as_str).filter(|word| !word.starts_with('-')).collect();
        let wanted: Vec<String> = match (words[0].as_str(), named.as_slice()) {
            ("systemctl", [.., unit]) => {
                let known = [(*unit).to_owned(), format!("{unit}.service"), format!("/etc/systemd/system/{unit}")];
                known
                    .into_iter()
                    .find(|title| titles.contains(title))
                    .into_iter()
                    .chain([format!("/etc/systemd/system/{unit}")])
                    .take(1)
                    .collect()
            }
            ("dr-service", [_, name]) => vec![format!("/etc/dr/services/{name}.env")],
            ("dr-status", [job]) => vec![format!("/etc/systemd/system/dr-{job}.service")],
            (script, [name, ..]) if script.starts_with("dr-pg-") => vec![format!("/etc/dr/pg-{name}.env")],
            (script, [job, ..]) if script.starts_with("dr-restic-") => vec![format!("/etc/dr/restic/{job}.env")],
            _ => Vec::new(),
        };
        let script = words[0].starts_with("dr-").then(|| format!("/usr/local/sbin/{}", words[0]));
        let missing = script.into_iter().chain(wanted).find(|title| !titles.contains(title));
        missing.map(|title| format!("{host} has no {title}"))
    }
}

/// The titles of the files and services of a catalogue.
fn titles(catalogue: &Path) -> BTreeSet<String> {
    let catalogue: Value = serde_json::from_str(&fs::read_to_string(catalogue).unwrap()).unwrap();
    let resources = catalogue["resources"].as_array().unwrap().iter();
    let wanted = resources.filter(|one| one["type"] == "File" || one["type"] == "Service");
    wanted.map(|one| one["title"].as_str().unwrap().to_owned()).collect()
}

/// Commands of ours that stand in the text, such as under "If not".
fn inline(page: &str, scripts: &BTreeMap<String, String>) -> Vec<Vec<String>> {
    let spans = page.split('`').skip(1).step_by(2).filter(|span| span.starts_with("dr-") && !span.contains('\n'));
    let commands = spans.flat_map(commands).filter(|words| scripts.contains_key(&words[0]) || words.len() > 1);
    commands.filter(|words| words.len() > 1).collect()
}

/// What is wrong with a command of others: nobody knows its package, or its own help does not know its flag.
fn program(words: &[String], helps: &mut BTreeMap<String, String>) -> Option<String> {
    if BUILT_IN.contains(&words[0].as_str()) {
        return None;
    }
    let Some((_, package)) = PROGRAMS.iter().find(|(name, _)| *name == words[0]) else {
        return Some(format!("which package has {}?", words[0]));
    };
    let (name, ask) = ASKED.iter().find(|(name, _)| *name == words[0])?;
    let help = helps.entry((*name).to_owned()).or_insert_with(|| {
        let out = run(name, package, ask, "");
        String::from_utf8_lossy(&out.stdout).into_owned()
    });
    let flags = words.iter().skip(1).filter(|word| word.starts_with("--"));
    let mut flags = flags.map(|flag| flag.split('=').next().unwrap_or_default());
    flags.find(|flag| !help.contains(*flag)).map(|flag| format!("{name} knows no {flag}"))
}

/// What a shell and shellcheck say of blocks, each once.
fn shells_read(blocks: &BTreeSet<&str>) {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (number, block) in blocks.iter().enumerate() {
        let file = folder.path().join(format!("{number}.sh"));
        fs::write(&file, format!("#!/bin/bash\n{block}\n")).unwrap();
        let out = Command::new("bash").arg("-n").arg(&file).output().unwrap();
        assert!(out.status.success(), "{}\n{block}", String::from_utf8_lossy(&out.stderr));
        files.push(file);
    }
    // A shell of an operator goes on after a `cd`, and the instant is set in a block of its own.
    let mut check = Command::new("shellcheck");
    check.args(["--shell=bash", "--exclude=SC2164,SC2154,SC2034"]).args(&files);
    let out = check.output().expect("apt-get install shellcheck");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
}

/// Specs whose hosts are Puppet's: what is generated for them is all that an operator finds there.
fn managed() -> Vec<(&'static str, String)> {
    let mut specs: Vec<(&str, String)> =
        ["wso2-identity-server", "api-fortress"].map(|name| (name, puppet_emit::example(name))).to_vec();
    specs.push(("everything", puppet_emit::EVERYTHING.to_owned()));
    specs
}

#[test]
fn every_command_is_one_that_its_host_knows() {
    let mut helps = BTreeMap::new();
    let mut problems: BTreeSet<String> = BTreeSet::new();
    let mut seen = 0;
    for (name, spec) in managed() {
        let plan = Plan::new(&spec);
        for (path, file) in runbooks::generate(&spec).iter().filter(|(path, _)| path.as_str().ends_with(".md")) {
            let page = String::from_utf8(file.contents.clone()).unwrap();
            for block in blocks(path.as_str(), &page) {
                let host = block.host.as_deref();
                let node = host.filter(|host| plan.hosts.contains_key(*host));
                let mut wrong: Vec<String> = Vec::new();
                if let Some(host) = host.filter(|host| node.is_none() && !plan.foreign.contains(*host)) {
                    wrong.push(format!("{host} is no node"));
                }
                for words in commands(&block.text) {
                    seen += 1;
                    wrong.extend(match words[0].starts_with("dr-") {
                        true => plan.script(&words),
                        // What a spec gives as a command of its own is the author's.
                        false => node.and_then(|_| program(&words, &mut helps)),
                    });
                    // A host that something moves to is given it by Puppet first, from a spec that says so.
                    let settled = node.filter(|host| !page.contains(&format!("moves to `{host}`")));
                    wrong.extend(settled.and_then(|host| plan.on_host(&words, host)));
                }
                problems.extend(
                    wrong.into_iter().map(|problem| format!("{name}: {problem}: {}, {}", block.page, block.text)),
                );
            }
            let inline = inline(&page, &plan.scripts);
            problems.extend(
                inline
                    .iter()
                    .filter_map(|words| plan.script(words))
                    .map(|problem| format!("{name}: {path}: {problem}")),
            );
        }
    }
    let list: Vec<&str> = problems.iter().map(String::as_str).collect();
    assert!(problems.is_empty(), "{}", list.join("\n---\n"));
    assert!(seen > 500, "{seen} commands");
}

#[test]
fn every_block_is_one_that_a_shell_reads() {
    let mut pages: Vec<String> = Vec::new();
    for spec in crate::examples::specs().into_iter().chain([puppet_emit::EVERYTHING.to_owned()]) {
        let files = runbooks::generate(&spec);
        pages.extend(
            files
                .iter()
                .filter(|(path, _)| path.as_str().ends_with(".md"))
                .map(|(_, file)| String::from_utf8(file.contents.clone()).unwrap()),
        );
    }
    let all: Vec<Block> = pages.iter().flat_map(|page| blocks("", page)).collect();
    let once: BTreeSet<&str> = all.iter().map(|block| block.text.as_str()).collect();
    assert!(once.len() > 100, "{} blocks", once.len());
    shells_read(&once);
}

/// Two that serve at once destroy data: whoever promotes is told so before the first command.
#[test]
fn a_promotion_begins_with_fencing() {
    for (name, spec) in managed() {
        for (path, file) in runbooks::generate(&spec).iter().filter(|(path, _)| path.as_str().ends_with(".md")) {
            let page = String::from_utf8(file.contents.clone()).unwrap();
            let is_promotion = |title: &str| title.starts_with("Promote ") || title.contains(", promote (");
            for section in page
                .split("\n## ")
                .flat_map(|part| part.split("\n### "))
                .filter(|section| is_promotion(section.lines().next().unwrap()))
            {
                let before = section.split("```").next().unwrap();
                assert!(before.to_lowercase().contains("make certain"), "{name}: {path}: {section}");
            }
        }
    }
}
