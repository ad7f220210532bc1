//! Reads a spec with a small catalogue of its own, whose times are zero so that a case states all that counts.

use drplan::analysis::context::Context;
use drplan::analysis::loss::LossEngine;
use drplan::analysis::outcome::{ComponentResult, Outcome, outcome};
use drplan::analysis::scenario::Scenarios;
use drplan::diag::{SourceFile, SourceMap};
use drplan::model::{self, ComponentId, Model};
use drplan::spec::Spec;
use drplan::tech::{
    Catalogue, FailoverFacts, Media, PackSource, Purpose, ReplicationFacts, StoreFacts, Technology, Times,
};
use drplan::terms::{FailoverMode, ReplicationMode};
use drplan::text::Limits;
use drplan::units::Seconds;

/// Reads a spec that must have no mistake.
pub(super) fn read(text: &str) -> Model {
    let text = format!("drplan: 1\nsystem: {{name: test}}\n{text}");
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("test.yaml", text.as_str()));
    let (spec, mut diagnostics) = Spec::read(&sources, Limits::default());
    let (model, found) = model::resolve(&spec, &catalogue());
    diagnostics.append(found);
    let errors: Vec<String> = diagnostics
        .iter()
        .filter(|found| found.severity == drplan::diag::Severity::Error)
        .map(|found| format!("{} {:?} {:?}", found.message, found.address, found.help))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{text}");
    model
}

/// Works out a scenario of a spec.
pub(super) fn with<T>(text: &str, scenario: &str, look: impl FnOnce(&Seen<'_>) -> T) -> T {
    let model = read(text);
    in_model(&model, scenario, look)
}

pub(super) fn in_model<T>(model: &Model, scenario: &str, look: impl FnOnce(&Seen<'_>) -> T) -> T {
    let losses = LossEngine::new(model);
    let context = Context::new(model, &losses);
    let found = Scenarios::new(model).find(scenario).unwrap_or_else(|error| panic!("{scenario}: {error:?}"));
    let outcome = outcome(&context, &found);
    look(&Seen { context: &context, outcome })
}

/// An outcome with what it takes to read it.
pub(super) struct Seen<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) outcome: Outcome,
}

impl Seen<'_> {
    pub(super) fn id(&self, name: &str) -> ComponentId {
        let found = self.context.model.components.iter().find(|(_, component)| component.name == name);
        found.unwrap_or_else(|| panic!("no component {name}")).0
    }

    pub(super) fn result(&self, component: &str) -> Option<&ComponentResult> {
        self.outcome.result(self.context, self.id(component))
    }

    /// `impact strategy`, with the worst case, the bound and the unordered time where it comes back.
    pub(super) fn line(&self, component: &str) -> String {
        let Some(result) = self.result(component) else { return "none".to_owned() };
        let times = result
            .recovery
            .map(|times| format!(" {} bound {} unordered {}", times.worst.0, times.lower_bound.0, times.unordered.0));
        format!("{} {}{}", result.impact, result.strategy, times.unwrap_or_default())
    }

    /// The worst case of the time, which must exist.
    pub(super) fn worst(&self, component: &str) -> u64 {
        let result = self.result(component).unwrap_or_else(|| panic!("{component} is not hit"));
        result.recovery.unwrap_or_else(|| panic!("{component} does not come back: {result:?}")).worst.0
    }

    /// The data that is lost: `dataset seconds via`.
    pub(super) fn loss(&self, component: &str) -> Vec<(String, Option<u64>)> {
        let Some(result) = self.result(component) else { return Vec::new() };
        let name = |id| self.context.model.datasets[id].name.clone();
        result.data_loss.iter().map(|loss| (name(loss.dataset), loss.loss.worst.map(|worst| worst.0))).collect()
    }

    /// The critical path: `component step from-to`.
    pub(super) fn path(&self, component: &str) -> Vec<String> {
        let Some(times) = self.result(component).and_then(|result| result.recovery) else { return Vec::new() };
        let path = self.outcome.schedule.critical_path(&times);
        let name = |id| self.context.model.components[id].name.as_str();
        path.iter().map(|s| format!("{} {} {}-{}", name(s.component), s.kind, s.from.0, s.to.0)).collect()
    }
}

fn catalogue() -> Catalogue {
    let zero = Seconds::ZERO;
    let times = Times { detect: zero, provision: zero, start: zero, verify: zero, cutover: zero, ..Times::default() };
    let replication = ReplicationFacts {
        modes: vec![ReplicationMode::Async, ReplicationMode::Sync],
        lag: Seconds(60),
        methods: Vec::new(),
    };
    let failover = FailoverFacts { mode: FailoverMode::Manual, takes: Seconds(0) };
    let component = |name: &str| Technology { times: times.clone(), ..Technology::named(name, Purpose::Component) };
    let store = StoreFacts { media: Media::Disk, retrieve: zero, offline: false, immutable: false };
    let mut catalogue = Catalogue::default();
    for technology in [
        // A primary and standbys.
        Technology {
            stateful: true,
            roles: true,
            replication: Some(replication.clone()),
            failover: Some(failover),
            ..component("db")
        },
        // Every instance takes requests and holds all the data.
        Technology { stateful: true, replication: Some(replication), ..component("cluster") },
        // Files that nobody replicates.
        Technology { stateful: true, ..component("files") },
        component("service"),
        component("function"),
        Technology { managed: true, ..component("external") },
        Technology { store: Some(store), ..Technology::named("disk", Purpose::Store) },
    ] {
        catalogue.insert(technology, PackSource::default());
    }
    catalogue
}
