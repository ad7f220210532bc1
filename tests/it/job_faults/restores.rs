//! Restores, drills and copies of restic, killed before each of their commands that changes something: a folder has its name only when
//! it is whole, and what a killed run left is gone after the next. And: an answer of nothing from the store is no yes.

use std::fs;

use crate::host::{Host, ends_with, succeeds, text, wait_for};

/// A host whose job has a snapshot of two files, and whose data have been changed since.
fn damaged() -> Host {
    let host = Host::with_restic();
    host.write("data/second", "two");
    succeeds(&host.backup());
    damage(&host);
    host
}

fn damage(host: &Host) {
    host.write("data/first", "lived");
    host.write("data/second", "lived");
}

/// Names in the host's own folder that a restore has made.
fn made(host: &Host, kind: &str) -> Vec<String> {
    host.list("").into_iter().filter(|name| name.contains(kind)).collect()
}

#[test]
fn a_killed_restore_elsewhere_has_its_name_only_when_it_is_whole() {
    let host = damaged();
    let (out, inner) = (host.word("out"), host.word("data"));
    let file = |name: &str| fs::read_to_string(format!("{out}{inner}/{name}")).unwrap_or_default();
    host.killed_everywhere(&["dr-restic-restore", "files", "--to", &out], |before| {
        if host.path("out").exists() {
            assert_eq!([file("first"), file("second")], ["one", "two"], "killed before command {before}");
            fs::remove_dir_all(&out).unwrap();
        }
    });
    assert_eq!([file("first"), file("second")], ["one", "two"]);
    assert_eq!(made(&host, ".dr-new-"), [""; 0], "staging folders of killed runs stayed");
    assert_eq!(host.read("data/first"), "lived", "the data in place were touched");
}

/// Has this job told that all is well?
fn is_good(host: &Host, job: &str) -> bool {
    host.path(&format!("state/status/{job}.json")).exists() && host.status(job)["ok"] == true
}

#[test]
fn a_killed_swap_leaves_the_old_data_or_the_new() {
    let host = damaged();
    host.killed_everywhere(&["dr-restic-restore", "files", "--swap", "--discard-old"], |before| {
        let data = ["first", "second"].map(|name| host.read(&format!("data/{name}")));
        let is_new = data == ["one", "two"];
        assert!(is_new || data == ["lived", "lived"], "killed before command {before}: {data:?}");
        assert!(is_new || !is_good(&host, "files-restore"), "killed before command {before}: good too early");
        damage(&host);
        fs::remove_file(host.path("state/status/files-restore.json")).unwrap_or_default();
    });
    assert_eq!((host.read("data/first"), host.read("data/second")), ("one".to_owned(), "two".to_owned()));
    assert_eq!(made(&host, ".dr-new-"), [""; 0], "staging folders of killed runs stayed");
}

#[test]
fn a_killed_drill_has_proven_nothing() {
    let host = damaged();
    let scratch = || host.list("state/scratch");
    host.killed_everywhere(&["dr-restic-drill", "files"], |before| {
        assert!(!is_good(&host, "files-drill") || host.status("files-drill")["files"] == 2, "killed before {before}");
    });
    assert_eq!(scratch(), [""; 0], "killed drills left their scratch");
    // Of a snapshot that lacks a file there is no proof.
    host.fake("restic", "/usr/bin/restic \"$@\" || exit\ncase \" $* \" in *' restore '*) find \"$HOME/state/scratch\" -name second -delete ;; esac");
    ends_with(&host.run(&["dr-restic-drill", "files"]), 1, "number or size");
    host.unfake("restic");
    assert_eq!((host.status("files-drill")["state"].as_str(), scratch()), (Some("failed"), Vec::new()));

    // The host was lost while it had the repository for itself: another one restores all the same.
    assert!(host.run(&["mkfifo", &host.word("never")]).status.success());
    let mut lost = host.spawn(&["restic", "key", "passwd", "--new-password-file", &host.word("never")]);
    wait_for(|| !host.list("repository/locks").is_empty());
    lost.kill().unwrap();
    lost.wait().unwrap();
    succeeds(&host.run(&["dr-restic-drill", "files"]));
    succeeds(&host.run(&["dr-restic-restore", "files", "--swap"]));
    assert_eq!(host.list("repository/locks").len(), 1, "the lock is not there");
    succeeds(&host.backup());
}

#[test]
fn a_killed_copy_keeps_the_old_one_until_the_new_one_is_verified() {
    let host = damaged();
    let source = format!("DR_SOURCE_REPOSITORY='{}'", host.path("repository").display());
    host.configure("offsite", "second", &["DR_LOCK='offsite'", "DR_HOLD_SEC=0", "DR_MIN_INTERVAL_SEC=0", &source]);
    host.repository("second", "second");
    let copy = ["dr-restic-copy", "offsite"];
    succeeds(&host.run(&copy));
    succeeds(&host.backup());
    let source = host.snapshots();
    let kept = || host.list("second/snapshots");
    let old = kept();
    // The network breaks, or nothing arrives though all seems well.
    for fault in ["exit 1", "exit 0"] {
        host.fake("restic", &format!("case \" $* \" in *' copy '*) {fault} ;; *) exec /usr/bin/restic \"$@\" ;; esac"));
        assert!(!host.run(&copy).status.success(), "{fault}");
        assert_eq!((kept(), host.status("offsite")["ok"] == true), (old.clone(), false), "{fault}");
    }
    host.fake("restic", "case \" $* \" in *' check '*) exit 1 ;; *) exec /usr/bin/restic \"$@\" ;; esac");
    ends_with(&host.run(&copy), 1, "verification");
    assert!(kept().contains(&old[0]), "the old copy went before the new one was verified");
    host.unfake("restic");
    host.killed_everywhere(&copy, |before| {
        let status = host.status("offsite");
        let point = if status["ok"] == true { &status } else { &status["last_good"] };
        let label = point["label"].as_str().unwrap_or_default();
        assert!(!label.is_empty() && kept().iter().any(|id| id.starts_with(label)), "killed before {before}: {status}");
    });
    assert_eq!((kept().len(), host.status("offsite")["state"].as_str()), (1, Some("ok")));
    assert_eq!(host.snapshots(), source, "the source was changed");
}

#[test]
fn an_answer_of_nothing_is_no_yes() {
    let host = damaged();
    let before = host.status("files");
    for what in ["snapshots", "cat"] {
        let fault = format!("case \" $* \" in *' {what} '*) exit 0 ;; *) exec /usr/bin/restic \"$@\" ;; esac");
        host.fake("restic", &fault);
        let output = host.backup();
        assert!(!output.status.success(), "{what}: {}", text(&output));
        assert_eq!(host.status("files")["last_good"]["label"], before["label"], "{what}");
        host.unfake("restic");
    }
    host.fake("restic", "case \" $* \" in *' snapshots '*) exit 0 ;; *) exec /usr/bin/restic \"$@\" ;; esac");
    ends_with(&host.run(&["dr-restic-restore", "files", "--swap"]), 1, "cannot be read");
    host.unfake("restic");
    assert_eq!(host.read("data/first"), "lived");
    // A status of nothing but a line's end stops no job.
    host.write("state/status/files.json", "\n");
    succeeds(&host.backup());
}
