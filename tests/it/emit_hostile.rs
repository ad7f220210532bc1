//! Hostile texts in every free-text field of a spec: they arrive in Puppet, Hiera, shell and Markdown as text and as
//! nothing else. Puppet's own parser, Ruby's YAML and a shell are the judges.

use std::fs;
use std::process::Command;

use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;

use crate::puppet_emit::{check, generate};
use crate::runbooks;

/// Each says `evil`, so that it can be found again, and would leave a mark if anything ran it.
pub(crate) const TEXTS: [&str; 12] = [
    "a'); exec { 'evil': } #'",
    "\"; touch evil; echo \"",
    "$(touch evil)",
    "`touch evil`",
    "${facts['evil']} %{lookup('evil')}",
    "<% evil %> <%= evil -%>",
    "{{ evil }} {% evil %} {# evil #}",
    "first\nnode default { evil }\n---\nevil: true",
    "\u{202e}evil\u{2066} \u{200b}\u{7f}\u{9b}evil",
    "| evil | <script>evil()</script> ](javascript:evil) ```\n# evil",
    "\\'; touch evil; \\\"",
    "*/ --> %> evil #> EOF\nevil\nEOF",
];

/// A spec with a hostile text in every field that takes any text.
pub(crate) fn spec(text: &str) -> String {
    let path = quoted(&format!("/srv/{}", text.replace(['\n', '/'], "")));
    let text = quoted(text);
    format!(
        r#"
drplan: 1
system: {{name: {text}, description: {text}, owner: {text}}}
locations:
  madrid: {{kind: site, description: {text}}}
  valencia: {{kind: site, shares: [power]}}
stores:
  vault: {{at: valencia, technology: restic, description: {text}, certname: vault.example.com}}
teams:
  ops: {{contact: {text}, description: {text}}}
objectives:
  gold: {{rto: 4h, rpo: 1h, description: {text}}}
components:
  shop-db:
    technology: postgresql
    description: {text}
    owner: ops
    objective: gold
    instances: {{db1: {{at: madrid, role: primary}}, db2: {{at: valencia, role: standby}}}}
    replication: {{mode: async}}
    data:
      main:
        size: 1 GiB
        description: {text}
        database: {text}
        copies:
          nightly: {{schedule: "0 2 * * *", description: {text}, takes: 1h, to: vault}}
          dump: {{method: dump, schedule: "0 3 * * *", takes: 1h, to: vault}}
  shop-files:
    technology: files
    description: {text}
    owner: ops
    parameters: {{exclude: "*.tmp"}}
    instances: {{f1: {{at: madrid}}}}
    data: {{main: {{size: 1 GiB, paths: [{path}], copies: {{nightly: {{schedule: "0 2 * * *", takes: 1h, to: vault}}}}}}}}
scenarios:
  attack: {{description: {text}, corrupts: [shop-db], detection: 1d}}
waivers:
  - {{finding: rpo-unmet, until: 2099-01-01, owner: {text}, reason: {text}}}
"#
    )
}

/// A YAML string in which nothing is hidden.
pub(crate) fn quoted(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap();
    let plain = |c: char| (c.is_ascii() && !c.is_ascii_control()) || c.is_alphanumeric();
    json.chars().map(|c| if plain(c) { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) }).collect()
}

#[test]
fn hostile_texts_are_inert_in_puppet_and_hiera() {
    for text in TEXTS {
        let repository = generate(&spec(text));
        assert_eq!(repository.gaps, [], "{text:?}");
        let mut manifests = Vec::new();
        for (path, file) in repository.files.iter().filter(|(path, _)| !path.as_str().starts_with("site-modules/dr/")) {
            let contents = String::from_utf8(file.contents.clone()).unwrap();
            match path.as_str().rsplit_once('.') {
                Some((_, "pp")) => manifests.push(contents),
                Some((_, "yaml")) => only_text_in_yaml(path.as_str(), &contents),
                _ => {}
            }
        }
        only_text_in_puppet(&manifests, text);
    }
}

#[test]
fn hostile_texts_pass_the_linter() {
    for text in [TEXTS[0], TEXTS[4], TEXTS[7]] {
        check(&generate(&spec(text)).files, "manifests lint yaml docs");
    }
}

#[test]
fn hostile_texts_are_inert_in_the_shell() {
    for text in TEXTS {
        let files = runbooks::generate(&spec(text));
        let mut blocks = 0;
        for (path, file) in files.iter().filter(|(path, _)| path.as_str().ends_with(".md")) {
            let page = String::from_utf8(file.contents.clone()).unwrap();
            for block in blocks_of(&page, "sh") {
                blocks += 1;
                leaves_no_mark(path.as_str(), &block);
            }
            let hidden: Vec<char> =
                page.chars().filter(|c| ('\u{202a}'..='\u{202e}').contains(c) || *c == '\u{2066}').collect();
            assert_eq!(hidden, [], "{path} {text:?}");
            only_text_in_markdown(path.as_str(), &page);
        }
        assert!(blocks > 20, "{blocks} blocks of commands");
    }
}

#[test]
fn hostile_texts_are_inert_in_html() {
    for text in TEXTS {
        let files = runbooks::generate(&spec(text));
        let page = String::from_utf8(files.get("runbooks.html").unwrap().contents.clone()).unwrap();
        crate::bundle::only_our_html(&page);
        let (_, body) = page.split_once("<body>").unwrap();
        assert!(body.contains("evil") || !text.contains("evil"), "{text:?} is not shown");
        let style = page.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).unwrap().0;
        assert!(style.lines().filter(|line| line.contains("evil")).all(|line| line.starts_with("@page ")), "{style}");
    }
}

/// Whatever is left of the text in the parsed manifests is inside of a string.
fn only_text_in_puppet(manifests: &[String], text: &str) {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<_> = (0..manifests.len()).map(|number| folder.path().join(format!("{number}.pp"))).collect();
    files.iter().zip(manifests).for_each(|(file, manifest)| fs::write(file, manifest).unwrap());
    let out = Command::new("puppet").args(["parser", "dump", "--format", "json"]).args(&files).output();
    let out = out.expect("apt-get install puppet-agent");
    assert!(out.status.success(), "{text:?}: {}", String::from_utf8_lossy(&out.stderr));
    let trees: Vec<Value> =
        serde_json::Deserializer::from_slice(&out.stdout).into_iter().collect::<Result<_, _>>().unwrap();
    assert_eq!(trees.len(), manifests.len(), "{text:?}");
    for (tree, manifest) in trees.iter().zip(manifests) {
        assert!(!has_evil_code(tree), "{text:?}\n{manifest}\n{tree}");
    }
}

/// A string of the tree is text; the names of its nodes and of what they call are not.
fn has_evil_code(tree: &Value) -> bool {
    match tree {
        Value::Object(map) => map.iter().any(|(key, value)| {
            let names = matches!(key.as_str(), "#" | "^" | "expr" | "functor" | "name");
            key.contains("evil") || has_evil_code(value) || (names && calls_evil(value))
        }),
        Value::Array(items) => items.iter().any(has_evil_code),
        _ => false,
    }
}

/// `["call", "evil"]`, `["var", "evil"]`, `["qn", "evil"]`: a node's second part is a name where the first says so.
fn calls_evil(node: &Value) -> bool {
    let Value::Array(parts) = node else { return false };
    let kind = parts.first().and_then(Value::as_str).unwrap_or_default();
    let named = matches!(kind, "call" | "invoke" | "var" | "qn" | "qr" | "resource" | "class" | "define" | "node");
    named && parts.iter().skip(1).any(|part| part.as_str().is_some_and(|text| text.contains("evil")))
}

/// Keys are ours, and Hiera interpolates nothing.
fn only_text_in_yaml(path: &str, contents: &str) {
    let script = "require 'yaml'; require 'json'; puts JSON.generate(YAML.safe_load(ARGF.read, aliases: false))";
    let out = crate::tools::succeed("ruby", "ruby", &["-e", script], contents);
    let tree: Value = serde_json::from_str(&out).unwrap();
    check_yaml(path, &tree);
}

fn check_yaml(path: &str, tree: &Value) {
    match tree {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            assert!(!key.contains("evil"), "{path}: key {key:?}");
            check_yaml(path, value);
        }),
        Value::Array(items) => items.iter().for_each(|item| check_yaml(path, item)),
        Value::String(text) => assert!(!text.replace("%{literal('%')}", "").contains("%{l"), "{path}: {text:?}"),
        _ => {}
    }
}

/// The blocks of commands in a language.
pub(crate) fn blocks_of(page: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let ticks = line.bytes().take_while(|b| *b == b'`').count();
        if ticks < 3 || &line[ticks..] != language {
            continue;
        }
        let fence = "`".repeat(ticks);
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != fence).collect();
        blocks.push(block.join("\n"));
    }
    blocks
}

/// No HTML, no links but our own, and no heading that a text made.
fn only_text_in_markdown(path: &str, page: &str) {
    let options = Options::ENABLE_TABLES;
    for event in Parser::new_ext(page, options) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => panic!("{path}: {html}"),
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(dest_url.ends_with(".md") && !dest_url.contains(':'), "{path}: {dest_url}");
            }
            Event::Start(Tag::Image { dest_url, .. }) => panic!("{path}: {dest_url}"),
            _ => {}
        }
    }
}

/// Runs the commands with nothing but stand-ins on the path: one that ran what is in a text would leave a file `evil`.
fn leaves_no_mark(path: &str, block: &str) {
    let folder = tempfile::tempdir().unwrap();
    let bin = folder.path().join("bin");
    fs::create_dir(&bin).unwrap();
    let stub = "#!/bin/sh\nexit 0\n";
    let touch = "#!/bin/sh\nfor name in \"$@\"; do : > \"$name\"; done\n";
    for (name, text) in
        [("touch", touch), ("evil", "#!/bin/sh\n: > evil\n")].into_iter().chain(STAND_INS.map(|name| (name, stub)))
    {
        use std::os::unix::fs::PermissionsExt;
        let file = bin.join(name);
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let harness = format!("cd() {{ :; }}\n{block}\n");
    let out = Command::new("/bin/bash")
        .arg("-c")
        .arg(&harness)
        .env("PATH", &bin)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&out.stderr);
    assert!(!folder.path().join("evil").exists(), "{path}:\n{block}");
    assert!(!errors.contains("syntax error") && !errors.contains("unexpected EOF"), "{path}: {errors}\n{block}");
}

const STAND_INS: [&str; 16] = [
    "dr-status",
    "dr-pg-promote",
    "dr-pg-restore",
    "dr-pg-rejoin",
    "dr-pg-stop",
    "dr-probe",
    "dr-restic-restore",
    "dr-restic-list",
    "puppet",
    "systemctl",
    "runuser",
    "pgbackrest",
    "find",
    "wc",
    "sort",
    "tail",
];
