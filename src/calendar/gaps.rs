//! The longest and the shortest time between two runs of a schedule, over all time.
//!
//! The Gregorian calendar repeats after 400 years, which are a whole number of weeks, and so do the rules of every zone
//! once its irregular years are over (the last are Morocco's, to 2087). So one walk from 2026-01-01 to 2088 and through
//! one cycle more sees every gap there will ever be. Only days on which clocks change differ from the others, so that the
//! walk looks at one number per day, and skips the weeks between two changes where each week is like the other.

use super::civil::{DAY, day_number};
use super::date_set::{DateSet, LAST_YEAR, Years};
use super::instants::Stretch;
use super::schedule::Schedule;
use super::time_set::TimeSet;
use super::zone::reference_day;

/// Two consecutive runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Gap {
    /// The first of the two, in seconds since 1970-01-01T00:00:00Z.
    pub from: i64,
    /// The second of the two.
    pub to: i64,
}

impl Gap {
    /// The time between them, in seconds.
    pub fn seconds(&self) -> i64 {
        self.to - self.from
    }
}

/// How far apart the runs of a schedule are. Of equal gaps the earliest is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Gaps {
    /// The first run: of a schedule that recurs for ever, the first from 2026-01-01 local time on.
    pub first: i64,
    /// The last run of a schedule that ends; `None` where it recurs for ever.
    pub last: Option<i64>,
    /// `None` where it runs but once.
    pub longest: Option<Gap>,
    /// `None` where it runs but once.
    pub shortest: Option<Gap>,
}

impl Gaps {
    /// The interval of a schedule whose runs are all equally far apart, in seconds.
    pub fn uniform_interval(&self) -> Option<i64> {
        let (longest, shortest) = (self.longest?.seconds(), self.shortest?.seconds());
        (longest == shortest).then_some(longest)
    }
}

/// From this year on, the rules of all zones repeat with the calendar.
const REGULAR_FROM_YEAR: i64 = 2088;
const CYCLE_YEARS: i64 = 400;

impl Schedule {
    /// The longest and shortest time between consecutive runs over all time; `None` where it never runs.
    ///
    /// A schedule that names years is looked at in the years that it names; one that does not, from 2026-01-01 on.
    pub fn gaps(&self) -> Option<Gaps> {
        let (from, until, ends) = extent(self.dates());
        let from = from - self.zone().offset_at(from);
        let mut walk = Walk {
            times: self.times(),
            whole: Pattern::of(self.times(), 0, DAY as u32)?,
            parts: Vec::new(),
            seen: None,
        };
        let mut index = self.zone().changes_until(from);
        while let Some(stretch) = Stretch::of(self.zone(), index, self.clock_rule()) {
            if walk.stretch(self, stretch, from, until) {
                break;
            }
            index += 1;
        }
        let mut gaps = walk.seen?.gaps;
        gaps.last = gaps.last.filter(|_| ends);
        Some(gaps)
    }

    /// The longest time between consecutive runs; `None` where it runs once or never.
    pub fn worst_gap(&self) -> Option<Gap> {
        self.gaps()?.longest
    }

    /// As [`Schedule::worst_gap`], where the dates that are farthest apart are known ([`DateSet::farthest`]): dates weigh
    /// more than all that clock changes can do. `None` where clocks may leave out a run, and with it a date.
    pub fn worst_gap_of(&self, farthest: &[(i64, i64)]) -> Option<Gap> {
        if self.times().iter().any(|second| self.zone().may_skip(second)) {
            return None;
        }
        let gaps = farthest.iter().filter_map(|(_, next)| {
            // Two days before the later date: after all runs of the earlier, and before all of the later.
            let between = (next - 2) * DAY;
            Some(Gap { from: self.previous_at_or_before(between)?, to: self.next_after(between)? })
        });
        gaps.reduce(|worst, gap| if gap.seconds() > worst.seconds() { gap } else { worst })
    }

    /// The shortest time between consecutive runs; `None` where it runs once or never.
    pub fn shortest_gap(&self) -> Option<Gap> {
        self.gaps()?.shortest
    }
}

impl DateSet {
    /// The consecutive dates that are farthest apart over all time, in order. None where some years only are named, and
    /// where the farthest are less than four days apart, since then the time of day counts.
    pub fn farthest(&self) -> Option<Vec<(i64, i64)>> {
        const FAR: i64 = 4;
        let (from, until, _) = match self.years {
            Years::Every => extent(self),
            Years::Only { .. } => return None,
        };
        let mut farthest: Vec<(i64, i64)> = Vec::new();
        let mut last = None;
        for date in self.days(from / DAY, until / DAY) {
            if let Some(last) = last.replace(date) {
                let known = farthest.first().map_or(FAR, |(from, to)| to - from);
                if date - last > known {
                    farthest.clear();
                }
                if date - last >= known {
                    farthest.push((last, date));
                }
            }
        }
        (!farthest.is_empty()).then_some(farthest)
    }
}

/// Where to look, in local seconds, and whether the schedule has an end.
fn extent(dates: &DateSet) -> (i64, i64, bool) {
    match dates.years {
        Years::Every => (reference_day() * DAY, day_number(REGULAR_FROM_YEAR + CYCLE_YEARS, 1, 1) * DAY, false),
        Years::Only { open, .. } => (DAY, day_number(LAST_YEAR + 1, 1, 2) * DAY, !open),
    }
}

/// The runs of one day at constant offset, in seconds after midnight.
#[derive(Debug, Clone, Copy)]
struct Pattern {
    first: u32,
    last: u32,
    longest: (u32, u32),
    shortest: (u32, u32),
}

impl Pattern {
    /// The runs in `from..until` of a day; `None` where there are none.
    fn of(times: &TimeSet, from: u32, until: u32) -> Option<Pattern> {
        let first = times.at_or_after(from).filter(|first| *first < until)?;
        let mut pattern = Pattern { first, last: first, longest: (0, 0), shortest: (0, u32::MAX) };
        while let Some(next) = times.at_or_after(pattern.last + 1).filter(|next| *next < until) {
            let apart = next - pattern.last;
            if apart > pattern.longest.1 - pattern.longest.0 {
                pattern.longest = (pattern.last, next);
            }
            if apart < pattern.shortest.1 - pattern.shortest.0 {
                pattern.shortest = (pattern.last, next);
            }
            pattern.last = next;
        }
        Some(pattern)
    }
}

/// The part of a stretch that is walked, in local time.
#[derive(Debug, Clone, Copy)]
struct Part {
    start: i64,
    end: i64,
    offset: i64,
    until: i64,
}

/// Days after the first of a stretch that are walked before weeks are skipped: two weeks hold each gap once, and one to spare.
const FIRST_DAYS: i64 = 15;

/// How many days, in whole weeks, need not be walked, because the dates are the same each week.
fn weeks_to_skip(dates: &DateSet, first_day: i64, last_day: i64) -> i64 {
    if !dates.is_weekly() {
        return 0;
    }
    ((last_day - first_day - FIRST_DAYS) / 7 - 1).max(0) * 7
}

struct Walk<'a> {
    times: &'a TimeSet,
    whole: Pattern,
    /// Patterns of the days on which clocks change; there are few different ones.
    parts: Vec<((u32, u32), Option<Pattern>)>,
    seen: Option<Seen>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    last: i64,
    gaps: Gaps,
}

impl Walk<'_> {
    /// Takes in the runs of one stretch from the instant `from` on. True once a run at or after `until` has been seen.
    fn stretch(&mut self, schedule: &Schedule, stretch: Stretch, from: i64, until: i64) -> bool {
        let mut start = stretch.start;
        if let Some((missed, end)) = stretch.missed
            && stretch.start - stretch.offset >= from
            && schedule.next_local(missed, end).is_some()
        {
            self.run(start - stretch.offset);
            start += 1;
        }
        let start = start.max(from + stretch.offset);
        if start >= stretch.end {
            return false;
        }
        let (first_day, last_day) = (start.div_euclid(DAY), (stretch.end - 1).div_euclid(DAY));
        let part = Part { start, end: stretch.end, offset: stretch.offset, until };
        let skipped = weeks_to_skip(schedule.dates(), first_day, last_day);
        if skipped == 0 {
            return self.days(schedule.dates(), part, first_day, last_day);
        }
        if self.days(schedule.dates(), part, first_day, first_day + FIRST_DAYS) {
            return true;
        }
        if let Some(seen) = &mut self.seen {
            seen.last += skipped * DAY;
        }
        self.days(schedule.dates(), part, first_day + FIRST_DAYS + 1 + skipped, last_day)
    }

    fn days(&mut self, dates: &DateSet, part: Part, first: i64, last: i64) -> bool {
        for day in dates.days(first, last) {
            let midnight = day * DAY;
            let begin = (part.start - midnight).max(0) as u32;
            let end = (part.end - midnight).min(DAY) as u32;
            if let Some(pattern) = self.pattern(begin, end) {
                self.day(midnight - part.offset, &pattern);
            }
            if midnight >= part.until {
                return true;
            }
        }
        false
    }

    fn pattern(&mut self, begin: u32, end: u32) -> Option<Pattern> {
        if begin == 0 && i64::from(end) == DAY {
            return Some(self.whole);
        }
        if let Some((_, known)) = self.parts.iter().find(|(range, _)| *range == (begin, end)) {
            return *known;
        }
        let pattern = Pattern::of(self.times, begin, end);
        self.parts.push(((begin, end), pattern));
        pattern
    }

    fn day(&mut self, midnight: i64, pattern: &Pattern) {
        self.run(midnight + i64::from(pattern.first));
        if pattern.first == pattern.last {
            return;
        }
        let at = |second: u32| midnight + i64::from(second);
        self.gap(Gap { from: at(pattern.longest.0), to: at(pattern.longest.1) });
        self.gap(Gap { from: at(pattern.shortest.0), to: at(pattern.shortest.1) });
        if let Some(seen) = &mut self.seen {
            seen.last = at(pattern.last);
            seen.gaps.last = Some(seen.last);
        }
    }

    fn run(&mut self, at: i64) {
        match self.seen {
            None => {
                let gaps = Gaps { first: at, last: Some(at), longest: None, shortest: None };
                self.seen = Some(Seen { last: at, gaps });
            }
            Some(seen) => {
                self.gap(Gap { from: seen.last, to: at });
                if let Some(seen) = &mut self.seen {
                    seen.last = at;
                    seen.gaps.last = Some(at);
                }
            }
        }
    }

    fn gap(&mut self, gap: Gap) {
        let Some(seen) = &mut self.seen else { return };
        if seen.gaps.longest.is_none_or(|longest| gap.seconds() > longest.seconds()) {
            seen.gaps.longest = Some(gap);
        }
        if seen.gaps.shortest.is_none_or(|shortest| gap.seconds() < shortest.seconds()) {
            seen.gaps.shortest = Some(gap);
        }
    }
}
