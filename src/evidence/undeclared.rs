//! What exists and is not declared: a machine, a backup job, a database that no spec protects.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::desired::Desired;
use crate::diag::Span;
use crate::model::Model;
use crate::observed::{Address, Field, Kind, Nature, Observed, Seen};
use crate::terms::LocationKind;

/// Something that was seen and that the spec does not have; what is inside it goes without saying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undeclared {
    /// Where it would be in the spec.
    pub address: Address,
    /// What was seen of it.
    pub seen: Vec<(Field, Seen)>,
    /// How many things are inside it.
    pub parts: usize,
    /// Where it is written in the observations.
    pub span: Option<Span>,
}

impl Undeclared {
    /// What it is and what that means, in a sentence.
    pub fn message(&self) -> String {
        let name = self.address.segments().last().copied().unwrap_or_default().to_owned();
        let what = match self.address.kind() {
            Kind::Component => format!("the component `{name}` exists, and no spec protects it"),
            Kind::Instance => format!("the instance `{name}` exists, and the spec does not count on it"),
            Kind::Dataset => format!("the data `{name}` exists, and no spec protects it"),
            Kind::Copy => format!("the copy `{name}` is made, and the spec does not count on it"),
            Kind::Store => format!("the store `{name}` exists, and the spec does not count on it"),
            Kind::Host => format!("the machine `{name}` exists, and the spec puts nothing on it"),
            Kind::Job => format!("the backup job `{name}` runs, and no copy of the spec is made by it"),
            Kind::Plan | Kind::File | Kind::Drill => format!("`{name}` exists, and is not declared"),
        };
        match self.parts {
            0 => what,
            1 => format!("{what}; 1 thing inside it"),
            parts => format!("{what}; {parts} things inside it"),
        }
    }
}

/// Everything that was seen to be there and is not declared, by address.
pub fn undeclared(model: &Model, desired: &Desired, observed: &Observed) -> Vec<Undeclared> {
    let declared = Declared::of(model, desired);
    let mut found: BTreeMap<Address, Undeclared> = BTreeMap::new();
    for (address, thing) in observed.things.iter().filter(|(_, thing)| thing.is_present()) {
        let Some(outermost) = declared.missing(address) else { continue };
        let itself = outermost == *address;
        let entry = found.entry(outermost.clone()).or_insert_with(|| Undeclared {
            address: outermost,
            seen: Vec::new(),
            parts: 0,
            span: thing.span,
        });
        if itself {
            let state = thing.fields.iter().filter(|(field, _)| field.nature() == Nature::State);
            let told = state.filter(|(field, _)| **field != Field::Present);
            entry.seen = told.map(|(field, seen)| (*field, seen.clone())).collect();
            entry.span = thing.span.or(entry.span);
        } else {
            entry.parts += 1;
        }
    }
    found.into_values().collect()
}

/// The names of a spec.
struct Declared<'m> {
    components: FxHashSet<&'m str>,
    instances: FxHashSet<(&'m str, &'m str)>,
    datasets: FxHashSet<(&'m str, &'m str)>,
    copies: FxHashSet<(&'m str, &'m str, &'m str)>,
    stores: FxHashSet<&'m str>,
    hosts: FxHashSet<&'m str>,
}

impl<'m> Declared<'m> {
    fn of(model: &'m Model, desired: &'m Desired) -> Self {
        let component = |id| model.components[id].name.as_str();
        let instances = model.instances.values().map(|i| (component(i.component), i.name.as_str()));
        let datasets = model.datasets.values().map(|d| (component(d.component), d.name.as_str()));
        let copies = model.copies.values().map(|copy| {
            let dataset = &model.datasets[copy.dataset];
            (component(dataset.component), dataset.name.as_str(), copy.name.as_str())
        });
        let places = model.locations.values().filter(|l| l.kind == LocationKind::Host).map(|l| l.name.as_str());
        let certnames = model.instances.values().filter_map(|i| i.certname.as_deref());
        let store_hosts = model.stores.values().filter_map(|s| s.certname.as_deref());
        let managed = desired.hosts.iter().map(|(_, host)| host.name.as_str());
        Self {
            components: model.components.values().map(|c| c.name.as_str()).collect(),
            instances: instances.collect(),
            datasets: datasets.collect(),
            copies: copies.collect(),
            stores: model.stores.values().map(|s| s.name.as_str()).collect(),
            hosts: managed.chain(places).chain(certnames).chain(store_hosts).collect(),
        }
    }

    /// The outermost thing on the way to an address that is not declared.
    fn missing(&self, address: &Address) -> Option<Address> {
        let (component, inner) = match address {
            Address::Component(c) => (c, true),
            Address::Instance(c, i) => (c, self.instances.contains(&(c.as_str(), i.as_str()))),
            Address::Dataset(c, d) | Address::Copy(c, d, _) => (c, self.datasets.contains(&(c.as_str(), d.as_str()))),
            Address::Store(s) => return (!self.stores.contains(s.as_str())).then(|| address.clone()),
            Address::Host(h) => return (!self.hosts.contains(h.as_str())).then(|| address.clone()),
            Address::Job(_) => return Some(address.clone()),
            // Files are told of where somebody asks for them; that they were looked at puts no machine into the system.
            Address::File(..) | Address::Plan | Address::Drill(_) => return None,
        };
        if !self.components.contains(component.as_str()) {
            return Some(Address::Component(component.clone()));
        }
        match address {
            Address::Copy(c, d, _) if !inner => Some(Address::Dataset(c.clone(), d.clone())),
            Address::Copy(c, d, k) => {
                let known = self.copies.contains(&(c.as_str(), d.as_str(), k.as_str()));
                (!known).then(|| address.clone())
            }
            _ => (!inner).then(|| address.clone()),
        }
    }
}
