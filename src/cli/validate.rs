//! `drplan validate`: everything that CI needs on a pull request.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::args::{Common, FailOn, FindingsFormat, Threshold, Validate};
use super::exit::{Exit, Failure};
use super::pipeline::{self, Loaded};
use super::progress::Progress;
use super::{clock, io, observed, outputs, watch};
use crate::analysis;
use crate::analysis::assess::{Assessment, Options, assess};
use crate::analysis::context::Context;
use crate::analysis::loss::LossEngine;
use crate::check::{self, Baseline};
use crate::diag::{Diagnostics, Severity, SourceFile, SourceMap, nearest};
use crate::observed::Observed;
use crate::policy::{self, Policy};
use crate::report::{self, Case, FindingsReport, Format, Style};
use crate::text::{self, Limits};

pub(super) fn run(args: &Validate, common: &Common) -> Result<Exit, Failure> {
    if args.watch { watch::run(args, || once(args, common)) } else { once(args, common) }
}

fn once(args: &Validate, common: &Common) -> Result<Exit, Failure> {
    let extra = args.report.iter().map(|text| extra_report(text)).collect::<Result<Vec<_>, _>>()?;
    hold(args, &extra)?;
    let formats = || extra.iter().map(|(format, _)| *format).chain([format(args.format)]);
    let baseline = args.baseline.as_deref().map(read_baseline).transpose()?;
    let keeps = baseline.is_some() || args.write_baseline.is_some();
    let wanted = Wanted {
        cases: formats().any(|format| format == Format::Junit),
        extents: keeps || formats().any(orders_by_extent),
        policies: args.policy.clone(),
        baseline,
        write_baseline: args.write_baseline.clone(),
    };
    let progress = Progress::start("checking");
    let mut loaded = pipeline::load(&args.spec.spec, common)?;
    let observed = observed::load(&args.observed, &mut loaded)?;
    let observed = (!args.observed.is_empty()).then_some(observed);
    let (mut report, loaded) = examine(loaded, observed.as_ref(), common, wanted)?;
    report.fails_from = threshold(&args.fail_on);
    drop(progress);
    let sources = &loaded.sources;
    let text = report::findings(&report, sources, format(args.format), io::style(common.color));
    if args.format == FindingsFormat::Github {
        io::print_commands(&text)?
    } else {
        io::print(&text)?
    }
    for (format, path) in extra {
        let text = report::findings(&report, sources, format, Style::Plain);
        match format {
            Format::Github => io::print_commands_into(path.as_ref(), &text)?,
            _ => io::print_into(path.as_ref(), &text)?,
        }
    }
    Ok(if report.falls_short() && !args.fail_on.exit_zero { Exit::FallsShort } else { Exit::Clean })
}

/// Refuses to write over what is read.
fn hold(args: &Validate, extra: &[(Format, String)]) -> Result<(), Failure> {
    let reports = extra.iter().map(|(_, path)| Path::new(path));
    let written: Vec<&Path> = reports.chain(args.write_baseline.as_deref()).collect();
    let read = [&args.spec.spec].into_iter().chain(&args.observed).chain(&args.policy).chain(&args.baseline);
    outputs::hold(&written, &read.map(PathBuf::as_path).collect::<Vec<_>>())
}

/// What a format needs beyond the findings themselves.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// Every pair of scenario and component for which something is promised.
    pub cases: bool,
    /// Every scenario of every finding.
    pub extents: bool,
    /// Files of policies to hold it against.
    pub policies: Vec<PathBuf>,
    /// What is known and passes.
    pub baseline: Option<Baseline>,
    /// Where to write what is found.
    pub write_baseline: Option<PathBuf>,
}

/// Formats that show the worst first.
fn orders_by_extent(format: Format) -> bool {
    matches!(format, Format::Junit | Format::Github | Format::Gitlab | Format::Markdown | Format::Sarif)
}

/// All findings of a spec, and of what was observed. What is wrong with the form of either hides what the spec promises: a
/// number from half of it would mislead.
pub(super) fn examine(
    mut loaded: Loaded,
    observed: Option<&Observed>,
    common: &Common,
    wanted: Wanted,
) -> Result<(FindingsReport, Loaded), Failure> {
    let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
    let policies = policies(&wanted.policies, &mut loaded.sources, common)?;
    let mut tested = Vec::new();
    if !diagnostics.has_errors() {
        let seen = observed.map(|observed| observed::Seen::new(&loaded.model, observed, common)).transpose()?;
        let model = seen.as_ref().map_or(&loaded.model, |seen| &seen.measured);
        let losses = LossEngine::new(model);
        let analysis = analysis::context::Context::new(model, &losses);
        let assessment = assess(&analysis, Options::default());
        let today = clock::today(common)?;
        let mut context = check::Context::new(&analysis, &losses, &assessment, today);
        context.extents = wanted.extents;
        if let Some(seen) = &seen {
            context.observed = true;
            context.facts = &seen.facts;
            context.undeclared = &seen.undeclared;
        }
        diagnostics.append(check::run(&context));
        diagnostics.append(policy::run(&analysis, &assessment, &policies));
        check::waive(&context, &mut diagnostics);
        keep(&wanted, &mut diagnostics)?;
        if wanted.cases {
            tested = cases(&analysis, &assessment);
        }
    }
    let mut report = FindingsReport::new(&loaded.model.system.name, diagnostics, &loaded.sources);
    report.cases = tested;
    Ok((report, loaded))
}

/// The policies of all files. Their texts go beside those of the spec, so that findings can show them.
fn policies(paths: &[PathBuf], sources: &mut SourceMap, common: &Common) -> Result<Vec<Policy>, Failure> {
    let taken = check::names();
    let mut all = Vec::new();
    for path in paths {
        let bytes = io::read_file(path, Limits::default())?;
        let Ok(text) = text::decode(&bytes) else {
            return Err(Failure::new(format!("{} is not UTF-8 text", io::shown(path))));
        };
        let file = sources.add(SourceFile::new(path.to_string_lossy(), text));
        let (policies, found) = policy::read(sources, file, &taken);
        if !found.is_empty() {
            let report = FindingsReport::new("the policies", found, sources);
            io::tell(report::findings(&report, sources, Format::Human, io::error_style(common.color)).trim_end());
            return Err(Failure::new(format!("{} cannot be used", io::shown(path))));
        }
        all.extend(policies);
    }
    Ok(all)
}

/// Holds what was found against the baseline, or makes one of it.
fn keep(wanted: &Wanted, found: &mut Diagnostics) -> Result<(), Failure> {
    if let Some(path) = &wanted.write_baseline {
        let baseline = Baseline::of(found);
        io::replace(path, &baseline.text())?;
        baseline.apply(found);
    }
    let gone = wanted.baseline.as_ref().map_or(0, |baseline| baseline.apply(found));
    if gone > 0 {
        let findings =
            if gone == 1 { "1 finding of the baseline is" } else { &format!("{gone} findings of the baseline are") };
        io::tell(&format!("{findings} gone: write it anew with `--write-baseline`, so that they cannot come back"));
    }
    Ok(())
}

fn read_baseline(path: &Path) -> Result<Baseline, Failure> {
    let bytes = io::read_file(path, Limits::default())?;
    let text = String::from_utf8_lossy(&bytes);
    Baseline::parse(&text).map_err(|error| {
        let failure = Failure::new(format!("{}: {error}", io::shown(path)));
        failure.help("`drplan validate --write-baseline FILE` writes one")
    })
}

/// Every result for which something is promised.
fn cases(context: &Context<'_>, assessment: &Assessment<'_>) -> Vec<Case> {
    let promised =
        assessment.results(context).filter(|judged| judged.promise.rto.is_some() || judged.promise.rpo.is_some());
    let case = |judged: analysis::assess::Judged<'_>| Case {
        scenario: judged.scenario.id.clone(),
        component: context.model.components[judged.result.component].name.clone(),
    };
    promised.map(case).collect()
}

fn threshold(fail_on: &FailOn) -> Severity {
    match fail_on.fail_on {
        Threshold::Error => Severity::Error,
        Threshold::Warning => Severity::Warning,
        Threshold::Note => Severity::Note,
    }
}

fn format(format: FindingsFormat) -> Format {
    match format {
        FindingsFormat::Human => Format::Human,
        FindingsFormat::Concise => Format::Concise,
        FindingsFormat::Json => Format::Json,
        FindingsFormat::Sarif => Format::Sarif,
        FindingsFormat::Junit => Format::Junit,
        FindingsFormat::Github => Format::Github,
        FindingsFormat::Gitlab => Format::Gitlab,
        FindingsFormat::Markdown => Format::Markdown,
    }
}

fn extra_report(text: &str) -> Result<(Format, String), Failure> {
    let unclear =
        || Failure::new(format!("`--report {text}` is not FORMAT=FILE")).help("write `--report json=findings.json`");
    let (name, path) = text.split_once('=').filter(|(_, path)| !path.is_empty()).ok_or_else(unclear)?;
    FindingsFormat::from_str(name, false).map(|found| (format(found), path.to_owned())).map_err(|_| {
        let values: Vec<_> = FindingsFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value).collect();
        let names: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
        let failure = Failure::new(format!("there is no format `{name}`"));
        match nearest(name, names.iter().copied()) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help(format!("the formats are {}", names.join(", "))),
        }
    })
}
