//! Evidence: what was measured of the real system, held against what the plan rests on.
//!
//! Each [`Fact`] is one thing that does not bear out the plan, with what follows from it in numbers. Whether that is an error or
//! a remark, the checks say; the diff tells the same facts as evidence to refresh.
//!
//! A measurement counts as of the instant at which it was made. How old it is by now is another matter, and told as
//! such: an old look at a fresh backup does not say that the backup is old.

mod consequence;
mod copies;
mod drills;
mod history;
mod others;
mod undeclared;
mod wanted;

#[cfg(test)]
mod tests;

use rustc_hash::FxHashMap;

use crate::desired::Desired;
use crate::diag::Span;
use crate::model::Model;
use crate::observed::{Address, Field, Instant, Observed, Seen, Thing, Value};

pub use history::{Due, Held, History, LastBack, Since, history};
pub use undeclared::{Undeclared, undeclared};
pub use wanted::{Wanted, drilled, wanted};

/// What is wrong with the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKind {
    /// The newest point is older than the objective allows.
    BackupTooOld,
    /// Data has grown beyond its declared size.
    DataLarger,
    /// What is done in a scenario has changed since its last drill.
    DrillBeforeChange,
    /// The last drill of a scenario failed.
    DrillFailed,
    /// The last drill that brought a component back is longer ago than its objective asks for.
    DrillOverdue,
    /// Nobody has looked for so long that the newest point may be too old.
    EvidenceTooOld,
    /// A replica is further behind than declared.
    LagAbove,
    /// The newest run failed.
    LastRunFailed,
    /// No drill has ever brought a component back.
    NeverDrilled,
    /// No restore has ever succeeded.
    NeverRestored,
    /// The last restore is from before the last change of the plan.
    RestoreBeforeChange,
    /// The last restore is longer ago than the plan asks for.
    RestoreOverdue,
    /// A run took longer than declared.
    RunLonger,
    /// A step of a recovery took longer than the plan gives it.
    StepLonger,
    /// What starts the job never did.
    TimerNeverFired,
}

/// How a desired value is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bound {
    /// Just this.
    Equal,
    /// This or less.
    AtMost,
    /// This or later.
    Since,
}

/// One measurement that does not bear out the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What is wrong.
    pub kind: FactKind,
    /// What it is about.
    pub address: Address,
    /// Which measurement.
    pub field: Field,
    /// What was measured.
    pub seen: Seen,
    /// What would bear out the plan.
    pub desired: Value,
    /// How that is meant.
    pub bound: Bound,
    /// One sentence in lower case without a full stop.
    pub message: String,
    /// What follows, in numbers.
    pub notes: Vec<String>,
    /// The least that mends it.
    pub help: String,
    /// Where the spec says otherwise.
    pub span: Option<Span>,
}

impl Fact {
    /// One without words yet.
    fn bare(
        kind: FactKind,
        (address, span): (Address, Option<Span>),
        (field, seen): (Field, &Seen),
        (bound, desired): (Bound, Value),
    ) -> Self {
        Self {
            kind,
            address,
            field,
            seen: seen.clone(),
            desired,
            bound,
            message: String::new(),
            notes: Vec::new(),
            help: String::new(),
            span,
        }
    }
}

/// A plan and what was seen of it.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The plan as declared.
    pub model: &'a Model,
    /// What ought to exist by it.
    pub desired: &'a Desired,
    /// What was seen.
    pub observed: &'a Observed,
    /// The instant taken for now.
    pub now: Instant,
}

/// Everything in the evidence that does not bear out the plan, by address.
pub fn facts(question: &Question<'_>) -> Vec<Fact> {
    let things: FxHashMap<&Address, &Thing> = question.observed.things.iter().collect();
    let mut facts = copies::facts(question, &things);
    facts.append(&mut others::facts(question, &things));
    facts.append(&mut drills::facts(question, &things));
    consequence::tell(question, &mut facts);
    let mut facts: Vec<Fact> = facts.into_iter().map(|found| found.fact).collect();
    facts.sort_by(|a, b| (&a.address, a.kind).cmp(&(&b.address, b.kind)));
    facts
}

/// A fact with what its consequence is worked out from.
struct Found {
    fact: Fact,
    subject: Subject,
}

/// What a fact is about, by its number.
#[derive(Clone, Copy)]
enum Subject {
    Copy(crate::model::CopyId),
    Dataset(crate::model::DatasetId),
    Instance(crate::model::InstanceId),
    Component(crate::model::ComponentId),
    /// A drill, which says itself what follows.
    Drill,
}
