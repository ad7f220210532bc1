//! Copies by what decides their worth and nothing else, so that equal ones are computed once.
//!
//! A chain is a copy with all that it is made from: timing, hold, transfer, retention, and the same of its source. Names,
//! stores and places are left out. Chains are interned: equal chains are one, and have one number.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::all_time::last_day;
use super::keep::Retention;
use super::result::made_from;
use super::stream::{Captures, Clock, Stream};
use crate::calendar::{Schedule, Zone};
use crate::model::{Anchor, CopyId, DataCopy, Id, Keep, Model, Timing};
use crate::terms::ReplicationMode;

/// A copy with all that it is made from.
#[derive(Debug)]
pub(super) struct Chain {
    /// Equal numbers mean equal chains.
    pub(super) number: u32,
    /// Equal numbers mean chains that differ in nothing but what is kept of them and of what they are made from.
    pub(super) runs: u32,
    pub(super) shape: Shape,
    /// The copy that it is made from.
    pub(super) source: Option<Arc<Chain>>,
    /// Whether that copy's completion triggers it.
    pub(super) triggered: bool,
    pub(super) hold: i64,
    pub(super) takes: i64,
    /// How far the instance may be behind that it is read from.
    pub(super) behind: i64,
    pub(super) retention: Option<Retention>,
}

impl Chain {
    /// The zone that its times are written in, where they are written in one.
    pub(super) fn zone(&self) -> Option<&Zone> {
        let Shape::Runs { stream, .. } = &self.shape else { return None };
        match &stream.clock {
            Clock::Calendar(schedule) => Some(schedule.zone()),
            _ => self.source.as_deref().and_then(Chain::zone),
        }
    }
}

/// What kind of points it has.
#[derive(Debug)]
pub(super) enum Shape {
    /// Whole points, made again and again.
    Runs {
        stream: Arc<Stream>,
        /// Sources that are read with an unknown phase: each adds its whole worst case.
        stale: Vec<Arc<Chain>>,
        /// Whether all phases are known.
        exact: bool,
    },
    /// A stream of changes onto a base, by the place of the base among the copies of the data.
    Log { lag: i64, base: usize },
    /// One point, older every day.
    Once,
    /// A schedule that ends: from then on one point, older every day.
    Ended,
    /// No point is ever made.
    Never,
}

/// What tells chains apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    timing: TimingKey,
    source: Option<u32>,
    hold: i64,
    takes: i64,
    behind: i64,
    keep: Option<(Keep, Zone)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum TimingKey {
    Calendar(u32),
    Every(i64, Option<Anchor>),
    Log(i64, usize),
    After(Option<i64>, Option<Anchor>),
    Once(Anchor),
}

/// Chains with their numbers, while they are built.
#[derive(Debug, Default)]
pub(super) struct Interner {
    chains: Vec<Arc<Chain>>,
    known: FxHashMap<Key, u32>,
    runs: FxHashMap<Key, u32>,
    schedules: FxHashMap<Arc<Schedule>, u32>,
    /// The same schedule is often the very same value, which is held on to, so that no other comes to stand at its address.
    pointers: FxHashMap<usize, (Arc<Schedule>, u32)>,
}

/// The chains of all copies of a model.
pub(super) fn chains(model: &Model) -> Vec<Arc<Chain>> {
    let mut interner = Interner::default();
    let mut built: Vec<Option<Arc<Chain>>> = vec![None; model.copies.len()];
    for copy in model.copies.ids() {
        interner.chain(model, copy, &mut built, 0);
    }
    let nothing = interner.nothing();
    built.into_iter().map(|chain| chain.unwrap_or_else(|| nothing.clone())).collect()
}

/// Longer than any way from copy to copy that a sound model has.
const DEEPEST: usize = 256;

impl Interner {
    fn chain(
        &mut self,
        model: &Model,
        id: CopyId,
        built: &mut [Option<Arc<Chain>>],
        depth: usize,
    ) -> Option<Arc<Chain>> {
        if let Some(known) = built.get(id.index())? {
            return Some(known.clone());
        }
        if depth > DEEPEST {
            return None;
        }
        let source = match made_from(model, id) {
            Some(source) => Some(self.chain(model, source, built, depth + 1)?),
            None => None,
        };
        let chain = self.intern(model, &model.copies[id], source);
        if let Some(place) = built.get_mut(id.index()) {
            *place = Some(chain.clone());
        }
        Some(chain)
    }

    /// The chain of one copy, with another copy, or itself, replaced.
    pub(super) fn single(
        &mut self,
        model: &Model,
        id: CopyId,
        replaced: Option<(CopyId, &DataCopy)>,
    ) -> Option<Arc<Chain>> {
        let mut way = vec![id];
        while let Some(source) = way.last().and_then(|at| made_from(model, *at)) {
            if way.len() > DEEPEST {
                return None;
            }
            way.push(source);
        }
        way.into_iter().rev().fold(None, |source, at| {
            let copy = replaced.filter(|(replaced, _)| *replaced == at).map_or(&model.copies[at], |(_, copy)| copy);
            Some(self.intern(model, copy, source))
        })
    }

    /// The chain of a copy whose source is known.
    fn intern(&mut self, model: &Model, copy: &DataCopy, source: Option<Arc<Chain>>) -> Arc<Chain> {
        // Our jobs date their points in UTC, and days are counted as points are dated: no hour occurs twice.
        let retention = copy.keep.map(|keep| Retention { keep, zone: Zone::utc() });
        let key = Key {
            timing: self.timing_key(model, copy),
            source: source.as_ref().map(|source| source.number),
            hold: seconds(copy.hold.0),
            takes: seconds(copy.takes.value.0),
            behind: behind(model, copy),
            keep: retention.as_ref().map(|retention| (retention.keep, retention.zone.clone())),
        };
        if let Some(number) = self.known.get(&key) {
            return self.chains[*number as usize].clone();
        }
        let number = self.chains.len() as u32;
        let next = self.runs.len() as u32;
        let unkept = Key { source: source.as_ref().map(|source| source.runs), keep: None, ..key.clone() };
        let chain = Arc::new(Chain {
            number,
            runs: *self.runs.entry(unkept).or_insert(next),
            shape: shape(model, copy, source.as_ref(), &key),
            source,
            triggered: matches!(copy.timing, Timing::After { .. }),
            hold: key.hold,
            takes: key.takes,
            behind: key.behind,
            retention,
        });
        self.known.insert(key, number);
        self.chains.push(chain.clone());
        chain
    }

    fn timing_key(&mut self, model: &Model, copy: &DataCopy) -> TimingKey {
        match &copy.timing {
            Timing::Calendar(schedule) => TimingKey::Calendar(self.schedule(schedule)),
            Timing::Every { interval, anchor } => TimingKey::Every(seconds(interval.0), *anchor),
            Timing::Continuous { lag, base } => TimingKey::Log(seconds(lag.0), place(model, copy, *base)),
            Timing::After { every, anchor, .. } => TimingKey::After(every.map(|every| seconds(every.0)), *anchor),
            Timing::Once(at) => TimingKey::Once(*at),
        }
    }

    fn schedule(&mut self, schedule: &Arc<Schedule>) -> u32 {
        let next = self.schedules.len() as u32;
        let pointer = Arc::as_ptr(schedule) as usize;
        if let Some((_, number)) = self.pointers.get(&pointer) {
            return *number;
        }
        let number = *self.schedules.entry(schedule.clone()).or_insert(next);
        self.pointers.insert(pointer, (schedule.clone(), number));
        number
    }

    fn nothing(&self) -> Arc<Chain> {
        Arc::new(Chain {
            number: u32::MAX,
            runs: u32::MAX,
            shape: Shape::Never,
            source: None,
            triggered: false,
            hold: 0,
            takes: 0,
            behind: 0,
            retention: None,
        })
    }
}

fn shape(model: &Model, copy: &DataCopy, source: Option<&Arc<Chain>>, key: &Key) -> Shape {
    let delay = key.hold + key.takes;
    match &copy.timing {
        Timing::Calendar(schedule) => match lifetime(schedule) {
            Lifetime::Unending => clocked(Clock::Calendar(schedule.clone()), source, key.behind, delay),
            Lifetime::Ended => Shape::Ended,
            Lifetime::Never => Shape::Never,
        },
        Timing::Every { interval, anchor } => {
            let clock = Clock::Every { interval: seconds(interval.0).max(1), anchor: anchor.map(|at| at.0) };
            clocked(clock, source, key.behind, delay)
        }
        Timing::Continuous { lag, base } => log(model, copy, source, seconds(lag.0) + key.behind, *base),
        Timing::After { every, anchor, .. } => {
            let every = every.map(|every| (seconds(every.0).max(1), anchor.map(|at| at.0)));
            source.map_or(Shape::Never, |source| triggered(source, every, delay))
        }
        Timing::Once(_) => Shape::Once,
    }
}

/// A copy with a clock of its own.
fn clocked(clock: Clock, source: Option<&Arc<Chain>>, behind: i64, delay: i64) -> Shape {
    let mut stale = Vec::new();
    // A clock of unknown phase may always read just before the source's next point is complete.
    let pinned = !matches!(clock, Clock::Every { anchor: None, .. });
    let captures = match source.map(|source| (source, &source.shape)) {
        None => Captures::Live { behind },
        // Two clocks that are known stay known to each other, whatever the first of them reads.
        Some((_, Shape::Runs { stream, stale: below, .. })) if pinned && stream.is_pinned() => {
            stale.clone_from(below);
            Captures::Newest(stream.clone())
        }
        Some((source, Shape::Runs { .. })) => {
            stale.push(source.clone());
            Captures::Live { behind: 0 }
        }
        Some((_, Shape::Log { lag, .. })) => Captures::Live { behind: *lag },
        Some((_, Shape::Once)) => return Shape::Once,
        Some((_, Shape::Ended)) => return Shape::Ended,
        Some((_, Shape::Never)) => return Shape::Never,
    };
    let stream = Stream { clock, captures, delay };
    let exact = stale.is_empty() && stream.is_pinned();
    Shape::Runs { stream: Arc::new(stream), stale, exact }
}

/// A copy that another's completion triggers; with `every`, only the first completion in each such interval.
fn triggered(source: &Chain, every: Option<(i64, Option<i64>)>, delay: i64) -> Shape {
    match &source.shape {
        Shape::Runs { stream, stale, .. } => {
            let clock = match every {
                None => Clock::Follow(stream.clone()),
                Some((every, anchor)) => Clock::First { of: stream.clone(), every, anchor },
            };
            let stream = Stream { clock, captures: Captures::Trigger, delay };
            let exact = stale.is_empty() && stream.is_pinned();
            Shape::Runs { stream: Arc::new(stream), stale: stale.clone(), exact }
        }
        Shape::Once => Shape::Once,
        Shape::Ended => Shape::Ended,
        Shape::Log { .. } | Shape::Never => Shape::Never,
    }
}

/// A stream of changes, of the live data or of another stream.
fn log(model: &Model, copy: &DataCopy, source: Option<&Arc<Chain>>, lag: i64, base: CopyId) -> Shape {
    let upstream = match source.map(|source| &source.shape) {
        Some(Shape::Log { lag, .. }) => *lag,
        None => 0,
        // The changes of a copy that is made in whole points are whole points.
        Some(_) => return source.map_or(Shape::Never, |source| triggered(source, None, lag)),
    };
    Shape::Log { lag: lag + upstream, base: place(model, copy, base) }
}

enum Lifetime {
    Unending,
    Ended,
    Never,
}

/// Whether a schedule goes on for ever. One that names years and leaves the end open does.
fn lifetime(schedule: &Schedule) -> Lifetime {
    const HALF_A_CENTURY: i64 = 50 * 366 * 86_400;
    let horizon = last_day() * 86_400;
    match schedule.previous_at_or_before(horizon) {
        None => Lifetime::Never,
        Some(last) if last > horizon - HALF_A_CENTURY => Lifetime::Unending,
        Some(_) if schedule.gaps().is_some_and(|gaps| gaps.last.is_none()) => Lifetime::Unending,
        Some(_) => Lifetime::Ended,
    }
}

/// How far the instance may be behind that a copy is read from.
fn behind(model: &Model, copy: &DataCopy) -> i64 {
    let live = copy.from.is_none() && !matches!(copy.timing, Timing::After { .. });
    copy.reads.filter(|_| live).map_or(0, |instance| replica_lag(model, instance))
}

/// How far an instance may be behind the primary: its own lag and, in a cascade, the lags of all that feed it.
///
/// Zero for a primary, for an instance without replication and where replication is synchronous and it has no lag of
/// its own.
pub fn replica_lag(model: &Model, id: crate::model::InstanceId) -> i64 {
    let mut total = 0;
    let mut at = Some(id);
    for _ in 0..=model.instances.len() {
        let Some(id) = at else { break };
        let instance = &model.instances[id];
        if instance.role == Some(crate::terms::Role::Primary) {
            break;
        }
        let replication = model.components[instance.component].replication.as_ref();
        let common = replication.filter(|replication| replication.mode == ReplicationMode::Async);
        let lag = instance.lag.or(common.map(|replication| replication.lag.value));
        total += lag.map_or(0, |lag| seconds(lag.0));
        at = instance.from;
    }
    total
}

/// The place of a copy among the copies of its data.
pub(super) fn place(model: &Model, copy: &DataCopy, id: CopyId) -> usize {
    let first = model.datasets[copy.dataset].copies.first();
    first.map_or(usize::MAX, |first| id.index().wrapping_sub(first.index()))
}

pub(super) fn seconds(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX / 8)
}
