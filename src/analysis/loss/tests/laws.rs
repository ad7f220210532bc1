//! Laws over random copies: days that stand for others, retention looked at from two sides, orders of losses.

use proptest::prelude::*;

use super::*;
use crate::analysis::loss::all_time::{Calendar, first_day, last_day};
use crate::analysis::loss::keep::Retention;
use crate::analysis::loss::phase::{by_window, pinned};
use crate::analysis::loss::stream::{Captures, Clock, Stream};
use crate::analysis::loss::sweep::{Member, Offer, Strike, peak, peak_at};
use crate::calendar::{Schedule, Zone};
use crate::model::Keep;
use crate::terms::Scheduler;

const HOUR: i64 = 3_600;

fn zone() -> impl Strategy<Value = Zone> {
    let names = ["UTC", "Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Antarctica/Troll"];
    prop::sample::select(names.map(|name| Zone::parse(name).unwrap()).to_vec())
}

fn schedule() -> impl Strategy<Value = Schedule> {
    let times = prop::sample::select(vec!["30 2", "0 0", "15 3,14", "0 */6", "10 1-23/5", "59 23"]);
    let dates = prop::sample::select(vec!["* * *", "* * *", "* * 1-5", "* * 0", "1,15 * *", "31 * *", "29 2 *"]);
    (times, dates, zone()).prop_map(|(times, dates, zone)| {
        Schedule::parse(&format!("{times} {dates}"), zone, Scheduler::Systemd).unwrap()
    })
}

fn live() -> impl Strategy<Value = Stream> {
    let clock = prop_oneof![
        4 => schedule().prop_map(|schedule| Clock::Calendar(Arc::new(schedule))),
        1 => (1..40i64, 0..90i64)
            .prop_map(|(hours, anchor)| Clock::Every { interval: hours * HOUR, anchor: Some(anchor * 1_000) }),
    ];
    (clock, 0..30i64).prop_map(|(clock, hours)| Stream {
        clock,
        captures: Captures::Live { behind: 0 },
        delay: hours * HOUR / 2,
    })
}

fn stream() -> impl Strategy<Value = Stream> {
    (live(), live(), 0..4u8, 1..9i64).prop_map(|(own, source, kind, days)| {
        let source = Arc::new(source);
        match kind {
            0 | 1 => own,
            2 => Stream { captures: Captures::Newest(source), ..own },
            _ => Stream {
                clock: Clock::First { of: source, every: days * 12 * HOUR, anchor: Some(0) },
                captures: Captures::Trigger,
                delay: own.delay,
            },
        }
    })
}

fn keep() -> impl Strategy<Value = Option<Keep>> {
    let keep = (0..4u32, 0..5u32, 0..8u32, 0..4u32, 0..3u32).prop_map(|(last, hourly, daily, weekly, monthly)| Keep {
        last: last + 1,
        hourly,
        daily,
        weekly,
        monthly,
        ..Keep::default()
    });
    prop::option::of(keep)
}

fn strike() -> impl Strategy<Value = Strike> {
    let detection = prop::option::of(prop::sample::select(vec![0, 600, 6 * HOUR, 30 * HOUR, 9 * 24 * HOUR]));
    (detection, 0..3u32).prop_map(|(detection, missed)| Strike { detection, missed })
}

/// The worst over a span of days with no class left out.
fn plain_peak(members: &[Member<'_>], strike: &Strike, from: i64, until: i64) -> Option<Option<i64>> {
    let mut worst: Option<Option<i64>> = None;
    for (number, member) in members.iter().enumerate() {
        let mut next = member.first_usable(from, strike);
        while let Some(run) = next {
            let at = member.usable(run, strike);
            if at >= until {
                break;
            }
            if let Some(peak) = peak_at(members, strike, at, (number, run)) {
                let rank = |loss: Option<i64>| (loss.is_none(), loss);
                worst = Some(match worst {
                    Some(worst) if rank(worst) >= rank(peak.loss) => worst,
                    _ => peak.loss,
                });
            }
            next = member.stream.first_run(run + 1);
        }
    }
    worst
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// What is found on one day of each class is what a walk over years finds.
    #[test]
    fn classes_of_days_stand_for_all_days(
        streams in prop::collection::vec((stream(), keep(), zone()), 1..4),
        strike in strike(),
        start in 0..440i64,
    ) {
        let retentions: Vec<Option<Retention>> =
            streams.iter().map(|(_, keep, zone)| keep.map(|keep| Retention { keep, zone: zone.clone() })).collect();
        let members: Vec<Member<'_>> = streams
            .iter()
            .zip(&retentions)
            .map(|((stream, ..), retention)| Member { stream, retention: retention.as_ref(), covers: false })
            .collect();
        let found = peak(&members, &strike, &Calendar::default()).map(|peak| peak.loss);
        let years = (first_day() + start * 365) * 86_400;
        let seen = plain_peak(&members, &strike, years, (last_day() * 86_400).min(years + 3 * 366 * 86_400));
        let rank = |loss: Option<Option<i64>>| loss.map(|loss| (loss.is_none(), loss));
        prop_assert!(rank(seen) <= rank(found), "seen {seen:?}, found {found:?}");
        // What was found is real: the moment itself says so.
        if let Some(peak) = peak(&members, &strike, &Calendar::default()) {
            let again = peak_at(&members, &strike, peak.at, peak.next).unwrap();
            prop_assert_eq!(again.loss, peak.loss);
        }
    }

    /// The newest kept point, found without a list, is the one that the list of restic's rules has.
    #[test]
    fn retention_from_two_sides(
        stream in stream(), keep in keep(), zone in zone(), start in 0..4_000i64, back in 0..60usize,
    ) {
        let Some(keep) = keep else { return Ok(()) };
        let newest = stream.last_run((first_day() + start) * 86_400 + 7_777);
        let Some(newest) = newest else { return Ok(()) };
        let mut runs: Vec<i64> = std::iter::successors(Some(newest), |run| stream.last_run(run - 1)).take(900).collect();
        runs.reverse();
        let list = kept(&runs, &keep, &zone);
        let retention = Retention { keep, zone };
        let limit = runs[runs.len() - 1 - back.min(runs.len() - 1)];
        let listed = runs.iter().zip(&list).filter(|(run, kept)| **kept && **run <= limit).map(|(run, _)| *run).max();
        let found = retention.newest_kept(&stream, limit, newest, &[]);
        if listed.is_some() || found.is_none_or(|found| found >= runs[0]) {
            prop_assert_eq!(found, listed);
        }
    }

    /// Forgetting after each run keeps what forgetting once keeps.
    #[test]
    fn forgetting_often_is_forgetting_once(
        gaps in prop::collection::vec(60..200_000i64, 1..80), keep in keep(), zone in zone(),
    ) {
        let Some(keep) = keep else { return Ok(()) };
        let mut at = first_day() * 86_400 + 80 * 86_400;
        let mut all = Vec::new();
        let mut left: Vec<i64> = Vec::new();
        for gap in gaps {
            at += gap;
            all.push(at);
            left.push(at);
            let stays = kept(&left, &keep, &zone);
            left = left.into_iter().zip(stays).filter(|(_, stays)| *stays).map(|(at, _)| at).collect();
        }
        let once: Vec<i64> = all.iter().zip(kept(&all, &keep, &zone)).filter(|(_, kept)| *kept).map(|(at, _)| *at).collect();
        prop_assert_eq!(left, once);
    }

    /// One more copy never makes it worse, one more missed run never better.
    #[test]
    fn more_copies_help_and_missed_runs_do_not(a in stream(), b in stream(), strike in strike()) {
        let member = |stream| Member { stream, retention: None, covers: false };
        let one = peak(&[member(&a)], &strike, &Calendar::default()).and_then(|peak| peak.loss);
        let two = peak(&[member(&a), member(&b)], &strike, &Calendar::default()).and_then(|peak| peak.loss);
        if let (Some(one), Some(two)) = (one, two) {
            prop_assert!(two <= one);
        }
        let more = peak(&[member(&a)], &Strike { missed: strike.missed + 1, ..strike }, &Calendar::default()).and_then(|peak| peak.loss);
        if let (Some(one), Some(more)) = (one, more) {
            prop_assert!(more >= one);
        }
    }

    /// The window of which the first completion counts is worst where it begins with a completion.
    #[test]
    fn windows_of_unknown_phase(of in live(), days in 1..9i64, detection in 0..3i64) {
        let detection = (detection > 0).then_some(detection * 7 * HOUR);
        let clock = Clock::First { of: Arc::new(of), every: days * 12 * HOUR, anchor: None };
        let stream = Stream { clock, captures: Captures::Trigger, delay: HOUR };
        let strike = Strike { detection, missed: 0 };
        let tried = pinned(&stream, None, &Calendar::default());
        prop_assume!(!tried.is_empty() && tried.len() < 40);
        let worst = tried.iter().filter_map(|stream| {
            peak(&[Member { stream, retention: None, covers: false }], &strike, &Calendar::default())?.loss
        });
        prop_assert_eq!(by_window(&stream, detection, &Calendar::default()), worst.max());
    }

    /// The runs that a stream tells forwards are those that it tells backwards.
    #[test]
    fn runs_forwards_and_backwards(stream in stream(), start in 0..20_000i64) {
        let from = first_day() * 86_400 + start * 10_007;
        if let Some(run) = stream.first_run(from) {
            prop_assert_eq!(stream.last_run(run), Some(run));
            if let Some(before) = stream.last_run(run - 1) {
                prop_assert!(before < from);
                prop_assert_eq!(stream.first_run(before + 1), Some(run));
            }
            if let Some(point) = stream.captured(run) {
                prop_assert!(point <= run);
                let clean = stream.last_clean_run(point, i64::MAX / 4);
                prop_assert!(clean.is_some_and(|clean| clean >= run && stream.captured(clean) == Some(point)));
            }
        }
        let offer = Member { stream: &stream, retention: None, covers: false }
            .offer(from, &Strike { detection: None, missed: 0 });
        if let Offer::Point { run, .. } = offer {
            prop_assert!(run + stream.delay <= from);
        }
    }
}

/// A copy of the first run in each three days, of one that runs on the 1st and the 15th: from the 15th of a month of 31 days to the
/// next 1st are 17 days, and the copy takes an hour. In the first three days around a run all months look the same.
#[test]
fn what_only_a_longer_look_tells_apart_is_told_apart() {
    let schedule = Schedule::parse("30 2 1,15 * *", Zone::parse("UTC").unwrap(), Scheduler::Systemd).unwrap();
    let of = Stream { clock: Clock::Calendar(Arc::new(schedule)), captures: Captures::Live { behind: 0 }, delay: 0 };
    let clock = |anchor| Clock::First { of: Arc::new(of.clone()), every: 3 * 24 * HOUR, anchor };
    let copy = |anchor| Stream { clock: clock(anchor), captures: Captures::Trigger, delay: HOUR };
    assert_eq!(by_window(&copy(None), None, &Calendar::default()), Some(17 * 24 * HOUR + HOUR));
    let pinned = copy(Some(0));
    let members = [Member { stream: &pinned, retention: None, covers: false }];
    let found = peak(&members, &Strike { detection: None, missed: 0 }, &Calendar::default()).unwrap();
    assert_eq!(found.loss, Some(17 * 24 * HOUR + HOUR));
}
