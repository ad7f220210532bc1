//! The points of a copy whose runs are known to the second: when each run starts, what it captures, when it is complete.
//!
//! A stream is a tree: its clock says when it runs, what it captures is the live data or the points of another stream.
//! Every question is answered from the calendar, forwards and backwards, so that nothing is enumerated. A clock
//! whose anchor is not known has to be pinned first ([`super::phase`]); until then it counts as anchored at 0.

use std::sync::Arc;

use crate::calendar::Schedule;

/// A copy as a sequence of runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Stream {
    /// When it runs.
    pub(super) clock: Clock,
    /// What a run captures.
    pub(super) captures: Captures,
    /// From the start of a run until its point can be restored.
    pub(super) delay: i64,
}

/// When a stream runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Clock {
    /// At the instants of a calendar expression.
    Calendar(Arc<Schedule>),
    /// At a fixed interval, counted from the anchor where there is one.
    Every { interval: i64, anchor: Option<i64> },
    /// Each time another completes.
    Follow(Arc<Stream>),
    /// At the first completion of another in each interval, counted from the anchor where there is one.
    First { of: Arc<Stream>, every: i64, anchor: Option<i64> },
}

/// What a run captures.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Captures {
    /// The live data as it was so long before the start of the run.
    Live { behind: i64 },
    /// The newest point of another stream that is complete at the start of the run.
    Newest(Arc<Stream>),
    /// The point of the run that triggered it.
    Trigger,
}

/// On which seconds of a rhythm the points of a stream can fall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ticks {
    every: i64,
    at: Vec<i64>,
}

impl Ticks {
    /// Whether a second of one can be a second of the other.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let common = gcd(self.every, other.every).max(1);
        self.at.iter().any(|one| other.at.iter().any(|two| (one - two) % common == 0))
    }
}

/// A wall clock shows the same times every day, moved by no less than what all its offsets are apart.
fn of_calendar(schedule: &Schedule) -> Ticks {
    const DAY: i64 = 86_400;
    let (zone, first) = (schedule.zone(), super::all_time::first_day() * DAY);
    let offset = zone.offset_at(first);
    let changes = zone.offset_changes(first, i64::MAX);
    let every = changes.fold(DAY, |every, (_, _, after)| gcd(every, after - offset));
    // What cron makes up for runs when the clock has changed, which is on such a second too.
    let made_up = (!zone.is_fixed()).then_some(0);
    let times = schedule.times().iter().map(i64::from).chain(made_up);
    let mut at: Vec<i64> = times.map(|second| (second - offset).rem_euclid(every)).collect();
    at.sort_unstable();
    at.dedup();
    Ticks { every, at }
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}

/// A copy whose every run is the run of a schedule, so much later, and captures the live data: from such a schedule all
/// its copies and the copies of those differ by a shift in time only.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shifted<'s> {
    pub(super) schedule: &'s Arc<Schedule>,
    /// From a run of the schedule to that of the copy.
    pub(super) run: i64,
    /// From a run of the schedule to when the copy's point can be restored.
    pub(super) complete: i64,
    /// From what is captured to the run of the schedule.
    pub(super) behind: i64,
}

impl Stream {
    /// On which seconds its points can fall.
    pub(super) fn ticks(&self) -> Ticks {
        match (&self.captures, &self.clock) {
            (Captures::Newest(source), _) => source.ticks(),
            (Captures::Trigger, Clock::Follow(of) | Clock::First { of, .. }) => of.ticks(),
            (captures, clock) => {
                let behind = if let Captures::Live { behind } = captures { *behind } else { 0 };
                let ticks = match clock {
                    Clock::Calendar(schedule) => of_calendar(schedule),
                    Clock::Every { interval, anchor } => Ticks { every: *interval, at: vec![anchor.unwrap_or(0)] },
                    // A copy that follows another at its completion, and reads the live data then.
                    Clock::Follow(_) | Clock::First { .. } => Ticks { every: 1, at: vec![0] },
                };
                Ticks { at: ticks.at.into_iter().map(|second| second - behind).collect(), ..ticks }
            }
        }
    }

    /// The schedule that it follows shifted, where it does.
    pub(super) fn shifted(&self) -> Option<Shifted<'_>> {
        match (&self.clock, &self.captures) {
            (Clock::Calendar(schedule), Captures::Live { behind }) => {
                Some(Shifted { schedule, run: 0, complete: self.delay, behind: *behind })
            }
            (Clock::Follow(of), Captures::Trigger) => {
                let of = of.shifted()?;
                Some(Shifted { run: of.complete, complete: of.complete + self.delay, ..of })
            }
            _ => None,
        }
    }

    /// The first run that starts at `from` or later.
    pub(super) fn first_run(&self, from: i64) -> Option<i64> {
        match &self.clock {
            Clock::Calendar(schedule) => schedule.next_after(from - 1),
            Clock::Every { interval, anchor } => {
                let anchor = anchor.unwrap_or(0);
                Some(from + (anchor - from).rem_euclid(*interval))
            }
            Clock::Follow(of) => of.first_completion(from),
            Clock::First { of, every, anchor } => {
                let window = from - (from - anchor.unwrap_or(0)).rem_euclid(*every);
                let first = of.first_completion(window)?;
                if first >= from { Some(first) } else { of.first_completion(window + every) }
            }
        }
    }

    /// The runs that start at `from` or later.
    pub(super) fn runs(&self, from: i64) -> impl Iterator<Item = i64> + '_ {
        let (calendar, other) = match &self.clock {
            Clock::Calendar(schedule) => (Some(schedule.instants(from)), None),
            _ => (None, self.first_run(from)),
        };
        let others = std::iter::successors(other, |run| self.first_run(run + 1));
        calendar.into_iter().flatten().chain(others)
    }

    /// Whether it runs so seldom that all its runs can be looked at: about weekly or less often.
    pub(super) fn is_sparse(&self) -> bool {
        const SOME: usize = 24;
        let from = super::all_time::first_day() * 86_400;
        let Some(last) = self.runs(from).take(SOME).last() else { return true };
        last - from > SOME as i64 * 6 * 86_400
    }

    /// The last run that starts at `until` or before.
    pub(super) fn last_run(&self, until: i64) -> Option<i64> {
        match &self.clock {
            Clock::Calendar(schedule) => schedule.previous_at_or_before(until),
            Clock::Every { interval, anchor } => Some(until - (until - anchor.unwrap_or(0)).rem_euclid(*interval)),
            Clock::Follow(of) => of.last_completion(until),
            Clock::First { of, every, anchor } => {
                let last = of.last_completion(until)?;
                of.first_completion(last - (last - anchor.unwrap_or(0)).rem_euclid(*every))
            }
        }
    }

    /// The first completion of a run at `from` or later.
    pub(super) fn first_completion(&self, from: i64) -> Option<i64> {
        Some(self.first_run(from - self.delay)? + self.delay)
    }

    /// The last completion of a run at `until` or before.
    pub(super) fn last_completion(&self, until: i64) -> Option<i64> {
        Some(self.last_run(until - self.delay)? + self.delay)
    }

    /// The recovery point of the run that starts at `run`; none where there was nothing to capture yet.
    pub(super) fn captured(&self, run: i64) -> Option<i64> {
        match (&self.captures, &self.clock) {
            (Captures::Live { behind }, _) => Some(run - behind),
            (Captures::Newest(source), _) => source.captured(source.last_run(run - source.delay)?),
            (Captures::Trigger, Clock::Follow(of) | Clock::First { of, .. }) => of.captured(run - of.delay),
            (Captures::Trigger, _) => Some(run),
        }
    }

    /// The earliest instant from which on runs capture something newer than `point`.
    fn newer_from(&self, point: i64) -> Option<i64> {
        let first_newer = |source: &Stream| Some(source.first_run(source.newer_from(point)?)? + source.delay);
        match (&self.captures, &self.clock) {
            (Captures::Live { behind }, _) => Some(point + behind + 1),
            (Captures::Newest(source), _) => first_newer(source),
            (Captures::Trigger, Clock::Follow(of) | Clock::First { of, .. }) => first_newer(of),
            (Captures::Trigger, _) => Some(point + 1),
        }
    }

    /// The last run whose point is not newer than `point` and complete at `complete`.
    pub(super) fn last_clean_run(&self, point: i64, complete: i64) -> Option<i64> {
        let until = complete - self.delay;
        match self.newer_from(point) {
            Some(newer) => self.last_run(until.min(newer - 1)),
            None => self.last_run(until),
        }
    }

    /// The first run from which on points are newer than `point`.
    pub(super) fn first_run_newer_than(&self, point: i64) -> Option<i64> {
        self.first_run(self.newer_from(point)?)
    }

    /// The calendars, zones and intervals that the stream is made of.
    pub(super) fn visit<'s>(&'s self, see: &mut impl FnMut(&'s Clock)) {
        see(&self.clock);
        if let Clock::Follow(of) | Clock::First { of, .. } = &self.clock {
            of.visit(see);
        }
        if let Captures::Newest(source) = &self.captures {
            source.visit(see);
        }
    }

    /// Whether every phase is known.
    pub(super) fn is_pinned(&self) -> bool {
        let mut pinned = true;
        self.visit(&mut |clock| {
            if let Clock::Every { anchor: None, .. } | Clock::First { anchor: None, .. } = clock {
                pinned = false;
            }
        });
        pinned
    }

    /// The interval of a stream whose runs are all equally far apart whatever the phases are, by arithmetic alone.
    pub(super) fn uniform_interval(&self) -> Option<i64> {
        match &self.clock {
            Clock::Calendar(_) => None,
            Clock::Every { interval, .. } => Some(*interval),
            Clock::Follow(of) => of.uniform_interval(),
            Clock::First { of, every, .. } => {
                let interval = of.uniform_interval()?;
                if *every <= interval { Some(interval) } else { (every % interval == 0).then_some(*every) }
            }
        }
    }

    /// From the instant that a run captures until its point can be restored, where that is the same for all runs.
    pub(super) fn fixed_age(&self) -> Option<i64> {
        match (&self.captures, &self.clock) {
            (Captures::Live { behind }, _) => Some(behind + self.delay),
            (Captures::Trigger, Clock::Follow(of) | Clock::First { of, .. }) => Some(of.fixed_age()? + self.delay),
            (Captures::Trigger, _) => Some(self.delay),
            (Captures::Newest(_), _) => None,
        }
    }
}
