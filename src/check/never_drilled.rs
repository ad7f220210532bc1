//! `never-drilled`: a component that no drill has ever brought back, although its objective asks for drills.

use super::{Check, Context};
use crate::diag::{Code, Diagnostics, Severity};
use crate::evidence::FactKind;

pub(super) const CHECK: Check = Check { code: Code("never-drilled"), severity: Severity::Warning, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    found.extend(context.contradicted(&CHECK, FactKind::NeverDrilled));
}
