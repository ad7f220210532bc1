//! `drplan validate --watch`: the same again whenever a file changes, until it is stopped.
//!
//! Files are asked for their time and size a few times a second: that works on every file system, shared ones included.

use std::path::PathBuf;
use std::time::Duration;

use super::args::Validate;
use super::exit::{Exit, Failure};
use super::io::{self, Stamp};

/// How often files are looked at.
const TURN: Duration = Duration::from_millis(200);

/// Runs a command now and after every change. What fails is told and tried again: a file that is just being saved may not
/// be whole, or not be there.
pub(super) fn run(args: &Validate, mut once: impl FnMut() -> Result<Exit, Failure>) -> Result<Exit, Failure> {
    loop {
        let seen = stamps(args);
        if let Err(failure) = once() {
            io::tell(&format!("drplan: {}", failure.message));
        }
        io::tell("watching for changes; Ctrl-C ends it");
        while stamps(args) == seen {
            std::thread::sleep(TURN);
        }
    }
}

fn stamps(args: &Validate) -> Vec<(PathBuf, Option<Stamp>)> {
    let spec = &args.spec.spec;
    let files = if spec.is_dir() { io::spec_files(spec).unwrap_or_default() } else { vec![spec.clone()] };
    let more = args.policy.iter().chain(&args.baseline).cloned();
    files.into_iter().chain(more).map(|path| (path.clone(), io::stamp(&path))).collect()
}
