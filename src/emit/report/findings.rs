//! What was found and what to do about it; what somebody has accepted, by whom and until when; what the spec's own tests say.

use std::cmp::Reverse;

use serde::Serialize;

use super::amount::{Amount, Verdict, words};
use super::{Listed, Material};
use crate::analysis::assess::{Evaluation, Failed};
use crate::check::badness;
use crate::diag::Diagnostic;
use crate::model::{Bound, Expectation, Waiver};

/// Entries in the HTML.
pub(super) const FINDINGS: usize = 150;
pub(super) const EXPECTATIONS: usize = 150;

#[derive(Serialize)]
pub(super) struct JudgementView {
    /// What nobody has accepted, the worst first.
    pub findings: Listed<FindingView>,
    /// What somebody has.
    pub waived: Listed<FindingView>,
    pub waivers: Vec<WaiverView>,
    /// The last of the days before today on which a waiver ended; the page is the same on every day after it.
    pub since: Option<String>,
    /// The first day, from today on, at whose end a waiver ends; the page is the same until then.
    pub until: Option<String>,
    pub expectations: Listed<ExpectationView>,
    /// How many of the expectations do not hold.
    pub failed: usize,
}

#[derive(Serialize)]
pub(super) struct FindingView {
    /// `error`, `warning` or `note`.
    pub severity: &'static str,
    pub name: String,
    pub message: String,
    pub address: String,
    pub scenario: Option<String>,
    /// In how many scenarios it shows.
    pub extent: usize,
    /// File and line.
    pub place: Option<String>,
    pub notes: Vec<String>,
    pub path: Vec<String>,
    pub help: Option<String>,
}

#[derive(Serialize)]
pub(super) struct WaiverView {
    pub finding: String,
    pub on: Option<String>,
    pub scenario: Option<String>,
    /// Null where the date is malformed.
    pub until: Option<String>,
    pub in_force: bool,
    pub owner: String,
    pub reason: String,
}

#[derive(Serialize)]
pub(super) struct ExpectationView {
    pub holds: bool,
    pub scenario: String,
    /// What is meant, down to the dataset where one is named.
    pub of: String,
    /// What is expected, and what was found, each with whether it holds.
    pub points: Vec<PointView>,
    /// Whether there is a scenario of that name.
    pub known: bool,
}

#[derive(Serialize)]
pub(super) struct PointView {
    pub what: &'static str,
    pub expected: String,
    pub found: Amount,
    pub verdict: Verdict,
}

pub(super) fn view(material: &Material<'_>) -> JudgementView {
    let model = material.context.model;
    let open = worst_first(material);
    let waived: Vec<&Diagnostic> = material.findings.iter().filter(|finding| finding.is_accepted()).collect();
    let days = || model.waivers.iter().filter_map(|waiver| waiver.until);
    let expectations = expectations(material);
    JudgementView {
        findings: views(material, &open, FINDINGS),
        waived: views(material, &waived, FINDINGS),
        waivers: model.waivers.iter().map(|waiver| waiver_view(material, waiver)).collect(),
        since: days().filter(|day| *day < material.today).max().map(|day| day.to_string()),
        until: days().filter(|day| *day >= material.today).min().map(|day| day.to_string()),
        failed: expectations.iter().filter(|(_, evaluation)| !evaluation.holds()).count(),
        expectations: Listed::new(&expectations, EXPECTATIONS, |(expectation, evaluation)| {
            expectation_view(material, expectation, evaluation)
        }),
    }
}

/// What nobody has accepted, the worst first.
pub(super) fn worst_first<'a>(material: &Material<'a>) -> Vec<&'a Diagnostic> {
    let mut open: Vec<&Diagnostic> = material.findings.iter().filter(|finding| !finding.is_accepted()).collect();
    open.sort_by_key(|finding| Reverse(badness(finding)));
    open
}

pub(super) fn views(material: &Material<'_>, findings: &[&Diagnostic], most: usize) -> Listed<FindingView> {
    Listed::new(findings, most, |finding| finding_view(material, finding))
}

fn finding_view(material: &Material<'_>, finding: &Diagnostic) -> FindingView {
    let place = finding.primary.and_then(|span| material.sources.locate(span)).map(|(file, location)| {
        // Where the spec lay when the page was made is nothing to tell.
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        format!("{name}:{}", location.line)
    });
    FindingView {
        severity: finding.severity.as_str(),
        name: finding.name().to_owned(),
        message: finding.message.clone(),
        address: finding.address.clone(),
        scenario: finding.scenario.clone(),
        extent: finding.extent.len(),
        place,
        notes: finding.notes.clone(),
        path: finding.path.clone(),
        help: finding.help.clone(),
    }
}

fn waiver_view(material: &Material<'_>, waiver: &Waiver) -> WaiverView {
    WaiverView {
        finding: waiver.finding.clone(),
        on: waiver.on.clone(),
        scenario: waiver.scenario.clone(),
        until: waiver.until.map(|day| day.to_string()),
        in_force: waiver.until.is_some_and(|until| material.today <= until),
        owner: waiver.owner.clone(),
        reason: waiver.reason.clone(),
    }
}

/// Those that do not hold first, else in the order of the spec.
pub(super) fn expectations<'a>(material: &Material<'a>) -> Vec<(&'a Expectation, &'a Evaluation)> {
    let mut all: Vec<(&Expectation, &Evaluation)> =
        material.context.model.expectations.iter().zip(&material.assessment.expectations).collect();
    all.sort_by_key(|(_, evaluation)| evaluation.holds());
    all
}

pub(super) fn expectation_view(
    material: &Material<'_>,
    expectation: &Expectation,
    evaluation: &Evaluation,
) -> ExpectationView {
    let model = material.context.model;
    let of = match expectation.dataset {
        Some(dataset) => model.dataset_name(dataset),
        None => model.components[expectation.component].name.clone(),
    };
    let verdict = |point| if evaluation.failed.contains(&point) { Verdict::Broken } else { Verdict::Kept };
    let (expected, found) = (&expectation.expected, &evaluation.found);
    let impact = expected.impact.map(|impact| PointView {
        what: "impact",
        expected: impact.as_str().to_owned(),
        found: Amount { seconds: None, text: found.impact.as_str().to_owned() },
        verdict: verdict(Failed::Impact),
    });
    let lost = expected.data_loss.map(|bound| PointView {
        what: "data lost",
        expected: bound_text(bound),
        found: Amount::or(found.data_loss, "all of it"),
        verdict: verdict(Failed::DataLoss),
    });
    let away = expected.recovery.map(|bound| PointView {
        what: "time away",
        expected: bound_text(bound),
        found: Amount::or(found.recovery, "never back"),
        verdict: verdict(Failed::Recovery),
    });
    ExpectationView {
        holds: evaluation.holds(),
        scenario: expectation.scenario.clone(),
        of,
        points: [impact, lost, away].into_iter().flatten().collect(),
        known: evaluation.scenario.is_ok(),
    }
}

fn bound_text(bound: Bound) -> String {
    let at_least = bound.at_least.map(|time| format!("at least {}", words(time)));
    let at_most = bound.at_most.map(|time| format!("at most {}", words(time)));
    let unbounded = bound.unbounded.then(|| "no bound".to_owned());
    let all: Vec<String> = [at_least, at_most, unbounded].into_iter().flatten().collect();
    all.join(", ")
}
