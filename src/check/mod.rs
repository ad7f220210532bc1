//! Findings: opinions on computed facts. One file a check, all of them in [`CHECKS`], each explained by a page of its name
//! under `templates/findings/`.
//!
//! A check reads and compares; what takes computing belongs in `analysis`, where a report can share it.

mod backup_too_old;
mod baseline;
mod component_lost;
mod copies_rule_unmet;
mod copy_unverified;
mod copy_with_its_data;
mod data_larger_than_declared;
mod data_lost;
mod data_without_copy;
mod domain_shared_by_one;
mod drill_before_change;
mod drill_failed;
mod drill_overdue;
mod duration_undeclared;
mod evidence_too_old;
mod exists_undeclared;
mod expectation_failed;
mod failover_by_nobody;
mod group_rpo_unmet;
mod keys_lost_with_data;
mod lag_above_declared;
mod last_run_failed;
mod left_unprotected;
mod losses;
mod never_drilled;
mod never_restored;
mod nowhere_to_recover;
mod objective_stricter_than_dependency;
mod objective_unreachable;
mod one_time_copy;
mod outages;
mod quorum_in_one_location;
mod recovery_circle;
mod remedies;
mod restore_before_change;
mod restore_overdue;
mod retention_too_short;
mod rpo_unmet;
mod rto_unmet;
mod run_longer_than_declared;
mod runbooks_lost;
mod runs_overlap;
mod schedule_never_runs;
mod single_point_of_failure;
mod standby_without_room;
mod step_longer_than_declared;
mod timer_never_fired;
mod unsupported;
mod unused;
mod waivers;
mod wording;

use std::cell::Cell;
use std::cmp::Reverse;

use jiff::civil::Date;
use rayon::prelude::*;

use crate::analysis;
use crate::analysis::assess::Assessment;
use crate::analysis::loss::LossEngine;
use crate::diag::{Code, Diagnostic, Diagnostics, Hit, Severity};
use crate::evidence::{Fact, FactKind, Undeclared};
use crate::model::Model;
use crate::units::Seconds;
use losses::LossCase;
use outages::OutageCase;
use wording::plural;

pub use baseline::{Baseline, BaselineError, schema as baseline_schema};
pub use waivers::waive;

/// What a check looks at.
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
    /// Whether findings name every scenario in which they show: a large spec with many breaches has millions.
    pub extents: bool,
    /// Whether anything was observed at all.
    pub observed: bool,
    /// What was measured and does not bear out the plan.
    pub facts: &'a [Fact],
    /// What was seen and is not declared.
    pub undeclared: &'a [Undeclared],
    loss_cases: Vec<LossCase<'a>>,
    outage_cases: Vec<OutageCase<'a>>,
}

impl<'a> Context<'a> {
    /// Gathers what several checks speak of.
    pub fn new(
        analysis: &'a analysis::context::Context<'a>,
        losses: &'a LossEngine<'a>,
        assessment: &'a Assessment<'a>,
        today: Date,
    ) -> Self {
        let model = analysis.model;
        let (loss_cases, outage_cases) =
            rayon::join(|| losses::gather(analysis, losses, assessment), || outages::gather(analysis, assessment));
        Self {
            model,
            analysis,
            losses,
            assessment,
            today,
            extents: false,
            observed: false,
            facts: &[],
            undeclared: &[],
            loss_cases,
            outage_cases,
        }
    }

    /// Every scenario of a finding with how bad it is there, where that is asked for.
    fn extent<'h>(&self, hits: impl IntoIterator<Item = (Option<Seconds>, &'h str)>) -> Vec<Hit> {
        if !self.extents {
            return Vec::new();
        }
        let hit = |(amount, scenario): (Option<Seconds>, &str)| Hit {
            scenario: scenario.to_owned(),
            amount: amount.map(|amount| amount.0),
        };
        hits.into_iter().map(hit).collect()
    }

    /// The facts of a kind as findings, each with where the spec says otherwise and where that was seen.
    fn contradicted(&self, check: &'a Check, kind: FactKind) -> impl Iterator<Item = Diagnostic> {
        self.facts.iter().filter(move |fact| fact.kind == kind).map(|fact| {
            let mut diagnostic = check.found(fact.message.as_str(), fact.address.to_string()).help(fact.help.as_str());
            diagnostic.primary = fact.span;
            diagnostic.labels.extend(fact.seen.span.map(|span| (span, "seen here".to_owned())));
            diagnostic.notes.clone_from(&fact.notes);
            diagnostic.because(format!("seen at {} by {}", fact.seen.at, fact.seen.source))
        })
    }

    /// Every dataset that loses more than it may.
    fn loss_cases(&self) -> &[LossCase<'a>] {
        &self.loss_cases
    }

    /// Every component that is away for longer than it may.
    fn outage_cases(&self) -> &[OutageCase<'a>] {
        &self.outage_cases
    }
}

/// How much may be tried out for help texts: a large spec with many breaches would take for ever, and nobody would read it.
struct Effort(Cell<usize>);

impl Effort {
    /// Steps to schedule: enough for some hundred breaches in disasters of the usual size, and about a second.
    fn new() -> Self {
        Self(Cell::new(1_000_000))
    }

    /// Whether there is so much left; takes it if so.
    fn spend(&self, size: usize) -> bool {
        let left = self.0.get().checked_sub(size + 1);
        self.0.set(left.unwrap_or(0));
        left.is_some()
    }
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
    backup_too_old::CHECK,
    component_lost::CHECK,
    copies_rule_unmet::CHECK,
    copy_unverified::CHECK,
    copy_with_its_data::CHECK,
    data_larger_than_declared::CHECK,
    data_lost::CHECK,
    data_without_copy::CHECK,
    domain_shared_by_one::CHECK,
    drill_before_change::CHECK,
    drill_failed::CHECK,
    drill_overdue::CHECK,
    duration_undeclared::CHECK,
    evidence_too_old::CHECK,
    exists_undeclared::CHECK,
    expectation_failed::CHECK,
    failover_by_nobody::CHECK,
    group_rpo_unmet::CHECK,
    keys_lost_with_data::CHECK,
    lag_above_declared::CHECK,
    last_run_failed::CHECK,
    left_unprotected::CHECK,
    never_drilled::CHECK,
    never_restored::CHECK,
    nowhere_to_recover::CHECK,
    objective_stricter_than_dependency::CHECK,
    objective_unreachable::CHECK,
    one_time_copy::CHECK,
    quorum_in_one_location::CHECK,
    recovery_circle::CHECK,
    restore_before_change::CHECK,
    restore_overdue::CHECK,
    retention_too_short::CHECK,
    rpo_unmet::CHECK,
    rto_unmet::CHECK,
    run_longer_than_declared::CHECK,
    runbooks_lost::CHECK,
    runs_overlap::CHECK,
    schedule_never_runs::CHECK,
    single_point_of_failure::CHECK,
    standby_without_room::CHECK,
    step_longer_than_declared::CHECK,
    timer_never_fired::CHECK,
    unsupported::CHECK,
    unused::CHECK,
];

/// The names of all findings of checks, those of waivers included.
pub fn names() -> Vec<&'static str> {
    CHECKS.iter().map(|check| check.code.0).chain([waivers::EXPIRED.0, waivers::UNUSED.0]).collect()
}

/// Checks that find nothing where nothing was observed.
const OF_EVIDENCE: &[&Check] = &[
    &backup_too_old::CHECK,
    &data_larger_than_declared::CHECK,
    &drill_before_change::CHECK,
    &drill_failed::CHECK,
    &drill_overdue::CHECK,
    &evidence_too_old::CHECK,
    &exists_undeclared::CHECK,
    &lag_above_declared::CHECK,
    &last_run_failed::CHECK,
    &never_drilled::CHECK,
    &never_restored::CHECK,
    &restore_before_change::CHECK,
    &restore_overdue::CHECK,
    &run_longer_than_declared::CHECK,
    &step_longer_than_declared::CHECK,
    &timer_never_fired::CHECK,
];

/// Findings of what does not come back at all.
const FOR_GOOD: &[&Check] = &[
    &component_lost::CHECK,
    &data_lost::CHECK,
    &data_without_copy::CHECK,
    &keys_lost_with_data::CHECK,
    &nowhere_to_recover::CHECK,
    &retention_too_short::CHECK,
];

/// How bad a finding is beside others, the worst greatest: by severity, then what is lost for good, then what is hit itself
/// before what waits for it, the nearest first, since mending the former mends the latter; then in how many scenarios it shows.
pub fn badness(finding: &Diagnostic) -> (Severity, bool, Reverse<usize>, usize) {
    let for_good = FOR_GOOD.iter().any(|check| check.code.0 == finding.name());
    (finding.severity, for_good, Reverse(finding.path.len()), finding.extent.len())
}

/// What all checks find.
pub fn run(context: &Context<'_>) -> Diagnostics {
    let found: Vec<Diagnostics> = CHECKS
        .par_iter()
        .map(|check| {
            let mut found = Diagnostics::default();
            (check.run)(context, &mut found);
            found
        })
        .collect();
    let mut all = Diagnostics::default();
    found.into_iter().for_each(|found| all.append(found));
    all
}
