//! `drplan diff`: the plan against the real system, and generated files against those that are deployed.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::args::{Common, CompareFormat, Diff};
use super::compare::extra_report;
use super::deploy::{self, DifferenceKind};
use super::exit::{Exit, Failure};
use super::generate::Section;
use super::pipeline::{self, Loaded};
use super::progress::Progress;
use super::{clock, generate, io, observed};
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
    let progress = Progress::start("comparing");
    let mut loaded = pipeline::load(&args.spec.spec, common)?;
    // Before the observations are beside the spec: what is generated bears a digest of the spec alone.
    let wants_files = args.deployed.is_some() || args.deployed_on.is_some();
    let sections = match wants_files && !loaded.diagnostics.has_errors() {
        true => generate::all(&loaded)?,
        false => Vec::new(),
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
    if let Some(folder) = &args.deployed {
        files(&mut view, sections.clone(), folder)?;
    }
    if let Some(place) = &args.deployed_on {
        files_on(&mut view, &sections, place, &observed)?;
    }
    drop(progress);
    io::print(&view.render(format(args.format), io::style(common.color)))?;
    for (extra, path) in extra {
        io::replace(&path, &view.render(format(extra), Style::Plain))?;
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

/// Adds every file that was observed in a folder of a machine and is not as it would be generated.
fn files_on(view: &mut ChangesView, sections: &[Section], place: &str, observed: &Observed) -> Result<(), Failure> {
    let Some((host, folder)) = place.split_once(':').filter(|(host, path)| !host.is_empty() && path.starts_with('/'))
    else {
        let failure = Failure::new(format!("`--deployed-on {}` is not HOST:DIR", visible(place)));
        return Err(
            failure.help("write `--deployed-on puppet.example.com:/etc/puppetlabs/code/environments/production`")
        );
    };
    let seen = |path: &str| {
        let address = Address::File(host.to_owned(), format!("{}/{path}", folder.trim_end_matches('/')));
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
    Ok(())
}

/// Every file of a set with its digest.
fn digests(files: &FileSet) -> Vec<(String, String)> {
    let digest = |contents: &[u8]| {
        let hexadecimal: String = Sha256::digest(contents).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("sha256:{hexadecimal}")
    };
    files.iter().map(|(path, file)| (path.to_string(), digest(&file.contents))).collect()
}

fn format(format: CompareFormat) -> ChangesFormat {
    match format {
        CompareFormat::Human => ChangesFormat::Human,
        CompareFormat::Json => ChangesFormat::Json,
        CompareFormat::Markdown => ChangesFormat::Markdown,
    }
}
