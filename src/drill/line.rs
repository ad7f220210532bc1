//! `drplan.drill/1`: the lines of a record. The types are the contract; `schemas/drill.schema.json` is made from them.

use jiff::Timestamp;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};

use crate::terms::{Impact, ScenarioKind, StepKind, Strategy};

/// Name and major version of the format.
pub const FORMAT: &str = "drplan.drill/1";

/// One line of the record of a drill. The first is a `start`, and no other is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "drplan drill")]
pub struct Line {
    /// Name and major version of this format.
    #[schemars(extend("const" = FORMAT))]
    pub format: String,
    /// The first sixteen hexadecimal digits of the SHA-256 of the line before, without its end; zeros in the first line.
    #[schemars(regex(pattern = "^[0-9a-f]{16}$"))]
    pub chain: String,
    /// When the line was written.
    #[schemars(with = "String")]
    pub written: Timestamp,
    /// Who wrote it.
    pub by: String,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The drill began; with all that the plan says of it.
    Start(Box<Start>),
    /// Something became of a step. Of several for one step the last counts: that is how a wrong one is corrected.
    Stamp(Stamp),
    /// Somebody noted something.
    Note(Note),
    /// The line before was cut off by a crash and says nothing.
    Torn(Torn),
    /// The drill is over.
    Finish(Finish),
}

/// The plan of the recovery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The name of the system.
    pub plan: String,
    /// The id of the scenario.
    pub scenario: String,
    /// Its kind.
    pub kind: ScenarioKind,
    /// Whether it is a real disaster and no drill.
    pub real: bool,
    /// When service was disrupted: all marks count from here.
    #[schemars(with = "String")]
    pub disrupted: Timestamp,
    /// A digest of the spec as it was.
    pub spec: String,
    /// A digest of what is done: it stays the same as long as only times, sizes and comments of the spec change.
    pub procedure: String,
    /// The version of drplan.
    pub version: String,
    /// Every step, by number.
    pub steps: Vec<Planned>,
    /// Every component that is interrupted, by name.
    pub components: Vec<PlannedComponent>,
    /// The data that is hit.
    pub data: Vec<PlannedData>,
}

/// A step as the plan has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// Its number, as on the page of the runbook.
    pub step: usize,
    /// Of which component.
    pub component: String,
    /// What is done.
    pub kind: StepKind,
    /// Who does it.
    pub team: Option<String>,
    /// Seconds from the disruption until it begins.
    pub from_s: u64,
    /// Seconds from the disruption until it ends.
    pub to_s: u64,
    /// By how many seconds it can be late without anything serving later.
    pub slack_s: u64,
    /// The steps that are over before it begins, by number.
    pub after: Vec<usize>,
    /// How many bytes it moves; null where it moves nothing.
    pub bytes: Option<u64>,
}

/// What the plan says of a component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedComponent {
    /// Which.
    pub component: String,
    /// What happens to it.
    pub impact: Impact,
    /// How it comes back.
    pub strategy: Strategy,
    /// The steps by whose end it serves again, by number.
    pub served_by: Vec<usize>,
    /// Seconds from the disruption until it serves again; null where it never does.
    pub back_s: Option<u64>,
    /// Within how many seconds it is promised to; null without a promise.
    pub rto_s: Option<u64>,
}

/// What the plan says of data that is hit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedData {
    /// Whose.
    pub component: String,
    /// Which.
    pub dataset: String,
    /// How many seconds of it are lost at worst; null where all is.
    pub loss_s: Option<u64>,
    /// How many seconds at most are promised to be lost; null without a promise.
    pub rpo_s: Option<u64>,
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stamp {
    /// Its number.
    pub step: usize,
    /// What became of it.
    pub result: StampResult,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// What somebody said to it.
    pub note: Option<String>,
}

/// What can become of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StampResult {
    /// Somebody began with it.
    Begun,
    /// It is done, and what was to be seen was seen.
    Done,
    /// It did not work; it can be tried again.
    Failed,
    /// It was left out.
    Skipped,
    /// All that was stamped for it was a mistake: it is still to be done.
    Undone,
}

/// Something that somebody noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// What.
    pub text: String,
}

/// That the line before was cut off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Torn {
    /// How many bytes are left of it.
    pub bytes: usize,
    /// The chain that it had or should have had: the digest of the last line that is whole.
    #[schemars(regex(pattern = "^[0-9a-f]{16}$"))]
    pub follows: String,
}

/// The end of a drill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finish {
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// What was lost of data, as far as somebody measured it.
    pub lost: Vec<Lost>,
    /// What somebody said to it.
    pub note: Option<String>,
}

/// What was lost of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lost {
    /// Whose.
    pub component: String,
    /// Which.
    pub dataset: String,
    /// From how many seconds before the disruption the newest data was that came back.
    pub lost_s: u64,
}

impl StampResult {
    /// What happened, in a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Undone => "undone",
        }
    }
}

/// The schema of a line.
pub fn schema() -> serde_json::Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Line>().to_value()
}
