//! The data gone bad, and noticed later.

use super::*;

#[test]
fn without_retention_only_the_capture_counts() {
    let spec = model(r#"n: {schedule: "0 2 * * *", takes: 1h, to: vault}"#, "");
    // Noticed at once: the same as destruction. Half an hour later: the run under way may still complete.
    assert_eq!(text(&corrupted(&spec, &["n"], "0s")), "25 h");
    assert_eq!(text(&corrupted(&spec, &["n"], "30m")), "24 h 30 m");
    assert_eq!(text(&corrupted(&spec, &["n"], "1h")), "24 h");
    assert_eq!(text(&corrupted(&spec, &["n"], "10d")), "24 h");
    let spec = model("n: {every: 1d, takes: 1h, to: vault}", "");
    assert_eq!(text(&corrupted(&spec, &["n"], "0s")), "25 h");
    assert_eq!(text(&corrupted(&spec, &["n"], "30m")), "24 h 30 m");
    assert_eq!(text(&corrupted(&spec, &["n"], "10d")), "24 h");
}

#[test]
fn ages_that_are_surely_there_bound_the_detection() {
    let baseline = "mirror: {every: 12h, keep: {last: 4}, to: vault}
        backup: {after: mirror, every: 1w, hold: 1h, takes: 48h, keep: {last: 4}, to: vault}
        vaulted: {after: backup, every: 4w, hold: 4w 12h, takes: 24h, keep: {last: 39}, to: vault}";
    let spec = model(baseline, "");
    for (name, oldest, loss) in
        [("mirror", 36, "12 h"), ("backup", 553, "168 h (7 d)"), ("vaulted", 26_293, "672 h (28 d)")]
    {
        assert_eq!(text(&corrupted(&spec, &[name], &format!("{oldest}h"))), loss, "{name}");
        assert_eq!(text(&corrupted(&spec, &[name], &format!("{oldest}h 1s"))), "Forgotten", "{name}");
    }
}

#[test]
fn calendar_rules_thin_out() {
    // Every 6 hours, the newest of each of 7 days kept: ten minutes later all is there by `last`; two days later only the
    // 18:00 of each day is left, so that a strike just before the next 18:00 loses a day.
    let spec = model(r#"n: {schedule: "0 */6 * * *", takes: 0s, keep: {last: 4, daily: 7}, to: vault}"#, "");
    assert_eq!(text(&corrupted(&spec, &["n"], "10m")), "6 h");
    assert_eq!(text(&corrupted(&spec, &["n"], "2d")), "24 h");
    // Seven days kept: at 00:00 a new day begins and the seventh before goes; the 18:00 left is 6 d - 18 h + ... old.
    assert_eq!(text(&corrupted(&spec, &["n"], "126h")), "24 h");
    assert_eq!(text(&corrupted(&spec, &["n"], "126h 1s")), "Forgotten");
}

#[test]
fn a_stream_rolls_forward_from_a_kept_base() {
    let copies = "n: {schedule: \"0 2 * * *\", takes: 1h, keep: {last: 7}, to: vault}\nwal: {continuous: 1m, base: n, to: vault}";
    let spec = model(copies, "");
    assert_eq!(text(&corrupted(&spec, &["n", "wal"], "5d")), "0 s");
    // The oldest of seven is at least six days and the transfer old.
    assert_eq!(text(&corrupted(&spec, &["n", "wal"], "145h")), "0 s");
    assert_eq!(text(&corrupted(&spec, &["n", "wal"], "145h 1s")), "Forgotten");
    assert_eq!(text(&corrupted(&spec, &["wal"], "1h")), "NoBase");
}

#[test]
fn a_longer_kept_copy_takes_over() {
    let copies = "n: {schedule: \"0 2 * * *\", takes: 0s, keep: {last: 7}, to: vault}
        w: {schedule: \"0 3 * * 0\", takes: 0s, keep: {last: 10}, to: vault}";
    let spec = model(copies, "");
    assert_eq!(text(&corrupted(&spec, &["n", "w"], "5d")), "24 h");
    assert_eq!(text(&corrupted(&spec, &["n", "w"], "30d")), "168 h (7 d)");
    assert_eq!(text(&corrupted(&spec, &["n"], "30d")), "Forgotten");
}

#[test]
fn a_day_of_unknown_phase_may_lose_a_run_to_the_clock() {
    // Every 24 h with one a day kept: twice in a 25-hour day, once in all others; nothing is lost within five days.
    let spec = model("n: {every: 1d, takes: 0s, keep: {daily: 7}, to: vault}", "");
    assert_eq!(text(&corrupted(&spec, &["n"], "5d")), "24 h");
}

#[test]
fn two_runs_of_two_local_days_may_be_of_one_day_in_utc() {
    // 01:00 in Berlin is midnight UTC in winter and 23:00 of the day before in summer: 29 March 2026 has both, and one a
    // day keeps the later. Until that is made, all is well; later damage done just before it goes back 47 h.
    let berlin = |time: &str, runs: u32, detection: &str| {
        let objective = format!("objective: {{rpo: 1h, tolerates_missed_runs: {runs}}}");
        let copies = format!(
            "n: {{schedule: \"{time} * * *\", timezone: Europe/Berlin, takes: 3h, keep: {{daily: 60}}, to: vault}}"
        );
        text(&corrupted(&model(&copies, &objective), &["n"], detection))
    };
    assert_eq!(berlin("0 1", 0, "5d"), "47 h");
    assert_eq!(berlin("0 1", 1, "5d"), "71 h");
    let spec = model(
        "n: {schedule: \"0 1 * * *\", timezone: Europe/Berlin, takes: 3h, keep: {daily: 60}, to: vault}",
        "objective: {rpo: 1h}",
    );
    let loss = corrupted(&spec, &["n"], "5d");
    assert_eq!(sum(&spec, &loss), "47 h longest interval of n between points that are still kept");
    // Away from midnight no day in UTC has two, and the longest interval decides.
    assert_eq!(berlin("0 3", 0, "5d"), "25 h");
    assert_eq!(berlin("30 0", 0, "5d"), "25 h");
}

#[test]
fn a_missed_run_has_replaced_nothing() {
    let missing = |keep: &str, runs: u32, detection: &str| {
        let objective = format!("objective: {{rpo: 1h, tolerates_missed_runs: {runs}}}");
        let copies = format!("n: {{schedule: \"0 2 * * *\", takes: 1h, keep: {{{keep}}}, to: vault}}");
        text(&corrupted(&model(&copies, &objective), &["n"], detection))
    };
    // The last that was made is kept until the next is, whatever failed between.
    assert_eq!(missing("last: 1", 0, "0s"), "25 h");
    assert_eq!(missing("last: 1", 1, "0s"), "49 h");
    assert_eq!(missing("last: 1", 3, "1h"), "96 h (4 d)");
    // A run after the corruption replaces it, with or without missed runs.
    assert_eq!(missing("last: 1", 0, "1h 1s"), "Forgotten");
    assert_eq!(missing("last: 1", 1, "1h 1s"), "Forgotten");
    // Two are kept: the second run after the corruption replaces it, 25 h after the first at the earliest.
    assert_eq!(missing("last: 2", 1, "25h"), "48 h");
    assert_eq!(missing("last: 2", 1, "25h 1s"), "Forgotten");
    // A week later the Sunday before is left of its week; had it failed, the Saturday.
    assert_eq!(missing("weekly: 3", 0, "7d"), "168 h (7 d)");
    assert_eq!(missing("weekly: 3", 1, "7d"), "192 h (8 d)");
    let every = |runs: u32, detection: &str| {
        let objective = format!("objective: {{rpo: 1h, tolerates_missed_runs: {runs}}}");
        let spec = model("n: {every: 6h, takes: 1h, keep: {last: 1}, to: vault}", &objective);
        text(&corrupted(&spec, &["n"], detection))
    };
    assert_eq!(every(0, "30m"), "6 h 30 m");
    assert_eq!(every(2, "30m"), "18 h 30 m");
    assert_eq!(every(2, "61m"), "Forgotten");
}
