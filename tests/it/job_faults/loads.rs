//! The scripts that bring a dump back, and those that move the role of a primary. A load that was cut off is never taken for
//! whole, what was there before stays, and the next load brings all of it.

use std::fs;
use std::process::Output;

use super::mariadb::{MariaDb, PROGRAMS, sql};
use super::redis::Redis;
use crate::host::{Host, ends_with, succeeds, text};

#[test]
fn mariadb_never_takes_half_a_load_for_whole() {
    let mut host = Host::new(PROGRAMS);
    host.install_mysql();
    let server = MariaDb::start(&host);
    sql(&host, "CREATE DATABASE shop; CREATE TABLE shop.a (id INT); CREATE TABLE shop.b (id INT)");
    sql(&host, "INSERT INTO shop.a SELECT seq FROM mysql.seq_1_to_50; INSERT INTO shop.b VALUES (7)");
    fs::create_dir(host.path("dumps")).unwrap();
    let file = host.word("dumps/shop.sql");
    succeeds(&host.run(&["dr-mysql", "dump", "--port", &server.port, "shop", &host.word("dumps")]));
    let load: [&str; 6] = ["dr-mysql", "load", "--port", &server.port, "shop", &file];
    ends_with(&host.run(&load), 69, "exists");
    assert_eq!(sql(&host, "SELECT COUNT(*) FROM shop.a"), "50", "what was there has been touched");
    sql(&host, "DROP DATABASE shop");
    let tables = || {
        sql(
            &host,
            "SELECT GROUP_CONCAT(table_name ORDER BY 1) FROM information_schema.tables WHERE table_schema = 'shop'",
        )
    };
    let is_whole = |output: &Output| {
        succeeds(output);
        assert_eq!(tables(), "a,b");
        assert_eq!(sql(&host, "SELECT COUNT(*) FROM shop.a"), "50");
    };
    // A dump that is not whole is refused before anything is changed.
    let whole = host.read("dumps/shop.sql");
    host.write("dumps/half.sql", &whole[..whole.len() / 2]);
    ends_with(
        &host.run(&["dr-mysql", "load", "--port", &server.port, "shop", &host.word("dumps/half.sql")]),
        69,
        "no complete dump",
    );
    // The client dies in the middle: what is there says that it is half.
    let cut = whole.find("CREATE TABLE `b`").unwrap();
    let fault = format!(
        "case \" $* \" in *' shop '*) head -c {cut} | /usr/bin/mariadb \"$@\"; kill -s KILL $$ ;; *) exec /usr/bin/mariadb \"$@\" ;; esac"
    );
    host.fake("mariadb", &fault);
    assert!(!host.run(&load).status.success());
    host.unfake("mariadb");
    assert_eq!(tables(), "a,dr_load_unfinished");
    is_whole(&host.run(&load));
    sql(&host, "DROP DATABASE shop");
    let mut is_there = false;
    host.killed_everywhere(&load, |before| {
        is_there = tables() == "a,b";
        assert!(
            is_there || tables() == "NULL" || tables().contains("dr_load_unfinished"),
            "killed before {before}: {}",
            tables()
        );
        if is_there {
            // All but its last word; the next one refuses to touch it.
            ends_with(&host.run(&load), 69, "exists");
            sql(&host, "DROP DATABASE shop");
        }
    });
    is_whole(&host.run(&["true"]));
}

#[test]
fn redis_has_the_old_data_or_the_new_at_every_moment() {
    let host = Host::new(&["redis-server", "redis-cli", "redis-check-rdb"]);
    host.install_technology("redis", "dr-redis");
    let server = Redis::start(&host, "data");
    server.ask(&["SET", "state", "dumped"]);
    fs::create_dir(host.path("dumps")).unwrap();
    succeeds(&host.run(&["dr-redis", "dump", "--port", &server.port, &host.word("dumps")]));
    let file = host.word("dumps/dump.rdb");
    let load: [&str; 5] = ["dr-redis", "load", "--port", &server.port, &file];
    server.ask(&["SET", "state", "lived"]);
    let check = |output: Output, code: i32, reason: &str| {
        ends_with(&output, code, reason);
        assert_eq!(server.ask(&["GET", "state"]), "lived");
        assert!(!host.path("data/dump.rdb.dr-new").exists());
    };
    let bytes = fs::read(host.path("dumps/dump.rdb")).unwrap();
    fs::write(host.path("dumps/half.rdb"), &bytes[..bytes.len() / 2]).unwrap();
    check(
        host.run(&["dr-redis", "load", "--port", &server.port, &host.word("dumps/half.rdb")]),
        69,
        "no sound snapshot",
    );
    // The disk has room for half of it.
    host.fake("install", "head -c 30 \"$3\" >\"$4\"");
    check(host.run(&load), 1, "nothing was changed");
    host.unfake("install");
    host.killed_everywhere(&load, |before| {
        succeeds(&host.run(&["systemctl", "start"]));
        let state = server.ask(&["GET", "state"]);
        assert!(state == "lived" || state == "dumped", "killed before command {before}: {state:?}");
        server.ask(&["SET", "state", "lived"]);
    });
    assert_eq!(server.ask(&["GET", "state"]), "dumped");
    assert!(host.list("data").iter().any(|name| name.starts_with("dump.rdb.dr-old-")), "the previous data are gone");
    assert!(!host.path("data/dump.rdb.dr-new").exists());
    // A server that does not come up again is no success.
    host.fake("systemctl", "[ \"$1\" = stop ] || exit 1\nexec \"$HOME/tools/systemctl\" \"$@\"");
    assert!(!host.run(&load).status.success());
}

#[test]
fn a_promotion_of_redis_outlives_a_restart_wherever_it_was_cut_off() {
    let host = Host::new(&["redis-server", "redis-cli"]);
    host.install_technology("redis", "dr-redis");
    let server = Redis::start(&host, "data");
    let settings = || host.read("data/redis.conf");
    let promote: [&str; 4] = ["dr-redis", "promote", "--port", &server.port];
    let follow = || {
        server.ask(&["REPLICAOF", "192.0.2.1", "6379"]);
        server.ask(&["CONFIG", "REWRITE"]);
        assert!(settings().contains("replicaof 192.0.2.1"));
    };
    // What asks for help, or says more than there is to say, changes nothing.
    server.ask(&["SET", "state", "received"]);
    follow();
    succeeds(&host.run(&[&promote[..], &["--help"]].concat()));
    ends_with(&host.run(&[&promote[..], &["now"]].concat()), 64, "nothing else");
    assert!(server.ask(&["INFO", "replication"]).contains("role:slave"));
    host.killed_everywhere(&promote, |before| {
        succeeds(&host.run(&promote));
        assert!(!settings().contains("replicaof"), "killed before command {before}: it follows again after a restart");
        follow();
    });
    // Settings that cannot be written are no success.
    follow();
    server.ask(&["CONFIG", "SET", "dir", &host.word("")]);
    host.fake("redis-cli", "case \"$*\" in *REWRITE*) echo 'ERR Rewriting config file: Read-only file system' ;; *) exec /usr/bin/redis-cli \"$@\" ;; esac");
    let told = host.run(&promote);
    ends_with(&told, 1, "Read-only file system");
    assert!(!text(&told).contains("takes writes"));
}

#[test]
fn a_replica_of_redis_is_not_loaded_and_an_empty_one_not_promoted() {
    let host = Host::new(&["redis-server", "redis-cli", "redis-check-rdb"]);
    host.install_technology("redis", "dr-redis");
    let server = Redis::start(&host, "data");
    server.ask(&["SET", "state", "dumped"]);
    fs::create_dir(host.path("dumps")).unwrap();
    succeeds(&host.run(&["dr-redis", "dump", "--port", &server.port, &host.word("dumps")]));
    server.ask(&["FLUSHALL"]);
    server.ask(&["REPLICAOF", "192.0.2.1", "6379"]);
    // It would take all of its primary again, and what was loaded would be gone.
    let load = host.run(&["dr-redis", "load", "--port", &server.port, &host.word("dumps/dump.rdb")]);
    ends_with(&load, 69, "replica of 192.0.2.1");
    assert!(!host.list("data").iter().any(|name| name.contains("dr-")), "{:?}", host.list("data"));
    // Its first copy of the primary has never come to its end.
    ends_with(&host.run(&["dr-redis", "promote", "--port", &server.port]), 69, "holds no data");
    assert!(server.ask(&["INFO", "replication"]).contains("role:slave"));
}

/// A RabbitMQ of two nodes that stand in files. Like Debian's it works as another account, which may not look into the folders of
/// root, and reads definitions from its input; its nodes call each other by short names, and one that was installed anew may not
/// come back before the others have forgotten it.
const RABBITMQCTL: &str = r#"
node=rabbit@mq2
[ "$1" != --quiet ] || shift
if [ "$1" = -n ]; then node=$2; shift 2; fi
known="$HOME/$node.known" running="$HOME/$node.running"
[ -e "$known" ] || exit 69
case "$*" in
  'export_definitions -') cat "$HOME/definitions" ;;
  import_definitions) jq -c 'del(.bindings[]? | select(.source == "nowhere"))' >"$HOME/definitions" ;;
  import_definitions*) echo "File $2 does not exist" >&2; exit 65 ;;
  'eval node().') echo "'$node'" ;;
  'cluster_status --formatter json')
    jq -n --rawfile known "$known" --rawfile running "$running" '{disk_nodes: ($known | split("
")[:-1]), running_nodes: ($running | split("
")[:-1])}' ;;
  stop_app) : >"$running" ;;
  start_app) cp "$known" "$running" ;;
  forget_cluster_node*) sed -i "/^$2\$/d" "$known" "$running" ;;
  join_cluster*)
    ! grep -qx "$node" "$HOME/$2.known" || { echo inconsistent_cluster >&2; exit 69; }
    echo "$node" >>"$HOME/$2.known"; cp "$HOME/$2.known" "$HOME/$2.running"; cp "$HOME/$2.known" "$known" ;;
  *) exit 64 ;;
esac"#;

fn rabbitmq() -> Host {
    let mut host = Host::new(&["jq"]);
    host.install_technology("rabbitmq", "dr-rabbitmq");
    host.tool("rabbitmqctl", RABBITMQCTL);
    host.set("DR_WAIT_SEC", "1");
    for file in ["known", "running"] {
        host.write(&format!("rabbit@mq1.{file}"), "rabbit@mq1\n");
        host.write(&format!("rabbit@mq2.{file}"), "rabbit@mq2\n");
    }
    host.write("definitions", r#"{"users": [{"name": "guest"}], "vhosts": [{"name": "/"}], "queues": []}"#);
    host
}

#[test]
fn definitions_of_rabbitmq_come_back_whole() {
    let host = rabbitmq();
    let kept = r#"{"users": [{"name": "shop"}], "vhosts": [{"name": "/"}], "queues": [{"name": "orders", "vhost": "/"}], "bindings": []}"#;
    host.write("kept", kept);
    let told = host.run(&["dr-rabbitmq", "load", &host.word("kept")]);
    succeeds(&told);
    assert!(text(&told).contains("queues: 1"), "{}", text(&told));
    // The import says nothing of what it cannot do.
    let binding =
        r#""bindings": [{"source": "nowhere", "vhost": "/", "destination_type": "queue", "destination": "orders"}]"#;
    host.write("kept", &kept.replace(r#""bindings": []"#, binding));
    ends_with(&host.run(&["dr-rabbitmq", "load", &host.word("kept")]), 1, "missing are: bindings / ");
    host.write("kept", &kept[..kept.len() / 2]);
    ends_with(&host.run(&["dr-rabbitmq", "load", &host.word("kept")]), 69, "nothing was changed");
}

#[test]
fn a_node_of_rabbitmq_that_was_installed_anew_joins_again() {
    let host = rabbitmq();
    let join = |name: &str| host.run(&["dr-rabbitmq", "join", name]);
    succeeds(&join("mq1.main.example.com"));
    assert!(host.read("rabbit@mq2.running").contains("rabbit@mq1"));
    let before = host.read("rabbit@mq1.known");
    succeeds(&join("mq1"));
    assert_eq!(host.read("rabbit@mq1.known"), before, "it has joined twice");
    // It is lost, and comes back under its name and without its memory.
    let is_lost = || {
        host.write("rabbit@mq1.known", "rabbit@mq1\nrabbit@mq2\n");
        host.write("rabbit@mq1.running", "rabbit@mq1\n");
        for file in ["known", "running"] {
            host.write(&format!("rabbit@mq2.{file}"), "rabbit@mq2\n");
        }
    };
    is_lost();
    succeeds(&join("mq1.main.example.com"));
    assert!(host.read("rabbit@mq2.running").contains("rabbit@mq1"));
    is_lost();
    host.killed_everywhere(&["dr-rabbitmq", "join", "mq1"], |before| {
        let again = join("mq1");
        assert!(again.status.success(), "killed before command {before}: {}", text(&again));
        is_lost();
    });
    is_lost();
    ends_with(&join("mq7"), 69, "nothing was changed");
    ends_with(&join("mq2"), 64, "is this host");
    host.write("definitions", r#"{"queues": [{"name": "orders"}]}"#);
    ends_with(&join("mq1"), 69, "has queues");
    assert_eq!(host.read("rabbit@mq2.running"), "rabbit@mq2\n");
}

#[test]
fn lost_nodes_of_rabbitmq_are_forgotten_and_others_are_not() {
    let host = rabbitmq();
    let forget = |names: &[&str]| host.run(&[&["dr-rabbitmq", "forget"], names].concat());
    let known = "rabbit@mq1\nrabbit@mq2\nrabbit@mq3\n";
    host.write("rabbit@mq2.known", known);
    // It has paused itself.
    host.write("rabbit@mq2.running", "");
    ends_with(&forget(&["mq3.main.example.com", "mq1.main.example.com"]), 69, "rabbit@mq1 answers");
    ends_with(&forget(&["mq2.main.example.com"]), 64, "is this host");
    assert_eq!(host.read("rabbit@mq2.known"), known, "one was forgotten, though the order was refused");
    for file in ["known", "running"] {
        fs::remove_file(host.path(&format!("rabbit@mq1.{file}"))).unwrap();
    }
    let both = ["mq1.main.example.com", "mq3.main.example.com"];
    host.killed_everywhere(&[&["dr-rabbitmq", "forget"], &both[..]].concat(), |before| {
        let again = forget(&both);
        assert!(again.status.success(), "killed before command {before}: {}", text(&again));
        assert_eq!(host.read("rabbit@mq2.running"), "rabbit@mq2\n");
        host.write("rabbit@mq2.known", known);
        host.write("rabbit@mq2.running", "");
    });
}

/// What stands in for mongosh, mongorestore and their server: databases are folders.
const MONGOSH: &str = r#"
for script; do :; done
case $script in
  *filter*) ls "$HOME/server" | wc -l ;;
  *includes*) [ -e "$HOME/server/dr_load_unfinished" ] && echo true || echo false ;;
  *insertOne*) mkdir -p "$HOME/server/dr_load_unfinished" ;;
  *dropDatabase*) rmdir "$HOME/server/dr_load_unfinished" ;;
  *) ls "$HOME/server" ;;
esac"#;

#[test]
fn mongodb_begins_a_load_anew_that_was_cut_off() {
    let host = Host::new(&["gzip"]);
    host.install_technology("mongodb", "dr-mongo");
    host.tool("mongosh", MONGOSH);
    host.tool("mongorestore", "mkdir -p \"$HOME/server/shop\" && touch \"$HOME/server/shop/all\"");
    fs::create_dir_all(host.path("server/other")).unwrap();
    host.write("plain", "x");
    let packed = host.run(&["gzip", "--stdout", &host.word("plain")]);
    fs::write(host.path("archive"), packed.stdout).unwrap();
    let archive = host.word("archive");
    let load: [&str; 3] = ["dr-mongo", "load", &archive];
    ends_with(&host.run(&load), 69, "holds data");
    fs::remove_dir(host.path("server/other")).unwrap();
    host.fake("mongorestore", "mkdir -p \"$HOME/server/shop\"; exit 1");
    assert!(!host.run(&load).status.success());
    assert!(host.path("server/dr_load_unfinished").exists(), "half a load passes for whole");
    host.unfake("mongorestore");
    succeeds(&host.run(&load));
    assert_eq!(host.list("server"), ["shop"]);
    ends_with(&host.run(&load), 69, "holds data");
    fs::remove_dir_all(host.path("server/shop")).unwrap();
    host.killed_everywhere(&load, |before| {
        let left = host.list("server");
        let is_marked = left.contains(&"dr_load_unfinished".to_owned());
        let is_done = host.path("server/shop/all").exists();
        assert!(left.is_empty() || is_marked || is_done, "killed before command {before}: {left:?}");
        if is_done && !is_marked {
            fs::remove_dir_all(host.path("server/shop")).unwrap();
        }
    });
}

/// A server that counts its locks, as MongoDB does, and the shell that asks it.
const LOCKED: &str = r#"
for script; do :; done
case $script in
  *rs.status*) echo 0; exit ;;
  *'db.fsyncLock()'*) printf x >>"$HOME/locks" ;;
  *'db.fsyncUnlock()'*) [ ! -s "$HOME/locks" ] || truncate -s -1 "$HOME/locks" ;;
esac
[ -s "$HOME/locks" ] && echo true || echo false"#;

#[test]
fn a_snapshot_of_mongodb_never_leaves_the_server_locked() {
    let host = Host::new(&["flock"]);
    host.install_technology("mongodb", "dr-mongo");
    host.tool("mongosh", LOCKED);
    host.tool("sleep", "exec /usr/bin/sleep 0.01");
    fs::create_dir(host.path("state/scratch")).unwrap();
    host.write("locks", "");
    host.tool("snap", "[ -s \"$HOME/locks\" ] && touch \"$HOME/taken\" && echo \"snapshot $1\"");
    let snapshot = ["dr-mongo", "snapshot", "--port", "27018", "snap", "one's own"];
    let is_unlocked = || host.read("locks").is_empty();
    let output = host.run(&snapshot);
    succeeds(&output);
    assert_eq!(text(&output), "snapshot one's own\n");
    assert!(is_unlocked() && host.path("taken").exists());
    for (program, fault, reason) in [
        ("snap", "exit 5", "code 5"),
        ("snap", "exit 0", "said nothing"),
        ("snap", "kill -s TERM $PPID; echo half", ""),
        ("snap", ": >\"$HOME/locks\"; echo torn", "may be torn"),
        ("mongosh", "exit 1", ""),
        (
            "mongosh",
            "case \"$*\" in *'db.fsyncLock()'*) exit 1 ;; *) exec \"$HOME/tools/mongosh\" \"$@\" ;; esac",
            "cannot be locked",
        ),
        (
            "mongosh",
            "case \"$*\" in *Unlock*) exit 1 ;; *) exec \"$HOME/tools/mongosh\" \"$@\" ;; esac",
            "stays locked",
        ),
    ] {
        host.fake(program, fault);
        let failed = host.run(&snapshot);
        assert!(!failed.status.success() && text(&failed).contains(reason), "{fault}: {}", text(&failed));
        host.unfake(program);
        // The one that could not unlock it is mended by the next.
        if reason == "stays locked" {
            assert!(!is_unlocked());
            succeeds(&host.run(&snapshot));
        }
        assert!(is_unlocked(), "{fault}: nothing can be written any more");
    }
    // Somebody else's lock is not ours to take back.
    host.write("locks", "x");
    ends_with(&host.run(&snapshot), 69, "somebody else");
    assert_eq!(host.read("locks"), "x");
    host.write("locks", "");
    host.killed_everywhere(&snapshot, |before| {
        let is_known = host.path("state/scratch/mongo-27018.locked").exists();
        assert!(is_unlocked() || is_known, "killed before command {before}: nobody unlocks it");
    });
    assert!(is_unlocked() && host.list("state/scratch").is_empty());
}
