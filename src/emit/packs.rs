//! The templates of all technologies in one engine, so that one of a pack can take macros from `shared/`.
//!
//! A template of a pack is known as `TECHNOLOGY/puppet/profile.pp.j2`, the others as they lie in `templates/`.

use super::templates::{Target, TemplateError, Templates};
use crate::assets;
use crate::tech::Catalogue;

/// Loads every template.
///
/// # Errors
///
/// The first one with a syntax error; the built-in ones have none, which a test holds.
pub(super) fn templates(catalogue: &Catalogue) -> Result<Templates, TemplateError> {
    let shared = ["shared", "puppet/generated", "runbook"].into_iter().flat_map(|folder| {
        assets::below(folder).into_iter().map(move |asset| (format!("{folder}/{}", asset.path), asset.text()))
    });
    let of_packs = catalogue.iter().flat_map(|technology| {
        let files = catalogue.source(&technology.name).map(|source| source.files.iter()).into_iter().flatten();
        files.map(|(path, text)| (format!("{}/{path}", technology.name), text.as_str()))
    });
    Templates::new(shared.chain(of_packs).filter(|(name, _)| Target::of(name).is_some()))
}
