//! Clocks whose phase is not known: the worst over all phases.
//!
//! An interval that nothing else depends on is arithmetic and needs no phase ([`super::own`]). Otherwise the phases that
//! make a difference are few, and each is tried like a known one.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::all_time::{Calendar, Rhythms, first_day, is_every_day, last_day};
use super::keep::Retention;
use super::stream::{Captures, Clock, Stream};

const DAY: i64 = 86_400;

/// The worst case of a copy that takes the first completion in each interval of unknown phase, of a stream of known ones.
///
/// The wait is longest if an interval begins with a completion: the next is then the first completion that is an interval
/// later. None for other streams.
pub(super) fn by_window(stream: &Stream, detection: Option<i64>, calendar: &Calendar) -> Option<i64> {
    let (of, every, delay) = window_of(stream)?;
    let mut rhythms = Rhythms::default();
    rhythms.add_stream(of);
    let mut reach = every;
    loop {
        let days = calendar.days(&rhythms, reach, reach);
        let worst = days.iter().filter_map(|days| worst_wait(of, every, delay, detection, days)).max()?;
        if worst <= reach || is_every_day(&days) {
            return Some(worst);
        }
        reach = worst;
    }
}

/// The pinned stream, the interval and the delay after it, of a stream that is nothing else.
fn window_of(stream: &Stream) -> Option<(&Stream, i64, i64)> {
    match (&stream.clock, &stream.captures) {
        (Clock::First { of, every, anchor: None }, Captures::Trigger) if of.is_pinned() => {
            Some((of, *every, stream.delay))
        }
        (Clock::Follow(of), Captures::Trigger) => {
            let (of, every, delay) = window_of(of)?;
            Some((of, every, delay + stream.delay))
        }
        _ => None,
    }
}

fn worst_wait(of: &Stream, every: i64, delay: i64, detection: Option<i64>, days: &std::ops::Range<i64>) -> Option<i64> {
    let mut worst = None;
    for run in of.runs(days.start * DAY).take_while(|run| *run < days.end * DAY) {
        if let (Some(point), Some(later)) = (of.captured(run), of.first_run(run + every)) {
            let complete = later + of.delay + delay;
            let usable = match detection {
                None => complete,
                Some(detection) => of.captured(later).unwrap_or(later).max(complete - detection),
            };
            worst = worst.max(Some(usable - point));
        }
    }
    worst
}

/// How many phases of one clock are tried. Every phase that makes a difference is among them for all but odd intervals; an
/// odd one goes through its phases by itself as the years pass.
const MOST_PHASES: usize = 512;

/// The stream with its unknown phases pinned, in each way that makes a difference.
///
/// Moving the phase of an interval changes nothing until a run crosses the boundary of a unit of the calendar that
/// retention counts; moving the window of which only the first completion counts, nothing until its edge crosses a
/// completion. So the phases are those at which that happens.
pub(super) fn pinned(stream: &Stream, retention: Option<&Retention>, calendar: &Calendar) -> Vec<Stream> {
    let rebuilt = |clock| Stream { clock, captures: stream.captures.clone(), delay: stream.delay };
    match &stream.clock {
        Clock::Calendar(_) | Clock::Every { anchor: Some(_), .. } => vec![stream.clone()],
        Clock::Every { interval, anchor: None } => {
            let anchors = boundaries(retention, *interval);
            anchors.into_iter().map(|at| rebuilt(Clock::Every { interval: *interval, anchor: Some(at) })).collect()
        }
        Clock::Follow(of) => {
            pinned(of, retention, calendar).into_iter().map(|of| rebuilt(Clock::Follow(Arc::new(of)))).collect()
        }
        Clock::First { of, every, anchor } => {
            let mut all = Vec::new();
            for of in pinned(of, retention, calendar).into_iter().map(Arc::new) {
                let anchors = match anchor {
                    Some(anchor) => BTreeSet::from([*anchor]),
                    None => completions(&of, *every, calendar),
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
    let step = if retention.keep.hourly > 0 { 3_600 } else { DAY };
    let zone = &retention.zone;
    let (from, until) = (first_day() * DAY, last_day() * DAY);
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
fn completions(of: &Stream, interval: i64, calendar: &Calendar) -> BTreeSet<i64> {
    let mut phases = BTreeSet::new();
    let mut rhythms = Rhythms::default();
    rhythms.add_stream(of);
    for days in calendar.days(&rhythms, interval, interval).iter() {
        let mut next = of.first_completion(days.start * DAY);
        while let Some(at) = next.filter(|at| *at < days.end * DAY && phases.len() < MOST_PHASES) {
            phases.insert(at.rem_euclid(interval));
            next = of.first_completion(at + 1);
        }
    }
    phases
}
