//! What an assessment says, as a view that the formats render: results narrowed by the flags of the command line, each
//! with the sum that its numbers come from.

mod charts;
mod human;
mod json;

use crate::analysis::assess::{Assessment, Assumption, Judged, Summary, assumptions, untouched};
use crate::analysis::context::Context;
use crate::analysis::explain::Explainer;
use crate::analysis::loss::{Loss, LossEngine};
use crate::analysis::outcome::{ComponentResult, DataLoss};
use crate::analysis::scenario::Scenario;
use crate::model::{ComponentId, Measurement};
use crate::terms::ScenarioKind;

use super::Screen;

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
    pub fn render(&self, format: AssessmentFormat, screen: Screen) -> String {
        match format {
            AssessmentFormat::Human => human::render(self, &screen),
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

    /// Every result that is shown, with derivations.
    fn rows(&self) -> Vec<Row<'a>> {
        let mut explainer = Explainer::new(self.context, self.engine);
        let judged = self.judged().into_iter();
        judged.map(|judged| Row { losses: explainer.losses(&judged), judged }).collect()
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
