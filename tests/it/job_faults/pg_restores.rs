//! The scripts that fill a data directory of PostgreSQL: restore, drill, creation. What was there before stays until the new
//! data serve, half a directory is never taken for a database, and another run ends well.

use std::fs;
use std::process::Command;

use super::pg_member::Member;
use super::postgresql::{is_root, version};
use crate::host::{ends_with, succeeds, text, wait_for};

const RESTORE: [&str; 2] = ["dr-pg-restore", "main"];

/// A pgBackRest that breaks off a restore: what it has restored so far is there, all but the control file.
const CUT_OFF: &str = r#"case " $* " in
  *' restore '*)
    to=$PGBACKREST_PG1_PATH
    for word; do case $word in --pg1-path=*) to=${word#*=} ;; esac; done
    setsid /usr/bin/pgbackrest "$@" & pid=$!
    until [ -e "$to/PG_VERSION" ] && [ -e "$to/backup.manifest" ]; do kill -0 $pid || exit 9; done
    kill -s KILL -- -$pid
    wait
    exit 57 ;;
  *) exec /usr/bin/pgbackrest "$@" ;;
esac"#;

#[test]
fn the_previous_data_stay_until_the_restored_ones_serve() {
    let member = Member::with_backup();
    let host = &member.host;
    // Nothing is begun where it cannot end.
    member.peer("primary");
    ends_with(&host.run(&RESTORE), 69, "is primary");
    member.peer("standby");
    host.fake("pgbackrest", "exit 1");
    ends_with(&host.run(&RESTORE), 69, "nothing was changed");
    assert_eq!(member.rows(), "15");
    // The store is gone in the middle, or the disk is full: the previous data can go on, and have all the room.
    member.sql("CREATE TABLE mine ()");
    host.fake("pgbackrest", CUT_OFF);
    member.failed("main-restore", &host.run(&RESTORE), "restore");
    host.unfake("pgbackrest");
    assert_eq!(member.beside(".dr-"), [""; 0], "half a copy stayed");
    succeeds(&host.run(&["dr-pg-start", "main"]));
    assert_eq!(member.ask("SELECT count(*) FROM mine"), "0", "the previous data are gone");

    // Nobody starts the server while its data are exchanged.
    host.fake("pgbackrest", "case \" $* \" in *' restore '*) touch \"$DR_TEST_DIR/pg/begun\"; until [ -e \"$DR_TEST_DIR/go\" ]; do /usr/bin/sleep 0.05; done; exit 1 ;; *) exec /usr/bin/pgbackrest \"$@\" ;; esac");
    let mut first = host.spawn(&RESTORE);
    wait_for(|| host.path("pg/begun").exists());
    for script in ["dr-pg-restore", "dr-pg-start", "dr-pg-stop", "dr-pg-rejoin", "dr-pg-promote"] {
        ends_with(&host.run(&[script, "main"]), 75, "nothing was changed");
    }
    host.write("go", "");
    assert!(!first.wait().unwrap().success());
    host.unfake("pgbackrest");

    // The restored data do not start.
    fs::write(host.path("pg/mine"), "").unwrap();
    let mark =
        || Command::new("cp").args(["-p"]).args([host.path("pg/mine"), host.path("pg/data/mine")]).status().unwrap();
    mark();
    host.fake("systemctl", "[ \"$1\" != start ] || exit 1\nexec \"$HOME/tools/systemctl\" \"$@\"");
    member.failed("main-restore", &host.run(&RESTORE), "the previous data are in");
    host.unfake("systemctl");
    let kept = member.beside(".dr-old-");
    assert!(host.path(&format!("pg/{}/mine", kept[0])).exists(), "the previous data are gone");

    mark();
    let seams = [
        "systemctl stop*",
        "runuser* restore",
        "mv * *.dr-new *.dr-old-*",
        "perl *",
        "rm *.stopped *",
        "systemctl start*",
        "*recovery_target_action*",
        "rm *.dr-old-*",
    ];
    host.killed_at(&seams, &[&RESTORE[..], &["--discard-old"]].concat(), |before| {
        let whole = |name: &str| host.path(&format!("pg/{name}/global/pg_control")).exists();
        assert!(whole("data"), "killed before {before}: there are no data");
        let is_swapped = !host.path("pg/data/mine").exists();
        let old = member.beside(".dr-old-");
        let is_kept = old.iter().any(|name| host.path(&format!("pg/{name}/mine")).exists());
        let serves = member.ask("SELECT NOT pg_is_in_recovery()") == "t";
        let is_good = host.status("main-restore")["ok"] == true;
        assert!(!is_good || (is_swapped && serves), "killed before {before}: good too early");
        assert!(!is_swapped || is_kept || serves, "killed before {before}: the previous data went too early");
        // Whatever is there serves, and is whole.
        succeeds(&host.run(&["dr-pg-start", "main"]));
        member.awaits_writes(&format!("killed before {before}"));
        assert_eq!(member.rows(), "15", "killed before {before}");
        mark();
        for name in &old {
            fs::remove_dir_all(host.path(&format!("pg/{name}"))).unwrap();
        }
    });
    assert_eq!((host.status("main-restore")["state"].as_str(), member.rows().as_str()), (Some("ok"), "15"));
    assert_eq!(member.beside(".dr-"), [""; 0], "killed runs left copies behind");

    // In place there is one directory: cut off, it does not start, and the next run completes it.
    host.fake("pgbackrest", CUT_OFF);
    let in_place = [&RESTORE[..], &["--in-place"]].concat();
    fs::remove_file(host.path("pg/data/global/pg_filenode.map")).unwrap();
    member.failed("main-restore", &host.run(&in_place), "restore");
    assert!(!host.run(&["dr-pg-start", "main"]).status.success(), "half a directory is taken for a database");
    host.unfake("pgbackrest");
    fs::remove_dir_all(host.path("pg/made")).unwrap();
    succeeds(&host.run(&in_place));
    assert_eq!(member.rows(), "15");
    // The whole directory is gone.
    member.kill_server();
    fs::remove_dir_all(host.path("pg/data")).unwrap();
    succeeds(&host.run(&RESTORE));
    assert_eq!(member.rows(), "15");

    // Puppet fills it as a standby, and is cut off.
    succeeds(&host.run(&["dr-pg-stop", "main"]));
    fs::remove_dir_all(host.path("pg/data")).unwrap();
    host.write("etc/pg-main.env", &host.read("etc/pg-main.env").replace("BOOTSTRAP=primary", "BOOTSTRAP=standby"));
    let fill = ["dr-pg-bootstrap", "main"];
    host.fake("pgbackrest", CUT_OFF);
    assert!(!host.run(&fill).status.success());
    assert!(host.path("pg/data/PG_VERSION").exists() && !host.path("pg/data/global/pg_control").exists());
    host.unfake("pgbackrest");
    succeeds(&host.run(&fill));
    succeeds(&host.run(&["dr-pg-start", "main"]));
    assert_eq!((member.ask("SELECT pg_is_in_recovery()"), member.rows()), ("t".to_owned(), "15".to_owned()));
}

#[test]
fn a_drill_touches_nothing_and_leaves_nothing() {
    let mut member = Member::with_backup();
    member.host.set("DR_TEST_USER", "postgres");
    let host = &member.host;
    let drill =
        ["setpriv", "--reuid=postgres", "--clear-groups", &host.word("bin/dr-pg-drill"), "main"].map(str::to_owned);
    let skipped = if is_root() { 0 } else { 3 };
    let drill: Vec<&str> = drill[skipped..].iter().map(String::as_str).collect();
    host.fake("pgbackrest", CUT_OFF);
    member.failed("main-drill", &host.run(&drill), "restore");
    assert_eq!(host.list("pg/scratch"), [""; 0]);
    // Its pages are damaged: whole as a directory, and no database.
    host.fake("pgbackrest", "/usr/bin/pgbackrest \"$@\" || exit\ncase \" $* \" in *' restore '*) ;; *) exit 0 ;; esac\nfor word; do case $word in --pg1-path=*) to=${word#*=} ;; esac; done\nprintf damaged | dd of=\"$to/base/1/1255\" bs=1 seek=5000 conv=notrunc status=none");
    member.failed("main-drill", &host.run(&drill), "checksum");
    host.unfake("pgbackrest");
    host.killed_at(&["mkdir *", "pgbackrest* restore", "psql *pg_class*", "rm *"], &drill, |before| {
        // Good only when all is seen: killed while it clears away.
        let is_good = host.status("main-drill")["ok"] == true;
        let is_up = host.path("pg/scratch/main/postmaster.pid").exists();
        assert!(!is_good || !is_up, "killed before {before}");
    });
    let status = host.status("main-drill");
    assert_eq!((&status["state"], member.rows().as_str()), (&"ok".into(), "15"), "{status}");
    assert_eq!(host.list("pg/scratch"), [""; 0], "killed drills left their scratch");
    // A server that a killed drill has left, with only its script gone, stops no later one.
    host.fake("psql", "echo $PPID >\"$DR_TEST_DIR/pg/script\"; exec /usr/bin/sleep 60");
    let mut left = host.spawn(&drill);
    wait_for(|| host.path("pg/script").exists() && host.path("pg/scratch/main/postmaster.pid").exists());
    let group = format!("-{}", left.id());
    assert!(Command::new("kill").args(["-s", "KILL", "--", &group]).status().unwrap().success());
    left.wait().unwrap();
    host.unfake("psql");
    let again = host.run(&drill);
    assert!(again.status.success(), "{}", text(&again));
    assert_eq!(host.list("pg/scratch"), [""; 0]);
    assert_eq!(member.rows(), "15");
}

/// What Debian's does: a database, then its settings.
const PG_CREATECLUSTER: &str = r#"mkdir -p "$HOME/etc-pg/$1/$2" "$DR_TEST_DIR/pg/data/global"
touch "$DR_TEST_DIR/pg/data/PG_VERSION"
[ ! -e "$HOME/cut-off" ] || kill -s KILL $PPID
touch "$DR_TEST_DIR/pg/data/global/pg_control" "$HOME/etc-pg/$1/$2/postgresql.conf""#;

#[test]
fn a_database_that_was_half_made_is_none() {
    for bootstrap in ["primary", "standby"] {
        let mut member = Member::new(bootstrap);
        member.host.set("DR_PG_ETC_DIR", member.host.path("etc-pg"));
        let host = &member.host;
        host.fake("pgbackrest", "echo '[{\"status\": {\"code\": 1, \"message\": \"missing\"}, \"backup\": []}]'");
        host.tool("pg_createcluster", PG_CREATECLUSTER);
        let config = ["dr-pg-bootstrap", "main", "--config"];
        let is_marked = || host.path("state/pg-main.creating").exists();
        let is_database = || host.path("pg/data/global/pg_control").exists();
        host.write("cut-off", "");
        assert!(!host.run(&config).status.success());
        assert!(is_marked() && host.path("pg/data/PG_VERSION").exists());
        ends_with(&host.run(&["dr-pg-fence", "main"]), 69, "was cut off");
        fs::remove_file(host.path("cut-off")).unwrap();
        host.killed_everywhere(&config, |before| {
            let is_right = is_database() == (bootstrap == "primary");
            assert!(is_marked() || !is_database() || is_right, "{bootstrap}: killed before command {before}");
        });
        assert!(!is_marked());
        assert!(host.path("etc-pg").join(version()).join("main/postgresql.conf").exists());
        assert_eq!(is_database(), bootstrap == "primary" && member.beside(".dr-old-").is_empty(), "{bootstrap}");
        if bootstrap == "standby" {
            continue;
        }
        // The database itself, which was put aside half made.
        fs::remove_dir_all(host.path("pg/data")).unwrap();
        let fill = ["dr-pg-bootstrap", "main"];
        host.killed_everywhere(&fill, |before| {
            assert!(is_marked() || !is_database(), "killed before command {before}");
        });
        assert!(is_database() && !is_marked());
        ends_with(&host.run(&fill), 69, "not empty");
    }
}
