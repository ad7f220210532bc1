//! Findings: opinions on computed facts. One file a check, all of them in [`CHECKS`], each explained by a page of its name
//! under `templates/findings/`.
//!
//! A check reads and compares; what takes computing belongs in `analysis`, where a report can share it.

mod copies_rule_unmet;
mod copy_unverified;
mod copy_with_its_data;
mod data_without_copy;
mod duration_undeclared;
mod one_time_copy;
mod recovery_circle;
mod unsupported;
mod unused;
mod waivers;

use jiff::civil::Date;

use crate::analysis;
use crate::analysis::assess::Assessment;
use crate::analysis::loss::LossEngine;
use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::model::Model;

pub use waivers::waive;

/// What a check looks at.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The spec.
    pub model: &'a Model,
    /// What the analysis looks up.
    pub analysis: &'a analysis::context::Context<'a>,
    /// Who answers for data loss, with derivations and advice.
    pub losses: &'a LossEngine<'a>,
    /// What every scenario does.
    pub assessment: &'a Assessment<'a>,
    /// The day by which waivers are judged.
    pub today: Date,
}

/// One kind of finding.
pub struct Check {
    /// Its name, which says the problem.
    pub code: Code,
    /// How bad it is where nothing makes it worse or better.
    pub severity: Severity,
    run: fn(&Context<'_>, &mut Diagnostics),
}

impl Check {
    fn found(&self, message: impl Into<String>, address: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.code, self.severity, message).about(address)
    }
}

/// Every check, by name.
pub const CHECKS: &[Check] = &[
    copies_rule_unmet::CHECK,
    copy_unverified::CHECK,
    copy_with_its_data::CHECK,
    data_without_copy::CHECK,
    duration_undeclared::CHECK,
    one_time_copy::CHECK,
    recovery_circle::CHECK,
    unsupported::CHECK,
    unused::CHECK,
];

/// What all checks find.
pub fn run(context: &Context<'_>) -> Diagnostics {
    let mut found = Diagnostics::default();
    for check in CHECKS {
        (check.run)(context, &mut found);
    }
    found
}

/// `1 copy`, `2 copies`, `no copies`.
fn plural(count: usize, one: &str, many: &str) -> String {
    match count {
        0 => format!("no {many}"),
        1 => format!("1 {one}"),
        n => format!("{n} {many}"),
    }
}
