//! What `drill` and its commands take.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{SpecArg, TableFormat};

/// `drill`
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum DrillCommand {
    /// Begin a record: the steps of a scenario, with the times by which they are to be over
    Start(DrillStart),
    /// Say what became of a step: without any argument, that the next one is done
    Step(DrillStep),
    /// Write something down
    Note(DrillNote),
    /// End it, and compare what was measured with what was planned
    Finish(DrillFinish),
    /// Say where it stands; changes nothing
    #[command(alias = "status")]
    Show(DrillShow),
}

/// The record that a command is about.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct DrillRecord {
    /// The record [default: the only one in `drills` whose drill is not over]
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// The spec that it has to be of: a record of another spec is refused
    #[arg(long, value_name = "SPEC")]
    pub spec: Option<PathBuf>,
}

/// What can be said of anything that happened in a drill.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct DrillEntry {
    /// When it was: so long ago, such as `5m`, or an instant [default: now]
    #[arg(long, value_name = "WHEN")]
    pub at: Option<String>,
    /// Something to remember of it
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Who writes [default: the user's name]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}

/// `drill start`
#[derive(Debug, Args)]
pub(in crate::cli) struct DrillStart {
    /// The scenario, by id
    #[arg(value_name = "SCENARIO")]
    pub scenario: String,
    /// The spec.
    #[command(flatten)]
    pub spec: SpecArg,
    /// The record to begin [default: drills/DATE-SCENARIO.jsonl]
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// It is a real disaster and no drill
    #[arg(long)]
    pub real: bool,
    /// When service was disrupted: so long ago, such as `20m`, or an instant [default: now]
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
    /// Who leads it [default: the user's name]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// The format of what is printed
    #[arg(long, value_enum, default_value_t = TableFormat::Human)]
    pub format: TableFormat,
}

/// `drill step`
#[derive(Debug, Args)]
#[command(
    after_help = "A step is named by its number or by component and step; RESULT is `done` (the default), `failed`, `skip`, `begin` or `undo`. With `--at` a stamp that is there is corrected."
)]
pub(in crate::cli) struct DrillStep {
    /// The step and what became of it: `3`, `3 failed`, `db promote skip`; without a step the next one
    #[arg(value_name = "STEP|RESULT")]
    pub what: Vec<String>,
    /// What is said of it.
    #[command(flatten)]
    pub entry: DrillEntry,
    /// The record.
    #[command(flatten)]
    pub record: DrillRecord,
    /// The format of what is printed
    #[arg(long, value_enum, default_value_t = TableFormat::Human)]
    pub format: TableFormat,
}

/// `drill note`
#[derive(Debug, Args)]
pub(in crate::cli) struct DrillNote {
    /// What to write down
    #[arg(value_name = "TEXT", required = true)]
    pub text: Vec<String>,
    /// Who writes [default: the user's name]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// The record.
    #[command(flatten)]
    pub record: DrillRecord,
}

/// `drill finish`
#[derive(Debug, Args)]
pub(in crate::cli) struct DrillFinish {
    /// How much of a dataset was lost, as time before the disruption: `shop-db.main=25s`; may be repeated
    #[arg(long, value_name = "DATASET=DURATION")]
    pub lost: Vec<String>,
    /// What is said of it.
    #[command(flatten)]
    pub entry: DrillEntry,
    /// The record.
    #[command(flatten)]
    pub record: DrillRecord,
    /// The format of what is printed
    #[arg(long, value_enum, default_value_t = TableFormat::Human)]
    pub format: TableFormat,
}

/// `drill show`
#[derive(Debug, Args)]
pub(in crate::cli) struct DrillShow {
    /// The record.
    #[command(flatten)]
    pub record: DrillRecord,
    /// The format of what is printed
    #[arg(long, value_enum, default_value_t = TableFormat::Human)]
    pub format: TableFormat,
}
