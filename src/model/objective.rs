//! What is promised, and who keeps the promise.

use super::DeclaredScenarioId;
use crate::diag::Span;
use crate::terms::ScenarioKind;
use crate::units::Seconds;

/// The most that may be lost or take; none for no promise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Promise {
    /// Recovery time objective.
    pub rto: Option<Threshold>,
    /// Recovery point objective.
    pub rpo: Option<Threshold>,
}

/// A bound with the place where it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// At most this.
    pub at_most: Seconds,
    /// Where it is written.
    pub span: Span,
}

/// The rule 3-2-1-1-0 and its kin: how many copies, on how many media, how many elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopiesRule {
    /// Copies of the data, the live one included.
    pub total: Option<u32>,
    /// Different kinds of media among them.
    pub media: Option<u32>,
    /// Copies in another site than the live data.
    pub offsite: Option<u32>,
    /// Copies that are immutable or offline.
    pub immutable: Option<u32>,
    /// Whether each copy must be verified (no errors).
    pub verified: bool,
    /// Where it is written.
    pub span: Span,
}

/// A tier of promises, named or inline.
#[derive(Clone, Debug)]
pub struct Objective {
    /// Its name; none for one that is written inline.
    pub name: Option<String>,
    /// What holds in every scenario that has nothing of its own.
    pub default: Promise,
    /// What holds in a kind of scenario instead, each value on its own: `Some(None)` promises nothing there.
    pub by_kind: Vec<(ScenarioKind, Override)>,
    /// What holds in a scenario of the spec instead; goes before its kind.
    pub by_scenario: Vec<(DeclaredScenarioId, Override)>,
    /// So many runs in a row may fail and the recovery point objective still hold.
    pub tolerates_missed_runs: u32,
    /// How many copies there must be.
    pub copies: Option<CopiesRule>,
    /// How often recovery must be drilled.
    pub drill_every: Option<Threshold>,
    /// Where it is written.
    pub span: Span,
}

/// What a kind of scenario changes in a promise: the outer `None` changes nothing, the inner promises nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Override {
    /// Recovery time objective.
    pub rto: Option<Option<Threshold>>,
    /// Recovery point objective.
    pub rpo: Option<Option<Threshold>>,
}

impl Objective {
    /// What is promised in a scenario of `kind`, which is `declared` where it is one of the spec's own.
    pub fn promise(&self, kind: ScenarioKind, declared: Option<DeclaredScenarioId>) -> Promise {
        let own = self.by_scenario.iter().find(|(id, _)| Some(*id) == declared).map(|(_, o)| *o).unwrap_or_default();
        let by_kind = self.by_kind.iter().find(|(k, _)| *k == kind).map(|(_, o)| *o).unwrap_or_default();
        Promise {
            rto: own.rto.or(by_kind.rto).unwrap_or(self.default.rto),
            rpo: own.rpo.or(by_kind.rpo).unwrap_or(self.default.rpo),
        }
    }
}

/// People who recover.
#[derive(Clone, Debug)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// How many work at once; none for as many as come.
    pub people: Option<u32>,
    /// Time from the detection of a failure until they are at work.
    pub responds_within: Seconds,
    /// How to reach them.
    pub contact: Option<String>,
    /// Where the name is written.
    pub span: Span,
}
