//! `failover-by-nobody`: a standby is to be promoted by hand, and nobody is named whose hands these are.

use super::{Check, Context};
use crate::analysis::facts::unowned_failovers;
use crate::diag::{Code, Diagnostics, Severity};

pub(super) const CHECK: Check = Check { code: Code("failover-by-nobody"), severity: Severity::Warning, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    for fact in unowned_failovers(context.assessment, model) {
        let component = &model.components[fact.component];
        let message = format!("a standby of `{}` is promoted by hand, and it has no owner", component.name);
        let diagnostic = CHECK.found(message, model.component_address(fact.component)).at(component.span);
        let team = model.teams.values().next().map_or("TEAM", |team| team.name.as_str());
        found.push(
            diagnostic
                .because("without an owner no time is counted until somebody responds, and there is always some")
                .help(format!(
                    "write `owner: {team}`, or `failover: {{mode: automatic}}` if the product does it by itself"
                )),
        );
    }
}
