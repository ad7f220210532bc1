//! The restic jobs, with a real restic on a local repository.

use crate::host::{Host, noise, succeeds, text, wait_for};
use drplan::observed::adapters::{Adapter, Input};
use drplan::observed::{CopyNames, Field, Instant, Names, Start};
use std::fs;
use std::process::{Command, Output};
use std::thread::sleep;
use std::time::Duration;

#[test]
fn a_good_run_is_told_restored_and_drilled() {
    let host = Host::with_restic();
    // Of the job's own making.
    fs::remove_dir_all(host.path("repository")).unwrap();
    succeeds(&host.backup());
    let status = host.status("files");
    assert_eq!(status["format"], "drplan.status/1");
    assert_eq!(status["state"], "ok");
    assert_eq!(status["files"], 1);
    assert_eq!(host.freshness(), Some(0));

    succeeds(&host.run(&["dr-restic-drill", "files"]));
    assert_eq!(host.status("files-drill")["restored_bytes"], 3);
    assert!(fs::read_dir(host.path("state/scratch")).unwrap().next().is_none(), "the drill left its scratch");

    host.write("data/first", "damaged");
    host.write("data/second", "later");
    succeeds(&host.run(&["dr-restic-restore", "files", "--swap"]));
    assert_eq!(host.read("data/first"), "one");
    assert!(!host.path("data/second").exists());
    let old = host.status("files-restore")["old_data"].as_str().unwrap().to_owned();
    assert_eq!(fs::read_to_string(format!("{old}/first")).unwrap(), "damaged");
}

/// A dump is as old as its beginning, however long it takes: a restore must not claim more.
#[test]
fn what_is_restored_is_no_newer_than_the_begin_of_the_run() {
    let host = Host::with_restic();
    host.hook("pre", "sleep 2");
    succeeds(&host.backup());
    let backup = host.status("files");
    succeeds(&host.run(&["dr-restic-restore", "files", "--swap"]));
    let restored = host.status("files-restore")["recovery_point"].as_f64().unwrap();
    let started = backup["started_at"].as_f64().unwrap();
    assert!(restored <= started && started - restored < 1.0, "restored to {restored}, begun at {started}");
    assert_eq!(backup["recovery_point"], backup["started_at"]);
}

#[test]
fn what_a_job_and_its_drill_say_is_observed() {
    let host = Host::with_restic();
    succeeds(&host.backup());
    succeeds(&host.run(&["dr-restic-drill", "files"]));
    let copy = CopyNames {
        component: "shop".into(),
        dataset: "uploads".into(),
        name: "often".into(),
        job: "files".into(),
        host: Some("h1".into()),
        store: "vault".into(),
        method: Some("restic".into()),
        start: Start::Calendar,
        gap: 0,
        is_of_copy: false,
        is_by_hand: false,
    };
    let names = Names { system: "shop".into(), copies: vec![copy], ..Names::default() };
    let documents = format!("{}{}", host.status("files"), host.status("files-drill"));
    let input = Input { text: &documents, whose: Some("h1"), taken: Instant(1) };
    let adapted = Adapter::named("dr-status").unwrap().read(&input, &names).unwrap();
    let [(address, thing)] = adapted.observed.things.iter().collect::<Vec<_>>()[..] else {
        panic!("{:#?}", adapted.observed);
    };
    assert_eq!(address.to_string(), "components.shop.data.uploads.copies.often");
    let value = |field: Field| thing.get(field).unwrap_or_else(|| panic!("no {}: {thing:#?}", field.key())).to_string();
    assert_eq!(
        (value(Field::Result), value(Field::Points), value(Field::Size)),
        ("ok".into(), "1".into(), "3 B".into())
    );
    assert_eq!((value(Field::RestoredBytes), value(Field::Host)), ("3 B".into(), "h1".into()));
    for field in [Field::Newest, Field::Restored, Field::LastRun, Field::Oldest] {
        assert!(value(field).starts_with("20"), "{}", value(field));
    }
    for field in [Field::Takes, Field::RestoreTakes] {
        assert!(value(field).ends_with('s'), "{}", value(field));
    }
}

#[test]
fn a_command_that_fails_before_or_after_fails_the_job() {
    let host = Host::with_restic();
    succeeds(&host.backup());
    let good = host.snapshots();
    host.hook("pre", "printf half >data/first; exit 7");
    failed_with(&host, &host.backup(), "command before the backup");
    assert_eq!(host.snapshots(), good, "a backup was made of a failed dump");
    assert_eq!(host.freshness(), Some(1), "the last good copy is fresh, the failure shows");

    host.hook("pre", "true");
    host.hook("post", &format!("echo done >>{}; exit 3", host.path("after").display()));
    failed_with(&host, &host.backup(), "command after the backup");
    assert!(host.path("after").exists());
    assert_eq!(
        host.status("files")["last_good"]["label"],
        host.snapshots()[0][..8],
        "the verified snapshot counts all the same"
    );

    fs::remove_dir_all(host.path("data")).unwrap();
    failed_with(&host, &host.backup(), "not mounted?");
    assert_eq!(host.read("after").lines().count(), 2, "the command after the backup runs after a failure too");
}

#[test]
fn a_store_that_is_gone_or_another_one_is_never_created_again() {
    let host = Host::with_restic();
    succeeds(&host.backup());
    fs::rename(host.path("repository"), host.path("away")).unwrap();
    failed_with(&host, &host.backup(), "not created again");
    assert!(!host.path("repository").exists(), "an empty repository took the place of the lost one");

    succeeds(&host.run(&["restic", "init"]));
    failed_with(&host, &host.backup(), "not the repository that the job has used before");
    assert!(host.snapshots().is_empty());

    fs::remove_dir_all(host.path("repository")).unwrap();
    fs::rename(host.path("away"), host.path("repository")).unwrap();
    succeeds(&host.backup());
}

#[test]
fn a_repository_that_cannot_be_verified_keeps_its_old_copies() {
    let host = Host::with_restic();
    // Incompressible, so that the largest pack is the one with the data.
    host.write("data/first", &noise(200_000));
    succeeds(&host.backup());
    let before = host.snapshots();
    let pack = newest_pack(&host);
    let mut bytes = fs::read(&pack).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&pack, bytes).unwrap();
    host.write("data/second", "more");
    failed_with(&host, &host.backup(), "verification");
    let after = host.snapshots();
    assert!(after.contains(&before[0]) && after.len() == 2, "an old copy went before a new one was verified");
    assert_eq!(host.status("files")["last_good"]["label"], before[0][..8]);

    let mine = host.read("data/first");
    let restore = host.run(&["dr-restic-restore", "files", "--swap", "--snapshot", &before[0]]);
    assert!(!restore.status.success(), "a damaged snapshot was restored: {}", text(&restore));
    assert_eq!(host.read("data/first"), mine, "the data were touched before their replacement was sound");
    assert_eq!(host.status("files-restore")["state"], "failed");
    assert_eq!(leftovers(&host), 0, "the staging folder stayed");
}

#[test]
fn a_snapshot_that_misses_files_does_not_count() {
    let host = Host::with_restic();
    succeeds(&host.backup());
    let good = host.snapshots();
    // Reading the memory of a process at address 0 is an error for everybody.
    host.paths("files", &[host.path("data"), "/proc/1/mem".into()]);
    failed_with(&host, &host.backup(), "could not be read");
    assert_eq!(host.snapshots(), good, "a partial snapshot counts as a copy");

    // Of a link only the link would be kept, and the other path has files enough.
    std::os::unix::fs::symlink(host.path("data"), host.path("link")).unwrap();
    host.paths("files", &[host.path("data"), host.path("link")]);
    failed_with(&host, &host.backup(), "is a link");

    host.paths("files", &[host.path("data")]);
    fs::remove_file(host.path("data/first")).unwrap();
    failed_with(&host, &host.backup(), "only 0 files");
    assert_eq!(host.snapshots(), good, "an empty folder counts as a copy");
}

#[test]
fn a_full_disk_fails_the_job_and_keeps_the_old_copy() {
    let mut host = Host::with_restic();
    succeeds(&host.backup());
    // restic 0.14 waits for ever in one of fifty such runs.
    host.set("DR_STALL_SEC", "10");
    let script = r#"
        mount -t tmpfs -o size=6m none "$1/full"
        cp -a "$1/repository" "$1/full/"
        mount --bind "$1/full/repository" "$1/repository"
        head -c 20000000 /dev/urandom >"$1/data/big"
        "$1/bin/dr-restic-backup" files && exit 9
        rm -f "$1/data/big"
        restic snapshots --json --no-lock --tag files | grep -o short_id | wc -l"#;
    fs::create_dir(host.path("full")).unwrap();
    let root = host.path("");
    let output = host
        .command(&["unshare", "--mount", "--map-root-user", "bash", "-c", script, "full", root.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().last(), Some("1"), "{}", text(&output));
    assert_eq!(host.status("files")["state"], "failed");
    assert_eq!(host.status("files")["ok"], false);
    assert!(host.status("files")["last_good"]["recovery_point"].is_number());
}

/// As a restic whose repository gets full at the wrong moment.
#[test]
fn a_restic_that_does_nothing_is_ended() {
    let mut host = Host::with_restic();
    succeeds(&host.backup());
    host.set("DR_STALL_SEC", "1");
    // What moves is not ended, however long it takes.
    host.fake(
        "restic",
        "case \" $* \" in *' backup '*) for _ in 1 2 3 4 5; do head -c 100000 /dev/zero >/dev/null; sleep 0.5; done ;; esac\nexec /usr/bin/restic \"$@\"",
    );
    succeeds(&host.backup());
    host.fake("restic", "case \" $* \" in *' backup '*) exec sleep 300 ;; *) exec /usr/bin/restic \"$@\" ;; esac");
    failed_with(&host, &host.backup(), "had done nothing for 1 s");
    assert_eq!(host.status("files")["state"], "failed");
    assert!(host.status("files")["last_good"]["recovery_point"].is_number());
    // The lock is free again.
    host.unfake("restic");
    succeeds(&host.backup());
}

#[test]
fn two_runs_never_overlap() {
    let host = Host::with_restic();
    host.hook("pre", &format!("touch {0}; while [ -e {0} ]; do sleep 0.1; done", host.path("running").display()));
    let mut first = host.spawn(&["dr-restic-backup", "files"]);
    wait_for(|| host.path("running").exists());
    let document = host.read("state/status/files.json");
    let second = host.backup();
    assert_eq!(second.status.code(), Some(75), "{}", text(&second));
    assert_eq!(host.read("state/status/files.json"), document, "the second run touched the status of the first");
    fs::remove_file(host.path("running")).unwrap();
    assert!(first.wait().unwrap().success());
    assert_eq!(host.status("files")["state"], "ok");
}

#[test]
fn a_killed_run_is_never_good_and_the_next_one_recovers() {
    let host = Host::with_restic();
    host.write("data/first", &"data ".repeat(300_000));
    succeeds(&host.backup());
    for (round, signal) in
        [("KILL", 100), ("TERM", 400), ("KILL", 800), ("KILL", 1200), ("TERM", 1600)].into_iter().enumerate()
    {
        let (before, document) = (host.snapshots(), host.status("files"));
        host.write("data/round", &round.to_string().repeat(200_000));
        let mut child = host.spawn(&["dr-restic-backup", "files"]);
        sleep(Duration::from_millis(signal.1));
        let group = format!("-{}", child.id());
        Command::new("kill").args(["-s", signal.0, "--", &group]).status().unwrap();
        let finished = child.wait().unwrap().success();
        let status = host.status("files");
        // Killed before it could say that it runs, it has told nothing.
        let silent = status == document;
        // Good before its end only when all is done: killed while it clears away.
        let label = status["label"].as_str().unwrap_or("none");
        let is_done = host.snapshots().iter().any(|id| id.starts_with(label));
        assert!(silent || (status["ok"] == true) == finished || is_done, "round {round}: {status}");
        if !finished && !silent {
            assert!(
                status["last_good"]["recovery_point"].is_number(),
                "round {round}: the last good copy is forgotten"
            );
            assert!(!host.snapshots().is_empty(), "round {round}: no copy is left of {before:?}");
        }
    }
    succeeds(&host.backup());
    assert_eq!(host.snapshots().len(), 1);
    succeeds(&host.run(&["restic", "check", "--read-data"]));
}

#[test]
fn a_copy_of_a_copy_carries_the_point_of_its_source() {
    let host = Host::with_restic();
    let source = format!("DR_SOURCE_REPOSITORY='{}'", host.path("repository").display());
    host.configure("offsite", "second", &["DR_LOCK='offsite'", "DR_HOLD_SEC=0", "DR_MIN_INTERVAL_SEC=0", &source]);
    host.repository("second", "second");
    let run = || host.run(&["dr-restic-copy", "offsite"]);
    assert!(!run().status.success(), "a copy of nothing");
    assert_eq!(host.status("offsite")["state"], "failed");

    succeeds(&host.backup());
    succeeds(&run());
    let (backup, copy) = (host.status("files"), host.status("offsite"));
    let points = [&backup, &copy].map(|one| one["recovery_point"].as_f64().unwrap());
    assert!((points[0] - points[1]).abs() < 30.0, "{points:?}");
    assert_eq!(copy["copied"], 1);
    succeeds(&run());
    assert_eq!(host.status("offsite")["copied"], 0, "the same snapshot was copied twice");

    fs::rename(host.path("repository"), host.path("away")).unwrap();
    let gone = run();
    assert!(!gone.status.success(), "{}", text(&gone));
    assert_eq!(host.status("offsite")["last_good"]["label"], copy["label"]);
    succeeds(&host.run(&["dr-restic-restore", "offsite", "--to", host.path("out").to_str().unwrap()]));
    assert_eq!(
        fs::read_to_string(host.path("out").join(host.path("data/first").strip_prefix("/").unwrap())).unwrap(),
        "one"
    );

    host.configure("offsite", "second", &["DR_LOCK='offsite'", "DR_HOLD_SEC=0", "DR_MIN_INTERVAL_SEC=1000", &source]);
    let early = run();
    assert!(early.status.success() && text(&early).contains("nothing to do"), "{}", text(&early));
    // The clock was a day ahead once.
    let mut status = host.status("offsite");
    for pointer in ["/started_at", "/last_good/started_at"] {
        *status.pointer_mut(pointer).unwrap() = 4_000_000_000_u64.into();
    }
    host.write("state/status/offsite.json", &status.to_string());
    let late = run();
    assert!(!text(&late).contains("nothing to do") && text(&late).contains("cannot be read"), "{}", text(&late));
}

/// An argument of a program may not be longer than 128 KiB.
#[test]
fn a_thousand_points_are_not_too_many() {
    let host = Host::with_restic();
    let source = format!("DR_SOURCE_REPOSITORY='{}'", host.path("repository").display());
    host.configure("offsite", "second", &["DR_LOCK='offsite'", "DR_HOLD_SEC=0", "DR_MIN_INTERVAL_SEC=0", &source]);
    host.repository("second", "second");
    for job in ["files", "offsite"] {
        let settings = host.read(&format!("etc/restic/{job}.env")).replace("--keep-last 1", "");
        host.write(&format!("etc/restic/{job}.env"), &settings);
    }
    // Each snapshot is told a thousand times, the older ones under other names.
    let many = r#"[ -n "$out" ] || exit 1
jq -c 'if length == 0 then . else [range(999) as $n | .[0] | .id = .id[:-4] + ($n + 1000 | tostring)] + . end' <<<"$out""#;
    host.fake(
        "restic",
        &format!("case \" $* \" in *' snapshots '*) out=$(/usr/bin/restic \"$@\") || exit; {many} ;; *) exec /usr/bin/restic \"$@\" ;; esac"),
    );
    succeeds(&host.backup());
    assert_eq!(host.status("files")["copies_kept"], 1000);
    succeeds(&host.run(&["dr-restic-copy", "offsite"]));
    assert_eq!(host.status("offsite")["copies_kept"], 1000);
}

#[test]
fn a_host_that_was_installed_anew_puts_nothing_above_its_old_points() {
    let host = Host::with_restic();
    let install = || {
        fs::remove_dir_all(host.path("state")).unwrap();
        for folder in ["status", "locks", "restic", "scratch"] {
            fs::create_dir_all(host.path(&format!("state/{folder}"))).unwrap();
        }
        host.write("data/first", "what the package brings");
    };
    succeeds(&host.backup());
    let good = host.snapshots();
    install();
    // Again and again, as its timer does.
    for _ in 0..2 {
        let output = host.backup();
        assert!(!output.status.success() && text(&output).contains("--adopt"), "{}", text(&output));
        assert_eq!(host.status("files")["state"], "failed");
        assert_eq!(host.snapshots(), good, "the old point is no longer the one that a restore takes");
    }
    succeeds(&host.run(&["dr-restic-restore", "files", "--swap"]));
    assert_eq!(host.read("data/first"), "one");
    succeeds(&host.backup());
    // Restored from a copy in another store, under another name.
    install();
    host.configure("offsite", "repository", &["DR_LOCK='offsite'"]);
    succeeds(&host.run(&["dr-restic-restore", "offsite", "--swap"]));
    succeeds(&host.backup());
    // Its data came in another way.
    install();
    succeeds(&host.run(&["dr-restic-backup", "files", "--adopt"]));
    succeeds(&host.backup());
    assert_eq!(host.run(&["dr-restic-backup", "files", "--adapt"]).status.code(), Some(64));
}

#[test]
fn a_copy_that_is_taken_once_is_taken_once() {
    let host = Host::with_restic();
    host.configure("files", "repository", &["DR_LOCK='files'", "DR_ONCE_AFTER='2999-01-01T00:00:00Z'"]);
    succeeds(&host.backup());
    assert!(!host.path("state/status/files.json").exists(), "taken before its time");
    host.configure("files", "repository", &["DR_LOCK='files'", "DR_ONCE_AFTER='2020-01-01T00:00:00Z'"]);
    host.hook("pre", "exit 1");
    assert!(!host.backup().status.success());
    host.hook("pre", "true");
    succeeds(&host.backup());
    let taken = host.snapshots();
    succeeds(&host.backup());
    // The host is built anew: the copy is in the store already.
    fs::remove_file(host.path("state/status/files.json")).unwrap();
    succeeds(&host.backup());
    assert_eq!(host.status("files")["ok"], true);
    assert_eq!(host.snapshots(), taken);
}

#[test]
fn a_restore_refuses_what_it_cannot_do_and_changes_nothing() {
    let host = Host::with_restic();
    succeeds(&host.backup());
    for (words, code) in [
        (vec!["--swap", "--at", "2020-01-01T00:00:00Z"], 69),
        (vec!["--swap", "--at", "2020-01-01 00:00:00"], 64),
        (vec!["--swap", "--snapshot", "0123456789abcdef"], 69),
        (vec!["--swap", "--path", "/etc"], 64),
        (vec!["--to", host.path("data").to_str().unwrap()], 69),
        (vec![], 64),
    ] {
        let output = host.run(&[vec!["dr-restic-restore", "files"], words.clone()].concat());
        assert_eq!(output.status.code(), Some(code), "{words:?}: {}", text(&output));
        assert!(!host.path("state/status/files-restore.json").exists(), "{words:?} left a status");
    }
    assert_eq!(host.read("data/first"), "one");
}

#[test]
fn freshness_tells_stale_missing_and_broken_apart() {
    let host = Host::with_restic();
    let check = |words: &[&str]| {
        let output = host.run(&[&["dr-freshness", "files"], words].concat());
        (output.status.code().unwrap_or(-1), text(&output))
    };
    assert_eq!(check(&["--max-age", "60"]).0, 2, "there never was a copy");
    assert!(
        host.read("metrics/drplan_files.prom")
            .contains("drplan_fresh{plan=\"shop\",site=\"lon\",job=\"files\",subject=\"\"} 0")
    );
    let document = |point: &str| format!("{{\"ok\": true, \"state\": \"ok\", \"recovery_point\": {point}}}");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    for (point, words, code) in [
        (now - 50, vec!["--max-age", "100"], 0),
        (now - 50, vec!["--max-age", "100", "--warn-age", "20"], 1),
        (now - 500, vec!["--max-age", "100"], 2),
        (now + 500, vec!["--max-age", "100"], 3),
    ] {
        host.write("state/status/files.json", &document(&point.to_string()));
        let (got, line) = check(&words);
        assert_eq!(got, code, "{words:?}: {line}");
    }
    for broken in ["", "{", "[]", "{\"ok\": \"yes\"}"] {
        host.write("state/status/files.json", broken);
        assert_eq!(check(&["--max-age", "100"]).0, 3, "{broken:?} is no status");
    }
    for words in [vec![], vec!["--max-age"], vec!["--max-age", "0"], vec!["--max-age", "1h"], vec!["--nope", "1"]] {
        assert_eq!(check(&words).0, 3, "{words:?}");
    }
}

fn failed_with(host: &Host, output: &Output, reason: &str) {
    assert!(!output.status.success(), "it should have failed: {reason}");
    let status = host.status("files");
    assert_eq!(status["ok"], false, "{status}");
    assert_eq!(status["state"], "failed", "{status}");
    assert!(status["error"].as_str().unwrap_or_default().contains(reason), "{status}\n{}", text(output));
    assert!(status["last_good"]["recovery_point"].is_number(), "the last good copy is forgotten: {status}");
}

/// The largest pack of the repository: it holds the data.
fn newest_pack(host: &Host) -> std::path::PathBuf {
    let packs = fs::read_dir(host.path("repository/data"))
        .unwrap()
        .flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap());
    packs.map(|file| file.unwrap().path()).max_by_key(|file| fs::metadata(file).unwrap().len()).unwrap()
}

fn leftovers(host: &Host) -> usize {
    fs::read_dir(host.path(""))
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains(".dr-new-"))
        .count()
}
