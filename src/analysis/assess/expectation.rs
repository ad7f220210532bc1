//! The spec's own tests of the plan.

use super::Assessment;
use crate::analysis::context::Context;
use crate::analysis::outcome::ComponentResult;
use crate::analysis::scenario::UnknownScenario;
use crate::model::{Bound, Expectation};
use crate::terms::Impact;
use crate::units::Seconds;

/// How an expectation turned out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// The id of its scenario, or that there is none of that name.
    pub scenario: Result<String, UnknownScenario>,
    /// What was found.
    pub found: Found,
    /// What is not as it is expected to be; empty where it holds. An unknown scenario never holds.
    pub failed: Vec<Failed>,
}

/// What was found; `None` within has no bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The impact on the component.
    pub impact: Impact,
    /// The greatest loss among the datasets that the expectation is about; zero where none is hit.
    pub data_loss: Option<Seconds>,
    /// The time until the component serves again; zero where it serves all the time.
    pub recovery: Option<Seconds>,
}

/// What an expectation states and what does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// The impact is another.
    Impact,
    /// The data loss is outside the bounds.
    DataLoss,
    /// The recovery time is outside the bounds.
    Recovery,
}

impl Evaluation {
    /// Whether the expectation holds.
    pub fn holds(&self) -> bool {
        self.scenario.is_ok() && self.failed.is_empty()
    }
}

pub(super) fn evaluations(context: &Context<'_>, assessment: &Assessment<'_>) -> Vec<Evaluation> {
    let expectations = context.model.expectations.iter();
    expectations.map(|expectation| evaluation(context, assessment, expectation)).collect()
}

fn evaluation(context: &Context<'_>, assessment: &Assessment<'_>, expectation: &Expectation) -> Evaluation {
    match assessment.scenarios.find(&expectation.scenario) {
        Ok(scenario) => {
            let result = assessment.result(context, &scenario, expectation.component);
            let (found, failed) = evaluate(expectation, result.as_ref());
            Evaluation { scenario: Ok(scenario.id), found, failed }
        }
        Err(unknown) => Evaluation { scenario: Err(unknown), found: evaluate(expectation, None).0, failed: Vec::new() },
    }
}

/// Holds an expectation against a result; none is a component that the scenario does nothing to.
pub fn evaluate(expectation: &Expectation, result: Option<&ComponentResult>) -> (Found, Vec<Failed>) {
    let losses = result.map(|result| &*result.data_loss).unwrap_or_default();
    let about = losses.iter().filter(|loss| expectation.dataset.is_none_or(|dataset| dataset == loss.dataset));
    let found = Found {
        impact: result.map_or(Impact::None, |result| result.impact),
        data_loss: about.map(|loss| loss.loss.worst).try_fold(Seconds::ZERO, |most, loss| Some(most.max(loss?))),
        recovery: result.map_or(Some(Seconds::ZERO), ComponentResult::away),
    };
    let expected = &expectation.expected;
    let outside = |bound: Option<Bound>, found| bound.is_some_and(|bound| !is_within(bound, found));
    let mut failed = Vec::new();
    if expected.impact.is_some_and(|impact| impact != found.impact) {
        failed.push(Failed::Impact);
    }
    if outside(expected.data_loss, found.data_loss) {
        failed.push(Failed::DataLoss);
    }
    if outside(expected.recovery, found.recovery) {
        failed.push(Failed::Recovery);
    }
    (found, failed)
}

fn is_within(bound: Bound, found: Option<Seconds>) -> bool {
    match found {
        None => bound.at_most.is_none(),
        Some(_) if bound.unbounded => false,
        Some(found) => {
            bound.at_most.is_none_or(|most| found <= most) && bound.at_least.is_none_or(|least| found >= least)
        }
    }
}
