//! Tiers of promises, named and inline.

use super::{Resolver, contradiction, lookup};
use crate::diag::{Diagnostic, Span};
use crate::model::{CopiesRule, DeclaredScenarioId, Id, Objective, ObjectiveId, Override, Promise, Threshold};
use crate::spec::{self, Maybe, NameOr, Section, Text};
use crate::terms::ScenarioKind;
use crate::text::At;
use crate::units::Seconds;

impl<'s> Resolver<'s> {
    pub(super) fn objectives(&mut self) {
        let spec = self.spec;
        for item in spec.items(Section::Objectives) {
            let raw: Option<spec::Objective<'s>> = item.decode();
            let address = format!("objectives.{}", item.name);
            let objective = self.objective_of(raw.as_ref(), Some(item.name), item.span, &address);
            self.model.objectives.push(objective);
        }
    }

    /// The objective of a component: by name, or written in its place.
    pub(super) fn objective(
        &mut self,
        raw: &At<NameOr<'_, spec::Objective<'_>>>,
        address: &str,
    ) -> Option<ObjectiveId> {
        match &raw.value {
            NameOr::Name(name) => self.objective_named(At::new(*name, raw.span), || address.to_owned()),
            NameOr::Inline(inline) => {
                let objective = self.objective_of(Some(inline), None, raw.span, address);
                Some(self.model.objectives.push(objective))
            }
        }
    }

    fn objective_of(
        &mut self,
        raw: Option<&spec::Objective<'_>>,
        name: Option<&str>,
        span: Span,
        address: &str,
    ) -> Objective {
        let mut objective = Objective {
            name: name.map(str::to_owned),
            default: Promise::default(),
            by_kind: Vec::new(),
            by_scenario: Vec::new(),
            tolerates_missed_runs: 0,
            copies: None,
            drill_every: None,
            span,
        };
        let Some(raw) = raw else { return objective };
        objective.default.rto = self.threshold(raw.rto, || format!("{address}.rto")).flatten();
        objective.default.rpo = self.threshold(raw.rpo, || format!("{address}.rpo")).flatten();
        for (name, promise) in raw.scenarios.iter().flat_map(|map| map.iter()) {
            let address = format!("{address}.scenarios.{}", name.value);
            let change = Override {
                rto: self.threshold(promise.rto, || format!("{address}.rto")),
                rpo: self.threshold(promise.rpo, || format!("{address}.rpo")),
            };
            match self.scenario_or_kind(*name, &address) {
                Some(Ok(kind)) => objective.by_kind.push((kind, change)),
                Some(Err(scenario)) => objective.by_scenario.push((scenario, change)),
                None => {}
            }
        }
        objective.tolerates_missed_runs = raw.tolerates_missed_runs.map_or(0, |runs| runs.value);
        objective.copies = raw.copies.map(|copies| self.copies_rule(copies, address));
        let drill = self.threshold(raw.drill_every, || format!("{address}.drill_every"));
        objective.drill_every = drill.flatten();
        objective
    }

    fn copies_rule(&mut self, raw: At<spec::CopiesRule>, address: &str) -> CopiesRule {
        let rule = CopiesRule {
            total: raw.total,
            media: raw.media,
            offsite: raw.offsite,
            immutable: raw.immutable,
            verified: raw.verified.unwrap_or(false),
            span: raw.span,
        };
        let parts = [rule.media, rule.offsite, rule.immutable].into_iter().flatten().max();
        if rule.total.zip(parts).is_some_and(|(total, part)| part > total) {
            let message = "the rule asks for more copies of one sort than it asks for in total";
            self.push(contradiction(message, raw.span, format!("{address}.copies")));
        }
        rule
    }

    fn threshold<W>(&mut self, raw: Maybe<'_, W>, address: impl FnOnce() -> String) -> Option<Option<Threshold>> {
        let span = raw.as_ref().map(|at| at.span)?;
        let amount: Option<Seconds> = self.amount_or_none(raw, address)?;
        Some(amount.map(|at_most| Threshold { at_most, span }))
    }

    /// A kind of scenario, or one of the spec's own by its name.
    fn scenario_or_kind(&mut self, name: Text<'_>, address: &str) -> Option<Result<ScenarioKind, DeclaredScenarioId>> {
        if let Some(number) = self.spec.items(Section::Scenarios).position(|item| item.name == name.value) {
            return Some(Err(DeclaredScenarioId::from_index(number)));
        }
        if let Some(kind) = self.scenario_kind(name.value) {
            return Some(Ok(kind));
        }
        let declared: Vec<&str> = self.spec.items(Section::Scenarios).map(|item| item.name).collect();
        let known = ScenarioKind::WORDS.iter().copied().filter(|word| *word != "pair").chain(declared);
        let diagnostic: Diagnostic = lookup::unknown("scenario or kind of scenario", name, known, address);
        self.push(diagnostic);
        None
    }

    /// A kind that can be named; pairs of failures have no promise of their own.
    pub(super) fn scenario_kind(&self, word: &str) -> Option<ScenarioKind> {
        word.parse().ok().filter(|kind| *kind != ScenarioKind::Pair)
    }
}
