//! The view of findings that every format renders.

use crate::diag::{Diagnostic, Diagnostics, Severity, SourceMap};

/// One finding with its place looked up.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What there is to say.
    pub diagnostic: Diagnostic,
    /// File, line and column, where it has a place.
    pub place: Option<Place>,
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
}

/// The findings of a run in source order.
#[derive(Clone, Debug, Default)]
pub struct FindingsReport {
    /// The name of the system, where it could be read.
    pub system: String,
    /// Every finding.
    pub findings: Vec<Finding>,
    /// How many of each.
    pub summary: Summary,
}

impl FindingsReport {
    /// Sorts findings and looks up their places.
    pub fn new(system: &str, diagnostics: Diagnostics, sources: &SourceMap) -> Self {
        let findings: Vec<Finding> = diagnostics
            .into_sorted()
            .into_iter()
            .map(|diagnostic| Finding { place: place(&diagnostic, sources), diagnostic })
            .collect();
        let mut summary = Summary::default();
        for finding in &findings {
            match (finding.diagnostic.waived, finding.diagnostic.severity) {
                (true, _) => summary.waived += 1,
                (false, Severity::Error) => summary.errors += 1,
                (false, Severity::Warning) => summary.warnings += 1,
                (false, Severity::Note) => summary.notes += 1,
            }
        }
        Self { system: system.to_owned(), findings, summary }
    }

    /// Whether something that is not waived is at least as bad as `threshold`.
    pub fn reaches(&self, threshold: Severity) -> bool {
        self.findings.iter().any(|f| !f.diagnostic.waived && f.diagnostic.severity >= threshold)
    }
}

fn place(diagnostic: &Diagnostic, sources: &SourceMap) -> Option<Place> {
    let (file, location) = sources.locate(diagnostic.primary?)?;
    Some(Place { file: file.to_owned(), line: location.line, column: location.column })
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
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
