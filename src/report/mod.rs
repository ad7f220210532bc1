//! Results as bytes for people and tools. A format is one file here, one variant of [`Format`] and one arm.
//!
//! Formats get a finished view and compute nothing: what is not in the view is not in any output.

pub mod assessment;
mod concise;
mod findings;
pub mod graph;
mod human;
mod json;

pub use findings::{Finding, FindingsReport, Summary};

use crate::diag::SourceMap;

/// The formats in which findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a person at a terminal: source lines with the place marked.
    Human,
    /// One line each, as compilers print them.
    Concise,
    /// `drplan.findings/1`.
    Json,
}

/// Whether the output may have colours; what it is printed to decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// ANSI escapes.
    Coloured,
    /// Text only.
    Plain,
}

/// Findings in a format.
pub fn findings(report: &FindingsReport, sources: &SourceMap, format: Format, style: Style) -> String {
    match format {
        Format::Human => human::render(report, sources, style),
        Format::Concise => concise::render(report),
        Format::Json => json::render(report),
    }
}

/// The JSON Schema of `drplan.findings/1`.
pub fn findings_schema() -> serde_json::Value {
    json::schema()
}

/// The JSON Schema of `drplan.graph/1`.
pub fn graph_schema() -> serde_json::Value {
    graph::schema()
}

/// The JSON Schema of `drplan.assessment/1`.
pub fn assessment_schema() -> serde_json::Value {
    assessment::schema()
}
