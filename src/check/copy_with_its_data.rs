//! `copy-with-its-data`: every copy lies in a failure domain that also holds all of the live data.

use super::{Check, Context};
use crate::diag::{Code, Diagnostics, Severity};
use crate::model::{Dataset, DomainId, Id, LocationId, Model};
use crate::terms::LocationKind;

pub(super) const CHECK: Check = Check { code: Code("copy-with-its-data"), severity: Severity::Warning, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    for (id, dataset) in model.datasets.iter() {
        let Some(&first) = dataset.copies.first() else { continue };
        let places = places(model, dataset);
        let Some(what) = common_location(model, &places).or_else(|| common_domain(model, &places)) else { continue };
        let message = format!("every copy of `{}` is in {what}, with the data itself", model.dataset_name(id));
        let store = &model.stores[model.copies[first].to];
        let diagnostic = CHECK.found(message, model.dataset_address(id)).at(model.copies[first].span);
        found.push(
            diagnostic
                .label(store.span, "this store is there")
                .because("one failure takes the data and all its copies")
                .help("add a copy in a store that stands elsewhere"),
        );
    }
}

/// Where the data and its copies are; empty where no instance says where the data is.
fn places(model: &Model, dataset: &Dataset) -> Vec<LocationId> {
    let instances = &model.components[dataset.component].instances;
    let live = instances.iter().filter(|id| model.instances[**id].has_data()).map(|id| model.instances[*id].at);
    let live: Vec<LocationId> = live.collect();
    if live.is_empty() {
        return live;
    }
    live.into_iter().chain(dataset.copies.iter().map(|copy| model.stores[model.copies[*copy].to].at)).collect()
}

/// The smallest location that holds all, where that is no larger than a site.
fn common_location(model: &Model, places: &[LocationId]) -> Option<String> {
    let (first, rest) = places.split_first()?;
    let mut enclosing = model.enclosing(*first);
    let common = enclosing.find(|outer| rest.iter().all(|inner| model.is_within(*inner, *outer)))?;
    let location = &model.locations[common];
    (location.kind <= LocationKind::Site).then(|| format!("{} `{}`", location.kind, location.name))
}

/// A domain that all of them share.
fn common_domain(model: &Model, places: &[LocationId]) -> Option<String> {
    let (first, rest) = places.split_first()?;
    let domains = |at: LocationId| -> Vec<DomainId> {
        model.enclosing(at).flat_map(|at| model.locations[at].shares.iter().copied()).collect()
    };
    let common = domains(*first).into_iter().filter(|d| rest.iter().all(|at| domains(*at).contains(d)));
    common.min_by_key(|d| d.index()).map(|d| format!("shared domain `{}`", model.domains[d].name))
}
