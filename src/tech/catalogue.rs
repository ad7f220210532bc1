//! The catalogue: all technology packs by name, with their templates.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Technology;

/// The files of one pack: path within its folder to text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackSource {
    /// Where it comes from, for messages: `built in`, or the folder that the user gave.
    pub origin: String,
    /// Path within the pack's folder to text.
    pub files: BTreeMap<String, String>,
}

/// All technology packs.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    packs: BTreeMap<String, (Arc<Technology>, Arc<PackSource>)>,
}

impl Catalogue {
    /// Adds a pack, in the place of one of the same name.
    pub fn insert(&mut self, technology: Technology, source: PackSource) {
        self.packs.insert(technology.name.clone(), (Arc::new(technology), Arc::new(source)));
    }

    /// The facts of a technology.
    pub fn get(&self, name: &str) -> Option<&Arc<Technology>> {
        self.packs.get(name).map(|(technology, _)| technology)
    }

    /// The files of a technology's pack.
    pub fn source(&self, name: &str) -> Option<&PackSource> {
        self.packs.get(name).map(|(_, source)| source.as_ref())
    }

    /// Every technology, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Technology>> {
        self.packs.values().map(|(technology, _)| technology)
    }

    /// Every name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.packs.keys().map(String::as_str)
    }
}
