//! What the lines of a record come to: every step with what became of it.

use jiff::Timestamp;

use super::line::{Event, Finish, Line, Planned, Stamp, StampResult, Start};
use super::record::Record;
use crate::terms::StepKind;
use crate::units::Seconds;

/// Two steps that are stamped done within so many seconds were not timed by the one who stamped them.
const TOGETHER: i64 = 5;

/// A drill as far as it has come.
#[derive(Clone, Debug)]
pub struct Drill<'r> {
    /// What the plan said.
    pub start: &'r Start,
    /// Who began it.
    pub by: &'r str,
    /// Every step, in the order of numbers.
    pub steps: Vec<StepState<'r>>,
    /// What was noted of no step: when, by whom and what.
    pub notes: Vec<(Timestamp, &'r str, &'r str)>,
    /// How it ended; none while it goes on.
    pub finish: Option<&'r Finish>,
    /// The last instant of which it says anything.
    pub last: Timestamp,
}

/// What became of a step.
#[derive(Clone, Debug)]
pub struct StepState<'r> {
    /// The step as planned.
    pub planned: &'r Planned,
    /// When somebody said that he began with it.
    pub begun: Option<Timestamp>,
    /// How it ended.
    pub ended: Option<Ended<'r>>,
    /// How often it failed.
    pub failures: usize,
    /// What was said to it.
    pub notes: Vec<&'r str>,
}

/// The end of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended<'r> {
    /// When.
    pub at: Timestamp,
    /// `Done`, `Failed` or `Skipped`.
    pub result: StampResult,
    /// Who said so.
    pub by: &'r str,
    /// Whether it was stamped in one go with a step that it comes after, so that the time between the two means nothing.
    pub together: bool,
}

impl<'r> Drill<'r> {
    /// Goes through the lines; none for a record without any.
    pub fn of(record: &'r Record) -> Option<Self> {
        let start = record.start()?;
        let first = record.lines.first()?;
        let state = |planned| StepState { planned, begun: None, ended: None, failures: 0, notes: Vec::new() };
        let steps = start.steps.iter().map(state).collect();
        let mut drill = Self { start, by: &first.by, steps, notes: Vec::new(), finish: None, last: start.disrupted };
        let mut before: Option<&Line> = None;
        for line in &record.lines {
            drill.take(line, before);
            before = Some(line);
        }
        Some(drill)
    }

    fn take(&mut self, line: &'r Line, before: Option<&'r Line>) {
        match &line.event {
            Event::Stamp(stamp) => {
                let together = self.is_together(line, stamp, before);
                if let Some(step) = self.steps.get_mut(stamp.step.wrapping_sub(1)) {
                    step.take(stamp, &line.by, together);
                }
                self.last = self.last.max(stamp.at);
            }
            Event::Note(note) => self.notes.push((line.written, &line.by, &note.text)),
            Event::Finish(finish) => {
                self.finish = Some(finish);
                self.last = self.last.max(finish.at);
            }
            Event::Start(_) | Event::Torn(_) => {}
        }
    }

    /// Whether the stamp before was of a step that this one comes after, and only a moment ago.
    fn is_together(&self, line: &Line, stamp: &Stamp, before: Option<&Line>) -> bool {
        let Some(Event::Stamp(other)) = before.map(|before| &before.event) else { return false };
        let after = self.start.steps.get(stamp.step.wrapping_sub(1)).map(|step| step.after.as_slice());
        let follows = after.unwrap_or_default().contains(&other.step);
        follows && stamp.at == line.written && stamp.at.as_second() - other.at.as_second() <= TOGETHER
    }

    /// A step by its number.
    pub fn step(&self, number: usize) -> Option<&StepState<'r>> {
        self.steps.get(number.checked_sub(1)?)
    }

    /// When a step began: as somebody said, else when the last of those was over that it comes after.
    pub fn begun(&self, step: &StepState<'_>) -> Option<Timestamp> {
        if step.begun.is_some() {
            return step.begun;
        }
        let mut begun = self.start.disrupted;
        for before in &step.planned.after {
            let before = self.step(*before)?;
            begun = begun.max(before.over()?);
        }
        Some(begun)
    }

    /// How long a step took; none where it is not done, or where its stamps do not tell.
    pub fn took(&self, step: &StepState<'_>) -> Option<Seconds> {
        let ended = step.ended.filter(|ended| ended.result == StampResult::Done)?;
        if ended.together && step.begun.is_none() {
            return None;
        }
        let seconds = ended.at.as_second() - self.begun(step)?.as_second();
        u64::try_from(seconds).ok().map(Seconds)
    }

    /// Whether everything is over that a step comes after.
    pub fn is_ready(&self, step: &StepState<'_>) -> bool {
        step.planned.after.iter().all(|before| self.step(*before).is_some_and(|before| before.over().is_some()))
    }

    /// The first step that is to be done next: of those that can be begun the one of the smallest number.
    pub fn next(&self) -> Option<&StepState<'r>> {
        let open = || self.steps.iter().filter(|step| step.over().is_none());
        open().find(|step| self.is_ready(step)).or_else(|| open().next())
    }

    /// Seconds from the disruption to an instant; zero where it was before.
    pub fn since(&self, at: Timestamp) -> Seconds {
        Seconds(u64::try_from(at.as_second().saturating_sub(self.start.disrupted.as_second())).unwrap_or(0))
    }
}

impl<'r> StepState<'r> {
    fn take(&mut self, stamp: &'r Stamp, by: &'r str, together: bool) {
        self.notes.extend(stamp.note.as_deref());
        match stamp.result {
            StampResult::Begun => self.begun = Some(stamp.at),
            StampResult::Undone => (self.begun, self.ended, self.failures) = (None, None, 0),
            result => {
                self.failures += usize::from(result == StampResult::Failed);
                // What is said again, with a note, changes nothing else.
                let same = self.ended.filter(|ended| ended.at == stamp.at && ended.result == result);
                self.ended =
                    Some(Ended { at: stamp.at, result, by, together: together || same.is_some_and(|s| s.together) });
            }
        }
    }

    /// When nothing is left to do of it: it is done, or left out. One that failed is still to be done.
    pub fn over(&self) -> Option<Timestamp> {
        self.ended.filter(|ended| ended.result != StampResult::Failed).map(|ended| ended.at)
    }

    /// Whether it was left out although without it nothing is brought back. In a drill the alarm is given and clients stay
    /// where they are.
    pub fn is_missed(&self) -> bool {
        let skipped = self.ended.is_some_and(|ended| ended.result == StampResult::Skipped);
        skipped && !matches!(self.planned.kind, StepKind::Detect | StepKind::Respond | StepKind::Cutover)
    }
}
