//! The numbers of one spec: what every scenario does to every component, by names, so that two specs can be laid side by
//! side.

use std::collections::{BTreeMap, BTreeSet};

use super::{Measure, Side};
use crate::analysis::assess::Judged;
use crate::analysis::context::Context;
use crate::analysis::outcome::promise;
use crate::analysis::scenario::Scenario;
use crate::model::{ComponentId, DatasetId};
use crate::terms::Impact;
use crate::units::Seconds;

/// A number with what is promised for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// Time away or data lost, at worst; none where that has no bound.
    pub amount: Option<Seconds>,
    /// What happens to the component.
    pub impact: Impact,
    /// The most that was promised; none where nothing was.
    pub objective: Option<Seconds>,
}

impl Level {
    /// Whether the promise holds; none where there is none.
    pub fn met(&self) -> Option<bool> {
        let within = self.objective?;
        Some(self.amount.is_some_and(|amount| amount <= within))
    }

    /// Orders levels, the worst last.
    pub(super) fn badness(&self) -> (bool, Option<Seconds>, Impact) {
        (self.amount.is_none(), self.amount, self.impact)
    }
}

/// Whose number it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) component: String,
    pub(super) measure: Measure,
}

/// A number with the result that it is from.
#[derive(Clone, Copy)]
pub(super) struct Cell<'a> {
    pub(super) level: Level,
    pub(super) judged: Judged<'a>,
    pub(super) dataset: Option<DatasetId>,
}

/// All numbers of a spec.
pub(super) struct Posture<'a> {
    context: &'a Context<'a>,
    pub(super) cells: BTreeMap<Key, BTreeMap<String, Cell<'a>>>,
    pub(super) scenarios: BTreeSet<String>,
    pub(super) components: BTreeSet<String>,
    by_name: BTreeMap<String, ComponentId>,
    by_id: BTreeMap<String, &'a Scenario>,
}

impl<'a> Posture<'a> {
    /// The numbers of a spec under the names of another.
    pub(super) fn new(
        side: &Side<'a>,
        scenario_name: impl Fn(&str) -> String,
        component_name: impl Fn(&str) -> String,
    ) -> Self {
        let context = side.context;
        let model = context.model;
        let by_name: BTreeMap<String, ComponentId> =
            model.components.iter().map(|(id, component)| (component_name(&component.name), id)).collect();
        let by_id: BTreeMap<String, &Scenario> =
            side.assessment.cores().map(|(scenario, _)| (scenario_name(&scenario.id), scenario)).collect();
        let mut cells: BTreeMap<Key, BTreeMap<String, Cell<'a>>> = BTreeMap::new();
        for judged in side.assessment.results(context) {
            let component = component_name(&model.components[judged.result.component].name);
            let scenario = scenario_name(&judged.scenario.id);
            let mut add = |measure: Measure, level: Level, dataset: Option<DatasetId>| {
                let key = Key { component: component.clone(), measure };
                cells.entry(key).or_default().insert(scenario.clone(), Cell { level, judged, dataset });
            };
            let impact = judged.result.impact;
            let objective = judged.promise.rto.map(|rto| rto.at_most);
            add(Measure::Recovery, Level { amount: judged.result.away(), impact, objective }, None);
            for loss in &judged.result.data_loss {
                let objective = judged.promise.rpo.map(|rpo| rpo.at_most);
                let name = model.datasets[loss.dataset].name.clone();
                // What happens to the component is told with its recovery.
                let level = Level { amount: loss.loss.worst, impact: Impact::None, objective };
                add(Measure::DataLoss(name), level, Some(loss.dataset));
            }
        }
        let scenarios = by_id.keys().cloned().collect();
        let components = by_name.keys().cloned().collect();
        Self { context, cells, scenarios, components, by_name, by_id }
    }

    /// The numbers of a spec under its own names.
    pub(super) fn plain(side: &Side<'a>) -> Self {
        Self::new(side, str::to_owned, str::to_owned)
    }

    /// Whether the spec has what is measured: the component, or the dataset.
    pub(super) fn has(&self, key: &Key) -> bool {
        let model = self.context.model;
        let Some(&id) = self.by_name.get(&key.component) else { return false };
        match &key.measure {
            Measure::Recovery => true,
            Measure::DataLoss(name) => model.components[id].datasets.iter().any(|id| model.datasets[*id].name == *name),
        }
    }

    /// The level of something that a scenario leaves alone.
    pub(super) fn untouched(&self, key: &Key, scenario: &str) -> Level {
        let promised = || {
            let (id, scenario) = (*self.by_name.get(&key.component)?, self.by_id.get(scenario)?);
            let promise = promise(self.context, scenario.kind, scenario.declared(), id);
            match key.measure {
                Measure::Recovery => promise.rto,
                Measure::DataLoss(_) => promise.rpo,
            }
        };
        let objective = promised().map(|threshold| threshold.at_most);
        Level { amount: Some(Seconds::ZERO), impact: Impact::None, objective }
    }

    /// The name of the dependency through which a component suffers.
    pub(super) fn through(&self, cell: &Cell<'_>) -> Option<String> {
        let dependency = cell.judged.result.through.filter(|_| cell.dataset.is_none())?;
        Some(self.context.model.components[dependency].name.clone())
    }
}
