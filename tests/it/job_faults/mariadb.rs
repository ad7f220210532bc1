//! MariaDB servers of a test's own, over their sockets as on hosts that Puppet set up.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::host::{Host, free_port, succeeds, text};

/// What a test of MariaDB needs.
pub(super) const PROGRAMS: &[&str] = &["mariadb", "mariadbd", "mariadb-dump", "mariadb-install-db", "openssl"];

/// A server that ends with the test.
pub(super) struct MariaDb {
    pub(super) port: String,
    child: Child,
    /// Where the one that runs now says its number.
    pid_file: PathBuf,
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        self.kill();
        if let Ok(pid) = fs::read_to_string(&self.pid_file) {
            let _ = Command::new("kill").args(["-s", "KILL", pid.trim()]).output();
        }
    }
}

impl MariaDb {
    /// Starts an empty server on a host, and lets its clients find it. Whoever runs the test is its root, by the socket.
    pub(super) fn start(host: &Host) -> Self {
        Self::member(host, 1, &free_port(), "")
    }

    /// As [`Self::start`], at 127.0.0.NUMBER and with more settings; those in the folder where Puppet writes some count too.
    pub(super) fn member(host: &Host, number: usize, port: &str, settings: &str) -> Self {
        let (data, socket, more) = (host.word("mariadb"), host.word("mariadb.sock"), host.word("mysql/mariadb.conf.d"));
        let user = user();
        fs::create_dir(host.path("tmp")).unwrap();
        host.write(".my.cnf", &format!("[client-server]\nsocket={socket}\n"));
        host.write(
            "server.cnf",
            &format!(
                "[mysqld]\ndatadir={data}\ntmpdir={}\nsocket={socket}\npid_file={socket}.pid\nuser={user}\nport={port}\nbind_address=127.0.0.{number}\n\
                 server_id={number}\nlog_bin=binlog\nlog_slave_updates=ON\nbinlog_format=ROW\ngtid_strict_mode=ON\n\
                 innodb_flush_log_at_trx_commit=2\ninnodb_buffer_pool_size=16M\ninnodb_log_file_size=4M\n{settings}\n!includedir {more}\n",
                host.word("tmp"),
            ),
        );
        succeeds(&host.run(&[
            "mariadb-install-db",
            &format!("--defaults-file={}", host.word("server.cnf")),
            "--auth-root-authentication-method=socket",
            &format!("--auth-root-socket-user={user}"),
            "--skip-test-db",
            "--skip-log-bin",
        ]));
        Self { port: port.to_owned(), child: serve(host), pid_file: host.path("mariadb.sock.pid") }
    }

    /// The server loses its power.
    pub(super) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// From now on the host's systemctl stops and starts it, away from the caller as PID 1 does.
    pub(super) fn obeys_systemctl(&self, host: &Host) {
        host.tool(
            "systemctl",
            &format!(
                r#"for file in /proc/self/fd/*; do
  fd=${{file##*/}}
  [ "$fd" -lt 3 ] || [ "$fd" = 255 ] || eval "exec $fd>&-" 2>/dev/null
done
answers() {{ mariadb --execute='SELECT 1' >/dev/null 2>&1; }}
case "$1" in
  start)
    ! answers || exit 0
    setsid mariadbd --defaults-file='{conf}' </dev/null >/dev/null 2>&1 &
    for _ in $(seq 1 400); do ! answers || exit 0; sleep 0.05; done
    exit 1
    ;;
  stop)
    pid=$(cat '{pid}' 2>/dev/null) || exit 0
    kill "$pid"
    for _ in $(seq 1 400); do [ -e '{pid}' ] || exit 0; sleep 0.05; done
    exit 1
    ;;
esac"#,
                conf = host.word("server.cnf"),
                pid = host.word("mariadb.sock.pid"),
            ),
        );
    }

    /// The server as it comes up after that.
    pub(super) fn restart(&mut self, host: &Host) {
        self.kill();
        self.child = serve(host);
    }
}

impl Host {
    /// Installs the script of MySQL, for whose settings a folder stands in.
    pub(super) fn install_mysql(&mut self) {
        self.install_technology("mysql", "dr-mysql");
        self.install_technology("mysql", "dr-mysql-member-lib.sh");
        self.install_technology("mysql", "dr-mysql-fence-lib.sh");
        self.install_technology("mysql", "dr-mysql-base-lib.sh");
        fs::create_dir_all(self.path("mysql/mariadb.conf.d")).unwrap();
        self.set("DR_MYSQL_DIR", self.path("mysql"));
        self.set("DR_MYSQL_USER", user());
    }
}

/// Whoever runs the test.
pub(super) fn user() -> String {
    let told = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(told.stdout).unwrap().trim().to_owned()
}

fn serve(host: &Host) -> Child {
    let mut command = host.command(&["mariadbd"]);
    command.arg(format!("--defaults-file={}", host.word("server.cnf")));
    let log = fs::File::create(host.path("mariadb.log")).unwrap();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
    let answers = || host.run(&["mariadb", "--execute=SELECT 1"]).status.success();
    let is_ready = (0..600).any(|_| {
        answers() || {
            sleep(Duration::from_millis(50));
            false
        }
    });
    if !is_ready {
        let _ = child.kill();
        let _ = child.wait();
        panic!("no server: {}", host.read("mariadb.log"));
    }
    child
}

/// The answer to a statement, without names of columns.
pub(super) fn sql(host: &Host, statement: &str) -> String {
    let output = host.run(&["mariadb", "--batch", "--skip-column-names", "--execute", statement]);
    assert!(output.status.success(), "{statement}: {}", text(&output));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
