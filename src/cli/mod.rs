//! The command line: the only place with files, clock, environment, output and exit codes. A command is one file here.

mod args;
mod assess;
mod clock;
mod compare;
mod completions;
mod date;
pub mod deploy;
mod diff;
mod drill;
mod exit;
mod explain;
mod fmt;
mod generate;
mod git;
mod graph;
mod init;
mod io;
mod lsp;
mod man;
mod observe;
mod observed;
mod outputs;
mod pipeline;
mod progress;
mod puppetdb;
mod report;
mod schema;
mod validate;
mod watch;

use std::ffi::OsString;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Cli, Command};
pub use exit::Exit;

/// Runs the program with its arguments, the first of which is its name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return refused(&error),
    };
    let common = &cli.common;
    let ended = match &cli.command {
        Command::Init(args) => init::run(args),
        Command::Validate(args) => validate::run(args, common),
        Command::Assess(args) => assess::run(args, common),
        Command::Graph(args) => graph::run(args, common),
        Command::Diff(args) => diff::run(args, common),
        Command::Observe(args) => observe::run(args, common),
        Command::Compare(args) => compare::run(args, common),
        Command::Generate(args) => generate::run(args, common),
        Command::Drill(command) => drill::run(command, common),
        Command::Fmt(args) => fmt::run(args, common),
        Command::Lsp => lsp::run(common),
        Command::Explain(args) => explain::run(args),
        Command::Schema(args) => schema::run(args),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
    };
    ended.unwrap_or_else(|failure| {
        io::tell(&format!("drplan: {}", failure.message));
        if let Some(help) = failure.help {
            io::tell(&format!("help: {help}"));
        }
        Exit::Failed
    })
}

/// Help and version are answers; all else that the parser refuses is bad usage.
fn refused(error: &clap::Error) -> Exit {
    let answered = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let _ = error.print();
    if answered { Exit::Clean } else { Exit::Failed }
}
