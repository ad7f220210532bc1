//! Every finding and mistake has a page, and its page is right: the bad example shows it, the good one does not.
//! `DRPLAN_BLESS=1` rewrites `tests/findings-matrix.txt` (what else each bad example shows) and `docs/findings.md`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use super::layers::sources;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn drplan(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_drplan")).args(args).env_clear().output().unwrap()
}

/// Every page with its name, sorted.
fn pages() -> Vec<(String, String)> {
    let mut pages: Vec<(String, String)> = fs::read_dir(root().join("templates/findings"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
        .collect();
    pages.sort();
    pages
}

/// The fenced block of a page with this heading.
fn block<'a>(page: &'a str, kind: &str) -> Option<&'a str> {
    let begin = format!("```yaml {kind}\n");
    let from = page.find(&begin)? + begin.len();
    page.get(from..)?.split("```").next()
}

/// The names that `validate` prints for a spec, sorted, each once; and the findings in full.
fn findings(folder: &Path, spec: &str) -> (BTreeSet<String>, Vec<Value>) {
    findings_observed(folder, spec, None)
}

/// The same with what was observed.
fn findings_observed(folder: &Path, spec: &str, observed: Option<&str>) -> (BTreeSet<String>, Vec<Value>) {
    let path = folder.join("drplan.yaml");
    fs::write(&path, spec).unwrap();
    let seen = folder.join("observed.yaml");
    let mut arguments = vec!["validate", path.to_str().unwrap(), "--as-of", "2026-06-01T00:00:00Z", "--format", "json"];
    if let Some(observed) = observed {
        fs::write(&seen, observed).unwrap();
        arguments.extend(["--observed", seen.to_str().unwrap()]);
    }
    let output = drplan(&arguments);
    let json: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let list = json["findings"].as_array().unwrap().clone();
    (list.iter().map(|finding| finding["name"].as_str().unwrap().to_owned()).collect(), list)
}

fn same_or_blessed(path: &Path, text: &str) {
    if std::env::var_os("DRPLAN_BLESS").is_some() {
        fs::write(path, text).unwrap();
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    assert!(found == text, "{} is out of date: run the tests with DRPLAN_BLESS=1", path.display());
}

#[test]
fn bad_examples_show_it_and_good_ones_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut matrix = String::new();
    for (name, page) in pages() {
        let Some(bad) = block(&page, "bad") else { continue };
        let (shown, _) = findings_observed(folder.path(), bad, block(&page, "bad-observed"));
        assert!(shown.contains(&name), "the bad example of {name} shows only {shown:?}");
        let others: Vec<&str> = shown.iter().filter(|other| **other != name).map(String::as_str).collect();
        writeln!(matrix, "{name}: {}", others.join(" ")).unwrap();
        let good = block(&page, "good").unwrap_or_else(|| panic!("{name} has no good example"));
        let (_, list) = findings_observed(folder.path(), good, block(&page, "good-observed"));
        let left = list.iter().any(|finding| finding["name"] == name.as_str() && finding["waived"] == false);
        assert!(!left, "the good example of {name} shows it too");
    }
    same_or_blessed(&root().join("tests/findings-matrix.txt"), &matrix.replace(": \n", ":\n"));
}

/// The names that the sources give to findings and mistakes.
fn names_in_sources() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in sources(&root().join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for opening in ["Code(", "Problem::new(", "unreadable("] {
            for (at, _) in code.match_indices(opening) {
                names.extend(name_at(code[at + opening.len()..].trim_start()));
            }
        }
        if file.ends_with("text/syntax.rs") {
            names.extend(code.match_indices('(').filter_map(|(at, _)| name_at(code[at + 1..].trim_start())));
        }
    }
    names
}

fn name_at(rest: &str) -> Option<String> {
    let (name, _) = rest.strip_prefix('"')?.split_once('"')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c.is_ascii_digit());
    (is_name && name != "-").then(|| name.to_owned())
}

#[test]
fn every_name_has_a_page_and_every_page_a_name() {
    let pages: BTreeSet<String> = pages().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names_in_sources(), pages);
}

#[test]
fn pages_have_one_shape() {
    for (name, page) in pages() {
        assert!(page.starts_with(&format!("# {name}\n\n")), "{name} does not begin with its name");
        for heading in ["## What it means", "## Why it matters", "## The way out"] {
            assert!(page.contains(heading), "{name} lacks `{heading}`");
        }
    }
}

#[test]
fn the_documentation_is_the_pages() {
    let mut text = String::from("# Findings and mistakes\n\nWhat `drplan explain NAME` prints, in one page.\n");
    for (_, page) in pages() {
        text.push('\n');
        let mut in_block = false;
        for line in page.lines() {
            in_block ^= line.starts_with("```");
            let deeper = if line.starts_with('#') && !in_block { "#" } else { "" };
            writeln!(text, "{deeper}{line}").unwrap();
        }
    }
    same_or_blessed(&root().join("docs/findings.md"), &text);
}

#[test]
fn explain_is_the_page_and_knows_the_nearest_name() {
    let (name, page) = pages().into_iter().find(|(name, _)| name == "rpo-unmet").unwrap();
    let output = drplan(&["explain", &name]);
    assert_eq!((output.status.code(), String::from_utf8(output.stdout).unwrap()), (Some(0), page));
    let list = String::from_utf8(drplan(&["explain"]).stdout).unwrap();
    assert_eq!(list.lines().count(), pages().len());
    let wrong = drplan(&["explain", "rpo-umnet"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("did you mean `rpo-unmet`?"));
}

#[test]
fn the_advised_schedule_mends() {
    let folder = tempfile::tempdir().unwrap();
    let (_, page) = pages().into_iter().find(|(name, _)| name == "rpo-unmet").unwrap();
    let bad = block(&page, "bad").unwrap();
    let (_, list) = findings(folder.path(), bad);
    let finding = list.iter().find(|finding| finding["name"] == "rpo-unmet").unwrap();
    assert!(finding["message"].as_str().unwrap().starts_with("up to 25 h of `db.main`"), "{finding}");
    let help = finding["help"].as_str().unwrap();
    let advised = help.split('`').nth(1).unwrap();
    assert!(advised.starts_with("schedule: "), "{help}");
    let mended = bad.replace("schedule: \"0 2 * * *\"", advised);
    assert!(!findings(folder.path(), &mended).0.contains("rpo-unmet"), "{help} does not mend it");
}
