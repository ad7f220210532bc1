//! `drplan compare`: how the posture changes from one spec to another. Fails on worse, not only on bad.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::args::{Common, Compare, CompareFormat, Decline};
use super::exit::{Exit, Failure};
use super::git::{self, Revision};
use super::io;
use super::pipeline::{self, Loaded};
use super::progress::Progress;
use crate::analysis::assess::{Options, assess};
use crate::analysis::context::Context;
use crate::analysis::loss::LossEngine;
use crate::compare::{self, Inputs, Side};
use crate::report::Style;
use crate::report::comparison::{ComparisonFormat, ComparisonView};
use crate::text::Limits;

/// One of the two specs, as it is asked for.
struct Wanted {
    /// What it is called in output.
    name: String,
    /// None for the working tree.
    revision: Option<Revision>,
    path: PathBuf,
}

pub(super) fn run(args: &Compare, common: &Common) -> Result<Exit, Failure> {
    let extra = args.report.iter().map(|text| extra_report(text)).collect::<Result<Vec<_>, _>>()?;
    let [base, head] = sides(&args.sides)?;
    let progress = Progress::start("comparing");
    let old = load(&base, common)?;
    let new = load(&head, common)?;
    if old.diagnostics.has_errors() {
        let failure = Failure::new(format!("the spec to compare with, {}, is not valid", base.name));
        return Err(failure.help("`drplan validate` says what is wrong with it; compare with one that is valid"));
    }
    if new.diagnostics.has_errors() {
        return pipeline::refuse(new, common);
    }
    let comparison = compared(&old, &new);
    drop(progress);
    let view = ComparisonView::new(&comparison, &new.sources, [&base.name, &head.name]);
    io::print(&view.render(format(args.format), io::style(common.color)))?;
    for (extra, path) in extra {
        io::replace(&path, &view.render(format(extra), Style::Plain))?;
    }
    let declined = match args.fail_on {
        Decline::Worse => comparison.is_worse(),
        Decline::Unmet => comparison.is_unmet(),
    };
    Ok(if declined && !args.exit_zero { Exit::FallsShort } else { Exit::Clean })
}

fn compared(old: &Loaded, new: &Loaded) -> compare::Comparison {
    let (old_inputs, new_inputs) = (Inputs::read(&old.sources), Inputs::read(&new.sources));
    let (old_engine, new_engine) = (LossEngine::new(&old.model), LossEngine::new(&new.model));
    let (old_context, new_context) = (Context::new(&old.model, &old_engine), Context::new(&new.model, &new_engine));
    let before = assess(&old_context, Options::default());
    let after = assess(&new_context, Options::default());
    compare::compare(
        &Side { context: &old_context, engine: &old_engine, assessment: &before, inputs: &old_inputs },
        &Side { context: &new_context, engine: &new_engine, assessment: &after, inputs: &new_inputs },
    )
}

fn load(wanted: &Wanted, common: &Common) -> Result<Loaded, Failure> {
    match &wanted.revision {
        None => pipeline::load(&wanted.path, common),
        Some(revision) => {
            let (sources, diagnostics) = revision.read_spec(&wanted.path, Limits::default())?;
            Ok(pipeline::resolve(sources, diagnostics, pipeline::catalogue(common)?))
        }
    }
}

/// The two specs of the command line: paths that are there win over everything else that the words could mean.
fn sides(words: &[String]) -> Result<[Wanted; 2], Failure> {
    let (first, second) = (words.first().map(String::as_str).unwrap_or_default(), words.get(1));
    if !Path::new(first).exists() && first.contains("..") && !first.contains(':') {
        return range(first, second.map_or(Path::new("."), Path::new));
    }
    match second {
        Some(second) => Ok([side(first)?, side(second)?]),
        None => Err(Failure::new(format!("there is nothing to compare `{first}` with"))
            .help("write `drplan compare BASE HEAD`, or `drplan compare main..HEAD SPEC`")),
    }
}

fn side(word: &str) -> Result<Wanted, Failure> {
    if Path::new(word).exists() {
        return Ok(Wanted { name: word.to_owned(), revision: None, path: PathBuf::from(word) });
    }
    let Some((name, path)) = word.split_once(':').filter(|(name, _)| !name.is_empty()) else {
        let failure = Failure::new(format!("there is no file or folder `{}`", io::shown(Path::new(word))));
        return Err(failure.help("a revision is written with the path of the spec in it: `main:drplan.yaml`"));
    };
    let path = PathBuf::from(if path.is_empty() { "." } else { path });
    let revision = git::repository(Path::new("."))?.revision(name)?;
    Ok(Wanted { name: word.to_owned(), revision: Some(revision), path })
}

/// `main..HEAD`, `main..` for the working tree, `main...HEAD` from where the two parted.
fn range(text: &str, typed: &Path) -> Result<[Wanted; 2], Failure> {
    let (base, head, from_fork) = match text.split_once("...") {
        Some((base, head)) => (base, head, true),
        None => text.split_once("..").map(|(base, head)| (base, head, false)).unwrap_or((text, "", false)),
    };
    let base = if base.is_empty() { "HEAD" } else { base };
    let repository = git::repository(typed)?;
    let path = repository.inside(typed)?;
    let newer = if head.is_empty() && !from_fork {
        None
    } else {
        Some(repository.revision(if head.is_empty() { "HEAD" } else { head })?)
    };
    let mut older = repository.revision(base)?;
    if let (true, Some(newer)) = (from_fork, &newer) {
        older = repository.fork(&older, newer)?;
    }
    let named = |name: &str| format!("{name}:{}", path.display());
    Ok([
        Wanted { name: named(base), revision: Some(older), path: path.clone() },
        match newer {
            Some(newer) => {
                Wanted { name: named(if head.is_empty() { "HEAD" } else { head }), revision: Some(newer), path }
            }
            None => Wanted { name: typed.display().to_string(), revision: None, path: typed.to_path_buf() },
        },
    ])
}

fn format(format: CompareFormat) -> ComparisonFormat {
    match format {
        CompareFormat::Human => ComparisonFormat::Human,
        CompareFormat::Json => ComparisonFormat::Json,
        CompareFormat::Markdown => ComparisonFormat::Markdown,
    }
}

/// `FORMAT=FILE` of `--report`, also of `diff`.
pub(super) fn extra_report(text: &str) -> Result<(CompareFormat, PathBuf), Failure> {
    let unclear =
        || Failure::new(format!("`--report {text}` is not FORMAT=FILE")).help("write `--report markdown=comment.md`");
    let (name, path) = text.split_once('=').filter(|(_, path)| !path.is_empty()).ok_or_else(unclear)?;
    match CompareFormat::from_str(name, false) {
        Ok(found) => Ok((found, PathBuf::from(path))),
        Err(_) => {
            Err(Failure::new(format!("there is no format `{name}`")).help("the formats are human, json, markdown"))
        }
    }
}
