//! A Puppet control repository from a plan: the fixed library and checks, and what is generated around them.
//!
//! Structure is code (a profile for each component, a role for each set of profiles), values are Hiera data in one file for
//! each node, secrets are placeholders. What a product needs is in the templates of its technology; this module knows
//! no product. What cannot be generated is a [`Gap`] with its reason, and in the README of the repository; the rest is
//! generated all the same. `docs/puppet.md` is the contract between library and generated code.

mod entries;
mod layout;
mod profile;
mod repository;

use rayon::prelude::*;

use super::fileset::{FileSet, FileSetError};
use super::packs;
use super::templates::TemplateError;
use crate::desired::Desired;
use crate::model::{ComponentId, Model};
use crate::tech::Catalogue;
use profile::Part;

/// Where the plan comes from, for the headers of generated files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Version of the program.
    pub version: String,
    /// Digest of the spec, so that a repository can be traced to it.
    pub digest: String,
}

/// A control repository, and what is missing in it.
#[derive(Debug)]
pub struct Repository {
    /// All its files.
    pub files: FileSet,
    /// What could not be generated, in the order of the spec.
    pub gaps: Vec<Gap>,
    /// What an operator has to know, in the order of the spec.
    pub notes: Vec<Gap>,
}

/// Something that an address of the spec asks for and that is not generated, or that needs a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Gap {
    /// The address.
    pub address: String,
    /// Why, in a sentence.
    pub reason: String,
}

/// Why there is no repository at all: a template or a name is wrong, which the catalogue's owner has to mend.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A template cannot be loaded, or does not render.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A template wrote something else than it should.
    #[error("{template}: {problem}")]
    Output {
        /// The template.
        template: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A file has no place in the repository.
    #[error(transparent)]
    Files(#[from] FileSetError),
}

/// Writes the control repository of a plan.
///
/// # Errors
///
/// A template of the catalogue that is broken; a plan that asks for what there is no code for is no error but a gap.
pub fn repository(
    model: &Model,
    desired: &Desired,
    catalogue: &Catalogue,
    origin: &Origin,
) -> Result<Repository, Failure> {
    let templates = packs::templates(catalogue)?;
    let names = profile::class_names(model, desired);
    let context = profile::Context { model, desired, catalogue, templates: &templates, names: &names };
    let components: Vec<ComponentId> = model.components.ids().collect();
    let of_components: Vec<Vec<Part>> =
        components.into_par_iter().map(|id| profile::of_component(&context, id)).collect::<Result<_, _>>()?;
    let of_stores = profile::of_stores(&context)?;
    let mut parts: Vec<Part> = of_components.into_iter().flatten().chain(of_stores).collect();
    profile::share_no_unit(desired, &mut parts);
    repository::assemble(&context, parts, origin)
}
