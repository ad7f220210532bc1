//! The template engine for generated text: minijinja, set up so that a value cannot leave its place.
//!
//! A template's name says its target language: `profile.pp.j2` is Puppet. `{{ value }}` is written as a literal, word or
//! inert text of that language, never raw; a language without a rule is an error when the template is loaded. Filters
//! (`emit::filters`) quote for another place in the same file, such as a command in a Markdown page. Undefined names are
//! errors, and every rendering has a limit on its steps and its output.
//!
//! Templates come from the caller, by name: this module reads no file.

use super::data::Data;
use super::filters;
use super::quote::{self, QuoteError};
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::error::Error as _;
use std::io;

/// What one rendering may use: about a second, and a page that still opens.
const LIMITS: Limits = Limits { steps: 50_000_000, bytes: 256 << 20 };
/// Stands in for an include of another language, see [`same_target`].
const WRONG_TARGET: &str = "(another language)";

/// A set of templates, checked and ready to render.
pub struct Templates {
    env: Environment<'static>,
    names: BTreeSet<String>,
    limits: Limits,
}

#[derive(Clone, Copy)]
struct Limits {
    /// Instructions of the engine.
    steps: u64,
    /// Bytes of output.
    bytes: usize,
}

/// What is wrong with a template, or with a value it was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{template}{}: {message}", line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct TemplateError {
    /// The template's name.
    pub template: String,
    /// The line in the template, counted from one, where it is known.
    pub line: Option<usize>,
    /// What is wrong, on one line.
    pub message: String,
}

/// The language that a template writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Puppet manifests.
    Puppet,
    /// Puppet's text templates.
    Epp,
    /// Scripts for bash.
    Shell,
    /// Pages for people.
    Markdown,
    /// YAML, read alike by 1.1 and 1.2.
    Yaml,
    /// JSON.
    Json,
    /// TOML.
    Toml,
    /// HTML.
    Html,
    /// Scripts for Windows.
    PowerShell,
    /// Standard SQL.
    Sql,
    /// Ruby, for checks of Puppet code.
    Ruby,
}

/// Every file type with a quoting rule: the extension before `.j2`, and its language.
pub const TARGETS: &[(&str, Target)] = &[
    ("pp", Target::Puppet),
    ("epp", Target::Epp),
    ("sh", Target::Shell),
    ("md", Target::Markdown),
    ("yaml", Target::Yaml),
    ("json", Target::Json),
    ("toml", Target::Toml),
    ("html", Target::Html),
    ("ps1", Target::PowerShell),
    ("sql", Target::Sql),
    ("rb", Target::Ruby),
];

impl Templates {
    /// Loads templates given as name and source. Fails for the first one with a syntax error, an unknown filter is found
    /// when it is rendered.
    pub fn new<N: Into<String>, S: Into<String>>(
        sources: impl IntoIterator<Item = (N, S)>,
    ) -> Result<Templates, TemplateError> {
        Templates::limited(sources, LIMITS)
    }

    fn limited<N: Into<String>, S: Into<String>>(
        sources: impl IntoIterator<Item = (N, S)>,
        limits: Limits,
    ) -> Result<Templates, TemplateError> {
        let mut env = environment(limits);
        let mut names = BTreeSet::new();
        for (name, source) in sources {
            let name = name.into();
            if Target::of(&name).is_none() {
                return Err(unknown_target(&name));
            }
            env.add_template_owned(name.clone(), source.into()).map_err(|error| TemplateError::new(&name, &error))?;
            names.insert(name);
        }
        Ok(Templates { env, names, limits })
    }

    /// Renders one template with the fields of `view` as its variables.
    pub fn render<T: Serialize>(&self, name: &str, view: &T) -> Result<String, TemplateError> {
        let failed = |error: Error| TemplateError::new(name, &error);
        let template = self.env.get_template(name).map_err(failed)?;
        let mut out = Limited { text: Vec::new(), max: self.limits.bytes };
        template.render_captured_to(minijinja::value::Serde(view), &mut out).map_err(failed)?;
        String::from_utf8(out.text).map_err(|_| TemplateError::plain(name, "wrote text that is not UTF-8"))
    }

    /// The names of all templates, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The variables that a template takes from its view, with their paths (`job.name`). Not through includes.
    pub fn variables(&self, name: &str) -> Result<BTreeSet<String>, TemplateError> {
        let template = self.env.get_template(name).map_err(|error| TemplateError::new(name, &error))?;
        Ok(template.undeclared_variables(true).into_iter().collect())
    }
}

impl Target {
    /// The target of a template, by the extension before `.j2`.
    pub fn of(name: &str) -> Option<Target> {
        let extension = name.strip_suffix(".j2")?.rsplit_once('.')?.1;
        TARGETS.iter().find(|(known, _)| *known == extension).map(|(_, target)| *target)
    }

    /// A value as this language writes it where a value stands.
    pub(super) fn quote(self, value: &Data) -> Result<String, QuoteError> {
        match self {
            Target::Puppet => Ok(quote::pp(value)),
            Target::Epp => Ok(quote::epp(value)),
            Target::Shell => words(value),
            Target::Markdown => Ok(quote::md_text(&text("Markdown text", value)?)),
            Target::Yaml => Ok(quote::yaml(value)),
            Target::Json => Ok(quote::json(value)),
            Target::Toml => quote::toml(value),
            Target::Html => Ok(quote::html_text(&text("HTML text", value)?)),
            Target::PowerShell => Ok(quote::ps(value)),
            Target::Sql => sql(value),
            Target::Ruby => Ok(quote::ruby(value)),
        }
    }

    fn extension(self) -> &'static str {
        TARGETS.iter().find(|(_, target)| *target == self).map_or("", |(extension, _)| extension)
    }

    pub(super) fn of_state(state: &State) -> Result<Target, Error> {
        let known = match state.auto_escape() {
            AutoEscape::Custom(name) => TARGETS.iter().find(|(extension, _)| extension == name),
            _ => None,
        };
        let refused = "a value can be written only where its quoting is known, and `autoescape` has turned it off";
        known.map(|(_, target)| *target).ok_or_else(|| Error::new(ErrorKind::InvalidOperation, refused))
    }
}

impl TemplateError {
    fn new(name: &str, error: &Error) -> TemplateError {
        // The innermost error knows the place; those around it say through which includes it was reached.
        let mut inner = error;
        while let Some(source) = inner.source().and_then(|source| source.downcast_ref::<Error>()) {
            if source.name() == Some(WRONG_TARGET) {
                return TemplateError {
                    message: "a template can include only templates of its own language".to_owned(),
                    ..TemplateError::at(inner, name)
                };
            }
            inner = source;
        }
        TemplateError::at(inner, name)
    }

    fn at(inner: &Error, name: &str) -> TemplateError {
        let detail = inner.source().map(ToString::to_string).or_else(|| inner.detail().map(str::to_owned));
        let message = match detail {
            Some(detail) => format!("{}: {detail}", inner.kind()),
            None => inner.kind().to_string(),
        };
        TemplateError { template: inner.name().unwrap_or(name).to_owned(), line: inner.line(), message }
    }

    fn plain(name: &str, message: impl Into<String>) -> TemplateError {
        TemplateError { template: name.to_owned(), line: None, message: message.into() }
    }
}

fn unknown_target(name: &str) -> TemplateError {
    let known: Vec<String> = TARGETS.iter().map(|(extension, _)| format!(".{extension}.j2")).collect();
    TemplateError::plain(name, format!("no rule how to quote in this file type; a name ends in {}", known.join(", ")))
}

fn environment(limits: Limits) -> Environment<'static> {
    let mut env = Environment::empty();
    // The escape mode is fixed when a template is loaded, so this comes before the first one.
    env.set_auto_escape_callback(|name| match Target::of(name) {
        Some(target) => AutoEscape::Custom(target.extension().into()),
        None => AutoEscape::None,
    });
    env.set_formatter(write_value);
    env.set_path_join_callback(same_target);
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_fuel(Some(limits.steps));
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
    if let Ok(syntax) = syntax {
        env.set_syntax(syntax);
    }
    filters::register(&mut env);
    // Loading cannot fail, the source is fixed; if it did, includes of another language would still not be found.
    let _ = env.add_template(WRONG_TARGET, "{{ fail('another language') }}");
    env
}

fn write_value(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if value.is_safe()
        && let Some(quoted) = value.as_str()
    {
        return out.write_str(quoted).map_err(Error::from);
    }
    let quoted = Target::of_state(state)?.quote(&filters::data(value)?).map_err(filters::refuse)?;
    out.write_str(&quoted).map_err(Error::from)
}

/// Text made for one language is not inert in another, so a template may only include its own kind. The engine takes no
/// error here, so the name leads to a template that fails.
fn same_target<'s>(name: &'s str, parent: &'s str) -> Cow<'s, str> {
    if Target::of(name).is_some_and(|target| Some(target) != Target::of(parent)) {
        WRONG_TARGET.into()
    } else {
        name.into()
    }
}

/// A scalar as plain text, for places that hold prose.
pub(super) fn text(place: &'static str, value: &Data) -> Result<String, QuoteError> {
    match value {
        Data::Str(text) => Ok(text.clone()),
        Data::Int(number) => Ok(number.to_string()),
        Data::Bool(truth) => Ok(truth.to_string()),
        other => Err(QuoteError::new(place, other.kind())),
    }
}

fn words(value: &Data) -> Result<String, QuoteError> {
    match value {
        Data::List(items) => {
            let words = items.iter().map(|item| quote::bash_arg(&text("a shell word", item)?));
            Ok(words.collect::<Result<Vec<_>, _>>()?.join(" "))
        }
        scalar => quote::bash_arg(&text("a shell word", scalar)?),
    }
}

fn sql(value: &Data) -> Result<String, QuoteError> {
    match value {
        Data::Undef => Ok("NULL".to_owned()),
        Data::Int(number) => Ok(number.to_string()),
        Data::Bool(truth) => Ok(truth.to_string()),
        other => quote::sql_str(&text("an SQL literal", other)?),
    }
}

struct Limited {
    text: Vec<u8>,
    max: usize,
}

impl io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.text.len() + bytes.len() > self.max {
            return Err(io::Error::other(format!("the output is longer than {} bytes", self.max)));
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
