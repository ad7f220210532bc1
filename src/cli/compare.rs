//! `drplan compare`: how the posture changes from one spec to another. Fails on worse, not only on bad.

use std::path::{Component, Path, PathBuf};

use clap::ValueEnum;

use super::args::{Common, Compare, CompareFormat, Decline};
use super::exit::{Exit, Failure};
use super::git::{self, Revision};
use super::pipeline::{self, Loaded};
use super::progress::Progress;
use super::{io, outputs};
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
    let read = [&base, &head].into_iter().filter(|side| side.revision.is_none()).map(|side| side.path.as_path());
    outputs::hold(&written(&extra), &read.collect::<Vec<_>>())?;
    let progress = Progress::start("comparing");
    let old = match load(&base, common)? {
        Ok(old) if old.diagnostics.has_errors() => {
            let failure = Failure::new(format!("the spec to compare with, {}, is not valid", base.name));
            Err(failure.help("`drplan validate` says what is wrong with it; compare with one that is valid"))
        }
        old => old,
    };
    let old = if args.base_optional { old } else { Ok(old?) };
    let new = load(&head, common)??;
    if new.diagnostics.has_errors() {
        return pipeline::refuse(new, common);
    }
    let old = match old {
        Ok(old) => old,
        Err(failure) => {
            io::tell(&format!("there is nothing to compare with: {}", failure.message));
            return Ok(Exit::Clean);
        }
    };
    let comparison = compared(&old, &new);
    drop(progress);
    let view = ComparisonView::new(&comparison, &new.sources, [&base.name, &head.name]);
    io::print(&view.render(format(args.format), io::style(common.color)))?;
    for (extra, path) in extra {
        io::print_into(&path, &view.render(format(extra), Style::Plain))?;
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

/// A spec; or why there is none where one was looked for, which is no failure where it may be so.
fn load(wanted: &Wanted, common: &Common) -> Result<Result<Loaded, Failure>, Failure> {
    let Some(revision) = &wanted.revision else { return pipeline::load(&wanted.path, common).map(Ok) };
    match revision.read_spec(&wanted.path, Limits::default())? {
        Some((sources, diagnostics)) => Ok(Ok(pipeline::resolve(sources, diagnostics, pipeline::catalogue(common)?))),
        None => Ok(Err(revision.missing(&wanted.path))),
    }
}

/// The two specs of the command line. Whoever sends in a change can have a folder of any name in it: none of them may stand in
/// for what else a word means.
fn sides(words: &[String]) -> Result<[Wanted; 2], Failure> {
    let (first, second) = (words.first().map(String::as_str).unwrap_or_default(), words.get(1));
    if first.contains("..") && !first.contains(':') && !is_plainly_path(first) {
        return range(first, second.map_or(Path::new("."), Path::new)).map_err(|failure| {
            match Path::new(first).exists() {
                true => failure.help(format!("a path with `..` in its name is written `./{first}`")),
                false => failure,
            }
        });
    }
    match second {
        Some(second) => Ok([side(first)?, side(second)?]),
        None => Err(Failure::new(format!("there is nothing to compare `{first}` with"))
            .help("write `drplan compare BASE HEAD`, or `drplan compare main..HEAD SPEC`")),
    }
}

/// Whether a word cannot be meant for a revision: `./a`, `../a`, `/a`, `a/../b`.
fn is_plainly_path(word: &str) -> bool {
    Path::new(word).components().any(|part| !matches!(part, Component::Normal(_)))
}

fn side(word: &str) -> Result<Wanted, Failure> {
    let is_path = Path::new(word).exists();
    let path = || Ok(Wanted { name: word.to_owned(), revision: None, path: PathBuf::from(word) });
    if is_path && is_plainly_path(word) {
        return path();
    }
    let Some((name, inside)) = word.split_once(':').filter(|(name, _)| !name.is_empty()) else {
        if is_path {
            return path();
        }
        let failure = Failure::new(format!("there is no file or folder `{}`", io::shown(Path::new(word))));
        return Err(failure.help("a revision is written with the path of the spec in it: `main:drplan.yaml`"));
    };
    let revision = git::repository(Path::new(".")).and_then(|repository| repository.revision(name));
    match (revision, is_path) {
        (Err(_), true) => path(),
        (Err(failure), false) => Err(failure),
        (Ok(revision), _) => {
            let path = PathBuf::from(if inside.is_empty() { "." } else { inside });
            Ok(Wanted { name: word.to_owned(), revision: Some(revision), path })
        }
    }
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

/// The files of reports.
pub(super) fn written(reports: &[(CompareFormat, PathBuf)]) -> Vec<&Path> {
    reports.iter().map(|(_, path)| path.as_path()).collect()
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
