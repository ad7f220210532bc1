//! What `assess` and `graph` take.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{SpecArg, TableFormat};

/// `assess`
#[derive(Debug, Args)]
pub(in crate::cli) struct Assess {
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

/// `graph`
#[derive(Debug, Args)]
pub(in crate::cli) struct Graph {
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
pub(in crate::cli) enum GraphFormat {
    /// Graphviz.
    Dot,
    /// Mermaid, for Markdown.
    Mermaid,
    /// A picture.
    Svg,
    /// Nodes and edges for tools.
    Json,
    /// A tree for the terminal.
    Text,
}
