//! What can be typed: commands, their arguments and options. Help, man pages and completions are made from it.

mod actual;
mod drill;
mod files;
mod gate;
mod help;
mod results;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use actual::{Diff, Observe, PuppetDb};
pub(super) use drill::{DrillCommand, DrillFinish, DrillNote, DrillRecord, DrillShow, DrillStart, DrillStep};
pub(super) use files::{Fmt, Generate, Init};
pub(super) use gate::{Compare, Decline, FailOn, FindingsFormat, Threshold, Validate};
pub(super) use help::{Completions, Explain, Man, Schema};
pub(super) use results::{Assess, Graph, GraphFormat};

/// Disaster recovery as code: proves RPO and RTO promises from a YAML spec, and writes what keeps them.
#[derive(Debug, Parser)]
#[command(name = "drplan", version, propagate_version = true, disable_help_subcommand = true)]
#[command(
    after_help = "Exit codes: 0 nothing to report; 1 what was examined falls short; 2 the command could not do its work."
)]
pub(super) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub common: Common,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub(super) struct Common {
    /// A folder of technology packs of your own; they win over the built-in ones
    #[arg(long, global = true, value_name = "DIR", help_heading = "Common options")]
    pub technologies: Option<PathBuf>,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN", help_heading = "Common options")]
    pub color: Colour,
    /// The instant taken for now: waivers, drills and freshness are judged by it [default: now]
    #[arg(long, global = true, value_name = "INSTANT", help_heading = "Common options")]
    pub as_of: Option<String>,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    /// On a terminal, honouring NO_COLOR and CLICOLOR_FORCE.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands; each has a file of its name beside this one.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write a small commented spec to start from
    Init(Init),
    /// Check a spec: form, meaning, objectives, expectations, waivers
    Validate(Validate),
    /// Work out data loss and recovery time of every component in every scenario
    Assess(Assess),
    /// Draw the dependency graph
    Graph(Graph),
    /// Hold the plan against what was observed of the real system, or against deployed files
    Diff(Diff),
    /// Turn the output of real tools into observed state
    Observe(Observe),
    /// Say how the posture changes from one spec to another, and why
    Compare(Compare),
    /// Write Puppet code, runbooks and a report
    Generate(Generate),
    /// Walk a recovery step by step, as a drill or for real, and keep a record of it
    #[command(subcommand)]
    Drill(DrillCommand),
    /// Put specs into canonical order and spacing; comments stay
    Fmt(Fmt),
    /// Serve an editor on standard input and output: the language server protocol
    Lsp,
    /// Say what a finding means, and the way out
    Explain(Explain),
    /// Print a JSON Schema
    Schema(Schema),
    /// Print shell completions
    Completions(Completions),
    /// Print or write manual pages
    Man(Man),
}

/// The spec that a command reads.
#[derive(Clone, Debug, Args)]
pub(super) struct SpecArg {
    /// The spec: a file, or a folder with `drplan.yaml` and `*.drplan.yaml`
    #[arg(value_name = "SPEC", default_value = ".")]
    pub spec: PathBuf,
}

/// Formats of results by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TableFormat {
    /// For a person.
    Human,
    /// For tools.
    Json,
}

/// Formats of comparisons and of changes by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CompareFormat {
    /// For a person.
    Human,
    /// `drplan.comparison/1` or `drplan.changes/1`.
    Json,
    /// A comment on a pull request.
    Markdown,
}
