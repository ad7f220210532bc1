//! A host with a job `files` of a tool, or of a declared command.

use std::fs;

use serde_json::Value;

use crate::host::Host;

/// Borg with the least work for its keys, as its own tests have it: it derives one from a password at each start.
const BORG: &str = "#!/usr/bin/python3
import sys
import borg.constants
borg.constants.PBKDF2_ITERATIONS = 1
from borg.archiver import main
sys.argv[0] = 'borg'
sys.exit(main())
";

impl Host {
    /// A host with the scripts of all tools that keep points.
    pub(super) fn with_stores() -> Self {
        let mut host = Self::in_memory(&["borg", "rclone", "restic", "jq", "flock", "getfacl"]);
        for folder in ["data", "etc/command", "state/scratch"] {
            fs::create_dir_all(host.path(folder)).unwrap();
        }
        for folder in ["", "borg", "rclone", "restic", "command"] {
            host.install_folder(folder);
        }
        host.program("tools/borg", BORG);
        host.set("DR_LOCK_WAIT_SEC", "5");
        host.set("BORG_BASE_DIR", host.path("cache"));
        // Whether Borg's code is sound is for its own tests.
        host.set("BORG_SELFTEST", "disabled");
        host.set("RESTIC_CACHE_DIR", host.path("cache"));
        host.set("RCLONE_LOW_LEVEL_RETRIES", "1");
        host.set("RCLONE_RETRIES", "1");
        host.write("data/first", "one");
        host
    }

    /// A host whose job `files` backs up `data` by this tool, keeps one point and is told more settings.
    pub(super) fn of(tool: &str, repository: &str, verification: &str, settings: &[&str]) -> Self {
        let host = Self::with_stores();
        fs::create_dir_all(host.path(&format!("etc/{tool}"))).unwrap();
        fs::create_dir_all(host.path(&format!("state/{tool}"))).unwrap();
        let lines = [
            format!("DR_REPOSITORY='{}'", repository.replace("HOST", host.word("").trim_end_matches('/'))),
            format!("DR_DRILL_DIR='{}'", host.word("state/scratch")),
            format!("DR_VERIFICATION='{verification}'"),
            "DR_FORGET_ARGS='--keep-last 1'\nDR_MIN_FILES=1\nDR_SUBJECT=''\nDR_LOCK='files'".to_owned(),
            settings.join("\n"),
        ];
        host.write(&format!("etc/{tool}/files.env"), &(lines.join("\n") + "\n"));
        host.write(&format!("etc/{tool}/files.password"), "secret");
        host.write(&format!("etc/{tool}/files.paths"), &format!("{}\n", host.word("data")));
        for file in ["exclude", "pre", "post"] {
            host.write(&format!("etc/{tool}/files.{file}"), "");
        }
        host.write(
            &format!("etc/{tool}/files.credentials"),
            "AWS_ACCESS_KEY_ID='key'\nAWS_SECRET_ACCESS_KEY='secret'\n",
        );
        host
    }

    /// The host is lost: the new one has its name and its settings, nothing of its state, and what a package brings.
    pub(super) fn install_anew(&self, tool: &str) {
        fs::remove_dir_all(self.path("state")).unwrap();
        for folder in ["status", "locks", "scratch", tool] {
            fs::create_dir_all(self.path(&format!("state/{folder}"))).unwrap();
        }
        self.write("data/first", "empty");
    }

    /// Names of the points that can be restored, oldest first.
    pub(super) fn points(&self, tool: &str) -> Vec<String> {
        let output = self.run(&[&format!("dr-{tool}-list"), "files", "--json"]);
        let list: Value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        list.as_array().into_iter().flatten().map(|one| one["id"].as_str().unwrap_or_default().to_owned()).collect()
    }
}
