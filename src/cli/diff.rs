//! `drplan diff`: the plan against the real system, and generated files against those that are deployed.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::args::{Common, CompareFormat, Diff};
use super::compare::{extra_report, written};
use super::deploy::{self, DifferenceKind};
use super::exit::{Exit, Failure};
use super::generate::{Generated, Section};
use super::pipeline::{self, Loaded};
use super::progress::Progress;
use super::{clock, date, generate, io, observed, outputs};
use crate::desired::Desired;
use crate::diag::visible::visible;
use crate::diff::{self, Action};
use crate::emit::fileset::FileSet;
use crate::evidence::{Question, facts, undeclared};
use crate::observed::{Address, Instant, Observed};
use crate::report::Style;
use crate::report::changes::{ChangesFormat, ChangesView};

pub(super) fn run(args: &Diff, common: &Common) -> Result<Exit, Failure> {
    let extra = args.report.iter().map(|text| extra_report(text)).collect::<Result<Vec<_>, _>>()?;
    let read: Vec<&Path> = [&args.spec.spec].into_iter().chain(&args.observed).map(PathBuf::as_path).collect();
    outputs::hold(&written(&extra), &read)?;
    let progress = Progress::start("comparing");
    let mut loaded = pipeline::load(&args.spec.spec, common)?;
    // Before the observations are beside the spec: what is generated bears a digest of the spec alone.
    let wants_files = args.deployed.is_some() || args.deployed_on.is_some();
    let generated = match wants_files && !loaded.diagnostics.has_errors() {
        true => Some(Generated::deployed(&loaded)?),
        false => None,
    };
    let observed = observed::load(&args.observed, &mut loaded)?;
    if loaded.diagnostics.has_errors() {
        return pipeline::refuse(loaded, common);
    }
    let mut view = if args.observed.is_empty() {
        ChangesView { system: loaded.model.system.name.clone(), complete: true, ..ChangesView::default() }
    } else {
        let now = Instant(clock::now(common)?.as_second());
        compared(&loaded, &observed, now)
    };
    if let (Some(folder), Some(generated)) = (&args.deployed, &generated) {
        let date = date::of_folder(folder, generated, clock::today(common)?)?;
        files(&mut view, generated.on(&date)?, folder)?;
    }
    if let (Some(place), Some(generated)) = (&args.deployed_on, &generated) {
        let (host, folder) = host_and_folder(place)?;
        let date = date::of_host(host, folder, &observed, clock::today(common)?);
        files_on(&mut view, &generated.on(&date)?, host, folder, &observed);
    }
    drop(progress);
    io::print(&view.render(format(args.format), io::style(common.color)))?;
    for (extra, path) in extra {
        io::print_into(&path, &view.render(format(extra), Style::Plain))?;
    }
    Ok(if view.has_drift() && !args.exit_zero { Exit::FallsShort } else { Exit::Clean })
}

fn compared(loaded: &Loaded, observed: &Observed, now: Instant) -> ChangesView {
    let model = &loaded.model;
    let desired = Desired::of(model);
    let question = Question { model, desired: &desired, observed, now };
    let facts = facts(&question);
    let changes = diff::diff(&question, &undeclared(model, &desired, observed), &facts);
    ChangesView::new(&model.system.name, &changes)
}

/// Adds every file of a folder that is not as it would be generated.
fn files(view: &mut ChangesView, mut sections: Vec<Section>, folder: &Path) -> Result<(), Failure> {
    // What was never generated there is not missing there.
    let there = deploy::sections(folder).map_err(|error| generate::failure(&error))?;
    if !there.is_empty() {
        sections.retain(|(name, _)| there.contains(*name));
    }
    let differences = deploy::check(folder, &sections).map_err(|error| generate::failure(&error))?;
    let generated: usize = sections.iter().map(|(_, files)| files.len()).sum();
    let wanted = differences.iter().filter(|difference| difference.new.is_some()).count();
    view.summary.unchanged += generated.saturating_sub(wanted);
    for difference in differences {
        let action = match &difference.kind {
            DifferenceKind::Missing => Action::Create,
            DifferenceKind::Stray => Action::Remove,
            DifferenceKind::OutOfDate | DifferenceKind::Conflict(_) => Action::Update,
        };
        view.push_file(difference.path.as_str(), action, difference.summary(), [None, None], difference.unified());
    }
    Ok(())
}

fn host_and_folder(place: &str) -> Result<(&str, &str), Failure> {
    let parts = place.split_once(':').filter(|(host, path)| !host.is_empty() && path.starts_with('/'));
    let (host, folder) = parts.ok_or_else(|| {
        let failure = Failure::new(format!("`--deployed-on {}` is not HOST:DIR", visible(place)));
        failure.help("write `--deployed-on puppet.example.com:/etc/puppetlabs/code/environments/production`")
    })?;
    Ok((host, folder.trim_end_matches('/')))
}

/// Adds every file that was observed in a folder of a machine and is not as it would be generated.
fn files_on(view: &mut ChangesView, sections: &[Section], host: &str, folder: &str, observed: &Observed) {
    let seen = |path: &str| {
        let address = Address::File(host.to_owned(), format!("{folder}/{path}"));
        observed.get(&address).is_some()
    };
    let mut sections: Vec<Vec<(String, String)>> = sections.iter().map(|(_, files)| digests(files)).collect();
    // What was never generated there is not missing there; where nothing was seen at all nothing is known of any.
    let is_there = |section: &Vec<(String, String)>| section.iter().any(|(path, _)| seen(path));
    if sections.iter().any(is_there) {
        sections.retain(is_there);
    }
    let mut generated = sections.concat();
    generated.sort();
    let changes = diff::files(observed, host, folder, &generated);
    let wanted = changes.iter().filter(|change| change.desired.is_some()).count();
    view.summary.unchanged += generated.len() - wanted;
    for change in changes {
        view.push_file(&change.path, change.action, change.reason, [change.actual, change.desired], String::new());
    }
}

/// Every file of a set with its digest.
fn digests(files: &FileSet) -> Vec<(String, String)> {
    files.iter().map(|(path, file)| (path.to_string(), digest(&file.contents))).collect()
}

/// A digest as observed state has it.
pub(super) fn digest(contents: &[u8]) -> String {
    let hexadecimal: String = Sha256::digest(contents).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hexadecimal}")
}

fn format(format: CompareFormat) -> ChangesFormat {
    match format {
        CompareFormat::Human => ChangesFormat::Human,
        CompareFormat::Json => ChangesFormat::Json,
        CompareFormat::Markdown => ChangesFormat::Markdown,
    }
}
