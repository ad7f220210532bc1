//! Borg on a repository of its own, and through `borg serve` as the store's host forces it.

use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{failed_with, survives_being_killed};
use crate::host::{Host, noise, succeeds, text, wait_for};

fn host() -> Host {
    Host::of("borg", "HOST/repository", "structure", &["DR_TAG='files'", "DR_APPEND_ONLY='no'"])
}

#[test]
fn a_good_run_is_told_drilled_and_restored() {
    let host = host();
    fs::hard_link(host.path("data/first"), host.path("data/again")).unwrap();
    succeeds(&host.run(&["dr-borg-backup", "files"]));
    let status = host.status("files");
    assert_eq!((&status["method"], &status["copies_kept"]), (&"borg".into(), &1.into()), "{status}");
    let started = status["started_at"].as_f64().unwrap();
    assert_eq!(status["recovery_point"].as_f64().unwrap(), started);
    succeeds(&host.run(&["dr-borg-drill", "files"]));
    assert_eq!(host.status("files-drill")["restored_bytes"], 6, "a file with two names is two files");
    host.write("data/first", "damaged");
    host.write("data/second", "later");
    // Another host was lost while it had the repository for itself.
    fs::create_dir(host.path("repository/lock.exclusive")).unwrap();
    host.write("repository/lock.exclusive/lost.example.com@1.4711-0", "");
    succeeds(&host.run(&["dr-borg-restore", "files", "--swap"]));
    assert_eq!(host.read("data/first"), "one");
    assert!(!host.path("data/second").exists());
    fs::remove_dir_all(host.path("repository/lock.exclusive")).unwrap();
    let point = host.status("files-restore")["recovery_point"].as_f64().unwrap();
    assert!(point <= started && started - point < 1.0, "restored to {point}, begun at {started}");

    // The store is gone, and comes back as another.
    fs::rename(host.path("repository"), host.path("away")).unwrap();
    failed_with(&host, &host.run(&["dr-borg-backup", "files"]), "not created again");
    assert!(!host.path("repository").exists(), "an empty repository took the place of the lost one");
}

#[test]
fn what_cannot_be_verified_or_read_does_not_count() {
    let host = host();
    host.write("data/first", &"some data ".repeat(30_000));
    succeeds(&host.run(&["dr-borg-backup", "files"]));
    let good = host.points("borg");

    // Reading the memory of a process at address 0 is an error for everybody.
    let paths = host.read("etc/borg/files.paths");
    host.write("etc/borg/files.paths", &format!("{paths}/proc/1/mem\n"));
    failed_with(&host, &host.run(&["dr-borg-backup", "files"]), "could not be read");
    assert_eq!(host.points("borg"), good, "a partial archive counts as a copy");
    host.write("etc/borg/files.paths", &paths);

    let segment = largest_segment(&host);
    let mut bytes = fs::read(&segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&segment, bytes).unwrap();
    host.write("data/second", "more");
    failed_with(&host, &host.run(&["dr-borg-backup", "files"]), "verification");
    assert_eq!(host.points("borg"), good, "an old copy went before a new one was verified");
    let mine = host.read("data/first");
    let restore = host.run(&["dr-borg-restore", "files", "--swap"]);
    assert!(!restore.status.success(), "a damaged archive was restored: {}", text(&restore));
    assert_eq!(host.read("data/first"), mine, "the data were touched before their replacement was sound");
}

#[test]
fn a_killed_run_is_never_good_and_the_next_one_recovers() {
    let host = host();
    succeeds(&host.run(&["dr-borg-backup", "files"]));
    let good = host.status("files")["label"].clone();
    // In the middle of what writes; and when the new point counts and the old one is not yet gone.
    let while_it_writes = || wait_for(|| host.path("repository/lock.exclusive").exists());
    let when_it_counts = || wait_for(|| host.status("files")["last_good"]["label"].as_str() > good.as_str());
    survives_being_killed(&host, "borg", &[&while_it_writes, &when_it_counts]);
    let left = host.run(&[
        "env",
        "BORG_PASSPHRASE=secret",
        "borg",
        "list",
        "--short",
        host.path("repository").to_str().unwrap(),
    ]);
    assert_eq!(
        String::from_utf8_lossy(&left.stdout).lines().count(),
        1,
        "what was not finished stayed: {}",
        text(&left)
    );
}

/// Archives are named by the second: two runs in one would meet each other's.
#[test]
fn no_run_begins_in_the_second_of_the_one_before() {
    let host = host();
    succeeds(&host.run(&["dr-borg-backup", "files"]));
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let next = now().as_secs() + 1;
    let mut before = host.status("files");
    before["started_at"] = next.into();
    host.write("state/status/files.json", &before.to_string());
    sleep(Duration::from_secs(next).saturating_sub(now()));
    succeeds(&host.run(&["dr-borg-backup", "files"]));
    let started = host.status("files")["started_at"].as_f64().unwrap();
    assert!(started >= (next + 1) as f64, "{started} and {next} are one second");
}

/// `ssh` that runs what the forced command of the account is, and nothing that the client asks for.
#[test]
fn a_store_that_only_appends_keeps_everything_and_shows_nothing_else() {
    let host = Host::of(
        "borg",
        "ssh://bg-shop@store.example.comHOST/store/bg-shop/files",
        "structure",
        &["DR_TAG='files'", "DR_APPEND_ONLY='yes'"],
    );
    fs::create_dir_all(host.path("store/bg-shop")).unwrap();
    let forced =
        format!("borg serve --umask=077 --append-only --restrict-to-path {}", host.path("store/bg-shop").display());
    host.program("lib/bin/ssh", &format!("#!/bin/bash\nexec {forced}\n"));
    succeeds(&host.run(&["dr-borg-backup", "files"]));
    host.write("data/first", "two");
    succeeds(&host.run(&["dr-borg-backup", "files"]));
    assert_eq!(host.points("borg").len(), 2, "retention deleted in a store that only appends");

    let settings = host.read("etc/borg/files.env").replace("store/bg-shop/files", "store/bg-other/files");
    host.write("etc/borg/files.env", &settings);
    fs::remove_dir_all(host.path("state/borg")).unwrap();
    fs::create_dir(host.path("state/borg")).unwrap();
    failed_with(&host, &host.run(&["dr-borg-backup", "files"]), "neither be opened nor created");
    assert!(!host.path("store/bg-other").exists(), "a client wrote outside of its folder");
}

#[test]
fn a_full_disk_fails_the_job_and_keeps_the_old_copy() {
    let host = host();
    succeeds(&host.run(&["dr-borg-backup", "files"]));
    host.write("data/big", &noise(4_000_000));
    let failed = host.run_on_full_disk("repository", 2_000, &["dr-borg-backup", "files"]);
    assert!(!failed.status.success(), "{}", text(&failed));
    assert_eq!(host.points("borg").len(), 1, "{}", text(&failed));
    assert_eq!(host.status("files")["state"], "failed");
    assert!(host.status("files")["last_good"]["recovery_point"].is_number());
}

/// The file of the repository that holds the data.
fn largest_segment(host: &Host) -> PathBuf {
    let files = fs::read_dir(host.path("repository/data/0")).unwrap().map(|file| file.unwrap().path());
    files.max_by_key(|file| fs::metadata(file).unwrap().len()).unwrap()
}

#[test]
fn a_host_that_was_installed_anew_puts_nothing_above_its_old_points() {
    let host = host();
    succeeds(&host.run(&["dr-borg-backup", "files"]));
    let good = host.points("borg");
    host.install_anew("borg");
    let output = host.run(&["dr-borg-backup", "files"]);
    assert!(!output.status.success() && text(&output).contains("--adopt"), "{}", text(&output));
    assert_eq!(host.points("borg"), good);
    succeeds(&host.run(&["dr-borg-restore", "files", "--swap"]));
    assert_eq!(host.read("data/first"), "one");
    succeeds(&host.run(&["dr-borg-backup", "files"]));
}
