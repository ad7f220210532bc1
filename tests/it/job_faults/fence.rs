//! The fence of MariaDB, with two real servers: no member takes writes after a start before the others were asked, an old primary that
//! comes back after another one was promoted never does, and who cannot ask waits.

use std::process::Output;

use super::replication::{Member, PRIMARY, STANDBY, fill};
use crate::host::{Host, ends_with, free_port, succeeds, text, wait_for};

/// What Puppet writes for a member, before its server is started for the first time.
const SETTINGS: &str = "[mysqld]\nread_only = ON\nloose_event_scheduler = OFF\n";

/// Two members as Puppet builds them.
fn built() -> [Member; 2] {
    let port = free_port();
    std::thread::scope(|scope| {
        [(1, "primary", STANDBY), (2, "standby", PRIMARY)]
            .map(|(number, bootstrap, peer)| {
                let port = &port;
                scope.spawn(move || {
                    Member::start_with(number, port, true, |host| {
                        host.write("mysql/mariadb.conf.d/99-dr-fence.cnf", SETTINGS);
                        let settings = format!(
                            "MYSQL_NAME='shop'\nMYSQL_BOOTSTRAP={bootstrap}\nMYSQL_PEERS='{peer}'\nMYSQL_PASSWORD_FILE='{}'\nMYSQL_SUBJECT='components.shop'\n",
                            host.word("password")
                        );
                        host.write(&format!("etc/mysql-{port}.env"), &settings);
                        let tool = format!("exec /usr/bin/my_print_defaults --defaults-file='{}' \"$@\"", host.word("server.cnf"));
                        host.tool("my_print_defaults", &tool);
                    })
                })
            })
            .map(|one| one.join().unwrap())
    })
}

/// As [`built`], and replicating.
fn pair() -> [Member; 2] {
    let [primary, standby] = built();
    succeeds(&boot(&primary));
    fill(&primary);
    succeeds(&primary.run("account", &["--password-file", &primary.host.word("password")]));
    succeeds(&standby.follow(&[PRIMARY]));
    [primary, standby]
}

/// What systemd runs after each start of the server.
fn boot(member: &Member) -> Output {
    member.run("start", &[])
}

/// The server is started, and takes no writes before it has asked.
fn starts(member: &mut Member) {
    member.restart();
    member.takes_no_writes();
}

fn is_fenced(member: &Member) -> bool {
    member.host.path(&format!("state/mysql-{}.fenced", member.server.port)).exists()
}

/// What the status document says: `ok`, or why not.
fn status(member: &Member) -> String {
    let status = member.host.status("shop-fence");
    if status["ok"] == true {
        status["role"].as_str().unwrap().to_owned()
    } else {
        status["error"].as_str().unwrap().to_owned()
    }
}

fn is_closed(member: &Member) -> bool {
    member.sql("SELECT @@read_only") == "1"
}

#[test]
fn an_old_primary_that_boots_again_is_fenced() {
    let [mut primary, mut standby] = built();
    // Built, and not yet filled: one waits for its first copy, and the other one serves, since nobody could ever follow.
    assert!(is_closed(&primary) && is_closed(&standby));
    ends_with(&boot(&standby), 69, "never filled");
    assert!(is_closed(&standby) && status(&standby).contains("never filled"));
    ends_with(&boot(&primary), 0, "none could ever follow");
    fill(&primary);
    succeeds(&primary.run("account", &["--password-file", &primary.host.word("password")]));
    succeeds(&standby.follow(&[PRIMARY]));
    assert_eq!(status(&standby), "standby");
    // Its own scheduler of events runs again when it serves, and not before.
    primary.host.write("mysql/mariadb.conf.d/50-events.cnf", "[mysqld]\nevent_scheduler = ON\n");

    // The rightful primary boots, and so does its standby.
    starts(&mut primary);
    assert_eq!(primary.sql("SELECT @@event_scheduler"), "OFF");
    ends_with(&boot(&primary), 0, "takes writes");
    assert_eq!((status(&primary).as_str(), primary.sql("SELECT @@event_scheduler").as_str()), ("primary", "ON"));
    succeeds(&primary.write(51));
    starts(&mut standby);
    ends_with(&boot(&standby), 0, "standby");
    wait_for(|| standby.orders() == "51");

    // Nobody answers: that may be the network.
    standby.server.kill();
    starts(&mut primary);
    ends_with(&boot(&primary), 75, "127.0.0.2 cannot be asked");
    primary.takes_no_writes();
    assert!(status(&primary).contains("cannot be known") && !is_fenced(&primary));
    primary.sql("SET SESSION sql_log_bin = 0; CREATE USER boss; GRANT ALL ON *.* TO boss");
    let told = text(&primary.run("status", &[]));
    assert!(told.contains("cannot be asked") && told.contains("read_only=1: 'boss'@'%'\n"), "{told}");
    starts(&mut standby);
    ends_with(&boot(&primary), 0, "takes writes");

    // The other one is promoted, and the old one comes back with a change that nobody else has.
    wait_for(|| standby.sql("SHOW ALL SLAVES STATUS").contains("Slave has read all relay log"));
    standby.sql("STOP SLAVE IO_THREAD");
    succeeds(&primary.write(1_000));
    primary.server.kill();
    ends_with(&standby.run("promote", &[]), 0, "takes writes");
    succeeds(&standby.write(52));
    starts(&mut primary);
    ends_with(&boot(&primary), 69, "127.0.0.2 takes writes");
    primary.takes_no_writes();
    assert!(is_fenced(&primary) && status(&primary).contains("fenced"));
    assert!(text(&primary.run("status", &[])).contains("fenced"));
    std::fs::create_dir(primary.host.path("dumps")).unwrap();
    let old = primary.run("dump", &["shop", &primary.host.word("dumps")]);
    assert!(!old.status.success() && text(&old).contains("what it has is old"), "{}", text(&old));
    // It stays so, whatever is started, and whoever answers.
    standby.server.kill();
    starts(&mut primary);
    for order in ["start", "promote"] {
        assert_eq!(primary.run(order, &[]).status.code(), Some(69), "{order}");
        primary.takes_no_writes();
    }
    // Both are started at once, and neither takes writes yet: the numbers tell who was promoted.
    starts(&mut standby);
    std::fs::remove_file(primary.host.path(&format!("state/mysql-{}.fenced", primary.server.port))).unwrap();
    ends_with(&boot(&primary), 69, "which this server has not");
    ends_with(&boot(&standby), 0, "takes writes");
    primary.takes_no_writes();
    ends_with(&standby.run("promote", &[]), 0, "already");

    // It follows, and is fenced no more.
    ends_with(&primary.follow(&[STANDBY]), 69, "--discard");
    assert!(is_fenced(&primary));
    succeeds(&primary.follow(&["--discard", STANDBY]));
    assert!(!is_fenced(&primary) && is_closed(&primary));
    assert_eq!((status(&primary).as_str(), primary.orders().as_str()), ("standby", "52"));
    starts(&mut primary);
    ends_with(&boot(&primary), 0, "standby");

    // The only other member is lost for good.
    primary.server.kill();
    starts(&mut standby);
    ends_with(&boot(&standby), 75, "127.0.0.1 cannot be asked");
    ends_with(&standby.run("start", &["--force"]), 0, "takes writes");
    succeeds(&standby.write(53));
}

#[test]
fn an_order_that_was_cut_off_opens_nothing() {
    let [mut primary, mut standby] = pair();
    let port = primary.server.port.clone();
    let start = ["dr-mysql", "start", "--port", &port];
    // The rightful primary.
    starts(&mut primary);
    primary.host.killed_before_every(2, &start, |_| {});
    assert!(!is_closed(&primary));

    // A promotion, while the old primary boots: whoever comes second sees the other one.
    primary.server.kill();
    let answers = "case \"$*\" in *'answers 127.0.0.1 '*) n=$(cat $HOME/asked); echo $((n + 1)) >$HOME/asked; [ \"$n\" = 1 ] ;; *) exec /usr/bin/timeout \"$@\" ;; esac";
    standby.host.write("asked", "0");
    standby.host.fake("timeout", answers);
    ends_with(&standby.run("promote", &[]), 69, "answers again");
    standby.host.unfake("timeout");
    assert!(is_closed(&standby));
    starts(&mut primary);
    ends_with(&boot(&primary), 69, "which this server has not");
    ends_with(&standby.run("promote", &[]), 69, "still answers");
    primary.server.kill();
    let promote = ["dr-mysql", "promote", "--port", &port];
    standby.host.killed_before_every(2, &promote, |before| {
        let state = standby.state();
        assert!(state.is_none() || is_closed(&standby), "killed before command {before}: {state:?} and takes writes");
    });
    assert!(!is_closed(&standby));
    succeeds(&standby.write(60));

    // A boot of the one that was replaced.
    let fenced = primary.host.path(&format!("state/mysql-{port}.fenced"));
    starts(&mut primary);
    let again = || {
        let _ = std::fs::remove_file(&fenced);
        primary.takes_no_writes();
    };
    again();
    for seam in ["mariadb *server_id*", "mv *fenced*"] {
        primary.host.killed_once(seam, &start);
        again();
    }
    ends_with(&boot(&primary), 69, "fenced");

    // It is cut off between forgetting its primary and taking writes, and then the power fails.
    succeeds(&primary.follow(&["--discard", STANDBY]));
    standby.server.kill();
    primary.host.killed_once("mariadb *read_only = OFF*", &promote);
    assert_eq!(primary.state(), None);
    starts(&mut primary);
    ends_with(&boot(&primary), 69, "cut off");
    primary.takes_no_writes();
    ends_with(&primary.run("promote", &[]), 0, "takes writes");
    starts(&mut standby);
    ends_with(&boot(&standby), 69, "takes writes");
}

/// Who has served last, by what both have.
#[test]
fn numbers_tell_who_was_promoted_last() {
    let mut host = Host::new(&["awk"]);
    host.install_mysql();
    let ask = |own: &str, peer: &str| {
        let script = "DR_PORT=1; set -eu; . \"$DR_LIB_DIR/dr-mysql-fence-lib.sh\"; ahead \"$1\" \"$2\" || echo no";
        let output = host.run(&["bash", "-c", script, "ask", own, peer]);
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    for (own, peer, shows) in [
        ("", "", "no"),
        ("0-1-100", "0-1-98", "no"),
        ("0-1-100", "", "no"),
        // More than is on the disk here.
        ("0-1-100", "0-1-101", "0-1-101"),
        // Promoted before there were eras, when fewer had arrived.
        ("0-1-100", "0-1-98,0-2-99", "0-2-99"),
        ("", "0-2-1", "0-2-1"),
        // By an era: the old primary, and the new one that lacks what was lost.
        ("0-1-100", "0-1-98,0-2-1764400000000000", "0-2-1764400000000000"),
        ("0-1-98,0-2-1764400000000000", "0-1-100", "no"),
        ("0-1-98,0-2-1764400000000007", "0-2-1764400000000007", "no"),
        // The other one has promoted itself since.
        ("0-2-1764400000000007", "0-2-1764400000000007,0-1-1764400900000000", "0-1-1764400900000000"),
        // A restore here undid what the other one still has.
        ("0-2-140,0-1-1764400000000001", "0-2-150,0-1-160", "no"),
        // Of several domains each counts.
        ("0-1-1764400000000000,5-1-7", "0-1-90,5-2-8", "5-2-8"),
        ("0-1-1764400000000000,5-1-1764400000000000", "0-1-90,5-2-8", "no"),
        ("0-1-100", "0-1-90,7-2-1", "7-2-1"),
    ] {
        assert_eq!(ask(own, peer), shows, "{own:?}, {peer:?}");
    }
}
