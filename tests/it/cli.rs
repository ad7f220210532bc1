//! The program as it is run: exit codes, waivers, what cannot be read, hostile names.

mod hostile_files;
mod json;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn drplan(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_drplan")).args(args).env_clear().output().unwrap()
}

fn validate(path: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let output = drplan(&[&["validate", path.to_str().unwrap(), "--as-of", "2026-06-01T00:00:00Z"], more].concat());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

const SPEC: &str = r#"drplan: 1
system: {name: shop}
locations: {madrid: {kind: site}, valencia: {kind: site}}
stores: {vault: {at: valencia, technology: restic, path: /srv/restic}}
components:
  db:
    technology: postgresql
    objective: {rto: 4h, rpo: 24h}
    instances: {db1: {at: madrid, role: primary}}
    data:
      main:
        size: 20 GiB
        copies: {nightly: {schedule: "0 2 * * *", timezone: UTC, takes: 1h, to: vault, verify: {every: 30d}}}
    recovery: {to: [madrid, valencia], restore_rate: 100 MiB/s}
"#;

fn with_waiver(on: &str, until: &str, scenario: &str) -> String {
    format!(
        "{SPEC}waivers:\n  - {{finding: rpo-unmet, on: {on}, until: \"{until}\", owner: me, reason: r{scenario}}}\n"
    )
}

#[test]
fn init_writes_what_validates_and_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    assert_eq!(drplan(&["init", path]).status.code(), Some(0));
    assert_eq!(validate(folder.path(), &[]).0, Some(0));
    assert_eq!(drplan(&["init", path]).status.code(), Some(2));
}

#[test]
fn severities_decide_the_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drplan.yaml");
    fs::write(&path, SPEC).unwrap();
    assert_eq!(validate(&path, &[]).0, Some(1));
    assert_eq!(validate(&path, &["--exit-zero"]).0, Some(0));
    assert_eq!(validate(&path, &["--format", "json"]).0, Some(1));
    let waived = with_waiver("components.db", "2026-06-01", "");
    fs::write(&path, waived).unwrap();
    assert_eq!(validate(&path, &[]).0, Some(0));
    assert_eq!(validate(&path, &["--fail-on", "note"]).0, Some(1));
}

#[test]
fn waivers_cover_what_they_name_until_their_day() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drplan.yaml");
    let shown = |text: String| {
        fs::write(&path, text).unwrap();
        validate(&path, &["--format", "concise"])
    };
    let (code, out, _) = shown(with_waiver("components.db.data.main", "2026-05-31", ""));
    assert_eq!(code, Some(1));
    assert!(out.contains("error[waiver-expired]: the waiver of `rpo-unmet` expired on 2026-05-31"), "{out}");
    let (_, out, _) = shown(with_waiver("components.db.data.main", "31/05/2026", ""));
    assert!(out.contains("has no readable day, and counts as expired"), "{out}");
    let (_, out, _) = shown(with_waiver("components.dbx", "2027-01-01", ""));
    assert!(out.contains("warning[waiver-unused]"), "{out}");
    let (code, out, _) = shown(with_waiver("components.db", "2027-01-01", ", scenario: \"lose:locations.madrid\""));
    assert_eq!(code, Some(1), "the other scenarios stay broken: {out}");
    assert!(out.contains("(lose:madrid) (waived)"), "{out}");
}

#[test]
fn what_cannot_be_read_gives_two() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(validate(&folder.path().join("missing.yaml"), &[]).0, Some(2));
    assert_eq!(validate(folder.path(), &[]).0, Some(2), "a folder without a spec");
}

#[test]
fn escapes_in_names_are_made_visible() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drplan.yaml");
    fs::write(&path, SPEC.replace("to: vault", "to: \"va\\e[31m\\u202Eult\"")).unwrap();
    for format in ["human", "concise"] {
        let (code, out, _) = validate(&path, &["--format", format]);
        assert_eq!(code, Some(1));
        assert!(!out.contains('\u{1b}') && !out.contains('\u{202e}'), "{out:?}");
        assert!(out.contains("<U+202E>"), "{out}");
    }
}
