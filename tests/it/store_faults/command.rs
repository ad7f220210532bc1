//! Jobs that run declared commands: what counts is how a command ends and whether it says something.

use std::fs;

use super::failed_with;
use crate::host::{Host, succeeds, text, wait_for};

/// A host with a job `files` whose command is `fake/snap`, restored by `fake/unsnap`.
fn host(settings: &str, paths: &str) -> Host {
    let host = Host::with_stores();
    let settings = format!(
        "DR_SUBJECT=''\nDR_SOURCE_JOB=''\nDR_ONCE_AFTER=''\nDR_LOCK='files'\nDR_HOLD_SEC=0\nDR_MIN_INTERVAL_SEC=0\n{settings}\n"
    );
    host.write("etc/command/files.env", &settings);
    host.write("etc/command/files.argv", &format!("{}\n--all\n", host.path("fake/snap").display()));
    host.write("etc/command/files.restore", &format!("{}\n", host.path("fake/unsnap").display()));
    host.write("etc/command/files.paths", paths);
    host.write("etc/command/files.pre", "");
    host
}

#[test]
fn a_command_that_fails_or_says_nothing_makes_no_copy() {
    let host = host("", "");
    host.fake("snap", r#"[ "$*" = --all ] && printf '\n  snapshot 7\n'"#);
    succeeds(&host.run(&["dr-command-run", "files"]));
    assert_eq!(host.status("files")["label"], "  snapshot 7");
    assert_eq!(host.status("files")["method"], "command");
    host.fake("snap", "echo 'снимок'");
    succeeds(&host.run(&["dr-command-run", "files"]));
    assert_eq!(host.status("files")["label"], "снимок");
    host.fake("snap", r#"[ "$*" = --all ] && printf '\n  snapshot 7\n'"#);
    succeeds(&host.run(&["dr-command-run", "files"]));
    for (shell, reason) in
        [("echo made; exit 3", "ended with code 3"), ("exit 0", "said nothing"), ("echo; echo ' '", "said nothing")]
    {
        host.fake("snap", shell);
        failed_with(&host, &host.run(&["dr-command-run", "files"]), reason);
    }
    host.fake("snap", "touch \"$0.running\"; sleep 5; echo late");
    let mut first = host.spawn(&["dr-command-run", "files"]);
    wait_for(|| host.path("fake/snap.running").exists());
    let second = host.run(&["dr-command-run", "files"]);
    assert_eq!(second.status.code(), Some(75), "{}", text(&second));
    let group = format!("-{}", first.id());
    succeeds(&host.run(&["kill", "-s", "KILL", "--", &group]));
    first.wait().unwrap();
    let status = host.status("files");
    assert!(status["ok"] == false && status["last_good"]["label"] == "  snapshot 7", "{status}");
}

#[test]
fn a_tree_goes_to_tape_word_by_word_and_comes_back_whole() {
    let host = host("", "");
    let odd = host.path("data/$(touch evil) 'x'");
    fs::create_dir(&odd).unwrap();
    fs::write(odd.join("file"), "odd").unwrap();
    let tape = host.path("tape");
    host.fake("snap", &format!(r#"shift; tar -C / -cf '{}' "${{@#/}}" && echo "tape 12""#, tape.display()));
    host.fake("unsnap", &format!(r#"tar -C "$1" -xf '{}'"#, tape.display()));
    host.write("etc/command/files.paths", &format!("{}\n{}\n", odd.display(), host.path("data/first").display()));
    succeeds(&host.run(&["dr-command-run", "files"]));
    assert_eq!(host.status("files")["files"], 2);
    assert!(!host.path("evil").exists() && !host.path("data/evil").exists(), "a shell read the path");
    let to = host.path("out");
    succeeds(&host.run(&["dr-command-restore", "files", "--to", to.to_str().unwrap()]));
    assert_eq!(host.status("files-restore")["files"], 2);

    let full = host.run(&["dr-command-restore", "files", "--to", to.to_str().unwrap()]);
    assert_eq!(full.status.code(), Some(69), "{}", text(&full));
    host.fake("unsnap", r#"echo one >"$1/file""#);
    let short = host.run(&["dr-command-restore", "files", "--to", host.path("less").to_str().unwrap()]);
    assert!(!short.status.success() && text(&short).contains("came back"), "{}", text(&short));

    std::os::unix::fs::symlink(host.path("data"), host.path("link")).unwrap();
    host.write("etc/command/files.paths", &format!("{}\n{}\n", odd.display(), host.path("link").display()));
    failed_with(&host, &host.run(&["dr-command-run", "files"]), "is a link");
    host.write("etc/command/files.paths", "/nonexistent/tree\n");
    failed_with(&host, &host.run(&["dr-command-run", "files"]), "not mounted?");
}

#[test]
fn a_copy_of_a_copy_is_restored_first_and_as_old_as_its_source() {
    let host = host("DR_SOURCE_JOB='nightly'\nDR_SOURCE_TOOL='restic'", "");
    host.fake("snap", r#"ls "$2""#);
    let status = host.path("state/status/nightly-restore.json");
    let restore = format!(
        r#"[ "$1 $2 $4" = "nightly --to --at" ] && mkdir -p "$3" && echo x >"$3/file" && echo '{{"recovery_point": 1000.5}}' >'{}'"#,
        status.display()
    );
    host.fake("dr-restic-restore", &restore);
    succeeds(&host.run(&["dr-command-run", "files"]));
    assert_eq!(
        (&host.status("files")["recovery_point"], &host.status("files")["label"]),
        (&1000.5.into(), &"file".into())
    );
    assert!(fs::read_dir(host.path("state/scratch")).unwrap().next().is_none(), "the restored copy stayed");
    host.fake("dr-restic-restore", "exit 1");
    failed_with(&host, &host.run(&["dr-command-run", "files"]), "restore the newest copy of nightly");
}

#[test]
fn a_change_is_done_when_it_is_seen() {
    let host = host("", "");
    host.write("etc/command/names.env", "DR_SUBJECT=''\n");
    host.write("etc/command/names.show", &format!("{}\n", host.path("fake/show").display()));
    host.write("etc/command/names.change", &format!("{}\n", host.path("fake/change").display()));
    host.write("records", "A 192.0.2.1\n");
    let records = host.path("records");
    host.fake("show", &format!("cat '{}'", records.display()));
    let change = |shell: &str| {
        host.fake("change", shell);
        host.run(&["dr-command-change", "names", "change", "--wait", "1"])
    };
    succeeds(&host.run(&["dr-command-change", "names", "show"]));
    assert_eq!(host.status("names-show")["ok"], true);
    let nothing = change("exit 0");
    assert!(!nothing.status.success() && text(&nothing).contains("shown as before"), "{}", text(&nothing));
    assert!(!change("exit 5").status.success());
    assert_eq!(host.status("names-change")["ok"], false);
    // What asks for help, or is not understood, changes nothing.
    host.fake("change", &format!("echo 'A 203.0.113.1' >'{}'", records.display()));
    succeeds(&host.run(&["dr-command-change", "names", "change", "--help"]));
    for more in [&["--dry-run"][..], &["--wait"], &["--wait", "1", "2"]] {
        let told = host.run(&[&["dr-command-change", "names", "change"], more].concat());
        assert_eq!(told.status.code(), Some(64), "{}", text(&told));
    }
    assert_eq!(host.read("records"), "A 192.0.2.1\n");
    succeeds(&change(&format!("echo 'A 198.51.100.1' >'{}'", records.display())));
    assert_eq!(host.status("names-change")["now"], "A 198.51.100.1");

    host.write("records", "");
    assert_eq!(change("exit 0").status.code(), Some(69), "changed what cannot be shown");
    assert!(!host.run(&["dr-command-change", "names", "show"]).status.success());
    assert_eq!(host.status("names-show")["state"], "failed");
}
