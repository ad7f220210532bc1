//! The scripts of the action, run in a repository with a pull request: the verdict, what a change tries to leave it by, and the
//! comment.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::packaging::{git, pull_request, root, run, spec};

struct Gate {
    code: Option<i32>,
    log: String,
    summary: String,
}

fn gate(folder: &Path, base: &str, more: &[(&str, &str)]) -> Gate {
    let temporary = tempfile::tempdir().unwrap();
    let path = |name: &str| temporary.path().join(name).to_str().unwrap().to_owned();
    let (summary, output, work) = (path("summary"), path("output"), path(""));
    let fixed = [
        ("DRPLAN_BINARY", env!("CARGO_BIN_EXE_drplan")),
        ("DRPLAN_SPEC", "dr"),
        ("DRPLAN_BASE", base),
        ("GITHUB_STEP_SUMMARY", &summary),
        ("GITHUB_OUTPUT", &output),
        ("RUNNER_TEMP", &work),
    ];
    let script = root().join("packaging/github/gate.sh");
    let ran = run(folder, "bash", &[script.to_str().unwrap()], &[&fixed[..], more].concat());
    let log = String::from_utf8(ran.stdout).unwrap() + &String::from_utf8(ran.stderr).unwrap();
    Gate { code: ran.status.code(), log, summary: fs::read_to_string(summary).unwrap_or_default() }
}

#[test]
fn the_gate_tells_what_a_change_does() {
    let after = spec().replace("continuous: 1m", "continuous: 10m");
    let (folder, base) = pull_request(Some(&spec()), &after);
    let told = gate(folder.path(), &base, &[]);
    assert_eq!(told.code, Some(1), "{}", told.log);
    assert!(told.log.contains("::error file=dr/drplan.yaml,line=67"), "{}", told.log);
    assert!(told.log.contains("identity: 1 newly unmet"), "{}", told.log);
    assert!(told.summary.starts_with("<!-- drplan:comparison -->\n### ❌ identity: 1 newly unmet"), "{}", told.summary);
    assert!(
        told.summary.contains("<!-- drplan:findings -->") && told.summary.contains("(`dr/drplan.yaml:104`)"),
        "{}",
        told.summary
    );
    // What was broken before is a baseline's business; with it only the change counts.
    let known = folder.path().join("known.json");
    let args = ["validate", "dr", "--write-baseline", known.to_str().unwrap()];
    assert!(run(folder.path(), env!("CARGO_BIN_EXE_drplan"), &args, &[]).status.success());
    let baseline = [("DRPLAN_BASELINE", "known.json")];
    assert_eq!(gate(folder.path(), &base, &baseline).code, Some(1));
    assert_eq!(gate(folder.path(), &base, &[baseline[0], ("DRPLAN_FAIL_ON_CHANGE", "never")]).code, Some(0));
    // Policies and SARIF go the same way.
    fs::copy(root().join("examples/policies/house-rules.yaml"), folder.path().join("rules.yaml")).unwrap();
    let told =
        gate(folder.path(), &base, &[baseline[0], ("DRPLAN_POLICY", "rules.yaml\n"), ("DRPLAN_SARIF", "out.sarif")]);
    assert_eq!(told.code, Some(1));
    assert!(told.summary.contains("restore-not-tried"), "{}", told.summary);
    let sarif: Value = serde_json::from_str(&fs::read_to_string(folder.path().join("out.sarif")).unwrap()).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
}

#[test]
fn a_new_spec_and_a_mended_one_pass_the_gate() {
    let good = spec().replace("daily: {schedule: \"0 2 * * *\"", "daily: {schedule: \"0 */6 * * *\"");
    for before in [None, Some("drplan: 1\nsystem: [\n")] {
        let (folder, base) = pull_request(before, &good);
        let told = gate(folder.path(), &base, &[]);
        assert_eq!(told.code, Some(0), "{}", told.log);
        assert!(told.log.contains("there is nothing to compare with: "), "{}", told.log);
    }
    let (folder, base) = pull_request(Some(&good), "drplan: 1\nsystem: [\n");
    assert_eq!(gate(folder.path(), &base, &[]).code, Some(1), "what is broken now fails");
}

#[test]
fn nothing_in_a_change_stands_in_for_the_base() {
    let weaker = spec().replace("continuous: 1m", "continuous: 10m");
    // Folders with the names of the ranges that the gate compares, which hold what it is to be compared with.
    let (folder, base) = pull_request(Some(&spec()), &weaker);
    for name in [format!("{base}.."), format!("{base}..{base}"), format!("{base}:dr")] {
        fs::create_dir(folder.path().join(&name)).unwrap();
        fs::write(folder.path().join(&name).join("drplan.yaml"), &weaker).unwrap();
    }
    let told = gate(folder.path(), &base, &[]);
    assert!(told.code == Some(1) && told.log.contains("1 newly unmet"), "{}", told.log);
    // A repository of its own in the place of the spec, as a submodule is, has no such base.
    git(folder.path(), &["init", "-q", "dr"]);
    let told = gate(folder.path(), &base, &[]);
    assert!(told.code == Some(2) && told.log.contains("there is no revision"), "{}", told.log);
    fs::remove_dir_all(folder.path().join("dr/.git")).unwrap();
    // A link out of the repository, to another spec that is in one or in none.
    let other = tempfile::tempdir().unwrap();
    fs::write(other.path().join("drplan.yaml"), spec().replace("continuous: 1m", "continuous: 10m")).unwrap();
    fs::remove_dir_all(folder.path().join("dr")).unwrap();
    std::os::unix::fs::symlink(other.path(), folder.path().join("dr")).unwrap();
    for _ in 0..2 {
        let told = gate(folder.path(), &base, &[]);
        assert!(told.code == Some(1) && told.log.contains("1 newly unmet"), "{}", told.log);
        git(other.path(), &["init", "-q"]);
    }
    // A link in the place of the spec, to a place where the base has none, or one that has not changed.
    for is_there in [false, true] {
        let (folder, mut base) = pull_request(Some(&spec()), &weaker);
        let at = |name: &str| folder.path().join(name);
        if is_there {
            git(folder.path(), &["checkout", "-q", &base]);
            fs::create_dir(at("other")).unwrap();
            fs::write(at("other/drplan.yaml"), &weaker).unwrap();
            git(folder.path(), &["add", "."]);
            git(folder.path(), &["commit", "-q", "-m", "base"]);
            base = git(folder.path(), &["rev-parse", "HEAD"]);
        } else {
            fs::rename(at("dr"), at("other")).unwrap();
        }
        let _ = fs::remove_dir_all(at("dr"));
        std::os::unix::fs::symlink("other", at("dr")).unwrap();
        let told = gate(folder.path(), &base, &[]);
        assert!(told.code == Some(1) && told.log.contains("1 newly unmet"), "{is_there}: {}", told.log);
    }
}

#[test]
fn names_of_files_and_specs_cannot_leave_the_script() {
    let (folder, base) = pull_request(Some(&spec()), &spec());
    let hostile = "$(touch pwned); `touch pwned` --version";
    let told = gate(
        folder.path(),
        &base,
        &[("DRPLAN_SPEC", hostile), ("DRPLAN_POLICY", hostile), ("DRPLAN_FAIL_ON", "error; touch pwned")],
    );
    assert_eq!(told.code, Some(2), "{}", told.log);
    assert!(!folder.path().join("pwned").exists());
}

/// So many databases, each with a copy on a schedule.
fn many(count: usize, schedule: &str) -> String {
    let component = |number: usize| {
        format!(
            "  db-{number}-of-the-shop:\n    technology: postgresql\n    objective: {{rpo: 26h}}\n    instances: {{db-{number}-primary: {{at: west, role: primary}}}}\n    data: {{orders: {{size: 1 GiB, copies: {{nightly: {{schedule: \"{schedule}\", timezone: UTC, takes: 1h, to: disk}}}}}}}}\n"
        )
    };
    "drplan: 1\nsystem: {name: large}\nlocations: {west: {kind: site}, east: {kind: site}}\nstores: {disk: {at: east, technology: restic, path: /b}}\ncomponents:\n".to_owned()
        + &(0..count).map(component).collect::<String>()
}

#[test]
fn the_largest_comment_fits_and_says_what_is_missing() {
    let (folder, base) = pull_request(Some(&many(150, "0 2 * * *")), &many(150, "0 2 */2 * *"));
    let told = gate(folder.path(), &base, &[]);
    assert_eq!(told.code, Some(1), "{}", told.log);
    let pages: Vec<&str> = told.summary.split("<!-- drplan:").skip(1).collect();
    assert_eq!(pages.len(), 2, "{}", told.summary);
    for page in pages {
        assert!(page.chars().count() > 30_000, "the spec is too small to overflow: {page}");
        let last = page.trim_end().lines().last().unwrap();
        assert!(
            last.starts_with("*and ") && last.ends_with("not fit into a comment: see the full report of this run.*")
        );
        assert_eq!(page.matches("<details>").count(), page.matches("</details>").count());
        let listed = page.lines().filter(|line| line.starts_with("- ")).count();
        assert!(listed > 50, "{page}");
    }
    // What is sent is what was written, to the byte; GitHub takes so many characters.
    let body = sent(&told.summary, None, 0).1;
    assert!(body.ends_with(&told.summary) && body.chars().count() < 65_536);
}

/// Runs `comment.sh` with a stand-in for GitHub's program that knows a comment or none and ends with a code: how it was called
/// last, the body that it was given, what was printed and whether that was well.
fn sent(comment: &str, known: Option<&str>, code: i32) -> (String, String, String, bool) {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let stand_in = format!(
        "#!/bin/sh\necho \"$@\" >>calls\nfor word; do case $word in body=@*) cat \"${{word#body=@}}\" >body ;; esac; done\n\
         if [ \"$2\" = --paginate ]; then if [ -f known ]; then cat known; fi; exit 0; fi\n\
         if [ {code} -ne 0 ]; then echo 'gh: refused (HTTP {code})' >&2; exit 1; fi\n"
    );
    fs::write(at.join("gh"), stand_in).unwrap();
    run(at, "chmod", &["+x", "gh"], &[]);
    fs::write(at.join("comment.md"), comment).unwrap();
    if let Some(known) = known {
        fs::write(at.join("known"), known).unwrap();
    }
    let path = format!("{}:{}", at.display(), std::env::var("PATH").unwrap());
    let env = [
        ("PATH", path.as_str()),
        ("GITHUB_REPOSITORY", "o/r"),
        ("DRPLAN_PULL_REQUEST", "7"),
        ("DRPLAN_SPEC", "dr"),
        ("DRPLAN_COMMENT", "comment.md"),
    ];
    let script = root().join("packaging/github/comment.sh");
    let ran = run(at, "bash", &[script.to_str().unwrap()], &env);
    let calls = fs::read_to_string(at.join("calls")).unwrap();
    let body = fs::read_to_string(at.join("body")).unwrap();
    let said = String::from_utf8([ran.stdout, ran.stderr].concat()).unwrap();
    (calls.lines().last().unwrap().to_owned(), body, said, ran.status.success())
}

#[test]
fn the_comment_is_updated_in_place() {
    let comment = "<!-- drplan:comparison -->\nä\n".repeat(4_000);
    for (known, method) in [
        (None, "--method POST repos/o/r/issues/7/comments"),
        (Some("42\n43\n"), "--method PATCH repos/o/r/issues/comments/42 "),
    ] {
        let (call, body, said, is_well) = sent(&comment, known, 0);
        assert!(is_well && call.contains(method), "{call}: {said}");
        let (mark, rest) = body.split_once('\n').unwrap();
        assert_eq!(rest, comment);
        assert!(mark.starts_with("<!-- drplan-gate:") && mark.ends_with(" -->"), "each spec has its comment: {mark}");
    }
}

#[test]
fn a_token_that_may_not_write_changes_no_verdict() {
    let (_, _, said, is_well) = sent("x", None, 403);
    assert!(is_well && said.contains("::warning title=drplan::The token may not write a comment"), "{said}");
    let (_, _, said, is_well) = sent("x", None, 500);
    assert!(!is_well && said.contains("refused (HTTP 500)") && !said.contains("::warning"), "{said}");
}
