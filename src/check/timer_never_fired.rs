//! `timer-never-fired`: a copy whose timer is there and has never started a run.

use super::{Check, Context};
use crate::diag::{Code, Diagnostics, Severity};
use crate::evidence::FactKind;

pub(super) const CHECK: Check = Check { code: Code("timer-never-fired"), severity: Severity::Error, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    found.extend(context.contradicted(&CHECK, FactKind::TimerNeverFired));
}
