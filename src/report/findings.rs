//! The view of findings that every format renders.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::check;
use crate::diag::visible::shorten;
use crate::diag::{Diagnostic, Diagnostics, Severity, SourceMap};

/// The most bytes of a text of a finding; what drplan itself has to say is far shorter.
const LONGEST: usize = 10_000;

/// One finding with its place looked up.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What there is to say.
    pub diagnostic: Diagnostic,
    /// File, line and column, where it has a place.
    pub place: Option<Place>,
    /// What stays the same from run to run while the finding does: hexadecimal, unique within the report.
    pub fingerprint: String,
}

/// A place as people and tools name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as the user named it.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// How many findings there are of each severity; what is waived counts only as that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
    /// Findings that a waiver covers.
    pub waived: usize,
    /// Findings that the baseline has.
    pub known: usize,
}

/// A component in a scenario that does something to it, where something is promised for it: a test case of the plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    /// The id of the scenario.
    pub scenario: String,
    /// The component.
    pub component: String,
}

/// The findings of a run in source order.
#[derive(Clone, Debug)]
pub struct FindingsReport {
    /// The name of the system, where it could be read.
    pub system: String,
    /// Every finding.
    pub findings: Vec<Finding>,
    /// How many of each.
    pub summary: Summary,
    /// The least severity with which a run falls short.
    pub fails_from: Severity,
    /// What was put to the test, by scenario and component; empty where no format asks for it.
    pub cases: Vec<Case>,
}

impl FindingsReport {
    /// Sorts findings and looks up their places.
    pub fn new(system: &str, diagnostics: Diagnostics, sources: &SourceMap) -> Self {
        let mut fingerprints = Fingerprints::default();
        let findings: Vec<Finding> = diagnostics
            .into_sorted()
            .into_iter()
            .map(|diagnostic| Finding {
                place: place(&diagnostic, sources),
                fingerprint: fingerprints.of(&diagnostic),
                diagnostic: shortened(diagnostic),
            })
            .collect();
        let mut summary = Summary::default();
        for finding in &findings {
            match finding.diagnostic.severity {
                _ if finding.diagnostic.waived => summary.waived += 1,
                _ if finding.diagnostic.known => summary.known += 1,
                Severity::Error => summary.errors += 1,
                Severity::Warning => summary.warnings += 1,
                Severity::Note => summary.notes += 1,
            }
        }
        let mut system = system.to_owned();
        shorten(&mut system, LONGEST);
        Self { system, findings, summary, fails_from: Severity::Error, cases: Vec::new() }
    }

    /// What a waiver covers or the baseline has, in source order.
    pub(super) fn accepted(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.diagnostic.is_accepted())
    }

    /// Whether something that nobody has accepted is at least as bad as what makes a run fall short.
    pub fn falls_short(&self) -> bool {
        self.findings.iter().any(|f| !f.diagnostic.is_accepted() && f.diagnostic.severity >= self.fails_from)
    }

    /// What nobody has accepted, the worst first.
    pub(super) fn worst_first(&self) -> Vec<&Finding> {
        let mut findings: Vec<&Finding> = self.findings.iter().filter(|f| !f.diagnostic.is_accepted()).collect();
        findings.sort_by_key(|finding| Reverse(check::badness(&finding.diagnostic)));
        findings
    }
}

/// With texts that a person or a platform can take.
fn shortened(mut diagnostic: Diagnostic) -> Diagnostic {
    let labels = diagnostic.labels.iter_mut().map(|(_, label)| label);
    let more = diagnostic.notes.iter_mut().chain(&mut diagnostic.path).chain(&mut diagnostic.help).chain(labels);
    for text in more.chain([&mut diagnostic.message, &mut diagnostic.address]) {
        shorten(text, LONGEST);
    }
    diagnostic
}

fn place(diagnostic: &Diagnostic, sources: &SourceMap) -> Option<Place> {
    let (file, location) = sources.locate(diagnostic.primary?)?;
    Some(Place { file: file.to_owned(), line: location.line, column: location.column })
}

/// Gives findings their identities: name and address, with a number for those that share both. Neither the file, nor
/// the line, nor any number of the message takes part, so that a finding that moves or changes a little stays itself.
#[derive(Default)]
struct Fingerprints {
    seen: BTreeMap<String, usize>,
}

impl Fingerprints {
    fn of(&mut self, diagnostic: &Diagnostic) -> String {
        let identity = format!("{}\0{}", diagnostic.name(), diagnostic.stable_address());
        let count = self.seen.entry(identity.clone()).or_default();
        *count += 1;
        let mut hash = Sha256::new();
        hash.update(identity.as_bytes());
        if *count > 1 {
            hash.update(format!("\0{count}"));
        }
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Finding {
    /// `waived` or `known` where somebody has accepted it.
    pub(super) fn acceptance(&self) -> Option<&'static str> {
        match (self.diagnostic.waived, self.diagnostic.known) {
            (true, _) => Some("waived"),
            (false, true) => Some("known"),
            (false, false) => None,
        }
    }
}

impl Summary {
    /// `2 errors, 1 warning`; empty where there is nothing.
    pub fn words(self) -> String {
        let count =
            |n: usize, one: &str, many: &str| (n > 0).then(|| format!("{n} {}", if n == 1 { one } else { many }));
        let parts = [
            count(self.errors, "error", "errors"),
            count(self.warnings, "warning", "warnings"),
            count(self.notes, "note", "notes"),
            count(self.waived, "waived", "waived"),
            count(self.known, "known", "known"),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
