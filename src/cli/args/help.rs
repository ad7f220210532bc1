//! What the commands take that tell of drplan itself: `explain`, `schema`, `completions` and `man`.

use std::path::PathBuf;

use clap::Args;

/// `explain`
#[derive(Debug, Args)]
pub(in crate::cli) struct Explain {
    /// The name of a finding; without it, all names
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

/// `schema`
#[derive(Debug, Args)]
pub(in crate::cli) struct Schema {
    /// Which schema; `spec` without it
    #[arg(value_name = "NAME", default_value = "spec")]
    pub name: String,
}

/// `completions`
#[derive(Debug, Args)]
pub(in crate::cli) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// `man`
#[derive(Debug, Args)]
pub(in crate::cli) struct Man {
    /// Write a page for each command into this folder instead of printing the main page
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}
