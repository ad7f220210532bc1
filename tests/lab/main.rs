//! The drill of `examples/drill` on real hosts of this machine: set up by the code that this build generates, lost, and brought
//! back by following the pages that it generates, in the times that it promises.
//!
//! A binary of its own, because it measures: cargo runs it after the others, alone. One of the four disasters fits into the
//! time of a push, the one that needs most: both hosts lost with their disks. `examples/drill/run --all` has all.

#![expect(clippy::disallowed_methods, reason = "a test runs the real tools")]

use std::process::Command;

#[test]
fn hosts_that_are_lost_come_back_as_promised() {
    let root = env!("CARGO_MANIFEST_DIR");
    // Nobody knows how fast the machine is that runs this: promises are held everywhere, predictions where they were measured.
    // It takes three minutes, and where the image is not there yet five; what hangs must end, and say where.
    let mut words: Vec<String> =
        ["timeout", "--kill-after=120", "1200", "env", "DRILL_PREDICTIONS=shown"].map(str::to_owned).into();
    words.push(format!("DRPLAN={}", env!("CARGO_BIN_EXE_drplan")));
    words.extend([format!("DRPLAN_LAB_DIR={}/lab", env!("CARGO_TARGET_TMPDIR")), "bash".to_owned()]);
    words.extend([format!("{root}/examples/drill/run"), "databases".to_owned()]);
    if !is_root() {
        words.splice(0..0, ["sudo".to_owned(), "-n".to_owned()]);
    }
    let status = Command::new(&words[0]).args(&words[1..]).status();
    match status.as_ref().map(std::process::ExitStatus::code) {
        Ok(Some(0)) => {}
        Ok(Some(2)) => panic!("this machine cannot carry the drill out; the lines above say what is missing"),
        _ => panic!("the drill did not end as the plan promises: {status:?}"),
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[test]
fn the_scripts_pass_shellcheck() {
    let output = Command::new("shellcheck")
        .args(["-x", "-a", "examples/drill/run"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap_or_else(|error| panic!("cannot run shellcheck: {error}; install it with: apt-get install shellcheck"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
