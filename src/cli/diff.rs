//! `drplan diff`: the plan against the real system, and generated files against those that are deployed.

use std::path::Path;

use super::args::{Common, CompareFormat, Diff};
use super::compare::extra_report;
use super::deploy::{self, DifferenceKind};
use super::exit::{Exit, Failure};
use super::pipeline::{self, Loaded};
use super::progress::Progress;
use super::{clock, generate, io, observed};
use crate::desired::Desired;
use crate::diff::{Action, diff};
use crate::evidence::{Question, facts, undeclared};
use crate::observed::{Instant, Observed};
use crate::report::Style;
use crate::report::changes::{ChangesFormat, ChangesView};

pub(super) fn run(args: &Diff, common: &Common) -> Result<Exit, Failure> {
    let extra = args.report.iter().map(|text| extra_report(text)).collect::<Result<Vec<_>, _>>()?;
    let progress = Progress::start("comparing");
    let mut loaded = pipeline::load(&args.spec.spec, common)?;
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
        files(&mut view, &loaded, folder)?;
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
    let changes = diff(&question, &undeclared(model, &desired, observed), &facts);
    ChangesView::new(&model.system.name, &changes)
}

/// Adds every file of a folder that is not as it would be generated.
fn files(view: &mut ChangesView, loaded: &Loaded, folder: &Path) -> Result<(), Failure> {
    let mut sections = generate::all(loaded)?;
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
        view.push_file(difference.path.as_str(), action, difference.summary(), difference.unified());
    }
    Ok(())
}

fn format(format: CompareFormat) -> ChangesFormat {
    match format {
        CompareFormat::Human => ChangesFormat::Human,
        CompareFormat::Json => ChangesFormat::Json,
        CompareFormat::Markdown => ChangesFormat::Markdown,
    }
}
