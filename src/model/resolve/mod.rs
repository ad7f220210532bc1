//! From the spec as written to the model: names looked up, amounts read, defaults applied.
//!
//! Each step takes the raw items of a section and pushes what is wrong with them; nothing stops at the first mistake, and
//! there is always a model to go on with. Defaults are applied here and nowhere else.

mod circles;
mod component;
mod lookup;
mod objective;
mod parameters;
mod place;
mod protection;
mod scenario;
mod time;

use std::sync::Arc;

use lookup::Names;
use time::Clocks;

use super::{Component, Dependency, Model, System, Table};
use crate::calendar::Zone;
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Span};
use crate::model::{ComponentId, Id};
use crate::spec::{Maybe, Spec};
use crate::tech::{Catalogue, Purpose, Technology};
use crate::terms::DependencyKind;
use crate::units::UnitError;

/// Codes of the mistakes that more than one step finds.
pub(super) mod code {
    use crate::diag::Code;

    pub(crate) const UNKNOWN_REFERENCE: Code = Code("unknown-reference");
    pub(crate) const INVALID_AMOUNT: Code = Code("invalid-amount");
    pub(crate) const INVALID_VALUE: Code = Code("invalid-value");
    pub(crate) const MISSING_KEY: Code = Code("missing-key");
    pub(crate) const CONTRADICTION: Code = Code("contradiction");
}

/// Resolves a whole spec. The model is sound for analysis only where the diagnostics have no error.
pub fn resolve(spec: &Spec<'_>, catalogue: &Catalogue) -> (Model, Diagnostics) {
    let mut resolver = Resolver {
        spec,
        catalogue,
        names: Names::of(spec),
        clocks: Clocks::default(),
        diagnostics: Diagnostics::default(),
        model: empty(),
    };
    resolver.system();
    resolver.locations();
    resolver.links();
    resolver.teams();
    resolver.stores();
    resolver.objectives();
    resolver.components();
    resolver.recovery_dependencies();
    resolver.circles();
    resolver.scenarios();
    resolver.groups();
    resolver.expectations();
    resolver.waivers();
    (resolver.model, resolver.diagnostics)
}

struct Resolver<'s> {
    spec: &'s Spec<'s>,
    catalogue: &'s Catalogue,
    names: Names<'s>,
    clocks: Clocks,
    diagnostics: Diagnostics,
    model: Model,
}

fn empty() -> Model {
    Model {
        system: System {
            name: String::new(),
            description: None,
            owner: None,
            timezone: Zone::utc(),
            recovery_depends_on: Vec::new(),
            runbooks_at: Vec::new(),
            span: Span::default(),
        },
        locations: Table::default(),
        domains: Table::default(),
        links: Table::default(),
        stores: Table::default(),
        teams: Table::default(),
        objectives: Table::default(),
        components: Table::default(),
        instances: Table::default(),
        datasets: Table::default(),
        copies: Table::default(),
        scenarios: Table::default(),
        groups: Table::default(),
        expectations: Vec::new(),
        waivers: Vec::new(),
    }
}

impl<'s> Resolver<'s> {
    fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn system(&mut self) {
        let (raw, span) = self.spec.system();
        let span = span.unwrap_or(Span::new(FileId::default(), 0, 0));
        if raw.name.is_none_or(|name| name.trim().is_empty()) && span.end > 0 {
            let diagnostic =
                Diagnostic::error(code::MISSING_KEY, "the system has no name").at(span).about("system.name");
            self.push(diagnostic.help("write `name: my-system` below `system:`"));
        }
        let timezone = raw.timezone.and_then(|name| self.zone(name, "system.timezone"));
        let needed = raw.recovery_depends_on.unwrap_or_default();
        let recovery_depends_on = needed
            .into_iter()
            .filter_map(|name| self.component(name, || "system.recovery_depends_on".into()))
            .collect();
        let kept = raw.runbooks_at.unwrap_or_default().into_iter();
        let runbooks_at = kept.filter_map(|name| self.location(name, || "system.runbooks_at".into())).collect();
        self.model.system = System {
            name: raw.name.map(|name| name.value.to_owned()).unwrap_or_default(),
            description: raw.description.map(|text| text.value.to_owned()),
            owner: raw.owner.map(|text| text.value.to_owned()),
            timezone: timezone.unwrap_or_else(Zone::utc),
            recovery_depends_on,
            runbooks_at,
            span: raw.name.map_or(span, |name| name.span),
        };
    }

    /// Reads an amount; a mistake in it is told and reads as nothing.
    fn amount<T: std::str::FromStr<Err = UnitError>, W>(
        &mut self,
        written: Maybe<'_, W>,
        address: impl FnOnce() -> String,
    ) -> Option<T> {
        let written = written?;
        match written.text.parse() {
            Ok(amount) => Some(amount),
            Err(error) => {
                self.push(bad_amount(error, written.span, address()));
                None
            }
        }
    }

    /// Reads an amount that may also be the word `none`: the outer `None` is not written, the inner is that word.
    fn amount_or_none<T: std::str::FromStr<Err = UnitError>, W>(
        &mut self,
        written: Maybe<'_, W>,
        address: impl FnOnce() -> String,
    ) -> Option<Option<T>> {
        match written {
            Some(text) if text.text.trim() == "none" => Some(None),
            other => self.amount(other, address).map(Some),
        }
    }

    /// The facts of a technology; a stand-in that assumes nothing where there is none of that name.
    fn technology(&mut self, name: crate::spec::Text<'_>, purpose: Purpose, address: String) -> Arc<Technology> {
        match self.catalogue.get(name.value) {
            Some(found) if found.purpose == purpose => Arc::clone(found),
            Some(_) => {
                let (is, wanted) = match purpose {
                    Purpose::Component => ("stores", "a component"),
                    Purpose::Store => ("components", "a store"),
                };
                let message = format!("`{}` is a technology of {is}, not of {wanted}", name.value);
                let help = format!("those of {wanted} are {}", self.technologies(purpose).join(", "));
                self.push(Diagnostic::error(code::INVALID_VALUE, message).at(name.span).about(address).help(help));
                Arc::new(Technology::named(name.value, purpose))
            }
            None => {
                let known = self.technologies(purpose);
                let hint = "or give your own with `--technologies DIR`";
                let diagnostic = lookup::unknown("technology", name, known.iter().map(String::as_str), &address);
                let help = diagnostic.help.clone().map_or(hint.to_owned(), |help| format!("{help} {hint}"));
                self.push(diagnostic.help(help));
                Arc::new(Technology::named(name.value, purpose))
            }
        }
    }

    fn technologies(&self, purpose: Purpose) -> Vec<String> {
        let of_purpose = self.catalogue.iter().filter(|technology| technology.purpose == purpose);
        of_purpose.map(|technology| technology.name.clone()).collect()
    }

    /// Gives every component what the whole system needs to recover anything, but for those that this itself is made of.
    fn recovery_dependencies(&mut self) {
        let needed = self.model.system.recovery_depends_on.clone();
        let exempt = self.foundation(&needed);
        for id in self.model.components.ids() {
            if exempt[id.index()] {
                continue;
            }
            let component = &mut self.model.components[id];
            for &on in &needed {
                let told = component.depends_on.iter().any(|d| d.on == on && d.kind != DependencyKind::Uses);
                if !told {
                    let span = component.span;
                    component.depends_on.push(Dependency { on, kind: DependencyKind::Recovery, span, implied: true });
                }
            }
        }
    }

    /// Which components `needed` is made of: themselves and all that they require or need to recover.
    fn foundation(&self, needed: &[ComponentId]) -> Vec<bool> {
        let mut reached = vec![false; self.model.components.len()];
        let mut open = needed.to_vec();
        while let Some(id) = open.pop() {
            if std::mem::replace(&mut reached[id.index()], true) {
                continue;
            }
            let Component { depends_on, .. } = &self.model.components[id];
            open.extend(depends_on.iter().filter(|d| d.kind != DependencyKind::Uses).map(|d| d.on));
        }
        reached
    }
}

fn bad_amount(error: UnitError, span: Span, address: String) -> Diagnostic {
    Diagnostic::error(code::INVALID_AMOUNT, error.message).at(span).about(address).maybe_help(error.help)
}

/// Two things that cannot both be.
fn contradiction(message: impl Into<String>, span: Span, address: String) -> Diagnostic {
    Diagnostic::error(code::CONTRADICTION, message).at(span).about(address)
}

fn warning(code: Code, message: impl Into<String>, span: Span, address: String) -> Diagnostic {
    Diagnostic::warning(code, message).at(span).about(address)
}
