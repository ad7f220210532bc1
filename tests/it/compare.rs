//! Real changes to the examples, each with the comment that a reviewer gets: `tests/compare/NAME.change` says what is
//! changed, `NAME.md` is the comment, byte for byte. `DRPLAN_BLESS=1` rewrites the comments.
//!
//! A change names its example in a line `base:` and replaces texts that stand there once: `<<<<`, the old text, `====`, the
//! new one, `>>>>`. A text that is only part of a line is written with that part alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use super::formats::is_command;
use super::hostile;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The changes by name.
fn changes() -> Vec<(String, String)> {
    let mut changes: Vec<(String, String)> = fs::read_dir(root().join("tests/compare"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "change"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
        .collect();
    changes.sort();
    changes
}

/// The spec before and after a change.
fn before_and_after(name: &str, change: &str) -> (String, String) {
    let base = change.lines().find_map(|line| line.strip_prefix("base: ")).unwrap();
    let before = fs::read_to_string(root().join(base).join("drplan.yaml")).unwrap();
    let mut after = before.clone();
    for edit in change.split("<<<<\n").skip(1) {
        let (old, rest) = edit.split_once("====\n").unwrap();
        let new = rest.split_once(">>>>").unwrap().0;
        // A part of a line has no line break in the spec, and here every text has one.
        let (old, new) = if after.matches(old).count() == 1 {
            (old, new)
        } else {
            (old.trim_end_matches('\n'), new.trim_end_matches('\n'))
        };
        assert_eq!(after.matches(old).count(), 1, "{name}: {old:?} does not stand there once");
        after = after.replace(old, new);
    }
    (before, after)
}

fn drplan(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_drplan")).args(args).current_dir(folder).env_clear().output().unwrap()
}

fn text(output: &Output) -> String {
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A folder with `base/` and `head/`.
fn laid_out(before: &str, after: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("base", before), ("head", after)] {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("drplan.yaml"), text).unwrap();
    }
    folder
}

#[test]
fn every_change_has_its_comment() {
    let schema: Value =
        serde_json::from_str(&fs::read_to_string(root().join("schemas/comparison.schema.json")).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let changes = changes();
    assert!(changes.len() >= 20);
    for (number, (name, change)) in changes.into_iter().enumerate() {
        let (before, after) = before_and_after(&name, &change);
        let folder = laid_out(&before, &after);
        let output =
            drplan(folder.path(), &["compare", "base", "head", "--format", "markdown", "--report", "json=out.json"]);
        assert!(output.stderr.is_empty(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let comment = text(&output);
        let path = root().join(format!("tests/compare/{name}.md"));
        if std::env::var_os("DRPLAN_BLESS").is_some() {
            fs::write(&path, &comment).unwrap();
        }
        let wanted = fs::read_to_string(&path).unwrap_or_default();
        let diff = similar::TextDiff::from_lines(&*wanted, &*comment).unified_diff().to_string();
        assert!(diff.is_empty(), "{name}.md is out of date (DRPLAN_BLESS=1 rewrites it):\n{diff}");
        let json: Value = serde_json::from_str(&fs::read_to_string(folder.path().join("out.json")).unwrap()).unwrap();
        assert!(validator.is_valid(&json), "{name}: {:?}", validator.iter_errors(&json).next().map(|e| e.to_string()));
        let worse = json["summary"]["is_worse"].as_bool().unwrap();
        assert_eq!(output.status.code(), Some(i32::from(worse)), "{name}");
        assert_eq!(comment.lines().nth(1).unwrap().starts_with("### ❌"), worse, "{name}");
        for row in json["changes"].as_array().unwrap() {
            assert!(!row["causes"].as_array().unwrap().is_empty(), "{name}: nothing is said to be behind {row}");
        }
        is_undone(folder.path(), &json, number, &name);
    }
}

/// How many known numbers are worse, better, newly unmet and newly met.
fn counts(json: &Value) -> [usize; 4] {
    let known = || json["changes"].as_array().unwrap().iter().filter(|row| !row["base"].is_null());
    ["worse", "better", "newly-unmet", "newly-met"]
        .map(|verdict| known().filter(|row| row["verdict"] == verdict).count())
}

/// The reversal of a change is its opposite, and no change is none. Each run costs, so that not every change shows the latter.
fn is_undone(folder: &Path, change: &Value, number: usize, name: &str) {
    let compared = |args: [&str; 2]| -> Value {
        serde_json::from_str(&text(&drplan(folder, &["compare", args[0], args[1], "--format", "json"]))).unwrap()
    };
    let [worse, better, unmet, met] = counts(change);
    assert_eq!(counts(&compared(["head", "base"])), [better, worse, met, unmet], "{name}");
    if number.is_multiple_of(5) {
        assert_eq!(counts(&compared(["head", "head"])), [0; 4], "{name}");
    }
}

fn git(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs([("GIT_AUTHOR_NAME", "a"), ("GIT_AUTHOR_EMAIL", "a@example.com"), ("HOME", "/nonexistent")])
        .envs([("GIT_COMMITTER_NAME", "a"), ("GIT_COMMITTER_EMAIL", "a@example.com"), ("GIT_CONFIG_NOSYSTEM", "1")])
        .output()
        .unwrap_or_else(|error| panic!("cannot run git: {error}; install it with: apt-get install git"));
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn revisions_are_read_from_the_objects() {
    let (before, after) = before_and_after(
        "schedule-loosened",
        &changes().into_iter().find(|(name, _)| name == "schedule-loosened").unwrap().1,
    );
    let folder = laid_out(&before, &after);
    let expected = text(&drplan(folder.path(), &["compare", "base", "head", "--format", "json"]));
    let repository = tempfile::tempdir().unwrap();
    let at = repository.path();
    fs::create_dir_all(at.join("dr/spec")).unwrap();
    git(at, &["init", "-q", "-b", "main"]);
    fs::write(at.join("dr/spec/drplan.yaml"), &before).unwrap();
    git(at, &["add", "."]);
    git(at, &["commit", "-q", "-m", "before"]);
    git(at, &["checkout", "-q", "-b", "change"]);
    fs::write(at.join("dr/spec/drplan.yaml"), &after).unwrap();
    git(at, &["commit", "-q", "-a", "-m", "after"]);
    git(at, &["checkout", "-q", "main"]);
    fs::write(at.join("other"), "x").unwrap();
    git(at, &["add", "."]);
    git(at, &["commit", "-q", "-m", "elsewhere"]);
    git(at, &["tag", "-a", "-m", "before", "v1", "HEAD^"]);
    git(at, &["gc", "-q"]);
    let rows = |text: &str| serde_json::from_str::<Value>(text).unwrap()["changes"].clone();
    for (here, args) in [
        (at.to_path_buf(), vec!["main..change", "dr/spec"]),
        (at.to_path_buf(), vec!["main...change", "dr/spec/drplan.yaml"]),
        (at.to_path_buf(), vec!["v1..change", "dr/spec"]),
        (at.to_path_buf(), vec!["v1...change", "dr/spec"]),
        (at.join("dr"), vec!["main..change", "spec"]),
        (at.join("dr/spec"), vec!["main..change"]),
        (at.to_path_buf(), vec!["main:dr/spec", "change:dr/spec/drplan.yaml"]),
    ] {
        let output = drplan(&here, &[&["compare", "--format", "json"], args.as_slice()].concat());
        assert_eq!(rows(&text(&output)), rows(&expected), "{args:?}");
        assert_eq!(output.status.code(), Some(1));
    }
    fs::write(at.join("dr/spec/drplan.yaml"), &after).unwrap();
    assert_eq!(rows(&text(&drplan(at, &["compare", "--format", "json", "main..", "dr/spec"]))), rows(&expected));
    for (args, told) in [
        (vec!["nowhere..change", "dr/spec"], "there is no revision `nowhere`"),
        (vec!["main..change", "dr"], "there is no spec at dr in `main`"),
        (vec!["main..change", "/etc"], "is in no git repository"),
        (vec!["main:../../etc/passwd", "dr/spec"], "there is no spec at"),
        (vec!["main..change", "renamed"], "named by both places"),
    ] {
        let output = drplan(at, &[&["compare"], args.as_slice()].concat());
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {complaint}");
        assert!(complaint.contains(told), "{args:?}: {complaint}");
    }
}

#[test]
fn a_path_is_not_taken_for_a_revision_nor_a_revision_for_a_path() {
    let repository = tempfile::tempdir().unwrap();
    let at = repository.path();
    let spec = fs::read_to_string(root().join("examples/wso2-identity-server/drplan.yaml")).unwrap();
    git(at, &["init", "-q", "-b", "main"]);
    for name in ["dr", "v1..v2", "main:dr", "main:gone", "1:2", "sub"] {
        fs::create_dir(at.join(name)).unwrap();
        fs::write(at.join(name).join("drplan.yaml"), &spec).unwrap();
    }
    git(at, &["add", "."]);
    git(at, &["commit", "-q", "-m", "all"]);
    for (args, code, told) in [
        (["./v1..v2", "dr"], 0, ""),
        (["sub/../dr", "dr"], 0, ""),
        (["v1..v2", "dr"], 2, "a path with `..` in its name is written `./v1..v2`"),
        (["./main:dr", "dr"], 0, ""),
        (["main:dr", "dr"], 0, ""),
        (["main:gone", "dr"], 2, "there is no spec at gone in `main`"),
        (["./main:gone", "dr"], 0, ""),
        (["main:sub", "dr"], 0, ""),
        (["1:2", "dr"], 0, ""),
        (["nothing", "dr"], 2, "there is no file or folder `nothing`"),
        (["nothing:dr", "dr"], 2, "there is no revision `nothing`"),
    ] {
        let output = drplan(at, &["compare", args[0], args[1]]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
        assert!(said.contains(told), "{args:?}: {said}");
    }
    fs::create_dir(at.join("new")).unwrap();
    fs::write(at.join("new/drplan.yaml"), &spec).unwrap();
    for (args, code, told) in [
        (["main..", "new"], 0, "there is nothing to compare with: there is no spec at new in `main`"),
        (["main..", "gone"], 2, "cannot read gone"),
        (["nothing..", "new"], 2, "there is no revision `nothing`"),
        (["./gone", "new"], 2, "there is no file or folder `./gone`"),
    ] {
        let output = drplan(at, &["compare", "--base-optional", args[0], args[1]]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
        assert!(said.contains(told), "{args:?}: {said}");
    }
    let output = drplan(&at.join("sub"), &["compare", "../dr", "."]);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn odd_repositories_are_read_too() {
    let (before, after) =
        before_and_after("sync-to-async", &changes().into_iter().find(|(name, _)| name == "sync-to-async").unwrap().1);
    let places = tempfile::tempdir().unwrap();
    let at = |name: &str| places.path().join(name);
    fs::create_dir_all(at("up/dr")).unwrap();
    git(&at("up"), &["init", "-q", "-b", "main"]);
    fs::write(at("up/dr/drplan.yaml"), &before).unwrap();
    git(&at("up"), &["add", "."]);
    git(&at("up"), &["commit", "-q", "-m", "before"]);
    git(&at("up"), &["checkout", "-q", "-b", "change"]);
    fs::write(at("up/dr/drplan.yaml"), &after).unwrap();
    git(&at("up"), &["commit", "-q", "-a", "-m", "after"]);
    let url = format!("file://{}", at("up").display());
    git(places.path(), &["clone", "-q", "--bare", &url, "bare"]);
    git(places.path(), &["clone", "-q", "--depth=1", &url, "shallow"]);
    git(&at("shallow"), &["fetch", "-q", "--depth=1", "origin", "main"]);
    git(&at("up"), &["worktree", "add", "-q", "-b", "third", "../worktree", "change"]);
    git(places.path(), &["init", "-q", "-b", "main", "super"]);
    git(&at("super"), &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "sub"]);
    std::os::unix::fs::symlink(at("up"), at("link")).unwrap();
    let link = at("link/dr").display().to_string();
    for (folder, args) in [
        ("bare", ["main..change", "dr"]),
        ("bare", ["main:dr", "change:dr"]),
        ("shallow", ["FETCH_HEAD..", "dr"]),
        ("worktree", ["main..", "dr"]),
        ("super", ["origin/main..", "sub/dr"]),
        ("link", ["main..change", "dr"]),
        (".", ["main..change", &link]),
    ] {
        let output = drplan(&at(folder), &["compare", args[0], args[1]]);
        assert_eq!(output.status.code(), Some(1), "{folder}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(text(&output).contains("newly unmet"), "{folder}");
    }
    let output = drplan(&at("shallow"), &["compare", "origin/main..", "dr"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("a shallow clone lacks it"));
    // Names in a format that is not read are told; ids need none.
    git(places.path(), &["init", "-q", "--ref-format=reftable", "reftable"]);
    fs::write(at("reftable/drplan.yaml"), &after).unwrap();
    git(&at("reftable"), &["add", "."]);
    git(&at("reftable"), &["commit", "-q", "-m", "x"]);
    let output = drplan(&at("reftable"), &["compare", "HEAD.."]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("in the format `reftable`, which is not read here"));
    let id = git(&at("reftable"), &["rev-parse", "HEAD"]);
    assert_eq!(drplan(&at("reftable"), &["compare", &format!("{id}..")]).status.code(), Some(0));
    // A folder of the pull request that looks like a repository does not stand in for the true one.
    git(places.path(), &["clone", "-q", "--bare", &url, "up/dr/bare"]);
    fs::rename(at("up/dr/drplan.yaml"), at("up/dr/bare/drplan.yaml")).unwrap();
    let output = drplan(&at("up"), &["compare", "main..", "dr/bare"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("there is no spec at dr/bare in `main`"));
}

#[test]
fn objects_with_names_of_sha_256_are_read_too() {
    let (before, after) =
        before_and_after("sync-to-async", &changes().into_iter().find(|(name, _)| name == "sync-to-async").unwrap().1);
    let repository = tempfile::tempdir().unwrap();
    let at = repository.path();
    git(at, &["init", "-q", "-b", "main", "--object-format=sha256"]);
    fs::write(at.join("drplan.yaml"), &before).unwrap();
    git(at, &["add", "."]);
    git(at, &["commit", "-q", "-m", "before"]);
    git(at, &["tag", "-a", "-m", "before", "v1"]);
    git(at, &["checkout", "-q", "-b", "change"]);
    fs::write(at.join("drplan.yaml"), &after).unwrap();
    git(at, &["commit", "-q", "-a", "-m", "after"]);
    let id = git(at, &["rev-parse", "main"]);
    assert_eq!(id.len(), 64);
    let ranges = [
        format!("{id}..change"),
        format!("{}..", &id[..12]),
        format!("{}^0..", &id[..7]),
        "v1...HEAD".to_owned(),
        "main..".to_owned(),
    ];
    // Loose objects first, then those of a pack.
    for _ in 0..2 {
        for range in &ranges {
            let output = drplan(at, &["compare", range]);
            assert_eq!(output.status.code(), Some(1), "{range}: {}", String::from_utf8_lossy(&output.stderr));
            assert!(text(&output).contains("newly unmet"), "{range}");
        }
        git(at, &["gc", "-q"]);
        assert_eq!(fs::read_dir(at.join(".git/objects")).unwrap().count(), 2, "only `info` and `pack` are left");
    }
}

#[test]
fn links_in_a_revision_are_not_followed() {
    let repository = tempfile::tempdir().unwrap();
    let at = repository.path();
    git(at, &["init", "-q", "-b", "main"]);
    std::os::unix::fs::symlink("/etc/passwd", at.join("drplan.yaml")).unwrap();
    git(at, &["add", "."]);
    git(at, &["commit", "-q", "-m", "link"]);
    let output = drplan(at, &["compare", "main..main", "."]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("there is no spec at"));
}

#[test]
fn hostile_texts_stay_texts_in_a_comparison() {
    let spec = fs::read_to_string(root().join("examples/wso2-identity-server/drplan.yaml")).unwrap();
    for hostile in
        hostile::texts(20).into_iter().step_by(9).chain(["@org/team ::error::x", "##[error]x"].map(str::to_owned))
    {
        let quoted = serde_json::to_string(&hostile).unwrap();
        let after = spec
            .replace("name: identity\n", &format!("name: {quoted}\n"))
            .replace("description: A data centre in another city", &format!("description: {quoted}"));
        let folder = laid_out(&spec, &after);
        let output = drplan(folder.path(), &["compare", "base", "head", "--report", "markdown=comment.md"]);
        let comment = fs::read_to_string(folder.path().join("comment.md")).unwrap_or_default();
        for (format, out) in [("human", String::from_utf8(output.stdout).unwrap()), ("markdown", comment)] {
            let hidden = out.chars().find(|c| drplan::diag::visible::is_hidden(*c) && *c != '\n');
            assert_eq!(hidden, None, "{format}: {out:?}");
            assert!(!out.contains("##[") && out.lines().all(|line| !is_command(line)), "{out}");
        }
    }
}

/// A plan of two sites in a region with everything that it can be held to.
const HELD: &str = "drplan: 1
system: {name: shop}
locations:
  world: {kind: provider}
  land: {kind: region, within: world}
  a: {kind: site, within: land, shares: [power]}
  b: {kind: site, within: land, shares: [power]}
  c: {kind: site, within: world}
  d: {kind: site}
stores:
  near: {at: b, technology: restic}
  far: {at: d, technology: restic, immutable: true}
objectives:
  gold: {rto: 1d, rpo: 2d, tolerates_missed_runs: 1, drill_every: 90d, copies: {total: 2, offsite: 1, verified: true}}
components:
  db:
    technology: postgresql
    objective: gold
    instances: {db1: {at: a, role: primary}, db2: {at: b, role: standby}}
    replication: {mode: async, lag: 30s}
    data:
      main:
        size: 10 GiB
        change: 1 GiB/h
        database: shop
        copies: {daily: {method: dump, schedule: \"0 2 * * *\", timezone: UTC, takes: 1h, to: far, verify: {every: 30d}}}
  files:
    technology: files
    objective: gold
    instances: {f1: {at: c}}
    data:
      docs:
        size: 10 GiB
        change: 1 GiB/h
        paths: [/srv]
        copies: {daily: {schedule: \"0 2 * * *\", timezone: UTC, takes: 1h, to: far, verify: {every: 30d}}}
scenarios:
  attack: {corrupts: [db, files], fails: [near, power], unreachable: [db1], detection: 5d}
consistency_groups:
  books: [db.main, files.docs]
";

#[test]
fn what_a_plan_is_held_to_beside_its_times_is_not_given_up_in_silence() {
    let whole = |edits: &[(&str, &str)]| {
        edits.iter().fold(HELD.to_owned(), |text, (old, new)| {
            assert!(text.contains(old), "{old:?} does not stand there");
            text.replace(old, new)
        })
    };
    type Edits<'a> = &'a [(&'a str, &'a str)];
    let cases: [(Edits<'_>, &[&str]); 14] = [
        (&[("tolerates_missed_runs: 1, ", "")], &["tolerates_missed_runs 1 → 0 for db, files"]),
        (&[("drill_every: 90d, ", "")], &["drill_every 2160 h (90 d) → none for db, files"]),
        (&[("drill_every: 90d", "drill_every: 180d")], &["drill_every 2160 h (90 d) → 4320 h (180 d) for db, files"]),
        (
            &[("copies: {total: 2, offsite: 1, verified: true}", "copies: {total: 1}")],
            &["copies.offsite 1 → none", "copies.total 2 → 1", "copies.verified true → false"],
        ),
        (
            &[("consistency_groups:\n  books: [db.main, files.docs]\n", "")],
            &["instant: db.main, files.docs (group books)"],
        ),
        (&[("corrupts: [db, files]", "corrupts: [files]")], &["scenario attack no longer hits db.main corrupt"]),
        (&[("fails: [near, power], unreachable: [db1], ", "")], &["attack no longer hits near, power, db.db1"]),
        (&[("fails: [near, power]", "fails: [near, a]")], &["scenario attack no longer hits power"]),
        // Land and power make the same fall together: one of them is enough, also under another name, and neither is not. That
        // the whole world does so too is another promise.
        (&[(", shares: [power]", ""), ("[near, power]", "[near, a, b]")], &[]),
        (&[("  land: {kind: region, within: world}\n", ""), ("within: land", "within: world")], &[]),
        (
            &[
                ("  land: {kind: region, within: world}\n", ""),
                ("within: land", "within: world"),
                ("shares: [power]", "shares: [water]"),
                ("[near, power]", "[near, water]"),
            ],
            &[],
        ),
        (
            &[
                ("  land: {kind: region, within: world}\n", ""),
                ("within: land", "within: world"),
                (", shares: [power]", ""),
                ("[near, power]", "[near, a, b]"),
            ],
            &["lose:land is gone", "lose:power is gone", "stands where it stood: db.db1, db.db2"],
        ),
        // Nothing that was there: something that never changes is no new name for it.
        (
            &[
                (
                    "main:\n        size: 10 GiB\n        change: 1 GiB/h\n        database: shop",
                    "cache:\n        size: 1 MiB\n        change: none",
                ),
                ("db.main, ", "db.cache, "),
            ],
            &["rpo 48 h → none for db.main, which is gone"],
        ),
        (
            &[(
                "consistency_groups:",
                "waivers:\n  - {finding: rpo-unmet, until: 2099-01-01, owner: me, reason: no}\nconsistency_groups:",
            )],
            &[],
        ),
    ];
    for (edits, told) in cases {
        let folder = laid_out(HELD, &whole(edits));
        let output = drplan(folder.path(), &["compare", "base", "head"]);
        let printed = text(&output);
        let (_, weaker) = printed.split_once("Weaker promises:").unwrap_or_default();
        let weaker = weaker.split("\n\n").next().unwrap_or_default();
        assert_eq!(weaker.is_empty(), told.is_empty(), "{edits:?}: {printed}");
        assert!(told.is_empty() || output.status.code() == Some(1), "{edits:?}: {printed}");
        for one in told {
            assert!(weaker.contains(one), "{edits:?}: {one:?} is not told in {printed}");
        }
    }
}

#[test]
fn what_is_called_otherwise_is_held_to_the_same() {
    let renamed = HELD
        .replace("power", "grid")
        .replace("land", "country")
        .replace("world", "globe")
        .replace("books", "ledgers")
        .replace("far", "deep");
    let folder = laid_out(HELD, &renamed);
    let printed = text(&drplan(folder.path(), &["compare", "base", "head"]));
    assert!(!printed.contains("Weaker promises"), "{printed}");
    let renamed = HELD.replace("main", "orders");
    let folder = laid_out(HELD, &renamed);
    let printed = text(&drplan(folder.path(), &["compare", "base", "head"]));
    assert!(!printed.contains("Weaker promises"), "{printed}");
}

#[test]
fn a_waiver_that_comes_or_lasts_longer_is_told_in_the_open() {
    let waiver = |until: &str| {
        format!(
            "{HELD}waivers:\n  - {{finding: rpo-unmet, until: {until}, owner: me, reason: \"long {}\"}}\n",
            "x".repeat(200)
        )
    };
    let compared = |before: &str, after: &str| {
        let folder = laid_out(before, after);
        text(&drplan(folder.path(), &["compare", "base", "head", "--format", "markdown"]))
    };
    for (before, after) in [(HELD.to_owned(), waiver("2099-01-01")), (waiver("2027-01-01"), waiver("2099-01-01"))] {
        let comment = compared(&before, &after);
        assert!(comment.contains("### ✅ shop: 1 new waiver"), "{comment}");
        let (open, _) = comment.split_once("<details>").unwrap();
        assert!(open.contains("- `rpo-unmet` of anything in any scenario, until `2099-01-01`, by `me`"), "{comment}");
    }
    assert!(!compared(&waiver("2099-01-01"), &waiver("2027-01-01")).contains("waivers**"));
}
