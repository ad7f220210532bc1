//! Measured durations of the steps of a recovery.
//!
//! They count better or worse, but for two: in a drill everybody waits for the alarm, so that a short `detect` or `respond`
//! proves no bound and only a long one counts. A transfer counts where it took longer than it was given on that day, as the
//! rate that it came to.

use super::{Measured, stated};
use crate::model::{Component, ComponentId, Model, Origin, Sourced};
use crate::observed::{Address, Field, Seen, Value};
use crate::units::{Bytes, Rate, Seconds};

/// A duration of a component that a step of its recovery has.
type Duration = fn(&mut Component) -> &mut Sourced<Seconds>;

const STEPS: [(Field, &str, Duration); 6] = [
    (Field::Detect, "recovery.detect", |component| &mut component.recovery.detect),
    (Field::Promote, "failover.takes", |component| &mut component.failover.takes),
    (Field::Provision, "recovery.provision", |component| &mut component.recovery.provision),
    (Field::Start, "recovery.start", |component| &mut component.recovery.start),
    (Field::Verify, "recovery.verify", |component| &mut component.recovery.verify),
    (Field::Cutover, "recovery.cutover", |component| &mut component.recovery.cutover),
];

impl Measured<'_> {
    /// The steps of a component that were measured in a drill.
    pub(super) fn steps(&mut self, id: ComponentId) {
        let address = Address::Component(self.before.components[id].name.clone());
        if self.observed.get(&address).is_none() {
            return;
        }
        self.respond(id, &address);
        for (field, key, duration) in STEPS {
            let Some((took, seen)) = self.took(&address, field) else { continue };
            // Old names run out by themselves, whatever else is done.
            let ttl = if field == Field::Cutover { self.before.components[id].dns_ttl } else { Seconds::ZERO };
            let took = Seconds(took.0.saturating_sub(ttl.0));
            let slot = duration(&mut self.model.components[id]);
            let before = *slot;
            if field == Field::Detect && took <= before.value {
                continue;
            }
            *slot = Sourced { value: took, origin: Origin::Observed };
            self.tell(format!("{address}.{key}"), stated(before), took.to_string(), &seen);
        }
        self.transfer(id, &address);
    }

    /// The slowest response of a team, whichever component it was for.
    fn respond(&mut self, id: ComponentId, address: &Address) {
        let Some(team) = self.before.components[id].owner else { return };
        let Some((took, seen)) = self.took(address, Field::Respond) else { return };
        if took <= self.model.teams[team].responds_within {
            return;
        }
        self.model.teams[team].responds_within = took;
        let address = format!("teams.{}.responds_within", self.before.teams[team].name);
        let declared = self.before.teams[team].responds_within.to_string();
        self.told.retain(|told| told.address != address);
        self.tell(address, Some(declared), took.to_string(), &seen);
    }

    fn transfer(&mut self, id: ComponentId, address: &Address) {
        let Some((took, seen)) = self.took(address, Field::Transfer) else { return };
        let Some((planned, _)) = self.took(address, Field::TransferPlanned) else { return };
        let Some((Value::Size(bytes), _)) = self.seen(address, Field::TransferBytes) else { return };
        let Some(rate) = Rate::new(bytes.0, took.0).filter(|rate| !rate.is_zero() && took > planned) else { return };
        let known = self.model.components[id].recovery.restore_rate;
        // Rates are compared by the time that they take for the same amount.
        let time = |rate: Rate| rate.time_for(Bytes(1 << 40)).unwrap_or(Seconds(u64::MAX));
        if known.is_some_and(|known| time(known.value) >= time(rate)) {
            return;
        }
        self.model.components[id].recovery.restore_rate = Some(Sourced { value: rate, origin: Origin::Observed });
        let address = format!("{}.recovery.restore_rate", Model::component_address(self.before, id));
        self.told.retain(|told| told.address != address);
        let declared = self.before.components[id].recovery.restore_rate.and_then(stated);
        self.tell(address, declared, format!("{bytes} in {}", took.human()), &seen);
    }

    fn took(&self, address: &Address, field: Field) -> Option<(Seconds, Seen)> {
        match self.seen(address, field)? {
            (Value::Duration(took), seen) => Some((took, seen)),
            _ => None,
        }
    }
}
