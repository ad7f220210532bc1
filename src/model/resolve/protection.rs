//! Datasets and their copies.

use super::place::{flag, owned};
use super::{Resolver, code, contradiction, lookup, warning};
use crate::calendar::Zone;
use crate::diag::{Code, Diagnostic, Span};
use crate::model::{
    ChangeRate, Component, ComponentId, CopyId, DataCopy, Dataset, DatasetId, Id, Keep, Sourced, Timing, Verification,
    Within,
};
use crate::spec::{self, Maybe, Text};
use crate::terms::Scheduler;
use crate::text::{At, Map};
use crate::units::{Bytes, Rate, Seconds};

const TIMING: Code = Code("copy-timing");
const UNKNOWN_METHOD: Code = Code("unknown-method");

/// The copies of one dataset while they are resolved: names and ids, and where to find the rest.
struct Siblings<'a, 's> {
    raw: &'a Map<spec::Copy<'s>, &'s str>,
    first: usize,
}

impl Siblings<'_, '_> {
    fn find(&self, name: &str) -> Option<CopyId> {
        let number = self.raw.iter().position(|(other, _)| other.value == name)?;
        Some(CopyId::from_index(self.first + number))
    }
}

impl<'s> Resolver<'s> {
    pub(super) fn datasets(
        &mut self,
        raw: &spec::Component<'s>,
        id: ComponentId,
        component: &Component,
        address: &str,
    ) -> Vec<DatasetId> {
        let written = raw.data.as_ref().map(|named| &named.0);
        let mut ids = Vec::new();
        for (name, dataset) in written.into_iter().flat_map(|map| map.iter()) {
            let address = format!("{address}.data.{}", name.value);
            ids.push(self.dataset(*name, dataset, id, component, &address));
        }
        ids
    }

    fn dataset(
        &mut self,
        name: Text<'s>,
        raw: &spec::Dataset<'s>,
        id: ComponentId,
        component: &Component,
        address: &str,
    ) -> DatasetId {
        let size: Option<Bytes> = self.amount(raw.size, || format!("{address}.size"));
        let change: Option<Option<Rate>> = self.amount_or_none(raw.change, || format!("{address}.change"));
        let dataset = self.model.datasets.push(Dataset {
            name: name.value.to_owned(),
            component: id,
            size: Sourced::declared(size.unwrap_or_default()),
            change: match change {
                None => ChangeRate::Unknown,
                Some(None) => ChangeRate::Never,
                Some(Some(rate)) => ChangeRate::At(rate),
            },
            database: owned(raw.database),
            paths: raw.paths.iter().flatten().map(|path| path.value.to_owned()).collect(),
            copies: Vec::new(),
            span: name.span,
        });
        if let Some(named) = &raw.copies {
            let siblings = Siblings { raw: &named.0, first: self.model.copies.len() };
            let mut ids = Vec::new();
            for (name, copy) in named.0.iter() {
                let address = format!("{address}.copies.{}", name.value);
                let copy = self.copy(*name, copy, dataset, component, &siblings, &address);
                ids.push(self.model.copies.push(copy));
            }
            self.check_circles(&ids);
            self.model.datasets[dataset].copies = ids;
        }
        dataset
    }

    fn copy(
        &mut self,
        name: Text<'s>,
        raw: &spec::Copy<'s>,
        dataset: DatasetId,
        component: &Component,
        siblings: &Siblings<'_, 's>,
        address: &str,
    ) -> DataCopy {
        let at = |key: &str| format!("{address}.{key}");
        let to = raw.to.and_then(|store| self.store(store, || at("to")));
        let (timing, timing_span) = self.timing(name, raw, siblings, address);
        let from = raw.from.and_then(|from| self.sibling(from, siblings, &at("from")));
        let hold = self.amount(raw.hold, || at("hold")).unwrap_or(Seconds::ZERO);
        let keep = raw.keep.as_ref().and_then(|keep| self.keep(keep, &at("keep")));
        let verify = raw.verify.as_ref().and_then(|verify| self.amount(verify.every, || at("verify.every")));
        let encrypted_by = raw.encrypted_by.and_then(|by| self.component(by, || at("encrypted_by")));
        let reads = raw.reads.and_then(|reads| self.read_from(reads, component, &at("reads")));
        let method = self.method(raw, component, &at("method"));
        let takes = self.takes(raw, &timing, method.as_deref(), component, &at("takes"));
        let to = to.unwrap_or(Id::from_index(0));
        let store = self.model.stores.as_slice().get(to.index());
        DataCopy {
            name: name.value.to_owned(),
            dataset,
            method,
            timing,
            timing_span,
            from,
            hold,
            takes,
            to,
            keep,
            keep_span: raw.keep.as_ref().map(|keep| keep.span),
            verify: verify.map(|every| Verification { every }),
            immutable: flag(raw.immutable).unwrap_or(store.is_some_and(|store| store.immutable)),
            offline: flag(raw.offline).unwrap_or(store.is_some_and(|store| store.offline)),
            encrypted_by: encrypted_by.or(store.and_then(|store| store.encrypted_by)),
            reads,
            span: name.span,
        }
    }

    /// When it is made: exactly one of the five ways. After a mistake it reads as a copy that was made once, long ago.
    fn timing(
        &mut self,
        name: Text<'_>,
        raw: &spec::Copy<'s>,
        siblings: &Siblings<'_, 's>,
        address: &str,
    ) -> (Timing, Span) {
        let mut ways: Vec<(&str, Span)> = Vec::new();
        ways.extend(raw.schedule.map(|at| ("schedule", at.span)));
        ways.extend(raw.every.filter(|_| raw.after.is_none()).map(|at| ("every", at.span)));
        ways.extend(raw.continuous.map(|at| ("continuous", at.span)));
        ways.extend(raw.after.map(|at| ("after", at.span)));
        ways.extend(raw.once.map(|at| ("once", at.span)));
        self.check_ways(name, &ways, address);
        self.check_companions(raw, address);
        let span = ways.first().map_or(name.span, |(_, span)| *span);
        let zone = raw.timezone.and_then(|zone| self.zone(zone, &format!("{address}.timezone")));
        let zone = zone.unwrap_or_else(|| self.model.system.timezone.clone());
        let timing = match ways.first() {
            Some(("schedule", _)) => self.calendar(raw, zone, address),
            Some(("every", _)) => self.every(raw, &zone, address),
            Some(("continuous", _)) => self.continuous(raw, siblings, address),
            Some(("after", _)) => self.after(raw, &zone, siblings, address),
            Some(("once", _)) => {
                raw.once.and_then(|at| self.instant(at, &zone, &format!("{address}.once"))).map(Timing::Once)
            }
            _ => None,
        };
        (timing.unwrap_or(Timing::Once(crate::model::Anchor(0))), span)
    }

    fn check_ways(&mut self, name: Text<'_>, ways: &[(&str, Span)], address: &str) {
        match ways {
            [_] => {}
            [] => {
                let message = format!("copy `{}` does not say when it is made", name.value);
                let help = "write one of `schedule`, `every`, `continuous`, `after` and `once`";
                self.push(Diagnostic::error(TIMING, message).at(name.span).about(address).help(help));
            }
            [(one, first), (other, second), ..] => {
                let message = format!("copy `{}` says twice when it is made", name.value);
                let diagnostic = Diagnostic::error(TIMING, message).at(*second).about(address);
                self.push(diagnostic.label(*first, "first here").help(format!("keep `{one}` or `{other}`")));
            }
        }
    }

    /// Keys that mean something only beside another.
    fn check_companions(&mut self, raw: &spec::Copy<'_>, address: &str) {
        let alone = [
            ("base", raw.base.map(|at| at.span), raw.continuous.is_some(), "continuous"),
            ("timezone", raw.timezone.map(|at| at.span), raw.schedule.is_some() || raw.once.is_some(), "schedule"),
            ("scheduler", raw.scheduler.map(|at| at.span), raw.schedule.is_some(), "schedule"),
            ("anchor", raw.anchor.map(|at| at.span), raw.every.is_some(), "every"),
        ];
        for (key, span, has_companion, companion) in alone {
            if let (Some(span), false) = (span, has_companion) {
                let message = format!("`{key}` means nothing without `{companion}`");
                self.push(Diagnostic::error(TIMING, message).at(span).about(format!("{address}.{key}")));
            }
        }
        if let (Some(continuous), None) = (raw.continuous, raw.base) {
            let diagnostic = Diagnostic::error(TIMING, "a continuous copy needs the copy that it is replayed onto");
            let help = "write `base:` and the name of a copy of the same data";
            self.push(diagnostic.at(continuous.span).about(format!("{address}.base")).help(help));
        }
    }

    fn calendar(&mut self, raw: &spec::Copy<'_>, zone: Zone, address: &str) -> Option<Timing> {
        let scheduler = raw.scheduler.map_or(Scheduler::Systemd, |at| at.value);
        let schedule = self.schedule(raw.schedule?, zone, scheduler, &format!("{address}.schedule"))?;
        Some(Timing::Calendar(schedule))
    }

    fn every(&mut self, raw: &spec::Copy<'_>, zone: &Zone, address: &str) -> Option<Timing> {
        let interval = self.interval(raw.every, &format!("{address}.every"))?;
        let anchor = raw.anchor.and_then(|at| self.instant(at, zone, &format!("{address}.anchor")));
        Some(Timing::Every { interval, anchor })
    }

    fn interval(&mut self, written: Maybe<'_, Seconds>, address: &str) -> Option<Seconds> {
        let interval = self.amount(written, || address.to_owned())?;
        if interval == Seconds::ZERO {
            let span = written.map(|at| at.span).unwrap_or_default();
            let diagnostic = Diagnostic::error(TIMING, "an interval of zero never ends").at(span).about(address);
            self.push(diagnostic.help("for a stream of changes write `continuous:` with how far it is behind"));
            return None;
        }
        Some(interval)
    }

    fn continuous(&mut self, raw: &spec::Copy<'_>, siblings: &Siblings<'_, 's>, address: &str) -> Option<Timing> {
        let lag = self.amount(raw.continuous, || format!("{address}.continuous"))?;
        let base = raw.base?;
        let address = format!("{address}.base");
        let copy = self.sibling(base, siblings, &address)?;
        let onto_stream = siblings.raw.get(base.value).is_some_and(|copy| copy.continuous.is_some());
        if onto_stream {
            let message = format!("`{}` is a stream itself and no point to start from", base.value);
            self.push(contradiction(message, base.span, address).help("name a copy that is made in whole points"));
            return None;
        }
        Some(Timing::Continuous { lag, base: copy })
    }

    fn after(
        &mut self,
        raw: &spec::Copy<'_>,
        zone: &Zone,
        siblings: &Siblings<'_, 's>,
        address: &str,
    ) -> Option<Timing> {
        let after = raw.after?;
        let copy = self.sibling(after, siblings, &format!("{address}.after"))?;
        let every = match raw.every {
            Some(_) => Some(self.interval(raw.every, &format!("{address}.every"))?),
            None => None,
        };
        if let Some(from) = raw.from.filter(|from| from.value != after.value) {
            let message =
                format!("a copy after `{}` carries that copy's point, not that of `{}`", after.value, from.value);
            self.push(contradiction(message, from.span, format!("{address}.from")).help("take `from` away"));
        }
        if siblings.raw.get(after.value).is_some_and(|copy| copy.continuous.is_some()) {
            let message = format!("`{}` is a stream and never completes", after.value);
            let help = "name a copy that is made in whole points";
            self.push(contradiction(message, after.span, format!("{address}.after")).help(help));
            return None;
        }
        let anchor = raw.anchor.and_then(|at| self.instant(at, zone, &format!("{address}.anchor")));
        Some(Timing::After { copy, every, anchor })
    }

    /// Another copy of the same data.
    fn sibling(&mut self, name: Text<'_>, siblings: &Siblings<'_, 's>, address: &str) -> Option<CopyId> {
        let found = siblings.find(name.value);
        if found.is_none() {
            let known = siblings.raw.iter().map(|(name, _)| name.value);
            let diagnostic = lookup::unknown("copy of the same data", name, known, address);
            self.push(diagnostic);
        }
        found
    }

    fn read_from(&mut self, name: Text<'_>, component: &Component, address: &str) -> Option<crate::model::InstanceId> {
        let instances = &self.model.instances;
        let found = component.instances.iter().copied().find(|id| instances[*id].name == name.value);
        if found.is_none() {
            let known: Vec<String> = component.instances.iter().map(|id| instances[*id].name.clone()).collect();
            let known = known.iter().map(String::as_str);
            let diagnostic = lookup::unknown("instance of this component", name, known, address);
            self.push(diagnostic);
        }
        found
    }

    /// A copy is made of a copy, or by a method of the technology.
    fn method(&mut self, raw: &spec::Copy<'_>, component: &Component, address: &str) -> Option<String> {
        let technology = &component.technology;
        let Some(method) = raw.method else {
            let of_copy = raw.from.is_some() || raw.after.is_some();
            return technology.default_method.clone().filter(|_| !of_copy);
        };
        let known = technology.methods.contains_key(method.value);
        let refused = technology.refuses.iter().any(|refusal| refusal.what == method.value);
        if !known && !refused && !technology.methods.is_empty() {
            let names = technology.methods.keys().map(String::as_str);
            let mut diagnostic = lookup::unknown(&format!("method of {}", technology.name), method, names, address);
            diagnostic.code = UNKNOWN_METHOD;
            diagnostic.severity = crate::diag::Severity::Warning;
            self.push(diagnostic);
        }
        Some(method.value.to_owned())
    }

    /// The time of a run: as written, else as the technology's method has it, else none; the latter two are assumptions.
    fn takes(
        &mut self,
        raw: &spec::Copy<'_>,
        timing: &Timing,
        method: Option<&str>,
        component: &Component,
        address: &str,
    ) -> Sourced<Seconds> {
        if let Some(takes) = self.amount(raw.takes, || address.to_owned()) {
            return Sourced::declared(takes);
        }
        if matches!(timing, Timing::Continuous { .. }) {
            return Sourced::declared(Seconds::ZERO);
        }
        let facts = method.and_then(|method| component.technology.methods.get(method));
        Sourced::assumed(facts.and_then(|facts| facts.takes).unwrap_or(Seconds::ZERO))
    }

    fn keep(&mut self, raw: &At<spec::Keep<'_>>, address: &str) -> Option<Keep> {
        let within = match raw.within {
            Some(written) => Some(self.within(written.text, written.span, &format!("{address}.within"))?),
            None => None,
        };
        let keep = Keep {
            last: raw.last.unwrap_or(0),
            hourly: raw.hourly.unwrap_or(0),
            daily: raw.daily.unwrap_or(0),
            weekly: raw.weekly.unwrap_or(0),
            monthly: raw.monthly.unwrap_or(0),
            yearly: raw.yearly.unwrap_or(0),
            within,
        };
        if keep == Keep::default() {
            let diagnostic = warning(code::CONTRADICTION, "`keep` names nothing to keep", raw.span, address.to_owned());
            self.push(
                diagnostic.help("name what to keep, such as `{daily: 14, weekly: 8}`; without `keep` all is kept"),
            );
            return None;
        }
        Some(keep)
    }

    /// `1y5m7d2h`, each part at most once and in this order.
    fn within(&mut self, text: &str, span: Span, address: &str) -> Option<Within> {
        let mut rest = text.trim();
        let mut part = |unit: char| {
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            let value = rest[..end].parse().ok()?;
            rest = rest[end..].strip_prefix(unit)?;
            Some(value)
        };
        let parts = [part('y'), part('m'), part('d'), part('h')];
        if rest.is_empty() && parts.iter().any(Option::is_some) {
            let [years, months, days, hours] = parts.map(Option::unwrap_or_default);
            return Some(Within { years, months, days, hours });
        }
        let diagnostic = Diagnostic::error(code::INVALID_VALUE, format!("`{text}` is no span of the calendar"));
        self.push(diagnostic.at(span).about(address).help("write it like `30d`, `6m` or `1y5m7d2h`; `m` is a month"));
        None
    }

    /// A copy that is made from itself, over whatever number of others.
    fn check_circles(&mut self, ids: &[CopyId]) {
        for &start in ids {
            let mut way = vec![start];
            let mut next = self.feeds(start);
            while let Some(at) = next.filter(|at| !way.contains(at)) {
                way.push(at);
                next = self.feeds(at);
            }
            // Each circle is told once, at its first member.
            if next == Some(start) && way.iter().min() == Some(&start) {
                let names: Vec<String> =
                    way.iter().chain([&start]).map(|id| self.model.copies[*id].name.clone()).collect();
                let copy = &self.model.copies[start];
                let message = format!("copy `{}` is made from itself", copy.name);
                let mut diagnostic = contradiction(message, copy.span, self.model.copy_address(start));
                diagnostic.path = names;
                self.push(diagnostic.help("one of the circle must be made from the live data"));
            }
        }
    }

    fn feeds(&self, copy: CopyId) -> Option<CopyId> {
        let copy = &self.model.copies.as_slice().get(copy.index())?;
        match copy.timing {
            Timing::After { copy: source, .. } => Some(source),
            Timing::Continuous { base, .. } => Some(base),
            Timing::Calendar(_) | Timing::Every { .. } | Timing::Once(_) => copy.from,
        }
    }
}
