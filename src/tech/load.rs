//! Reads technology packs: the files of a folder become a catalogue, with every mistake at its place.
//!
//! The form is held against the JSON Schema of [`Technology`], which is generated from the types; what a schema cannot
//! say (names that must exist) is checked here. Templates are checked where they are rendered, in `emit`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::{Catalogue, MethodKind, PackSource, Purpose, Technology};
use crate::assets;
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, SourceFile, SourceMap, Span, nearest};
use crate::text::{self, Document, Limits, NodeRef, Problem, Validator};

/// The file of a pack that holds its facts.
const FACTS: &str = "technology.yaml";
const INVALID: Code = Code("technology-invalid");
const MISNAMED: Code = Code("technology-misnamed");
const INCONSISTENT: Code = Code("technology-inconsistent");

/// What came out of reading a folder of packs.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The packs that are sound.
    pub packs: Vec<(Technology, PackSource)>,
    /// The texts of all `technology.yaml`, in which the diagnostics have their places.
    pub sources: SourceMap,
    /// What is wrong with the others.
    pub diagnostics: Diagnostics,
}

/// The catalogue that is part of the program. Its diagnostics are empty, which a test holds.
pub fn built_in() -> (Catalogue, Diagnostics) {
    let files = assets::below("technologies").into_iter();
    let files = files.map(|asset| (asset.path.to_owned(), asset.text().to_owned())).collect();
    let loaded = load("built in", files);
    let mut catalogue = Catalogue::default();
    for (technology, source) in loaded.packs {
        catalogue.insert(technology, source);
    }
    (catalogue, loaded.diagnostics)
}

/// Reads the packs in `files`, a map from `NAME/technology.yaml`, `NAME/puppet/profile.pp.j2` and so on to their texts.
///
/// `origin` is the folder as the user knows it. A file outside a pack's folder is left alone.
pub fn load(origin: &str, files: BTreeMap<String, String>) -> Loaded {
    let mut loaded = Loaded::default();
    for (folder, files) in by_folder(files) {
        let Some(facts) = files.get(FACTS) else {
            loaded.diagnostics.push(without_facts(origin, &folder));
            continue;
        };
        let file = loaded.sources.add(SourceFile::new(format!("{origin}/{folder}/{FACTS}"), facts.as_str()));
        if let Some(technology) = read(facts, file, &folder, &mut loaded.diagnostics) {
            loaded.packs.push((technology, PackSource { origin: origin.to_owned(), files }));
        }
    }
    loaded
}

/// The JSON Schema (draft 2020-12) of a `technology.yaml`.
pub fn schema() -> Value {
    let schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Technology>();
    let mut value = schema.to_value();
    if let Some(object) = value.as_object_mut() {
        object.insert("$id".to_owned(), json!("https://drplan.dev/schemas/technology.schema.json"));
    }
    value
}

fn by_folder(files: BTreeMap<String, String>) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut folders: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (path, text) in files {
        if let Some((folder, rest)) = path.split_once('/') {
            folders.entry(folder.to_owned()).or_default().insert(rest.to_owned(), text);
        }
    }
    folders
}

fn read(facts: &str, file: FileId, folder: &str, diagnostics: &mut Diagnostics) -> Option<Technology> {
    let (document, problems) = text::parse(facts, file, Limits::default());
    let sound = problems.is_empty();
    diagnostics.extend(problems.into_iter().map(|problem| syntax(problem, file)));
    let document = document.filter(|_| sound)?;
    let breaches = validator().validate(document.root());
    if !breaches.is_empty() {
        diagnostics.extend(breaches.into_iter().map(|breach| {
            let place = document.node(breach.key.unwrap_or(breach.node)).map_or_else(Span::default, NodeRef::span);
            Diagnostic::error(INVALID, breach.message).at(place).about(folder).maybe_help(breach.help)
        }));
        return None;
    }
    match text::from_node::<Technology>(document.root()) {
        Ok(technology) => check(&technology, folder, &document, diagnostics).then_some(technology),
        Err(problem) => {
            diagnostics.push(syntax(*problem, file).about(folder));
            None
        }
    }
}

/// What the schema cannot say. Returns whether all is well.
fn check(technology: &Technology, folder: &str, document: &Document<'_>, diagnostics: &mut Diagnostics) -> bool {
    let mut problems = Vec::new();
    let place = |keys: &[&str]| document.root().pointer(keys).map_or_else(Span::default, |found| found.value.span());
    if technology.technology != 1 {
        let message = format!("this drplan does not know version {} of technology files", technology.technology);
        problems.push(Diagnostic::error(INVALID, message).at(place(&["technology"])).help("write `technology: 1`"));
    }
    if technology.name != folder {
        let message = format!("the technology in the folder `{folder}` calls itself `{}`", technology.name);
        let diagnostic = Diagnostic::error(MISNAMED, message).at(place(&["name"]));
        problems.push(diagnostic.help(format!("write `name: {folder}`")).fix(place(&["name"]), folder));
    }
    if let Some(method) = technology.default_method.as_deref().filter(|name| !technology.methods.contains_key(*name)) {
        let near = nearest(method, technology.methods.keys().map(String::as_str));
        let diagnostic = Diagnostic::error(INCONSISTENT, format!("there is no method `{method}`"));
        problems.push(
            diagnostic.at(place(&["default_method"])).maybe_help(near.map(|near| format!("did you mean `{near}`?"))),
        );
    }
    let live = technology.methods.values().any(|method| method.kind != MethodKind::Duplicate);
    if technology.default_method.is_none() && live {
        let message = "a technology with methods needs a `default_method`";
        problems.push(Diagnostic::error(INCONSISTENT, message).at(place(&["methods"])));
    }
    if (technology.purpose == Purpose::Store) != technology.store.is_some() {
        let message = "`store` is written for the technologies of stores, and only for those";
        problems.push(Diagnostic::error(INCONSISTENT, message).at(place(&["purpose"])));
    }
    if let Some(name) = technology.commands_on.as_deref().filter(|name| !technology.parameters.contains_key(*name)) {
        let diagnostic = Diagnostic::error(INCONSISTENT, format!("there is no parameter `{name}`"));
        problems.push(diagnostic.at(place(&["commands_on"])).help("declare it under `parameters:`, of type `host`"));
    }
    for (name, parameter) in &technology.parameters {
        if let Some(default) = parameter.default.as_deref().filter(|default| !parameter.accepts(default)) {
            let message = format!("the default `{default}` is not {}", parameter.kind.expected());
            let at = place(&["parameters", name, "default"]);
            problems.push(Diagnostic::error(INCONSISTENT, message).at(at));
        }
    }
    let sound = problems.is_empty();
    diagnostics.extend(problems.into_iter().map(|problem| problem.about(folder)));
    sound
}

fn syntax(problem: Problem, file: FileId) -> Diagnostic {
    let place = Span::new(file, problem.start, problem.end);
    Diagnostic::error(Code(problem.name), problem.message).at(place).maybe_help(problem.help)
}

fn without_facts(origin: &str, folder: &str) -> Diagnostic {
    Diagnostic::error(INVALID, format!("the folder `{folder}` in {origin} holds no {FACTS}"))
        .about(folder)
        .help(format!("write {folder}/{FACTS}, or take the folder away"))
}

/// The schema is part of the program: that it compiles is held by a test and not by the input.
#[expect(clippy::panic, reason = "a broken built-in schema is a bug of the program")]
fn validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| match Validator::new(&schema()) {
        Ok(validator) => validator,
        Err(error) => panic!("the built-in schema does not compile: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(facts: &str) -> Vec<String> {
        let files = BTreeMap::from([("shop/technology.yaml".to_owned(), facts.to_owned())]);
        let loaded = load("mine", files);
        let sorted = loaded.diagnostics.into_sorted();
        sorted
            .iter()
            .map(|d| {
                let place = d.primary.and_then(|span| loaded.sources.locate(span));
                let place = place.map(|(name, at)| format!("{name}:{}:{}", at.line, at.column)).unwrap_or_default();
                format!("{place} {}: {}", d.code, d.message)
            })
            .collect()
    }

    #[test]
    fn the_built_in_catalogue_is_sound() {
        let (catalogue, diagnostics) = built_in();
        assert!(diagnostics.is_empty(), "{diagnostics:#?}");
        for name in
            ["postgresql", "files", "systemd-service", "function", "external", "restic", "tape", "nfs", "s3", "disk"]
        {
            assert!(catalogue.get(name).is_some(), "{name}");
        }
    }

    #[test]
    fn methods_name_stores_that_exist() {
        let (catalogue, _) = built_in();
        for technology in catalogue.iter() {
            for store in technology.methods.values().flat_map(|method| &method.stores) {
                let found = catalogue.get(store).is_some_and(|store| store.purpose == Purpose::Store);
                assert!(found, "{}: {store}", technology.name);
            }
        }
    }

    #[test]
    fn mistakes_have_their_place() {
        let facts =
            "technology: 1\nname: shop\nsummary: A shop\npurpose: component\nstatful: true\ntimes: {detect: 5}\n";
        let expected = [
            "mine/shop/technology.yaml:5:1 technology-invalid: unknown key `statful`",
            "mine/shop/technology.yaml:6:9 technology-invalid: expected text, found an integer (`5`)",
        ];
        assert_eq!(messages(facts), expected);
        assert_eq!(messages("a: [1").len(), 1);
    }

    #[test]
    fn names_that_do_not_exist_are_told() {
        let facts = "technology: 2\nname: shops\nsummary: A shop\npurpose: store\ndefault_method: dmp\n\
                     methods: {dump: {summary: A dump, kind: periodic-copy}}\n\
                     parameters: {port: {description: Port, type: port, default: \"x\"}}\n";
        let expected = [
            "mine/shop/technology.yaml:1:13 technology-invalid: this drplan does not know version 2 of technology files",
            "mine/shop/technology.yaml:2:7 technology-misnamed: the technology in the folder `shop` calls itself `shops`",
            "mine/shop/technology.yaml:4:10 technology-inconsistent: `store` is written for the technologies of stores, and \
             only for those",
            "mine/shop/technology.yaml:5:17 technology-inconsistent: there is no method `dmp`",
            "mine/shop/technology.yaml:7:61 technology-inconsistent: the default `x` is not a port, 1 to 65535",
        ];
        assert_eq!(messages(facts), expected);
    }

    #[test]
    fn the_host_of_commands_is_a_parameter() {
        let facts = "technology: 1\nname: shop\nsummary: A shop\npurpose: component\ncommands_on: there\n";
        let expected = ["mine/shop/technology.yaml:5:14 technology-inconsistent: there is no parameter `there`"];
        assert_eq!(messages(facts), expected);
    }

    #[test]
    fn a_folder_without_facts_is_told() {
        let files = BTreeMap::from([
            ("shop/puppet/profile.pp.j2".to_owned(), String::new()),
            ("README".to_owned(), String::new()),
        ]);
        let loaded = load("mine", files);
        assert_eq!(loaded.diagnostics.iter().count(), 1);
        assert!(loaded.packs.is_empty());
    }
}
