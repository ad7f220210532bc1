//! What the jobs of Borg and rclone, and those that run declared commands, do when something breaks, with the real tools and
//! a real S3 server. The law is that of `job_faults`: never a good status after a failure, never an old copy gone before a new
//! one is verified. What all tools share (locks, commands before and after, swapping) is tested there.

mod borg;
mod command;
mod object_store;
mod store_host;

use std::process::Output;

use crate::host::{Host, succeeds, text};

/// The job has failed for this reason, and has not forgotten its last good copy.
fn failed_with(host: &Host, output: &Output, reason: &str) {
    assert!(!output.status.success(), "it should have failed: {reason}\n{}", text(output));
    let status = host.status("files");
    assert_eq!((&status["ok"], &status["state"]), (&false.into(), &"failed".into()), "{status}");
    assert!(status["error"].as_str().unwrap_or_default().contains(reason), "{status}\n{}", text(output));
    assert!(status["last_good"]["recovery_point"].is_number(), "the last good copy is forgotten: {status}");
}

/// Backs up again and again, each time killed when the next of these has come back, then once to the end.
fn survives_being_killed(host: &Host, tool: &str, moments: &[&dyn Fn()]) {
    let backup = format!("dr-{tool}-backup");
    for (round, moment) in moments.iter().enumerate() {
        let document = host.status("files");
        host.write("data/round", &round.to_string().repeat(200_000));
        let mut child = host.spawn(&[&backup, "files"]);
        moment();
        let signal = if round % 2 == 0 { "KILL" } else { "TERM" };
        let group = format!("-{}", child.id());
        let kill = std::process::Command::new("kill").args(["-s", signal, "--", &group]).output().unwrap();
        let finished = child.wait().unwrap().success();
        let status = host.status("files");
        // Killed before it could say that it runs, it has told nothing.
        let silent = status == document;
        // Good before its end only when all is done: killed while it clears away.
        let label = status["label"].as_str().unwrap_or("none");
        let is_done = host.points(tool).iter().any(|id| id.starts_with(label));
        let is_told = (status["ok"] == true) == finished || is_done;
        assert!(silent || is_told, "round {round}: {status}\n{}", text(&kill));
        let point = if status["ok"] == true { &status } else { &status["last_good"] };
        assert!(point["recovery_point"].is_number(), "round {round}: the last good copy is forgotten: {status}");
        assert!(!host.points(tool).is_empty(), "round {round}: no copy is left");
    }
    succeeds(&host.run(&[&backup, "files"]));
    assert_eq!(host.points(tool).len(), 1, "retention keeps one");
    let folder = tempfile::tempdir().unwrap();
    let restored = folder.path().join("restored");
    succeeds(&host.run(&[&format!("dr-{tool}-restore"), "files", "--to", restored.to_str().unwrap()]));
    let inside = restored.join(host.path("data/round").strip_prefix("/").unwrap());
    assert_eq!(std::fs::read_to_string(inside).unwrap(), host.read("data/round"));
}
