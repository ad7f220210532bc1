//! What is asked of the real system: `observe` and `diff`.

use std::path::PathBuf;

use clap::Args;

use super::{CompareFormat, SpecArg};

/// `observe`
#[derive(Debug, Args)]
#[command(
    after_help = "Values that carry no time of their own are taken to be of `--as-of`, else of when their file was written, else of now."
)]
pub(in crate::cli) struct Observe {
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
pub(in crate::cli) struct PuppetDb {
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

/// `diff`
#[derive(Debug, Args)]
pub(in crate::cli) struct Diff {
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
