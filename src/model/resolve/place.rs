//! Locations, shared domains, links, stores and teams.

use super::{Resolver, code, contradiction};
use crate::diag::Diagnostic;
use crate::model::{Domain, DomainId, Id, Link, Location, LocationId, Origin, Sourced, Store, Team};
use crate::spec::{self, Item, Section, Text};
use crate::tech::Purpose;
use crate::terms::{LocationKind, Standby};
use crate::text::At;
use crate::units::{Rate, Seconds};

/// The technology of a store that names none.
const PLAIN_STORE: &str = "disk";

impl<'s> Resolver<'s> {
    pub(super) fn locations(&mut self) {
        let spec = self.spec;
        for item in spec.items(Section::Locations) {
            let location = self.location_of(item);
            self.model.locations.push(location);
        }
        self.break_circles();
        self.check_nesting();
    }

    fn location_of(&mut self, item: Item<'s>) -> Location {
        let id = LocationId::from_index(self.model.locations.len());
        let raw: Option<spec::Location<'s>> = item.decode();
        let raw = raw.as_ref();
        let address = || format!("locations.{}", item.name);
        let within = raw.and_then(|raw| raw.within).and_then(|name| self.location(name, || address() + ".within"));
        let shared = raw.and_then(|raw| raw.shares.as_deref()).unwrap_or_default();
        let shares = shared.iter().map(|name| self.domain(*name, id)).collect();
        Location {
            name: item.name.to_owned(),
            description: owned(raw.and_then(|raw| raw.description)),
            kind: raw.and_then(|raw| raw.kind).map_or(LocationKind::Site, |kind| kind.value),
            within,
            shares,
            hot_standby: raw.and_then(|raw| raw.standby).is_some_and(|standby| standby.value == Standby::Hot),
            room: raw.and_then(|raw| raw.room).map(|room| room.value),
            span: item.span,
        }
    }

    /// A domain exists by being named.
    fn domain(&mut self, name: Text<'_>, member: LocationId) -> DomainId {
        let domains = &mut self.model.domains;
        let id = *self.names.domains.entry(name.value.to_owned()).or_insert_with(|| {
            domains.push(Domain { name: name.value.to_owned(), members: Vec::new(), span: name.span })
        });
        if domains[id].members.last() != Some(&member) {
            domains[id].members.push(member);
        }
        id
    }

    /// A location within itself is a mistake; it is taken out of the circle, so that there is a tree to go on with.
    fn break_circles(&mut self) {
        // 0: not yet visited, 1: on the way up from here, 2: known to lead to a root.
        let mut state = vec![0u8; self.model.locations.len()];
        for start in self.model.locations.ids() {
            let mut way = Vec::new();
            let mut next = Some(start);
            while let Some(at) = next.filter(|at| state[at.index()] == 0) {
                state[at.index()] = 1;
                way.push(at);
                next = self.model.locations[at].within;
            }
            if let Some(met) = next.filter(|at| state[at.index()] == 1) {
                self.report_circle(met);
                self.model.locations[met].within = None;
            }
            way.into_iter().for_each(|at| state[at.index()] = 2);
        }
    }

    fn report_circle(&mut self, start: LocationId) {
        let locations = &self.model.locations;
        let mut circle = vec![locations[start].name.clone()];
        let mut at = locations[start].within;
        while let Some(next) = at.filter(|next| *next != start) {
            circle.push(locations[next].name.clone());
            at = locations[next].within;
        }
        circle.push(locations[start].name.clone());
        let message = format!("location `{}` lies within itself", locations[start].name);
        let mut diagnostic =
            contradiction(message, locations[start].span, format!("locations.{}.within", locations[start].name));
        diagnostic.path = circle;
        self.push(diagnostic.help("take one `within` of the circle away"));
    }

    /// A larger domain does not lie within a smaller one.
    fn check_nesting(&mut self) {
        for id in self.model.locations.ids() {
            let inner = &self.model.locations[id];
            let Some(outer) = inner.within.map(|outer| &self.model.locations[outer]) else { continue };
            if inner.kind > outer.kind {
                let message = format!("{} `{}` lies within {} `{}`", inner.kind, inner.name, outer.kind, outer.name);
                let diagnostic = contradiction(message, inner.span, format!("locations.{}.within", inner.name));
                self.push(
                    diagnostic.help("the kinds from small to large: host, rack, room, zone, site, region, provider"),
                );
            }
        }
    }

    pub(super) fn links(&mut self) {
        let spec = self.spec;
        for (number, item) in spec.items(Section::Links).enumerate() {
            let Some(raw) = item.decode::<spec::Link<'s>>() else { continue };
            let address = format!("links[{number}]");
            let ends = raw.between.as_ref().map(|at| at.value.clone()).unwrap_or_default();
            let ends: Vec<_> =
                ends.into_iter().map(|end| self.location(end, || format!("{address}.between"))).collect();
            let bandwidth: Option<Rate> = self.amount(raw.bandwidth, || format!("{address}.bandwidth"));
            let latency = self.amount(raw.latency, || format!("{address}.latency"));
            let (&[Some(a), Some(b)], Some(bandwidth)) = (ends.as_slice(), bandwidth) else { continue };
            if a == b {
                let name = &self.model.locations[a].name;
                let diagnostic = contradiction(format!("a link from `{name}` to itself"), item.span, address.clone());
                self.push(diagnostic.help("name the two locations that it joins"));
            }
            if bandwidth.is_zero() {
                self.push(zero_rate(raw.bandwidth.map_or(item.span, |at| at.span), format!("{address}.bandwidth")));
            }
            self.model.links.push(Link { between: [a, b], bandwidth, latency, span: item.span });
        }
    }

    pub(super) fn teams(&mut self) {
        let spec = self.spec;
        for item in spec.items(Section::Teams) {
            let raw: Option<spec::Team<'s>> = item.decode();
            let responds = raw.as_ref().and_then(|raw| raw.responds_within);
            let responds_within = self.amount(responds, || format!("teams.{}.responds_within", item.name));
            self.model.teams.push(Team {
                name: item.name.to_owned(),
                people: raw.as_ref().and_then(|raw| raw.people).map(|people| people.value),
                responds_within: responds_within.unwrap_or(Seconds::ZERO),
                contact: owned(raw.as_ref().and_then(|raw| raw.contact)),
                span: item.span,
            });
        }
    }

    pub(super) fn stores(&mut self) {
        let spec = self.spec;
        for item in spec.items(Section::Stores) {
            let store = self.store_of(item);
            self.model.stores.push(store);
        }
    }

    fn store_of(&mut self, item: Item<'s>) -> Store {
        let raw: Option<spec::Store<'s>> = item.decode();
        let raw = raw.as_ref();
        let address = |key: &str| format!("stores.{}.{key}", item.name);
        let at = raw.and_then(|raw| raw.at).and_then(|name| self.location(name, || address("at")));
        let named = raw.and_then(|raw| raw.technology).unwrap_or(At::new(PLAIN_STORE, item.span));
        let technology = self.technology(named, Purpose::Store, address("technology"));
        let read = self.rate(raw.and_then(|raw| raw.read), || address("read"));
        let write = self.rate(raw.and_then(|raw| raw.write), || address("write"));
        let retrieve = self.amount(raw.and_then(|raw| raw.retrieve), || address("retrieve"));
        let encrypted_by =
            raw.and_then(|raw| raw.encrypted_by).and_then(|name| self.component(name, || address("encrypted_by")));
        let parameters =
            self.parameters(&technology, raw.and_then(|raw| raw.parameters.as_ref()), &address("parameters"));
        let facts = technology.store.as_ref();
        Store {
            name: item.name.to_owned(),
            description: owned(raw.and_then(|raw| raw.description)),
            at: at.unwrap_or(LocationId::from_index(0)),
            path: owned(raw.and_then(|raw| raw.path)),
            read,
            write,
            retrieve: match retrieve {
                Some(time) => Sourced::declared(time),
                None => default_time(facts.map_or(Seconds::ZERO, |facts| facts.retrieve)),
            },
            offline: flag(raw.and_then(|raw| raw.offline)).unwrap_or(facts.is_some_and(|facts| facts.offline)),
            immutable: flag(raw.and_then(|raw| raw.immutable)).unwrap_or(facts.is_some_and(|facts| facts.immutable)),
            encrypted_by,
            parameters,
            certname: owned(raw.and_then(|raw| raw.certname)),
            span: item.span,
            technology,
        }
    }

    /// A rate that must let something through.
    pub(super) fn rate<W>(&mut self, written: spec::Maybe<'_, W>, address: impl Fn() -> String) -> Option<Rate> {
        let rate: Rate = self.amount(written, &address)?;
        if rate.is_zero() {
            self.push(zero_rate(written.map(|at| at.span).unwrap_or_default(), address()));
            return None;
        }
        Some(rate)
    }
}

fn zero_rate(span: crate::diag::Span, address: String) -> Diagnostic {
    Diagnostic::error(code::INVALID_AMOUNT, "nothing moves at a rate of zero").at(span).about(address)
}

/// A time of zero that the catalogue assumes is no assumption worth listing.
fn default_time(time: Seconds) -> Sourced<Seconds> {
    let origin = if time == Seconds::ZERO { Origin::Declared } else { Origin::Assumed };
    Sourced { value: time, origin }
}

pub(super) fn owned(text: Option<Text<'_>>) -> Option<String> {
    text.map(|text| text.value.to_owned())
}

pub(super) fn flag(value: Option<At<bool>>) -> Option<bool> {
    value.map(|at| at.value)
}
