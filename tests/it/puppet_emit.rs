//! Generated control repositories, held against the real tools: the check script that they carry runs on each of them.

use std::fs;
use std::path::Path;
use std::process::Command;

use drplan::desired::Desired;
use drplan::diag::{SourceFile, SourceMap};
use drplan::emit::fileset::FileSet;
use drplan::emit::puppet::{Origin, Repository, repository};
use drplan::model::{Model, resolve};
use drplan::spec::Spec;
use drplan::tech::{Catalogue, built_in};
use drplan::text::Limits;

pub(crate) fn model(text: &str, catalogue: &Catalogue) -> Model {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("drplan.yaml", text));
    let (spec, diagnostics) = Spec::read(&sources, Limits::default());
    assert!(!diagnostics.has_errors(), "{diagnostics:#?}");
    let (model, diagnostics) = resolve(&spec, catalogue);
    assert!(!diagnostics.has_errors(), "{diagnostics:#?}");
    model
}

pub(crate) fn example(name: &str) -> String {
    fs::read_to_string(format!("{}/examples/{name}/drplan.yaml", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

pub(crate) fn generate(text: &str) -> Repository {
    let (catalogue, diagnostics) = built_in();
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    let model = model(text, &catalogue);
    let origin = Origin { version: "0.1.0".to_owned(), digest: "test".to_owned() };
    repository(&model, &Desired::of(&model), &catalogue, &origin).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn write(files: &FileSet, folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    for (path, file) in files.iter() {
        let target = folder.join(path.as_str());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(&target, &file.contents).unwrap();
        let mode = if file.executable { 0o755 } else { 0o644 };
        fs::set_permissions(&target, fs::Permissions::from_mode(mode)).unwrap();
    }
}

/// Stage A: parser, lint, strict compile of every node, units, documentation.
pub(crate) fn check(files: &FileSet, steps: &str) {
    let folder = tempfile::tempdir().unwrap();
    write(files, folder.path());
    if let Ok(keep) = std::env::var("DRPLAN_KEEP") {
        let _ = fs::remove_dir_all(&keep);
        write(files, Path::new(&keep));
    }
    let out = Command::new("bash").arg("ci/check.sh").env("DR_CHECK_STEPS", steps).current_dir(folder.path()).output();
    let out = out.unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{text}");
}

/// What concerns generated code; the library has tests of its own.
const GENERATED: &str = "manifests lint yaml catalogs units docs";

#[test]
fn the_identity_server_passes_every_check() {
    let text =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/wso2-identity-server/drplan.yaml")).unwrap();
    let repository = generate(&text);
    assert_eq!(repository.gaps, []);
    check(&repository.files, GENERATED);
}

/// Every technology of hosts in one plan, with the copies that each can have.
pub(crate) const EVERYTHING: &str = include_str!("../emit/everything.yaml");

#[test]
fn every_technology_passes_every_check() {
    let repository = generate(EVERYTHING);
    assert_eq!(repository.gaps, []);
    check(&repository.files, "manifests lint yaml scripts catalogs units docs");
}

#[test]
fn the_same_spec_gives_the_same_bytes() {
    assert_eq!(generate(EVERYTHING).files, generate(EVERYTHING).files);
}

#[test]
fn what_cannot_be_generated_is_told_and_the_rest_is() {
    let spec = r#"
drplan: 1
system: {name: parts}
locations: {here: {kind: site}, there: {kind: site}}
stores: {vault: {at: there, technology: restic, certname: vault.example.com}}
components:
  whole:
    technology: files
    instances: {f1: {at: here, certname: f1.example.com}}
    data: {main: {size: 1 GiB, paths: [/srv/a], copies: {daily: {schedule: "@daily", takes: 1h, to: vault}}}}
  no-home:
    technology: wso2-identity-server
    instances: {i1: {at: here, certname: i1.example.com}}
  bad-host:
    technology: files
    instances: {f2: {at: here, certname: "../../etc/F2"}}
  no-repository:
    technology: postgresql
    instances: {p1: {at: here, certname: p1.example.com}}
"#;
    let repository = generate(spec);
    let gaps: Vec<&str> = repository.gaps.iter().map(|gap| gap.address.as_str()).collect();
    assert_eq!(gaps, ["components.no-home", "components.bad-host", "components.no-repository"]);
    let paths: Vec<&str> = repository.files.iter().map(|(path, _)| path.as_str()).collect();
    let nodes: Vec<&&str> = paths.iter().filter(|path| path.starts_with("data/nodes/")).collect();
    assert_eq!(nodes, [&"data/nodes/f1.example.com.yaml", &"data/nodes/vault.example.com.yaml"]);
    assert!(paths.contains(&"site-modules/profile/manifests/whole.pp"));
}

/// A catalog with the same unit twice would not compile, and nothing of that host could be built again.
#[test]
fn two_components_of_one_unit_on_a_host_are_told() {
    let spec = r#"
drplan: 1
system: {name: two}
locations: {here: {kind: site}}
components:
  cache:
    technology: redis
    instances: {c1: {at: here, certname: h1.example.com}}
  sessions:
    technology: redis
    parameters: {port: "6380"}
    instances: {s1: {at: here, certname: h1.example.com}}
  apart:
    technology: redis
    instances: {a1: {at: here, certname: h2.example.com}}
"#;
    let repository = generate(spec);
    let gaps: Vec<(&str, &str)> =
        repository.gaps.iter().map(|gap| (gap.address.as_str(), gap.reason.split(';').next().unwrap())).collect();
    let reason = "unit `redis-server.service` on host `h1.example.com` is that of `components.cache`";
    assert_eq!(gaps, [("components.sessions", reason)]);
    check(&repository.files, "catalogs");
}

/// A pair with replication: it starts closed from its very first start on, and only what starts the server starts the fence.
#[test]
fn no_run_of_puppet_opens_a_member_of_a_pair() {
    let profile = |spec: &str| {
        let files = generate(spec).files;
        let wanted = files.iter().find(|(path, _)| path.as_str() == "site-modules/profile/manifests/ledger.pp");
        String::from_utf8(wanted.unwrap().1.contents.clone()).unwrap()
    };
    let pair = profile(EVERYTHING);
    let settings = pair
        .split("file { '/etc/mysql/mariadb.conf.d/99-dr-fence.cnf':")
        .nth(1)
        .unwrap()
        .split("\n  }\n")
        .next()
        .unwrap();
    assert!(settings.contains("[mysqld]\\nread_only = ON\\nloose_event_scheduler = OFF\\n"), "{settings}");
    assert!(settings.contains("before  => Package['mariadb-server']"), "{settings}");
    assert_eq!(pair.matches("dr-mysql start --port").count(), 1, "{pair}");
    assert!(pair.contains("\"ExecStart=/usr/local/sbin/dr-mysql start --port ${port}\""), "{pair}");
    let starts = pair.lines().filter(|line| line.contains("-fence.service"));
    assert!(starts.clone().count() == 2 && starts.clone().all(|line| !line.contains("systemctl")), "{pair}");

    // Alone there is nobody who could have taken over.
    let second = ", m2: {at: valencia, role: standby, certname: m2.example.com}}\n    replication: {mode: async}";
    let alone = EVERYTHING.replace(second, "}");
    assert_ne!(alone, EVERYTHING);
    let alone = profile(&alone);
    assert!(!alone.contains("read_only") && !alone.contains("-fence.service"), "{alone}");
    assert!(alone.contains("ensure => absent"), "{alone}");
}
