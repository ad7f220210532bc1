//! Components, their instances and what they need.

use super::place::owned;
use super::{Resolver, bad_amount, contradiction, warning};
use crate::diag::Code;
use crate::model::{
    Component, ComponentId, Dependency, Failover, Guarantee, Id, Instance, InstanceId, RecoveryPlan, Replication,
    ServesWith, Sourced,
};
use crate::spec::{self, Item, Maybe, Quorum, Section};
use crate::tech::{Purpose, Technology};
use crate::terms::{FailoverMode, ReplicationMode, Role};
use crate::text::At;
use crate::units::{Seconds, UnitError};

const ROLE_UNDECLARED: Code = Code("role-undeclared");

impl<'s> Resolver<'s> {
    pub(super) fn components(&mut self) {
        let spec = self.spec;
        for item in spec.items(Section::Components) {
            let component = self.component_of(item);
            self.model.components.push(component);
        }
    }

    fn component_of(&mut self, item: Item<'s>) -> Component {
        let id = ComponentId::from_index(self.model.components.len());
        let raw: Option<spec::Component<'s>> = item.decode();
        let address = format!("components.{}", item.name);
        let technology = raw.as_ref().and_then(|raw| raw.technology);
        let technology = match technology {
            Some(name) => self.technology(name, Purpose::Component, format!("{address}.technology")),
            None => std::sync::Arc::new(Technology::named("", Purpose::Component)),
        };
        let mut component = bare(item, &technology);
        let Some(raw) = raw else { return component };
        component.description = owned(raw.description);
        component.owner = raw.owner.and_then(|name| self.team(name, || format!("{address}.owner")));
        if let Some(objective) = &raw.objective {
            component.objective = self.objective(objective, &format!("{address}.objective"));
            component.objective_span = Some(objective.span);
        }
        component.instances = self.instances(&raw, id, &address);
        component.serves_with = self.serves_with(raw.serves_with, &component, &address);
        component.reads_with = self.reads_with(raw.reads_with, &component, &address);
        component.replication = self.replication(raw.replication.as_ref(), &component, &address);
        component.failover = self.failover(raw.failover.as_ref(), &technology, &address);
        component.recovery = self.recovery(raw.recovery.as_ref(), &technology, &address);
        component.dns_ttl = self.amount(raw.dns_ttl, || format!("{address}.dns_ttl")).unwrap_or(Seconds::ZERO);
        component.depends_on = self.dependencies(&raw, id, &address);
        component.guarantees = self.guarantees(&raw, &address);
        component.parameters = self.parameters(&technology, raw.parameters.as_ref(), &format!("{address}.parameters"));
        self.check_roles(&component, &address);
        component.datasets = self.datasets(&raw, id, &component, &address);
        component
    }

    fn instances(&mut self, raw: &spec::Component<'s>, component: ComponentId, address: &str) -> Vec<InstanceId> {
        let first = self.model.instances.len();
        let written = raw.instances.as_ref().map(|named| &named.0);
        for (number, (name, instance)) in written.into_iter().flat_map(|map| map.iter()).enumerate() {
            let id = InstanceId::from_index(first + number);
            let address = |key: &str| format!("{address}.instances.{}.{key}", name.value);
            let at = instance.at.and_then(|at| self.location(at, || address("at")));
            let lag = self.amount(instance.lag, || address("lag"));
            let role = instance.role.map(|role| role.value);
            self.names.instances.entry(name.value.to_owned()).or_default().push(id);
            self.model.instances.push(Instance {
                name: name.value.to_owned(),
                component,
                at: at.unwrap_or(Id::from_index(0)),
                role,
                votes: instance.votes.map_or(1, |votes| votes.value),
                lag,
                from: None,
                certname: owned(instance.certname),
                span: name.span,
            });
        }
        let ids: Vec<InstanceId> = (first..self.model.instances.len()).map(Id::from_index).collect();
        self.cascades(raw, &ids, address);
        ids
    }

    /// Fills in which instance feeds which.
    fn cascades(&mut self, raw: &spec::Component<'s>, ids: &[InstanceId], address: &str) {
        let Some(named) = &raw.instances else { return };
        for ((name, instance), &id) in named.0.iter().zip(ids) {
            let Some(from) = instance.from else { continue };
            let address = format!("{address}.instances.{}.from", name.value);
            match ids.iter().find(|other| self.model.instances[**other].name == from.value) {
                Some(&source) => self.model.instances[id].from = Some(source),
                None => {
                    let known: Vec<&str> = ids.iter().map(|id| self.model.instances[*id].name.as_str()).collect();
                    let diagnostic = super::lookup::unknown("instance of this component", from, known, &address);
                    self.push(diagnostic);
                }
            }
            let mut at = self.model.instances[id].from;
            let circle = (0..ids.len()).any(|_| {
                let met = at == Some(id);
                at = at.and_then(|at| self.model.instances[at].from);
                met
            });
            if circle {
                self.push(contradiction(format!("instance `{}` is fed from itself", name.value), from.span, address));
                self.model.instances[id].from = None;
            }
        }
    }

    fn serves_with(&mut self, raw: Maybe<'_, Quorum>, component: &Component, address: &str) -> ServesWith {
        let Some(written) = raw else { return ServesWith::Count(1) };
        let count = match written.text.trim() {
            "majority" => return ServesWith::Majority,
            "all" => return ServesWith::All,
            number => number.parse::<u32>(),
        };
        let with_data = component.instances.iter().filter(|id| self.model.instances[**id].has_data()).count();
        match count {
            Ok(count) if count as usize <= with_data || component.instances.is_empty() => ServesWith::Count(count),
            Ok(count) => {
                let message = format!("it serves with {count} instances and has {with_data}");
                self.push(contradiction(message, written.span, format!("{address}.serves_with")));
                ServesWith::All
            }
            Err(_) => {
                let message = format!("`{}` is no number of instances", written.text);
                let error = UnitError { message, help: Some("write a number, `majority` or `all`".to_owned()) };
                self.push(bad_amount(error, written.span, format!("{address}.serves_with")));
                ServesWith::Count(1)
            }
        }
    }

    fn reads_with(&mut self, raw: Option<At<u32>>, component: &Component, address: &str) -> Option<u32> {
        let reads = raw?;
        if reads.value as usize > component.instances.len() && !component.instances.is_empty() {
            let message = format!("it reads with {} instances and has {}", reads.value, component.instances.len());
            self.push(contradiction(message, reads.span, format!("{address}.reads_with")));
        }
        Some(reads.value)
    }

    /// How the instances are kept in step: as written, else as the technology does where there are several with data.
    fn replication(
        &mut self,
        raw: Option<&At<spec::Replication<'_>>>,
        component: &Component,
        address: &str,
    ) -> Option<Replication> {
        let facts = component.technology.replication.as_ref();
        let with_data = component.instances.iter().filter(|id| self.model.instances[**id].has_data()).count();
        if raw.is_none() && (facts.is_none() || with_data < 2) {
            return None;
        }
        let default_mode = facts.and_then(|facts| facts.modes.first().copied()).unwrap_or(ReplicationMode::Async);
        let mode = raw.and_then(|raw| raw.mode).map_or(default_mode, |mode| mode.value);
        let written = raw.and_then(|raw| raw.lag);
        let lag: Option<Seconds> = self.amount(written, || format!("{address}.replication.lag"));
        if let (ReplicationMode::Sync, Some(lag), Some(span)) = (mode, lag, written.map(|at| at.span))
            && lag > Seconds::ZERO
        {
            let message = "synchronous replication has no lag";
            let help = "write `mode: async`, or take `lag` away";
            self.push(contradiction(message, span, format!("{address}.replication.lag")).help(help));
        }
        let assumed = facts.map_or(Seconds::MINUTE, |facts| facts.lag);
        let lag = match (mode, lag) {
            (ReplicationMode::Sync, _) => Sourced::declared(Seconds::ZERO),
            (ReplicationMode::Async, Some(lag)) => Sourced::declared(lag),
            (ReplicationMode::Async, None) => Sourced::assumed(assumed),
        };
        let method = raw.and_then(|raw| raw.method).map(|method| method.value.to_owned());
        Some(Replication { mode, lag, method, span: raw.map(|raw| raw.span) })
    }

    fn failover(&mut self, raw: Option<&At<spec::Failover<'_>>>, technology: &Technology, address: &str) -> Failover {
        let facts = technology.failover.as_ref();
        let takes = raw.and_then(|raw| raw.takes);
        let takes: Option<Seconds> = self.amount(takes, || format!("{address}.failover.takes"));
        let assumed = facts.map_or(technology.times.start, |facts| facts.takes);
        Failover {
            mode: raw
                .and_then(|raw| raw.mode)
                .map(|mode| mode.value)
                .or(facts.map(|facts| facts.mode))
                .unwrap_or(FailoverMode::Manual),
            takes: takes.map_or(Sourced::assumed(assumed), Sourced::declared),
        }
    }

    fn recovery(
        &mut self,
        raw: Option<&At<spec::Recovery<'_>>>,
        technology: &Technology,
        address: &str,
    ) -> RecoveryPlan {
        let times = &technology.times;
        let raw = raw.map(|at| &at.value);
        let address = |key: &str| format!("{address}.recovery.{key}");
        let places = raw.and_then(|raw| raw.to.as_deref()).unwrap_or_default();
        let to = places.iter().filter_map(|name| self.location(*name, || address("to"))).collect();
        let mut time = |written: Maybe<'_, Seconds>, key: &str, assumed: Seconds| {
            let value: Option<Seconds> = self.amount(written, || address(key));
            value.map_or(Sourced::assumed(assumed), Sourced::declared)
        };
        let detect = time(raw.and_then(|raw| raw.detect), "detect", times.detect);
        let provision = time(raw.and_then(|raw| raw.provision), "provision", times.provision);
        let start = time(raw.and_then(|raw| raw.start), "start", times.start);
        let verify = time(raw.and_then(|raw| raw.verify), "verify", times.verify);
        let cutover = time(raw.and_then(|raw| raw.cutover), "cutover", times.cutover);
        let rate = self.rate(raw.and_then(|raw| raw.restore_rate), || address("restore_rate"));
        let restore_rate = rate.map(Sourced::declared).or(times.restore_rate.map(Sourced::assumed));
        RecoveryPlan { to, detect, provision, restore_rate, start, verify, cutover }
    }

    fn dependencies(&mut self, raw: &spec::Component<'_>, own: ComponentId, address: &str) -> Vec<Dependency> {
        let written = raw.depends_on.as_ref().map(|named| &named.0);
        let mut dependencies = Vec::new();
        for (name, kind) in written.into_iter().flat_map(|map| map.iter()) {
            let address = || format!("{address}.depends_on.{}", name.value);
            let Some(on) = self.component(*name, address) else { continue };
            if on == own {
                let message = format!("`{}` depends on itself", name.value);
                self.push(contradiction(message, name.span, address()).help("take the line away"));
                continue;
            }
            dependencies.push(Dependency { on, kind: kind.value, span: name.span, implied: false });
        }
        dependencies
    }

    fn guarantees(&mut self, raw: &spec::Component<'_>, address: &str) -> Vec<Guarantee> {
        let mut guarantees = Vec::new();
        for (name, promise) in raw.guarantees.iter().flat_map(|map| map.iter()) {
            let address = format!("{address}.guarantees.{}", name.value);
            let Some(kind) = self.scenario_kind(name.value) else {
                let known = crate::terms::ScenarioKind::WORDS.iter().copied().filter(|word| *word != "pair");
                let diagnostic = super::lookup::unknown("kind of scenario", *name, known, &address);
                self.push(diagnostic);
                continue;
            };
            let recovery = self.amount(promise.recovery, || format!("{address}.recovery"));
            let data_loss = self.amount(promise.data_loss, || format!("{address}.data_loss"));
            guarantees.push(Guarantee { kind, recovery, data_loss, span: name.span });
        }
        guarantees
    }

    /// Where the technology has roles, somebody must be the primary, or nobody ever takes over.
    fn check_roles(&mut self, component: &Component, address: &str) {
        let roles: Vec<Option<Role>> = component.instances.iter().map(|id| self.model.instances[*id].role).collect();
        if component.technology.roles && roles.len() > 1 && !roles.contains(&Some(Role::Primary)) {
            let message = format!("no instance of `{}` is its primary", component.name);
            let diagnostic = warning(ROLE_UNDECLARED, message, component.span, format!("{address}.instances"));
            self.push(diagnostic.help("write `role: primary` at the instance that takes writes"));
        }
        let written = component.replication.as_ref().and_then(|replication| replication.span);
        if let Some(span) = written
            && roles.len() < 2
        {
            let diagnostic = contradiction(
                format!("`{}` is replicated and has {} instance", component.name, roles.len()),
                span,
                format!("{address}.replication"),
            );
            self.push(diagnostic.help("declare the instance that it is replicated to, or take `replication` away"));
        }
    }
}

/// A component of which nothing is known but name and technology.
fn bare(item: Item<'_>, technology: &std::sync::Arc<Technology>) -> Component {
    let times = &technology.times;
    Component {
        name: item.name.to_owned(),
        description: None,
        technology: std::sync::Arc::clone(technology),
        owner: None,
        objective: None,
        objective_span: None,
        instances: Vec::new(),
        serves_with: ServesWith::Count(1),
        reads_with: None,
        replication: None,
        failover: Failover { mode: FailoverMode::Manual, takes: Sourced::assumed(times.start) },
        datasets: Vec::new(),
        depends_on: Vec::new(),
        recovery: RecoveryPlan {
            to: Vec::new(),
            detect: Sourced::assumed(times.detect),
            provision: Sourced::assumed(times.provision),
            restore_rate: times.restore_rate.map(Sourced::assumed),
            start: Sourced::assumed(times.start),
            verify: Sourced::assumed(times.verify),
            cutover: Sourced::assumed(times.cutover),
        },
        dns_ttl: Seconds::ZERO,
        guarantees: Vec::new(),
        parameters: Vec::new(),
        span: item.span,
    }
}
