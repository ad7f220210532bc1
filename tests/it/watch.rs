//! `validate --watch` checks again when a file changes, and survives a file that is broken or gone.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// A running program that is ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn next(lines: &Receiver<String>, wanted: &str) {
    loop {
        let line = lines.recv_timeout(Duration::from_secs(30)).unwrap_or_else(|_| panic!("never said: {wanted}"));
        if line.contains(wanted) {
            return;
        }
    }
}

#[test]
fn it_looks_again() {
    let example = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/wso2-identity-server/drplan.yaml");
    let spec = fs::read_to_string(example).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drplan.yaml");
    fs::write(&path, &spec).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_drplan"))
        .args(["validate", "--watch", "--format", "concise", "--as-of", "2026-11-21"])
        .current_dir(folder.path())
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (send, lines) = channel();
    let out = child.stdout.take().unwrap();
    let _running = Running(child);
    std::thread::spawn(move || BufReader::new(out).lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
    next(&lines, "error[rpo-unmet]: up to 25 h");
    fs::write(&path, spec.replace("takes: 1h, to: vault", "takes: 2h,  to: vault")).unwrap();
    next(&lines, "error[rpo-unmet]: up to 26 h");
    fs::write(&path, "drplan: 1\nsystem: [\n").unwrap();
    next(&lines, "error[unclosed-bracket]");
    fs::remove_file(&path).unwrap();
    std::thread::sleep(Duration::from_millis(500));
    fs::write(&path, &spec).unwrap();
    next(&lines, "error[rpo-unmet]: up to 25 h");
}
