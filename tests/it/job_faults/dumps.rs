//! The scripts that write a dump: of MariaDB and Redis with the real servers, of MongoDB, RabbitMQ and PostgreSQL with
//! programs that stand in for the tools. Whatever happens, the file that is kept is the old one or the new one, each whole.

use std::fs;

use super::mariadb::{MariaDb, PROGRAMS, sql};
use super::postgresql::Postgres;
use super::redis::Redis;
use crate::host::{Host, ends_with, succeeds, text, wait_for};

/// How a technology dumps: its script with the order, the file that it writes, and the program that does the work.
struct Dump {
    host: Host,
    words: Vec<String>,
    /// The file that is kept, and the one beside it while a new one is made.
    file: &'static str,
    tool: &'static str,
    /// A stand-in of the tool that writes half a dump on its output or into its last file.
    half: &'static str,
}

impl Dump {
    fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    fn run(&self) -> std::process::Output {
        self.host.run(&self.words())
    }

    fn kept(&self) -> Vec<u8> {
        fs::read(self.host.path("dumps").join(self.file)).unwrap()
    }

    /// Nothing but the dump is left.
    fn is_tidy(&self) {
        assert_eq!(self.host.list("dumps"), [self.file]);
    }

    /// All faults in turn; `change` makes the next dump another one, `is_whole` looks into one.
    fn withstands_all(&self, change: impl Fn(usize), is_whole: impl Fn(&[u8]) -> bool) {
        change(0);
        succeeds(&self.run());
        let first = self.kept();
        assert!(first.len() > 6_000, "a dump of {} bytes is too small to be half of", first.len());
        assert!(is_whole(&first), "the dump is not whole");
        self.is_tidy();
        change(1);
        // The tool fails in the middle, or its connection breaks and it does not notice.
        for end in ["exit 1", "exit 0", "kill -s KILL $$"] {
            self.host.fake(self.tool, &format!("{}\n{end}", self.half));
            let failed = self.run();
            assert!(!failed.status.success(), "half a dump and then `{end}`: {}", text(&failed));
            assert!(self.kept() == first, "half a dump and then `{end}`: the old dump is gone");
            self.is_tidy();
            self.host.unfake(self.tool);
        }
        let full = self.host.run_on_full_disk("dumps", 4, &self.words());
        assert!(!full.status.success(), "no room: {}", text(&full));
        assert!(self.kept() == first, "no room: the old dump is gone");
        self.is_tidy();
        self.never_overlaps(&first);
        self.host.killed_everywhere(&self.words(), |before| {
            let kept = self.kept();
            assert!(kept == first || is_whole(&kept), "killed before command {before}: what is kept is not whole");
        });
        change(2);
        succeeds(&self.run());
        assert!(is_whole(&self.kept()) && self.kept() != first);
        self.is_tidy();
    }

    /// While one run has begun to write, a second one touches nothing.
    fn never_overlaps(&self, old: &[u8]) {
        let (begun, go) = (self.host.word("begun"), self.host.word("go"));
        self.host.fake(
            self.tool,
            &format!(
                "{}\ntouch '{begun}'\nfor _ in $(seq 200); do [ ! -e '{go}' ] || break; sleep 0.1; done\nexit 1",
                self.half
            ),
        );
        let mut first = self.host.spawn(&self.words());
        wait_for(|| self.host.path("begun").exists());
        let files = self.host.list("dumps");
        ends_with(&self.run(), 75, "nothing was changed");
        assert_eq!(self.host.list("dumps"), files, "the second run touched the files of the first");
        fs::write(go, "").unwrap();
        assert!(!first.wait().unwrap().success());
        assert!(self.kept() == old);
        self.host.unfake(self.tool);
    }
}

fn dump(host: Host, words: &[&str], file: &'static str, tool: &'static str, half: &'static str) -> Dump {
    fs::create_dir(host.path("dumps")).unwrap();
    let mut words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    words.push(host.word("dumps"));
    Dump { host, words, file, tool, half }
}

#[test]
fn mariadb() {
    let mut host = Host::new(PROGRAMS);
    host.install_mysql();
    let server = MariaDb::start(&host);
    sql(&host, "CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, what TEXT)");
    sql(&host, "INSERT INTO shop.orders SELECT seq, REPEAT(MD5(seq), 8) FROM mysql.seq_1_to_400");
    let half = "head -c 3000 \"$HOME/dumps/shop.sql\"";
    let dump = dump(host, &["dr-mysql", "dump", "--port", &server.port, "shop"], "shop.sql", "mariadb-dump", half);
    dump.withstands_all(
        |round| {
            sql(&dump.host, &format!("INSERT INTO shop.orders VALUES ({}, 'later')", 1_000 + round));
        },
        |bytes| {
            let text = String::from_utf8_lossy(bytes);
            text.contains("(1000,'later')") && text.lines().last().unwrap().starts_with("-- Dump completed")
        },
    );
    let dumps = dump.host.word("dumps");
    ends_with(&dump.host.run(&["dr-mysql", "dump", "--port", "1", "shop", &dumps]), 69, &server.port);
    drop(server);
    assert!(!dump.run().status.success(), "there is no server");
    dump.is_tidy();
}

#[test]
fn redis() {
    let servers = Host::new(&["redis-server", "redis-cli", "redis-check-rdb"]);
    let server = Redis::start(&servers, "data");
    for number in 0..40 {
        server.ask(&["SET", &format!("key{number}"), &noise(number, 400)]);
    }
    let host = Host::new(&[]);
    host.install_technology("redis", "dr-redis");
    let half = "for last; do :; done\nhead -c 3000 \"$HOME/dumps/dump.rdb\" >\"$last\"";
    let dump = dump(host, &["dr-redis", "dump", "--port", &server.port], "dump.rdb", "redis-cli", half);
    dump.withstands_all(
        |round| {
            server.ask(&["SET", "round", &round.to_string()]);
        },
        |bytes| {
            fs::write(servers.path("looked-at"), bytes).unwrap();
            servers.run(&["redis-check-rdb", &servers.word("looked-at")]).status.success()
        },
    );
}

/// What mongodump writes: the archive that is the next one.
const MONGODUMP: &str = r#"
for word; do case $word in --archive=*) file=${word#--archive=} ;; esac; done"#;

#[test]
fn mongodb() {
    let host = Host::new(&["gzip"]);
    host.install_technology("mongodb", "dr-mongo");
    host.tool("mongodump", &format!("{MONGODUMP}\ncat \"$HOME/next\" >\"$file\""));
    host.tool("mongorestore", "exit 0");
    host.tool("mongosh", "cat \"$HOME/lag\"");
    host.write("lag", "3\n");
    let half = format!("{MONGODUMP}\nhead -c 3000 \"$HOME/dumps/dump.archive.gz\" >\"$file\"");
    let dump = dump(host, &["dr-mongo", "dump"], "dump.archive.gz", "mongodump", half.leak());
    dump.withstands_all(
        |round| {
            dump.host.write("plain", &noise(round, 9_000));
            let packed = dump.host.run(&["gzip", "--stdout", &dump.host.word("plain")]);
            fs::write(dump.host.path("next"), packed.stdout).unwrap();
        },
        |bytes| {
            fs::write(dump.host.path("looked-at"), bytes).unwrap();
            dump.host.run(&["gzip", "--test", "--stdout", &dump.host.word("looked-at")]).status.success()
        },
    );
    // What cannot be restored is no dump.
    let kept = dump.kept();
    dump.host.fake("mongorestore", "exit 1");
    assert!(!dump.run().status.success());
    assert!(dump.kept() == kept);
    // Nor is one that claims to be newer than its data.
    dump.host.unfake("mongorestore");
    for (lag, reason) in [("4000", "4000 s behind"), ("unled", "no primary"), ("", "behind"), ("Error", "behind")] {
        dump.host.write("lag", lag);
        ends_with(&dump.run(), 1, reason);
        assert!(dump.kept() == kept);
    }
}

#[test]
fn rabbitmq() {
    let host = Host::new(&["jq"]);
    host.install_technology("rabbitmq", "dr-rabbitmq");
    host.tool("rabbitmqctl", "[ \"$*\" = '--quiet export_definitions -' ] || exit 64\ncat \"$HOME/next\"");
    let half = "head -c 3000 \"$HOME/dumps/definitions.json\"";
    let dump = dump(host, &["dr-rabbitmq", "dump"], "definitions.json", "rabbitmqctl", half);
    dump.withstands_all(
        |round| {
            let queues: Vec<String> = (0..9).map(|number| noise(round * 10 + number, 1_000)).collect();
            let next = serde_json::json!({"users": [{}], "vhosts": [{}], "queues": queues});
            dump.host.write("next", &next.to_string());
        },
        |bytes| serde_json::from_slice::<serde_json::Value>(bytes).is_ok_and(|all| all["queues"][8].is_string()),
    );
    // A broker that answers with nothing in it, or with nothing.
    for empty in ["", r#"{"users": [], "vhosts": [], "queues": []}"#] {
        dump.host.write("next", empty);
        assert!(!dump.run().status.success(), "{empty:?} is taken for whole");
    }
}

#[test]
fn postgresql() {
    let host = Host::new(&["pg_restore"]);
    host.install_library("postgresql/dr-pg-dump");
    // To run the command as another account is not what is tried here.
    host.tool("runuser", "shift 3\nexec \"$@\"");
    let mut host = host;
    let server = Postgres::start(&mut host);
    server.sql("CREATE TABLE orders AS SELECT n, md5(n::text) AS what FROM generate_series(1, 900) AS n");
    let half = "head -c 3000 \"$HOME/dumps/postgres.dump\"";
    let mut dump = dump(host, &["dr-pg-dump", "postgres"], "postgres.dump", "pg_dump", half);
    dump.words.extend(["--port".to_owned(), server.port.clone()]);
    dump.withstands_all(
        |round| server.sql(&format!("INSERT INTO orders VALUES ({}, 'later')", 1_000 + round)),
        |bytes| {
            fs::write(dump.host.path("looked-at"), bytes).unwrap();
            let read = dump.host.run(&["pg_restore", "--file=-", &dump.host.word("looked-at")]);
            read.status.success() && String::from_utf8_lossy(&read.stdout).contains("\n1000\tlater\n")
        },
    );
}

/// So many characters that cannot be packed into fewer, others for each seed.
fn noise(seed: usize, length: usize) -> String {
    let mut state = seed as u64 + 1;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'!' + ((state >> 33) % 90) as u8)
    };
    std::iter::repeat_with(next).filter(|c| !"\"\\'".contains(*c)).take(length).collect()
}
