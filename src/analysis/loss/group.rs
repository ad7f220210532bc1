//! What data loses together that must be restored to one common instant.
//!
//! An instant is common if each member of the group has a point at it, is live at it, or can roll forward to it. The loss of
//! a strike at `t` is from the newest common instant to `t`. Points of different data coincide only where their
//! runs are known to start in the same second; of an unknown phase nothing coincides. An asynchronous replica
//! is at an instant that nobody knows beforehand, so that it is common to nothing. Who goes back further than to his newest
//! point finds only what retention has left, and a stream of changes is replayed onto a point that is older than the
//! instant.

use super::ages::ages;
use super::all_time::{Calendar, is_every_day};
use super::chain::{Chain, Shape};
use super::keep::{Retention, made};
use super::own::{Reason, Solver};
use super::stream::{Stream, Ticks};
use super::sweep::{Member, Offer, Strike, rhythms};
use crate::model::{CopyId, Id};

const DAY: i64 = 86_400;

/// What survives of one member.
#[derive(Debug)]
pub(super) struct Part<'p> {
    pub(super) copies: Vec<(CopyId, &'p Chain)>,
    /// The place of the first of all its copies, surviving or not, among those of the model.
    pub(super) first_copy: usize,
    /// Whether it goes on to the present: intact, or with a replica that is never behind.
    pub(super) live: bool,
    /// Whether its data never changes, so that it is the same at every instant.
    pub(super) unchanging: bool,
    /// With the missed runs of its own objective.
    pub(super) strike: Strike,
}

/// The joint worst case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Joint {
    pub(super) loss: Option<i64>,
    pub(super) reason: Reason,
    /// The instant just before which it is worst, and the newest common instant then.
    pub(super) at: Option<(i64, i64)>,
    /// What sets it.
    pub(super) by: Decider,
}

/// What the joint worst case comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decider {
    /// Nothing in particular.
    Nobody,
    /// How far a stream of changes is behind.
    Log(CopyId),
    /// The worst case of the one copy with points, and how much further a stream of changes is behind.
    Copy(CopyId, Option<CopyId>),
    /// A further instant becomes common when this run completes, or when it captures.
    Run { copy: CopyId, run: i64, common: i64 },
    /// A further instant becomes common when a stream of changes has come as far.
    Reached { log: CopyId, common: i64 },
}

/// A member by what it can be brought to.
struct Reach<'p> {
    points: Vec<(CopyId, &'p Stream, Option<Retention>)>,
    /// Its streams of changes, by which it can be brought to any instant before, the least behind first.
    logs: Vec<Log<'p>>,
    live: bool,
    strike: Strike,
}

/// A stream of changes onto points of a base.
struct Log<'p> {
    lag: i64,
    copy: CopyId,
    base: &'p Chain,
    /// Its base among the points, where the phases of that are known.
    among: Option<usize>,
    /// The least age of the oldest point of a base of unknown phase; none where all are kept.
    oldest: Option<i64>,
}

pub(super) fn joint(solver: &Solver, parts: &[Part<'_>]) -> Joint {
    let parts: Vec<&Part<'_>> = parts.iter().filter(|part| !part.unchanging).collect();
    let reaches: Vec<Reach<'_>> = parts.iter().map(|part| reach(solver, part)).collect();
    let corrupted = parts.iter().any(|part| part.strike.detection.is_some());
    // Corruption spares nobody, and a stream is replayed to just before it.
    let now = |reach: &Reach<'_>| reach.live && !corrupted || reach.log() == Some(0);
    if reaches.iter().all(now) {
        return Joint { loss: Some(0), reason: Reason::Bounded, at: None, by: Decider::Nobody };
    }
    if reaches.iter().all(|reach| !reach.logs.is_empty()) {
        let last = slowest_log(&reaches);
        let by = last.map_or(Decider::Nobody, |(_, copy)| Decider::Log(copy));
        return Joint { loss: last.map(|(lag, _)| lag), reason: Reason::Bounded, at: None, by };
    }
    let rigid: Vec<&Reach<'_>> = reaches.iter().filter(|reach| reach.logs.is_empty()).collect();
    if let [only] = rigid.as_slice()
        && only.points.is_empty()
    {
        return one_unknown(solver, &parts, &reaches);
    }
    if rigid.iter().any(|reach| reach.points.is_empty()) || !can_meet(&rigid) {
        return no_common_instant();
    }
    exact(&reaches, &solver.calendar)
}

fn no_common_instant() -> Joint {
    Joint { loss: None, reason: Reason::NoCommonInstant, at: None, by: Decider::Nobody }
}

/// Whether every two of them have points that fall on the same second, going by their rhythms alone. Without this, what
/// never meets would be looked for back to the beginning of time.
fn can_meet(reaches: &[&Reach<'_>]) -> bool {
    let ticks: Vec<Vec<Ticks>> =
        reaches.iter().map(|reach| reach.points.iter().map(|(_, stream, _)| stream.ticks()).collect()).collect();
    ticks.iter().enumerate().all(|(number, one)| {
        ticks[number + 1..].iter().all(|other| one.iter().any(|a| other.iter().any(|b| a.meets(b))))
    })
}

/// The stream of changes that is furthest behind among those that are replayed.
fn slowest_log(reaches: &[Reach<'_>]) -> Option<(i64, CopyId)> {
    reaches.iter().filter_map(|reach| reach.logs.first().map(|log| (log.lag, log.copy))).max_by_key(|(lag, _)| *lag)
}

fn reach<'p>(solver: &Solver, part: &Part<'p>) -> Reach<'p> {
    let exact = part.copies.iter().filter_map(|(copy, chain)| match &chain.shape {
        Shape::Runs { stream, exact: true, .. } => Some((*copy, stream.as_ref(), chain.retention.clone())),
        _ => None,
    });
    let points: Vec<(CopyId, &Stream, Option<Retention>)> = exact.collect();
    let mut logs: Vec<Log<'p>> = Vec::new();
    for (copy, chain) in &part.copies {
        let Shape::Log { lag, base } = &chain.shape else { continue };
        let base_copy = CopyId::from_index(part.first_copy + base);
        let base = part.copies.iter().find(|(copy, _)| *copy == base_copy).map(|(_, chain)| *chain);
        let Some(base) = base.filter(|base| solver.own(base, &part.strike).reason == Reason::Bounded) else { continue };
        let lag = if part.strike.detection.is_some() { 0 } else { *lag };
        let among = points.iter().position(|(copy, ..)| *copy == base_copy);
        let oldest = ages(solver, base).oldest.filter(|_| among.is_none());
        logs.push(Log { lag, copy: *copy, base, among, oldest: oldest.map(|age| age.0 as i64) });
    }
    logs.sort_by_key(|log| log.lag);
    Reach { points, logs, live: part.live, strike: part.strike }
}

/// One member with points of unknown phase, and all others roll forward to wherever they are.
fn one_unknown(solver: &Solver, parts: &[&Part<'_>], reaches: &[Reach<'_>]) -> Joint {
    let slowest = slowest_log(reaches);
    let lag = slowest.map_or(0, |(lag, _)| lag);
    let rigid = parts.iter().zip(reaches).find(|(_, reach)| reach.logs.is_empty()).map(|(part, _)| part);
    let Some(part) = rigid else { return no_common_instant() };
    let losses = part.copies.iter().filter_map(|(copy, chain)| {
        let Shape::Runs { stream, .. } = &chain.shape else { return None };
        let further = (lag - stream.delay).max(0);
        let log = slowest.map(|(_, log)| log).filter(|_| further > 0);
        Some((solver.own(chain, &part.strike).loss? + further, *copy, log))
    });
    // The streams have to reach back as far.
    let reaches_back = |log: &Log<'_>, loss: i64| {
        let noticed = part.strike.detection.unwrap_or(0);
        ages(solver, log.base).oldest.is_none_or(|oldest| loss.saturating_add(noticed) <= oldest.0 as i64)
    };
    let all_reach = |loss: i64| {
        let others = reaches.iter().filter(|reach| !reach.logs.is_empty());
        others.clone().all(|reach| reach.logs.iter().any(|log| reaches_back(log, loss)))
    };
    match losses.min().filter(|(loss, ..)| all_reach(*loss)) {
        Some((loss, copy, log)) => {
            Joint { loss: Some(loss), reason: Reason::Bounded, at: None, by: Decider::Copy(copy, log) }
        }
        None => no_common_instant(),
    }
}

/// All that are rigid have points of known phase.
fn exact(reaches: &[Reach<'_>], calendar: &Calendar) -> Joint {
    let members: Vec<Vec<Member<'_>>> = reaches.iter().map(Reach::members).collect();
    let all: Vec<Member<'_>> = members.iter().flatten().copied().collect();
    let rhythms = rhythms(&all);
    let lag = reaches.iter().flat_map(|reach| &reach.logs).map(|log| log.lag).max().unwrap_or(0);
    let forward = reaches.iter().filter_map(|reach| reach.strike.detection).max().unwrap_or(0);
    let mut back = DAY;
    loop {
        let days = calendar.days(&rhythms, back.saturating_add(lag), forward);
        let mut worst: Option<(i64, i64)> = None;
        for range in days.iter() {
            for at in moments(reaches, &members, range.start * DAY, range.end * DAY) {
                match newest_common(reaches, &members, at - 1) {
                    None => return no_common_instant(),
                    Some(point) if worst.is_none_or(|(worst_at, worst)| at - point > worst_at - worst) => {
                        worst = Some((at, point));
                    }
                    Some(_) => {}
                }
            }
        }
        match worst {
            None => return no_common_instant(),
            Some((at, point)) if at - point > back && !is_every_day(&days) => back = at - point,
            Some((at, point)) => {
                let by = decider(reaches, &members, at);
                return Joint { loss: Some(at - point), reason: Reason::Bounded, at: Some((at, point)), by };
            }
        }
    }
}

/// What makes a further instant common at `at`.
fn decider(reaches: &[Reach<'_>], members: &[Vec<Member<'_>>], at: i64) -> Decider {
    let Some(common) = newest_common(reaches, members, at) else { return Decider::Nobody };
    for (reach, members) in reaches.iter().zip(members) {
        for ((copy, stream, _), member) in reach.points.iter().zip(members) {
            let mut run = stream.last_run(at);
            while let Some(found) = run.filter(|run| stream.captured(*run).is_some_and(|point| point >= common)) {
                if stream.captured(found) == Some(common) && member.usable(found, &reach.strike) == at {
                    return Decider::Run { copy: *copy, run: found, common };
                }
                run = stream.last_run(found - 1);
            }
        }
    }
    match reaches.iter().flat_map(|reach| &reach.logs).find(|log| common + log.lag == at) {
        Some(log) => Decider::Reached { log: log.copy, common },
        None => Decider::Nobody,
    }
}

impl Reach<'_> {
    /// The least lag of its streams of changes.
    fn log(&self) -> Option<i64> {
        self.logs.first().map(|log| log.lag)
    }

    fn members(&self) -> Vec<Member<'_>> {
        self.points
            .iter()
            .map(|(_, stream, retention)| Member { stream, retention: retention.as_ref(), covers: false })
            .collect()
    }
}

/// The instants of a span at which a further instant may become common: a point becomes usable, or a stream of changes has
/// come as far as a point.
fn moments(reaches: &[Reach<'_>], members: &[Vec<Member<'_>>], from: i64, until: i64) -> Vec<i64> {
    let mut moments = Vec::new();
    let lags: Vec<i64> = reaches.iter().flat_map(|reach| &reach.logs).map(|log| log.lag).collect();
    // A stream whose base is thrown away in time may leave only points.
    let by_points = |reach: &Reach<'_>| reach.logs.iter().all(|log| log.base.retention.is_some());
    for (reach, members) in reaches.iter().zip(members).filter(|(reach, _)| by_points(reach)) {
        for member in members {
            member.usable_moments(&reach.strike, from, until, &mut moments);
            for lag in &lags {
                let mut next = member.stream.first_run_newer_than(from - lag - 1);
                while let Some((run, point)) = next.and_then(|run| Some((run, member.stream.captured(run)?))) {
                    if point + lag >= until {
                        break;
                    }
                    moments.push(point + lag);
                    next = member.stream.first_run(run + 1);
                }
            }
        }
    }
    moments.sort_unstable();
    moments.dedup();
    moments
}

/// The newest instant that all members can be brought to after a strike at `at`.
fn newest_common(reaches: &[Reach<'_>], members: &[Vec<Member<'_>>], at: i64) -> Option<i64> {
    let left = |(reach, members): (&Reach<'_>, &Vec<Member<'_>>)| -> Vec<Option<Left>> {
        members.iter().map(|member| member.left(at, &reach.strike)).collect()
    };
    let left: Vec<Vec<Option<Left>>> = reaches.iter().zip(members).map(left).collect();
    let mut bound = at;
    'lower: loop {
        for ((reach, members), left) in reaches.iter().zip(members).zip(&left) {
            let points = members.iter().zip(left);
            let by_points = points.filter_map(|(member, left)| member.point_up_to(left.as_ref()?, bound)).max();
            let by_log = reach.logs.iter().filter_map(|log| {
                let reached = bound.min(at - log.lag);
                let has_base = match log.among {
                    Some(base) => members[base].point_up_to(left[base].as_ref()?, reached).is_some(),
                    None => {
                        log.oldest.is_none_or(|oldest| at + reach.strike.detection.unwrap_or(0) - reached <= oldest)
                    }
                };
                has_base.then_some(reached)
            });
            let by_log = by_log.max();
            let reached = by_points.max(by_log)?;
            if reached < bound {
                bound = reached;
                continue 'lower;
            }
        }
        return Some(bound);
    }
}

/// What a strike leaves of a copy.
struct Left {
    newest: i64,
    failed: Vec<i64>,
    /// Until when runs have had time to complete, and the last that has.
    complete: i64,
    last: i64,
}

impl Member<'_> {
    /// What is left after a strike at `at`.
    fn left(&self, at: i64, strike: &Strike) -> Option<Left> {
        let mut failed = Vec::new();
        let Offer::Point { point: newest, .. } = self.offer_without(at, strike, &mut failed) else { return None };
        let complete = at + strike.detection.unwrap_or(0);
        Some(Left { newest, failed, complete, last: self.stream.last_run(complete - self.stream.delay)? })
    }

    /// The newest point up to `bound` of what is left.
    fn point_up_to(&self, left: &Left, bound: i64) -> Option<i64> {
        if left.newest <= bound {
            return Some(left.newest);
        }
        let limit = self.stream.last_clean_run(bound, left.complete)?;
        let run = match self.retention {
            Some(retention) => retention.newest_kept(self.stream, limit, left.last, &left.failed)?,
            None => made(self.stream, limit, &left.failed)?,
        };
        self.stream.captured(run)
    }

    /// The instants of a span at which a run becomes usable.
    fn usable_moments(&self, strike: &Strike, from: i64, until: i64, moments: &mut Vec<i64>) {
        let mut next = self.first_usable(from, strike);
        while let Some(run) = next {
            let usable = self.usable(run, strike);
            if usable >= until {
                break;
            }
            moments.push(usable);
            next = self.stream.first_run(run + 1);
        }
    }
}
