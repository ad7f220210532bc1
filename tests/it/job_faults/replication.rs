//! Primary and standby of MariaDB, with two real servers: nothing goes from one to the other in the clear, a standby takes no writes
//! until it is promoted, whatever is restarted, and an order that was cut off leaves nothing that passes for more than it is.

use std::fs;
use std::process::Output;

use super::mariadb::{MariaDb, PROGRAMS, sql};
use crate::host::{Host, ends_with, free_port, succeeds, text, wait_for};

pub(super) const PRIMARY: &str = "127.0.0.1";
pub(super) const STANDBY: &str = "127.0.0.2";

/// A host with a server of its own.
pub(super) struct Member {
    pub(super) host: Host,
    pub(super) server: MariaDb,
}

impl Member {
    pub(super) fn start(number: usize, port: &str, encrypts: bool) -> Self {
        Self::start_with(number, port, encrypts, |_| {})
    }

    /// As [`Self::start`], on a host that something was put on before.
    pub(super) fn start_with(number: usize, port: &str, encrypts: bool, put: impl FnOnce(&Host)) -> Self {
        let mut host = Host::new(PROGRAMS);
        host.install_mysql();
        put(&host);
        host.write("password", "replicate\n");
        set_mode(&host, "password", 0o600);
        let told = host.run(&["dr-mysql", "certificate", &format!("127.0.0.{number}")]);
        ends_with(&told, 0, "ingerprint=");
        let tls = host.word("mysql/dr-tls");
        let settings = format!("ssl_cert={tls}/cert.pem\nssl_key={tls}/key.pem");
        let server = MariaDb::member(&host, number, port, if encrypts { &settings } else { "" });
        Self { host, server }
    }

    pub(super) fn run(&self, order: &str, words: &[&str]) -> Output {
        self.host.run(&[&["dr-mysql", order, "--port", &self.server.port], words].concat())
    }

    pub(super) fn follow(&self, words: &[&str]) -> Output {
        self.run("follow", &[&["--password-file", &self.host.word("password")], words].concat())
    }

    pub(super) fn sql(&self, statement: &str) -> String {
        sql(&self.host, statement)
    }

    pub(super) fn restart(&mut self) {
        self.server.restart(&self.host);
    }

    /// A write as an application makes it.
    pub(super) fn write(&self, number: usize) -> Output {
        let insert = format!("--execute=INSERT INTO shop.orders VALUES ({number}, 'by app')");
        self.host.run(&["mariadb", "--protocol=socket", "--user=app", "--password=app", &insert])
    }

    pub(super) fn takes_no_writes(&self) {
        ends_with(&self.write(999), 1, "read-only");
    }

    pub(super) fn orders(&self) -> String {
        self.sql("SELECT COUNT(*) FROM shop.orders")
    }

    /// What the file says that keeps a standby from writes.
    pub(super) fn state(&self) -> Option<String> {
        let text = fs::read_to_string(self.host.path("mysql/mariadb.conf.d/99-dr-standby.cnf")).ok()?;
        let state = text.lines().find_map(|line| line.strip_prefix("# state: ")).unwrap();
        Some(state.split(' ').next().unwrap().to_owned())
    }
}

fn set_mode(host: &Host, file: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(host.path(file), fs::Permissions::from_mode(mode)).unwrap();
}

/// A primary with data, whose old logs are gone, and an empty server.
fn pair() -> [Member; 2] {
    let port = free_port();
    let [primary, standby] = std::thread::scope(|scope| {
        [1, 2]
            .map(|number| {
                scope.spawn({
                    let port = &port;
                    move || Member::start(number, port, true)
                })
            })
            .map(|one| one.join().unwrap())
    });
    fill(&primary);
    succeeds(&primary.run("account", &["--password-file", &primary.host.word("password")]));
    primary.sql("FLUSH BINARY LOGS; PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 SECOND");
    [primary, standby]
}

pub(super) fn fill(primary: &Member) {
    primary.sql(
        "CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, what TEXT);
         INSERT INTO shop.orders SELECT seq, 'old' FROM mysql.seq_1_to_50;
         CREATE USER app IDENTIFIED BY 'app'; GRANT ALL ON shop.* TO app;
         SET SESSION gtid_domain_id = 5; CREATE TABLE shop.more (id INT)",
    );
}

#[test]
fn a_standby_takes_no_writes_until_it_is_promoted() {
    let [mut primary, mut standby] = pair();
    // What it holds of its own is not simply replaced.
    standby.sql("CREATE DATABASE `of its own`; CREATE USER nobody");
    ends_with(&standby.follow(&[PRIMARY]), 69, "--discard");
    assert_eq!(standby.state(), None);
    standby.sql("DROP DATABASE `of its own`");
    ends_with(&standby.follow(&[PRIMARY]), 0, "encrypted");
    assert_eq!(standby.state().unwrap(), "following");
    assert_eq!(standby.orders(), "50");
    assert_eq!(standby.sql("SELECT COUNT(*) FROM mysql.user WHERE user = 'nobody'"), "0");
    standby.takes_no_writes();
    succeeds(&primary.write(51));
    wait_for(|| standby.orders() == "51");
    ends_with(&standby.follow(&[PRIMARY]), 0, "already");
    // A copy of it is as good as one of the primary, as long as it follows.
    fs::create_dir(standby.host.path("dumps")).unwrap();
    let dumps = standby.host.word("dumps");
    succeeds(&standby.run("dump", &["shop", &dumps]));
    standby.sql("STOP SLAVE");
    ends_with(&standby.run("dump", &["shop", &dumps]), 1, "does not follow");
    ends_with(&standby.run("base", &[&dumps]), 1, "does not follow");
    assert_eq!(standby.host.list("dumps"), ["shop.sql"]);
    standby.sql("START SLAVE");
    assert!(text(&standby.run("status", &[])).contains("read_only=1"));

    standby.restart();
    standby.takes_no_writes();
    succeeds(&primary.write(52));
    wait_for(|| standby.orders() == "52");
    ends_with(&standby.run("promote", &[]), 69, "still answers");
    standby.takes_no_writes();
    primary.server.kill();
    standby.restart();
    standby.takes_no_writes();
    ends_with(&standby.run("promote", &[]), 0, "takes writes");
    succeeds(&standby.write(53));
    standby.restart();
    succeeds(&standby.write(54));
    ends_with(&standby.run("promote", &[]), 0, "promoted already");

    // The old primary comes back with a write that nobody else has; it becomes a standby.
    primary.restart();
    succeeds(&primary.write(1_000));
    ends_with(&primary.follow(&[STANDBY]), 69, "--discard");
    succeeds(&primary.write(1_001));
    ends_with(&primary.follow(&["--discard", STANDBY]), 0, "encrypted");
    assert_eq!(primary.orders(), "54");
    primary.restart();
    primary.takes_no_writes();
    // Whoever is a standby is filled anew without being asked, and does not fall behind for good.
    primary.sql("STOP SLAVE");
    succeeds(&standby.write(55));
    standby.sql("RESET MASTER; CREATE DATABASE newer");
    ends_with(&primary.follow(&[STANDBY]), 0, "encrypted");
    assert_eq!(primary.orders(), "55");
}

#[test]
fn nothing_is_replicated_in_the_clear() {
    let port = free_port();
    let mut primary = Member::start(1, &port, false);
    let standby = Member::start(2, &port, true);
    fill(&primary);
    let password = primary.host.word("password");
    ends_with(&primary.run("account", &["--password-file", &password]), 69, "encrypts nothing");
    primary.sql("CREATE USER dr_replication IDENTIFIED BY 'replicate'; GRANT ALL ON *.* TO dr_replication");
    let untouched = |told: &Output, code: i32, reason: &str| {
        ends_with(told, code, reason);
        assert_eq!(standby.state(), None);
        assert_eq!(standby.sql("SELECT @@read_only"), "0");
    };
    untouched(&standby.follow(&[PRIMARY]), 69, "encrypts nothing");

    // It learns to, and becomes a primary that one can follow.
    let clear = primary.host.read("server.cnf");
    let tls = primary.host.word("mysql/dr-tls");
    let settings = clear.replace("[mysqld]\n", &format!("[mysqld]\nssl_cert={tls}/cert.pem\nssl_key={tls}/key.pem\n"));
    primary.host.write("server.cnf", &settings);
    primary.restart();
    succeeds(&primary.run("account", &["--password-file", &password]));
    let plain = [
        "mariadb",
        "--protocol=tcp",
        "--host=127.0.0.1",
        "--port",
        &port,
        "--user=dr_replication",
        "--password=replicate",
    ];
    ends_with(&primary.host.run(&[&plain[..], &["--skip-ssl", "--execute=SELECT 1"]].concat()), 1, "Access denied");
    standby.host.write("password", "wrong\n");
    untouched(&standby.follow(&[PRIMARY]), 69, "does not let dr_replication in");
    standby.host.write("password", "replicate\n");
    set_mode(&standby.host, "password", 0o640);
    untouched(&standby.follow(&[PRIMARY]), 69, "others can read");
    set_mode(&standby.host, "password", 0o600);
    succeeds(&standby.follow(&[PRIMARY]));

    // No longer encrypted, or by somebody else: not one event goes over.
    let io = || {
        standby.sql("SELECT VARIABLE_VALUE FROM information_schema.global_status WHERE VARIABLE_NAME = 'SLAVE_RUNNING'")
    };
    assert_eq!(io(), "ON");
    primary.host.write("server.cnf", &clear);
    primary.restart();
    succeeds(&primary.write(51));
    let refuses = |reason: &str| {
        standby.sql("STOP SLAVE; START SLAVE");
        wait_for(|| standby.sql("SHOW ALL SLAVES STATUS").contains(reason));
    };
    refuses("SSL is required");
    ends_with(&standby.follow(&[PRIMARY]), 69, "encrypts nothing");
    fs::rename(&tls, primary.host.path("mysql/old")).unwrap();
    succeeds(&primary.host.run(&["dr-mysql", "certificate", PRIMARY]));
    primary.host.write("server.cnf", &settings);
    primary.restart();
    ends_with(&standby.follow(&[PRIMARY]), 69, "another certificate");
    refuses("SSL connection error");
    assert_eq!(standby.orders(), "50");
    standby.takes_no_writes();
}

#[test]
fn an_order_that_was_cut_off_leaves_a_standby_that_takes_no_writes() {
    let [primary, standby] = pair();
    let port = standby.server.port.clone();
    let password = standby.host.word("password");
    let follow = ["dr-mysql", "follow", "--port", &port, "--password-file", &password, PRIMARY];
    let promote = ["dr-mysql", "promote", "--port", &port, "--force"];
    let count = || standby.sql("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'shop'");
    standby.host.killed_before_every(4, &follow, |before| {
        let promoted = standby.host.run(&["dr-mysql", "promote", "--port", &port]);
        assert!(!promoted.status.success(), "killed before command {before}: {}", text(&promoted));
        match standby.state().as_deref() {
            // Nothing was changed.
            None => assert_eq!(count(), "0", "killed before command {before}"),
            Some("copying") => {}
            Some(state) => {
                assert_eq!((state, &*standby.orders()), ("following", "50"), "killed before command {before}");
                standby.takes_no_writes();
            }
        }
    });
    assert_eq!(standby.state().unwrap(), "following");
    succeeds(&primary.write(51));
    wait_for(|| standby.orders() == "51");

    let marked = standby.host.read("mysql/mariadb.conf.d/99-dr-standby.cnf");
    let ca = standby.host.word("mysql/dr-tls/primary-127.0.0.1.pem");
    let again = || {
        standby.host.write("mysql/mariadb.conf.d/99-dr-standby.cnf", &marked);
        standby.sql(&format!(
            "SET GLOBAL read_only = ON; STOP ALL SLAVES; CHANGE MASTER TO MASTER_HOST = '{PRIMARY}', MASTER_PORT = {port}, MASTER_USER = 'dr_replication',
             MASTER_PASSWORD = 'replicate', MASTER_SSL = 1, MASTER_SSL_CA = '{ca}', MASTER_USE_GTID = slave_pos; START SLAVE"
        ));
        wait_for(|| standby.sql("SHOW ALL SLAVES STATUS").contains("Slave has read all relay log"));
    };
    again();
    standby.host.killed_before_every(2, &promote, |before| {
        let (state, read_only) = (standby.state(), standby.sql("SELECT @@read_only"));
        assert!(state.is_none() || read_only == "1", "killed before command {before}: {state:?} and takes writes");
        ends_with(&standby.host.run(&promote), 0, "takes writes");
        assert_eq!((standby.state(), standby.orders()), (None, "51".to_owned()), "killed before command {before}");
        again();
    });
    assert_eq!(standby.state(), None);
    assert_eq!(standby.sql("SELECT @@read_only"), "0");
}
