//! The small scripts of the library: freshness, the status of all jobs, unpacking, services.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::host::{Host, ends_with, succeeds, text};

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn a_full_disk_does_not_make_a_stale_copy_look_fresh() {
    let host = Host::new(&["jq"]);
    host.install_library("dr-freshness");
    let check = ["dr-freshness", "files", "--max-age", "1000"];
    let document = |age: u64| format!("{{\"ok\": true, \"state\": \"ok\", \"recovery_point\": {}}}", now() - age);
    host.write("state/status/files.json", &document(10));
    succeeds(&host.run(&check));
    assert!(host.read("metrics/drplan_files.prom").contains("drplan_fresh{"));
    // Fresh, but monitoring no longer learns when that ends.
    ends_with(&host.run_on_full_disk("metrics", 0, &check), 1, "metrics cannot be written");
    assert!(host.list("metrics").is_empty(), "what is left says that all is well: {:?}", host.list("metrics"));
    succeeds(&host.run(&check));
    host.write("state/status/files.json", &document(5_000));
    ends_with(&host.run_on_full_disk("metrics", 0, &check), 2, "CRITICAL");
    assert!(host.list("metrics").is_empty(), "{:?}", host.list("metrics"));
    host.killed_everywhere(&["dr-freshness", "files", "--max-age", "9000"], |before| {
        let whole =
            |name: &str| !name.ends_with(".prom") || host.read("metrics/drplan_files.prom").contains("last_run_ok{");
        assert!(host.list("metrics").iter().all(|name| whole(name)), "killed before command {before}");
    });
    assert_eq!(host.list("metrics"), ["drplan_files.prom"], "what killed runs left is never cleared away");
}

#[test]
fn a_document_that_cannot_be_read_is_no_good_one() {
    let host = Host::new(&["jq"]);
    host.install_library("dr-status");
    ends_with(&host.run(&["dr-status"]), 1, "no job");
    let good = format!("{{\"job\": \"a\", \"state\": \"ok\", \"ok\": true, \"recovery_point\": {}}}", now());
    host.write("state/status/a.json", &good);
    succeeds(&host.run(&["dr-status"]));
    for broken in ["", "{", "[]", "null", "{\"ok\": \"true\"}", &good[..good.len() / 2]] {
        host.write("state/status/b.json", broken);
        for words in [&["dr-status"][..], &["dr-status", "--json"], &["dr-status", "b"]] {
            ends_with(&host.run(words), 1, "b.json cannot be read");
        }
        assert!(text(&host.run(&["dr-status"])).contains("s old"), "the others are still shown");
    }
    host.write("state/status/b.json", "{\"job\": \"b\", \"state\": \"running\", \"ok\": false, \"last_good\": null}");
    assert_eq!(host.run(&["dr-status"]).status.code(), Some(1), "one that runs, or was killed, is not good yet");
}

#[test]
fn a_folder_is_unpacked_whole_or_not_at_all() {
    let host = Host::new(&["tar"]);
    host.install_library("service/dr-unpack");
    fs::create_dir_all(host.path("top/lib")).unwrap();
    host.write("top/first", "1");
    host.write("top/lib/last", &"x".repeat(20_000));
    let (archive, dir) = (host.word("product.tar"), host.word("apps/product"));
    succeeds(&host.run(&["tar", "-cf", &archive, "-C", &host.word(""), "top"]));
    fs::create_dir(host.path("apps")).unwrap();
    let user = String::from_utf8(host.run(&["id", "-un"]).stdout).unwrap();
    let unpack: [&str; 5] = ["dr-unpack", &archive, &dir, user.trim(), "1"];
    let half = host.word("half.tar");
    let bytes = fs::read(&archive).unwrap();
    fs::write(&half, &bytes[..bytes.len() / 2]).unwrap();
    assert!(!host.run(&["dr-unpack", &half, &dir, user.trim(), "1"]).status.success());
    assert!(host.list("apps").is_empty(), "{:?}", host.list("apps"));
    assert!(!host.run_on_full_disk("apps", 8, &unpack).status.success());
    assert!(host.list("apps").is_empty(), "{:?}", host.list("apps"));
    host.killed_everywhere(&unpack, |before| {
        if host.path("apps/product").exists() {
            assert_eq!(host.list("apps/product"), ["first", "lib"], "killed before command {before}");
            assert_eq!(host.read("apps/product/lib/last").len(), 20_000, "killed before command {before}");
            ends_with(&host.run(&unpack), 69, "not empty");
            fs::remove_dir_all(&dir).unwrap();
        }
    });
    assert_eq!(host.list("apps"), ["product"], "what killed runs left is never cleared away");
}

#[test]
fn a_service_that_rests_and_runs_is_told() {
    let host = Host::new(&["jq"]);
    host.install_library("service/dr-service");
    for folder in ["etc/services", "state/services"] {
        fs::create_dir(host.path(folder)).unwrap();
    }
    host.write("etc/services/web.env", "DR_UNIT='web.service'\nDR_MODE='active'\nDR_START_TIMEOUT_SEC=2\n");
    host.write("etc/services/web.health", "");
    host.tool(
        "systemctl",
        "case $1 in start) touch \"$HOME/up\" ;; stop) rm -f \"$HOME/up\" ;; is-active) [ -e \"$HOME/up\" ] ;; esac",
    );
    host.tool("id", "echo 0");
    let check = || host.run(&["dr-service", "check", "web"]);
    for (order, runs) in [("start", true), ("stop", false)] {
        host.killed_everywhere(&["dr-service", order, "web"], |before| {
            let is_good = check().status.success();
            let status = host.status("web-health");
            let (is_up, rests) = (host.path("up").exists(), host.path("state/services/web.stopped").exists());
            assert_eq!(is_good, is_up != rests, "{order} killed before command {before}: {status}");
            assert_eq!(status["ok"] == true, is_good, "{order} killed before command {before}: {status}");
        });
        succeeds(&check());
        assert_eq!(host.status("web-health")["active"], runs);
    }
    // Started, and it does not get healthy.
    host.write("etc/services/web.health", "/bin/false\n");
    ends_with(&host.run(&["dr-service", "start", "web"]), 1, "not healthy");
    assert_eq!(host.status("web-health")["state"], "failed");
}

#[test]
fn a_status_is_never_half_written() {
    let host = Host::new(&["jq"]);
    host.fake(
        "job",
        ". \"$DR_LIB_DIR/dr-lib.sh\"\ndr_begin nightly backup\ndr_step work\ndr_succeed '{\"recovery_point\": 7}'",
    );
    fs::rename(host.path("fake/job"), host.path("bin/job")).unwrap();
    succeeds(&host.run(&["job"]));
    // The disk is full, and what was good stays known.
    let good = host.read("state/status/nightly.json");
    assert!(!host.run_on_full_disk("state/status", 0, &["job"]).status.success());
    assert_eq!(host.read("state/status/nightly.json"), good);
    host.killed_while_it_tells(&["job"], |before| {
        let status = host.status("nightly");
        let good = if status["ok"] == true { &status } else { &status["last_good"] };
        assert_eq!(good["recovery_point"], 7, "killed before command {before}: {status}");
    });
    assert_eq!(host.list("state/status"), ["nightly.json"]);
}
