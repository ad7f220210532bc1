//! A member of a PostgreSQL cluster with a repository of its own: real servers and a real pgBackRest, a systemctl that starts and
//! stops the server as systemd would, and a peer that tells any role.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use super::postgresql::{is_root, use_own_clients, version};
use crate::host::{Host, free_port, succeeds, text};

/// The folder of the server, of its user; the server ends with the test.
pub(super) struct Member {
    pub(super) host: Host,
}

impl Drop for Member {
    fn drop(&mut self) {
        self.kill_server();
    }
}

/// Runs a restore once for each set of options, and copies what it has made after that: the real one waits for the disk. What a
/// server asks of the archive while it recovers, dozens of times, is copied too; the fence asks the real one.
const PGBACKREST: &str = r#"case " $* " in
  *' restore '*) ;;
  *' --no-archive-async '*) exec /usr/bin/pgbackrest "$@" ;;
  *' archive-get '*)
    name=${*: -2:1} archive=$PGBACKREST_REPO1_PATH/archive/main
    for file in "$archive"/*/"$name" "$archive"/*/"${name:0:16}/$name"-*; do
      [ ! -e "$file" ] || exec cp "$file" "${*: -1}"
    done
    exit 1 ;;
  *) exec /usr/bin/pgbackrest "$@" ;;
esac
to=$PGBACKREST_PG1_PATH
for word; do case $word in --pg1-path=*) to=${word#*=} ;; esac; done
made=$DR_TEST_DIR/pg/made/$(printf '%s ' "$@" | md5sum | cut -c1-32)
if [ ! -e "$made/global/pg_control" ]; then
  /usr/bin/pgbackrest "$@" && mkdir -p "$DR_TEST_DIR/pg/made" && cp -a "$to" "$made"
  exit
fi
find "$to" -mindepth 1 -delete
cp -a "$made/." "$to/""#;

/// As PID 1 does, it starts the server away from the caller, after the fence, and not where a condition of the unit forbids it.
const SYSTEMCTL: &str = r#"
control() { runuser -u postgres -- BIN/pg_ctl -D "$HOME/pg/data" "$@"; }
for file in /proc/self/fd/*; do
  fd=${file##*/}
  [ "$fd" -lt 3 ] || [ "$fd" = 255 ] || eval "exec $fd>&-" 2>/dev/null
done
case $1 in
  start)
    control status >/dev/null 2>&1 && exit 0
    [ ! -e "$DR_STATE_DIR/pg-main.fenced" ] && [ ! -e "$DR_STATE_DIR/pg-main.stopped" ] || exit 0
    "$HOME/bin/dr-pg-fence" main || exit 1
    exec setsid runuser -u postgres -- BIN/pg_ctl -D "$HOME/pg/data" -s -w -l "$HOME/pg/log" -o "OPTIONS" start </dev/null >/dev/null 2>&1
    ;;
  stop) control -s -m fast -w stop >/dev/null 2>&1 ;;
  is-active) if control status >/dev/null 2>&1; then echo active; else echo failed; exit 3; fi ;;
esac"#;

impl Member {
    /// A member without data, that is to be filled as `primary` or `standby`.
    pub(super) fn new(bootstrap: &str) -> Self {
        let mut host = Host::in_memory(&["jq", "pgbackrest", "perl", "flock", "pg_createcluster"]);
        host.install_library("postgresql/dr-pg-lib.sh");
        for script in ["bootstrap", "drill", "fence", "promote", "rejoin", "restore", "start", "stop"] {
            host.install_library(&format!("postgresql/dr-pg-{script}"));
        }
        for folder in ["pg", "pg/socket", "pg/log.d", "pg/lock", "pg/scratch"] {
            fs::create_dir_all(host.path(folder)).unwrap();
        }
        // The server and the drill are another user than the operator.
        for folder in ["state/status", "state/locks"] {
            fs::set_permissions(host.path(folder), fs::Permissions::from_mode(0o777)).unwrap();
        }
        if is_root() {
            let owned = Command::new("chown").args(["-R", "postgres"]).arg(host.path("pg")).status().unwrap();
            assert!(owned.success(), "no account postgres: install what tests/packages lists");
        } else {
            host.tool("runuser", "shift 3\nexec \"$@\"");
        }
        host.tool("id", "case $1 in -u) echo 0 ;; *) echo \"${DR_TEST_USER:-root}\" ;; esac");
        host.tool("sleep", "exec /usr/bin/sleep 0.05");
        host.tool("pgbackrest", PGBACKREST);
        use_own_clients(&host);
        let (port, role_port, bin) = (free_port(), free_port(), format!("/usr/lib/postgresql/{}/bin", version()));
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories={} -c port={port} -c fsync=off -c wal_level=replica \
             -c hot_standby=on -c archive_mode=on -c archive_command='/usr/bin/pgbackrest archive-push %p'",
            host.word("pg/socket")
        );
        host.tool("systemctl", &SYSTEMCTL.replace("BIN", &bin).replace("OPTIONS", &options));
        // An account has its own home.
        let dir = host.path("");
        host.set("DR_TEST_DIR", dir);
        host.set("PGHOST", host.path("pg/socket"));
        host.set("PGUSER", "postgres");
        for (name, value) in [
            ("PGBACKREST_CONFIG", "/dev/null".to_owned()),
            ("PGBACKREST_STANZA", "main".to_owned()),
            ("PGBACKREST_REPO1_PATH", host.word("pg/repository")),
            ("PGBACKREST_REPO1_RETENTION_FULL", "2".to_owned()),
            ("PGBACKREST_REPO1_BUNDLE", "y".to_owned()),
            ("PGBACKREST_PG1_PATH", host.word("pg/data")),
            ("PGBACKREST_PG1_PORT", port.clone()),
            ("PGBACKREST_PG1_SOCKET_PATH", host.word("pg/socket")),
            ("PGBACKREST_LOCK_PATH", host.word("pg/lock")),
            ("PGBACKREST_LOG_PATH", host.word("pg/log.d")),
            ("PGBACKREST_LOG_LEVEL_CONSOLE", "warn".to_owned()),
            ("PGBACKREST_START_FAST", "y".to_owned()),
            ("PGBACKREST_COMPRESS_TYPE", "none".to_owned()),
        ] {
            host.set(name, value);
        }
        let settings = format!(
            "PG_STANZA=main\nPG_VERSION={}\nPG_CLUSTER=main\nPG_PORT={port}\nPG_ROLE_PORT={role_port}\nPG_DATA='{}'\nPG_UNIT=postgresql@main\nPG_BOOTSTRAP={bootstrap}\nPG_PEERS='127.0.0.1'\nPG_DRILL_DIR='{}'\nDR_SUBJECT=''\n",
            version(),
            host.word("pg/data"),
            host.word("pg/scratch"),
        );
        host.write("etc/pg-main.env", &settings);
        answer_as_peer(&role_port, host.path("peer"));
        Self { host }
    }

    /// A primary with one backup, in which `orders` holds 10 rows; 5 more are only in the archive.
    pub(super) fn with_backup() -> Self {
        let member = Self::new("primary");
        let data = member.host.word("pg/data");
        let initdb = format!("/usr/lib/postgresql/{}/bin/initdb", version());
        let make =
            ["--auth=trust", "--username=postgres", "--no-sync", "--data-checksums", "--wal-segsize=1", "-D", &data];
        succeeds(&member.as_postgres(&[&[initdb.as_str()], &make[..]].concat()));
        member.peer("standby");
        succeeds(&member.host.run(&["systemctl", "start"]));
        succeeds(&member.as_postgres(&["pgbackrest", "stanza-create"]));
        member.sql("CREATE TABLE orders AS SELECT n FROM generate_series(1, 10) AS n");
        succeeds(&member.as_postgres(&["pgbackrest", "--type=full", "backup"]));
        member.sql("INSERT INTO orders SELECT n FROM generate_series(11, 15) AS n");
        member.sql("SELECT pg_switch_wal()");
        member
    }

    /// What the peer answers to whoever asks for its role; nothing, and it is down.
    pub(super) fn peer(&self, role: &str) {
        self.host.write("peer", role);
    }

    pub(super) fn as_postgres(&self, words: &[&str]) -> std::process::Output {
        self.host.run(&[&["runuser", "-u", "postgres", "--"], words].concat())
    }

    /// The answer of the server, or nothing.
    pub(super) fn ask(&self, statement: &str) -> String {
        let port = self.setting("PG_PORT");
        let output = self.host.run(&["psql", "-XqAt", "-p", &port, "postgres", "-c", statement]);
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    pub(super) fn sql(&self, statement: &str) {
        let port = self.setting("PG_PORT");
        succeeds(&self.host.run(&["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-p", &port, "postgres", "-c", statement]));
    }

    pub(super) fn rows(&self) -> String {
        self.ask("SELECT count(*) FROM orders")
    }

    pub(super) fn setting(&self, name: &str) -> String {
        let settings = self.host.read("etc/pg-main.env");
        let line = settings.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.unwrap().trim_matches('\'').to_owned()
    }

    /// Waits until the server has replayed what there is.
    pub(super) fn awaits_writes(&self, when: &str) {
        for _ in 0..200 {
            if self.ask("SELECT NOT pg_is_in_recovery()") == "t" {
                return;
            }
            sleep(Duration::from_millis(50));
        }
        panic!("{when}: the server takes no writes:\n{}", self.host.read("pg/log"));
    }

    /// Folders beside the data directory that restores have made.
    pub(super) fn beside(&self, kind: &str) -> Vec<String> {
        self.host.list("pg").into_iter().filter(|name| name.contains(kind)).collect()
    }

    /// The power fails.
    pub(super) fn kill_server(&self) {
        let pid = fs::read_to_string(self.host.path("pg/data/postmaster.pid")).unwrap_or_default();
        if let Some(pid) = pid.lines().next() {
            let _ = Command::new("kill").args(["-s", "QUIT", pid]).output();
            for _ in 0..100 {
                if !std::path::Path::new("/proc").join(pid).exists() {
                    break;
                }
                sleep(Duration::from_millis(20));
            }
        }
    }

    /// It has failed for this reason, and says so.
    pub(super) fn failed(&self, job: &str, output: &std::process::Output, reason: &str) {
        assert!(!output.status.success(), "it should have failed: {reason}\n{}", text(output));
        let status = self.host.status(job);
        assert_eq!((&status["ok"], &status["state"]), (&false.into(), &"failed".into()), "{status}");
        assert!(status["error"].as_str().unwrap_or_default().contains(reason), "{status}\n{}", text(output));
    }
}

/// Answers on a port as the role responder of a peer does, with the role that the file says.
fn answer_as_peer(port: &str, file: std::path::PathBuf) {
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (Ok(mut stream), Ok(role)) = (stream, fs::read_to_string(&file)) else { continue };
            let _ = stream.read(&mut [0; 200]);
            let _ = write!(stream, "HTTP/1.0 200 OK\r\n\r\n{{\"stanza\":\"main\",\"role\":\"{role}\"}}");
        }
    });
}
