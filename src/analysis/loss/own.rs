//! What a copy is worth by itself: its worst case with no other copy to help.

use std::sync::Arc;

use super::all_time::{Calendar, first_day};
use super::chain::{Chain, Shape};
use super::keep::{Bucket, Retention};
use super::phase::{by_window, pinned};
use super::shared::Shared;
use super::stream::{Captures, Clock, Shifted, Stream};
use super::sweep::{Best, Member, Peak, Strike, peak};
use crate::calendar::{DateSet, Zone};

const DAY: i64 = 86_400;

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

/// Consecutive dates that are farther apart than all others.
type Farthest = Arc<[(i64, i64)]>;

/// Worst cases of chains, computed once each.
#[derive(Debug, Default)]
pub(super) struct Solver {
    /// By the runs of a chain, the retention that matters, and the strike.
    own: Shared<(u32, Option<Retention>, Strike), Arc<Own>>,
    /// By the address of a schedule, which chains hold on to.
    shortest: Shared<usize, i64>,
    /// The worst gap between runs with so many missed in it, by the address of a schedule.
    gaps: Shared<(usize, u32), Option<Peak>>,
    /// The dates that are farthest apart, by the set of dates.
    farthest: Shared<DateSet, Option<Farthest>>,
    pub(super) calendar: Arc<Calendar>,
}

impl Solver {
    /// For chains with numbers of their own, over the same days.
    pub(super) fn over(calendar: &Arc<Calendar>) -> Self {
        Self { calendar: calendar.clone(), ..Self::default() }
    }

    /// The worst case of a copy by itself. A stream of changes counts as if its base survived.
    pub(super) fn own(&self, chain: &Chain, strike: &Strike) -> Arc<Own> {
        let retention = match &chain.shape {
            Shape::Runs { stream, .. } => self.retention_that_matters(chain, stream, strike),
            Shape::Log { .. } | Shape::Once | Shape::Ended | Shape::Never => None,
        };
        let key = (chain.runs, retention, *strike);
        self.own.get_or(key, |(_, retention, _)| Arc::new(self.compute(chain, retention.as_ref(), strike)))
    }

    fn compute(&self, chain: &Chain, retention: Option<&Retention>, strike: &Strike) -> Own {
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
        let mut own = self.of_runs(stream, retention, exact, strike);
        own.loss = own.loss.map(|loss| loss + age);
        own
    }

    fn of_runs(&self, stream: &Stream, retention: Option<&Retention>, exact: bool, strike: &Strike) -> Own {
        if let (None, Some(own)) = (retention, self.by_gap(stream, strike)) {
            return own;
        }
        if let (None, Some(shifted)) = (retention, stream.shifted()) {
            return self.by_shift(shifted, strike);
        }
        if exact || stream.is_pinned() {
            return by_peak(stream, retention, strike, &self.calendar);
        }
        match stream.uniform_interval().filter(|_| counts_only(retention)) {
            Some(interval) => by_interval(stream, interval, retention, strike),
            None => by_phases(stream, retention, strike, &self.calendar),
        }
    }

    /// A calendar of dates that are far apart, over the live data: the longest of its gaps decides.
    fn by_gap(&self, stream: &Stream, strike: &Strike) -> Option<Own> {
        let (Clock::Calendar(schedule), Captures::Live { behind }) = (&stream.clock, &stream.captures) else {
            return None;
        };
        if strike.missed > 0 || schedule.dates().only_weekdays().is_some() {
            return None;
        }
        let farthest = self.farthest.get_or(schedule.dates().clone(), |dates| dates.farthest().map(Arc::from));
        let known = farthest.and_then(|farthest| schedule.worst_gap_of(&farthest));
        let gap = known.or_else(|| schedule.worst_gap())?;
        let complete = gap.to + stream.delay;
        let at = strike.detection.map_or(complete, |detection| (gap.to - behind).max(complete - detection));
        let best = Best { member: 0, run: gap.from, point: gap.from - behind };
        let loss = Some(at - best.point);
        let peak = Peak { loss, at, next: (0, gap.to), best: Some(best) };
        Some(Own { loss, reason: Reason::Bounded, peak: Some(peak) })
    }

    /// The worst gap of a schedule, shifted: with nothing thrown away, a point helps from its completion on, or from when
    /// corruption after it would be noticed after its completion.
    fn by_shift(&self, shifted: Shifted<'_>, strike: &Strike) -> Own {
        let Shifted { schedule, run, complete, behind } = shifted;
        let gap = self.gaps.get_or((Arc::as_ptr(schedule) as usize, strike.missed), |_| {
            let stream =
                Stream { clock: Clock::Calendar(schedule.clone()), captures: Captures::Live { behind: 0 }, delay: 0 };
            let plain = Strike { missed: strike.missed, ..PLAIN };
            peak(&[Member { stream: &stream, retention: None, covers: false }], &plain, &self.calendar)
        });
        let Some(gap) = gap else { return Own { loss: None, reason: Reason::NeverRuns, peak: None } };
        let usable = strike.detection.map_or(complete, |detection| (complete - detection).max(-behind));
        let peak = Peak {
            loss: gap.loss.map(|loss| loss + usable + behind),
            at: gap.at + usable,
            next: (0, gap.next.1 + run),
            best: gap.best.map(|best| Best { member: 0, run: best.run + run, point: best.point - behind }),
        };
        let reason = if peak.loss.is_some() { Reason::Bounded } else { Reason::Forgotten };
        Own { loss: peak.loss, reason, peak: Some(peak) }
    }

    /// The retention of a chain where it can make a difference to a strike: none where enough is kept for certain, and
    /// rules by count in place of rules by units of the calendar that are too short to hold two runs.
    pub(super) fn retention_that_matters(&self, chain: &Chain, stream: &Stream, strike: &Strike) -> Option<Retention> {
        let detection = strike.detection?;
        let mut retention = chain.retention.clone()?;
        let shortest = self.shortest_gap(stream);
        let keep = &mut retention.keep;
        let counts = [
            (Bucket::Hour, &mut keep.hourly),
            (Bucket::Day, &mut keep.daily),
            (Bucket::Week, &mut keep.weekly),
            (Bucket::Month, &mut keep.monthly),
            (Bucket::Year, &mut keep.yearly),
        ];
        for (bucket, count) in counts {
            if bucket.longest() < shortest || bucket == Bucket::Day && once_a_day(stream, &retention.zone) {
                keep.last = keep.last.max(std::mem::take(count));
            }
        }
        // A run that failed has replaced nothing, so that missed runs take nothing away from what is kept.
        let certain = (i64::from(keep.last) - 1).max(0);
        let kept_for = certain.saturating_mul(shortest).saturating_add(stream.fixed_age().unwrap_or(stream.delay));
        (keep.last == 0 || kept_for < detection).then_some(retention)
    }

    /// A time that no two consecutive runs are closer than.
    pub(super) fn shortest_gap(&self, stream: &Stream) -> i64 {
        match &stream.clock {
            Clock::Every { interval, .. } => *interval,
            Clock::Follow(of) => self.shortest_gap(of),
            Clock::First { of, .. } => stream.uniform_interval().unwrap_or_else(|| self.shortest_gap(of)),
            // At most once a day: clock changes move a run by a few hours at most.
            Clock::Calendar(schedule) if schedule.times().len() == 1 => 20 * 3_600,
            Clock::Calendar(schedule) => {
                let gap = |_: &usize| schedule.shortest_gap().map_or(0, |gap| gap.seconds());
                self.shortest.get_or(Arc::as_ptr(schedule) as usize, gap)
            }
        }
    }
}

/// The live data destroyed, with all runs made.
pub(super) const PLAIN: Strike = Strike { detection: None, missed: 0 };

/// The worst over the phases of a stream that has unknown ones.
fn by_phases(stream: &Stream, retention: Option<&Retention>, strike: &Strike, calendar: &Calendar) -> Own {
    if retention.is_none()
        && strike.missed == 0
        && let Some(loss) = by_window(stream, strike.detection, calendar)
    {
        return Own { loss: Some(loss), reason: Reason::Bounded, peak: None };
    }
    let mut worst: Option<Own> = None;
    for pinned in pinned(stream, retention, calendar) {
        let own = by_peak(&pinned, retention, strike, calendar);
        let rank = |own: &Own| (own.loss.is_none(), own.loss);
        if worst.as_ref().is_none_or(|worst| rank(&own) > rank(worst)) {
            worst = Some(own);
        }
    }
    // A moment in a phase that was only tried is no date to show.
    worst.map_or(Own { loss: None, reason: Reason::NeverRuns, peak: None }, |worst| Own { peak: None, ..worst })
}

fn by_peak(stream: &Stream, retention: Option<&Retention>, strike: &Strike, calendar: &Calendar) -> Own {
    match peak(&[Member { stream, retention, covers: false }], strike, calendar) {
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
        let kept = i64::from(retention.keep.last) - 1;
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

/// Whether no day, as retention counts them, has two runs: there is one time of day, and no clock change moves it over
/// midnight. 01:00 in Berlin does, of days in UTC: one day in March has two runs, and keeps the later one.
fn once_a_day(stream: &Stream, counted_in: &Zone) -> bool {
    let Clock::Calendar(schedule) = &stream.clock else { return false };
    let (zone, mut times) = (schedule.zone(), schedule.times().iter());
    let (Some(time), None) = (times.next(), times.next()) else { return false };
    if zone.name() == counted_in.name() {
        return true;
    }
    let first = first_day() * DAY;
    let changes = zone.offset_changes(first, i64::MAX).map(|(_, _, after)| after);
    let mut days =
        std::iter::once(zone.offset_at(first)).chain(changes).map(|of| (i64::from(time) - of).div_euclid(DAY));
    let day = days.next();
    counted_in.is_fixed() && counted_in.offset_at(first) == 0 && days.all(|other| Some(other) == day)
}
