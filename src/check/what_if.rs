//! Tries changes: the same scenario with one value of the model replaced.
//!
//! What is proposed has been tried, so that it does mend. A trial costs as much as reading the model again, so that a large
//! model gets few of them; the number depends on its size alone, never on the time.

use std::cell::Cell;

use crate::analysis::context::Context;
use crate::analysis::loss::LossEngine;
use crate::analysis::outcome::outcome;
use crate::analysis::scenario::Scenario;
use crate::model::{ComponentId, Model};
use crate::units::Seconds;

/// So many rows of a model may be read in trials altogether.
const ROWS: usize = 2_000_000;

/// Trials with a model.
pub(super) struct Trials<'m> {
    model: &'m Model,
    left: Cell<usize>,
}

impl<'m> Trials<'m> {
    /// As many trials as a model of this size allows.
    pub(super) fn new(model: &'m Model) -> Self {
        let rows = model.components.len() + model.instances.len() + model.copies.len() + model.locations.len();
        Self { model, left: Cell::new(ROWS / (rows + 1_000)) }
    }

    /// Whether a component is back within a time after a change; none where there are no trials left.
    pub(super) fn is_back(
        &self,
        scenario: &Scenario,
        component: ComponentId,
        within: Seconds,
        change: impl FnOnce(&mut Model),
    ) -> Option<bool> {
        self.left.set(self.left.get().checked_sub(1)?);
        let mut model = self.model.clone();
        change(&mut model);
        let losses = LossEngine::new(&model);
        let context = Context::new(&model, &losses);
        let outcome = outcome(&context, scenario);
        let away = outcome.result(&context, component).map_or(Some(Seconds::ZERO), |result| result.away());
        Some(away.is_some_and(|away| away <= within))
    }
}
