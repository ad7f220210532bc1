//! What makes drplan ready to use elsewhere: the action, the template, the hooks, the container, the package. Each is read as
//! its platform reads it, and its scripts pass shellcheck.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use super::tools;

pub(super) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(super) fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

/// Runs a program with nothing of this environment but what is given.
pub(super) fn run(folder: &Path, program: &str, args: &[&str], env: &[(&str, &str)]) -> Output {
    Command::new(program)
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LC_ALL", "C.UTF-8")
        .envs(env.iter().copied())
        .output()
        .unwrap_or_else(|error| panic!("cannot run {program}: {error}; install it with: apt-get install {program}"))
}

pub(super) fn git(folder: &Path, args: &[&str]) -> String {
    let who = [
        ("GIT_AUTHOR_NAME", "a"),
        ("GIT_AUTHOR_EMAIL", "a@b.c"),
        ("GIT_COMMITTER_NAME", "a"),
        ("GIT_COMMITTER_EMAIL", "a@b.c"),
    ];
    let output =
        run(folder, "git", args, &[&who[..], &[("GIT_CONFIG_NOSYSTEM", "1"), ("HOME", "/nonexistent")]].concat());
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub(super) fn spec() -> String {
    text("examples/wso2-identity-server/drplan.yaml")
}

/// A repository with a pull request: the base's id, and the change in the working tree.
pub(super) fn pull_request(before: Option<&str>, after: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    git(at, &["init", "-q", "-b", "main"]);
    fs::create_dir(at.join("dr")).unwrap();
    fs::write(at.join("README"), "x").unwrap();
    if let Some(before) = before {
        fs::write(at.join("dr/drplan.yaml"), before).unwrap();
    }
    git(at, &["add", "."]);
    git(at, &["commit", "-q", "-m", "base"]);
    let base = git(at, &["rev-parse", "HEAD"]);
    fs::write(at.join("dr/drplan.yaml"), after).unwrap();
    git(at, &["add", "."]);
    git(at, &["commit", "-q", "--allow-empty", "-m", "change"]);
    (folder, base)
}

#[test]
fn scripts_pass_shellcheck() {
    for script in ["release.sh", "github/install.sh", "github/gate.sh", "github/comment.sh"] {
        tools::succeed("shellcheck", "shellcheck", &["-s", "bash", "-"], &text(&format!("packaging/{script}")));
    }
}

#[test]
fn the_action_is_sound_and_puts_no_input_into_a_script() {
    let action = yaml(&text("action.yml"));
    assert_eq!(action["runs"]["using"], "composite");
    let inputs = keys(&action["inputs"]);
    for input in action["inputs"].as_object().unwrap().values() {
        assert!(input["description"].is_string() && input["default"].is_string());
    }
    let page = text("docs/pull-requests.md");
    let told = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |")).map(|(name, _)| name);
    assert!(inputs.is_subset(&told.map(str::to_owned).collect()), "docs/pull-requests.md tells every input");
    let mut used = BTreeSet::new();
    for step in action["runs"]["steps"].as_array().unwrap() {
        // Actions of others would have to be pinned; there are none.
        assert!(step["uses"].is_null() && step["shell"] == "bash");
        let script = step["run"].as_str().unwrap();
        assert!(!script.contains("${{"), "an input would be part of the script: {script}");
        let path = script.split("$GITHUB_ACTION_PATH/").nth(1).unwrap().trim_end_matches('"');
        assert!(root().join(path).is_file(), "{path} is missing");
        let mut expressions = vec![step["if"].to_string()];
        expressions.extend(step["env"].as_object().unwrap().values().map(Value::to_string));
        for expression in expressions {
            used.extend(
                expression.split("inputs.").skip(1).map(|rest| {
                    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>()
                }),
            );
        }
        let script = fs::read_to_string(root().join(path)).unwrap();
        for name in step["env"].as_object().unwrap().keys().filter(|name| name.starts_with("DRPLAN_")) {
            assert!(script.contains(name.as_str()), "{path} does not read {name}");
        }
    }
    assert_eq!(used, inputs, "every input is used, and every one that is used is declared");
}

#[test]
fn the_gitlab_template_runs() {
    let file = text("packaging/gitlab/drplan.gitlab-ci.yml");
    let (head, body) = file.split_once("\n---\n").unwrap();
    let inputs = keys(&yaml(head)["spec"]["inputs"]);
    let used: BTreeSet<String> =
        body.split("$[[ inputs.").skip(1).map(|rest| rest.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(inputs, used);
    let job = yaml(body)["drplan"].clone();
    let lines: Vec<&str> = job["script"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    assert!(lines.iter().all(|line| !line.contains("$[[")), "an input would be part of the script");
    let script = lines.join("\n");
    tools::succeed("shellcheck", "shellcheck", &["-s", "sh", "-"], &script);
    let after = spec().replace("continuous: 1m", "continuous: 10m");
    let (folder, base) = pull_request(Some(&spec()), &after);
    let bin = Path::new(env!("CARGO_BIN_EXE_drplan")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let env = [
        ("PATH", path.as_str()),
        ("DRPLAN_SPEC", "dr"),
        ("DRPLAN_FAIL_ON", "error"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base),
    ];
    let ran = run(folder.path(), "sh", &["-c", &script], &env);
    assert_eq!(ran.status.code(), Some(1), "{}", String::from_utf8_lossy(&ran.stderr));
    let reports = &job["artifacts"]["reports"];
    for file in [&reports["codequality"], &reports["junit"], &job["artifacts"]["paths"][0]] {
        let path = folder.path().join(file.as_str().unwrap());
        assert!(fs::metadata(&path).unwrap().len() > 100, "{}", path.display());
    }
}

#[test]
fn hooks_run_on_specs_only() {
    let hooks = yaml(&text(".pre-commit-hooks.yaml"));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("drplan.yaml"), spec()).unwrap();
    for hook in hooks.as_array().unwrap() {
        let pattern = jsonschema::validator_for(&serde_json::json!({"pattern": hook["files"]})).unwrap();
        for (path, is_spec) in [
            ("drplan.yaml", true),
            ("a/b.drplan.yaml", true),
            ("xdrplan.yaml", false),
            ("drplan.yaml.bak", false),
            ("drplan.yml", false),
        ] {
            assert_eq!(pattern.is_valid(&Value::from(path)), is_spec, "{path}");
        }
        let mut words: Vec<&str> = hook["entry"].as_str().unwrap().split(' ').skip(1).collect();
        if hook["pass_filenames"] != false {
            words.push("drplan.yaml");
        }
        let ran = run(folder.path(), env!("CARGO_BIN_EXE_drplan"), &words, &[]);
        assert!(ran.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&ran.stderr));
    }
}

#[test]
fn a_release_holds_all_its_parts() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("dist");
    let script = root().join("packaging/release.sh");
    let args = [script.to_str().unwrap(), "-o", out.to_str().unwrap(), "--binary", env!("CARGO_BIN_EXE_drplan")];
    let ran = run(folder.path(), "bash", &args, &[]);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let archive = &format!("drplan-{}-unknown-linux-musl.tar.gz", std::env::consts::ARCH);
    let list = run(&out, "tar", &["-tzf", archive], &[]);
    let list = String::from_utf8(list.stdout).unwrap();
    for part in [
        "./drplan",
        "./LICENSE",
        "./man/drplan.1",
        "./man/drplan-compare.1",
        "./completions/drplan.bash",
        "./schemas/spec.schema.json",
    ] {
        assert!(list.lines().any(|line| line == part), "{part} is missing:\n{list}");
    }
    assert!(run(&out, "sha256sum", &["--check", "--strict", "SHA256SUMS"], &[]).status.success());
    // What the Debian package takes is what the release puts there.
    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    let deb = &manifest["package"]["metadata"]["deb"];
    for asset in deb["assets"].as_array().unwrap() {
        let from = asset[0].as_str().unwrap();
        let part =
            from.replace("target/release/", "./").replace("target/man/*.1", "./man/drplan.1").replace("target/", "./");
        let there =
            list.lines().any(|line| line == part) || root().join(from.replace("*.json", "spec.schema.json")).is_file();
        assert!(there, "{from} is nowhere");
    }
}

#[test]
fn the_container_holds_what_is_built() {
    let file = text("Containerfile");
    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    let wanted = manifest["package"]["rust-version"].as_str().unwrap();
    assert!(file.contains(&format!("FROM rust:{wanted}-alpine AS build")), "the compiler is the one of Cargo.toml");
    let words: BTreeSet<&str> = file
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|word| word.chars().all(|c| c.is_ascii_uppercase()))
        .collect();
    assert_eq!(words, ["CMD", "COPY", "ENTRYPOINT", "FROM", "RUN", "USER", "WORKDIR", ""].into_iter().collect());
    assert!(file.contains("--locked") && file.contains("USER 65532:65532"));
}

#[test]
fn editors_find_the_schemas() {
    let ids: BTreeSet<String> = drplan::schemas::all()
        .into_iter()
        .filter_map(|(_, schema)| Some(schema.get("$id")?.as_str()?.to_owned()))
        .collect();
    let catalog: Value = serde_json::from_str(&text("packaging/schemastore/catalog.json")).unwrap();
    let whole = serde_json::json!({
        "$schema": "https://json.schemastore.org/schema-catalog.json", "version": 1, "schemas": catalog
    });
    let schema: Value = serde_json::from_str(&text("tests/support/schemas/schemastore-catalog.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&whole), "{:?}", validator.iter_errors(&whole).next().map(|e| e.to_string()));
    for entry in catalog.as_array().unwrap() {
        assert!(ids.contains(entry["url"].as_str().unwrap()), "{entry}");
        // Two rules of SchemaStore that its schema does not hold.
        let description = entry["description"].as_str().unwrap();
        assert!(
            !description.to_lowercase().contains("schema") && description.ends_with(char::is_alphanumeric),
            "{entry}"
        );
    }
    let settings: Value = serde_json::from_str(&text("packaging/editors/vscode-settings.json")).unwrap();
    assert!(keys(&settings["yaml.schemas"]).is_subset(&ids));
    let helix: toml::Table = text("packaging/editors/helix-languages.toml").parse().unwrap();
    let schemas = helix["language-server"]["yaml-language-server"]["config"]["yaml"]["schemas"].as_table().unwrap();
    assert!(schemas.keys().all(|key| ids.contains(key)));
}
