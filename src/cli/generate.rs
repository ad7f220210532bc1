//! `drplan generate`: Puppet code and runbooks, written all or none; or compared with what is there.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::args::{Common, Generate};
use super::deploy::{self, DeployError};
use super::exit::{Exit, Failure};
use super::io;
use super::pipeline::{self, Loaded};
use crate::analysis::assess::{Options, assess};
use crate::analysis::context::Context;
use crate::analysis::loss::LossEngine;
use crate::desired::Desired;
use crate::diag::{SourceMap, nearest};
use crate::emit::fileset::FileSet;
use crate::emit::puppet::{self, Gap, Origin};
use crate::emit::runbook;

/// What can be generated; the order is that of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    /// A control repository, at the top of the folder.
    Puppet,
    /// Pages for operators, below `runbooks/`.
    Runbooks,
}

const TARGETS: [(&str, Target); 2] = [("puppet", Target::Puppet), ("runbooks", Target::Runbooks)];

/// Folder of the runbooks below the output folder.
const RUNBOOKS: &str = "runbooks";

pub(super) fn run(args: &Generate, common: &Common) -> Result<Exit, Failure> {
    let (targets, spec) = what_and_where(&args.what_or_spec)?;
    let loaded = pipeline::load(&spec, common)?;
    if loaded.diagnostics.has_errors() {
        return pipeline::refuse(loaded, common);
    }
    let (sections, remarks) = sections(&loaded, &targets)?;
    let exit = if args.check { compare(args, &sections)? } else { write(args, &sections)? };
    for remark in remarks {
        io::tell(&remark);
    }
    Ok(exit)
}

/// `puppet` and `runbooks` are what to generate, in any order; at most one other word is the spec.
fn what_and_where(words: &[String]) -> Result<(Vec<Target>, PathBuf), Failure> {
    let target = |word: &str| TARGETS.iter().find(|(name, _)| *name == word).map(|(_, target)| *target);
    let specs: Vec<&String> = words.iter().filter(|word| target(word).is_none()).collect();
    let [spec] = specs.as_slice() else {
        let Some(second) = specs.get(1) else {
            return Ok((targets(words.iter().filter_map(|word| target(word)).collect()), PathBuf::from(".")));
        };
        let near = specs.iter().find_map(|word| nearest(word, TARGETS.iter().map(|(name, _)| *name)));
        let failure = Failure::new(format!("`{}` and `{second}` cannot both be the spec", specs[0]));
        return Err(match near {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help("what can be generated is `puppet` and `runbooks`"),
        });
    };
    Ok((targets(words.iter().filter_map(|word| target(word)).collect()), PathBuf::from(spec)))
}

fn targets(named: Vec<Target>) -> Vec<Target> {
    TARGETS.iter().map(|(_, target)| *target).filter(|target| named.is_empty() || named.contains(target)).collect()
}

/// The files of a target under the name of its section of the manifest.
pub(super) type Section = (&'static str, FileSet);

/// The files of every target.
pub(super) fn all(loaded: &Loaded) -> Result<Vec<Section>, Failure> {
    sections(loaded, &targets(Vec::new())).map(|(sections, _)| sections)
}

/// The files of each target, and what to tell the user about them.
fn sections(loaded: &Loaded, targets: &[Target]) -> Result<(Vec<Section>, Vec<String>), Failure> {
    let model = &loaded.model;
    let desired = Desired::of(model);
    let origin = Origin { version: env!("CARGO_PKG_VERSION").to_owned(), digest: digest(&loaded.sources) };
    let mut sections = Vec::new();
    let mut remarks = Vec::new();
    for target in targets {
        match target {
            Target::Puppet => {
                let repository = puppet::repository(model, &desired, &loaded.catalogue, &origin)
                    .map_err(|error| Failure::new(format!("cannot generate Puppet code: {error}")))?;
                remarks.extend(repository.gaps.iter().map(|gap| remark("not generated", gap)));
                sections.push(("puppet", repository.files));
            }
            Target::Runbooks => {
                let losses = LossEngine::new(model);
                let context = Context::new(model, &losses);
                let assessment = assess(&context, Options::default());
                let groups = assessment.groups(&context);
                let pages = runbook::runbooks(&context, &desired, &loaded.catalogue, &groups, &origin)
                    .map_err(|error| Failure::new(format!("cannot generate runbooks: {error}")))?;
                let mut files = FileSet::new();
                let placed = files.extend(RUNBOOKS, pages);
                placed.map_err(|error| Failure::new(format!("cannot generate runbooks: {error}")))?;
                sections.push((RUNBOOKS, files));
            }
        }
    }
    Ok((sections, remarks))
}

fn remark(what: &str, gap: &Gap) -> String {
    format!("{what}: {}: {}", gap.address, gap.reason)
}

/// A digest of all that the spec says, whatever its files are called.
fn digest(sources: &SourceMap) -> String {
    let mut hash = Sha256::new();
    for (_, file) in sources.files() {
        hash.update((file.text.len() as u64).to_be_bytes());
        hash.update(file.text.as_bytes());
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn write(args: &Generate, sections: &[(&str, FileSet)]) -> Result<Exit, Failure> {
    let done = deploy::deploy(&args.output, sections).map_err(|error| failure(&error))?;
    if done.recovered {
        io::tell("an earlier run that was interrupted has been finished first");
    }
    let (created, updated, removed) = (done.created.len(), done.updated.len(), done.removed.len());
    io::tell(&format!(
        "{}: {created} created, {updated} updated, {removed} removed, {} unchanged",
        io::shown(&args.output),
        done.unchanged
    ));
    Ok(Exit::Clean)
}

fn compare(args: &Generate, sections: &[(&str, FileSet)]) -> Result<Exit, Failure> {
    let differences = deploy::check(&args.output, sections).map_err(|error| failure(&error))?;
    for difference in &differences {
        io::print(&difference.unified())?;
    }
    for difference in &differences {
        io::tell(&difference.summary());
    }
    Ok(if differences.is_empty() { Exit::Clean } else { Exit::FallsShort })
}

pub(super) fn failure(error: &DeployError) -> Failure {
    let failure = Failure::new(error.to_string());
    match error.help() {
        Some(help) => failure.help(help),
        None => failure,
    }
}
