//! Reads a file of observations; every mistake has its place.

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::address::{Address, Kind};
use super::field::Field;
use super::schema::{SECTIONS, definition, parts, schema};
use super::state::{Observed, Thing};
use super::value::{Form, Instant, Seen, Value};
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, SourceMap, Span, nearest};
use crate::text::{self, Document, Limits, NodeRef, Problem, Validator};
use crate::units::{Bytes, Seconds, UnitError};

/// A file that does not follow its schema.
const INVALID: Code = Code("observed-invalid");

/// Reads one file of a source map.
///
/// Where there is a diagnostic the state is what could be made out, and not to be relied on.
pub fn read(sources: &SourceMap, file: FileId, limits: Limits) -> (Observed, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let text = sources.file(file).map_or("", |source| &*source.text);
    let (document, problems) = text::parse(text, file, limits);
    diagnostics.extend(problems.into_iter().map(|problem| syntax(problem, file)));
    let mut reader = Reader { observed: Observed::default(), diagnostics, sources: FxHashMap::default() };
    if let Some(document) = &document {
        reader.file(document);
    }
    (reader.observed, reader.diagnostics)
}

struct Reader<'d> {
    observed: Observed,
    diagnostics: Diagnostics,
    /// Sources that have been seen: the same few names stand behind every value.
    sources: FxHashMap<&'d str, Arc<str>>,
}

impl<'d> Reader<'d> {
    fn file(&mut self, document: &'d Document<'d>) {
        let root = document.root();
        if root.kind() != text::Kind::Map {
            let message = format!("a file of observations is a map, not {}", root.kind().described());
            let help = "begin with `drplan_observed: 1`; `drplan observe` writes such files";
            self.diagnostics.push(Diagnostic::error(INVALID, message).at(root.span()).help(help));
            return;
        }
        self.version(root);
        for (key, value) in root.entries() {
            let name = key.as_str().unwrap_or_default();
            match SECTIONS.iter().find(|(section, ..)| *section == name) {
                Some((_, Kind::Plan, _)) => self.items(document, Kind::Plan, &[(key, value)]),
                Some((_, kind, _)) if value.kind() == text::Kind::Map => {
                    let items: Vec<_> = value.entries().collect();
                    self.items(document, *kind, &items);
                }
                Some(_) if value.kind() == text::Kind::Null => {}
                Some(_) => {
                    self.tell(format!("`{name}` is a map of names, not {}", value.kind().described()), key, name)
                }
                None if name == "system" => self.system(value),
                None if name == "drplan_observed" => {}
                None => self.unknown(name, key),
            }
        }
    }

    fn version(&mut self, root: NodeRef<'d>) {
        match root.entry("drplan_observed") {
            Some((_, value)) if value.kind() == text::Kind::Int && value.as_str() == Some("1") => {}
            Some((_, value)) => {
                let found = value.as_str().unwrap_or_default();
                let message = format!("this drplan does not know version `{found}` of the format");
                self.diagnostics
                    .push(Diagnostic::error(INVALID, message).at(value.span()).help("write `drplan_observed: 1`"));
            }
            None => {
                let place = Span { end: root.span().start, ..root.span() };
                let diagnostic = Diagnostic::error(INVALID, "the key `drplan_observed` is missing").at(place);
                self.diagnostics.push(diagnostic.help("write `drplan_observed: 1` at the top of the file"));
            }
        }
    }

    fn system(&mut self, value: NodeRef<'d>) {
        match value.kind() {
            text::Kind::Text => self.observed.system = value.as_str().map(str::to_owned),
            kind => self.tell(format!("expected text, found {}", kind.described()), value, "system"),
        }
    }

    fn unknown(&mut self, name: &str, key: NodeRef<'d>) {
        let known = SECTIONS.iter().map(|(section, ..)| *section).chain(["system", "drplan_observed"]);
        let near = nearest(name, known).map(|near| format!("did you mean `{near}`?"));
        let diagnostic = Diagnostic::error(INVALID, format!("unknown key `{name}`"));
        self.diagnostics.push(diagnostic.at(key.span()).about(name).maybe_help(near));
    }

    /// Things of a kind with their keys: those that follow the schema are taken.
    fn items(&mut self, document: &'d Document<'d>, kind: Kind, items: &[(NodeRef<'d>, NodeRef<'d>)]) {
        let validator = validator(kind);
        let sound: Vec<bool> = items.par_iter().map(|(_, value)| validator.is_valid(*value)).collect();
        for ((key, value), sound) in items.iter().zip(sound) {
            let name = key.as_str().unwrap_or_default();
            let address = match kind {
                Kind::Component => Address::Component(name.to_owned()),
                Kind::Store => Address::Store(name.to_owned()),
                Kind::Host => Address::Host(name.to_owned()),
                Kind::Job => Address::Job(name.to_owned()),
                Kind::Drill => Address::Drill(name.to_owned()),
                _ => Address::Plan,
            };
            if name.is_empty() {
                self.tell("a name is empty".to_owned(), *key, &address.to_string());
            } else if sound {
                self.thing(address, *key, *value);
            } else {
                self.breaches(document, validator, *value, &address);
            }
        }
    }

    fn breaches(&mut self, document: &Document<'_>, validator: &Validator, node: NodeRef<'_>, address: &Address) {
        for breach in validator.validate(node) {
            let place = document.node(breach.key.unwrap_or(breach.node)).map_or_else(Span::default, NodeRef::span);
            let diagnostic = Diagnostic::error(INVALID, breach.message).at(place);
            self.diagnostics.push(diagnostic.about(address.to_string()).maybe_help(breach.help));
        }
    }

    fn thing(&mut self, address: Address, key: NodeRef<'d>, node: NodeRef<'d>) {
        let kind = address.kind();
        let mut thing = Thing { span: Some(key.span()), ..Thing::default() };
        for (key, value) in node.entries() {
            let name = key.as_str().unwrap_or_default();
            if let Some(field) = Field::of(kind, name) {
                if let Some(seen) = self.seen(field, value, &address) {
                    thing.fields.insert(field, seen);
                }
            } else if let Some((_, part, _)) = parts(kind).iter().find(|(part, ..)| *part == name) {
                for (key, value) in value.entries() {
                    match below(&address, *part, key.as_str().unwrap_or_default()) {
                        Some(address) => self.thing(address, key, value),
                        None => self.tell("a name is empty".to_owned(), key, &address.to_string()),
                    }
                }
            }
        }
        // What has parts and no fields is there only to lead to the parts.
        if !thing.fields.is_empty() {
            self.observed.things.insert(address, thing);
        }
    }

    fn seen(&mut self, field: Field, node: NodeRef<'d>, address: &Address) -> Option<Seen> {
        let about = || format!("{address}.{}", field.key());
        let (mut value, mut at, mut source) = (None, None, None);
        for (key, node) in node.entries() {
            match key.as_str().unwrap_or_default() {
                "value" => value = Some(node),
                "at" => at = Some(node),
                _ => source = node.as_str(),
            }
        }
        let (value, at, source) = (value?, at?, source?);
        let instant: Option<Instant> = at.as_str().unwrap_or_default().parse().ok();
        let Some(instant) = instant else {
            self.tell(format!("`{}` is no instant", at.as_str().unwrap_or_default()), at, &about());
            return None;
        };
        let content = match field.form() {
            Form::List => {
                let items = value.items().map(|item| item.as_str().unwrap_or_default().to_owned());
                Some(Value::List(items.collect()))
            }
            form => Value::parse(value.as_str().unwrap_or_default(), form),
        };
        let Some(content) = content else {
            self.unreadable(field.form(), value, &about());
            return None;
        };
        let source = Arc::clone(self.sources.entry(source).or_insert_with(|| Arc::from(source)));
        Some(Seen { value: content, at: instant, source, span: Some(value.span()) })
    }

    fn unreadable(&mut self, form: Form, node: NodeRef<'_>, about: &str) {
        let text = node.as_str().unwrap_or_default();
        let error = match form {
            Form::Duration => text.parse::<Seconds>().err(),
            Form::Size => text.parse::<Bytes>().err(),
            _ => None,
        };
        let error = error.unwrap_or_else(|| UnitError { message: format!("`{text}` is out of range"), help: None });
        let diagnostic = Diagnostic::error(INVALID, error.message).at(node.span()).about(about);
        self.diagnostics.push(diagnostic.maybe_help(error.help));
    }

    fn tell(&mut self, message: String, node: NodeRef<'_>, about: &str) {
        self.diagnostics.push(Diagnostic::error(INVALID, message).at(node.span()).about(about));
    }
}

/// The address of a part of a thing.
fn below(address: &Address, part: Kind, name: &str) -> Option<Address> {
    if name.is_empty() {
        return None;
    }
    let name = name.to_owned();
    match (address, part) {
        (Address::Component(c), Kind::Instance) => Some(Address::Instance(c.clone(), name)),
        (Address::Component(c), Kind::Dataset) => Some(Address::Dataset(c.clone(), name)),
        (Address::Dataset(c, d), Kind::Copy) => Some(Address::Copy(c.clone(), d.clone(), name)),
        (Address::Host(h), Kind::File) => Some(Address::File(h.clone(), name)),
        _ => None,
    }
}

fn syntax(problem: Problem, file: FileId) -> Diagnostic {
    let place = Span::new(file, problem.start, problem.end);
    let mut diagnostic = Diagnostic::error(Code(problem.name), problem.message).at(place).maybe_help(problem.help);
    for (start, end, label) in problem.related {
        diagnostic = diagnostic.label(Span::new(file, start, end), label);
    }
    diagnostic
}

/// The schema is part of the program: that it compiles is held by a test and not by the input.
#[expect(clippy::panic, reason = "a broken built-in schema is a bug of the program")]
fn validator(kind: Kind) -> &'static Validator {
    static VALIDATORS: OnceLock<Vec<(Kind, Validator)>> = OnceLock::new();
    let all = VALIDATORS.get_or_init(|| {
        let compile = |(_, kind, _): &(&str, Kind, &str)| match Validator::for_definition(schema(), definition(*kind)) {
            Ok(validator) => (*kind, validator),
            Err(error) => panic!("the built-in schema does not compile: {error}"),
        };
        SECTIONS.iter().map(compile).collect()
    });
    match all.iter().find(|(of, _)| *of == kind) {
        Some((_, validator)) => validator,
        None => panic!("only what stands in a section is validated by itself"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::SourceFile;

    fn messages(text: &str) -> Vec<String> {
        let mut sources = SourceMap::default();
        let file = sources.add(SourceFile::new("o.yaml", text));
        let (_, diagnostics) = read(&sources, file, Limits::default());
        let sorted = diagnostics.into_sorted();
        let place =
            |d: &Diagnostic| sources.locate(d.primary.unwrap()).map(|(_, at)| format!("{}:{}", at.line, at.column));
        sorted.iter().map(|d| format!("{} {}: {}", place(d).unwrap(), d.code, d.message)).collect()
    }

    #[test]
    fn mistakes_have_their_place() {
        let text = "drplan_observed: 2\nhost: {}\ncomponents:\n  db:\n    rolle: {}\n    instances:\n      db1:\n        \
                    role: {value: leader, at: 2026-11-20T22:29:04Z, source: x}\n        \
                    lag: {value: 5, at: 2026-11-20T22:29:04Z, source: x}\n        \
                    host: {value: db1, source: x}\nstores: [vault]\n";
        let expected = [
            "1:18 observed-invalid: this drplan does not know version `2` of the format",
            "2:1 observed-invalid: unknown key `host`",
            "5:5 observed-invalid: unknown key `rolle`",
            "8:16 observed-invalid: expected `primary`, `standby` or `witness`, found `leader`",
            "9:15 observed-invalid: expected text, found an integer (`5`)",
            "10:9 observed-invalid: the key `at` is missing",
            "11:1 observed-invalid: `stores` is a map of names, not a list",
        ];
        assert_eq!(messages(text), expected);
    }

    #[test]
    fn values_that_are_none_are_told() {
        let text = "drplan_observed: 1\ncomponents:\n  db:\n    instances:\n      db1:\n        \
                    lag: {value: 5 minutes, at: 2026-11-20T22:29:04Z, source: x}\n        \
                    role: {value: primary, at: 2026-13-20T22:29:04Z, source: x}\n";
        let expected = [
            "6:22 observed-invalid: unknown unit `minutes`",
            "7:36 observed-invalid: `2026-13-20T22:29:04Z` is no instant",
        ];
        assert_eq!(messages(text), expected);
        assert_eq!(messages("- a\n"), ["1:3 observed-invalid: a file of observations is a map, not a list"]);
        assert_eq!(messages("drplan_observed: 1\nplan: {changed: {value: never, at: x, source: y}}\n").len(), 1);
        assert_eq!(messages("a: [\n").len(), 1);
    }
}
