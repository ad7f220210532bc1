//! Where a drill stands, and how it ended: for the one who does it, and for tools.

mod human;
mod json;

use jiff::Timestamp;

use super::Screen;
use crate::drill::{Drill, Projection, StampResult, StepState};
use crate::units::Seconds;

pub(crate) use json::schema;

/// The formats of a drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrillFormat {
    /// For a person at a terminal.
    Human,
    /// `drplan.drill-report/1`.
    Json,
}

/// What has just happened, and so what is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// It began: what is to be done, and what first.
    Started,
    /// Something was written into the record, as these lines say: what is next.
    Written(Vec<String>),
    /// Somebody asks where it stands.
    Shown,
    /// It is over: how it went, step by step.
    Finished,
}

/// A drill with all that is told of it.
pub struct DrillView<'a> {
    drill: &'a Drill<'a>,
    record: String,
    now: Timestamp,
    moment: Moment,
    projection: Projection,
    torn: usize,
}

impl<'a> DrillView<'a> {
    /// The view of a drill at an instant; `record` is where its record is, as people name it.
    pub fn new(drill: &'a Drill<'a>, record: &str, now: Timestamp, moment: Moment) -> Self {
        let projection = drill.projection(now);
        Self { drill, record: record.to_owned(), now, moment, projection, torn: 0 }
    }

    /// With so many lines that a crash has cut off.
    #[must_use]
    pub fn with_torn(self, torn: usize) -> Self {
        Self { torn, ..self }
    }

    /// The view in a format.
    pub fn render(&self, format: DrillFormat, screen: Screen) -> String {
        match format {
            DrillFormat::Human => human::render(self, &screen),
            DrillFormat::Json => json::render(self),
        }
    }

    /// Where a step stands.
    fn state(&self, step: &StepState<'_>) -> State {
        match step.ended.map(|ended| ended.result) {
            Some(StampResult::Done) => State::Done,
            Some(StampResult::Skipped) => State::Skipped,
            Some(_) => State::Failed,
            None if step.begun.is_some() || self.drill.is_ready(step) => State::Ready,
            None => State::Waiting,
        }
    }

    /// By how much a step is later than planned, and earlier where that is negative; of what is open, as things stand.
    fn late(&self, step: &StepState<'_>) -> i64 {
        signed(self.projection.end(step.planned.step)) - signed(Seconds(step.planned.to_s))
    }
}

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Something that it comes after is not over.
    Waiting,
    /// It can be done.
    Ready,
    /// It is done.
    Done,
    /// It did not work.
    Failed,
    /// It was left out.
    Skipped,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Ready => "ready",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// The same in a sign.
    fn sign(self) -> char {
        match self {
            Self::Waiting => ' ',
            Self::Ready => '▶',
            Self::Done => '✓',
            Self::Failed => '✗',
            Self::Skipped => '-',
        }
    }
}

fn signed(time: Seconds) -> i64 {
    i64::try_from(time.0).unwrap_or(i64::MAX)
}

/// A difference in words: `3 m behind`, `1 m ahead`, `on time`.
fn behind(late: i64) -> String {
    match late {
        0 => "on time".to_owned(),
        late if late > 0 => format!("{} behind", Seconds(late.unsigned_abs()).human()),
        late => format!("{} ahead", Seconds(late.unsigned_abs()).human()),
    }
}
