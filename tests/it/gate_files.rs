//! What a stranger, or a slip, puts where the gate reads and writes files: each is answered clearly and with 2, and nothing is
//! written over what is read, nor over what is no file.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

fn drplan(folder: &Path, args: &[&str]) -> Output {
    Command::new("timeout")
        .args(["20", env!("CARGO_BIN_EXE_drplan")])
        .args(args)
        .args(["--as-of", "2026-06-01"])
        .current_dir(folder)
        .env_clear()
        .output()
        .unwrap()
}

fn example() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/wso2-identity-server/drplan.yaml")).unwrap()
}

/// A folder with a spec, a folder, a pipe and links in it.
fn checkout() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("dr/inside")).unwrap();
    fs::write(at("dr/drplan.yaml"), example()).unwrap();
    fs::write(at("rules.yaml"), "drplan_policy: 1\npolicies: {}\n").unwrap();
    fs::write(at("observed.yaml"), "drplan_observed: 1\nsystem: identity\n").unwrap();
    assert!(Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
    symlink("dr", at("link")).unwrap();
    symlink("/dev/null", at("device")).unwrap();
    folder
}

#[test]
fn nothing_is_written_over_what_is_read_or_is_no_file() {
    let folder = checkout();
    let over = "would be written over what is read from it";
    let cases = [
        (vec!["validate", "dr", "--report", "json=dr/drplan.yaml"], over),
        (vec!["validate", "dr", "--report", "json=link/../dr/./drplan.yaml"], over),
        (vec!["validate", "link", "--report", "sarif=a", "--report", "json=dr/drplan.yaml"], over),
        (vec!["validate", "dr/drplan.yaml", "--report", "json=link/drplan.yaml"], over),
        (vec!["validate", "dr", "--write-baseline", "dr/drplan.yaml"], over),
        (vec!["validate", "dr", "--policy", "rules.yaml", "--report", "junit=./rules.yaml"], over),
        (vec!["validate", "dr", "--observed", "observed.yaml", "--report", "json=observed.yaml"], over),
        (vec!["compare", "dr", "dr", "--report", "json=dr/drplan.yaml"], over),
        (vec!["diff", "dr", "--observed", "observed.yaml", "--report", "json=observed.yaml"], over),
        (vec!["validate", "dr", "--report", "json=a", "--report", "sarif=dr/../a"], "dr/../a would be written twice"),
        (vec!["validate", "dr", "--report", "json=a", "--write-baseline", "a"], "a would be written twice"),
        (vec!["compare", "dr", "dr", "--report", "json=a", "--report", "markdown=a"], "a would be written twice"),
        (vec!["validate", "dr", "--report", "json=pipe"], "pipe: it is a device, pipe or socket, not a file"),
        (vec!["validate", "dr", "--report", "json=device"], "device: it is a device, pipe or socket, not a file"),
        (vec!["validate", "dr", "--report", "json=/dev/null"], "/dev/null: it is a device, pipe or socket"),
        (vec!["validate", "dr", "--report", "json=dr"], "cannot write dr: it is a folder, not a file"),
        (vec!["observe", "--spec", "dr", "observed=observed.yaml", "-o", "device"], "device: it is a device, pipe"),
        (vec!["validate", "dr", "--report", "json=none/a"], "cannot write none/a: there is no folder none"),
    ];
    for (args, wanted) in cases {
        let output = drplan(folder.path(), &args);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(wanted), "{args:?}: {said}");
        assert!(output.stdout.is_empty(), "{args:?} is refused before anything is done");
        assert!(!folder.path().join("a").exists(), "{args:?}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("dr/drplan.yaml")).unwrap(), example());
    // What only looks alike is written: another file beside the spec, and the one of an earlier run.
    for _ in 0..2 {
        let args =
            ["validate", "dr", "--exit-zero", "--report", "json=dr/drplan.json", "--report", "sarif=drplan.json"];
        assert_eq!(drplan(folder.path(), &args).status.code(), Some(0));
    }
}

#[test]
fn links_of_a_spec_that_lead_nowhere_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    symlink("gone", at("gone.drplan.yaml")).unwrap();
    symlink("loop.drplan.yaml", at("loop.drplan.yaml")).unwrap();
    symlink(".", at("here")).unwrap();
    symlink("up", at("up")).unwrap();
    for spec in [".", "gone.drplan.yaml", "loop.drplan.yaml", "here/here/here"] {
        let output = drplan(folder.path(), &["validate", spec]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{spec}: {said}");
        assert!(said.contains(".drplan.yaml is a link that leads nowhere"), "{spec}: {said}");
    }
}

#[test]
fn a_spec_of_too_many_files_is_refused_unread() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..=10_000 {
        fs::File::create(folder.path().join(format!("{number}.drplan.yaml"))).unwrap();
    }
    let output = drplan(folder.path(), &["validate"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("the spec in . has 10001 files, and at most 10000 are read"), "{said}");
}

#[test]
fn texts_of_megabytes_are_cut_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let long = |letter: &str| letter.repeat(400_000);
    let spec = format!(
        "drplan: 1\nsystem: {{name: \"{}\"}}\n? \"{}\"\n: 1\nlocations: {{a: {{kind: \"{}\"}}}}\nteams:\n  ? \"{} x\"\n  : {{people: 1}}\n",
        long("n"),
        long("k"),
        long("v"),
        long("`ü")
    );
    fs::write(folder.path().join("drplan.yaml"), spec).unwrap();
    for format in ["human", "concise", "github", "gitlab", "junit", "sarif", "json", "markdown"] {
        let output = drplan(folder.path(), &["validate", "--format", format]);
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{format}");
        assert!(said.len() < 300_000, "{format}: {} bytes", said.len());
        // Somebody who hides a finding behind a long one does not succeed.
        assert!(said.contains("invalid-name") || format == "markdown", "{format}");
    }
}

#[test]
fn a_spec_that_looks_like_an_option_is_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("-o")).unwrap();
    fs::write(folder.path().join("-o/drplan.yaml"), example()).unwrap();
    assert_eq!(drplan(folder.path(), &["validate", "--exit-zero", "./-o"]).status.code(), Some(0));
    assert_eq!(drplan(folder.path(), &["validate", "-o"]).status.code(), Some(2));
    let gate = Command::new("bash")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/github/gate.sh"))
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs([("DRPLAN_BINARY", env!("CARGO_BIN_EXE_drplan")), ("DRPLAN_SPEC", "-o"), ("DRPLAN_POLICY", "-p")])
        .env("RUNNER_TEMP", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(gate.stderr).unwrap();
    assert!(gate.status.code() == Some(2) && said.contains("cannot read -p"), "{said}");
}
