//! What a copy is worth by itself: its worst case with no other copy to help.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::all_time::{first_day, last_day};
use super::chain::{Chain, Shape};
use super::keep::{Bucket, Retention};
use super::shared::Shared;
use super::stream::{Clock, Stream};
use super::sweep::{Member, Peak, Strike, peak};

/// Why a loss is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// There is a bound.
    Bounded,
    /// Nothing survives that could be read.
    NoCopy,
    /// Retention has thrown away the last clean point by the time that the corruption is noticed.
    Forgotten,
    /// A copy survives, but it was made once, or its schedule ends: it grows older without bound.
    Ageing,
    /// The stream of changes survives and the copy does not that it is replayed onto.
    NoBase,
    /// A schedule on which no run ever starts.
    NeverRuns,
    /// The members of a group share no instant that they all can be restored to.
    NoCommonInstant,
}

/// A worst case with what it comes from.
#[derive(Clone, Debug)]
pub(super) struct Own {
    /// None where there is no bound.
    pub(super) loss: Option<i64>,
    pub(super) reason: Reason,
    /// The worst moment, where phases are known or have been tried.
    pub(super) peak: Option<Peak>,
}

/// Worst cases of chains, computed once each.
#[derive(Debug, Default)]
pub(super) struct Solver {
    own: Shared<(u32, Strike), Arc<Own>>,
    shortest: Shared<u32, i64>,
}

impl Solver {
    /// The worst case of a copy by itself. A stream of changes counts as if its base survived.
    pub(super) fn own(&self, chain: &Chain, strike: &Strike) -> Arc<Own> {
        self.own.get_or((chain.number, *strike), || Arc::new(self.compute(chain, strike)))
    }

    fn compute(&self, chain: &Chain, strike: &Strike) -> Own {
        let (stream, stale, exact) = match &chain.shape {
            Shape::Runs { stream, stale, exact } => (stream, stale, *exact),
            Shape::Log { lag, .. } => {
                let loss = if strike.detection.is_some() { 0 } else { *lag };
                return Own { loss: Some(loss), reason: Reason::Bounded, peak: None };
            }
            Shape::Once | Shape::Ended => return Own { loss: None, reason: Reason::Ageing, peak: None },
            Shape::Never => return Own { loss: None, reason: Reason::NeverRuns, peak: None },
        };
        let age = stale.iter().try_fold(0i64, |age, source| Some(age + self.own(source, &PLAIN).loss?));
        let Some(age) = age else { return Own { loss: None, reason: Reason::Ageing, peak: None } };
        let retention = self.retention_that_matters(chain, stream, strike);
        let mut own = match (exact || stream.is_pinned(), retention) {
            (true, retention) => by_peak(stream, retention.as_ref(), strike),
            (false, retention) => match stream.uniform_interval().filter(|_| counts_only(retention.as_ref())) {
                Some(interval) => by_interval(stream, interval, retention.as_ref(), strike),
                None => self.by_phases(stream, retention.as_ref(), strike),
            },
        };
        own.loss = own.loss.map(|loss| loss + age);
        own
    }

    /// The retention of a chain where it can make a difference to a strike: none where enough is kept for certain, and
    /// rules by count in place of rules by units of the calendar that are too short to hold two runs.
    pub(super) fn retention_that_matters(&self, chain: &Chain, stream: &Stream, strike: &Strike) -> Option<Retention> {
        let detection = strike.detection?;
        let mut retention = chain.retention.clone()?;
        let shortest = self.shortest_gap(chain.number, stream);
        let keep = &mut retention.keep;
        let counts = [
            (Bucket::Hour, &mut keep.hourly),
            (Bucket::Day, &mut keep.daily),
            (Bucket::Week, &mut keep.weekly),
            (Bucket::Month, &mut keep.monthly),
            (Bucket::Year, &mut keep.yearly),
        ];
        for (bucket, count) in counts {
            if bucket.longest() < shortest || bucket == Bucket::Day && once_a_day(stream) {
                keep.last = keep.last.max(std::mem::take(count));
            }
        }
        let certain = (i64::from(keep.last) - 1 - i64::from(strike.missed)).max(0);
        let kept_for = certain.saturating_mul(shortest).saturating_add(stream.fixed_age().unwrap_or(stream.delay));
        (keep.last <= strike.missed || kept_for < detection).then_some(retention)
    }

    /// A time that no two consecutive runs are closer than.
    fn shortest_gap(&self, number: u32, stream: &Stream) -> i64 {
        self.shortest.get_or(number, || shortest_gap(stream))
    }

    /// The worst over the phases of a stream that has unknown ones.
    fn by_phases(&self, stream: &Stream, retention: Option<&Retention>, strike: &Strike) -> Own {
        let mut worst: Option<Own> = None;
        for pinned in pinned(stream, retention) {
            let own = by_peak(&pinned, retention, strike);
            let rank = |own: &Own| (own.loss.is_none(), own.loss);
            if worst.as_ref().is_none_or(|worst| rank(&own) > rank(worst)) {
                worst = Some(own);
            }
        }
        let mut worst = worst.unwrap_or(Own { loss: None, reason: Reason::NeverRuns, peak: None });
        // A moment in a phase that was only tried is no date to show.
        worst.peak = None;
        worst
    }
}

/// The live data destroyed, with all runs made.
pub(super) const PLAIN: Strike = Strike { detection: None, missed: 0 };

fn by_peak(stream: &Stream, retention: Option<&Retention>, strike: &Strike) -> Own {
    match peak(&[Member { stream, retention, covers: false }], strike) {
        None => Own { loss: None, reason: Reason::NeverRuns, peak: None },
        Some(peak) => {
            let reason = if peak.loss.is_some() { Reason::Bounded } else { Reason::Forgotten };
            Own { loss: peak.loss, reason, peak: Some(peak) }
        }
    }
}

/// Runs that are all equally far apart: the sum of 2.2, whatever the phase.
fn by_interval(stream: &Stream, interval: i64, retention: Option<&Retention>, strike: &Strike) -> Own {
    let missed = i64::from(strike.missed);
    let age = stream.fixed_age().unwrap_or(stream.delay);
    let waits = (missed + 1).saturating_mul(interval);
    let Some(detection) = strike.detection else {
        return Own { loss: Some(waits + age), reason: Reason::Bounded, peak: None };
    };
    let forgotten = retention.is_some_and(|retention| {
        let kept = i64::from(retention.keep.last) - 1 - missed;
        kept < 0 || kept.saturating_mul(interval).saturating_add(age) < detection
    });
    match forgotten {
        true => Own { loss: None, reason: Reason::Forgotten, peak: None },
        false => Own { loss: Some(waits + (age - detection).max(0)), reason: Reason::Bounded, peak: None },
    }
}

/// Whether all rules count points.
pub(super) fn counts_only(retention: Option<&Retention>) -> bool {
    retention.is_none_or(|retention| retention.keep.within.is_none() && retention.buckets().next().is_none())
}

/// Whether no local day has two runs.
fn once_a_day(stream: &Stream) -> bool {
    matches!(&stream.clock, Clock::Calendar(schedule) if schedule.times().len() == 1)
}

fn shortest_gap(stream: &Stream) -> i64 {
    match &stream.clock {
        Clock::Every { interval, .. } => *interval,
        Clock::Follow(of) => shortest_gap(of),
        Clock::First { of, .. } => stream.uniform_interval().unwrap_or_else(|| shortest_gap(of)),
        // At most once a day: clock changes move a run by a few hours at most.
        Clock::Calendar(schedule) if schedule.times().len() == 1 => 20 * 3_600,
        Clock::Calendar(schedule) => schedule.shortest_gap().map_or(0, |gap| gap.seconds()),
    }
}

/// How many phases of one clock are tried. Every phase that makes a difference is among them for all but odd intervals; an
/// odd one goes through its phases by itself as the years pass.
const MOST_PHASES: usize = 512;

/// The stream with its unknown phases pinned, in each way that makes a difference.
///
/// Moving the phase of an interval changes nothing until a run crosses the boundary of a unit of the calendar that
/// retention counts; moving the window of which only the first completion counts, nothing until its edge crosses a
/// completion. So the phases are those at which that happens.
pub(super) fn pinned(stream: &Stream, retention: Option<&Retention>) -> Vec<Stream> {
    let rebuilt = |clock| Stream { clock, captures: stream.captures.clone(), delay: stream.delay };
    match &stream.clock {
        Clock::Calendar(_) | Clock::Every { anchor: Some(_), .. } => vec![stream.clone()],
        Clock::Every { interval, anchor: None } => {
            let anchors = boundaries(retention, *interval);
            anchors.into_iter().map(|at| rebuilt(Clock::Every { interval: *interval, anchor: Some(at) })).collect()
        }
        Clock::Follow(of) => pinned(of, retention).into_iter().map(|of| rebuilt(Clock::Follow(Arc::new(of)))).collect(),
        Clock::First { of, every, anchor } => {
            let mut all = Vec::new();
            for of in pinned(of, retention).into_iter().map(Arc::new) {
                let anchors = match anchor {
                    Some(anchor) => BTreeSet::from([*anchor]),
                    None => completions(&of, *every),
                };
                let clock = |at| Clock::First { of: of.clone(), every: *every, anchor: Some(at) };
                all.extend(anchors.into_iter().map(|at| rebuilt(clock(at))));
                if all.len() >= MOST_PHASES {
                    break;
                }
            }
            all.truncate(MOST_PHASES);
            all
        }
    }
}

/// The phases of an interval at which a run falls on a boundary that retention knows.
fn boundaries(retention: Option<&Retention>, interval: i64) -> BTreeSet<i64> {
    let Some(retention) = retention else { return BTreeSet::from([0]) };
    let step = if retention.keep.hourly > 0 { 3_600 } else { 86_400 };
    let zone = &retention.zone;
    let (from, until) = (first_day() * 86_400, last_day() * 86_400);
    let mut offsets = BTreeSet::from([zone.offset_at(from)]);
    let mut phases = BTreeSet::new();
    for (at, _, after) in zone.offset_changes(from, until) {
        offsets.insert(after);
        phases.insert(at.rem_euclid(step));
    }
    phases.extend(offsets.into_iter().map(|offset| (-offset).rem_euclid(step)));
    let mut anchors = BTreeSet::new();
    for phase in phases {
        let mut at = phase.rem_euclid(interval);
        while anchors.len() < MOST_PHASES && anchors.insert(at) {
            at = (at + step).rem_euclid(interval);
        }
    }
    anchors
}

/// The phases of an interval at which a completion falls on its edge.
fn completions(of: &Stream, interval: i64) -> BTreeSet<i64> {
    let mut phases = BTreeSet::new();
    let mut rhythms = super::all_time::Rhythms::default();
    rhythms.add_stream(of);
    for days in rhythms.days(interval, interval) {
        let mut next = of.first_completion(days.start * 86_400);
        while let Some(at) = next.filter(|at| *at < days.end * 86_400 && phases.len() < MOST_PHASES) {
            phases.insert(at.rem_euclid(interval));
            next = of.first_completion(at + 1);
        }
    }
    phases
}
