//! Results beside what is promised.

use super::Assessment;
use crate::analysis::context::Context;
use crate::analysis::impact::Level;
use crate::analysis::outcome::{ComponentResult, DataLoss, Outcome, promise};
use crate::analysis::rto::PathStep;
use crate::analysis::scenario::Scenario;
use crate::model::Promise;
use crate::terms::Impact;

/// One result with its scenario and what is promised there.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// In which scenario.
    pub scenario: &'a Scenario,
    /// The whole outcome of the scenario.
    pub outcome: &'a Outcome,
    /// What it does to the component.
    pub result: &'a ComponentResult,
    /// What is promised for the component.
    pub promise: Promise,
}

impl<'a> Judged<'a> {
    /// Looks up what is promised.
    pub fn new(
        context: &Context<'_>,
        scenario: &'a Scenario,
        outcome: &'a Outcome,
        result: &'a ComponentResult,
    ) -> Self {
        let promise = promise(context, scenario.kind, scenario.declared(), result.component);
        Self { scenario, outcome, result, promise }
    }

    /// Whether it is back in time; none where nothing is promised.
    pub fn rto_met(&self) -> Option<bool> {
        let within = self.promise.rto?.at_most;
        Some(self.result.away().is_some_and(|away| away <= within))
    }

    /// Whether no more of a dataset is lost than is promised; none where nothing is.
    pub fn rpo_met(&self, loss: &DataLoss) -> Option<bool> {
        let within = self.promise.rpo?.at_most;
        Some(loss.loss.worst.is_some_and(|worst| worst <= within))
    }

    /// How many promises are broken: the recovery time is one, the data loss of each dataset another.
    pub fn breaches(&self) -> usize {
        let losses = self.result.data_loss.iter().filter(|loss| self.rpo_met(loss) == Some(false));
        losses.count() + usize::from(self.rto_met() == Some(false))
    }

    /// Whether the component or any of its data does not come back at all.
    pub fn is_lost(&self) -> bool {
        self.result.impact == Impact::Lost || self.result.data_loss.iter().any(|loss| loss.loss.worst.is_none())
    }

    /// The steps that decide when the component serves again.
    pub fn critical_path(&self) -> Vec<PathStep> {
        self.result.recovery.map(|times| self.outcome.schedule.critical_path(&times)).unwrap_or_default()
    }
}

/// Whether somebody who merely waits has been promised to wait less long. That is so exactly where a component that is
/// hit comes back later than the least of the promises to those who wait for it: each of them waits for the last that it
/// needs.
pub(super) fn waits_too_long(context: &Context<'_>, scenario: &Scenario, core: &Outcome) -> bool {
    let class = context.promises.class(scenario.kind, scenario.declared());
    core.results.iter().any(|result| {
        let waiting = || context.promises.waiting(context.model, class, result.component);
        let least = match result.level() {
            Level::Serves => None,
            Level::Reads => waiting().reads,
            Level::Down => waiting().down,
        };
        least.is_some_and(|least| result.away().is_none_or(|away| away > least))
    })
}

/// An assessment in three numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Scenarios that were looked at.
    pub scenarios: usize,
    /// Components of the model.
    pub components: usize,
    /// Promises that are broken, each in each scenario.
    pub breaches: usize,
}

impl Assessment<'_> {
    /// The whole in three numbers.
    pub fn summary(&self, context: &Context<'_>) -> Summary {
        Summary {
            scenarios: self.cores().count(),
            components: context.model.components.len(),
            breaches: self.breaches(context).map(|judged| judged.breaches()).sum(),
        }
    }
}
