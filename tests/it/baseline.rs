//! A baseline lets an old estate begin: what is known passes, what is new or worse fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn spec() -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/wso2-identity-server/drplan.yaml");
    fs::read_to_string(path).unwrap()
}

fn validate(folder: &Path, more: &[&str]) -> Output {
    let args = [&["validate", "--as-of", "2026-11-21", "--format", "concise"], more].concat();
    Command::new(env!("CARGO_BIN_EXE_drplan")).args(args).current_dir(folder).env_clear().output().unwrap()
}

fn code(folder: &Path, text: &str, more: &[&str]) -> (Option<i32>, String) {
    fs::write(folder.join("drplan.yaml"), text).unwrap();
    let output = validate(folder, more);
    (output.status.code(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap())
}

#[test]
fn what_is_known_passes_and_what_is_worse_fails() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    assert_eq!(code(at, &spec(), &[]).0, Some(1));
    assert_eq!(code(at, &spec(), &["--write-baseline", "known.json"]).0, Some(0));
    let known = ["--baseline", "known.json", "--fail-on", "note"];
    let (exit, out) = code(at, &spec(), &known);
    assert_eq!(exit, Some(0), "{out}");
    assert_eq!(out.matches("(known)").count(), 5, "{out}");
    // A finding that moves, or gets better, is still the same.
    let better = format!("# moved\n{}", spec().replace("takes: 1h, to: vault", "takes: 30m, to: vault"));
    assert_eq!(code(at, &better, &known).0, Some(0));
    // Worse by a number.
    let (exit, out) = code(at, &spec().replace("takes: 1h, to: vault", "takes: 2h, to: vault"), &known);
    assert_eq!(exit, Some(1), "{out}");
    // Something new.
    let (exit, out) = code(at, &spec().replace("continuous: 1m", "continuous: 10m"), &known);
    assert_eq!(exit, Some(1), "{out}");
    assert!(out.contains("error[rpo-unmet]: up to 10 m of `identity-db.identity`"), "{out}");
    // What is mended is told, so that it does not come back.
    let (exit, out) =
        code(at, &spec().replace("daily: {schedule: \"0 2 * * *\"", "daily: {schedule: \"0 */6 * * *\""), &known);
    assert_eq!(exit, Some(0), "{out}");
    assert!(out.contains("1 finding of the baseline is gone"), "{out}");
}

#[test]
fn why_it_is_worse_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    code(at, &spec(), &["--write-baseline", "known.json"]);
    let worse = spec().replace("takes: 1h, to: vault", "takes: 2h, to: vault");
    fs::write(at.join("drplan.yaml"), worse).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_drplan"))
        .args(["validate", "--as-of", "2026-11-21", "--baseline", "known.json"])
        .current_dir(at)
        .env_clear()
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("worse than in the baseline: ") && out.contains("was 25 h, is 26 h"), "{out}");
}

#[test]
fn the_file_holds_to_its_schema_and_another_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    code(at, &spec(), &["--write-baseline", "known.json"]);
    let schema = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schemas/baseline.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
    let written: Value = serde_json::from_str(&fs::read_to_string(at.join("known.json")).unwrap()).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&written));
    for (text, told) in [
        ("[]", "is no baseline"),
        ("{\"format\": \"drplan.baseline/9\", \"findings\": []}", "only `drplan.baseline/1` is known"),
    ] {
        fs::write(at.join("bad.json"), text).unwrap();
        let (exit, out) = code(at, &spec(), &["--baseline", "bad.json"]);
        assert_eq!(exit, Some(2), "{out}");
        assert!(out.contains(told), "{out}");
    }
    assert_eq!(code(at, &spec(), &["--baseline", "missing.json"]).0, Some(2));
}
