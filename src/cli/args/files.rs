//! What the commands take that write files: `init`, `generate` and `fmt`.

use std::path::PathBuf;

use clap::Args;

/// `init`
#[derive(Debug, Args)]
pub(in crate::cli) struct Init {
    /// The folder; it is made if need be, and nothing in it is overwritten
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
}

/// `generate`
#[derive(Debug, Args)]
pub(in crate::cli) struct Generate {
    /// What to generate, then the spec: any of `puppet`, `runbooks` and `report`; all without one
    #[arg(value_name = "WHAT|SPEC")]
    pub what_or_spec: Vec<String>,
    /// The folder to write below
    #[arg(short, long, value_name = "DIR", required = true)]
    pub output: PathBuf,
    /// What was observed, as `drplan observe` writes it, for the report: measured values stand in for declared ones; may be repeated
    #[arg(long, value_name = "FILE")]
    pub observed: Vec<PathBuf>,
    /// Write nothing; print a unified diff of what is out of date, and exit with 1 if anything is
    #[arg(long)]
    pub check: bool,
}

/// `fmt`
#[derive(Debug, Args)]
pub(in crate::cli) struct Fmt {
    /// Files or folders; `-` reads standard input and prints
    #[arg(value_name = "SPEC", default_value = ".")]
    pub specs: Vec<PathBuf>,
    /// Write nothing; name the files that are not in canonical form, and exit with 1 if there are any
    #[arg(long)]
    pub check: bool,
}
