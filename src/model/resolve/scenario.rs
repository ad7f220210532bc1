//! The spec's own scenarios, consistency groups, expectations and waivers.

use super::place::owned;
use super::{Resolver, code, contradiction};
use crate::diag::Diagnostic;
use crate::model::{
    Bound, ComponentId, ConsistencyGroup, DatasetId, DeclaredScenario, Expectation, Expected, Target, Waiver,
};
use crate::spec::{self, Item, Section, Text};
use crate::text::At;
use crate::units::Seconds;

impl<'s> Resolver<'s> {
    pub(super) fn scenarios(&mut self) {
        let spec = self.spec;
        for item in spec.items(Section::Scenarios) {
            let scenario = self.scenario_of(item);
            self.model.scenarios.push(scenario);
        }
    }

    fn scenario_of(&mut self, item: Item<'s>) -> DeclaredScenario {
        let raw: Option<spec::Scenario<'s>> = item.decode();
        let raw = raw.as_ref();
        let address = |key: &str| format!("scenarios.{}.{key}", item.name);
        let names = |list: Option<&Vec<Text<'s>>>| list.cloned().unwrap_or_default();
        let fails: Vec<Target> = names(raw.and_then(|raw| raw.fails.as_ref()))
            .into_iter()
            .filter_map(|name| self.target(name, &address("fails")))
            .collect();
        let unreachable = names(raw.and_then(|raw| raw.unreachable.as_ref()))
            .into_iter()
            .filter_map(|name| self.instance(name, &address("unreachable")))
            .collect();
        let corrupts: Vec<DatasetId> = names(raw.and_then(|raw| raw.corrupts.as_ref()))
            .into_iter()
            .flat_map(|name| self.corrupted(name, &address("corrupts")))
            .collect();
        let detection: Option<Seconds> = self.amount(raw.and_then(|raw| raw.detection), || address("detection"));
        if detection.is_some() && corrupts.is_empty() {
            let message = "`detection` is about corruption, and nothing is corrupted";
            let span = raw.and_then(|raw| raw.detection).map_or(item.span, |at| at.span);
            self.push(contradiction(message, span, address("detection")).help("name the data under `corrupts`"));
        }
        DeclaredScenario {
            name: item.name.to_owned(),
            description: owned(raw.and_then(|raw| raw.description)),
            fails,
            unreachable,
            corrupts,
            detection,
            span: item.span,
        }
    }

    fn corrupted(&mut self, name: Text<'_>, address: &str) -> Vec<DatasetId> {
        let known = self.names.components.get(name.value).copied();
        let datasets = self.datasets_named(name, address);
        if let (true, Some(_)) = (datasets.is_empty(), known) {
            let message = format!("component `{}` has no data to corrupt", name.value);
            let diagnostic = contradiction(message, name.span, address.to_owned());
            self.push(diagnostic.help("declare its data under `data`"));
        }
        datasets
    }

    pub(super) fn groups(&mut self) {
        let spec = self.spec;
        for item in spec.items(Section::ConsistencyGroups) {
            let address = format!("consistency_groups.{}", item.name);
            let names: Vec<Text<'s>> = item.decode().unwrap_or_default();
            let members: Vec<DatasetId> =
                names.into_iter().flat_map(|name| self.datasets_named(name, &address)).collect();
            self.model.groups.push(ConsistencyGroup { name: item.name.to_owned(), members, span: item.span });
        }
    }

    pub(super) fn expectations(&mut self) {
        let spec = self.spec;
        for (number, item) in spec.items(Section::Expectations).enumerate() {
            let Some(raw) = item.decode::<spec::Expectation<'s>>() else { continue };
            let address = format!("expectations[{number}]");
            let (Some(scenario), Some(name)) = (raw.scenario, raw.component) else { continue };
            let Some(component) = self.component(name, || format!("{address}.component")) else { continue };
            let dataset = raw.dataset.and_then(|name| self.dataset_of(component, name, &address));
            let expected = Expected {
                impact: raw.impact.map(|impact| impact.value),
                data_loss: raw.data_loss.as_ref().map(|bound| self.bound(bound, &format!("{address}.data_loss"))),
                recovery: raw.recovery.as_ref().map(|bound| self.bound(bound, &format!("{address}.recovery"))),
            };
            if expected == Expected::default() {
                let diagnostic = contradiction("the expectation expects nothing", item.span, address);
                self.push(diagnostic.help("write `impact`, `data_loss` or `recovery`"));
                continue;
            }
            self.model.expectations.push(Expectation {
                scenario: scenario.value.to_owned(),
                scenario_span: scenario.span,
                component,
                dataset,
                expected,
                span: item.span,
            });
        }
    }

    fn dataset_of(&mut self, component: ComponentId, name: Text<'_>, address: &str) -> Option<DatasetId> {
        let datasets = &self.model.components[component].datasets;
        let found = datasets.iter().copied().find(|id| self.model.datasets[*id].name == name.value);
        if found.is_none() {
            let known: Vec<String> = datasets.iter().map(|id| self.model.datasets[*id].name.clone()).collect();
            let known = known.iter().map(String::as_str);
            let diagnostic =
                super::lookup::unknown("dataset of this component", name, known, &format!("{address}.dataset"));
            self.push(diagnostic);
        }
        found
    }

    fn bound(&mut self, raw: &At<spec::Bound<'_>>, address: &str) -> Bound {
        let at_most = self.amount(raw.at_most, || format!("{address}.at_most"));
        let at_least = self.amount(raw.at_least, || format!("{address}.at_least"));
        let unbounded = raw.exactly.is_some_and(|exactly| exactly.text.trim() == "unbounded");
        let exactly: Option<Seconds> = match raw.exactly {
            Some(_) if !unbounded => self.amount(raw.exactly, || format!("{address}.exactly")),
            _ => None,
        };
        let said = [raw.at_most.is_some(), raw.at_least.is_some(), raw.exactly.is_some()];
        if said == [false; 3] || (said[2] && (said[0] || said[1])) {
            let diagnostic = contradiction("the bound is not clear", raw.span, address.to_owned());
            self.push(diagnostic.help("write `at_most`, `at_least` or both, or `exactly`"));
        }
        Bound { at_most: at_most.or(exactly), at_least: at_least.or(exactly), unbounded }
    }

    pub(super) fn waivers(&mut self) {
        let spec = self.spec;
        for item in spec.items(Section::Waivers) {
            let Some(raw) = item.decode::<spec::Waiver<'s>>() else { continue };
            let Some(finding) = raw.finding else { continue };
            for (key, text) in [("owner", raw.owner), ("reason", raw.reason)] {
                if text.is_some_and(|text| text.value.trim().is_empty()) {
                    let message = format!("a waiver needs its `{key}`");
                    let span = text.map_or(item.span, |text| text.span);
                    self.push(Diagnostic::error(code::INVALID_VALUE, message).at(span).about("waivers"));
                }
            }
            self.model.waivers.push(Waiver {
                finding: finding.value.to_owned(),
                on: owned(raw.on),
                scenario: owned(raw.scenario),
                // A malformed date counts as expired, which is a finding and not a mistake in the form.
                until: raw.until.and_then(|until| until.text.trim().parse().ok()),
                owner: owned(raw.owner).unwrap_or_default(),
                reason: owned(raw.reason).unwrap_or_default(),
                span: item.span,
            });
        }
    }
}
