//! `backup-too-old`: a copy whose newest point is older than the objective allows.

use super::{Check, Context};
use crate::diag::{Code, Diagnostics, Severity};
use crate::evidence::FactKind;

pub(super) const CHECK: Check = Check { code: Code("backup-too-old"), severity: Severity::Error, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    found.extend(context.contradicted(&CHECK, FactKind::BackupTooOld));
}
