//! The binary: passes its arguments on and returns the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(drplan::cli::run(std::env::args_os()).code())
}
