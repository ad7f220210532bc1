//! What an assessment says, as a view that the formats render: results narrowed by the flags of the command line, each
//! with the sum that its numbers come from.

mod human;
mod json;

use std::collections::BTreeMap;

use crate::analysis::assess::{Assessment, Assumption, Judged, Summary, assumptions, untouched};
use crate::analysis::context::Context;
use crate::analysis::loss::{Loss, LossEngine};
use crate::analysis::losses::Remains;
use crate::analysis::outcome::{ComponentResult, DataLoss, recovery};
use crate::analysis::scenario::Scenario;
use crate::model::{ComponentId, DatasetId, Via};
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
}

/// One row: a result, and the derivation of each of its losses.
struct Row<'a> {
    judged: Judged<'a>,
    losses: Vec<(DataLoss, Option<Loss>)>,
}

impl<'a> AssessmentView<'a> {
    /// The view of an assessment through a filter.
    pub fn new(
        context: &'a Context<'a>,
        engine: &'a LossEngine<'a>,
        assessment: &'a Assessment<'a>,
        filter: Filter,
    ) -> Self {
        Self { context, engine, assessment, filter }
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
        let mut remains: BTreeMap<usize, BTreeMap<ComponentId, Vec<Remains>>> = BTreeMap::new();
        let mut rows = Vec::new();
        for judged in self.judged() {
            let key = std::ptr::from_ref(judged.outcome) as usize;
            let losses = if judged.result.data_loss.is_empty() {
                Vec::new()
            } else {
                let of_outcome = remains.entry(key).or_insert_with(|| self.remains(&judged));
                self.losses(judged.result, of_outcome.get(&judged.result.component).map(Vec::as_slice))
            };
            rows.push(Row { judged, losses });
        }
        rows
    }

    fn remains(&self, judged: &Judged<'_>) -> BTreeMap<ComponentId, Vec<Remains>> {
        let recovery = recovery(self.context, judged.scenario);
        let hit = judged.outcome.results.iter().filter(|result| !result.data_loss.is_empty());
        hit.map(|result| (result.component, recovery.remains(self.context, result.component))).collect()
    }

    fn losses(&self, result: &ComponentResult, remains: Option<&[Remains]>) -> Vec<(DataLoss, Option<Loss>)> {
        let left = |dataset: DatasetId| remains?.iter().find(|left| left.dataset == dataset);
        let explain = |loss: &DataLoss| {
            (
                *loss,
                left(loss.dataset).filter(|_| loss.loss.via != Some(Via::Guarantee)).map(|l| self.engine.explain(l)),
            )
        };
        result.data_loss.iter().map(explain).collect()
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
