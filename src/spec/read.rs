//! From texts to a [`Spec`]: syntax, schema, and the joining of several files.

use std::sync::OnceLock;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::items::System;
use super::name::{is_name, to_name};
use super::nesting::{Strays, misplaced_section};
use super::schema::schema;
use super::wording;
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, SourceMap, Span, nearest};
use crate::text::{self, Document, Kind, Limits, NodeRef, SchemaKind, SchemaProblem, Skip, Validator};

/// The sections that hold items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// `locations`
    Locations,
    /// `links`
    Links,
    /// `stores`
    Stores,
    /// `teams`
    Teams,
    /// `objectives`
    Objectives,
    /// `components`
    Components,
    /// `scenarios`
    Scenarios,
    /// `expectations`
    Expectations,
    /// `consistency_groups`
    ConsistencyGroups,
    /// `waivers`
    Waivers,
}

impl Section {
    const ALL: [Self; 10] = [
        Self::Locations,
        Self::Links,
        Self::Stores,
        Self::Teams,
        Self::Objectives,
        Self::Components,
        Self::Scenarios,
        Self::Expectations,
        Self::ConsistencyGroups,
        Self::Waivers,
    ];

    /// The key in the spec.
    pub fn key(self) -> &'static str {
        match self {
            Self::Locations => "locations",
            Self::Links => "links",
            Self::Stores => "stores",
            Self::Teams => "teams",
            Self::Objectives => "objectives",
            Self::Components => "components",
            Self::Scenarios => "scenarios",
            Self::Expectations => "expectations",
            Self::ConsistencyGroups => "consistency_groups",
            Self::Waivers => "waivers",
        }
    }

    /// What one of its items is called.
    pub fn item(self) -> &'static str {
        match self {
            Self::Locations => "location",
            Self::Links => "link",
            Self::Stores => "store",
            Self::Teams => "team",
            Self::Objectives => "objective",
            Self::Components => "component",
            Self::Scenarios => "scenario",
            Self::Expectations => "expectation",
            Self::ConsistencyGroups => "consistency group",
            Self::Waivers => "waiver",
        }
    }

    /// Whether it is a list and not a map of names.
    fn is_list(self) -> bool {
        matches!(self, Self::Links | Self::Expectations | Self::Waivers)
    }

    /// Its definition in the schema; a consistency group is a plain list there.
    pub(super) fn definition(self) -> Option<&'static str> {
        match self {
            Self::Locations => Some("Location"),
            Self::Links => Some("Link"),
            Self::Stores => Some("Store"),
            Self::Teams => Some("Team"),
            Self::Objectives => Some("Objective"),
            Self::Components => Some("Component"),
            Self::Scenarios => Some("Scenario"),
            Self::Expectations => Some("Expectation"),
            Self::ConsistencyGroups => None,
            Self::Waivers => Some("Waiver"),
        }
    }
}

/// All files of a spec, joined.
#[derive(Debug)]
pub struct Spec<'s> {
    files: Vec<File<'s>>,
    sections: Vec<Vec<Entry>>,
}

#[derive(Debug)]
struct File<'s> {
    document: Document<'s>,
    id: FileId,
    skip: Skip,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    file: u32,
    /// The node of the name; of an element of a list its own node.
    key: u32,
    value: u32,
}

/// One item of a section.
#[derive(Clone, Copy, Debug)]
pub struct Item<'d> {
    /// Its name; of an element of a list its number from 0.
    pub name: &'d str,
    /// Where the name is written; of an element of a list, the element.
    pub span: Span,
    node: NodeRef<'d>,
    skip: &'d Skip,
}

impl<'d> Item<'d> {
    /// The item as a type. What the schema found wrong in it reads as if it were not there.
    ///
    /// None where even so it is not of the type: the reason has been reported when the spec was read.
    pub fn decode<T: Deserialize<'d>>(&self) -> Option<T> {
        text::from_node_without(self.node, self.skip).ok()
    }
}

impl<'s> Spec<'s> {
    /// Reads and joins all files of a source map, and reports every mistake in their form.
    pub fn read(sources: &'s SourceMap, limits: Limits) -> (Self, Diagnostics) {
        let mut diagnostics = Diagnostics::default();
        let mut spec = Self { files: Vec::new(), sections: vec![Vec::new(); Section::ALL.len()] };
        for (id, source) in sources.files() {
            let (document, problems) = text::parse(&source.text, id, limits);
            diagnostics.extend(problems.into_iter().map(|problem| wording::syntax(problem, id)));
            if let Some(document) = document {
                spec.files.push(File { document, id, skip: Skip::default() });
            }
        }
        spec.index(&mut diagnostics);
        spec.validate(&mut diagnostics);
        spec.check_names(&mut diagnostics);
        (spec, diagnostics)
    }

    /// The items of a section, in the order of the files and within them of the text.
    pub fn items(&self, section: Section) -> impl ExactSizeIterator<Item = Item<'_>> {
        self.sections[section as usize].iter().map(|entry| self.item(*entry))
    }

    /// The items of a section in parallel.
    pub fn par_items(&self, section: Section) -> impl IndexedParallelIterator<Item = Item<'_>> {
        self.sections[section as usize].par_iter().map(|entry| self.item(*entry))
    }

    /// The system section, joined from all files, and where it is written first.
    pub fn system(&self) -> (System<'_>, Option<Span>) {
        let mut joined = System::default();
        let mut place = None;
        for file in &self.files {
            let Some((key, node)) = file.document.root().entry("system") else { continue };
            let System { name, description, owner, timezone, recovery_depends_on, runbooks_at } =
                text::from_node_without(node, &file.skip).unwrap_or_default();
            place = place.or(Some(key.span()));
            joined.name = joined.name.or(name);
            joined.description = joined.description.or(description);
            joined.owner = joined.owner.or(owner);
            joined.timezone = joined.timezone.or(timezone);
            joined.recovery_depends_on = joined.recovery_depends_on.or(recovery_depends_on);
            joined.runbooks_at = joined.runbooks_at.or(runbooks_at);
        }
        (joined, place)
    }

    fn item(&self, entry: Entry) -> Item<'_> {
        let file = &self.files[entry.file as usize];
        let root = file.document.root();
        let node = file.document.node(entry.value).unwrap_or(root);
        let key = file.document.node(entry.key).unwrap_or(root);
        let name = if entry.key == entry.value { "" } else { key.as_str().unwrap_or_default() };
        Item { name, span: key.span(), node, skip: &file.skip }
    }

    /// Finds the items of each section, and reports top-level keys that do not exist.
    fn index(&mut self, diagnostics: &mut Diagnostics) {
        let mut has_version = false;
        let mut has_system = false;
        let files = std::mem::take(&mut self.files);
        for (number, file) in files.iter().enumerate() {
            let root = file.document.root();
            if file.document.is_empty() {
                continue;
            }
            if root.kind() != Kind::Map {
                diagnostics.push(wording::not_a_map(root));
                continue;
            }
            for (key, value) in root.entries() {
                let name = key.as_str().unwrap_or_default();
                match Section::ALL.iter().find(|section| section.key() == name) {
                    Some(section) => self.index_section(*section, number, key, value, diagnostics),
                    None if name == "drplan" => {
                        has_version = true;
                        check_version(value, diagnostics);
                    }
                    None if name == "system" => has_system = true,
                    None => diagnostics.push(unknown_section(name, key.span())),
                }
            }
        }
        self.files = files;
        self.check_required(has_version, has_system, diagnostics);
    }

    fn index_section(
        &mut self,
        section: Section,
        file: usize,
        key: NodeRef<'_>,
        node: NodeRef<'_>,
        diagnostics: &mut Diagnostics,
    ) {
        let entries = &mut self.sections[section as usize];
        let file = file as u32;
        match (section.is_list(), node.kind()) {
            (_, Kind::Null) => {}
            (false, Kind::Map) => self.index_names(section, file, node, diagnostics),
            (true, Kind::Seq) => {
                entries.extend(node.items().map(|item| Entry { file, key: item.index(), value: item.index() }));
            }
            (is_list, found) => {
                let wanted = if is_list { "a list" } else { "a map of names" };
                let message = format!("`{}` is {wanted}, not {}", section.key(), found.described());
                diagnostics.push(Diagnostic::error(wording::WRONG_TYPE, message).at(key.span()).about(section.key()));
            }
        }
    }

    /// A section that is indented too deep takes what follows it, so that it is told once and not of each of its items.
    fn index_names(&mut self, section: Section, file: u32, node: NodeRef<'_>, diagnostics: &mut Diagnostics) {
        let strays = Strays::among(section, node);
        let told = strays.as_ref().and_then(|strays| strays.told(section.key(), section.key()));
        diagnostics.extend(told);
        let mut into = section;
        for (key, value) in node.entries() {
            let name = key.as_str().unwrap_or_default();
            let other = Section::ALL.into_iter().find(|other| other.key() == name);
            match other.filter(|_| !validator(section).is_valid(value)) {
                Some(other) => {
                    diagnostics.push(misplaced_section(other, section, key.span()));
                    if value.kind() == Kind::Null {
                        into = other;
                    }
                    self.index_section(other, file as usize, key, value, diagnostics);
                }
                None if strays.as_ref().is_some_and(|strays| strays.cover(key.index())) => {}
                None => {
                    self.sections[into as usize].push(Entry { file, key: key.index(), value: value.index() });
                }
            }
        }
    }

    fn check_required(&self, has_version: bool, has_system: bool, diagnostics: &mut Diagnostics) {
        let Some(first) = self.files.first() else { return };
        let start = Span::new(first.id, 0, 0);
        let missing = |key: &str, example: &str| {
            Diagnostic::error(wording::MISSING_KEY, format!("the key `{key}` is missing"))
                .at(start)
                .about(key)
                .help(format!("write `{example}` at the top of the file"))
        };
        if self.files.iter().all(|file| file.document.is_empty()) {
            let empty = Diagnostic::error(wording::MISSING_KEY, "there is nothing in the spec").at(start);
            diagnostics.push(empty.help("begin with `drplan: 1`; `drplan init` writes a spec to start from"));
            return;
        }
        if !has_version {
            diagnostics.push(missing("drplan", "drplan: 1"));
        }
        if !has_system {
            diagnostics.push(missing("system", "system: {name: my-system}"));
        }
    }

    /// Holds every item against its definition in the schema.
    fn validate(&mut self, diagnostics: &mut Diagnostics) {
        let mut skips: Vec<Vec<u32>> = vec![Vec::new(); self.files.len()];
        for section in Section::ALL {
            let validator = validator(section);
            let breached: Vec<(Entry, Vec<SchemaProblem>)> = self.sections[section as usize]
                .par_iter()
                .filter_map(|entry| self.breaches(validator, *entry).map(|problems| (*entry, problems)))
                .collect();
            for (entry, problems) in breached {
                let item = self.item(entry);
                let address = item_address(section, &item);
                self.report(entry.file, item.node, &address, &problems, &mut skips[entry.file as usize], diagnostics);
            }
        }
        let mut systems = 0;
        for (number, file) in self.files.iter().enumerate() {
            let Some((_, node)) = file.document.root().entry("system") else { continue };
            systems += 1;
            let mut problems = system_validator().validate(node);
            // The parts of a system that is spread over files are whole only together; `model` asks for its name then.
            problems.retain(|p| !matches!(&p.kind, SchemaKind::Missing { .. }) || self.files.len() == 1);
            self.report(number as u32, node, "system", &problems, &mut skips[number], diagnostics);
        }
        if systems > 1 {
            self.check_joined_system(diagnostics);
        }
        for (file, skip) in self.files.iter_mut().zip(skips) {
            file.skip = skip.into_iter().collect();
        }
    }

    fn breaches(&self, validator: &Validator, entry: Entry) -> Option<Vec<SchemaProblem>> {
        let node = self.item(entry).node;
        (!validator.is_valid(node)).then(|| validator.validate(node))
    }

    fn report(
        &self,
        file: u32,
        node: NodeRef<'_>,
        address: &str,
        problems: &[SchemaProblem],
        skip: &mut Vec<u32>,
        diagnostics: &mut Diagnostics,
    ) {
        let document = &self.files[file as usize].document;
        let strays = Strays::find(node, problems);
        if let Some(strays) = &strays {
            skip.extend(strays.entries().map(|(_, value)| value.index()));
            let (_, value) = strays.entries().next().unwrap_or((node, node));
            let stray = wording::address(address, node, value.index());
            let holder = stray.rsplit('.').nth(1).unwrap_or_default();
            diagnostics.extend(strays.told(holder, &stray));
        }
        for problem in problems {
            if strays.as_ref().is_some_and(|strays| strays.cover(problem.node)) {
                continue;
            }
            if !matches!(problem.kind, SchemaKind::Missing { .. }) {
                skip.push(problem.node);
            }
            diagnostics.push(wording::breach(document, node, address, problem));
        }
    }

    /// The same key of `system` in two files is a mistake that names both places.
    fn check_joined_system(&self, diagnostics: &mut Diagnostics) {
        let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
        let systems = self.files.iter().filter_map(|file| file.document.root().get("system"));
        for (key, _) in systems.flat_map(NodeRef::entries) {
            let name = key.as_str().unwrap_or_default();
            if let Some(first) = seen.insert(name, key.span()) {
                diagnostics.push(wording::said_twice(&format!("system.{name}"), name, first, key.span()));
            }
        }
    }

    /// Names that are no names, and the same name in two files.
    fn check_names(&self, diagnostics: &mut Diagnostics) {
        for section in Section::ALL.into_iter().filter(|section| !section.is_list()) {
            let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
            for item in self.items(section) {
                let address = item_address(section, &item);
                if !is_name(item.name) {
                    diagnostics.push(bad_name(section.item(), item.name, item.span, &address));
                }
                if self.files.len() < 2 {
                    continue;
                }
                if let Some(first) = seen.insert(item.name, item.span).filter(|first| first.file != item.span.file) {
                    diagnostics.push(wording::said_twice(&address, item.name, first, item.span));
                }
            }
        }
    }
}

fn item_address(section: Section, item: &Item<'_>) -> String {
    let key = section.key();
    if section.is_list() { key.to_owned() } else { format!("{key}.{}", item.name) }
}

pub(super) fn bad_name(what: &str, name: &str, span: Span, address: &str) -> Diagnostic {
    let message = format!("`{name}` cannot be the name of a {what}");
    let rule = "names are up to 63 lower-case letters, digits, `.`, `_` and `-`, with a letter or digit at both ends";
    let help = to_name(name).map_or(rule.to_owned(), |better| format!("write `{better}`; {rule}"));
    Diagnostic::error(wording::INVALID_NAME, message).at(span).about(address).help(help)
}

fn check_version(value: NodeRef<'_>, diagnostics: &mut Diagnostics) {
    let text = value.as_str().unwrap_or_default();
    if value.kind() == Kind::Int && text == "1" {
        return;
    }
    let message = if text.is_empty() {
        "the version of the language is missing".to_owned()
    } else {
        format!("this drplan does not know version `{text}` of the language")
    };
    let diagnostic = Diagnostic::error(Code("unknown-version"), message).at(value.span()).about("drplan");
    diagnostics.push(diagnostic.help("write `drplan: 1`").fix(value.span(), "1"));
}

fn unknown_section(name: &str, span: Span) -> Diagnostic {
    let known = || Section::ALL.iter().map(|section| section.key()).chain(["drplan", "system"]);
    let diagnostic = Diagnostic::error(wording::UNKNOWN_KEY, format!("unknown key `{name}`")).at(span).about(name);
    match nearest(name, known()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(span, near),
        None => diagnostic.help(format!("the top-level keys are {}", known().collect::<Vec<_>>().join(", "))),
    }
}

/// The compiled definition of a section; compiled once in a process.
fn validator(section: Section) -> &'static Validator {
    static VALIDATORS: [OnceLock<Validator>; 10] = [const { OnceLock::new() }; 10];
    VALIDATORS[section as usize].get_or_init(|| {
        let compiled = match section.definition() {
            Some(name) => Validator::for_definition(schema(), name),
            None => Validator::new(&serde_json::json!({"type": "array", "items": {"type": "string"}, "minItems": 1})),
        };
        sound(compiled)
    })
}

fn system_validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| sound(Validator::for_definition(schema(), "System")))
}

/// The schema is part of the program: that it compiles is held by a test and not by the input.
#[expect(clippy::panic, reason = "a broken built-in schema is a bug of the program")]
fn sound(compiled: Result<Validator, String>) -> Validator {
    compiled.unwrap_or_else(|error| panic!("the built-in schema does not compile: {error}"))
}
