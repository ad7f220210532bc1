//! PostgreSQL: a server of its own, and the backup job of pgBackRest with a stand-in that fails in every way.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;

use crate::host::{Host, ends_with, free_port, succeeds, text, wait_for};

/// A server that ends with the test.
pub(super) struct Postgres {
    pub(super) port: String,
    folder: tempfile::TempDir,
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.control(&["-m", "immediate", "stop"]);
    }
}

impl Postgres {
    /// Starts an empty server, and lets the clients of a host find it.
    pub(super) fn start(host: &mut Host) -> Self {
        let server = Self { port: free_port(), folder: tempfile::tempdir().unwrap() };
        let folder = server.folder.path();
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(folder).status().unwrap();
            assert!(owned.success(), "no account postgres: install what tests/packages lists");
        }
        use_own_clients(host);
        host.set("PGHOST", folder);
        host.set("PGUSER", "postgres");
        let data = folder.join("data");
        let made = server.own(&["initdb", "--auth=trust", "--username=postgres", "--no-sync", data.to_str().unwrap()]);
        assert!(made, "no database was made");
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories={} -c port={} -c fsync=off",
            folder.display(),
            server.port
        );
        let log = folder.join("log");
        assert!(server.control(&["-w", "-l", log.to_str().unwrap(), "-o", &options, "start"]), "no server");
        server
    }

    pub(super) fn sql(&self, statement: &str) {
        let host = self.folder.path().to_str().unwrap();
        let words =
            ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", host, "-p", &self.port, "-U", "postgres", "-c", statement];
        assert!(Command::new("psql").args(words).stdout(Stdio::null()).status().unwrap().success(), "{statement}");
    }

    fn control(&self, words: &[&str]) -> bool {
        let data = self.folder.path().join("data");
        self.own(&[&["pg_ctl", "-D", data.to_str().unwrap()], words].concat())
    }

    /// Runs a program of the server, which refuses to be root.
    fn own(&self, words: &[&str]) -> bool {
        let program = format!("/usr/lib/postgresql/{}/bin/{}", version(), words[0]);
        let mut command = match is_root() {
            true => Command::new("runuser"),
            false => Command::new(&program),
        };
        if is_root() {
            command.args(["-u", "postgres", "--", &program]);
        }
        command.args(&words[1..]).current_dir("/").stdout(Stdio::null()).status().unwrap().success()
    }
}

/// The clients of Debian's version by themselves: what stands before them, and looks for a version, takes longer than they do.
pub(super) fn use_own_clients(host: &Host) {
    for name in ["pg_dump", "pg_restore", "psql"] {
        let client = format!("/usr/lib/postgresql/{}/bin/{name}", version());
        std::os::unix::fs::symlink(client, host.path(&format!("tools/{name}"))).unwrap();
    }
}

pub(super) fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}

/// The version that Debian has.
pub(super) fn version() -> String {
    let found = std::fs::read_dir("/usr/lib/postgresql").expect("install what tests/packages lists");
    let versions = found.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    versions.max().expect("install what tests/packages lists")
}

/// A pgBackRest that keeps its backups as lines of a file: `info` tells them, `backup` adds one, `expire` drops all but the
/// last, `verify` is content. Each does first what the file of its name says.
const PGBACKREST: &str = r#"
order=
for word; do case $word in -*) ;; *) order=$word ;; esac; done
if [ -e "$HOME/on-$order" ]; then . "$HOME/on-$order"; fi
case $order in
  info)
    jq -nc --rawfile all "$HOME/backups" '($all | split("\n") | map(select(. != ""))) as $labels
      | [{status: {code: (if $labels == [] then 2 else 0 end), message: "ok"}, archive: [{max: "000000010000000000000009"}],
          backup: [$labels[] | {label: ., type: "full", error: false, timestamp: {stop: (ltrimstr("b") | tonumber)},
                                info: {size: 10, repository: {delta: 5}}}]}]'
    ;;
  backup) echo "b$(date +%s%N | cut -c1-13)" >"$HOME/new" && cat "$HOME/backups" "$HOME/new" >"$HOME/all" && mv "$HOME/all" "$HOME/backups" ;;
  expire) tail -n 1 "$HOME/backups" >"$HOME/last" && mv "$HOME/last" "$HOME/backups" ;;
esac
"#;

const BACKUP: [&str; 7] = ["dr-pgbackrest-backup", "main", "--type", "full", "--job", "nightly", "--verify"];

fn backup_host() -> Host {
    let mut host = Host::new(&["jq"]);
    host.install_library("postgresql/dr-pgbackrest-backup");
    host.tool("pgbackrest", PGBACKREST);
    host.tool("id", "echo pgbackrest");
    host.write("backups", "");
    std::fs::create_dir(host.path("conf.d")).unwrap();
    host.write("conf.d/main.conf", "");
    let configuration = host.path("");
    host.set("DR_PGBACKREST_DIR", configuration);
    host
}

fn backups(host: &Host) -> Vec<String> {
    host.read("backups").lines().map(str::to_owned).collect()
}

#[test]
fn a_backup_that_fails_expires_nothing() {
    let host = backup_host();
    succeeds(&host.run(&BACKUP));
    let good = host.status("nightly");
    let first = backups(&host);
    for (order, fault, reason) in [
        ("info", "exit 1", "cannot be read"),
        ("info", "echo '[{\"status\": {\"code\": 99, \"message\": \"no route\"}}]'; exit 0", "cannot be read"),
        ("info", "echo '[{\"sta'; exit 0", "cannot be read"),
        ("backup", "exit 55", "full backup"),
        ("backup", "exit 0", "no new backup"),
        ("backup", "kill -s KILL $$", "full backup"),
        ("verify", "exit 1", "verify failed"),
        ("verify", "echo '  missing: 2, checksum invalid: 0'; exit 0", "has errors"),
    ] {
        host.write(&format!("on-{order}"), fault);
        let failed = host.run(&BACKUP);
        assert!(!failed.status.success(), "{order}: {fault}: {}", text(&failed));
        let status = host.status("nightly");
        assert_eq!((&status["state"], &status["ok"]), (&json!("failed"), &json!(false)), "{order}: {fault}");
        assert!(status["error"].as_str().unwrap().contains(reason), "{order}: {fault}: {status}");
        assert_eq!(status["last_good"]["label"], good["label"], "{order}: {fault}: the last good one is forgotten");
        assert!(backups(&host).contains(&first[0]), "{order}: {fault}: the old backup expired");
        std::fs::remove_file(host.path(&format!("on-{order}"))).unwrap();
    }
    // A backup that is verified counts, though the old ones stay.
    host.write("on-expire", "exit 1");
    assert!(!host.run(&BACKUP).status.success());
    let status = host.status("nightly");
    assert_eq!(status["state"], "failed");
    assert_eq!(status["last_good"]["label"], backups(&host).last().unwrap().as_str());
    std::fs::remove_file(host.path("on-expire")).unwrap();
    succeeds(&host.run(&BACKUP));
    assert_eq!(backups(&host).len(), 1);
}

#[test]
fn two_backups_of_a_cluster_wait_for_each_other() {
    let host = backup_host();
    host.write("on-backup", "touch \"$HOME/begun\"; while [ ! -e \"$HOME/go\" ]; do sleep 0.05; done");
    let mut first = host.spawn(&BACKUP);
    wait_for(|| host.path("begun").exists());
    let mut second = host.spawn(&BACKUP);
    sleep(Duration::from_millis(300));
    assert!(backups(&host).is_empty(), "the second one did not wait");
    host.write("go", "");
    assert!(first.wait().unwrap().success() && second.wait().unwrap().success());
}

#[test]
fn a_killed_backup_is_never_good_and_the_next_one_recovers() {
    let host = backup_host();
    succeeds(&host.run(&BACKUP));
    let mut document = host.read("state/status/nightly.json");
    host.killed_everywhere(&BACKUP, |before| {
        let status = host.status("nightly");
        let is_silent = host.read("state/status/nightly.json") == document;
        // Good only when all is done: killed while it shows its document.
        let kept = backups(&host);
        let is_done = status["ok"] == true && kept.len() == 1 && status["label"] == kept[0].as_str();
        assert!(is_silent || is_done || status["state"] == "running", "killed before command {before}: {status}");
        let newest = if status["ok"] == true { &status } else { &status["last_good"] };
        assert!(
            kept.iter().any(|one| newest["label"] == one.as_str()),
            "killed before command {before}: {newest} of {kept:?}"
        );
        document = host.read("state/status/nightly.json");
    });
    assert_eq!(host.status("nightly")["state"], "ok");
    assert_eq!(host.list("state/status"), ["nightly.json"], "what killed runs left is never cleared away");
    ends_with(&host.run(&["dr-pgbackrest-backup", "main", "--type", "all", "--job", "nightly"]), 64, "--type");
}
