//! `drplan diff`, and evidence in `validate` and `assess`, as they are run: exit codes, formats, files, hostile names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use drplan::desired::Desired;
use drplan::diag::visible::is_hidden;
use drplan::diag::{SourceFile, SourceMap};
use drplan::evidence::{Question, facts, undeclared};
use drplan::model::Model;
use drplan::observed::{Address, Field, Instant, Observed, Seen, Value, write};
use drplan::report::Style;
use drplan::report::changes::{ChangesFormat, ChangesView};
use drplan::spec::Spec;
use drplan::text::Limits;
use drplan::{diff, model, tech};
use pulldown_cmark::{Event, Parser, Tag};
use serde_json::Value as Json;

use super::hostile;

/// 2026-11-21T00:00:00Z
const NOW: Instant = Instant(1_795_219_200);

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn drplan(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_drplan"))
        .args(arguments)
        .args(["--as-of", "2026-11-21"])
        .current_dir(root())
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const EXAMPLE: &str = "examples/wso2-identity-server";

fn example() -> Model {
    let mut sources = SourceMap::default();
    let spec = fs::read_to_string(root().join(EXAMPLE).join("drplan.yaml")).unwrap();
    sources.add(SourceFile::new("drplan.yaml", spec));
    let (spec, _) = Spec::read(&sources, Limits::default());
    model::resolve(&spec, &tech::built_in().0).0
}

/// What would be observed of the example if all were as planned.
fn as_planned() -> Observed {
    let model = example();
    diff::fulfilled(&model, &Desired::of(&model), NOW)
}

fn written(folder: &Path, observed: &Observed) -> String {
    let path = folder.join("observed.yaml");
    fs::write(&path, write(observed)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn set(observed: &mut Observed, address: Address, field: Field, value: Value, source: &str) {
    observed.set(address, field, Seen::new(value, NOW, &Arc::from(source)));
}

#[test]
fn a_system_as_planned_has_no_drift_also_through_observe() {
    let folder = tempfile::tempdir().unwrap();
    let observed = written(folder.path(), &as_planned());
    let output = drplan(&["diff", EXAMPLE, "--observed", &observed]);
    assert_eq!(text(&output.stdout), "identity: the real system is as planned (19 things)\n");
    assert_eq!(output.status.code(), Some(0));
    let again = folder.path().join("again.yaml");
    let source = format!("observed={observed}");
    let output = drplan(&["observe", "--spec", EXAMPLE, &source, "-o", again.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let output = drplan(&["diff", EXAMPLE, "--observed", again.to_str().unwrap(), "--format", "json"]);
    let json: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&json["changes"], &json["complete"]), (&Json::Array(Vec::new()), &Json::Bool(true)));
}

#[test]
fn exit_codes_depend_on_drift_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut observed = as_planned();
    observed.things.remove(&Address::Store("vault".into()));
    let incomplete = written(folder.path(), &observed);
    let output = drplan(&["diff", EXAMPLE, "--observed", &incomplete]);
    assert_eq!(output.status.code(), Some(0));
    let said = text(&output.stdout);
    assert!(said.contains("  ? stores.vault: technology, host, at, path\n"), "{said}");
    assert!(said.ends_with("differs from the plan; 18 as planned, 1 not or not fully observed\n"), "{said}");

    let drifted = format!("{EXAMPLE}/observed.yaml");
    for format in ["human", "json", "markdown"] {
        let arguments = ["diff", EXAMPLE, "--observed", &drifted, "--format", format];
        assert_eq!(drplan(&arguments).status.code(), Some(1), "{format}");
        assert_eq!(drplan(&[&arguments[..], &["--exit-zero"]].concat()).status.code(), Some(0), "{format}");
    }
    for wrong in [
        vec!["diff", EXAMPLE],
        vec!["diff", EXAMPLE, "--observed", "nowhere.yaml"],
        vec!["diff", "examples/access-control", "--observed", &drifted],
        vec!["diff", EXAMPLE, "--observed", &drifted, "--report", "pdf=x"],
    ] {
        let output = drplan(&wrong);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()), "{wrong:?}");
    }
    let broken = folder.path().join("broken.yaml");
    fs::write(&broken, "drplan_observed: 1\nhost: {}\n").unwrap();
    for command in ["diff", "assess"] {
        let output = drplan(&[command, EXAMPLE, "--observed", broken.to_str().unwrap()]);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), String::new()), "{command}");
        assert!(text(&output.stderr).contains("did you mean `hosts`?"), "{output:?}");
    }
}

#[test]
fn several_observations_are_joined_and_contradictions_told() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("a.yaml"), folder.path().join("b.yaml"));
    let one = |role: &str, at: &str, source: &str| {
        format!(
            "drplan_observed: 1\ncomponents:\n  identity-db:\n    instances:\n      db1:\n        \
             role: {{value: {role}, at: {at}, source: {source}}}\n"
        )
    };
    fs::write(&first, one("standby", "2026-11-20T10:00:00Z", "old")).unwrap();
    fs::write(&second, one("primary", "2026-11-20T11:00:00Z", "new")).unwrap();
    let files = [first.to_str().unwrap(), second.to_str().unwrap()];
    let output = drplan(&["diff", EXAMPLE, "--observed", files[0], "--observed", files[1]]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let told = text(&output.stderr);
    assert!(told.starts_with("contradiction: components.identity-db.instances.db1.role: kept `primary`"), "{told}");
}

/// The keys of 3-cli's example, and no others.
#[test]
fn json_has_the_published_shape() {
    let drifted = format!("{EXAMPLE}/observed.yaml");
    let output = drplan(&["diff", EXAMPLE, "--observed", &drifted, "--format", "json"]);
    let json: Json = serde_json::from_slice(&output.stdout).unwrap();
    let schema = fs::read_to_string(root().join("schemas/changes.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let keys = |value: &Json| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&json), ["format", "changes", "complete", "summary"]);
    assert_eq!(json["format"], "drplan.changes/1");
    for change in json["changes"].as_array().unwrap() {
        assert_eq!(keys(change), ["address", "action", "attributes", "reason"]);
        for pair in change["attributes"].as_object().unwrap().values() {
            assert_eq!(keys(pair), ["actual", "desired"]);
        }
    }
    let role = json["changes"].as_array().unwrap().iter().find(|change| change["attributes"].get("role").is_some());
    assert_eq!(role.unwrap()["attributes"]["role"], serde_json::json!({"actual": "standby", "desired": "primary"}));
    let counted = json["summary"].as_object().unwrap();
    for action in ["create", "update", "remove", "refresh", "none"] {
        let count = json["changes"].as_array().unwrap().iter().filter(|change| change["action"] == action).count();
        assert_eq!(counted[action], count, "{action}");
    }
}

#[test]
fn generated_files_are_held_against_deployed_ones() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let deployed = out.to_str().unwrap();
    assert_eq!(drplan(&["generate", "runbooks", EXAMPLE, "-o", deployed]).status.code(), Some(0));
    // What was observed does not change what is generated.
    let planned = written(folder.path(), &as_planned());
    let output = drplan(&["diff", EXAMPLE, "--observed", &planned, "--deployed", deployed]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let output = drplan(&["diff", EXAMPLE, "--deployed", deployed]);
    let said = text(&output.stdout);
    assert!(said.starts_with("identity: the real system is as planned ("), "{said}");
    assert_eq!(output.status.code(), Some(0));

    let page = out.join("runbooks/scenarios/lose_main.md");
    let edited = fs::read_to_string(&page).unwrap().replacen("# ", "# Old: ", 1);
    fs::write(&page, edited).unwrap();
    fs::remove_file(out.join("runbooks/README.md")).unwrap();
    let output = drplan(&["diff", EXAMPLE, "--deployed", deployed, "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let json: Json = serde_json::from_slice(&output.stdout).unwrap();
    let told: Vec<(&str, &str)> = json["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (change["address"].as_str().unwrap(), change["action"].as_str().unwrap()))
        .collect();
    let wanted = [("files.runbooks/README.md", "create"), ("files.runbooks/scenarios/lose_main.md", "update")];
    assert_eq!(told, wanted);
    let said = text(&drplan(&["diff", EXAMPLE, "--deployed", deployed]).stdout);
    assert!(said.contains("  ~ runbooks/scenarios/lose_main.md: ") && said.contains("      -# Old: "), "{said}");
    assert!(!fs::read_to_string(&page).unwrap().starts_with("<!--drplan"), "diff writes nothing");
}

/// The digests that `sha256sum` prints on the machine do as well.
#[test]
fn generated_files_are_held_against_observed_digests() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    assert_eq!(drplan(&["generate", "runbooks", EXAMPLE, "-o", out.to_str().unwrap()]).status.code(), Some(0));
    let page = out.join("runbooks/scenarios/lose_main.md");
    fs::write(&page, "# Old\n").unwrap();
    let sums = Command::new("sh")
        .args(["-c", "find \"$1\" -type f -not -name '.*' -exec sha256sum {} +", "sh", out.to_str().unwrap()])
        .output()
        .unwrap();
    let sums_file = folder.path().join("sums");
    fs::write(&sums_file, sums.stdout).unwrap();
    let observed = folder.path().join("observed.yaml");
    let source = format!("sha256sum@wiki.example.com={}", sums_file.display());
    let output = drplan(&["observe", "--spec", EXAMPLE, &source, "-o", observed.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let place = format!("wiki.example.com:{}", out.display());
    let arguments = ["diff", EXAMPLE, "--observed", observed.to_str().unwrap(), "--format", "json", "--deployed-on"];
    let output = drplan(&[&arguments[..], &[&place]].concat());
    let json: Json = serde_json::from_slice(&output.stdout).unwrap();
    let of_files = |json: &Json| {
        let changes = json["changes"].as_array().unwrap().clone();
        let of_file = |change: &Json| Some(change["address"].as_str()?.strip_prefix("files.")?.to_owned());
        changes.iter().filter_map(of_file).collect::<Vec<_>>()
    };
    assert_eq!(of_files(&json), ["runbooks/scenarios/lose_main.md"]);
    let wrong = drplan(&[&arguments[..], &["nowhere"]].concat());
    assert_eq!(wrong.status.code(), Some(2), "{wrong:?}");
}

/// The number of the card: a daily copy whose runs take 2 h 10 m is worth 26 h 10 m.
#[test]
fn evidence_tells_what_follows_in_numbers() {
    let drifted = format!("{EXAMPLE}/observed.yaml");
    let note = "with the observed 2 h 10 m runs the worst case is 26 h 10 m, objective 24 h";
    let diff = text(&drplan(&["diff", EXAMPLE, "--observed", &drifted]).stdout);
    let output = drplan(&["validate", EXAMPLE, "--observed", &drifted, "--format", "json"]);
    let findings: Json = serde_json::from_slice(&output.stdout).unwrap();
    let list = findings["findings"].as_array().unwrap();
    let named = |name: &str| list.iter().find(|finding| finding["name"] == name).unwrap();
    assert!(diff.contains(note), "{diff}");
    assert_eq!(named("run-longer-than-declared")["notes"][0], note);
    assert!(named("rpo-unmet")["message"].as_str().unwrap().starts_with("up to 26 h 10 m of"), "{findings:#}");
    let output = drplan(&["assess", EXAMPLE, "--observed", &drifted, "--format", "json"]);
    let assessment: Json = serde_json::from_slice(&output.stdout).unwrap();
    let measured = assessment["measurements"].as_array().unwrap();
    let takes = measured.iter().find(|one| one["address"].as_str().unwrap().ends_with("daily.takes")).unwrap();
    assert_eq!((&takes["declared"], &takes["measured"]), (&Json::from("1h"), &Json::from("2h 10m")));
    let worst = |result: &Json| result["data_loss"].as_array().unwrap().iter().find_map(|l| l["worst_s"].as_u64());
    let losses: Vec<u64> = assessment["results"].as_array().unwrap().iter().filter_map(worst).collect();
    assert_eq!(losses.iter().max(), Some(&(26 * 3_600 + 600)));
}

#[test]
fn a_waiver_of_evidence_is_of_use_only_where_something_was_observed() {
    let folder = tempfile::tempdir().unwrap();
    let spec = fs::read_to_string(root().join(EXAMPLE).join("drplan.yaml")).unwrap();
    let waiver =
        "waivers:\n  - {finding: never-restored, until: 2027-03-31, owner: iam, reason: the drive is broken}\n";
    fs::write(folder.path().join("drplan.yaml"), format!("{spec}\n{waiver}")).unwrap();
    let validate = |observed: Option<&str>| {
        let mut arguments = vec!["validate", folder.path().to_str().unwrap(), "--format", "json"];
        arguments.extend(observed.iter().flat_map(|path| ["--observed", path]));
        let json: Json = serde_json::from_slice(&drplan(&arguments).stdout).unwrap();
        let list = json["findings"].as_array().unwrap().clone();
        let of =
            |name: &str| list.iter().filter(|f| f["name"] == name).map(|f| f["waived"] == true).collect::<Vec<_>>();
        (of("waiver-unused"), of("never-restored"))
    };
    assert_eq!(validate(None), (vec![], vec![]));
    assert_eq!(validate(Some(&format!("{EXAMPLE}/observed.yaml"))), (vec![], vec![true]));
    let planned = written(folder.path(), &as_planned());
    assert_eq!(validate(Some(&planned)), (vec![false], vec![]));
}

/// Every place of the observed state that holds a text which a stranger may have chosen.
fn hostile_state(mut observed: Observed, text: &str) -> Observed {
    let own = |value: &str| Value::Text(value.to_owned());
    let name = || format!("x{text}");
    set(&mut observed, Address::Job(name()), Field::Host, own(text), text);
    set(&mut observed, Address::Host(name()), Field::At, own(text), text);
    set(&mut observed, Address::Store(name()), Field::Path, own(text), text);
    set(&mut observed, Address::Component(name()), Field::Technology, own(text), text);
    set(&mut observed, Address::Dataset("identity-db".into(), name()), Field::Database, own(text), text);
    let db1 = Address::Instance("identity-db".into(), "db1".into());
    set(&mut observed, db1, Field::Host, own(text), text);
    let nightly = Address::Copy("identity-db".into(), "identity".into(), "nightly".into());
    let list = vec![text.to_owned(), "daily 14".to_owned(), format!("{text} {text}")];
    set(&mut observed, nightly, Field::Keep, Value::List(list), text);
    observed
}

#[test]
fn hostile_names_arrive_inert() {
    let (model, planned) = (example(), as_planned());
    let desired = Desired::of(&model);
    let mentions = ["@octocat", "see @org/team", "#1", "a/b#1", "https://x.y", "```\n# x", "<!-- x -->", "</details>"];
    for text in hostile::texts(400).into_iter().chain(mentions.map(str::to_owned)) {
        let observed = hostile_state(planned.clone(), &text);
        let question = Question { model: &model, desired: &desired, observed: &observed, now: NOW };
        let changes = diff::diff(&question, &undeclared(&model, &desired, &observed), &facts(&question));
        assert_eq!(changes.summary().remove, 5, "{text:?}");
        let view = ChangesView::new(&text, &changes);
        let [human, page] =
            [ChangesFormat::Human, ChangesFormat::Markdown].map(|format| view.render(format, Style::Plain));
        for out in [&human, &page] {
            let hidden = out.chars().find(|c| is_hidden(*c) && *c != '\n');
            assert_eq!(hidden, None, "{text:?}: {out:?}");
        }
        is_inert(&page, &text);
    }
}

fn is_inert(page: &str, text: &str) {
    let options = crate::markdown::options();
    for event in Parser::new_ext(page, options) {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_) | Tag::Table(_)) => {
                panic!("{text:?}: {page}")
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                let own = ["<!-- drplan:changes -->", "<details>", "</details>", "<summary>", "</summary>"];
                assert!(own.iter().any(|tag| html.trim().starts_with(tag)), "{text:?} gives {html:?}: {page}");
            }
            Event::Text(shown) => assert!(!shown.contains('@'), "{text:?} mentions somebody: {page}"),
            _ => {}
        }
    }
}

#[test]
fn what_was_observed_commands_no_job() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), &hostile_state(as_planned(), "\n::error::x ##[error]"));
    for format in ["human", "json", "markdown"] {
        let output = drplan(&["diff", EXAMPLE, "--observed", &path, "--format", format]);
        let said = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(!said.lines().any(|line| line.trim_start().starts_with("::")) && !said.contains("##["), "{said}");
    }
}
