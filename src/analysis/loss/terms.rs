//! The sum behind a worst case, term by term.

use super::chain::{Chain, Shape};
use super::own::{PLAIN, Reason, Solver};
use super::result::{Term, TermKind, TermSource, Way};
use super::stream::{Captures, Clock, Stream};
use super::sweep::{Peak, Strike};

/// The terms of a copy's own worst case; they add up to it.
pub(super) fn own_terms(solver: &Solver, chain: &Chain, place: usize, strike: &Strike) -> Vec<Term> {
    let own = solver.own(chain, strike);
    let (Some(loss), Reason::Bounded) = (own.loss, own.reason) else { return Vec::new() };
    let mut terms = Vec::new();
    match &chain.shape {
        Shape::Log { .. } => terms.push(log_term(place, loss, strike)),
        Shape::Runs { stream, stale, .. } => {
            let mut ages = Vec::new();
            for source in stale {
                let hops = hops_to(chain, source);
                ages.extend(own_terms(solver, source, place, &PLAIN).into_iter().map(|mut term| {
                    term.source.hops += hops;
                    term
                }));
            }
            let aged: i64 = ages.iter().map(|term| term.seconds).sum();
            terms = match own.peak {
                Some(peak) => single(chain, stream, place, &peak, strike),
                None => unphased(chain, stream, place, loss - aged, strike),
            };
            terms.extend(ages);
        }
        Shape::Once | Shape::Ended | Shape::Never => {}
    }
    terms.retain(|term| term.seconds != 0 || loss == 0);
    terms
}

/// The terms of the worst moment of several copies.
pub(super) fn union_terms(chains: &[(usize, &Chain)], peak: &Peak, strike: &Strike) -> Vec<Term> {
    let (Some(best), Some(loss)) = (peak.best, peak.loss) else { return Vec::new() };
    let (next_place, next) = chains[peak.next.0];
    let (_, left) = chains[best.member];
    let Shape::Runs { stream, .. } = &next.shape else { return Vec::new() };
    if next.number == left.number && peak.next.0 == best.member {
        return single(next, stream, next_place, peak, strike);
    }
    let mut terms = Vec::new();
    let steps = steps(next, next_place, &mut terms);
    let capture = loss - steps - detected(peak, stream, next_place, strike, &mut terms);
    let source = source_of(next, next_place);
    terms.insert(
        0,
        Term { kind: TermKind::Wait, seconds: capture, source, runs: Some((best.point, best.point + capture)) },
    );
    terms.retain(|term| term.seconds != 0);
    terms
}

/// One copy that its own next run makes better.
fn single(chain: &Chain, stream: &Stream, place: usize, peak: &Peak, strike: &Strike) -> Vec<Term> {
    let (Some(best), Some(loss)) = (peak.best, peak.loss) else { return Vec::new() };
    let mut terms = Vec::new();
    let complete = peak.next.1 + stream.delay;
    let mut rest = loss;
    if strike.detection.is_some_and(|detection| peak.at > complete - detection) {
        // It counts from its capture on: hold and transfer are over by the time that the corruption is noticed.
        let source = source_of(chain, place);
        let kind = interval_kind(chain, stream, peak, strike);
        return vec![Term { kind, seconds: loss, source, runs: Some((best.point, peak.at)) }];
    }
    rest -= steps(chain, place, &mut terms);
    rest -= detected(peak, stream, place, strike, &mut terms);
    let (from, to) = (root_run(stream, best.run), root_run(stream, peak.next.1));
    let interval = to - from;
    let kind = interval_kind(chain, stream, peak, strike);
    terms.insert(0, Term { kind, seconds: interval, source: source_of(chain, place), runs: Some((from, to)) });
    rest -= interval;
    if rest != 0 {
        let (root, hops) = root(chain);
        let kind = if root.source.is_some() { TermKind::SourceAge } else { TermKind::Behind };
        let key = if root.source.is_some() { "from" } else { "reads" };
        let source = TermSource { of: Way::Copy(place), hops, key };
        terms.push(Term { kind, seconds: rest, source, runs: None });
    }
    terms
}

/// Whether more runs lie between two points than are taken to have failed: then retention has let go of theirs.
fn interval_kind(chain: &Chain, stream: &Stream, peak: &Peak, strike: &Strike) -> TermKind {
    let missed = strike.missed;
    let Some(best) = peak.best.filter(|_| strike.detection.is_some() && chain.retention.is_some()) else {
        return TermKind::Interval { missed };
    };
    let between = std::iter::successors(stream.first_run(best.run + 1), |run| stream.first_run(run + 1));
    let more = between.take_while(|run| *run < peak.next.1).nth(missed as usize).is_some();
    if more { TermKind::Thinned { missed } } else { TermKind::Interval { missed } }
}

/// A copy with unknown phase: the interval is what is left of the loss without the other terms.
fn unphased(chain: &Chain, stream: &Stream, place: usize, loss: i64, strike: &Strike) -> Vec<Term> {
    let mut terms = Vec::new();
    let age = stream.fixed_age().unwrap_or(stream.delay);
    let mut interval = loss;
    if strike.detection.is_none_or(|detection| detection < age) {
        interval -= steps(chain, place, &mut terms);
        if let Some(detection) = strike.detection.filter(|detection| *detection > 0) {
            let source = TermSource { of: Way::Copy(place), hops: 0, key: "" };
            terms.push(Term { kind: TermKind::Detection, seconds: -detection, source, runs: None });
            interval += detection;
        }
        let (root, hops) = root(chain);
        if root.behind > 0 {
            let source = TermSource { of: Way::Copy(place), hops, key: "reads" };
            terms.push(Term { kind: TermKind::Behind, seconds: root.behind, source, runs: None });
            interval -= root.behind;
        }
    }
    let kind = TermKind::Interval { missed: strike.missed };
    terms.insert(0, Term { kind, seconds: interval, source: source_of(chain, place), runs: None });
    terms
}

fn log_term(place: usize, loss: i64, strike: &Strike) -> Term {
    let kind = if strike.detection.is_some() { TermKind::RollForward } else { TermKind::Lag };
    Term { kind, seconds: loss, source: TermSource { of: Way::Copy(place), hops: 0, key: "continuous" }, runs: None }
}

/// Hold and transfer of a chain and of all that trigger it, the first of them first. Returns their sum.
pub(super) fn steps(chain: &Chain, place: usize, terms: &mut Vec<Term>) -> i64 {
    let mut list = Vec::new();
    let mut at = Some(chain);
    let mut hops = 0;
    while let Some(chain) = at {
        let term = |kind, seconds, key| Term {
            kind,
            seconds,
            source: TermSource { of: Way::Copy(place), hops, key },
            runs: None,
        };
        list.push(term(TermKind::Transfer, chain.takes, "takes"));
        list.push(term(TermKind::Hold, chain.hold, "hold"));
        at = chain.source.as_deref().filter(|_| chain.triggered);
        hops += 1;
    }
    list.retain(|term| term.seconds != 0);
    list.reverse();
    let sum = list.iter().map(|term| term.seconds).sum();
    terms.extend(list);
    sum
}

/// The term for runs that complete after the corruption and before it is noticed. Returns it.
fn detected(peak: &Peak, stream: &Stream, place: usize, strike: &Strike, terms: &mut Vec<Term>) -> i64 {
    let early = peak.at - (peak.next.1 + stream.delay);
    if strike.detection.is_some() && early != 0 {
        let source = TermSource { of: Way::Copy(place), hops: 0, key: "" };
        terms.push(Term { kind: TermKind::Detection, seconds: early, source, runs: None });
        return early;
    }
    0
}

/// The copy with a clock that sets a chain going, and how many steps up it is.
fn root(chain: &Chain) -> (&Chain, usize) {
    let mut at = chain;
    let mut hops = 0;
    while let Some(source) = at.source.as_deref().filter(|_| at.triggered) {
        at = source;
        hops += 1;
    }
    (at, hops)
}

/// How many steps up a source is.
fn hops_to(chain: &Chain, source: &Chain) -> usize {
    let up = std::iter::successors(chain.source.as_deref(), |chain| chain.source.as_deref());
    1 + up.take_while(|chain| chain.number != source.number).count()
}

/// The run of the clock that set a run going.
fn root_run(stream: &Stream, run: i64) -> i64 {
    match (&stream.captures, &stream.clock) {
        (Captures::Trigger, Clock::Follow(of) | Clock::First { of, .. }) => root_run(of, run - of.delay),
        _ => run,
    }
}

/// Where the interval of a chain is written: at the nearest copy that sets one.
fn source_of(chain: &Chain, place: usize) -> TermSource {
    let mut at = chain;
    let mut hops = 0;
    while let Shape::Runs { stream, .. } = &at.shape {
        let key = match &stream.clock {
            Clock::Calendar(_) => "schedule",
            Clock::Every { .. } | Clock::First { .. } => "every",
            Clock::Follow(_) => match at.source.as_deref() {
                Some(source) => {
                    at = source;
                    hops += 1;
                    continue;
                }
                None => "",
            },
        };
        return TermSource { of: Way::Copy(place), hops, key };
    }
    TermSource { of: Way::Copy(place), hops, key: "" }
}
