//! `drplan observe` as it is run: samples of real output, merging, what it refuses, and that nothing is written then.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use drplan::diag::{SourceFile, SourceMap};
use drplan::observed::adapters::{ADAPTERS, Input};
use drplan::observed::{Address, Field, Instant, Names, Observed, read};
use drplan::text::Limits;

const AS_OF: &str = "2026-11-20T22:40:00Z";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sample(name: &str) -> String {
    root().join("tests/observe/samples").join(name).to_str().unwrap().to_owned()
}

/// Runs it with the spec of the samples: standard output, standard error, exit code.
pub(crate) fn observe(arguments: &[&str]) -> (String, String, i32) {
    with_input(arguments, "")
}

fn with_input(arguments: &[&str], input: &str) -> (String, String, i32) {
    let spec = root().join("tests/observe/drplan.yaml");
    let mut child = Command::new(env!("CARGO_BIN_EXE_drplan"))
        .args(["observe", "--spec", spec.to_str().unwrap(), "--as-of", AS_OF])
        .args(arguments)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // It may be refused before it is read.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

/// What was observed, for tests to ask.
pub(crate) struct State(pub(crate) Observed);

impl State {
    /// A value as it is written; fails where there is none.
    pub(crate) fn value(&self, address: &str, field: &str) -> String {
        let address = Address::parse(address).unwrap();
        let field = Field::of(address.kind(), field).unwrap();
        let thing =
            self.0.get(&address).unwrap_or_else(|| panic!("nothing of {address} in {:#?}", self.0.things.keys()));
        thing.get(field).unwrap_or_else(|| panic!("{address} has no {} in {thing:#?}", field.key())).to_string()
    }

    /// The addresses that begin so.
    pub(crate) fn addresses(&self, start: &str) -> Vec<String> {
        self.0.things.keys().map(Address::to_string).filter(|address| address.starts_with(start)).collect()
    }
}

/// What it prints, read back.
pub(crate) fn observed(arguments: &[&str]) -> State {
    let (text, complaint, code) = observe(arguments);
    assert_eq!(code, 0, "{complaint}");
    parse(&text)
}

fn parse(text: &str) -> State {
    let mut sources = SourceMap::default();
    let file = sources.add(SourceFile::new("observed.yaml", text));
    let (observed, diagnostics) = read(&sources, file, Limits::default());
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    State(observed)
}

/// Every sample with the adapter that reads it.
pub(crate) const SAMPLES: &[(&str, &str)] = &[
    ("borg-info", "borg-info.json"),
    ("borg-list", "borg-list.json"),
    ("dr-status", "dr-status/bk1-orders-backup.json"),
    ("dr-status", "dr-status/pg1-orders-wal.json"),
    ("dr-status", "dr-status/pg2-orders-wal.json"),
    ("haproxy-stat@orders", "haproxy-show-stat.csv"),
    ("haproxy-stat@orders", "haproxy-show-stat.json"),
    ("pgbackrest-info", "pgbackrest-info.json"),
    ("postgresql-archiver", "pg_stat_archiver.json"),
    ("postgresql-replication", "pg_stat_replication.json"),
    ("puppet-report", "last_run_report.noop-drift.yaml"),
    ("puppet-resource@pg1", "puppet-resource.yaml"),
    ("puppetdb", "puppetdb/nodes.json"),
    ("puppetdb", "puppetdb/facts.json"),
    ("puppetdb", "puppetdb/events.json"),
    ("puppetdb", "puppetdb/resources-restic-job.json"),
    ("puppetdb", "puppetdb/resources-service.json"),
    ("rabbitmq-cluster", "rabbitmq-cluster_status.json"),
    ("restic-snapshots", "restic-snapshots.json"),
    ("restic-stats@files-uploads-often", "restic-stats.json"),
    ("systemd-timers@pg1", "systemctl-list-timers.json"),
    ("terraform-show", "terraform-show.json"),
];

#[test]
fn samples_of_every_tool_come_to_what_is_checked_in() {
    let arguments: Vec<String> = SAMPLES.iter().map(|(adapter, file)| format!("{adapter}={}", sample(file))).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (text, told, code) = observe(&arguments);
    assert_eq!(code, 0, "{told}");
    for (name, text) in [("observed.yaml", &text), ("told.txt", &told)] {
        let path = root().join("tests/observe/expected").join(name);
        if std::env::var_os("DRPLAN_BLESS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(found == **text, "{} is out of date: run the tests with DRPLAN_BLESS=1", path.display());
    }
    // The order of the arguments is of no account.
    let reversed: Vec<&str> = arguments.iter().rev().copied().collect();
    assert_eq!(observe(&reversed).0, text);
}

#[test]
fn truncated_output_is_refused_with_its_place() {
    for (adapter, file) in SAMPLES {
        let whole = fs::read_to_string(sample(file)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let cut = folder.path().join("cut");
        for part in [1, 3, 7] {
            let mut end = whole.len() * part / 8;
            while !whole.is_char_boundary(end) {
                end -= 1;
            }
            // What is cut at the end of a line may be whole in formats of lines.
            fs::write(&cut, whole[..end].trim_end()).unwrap();
            let target = folder.path().join("observed.yaml");
            fs::write(&target, "before").unwrap();
            let argument = format!("{adapter}={}", cut.display());
            let (text, told, code) = observe(&[&argument, "-o", target.to_str().unwrap()]);
            let is_lines = file.ends_with(".yaml");
            assert!(code == 2 || (is_lines && code == 0), "{adapter} of {part}/8: {code} {text}{told}");
            if code == 2 {
                assert!(told.starts_with(&format!("drplan: {}:", cut.display())), "{told}");
                assert_eq!(fs::read_to_string(&target).unwrap(), "before", "{adapter}: written all the same");
            }
        }
    }
}

#[test]
fn every_adapter_refuses_the_output_of_the_others() {
    for adapter in ADAPTERS {
        for (other, file) in SAMPLES {
            let other = other.split('@').next().unwrap();
            let kin = matches!((adapter.name, other), ("borg-info" | "borg-list", "borg-info" | "borg-list"));
            if adapter.name == other || kin {
                continue;
            }
            let text = fs::read_to_string(sample(file)).unwrap();
            let input = Input { text: &text, whose: adapter.whose.is_required().then_some("pg1"), taken: Instant(1) };
            let read = adapter.read(&input, &Names::default());
            let nothing = read.map_or(true, |adapted| adapted.observed.is_empty());
            assert!(nothing, "{} takes {file}", adapter.name);
        }
    }
}

#[test]
fn hostile_names_stay_names() {
    let evil = "\u{1b}[31m\u{202e}; rm -rf /\n'\"${x}: {y}";
    let json = serde_json::to_string(evil).unwrap();
    let outputs = [
        (
            "restic-snapshots",
            format!(r#"[{{"time": "2026-11-20T22:20:54Z", "paths": [{json}], "hostname": {json}, "tags": [{json}]}}]"#),
        ),
        (
            "systemd-timers@pg1",
            format!(r#"[{{"unit": "dr-{}.timer", "next": 1, "last": 1}}]"#, &json[1..json.len() - 1]),
        ),
        ("postgresql-databases", format!(r#"[{{"datname": {json}, "size": 1}}]"#)),
        (
            "rows",
            format!(
                r#"{{"address": {}, "field": "points", "value": 1, "source": {json}}}"#,
                serde_json::to_string(&format!("jobs.{evil}")).unwrap()
            ),
        ),
        (
            "terraform-show",
            format!(
                r#"{{"format_version": "1.0", "values": {{"root_module": {{"resources": [{{"mode": "managed", "type": "x_instance", "name": {json}, "values": {{"hostname": {json}, "region": {json}}}}}]}}}}}}"#
            ),
        ),
    ];
    for (adapter, text) in outputs {
        let (printed, told, code) = with_input(&[adapter], &text);
        assert_eq!(code, 0, "{adapter}: {told}");
        for shown in [&printed, &told] {
            assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{adapter}: {shown:?}");
        }
        let once = parse(&printed);
        assert!(!once.0.is_empty());
        let (again, ..) = with_input(&["observed"], &printed);
        assert_eq!(again, printed, "{adapter}: observed again it is the same");
    }
    let (_, told, code) = with_input(&[&format!("{evil}=x")], "");
    assert_eq!(code, 2);
    assert!(!told.contains(['\u{1b}', '\u{202e}']), "{told:?}");
}

#[test]
fn numbers_beyond_all_bounds_are_refused() {
    let timer = |last: &str| format!(r#"[{{"unit": "dr-files-uploads-often.timer", "next": null, "last": {last}}}]"#);
    for last in ["18446744073709551615", "-1", "1e30", "\"soon\"", "{}"] {
        let (_, told, code) = with_input(&["systemd-timers@pg1"], &timer(last));
        assert_eq!(code, 2, "{last}: {told}");
    }
    let document = |time: &str| format!(r#"{{"job": "x", "ok": true, "finished_at": {time}}}"#);
    for time in ["-5", "1e300", "\"now\"", "9999999999999"] {
        assert_eq!(with_input(&["dr-status"], &document(time)).2, 2, "{time}");
    }
    let backup = |stop: &str| {
        format!(
            r#"[{{"name": "orders", "status": {{"code": 0, "message": ""}}, "backup": [{{"type": "full", "label": "a", "timestamp": {{"start": 1, "stop": {stop}}}}}]}}]"#
        )
    };
    for stop in ["-1", "9223372036854775807", "1.5", "253402200000"] {
        assert_eq!(with_input(&["pgbackrest-info"], &backup(stop)).2, 2, "{stop}");
    }
    let row = |field: &str, value: &str| {
        format!(r#"{{"address": "components.files.data.uploads.copies.often", "field": "{field}", "value": {value}}}"#)
    };
    for (field, value) in [
        ("size", "18446744073709551615"),
        ("takes", "999999999999"),
        ("newest", "\"-000001-01-01T00:00:00Z\""),
        ("newest", "1e14"),
        ("points", "-1"),
    ] {
        let (_, told, code) = with_input(&["rows"], &row(field, value));
        assert_eq!(code, 2, "{field} {value}: {told}");
    }
    let old = row("points", "1").replace("}", r#", "at": "-000001-01-01T00:00:00Z"}"#);
    assert_eq!(with_input(&["rows"], &old).2, 2);
}

#[test]
fn contradictions_are_told_and_a_file_can_be_added_to() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("observed.yaml");
    let target = target.to_str().unwrap();
    let row = |value: &str, at: &str, source: &str| {
        format!(
            r#"{{"address": "components.orders.instances.pg1", "field": "role", "value": "{value}", "at": "{at}", "source": "{source}"}}"#
        )
    };
    let (_, told, code) = with_input(&["rows", "-o", target], &row("primary", "2026-11-20T22:00:00Z", "a"));
    assert_eq!((told.as_str(), code), ("", 0));
    let add = format!("observed={target}");
    let (_, told, code) = with_input(&["rows", &add, "-o", target], &row("standby", "2026-11-20T23:00:00Z", "b"));
    let expected = "contradiction: components.orders.instances.pg1.role: kept `standby` from b at 2026-11-20T23:00:00Z, \
                    not `primary` from a at 2026-11-20T22:00:00Z\n";
    assert_eq!((told.as_str(), code), (expected, 0));
    assert_eq!(parse(&fs::read_to_string(target).unwrap()).value("components.orders.instances.pg1", "role"), "standby");
    let leftovers = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(leftovers, 1, "nothing but the file");
    let beside = folder.path().join("beside");
    fs::write(&beside, "").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions();
    assert_eq!(mode(Path::new(target)), mode(&beside), "read by whom the user lets read files");
}

#[test]
fn wrong_usage_has_a_way_out() {
    let cases: [(&[&str], &str); 8] = [
        (&[], "there is nothing to observe"),
        (&["restic-snapshot=x"], "did you mean `restic-snapshots`?"),
        (&["systemd-timers=x"], "write `systemd-timers@HOST=FILE`"),
        (&["restic-stats=x"], "write `restic-stats@COPY=FILE`"),
        (&["restic-snapshots="], "is incomplete"),
        (&["restic-snapshots=/does/not/exist"], "there is no such file"),
        (&["rows", "observed"], "standard input can only be read once"),
        (&["rabbitmq-cluster@qeue=-"], "did you mean `queue`?"),
    ];
    for (arguments, message) in cases {
        let (printed, told, code) = with_input(arguments, r#"{"running_nodes": []}"#);
        assert_eq!((printed.as_str(), code), ("", 2), "{arguments:?}");
        assert!(told.contains(message), "{arguments:?}: {told}");
    }
    let (text, told, code) = with_input(&["observed"], "drplan_observed: 1\nsystem: other\n");
    assert_eq!((text.as_str(), code), ("", 2));
    assert!(told.contains("of the system `other`, the spec of `orders`"), "{told}");
    let (text, told, code) = with_input(&["observed"], "drplan_observed: 1\ncomponent: {}\n");
    assert_eq!((text.as_str(), code), ("", 2));
    assert!(told.starts_with("drplan: <stdin>:2:1: unknown key `component`"), "{told}");
}

#[test]
fn the_documentation_has_every_adapter() {
    let page = fs::read_to_string(root().join("docs/observe.md")).unwrap();
    let list = observe(&["--list"]).0;
    assert_eq!(list.lines().count(), ADAPTERS.len());
    for adapter in ADAPTERS {
        let form = format!("`{}{}`", adapter.name, adapter.whose.placeholder());
        assert!(page.contains(&form), "docs/observe.md lacks {form}");
        assert!(list.contains(&form[1..form.len() - 1]), "{list}");
    }
    assert!(Path::new(&root().join("schemas/observed.schema.json")).is_file());
}
