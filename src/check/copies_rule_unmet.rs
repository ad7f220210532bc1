//! `copies-rule-unmet`: fewer copies, media, places or locks than the objective's rule (3-2-1-1-0) asks for.

use std::collections::BTreeSet;

use super::{Check, Context, plural};
use crate::diag::{Code, Diagnostics, Severity};
use crate::model::{CopiesRule, CopyId, Dataset, LocationId, Model};
use crate::tech::Media;
use crate::terms::LocationKind;

pub(super) const CHECK: Check = Check { code: Code("copies-rule-unmet"), severity: Severity::Error, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    for (id, dataset) in model.datasets.iter() {
        let component = &model.components[dataset.component];
        let Some(rule) = component.objective.and_then(|objective| model.objectives[objective].copies) else { continue };
        for (lack, help) in lacks(model, dataset, &rule) {
            let message = format!("`{}` has {lack}", model.dataset_name(id));
            let diagnostic = CHECK.found(message, model.dataset_address(id)).at(dataset.span);
            found.push(diagnostic.label(rule.span, "asked for here").help(help));
        }
    }
}

/// What the rule asks for and the dataset does not have, with the least that mends it.
fn lacks(model: &Model, dataset: &Dataset, rule: &CopiesRule) -> Vec<(String, String)> {
    let live = places_of_data(model, dataset);
    let copies = &dataset.copies;
    let offsite = copies.iter().filter(|copy| is_offsite(model, **copy, &live)).count();
    let locked = copies.iter().filter(|copy| model.copies[**copy].immutable || model.copies[**copy].offline).count();
    let mut media: BTreeSet<Media> = copies.iter().filter_map(|copy| store_media(model, *copy)).collect();
    media.insert(Media::Disk);
    let replicas = live.len().max(1);
    let counts = [
        (rule.total, copies.len() + replicas, "copy", "copies, the live ones included,", "add a copy in another store"),
        (
            rule.media,
            media.len(),
            "kind of media",
            "kinds of media",
            "add a copy in a store of another kind, such as tape or object storage",
        ),
        (
            rule.offsite,
            offsite,
            "copy in another site",
            "copies in another site",
            "add a copy in a store outside the sites of the data",
        ),
        (
            rule.immutable,
            locked,
            "immutable or offline copy",
            "immutable or offline copies",
            "write `immutable: true` or `offline: true` at a store that really is",
        ),
    ];
    let mut lacks: Vec<(String, String)> = Vec::new();
    for (wanted, has, one, many, help) in counts {
        if let Some(wanted) = wanted.filter(|wanted| (*wanted as usize) > has) {
            lacks.push((format!("{}, and its objective asks for {wanted}", plural(has, one, many)), help.to_owned()));
        }
    }
    if rule.verified {
        let unverified: Vec<String> = copies
            .iter()
            .filter(|copy| model.copies[**copy].verify.is_none())
            .map(|copy| format!("`{}`", model.copies[*copy].name))
            .collect();
        if !unverified.is_empty() {
            let lack = format!(
                "copies that are never verified ({}), and its objective asks for verified ones",
                unverified.join(", ")
            );
            lacks.push((lack, "write `verify: {every: 30d}` at each copy".to_owned()));
        }
    }
    lacks
}

fn places_of_data(model: &Model, dataset: &Dataset) -> Vec<LocationId> {
    let instances = &model.components[dataset.component].instances;
    instances.iter().filter(|id| model.instances[**id].has_data()).map(|id| model.instances[*id].at).collect()
}

/// A copy is offsite where it shares no site with any instance of the data.
fn is_offsite(model: &Model, copy: CopyId, live: &[LocationId]) -> bool {
    let site = site_of(model, model.stores[model.copies[copy].to].at);
    live.iter().all(|at| site_of(model, *at) != site)
}

/// The enclosing site, or the outermost place below a region where none is declared as one.
fn site_of(model: &Model, at: LocationId) -> LocationId {
    let below_region = model.enclosing(at).take_while(|at| model.locations[*at].kind <= LocationKind::Site);
    below_region.last().unwrap_or(at)
}

fn store_media(model: &Model, copy: CopyId) -> Option<Media> {
    model.stores[model.copies[copy].to].technology.store.as_ref().map(|facts| facts.media)
}
