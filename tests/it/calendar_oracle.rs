//! Schedules held against systemd's own calendar code, `systemd-analyze calendar`, on thousands of random expressions,
//! zones and base times, most of them close to a change of the clocks.

use drplan::calendar::{Schedule, Scheduler, Zone};
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::OnceLock;

/// Zones with whatever makes local time hard: daylight saving of one hour and of half an hour, at midnight, at 01:00 back to
/// midnight, negative, odd offsets, and none.
pub(crate) const ZONES: [&str; 24] = [
    "UTC",
    "Europe/Madrid",
    "Europe/London",
    "Europe/Dublin",
    "Atlantic/Azores",
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "America/Sao_Paulo",
    "America/Santiago",
    "America/Asuncion",
    "America/Nuuk",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Apia",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Antarctica/Troll",
];

const ITERATIONS: usize = 15;

/// 2024-01-01 and 2038-01-01: the span of the base times.
const FIRST: i64 = 1_704_067_200;
const LAST: i64 = 2_145_916_800;

/// What systemd says of an expression.
struct Answer {
    normal_form: String,
    elapses: Vec<i64>,
}

/// Asks systemd; an error where systemd refuses the expression.
fn ask(expression: &str, base: i64) -> Result<Answer, String> {
    let output = Command::new("systemd-analyze")
        .env_clear()
        .env("TZ", "UTC")
        .env("LC_ALL", "C.UTF-8")
        .args(["calendar", &format!("--iterations={ITERATIONS}"), &format!("--base-time=@{base}"), "--", expression])
        .output()
        .expect("systemd-analyze is needed: apt-get install systemd");
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8(output.stdout).unwrap();
    let field = |line: &str| line.split_once(": ").map(|(_, value)| value.trim().to_owned());
    let mut answer = Answer { normal_form: String::new(), elapses: Vec::new() };
    for line in text.lines() {
        if line.contains("Normalized form:") {
            answer.normal_form = field(line).unwrap();
        } else if line.contains("Next elapse:") || line.contains("Iter. #") {
            let value = field(line).unwrap();
            if value != "never" {
                answer.elapses.push(parse_utc(&value));
            }
        }
    }
    Ok(answer)
}

/// Reads `Thu 2026-01-01 00:15:00 UTC`.
fn parse_utc(text: &str) -> i64 {
    let words: Vec<&str> = text.split(' ').collect();
    let stamp = format!("{}T{}Z", words[1], words[2]);
    stamp.parse::<jiff::Timestamp>().unwrap().as_second()
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): small, seedable and good enough to choose test cases.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u64) as usize]
    }
}

/// One field of a cron expression.
fn cron_field(random: &mut Random, low: u64, high: u64, star: u64) -> String {
    if random.below(10) < star {
        return "*".to_owned();
    }
    let items: Vec<String> = (0..random.between(1, 3))
        .map(|_| match random.below(6) {
            0 => format!("*/{}", random.between(1, (high - low) / 2 + 1)),
            1 => {
                let from = random.between(low, high);
                format!("{from}-{}", random.between(from, high))
            }
            2 => {
                let from = random.between(low, high);
                format!("{from}-{}/{}", random.between(from, high), random.between(1, 7))
            }
            _ => random.between(low, high).to_string(),
        })
        .collect();
    items.join(",")
}

pub(crate) fn cron_expression(random: &mut Random) -> String {
    let fields = [
        cron_field(random, 0, 59, 2),
        cron_field(random, 0, 23, 3),
        cron_field(random, 1, 31, 6),
        cron_field(random, 1, 12, 8),
        cron_field(random, 0, 7, 6),
    ];
    fields.join(" ")
}

/// The first runs after `base` of several expressions that trigger one timer.
fn union(expressions: &[String], base: i64) -> Vec<i64> {
    let mut elapses: Vec<i64> = Vec::new();
    let mut horizon = i64::MAX;
    for expression in expressions {
        let answer = ask(expression, base).unwrap_or_else(|error| panic!("systemd refuses `{expression}`: {error}"));
        if answer.elapses.len() == ITERATIONS {
            horizon = horizon.min(answer.elapses[ITERATIONS - 1]);
        }
        elapses.extend(answer.elapses);
    }
    elapses.sort_unstable();
    elapses.dedup();
    elapses.retain(|elapse| *elapse <= horizon);
    elapses
}

/// A zone of the tests, and the instant up to which the machine's zone files and the rules in the binary say the same about
/// it: the two are seldom of the same release, and governments change their minds.
struct Rules {
    zone: Zone,
    agreed_until: i64,
    changes: Vec<i64>,
}

fn rules(name: &str) -> &'static Rules {
    static ALL: OnceLock<BTreeMap<&str, Rules>> = OnceLock::new();
    &ALL.get_or_init(|| ZONES.into_iter().map(|name| (name, read_rules(name))).collect())[name]
}

fn read_rules(name: &str) -> Rules {
    let file = std::fs::read(format!("/usr/share/zoneinfo/{name}"))
        .expect("the system's zone files are needed: apt-get install tzdata");
    let theirs = changes(&jiff::tz::TimeZone::tzif(name, &file).unwrap());
    let ours = changes(&jiff::tz::TimeZoneDatabase::bundled().get(name).unwrap());
    let differ = (0..theirs.len().max(ours.len())).find(|index| theirs.get(*index) != ours.get(*index));
    let at = |list: &[(i64, i32)], index: usize| list.get(index).map_or(LAST, |change| change.0);
    let agreed_until = differ.map_or(LAST, |index| at(&theirs, index).min(at(&ours, index)));
    let changes = ours.into_iter().map(|change| change.0).filter(|change| *change < agreed_until).collect();
    Rules { zone: Zone::parse(name).unwrap(), agreed_until, changes }
}

/// The offset changes of a zone between the first and the last year of the tests.
fn changes(rules: &jiff::tz::TimeZone) -> Vec<(i64, i32)> {
    let from = jiff::Timestamp::from_second(FIRST).unwrap();
    let mut offset = rules.to_offset(from);
    let later = rules.following(from).take_while(|change| change.timestamp().as_second() < LAST);
    later
        .filter(|change| std::mem::replace(&mut offset, change.offset()) != change.offset())
        .map(|change| (change.timestamp().as_second(), change.offset().seconds()))
        .collect()
}

/// A base time, mostly within two days before a change of the zone's clocks.
pub(crate) fn base_time(random: &mut Random, zone: &str) -> i64 {
    let changes = &rules(zone).changes;
    if changes.is_empty() || random.one_in(4) {
        return random.between(FIRST as u64, LAST as u64) as i64;
    }
    random.pick(changes) - random.between(1, 2 * 86_400) as i64
}

/// Whether an instant is in the quarter of an hour after Pacific/Chatham's clocks went from 02:45 to 03:45. Whether systemd reaches it
/// depends on the hours that an expression names; we count it as lost.
fn in_lost_quarter(zone: &str, elapse: i64) -> bool {
    zone == "Pacific/Chatham" && rules(zone).changes.iter().any(|change| (0..900).contains(&(elapse - change)))
}

/// Compares our runs with systemd's; a description of the first difference.
fn difference(schedule: &Schedule, theirs: &[i64], base: i64) -> Option<String> {
    let until = rules(schedule.zone().name()).agreed_until;
    let comparable = |elapse: &i64| *elapse < until && !in_lost_quarter(schedule.zone().name(), *elapse);
    let theirs: Vec<i64> = theirs.iter().copied().filter(comparable).collect();
    let ours: Vec<i64> = schedule.instants(base + 1).filter(comparable).take(theirs.len()).collect();
    let at = (0..theirs.len()).find(|index| ours.get(*index) != theirs.get(*index))?;
    let show = |run: Option<&i64>| run.map(|run| jiff::Timestamp::from_second(*run).unwrap().to_string());
    Some(format!(
        "`{}` in {} from {}: run {at} is {:?}, systemd has {:?}",
        schedule.text(),
        schedule.zone().name(),
        jiff::Timestamp::from_second(base).unwrap(),
        show(ours.get(at)),
        show(theirs.get(at)),
    ))
}

/// The seed of the test cases, and how many; other ones can be asked for by environment variables.
fn seed_and_count(count: u64) -> (u64, u64) {
    let from_env = |name, usual| std::env::var(name).ok().map_or(usual, |text| text.parse().unwrap());
    (from_env("CALENDAR_ORACLE_SEED", 1), from_env("CALENDAR_ORACLE_COUNT", count))
}

/// Runs the cases on two threads and fails with all that differ.
fn hold(count: u64, case: impl Fn(&mut Random) -> Option<String> + Sync) {
    let (seed, count) = seed_and_count(count);
    let half = |thread: u64| -> Vec<String> {
        (0..count)
            .filter(|index| index % 2 == thread)
            .filter_map(|index| case(&mut Random(seed << 32 | index << 1)))
            .collect()
    };
    let failures = std::thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        let mut failures = half(0);
        failures.extend(other.join().unwrap());
        failures
    });
    assert!(failures.is_empty(), "{} of {count} differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn translated_timers_elapse_exactly_at_our_instants() {
    hold(700, |random| {
        let zone = *random.pick(&ZONES);
        let text = cron_expression(random);
        let base = base_time(random, zone);
        let schedule = Schedule::parse(&text, rules(zone).zone.clone(), Scheduler::Systemd)
            .unwrap_or_else(|error| panic!("`{text}`: {error}"));
        let lines = schedule.to_on_calendar().ok()?;
        difference(&schedule, &union(&lines, base), base)
    });
}

/// One unit of an OnCalendar expression.
fn unit(random: &mut Random, low: u64, high: u64, star: u64) -> String {
    if random.below(10) < star {
        return "*".to_owned();
    }
    let items: Vec<String> = (0..random.between(1, 3))
        .map(|_| {
            let from = random.between(low, high);
            let to = random.between(from, high);
            let padded = if random.one_in(2) { format!("{from:02}") } else { from.to_string() };
            match random.below(6) {
                0 if random.one_in(3) => format!("{padded}/{}", random.between(1, (high - low) / 2)),
                0 | 1 => format!("{padded}..{to}"),
                2 => format!("{padded}..{to}/{}", random.between(1, 7)),
                _ => padded,
            }
        })
        .collect();
    items.join(",")
}

fn weekdays(random: &mut Random) -> String {
    let names = ["Mon", "tue", "WEDNESDAY", "Thu", "Friday", "sat", "Sun"];
    let items: Vec<String> = (0..random.between(1, 3))
        .map(|_| {
            let from = random.below(7);
            let to = random.between(from, 6);
            match random.below(4) {
                0 => format!("{}..{}", names[from as usize], names[to as usize]),
                1 => format!("{}-{}", names[from as usize], names[to as usize]),
                _ => names[from as usize].to_owned(),
            }
        })
        .collect();
    let comma = if random.one_in(8) { "," } else { "" };
    format!("{}{comma}", items.join(","))
}

fn date(random: &mut Random) -> String {
    let month = unit(random, 1, 12, 7);
    let day =
        if random.one_in(4) { format!("~{}", unit(random, 1, 28, 1)) } else { format!("-{}", unit(random, 1, 31, 5)) };
    match random.below(6) {
        0 => format!("{month}{day}"),
        1 => format!("{}-{month}{day}", unit(random, 2024, 2040, 0)),
        2 => format!("{}-{month}{day}", unit(random, 24, 40, 0)),
        _ => format!("*-{month}{day}"),
    }
}

fn time(random: &mut Random) -> String {
    let (hour, minute) = (unit(random, 0, 23, 3), unit(random, 0, 59, 1));
    match random.below(3) {
        0 => format!("{hour}:{minute}:{}", unit(random, 0, 59, 1)),
        _ => format!("{hour}:{minute}"),
    }
}

fn on_calendar(random: &mut Random) -> String {
    let shorthands = [
        "minutely",
        "Hourly",
        "daily",
        "weekly",
        "monthly",
        "quarterly",
        "semi-annually",
        "biannually",
        "yearly",
        "anually",
    ];
    if random.one_in(20) {
        return (*random.pick(&shorthands)).to_owned();
    }
    if random.one_in(50) {
        return format!("@{}", random.between(1_700_000_000, 1_900_000_000));
    }
    let mut parts = Vec::new();
    if random.one_in(3) {
        parts.push(weekdays(random));
    }
    if random.one_in(2) || parts.is_empty() {
        parts.push(date(random));
    }
    if !random.one_in(5) {
        parts.push(time(random));
    }
    parts.join(" ")
}

/// Whether systemd itself may go wrong with an expression, in the ways that our generated lines avoid (`src/calendar/translate.rs`):
/// repetitions without end (which also lose `*:04` each midnight in `*:04/18`), days from the end of the month in a repeated
/// hour, and listed hours in a zone whose winter time is daylight saving.
fn may_trip(text: &str, zone: &str) -> bool {
    let open = |item: &str| item.split_once('/').is_some_and(|(range, _)| !range.contains(".."));
    let units = text.rsplit_once(' ').unwrap().0.split([' ', ',', ':', '-', '~']);
    units.into_iter().any(open) || text.contains('~') || ["Europe/Dublin", "Africa/Casablanca"].contains(&zone)
}

#[test]
fn on_calendar_means_what_systemd_says() {
    hold(700, |random| {
        let zone = *random.pick(&ZONES);
        let text = format!("{} {zone}", on_calendar(random));
        let base = base_time(random, zone);
        let ours = Schedule::parse(&text, Zone::utc(), Scheduler::Systemd);
        match (ours, ask(&text, base)) {
            (Err(_), Err(_)) => None,
            (Ok(ours), Ok(theirs)) => {
                if ours.normal_form().as_deref() != Some(theirs.normal_form.as_str()) {
                    return Some(format!("`{text}` is {:?}, systemd has {}", ours.normal_form(), theirs.normal_form));
                }
                let differ = difference(&ours, &theirs.elapses, base)?;
                (!may_trip(&text, zone)).then_some(differ)
            }
            (Ok(_), Err(error)) => {
                let trips = error.contains("deadlock") && may_trip(&text, zone);
                (!trips).then(|| format!("`{text}` from {base}: systemd refuses: {error}"))
            }
            (Err(error), Ok(_)) => Some(format!("`{text}`: we refuse: {error}")),
        }
    });
}

#[test]
fn lines_made_from_on_calendar_elapse_exactly_at_our_instants() {
    hold(700, |random| {
        let zone = *random.pick(&ZONES);
        let text = format!("{} {zone}", on_calendar(random));
        let base = base_time(random, zone);
        let schedule = Schedule::parse(&text, Zone::utc(), Scheduler::Systemd).ok()?;
        let lines = schedule.to_on_calendar().ok()?;
        difference(&schedule, &union(&lines, base), base)
    });
}

/// Changes one character, so that most results are wrong in some way.
fn damage(random: &mut Random, text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let at = random.below(bytes.len() as u64) as usize;
    let other = *random.pick(b"0123456789*/,-~:. MTWFSaonuedC@");
    match random.below(3) {
        0 => bytes[at] = other,
        1 => bytes.insert(at, other),
        _ => drop(bytes.remove(at)),
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn what_systemd_refuses_is_refused() {
    hold(700, |random| {
        let text = on_calendar(random);
        let text = damage(random, &text);
        let text = text.trim();
        let ours = Schedule::parse(text, Zone::utc(), Scheduler::Systemd);
        if text.is_empty() || ours.as_ref().is_ok_and(|ours| ours.normal_form().is_none()) {
            return None;
        }
        match (ours, ask(text, 1_767_225_600)) {
            (Ok(ours), Ok(theirs)) => (ours.normal_form().as_deref() != Some(theirs.normal_form.as_str()))
                .then(|| format!("`{text}` is {:?}, systemd has {}", ours.normal_form(), theirs.normal_form)),
            (Ok(_), Err(error)) => Some(format!("`{text}`: systemd refuses: {error}")),
            (Err(error), Ok(_)) if error.message.contains("fraction") => None,
            (Err(error), Ok(_)) => Some(format!("`{text}`: we refuse: {error}")),
            (Err(error), Err(_)) => {
                (error.offset + error.len > text.len()).then(|| format!("`{text}`: place of {error:?}"))
            }
        }
    });
}

/// Systemd's own traps, which the lines that we generate go around. Should one of these fail, systemd has been mended.
#[test]
fn systemd_trips_where_we_say() {
    let saturday = 1_806_170_400; // 2027-03-27 18:00 UTC; clocks go forward in Europe/Madrid and Europe/Dublin that night
    let error = ask("02/6:00 Europe/Madrid", saturday).err().expect("systemd gives up");
    assert!(error.contains("deadlock"), "{error}");
    let dublin = ask("01,05:00 Europe/Dublin", saturday).unwrap();
    assert_eq!(dublin.elapses[0] - saturday, 30 * 3_600, "05:00 on Sunday is lost, Monday 01:00 runs");
    let midnight = ask("*:4/18 UTC", saturday + 5 * 3_600 + 3_500).unwrap();
    assert_eq!(midnight.elapses[0] % 86_400, 22 * 60, "00:04 is lost");
}
