//! A model in which measured values stand in for declared ones.
//!
//! Runs, sizes and restores count as they were measured, better or worse. A lag is another matter: what the spec gives is
//! the most that a replica may be behind, and one look at a replica in step proves no bound. So a measured lag counts where
//! it is worse than the declared one, or where nobody declared one. `steps` has the steps of recoveries.

mod steps;

use std::sync::Arc;

use super::{ComponentId, CopyId, DatasetId, InstanceId, Model, Origin, Sourced, Timing};
use crate::observed::{Address, Field, Instant, Observed, Seen, Value};
use crate::terms::{ReplicationMode, Role};
use crate::units::{Bytes, Rate, Seconds};

/// A value of the spec for which a measured one stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measurement {
    /// Where the spec has it.
    pub address: String,
    /// What the spec says; none where it says nothing.
    pub declared: Option<String>,
    /// What was measured.
    pub measured: String,
    /// When.
    pub at: Instant,
    /// Who said so.
    pub source: Arc<str>,
}

impl Model {
    /// The model with what was measured in place of what was declared, and the list of what was replaced in the order of
    /// the spec. What was measured just as declared is in the list too: it is proven now.
    pub fn measured(&self, observed: &Observed) -> (Self, Vec<Measurement>) {
        let mut measured = Measured { model: self.clone(), before: self, observed, told: Vec::new() };
        for (id, component) in self.components.iter() {
            component.instances.iter().for_each(|id| measured.lag(*id));
            for dataset in &component.datasets {
                measured.size(*dataset);
                self.datasets[*dataset].copies.iter().for_each(|id| measured.takes(*id));
            }
            measured.restore_rate(id);
            measured.steps(id);
        }
        (measured.model, measured.told)
    }
}

struct Measured<'a> {
    model: Model,
    before: &'a Model,
    observed: &'a Observed,
    told: Vec<Measurement>,
}

impl Measured<'_> {
    fn lag(&mut self, id: InstanceId) {
        let instance = &self.before.instances[id];
        let component = &self.before.components[instance.component];
        let Some(replication) = component.replication.as_ref().filter(|r| r.mode == ReplicationMode::Async) else {
            return;
        };
        if instance.role == Some(Role::Primary) || !instance.has_data() {
            return;
        }
        let address = Address::Instance(component.name.clone(), instance.name.clone());
        let Some((Value::Duration(lag), seen)) = self.seen(&address, Field::Lag) else { return };
        let bound = instance.lag.unwrap_or(replication.lag.value);
        let declared = (instance.lag.is_some() || replication.lag.origin == Origin::Declared).then_some(bound);
        if declared.is_none_or(|declared| lag > declared) {
            self.model.instances[id].lag = Some(lag);
            self.tell(format!("{address}.lag"), declared.map(|lag| lag.to_string()), lag.to_string(), &seen);
        }
    }

    /// The live data where it was measured, else the largest newest point.
    fn size(&mut self, id: DatasetId) {
        let dataset = &self.before.datasets[id];
        let component = &self.before.components[dataset.component].name;
        let address = Address::Dataset(component.clone(), dataset.name.clone());
        let live = self.sized(&address);
        let points = || {
            let copy = |id: &CopyId| {
                let name = self.before.copies[*id].name.clone();
                self.sized(&Address::Copy(component.clone(), dataset.name.clone(), name))
            };
            dataset.copies.iter().filter_map(copy).max_by_key(|(size, _)| *size)
        };
        let Some((size, seen)) = live.or_else(points) else { return };
        self.model.datasets[id].size = Sourced { value: size, origin: Origin::Observed };
        self.tell(format!("{address}.size"), stated(dataset.size), size.to_string(), &seen);
    }

    fn takes(&mut self, id: CopyId) {
        let copy = &self.before.copies[id];
        if matches!(copy.timing, Timing::Continuous { .. }) {
            return;
        }
        let address = self.copy_address(id);
        let Some((Value::Duration(takes), seen)) = self.seen(&address, Field::Takes) else { return };
        self.model.copies[id].takes = Sourced { value: takes, origin: Origin::Observed };
        self.tell(format!("{address}.takes"), stated(copy.takes), takes.to_string(), &seen);
    }

    /// The slowest restore that brought back at least half of the data; of less, the time to begin would count for more than
    /// the rate.
    fn restore_rate(&mut self, id: ComponentId) {
        let component = &self.before.components[id];
        let mut slowest: Option<(Seconds, Rate, String, Seen)> = None;
        for dataset in &component.datasets {
            let size = self.model.datasets[*dataset].size.value;
            for copy in &self.before.datasets[*dataset].copies {
                let address = self.copy_address(*copy);
                let Some((Value::Duration(takes), seen)) = self.seen(&address, Field::RestoreTakes) else { continue };
                let Some((Value::Size(bytes), _)) = self.seen(&address, Field::RestoredBytes) else { continue };
                let Some(rate) = Rate::new(bytes.0, takes.0).filter(|rate| !rate.is_zero()) else { continue };
                if bytes.0 < size.0.div_ceil(2) {
                    continue;
                }
                // Rates are compared by the time that they take for the same amount.
                let time = rate.time_for(Bytes(1 << 40)).unwrap_or(Seconds(u64::MAX));
                if slowest.as_ref().is_none_or(|(slow, ..)| time > *slow) {
                    slowest = Some((time, rate, format!("{bytes} in {}", takes.human()), seen));
                }
            }
        }
        let Some((_, rate, words, seen)) = slowest else { return };
        let before = component.recovery.restore_rate;
        self.model.components[id].recovery.restore_rate = Some(Sourced { value: rate, origin: Origin::Observed });
        let address = format!("{}.recovery.restore_rate", self.before.component_address(id));
        self.tell(address, before.and_then(stated), words, &seen);
    }

    fn copy_address(&self, id: CopyId) -> Address {
        let copy = &self.before.copies[id];
        let dataset = &self.before.datasets[copy.dataset];
        let component = &self.before.components[dataset.component].name;
        Address::Copy(component.clone(), dataset.name.clone(), copy.name.clone())
    }

    fn sized(&self, address: &Address) -> Option<(Bytes, Seen)> {
        match self.seen(address, Field::Size)? {
            (Value::Size(size), seen) => Some((size, seen)),
            _ => None,
        }
    }

    fn seen(&self, address: &Address, field: Field) -> Option<(Value, Seen)> {
        let seen = self.observed.get(address)?.seen(field)?;
        Some((seen.value.clone(), seen.clone()))
    }

    fn tell(&mut self, address: String, declared: Option<String>, measured: String, seen: &Seen) {
        let source = Arc::clone(&seen.source);
        self.told.push(Measurement { address, declared, measured, at: seen.at, source });
    }
}

/// A value as the spec writes it, where the spec states it.
fn stated<T: ToString>(value: Sourced<T>) -> Option<String> {
    (value.origin == Origin::Declared).then(|| value.value.to_string())
}
