//! What the gate on pull requests takes: `validate` and `compare`, and what makes them fail.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{CompareFormat, SpecArg};

/// `validate`
#[derive(Debug, Args)]
pub(in crate::cli) struct Validate {
    /// The spec.
    #[command(flatten)]
    pub spec: SpecArg,
    /// What was observed, as `drplan observe` writes it: promises are held against what was measured, and evidence against the plan; may be repeated
    #[arg(long, value_name = "FILE")]
    pub observed: Vec<PathBuf>,
    /// The format of what is printed
    #[arg(long, value_enum, default_value_t = FindingsFormat::Human)]
    pub format: FindingsFormat,
    /// Write the findings in another format to a file as well; may be repeated
    #[arg(long, value_name = "FORMAT=FILE")]
    pub report: Vec<String>,
    /// Go on, and check again whenever a file changes
    #[arg(long, conflicts_with = "write_baseline")]
    pub watch: bool,
    /// Hold the spec against the policies of this file as well; may be repeated
    #[arg(long, value_name = "FILE")]
    pub policy: Vec<PathBuf>,
    /// Findings of this file are known and pass; what is new or worse does not
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write what is found to this file, to be known from now on; then nothing fails
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub write_baseline: Option<PathBuf>,
    /// What makes it fall short.
    #[command(flatten)]
    pub fail_on: FailOn,
}

/// Formats of findings by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FindingsFormat {
    /// For a person.
    Human,
    /// A line each.
    Concise,
    /// `drplan.findings/1`.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML: a test case for every component and scenario.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// A comment on a pull request.
    Markdown,
}

/// What makes a run fall short.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct FailOn {
    /// The least severity that makes the exit code 1
    #[arg(long, value_enum, default_value_t = Threshold::Error, value_name = "SEVERITY")]
    pub fail_on: Threshold,
    /// Exit with 0 whatever is found; failures to do the work still give 2
    #[arg(long)]
    pub exit_zero: bool,
}

/// Severities by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Threshold {
    /// Errors only.
    Error,
    /// Warnings too.
    Warning,
    /// Everything.
    Note,
}

/// `compare`
#[derive(Debug, Args)]
pub(in crate::cli) struct Compare {
    /// Two specs, each a file, a folder or `REVISION:PATH`; or `REVISION..REVISION` and the spec's path. Revisions are read from
    /// the objects of the git repository; nothing is checked out. An empty revision after `..` is the working tree, and
    /// `...` compares with the common ancestor
    #[arg(value_name = "BASE|RANGE", required = true, num_args = 1..=2)]
    pub sides: Vec<String>,
    /// The format of what is printed
    #[arg(long, value_enum, default_value_t = CompareFormat::Human)]
    pub format: CompareFormat,
    /// Write the comparison in another format to a file as well; may be repeated
    #[arg(long, value_name = "FORMAT=FILE")]
    pub report: Vec<String>,
    /// The base may have no spec in its revision, or one that is not valid: then there is nothing to compare with, and the exit code is 0
    #[arg(long)]
    pub base_optional: bool,
    /// What makes the exit code 1
    #[arg(long, value_enum, default_value_t = Decline::Worse, value_name = "CHANGE")]
    pub fail_on: Decline,
    /// Exit with 0 whatever is found; failures to do the work still give 2
    #[arg(long)]
    pub exit_zero: bool,
}

/// Changes for the worse, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Decline {
    /// Anything promised that gets worse, and any promise that gets weaker.
    Worse,
    /// Only a promise that is newly broken.
    Unmet,
}
