//! `drplan generate`: Puppet code, runbooks and the report, written all or none; or compared with what is there.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::args::{Common, Generate};
use super::deploy::{self, DeployError};
use super::exit::{Exit, Failure};
use super::pipeline::{self, Loaded};
use super::{clock, date, io, observed, report};
use crate::analysis::assess::{Options, assess};
use crate::analysis::context::Context;
use crate::analysis::loss::LossEngine;
use crate::desired::Desired;
use crate::diag::{SourceMap, nearest};
use crate::emit::fileset::FileSet;
use crate::emit::puppet::{self, Gap, Origin};
use crate::emit::runbook::{self, Runbooks};

/// What can be generated; the order is that of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    /// A control repository, at the top of the folder.
    Puppet,
    /// Pages for operators, below `runbooks/`.
    Runbooks,
    /// One page for everybody else, `report.html`.
    Report,
}

const TARGETS: [(&str, Target); 3] =
    [("puppet", Target::Puppet), ("runbooks", Target::Runbooks), ("report", Target::Report)];

/// Folder of the runbooks below the output folder.
pub(super) const RUNBOOKS: &str = "runbooks";

pub(super) fn run(args: &Generate, common: &Common) -> Result<Exit, Failure> {
    let (targets, spec) = what_and_where(&args.what_or_spec)?;
    if !args.observed.is_empty() && !targets.contains(&Target::Report) {
        let failure = Failure::new("`--observed` is for the report, which is not to be generated");
        return Err(failure.help("Puppet code and runbooks follow from the spec alone; name `report` as well"));
    }
    let mut loaded = pipeline::load(&spec, common)?;
    // Before the observations are beside the spec: what is generated bears a digest of the spec alone.
    let origin = origin(&loaded);
    let observed = observed::load(&args.observed, &mut loaded)?;
    if loaded.diagnostics.has_errors() {
        return pipeline::refuse(loaded, common);
    }
    let mut generated = Generated::new(&loaded, &targets, &origin)?;
    if targets.contains(&Target::Report) {
        let observed = (!args.observed.is_empty()).then_some(&observed);
        generated.report = Some(report::files(&loaded, observed, &origin, common)?);
    }
    let sections = generated.on(&date::of_folder(&args.output, &generated, clock::today(common)?)?)?;
    let exit = if args.check { compare(args, &sections)? } else { write(args, &sections)? };
    for remark in generated.remarks {
        io::tell(&remark);
    }
    Ok(exit)
}

/// `puppet`, `runbooks` and `report` are what to generate, in any order; at most one other word is the spec.
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
            None => failure.help("what can be generated is `puppet`, `runbooks` and `report`"),
        });
    };
    Ok((targets(words.iter().filter_map(|word| target(word)).collect()), PathBuf::from(spec)))
}

fn targets(named: Vec<Target>) -> Vec<Target> {
    TARGETS.iter().map(|(_, target)| *target).filter(|target| named.is_empty() || named.contains(target)).collect()
}

/// The files of a target under the name of its section of the manifest.
pub(super) type Section = (&'static str, FileSet);

/// What is generated, but for the day that the runbooks bear.
pub(super) struct Generated {
    puppet: Option<FileSet>,
    runbooks: Option<Runbooks>,
    report: Option<FileSet>,
    /// What to tell the user about it.
    remarks: Vec<String>,
}

impl Generated {
    /// Whatever goes to where it is used: all but the report, which is about what was seen until a day.
    pub(super) fn deployed(loaded: &Loaded) -> Result<Self, Failure> {
        Self::new(loaded, &[Target::Puppet, Target::Runbooks], &origin(loaded))
    }

    /// What follows from the spec alone.
    fn new(loaded: &Loaded, targets: &[Target], origin: &Origin) -> Result<Self, Failure> {
        let desired = Desired::of(&loaded.model);
        let mut generated = Self { puppet: None, runbooks: None, report: None, remarks: Vec::new() };
        for target in targets {
            match target {
                Target::Puppet => {
                    let repository = puppet::repository(&loaded.model, &desired, &loaded.catalogue, origin)
                        .map_err(|error| Failure::new(format!("cannot generate Puppet code: {error}")))?;
                    generated.remarks.extend(repository.gaps.iter().map(|gap| remark("not generated", gap)));
                    generated.puppet = Some(repository.files);
                }
                Target::Runbooks => generated.runbooks = Some(runbooks(loaded, &desired, origin)?),
                Target::Report => {}
            }
        }
        Ok(generated)
    }

    /// The files of each target as they are when the runbooks are of this day.
    pub(super) fn on(&self, date: &str) -> Result<Vec<Section>, Failure> {
        let puppet = self.puppet.clone().map(|files| ("puppet", files));
        let runbooks = self.runbooks_on(date)?.map(|files| (RUNBOOKS, files));
        let report = self.report.clone().map(|files| ("report", files));
        Ok(puppet.into_iter().chain(runbooks).chain(report).collect())
    }

    /// The runbooks of this day, if they are generated.
    pub(super) fn runbooks_on(&self, date: &str) -> Result<Option<FileSet>, Failure> {
        let Some(runbooks) = &self.runbooks else { return Ok(None) };
        let mut files = FileSet::new();
        files.extend(RUNBOOKS, runbooks.files(date).map_err(no_runbooks)?).map_err(no_runbooks)?;
        Ok(Some(files))
    }
}

fn origin(loaded: &Loaded) -> Origin {
    Origin { version: env!("CARGO_PKG_VERSION").to_owned(), digest: digest(&loaded.sources) }
}

fn runbooks(loaded: &Loaded, desired: &Desired, origin: &Origin) -> Result<Runbooks, Failure> {
    let losses = LossEngine::new(&loaded.model);
    let context = Context::new(&loaded.model, &losses);
    let assessment = assess(&context, Options::default());
    let groups = assessment.groups(&context);
    runbook::runbooks(&context, desired, &loaded.catalogue, &groups, origin).map_err(no_runbooks)
}

fn no_runbooks(error: impl std::fmt::Display) -> Failure {
    Failure::new(format!("cannot generate runbooks: {error}"))
}

fn remark(what: &str, gap: &Gap) -> String {
    format!("{what}: {}: {}", gap.address, gap.reason)
}

/// A digest of all that the spec says, whatever its files are called.
pub(super) fn digest(sources: &SourceMap) -> String {
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
