//! Reads what was observed, for the commands that hold a plan against it.

use std::path::{Path, PathBuf};

use super::args::Common;
use super::exit::Failure;
use super::pipeline::Loaded;
use super::{clock, io};
use crate::desired::Desired;
use crate::diag::visible::visible;
use crate::diag::{Code, Diagnostic, Diagnostics, SourceFile, Span};
use crate::evidence::{Fact, History, Question, Undeclared, facts, history, undeclared};
use crate::model::{Measurement, Model};
use crate::observed::{self, Instant, Observed};
use crate::text::{self, Limits};

/// Reads files of observations and joins them; the newest of each value counts, and contradictions are told on standard error.
/// The texts are added to the sources of the spec, which has been read by now, so that places in them can be shown. What is
/// wrong with them is added to the diagnostics.
pub(super) fn load(paths: &[PathBuf], loaded: &mut Loaded) -> Result<Observed, Failure> {
    let mut joined = Observed::default();
    for path in paths {
        let (next, diagnostics) = one(path, loaded)?;
        loaded.diagnostics.append(diagnostics);
        let system = &loaded.model.system.name;
        if let Some(other) = next.system.as_deref().filter(|other| !system.is_empty() && other != system) {
            let shown = io::shown(path);
            let message =
                format!("{shown} is about the system `{}`, the spec about `{}`", visible(other), visible(system));
            return Err(Failure::new(message).help("name the observations that belong to the spec"));
        }
        for conflict in joined.merge(next) {
            io::tell(&format!("contradiction: {}", visible(&conflict.to_string())));
        }
    }
    Ok(joined)
}

fn one(path: &Path, loaded: &mut Loaded) -> Result<(Observed, Diagnostics), Failure> {
    let limits = Limits::default();
    let (name, bytes) = match path == Path::new("-") {
        true => (io::STDIN.to_owned(), io::read_stdin(limits)?),
        false => {
            let name = path.strip_prefix("./").unwrap_or(path).to_string_lossy().into_owned();
            (name, io::read_file(path, limits)?)
        }
    };
    match text::decode(&bytes) {
        Ok(text) => {
            let file = loaded.sources.add(SourceFile::new(name, text));
            Ok(observed::read(&loaded.sources, file, limits))
        }
        Err(problem) => {
            let file = loaded.sources.add(SourceFile::new(name, text::decode_lossy(&bytes)));
            let span = Span::new(file, problem.start, problem.end);
            let diagnostic = Diagnostic::error(Code(problem.name), problem.message).at(span);
            let mut diagnostics = Diagnostics::default();
            diagnostics.push(diagnostic.maybe_help(problem.help));
            Ok((Observed::default(), diagnostics))
        }
    }
}

/// What follows from what was observed.
pub(super) struct Seen {
    /// The model with what was measured in place of what was declared.
    pub measured: Model,
    /// What was replaced in it.
    pub measurements: Vec<Measurement>,
    /// What does not bear out the plan.
    pub facts: Vec<Fact>,
    /// What the spec does not have.
    pub undeclared: Vec<Undeclared>,
}

impl Seen {
    /// Holds a model against what was observed, as of the instant of the command line.
    pub(super) fn new(model: &Model, observed: &Observed, common: &Common) -> Result<Self, Failure> {
        let desired = Desired::of(model);
        let now = Instant(clock::now(common)?.as_second());
        let question = Question { model, desired: &desired, observed, now };
        let (measured, measurements) = model.measured(observed);
        Ok(Self { measured, measurements, facts: facts(&question), undeclared: undeclared(model, &desired, observed) })
    }
}

/// The drills among what was observed of a model, as of the instant of the command line.
pub(super) fn drills(model: &Model, observed: &Observed, common: &Common) -> Result<History, Failure> {
    let now = Instant(clock::now(common)?.as_second());
    Ok(history(&Question { model, desired: &Desired::of(model), observed, now }))
}
