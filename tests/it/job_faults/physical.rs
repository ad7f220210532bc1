//! Physical backups of MariaDB and its log, with the real server and tools: what counts as a backup can be started, a restore
//! brings back all of it, and with the log the moment before the damage; cut off, nothing passes for more than it is.

use std::fs;

use super::mariadb::{MariaDb, PROGRAMS, sql};
use crate::host::{Host, ends_with, succeeds, text};

/// A host with a server that its systemctl stops and starts, and data.
fn shop() -> (Host, MariaDb) {
    let mut host = Host::new(&[PROGRAMS, &["mariadb-backup", "mariadb-binlog"]].concat());
    host.install_mysql();
    host.set("DR_MYSQL_DATA", host.path("mariadb"));
    fs::create_dir_all(host.path("copies")).unwrap();
    let server = MariaDb::start(&host);
    server.obeys_systemctl(&host);
    sql(&host, "CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, what TEXT)");
    sql(&host, "INSERT INTO shop.orders SELECT seq, REPEAT(MD5(seq), 8) FROM mysql.seq_1_to_50");
    (host, server)
}

fn orders(host: &Host) -> String {
    sql(host, "SELECT COUNT(*) FROM shop.orders")
}

/// Its newest number is one of the clock: as long as microseconds since 1970.
fn has_era(position: &str) -> bool {
    position.rsplit('-').next().is_some_and(|number| number.len() == 16)
}

fn old_data(host: &Host) -> usize {
    host.list("").iter().filter(|name| name.starts_with("mariadb.dr-old-")).count()
}

#[test]
fn a_backup_counts_when_it_can_be_started() {
    let (host, server) = shop();
    let copies = host.word("copies");
    let base: [&str; 5] = ["dr-mysql", "base", "--port", &server.port, &copies];
    let restore = |words: &[&str]| {
        host.run(&[&["dr-mysql", "restore", "--port", &server.port], words, &[&host.word("copies/base")]].concat())
    };
    let is_ready = || host.read("copies/base/xtrabackup_checkpoints").contains("log-applied");
    succeeds(&host.run(&base));
    assert!(is_ready());
    sql(&host, "INSERT INTO shop.orders VALUES (51, 'later')");
    // It fails in the middle, does not notice that it did, or what it made cannot be made ready.
    for fault in
        ["exit 1", "exit 0", "case \"$1\" in --prepare) exit 0 ;; *) exec /usr/bin/mariadb-backup \"$@\" ;; esac"]
    {
        host.fake("mariadb-backup", fault);
        assert!(!host.run(&base).status.success(), "{fault}");
        host.unfake("mariadb-backup");
        assert_eq!(host.list("copies"), ["base"], "{fault}");
        assert!(is_ready(), "{fault}");
    }
    host.killed_before_every(2, &base, |before| {
        assert!(!host.path("copies/base").exists() || is_ready(), "killed before command {before}");
    });
    assert_eq!(host.list("copies"), ["base"]);

    sql(&host, "DROP DATABASE shop");
    ends_with(&restore(&["--at", "2026-01-31T11:59:30Z"]), 69, "of a later instant");
    fs::rename(host.path("copies/base/xtrabackup_checkpoints"), host.path("away")).unwrap();
    ends_with(&restore(&[]), 69, "no backup that is ready");
    fs::rename(host.path("away"), host.path("copies/base/xtrabackup_checkpoints")).unwrap();
    let told = restore(&[]);
    ends_with(&told, 0, "databases: shop");
    assert_eq!((orders(&host).as_str(), old_data(&host)), ("51", 1), "{}", text(&told));
    assert_eq!(sql(&host, "SELECT @@read_only"), "0");
    // No standby of what was before takes what comes now for what it has; nor one of the first restore what comes after the second.
    let restored = || sql(&host, "SELECT @@gtid_binlog_pos");
    let first = restored();
    succeeds(&restore(&[]));
    assert!(has_era(&first) && has_era(&restored()) && first != restored(), "{first}, {}", restored());
}

#[test]
fn the_log_brings_back_the_moment_before_the_damage() {
    let (host, server) = shop();
    let (copies, kept) = (host.word("copies"), host.word("logs"));
    fs::create_dir(host.path("logs")).unwrap();
    sql(&host, "SET SESSION gtid_domain_id = 5; CREATE TABLE shop.more (id INT)");
    let logs: [&str; 5] = ["dr-mysql", "logs", "--port", &server.port, &kept];
    succeeds(&host.run(&logs));
    succeeds(&host.run(&["dr-mysql", "base", "--port", &server.port, &copies]));
    sql(&host, "INSERT INTO shop.orders VALUES (51, 'after the backup')");
    succeeds(&host.run(&logs));
    sql(&host, "INSERT INTO shop.orders VALUES (52, 'in the next log')");
    // Events have whole seconds.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let told = host.run(&["date", "--utc", "+%Y-%m-%dT%H:%M:%SZ"]);
    let moment = String::from_utf8(told.stdout).unwrap().trim().to_owned();
    sql(&host, "DROP TABLE shop.orders");
    fs::create_dir(host.path("damaged")).unwrap();
    succeeds(&host.run(&["dr-mysql", "base", "--port", &server.port, &host.word("damaged")]));
    host.killed_before_every(2, &logs, |before| {
        for log in host.list("logs").iter().filter(|name| !name.ends_with(".new")) {
            let log = host.word(&format!("logs/{log}"));
            assert!(
                host.run(&["mariadb-binlog", "--verify-binlog-checksum", &log]).status.success(),
                "killed before command {before}"
            );
        }
    });
    let (base, port) = (host.word("copies/base"), server.port.as_str());
    let restore: [&str; 9] = ["dr-mysql", "restore", "--port", port, "--logs", &kept, "--at", &moment, &base];
    // A piece is missing: nothing is begun.
    let second = host.list("logs").into_iter().find(|name| name.ends_with(".000003")).unwrap();
    fs::rename(host.path("logs").join(&second), host.path("away")).unwrap();
    ends_with(&host.run(&restore), 69, "is missing");
    fs::rename(host.path("away"), host.path("logs").join(&second)).unwrap();
    let restored = || sql(&host, "SELECT GROUP_CONCAT(id ORDER BY id) FROM shop.orders WHERE id > 50");
    host.killed_before_every(3, &restore, |before| {
        // The old data are away and the new ones not yet there: no server comes up, and nobody takes it for an empty one.
        if !host.path("mariadb").exists() {
            assert!(old_data(&host) > 0 && host.path("mariadb.dr-work/data").exists());
            return;
        }
        succeeds(&host.run(&["systemctl", "start"]));
        let is_marked = host.path("mysql/mariadb.conf.d/99-dr-standby.cnf").exists();
        let promoted = host.run(&["dr-mysql", "promote", "--port", port]);
        assert!(!promoted.status.success(), "killed before command {before}: {}", text(&promoted));
        let has_orders =
            sql(&host, "SELECT COUNT(*) FROM information_schema.tables WHERE table_name = 'orders'") != "0";
        // The damaged data, or half of a restore that takes no writes, or all of it.
        let is_closed = is_marked && sql(&host, "SELECT @@read_only") == "1";
        assert!(
            !has_orders || is_closed || restored() == "51,52",
            "killed before command {before}: half a restore takes writes"
        );
    });
    assert_eq!(restored(), "51,52");
    assert_eq!(sql(&host, "SELECT @@read_only"), "0");
    assert!(old_data(&host) > 0);
    // A backup that has the damage, or a log that begins too late, does not go with what came then.
    sql(&host, "INSERT INTO shop.orders VALUES (53, 'after the restore')");
    succeeds(&host.run(&logs));
    let onto = |base: &str| host.run(&["dr-mysql", "restore", "--port", port, "--logs", &kept, &host.word(base)]);
    ends_with(&onto("damaged/base"), 69, "do not go on from this backup");
    // A backup after which nothing has happened yet, or nothing that was logged away: it is the newest there is.
    fs::create_dir(host.path("newest")).unwrap();
    succeeds(&host.run(&["dr-mysql", "base", "--port", port, &host.word("newest")]));
    ends_with(&onto("newest/base"), 0, "nothing that is later");
    assert_eq!(restored(), "51,52,53");
    // What was undone stays undone: what the restore replayed was logged anew, and what was before that is no part of it.
    succeeds(&onto("copies/base"));
    assert_eq!(restored(), "51,52,53");
}

/// A mount point cannot be renamed: what is in it is, and at no moment can a server start with a part of it.
#[test]
fn a_restore_into_a_mount_point_exchanges_what_is_in_it() {
    let (host, server) = shop();
    let (copies, port) = (host.word("copies"), server.port.as_str());
    let restore: [&str; 5] = ["dr-mysql", "restore", "--port", port, &host.word("copies/base")];
    let ours = "[mysqld]\nignore_db_dirs = lost+found\nignore_db_dirs = .dr-work\nignore_db_dirs = .dr-old\n";
    host.write("mysql/mariadb.conf.d/90-dr.cnf", ours);
    host.tool("mountpoint", "exit 0");
    fs::create_dir(host.path("mariadb/lost+found")).unwrap();
    succeeds(&host.run(&["dr-mysql", "base", "--port", port, &copies]));
    sql(&host, "INSERT INTO shop.orders VALUES (51, 'later'); CREATE DATABASE later");
    for seam in ["find *mv -t */.dr-old*", "touch *dr-whole*", "find *mv -t */mariadb *", "mariadb *RESET MASTER*"] {
        host.killed_once(seam, &restore);
        let marked = host.read("mysql/mariadb.conf.d/99-dr-standby.cnf");
        // Either nobody can start it, or it is whole and takes no writes.
        if !marked.contains("datadir = ") {
            succeeds(&host.run(&["systemctl", "start"]));
            assert_eq!((orders(&host).as_str(), sql(&host, "SELECT @@read_only").as_str()), ("50", "1"), "{seam}");
        }
    }
    // Killed in the middle of either move: some entries are here, some are there.
    succeeds(&host.run(&["systemctl", "stop"]));
    fs::create_dir(host.path("mariadb/half")).unwrap();
    let told = host.run(&restore);
    ends_with(&told, 0, "databases: shop\n");
    assert_eq!((orders(&host).as_str(), sql(&host, "SELECT @@read_only").as_str()), ("50", "0"), "{}", text(&told));
    assert_eq!(sql(&host, "SHOW DATABASES LIKE '%dr-%'"), "");
    let beside = host.list("mariadb");
    assert!(beside.contains(&"lost+found".to_owned()) && !beside.contains(&"half".to_owned()), "{beside:?}");
    let kept = host.list("mariadb/.dr-old");
    assert!(["later", "shop", "ibdata1"].iter().all(|name| kept.contains(&(*name).to_owned())), "{kept:?}");
    ends_with(&host.run(&restore), 69, ".dr-old has the data from before");
}
