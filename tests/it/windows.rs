//! What is generated for Windows, as far as it can be tried without Windows: scripts are read by a parser of PowerShell and
//! held against each other, catalogues are compiled, commands of runbooks are read as they were meant. Nothing is run.

mod literals;
mod pages;
mod powershell;
mod scripts;
mod status;

use drplan::emit::puppet::Repository;

use crate::puppet_emit::{check, generate};

/// Every technology of Windows in one plan, with the copies that each can have.
const WINDOWS: &str = include_str!("../emit/windows.yaml");

#[test]
fn every_technology_passes_every_check() {
    let repository = generate(WINDOWS);
    assert_eq!(repository.gaps, []);
    check(&repository.files, "manifests lint yaml catalogs docs");
}

#[test]
fn what_a_task_cannot_do_exactly_is_refused() {
    for (old, new, why) in [
        ("timezone: UTC", "timezone: America/New_York", "say `timezone: UTC`"),
        ("//files.example.com/copies", "/srv/copies", "//HOST/SHARE"),
        ("base: nightly, to: share", "base: nightly, to: share, keep: {last: 3}", "leave `keep` out"),
        ("continuous: 10m", "continuous: 1m", "each minute at most"),
        ("30 3 * * 1,4", "30 3 1 * *", "day of the month"),
        ("database: ledger, ", "", "says no `database`"),
    ] {
        let repository = generate(&WINDOWS.replacen(old, new, 1));
        let told = repository.gaps.iter().any(|gap| gap.reason.contains(why));
        assert!(told, "{new}: {:#?}", repository.gaps);
    }
}

#[test]
fn no_secret_and_no_password_is_needed() {
    let repository = generate(WINDOWS);
    assert!(file(&repository, "data/secrets.example.yaml").is_none());
}

fn file(repository: &Repository, path: &str) -> Option<String> {
    repository.files.get(path).map(|file| String::from_utf8(file.contents.clone()).unwrap())
}
