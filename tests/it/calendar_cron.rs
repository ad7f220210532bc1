//! Schedules kept by cron, held against a minute-by-minute run of the rule that Vixie's cron follows when clocks change.
//!
//! Written after the description of its three clocks in `cron.c` (Vixie 4.1, `main`) and `man 8 cron`: the time that would be if nobody
//! had touched the clock trails behind the clock, and their difference tells what to do.

use crate::calendar_oracle::{Random, ZONES, base_time, cron_expression};
use drplan::calendar::{Gap, Schedule, Scheduler, Zone};

const MINUTE: i64 = 60;
const DAY: i64 = 86_400;

/// The runs in `from..until`, both whole minutes.
fn simulate(schedule: &Schedule, from: i64, until: i64) -> Vec<i64> {
    let wildcard = schedule.text().split(' ').take(2).any(|field| field.starts_with('*'));
    let shown = |instant: i64| (instant + schedule.zone().offset_at(instant)).div_euclid(MINUTE);
    let due = |minute: i64| {
        let local = minute * MINUTE;
        schedule.dates().contains(local.div_euclid(DAY)) && schedule.times().contains(local.rem_euclid(DAY) as u32)
    };
    let mut virtual_minute = shown(from - MINUTE);
    let mut runs = Vec::new();
    for now in (from..until).step_by(MINUTE as usize) {
        let clock = shown(now);
        let behind = clock - virtual_minute;
        let run = match behind {
            // A clock that was set, not a change of daylight saving.
            ..-180 | 181.. => {
                virtual_minute = clock;
                due(clock)
            }
            // Clocks went back: fixed times have run, and time stands still until it is caught up with.
            ..=0 => wildcard && due(clock),
            1..=5 => {
                let run = (virtual_minute + 1..=clock).any(due);
                virtual_minute = clock;
                run
            }
            // Clocks went forward: what stars match now, and each fixed time that was jumped over.
            _ => {
                let run = if wildcard { due(clock) } else { (virtual_minute + 1..=clock).any(due) };
                virtual_minute = clock;
                run
            }
        };
        if run {
            runs.push(now);
        }
    }
    runs
}

#[test]
fn cron_runs_as_vixies_rule_says() {
    for case in 0..400 {
        let mut random = Random(11 << 32 | case);
        let zone = *random.pick(&ZONES);
        let text = cron_expression(&mut random);
        let schedule = Schedule::parse(&text, Zone::parse(zone).unwrap(), Scheduler::Cron).unwrap();
        let from = base_time(&mut random, zone).div_euclid(MINUTE) * MINUTE;
        let until = from + 4 * DAY;
        let ours: Vec<i64> = schedule.instants(from).take_while(|run| *run < until).collect();
        assert_eq!(ours, simulate(&schedule, from, until), "`{text}` in {zone} from {from}");
    }
}

#[test]
fn gaps_under_cron_are_those_of_its_runs() {
    for (text, zone) in [
        ("30 2 * * *", "Europe/Madrid"),
        ("* 2 * * 0", "Europe/Madrid"),
        ("15 */3 * * *", "Australia/Lord_Howe"),
        ("10 0 * * 1-5", "America/Santiago"),
        ("0 0,2 1-10 * *", "Pacific/Chatham"),
    ] {
        let schedule = Schedule::parse(text, Zone::parse(zone).unwrap(), Scheduler::Cron).unwrap();
        let gaps = schedule.gaps().unwrap();
        let runs: Vec<i64> = schedule.instants(gaps.first).take_while(|run| *run < 16_346_448_000).collect();
        let all = || runs.windows(2).map(|pair| Gap { from: pair[0], to: pair[1] });
        let longest = all().rev().max_by_key(Gap::seconds);
        assert_eq!((gaps.longest, gaps.shortest), (longest, all().min_by_key(Gap::seconds)), "`{text}` in {zone}");
    }
}
