//! The worst moment of a set of copies with known phases, over all time.
//!
//! While nothing happens the loss grows with the clock, so that its local maxima are the moments just before a further
//! point becomes usable. Those moments are enumerated, on one day of each class ([`super::all_time`]).
//!
//! A window is long enough if the result fits in it: of a loss of at most `w` at some `t`, all that decided lies within
//! `w` before `t`, and for corruption until `detection` after it. So the window begins at the loss of some moment, and is
//! widened to the result until the result is no larger. A result is at least that of each day looked at, so that
//! the loop ends.

use std::sync::Arc;

use super::all_time::{Calendar, Rhythms, every_day, first_day, is_every_day};
use super::keep::Retention;
use super::stream::Stream;

const DAY: i64 = 86_400;

/// A copy with known phases.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member<'m> {
    pub(super) stream: &'m Stream,
    /// What is kept of it; none for everything, and where it makes no difference.
    pub(super) retention: Option<&'m Retention>,
    /// Whether a stream of changes is replayed onto its points, so that with any of them nothing is lost.
    pub(super) covers: bool,
}

/// What happens, and how many runs have failed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Strike {
    /// How long corruption goes unnoticed; none where the live data is destroyed.
    pub(super) detection: Option<i64>,
    /// How many of the newest points of each copy are taken away.
    pub(super) missed: u32,
}

/// The worst moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Peak {
    /// The loss just before it; none where nothing is left.
    pub(super) loss: Option<i64>,
    /// The instant at which things get better.
    pub(super) at: i64,
    /// The member and its run that makes things better.
    pub(super) next: (usize, i64),
    /// The member, its run and its point that is the best just before.
    pub(super) best: Option<Best>,
}

/// The newest point that is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Best {
    pub(super) member: usize,
    pub(super) run: i64,
    pub(super) point: i64,
}

/// What a copy has to offer at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// It has not begun to run.
    NotBegun,
    /// Nothing is left of it.
    Nothing,
    /// A run and its point.
    Point { run: i64, point: i64 },
}

/// The worst moment over all time; none where there is no moment at all.
pub(super) fn peak(members: &[Member<'_>], strike: &Strike, calendar: &Calendar) -> Option<Peak> {
    let rhythms = rhythms(members);
    let sparse = !rhythms.repeats_weekly() && members.iter().all(|member| member.stream.is_sparse());
    let mut back = first_loss(members, strike).unwrap_or(DAY);
    loop {
        let days = match sparse {
            true => Arc::new(every_day()),
            false => calendar.days(&rhythms, back, strike.detection.unwrap_or(0)),
        };
        let mut worst = None;
        for range in days.iter() {
            worse_within(members, strike, range.start * DAY, range.end * DAY, &mut worst);
        }
        match worst.and_then(|peak: Peak| peak.loss) {
            Some(loss) if loss > back && !is_every_day(&days) => back = loss,
            _ => return worst,
        }
    }
}

/// The peak that ends at one instant, at which a run of member `next` becomes usable; none where nothing has begun.
pub(super) fn peak_at(members: &[Member<'_>], strike: &Strike, at: i64, next: (usize, i64)) -> Option<Peak> {
    peak_above(members, strike, at, next, i64::MIN)
}

/// As [`peak_at`]; none as well where the loss is found to be at most `floor`.
fn peak_above(members: &[Member<'_>], strike: &Strike, at: i64, next: (usize, i64), floor: i64) -> Option<Peak> {
    let mut best: Option<Best> = None;
    let mut begun = false;
    for (number, member) in members.iter().enumerate() {
        let offer = member.offer(at - 1, strike);
        begun |= offer != Offer::NotBegun;
        if let Offer::Point { run, point } = offer {
            let point = if member.covers { at } else { point };
            if at - point <= floor {
                return None;
            }
            if best.is_none_or(|best| point > best.point) {
                best = Some(Best { member: number, run, point });
            }
        }
    }
    begun.then(|| Peak { loss: best.map(|best| at - best.point), at, next, best })
}

impl Member<'_> {
    /// The newest point that is left of the copy after a strike at `at`.
    pub(super) fn offer(&self, at: i64, strike: &Strike) -> Offer {
        self.offer_without(at, strike, &mut Vec::new())
    }

    /// As [`Member::offer`], with the runs that are taken to have failed: each time the newest that would have been of
    /// use.
    pub(super) fn offer_without(&self, at: i64, strike: &Strike, failed: &mut Vec<i64>) -> Offer {
        let Some(newest) = self.stream.last_run(at + strike.detection.unwrap_or(0) - self.stream.delay) else {
            return Offer::NotBegun;
        };
        let limit = match strike.detection {
            None => Some(newest),
            Some(detection) => self.stream.last_clean_run(at, at + detection),
        };
        let Some(limit) = limit else { return Offer::NotBegun };
        let Some(mut run) = self.kept(limit, newest, strike, failed) else { return Offer::Nothing };
        for _ in 0..strike.missed {
            failed.push(run);
            let Some(before) = self.stream.last_run(run - 1) else { return Offer::NotBegun };
            let Some(left) = self.kept(before, newest, strike, failed) else { return Offer::Nothing };
            run = left;
        }
        self.stream.captured(run).map_or(Offer::NotBegun, |point| Offer::Point { run, point })
    }

    fn kept(&self, limit: i64, newest: i64, strike: &Strike, failed: &[i64]) -> Option<i64> {
        match self.retention {
            Some(retention) if strike.detection.is_some() => retention.newest_kept(self.stream, limit, newest, failed),
            _ => Some(limit),
        }
    }

    /// The first run that becomes usable at `from` or later.
    pub(super) fn first_usable(&self, from: i64, strike: &Strike) -> Option<i64> {
        let completes = self.stream.first_run(from + strike.detection.unwrap_or(0) - self.stream.delay);
        match strike.detection {
            None => completes,
            Some(_) => match (completes, self.stream.first_run_newer_than(from - 1)) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            },
        }
    }

    /// The earliest strike that leaves the point of a run: when it is complete, or late enough to be clean and to be
    /// noticed after its completion.
    pub(super) fn usable(&self, run: i64, strike: &Strike) -> i64 {
        let complete = run + self.stream.delay;
        match strike.detection {
            None => complete,
            Some(detection) => self.stream.captured(run).unwrap_or(run).max(complete - detection),
        }
    }
}

pub(super) fn rhythms(members: &[Member<'_>]) -> Rhythms {
    let mut rhythms = Rhythms::default();
    for member in members {
        rhythms.add_stream(member.stream);
        if let Some(retention) = member.retention {
            rhythms.add_retention(retention);
        }
    }
    rhythms
}

/// The loss of some moment, to begin with.
fn first_loss(members: &[Member<'_>], strike: &Strike) -> Option<i64> {
    let usable = members.iter().enumerate().filter_map(|(number, member)| {
        let run = member.first_usable(first_day() * DAY, strike)?;
        peak_at(members, strike, member.usable(run, strike), (number, run))?.loss
    });
    usable.max()
}

/// Puts the worst peak that ends in `from..until` in the place of `worst`, where it is worse.
fn worse_within(members: &[Member<'_>], strike: &Strike, from: i64, until: i64, worst: &mut Option<Peak>) {
    for (number, member) in members.iter().enumerate() {
        let Some(first) = member.first_usable(from, strike) else { continue };
        for run in member.stream.runs(first) {
            let at = member.usable(run, strike);
            if at >= until {
                break;
            }
            // An equal loss counts if it is earlier; that it is not worse is clear as soon as one member has something newer.
            let floor = worst.as_ref().map_or(i64::MIN, |worst| worst.loss.map_or(i64::MAX, |loss| loss - 1));
            if let Some(peak) = peak_above(members, strike, at, (number, run), floor)
                && worst.is_none_or(|worst| is_worse(&peak, &worst))
            {
                *worst = Some(peak);
            }
        }
    }
}

/// The worst moment of one member, looked for where it is no help to it that there are others: then it is the worst of all
/// together, since together they are never worse than one of them.
///
/// Its worst moment comes again in other years, in which the others may be elsewhere.
pub(super) fn witness(members: &[Member<'_>], strike: &Strike, number: usize, own: &Peak) -> Option<Peak> {
    const YEARS: i64 = 12;
    const YEAR: i64 = 31_556_952;
    const NEAR: i64 = 4 * DAY;
    const MOST: usize = 400;
    let member = members.get(number)?;
    let found = peak_at(members, strike, own.at, (number, own.next.1)).filter(|peak| peak.loss == own.loss);
    if found.is_some() {
        return found;
    }
    (0..YEARS).find_map(|year| {
        let middle = own.at + year * YEAR;
        let first = member.first_usable(middle - NEAR, strike)?;
        let runs = member.stream.runs(first).take(MOST);
        let mut near = runs.map(|run| (run, member.usable(run, strike))).take_while(|(_, at)| *at < middle + NEAR);
        near.find_map(|(run, at)| peak_at(members, strike, at, (number, run)).filter(|peak| peak.loss == own.loss))
    })
}

/// Nothing left is the worst; of equals the earlier counts, so that the result does not depend on the order.
fn is_worse(peak: &Peak, than: &Peak) -> bool {
    let rank = |peak: &Peak| (peak.loss.is_none(), peak.loss, std::cmp::Reverse((peak.at, peak.next.0)));
    rank(peak) > rank(than)
}
