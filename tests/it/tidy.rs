//! What a reviewer would otherwise have to look for: headers, names, sizes, lists that must agree with folders.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use drplan::check::CHECKS;

use super::layers::sources;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a source before its tests.
fn code_of(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

#[test]
fn every_source_says_what_it_is_for() {
    let folders = ["src", "tests", "benches"].map(|folder| root().join(folder));
    for file in folders.iter().filter(|folder| folder.exists()).flat_map(|folder| sources(folder)) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//! "), "{} does not begin with `//! `", file.display());
        assert!(!text.contains(concat!("to be written ", "with its first code")), "{} is empty", file.display());
    }
}

#[test]
fn no_source_knows_a_product() {
    let products =
        ["postgres", "mysql", "mariadb", "mongo", "redis", "rabbit", "haproxy", "wso2", "pgbackrest", "mssql"];
    for file in sources(&root().join("src")) {
        // An adapter reads the format of one product.
        if file.to_string_lossy().contains("/tests") || file.to_string_lossy().contains("src/observed/adapters/") {
            continue;
        }
        for (number, line) in code_of(&file).lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default().to_lowercase();
            let found = products.iter().find(|product| code.contains(**product));
            assert!(found.is_none(), "{}:{}: {line}", file.display(), number + 1);
        }
    }
}

#[test]
fn no_file_is_about_too_much() {
    for file in sources(&root().join("src")) {
        let lines = code_of(&file).lines().count();
        assert!(lines <= 800, "{} has {lines} lines without its tests; is it still about one thing?", file.display());
    }
}

#[test]
fn the_list_of_checks_is_the_folder() {
    let folder = root().join("src/check");
    let shared = ["mod", "baseline", "waivers"];
    let files: BTreeSet<String> = sources(&folder)
        .iter()
        .filter_map(|file| file.strip_prefix(&folder).ok()?.to_str().map(str::to_owned))
        .filter(|file| !file.contains('/'))
        .map(|file| file.trim_end_matches(".rs").to_owned())
        .filter(|name| !shared.contains(&name.as_str()) && !HELPERS.contains(&name.as_str()))
        .collect();
    let listed: BTreeSet<String> = CHECKS.iter().map(|check| check.code.0.replace('-', "_")).collect();
    assert_eq!(files, listed);
    let names: Vec<&str> = CHECKS.iter().map(|check| check.code.0).collect();
    assert!(names.is_sorted(), "checks are listed by name");
}

/// Files of `src/check` that several checks share.
const HELPERS: &[&str] = &["losses", "outages", "remedies", "wording"];
