//! `drplan validate`: everything that CI needs on a pull request.

use super::args::{Common, FailOn, FindingsFormat, Threshold, Validate};
use super::exit::{Exit, Failure};
use super::pipeline::{self, Loaded};
use super::progress::Progress;
use super::{clock, io};
use crate::analysis;
use crate::analysis::assess::{Options, assess};
use crate::analysis::loss::LossEngine;
use crate::check;
use crate::diag::Severity;
use crate::report::{self, FindingsReport, Format, Style};

pub(super) fn run(args: &Validate, common: &Common) -> Result<Exit, Failure> {
    let extra = args.report.iter().map(|text| extra_report(text)).collect::<Result<Vec<_>, _>>()?;
    let progress = Progress::start("checking");
    let loaded = pipeline::load(&args.spec.spec, common)?;
    let (report, loaded) = examine(loaded, common)?;
    drop(progress);
    let sources = &loaded.sources;
    io::print(&report::findings(&report, sources, format(args.format), io::style(common.color)))?;
    for (format, path) in extra {
        io::replace(path.as_ref(), &report::findings(&report, sources, format, Style::Plain))?;
    }
    Ok(verdict(&report, &args.fail_on))
}

/// All findings of a spec. What is wrong with its form hides what it promises: a number from half a spec would mislead.
pub(super) fn examine(mut loaded: Loaded, common: &Common) -> Result<(FindingsReport, Loaded), Failure> {
    let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
    if !diagnostics.has_errors() {
        let model = &loaded.model;
        let losses = LossEngine::new(model);
        let analysis = analysis::context::Context::new(model, &losses);
        let assessment = assess(&analysis, Options::default());
        let today = clock::today(common)?;
        let context = check::Context::new(&analysis, &losses, &assessment, today);
        diagnostics.append(check::run(&context));
        check::waive(&context, &mut diagnostics);
    }
    let report = FindingsReport::new(&loaded.model.system.name, diagnostics, &loaded.sources);
    Ok((report, loaded))
}

/// The exit code for what was found.
pub(super) fn verdict(report: &FindingsReport, fail_on: &FailOn) -> Exit {
    let threshold = match fail_on.fail_on {
        Threshold::Error => Severity::Error,
        Threshold::Warning => Severity::Warning,
        Threshold::Note => Severity::Note,
    };
    if report.reaches(threshold) && !fail_on.exit_zero { Exit::FallsShort } else { Exit::Clean }
}

fn format(format: FindingsFormat) -> Format {
    match format {
        FindingsFormat::Human => Format::Human,
        FindingsFormat::Concise => Format::Concise,
        FindingsFormat::Json => Format::Json,
    }
}

fn extra_report(text: &str) -> Result<(Format, String), Failure> {
    let unclear =
        || Failure::new(format!("`--report {text}` is not FORMAT=FILE")).help("write `--report json=findings.json`");
    let (name, path) = text.split_once('=').filter(|(_, path)| !path.is_empty()).ok_or_else(unclear)?;
    match <FindingsFormat as clap::ValueEnum>::from_str(name, false) {
        Ok(found) => Ok((format(found), path.to_owned())),
        Err(_) => {
            Err(Failure::new(format!("there is no format `{name}`")).help("the formats are human, concise, json"))
        }
    }
}
