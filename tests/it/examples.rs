//! Every example as a user runs it: findings, numbers, picture and generated files are checked in and compared byte for
//! byte. `DRPLAN_BLESS=1` rewrites them.
//!
//! Of a generated control repository the parts that are copied as they are (the library, its checks) are not checked in
//! again: the test holds them against `templates/puppet/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The day by which examples are judged.
const AS_OF: &str = "2026-11-21";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every folder below `examples/` with a spec in it.
fn examples() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join("examples")];
    while let Some(next) = open.pop() {
        if next.join("drplan.yaml").is_file() {
            found.push(next);
            continue;
        }
        open.extend(fs::read_dir(&next).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()));
    }
    found.sort();
    found
}

/// The texts of all specs.
pub(crate) fn specs() -> Vec<String> {
    examples().iter().map(|example| fs::read_to_string(example.join("drplan.yaml")).unwrap()).collect()
}

/// Standard output and exit code of drplan, run in the repository.
fn drplan(arguments: &[&str]) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_drplan"))
        .args(arguments)
        .args(["--as-of", AS_OF])
        .current_dir(root())
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

fn files_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Compares a folder with what it should hold, or rewrites it.
fn hold(folder: &Path, wanted: &BTreeMap<String, Vec<u8>>) {
    if std::env::var_os("DRPLAN_BLESS").is_some() {
        if folder.exists() {
            fs::remove_dir_all(folder).unwrap();
        }
        for (name, bytes) in wanted {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
    let found = files_below(folder);
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(wanted), "{}: other files than expected", folder.display());
    for (name, bytes) in wanted {
        let (old, new) = (String::from_utf8_lossy(&found[name]), String::from_utf8_lossy(bytes));
        let diff = similar::TextDiff::from_lines(&*old, &*new).unified_diff().to_string();
        assert!(diff.is_empty(), "{}/{name} is out of date (DRPLAN_BLESS=1 rewrites it):\n{diff}", folder.display());
    }
}

/// The records of an example's drills, by name.
fn records(example: &Path) -> Vec<String> {
    let name = |name: String| name.ends_with(".jsonl").then(|| format!("drills/{name}"));
    let mut records: Vec<String> = files_below(&example.join("drills")).into_keys().filter_map(name).collect();
    records.sort();
    records
}

/// `drills/observed.yaml` is what is observed of the records beside it.
#[test]
fn every_record_of_a_drill_is_evidence() {
    for example in examples() {
        let spec = example.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        let sources: Vec<String> = records(&example).iter().map(|record| format!("drill={spec}/{record}")).collect();
        if sources.is_empty() {
            continue;
        }
        let arguments = ["observe", "--spec", &spec].into_iter().chain(sources.iter().map(String::as_str));
        let (text, code) = drplan(&arguments.collect::<Vec<_>>());
        assert_eq!(code, 0, "{spec}");
        let path = example.join("drills/observed.yaml");
        if std::env::var_os("DRPLAN_BLESS").is_some() {
            fs::write(&path, &text).unwrap();
        }
        assert!(fs::read_to_string(&path).unwrap_or_default() == text, "{} is out of date", path.display());
    }
}

/// The arguments that name what was observed of an example's system, where anything was.
fn seen(example: &Path, spec: &str) -> Vec<String> {
    let files = ["observed.yaml", "drills/observed.yaml"].into_iter().filter(|file| example.join(file).exists());
    files.flat_map(|file| ["--observed".to_owned(), format!("{spec}/{file}")]).collect()
}

#[test]
fn every_example_prints_what_is_checked_in() {
    for example in examples() {
        let spec = example.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        let mut wanted = BTreeMap::new();
        let seen = seen(&example, &spec);
        let observed = [
            ("changes.txt", vec!["diff"]),
            ("changes.json", vec!["diff", "--format", "json"]),
            ("changes.md", vec!["diff", "--format", "markdown"]),
            ("findings-observed.txt", vec!["validate"]),
            ("assessment-observed.txt", vec!["assess"]),
        ];
        for (name, arguments) in observed.into_iter().filter(|_| !seen.is_empty()) {
            let arguments = arguments.into_iter().chain([spec.as_str()]).chain(seen.iter().map(String::as_str));
            wanted.insert(name.to_owned(), drplan(&arguments.collect::<Vec<_>>()).0.into_bytes());
        }
        for record in records(&example) {
            let record = format!("{spec}/{record}");
            let (json, _) = drplan(&["drill", "show", "--record", &record, "--format", "json"]);
            let json: serde_json::Value = serde_json::from_str(&json).unwrap();
            let scenario = json["scenario"].as_str().unwrap();
            for (name, arguments) in [
                ("drill.txt", vec!["drill", "show", "--record", &record]),
                ("recovery.txt", vec!["assess", &spec, "--scenario", scenario]),
                ("graph.txt", vec!["graph", &spec, "--scenario", scenario, "--format", "text"]),
            ] {
                wanted.insert(name.to_owned(), drplan(&arguments).0.into_bytes());
            }
        }
        for (name, arguments) in [
            ("findings.txt", vec!["validate", &spec]),
            ("findings.json", vec!["validate", &spec, "--format", "json"]),
            ("assessment.txt", vec!["assess", &spec]),
            ("graph.svg", vec!["graph", &spec, "--format", "svg"]),
        ] {
            wanted.insert(name.to_owned(), drplan(&arguments).0.into_bytes());
        }
        hold(&example.join("expected/printed"), &wanted);
    }
}

/// An example whose `expected/generated` exists is one to be put on hosts; the others are for their numbers.
#[test]
fn every_example_generates_what_is_checked_in() {
    for example in examples().into_iter().filter(|example| example.join("expected/generated").exists()) {
        let spec = example.strip_prefix(root()).unwrap().to_str().unwrap();
        let out = tempfile::tempdir().unwrap();
        let (_, code) = drplan(&["generate", spec, "-o", out.path().to_str().unwrap()]);
        assert_eq!(code, 0, "{spec}");
        let mut generated = files_below(out.path());
        for (copied, from) in [("site-modules/dr/", "library"), ("ci/", "ci")] {
            for (name, bytes) in files_below(&root().join("templates/puppet").join(from)) {
                let there = generated.remove(&format!("{copied}{name}"));
                assert!(there.as_ref() == Some(&bytes), "{spec}: {copied}{name} is not a copy of the library's");
            }
        }
        generated.remove(".drplan-manifest.json");
        without_bundle(spec, "runbooks/", &mut generated);
        // It is held in a folder of its own, where that is checked in.
        assert!(generated.remove("report.html").is_some(), "{spec}: no report");
        hold(&example.join("expected/generated"), &generated);
        let (_, again) = drplan(&["generate", spec, "-o", out.path().to_str().unwrap(), "--check"]);
        assert_eq!(again, 0, "{spec}: generated twice, and not the same");
    }
}

/// An example whose `expected/runbooks` exists is one whose hosts are not Puppet's: only the pages are for its operators.
#[test]
fn every_example_has_the_runbooks_that_are_checked_in() {
    for example in examples().into_iter().filter(|example| example.join("expected/runbooks").exists()) {
        let spec = example.strip_prefix(root()).unwrap().to_str().unwrap();
        let out = tempfile::tempdir().unwrap();
        let (_, code) = drplan(&["generate", "runbooks", spec, "-o", out.path().to_str().unwrap()]);
        assert_eq!(code, 0, "{spec}");
        let mut generated = files_below(&out.path().join("runbooks"));
        without_bundle(spec, "", &mut generated);
        hold(&example.join("expected/runbooks"), &generated);
    }
}

/// The pages in one file and their digests follow from the pages: one example has them, the others are easier to review without.
fn without_bundle(spec: &str, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for name in ["runbooks.html", "SHA256SUMS"] {
        let bundle = files.remove_entry(&format!("{prefix}{name}")).unwrap();
        if spec == "examples/wso2-identity-server" {
            files.extend([bundle]);
        }
    }
}

/// With what was observed of its system, where anything was.
#[test]
fn every_example_has_the_report_that_is_checked_in() {
    for example in examples().into_iter().filter(|example| example.join("expected/report").exists()) {
        let spec = example.strip_prefix(root()).unwrap().to_str().unwrap();
        let out = tempfile::tempdir().unwrap();
        let folder = out.path().to_str().unwrap();
        let seen = seen(&example, spec);
        let arguments = ["generate", "report", spec, "-o", folder].into_iter().chain(seen.iter().map(String::as_str));
        let (_, code) = drplan(&arguments.collect::<Vec<_>>());
        assert_eq!(code, 0, "{spec}");
        fs::remove_file(out.path().join(".drplan-manifest.json")).unwrap();
        hold(&example.join("expected/report"), &files_below(out.path()));
    }
}

#[test]
fn every_example_is_in_canonical_form_and_has_a_readme() {
    for example in examples() {
        let spec = example.strip_prefix(root()).unwrap().to_str().unwrap();
        let (changed, code) = drplan(&["fmt", spec, "--check"]);
        assert_eq!((changed.as_str(), code), ("", 0));
        let readme = example.join("README.md").is_file() || example.parent().unwrap().join("README.md").is_file();
        assert!(readme, "{spec} has no README.md");
    }
}
