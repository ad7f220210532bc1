//! Known answers, told as a user would write them.

use super::civil::{DAY, day_number};
use super::{Gap, Schedule, Scheduler, Zone};

fn schedule(text: &str, zone: &str) -> Schedule {
    Schedule::parse(text, Zone::parse(zone).unwrap(), Scheduler::Systemd).unwrap()
}

fn cron(text: &str, zone: &str) -> Schedule {
    Schedule::parse(text, Zone::parse(zone).unwrap(), Scheduler::Cron).unwrap()
}

fn hours(gap: Option<Gap>) -> f64 {
    gap.unwrap().seconds() as f64 / 3600.0
}

fn utc(year: i64, month: u32, day: u32, hour: i64, minute: i64) -> i64 {
    day_number(year, month, day) * DAY + hour * 3_600 + minute * 60
}

#[test]
fn the_worst_gap_is_over_all_time() {
    let worst = |text, zone| hours(schedule(text, zone).worst_gap());
    assert_eq!(worst("0 2 * * *", "UTC"), 24.0);
    assert_eq!(worst("30 2 * * *", "Europe/Madrid"), 47.0);
    assert_eq!(worst("*/15 * * * *", "Europe/Madrid"), 1.25);
    assert_eq!(worst("0 */4 * * *", "Australia/Lord_Howe"), 4.5);
    assert_eq!(worst("0 0,12 * * 1-5", "UTC"), 60.0);
    assert_eq!(worst("0 0 29 2 *", "UTC"), 2_921.0 * 24.0);
    assert_eq!(worst("Mon *-02-29", "UTC"), 40.0 * 365.25 * 24.0 - 24.0);
    assert_eq!(worst("* * * * *", "UTC"), 1.0 / 60.0);
    assert_eq!(worst("*:*:*", "UTC"), 1.0 / 3600.0);
}

#[test]
fn the_worst_gap_has_witnesses() {
    let spring = schedule("30 2 * * *", "Europe/Madrid").gaps().unwrap();
    assert_eq!(spring.longest, Some(Gap { from: utc(2026, 3, 28, 1, 30), to: utc(2026, 3, 30, 0, 30) }));
    assert_eq!(spring.last, None);
    let leap = schedule("0 0 29 2 *", "UTC").worst_gap().unwrap();
    assert_eq!(leap, Gap { from: utc(2096, 2, 29, 0, 0), to: utc(2104, 2, 29, 0, 0) });
}

#[test]
fn never_once_and_a_few_times() {
    assert_eq!(schedule("0 0 31 2 *", "UTC").gaps(), None);
    let once = schedule("2026-03-01 02:00", "UTC").gaps().unwrap();
    assert_eq!((once.first, once.last, once.longest), (utc(2026, 3, 1, 2, 0), Some(utc(2026, 3, 1, 2, 0)), None));
    let few = schedule("2026..2028-03-01 02:00", "UTC").gaps().unwrap();
    assert_eq!(few.last, Some(utc(2028, 3, 1, 2, 0)));
    assert_eq!(few.longest.map(|gap| gap.seconds()), Some(366 * DAY));
}

#[test]
fn cron_joins_days_and_weekdays_as_vixie_does() {
    let runs = |text| {
        let schedule = schedule(text, "UTC");
        let year = schedule.instants(utc(2026, 1, 1, 0, 0));
        year.take_while(|at| *at < utc(2027, 1, 1, 0, 0)).count()
    };
    assert_eq!(runs("0 0 13 * 5"), 61);
    assert_eq!(runs("0 0 */2 * 1"), 26);
    assert_eq!(runs("*/90 * * * *"), 8_760);
    assert_eq!(runs("0 0 * * 7"), 52);
}

#[test]
fn vixies_cron_makes_up_for_skipped_fixed_times() {
    let spring = utc(2026, 3, 29, 1, 0);
    let runs = |text| -> Vec<i64> {
        let schedule = cron(text, "Europe/Madrid");
        let runs = schedule.instants(spring - 2 * 3_600);
        runs.take_while(|at| *at < spring + 2 * 3_600).map(|at| (at - spring) / 60).collect()
    };
    assert_eq!(runs("30 2 * * *"), [0]);
    assert_eq!(runs("0,30 2,3 * * *"), [0, 30]);
    assert_eq!(runs("30 */1 * * *"), [-90, -30, 30, 90]);
    assert_eq!(runs("* 2 * * *"), Vec::<i64>::new());
    assert_eq!(hours(cron("30 2 * * *", "Europe/Madrid").worst_gap()), 25.0);
}

#[test]
fn vixies_cron_repeats_wildcards_when_clocks_go_back() {
    assert_eq!(hours(cron("*/15 * * * *", "Europe/Madrid").worst_gap()), 0.25);
    let gaps = cron("30 2 * * *", "Europe/Madrid").gaps().unwrap();
    assert_eq!((hours(gaps.longest), hours(gaps.shortest)), (25.0, 23.5));
    let twice = cron("* 2 * * *", "Europe/Madrid");
    assert_eq!(twice.instants(utc(2026, 10, 25, 0, 0)).take(120).last(), Some(utc(2026, 10, 25, 1, 59)));
}

fn refusal(text: &str) -> (String, String, Option<String>) {
    let error = Schedule::parse(text, Zone::utc(), Scheduler::Systemd).unwrap_err();
    (error.message, text[error.offset..error.offset + error.len].to_owned(), error.help)
}

#[test]
fn mistakes_are_explained() {
    let check = |text: &str, message: &str, place: &str, help: &str| {
        let expected = (message.to_owned(), place.to_owned(), (!help.is_empty()).then(|| help.to_owned()));
        assert_eq!(refusal(text), expected, "{text}");
    };
    check("0 25 * * *", "hour 25 is out of range", "25", "hour goes from 0 to 23");
    check("0 2 * * mno", "`mno` is no weekday", "mno", "did you mean `mon`?");
    check("0 2 * * monday", "`monday` is no weekday", "monday", "did you mean `mon`?");
    check("0 22-6 * * *", "the range `22-6` runs backwards", "22-6", "write `22-23,0-6`");
    check("0 2 * * 5-1", "the range `5-1` runs backwards", "5-1", "write `5-7,1`");
    check("0 2 * * fri-sun", "the range `fri-sun` runs backwards", "fri-sun", "write `5-7`");
    check("5/15 * * * *", "`5/15` has a step but no range", "5/15", "write `5-59/15`, which every cron reads alike");
    check("*/0 * * * *", "a step of 0 never gets anywhere", "0", "");
    check("0 2,, * * *", "an item is missing in the list for the hour", "", "");
    check("0 2 ? * *", "`?` is no day of the month", "?", "`?` belongs to Quartz; in cron write `*`");
    check(
        "0 0 2 * * ?",
        "6 fields, where cron has five",
        "?",
        "Quartz puts seconds first and a year last: leave them out, or write OnCalendar such as `*-*-* 02:00:30`",
    );
    check(
        "0 2 * *",
        "4 fields, where cron has five",
        "0 2 * *",
        "write minute, hour, day of the month, month and weekday, as in `0 2 * * *`",
    );
    check(
        "CRON_TZ=UTC 0 2 * * *",
        "a variable has no place in a schedule",
        "CRON_TZ=UTC",
        "give the zone as `timezone:`",
    );
    check("@dayly", "cron has no `@dayly`", "@dayly", "did you mean `@daily`?");
    check(
        "@reboot",
        "`@reboot` runs when a machine starts, so nothing says how far apart its runs are",
        "@reboot",
        "write when it runs, such as `0 2 * * *`, or how often: `every: 1d`",
    );
    check("", "the schedule is empty", "", "write it as in `0 2 * * *` or `*-*-* 02:00`");
    check(
        "Mno *-*-* 02:00",
        "`Mno` is neither a weekday nor a shorthand such as `daily`",
        "Mno",
        "did you mean `Mon`?",
    );
    check("dialy", "`dialy` is neither a weekday nor a shorthand such as `daily`", "dialy", "did you mean `daily`?");
    check("*-*-* 24:00", "hour 24 is out of range", "24", "hour goes from 0 to 23");
    check("*-13-01", "month 13 is out of range", "13", "month goes from 1 to 12");
    check(
        "Fri..Mon",
        "the range of weekdays runs backwards",
        "Mon",
        "a week begins on Monday: write `Fri..Sun,Mon` for Friday to Monday",
    );
    check("*-*-* 22..06:00", "the range `22..6` runs backwards", "22..06", "write `22..23,0..6`");
    check("*:*/15", "a star takes no repetition here", "*/", "write `0/15` for every 15");
    check(
        "*-*-* 02:00:00.5",
        "a fraction of a second cannot be planned with",
        ".5",
        "every time here is a whole number of seconds: leave the fraction out",
    );
    check(
        "*-*-* 02:00 Europe/Madird",
        "no time zone is called `Europe/Madird`",
        "Europe/Madird",
        "did you mean `Europe/Madrid`?",
    );
    check("*-*-* 02", "expected `:` and minutes, found the end", "", "a time is `02:30` or `02:30:00`");
}

#[test]
fn text_around_a_schedule_shifts_the_place() {
    let error = Schedule::parse("  0 25 * * *\n", Zone::utc(), Scheduler::Systemd).unwrap_err();
    assert_eq!((error.offset, error.len), (4, 2));
    assert_eq!(schedule("  0 2 * * *\n", "UTC").text(), "0 2 * * *");
}

proptest::proptest! {
    /// No text makes the reader panic, and a mistake always lies within the text.
    #[test]
    fn any_text_is_read_or_refused(text in "[ -~\\té€]{0,24}|([@*0-9/,.~:a-zA-Z -]{1,6}[ :-]){1,6}") {
        if let Err(error) = Schedule::parse(&text, Zone::utc(), Scheduler::Systemd) {
            proptest::prop_assert!(text.get(error.offset..error.offset + error.len).is_some(), "{error:?}");
        }
    }
}

#[test]
fn backwards_is_the_inverse_of_forwards() {
    for (text, zone) in
        [("*/15 * * * *", "Europe/Madrid"), ("30 2 * * *", "Europe/Madrid"), ("0 0 29 2 *", "America/Havana")]
    {
        for schedule in [schedule(text, zone), cron(text, zone)] {
            let runs: Vec<i64> = schedule.instants(utc(2026, 3, 28, 0, 0)).take(25_000).collect();
            for pair in runs.windows(2) {
                assert_eq!(schedule.previous_at_or_before(pair[1] - 1), Some(pair[0]));
                assert_eq!(schedule.previous_at_or_before(pair[1]), Some(pair[1]));
                assert_eq!(schedule.next_after(pair[0]), Some(pair[1]));
                assert!(pair[0] < pair[1]);
            }
        }
    }
}

#[test]
fn the_farthest_dates_have_the_worst_gap() {
    let texts = [
        "0 3 1 * *",
        "15 2 29 2 *",
        "30 2 * 3,10 0",
        "0 0 1 1,7 *",
        "*/20 1-3 31 * *",
        "5 23 13 * 5",
        "0 2 25-31 3,10 0",
    ];
    for zone in
        ["UTC", "Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati", "Africa/Casablanca"]
    {
        for scheduler in [Scheduler::Systemd, Scheduler::Cron] {
            for text in texts {
                let schedule = Schedule::parse(text, Zone::parse(zone).unwrap(), scheduler).unwrap();
                if let Some(gap) = schedule.dates().farthest().and_then(|farthest| schedule.worst_gap_of(&farthest)) {
                    assert_eq!(Some(gap), schedule.worst_gap(), "{text} {zone} {scheduler:?}");
                }
            }
        }
    }
    let leap = Schedule::parse("15 2 29 2 *", Zone::utc(), Scheduler::Systemd).unwrap();
    assert_eq!(leap.dates().farthest().unwrap().len(), 3, "2096, 2196 and 2296 are followed by eight years");
}
