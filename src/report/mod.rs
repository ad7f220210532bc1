//! Results as bytes for people and tools. A format is one file here, one variant of [`Format`] and one arm.
//!
//! Formats get a finished view and compute nothing: what is not in the view is not in any output.

pub mod assessment;
pub mod changes;
pub mod comparison;
mod concise;
pub mod drill;
mod findings;
mod gantt;
mod github;
mod gitlab;
pub mod graph;
pub mod hover;
mod human;
mod json;
mod junit;
mod markdown;
mod page;
mod sarif;
mod screen;

pub use findings::{Case, Finding, FindingsReport, Place, Summary};
pub use screen::Screen;

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
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML: a test case for every component and scenario.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// A comment on a pull request.
    Markdown,
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
        Format::Sarif => sarif::render(report, sources),
        Format::Junit => junit::render(report),
        Format::Github => github::render(report),
        Format::Gitlab => gitlab::render(report, sources),
        Format::Markdown => markdown::render(report),
    }
}

/// A path as forges name files: with `/`, and without `./` in front.
fn relative(path: &str) -> String {
    let path = path.replace('\\', "/");
    path.strip_prefix("./").unwrap_or(&path).to_owned()
}

/// The JSON Schema of `drplan.findings/1`.
pub fn findings_schema() -> serde_json::Value {
    json::schema()
}

/// The JSON Schema of `drplan.graph/1`.
pub fn graph_schema() -> serde_json::Value {
    graph::schema()
}

/// The JSON Schema of `drplan.comparison/1`.
pub fn comparison_schema() -> serde_json::Value {
    comparison::schema()
}

/// The JSON Schema of `drplan.changes/1`.
pub fn changes_schema() -> serde_json::Value {
    changes::schema()
}

/// The JSON Schema of `drplan.assessment/1`.
pub fn assessment_schema() -> serde_json::Value {
    assessment::schema()
}

/// The JSON Schema of `drplan.drill-report/1`.
pub fn drill_report_schema() -> serde_json::Value {
    drill::schema()
}
