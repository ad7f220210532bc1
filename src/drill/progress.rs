//! Where a drill stands: what serves when, what is promised, and how it ended.

use std::fmt;

use jiff::Timestamp;

use super::line::{PlannedComponent, PlannedData, StampResult};
use super::record::order;
use super::stamps::Drill;
use crate::units::Seconds;

/// How a step that was not done is told where it is told what fell short; all else that is told there is a promise.
pub const NOT_DONE: &str = " was not done";

/// How a drill ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything was done, and every promise was kept.
    Ok,
    /// Every promise was kept, and steps were left out without which nothing is brought back.
    Partial,
    /// A step was not done, or a promise not kept.
    Failed,
}

/// When each step ends, as far as anybody can tell now: measured where it is over, else at planned speed from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Projection {
    /// Seconds from the disruption, by step.
    ends: Vec<Seconds>,
}

/// When a component serves again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Back<'r> {
    /// What the plan says of it.
    pub planned: &'r PlannedComponent,
    /// When it serves again or will; none where nothing that can be stamped brings it back.
    pub at: Option<Seconds>,
    /// Whether it serves by now.
    pub is_back: bool,
}

/// What was lost of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss<'r> {
    /// What the plan says of it.
    pub planned: &'r PlannedData,
    /// How much was lost, where somebody measured it.
    pub lost: Option<Seconds>,
}

impl Verdict {
    /// Every word, as in the observed state.
    pub const WORDS: &'static [&'static str] = &["ok", "partial", "failed"];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Projection {
    /// When a step ends, by its number.
    pub fn end(&self, step: usize) -> Seconds {
        step.checked_sub(1).and_then(|at| self.ends.get(at)).copied().unwrap_or_default()
    }

    /// When the last step ends.
    pub fn last(&self) -> Seconds {
        self.ends.iter().copied().max().unwrap_or_default()
    }
}

impl Back<'_> {
    /// Whether it is in time; none where nothing is promised.
    pub fn is_met(&self) -> Option<bool> {
        let within = self.planned.rto_s?;
        Some(self.at.is_some_and(|at| at.0 <= within))
    }
}

impl Loss<'_> {
    /// Whether no more is lost than promised; none where nothing is promised or measured.
    pub fn is_met(&self) -> Option<bool> {
        Some(self.lost?.0 <= self.planned.rpo_s?)
    }
}

impl<'r> Drill<'r> {
    /// When each step ends. What is open goes on at planned speed, and is not over before now; of a drill that is over
    /// nothing goes on.
    pub fn projection(&self, now: Timestamp) -> Projection {
        let now = self.since(self.finish.map_or(now, |finish| finish.at));
        let mut ends = vec![Seconds::ZERO; self.steps.len()];
        for at in order(self.start).unwrap_or_default() {
            let Some(step) = self.steps.get(at as usize) else { continue };
            let before = step.planned.after.iter().filter_map(|number| ends.get(number.checked_sub(1)?)).copied().max();
            let begins = step.begun.map(|begun| self.since(begun)).or(before).unwrap_or_default();
            let takes = Seconds(step.planned.to_s.saturating_sub(step.planned.from_s));
            let end = match (step.over(), step.ended) {
                (Some(over), _) => self.since(over),
                // What failed begins again.
                (None, Some(failed)) => (self.since(failed.at) + takes).max(now),
                (None, None) => (begins + takes).max(now),
            };
            if let Some(slot) = ends.get_mut(at as usize) {
                *slot = end;
            }
        }
        Projection { ends }
    }

    /// When each component serves again, by name.
    pub fn backs(&self, projection: &Projection) -> Vec<Back<'r>> {
        let back = |planned: &'r PlannedComponent| {
            let steps = || planned.served_by.iter().filter_map(|number| self.step(*number));
            let at = planned.served_by.iter().map(|number| projection.end(*number)).max();
            let at = at.filter(|_| planned.back_s.is_some());
            Back { planned, at, is_back: at.is_some() && steps().all(|step| step.over().is_some()) }
        };
        self.start.components.iter().map(back).collect()
    }

    /// What was lost of each dataset that is hit.
    pub fn losses(&self) -> Vec<Loss<'r>> {
        let measured = self.finish.map(|finish| finish.lost.as_slice()).unwrap_or_default();
        let loss = |planned: &'r PlannedData| {
            let of = measured.iter().find(|one| one.component == planned.component && one.dataset == planned.dataset);
            Loss { planned, lost: of.map(|one| Seconds(one.lost_s)) }
        };
        self.start.data.iter().map(loss).collect()
    }

    /// How it ended; none while it goes on.
    pub fn verdict(&self) -> Option<Verdict> {
        let finish = self.finish?;
        let projection = self.projection(finish.at);
        let undone = self.steps.iter().any(|step| step.over().is_none());
        let late = self.backs(&projection).iter().any(|back| back.is_met() == Some(false));
        let lost = self.losses().iter().any(|loss| loss.is_met() == Some(false));
        let missed = self.steps.iter().any(super::StepState::is_missed);
        Some(match (undone || late || lost, missed) {
            (true, _) => Verdict::Failed,
            (false, true) => Verdict::Partial,
            (false, false) => Verdict::Ok,
        })
    }

    /// Whether a component was brought back: every step of it is done, but for those that a drill may leave out.
    pub fn brought_back(&self, component: &str) -> bool {
        let own = || self.steps.iter().filter(|step| step.planned.component == component);
        let is_done = |result| matches!(result, Some(StampResult::Done));
        own().any(|step| is_done(step.ended.map(|ended| ended.result)))
            && own().all(|step| step.over().is_some() && !step.is_missed())
    }
}
