//! A pull request that tries to leave the gate by what was observed, by a policy, a waiver, a baseline or by where runbooks are
//! kept: nothing in any format is a command, a mention, a link, markup or a terminal escape, and no file is read that is none
//! of the spec's.

use std::fs;
use std::path::Path;
use std::process::Command;

use drplan::diag::visible::is_hidden;
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;

use super::emit_hostile::quoted;
use super::formats::is_command;

const TEXTS: [&str; 9] = [
    "::error::evil",
    "x\n::add-mask::evil\r::set-output name=evil::x",
    "##[error]evil ##vso[task.evil]x ##teamcity[evil]",
    "\u{1b}]0;evil\u{7}\u{1b}[31m\u{9b}2J",
    "\u{202e}evil\u{2066}\u{200b}",
    "@org/evil #1 a/b#1 https://evil.example www.evil.example",
    "</summary></details><img src=x onerror=evil()><script>evil()</script><!--",
    "[evil](javascript:evil) ![evil](http://evil.example/x.png) **evil**",
    "`` ` ``` \n```\n# evil\n| a | b |\n|---|---|\n| evil | x |",
];

const FORMATS: [&str; 8] = ["human", "concise", "github", "gitlab", "junit", "sarif", "json", "markdown"];

fn spec(runbooks_at: &str) -> String {
    format!(
        r#"drplan: 1
system: {{name: shop, runbooks_at: {runbooks_at}}}
locations: {{west: {{kind: site}}, east: {{kind: site}}}}
stores: {{disk: {{at: east, technology: restic, path: /b}}}}
components:
  db:
    technology: postgresql
    instances: {{db1: {{at: west, role: primary}}}}
    data: {{main: {{size: 20 GiB, copies: {{night: {{schedule: "0 2 * * *", timezone: UTC, takes: 1h, to: disk}}}}}}}}
    recovery: {{to: [west, east], restore_rate: 100 MiB/s}}
"#
    )
}

/// What was observed, with a text of a stranger in every place that takes one.
fn observed(text: &str) -> String {
    let text = quoted(text);
    let seen = |value: &str| format!("{{value: {value}, at: 2026-06-01T06:00:00Z, source: {text}}}");
    let (own, early, yes) = (seen(&text), seen("2026-05-01T06:00:00Z"), seen("true"));
    let list = seen(&format!("[{text}, {text}]"));
    let (lost, failed) = (seen("\"lose:west\""), seen("failed"));
    let host = seen("db9.example.com");
    format!(
        r#"drplan_observed: 1
system: shop
components:
  {text}: {{technology: {own}}}
  db:
    technology: {own}
    instances: {{db1: {{host: {host}, at: {own}}}, {text}: {{at: {own}}}}}
    data: {{main: {{database: {own}, copies: {{night: {{keep: {list}, store: {own}, restored: {early}}}, {text}: {{present: {yes}}}}}}}}}
stores: {{{text}: {{path: {own}}}, disk: {{path: {own}}}}}
jobs: {{{text}: {{host: {own}}}}}
hosts: {{{text}: {{at: {own}}}}}
drills:
  "lose:west@1": {{scenario: {lost}, started: {early}, ended: {early}, verdict: {failed}, procedure: {own}, by: {own}, missed: {list}, fell_short: {list}}}
  {text}: {{scenario: {own}, started: {early}, ended: {early}, verdict: {failed}, procedure: {own}, missed: {list}}}
"#
    )
}

/// What a run of drplan prints and what it tells, which is inert for people, and its exit code.
fn told(folder: &Path, args: &[&str]) -> (String, Option<i32>) {
    let args = [args, &["--as-of", "2026-06-02"]].concat();
    let output =
        Command::new(env!("CARGO_BIN_EXE_drplan")).args(args).current_dir(folder).env_clear().output().unwrap();
    is_inert("human", &String::from_utf8(output.stderr).unwrap());
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

fn is_inert(format: &str, out: &str) {
    // JSON for programs holds every text as it is.
    let hidden = out.chars().find(|c| is_hidden(*c) && !matches!(c, '\n' | '\t'));
    assert!(hidden.is_none() || ["json", "sarif"].contains(&format), "{format} holds {hidden:?}: {out:?}");
    assert!(!["##[", "##vso[", "##teamcity["].iter().any(|command| out.contains(command)), "{format}: {out}");
    match format {
        "github" => {
            for line in out.lines().filter(|line| is_command(line)) {
                let ours = ["::error ", "::warning ", "::notice "].iter().any(|head| line.starts_with(head));
                assert!(ours, "{line:?}");
            }
        }
        _ => assert!(out.lines().all(|line| !is_command(line)), "{format}: {out}"),
    }
    if format == "markdown" {
        is_plain_markdown(out);
    }
}

fn is_plain_markdown(page: &str) {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_GFM;
    let own = ["<!-- drplan:", "<br>", "<details>", "</details>", "<summary>", "</summary>"];
    for event in Parser::new_ext(page, options) {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_) | Tag::Table(_)) => panic!("{page}"),
            Event::Html(html) | Event::InlineHtml(html) => {
                assert!(own.iter().any(|tag| html.trim().starts_with(tag)), "{html:?}: {page}");
            }
            Event::Text(shown) => assert!(!shown.contains('@'), "{page}"),
            _ => {}
        }
    }
}

/// Findings in every format from one run, each held to be inert; the names of the findings.
fn validated(folder: &Path, args: &[&str]) -> Vec<String> {
    let reports: Vec<String> = FORMATS.iter().map(|format| format!("{format}=out.{format}")).collect();
    let reports = reports.iter().flat_map(|report| ["--report", report.as_str()]);
    let (out, code) =
        told(folder, &["validate", "."].into_iter().chain(args.iter().copied()).chain(reports).collect::<Vec<_>>());
    assert!(code.is_some_and(|code| code < 3), "{out}");
    is_inert("human", &out);
    for format in FORMATS {
        let path = folder.join(format!("out.{format}"));
        is_inert(format, &fs::read_to_string(&path).unwrap_or_else(|error| panic!("{format}: {error}: {out}")));
    }
    let json: Value = serde_json::from_str(&fs::read_to_string(folder.join("out.json")).unwrap()).unwrap();
    let findings = json["findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_was_observed_is_inert_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("drplan.yaml"), spec("[east]")).unwrap();
    for text in TEXTS {
        fs::write(folder.path().join("observed.yaml"), observed(text)).unwrap();
        let names = validated(folder.path(), &["--observed", "observed.yaml"]);
        for name in ["drill-failed", "drill-before-change"] {
            assert!(names.iter().any(|found| found == name), "no {name} of {text:?}: {names:?}");
        }
    }
}

#[test]
fn names_of_files_are_inert_in_every_format() {
    for text in TEXTS.into_iter().chain(["${{ github.token }}", "-o", "$(evil)"]) {
        let folder = tempfile::tempdir().unwrap();
        let name = format!("{}.drplan.yaml", text.replace('/', ""));
        fs::write(folder.path().join(name), spec("[east]")).unwrap();
        assert!(!validated(folder.path(), &[]).is_empty());
    }
}

#[test]
fn a_policy_is_inert_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("drplan.yaml"), spec("[east]")).unwrap();
    for text in TEXTS {
        let text = quoted(text);
        let rule = format!(
            "drplan_policy: 1\npolicies:\n  house:\n    for: component\n    message: {text}\n    help: {text}\n    require: {{owner: {text}}}\n"
        );
        fs::write(folder.path().join("rules.yaml"), &rule).unwrap();
        let names = validated(folder.path(), &["--policy", "rules.yaml"]);
        assert!(names.iter().any(|name| name == "house"), "{names:?}");
        // A name that is none is told, and told as text.
        fs::write(folder.path().join("rules.yaml"), rule.replace("house:", &format!("{text}:"))).unwrap();
        let (out, code) = told(folder.path(), &["validate", "--policy", "rules.yaml", "--format", "concise"]);
        assert_eq!(code, Some(2), "{out}");
        is_inert("concise", &out);
    }
}

#[test]
fn where_runbooks_are_kept_is_inert() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["base", "head"] {
        fs::create_dir(at(name)).unwrap();
    }
    fs::write(at("base/drplan.yaml"), spec("[east]")).unwrap();
    for text in TEXTS {
        let hostile = spec(&format!("[{}]", quoted(text)));
        fs::write(at("drplan.yaml"), &hostile).unwrap();
        assert!(!validated(folder.path(), &[]).is_empty());
        fs::write(at("head/drplan.yaml"), &hostile).unwrap();
        let (out, code) = told(folder.path(), &["compare", "base", "head", "--format", "markdown"]);
        assert!(code.is_some(), "{out}");
        is_inert("markdown", &out);
    }
}

#[test]
fn waivers_and_baselines_are_inert() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for text in TEXTS {
        let quoted = quoted(text);
        let waiver = |finding: &str, at: &str, text: &str| {
            let waiver = format!("{{finding: {finding}, at: {at}, until: 2026-07-01, owner: {text}, reason: {text}}}");
            format!("{}waivers: [{waiver}]\n", spec("[east]"))
        };
        for waiver in [waiver("copy-unverified", "db", &quoted), waiver(&quoted, &quoted, "x")] {
            fs::write(at("drplan.yaml"), waiver).unwrap();
            validated(folder.path(), &[]);
        }
        // What a baseline knows of another spec is told too.
        fs::write(at("drplan.yaml"), spec("[east]").replace("db:", &format!("{quoted}:"))).unwrap();
        told(folder.path(), &["validate", "--write-baseline", "known.json"]);
        validated(folder.path(), &["--baseline", "known.json"]);
        fs::write(at("drplan.yaml"), spec("[east]")).unwrap();
        validated(folder.path(), &["--baseline", "known.json"]);
    }
}

#[test]
fn only_files_of_the_checkout_are_read() {
    let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at = |name: &str| folder.path().join(name);
    fs::write(outside.path().join("secret"), "hidden: [1\n").unwrap();
    fs::create_dir(at(".git")).unwrap();
    fs::write(at(".git/config"), "hidden: [1\n").unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret"), at("out")).unwrap();
    std::os::unix::fs::symlink(".git/config", at("git")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", at("device")).unwrap();
    assert!(Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
    fs::write(at("deep"), "a: ".to_owned() + &"[".repeat(10_000)).unwrap();
    let level = |n: u32| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", "));
    fs::write(at("bomb"), "a0: &a0 [x]\n".to_owned() + &(1..20).map(level).collect::<String>()).unwrap();
    fs::write(at("drplan.yaml"), spec("[east]")).unwrap();
    let files = ["out", "git", "device", "pipe", "deep", "bomb"];
    let given = |file| ["--observed", "--policy", "--baseline"].map(|option| vec!["validate", option, file]);
    let as_specs = ["out", "git", "pipe"].map(|file| vec!["validate", file]);
    let compared = [vec!["compare", "drplan.yaml", "out"], vec!["compare", "git", "drplan.yaml"]];
    for args in files.into_iter().flat_map(given).chain(as_specs).chain(compared) {
        let output = Command::new("timeout")
            .args(["20", env!("CARGO_BIN_EXE_drplan")])
            .args(&args)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.code().is_some_and(|code| [1, 2].contains(&code)), "{args:?}: {said}");
        assert!(!said.contains("hidden"), "{args:?}: {said}");
    }
}
