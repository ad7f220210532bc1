//! What can be typed: commands, their arguments and options. Help, man pages and completions are made from it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    /// Write Puppet code and runbooks
    Generate(Generate),
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

/// What makes a run fall short.
#[derive(Clone, Debug, Args)]
pub(super) struct FailOn {
    /// The least severity that makes the exit code 1
    #[arg(long, value_enum, default_value_t = Threshold::Error, value_name = "SEVERITY")]
    pub fail_on: Threshold,
    /// Exit with 0 whatever is found; failures to do the work still give 2
    #[arg(long)]
    pub exit_zero: bool,
}

/// Severities by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Threshold {
    /// Errors only.
    Error,
    /// Warnings too.
    Warning,
    /// Everything.
    Note,
}

/// Formats of findings by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FindingsFormat {
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

/// `init`
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The folder; it is made if need be, and nothing in it is overwritten
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
}

/// `validate`
#[derive(Debug, Args)]
pub(super) struct Validate {
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

/// `assess`
#[derive(Debug, Args)]
pub(super) struct Assess {
    /// The spec.
    #[command(flatten)]
    pub spec: SpecArg,
    /// What was observed, as `drplan observe` writes it: measured values stand in for declared ones; may be repeated
    #[arg(long, value_name = "FILE")]
    pub observed: Vec<PathBuf>,
    /// The format of what is printed
    #[arg(long, value_enum, default_value_t = TableFormat::Human)]
    pub format: TableFormat,
    /// Only these components; may be repeated
    #[arg(long, value_name = "NAME")]
    pub component: Vec<String>,
    /// Only these scenarios, by id; may be repeated
    #[arg(long, value_name = "ID")]
    pub scenario: Vec<String>,
    /// Only scenarios of these kinds, such as site-loss; may be repeated
    #[arg(long, value_name = "KIND")]
    pub kind: Vec<String>,
    /// How many failures at once: 2 takes every pair of instances, locations and stores too
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
    pub depth: u8,
    /// Every pair of scenario and component, also where nothing happens
    #[arg(long)]
    pub all: bool,
    /// Exit with 0 whatever is found; failures to do the work still give 2
    #[arg(long)]
    pub exit_zero: bool,
}

/// Formats of results by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TableFormat {
    /// For a person.
    Human,
    /// For tools.
    Json,
}

/// `graph`
#[derive(Debug, Args)]
pub(super) struct Graph {
    /// The spec.
    #[command(flatten)]
    pub spec: SpecArg,
    /// The format of what is printed
    #[arg(long, value_enum, default_value_t = GraphFormat::Dot)]
    pub format: GraphFormat,
    /// Colour what falls in a scenario, and say what comes back when
    #[arg(long, value_name = "ID")]
    pub scenario: Option<String>,
}

/// Formats of graphs by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum GraphFormat {
    /// Graphviz.
    Dot,
    /// Mermaid, for Markdown.
    Mermaid,
    /// A picture.
    Svg,
    /// Nodes and edges for tools.
    Json,
}

/// `observe`
#[derive(Debug, Args)]
#[command(
    after_help = "Values that carry no time of their own are taken to be of `--as-of`, else of when their file was written, else of now."
)]
pub(super) struct Observe {
    /// An adapter, whose output it is where the output does not say, and the file; standard input without one or with `-`
    #[arg(value_name = "ADAPTER[@WHOSE][=FILE]")]
    pub sources: Vec<String>,
    /// The spec whose components, copies and stores are looked for
    #[arg(long, value_name = "SPEC", default_value = ".")]
    pub spec: PathBuf,
    /// Write to this file, whole or not at all, instead of printing
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Name every adapter, and the command whose output it reads
    #[arg(long)]
    pub list: bool,
    /// PuppetDB.
    #[command(flatten)]
    pub puppetdb: PuppetDb,
}

/// How PuppetDB is asked.
#[derive(Debug, Args)]
#[command(next_help_heading = "Asking PuppetDB")]
pub(super) struct PuppetDb {
    /// Ask PuppetDB at this address over HTTPS: `https://puppetdb.example.com:8081`
    #[arg(long = "puppetdb", value_name = "URL")]
    pub url: Option<String>,
    /// The authority that signed its certificate
    #[arg(long, value_name = "FILE")]
    pub cacert: Option<PathBuf>,
    /// The certificate by which it knows us
    #[arg(long, value_name = "FILE")]
    pub cert: Option<PathBuf>,
    /// The private key of that certificate
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
}

/// `compare`
#[derive(Debug, Args)]
pub(super) struct Compare {
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
    /// What makes the exit code 1
    #[arg(long, value_enum, default_value_t = Decline::Worse, value_name = "CHANGE")]
    pub fail_on: Decline,
    /// Exit with 0 whatever is found; failures to do the work still give 2
    #[arg(long)]
    pub exit_zero: bool,
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

/// Changes for the worse, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Decline {
    /// Anything promised that gets worse, and any promise that gets weaker.
    Worse,
    /// Only a promise that is newly broken.
    Unmet,
}

/// `diff`
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// The spec.
    #[command(flatten)]
    pub spec: SpecArg,
    /// What was observed, as `drplan observe` writes it; may be repeated, the newest of each value counts. `-` is standard input
    #[arg(long, value_name = "FILE", required_unless_present = "deployed")]
    pub observed: Vec<PathBuf>,
    /// A folder with generated files, to be held against what would be generated now
    #[arg(long, value_name = "DIR")]
    pub deployed: Option<PathBuf>,
    /// A folder of a machine, to be held against what would be generated now by the digests that were observed of its files
    #[arg(long, value_name = "HOST:DIR", requires = "observed")]
    pub deployed_on: Option<String>,
    /// The format of what is printed
    #[arg(long, value_enum, default_value_t = CompareFormat::Human)]
    pub format: CompareFormat,
    /// Write the changes in another format to a file as well; may be repeated
    #[arg(long, value_name = "FORMAT=FILE")]
    pub report: Vec<String>,
    /// Exit with 0 whatever is found; failures to do the work still give 2
    #[arg(long)]
    pub exit_zero: bool,
}

/// `generate`
#[derive(Debug, Args)]
pub(super) struct Generate {
    /// What to generate, then the spec: any of `puppet` and `runbooks`; all without one
    #[arg(value_name = "WHAT|SPEC")]
    pub what_or_spec: Vec<String>,
    /// The folder to write below
    #[arg(short, long, value_name = "DIR", required = true)]
    pub output: PathBuf,
    /// Write nothing; print a unified diff of what is out of date, and exit with 1 if anything is
    #[arg(long)]
    pub check: bool,
}

/// `fmt`
#[derive(Debug, Args)]
pub(super) struct Fmt {
    /// Files or folders; `-` reads standard input and prints
    #[arg(value_name = "SPEC", default_value = ".")]
    pub specs: Vec<PathBuf>,
    /// Write nothing; name the files that are not in canonical form, and exit with 1 if there are any
    #[arg(long)]
    pub check: bool,
}

/// `explain`
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The name of a finding; without it, all names
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

/// `schema`
#[derive(Debug, Args)]
pub(super) struct Schema {
    /// Which schema; `spec` without it
    #[arg(value_name = "NAME", default_value = "spec")]
    pub name: String,
}

/// `completions`
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// `man`
#[derive(Debug, Args)]
pub(super) struct Man {
    /// Write a page for each command into this folder instead of printing the main page
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}
