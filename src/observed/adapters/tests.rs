//! Every adapter on small outputs of its tool, and what all of them have to refuse.

use super::super::{
    Address, ComponentNames, CopyNames, DatasetNames, Field, InstanceNames, Instant, Names, Start, StoreNames,
};
use super::{ADAPTERS, Adapted, Adapter, Input, Refusal};
use crate::calendar::Zone;

const TAKEN: Instant = Instant(1_795_213_900);

/// A database with two members, its base and its log; a queue of two nodes; a document store of three; uploaded files.
fn names() -> Names {
    let component = |name: &str, technology: &str| ComponentNames { name: name.into(), technology: technology.into() };
    let instance = |component: &str, name: &str, host: &str| InstanceNames {
        component: component.into(),
        name: name.into(),
        host: Some(host.into()),
        has_data: true,
    };
    let copy = |component: &str, dataset: &str, name: &str, host: &str, method: &str, start: Start| CopyNames {
        component: component.into(),
        dataset: dataset.into(),
        name: name.into(),
        job: format!("{component}-{dataset}-{name}"),
        host: Some(host.into()),
        store: "vault".into(),
        method: Some(method.into()),
        start,
        gap: 86_400,
        is_of_copy: false,
        is_by_hand: false,
    };
    let dataset = |component: &str, name: &str, database: Option<&str>, paths: &[&str]| DatasetNames {
        component: component.into(),
        name: name.into(),
        database: database.map(str::to_owned),
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
    };
    Names {
        system: "orders".into(),
        timezone: Zone::parse("Europe/Madrid").unwrap(),
        locations: vec!["lon".into(), "fra".into()],
        hosts: ["pg1.lon.example.com", "pg2.fra.example.com", "bk1.fra.example.com"].map(str::to_owned).to_vec(),
        components: vec![
            component("orders", "postgresql"),
            component("queue", "rabbitmq"),
            component("documents", "mongodb"),
            component("uploads", "files"),
        ],
        instances: vec![
            instance("orders", "pg1", "pg1.lon.example.com"),
            instance("orders", "pg2", "pg2.fra.example.com"),
            instance("queue", "rabbit1", "rabbit1"),
            instance("queue", "rabbit3", "rabbit3"),
            instance("documents", "mongo1", "mongo1.example.com"),
            instance("documents", "mongo2", "mongo2.example.com"),
            instance("uploads", "files1", "pg1.lon.example.com"),
        ],
        datasets: vec![
            dataset("orders", "main", Some("shop"), &[]),
            dataset("uploads", "files", None, &["/srv/uploads"]),
        ],
        copies: vec![
            copy("orders", "main", "base", "bk1.fra.example.com", "pgbackrest", Start::Calendar),
            copy("orders", "main", "log", "bk1.fra.example.com", "pgbackrest", Start::Stream),
            copy("uploads", "files", "nightly", "pg1.lon.example.com", "restic", Start::Calendar),
        ],
        stores: vec![StoreNames {
            name: "vault".into(),
            technology: "restic".into(),
            host: Some("bk1.fra.example.com".into()),
            path: Some("/srv/vault".into()),
        }],
    }
}

fn read(adapter: &str, whose: Option<&str>, text: &str) -> Result<Adapted, Refusal> {
    Adapter::named(adapter).unwrap().read(&Input { text, whose, taken: TAKEN }, &names())
}

/// Everything that was seen, a line each.
fn seen(adapter: &str, whose: Option<&str>, text: &str) -> Vec<String> {
    let adapted = read(adapter, whose, text).unwrap_or_else(|refusal| panic!("{refusal:?}"));
    let line = |(address, thing): (&Address, &super::super::Thing)| {
        let fields = thing.fields.iter().map(|(field, seen)| format!("{}={}", field.key(), seen.value));
        format!("{address}: {}", fields.collect::<Vec<_>>().join(", "))
    };
    adapted.observed.things.iter().map(line).collect()
}

fn refusal(adapter: &str, whose: Option<&str>, text: &str) -> String {
    let refusal = read(adapter, whose, text).unwrap_err();
    refusal.place.map_or(refusal.message.clone(), |(line, column)| format!("{line}:{column}: {}", refusal.message))
}

#[test]
fn snapshots_go_to_the_copy_of_their_tag_or_paths() {
    let text = r#"[
        {"time": "2026-11-20T22:20:54.99Z", "paths": ["/srv/uploads"], "hostname": "pg1", "tags": ["uploads-files-nightly"]},
        {"time": "2026-11-21T22:20:54Z", "paths": ["/srv/uploads"], "hostname": "pg1", "tags": null,
         "summary": {"backup_start": "2026-11-21T22:20:54Z", "backup_end": "2026-11-21T22:25:54Z", "data_added": 10, "total_bytes_processed": 1024}},
        {"time": "2026-11-22T22:20:54Z", "paths": ["/srv/uploads"], "hostname": "pg1", "tags": ["uploads-files-nightly.partial"]},
        {"time": "2026-11-19T22:20:54Z", "paths": ["/etc", "/root"], "hostname": "pg9", "tags": []}]"#;
    let expected = [
        "components.uploads.data.files.copies.nightly: size=1 KiB, newest=2026-11-21T22:20:54Z, oldest=2026-11-20T22:20:54Z, \
         points=2, takes=5m 1s, stored=10 B",
        "jobs.restic pg9 /etc,/root: present=true, host=pg9, paths=/etc, /root, method=restic, newest=2026-11-19T22:20:54Z, \
         oldest=2026-11-19T22:20:54Z, points=1",
    ];
    assert_eq!(seen("restic-snapshots", None, text), expected);
    let none = seen("restic-snapshots", Some("uploads-files-nightly"), "[]");
    assert_eq!(none, ["components.uploads.data.files.copies.nightly: newest=never, points=0"]);
    assert_eq!(
        refusal("restic-snapshots", Some("uploads-files-nigthly"), "[]"),
        "the spec has no copy `uploads-files-nigthly`"
    );
}

#[test]
fn sizes_go_where_the_user_says() {
    let copy = Some("components.uploads.data.files.copies.nightly");
    let restored = r#"{"total_size": 102400000, "total_file_count": 2002}"#;
    assert_eq!(seen("restic-stats", copy, restored), ["components.uploads.data.files.copies.nightly: size=100000 KiB"]);
    let stored = r#"{"total_size": 1024, "total_blob_count": 3}"#;
    assert_eq!(seen("restic-stats", Some("vault"), stored), ["stores.vault: used=1 KiB"]);
    assert!(refusal("restic-stats", copy, stored).contains("what is stored"));
}

#[test]
fn a_stanza_is_a_component() {
    let backup = |label: &str, start: i64, stop: i64, error: &str| {
        format!(
            r#"{{"type": "full", "label": "{label}", "timestamp": {{"start": {start}, "stop": {stop}}}, "error": {error},
               "info": {{"size": 2048, "repository": {{"delta": 512}}}}}}"#
        )
    };
    let text = format!(
        r#"[{{"name": "orders", "status": {{"code": 0, "message": "ok"}}, "backup": [{}, {}, {}]}}]"#,
        backup("a", 1_795_213_213, 1_795_213_217, "false"),
        backup("b", 1_795_213_280, 1_795_213_287, "null"),
        backup("c", 1_795_213_380, 1_795_213_387, "true"),
    );
    let expected = [
        "components.orders.data.main.copies.base: size=2 KiB, newest=2026-11-20T22:21:27Z, oldest=2026-11-20T22:20:17Z, \
         points=2, takes=7s, stored=512 B",
    ];
    assert_eq!(seen("pgbackrest-info", None, &text), expected);
    let none = r#"[{"name": "orders", "status": {"code": 2, "message": "no valid backups"}, "backup": []}]"#;
    assert_eq!(
        seen("pgbackrest-info", None, none),
        ["components.orders.data.main.copies.base: newest=never, points=0"]
    );
    let broken = r#"[{"name": "orders", "status": {"code": 99, "message": "other"}, "backup": []}]"#;
    assert!(seen("pgbackrest-info", None, broken).is_empty());
    let foreign = none.replace("orders", "legacy");
    assert_eq!(seen("pgbackrest-info", None, &foreign).len(), 1);
    assert!(seen("pgbackrest-info", None, &foreign)[0].starts_with("jobs.pgbackrest legacy: present=true"));
}

#[test]
fn archives_have_local_times_in_the_zone_of_the_spec() {
    let text = |time: &str| {
        format!(
            r#"{{"archives": [{{"name": "uploads-files-nightly-1", "start": "{time}", "time": "{time}"}}],
               "repository": {{"location": "/mnt/borg"}}}}"#
        )
    };
    let newest = |time: &str| {
        let adapted = read("borg-list", None, &text(time)).unwrap();
        let address = Address::parse("components.uploads.data.files.copies.nightly").unwrap();
        let newest = adapted.observed.get(&address).unwrap().get(Field::Newest).unwrap().to_string();
        (newest, adapted.remarks.len())
    };
    assert_eq!(newest("2026-11-20T22:38:27.000000"), ("2026-11-20T21:38:27Z".into(), 1));
    assert_eq!(newest("2026-07-20T22:38:27.000000"), ("2026-07-20T20:38:27Z".into(), 1));
    assert_eq!(newest("2026-11-20T22:38:27.000000+00:00"), ("2026-11-20T22:38:27Z".into(), 0));
    // Twice on that night: the earlier is the one that promises less.
    assert_eq!(newest("2026-10-25T02:30:00.000000").0, "2026-10-25T00:30:00Z");
    let foreign = text("2026-11-20T22:38:27Z").replace("uploads-files", "other");
    assert!(seen("borg-list", None, &foreign)[0].starts_with("jobs.borg /mnt/borg: present=true"));
}

#[test]
fn replicas_say_who_is_primary() {
    let row = |name: &str, lag: &str, state: &str| {
        format!(
            r#"{{"application_name": "{name}", "client_addr": "10.10.2.12", "client_hostname": null, "state": "{state}",
               "sync_state": "async", "sent_lsn": "0/1F", "replay_lsn": "0/1F", "replay_lag": {lag}, "reply_time": null}}"#
        )
    };
    let text =
        format!("[{}, {}]", row("pg2", "\"00:00:00.0037\"", "streaming"), row("pg_basebackup", "null", "backup"));
    let expected = [
        "components.orders.instances.pg1: role=primary, state=up",
        "components.orders.instances.pg2: present=true, role=standby, state=up, replication=async, lag=1s",
    ];
    assert_eq!(seen("postgresql-replication", None, &text), expected);
    let expected = [
        "components.orders.instances.legacy: present=true, address=10.10.2.12, role=standby, state=up, replication=async, lag=0s",
        "components.orders.instances.pg1: role=primary, state=up",
        "components.orders.instances.pg2: state=down",
    ];
    let text = format!("[{}]", row("legacy", "null", "streaming"));
    assert_eq!(seen("postgresql-replication", Some("pg1"), &text), expected);
    assert_eq!(
        refusal("postgresql-replication", Some("pg9"), "[]"),
        "`pg9` is no instance or machine of the spec, or several"
    );
}

#[test]
fn databases_without_a_dataset_are_told() {
    let text = r#"[{"datname": "shop", "size": 1024}, {"datname": "legacy", "size": 2048}, {"datname": "postgres", "size": 8000000}]"#;
    let expected = [
        "components.orders.data.legacy: present=true, database=legacy, size=2 KiB",
        "components.orders.data.main: present=true, database=shop, size=1 KiB",
    ];
    assert_eq!(seen("postgresql-databases", None, text), expected);
    let archived = r#"{"archived_count": 5, "last_archived_time": "2026-11-20T22:28:27.011381+00:00"}"#;
    assert_eq!(
        seen("postgresql-archiver", None, archived),
        ["components.orders.data.main.copies.log: newest=2026-11-20T22:28:27Z"]
    );
}

#[test]
fn nodes_are_instances() {
    let text = r#"{"running_nodes": ["rabbit@rabbit1"], "disk_nodes": ["rabbit@rabbit1", "rabbit@rabbit2"], "partitions": {}}"#;
    let expected = [
        "components.queue.instances.rabbit1: present=true, state=up",
        "components.queue.instances.rabbit3: present=false",
        "components.queue.instances.rabbit@rabbit2: present=true, state=down",
    ];
    assert_eq!(seen("rabbitmq-cluster", None, text), expected);
    assert!(refusal("rabbitmq-cluster", None, "[{nodes,[{disc,[rabbit@a]}]}]").contains("Erlang terms"));
}

#[test]
fn members_of_a_replica_set_lag_behind_the_primary() {
    let member = |name: &str, state: &str, date: &str| {
        format!(r#"{{"name": "{name}", "health": 1, "stateStr": "{state}", "optimeDate": {date}}}"#)
    };
    let text = format!(
        r#"{{"set": "documents", "date": {{"$date": "2026-11-20T22:30:00Z"}}, "members": [{}, {}, {}]}}"#,
        member("mongo1.example.com:27017", "SECONDARY", r#"{"$date": "2026-11-20T22:29:50.000Z"}"#),
        member("mongo2.example.com:27017", "PRIMARY", r#"{"$date": {"$numberLong": "1795213795000"}}"#),
        member("arbiter:27017", "ARBITER", "null"),
    );
    let expected = [
        "components.documents.instances.arbiter: present=true, role=witness, state=up",
        "components.documents.instances.mongo1: present=true, role=standby, state=up, lag=5s",
        "components.documents.instances.mongo2: present=true, role=primary, state=up",
    ];
    assert_eq!(seen("mongodb-status", None, &text), expected);
    assert!(refusal("mongodb-status", None, r#"{"date": ISODate("2026-11-20")}"#).contains("for people"));
}

#[test]
fn servers_of_a_backend_are_instances() {
    let text = "# pxname,svname,status,addr,\norders,FRONTEND,OPEN,,\norders,pg1,UP,10.10.1.11:5432,\norders,pg2,DOWN,,\n\
                orders,pg3,MAINT,\"10.0.0.3:1\",\norders,pg4,no check,,\norders,BACKEND,UP,,\nweb,x,UP,,\n";
    let expected = [
        "components.orders: state=up",
        "components.orders.instances.pg1: state=up",
        "components.orders.instances.pg2: state=down",
        "components.orders.instances.pg3: present=true, address=10.0.0.3:1, state=down",
    ];
    assert_eq!(seen("haproxy-stat", None, text), expected);
    assert_eq!(
        refusal("haproxy-stat", None, &text[..60]),
        "3:1: the line has 2 columns of 5: the output ends in the middle"
    );
    assert!(refusal("haproxy-stat", None, "Unknown command\n").starts_with("1:1: the first line"));
}

#[test]
fn timers_of_jobs_and_of_others() {
    let timer = |unit: &str, next: &str, last: u64| {
        format!(r#"{{"unit": "{unit}", "next": {next}, "last": {last}, "activates": "x"}}"#)
    };
    let text = format!(
        "[{}, {}, {}, {}, {}]",
        timer("dr-uploads-files-nightly.timer", "1795300000000000", 1_795_213_770_620_160),
        timer("dr-freshness-uploads-files-nightly.timer", "1795300000000000", 0),
        timer("dr-orders-drill.timer", "1795300000000000", 0),
        timer("restic-etc.timer", "null", 0),
        timer("dpkg-db-backup.timer", "1795300000000000", 0),
    );
    let expected = [
        "components.uploads.data.files.copies.nightly: present=true, host=pg1.lon.example.com, job=uploads-files-nightly, \
         enabled=true, last_fired=2026-11-20T22:29:30Z",
        "jobs.restic-etc on pg1.lon.example.com: present=true, host=pg1.lon.example.com, enabled=false, last_fired=never",
    ];
    assert_eq!(seen("systemd-timers", Some("pg1"), &text), expected);
    assert_eq!(
        seen("systemd-timers", Some("pg1"), "[]"),
        ["components.uploads.data.files.copies.nightly: present=false"]
    );
    assert!(refusal("systemd-timers", Some("pg1"), "NEXT  LEFT\n").contains("for people"));
}

#[test]
fn resources_of_a_machine() {
    let text = "---\nservice:\n  dr-uploads-files-nightly.timer:\n    ensure: running\n    enable: 'true'\n    provider: systemd\n---\n\
                file:\n  \"/etc/pgbackrest.conf\":\n    ensure: file\n    content: \"{sha256}7e9d\"\n  \"/etc/gone\":\n    ensure: absent\n";
    let expected = [
        "components.uploads.data.files.copies.nightly: present=true, host=pg1.lon.example.com, job=uploads-files-nightly, enabled=true",
        "hosts.pg1.lon.example.com.files./etc/gone: present=false",
        "hosts.pg1.lon.example.com.files./etc/pgbackrest.conf: present=true, digest=sha256:7e9d",
    ];
    assert_eq!(seen("puppet-resource", Some("pg1"), text), expected);
    assert!(refusal("puppet-resource", Some("pg1"), "---\na: 1\n---\nb: [1\n").starts_with("4:4: "));
    let digests = format!("{}  /etc/a\n\\{} */etc/b\\nc\n", "a".repeat(64), "0".repeat(64));
    assert_eq!(seen("sha256sum", Some("pg1"), &digests).len(), 2);
    assert_eq!(refusal("sha256sum", Some("pg1"), "nonsense\n"), "1:1: the line is no digest and path");
}

#[test]
fn a_report_says_what_is_left_to_do() {
    let text = |status: &str, noop: &str, changed: &str| {
        format!(
            "--- !ruby/object:Puppet::Transaction::Report\nhost: pg1.lon.example.com\ntime: '2026-11-20T22:30:25.94+00:00'\n\
             report_format: 12\nstatus: {status}\nnoop_pending: {noop}\nresource_statuses:\n  File[/a]:\n    out_of_sync: true\n    \
             changed: {changed}\n    failed: false\n    tags: &1\n    - a\n  File[/b]:\n    out_of_sync: false\n    tags: *1\n"
        )
    };
    let line = |converged: &str, left: &str| {
        format!(
            "hosts.pg1.lon.example.com: present=true, last_report=2026-11-20T22:30:25Z, converged={converged}, out_of_sync={left}"
        )
    };
    assert_eq!(seen("puppet-report", None, &text("unchanged", "true", "false")), [line("false", "File[/a]")]);
    assert_eq!(seen("puppet-report", None, &text("changed", "false", "true")), [line("true", "")]);
    let old = "--- !ruby/object:Puppet::Transaction::Report\nhost: a\ntime: '2026-11-20T22:30:25Z'\nreport_format: 3\n";
    assert!(refusal("puppet-report", None, old).contains("format 3"));
    assert!(refusal("puppet-report", None, "--- !ruby/object:Evil\na: 1\n").contains("no report"));
}

#[test]
fn answers_of_puppetdb_are_told_apart() {
    let nodes = r#"[{"certname": "pg1.lon.example.com", "deactivated": null, "expired": null, "report_timestamp": "2026-11-20T22:35:36.769Z",
                     "latest_report_status": "unchanged", "latest_report_noop_pending": true, "latest_report_corrective_change": null},
                    {"certname": "old", "deactivated": "2026-01-01T00:00:00Z", "expired": null, "report_timestamp": null}]"#;
    let expected = [
        "hosts.old: present=false",
        "hosts.pg1.lon.example.com: present=true, last_report=2026-11-20T22:35:36Z, converged=false",
    ];
    assert_eq!(seen("puppetdb", None, nodes), expected);
    let resources = r#"[{"certname": "pg1.lon.example.com", "type": "Dr::Restic::Job", "title": "uploads-files-nightly",
        "parameters": {"repository": "sftp:u@bk1.fra.example.com:/repositories/x",
                       "job": {"paths": ["/srv/uploads"], "retention": {"weekly": 8, "last": 4}, "max_age_sec": 1800,
                               "on_calendar": ["*-*-* 02:00:00 UTC"]}}},
        {"certname": "bk1.fra.example.com", "type": "Dr::Postgresql::Repository", "title": "orders",
         "parameters": {"backups": {"orders-main-base": {"type": "full", "on_calendar": ["*-*-* 01:00:00 UTC"]}}}},
        {"certname": "pg1.lon.example.com", "type": "Dr::Postgresql::Cluster", "title": "orders", "parameters": {"lag_sec": 60}},
        {"certname": "pg1.lon.example.com", "type": "File", "title": "/etc/x", "parameters": {}}]"#;
    let expected = [
        "components.orders.data.main.copies.base: present=true, host=bk1.fra.example.com, job=orders-main-base, on_calendar=*-*-* 01:00:00 UTC",
        "components.orders.data.main.copies.log: present=true, continuous=1m",
        "components.orders.instances.pg1: present=true, host=pg1.lon.example.com",
        "components.uploads.data.files.copies.nightly: present=true, host=pg1.lon.example.com, job=uploads-files-nightly, store=vault, \
         on_calendar=*-*-* 02:00:00 UTC, keep=last 4, weekly 8, max_age=30m",
    ];
    assert_eq!(seen("puppetdb", None, resources), expected);
    let both = format!(r#"{{"nodes": {nodes}, "resources": []}}"#);
    assert_eq!(seen("puppetdb", None, &both).len(), 2);
    let inventory = r#"[{"certname": "a", "facts.networking.ip": "10.0.0.1"}]"#;
    assert!(refusal("puppetdb", None, inventory).contains("no query that is used here"));
    assert!(refusal("puppetdb", None, r#"{"kind": "x", "error": "y"}"#).contains("an error"));
}

/// A job on Windows as it is deployed, with these starts.
fn task(title: &str, starts: &[(&str, u64)]) -> String {
    let starts: Vec<String> =
        starts.iter().map(|(first, every)| format!(r#"{{"first": "{first}", "every_sec": {every}}}"#)).collect();
    format!(
        r#"[{{"certname": "pg1.lon.example.com", "type": "Dr::Windows::Job", "title": "{title}", "parameters":
            {{"method": "folder-archive", "store": "//bk1.fra.example.com/backups/x", "starts": [{}], "retention": {{"daily": 7}}, "max_age_sec": 90000}}}}]"#,
        starts.join(", ")
    )
}

#[test]
fn tasks_of_windows_are_schedules() {
    let deployed = |starts: &[(&str, u64)]| seen("puppetdb", None, &task("uploads-files-nightly", starts)).remove(0);
    assert_eq!(
        deployed(&[("2026-01-05T02:00:00Z", 86_400)]),
        "components.uploads.data.files.copies.nightly: present=true, host=pg1.lon.example.com, job=uploads-files-nightly, store=vault, \
         on_calendar=*-*-* 02:00:00 UTC, keep=daily 7, max_age=1d 1h"
    );
    // The 5th of January 2026 is a Monday.
    for (starts, calendar) in [
        (&[("2026-01-05T00:15:00Z", 3_600)][..], "*-*-* *:15:00 UTC"),
        (&[("2026-01-05T00:05:00Z", 900)], "*-*-* *:05,20,35,50:00 UTC"),
        (&[("2026-01-05T02:00:00Z", 43_200)], "*-*-* 02,14:00:00 UTC"),
        (&[("2026-01-05T02:00:00Z", 86_400), ("2026-01-05T05:00:00Z", 86_400)], "*-*-* 02,05:00:00 UTC"),
        (&[("2026-01-11T23:30:00Z", 604_800)], "Sun *-*-* 23:30:00 UTC"),
        (&[("2026-01-05T04:00:00Z", 604_800), ("2026-01-09T04:00:00Z", 604_800)], "Mon,Fri *-*-* 04:00:00 UTC"),
        (
            &[("2026-01-05T04:00:00Z", 604_800), ("2026-01-06T05:00:00Z", 604_800)],
            "Mon *-*-* 04:00:00 UTC, Tue *-*-* 05:00:00 UTC",
        ),
    ] {
        let line = deployed(starts);
        assert!(line.contains(&format!(" on_calendar={calendar}, keep")), "{calendar}: {line}");
    }
    assert!(deployed(&[("2026-01-05T00:00:00Z", 172_800)]).contains(" interval=2d, "));
    // A host that could take the job over has no start; what nobody declared is told with its rhythm.
    let elsewhere = task("orders-main-base", &[]);
    assert_eq!(seen("puppetdb", None, &elsewhere), [""; 0]);
    let line = seen("puppetdb", None, &task("mine", &[("2026-01-05T02:00:00Z", 86_400)])).remove(0);
    assert!(line.starts_with("jobs.mine on pg1.lon.example.com: ") && line.contains("on_calendar="), "{line}");
    // A stream is looked after each so often: that is no lag.
    let stream = seen("puppetdb", None, &task("orders-main-log", &[("2026-01-05T00:00:00Z", 60)])).remove(0);
    assert!(!stream.contains("on_calendar") && !stream.contains("interval"), "{stream}");
    for (starts, reason) in [
        (&[("2026-01-05T02:00:00Z", 0)][..], "not above 0"),
        (&[("2026-01-05T02:00:00", 60)], "no instant with a zone"),
        (&[("2026-01-05T02:00:00Z", 60), ("2026-01-05T02:00:00Z", 7_000)], "recur after other times"),
    ] {
        let refused = refusal("puppetdb", None, &task("uploads-files-nightly", starts));
        assert!(refused.contains(reason), "{refused}");
    }
}

#[test]
fn machines_of_a_state() {
    let text = r#"{"format_version": "1.0", "values": {"root_module": {"resources": [
        {"mode": "managed", "type": "terraform_data", "name": "vm", "values": {"id": "1", "input": {"hostname": "pg1.lon.example.com", "site": "lon"}}, "sensitive_values": {"input": {}}},
        {"mode": "managed", "type": "aws_instance", "name": "web", "values": {"private_dns": "secret.example.com", "tags": {"Name": "web1"}, "availability_zone": "eu-west-2b"}, "sensitive_values": {"private_dns": true}},
        {"mode": "data", "type": "aws_instance", "name": "x", "values": {"hostname": "data.example.com"}}],
        "child_modules": [{"resources": [{"mode": "managed", "type": "aws_db_instance", "name": "d", "values": {"identifier": "billing", "engine": "mysql"}}]}]}}}"#;
    let expected = [
        "components.billing: present=true, technology=mysql",
        "components.orders.instances.pg1: present=true, host=pg1.lon.example.com, at=lon",
        "components.uploads.instances.files1: present=true, host=pg1.lon.example.com, at=lon",
        "hosts.pg1.lon.example.com: present=true, at=lon",
        "hosts.web1: present=true, at=eu-west-2b",
    ];
    assert_eq!(seen("terraform-show", None, text), expected);
    assert!(refusal("terraform-show", None, r#"{"format_version": "1.2", "planned_values": {}}"#).contains("a plan"));
    assert!(refusal("terraform-show", None, r#"{"format_version": "2.0"}"#).contains("not known"));
    assert!(seen("terraform-show", None, r#"{"format_version": "1.0"}"#).is_empty());
}

#[test]
fn status_documents_of_our_own_jobs() {
    let document = r#"{"format": "drplan.status/1", "plan": "orders", "host": "pg1.lon.example.com", "job": "uploads-files-nightly",
        "subject": "components.uploads.data.files.copies.nightly", "kind": "backup", "state": "failed", "ok": false,
        "started_at": 1795213763.58, "finished_at": 1795213768.68, "duration_s": 5.102, "recovery_point": null, "method": "restic",
        "last_good": {"ok": true, "state": "ok", "recovery_point": 1795200000.9, "duration_s": 61.2, "source_bytes": 1024, "copies_kept": 3, "oldest": 1795000000}}"#;
    let expected = [
        "components.uploads.data.files.copies.nightly: present=true, host=pg1.lon.example.com, size=1 KiB, job=uploads-files-nightly, \
         last_run=2026-11-20T22:29:23Z, result=failed, newest=2026-11-20T18:40:00Z, oldest=2026-11-18T11:06:40Z, points=3, takes=1m 2s",
    ];
    assert_eq!(seen("dr-status", None, document), expected);
    assert_eq!(seen("dr-status", None, &format!(r#"{{"uploads-files-nightly": {document}}}"#)), expected);
    assert!(seen("dr-status", None, &document.replace("\"orders\"", "\"other\"")).is_empty());
    let log = r#"{"job": "orders-wal", "host": "pg1", "kind": "wal", "ok": true, "state": "ok", "role": "primary", "finished_at": 1795213770,
        "recovery_point": 1795213767.1, "standbys": [{"name": "pg2", "address": "x", "state": "streaming", "sync_state": "sync", "replay_lag_bytes": 0, "replay_lag_s": null}]}
        {"job": "orders-drill", "kind": "drill", "method": "pgbackrest", "ok": true, "state": "ok", "finished_at": 1795213525, "duration_s": 15.4, "restored_bytes": 2048}
        {"job": "orders-fence", "host": "pg1", "kind": "fence", "ok": false, "state": "failed", "finished_at": 1795213525, "error": "fenced"}"#;
    let expected = [
        "components.orders.data.main.copies.base: restored=2026-11-20T22:25:25Z, restore_takes=16s, restored_bytes=2 KiB",
        "components.orders.data.main.copies.log: present=true, newest=2026-11-20T22:29:27Z, restored=2026-11-20T22:25:25Z, restore_takes=16s, restored_bytes=2 KiB",
        "components.orders.instances.pg1: host=pg1.lon.example.com, role=primary",
        "components.orders.instances.pg2: present=true, state=up, replication=sync, lag=0s",
    ];
    assert_eq!(seen("dr-status", None, log), expected);
    let unreadable = r#"{"uploads-files-nightly": {"ok": false, "state": "unreadable", "error": "JSON::ParserError"}}"#;
    assert!(seen("dr-status", None, unreadable).is_empty());
    assert!(refusal("dr-status", None, "{\"a\": 1}").contains("a map with `job`"));
}

#[test]
fn rows_of_any_script() {
    let text = r#"{"address": "components.orders.instances.pg1", "field": "lag", "value": 4.2}
        {"address": "plan", "field": "changed", "value": "2026-11-20T22:00:00Z", "source": "git"}"#;
    assert_eq!(
        seen("rows", None, text),
        ["components.orders.instances.pg1: lag=5s", "plan: changed=2026-11-20T22:00:00Z"]
    );
    let wrong = |field: &str, value: &str| {
        refusal("rows", None, &format!(r#"[{{"address": "stores.vault", "field": "{field}", "value": {value}}}]"#))
    };
    assert_eq!(wrong("rolle", "1"), "row 1: `stores.vault` has no field `rolle`");
    assert_eq!(wrong("used", "-1"), "row 1: `-1` is no value of `used`");
    assert_eq!(wrong("used", "\"many\""), "row 1: `\"many\"` is no value of `used`");
    assert_eq!(refusal("rows", None, r#"{"address": "x", "field": "y", "value": 1}"#), "row 1: `x` is no address");
}

#[test]
fn the_list_is_sorted_and_every_adapter_refuses_nonsense() {
    let names: Vec<&str> = ADAPTERS.iter().map(|adapter| adapter.name).collect();
    assert!(names.is_sorted(), "adapters are listed by name");
    let deep = "[".repeat(100_000);
    let nonsense = [
        "",
        " \n",
        "[",
        "{\"a\": ",
        "nonsense",
        "null",
        "42",
        "\"text\"",
        "[null]",
        "[[]]",
        "{\"a\": {\"b\": [1]}}",
        &deep,
    ];
    for adapter in ADAPTERS {
        let whose = adapter.whose.is_required().then_some("pg1");
        for text in nonsense {
            let refused = read(adapter.name, whose, text).is_err();
            let harmless =
                ["puppet-resource"].contains(&adapter.name) && matches!(text, "null" | "{\"a\": {\"b\": [1]}}");
            assert!(refused || harmless, "{} takes {:.20}", adapter.name, text);
        }
    }
}
