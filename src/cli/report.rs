//! The report of `drplan generate`: everything that is known of a plan, gathered for its page.

use super::args::Common;
use super::clock;
use super::exit::Failure;
use super::observed::{self, Seen};
use super::pipeline::Loaded;
use crate::analysis::assess::{Options, assess};
use crate::analysis::context::Context;
use crate::analysis::loss::LossEngine;
use crate::check;
use crate::emit::fileset::FileSet;
use crate::emit::puppet::Origin;
use crate::emit::report::{Material, report};
use crate::observed::Observed;

/// The file of the report below the output folder.
const FILE: &str = "report.html";

/// Makes the page of a plan, and of what was observed of its system.
pub(super) fn files(
    loaded: &Loaded,
    observed: Option<&Observed>,
    origin: &Origin,
    common: &Common,
) -> Result<FileSet, Failure> {
    let seen = observed.map(|observed| Seen::new(&loaded.model, observed, common)).transpose()?;
    let drills = observed.map(|observed| observed::drills(&loaded.model, observed, common)).transpose()?;
    let model = seen.as_ref().map_or(&loaded.model, |seen| &seen.measured);
    let engine = LossEngine::new(model);
    let context = Context::new(model, &engine);
    let assessment = assess(&context, Options::default());
    let today = clock::today(common)?;
    let mut judged = check::Context::new(&context, &engine, &assessment, today);
    judged.extents = true;
    if let Some(seen) = &seen {
        judged.observed = true;
        judged.facts = &seen.facts;
        judged.undeclared = &seen.undeclared;
    }
    let mut found = loaded.diagnostics.clone();
    found.append(check::run(&judged));
    check::waive(&judged, &mut found);
    let material = Material {
        context: &context,
        engine: &engine,
        assessment: &assessment,
        findings: &found.into_sorted(),
        sources: &loaded.sources,
        measurements: seen.as_ref().map(|seen| seen.measurements.as_slice()).unwrap_or_default(),
        observed: seen.is_some(),
        drills: &drills.unwrap_or_default(),
        origin,
        today,
        as_of: common.as_of.as_deref(),
    };
    let cannot = |error: String| Failure::new(format!("cannot generate the report: {error}"));
    let page = report(&material).map_err(|error| cannot(error.to_string()))?;
    let mut files = FileSet::new();
    files.add(FILE, page).map_err(|error| cannot(error.to_string()))?;
    Ok(files)
}
