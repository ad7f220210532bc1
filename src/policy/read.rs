//! Reads a file of policies; every mistake has its place.

use super::condition::{Condition, Test};
use super::facts::{Fact, Form, Subject, Value};
use super::schema::{conditions_validator, validator};
use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Severity, SourceMap, Span};
use crate::text::{self, Document, Kind, Limits, NodeRef, SchemaKind, Validator};
use crate::units::Seconds;

/// A file of policies that does not follow its form.
const INVALID: Code = Code("policy-invalid");

/// A rule of an organisation.
pub struct Policy {
    /// Its name, which is that of its findings.
    pub name: String,
    /// What it is about.
    pub subject: Subject,
    /// How bad it is not to keep it.
    pub severity: Severity,
    /// What must hold, in a sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// It is about those for which all of this holds.
    pub only: Vec<Condition>,
    /// What must hold for them.
    pub require: Vec<Condition>,
    /// Where its name is written.
    pub span: Span,
}

/// Reads one file of a source map. `taken` are names that findings have already. Where there is a diagnostic the policies
/// are not all there.
pub fn read(sources: &SourceMap, file: FileId, taken: &[&str]) -> (Vec<Policy>, Diagnostics) {
    let mut found = Diagnostics::default();
    let text = sources.file(file).map_or("", |source| &*source.text);
    let (document, problems) = text::parse(text, file, Limits::default());
    for problem in problems {
        let place = Span::new(file, problem.start, problem.end);
        found.push(Diagnostic::error(INVALID, problem.message).at(place).maybe_help(problem.help));
    }
    let Some(document) = document.filter(|_| found.is_empty()) else { return (Vec::new(), found) };
    if !breaches(&document, validator(), document.root(), &mut found) {
        return (Vec::new(), found);
    }
    let entries = document.root().get("policies").map(NodeRef::entries).into_iter().flatten();
    let policies = entries.filter_map(|(key, value)| policy(&document, key, value, taken, &mut found)).collect();
    (policies, found)
}

/// Whether a node follows a schema; what it breaches is told.
fn breaches(document: &Document<'_>, validator: &Validator, node: NodeRef<'_>, found: &mut Diagnostics) -> bool {
    let breaches = validator.validate(node);
    let sound = breaches.is_empty();
    for breach in breaches {
        let on_key = matches!(
            breach.kind,
            SchemaKind::UnknownKey { .. } | SchemaKind::BadKey { .. } | SchemaKind::Missing { .. }
        );
        let place = breach.key.filter(|_| on_key).unwrap_or(breach.node);
        let place = document.node(place).map_or_else(Span::default, NodeRef::span);
        found.push(Diagnostic::error(INVALID, breach.message).at(place).maybe_help(breach.help));
    }
    sound
}

fn policy(
    document: &Document<'_>,
    key: NodeRef<'_>,
    node: NodeRef<'_>,
    taken: &[&str],
    found: &mut Diagnostics,
) -> Option<Policy> {
    let text = |name: &str| node.get(name).and_then(NodeRef::as_str);
    let name = key.as_str().unwrap_or_default();
    if taken.contains(&name) {
        let message = format!("`{name}` is the name of a finding of drplan itself");
        found.push(Diagnostic::error(INVALID, message).at(key.span()).help("give the policy another name"));
        return None;
    }
    let subject = Subject::ALL.into_iter().find(|subject| Some(subject.as_str()) == text("for"))?;
    let severity = match text("severity") {
        Some("note") => Severity::Note,
        Some("warning") => Severity::Warning,
        _ => Severity::Error,
    };
    let mut conditions = |name: &str| -> Option<Vec<Condition>> {
        let Some(node) = node.get(name) else { return Some(Vec::new()) };
        if !breaches(document, conditions_validator(subject), node, found) {
            return None;
        }
        node.entries().map(|(key, value)| condition(subject, key, value, found)).collect()
    };
    let (only, require) = (conditions("where"), conditions("require"));
    Some(Policy {
        name: name.to_owned(),
        subject,
        severity,
        message: text("message")?.to_owned(),
        help: text("help").map(str::to_owned),
        only: only?,
        require: require?,
        span: key.span(),
    })
}

fn condition(subject: Subject, key: NodeRef<'_>, node: NodeRef<'_>, found: &mut Diagnostics) -> Option<Condition> {
    let fact = subject.facts().find(|fact| Some(fact.name) == key.as_str())?;
    let mut read = |node: NodeRef<'_>| value(fact, node, found);
    let test = match node.kind() {
        Kind::Seq => Test::OneOf(node.items().map(&mut read).collect::<Option<_>>()?),
        Kind::Map => match node.get("not") {
            Some(values) if values.kind() == Kind::Seq => {
                Test::NoneOf(values.items().map(&mut read).collect::<Option<_>>()?)
            }
            Some(one) => Test::NoneOf(vec![read(one)?]),
            None => {
                let (least, most) = (node.get("at_least"), node.get("at_most"));
                let at_least = match least {
                    Some(least) => Some(read(least)?),
                    None => None,
                };
                let at_most = match most {
                    Some(most) => Some(read(most)?),
                    None => None,
                };
                Test::Within { at_least, at_most }
            }
        },
        _ => Test::OneOf(vec![read(node)?]),
    };
    Some(Condition { fact, test })
}

/// A value in the form of a fact; the schema has seen to all but what a unit says.
fn value(fact: &Fact, node: NodeRef<'_>, found: &mut Diagnostics) -> Option<Value> {
    let text = node.as_str()?.trim();
    match fact.form {
        Form::Word => Some(Value::Word(text.to_owned())),
        Form::Flag => Some(Value::Flag(text == "true")),
        Form::Count => text.parse().ok().map(Value::Count),
        Form::Time if text == "none" => Some(Value::Time(None)),
        Form::Time => match text.parse::<Seconds>() {
            Ok(time) => Some(Value::Time(Some(time))),
            Err(error) => {
                found.push(Diagnostic::error(INVALID, error.message).at(node.span()).maybe_help(error.help));
                None
            }
        },
    }
}
