//! `drill-overdue`: a component whose last drill is longer ago than its objective asks for.

use super::{Check, Context};
use crate::diag::{Code, Diagnostics, Severity};
use crate::evidence::FactKind;

pub(super) const CHECK: Check = Check { code: Code("drill-overdue"), severity: Severity::Warning, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    found.extend(context.contradicted(&CHECK, FactKind::DrillOverdue));
}
