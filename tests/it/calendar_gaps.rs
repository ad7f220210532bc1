//! The longest and shortest gap of a schedule, held against a plain walk over every day of the 462 years.
//!
//! The walk has nothing of the engine: it asks jiff for each local time whether it exists and which instant it is.

use crate::calendar_oracle::{Random, ZONES, cron_expression};
use drplan::calendar::{Gap, Gaps, Schedule, Scheduler, Zone};
use jiff::civil::{Date, date};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

/// The instant at which a systemd timer elapses for a local time: skipped times never, repeated ones the first time.
fn elapse(rules: &TimeZone, day: Date, second: u32) -> Option<i64> {
    let [hour, minute, second] = [second / 3_600, second / 60 % 60, second % 60].map(|value| value as i8);
    let ambiguous = rules.to_ambiguous_timestamp(day.at(hour, minute, second, 0));
    match ambiguous.offset() {
        AmbiguousOffset::Gap { .. } => None,
        _ => ambiguous.earlier().ok().map(|instant| instant.as_second()),
    }
}

/// Walks from 2026-01-01 to the first run of 2488, one cycle of 400 years after the last irregular year of any zone.
fn walk(schedule: &Schedule) -> Option<Gaps> {
    let rules = TimeZoneDatabase::bundled().get(schedule.zone().name()).unwrap();
    let times: Vec<u32> = schedule.times().iter().collect();
    let mut gaps: Option<Gaps> = None;
    let mut before = 0;
    for (number, day) in (20_454..).zip(date(2026, 1, 1).series(jiff::Span::new().days(1))) {
        if day.year() > 2540 || day.year() >= 2488 && gaps.is_none() {
            return gaps;
        }
        if !schedule.dates().contains(number) {
            continue;
        }
        for run in times.iter().filter_map(|second| elapse(&rules, day, *second)) {
            match &mut gaps {
                None => gaps = Some(Gaps { first: run, last: None, longest: None, shortest: None }),
                Some(gaps) => {
                    let gap = Gap { from: before, to: run };
                    if gaps.longest.is_none_or(|longest| gap.seconds() > longest.seconds()) {
                        gaps.longest = Some(gap);
                    }
                    if gaps.shortest.is_none_or(|shortest| gap.seconds() < shortest.seconds()) {
                        gaps.shortest = Some(gap);
                    }
                }
            }
            before = run;
        }
        if day.year() >= 2488 {
            return gaps;
        }
    }
    gaps
}

/// Random expressions that run a few times a day at most, so that the walk stays short.
fn sparse(random: &mut Random, zone: &str) -> Schedule {
    loop {
        let text = cron_expression(random);
        let schedule = Schedule::parse(&text, Zone::parse(zone).unwrap(), Scheduler::Systemd).unwrap();
        if schedule.times().len() <= 6 {
            return schedule;
        }
    }
}

#[test]
fn gaps_are_those_of_a_plain_walk() {
    // Pacific/Chatham is left out: systemd loses a quarter of an hour there each spring, which the walk knows nothing of.
    let zones: Vec<&str> = ZONES.into_iter().filter(|zone| *zone != "Pacific/Chatham").collect();
    let check = |thread: u64| {
        for case in (0..12).filter(|case| case % 2 == thread) {
            let mut random = Random(7 << 32 | case);
            let zone = *random.pick(&zones);
            let schedule = sparse(&mut random, zone);
            assert_eq!(schedule.gaps(), walk(&schedule), "`{}` in {zone}", schedule.text());
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| check(1));
        check(0);
    });
}

#[test]
fn rare_schedules_have_the_gaps_of_a_plain_walk() {
    for (text, zone) in [
        ("0 0 29 2 *", "America/Santiago"),
        ("Mon *-02-29 02:30", "Europe/Madrid"),
        ("0 0 31 2 *", "UTC"),
        ("Sun *-03~07/1 02:30", "Europe/Madrid"),
        ("*-10~01..07 01:59", "Europe/London"),
        ("30 0 * 9 0", "America/Santiago"),
    ] {
        let schedule = Schedule::parse(text, Zone::parse(zone).unwrap(), Scheduler::Systemd).unwrap();
        assert_eq!(schedule.gaps(), walk(&schedule), "`{text}` in {zone}");
    }
}
