//! A host of its own in a temporary folder: the scripts of the library, the settings that Puppet would write, programs that
//! stand in for others, and ways to break a run: a full disk, a kill before any of its commands.

use serde_json::Value;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::generated_specs::spec_gen::random::Random;

/// The programs that change something: a run can be killed before each of them.
const CHANGING: &[&str] = &[
    "cp",
    "install",
    "ln",
    "mariadb",
    "mariadb-backup",
    "mariadb-binlog",
    "mariadb-dump",
    "mkdir",
    "mktemp",
    "mongodump",
    "mongorestore",
    "mongosh",
    "mv",
    "perl",
    "pg_createcluster",
    "pg_dump",
    "rabbitmqctl",
    "rm",
    "rmdir",
    "tar",
    "touch",
    "unzip",
];
/// Programs that change something by some of their words, as patterns of the shell.
const CHANGING_BY: &[(&str, &str)] = &[
    ("find", "*' -delete'* | *' -exec '*"),
    ("openssl", "*' -out '*"),
    ("pgbackrest", "*' backup'* | *' expire'* | *' restore'* | *' stanza-create'*"),
    ("psql", "*pg_promote* | *recovery_target_action* | *pg_switch_wal*"),
    ("redis-cli", "*' REPLICAOF '* | *' REWRITE'* | *' --rdb '*"),
    ("restic", "*' backup '* | *' copy '* | *' forget '* | *' init '* | *' restore '* | *' tag '* | *' unlock '*"),
    (
        "runuser",
        "*/initdb* | *' touch '* | *' mkdir '* | *' cp '* | *basebackup* | *' restore'* | *recovery_target_action* | *pg_promote*",
    ),
    ("sed", "*' -i '*"),
    ("systemctl", "*' start '* | *' stop '*"),
];
/// Programs that change something only where their output goes into a file.
const WRITING: &[&str] = &["awk", "cat", "gzip", "head", "jq", "pg_restore", "tail", "tr"];
/// What a trap of one of these does first: it lets through what writes a status.
const OUTSIDE_STATUS: &str = "case \"$* $(readlink /proc/self/fd/1)\" in */state/status/*) exec NAME \"$@\" ;; esac\n";
/// More commands than any script has; a run that needs more is caught in a circle.
const MOST_COMMANDS: usize = 400;

/// Where everything of the host lies.
pub(crate) struct Host {
    dir: tempfile::TempDir,
    env: Vec<(&'static str, OsString)>,
}

impl Host {
    /// A host with the shared library, that needs these programs.
    pub(crate) fn new(programs: &[&str]) -> Self {
        Self::within(tempfile::tempdir().unwrap(), programs)
    }

    /// As [`Self::new`], in memory where there is enough of it: for tools that wait for the disk after each file.
    pub(crate) fn in_memory(programs: &[&str]) -> Self {
        let free = Command::new("df").args(["--output=avail", "--block-size=1M", "/dev/shm"]).output();
        let free = free.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        let is_enough =
            free.lines().last().and_then(|line| line.trim().parse().ok()).is_some_and(|free: u32| free > 1_000);
        let dir = if is_enough { tempfile::tempdir_in("/dev/shm") } else { tempfile::tempdir() };
        Self::within(dir.unwrap(), programs)
    }

    fn within(dir: tempfile::TempDir, programs: &[&str]) -> Self {
        for program in programs {
            let found = std::env::split_paths(&path_of_tools()).any(|folder| folder.join(program).is_file());
            assert!(found, "{program} is missing: install what tests/packages lists");
        }
        let mut host = Self { dir, env: Vec::new() };
        for folder in ["etc", "state/status", "state/locks", "bin", "lib/bin", "metrics", "fake", "tools", "traps"] {
            fs::create_dir_all(host.path(folder)).unwrap();
        }
        // Whoever a server runs as reaches its files below.
        fs::set_permissions(host.path(""), fs::Permissions::from_mode(0o755)).unwrap();
        host.install_library("dr-lib.sh");
        let metrics = host.path("metrics");
        host.write("etc/plan.env", &format!("DR_PLAN='shop'\nDR_SITE='lon'\nDR_METRICS_DIR='{}'\n", metrics.display()));
        host.set("DR_CONFIG_DIR", host.path("etc"));
        host.set("DR_STATE_DIR", host.path("state"));
        host.set("DR_LIB_DIR", host.path("lib"));
        host.set("DR_LOCK_WAIT_SEC", "1");
        host.set("HOME", host.path(""));
        host
    }

    /// A variable in the environment of every command.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<OsString>) {
        self.env.push((name, value.into()));
    }

    /// Installs a file of the Puppet library.
    pub(crate) fn install_library(&self, file: &str) {
        self.install(&Path::new("templates/puppet/library/files").join(file));
    }

    /// Installs all scripts of a folder of the Puppet library.
    pub(crate) fn install_folder(&self, folder: &str) {
        let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/puppet/library/files").join(folder);
        for entry in fs::read_dir(library).unwrap() {
            let file = entry.unwrap().path();
            if file.is_file() && file.file_name().unwrap().to_string_lossy().starts_with("dr-") {
                self.install(&file);
            }
        }
    }

    /// Installs the script of a technology.
    pub(crate) fn install_technology(&self, technology: &str, script: &str) {
        self.install(&Path::new("templates/technologies").join(technology).join("puppet/files").join(script));
    }

    fn install(&self, file: &Path) {
        let folder = if file.extension().is_some_and(|end| end == "sh") { "lib" } else { "bin" };
        let target = self.path(folder).join(file.file_name().unwrap());
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(file), &target).unwrap();
        fs::set_permissions(&target, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A program that stands in for a real one.
    pub(crate) fn fake(&self, name: &str, script: &str) {
        self.program(&format!("fake/{name}"), &format!("#!/bin/bash\n{script}\n"));
    }

    /// A program at a path of the host.
    pub(crate) fn program(&self, path: &str, text: &str) {
        // Replaced by renaming: one that just runs stays what it is.
        self.write("new", text);
        fs::set_permissions(self.path("new"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::rename(self.path("new"), self.path(path)).unwrap();
    }

    /// A program for one that Debian does not have, or that takes too long; it works, unless [`Self::fake`] replaces it.
    pub(crate) fn tool(&self, name: &str, script: &str) {
        self.fake(name, script);
        fs::rename(self.path(&format!("fake/{name}")), self.path(&format!("tools/{name}"))).unwrap();
    }

    /// The working program again.
    pub(crate) fn unfake(&self, name: &str) {
        fs::remove_file(self.path(&format!("fake/{name}"))).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// As [`Self::path`], for the words of a command.
    pub(crate) fn word(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Starts a script in a process group of its own, as systemd does, so that it can be killed with its children.
    pub(crate) fn spawn(&self, words: &[&str]) -> Child {
        self.command(words).process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// A command of the host: one of its scripts, or any other program, in its environment.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let own = self.path("bin").join(words[0]);
        let mut command = if own.exists() { Command::new(own) } else { Command::new(words[0]) };
        // Of the machine, for stores that are elsewhere.
        command.env_remove("AWS_CA_BUNDLE");
        command.args(&words[1..]).env("PATH", self.search(&["fake", "tools", "bin"])).envs(self.env.iter().cloned());
        command
    }

    fn search(&self, own: &[&str]) -> OsString {
        let own = own.iter().map(|folder| self.path(folder));
        std::env::join_paths(own.chain(std::env::split_paths(&path_of_tools()))).unwrap()
    }

    /// Runs a command on a disk, a file system of its own at `folder`, that has room for so many KiB beside what is there;
    /// for nothing at all where that is 0.
    pub(crate) fn run_on_full_disk(&self, folder: &str, room_kib: u32, words: &[&str]) -> Output {
        // What is on the small disk at the end is copied back, whoever looks next sees it.
        let script = r#"
            disk=$1 room=$2 back=$3
            shift 3
            cp -a "$disk" "$back"
            size=$(($(du -sk "$back" | cut -f1) + room + 64))
            mount -t tmpfs -o "size=${size}k,mode=0755" none "$disk" && cp -a "$back/." "$disk/"
            cat /dev/zero >"$disk/.fill" 2>/dev/null || true
            truncate -s "-$((room * 1024))" "$disk/.fill"
            rc=0
            "$@" || rc=$?
            rm -f "$disk/.fill"
            rm -rf "$back" && cp -a "$disk" "$back" && umount "$disk"
            rm -rf "$disk" && mv "$back" "$disk"
            exit "$rc""#;
        let (disk, room, back) = (self.word(folder), room_kib.to_string(), self.word("full-disk"));
        let own = self.word(&format!("bin/{}", words[0]));
        let outer = ["unshare", "--mount", "--map-root-user", "bash", "-c", script, "full", &disk, &room, &back, &own];
        self.run(&[&outer[..], &words[1..]].concat())
    }

    /// Runs a command again and again, killed before the first of its commands that changes something, before the second, and
    /// so on, with all its children, until it gets through: between two of them what is left is the same. After each kill
    /// `check` looks at it; it is told how many commands had begun. How a status is written is not interrupted.
    pub(crate) fn killed_everywhere(&self, words: &[&str], check: impl FnMut(usize)) {
        self.killed(1, OUTSIDE_STATUS, words, check);
    }

    /// As [`Self::killed_everywhere`], before one in so many of these commands: for what takes seconds.
    pub(crate) fn killed_before_every(&self, step: usize, words: &[&str], check: impl FnMut(usize)) {
        self.killed(step, OUTSIDE_STATUS, words, check);
    }

    /// As [`Self::killed_everywhere`], and while a status is written too, which all jobs do alike.
    pub(crate) fn killed_while_it_tells(&self, words: &[&str], check: impl FnMut(usize)) {
        self.killed(1, "", words, check);
    }

    /// Runs a command that takes seconds, killed before the first of its commands that is like each of these patterns in turn, and
    /// at last to its end.
    pub(crate) fn killed_at(&self, seams: &[&str], words: &[&str], mut check: impl FnMut(&str)) {
        for seam in seams {
            self.killed_once(seam, words);
            check(seam);
        }
        succeeds(&self.run(words));
    }

    /// Runs a command, killed before the first of its commands that is like this pattern.
    pub(crate) fn killed_once(&self, seam: &str, words: &[&str]) {
        self.set_traps("");
        let ended = ends_with_all(self.trapped(words).env("DR_KILL_AT", seam));
        assert_eq!(ended.signal(), Some(9), "{words:?} does nothing like {seam}: {ended}");
    }

    /// A command whose commands run into traps.
    fn trapped(&self, words: &[&str]) -> Command {
        let mut command = self.command(words);
        command.env("PATH", self.search(&["traps", "fake", "tools", "bin"])).process_group(0);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn killed(&self, step: usize, passes: &str, words: &[&str], mut check: impl FnMut(usize)) {
        self.set_traps(passes);
        // Whoever a command is run as counts.
        self.write("count", "");
        fs::set_permissions(self.path("count"), fs::Permissions::from_mode(0o666)).unwrap();
        for before in (1..MOST_COMMANDS).step_by(step) {
            fs::write(self.path("count"), "").unwrap();
            let ended = ends_with_all(self.trapped(words).env("DR_KILL_BEFORE", before.to_string()));
            if ended.success() {
                assert!(before > 2, "{words:?} was hardly killed at all");
                return;
            }
            assert_eq!(ended.signal(), Some(9), "killed before command {before}, it ended by itself: {ended}");
            check(before);
        }
        panic!("{words:?} never gets through");
    }

    /// Puts a trap in the way to every command that changes something: it counts, and kills its process group when it is time.
    fn set_traps(&self, passes: &str) {
        let pass = |name: &str| passes.replace("NAME", name);
        for name in CHANGING {
            self.set_trap(name, &pass(name));
        }
        for name in WRITING {
            self.set_trap(name, &format!("[ -f /proc/self/fd/1 ] || exec {name} \"$@\"\n{}", pass(name)));
        }
        for (name, words) in CHANGING_BY {
            let other = format!("*) [ -f /proc/self/fd/1 ] || exec {name} \"$@\"");
            self.set_trap(name, &format!("case \" $* \" in {words}) ;; {other} ;; esac\n"));
        }
    }

    /// The trap of one program: `passes` runs it at once where it is none.
    fn set_trap(&self, name: &str, passes: &str) {
        let (count, search) = (self.word("count"), self.search(&["fake", "tools", "bin"]));
        let script = format!(
            "#!/bin/sh\nPATH='{}'\nif [ -n \"$DR_KILL_AT\" ]; then\ncase \"{name} $*\" in $DR_KILL_AT) kill -s KILL 0 ;; esac\nexec {name} \"$@\"\nfi\n\
             {passes}printf x >>'{count}'\n[ \"$(wc -c <'{count}')\" -lt \"$DR_KILL_BEFORE\" ] || kill -s KILL 0\nexec {name} \"$@\"\n",
            search.to_str().unwrap(),
        );
        let file = self.path("traps").join(name);
        fs::write(&file, script).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub(crate) fn status(&self, job: &str) -> Value {
        serde_json::from_str(&self.read(&format!("state/status/{job}.json"))).unwrap()
    }

    /// Names of the files in a folder.
    pub(crate) fn list(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

/// Runs a command in a process group of its own. Where it is killed, the others of the group may die a little later, and hold its
/// locks until then.
fn ends_with_all(command: &mut Command) -> ExitStatus {
    let mut child = command.spawn().unwrap();
    let group = format!("-{}", child.id());
    let ended = child.wait().unwrap();
    let is_gone = || !Command::new("kill").args(["-s", "0", "--", &group]).output().unwrap().status.success();
    if ended.signal().is_some() {
        wait_for(is_gone);
    }
    ended
}

/// Where the programs of Debian lie; daemons are not in everybody's path.
fn path_of_tools() -> OsString {
    let mut path = std::env::var_os("PATH").unwrap_or_default();
    path.push(":/usr/local/sbin:/usr/sbin:/sbin");
    path
}

/// So many letters that no tool makes much less of.
pub(crate) fn noise(length: usize) -> String {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    (0..length).map(|_| char::from(b'a' + random.below(26) as u8)).collect()
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port().to_string()
}

pub(crate) fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

pub(crate) fn succeeds(output: &Output) {
    assert!(output.status.success(), "{}", text(output));
}

/// It ends with this code, and says why.
pub(crate) fn ends_with(output: &Output, code: i32, reason: &str) {
    assert_eq!(output.status.code(), Some(code), "{}", text(output));
    assert!(text(output).contains(reason), "{reason:?} is not in: {}", text(output));
}

pub(crate) fn wait_for(ready: impl Fn() -> bool) {
    for _ in 0..600 {
        if ready() {
            return;
        }
        sleep(Duration::from_millis(50));
    }
    panic!("waited in vain");
}
