//! The stages in a row: sources, catalogue, spec, model. Every command that reads a spec starts here.

use std::path::Path;

use super::args::Common;
use super::exit::{Exit, Failure};
use super::io;
use crate::diag::{Diagnostics, SourceMap};
use crate::model::{self, Model};
use crate::report::{self, FindingsReport, Format};
use crate::spec::Spec;
use crate::tech::{self, Catalogue};
use crate::text::Limits;

/// A spec that has been read.
pub(super) struct Loaded {
    /// The texts, to show places in them.
    pub sources: SourceMap,
    /// The technologies that were at hand.
    pub catalogue: Catalogue,
    /// What the spec means; sound only where the diagnostics have no error.
    pub model: Model,
    /// What is wrong with the spec's form and meaning.
    pub diagnostics: Diagnostics,
}

/// Reads a spec and resolves it.
pub(super) fn load(path: &Path, common: &Common) -> Result<Loaded, Failure> {
    let catalogue = catalogue(common)?;
    let (sources, diagnostics) = io::read_spec(path, Limits::default())?;
    Ok(resolve(sources, diagnostics, catalogue))
}

/// Resolves a spec that has been read.
pub(super) fn resolve(sources: SourceMap, mut diagnostics: Diagnostics, catalogue: Catalogue) -> Loaded {
    let limits = Limits::default();
    let (model, found) = {
        let (spec, mut found) = Spec::read(&sources, limits);
        let (model, meaning) = model::resolve(&spec, &catalogue);
        found.append(meaning);
        (model, found)
    };
    diagnostics.append(found);
    Loaded { sources, catalogue, model, diagnostics }
}

/// The built-in technologies, and those of the user over them.
pub(super) fn catalogue(common: &Common) -> Result<Catalogue, Failure> {
    let (mut catalogue, broken) = tech::built_in();
    debug_assert!(broken.is_empty(), "the built-in technologies are valid: {broken:?}");
    let Some(folder) = &common.technologies else { return Ok(catalogue) };
    let loaded = tech::load(&io::shown(folder), io::read_tree(folder)?);
    if let Some(first) = loaded.diagnostics.iter().next() {
        let place = first.primary.and_then(|span| {
            let (file, location) = loaded.sources.locate(span)?;
            Some(format!("{file}:{}:{}: ", location.line, location.column))
        });
        let failure = Failure::new(format!("{}{}", place.unwrap_or_default(), first.message));
        return Err(match &first.help {
            Some(help) => failure.help(help.clone()),
            None => failure,
        });
    }
    for (technology, source) in loaded.packs {
        catalogue.insert(technology, source);
    }
    Ok(catalogue)
}

/// Tells what is wrong with a spec that a command cannot work on. It goes to standard error, since it is not what was asked
/// for.
pub(super) fn refuse(loaded: Loaded, common: &Common) -> Result<Exit, Failure> {
    let report = FindingsReport::new(&loaded.model.system.name, loaded.diagnostics, &loaded.sources);
    io::tell(report::findings(&report, &loaded.sources, Format::Human, io::error_style(common.color)).trim_end());
    Ok(Exit::FallsShort)
}
