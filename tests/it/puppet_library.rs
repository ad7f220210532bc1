//! The fixed Puppet library, held against the real tools: a hand-made control repository is assembled around it and
//! goes through the check script that every generated repository carries. It does not test what is generated.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const PACKAGES: &str =
    "puppet-agent puppet-lint ruby-rspec-puppet puppet-strings shellcheck systemd haproxy jq openssh-client";

#[test]
fn the_sample_repository_passes_every_check() {
    let repository = Repository::assemble();
    let output = repository.check();
    assert!(output.status.success(), "ci/check.sh failed; it needs: apt-get install {PACKAGES}\n{}", text(&output));
    for step in ["manifests", "templates", "lint", "yaml", "scripts", "catalogs", "units", "specs", "docs"] {
        assert!(text(&output).contains(&format!("ok   {step} ")), "no step {step} in\n{}", text(&output));
    }
    assert!(!repository.path("data/secrets.yaml").exists(), "the checks left secrets behind");
}

#[test]
fn the_checks_refuse_what_puppet_would_take() {
    // Each of them passes the parser and the linter.
    let faults: [(&str, &str, &str, &str); 6] = [
        ("data/common.yaml", "Sun *-*-* 04:00:00 Europe/London", "Sun *-*-* 04:00:00 Europe/Lodnon", "units"),
        (
            "data/common.yaml",
            "profile::identity::home:",
            "profile::identity::homes: /x\nprofile::identity::home:",
            "catalogs",
        ),
        ("data/common.yaml", "last: 52", "lasts: 52", "catalogs"),
        ("site-modules/dr/manifests/restic.pp", "'list'", "'lost'", "catalogs"),
        ("site-modules/dr/manifests/restic.pp", "# @param ssh_private_keys\n", "# @param other\n", "docs"),
        (
            "site-modules/profile/manifests/balancer.pp",
            "    check   => 'role',",
            "    check   => 'role',\n    before  => Class['dr::haproxy'],\n    require => Service['haproxy'],",
            "catalogs",
        ),
    ];
    let repository = Repository::assemble();
    for (file, old, new, step) in faults {
        let path = repository.path(file);
        let sound = fs::read_to_string(&path).unwrap();
        assert!(sound.contains(old), "{file} has no {old}");
        fs::write(&path, sound.replacen(old, new, 1)).unwrap();
        let output = repository.check_only(step);
        assert_eq!(output.status.code(), Some(1), "{file} with {new:?} passed\n{}", text(&output));
        assert!(text(&output).contains(&format!("FAIL {step} ")), "{new:?}:\n{}", text(&output));
        fs::write(&path, sound).unwrap();
    }
}

#[test]
fn every_script_explains_itself_and_refuses_to_run_unconfigured() {
    let library = root().join("templates/puppet/library/files");
    let empty = tempfile::tempdir().unwrap();
    let mut seen = 0;
    for folder in ["", "restic", "borg", "rclone", "command", "postgresql", "service"] {
        for entry in fs::read_dir(library.join(folder)).unwrap() {
            let script = entry.unwrap().path();
            let name = script.file_name().unwrap().to_string_lossy().into_owned();
            if script.is_dir() || name.ends_with("-lib.sh") || name == "ssh" {
                continue;
            }
            seen += 1;
            let source = fs::read_to_string(&script).unwrap();
            assert!(
                source.contains("set -eu -o pipefail") || source.contains("dr-lib.sh") || name == "dr-pg-role",
                "{name} goes on after an error"
            );
            let lib = libraries();
            let run = |arguments: &[&str]| {
                Command::new("bash")
                    .arg(&script)
                    .args(arguments)
                    .env("DR_LIB_DIR", lib.path())
                    .env("DR_CONFIG_DIR", empty.path())
                    .env("DR_STATE_DIR", empty.path())
                    .output()
                    .unwrap()
            };
            let bare = run(&["shop", "x", "y", "z"]);
            assert!(!bare.status.success(), "{name} ran on a host that has no plan");
            fs::write(lib.path().join("plan.env"), "DR_PLAN=p\nDR_SITE=s\n").unwrap();
            let help = Command::new("bash")
                .arg(&script)
                .arg("--help")
                .env("DR_LIB_DIR", lib.path())
                .env("DR_CONFIG_DIR", lib.path())
                .env("DR_STATE_DIR", empty.path())
                .output()
                .unwrap();
            assert!(help.status.success(), "{name} --help: {}", text(&help));
            assert!(text(&help).starts_with(&format!("Usage: {name}")), "{name} --help: {}", text(&help));
        }
    }
    assert!(seen >= 20, "only {seen} scripts");
}

/// A control repository in a temporary folder, put together as `generate puppet` does it.
struct Repository {
    dir: tempfile::TempDir,
}

impl Repository {
    fn assemble() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let templates = root().join("templates/puppet");
        copy(&root().join("tests/puppet-library"), dir.path());
        copy(&templates.join("control"), dir.path());
        copy(&templates.join("library"), &dir.path().join("site-modules/dr"));
        copy(&templates.join("ci"), &dir.path().join("ci"));
        Self { dir }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join(file)
    }

    fn check(&self) -> Output {
        Command::new("bash").arg(self.path("ci/check.sh")).output().unwrap()
    }

    /// As `check`, up to the named step and no further, because each costs seconds.
    fn check_only(&self, step: &str) -> Output {
        let needed: &[&str] = if step == "units" { &["catalogs", "units"] } else { &[step] };
        Command::new("bash").arg(self.path("ci/check.sh")).env("DR_CHECK_STEPS", needed.join(" ")).output().unwrap()
    }
}

/// The shared shell libraries side by side, as they are on a host.
fn libraries() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in [
        "dr-lib.sh",
        "dr-backup-lib.sh",
        "dr-keep-lib.sh",
        "dr-restore-lib.sh",
        "borg/dr-borg-lib.sh",
        "rclone/dr-rclone-lib.sh",
        "restic/dr-restic-lib.sh",
        "postgresql/dr-pg-lib.sh",
    ] {
        let source = root().join("templates/puppet/library/files").join(file);
        fs::copy(&source, dir.path().join(source.file_name().unwrap())).unwrap();
    }
    dir
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().replace("dot-", ".");
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(name));
        } else {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
