//! What the results rest on that nobody has stated: values of the catalogue, and values worked out from others.

use std::collections::BTreeMap;

use super::Assessment;
use crate::analysis::context::Context;
use crate::model::{ComponentId, CopyId, Id, Origin, Sourced, Timing, Via};
use crate::terms::{Impact, StepKind, Strategy};

/// A value that a result rests on and that the spec does not state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// Where the spec could state it.
    pub address: String,
    /// The value, in the spec's notation.
    pub value: String,
    /// The technology whose catalogue entry it is from; `derived` where it is worked out from other values.
    pub from: String,
}

/// Every assumption that some result rests on, once, sorted by address.
pub fn assumptions(context: &Context<'_>, assessment: &Assessment<'_>) -> Vec<Assumption> {
    let mut found = Found { context, by_address: BTreeMap::new(), seen: Seen::new(context) };
    for outcome in &assessment.cores {
        for step in &outcome.schedule.steps {
            // Where machines stand ready, the time to get one plays no part.
            let ready = context.model.components[step.component].recovery.provision.value > step.to;
            if step.kind == StepKind::Provision && step.from == step.to && ready {
                continue;
            }
            found.step(step.component, step.kind);
        }
        for result in &outcome.results {
            if result.strategy == Strategy::Restore && result.impact != Impact::Lost {
                found.rate(result.component);
            }
            result.data_loss.iter().filter_map(|loss| loss.loss.via).for_each(|via| found.loss(via));
        }
    }
    found.by_address.into_values().collect()
}

struct Found<'a> {
    context: &'a Context<'a>,
    by_address: BTreeMap<String, Assumption>,
    seen: Seen,
}

/// What has been looked at: there are far more steps than values.
struct Seen {
    steps: Vec<u16>,
    copies: Vec<bool>,
}

impl Seen {
    fn new(context: &Context<'_>) -> Self {
        Self { steps: vec![0; context.model.components.len()], copies: vec![false; context.model.copies.len()] }
    }
}

const RATE: u16 = 1 << 15;
const LAG: u16 = 1 << 14;

impl Found<'_> {
    fn is_new(&mut self, component: ComponentId, bit: u16) -> bool {
        let bits = &mut self.seen.steps[component.index()];
        let fresh = *bits & bit == 0;
        *bits |= bit;
        fresh
    }

    fn step(&mut self, id: ComponentId, kind: StepKind) {
        if !self.is_new(id, 1 << (kind as u16)) {
            return;
        }
        let component = &self.context.model.components[id];
        let plan = &component.recovery;
        let (key, value) = match kind {
            StepKind::Detect => ("recovery.detect", plan.detect),
            StepKind::Promote => ("failover.takes", component.failover.takes),
            StepKind::Provision => ("recovery.provision", plan.provision),
            StepKind::Start => ("recovery.start", plan.start),
            StepKind::Verify => ("recovery.verify", plan.verify),
            StepKind::Cutover => ("recovery.cutover", plan.cutover),
            StepKind::Respond | StepKind::Retrieve | StepKind::Transfer | StepKind::Guarantee => return,
        };
        self.of_component(id, key, value);
    }

    fn rate(&mut self, id: ComponentId) {
        let rate = self.context.model.components[id].recovery.restore_rate;
        if let Some(rate) = rate.filter(|_| self.is_new(id, RATE)) {
            self.of_component(id, "recovery.restore_rate", rate);
        }
    }

    fn loss(&mut self, via: Via) {
        let model = self.context.model;
        match via {
            Via::Replication(instance) => {
                let id = model.instances[instance].component;
                let lag = model.components[id].replication.as_ref().map(|replication| replication.lag);
                if let (Some(lag), None) = (lag.filter(|_| self.is_new(id, LAG)), model.instances[instance].lag) {
                    self.of_component(id, "replication.lag", lag);
                }
            }
            Via::Copy(copy) => self.copy(copy),
            Via::Guarantee => {}
        }
    }

    /// A copy, what it is made from, and the store that it is fetched from.
    fn copy(&mut self, first: CopyId) {
        let model = self.context.model;
        let mut next = Some(first);
        while let Some(id) = next.filter(|id| !self.seen.copies[id.index()]) {
            self.seen.copies[id.index()] = true;
            let copy = &model.copies[id];
            let technology = || model.components[model.datasets[copy.dataset].component].technology.name.clone();
            self.add(|| format!("{}.takes", model.copy_address(id)), copy.takes, technology);
            let store = &model.stores[copy.to];
            self.add(|| format!("stores.{}.retrieve", store.name), store.retrieve, || store.technology.name.clone());
            next = match copy.timing {
                Timing::After { copy, .. } | Timing::Continuous { base: copy, .. } => Some(copy),
                Timing::Calendar(_) | Timing::Every { .. } | Timing::Once(_) => copy.from,
            };
        }
    }

    fn of_component<T: ToString>(&mut self, id: ComponentId, key: &str, value: Sourced<T>) {
        let model = self.context.model;
        let technology = || model.components[id].technology.name.clone();
        self.add(|| format!("{}.{key}", model.component_address(id)), value, technology);
    }

    fn add<T: ToString>(
        &mut self,
        address: impl FnOnce() -> String,
        value: Sourced<T>,
        technology: impl FnOnce() -> String,
    ) {
        let from = match value.origin {
            Origin::Assumed => technology(),
            Origin::Derived => "derived".to_owned(),
            Origin::Declared | Origin::Observed | Origin::Promised => return,
        };
        let address = address();
        let assumption = Assumption { address: address.clone(), value: value.value.to_string(), from };
        self.by_address.entry(address).or_insert(assumption);
    }
}
