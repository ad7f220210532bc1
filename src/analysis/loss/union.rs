//! What several surviving copies and replicas are worth together.

use std::sync::Arc;

use super::chain::{Chain, Shape};
use super::keep::Retention;
use super::own::{Own, Reason, Solver};
use super::result::{Alternative, Derivation, Outcome, Term, TermKind, TermSource, Way, WorstMoment};
use super::sweep::{Member, Peak, Strike, peak, witness};
use super::terms::{own_terms, union_terms};
use crate::calendar::Zone;
use crate::units::Seconds;

/// What survives of one dataset.
pub(super) struct Survivors<'s> {
    /// The copies by their place among those of the data, in that order.
    pub(super) copies: Vec<(usize, &'s Chain)>,
    /// The replicas by their place among the instances, with their lags.
    pub(super) replicas: Vec<(usize, i64)>,
    /// Whether the data never changes.
    pub(super) unchanging: bool,
    /// The zone to show moments in where the copy has none.
    pub(super) zone: &'s Zone,
}

/// The copies of known phase, with the retention that matters.
struct Known<'s> {
    places: Vec<(usize, &'s Chain)>,
    retention: Vec<Option<Retention>>,
    covers: Vec<bool>,
    own: Vec<Arc<Own>>,
}

/// One way to get the data back, with its worst case.
struct Candidate {
    loss: i64,
    way: Way,
    terms: Vec<Term>,
    moment: Option<WorstMoment>,
}

/// The worst case of what survives.
pub(super) fn outcome(solver: &Solver, survivors: &Survivors<'_>, strike: &Strike) -> Outcome {
    let alternatives = alternatives(solver, survivors, strike);
    let candidate = match survivors.unchanging {
        true => unchanging(&alternatives),
        false => best(solver, survivors, &alternatives, strike),
    };
    let reason = match &candidate {
        Some(_) => Reason::Bounded,
        None => alternatives.iter().map(|alternative| alternative.reason).max().unwrap_or(Reason::NoCopy),
    };
    let ageing = alternatives.iter().find(|alternative| alternative.reason == Reason::Ageing);
    let via = candidate.as_ref().map(|found| found.way).or(ageing.map(|alternative| alternative.way));
    let (worst, terms, moment) = match candidate {
        Some(found) => (Some(found.loss), found.terms, found.moment),
        None => (None, Vec::new(), None),
    };
    let reason = if worst.is_none() && ageing.is_some() { Reason::Ageing } else { reason };
    let derivation = Arc::new(Derivation { reason: Some(reason), terms, alternatives });
    Outcome { worst, via, moment, derivation }
}

/// Everything that survives with its own worst case, the best first.
fn alternatives(solver: &Solver, survivors: &Survivors<'_>, strike: &Strike) -> Vec<Alternative> {
    let mut all = Vec::new();
    for (place, lag) in survivors.replicas.iter().filter(|_| strike.detection.is_none()) {
        let worst = Some(Seconds(lag.unsigned_abs()));
        all.push(Alternative { way: Way::Replica(*place), worst, reason: Reason::Bounded });
    }
    for (place, chain) in &survivors.copies {
        let (worst, reason) = match &chain.shape {
            Shape::Log { base, .. } => match base_of(survivors, *base).map(|base| solver.own(base, strike)) {
                None => (None, Reason::NoBase),
                // Changes are replayed onto a base of any age.
                Some(base) if strike.detection.is_some() && !has_clean_point(&base) => (None, base.reason),
                Some(_) => (solver.own(chain, strike).loss, Reason::Bounded),
            },
            Shape::Once if survivors.unchanging => (Some(0), Reason::Bounded),
            Shape::Ended if survivors.unchanging => (Some(0), Reason::Bounded),
            _ => {
                let own = solver.own(chain, strike);
                (own.loss, own.reason)
            }
        };
        let worst = worst.map(|loss| Seconds(loss.unsigned_abs()));
        all.push(Alternative { way: Way::Copy(*place), worst, reason });
    }
    all.sort_by_key(|alternative| (alternative.worst.is_none(), alternative.worst, alternative.way));
    all
}

fn has_clean_point(base: &Own) -> bool {
    matches!(base.reason, Reason::Bounded | Reason::Ageing)
}

fn base_of<'s>(survivors: &Survivors<'s>, base: usize) -> Option<&'s Chain> {
    survivors.copies.iter().find(|(place, _)| *place == base).map(|(_, chain)| *chain)
}

/// Data that never changes loses nothing while a copy survives that can be read and, after corruption, has a clean point.
fn unchanging(alternatives: &[Alternative]) -> Option<Candidate> {
    let best = alternatives.iter().find(|alternative| alternative.worst.is_some())?;
    let source = TermSource { of: best.way, hops: 0, key: "" };
    let terms = vec![Term { kind: TermKind::Unchanging, seconds: 0, source, runs: None }];
    Some(Candidate { loss: 0, way: best.way, terms, moment: None })
}

/// The least of: the copies of known phase together, and everything else by itself.
fn best(
    solver: &Solver,
    survivors: &Survivors<'_>,
    alternatives: &[Alternative],
    strike: &Strike,
) -> Option<Candidate> {
    let known = known(solver, survivors, strike);
    let alone = alternatives.iter().find(|alternative| {
        let is_known = matches!(alternative.way, Way::Copy(at) if known.places.iter().any(|(place, _)| *place == at));
        !is_known && alternative.worst.is_some()
    });
    let bound = alone.and_then(|alternative| alternative.worst).map(|worst| worst.0 as i64);
    if bound.is_none_or(|bound| bound > at_least(&known, strike))
        && let Some(together) = together(solver, survivors, &known, strike)
        && bound.is_none_or(|bound| together.loss < bound)
    {
        return Some(together);
    }
    alone.and_then(|alternative| alone_candidate(solver, survivors, alternative, strike))
}

/// The copies of known phase lose no less than this: what completes is as old as its hold and transfer.
fn at_least(known: &Known<'_>, strike: &Strike) -> i64 {
    if strike.detection.is_some() {
        return 0;
    }
    known.places.iter().map(|(_, chain)| chain.hold + chain.takes).min().unwrap_or(i64::MAX)
}

fn alone_candidate(
    solver: &Solver,
    survivors: &Survivors<'_>,
    alternative: &Alternative,
    strike: &Strike,
) -> Option<Candidate> {
    let loss = alternative.worst?.0 as i64;
    let (terms, moment) = match alternative.way {
        Way::Replica(_) => {
            let source = TermSource { of: alternative.way, hops: 0, key: "lag" };
            (vec![Term { kind: TermKind::Lag, seconds: loss, source, runs: None }], None)
        }
        // Data by itself has nothing to do with that of others.
        Way::OfGroup(_) => return None,
        Way::Copy(place) => {
            let chain = base_of(survivors, place)?;
            let own = solver.own(chain, strike);
            let moment = own.peak.and_then(|peak| moment(survivors, &[(place, chain)], &peak));
            (own_terms(solver, chain, place, strike), moment)
        }
    };
    Some(Candidate { loss, way: alternative.way, terms, moment })
}

fn known<'s>(solver: &Solver, survivors: &Survivors<'s>, strike: &Strike) -> Known<'s> {
    let mut known = Known { places: Vec::new(), retention: Vec::new(), covers: Vec::new(), own: Vec::new() };
    for (place, chain) in &survivors.copies {
        let Shape::Runs { stream, exact: true, .. } = &chain.shape else { continue };
        known.places.push((*place, chain));
        known.retention.push(solver.retention_that_matters(chain, stream, strike));
        let replayed = |other: &Chain| matches!(other.shape, Shape::Log { base, .. } if base == *place);
        known.covers.push(strike.detection.is_some() && survivors.copies.iter().any(|(_, other)| replayed(other)));
        known.own.push(solver.own(chain, strike));
    }
    known
}

/// The copies of known phase together, exactly.
fn together(solver: &Solver, survivors: &Survivors<'_>, known: &Known<'_>, strike: &Strike) -> Option<Candidate> {
    let members: Vec<Member<'_>> = (0..known.places.len())
        .filter_map(|number| match &known.places[number].1.shape {
            Shape::Runs { stream, .. } => {
                Some(Member { stream, retention: known.retention[number].as_ref(), covers: known.covers[number] })
            }
            _ => None,
        })
        .collect();
    let peak = match members.as_slice() {
        [] => return None,
        [only] if !only.covers => known.own[0].peak?,
        members => by_witness(members, known, strike).or_else(|| peak(members, strike, &solver.calendar))?,
    };
    let (loss, best) = (peak.loss?, peak.best?);
    let way = Way::Copy(known.places[best.member].0);
    let terms = match known.covers[best.member] {
        true => rolled_forward(survivors, known.places[best.member].0),
        false if known.places.len() == 1 => own_terms(solver, known.places[0].1, known.places[0].0, strike),
        false => union_terms(&known.places, &peak, strike),
    };
    let moment = moment(survivors, &known.places, &peak).filter(|_| !known.covers[best.member]);
    Some(Candidate { loss, way, terms, moment })
}

fn rolled_forward(survivors: &Survivors<'_>, base: usize) -> Vec<Term> {
    let is_log = |chain: &Chain| matches!(chain.shape, Shape::Log { base: of, .. } if of == base);
    let log = survivors.copies.iter().find(|(_, chain)| is_log(chain)).map_or(base, |(place, _)| *place);
    let source = TermSource { of: Way::Copy(log), hops: 0, key: "continuous" };
    vec![Term { kind: TermKind::RollForward, seconds: 0, source, runs: None }]
}

/// The worst moment of the best copy by itself, where the others are no help at it.
fn by_witness(members: &[Member<'_>], known: &Known<'_>, strike: &Strike) -> Option<Peak> {
    if known.covers.contains(&true) {
        return None;
    }
    let rank = |own: &Own| (own.loss.is_none(), own.loss);
    let (number, own) = known.own.iter().enumerate().min_by_key(|(number, own)| (rank(own), *number))?;
    witness(members, strike, number, own.peak.as_ref()?)
}

fn moment(survivors: &Survivors<'_>, places: &[(usize, &Chain)], peak: &Peak) -> Option<WorstMoment> {
    let (by, chain) = *places.get(peak.next.0)?;
    let Shape::Runs { stream, .. } = &chain.shape else { return None };
    let zone = chain.zone().unwrap_or(survivors.zone).clone();
    let on_completion = peak.at == peak.next.1 + stream.delay;
    Some(WorstMoment { better_from: peak.at, zone, by: Way::Copy(by), on_completion })
}
