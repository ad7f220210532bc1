//! `exists-undeclared`: something that was seen and that the spec does not have: a machine, a backup job, a database.

use super::{Check, Context};
use crate::diag::{Code, Diagnostics, Severity};
use crate::observed::Kind;

pub(super) const CHECK: Check = Check { code: Code("exists-undeclared"), severity: Severity::Warning, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    for undeclared in context.undeclared {
        let mut diagnostic = CHECK.found(undeclared.message(), undeclared.address.to_string());
        diagnostic.primary = undeclared.span;
        let newest = undeclared.seen.iter().map(|(_, seen)| seen).max_by_key(|seen| seen.at);
        diagnostic.notes.extend(newest.map(|seen| format!("seen at {} by {}", seen.at, seen.source)));
        let declare = match undeclared.address.kind() {
            Kind::Job => "declare a copy that it makes, or take the job away",
            Kind::Host => "declare what runs on it, or take the machine away",
            _ => "declare it with its copies and its objective, or take it away",
        };
        found.push(diagnostic.help(declare));
    }
}
