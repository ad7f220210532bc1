//! Status documents as the scripts of Windows leave them, written the way `ConvertTo-Json` of PowerShell 5.1 writes: they are read
//! by the adapter that reads those of Linux.

use std::fs;
use std::process::Command;

use super::WINDOWS;

const NIGHTLY: &str = r#"{
    "format":  "drplan.status/1",
    "plan":  "windows",
    "site":  "madrid",
    "host":  "sql1.example.com",
    "job":  "shop-db-orders-nightly",
    "subject":  "components.shop-db.data.orders.copies.nightly",
    "kind":  "backup",
    "state":  "failed",
    "ok":  false,
    "started_at":  1795219200,
    "finished_at":  1795219260,
    "duration_s":  60,
    "recovery_point":  null,
    "error":  "Exception calling \"ExecuteNonQuery\" with \"0\" argument(s): \"There is not enough space on the disk.\u0027\"",
    "last_good":  {
                      "format":  "drplan.status/1",
                      "job":  "shop-db-orders-nightly",
                      "kind":  "backup",
                      "state":  "ok",
                      "ok":  true,
                      "started_at":  1795132800,
                      "finished_at":  1795133400,
                      "duration_s":  600,
                      "recovery_point":  1795132800,
                      "copies_kept":  14,
                      "label":  "20261120T010000Z",
                      "method":  "full-backup",
                      "oldest":  1793923200,
                      "repository":  "//files.example.com/copies/shop-db-orders-nightly",
                      "source_bytes":  10737418240,
                      "stored_bytes":  3221225472
                  }
}"#;

const MIRROR: &str = r#"{"format": "drplan.status/1", "plan": "windows", "site": "madrid", "host": "sql1.example.com",
    "job": "shop-db-wal", "subject": "components.shop-db", "kind": "wal", "state": "ok", "ok": true, "started_at": 1795219200,
    "finished_at": 1795219201, "duration_s": 1, "recovery_point": 1795219201, "role": "primary", "synchronous": true, "streaming": true,
    "standbys": [{"name": "sql2.example.com", "state": "streaming", "sync_state": "sync"}], "last_good": null}"#;

#[test]
fn the_adapter_reads_what_the_scripts_leave() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for (name, text) in [("drplan.yaml", WINDOWS), ("nightly.json", NIGHTLY), ("mirror.json", MIRROR)] {
        fs::write(path(name), text).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_drplan"))
        .args(["observe", "--spec", &path("drplan.yaml")])
        .args([format!("dr-status={}", path("nightly.json")), format!("dr-status={}", path("mirror.json"))])
        .output()
        .unwrap();
    let seen = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for line in [
        "newest: {value: 2026-11-20T00:00:00Z",
        "result: {value: failed",
        "points: {value: 14",
        "takes: {value: 10m",
        "role: {value: primary",
        "replication: {value: sync",
    ] {
        assert!(seen.contains(line), "no {line} in\n{seen}");
    }
}
