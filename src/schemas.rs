//! The published JSON Schemas by name: what `drplan schema` prints and `schemas/` holds.

use serde_json::Value;

use crate::{check, drill, observed, policy, report, spec, tech};

/// Every schema with its name, in the order of their importance.
pub fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("spec", spec::schema().clone()),
        ("technology", tech::schema()),
        ("observed", observed::schema().clone()),
        ("findings", report::findings_schema()),
        ("assessment", report::assessment_schema()),
        ("changes", report::changes_schema()),
        ("comparison", report::comparison_schema()),
        ("policy", policy::schema()),
        ("baseline", check::baseline_schema()),
        ("drill", drill::schema()),
        ("drill-report", report::drill_report_schema()),
        ("graph", report::graph_schema()),
    ]
}

/// A schema as text: what is printed is what is checked in.
pub fn text(schema: &Value) -> String {
    let mut text = serde_json::to_string_pretty(schema).unwrap_or_default();
    text.push('\n');
    text
}
