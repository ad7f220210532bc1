//! `drplan completions`: shell completions.

use clap::CommandFactory;

use super::args::{Cli, Completions};
use super::exit::{Exit, Failure};
use super::io;

pub(super) fn run(args: &Completions) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "drplan", &mut script);
    io::print_document(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Clean)
}
