//! The sum behind each loss of a result, for those who show it: an assessment keeps the numbers alone.

use std::collections::BTreeMap;

use super::assess::Judged;
use super::context::Context;
use super::loss::{Loss, LossEngine};
use super::losses::{GroupRemains, Remains};
use super::outcome::{ComponentResult, DataLoss, recovery};
use crate::model::{ComponentId, GroupId, Via};

/// Explains losses. Scenarios that share an outcome share the work.
pub struct Explainer<'a> {
    context: &'a Context<'a>,
    engine: &'a LossEngine<'a>,
    /// By the address of the outcome, which the assessment holds on to.
    left: BTreeMap<usize, Left>,
}

/// What a scenario leaves of the data that it hits: the questions to which the losses are the answers.
struct Left {
    alone: BTreeMap<ComponentId, Vec<Remains>>,
    groups: BTreeMap<GroupId, Vec<GroupRemains>>,
}

impl<'a> Explainer<'a> {
    /// An explainer that has explained nothing yet.
    pub fn new(context: &'a Context<'a>, engine: &'a LossEngine<'a>) -> Self {
        Self { context, engine, left: BTreeMap::new() }
    }

    /// Every loss of a result with its derivation; a provider's promise has none.
    pub fn losses(&mut self, judged: &Judged<'_>) -> Vec<(DataLoss, Option<Loss>)> {
        if judged.result.data_loss.is_empty() {
            return Vec::new();
        }
        let key = std::ptr::from_ref(judged.outcome) as usize;
        let (context, engine) = (self.context, self.engine);
        let left = self.left.entry(key).or_insert_with(|| Left::of(context, judged));
        left.explain(engine, judged.result)
    }
}

impl Left {
    fn of(context: &Context<'_>, judged: &Judged<'_>) -> Self {
        let recovery = recovery(context, judged.scenario);
        let hit = judged.outcome.results.iter().filter(|result| !result.data_loss.is_empty());
        let alone = hit.map(|result| (result.component, recovery.remains(context, result.component))).collect();
        let groups = recovery.spread.groups.iter();
        let groups = groups.map(|&group| (group, recovery.group_remains(context, group))).collect();
        Self { alone, groups }
    }

    fn explain(&self, engine: &LossEngine<'_>, result: &ComponentResult) -> Vec<(DataLoss, Option<Loss>)> {
        let explain = |loss: &DataLoss| {
            if let Some(with) = &loss.group {
                return Some(engine.explain_group(with.group, self.groups.get(&with.group)?, loss.dataset));
            }
            let alone = self.alone.get(&result.component)?.iter().find(|left| left.dataset == loss.dataset);
            alone.filter(|_| loss.loss.via != Some(Via::Guarantee)).map(|left| engine.explain(left))
        };
        result.data_loss.iter().map(|loss| (loss.clone(), explain(loss))).collect()
    }
}
