//! The scripts that move the role of a PostgreSQL primary: promotion, fence, rejoin. Two members never serve at once, a promotion
//! that was cut off is brought to its end, and a member keeps its data until it follows another.

use std::fs;
use std::process::Command;

use super::pg_member::Member;
use crate::host::{ends_with, succeeds, text};

/// Copies the data directory of a server that is down.
fn copy(member: &Member, from: &str, to: &str) {
    let [from, to] = [from, to].map(|name| member.host.word(&format!("pg/{name}")));
    let _ = fs::remove_dir_all(&to);
    assert!(Command::new("cp").args(["-a", &from, &to]).status().unwrap().success());
}

/// Is the newest WAL of the archive of the server's own timeline?
fn is_archived(member: &Member) -> bool {
    let output = member.as_postgres(&["pgbackrest", "info", "--output=json"]);
    let info: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let newest = info[0]["archive"][0]["max"].as_str().unwrap()[..8].to_owned();
    newest == member.ask("SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)")
}

#[test]
fn a_role_moves_once_and_for_good() {
    let member = Member::with_backup();
    let host = &member.host;
    let stop = || succeeds(&host.run(&["systemctl", "stop"]));
    let start = || succeeds(&host.run(&["systemctl", "start"]));
    let promote = ["dr-pg-promote", "main"];
    let rejoin = ["dr-pg-rejoin", "main"];
    member.sql("CREATE SCHEMA dr; CREATE TABLE dr.heartbeat AS SELECT now() AS ts");
    ends_with(&host.run(&promote), 0, "primary already");
    stop();
    copy(&member, "data", "old-primary");
    fs::write(host.path("pg/data/standby.signal"), "").unwrap();
    let restore_command = "restore_command = 'pgbackrest archive-get %f \"%p\"'\n";
    let settings = host.read("pg/data/postgresql.auto.conf") + restore_command;
    host.write("pg/data/postgresql.auto.conf", &settings);
    copy(&member, "data", "standby");

    // A promotion: not while a peer serves, and never without an archive of what it begins.
    member.peer("primary");
    start();
    ends_with(&host.run(&promote), 69, "still primary");
    member.peer("");
    host.fake("psql", "case \"$*\" in *pg_switch_wal*) exit 2 ;; *) exec /usr/bin/psql \"$@\" ;; esac");
    member.failed("main-promote", &host.run(&promote), "archive");
    host.unfake("psql");
    let point = host.read("state/pg-main.promoting");
    let again = host.run(&promote);
    assert!(again.status.success() && text(&again).contains("go on with a promotion"), "{}", text(&again));
    let told = host.status("main-promote")["recovery_point"].as_f64().unwrap();
    assert!((told - point.trim().parse::<f64>().unwrap()).abs() < 0.01, "{told}, {point}");
    assert!(is_archived(&member));
    let is_standby_again = || {
        member.kill_server();
        copy(&member, "standby", "data");
        // What an earlier one has told.
        fs::remove_file(host.path("state/status/main-promote.json")).unwrap();
        start();
    };
    is_standby_again();
    host.killed_at(&["mv *.promoting", "*pg_promote*", "*pg_switch_wal*", "rm *.promoting"], &promote, |before| {
        let is_good = host.path("state/status/main-promote.json").exists() && host.status("main-promote")["ok"] == true;
        let is_primary = member.ask("SELECT NOT pg_is_in_recovery()") == "t";
        assert!(!is_good || (is_primary && is_archived(&member)), "killed before {before}: good too early");
        succeeds(&host.run(&promote));
        assert!(is_archived(&member), "killed before {before}: only this host has what happens from now on");
        assert!(!host.path("state/pg-main.promoting").exists(), "killed before {before}");
        assert_eq!(host.status("main-promote")["ok"], true);
        is_standby_again();
    });
    stop();

    // The old primary comes back: it does not serve beside the new one, and nobody that can be asked is needed for that.
    copy(&member, "old-primary", "data");
    let fence = ["dr-pg-fence", "main"];
    let is_fenced = || host.path("state/pg-main.fenced").exists();
    host.write("state/status/main-wal.json", "{\"ok\": true, \"last_archived_wal\": \"000000010000000000000001\"}");
    for (peer, fault, code) in [
        ("primary", "exit 1", 69),
        ("standby", "", 69),
        ("", "", 69),
        ("", "exit 103", 75),
        ("", "exec /usr/bin/sleep 30", 75),
        ("standby", "exit 103", 0),
        // When old backups expire, the histories of their timelines do too.
        ("", "case \" $* \" in *' archive-get '*) exit 1 ;; *) exec /usr/bin/pgbackrest \"$@\" ;; esac", 69),
        ("", "case \" $* \" in *' archive-get '*) exit 1 ;; *) exit 1 ;; esac", 75),
    ] {
        member.peer(peer);
        host.tool("timeout", "shift\nexec /usr/bin/timeout 1 \"$@\"");
        if !fault.is_empty() {
            host.fake("pgbackrest", fault);
        }
        let output = host.run(&fence);
        assert_eq!(output.status.code(), Some(code), "{peer:?}, {fault:?}: {}", text(&output));
        assert_eq!(is_fenced(), code == 69, "{peer:?}, {fault:?}");
        let _ = fs::remove_file(host.path("state/pg-main.fenced"));
        let _ = fs::remove_file(host.path("fake/pgbackrest"));
    }
    member.peer("primary");
    let _ = host.run(&["dr-pg-start", "main"]);
    assert!(is_fenced() && member.rows().is_empty(), "two members serve at once");
    ends_with(&host.run(&["dr-pg-start", "main"]), 69, "is fenced");
    member.peer("");

    // It follows again: not while it may hold the only data, and what it held goes when it follows.
    ends_with(&host.run(&rejoin), 69, "may hold the only data");
    member.peer("primary");
    host.fake("pgbackrest", "case \" $* \" in *' restore '*) exit 57 ;; *) exec /usr/bin/pgbackrest \"$@\" ;; esac");
    member.failed("main-rejoin", &host.run(&rejoin), "restore");
    assert!(
        !host.run(&["dr-pg-start", "main"]).status.success() || is_fenced(),
        "a member that was not rebuilt serves"
    );
    host.unfake("pgbackrest");
    let seams = ["systemctl stop*", "runuser* restore", "sed *", "rm *.fenced *", "systemctl start*"];
    host.killed_at(&seams, &rejoin, |before| {
        let answer = member.ask("SELECT pg_is_in_recovery()");
        assert_ne!(answer, "f", "killed before {before}: a second primary");
        let status = host.status("main-rejoin");
        assert!(status["ok"] == false || answer == "t", "killed before {before}: {status}");
    });
    assert_eq!((member.ask("SELECT pg_is_in_recovery()"), member.rows()), ("t".to_owned(), "15".to_owned()));
    assert!(!is_fenced());
    // The directory is gone altogether.
    stop();
    fs::remove_dir_all(host.path("pg/data")).unwrap();
    succeeds(&host.run(&rejoin));
    assert_eq!(member.rows(), "15");
}
