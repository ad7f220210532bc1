//! Cases computed by hand, each rule of the definitions by itself first.

mod advice;
mod corruption;
mod destroyed;
mod group;
mod laws;

use super::*;
use crate::diag::{SourceFile, SourceMap};
use crate::spec::Spec;
use crate::tech::{Catalogue, PackSource, Purpose, Technology};
use crate::text::Limits;

/// A model with one component `db` whose data `main` has the copies given; `more` is put into the component.
pub(super) fn model(copies: &str, more: &str) -> Model {
    let copies: String = copies.lines().map(|line| format!("          {}\n", line.trim_start())).collect();
    let more: String = more.lines().map(|line| format!("    {}\n", line.trim_end())).collect();
    let text = format!(
        "drplan: 1\nsystem: {{name: test}}\nlocations:\n  a: {{kind: site}}\n  b: {{kind: site}}\n\
         stores:\n  vault: {{at: b, technology: shelf, parameters: {{}}}}\n\
         components:\n  db:\n    technology: thing\n    parameters: {{}}\n{more}    data:\n      main:\n        size: 1 GiB\n        copies:\n{copies}"
    );
    read(&text)
}

/// A model from the text of a spec.
pub(super) fn read(text: &str) -> Model {
    let mut catalogue = Catalogue::default();
    let mut thing = Technology::named("thing", Purpose::Component);
    thing.stateful = true;
    catalogue.insert(thing, PackSource::default());
    catalogue.insert(Technology::named("shelf", Purpose::Store), PackSource::default());
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("drplan.yaml", text));
    let (spec, mut diagnostics) = Spec::read(&sources, Limits::default());
    let (model, more) = crate::model::resolve(&spec, &catalogue);
    diagnostics.append(more);
    assert!(!diagnostics.has_errors(), "{diagnostics:?}\n{text}");
    model
}

pub(super) fn copy(model: &Model, name: &str) -> CopyId {
    model.copies.iter().find(|(_, copy)| copy.name == name).unwrap_or_else(|| panic!("no copy {name}")).0
}

/// The loss with these copies left, over the live data destroyed.
pub(super) fn destroyed(model: &Model, names: &[&str]) -> Loss {
    ask(model, names, LossEvent::Destroyed)
}

/// The loss with these copies left, over corruption that is noticed so much later.
pub(super) fn corrupted(model: &Model, names: &[&str], detection: &str) -> Loss {
    ask(model, names, LossEvent::Corrupted { detection: detection.parse().unwrap() })
}

fn ask(model: &Model, names: &[&str], event: LossEvent) -> Loss {
    let engine = LossEngine::new(model);
    let copies: Vec<CopyId> = names.iter().map(|name| copy(model, name)).collect();
    let dataset = model.datasets.ids().next().unwrap();
    let loss = engine.worst(&LossQuery { dataset, copies: &copies, replicas: &[], event });
    let sum: i64 = loss.derivation.terms.iter().map(|term| term.seconds).sum();
    assert_eq!(sum, loss.worst.map_or(0, |worst| worst.0 as i64), "terms of {names:?}: {:#?}", loss.derivation);
    loss
}

/// The loss in the notation of the spec, or `lost`.
pub(super) fn text(loss: &Loss) -> String {
    loss.worst.map_or_else(|| format!("{:?}", loss.reason()), |worst| worst.human())
}

/// The loss, destroyed, of copies that are all left.
pub(super) fn worst(copies: &str) -> String {
    let model = model(copies, "");
    let names: Vec<String> = model.copies.values().map(|copy| copy.name.clone()).collect();
    text(&destroyed(&model, &names.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// The sum of a loss: `24 h interval + 1 h transfer`.
pub(super) fn sum(model: &Model, loss: &Loss) -> String {
    let dataset = model.datasets.ids().next().unwrap();
    let terms = loss.derivation.terms.iter().map(|term| {
        let amount = Seconds(term.seconds.unsigned_abs()).human();
        let sign = if term.seconds < 0 { "- " } else { "" };
        format!("{sign}{amount} {}", term.label(model, dataset))
    });
    terms.collect::<Vec<_>>().join(" + ")
}
