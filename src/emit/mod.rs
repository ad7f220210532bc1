//! From values to generated files: templates, quoting, Hiera data, and the set of files that results.
//!
//! Reads and writes no file: templates come in as text, a [`fileset::FileSet`] goes out, and `cli` puts it on disk.

pub mod data;
pub mod fileset;
mod filters;
pub mod hiera;
mod names;
mod packs;
pub mod puppet;
pub mod quote;
pub mod report;
pub mod runbook;
pub mod templates;
mod view;
