//! Runs that are not over when the next one starts.

use super::all_time::{Calendar, Rhythms};
use super::chain::{Chain, Shape};
use super::own::Solver;
use super::phase::pinned;
use super::stream::{Clock, Stream};
use crate::units::Seconds;

const DAY: i64 = 86_400;

/// A run that meets the next one: its transfer takes longer than the shortest time between two runs.
///
/// A hold is waiting only, and several points may wait at once; the transfer is what cannot be done twice at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// How long the transfer takes.
    pub takes: Seconds,
    /// The shortest time between two runs.
    pub gap: Seconds,
    /// Two runs that are so close, where they are known.
    pub runs: Option<(i64, i64)>,
}

pub(super) fn overlap(solver: &Solver, chain: &Chain) -> Option<Overlap> {
    let Shape::Runs { stream, .. } = &chain.shape else { return None };
    if chain.takes <= solver.shortest_gap(stream) {
        return None;
    }
    let (gap, runs) = shortest(stream, &solver.calendar)?;
    (chain.takes > gap).then(|| Overlap {
        takes: Seconds(chain.takes.unsigned_abs()),
        gap: Seconds(gap.unsigned_abs()),
        runs,
    })
}

/// The shortest time between two runs, and where it is.
fn shortest(stream: &Stream, calendar: &Calendar) -> Option<(i64, Option<(i64, i64)>)> {
    if let Some(interval) = stream.uniform_interval() {
        return Some((interval, None));
    }
    match &stream.clock {
        Clock::Calendar(schedule) => {
            let gap = schedule.shortest_gap()?;
            Some((gap.seconds(), Some((gap.from, gap.to))))
        }
        Clock::Follow(of) => {
            let (gap, runs) = shortest(of, calendar)?;
            Some((gap, runs.map(|(from, to)| (from + of.delay, to + of.delay))))
        }
        Clock::Every { interval, .. } => Some((*interval, None)),
        Clock::First { every, .. } => {
            let known = stream.is_pinned();
            let all = pinned(stream, None, calendar);
            let gaps = all.iter().filter_map(|stream| closest(stream, *every, calendar));
            let (from, to) = gaps.min_by_key(|(from, to)| (to - from, *from))?;
            Some((to - from, known.then_some((from, to))))
        }
    }
}

/// The closest two runs of a stream with known phases.
fn closest(stream: &Stream, reach: i64, calendar: &Calendar) -> Option<(i64, i64)> {
    let mut rhythms = Rhythms::default();
    rhythms.add_stream(stream);
    let mut best: Option<(i64, i64)> = None;
    for days in calendar.days(&rhythms, reach.saturating_mul(2), 0).iter() {
        let mut next = stream.first_run(days.start * DAY);
        while let Some(run) = next.filter(|run| *run < days.end * DAY) {
            if let Some(before) = stream.last_run(run - 1)
                && best.is_none_or(|(from, to)| run - before < to - from)
            {
                best = Some((before, run));
            }
            next = stream.first_run(run + 1);
        }
    }
    best
}
