//! What an assessment says, as a view that the formats render: results narrowed by the flags of the command line, each
//! with the sum that its numbers come from.

mod human;
mod json;

use std::collections::BTreeMap;

use crate::analysis::assess::{Assessment, Assumption, Judged, Summary, assumptions, untouched};
use crate::analysis::context::Context;
use crate::analysis::loss::{Loss, LossEngine};
use crate::analysis::losses::{GroupRemains, Remains};
use crate::analysis::outcome::{ComponentResult, DataLoss, recovery};
use crate::analysis::scenario::Scenario;
use crate::model::{ComponentId, GroupId, Measurement, Via};
use crate::terms::ScenarioKind;

use super::Style;

pub(crate) use json::schema;

/// What to show.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only these components; all where empty.
    pub components: Vec<ComponentId>,
    /// Only these scenarios, by id; all where empty.
    pub scenarios: Vec<String>,
    /// Only scenarios of these kinds; all where empty.
    pub kinds: Vec<ScenarioKind>,
    /// Every pair of scenario and component, also where nothing happens.
    pub all: bool,
}

impl Filter {
    /// Whether something is left out.
    fn is_narrow(&self) -> bool {
        !(self.components.is_empty() && self.scenarios.is_empty() && self.kinds.is_empty())
    }
}

/// The formats of an assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssessmentFormat {
    /// For a person at a terminal.
    Human,
    /// `drplan.assessment/1`.
    Json,
}

/// An assessment with all that is needed to explain it.
pub struct AssessmentView<'a> {
    context: &'a Context<'a>,
    engine: &'a LossEngine<'a>,
    assessment: &'a Assessment<'a>,
    filter: Filter,
    measurements: &'a [Measurement],
}

/// One row: a result, and the derivation of each of its losses.
struct Row<'a> {
    judged: Judged<'a>,
    losses: Vec<(DataLoss, Option<Loss>)>,
}

/// What a scenario leaves of the data that it hits: the questions to which the losses are the answers.
struct Left {
    alone: BTreeMap<ComponentId, Vec<Remains>>,
    groups: BTreeMap<GroupId, Vec<GroupRemains>>,
}

impl<'a> AssessmentView<'a> {
    /// The view of an assessment through a filter.
    pub fn new(
        context: &'a Context<'a>,
        engine: &'a LossEngine<'a>,
        assessment: &'a Assessment<'a>,
        filter: Filter,
    ) -> Self {
        Self { context, engine, assessment, filter, measurements: &[] }
    }

    /// With the measured values that stand in for declared ones.
    #[must_use]
    pub fn with_measurements(self, measurements: &'a [Measurement]) -> Self {
        Self { measurements, ..self }
    }

    /// The view in a format.
    pub fn render(&self, format: AssessmentFormat, style: Style) -> String {
        match format {
            AssessmentFormat::Human => human::render(self, style),
            AssessmentFormat::Json => json::render(self),
        }
    }

    /// Whether a promise among what is shown is broken.
    pub fn has_breach(&self) -> bool {
        self.judged().iter().any(|judged| judged.breaches() > 0)
    }

    fn shows_scenario(&self, scenario: &Scenario) -> bool {
        let Filter { scenarios, kinds, .. } = &self.filter;
        (scenarios.is_empty() || scenarios.contains(&scenario.id))
            && (kinds.is_empty() || kinds.contains(&scenario.kind))
    }

    fn shows(&self, judged: &Judged<'_>) -> bool {
        let components = &self.filter.components;
        self.shows_scenario(judged.scenario) && (components.is_empty() || components.contains(&judged.result.component))
    }

    fn judged(&self) -> Vec<Judged<'a>> {
        self.assessment.results(self.context).filter(|judged| self.shows(judged)).collect()
    }

    /// Every result that is shown, with derivations. Scenarios that share an outcome share the work.
    fn rows(&self) -> Vec<Row<'a>> {
        let mut remains: BTreeMap<usize, Left> = BTreeMap::new();
        let mut rows = Vec::new();
        for judged in self.judged() {
            let key = std::ptr::from_ref(judged.outcome) as usize;
            let losses = if judged.result.data_loss.is_empty() {
                Vec::new()
            } else {
                let of_outcome = remains.entry(key).or_insert_with(|| self.remains(&judged));
                self.losses(judged.result, of_outcome)
            };
            rows.push(Row { judged, losses });
        }
        rows
    }

    fn remains(&self, judged: &Judged<'_>) -> Left {
        let recovery = recovery(self.context, judged.scenario);
        let hit = judged.outcome.results.iter().filter(|result| !result.data_loss.is_empty());
        let alone = hit.map(|result| (result.component, recovery.remains(self.context, result.component))).collect();
        let groups = recovery.spread.groups.iter();
        let groups = groups.map(|&group| (group, recovery.group_remains(self.context, group))).collect();
        Left { alone, groups }
    }

    fn losses(&self, result: &ComponentResult, left: &Left) -> Vec<(DataLoss, Option<Loss>)> {
        let explain = |loss: &DataLoss| {
            if let Some(with) = &loss.group {
                return Some(self.engine.explain_group(with.group, left.groups.get(&with.group)?, loss.dataset));
            }
            let alone = left.alone.get(&result.component)?.iter().find(|left| left.dataset == loss.dataset);
            alone.filter(|_| loss.loss.via != Some(Via::Guarantee)).map(|left| self.engine.explain(left))
        };
        result.data_loss.iter().map(|loss| (loss.clone(), explain(loss))).collect()
    }

    /// Components that a scenario does nothing to, where all are asked for.
    fn quiet(&self, told: &[ComponentId]) -> Vec<ComponentResult> {
        let components = self.context.model.components.ids();
        let asked = |id: &ComponentId| self.filter.components.is_empty() || self.filter.components.contains(id);
        let rest = components.filter(|id| !told.contains(id)).filter(asked);
        let mut results: Vec<ComponentResult> = rest.map(|id| untouched(self.context, id)).collect();
        results.sort_by_key(|result| self.context.rank(result.component));
        results
    }

    fn assumptions(&self) -> Vec<Assumption> {
        assumptions(self.context, self.assessment)
    }

    fn summary(&self) -> Summary {
        let breaches = self.judged().iter().map(Judged::breaches).sum();
        Summary { breaches, ..self.assessment.summary(self.context) }
    }
}
