//! The least change, ages, overlaps.

use super::*;
use crate::analysis::loss::{Advice, Ages};

fn advise(copies: &str, name: &str, at_most: &str, event: LossEvent) -> String {
    let model = model(copies, "");
    let engine = LossEngine::new(&model);
    match engine.advise(copy(&model, name), at_most.parse().unwrap(), event) {
        Advice::Fine => "fine".into(),
        Advice::Change { copy, change, worst } => {
            format!("{}: {} -> {worst}", model.copies[copy].name, change.yaml())
        }
        Advice::OutOfReach { floor, takes_at_most } => {
            format!("{} {}", floor.unwrap_or_default(), takes_at_most.unwrap_or_default())
        }
    }
}

fn over_loss(copies: &str, at_most: &str) -> String {
    advise(copies, "x", at_most, LossEvent::Destroyed)
}

#[test]
fn the_longest_interval_that_would_do() {
    let daily = r#"x: {schedule: "0 2 * * *", takes: 1h, to: vault}"#;
    assert_eq!(over_loss(daily, "25h"), "fine");
    assert_eq!(over_loss(daily, "24h"), "x: schedule: \"0 2-23/12 * * *\" -> 13h");
    assert_eq!(over_loss(daily, "7h"), "x: schedule: \"0 2-23/6 * * *\" -> 7h");
    assert_eq!(over_loss(daily, "2h"), "x: schedule: \"0 * * * *\" -> 2h");
    // Its transfer takes an hour: no shorter interval, so two hours is the least.
    assert_eq!(over_loss(daily, "1h 59m"), "2h 0s");
    assert_eq!(over_loss("x: {every: 1d, takes: 1h, to: vault}", "8h"), "x: every: 6h -> 7h");
    assert_eq!(
        over_loss("x: {schedule: \"0 2 * * *\", takes: 30m, to: vault}", "24h 10m"),
        "x: schedule: \"0 2-23/12 * * *\" -> 12h 30m"
    );
    let weekdays = r#"x: {schedule: "0 2 * * 1-5", takes: 1h, to: vault}"#;
    assert_eq!(over_loss(weekdays, "30h"), "x: schedule: \"0 2 * * *\" -> 1d 1h");
}

#[test]
fn utc_where_only_the_clock_is_to_blame() {
    let madrid = r#"x: {schedule: "30 2 * * *", timezone: Europe/Madrid, takes: 1h, to: vault}"#;
    assert_eq!(over_loss(madrid, "25h"), "x: timezone: UTC -> 1d 1h");
    assert_eq!(over_loss(madrid, "13h"), "x: schedule: \"30 2-23/12 * * *\" and timezone: UTC -> 13h");
    let quarters = r#"x: {schedule: "*/15 * * * *", timezone: Europe/Madrid, takes: 0s, to: vault}"#;
    assert_eq!(over_loss(quarters, "15m"), "x: timezone: UTC -> 15m");
}

#[test]
fn the_copy_that_it_is_made_from_may_be_the_one_to_change() {
    let triggered = "n: {every: 1d, takes: 1h, to: vault}\nx: {after: n, takes: 1h, to: vault}";
    assert_eq!(over_loss(triggered, "10h"), "n: every: 8h -> 10h");
    let weekly = "n: {every: 1d, takes: 1h, to: vault}\nx: {after: n, every: 1w, takes: 1h, to: vault}";
    assert_eq!(over_loss(weekly, "3d"), "x: every: 2d -> 2d 2h");
}

#[test]
fn more_is_kept_where_the_last_clean_point_is_thrown_away() {
    let short = "x: {every: 1d, takes: 1h, keep: {last: 7}, to: vault}";
    let event = LossEvent::Corrupted { detection: "10d".parse().unwrap() };
    // Eleven are at least 10 days and the transfer apart.
    assert_eq!(advise(short, "x", "24h", event), "x: keep: {last: 11} beside the other rules -> 1d");
}

#[test]
fn ages_surely_there() {
    let ages = |copies: &str| {
        let model = model(copies, "");
        let Ages { youngest, oldest } = LossEngine::new(&model).ages(copy(&model, "x"));
        format!(
            "{} to {}",
            youngest.map_or("none".into(), |a| a.to_string()),
            oldest.map_or("any".into(), |a| a.to_string())
        )
    };
    assert_eq!(ages("x: {every: 12h, keep: {last: 4}, to: vault}"), "12h to 1d 12h");
    assert_eq!(ages("x: {every: 12h, to: vault}"), "12h to any");
    assert_eq!(ages(r#"x: {schedule: "0 */6 * * *", takes: 0s, keep: {last: 4, daily: 7}, to: vault}"#), "6h to 5d 6h");
    // Three years by the newest of each: on the first run of a new year the oldest is that of two years' ends before.
    assert_eq!(ages(r#"x: {schedule: "0 2 * * *", takes: 0s, keep: {daily: 7, yearly: 3}, to: vault}"#), "1d to 366d");
    let study = "mirror: {every: 12h, keep: {last: 4}, to: vault}
        backup: {after: mirror, every: 1w, hold: 1h, takes: 48h, keep: {last: 4}, to: vault}
        x: {after: backup, every: 4w, hold: 4w 12h, takes: 24h, keep: {last: 39}, to: vault}";
    assert_eq!(ages(study), "59d 13h to 1095d 13h");
}

#[test]
fn runs_that_meet() {
    let overlap = |copies: &str| {
        let model = model(copies, "");
        LossEngine::new(&model)
            .overlap(copy(&model, "x"))
            .map(|overlap| (overlap.gap.to_string(), overlap.takes.to_string()))
    };
    assert_eq!(overlap("x: {every: 1h, takes: 1h, hold: 5h, to: vault}"), None);
    assert_eq!(overlap("x: {every: 1h, takes: 61m, to: vault}"), Some(("1h".into(), "1h 1m".into())));
    // 6-hourly in Madrid: 5 h apart on a Sunday in March.
    let spring = r#"x: {schedule: "0 */6 * * *", timezone: Europe/Madrid, takes: 5h 30m, to: vault}"#;
    assert_eq!(overlap(spring), Some(("5h".into(), "5h 30m".into())));
    // The first completion in each 12 h of one every 5 h: 10 h or 15 h apart.
    let first = "n: {every: 5h, to: vault}\nx: {after: n, every: 12h, takes: 11h, to: vault}";
    assert_eq!(overlap(first), Some(("10h".into(), "11h".into())));
}
