//! Which days have to be looked at so that all of time has been looked at.
//!
//! What a set of copies loses in a disaster on some day is decided by what the calendars do in a window around that day.
//! Two days whose windows show the same (the same days in every date set, the same clock changes, the same phases of
//! every anchored interval, the same boundaries of retention) lose the same. So one day of each such class is enough, and
//! the earliest is taken. The Gregorian calendar repeats after 400 years, a whole number of weeks, and the rules of all
//! zones repeat with it from 2088 on; the walk from 2026 to 2488 therefore meets every class that there is.
//!
//! Where all date sets are sets of weekdays, only clock changes tell one week from another, and the classes are found
//! from the table of changes. Otherwise each day gets a number for what it shows, windows get numbers by joining
//! those of their halves, and equal numbers mean equal windows: nothing is hashed that could collide.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::keep::{Bucket, Retention};
use super::shared::Shared;
use super::stream::{Clock, Stream};
use crate::calendar::{DateSet, Zone, civil, day_number};

const DAY: i64 = 86_400;
const WEEK: i64 = 7 * DAY;

/// Windows longer than this tell nearly all days apart; then every day is looked at.
const LONGEST_WINDOW: i64 = 200;

/// Ranges of days in order.
pub(super) type Days = Vec<Range<i64>>;

/// The days to look at, by what has to be looked at, found once each.
#[derive(Debug, Default)]
pub(super) struct Calendar {
    known: Shared<(Rhythms, i64, i64), Arc<Days>>,
}

impl Calendar {
    /// As [`Rhythms::days`].
    pub(super) fn days(&self, rhythms: &Rhythms, back: i64, forward: i64) -> Arc<Days> {
        // Windows that are a little longer than they need be are the same for more questions.
        let (back, forward) = (back.div_euclid(DAY), forward.div_euclid(DAY));
        self.known.get_or((rhythms.clone(), back, forward), |_| {
            Arc::new(rhythms.days(back * DAY + DAY - 1, forward * DAY + DAY - 1))
        })
    }
}

/// What the streams of a question are made of, as far as days are concerned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Rhythms {
    zones: Vec<Zone>,
    dates: Vec<DateSet>,
    /// Interval and phase of anchored clocks that are not the same every day.
    intervals: Vec<(i64, i64)>,
    /// Whether boundaries of weeks, months and years matter.
    weeks: bool,
    months: bool,
    /// How far back, in seconds, the intervals reach in which only the first completion counts.
    memory: i64,
}

impl Rhythms {
    pub(super) fn add_stream(&mut self, stream: &Stream) {
        stream.visit(&mut |clock| match clock {
            Clock::Calendar(schedule) => {
                push_new(&mut self.zones, schedule.zone());
                push_new(&mut self.dates, schedule.dates());
            }
            Clock::Every { interval, anchor } | Clock::First { every: interval, anchor, .. } => {
                if matches!(clock, Clock::First { .. }) {
                    self.memory += interval;
                }
                if DAY % interval != 0 {
                    push_new(&mut self.intervals, &(*interval, anchor.unwrap_or(0).rem_euclid(*interval)));
                }
            }
            Clock::Follow(_) => {}
        });
    }

    pub(super) fn add_retention(&mut self, retention: &Retention) {
        push_new(&mut self.zones, &retention.zone);
        for bucket in retention.buckets() {
            self.weeks |= bucket == Bucket::Week;
            self.months |= matches!(bucket, Bucket::Month | Bucket::Year);
        }
        self.months |= retention.keep.within.is_some_and(|within| within.months > 0 || within.years > 0);
    }

    /// Ranges of days, the earliest of each class, for windows that reach so many seconds back and forward.
    pub(super) fn days(&self, back: i64, forward: i64) -> Days {
        // A local day lies in up to three days of UTC.
        let days = |seconds: i64| seconds.div_euclid(DAY) + 3;
        let window = Window { back: days(back.saturating_add(self.memory)), forward: days(forward) };
        if window.back + window.forward > LONGEST_WINDOW {
            return every_day();
        }
        ranges(if self.repeats_weekly() { self.around_changes(&window) } else { self.by_signature(&window) })
    }

    /// Whether only clock changes tell one week from another.
    pub(super) fn repeats_weekly(&self) -> bool {
        !self.months
            && self.dates.iter().all(|dates| dates.only_weekdays().is_some())
            && self.intervals.iter().all(|(interval, _)| WEEK % interval == 0)
    }

    /// The days of each class where weeks differ by clock changes only.
    fn around_changes(&self, window: &Window) -> Vec<i64> {
        let daily = !self.weeks
            && self.intervals.is_empty()
            && self.dates.iter().all(|dates| dates.only_weekdays() == Some(0x7f));
        let cycle = if daily { DAY } else { WEEK };
        let mut changes: Vec<(i64, usize, i64, i64)> = Vec::new();
        for (number, zone) in self.zones.iter().enumerate() {
            let (from, until) = ((first_day() - window.back) * DAY, (last_day() + window.forward) * DAY);
            changes.extend(zone.offset_changes(from, until).map(|(at, before, after)| (at, number, before, after)));
        }
        changes.sort_unstable();
        let mut days = self.quiet_days(&changes, window, cycle / DAY);
        let mut seen = FxHashSet::default();
        let reach = (window.back + window.forward + 1) * DAY;
        for (index, &(at, ..)) in changes.iter().enumerate() {
            let day = at.div_euclid(DAY);
            let start = changes[..index].partition_point(|change| change.0 < at - reach);
            let near = changes[start..].iter().take_while(|change| change.0 <= at + reach);
            let offsets: Vec<i64> = self.zones.iter().map(|zone| zone.offset_at(at - reach)).collect();
            let shown: Vec<_> = near.map(|change| (change.0 - at, change.1, change.2, change.3)).collect();
            if seen.insert((at.rem_euclid(cycle), offsets, shown)) {
                let span = day - window.forward..=day + window.back;
                days.extend(span.filter(|day| (first_day()..last_day()).contains(day)));
            }
        }
        days
    }

    /// One cycle of days without a clock change in their windows, for each set of offsets that there is.
    fn quiet_days(&self, changes: &[(i64, usize, i64, i64)], window: &Window, cycle: i64) -> Vec<i64> {
        let mut days = Vec::new();
        let mut seen = FxHashSet::default();
        let starts = changes.iter().map(|change| change.0.div_euclid(DAY) + window.back + 1);
        for (index, day) in std::iter::once(first_day()).chain(starts).enumerate() {
            let day = day.max(first_day());
            let next = changes.get(index).map_or(i64::MAX, |change| change.0.div_euclid(DAY));
            let quiet = day..(next.saturating_sub(window.forward)).min(last_day()).min(day + cycle);
            let offsets: Vec<i64> = self.zones.iter().map(|zone| zone.offset_at(day * DAY)).collect();
            for day in quiet {
                if seen.insert((day.rem_euclid(cycle), offsets.clone())) {
                    days.push(day);
                }
            }
        }
        days
    }

    /// The first day of each class, by the numbers of windows.
    fn by_signature(&self, window: &Window) -> Vec<i64> {
        let start = first_day() - window.back;
        let count = last_day() + window.forward - start;
        let numbers = self.day_numbers(start, count);
        let windows = join_windows(numbers, (window.back + window.forward + 1) as usize);
        let mut seen = FxHashSet::default();
        (first_day()..last_day()).zip(windows).filter(|(_, number)| seen.insert(*number)).map(|(day, _)| day).collect()
    }

    /// A number for what each day shows, equal for equal days: each thing that is shown tells more of them apart.
    fn day_numbers(&self, start: i64, count: i64) -> Vec<u32> {
        let days = start..start + count;
        let mut numbers = vec![0; count as usize];
        let mut tell_apart = |shown: Vec<u32>| numbers = pair(&numbers, &shown, 0);
        for zone in &self.zones {
            let mut known = FxHashMap::default();
            tell_apart(days.clone().map(|day| number(&mut known, zone.offset_at(day * DAY))).collect());
        }
        for dates in &self.dates {
            tell_apart(days.clone().map(|day| u32::from(dates.contains(day))).collect());
        }
        if self.weeks {
            tell_apart(days.clone().map(|day| (day + 3).rem_euclid(7) as u32).collect());
        }
        if self.months {
            tell_apart(days.clone().map(of_month).collect());
        }
        for (interval, phase) in &self.intervals {
            let mut known = FxHashMap::default();
            let since = |day: i64| (day * DAY - phase).rem_euclid(*interval);
            tell_apart(days.clone().map(|day| number(&mut known, since(day))).collect());
        }
        tell_apart(self.change_numbers(start, count));
        numbers
    }

    /// A number for the clock changes of each day, 0 where there is none.
    fn change_numbers(&self, start: i64, count: i64) -> Vec<u32> {
        let mut changes: BTreeMap<i64, Vec<(usize, i64, i64, i64)>> = BTreeMap::new();
        for (zone, rules) in self.zones.iter().enumerate() {
            for (at, before, after) in rules.offset_changes(start * DAY, (start + count) * DAY) {
                changes.entry(at.div_euclid(DAY)).or_default().push((zone, at.rem_euclid(DAY), before, after));
            }
        }
        let mut known = FxHashMap::default();
        let mut numbers = vec![0; count as usize];
        for (day, shown) in changes {
            numbers[(day - start) as usize] = 1 + number(&mut known, shown);
        }
        numbers
    }
}

/// The same number for the same thing, counted from 0.
fn number<T: Eq + Hash>(known: &mut FxHashMap<T, u32>, thing: T) -> u32 {
    let next = known.len() as u32;
    *known.entry(thing).or_insert(next)
}

/// Where a day is in its month and year. Whether the year has a 29 February decides where a month counted back from its
/// last days ends.
fn of_month(day: i64) -> u32 {
    let (year, month, day) = civil(day);
    u32::from(is_leap(year)) * 512 + month * 32 + day
}

fn is_leap(year: i64) -> bool {
    day_number(year, 3, 1) - day_number(year, 2, 28) == 2
}

/// How many days around a day decide about it.
struct Window {
    back: i64,
    forward: i64,
}

/// 2026-01-01, so that no result depends on when it is computed.
pub(super) fn first_day() -> i64 {
    day_number(2026, 1, 1)
}

/// 2488-01-01: 400 years after the last irregular year of any zone.
pub(super) fn last_day() -> i64 {
    day_number(2488, 1, 1)
}

/// All of time as one range.
pub(super) fn every_day() -> Days {
    std::iter::once(first_day()..last_day()).collect()
}

/// Whether days are all that there are: then no longer window shows anything more. One range may as well be the first days
/// of all classes in a row.
pub(super) fn is_every_day(days: &Days) -> bool {
    matches!(days.as_slice(), [all] if *all == (first_day()..last_day()))
}

/// Numbers for windows of `length` days that begin at each day, equal for equal windows.
fn join_windows(days: Vec<u32>, length: usize) -> Vec<u32> {
    let mut joined: Option<(Vec<u32>, usize)> = None;
    let (mut power, mut size) = (days, 1);
    loop {
        if length & size != 0 {
            joined = Some(match joined {
                None => (power.clone(), size),
                Some((left, width)) => (pair(&left, &power, width), width + size),
            });
        }
        if size * 2 > length {
            return joined.map(|(windows, _)| windows).unwrap_or_default();
        }
        power = pair(&power, &power, size);
        size *= 2;
    }
}

/// Numbers for the pairs of a window and the one `width` days later, equal for equal pairs.
fn pair(left: &[u32], right: &[u32], width: usize) -> Vec<u32> {
    let kinds = |numbers: &[u32]| numbers.iter().max().map_or(0, |most| *most as usize + 1);
    let (rows, columns) = (kinds(left), kinds(right));
    let pairs = left.iter().zip(right.iter().skip(width));
    if rows.saturating_mul(columns) > MOST_PAIRS {
        let mut known: FxHashMap<(u32, u32), u32> = FxHashMap::default();
        return pairs.map(|(a, b)| number(&mut known, (*a, *b))).collect();
    }
    // So few that there is a place for each, which is several times as fast.
    let mut known = vec![u32::MAX; rows * columns];
    let mut next = 0;
    pairs
        .map(|(a, b)| {
            let place = &mut known[*a as usize * columns + *b as usize];
            if *place == u32::MAX {
                *place = next;
                next += 1;
            }
            *place
        })
        .collect()
}

/// More pairs than there are days, which a table has room for.
const MOST_PAIRS: usize = 1 << 20;

fn push_new<T: Clone + PartialEq>(list: &mut Vec<T>, item: &T) {
    if !list.contains(item) {
        list.push(item.clone());
    }
}

/// Days in order as ranges without gaps.
fn ranges(mut days: Vec<i64>) -> Days {
    days.sort_unstable();
    days.dedup();
    let mut ranges: Days = Vec::new();
    for day in days {
        match ranges.last_mut() {
            Some(last) if last.end == day => last.end = day + 1,
            _ => ranges.push(day..day + 1),
        }
    }
    ranges
}
