//! The sum behind the joint worst case of a group, term by term.

use super::chain::Shape;
use super::group::{Decider, Joint, Part};
use super::own::Solver;
use super::result::{Term, TermKind, TermSource, Way};
use super::terms::{own_terms, steps};
use crate::model::{CopyId, GroupId};

/// The terms of a joint worst case; they add up to it.
pub(super) fn terms(solver: &Solver, group: GroupId, parts: &[Part<'_>], joint: &Joint) -> Vec<Term> {
    let Some(loss) = joint.loss.filter(|loss| *loss > 0) else { return Vec::new() };
    let found = |copy: CopyId| {
        parts.iter().find_map(|part| Some((part, part.copies.iter().find(|(known, _)| *known == copy)?.1)))
    };
    let term = |kind, seconds, copy: CopyId, key| Term {
        kind,
        seconds,
        source: TermSource { of: Way::OfGroup(copy), hops: 0, key },
        runs: None,
    };
    let between = |common: i64, copy| {
        let point = joint.at.map_or(common, |(_, point)| point);
        Term { runs: Some((point, common)), ..term(TermKind::Common(group), common - point, copy, "") }
    };
    let any = parts.iter().flat_map(|part| &part.copies).map(|(copy, _)| *copy).next();
    let mut terms = match joint.by {
        Decider::Log(log) => vec![term(TermKind::Lag, loss, log, "continuous")],
        Decider::Reached { log, common } => vec![between(common, log)],
        Decider::Run { copy, common, .. } => vec![between(common, copy)],
        Decider::Copy(copy, _) => {
            let own = found(copy).map(|(part, chain)| own_terms(solver, chain, 0, &part.strike)).unwrap_or_default();
            named(own, copy)
        }
        Decider::Nobody => Vec::new(),
    };
    let rest = |terms: &[Term]| loss - terms.iter().map(|term| term.seconds).sum::<i64>();
    match joint.by {
        Decider::Reached { log, .. } | Decider::Copy(_, Some(log)) => {
            terms.push(term(TermKind::Lag, rest(&terms), log, "continuous"));
        }
        Decider::Run { copy, run, common } => {
            let Some((part, chain)) = found(copy) else { return terms };
            let at = joint.at.map_or(common, |(at, _)| at);
            let Shape::Runs { stream, .. } = &chain.shape else { return terms };
            let complete = run + stream.delay;
            // A clean point that is complete before the corruption is noticed counts from its capture on.
            if at > common {
                let mut list = Vec::new();
                steps(chain, 0, &mut list);
                terms.extend(named(list, copy));
                if part.strike.detection.is_some() {
                    terms.push(term(TermKind::Detection, at - complete, copy, ""));
                }
                let kind = if chain.behind > 0 { TermKind::Behind } else { TermKind::SourceAge };
                terms.push(term(kind, rest(&terms), copy, if chain.behind > 0 { "reads" } else { "from" }));
            }
        }
        Decider::Nobody => {
            let rest = rest(&terms);
            terms.extend(any.map(|copy| term(TermKind::Common(group), rest, copy, "")));
        }
        Decider::Log(_) | Decider::Copy(_, None) => {}
    }
    terms.retain(|term| term.seconds != 0);
    terms
}

/// Terms of a copy as those of other data.
fn named(mut terms: Vec<Term>, copy: CopyId) -> Vec<Term> {
    terms.iter_mut().for_each(|term| term.source.of = Way::OfGroup(copy));
    terms
}
