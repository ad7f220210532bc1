//! A host with a restic job and a repository for it.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::host::Host;

const JOB: &str = "files";

impl Host {
    /// A host with a job `files` that backs up `data`, keeps one snapshot and verifies all data.
    pub(super) fn with_restic() -> Self {
        let mut host = Self::new(&["restic", "jq", "flock"]);
        for folder in ["etc/restic", "state/restic", "state/scratch", "data"] {
            fs::create_dir_all(host.path(folder)).unwrap();
        }
        for file in ["backup", "copy", "drill", "restore"] {
            host.install_library(&format!("restic/dr-restic-{file}"));
        }
        for file in ["dr-freshness", "dr-backup-lib.sh", "dr-restore-lib.sh", "restic/dr-restic-lib.sh"] {
            host.install_library(file);
        }
        host.set("RESTIC_CACHE_DIR", host.path("cache"));
        host.set("RESTIC_REPOSITORY", host.path("repository"));
        host.set("RESTIC_PASSWORD_FILE", host.path("etc/restic/files.password"));
        host.configure(JOB, "repository", &["DR_LOCK='files'"]);
        host.repository("first", "repository");
        host.write("data/first", "one");
        host
    }

    /// An empty repository, `first` or `second` of the folder `restic_repository`. restic made them, with the password `secret`;
    /// then their keys were wrapped anew with the least work that scrypt knows, where restic spends half a second on each call.
    pub(super) fn repository(&self, which: &str, folder: &str) {
        let made = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/job_faults/restic_repository").join(which);
        let copied = Command::new("cp").arg("-r").arg(made).arg(self.path(folder)).status().unwrap();
        assert!(copied.success(), "no repository");
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

    pub(super) fn backup(&self) -> Output {
        self.run(&["dr-restic-backup", JOB])
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
}
