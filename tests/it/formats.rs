//! Findings in every format: held against the schemas of those who read them, within their limits, and inert whatever a
//! spec says.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use drplan::diag::visible::is_hidden;
use drplan::diag::{Code, Diagnostic, Diagnostics, Severity, SourceFile, SourceMap, Span};
use drplan::report::{self, Case, FindingsReport, Format, Style};
use pulldown_cmark::{Event, Parser, Tag};
use serde_json::Value;

use super::{hostile, tools};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn validator(path: &str) -> jsonschema::Validator {
    let mut schema: Value = serde_json::from_str(&fs::read_to_string(root().join(path)).unwrap()).unwrap();
    // The pattern of `language` in SARIF's schema is no regular expression of ECMA-262: `]?` without its bracket.
    for owner in ["run", "toolComponent"] {
        if let Some(language) = schema.pointer_mut(&format!("/definitions/{owner}/properties/language")) {
            language.as_object_mut().unwrap().remove("pattern");
        }
    }
    jsonschema::validator_for(&schema).unwrap()
}

fn hold(validator: &jsonschema::Validator, text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap();
    let wrong: Vec<String> =
        validator.iter_errors(&value).take(3).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    value
}

fn well_formed(xml: &str) {
    let schema = root().join("tests/support/schemas/jenkins-junit.xsd");
    let args = ["--noout", "--schema", schema.to_str().unwrap(), "-"];
    tools::succeed("xmllint", "libxml2-utils", &args, xml);
}

/// A report in which `text` stands wherever a spec can put a text.
fn report_with(texts: &[String]) -> (FindingsReport, SourceMap) {
    let mut sources = SourceMap::default();
    let mut found = Diagnostics::default();
    for (number, text) in texts.iter().enumerate() {
        let file = sources.add(SourceFile::new(text.clone(), format!("drplan: 1\n{text}\n")));
        let severity = [Severity::Error, Severity::Warning, Severity::Note][number % 3];
        let end = 11 + text.len() as u32;
        let mut diagnostic =
            Diagnostic::new(Code("unknown-name"), severity, format!("there is no store `{text}` {text}"))
                .about(format!("components.{text}"))
                .during(text.clone())
                .because(text.clone())
                .help(format!("write `{text}`, {text}"))
                .label(Span::new(file, 11, end), text.clone())
                .fix(Span::new(file, 11, end), text.clone());
        if number % 5 > 0 {
            diagnostic = diagnostic.at(Span::new(file, 11, end));
        }
        diagnostic.path = vec![text.clone(), text.clone()];
        diagnostic.waived = number % 7 == 6;
        found.push(diagnostic);
    }
    let mut report = FindingsReport::new(texts.first().map_or("", String::as_str), found, &sources);
    report.cases = texts.iter().map(|text| Case { scenario: text.clone(), component: text.clone() }).collect();
    (report, sources)
}

fn rendered(format: Format, texts: &[String]) -> String {
    let (report, sources) = report_with(texts);
    report::findings(&report, &sources, format, Style::Plain)
}

/// Whether a job of GitHub would take a line for a command.
pub(crate) fn is_command(line: &str) -> bool {
    line.trim_start().strip_prefix("::").is_some_and(|rest| !rest.starts_with(':'))
}

/// Every kind of finding of the documentation, as the program prints it.
fn printed(format: &str, spec: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_drplan"))
        .args(["validate", spec, "--format", format, "--as-of", "2026-11-21"])
        .current_dir(root())
        .env_clear()
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

const EXAMPLES: &[&str] = &["examples/wso2-identity-server", "examples/api-fortress", "examples/access-control"];

#[test]
fn examples_hold_to_the_schemas_of_their_readers() {
    let sarif = validator("tests/support/schemas/sarif-schema-2.1.0.json");
    let gitlab = validator("tests/support/schemas/gitlab-code-quality.schema.json");
    let own = validator("schemas/findings.schema.json");
    for example in EXAMPLES {
        hold(&sarif, &printed("sarif", example));
        hold(&gitlab, &printed("gitlab", example));
        hold(&own, &printed("json", example));
        well_formed(&printed("junit", example));
    }
}

#[test]
fn hostile_texts_hold_to_the_schemas_too() {
    let sarif = validator("tests/support/schemas/sarif-schema-2.1.0.json");
    let gitlab = validator("tests/support/schemas/gitlab-code-quality.schema.json");
    let texts: Vec<String> = hostile::texts(400).into_iter().filter(|text| !text.trim().is_empty()).collect();
    let log = hold(&sarif, &rendered(Format::Sarif, &texts));
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), report_with(&texts).0.findings.len());
    let issues = rendered(Format::Gitlab, &texts);
    hold(&gitlab, &issues);
    well_formed(&rendered(Format::Junit, &texts));
    for text in [rendered(Format::Sarif, &texts), issues, rendered(Format::Json, &texts)] {
        assert!(!["##[", "##vso[", "##teamcity["].iter().any(|command| text.contains(command)));
    }
}

#[test]
fn annotations_are_commands_of_ours_only() {
    let commands = ["::error::x", "a\n::error::x", "\r::add-mask::x", "x,line=9::y", "%0A::set-output name=a::b", "::"];
    let texts: Vec<String> = commands.map(str::to_owned).into_iter().chain(hostile::texts(300)).collect();
    for text in texts {
        let out = rendered(Format::Github, std::slice::from_ref(&text));
        for line in out.lines() {
            let (head, _) = line[2..].split_once("::").unwrap();
            let (kind, properties) = head.split_once(' ').unwrap();
            assert!(line.starts_with("::") && ["error", "warning", "notice"].contains(&kind), "{line:?}");
            let keys: Vec<&str> = properties.split(',').filter_map(|p| p.split_once('=')).map(|(key, _)| key).collect();
            assert!(keys == ["file", "line", "col", "title"] || keys == ["title"], "{line:?}");
        }
        let concise = rendered(Format::Concise, std::slice::from_ref(&text));
        assert!(concise.lines().all(|line| !is_command(line)), "{concise:?}");
    }
}

#[test]
fn nothing_hidden_is_printed() {
    for text in hostile::texts(300) {
        for format in [Format::Human, Format::Concise, Format::Github, Format::Gitlab, Format::Junit, Format::Markdown]
        {
            let out = rendered(format, std::slice::from_ref(&text));
            let hidden = out.chars().find(|c| is_hidden(*c) && !matches!(c, '\n' | '\t'));
            assert_eq!(hidden, None, "{format:?} of {text:?}: {out:?}");
        }
    }
}

#[test]
fn a_comment_holds_no_markup_but_its_own() {
    let options = crate::markdown::options();
    let own = ["<!--", "<br>", "<details>", "</details>", "<summary>", "</summary>"];
    let mentions = ["@octocat", "see @org/team", "#1", "a/b#1", "GH-12", "0123456789abcdef", "!5", "https://x.y"]
        .map(str::to_owned);
    for text in hostile::texts(400).into_iter().chain(mentions) {
        let page = rendered(Format::Markdown, std::slice::from_ref(&text));
        let mut in_code = 0_u32;
        for event in Parser::new_ext(&page, options) {
            match event {
                Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_) | Tag::Table(_)) => {
                    panic!("{text:?}: {page}")
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    let html = html.trim();
                    assert!(own.iter().any(|tag| html.starts_with(tag)), "{text:?} gives {html:?}: {page}");
                }
                Event::Code(_) => in_code += 1,
                Event::Text(shown) => assert!(!shown.contains('@'), "{text:?} mentions somebody: {page}"),
                _ => {}
            }
        }
        assert!(in_code > 0);
    }
}

/// So many errors, warnings and notes.
fn many(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("store-{number}")).collect()
}

#[test]
fn limits_are_kept_and_told() {
    let annotations = rendered(Format::Github, &many(120));
    let count = |kind: &str| annotations.lines().filter(|line| line.starts_with(kind)).count();
    assert_eq!((count("::error "), count("::warning "), count("::notice ")), (10, 10, 10));
    assert!(annotations.lines().last().unwrap().contains("more findings than a step can show"), "{annotations}");
    let comment = rendered(Format::Markdown, &many(2_000));
    assert!(comment.chars().count() < 65_536 && comment.contains("more that do not fit"));
    let log: Value = serde_json::from_str(&rendered(Format::Sarif, &many(6_000))).unwrap();
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 5_000);
    let told = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert_eq!(told, "1000 more findings are left out: code scanning keeps no more than 5000");
}

#[test]
fn a_finding_keeps_its_identity_when_it_moves() {
    let prints = |spec: &str| {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("drplan.yaml"), spec).unwrap();
        let json: Value = serde_json::from_str(&printed("json", folder.path().to_str().unwrap())).unwrap();
        let list = json["findings"].as_array().unwrap().clone();
        list.iter()
            .map(|f| (f["name"].to_string(), f["fingerprint"].to_string()))
            .collect::<std::collections::BTreeSet<_>>()
    };
    let spec = fs::read_to_string(root().join("examples/wso2-identity-server/drplan.yaml")).unwrap();
    let before = prints(&spec);
    assert_eq!(before.len(), 5);
    let moved = format!("# a line more\n\n{}", spec.replace("takes: 1h, to: vault", "takes: 2h, to: vault"));
    assert_eq!(prints(&moved), before);
}

#[test]
fn several_reports_come_from_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let reports = ["sarif", "junit", "markdown", "gitlab", "json", "concise", "github", "human"];
    let flags: Vec<String> =
        reports.iter().flat_map(|format| ["--report".to_owned(), format!("{format}={}", path(format))]).collect();
    let output = Command::new(env!("CARGO_BIN_EXE_drplan"))
        .args(["validate", EXAMPLES[0], "--as-of", "2026-11-21"])
        .args(&flags)
        .current_dir(root())
        .env_clear()
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    for format in reports {
        assert_eq!(fs::read_to_string(path(format)).unwrap(), printed(format, EXAMPLES[0]), "{format}");
    }
}

#[test]
fn commands_of_runners_are_disarmed_in_every_output() {
    let folder = tempfile::tempdir().unwrap();
    let spec =
        "drplan: 1\nsystem: {name: \"::add-mask::a ##[error]x ##vso[task.setvariable variable=a]b\", \"##[x]\": 1}\n";
    fs::write(folder.path().join("drplan.yaml"), spec).unwrap();
    assert!(!printed("human", folder.path().to_str().unwrap()).lines().any(is_command));
    for format in ["human", "concise", "json", "sarif", "junit", "github", "gitlab", "markdown"] {
        let out = printed(format, folder.path().to_str().unwrap());
        assert!(!out.is_empty() && !out.contains("##[") && !out.contains("##vso["), "{format}: {out}");
    }
}

#[test]
fn a_formatted_spec_is_printed_byte_for_byte() {
    use std::io::Write as _;
    let spec = "drplan: 1\n\n# ##[section] ##vso[x]\nsystem:\n  name: shop\n  description: |\n    ::error::x\n";
    let mut child = Command::new(env!("CARGO_BIN_EXE_drplan"))
        .args(["fmt", "-"])
        .env_clear()
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(spec.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), spec);
}
