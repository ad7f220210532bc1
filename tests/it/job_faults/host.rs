//! A host of its own in a temporary folder: the scripts of the library, the settings of one restic job, and a store.

use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

const JOB: &str = "files";

/// Where everything of the host lies; settings are changed by writing the files that Puppet would write.
pub(super) struct Host {
    dir: tempfile::TempDir,
}

impl Host {
    /// A host with a job `files` that backs up `data`, keeps one snapshot and verifies all data.
    pub(super) fn new() -> Self {
        for tool in ["restic", "jq", "flock"] {
            let found = Command::new(tool).arg("--version").output();
            assert!(found.is_ok(), "{tool} is missing: apt-get install restic jq util-linux");
        }
        let host = Self { dir: tempfile::tempdir().unwrap() };
        for folder in [
            "etc/restic",
            "state/status",
            "state/locks",
            "state/restic",
            "state/scratch",
            "bin",
            "lib/bin",
            "data",
            "metrics",
        ] {
            fs::create_dir_all(host.path(folder)).unwrap();
        }
        let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/puppet/library/files");
        for file in [
            "dr-freshness",
            "restic/dr-restic-backup",
            "restic/dr-restic-copy",
            "restic/dr-restic-drill",
            "restic/dr-restic-restore",
        ] {
            host.install(&library.join(file), "bin");
        }
        for file in ["dr-lib.sh", "restic/dr-restic-lib.sh"] {
            host.install(&library.join(file), "lib");
        }
        host.write(
            "etc/plan.env",
            &format!("DR_PLAN='shop'\nDR_SITE='lon'\nDR_METRICS_DIR='{}'\n", host.path("metrics").display()),
        );
        host.configure(JOB, "repository", &["DR_LOCK='files'"]);
        host.write("data/first", "one");
        host
    }

    /// Writes the settings of a job, as the library's templates do.
    pub(super) fn configure(&self, job: &str, repository: &str, extra: &[&str]) {
        let settings = format!(
            "DR_REPOSITORY='{}'\nDR_TAG='{JOB}'\nDR_FORGET_ARGS='--keep-last 1'\nDR_VERIFICATION='full'\nDR_MIN_FILES=1\nDR_DRILL_DIR='{}'\nDR_SUBJECT=''\n{}\n",
            self.path(repository).display(),
            self.path("state/scratch").display(),
            extra.join("\n"),
        );
        self.write(&format!("etc/restic/{job}.env"), &settings);
        self.write(&format!("etc/restic/{job}.password"), "secret");
        self.write(&format!("etc/restic/{job}.source-password"), "secret");
        self.paths(job, &[self.path("data")]);
        for file in ["exclude", "pre", "post", "credentials"] {
            self.write(&format!("etc/restic/{job}.{file}"), "");
        }
    }

    pub(super) fn paths(&self, job: &str, paths: &[PathBuf]) {
        let lines: String = paths.iter().map(|path| format!("{}\n", path.display())).collect();
        self.write(&format!("etc/restic/{job}.paths"), &lines);
    }

    /// The command before (`pre`) or after (`post`) the backup.
    pub(super) fn hook(&self, which: &str, shell: &str) {
        self.write(&format!("etc/restic/{JOB}.{which}"), &format!("/bin/sh\n-c\n{shell}\n"));
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(super) fn backup(&self) -> Output {
        self.run(&["dr-restic-backup", JOB])
    }

    pub(super) fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Starts a script in a process group of its own, as systemd does, so that it can be killed with its children.
    pub(super) fn spawn(&self, words: &[&str]) -> Child {
        use std::os::unix::process::CommandExt;
        self.command(words).process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// A command of the host: one of its scripts, or any other program, in its environment.
    pub(super) fn command(&self, words: &[&str]) -> Command {
        let own = self.path("bin").join(words[0]);
        let mut command = if own.exists() { Command::new(own) } else { Command::new(words[0]) };
        command
            .args(&words[1..])
            .env("DR_CONFIG_DIR", self.path("etc"))
            .env("DR_STATE_DIR", self.path("state"))
            .env("DR_LIB_DIR", self.path("lib"))
            .env("DR_LOCK_WAIT_SEC", "1")
            .env("RESTIC_CACHE_DIR", self.path("cache"))
            .env("RESTIC_REPOSITORY", self.path("repository"))
            .env("RESTIC_PASSWORD_FILE", self.path("etc/restic/files.password"));
        command
    }

    pub(super) fn status(&self, job: &str) -> Value {
        serde_json::from_str(&self.read(&format!("state/status/{job}.json"))).unwrap()
    }

    /// Ids of the snapshots that count as copies of the job, oldest first.
    pub(super) fn snapshots(&self) -> Vec<String> {
        let output = self.run(&["restic", "snapshots", "--json", "--no-lock", "--tag", JOB]);
        let list: Value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        list.as_array().into_iter().flatten().map(|one| one["id"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Exit code of the freshness check with an objective that no test can miss.
    pub(super) fn freshness(&self) -> Option<i32> {
        self.run(&["dr-freshness", JOB, "--max-age", "100000"]).status.code()
    }

    fn install(&self, file: &Path, folder: &str) {
        let target = self.path(folder).join(file.file_name().unwrap());
        fs::copy(file, &target).unwrap();
        fs::set_permissions(&target, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

pub(super) fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
