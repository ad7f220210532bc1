//! Runs the real tools that serve as oracles. A missing one fails the test and says which package has it.

use std::io::Write;
use std::process::{Command, Output, Stdio};

/// Runs `program` with `input` on its standard input; `package` is what to install if it is not there.
#[expect(clippy::disallowed_methods, reason = "the tools are the oracles; the product runs none")]
pub(crate) fn run(program: &str, package: &str, args: &[&str], input: &str) -> Output {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env("LC_ALL", "C.UTF-8");
    let mut child = command
        .spawn()
        .unwrap_or_else(|error| panic!("cannot run {program}: {error}; install it with: apt-get install {package}"));
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input.as_bytes()));
        child.wait_with_output().unwrap()
    })
}

/// As [`run`], and the tool has to succeed; gives its standard output.
pub(crate) fn succeed(program: &str, package: &str, args: &[&str], input: &str) -> String {
    let output = run(program, package, args, input);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {args:?}: {complaint}\n{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap()
}
