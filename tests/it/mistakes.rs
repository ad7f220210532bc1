//! The spec that `drplan init` writes, broken as somebody new to it would: `tests/cli/NAME/drplan.yaml` with what is printed
//! of it in `printed.txt`, byte for byte (`DRPLAN_BLESS=1` rewrites it).
//!
//! Each is mended by following the message alone: the mend is one that the message tells, it uses no word that is neither in the
//! message nor in the spec, and after it the spec is sound.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// What the message of each says to write: the text in the broken spec, and that in its place.
const MENDS: &[(&str, &[(&str, &str)])] = &[
    ("at-unquoted", &[("@hourly", "\"@hourly\"")]),
    ("bandwidth-for-rate", &[("50 MB", "50 MB/s")]),
    ("bare-number", &[("size: 20", "size: 20 GiB")]),
    ("brace-open", &[("{at: main-site\n", "{at: main-site}\n")]),
    ("circle", &[("application: requires", "application: uses")]),
    ("colon-without-space", &[("kind:site", "kind: site")]),
    ("cron-fields", &[("0 */6 * *", "0 */6 * * *")]),
    ("cron-unquoted", &[("*/30 * * * *", "\"*/30 * * * *\""), ("takes: 30m", "takes: 20m")]),
    ("cron-value", &[("0 24 * * *", "0 0,6,12,18 * * *")]),
    ("duplicate-name", &[("  database:\n    technology: systemd", "  renamed:\n    technology: systemd")]),
    (
        "indent",
        &[("   objective: standard\n    instances:\n      db1", "    objective: standard\n    instances:\n      db1")],
    ),
    ("list-for-map", &[("- {name: db1, at", "db1: {at")]),
    ("name-in-capitals", &[("Database:", "database:")]),
    ("nesting", &[("data:\n", "data:\n      my-dataset:\n"), INDENTED]),
    ("no-timing", &[("{takes", "{every: 6h, takes")]),
    ("no-version", &[("\nsystem:", "\ndrplan: 1\nsystem:")]),
    ("promise-broken", &[("0 */6 * * *", "0 */4 * * *")]),
    ("required-missing", &[("app1: {}", "app1: {at: main-site}")]),
    ("section-misplaced", &[("  components:", "components:")]),
    ("tab", &[("\tmain-site", "  main-site")]),
    ("technology-unknown", &[("technology: postgres\n", "technology: postgresql\n")]),
    ("two-timings", &[(", every: 6h", "")]),
    ("typo-in-key", &[("taks", "takes")]),
    ("unit-unknown", &[("6 hours  #", "6h  #")]),
    ("unknown-reference", &[("valut", "vault")]),
    ("word-in-capitals", &[("role: Primary", "role: primary")]),
    ("zone-offset", &[("CEST", "Europe/Madrid")]),
    ("zone-unknown", &[("Europe/Madird", "Europe/Madrid")]),
];

/// "Indent what belongs to it below that".
const INDENTED: (&str, &str) = (
    "      size: 20 GiB\n      database: app\n      copies:\n        # The worst case is the interval and the run: 6 h + 30 m, not 6 h.\n        six",
    "        size: 20 GiB\n        database: app\n        copies:\n          # The worst case is the interval and the run: 6 h + 30 m, not 6 h.\n          six",
);

/// What the author of the spec decides, and no message can: a name, a promise, a time.
const OWN_WORDS: &[&str] = &["renamed", "20m", "0,6,12,18"];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cli")
}

/// Standard output and exit code for a spec.
fn validate(spec: &str) -> (String, i32) {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("drplan.yaml"), spec).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_drplan"));
    let output = command.args(["validate", "--as-of", "2026-11-21"]).current_dir(place.path()).env_clear().output();
    let output = output.unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

fn words(text: &str) -> BTreeSet<&str> {
    let between = |c: char| c.is_whitespace() || "`:{}\"".contains(c);
    text.split(between)
        .map(|word| word.trim_end_matches(['?', ',', ';', '.']))
        .filter(|word| !word.is_empty())
        .collect()
}

#[test]
fn each_mistake_prints_what_is_checked_in() {
    let mut folders: Vec<String> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    folders.sort();
    assert_eq!(folders, MENDS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), "every folder has its mend");
    for name in folders {
        let spec = fs::read_to_string(folder().join(&name).join("drplan.yaml")).unwrap();
        let (printed, code) = validate(&spec);
        assert_eq!(code, 1, "{name}");
        let path = folder().join(&name).join("printed.txt");
        if std::env::var_os("DRPLAN_BLESS").is_some() {
            fs::write(&path, &printed).unwrap();
        }
        let wanted = fs::read_to_string(&path).unwrap_or_default();
        let diff = similar::TextDiff::from_lines(&wanted, &printed).unified_diff().to_string();
        assert!(diff.is_empty(), "{name} is out of date (DRPLAN_BLESS=1 rewrites it):\n{diff}");
    }
}

#[test]
fn each_mistake_is_mended_by_following_its_message() {
    for (name, edits) in MENDS {
        let mut spec = fs::read_to_string(folder().join(name).join("drplan.yaml")).unwrap();
        let (printed, _) = validate(&spec);
        let known: BTreeSet<String> = words(&spec)
            .into_iter()
            .chain(words(&printed))
            .chain(OWN_WORDS.iter().copied())
            .map(str::to_owned)
            .collect();
        for (wrong, right) in *edits {
            assert_eq!(spec.matches(wrong).count(), 1, "{name}: `{wrong}`");
            spec = spec.replace(wrong, right);
        }
        let untold: Vec<&str> = words(&spec).into_iter().filter(|word| !known.contains(*word)).collect();
        assert!(untold.is_empty(), "{name}: the mend needs {untold:?}, which no message tells:\n{printed}");
        let (after, code) = validate(&spec);
        assert_eq!(code, 0, "{name}: {after}");
    }
}

/// One mistake, one message: what follows from it is not told again.
#[test]
fn each_mistake_is_told_once() {
    for (name, _) in MENDS {
        let spec = fs::read_to_string(folder().join(name).join("drplan.yaml")).unwrap();
        let (printed, _) = validate(&spec);
        let errors = printed.lines().filter(|line| line.starts_with("error[")).count();
        assert_eq!(errors, 1, "{name}: {printed}");
        assert!(printed.contains("= help: "), "{name}: no way out\n{printed}");
    }
}
