//! Every adapter on what its real tool prints in this very run.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::observe::{observe, observed};
use super::tools;

/// Runs a script of `tests/observe` with a folder of its own, and gives the folder. Servers refuse to run as root: then it is
/// run as the user that the package has made for them.
fn run(script: &str, user: Option<&str>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/observe").join(script);
    let source = fs::read_to_string(source).unwrap();
    let is_root = tools::succeed("id", "coreutils", &["-u"], "").trim() == "0";
    let path = folder.path().to_str().unwrap();
    let mut command = match user.filter(|_| is_root) {
        Some(user) => {
            tools::succeed("chown", "coreutils", &[user, path], "");
            let mut command = Command::new("setpriv");
            command.args([&format!("--reuid={user}"), &format!("--regid={user}"), "--clear-groups", "bash"]);
            command
        }
        None => Command::new("bash"),
    };
    // As an argument: the user may not be able to read the repository, and what the script runs may read standard input.
    command.args(["-c", &source, script, path]).stdin(Stdio::null());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    folder
}

fn out(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join("out").join(name).to_str().unwrap().to_owned()
}

#[test]
fn postgresql_and_pgbackrest() {
    let folder = run("postgresql.sh", Some("postgres"));
    let state = observed(&[
        &format!("postgresql-replication={}", out(&folder, "replication.json")),
        &format!("postgresql-archiver={}", out(&folder, "archiver.json")),
        &format!("postgresql-databases={}", out(&folder, "databases.json")),
        &format!("pgbackrest-info={}", out(&folder, "pgbackrest.json")),
    ]);
    let value = |address: &str, field: &str| state.value(address, field);
    assert_eq!(value("components.orders.instances.pg1", "role"), "primary");
    assert_eq!(value("components.orders.instances.pg2", "role"), "standby");
    assert_eq!(value("components.orders.instances.pg2", "replication"), "async");
    assert!(matches!(value("components.orders.instances.pg2", "lag").as_str(), "0s" | "1s" | "2s"));
    assert_eq!(value("components.orders.data.main", "database"), "shop");
    assert_eq!(value("components.orders.data.main.copies.full", "points"), "1");
    assert_eq!(value("components.orders.data.main.copies.incr", "newest"), "never");
    assert!(value("components.orders.data.main.copies.log", "newest").ends_with('Z'));
    assert!(value("components.orders.data.main.copies.full", "size").ends_with('B'));
}

#[test]
fn rabbitmq() {
    let folder = run("rabbitmq.sh", None);
    let state = observed(&[&format!("rabbitmq-cluster={}", out(&folder, "status.json"))]);
    // The node is called `rabbit1@localhost`: no machine of the spec, but an instance.
    assert_eq!(state.value("components.queue.instances.rabbit1", "state"), "up");
    assert_eq!(state.value("components.queue.instances.rabbit2", "present"), "false");
    let (_, complaint, code) = observe(&[&format!("rabbitmq-cluster={}", out(&folder, "status.txt"))]);
    assert_eq!(code, 2);
    assert!(complaint.contains("for people or in Erlang terms"), "{complaint}");
}

#[test]
fn haproxy() {
    let folder = run("haproxy.sh", None);
    for form in ["stat.csv", "stat.json"] {
        let state = observed(&[&format!("haproxy-stat={}", out(&folder, form))]);
        assert_eq!(state.value("components.orders", "state"), "up", "{form}");
        assert_eq!(state.value("components.orders.instances.pg1", "state"), "up", "{form}");
        assert_eq!(state.value("components.orders.instances.pg2", "state"), "down", "{form}");
    }
}

#[test]
fn restic() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::create_dir(path("data")).unwrap();
    fs::write(path("data/file"), vec![7; 4096]).unwrap();
    fs::write(path("password"), "secret").unwrap();
    let restic = |args: &[&str]| {
        let (repository, password, cache) = (path("repository"), path("password"), path("cache"));
        let common = ["-r", &repository, "-p", &password, "--cache-dir", &cache];
        tools::succeed("restic", "restic", &[&common[..], args].concat(), "")
    };
    restic(&["init"]);
    for _ in 0..2 {
        restic(&["backup", "--quiet", "--tag", "files-uploads-often", &path("data")]);
    }
    restic(&["backup", "--quiet", "--tag", "other", &path("data")]);
    fs::write(path("snapshots.json"), restic(&["snapshots", "--json"])).unwrap();
    fs::write(path("stats.json"), restic(&["stats", "--json", "latest"])).unwrap();
    let state = observed(&[
        &format!("restic-snapshots={}", path("snapshots.json")),
        &format!("restic-stats@files-uploads-often={}", path("stats.json")),
    ]);
    let copy = "components.files.data.uploads.copies.often";
    assert_eq!(state.value(copy, "points"), "2");
    assert_eq!(state.value(copy, "size"), "4 KiB");
    assert!(state.value(copy, "newest").ends_with('Z'));
    assert_eq!(state.addresses("jobs.").len(), 1, "the snapshot with another tag");
}

#[test]
fn borg() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::create_dir(path("data")).unwrap();
    fs::write(path("data/file"), vec![7; 4096]).unwrap();
    let borg = |args: &[&str]| {
        let output =
            Command::new("borg").args(args).env("BORG_BASE_DIR", path("base")).env("TZ", "Europe/London").output();
        let output = output
            .unwrap_or_else(|error| panic!("cannot run borg: {error}; install it with: apt-get install borgbackup"));
        assert!(output.status.success(), "borg {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let repository = path("repository");
    borg(&["init", "-e", "none", &repository]);
    borg(&["create", &format!("{repository}::files-uploads-often-1"), &path("data")]);
    fs::write(path("list.json"), borg(&["list", "--json", &repository])).unwrap();
    fs::write(path("info.json"), borg(&["info", "--json", "--last", "1", &repository])).unwrap();
    let state = observed(&[&format!("borg-list={}", path("list.json")), &format!("borg-info={}", path("info.json"))]);
    let copy = "components.files.data.uploads.copies.often";
    assert_eq!(state.value(copy, "points"), "1");
    assert_eq!(state.value(copy, "size"), "4 KiB");
    let newest: jiff::Timestamp = state.value(copy, "newest").parse().unwrap();
    let age = jiff::Timestamp::now().as_second() - newest.as_second();
    assert!((0..120).contains(&age), "made {age} s ago");
}

#[test]
fn puppet() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("a"), "content\n").unwrap();
    let puppet = |args: &[&str]| {
        let (confdir, vardir) = (path("conf"), path("var"));
        let common = ["--confdir", &confdir, "--vardir", &vardir, "--color", "false"];
        tools::succeed("puppet", "puppet-agent", &[args, &common[..]].concat(), "")
    };
    fs::write(path("resource.yaml"), puppet(&["resource", "file", &path("a"), "--to_yaml"])).unwrap();
    let digest = tools::succeed("sha256sum", "coreutils", &[&path("a")], "");
    fs::write(path("digests"), &digest).unwrap();
    let state = observed(&[&format!("puppet-resource@pg1={}", path("resource.yaml"))]);
    let again = observed(&[&format!("sha256sum@pg1={}", path("digests"))]);
    let address = format!("hosts.pg1.lon.example.com.files.{}", path("a"));
    assert_eq!(state.value(&address, "digest"), again.value(&address, "digest"));

    let code = format!("file {{ '{}': ensure => file, content => 'other' }}", path("a"));
    let report = path("report.yaml");
    let apply = |noop: &str| {
        let args = ["apply", "-e", &code, "--certname", "pg1.lon.example.com", "--lastrunreport", &report, noop];
        puppet(&args);
        observed(&[&format!("puppet-report={report}")])
    };
    let state = apply("--noop");
    assert_eq!(state.value("hosts.pg1.lon.example.com", "converged"), "false");
    assert_eq!(state.value("hosts.pg1.lon.example.com", "out_of_sync"), format!("File[{}]", path("a")));
    for _ in 0..2 {
        let state = apply("--no-noop");
        assert_eq!(state.value("hosts.pg1.lon.example.com", "converged"), "true");
        assert_eq!(state.value("hosts.pg1.lon.example.com", "out_of_sync"), "");
    }
}
