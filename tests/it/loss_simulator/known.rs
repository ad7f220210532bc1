//! Cases worked out by hand, so that the simulator itself can be trusted.

use super::phases::{Question, worst, worst_in_phase};
use super::plan::{Calendar, Copy, DAY, HOUR, Keep, MONDAY, Minutes, Plan, Replica, Timing, WEEK, Worst};

fn plan(copies: Vec<Copy>) -> Plan {
    Plan { zone: "UTC", copies, replicas: Vec::new(), fixed: false, missed: 0, detection: 0 }
}

fn copy(timing: Timing, hold: Minutes, takes: Minutes) -> Copy {
    Copy { name: "c".into(), timing, from: None, reads: None, hold, takes, keep: None, offsite: true }
}

fn at(hour: i8, minute: i8) -> Calendar {
    Calendar {
        minutes: vec![minute],
        hours: vec![hour],
        days: None,
        months: None,
        weekdays: None,
        zone: None,
        cron: false,
    }
}

fn daily(hour: i8, minute: i8) -> Timing {
    Timing::Calendar(at(hour, minute))
}

fn every(interval: Minutes) -> Timing {
    Timing::Every { interval, anchor: None }
}

fn anchored(interval: Minutes) -> Timing {
    Timing::Every { interval, anchor: Some(MONDAY) }
}

fn after(copy: usize, every: Option<Minutes>) -> Timing {
    Timing::After { copy, every, anchor: Some(MONDAY) }
}

fn asked(plan: &Plan, question: Question) -> Worst {
    worst(plan, &question.case(plan)).0
}

#[track_caller]
fn loses(plan: &Plan, question: Question, minutes: Minutes) {
    assert_eq!(asked(plan, question), Worst::Minutes(minutes), "{plan:#?}");
}

#[test]
fn one_schedule_loses_its_gap_and_its_run() {
    let mut one = plan(vec![copy(daily(2, 30), 0, 45)]);
    loses(&one, Question::InstancesLost, DAY + 45);
    one.zone = "Europe/Madrid";
    loses(&one, Question::InstancesLost, 47 * HOUR + 45);
    one.missed = 1;
    loses(&one, Question::InstancesLost, 71 * HOUR + 45);
    loses(&plan(vec![copy(every(6 * HOUR), HOUR, HOUR)]), Question::SiteLost, 8 * HOUR);
}

#[test]
fn two_nightly_runs_twelve_hours_apart_are_worth_one_every_twelve() {
    let two = plan(vec![copy(daily(2, 0), 0, 30), copy(daily(14, 0), 0, 30)]);
    loses(&two, Question::InstancesLost, 12 * HOUR + 30);
}

#[test]
fn a_known_chain_is_measured_as_it_falls() {
    // Nightly at 2:00 ready at 3:00, copied at 4:00: captured two hours before.
    let offsite = Copy { from: Some(0), ..copy(daily(4, 0), 0, HOUR) };
    loses(&plan(vec![Copy { offsite: false, ..copy(daily(2, 0), 0, HOUR) }, offsite]), Question::SiteLost, 27 * HOUR);
    // Copied at 2:59, just too early: the point of the night before.
    let early = Copy { from: Some(0), ..copy(daily(2, 59), 0, HOUR) };
    let early = plan(vec![Copy { offsite: false, ..copy(daily(2, 0), 0, HOUR) }, early]);
    loses(&early, Question::SiteLost, 49 * HOUR + 59);
}

#[test]
fn an_unknown_phase_adds_the_whole_worst_case_of_its_source() {
    let source = Copy { offsite: false, ..copy(daily(2, 0), 0, HOUR) };
    let chain = plan(vec![source, Copy { from: Some(0), ..copy(every(12 * HOUR), 0, 2 * HOUR) }]);
    loses(&chain, Question::SiteLost, 25 * HOUR + 14 * HOUR);
}

#[test]
fn a_stream_needs_its_base() {
    let wal = copy(Timing::Continuous { lag: 5, base: 0 }, 0, 0);
    let mut both = plan(vec![copy(daily(2, 0), 0, HOUR), wal]);
    loses(&both, Question::SiteLost, 5);
    both.detection = HOUR;
    loses(&both, Question::Corruption, 0);
    both.copies[0].offsite = false;
    assert_eq!(asked(&both, Question::SiteLost), Worst::Lost);
}

#[test]
fn replicas_survive_what_the_primary_does_not() {
    let mut replicated = plan(vec![copy(daily(2, 0), 0, HOUR)]);
    let replica = Replica { lag: 3, from: None, offsite: true };
    replicated.replicas = vec![replica];
    loses(&replicated, Question::PrimaryLost, 3);
    loses(&replicated, Question::InstancesLost, 25 * HOUR);
    replicated.replicas = vec![Replica { lag: 2, offsite: false, ..replica }, Replica { from: Some(0), ..replica }];
    loses(&replicated, Question::PrimaryLost, 2);
    loses(&replicated, Question::SiteLost, 5);
    replicated.replicas = vec![Replica { lag: 0, ..replica }];
    loses(&replicated, Question::PrimaryLost, 0);
}

#[test]
fn one_time_copies_age_for_ever_unless_nothing_changes() {
    let mut once = plan(vec![copy(Timing::Once(0), 0, 0)]);
    assert_eq!(asked(&once, Question::SiteLost), Worst::Unbounded);
    once.fixed = true;
    loses(&once, Question::SiteLost, 0);
}

#[test]
fn corruption_noticed_late_needs_old_points() {
    let keep = |keep: Keep, detection| {
        let kept = Copy { keep: Some(keep), ..copy(daily(2, 0), 0, HOUR) };
        Plan { detection, ..plan(vec![kept]) }
    };
    let last = Keep { last: 3, ..Keep::default() };
    // Noticed at once: the newest that is ready, as in any disaster.
    loses(&keep(last, 0), Question::Corruption, 25 * HOUR);
    // Noticed an hour later the run of the night is ready.
    loses(&keep(last, HOUR), Question::Corruption, DAY);
    // Noticed 47 h later: three points are kept, the oldest of them at least 49 h old.
    loses(&keep(last, 2 * DAY), Question::Corruption, DAY);
    // The oldest of three is dropped 73 h after its capture.
    assert_eq!(asked(&keep(last, 3 * DAY), Question::Corruption), Worst::Lost);
    let weekly = Keep { weekly: 3, ..Keep::default() };
    // Of the last week but one the Sunday is left, of this week the newest.
    loses(&keep(weekly, 7 * DAY), Question::Corruption, 7 * DAY);
}

#[test]
fn a_missed_run_has_replaced_nothing() {
    let missing = |keep: Keep, missed, detection| {
        let kept = Copy { keep: Some(keep), ..copy(daily(2, 0), 0, HOUR) };
        asked(&Plan { detection, missed, ..plan(vec![kept]) }, Question::Corruption)
    };
    let last = |last| Keep { last, ..Keep::default() };
    assert_eq!(missing(last(1), 1, 0), Worst::Minutes(49 * HOUR));
    assert_eq!(missing(last(1), 3, HOUR), Worst::Minutes(4 * DAY));
    assert_eq!(missing(last(1), 1, HOUR + 1), Worst::Lost);
    assert_eq!(missing(last(2), 1, 25 * HOUR), Worst::Minutes(2 * DAY));
    assert_eq!(missing(last(2), 1, 25 * HOUR + 1), Worst::Lost);
    // Had the Sunday failed, the Saturday would be left of its week.
    assert_eq!(missing(Keep { weekly: 3, ..Keep::default() }, 1, 7 * DAY), Worst::Minutes(8 * DAY));
}

/// The arrays of Keeton & Merchant's case study: a split mirror, its backup on tape, the vault.
fn case_study(backup: Timing, vault: Timing, vault_hold: Minutes, backup_takes: Minutes) -> Plan {
    let mirror = Copy { offsite: false, ..copy(anchored(12 * HOUR), 0, 0) };
    let from = |timing: &Timing, source| matches!(timing, Timing::Every { .. }).then_some(source);
    let backup = Copy { from: from(&backup, 0), offsite: false, ..copy(backup, HOUR, backup_takes) };
    let vault = Copy { from: from(&vault, 1), ..copy(vault, vault_hold, 24 * HOUR) };
    plan(vec![mirror, backup, vault])
}

/// Array failure takes the mirror, site failure the tapes too.
#[track_caller]
fn array_and_site(plan: &Plan, phases: &[Minutes], array: Minutes, site: Minutes) {
    let mut array_only = plan.clone();
    array_only.copies[1].offsite = true;
    assert_eq!(
        worst_in_phase(&array_only, &Question::SiteLost.case(&array_only), phases).0,
        Worst::Minutes(array * HOUR)
    );
    assert_eq!(worst_in_phase(plan, &Question::SiteLost.case(plan), phases).0, Worst::Minutes(site * HOUR));
}

#[test]
fn the_case_study_of_keeton_and_merchant() {
    let weeks = |n| Some(n * WEEK);
    let baseline = case_study(after(0, weeks(1)), after(1, weeks(4)), 4 * WEEK + 12 * HOUR, 48 * HOUR);
    array_and_site(&baseline, &[0; 3], 217, 1429);
    let weekly_vault = case_study(after(0, weeks(1)), after(1, weeks(1)), 12 * HOUR, 48 * HOUR);
    array_and_site(&weekly_vault, &[0; 3], 217, 253);
    let daily_full = case_study(after(0, Some(DAY)), after(1, weeks(1)), 12 * HOUR, 12 * HOUR);
    array_and_site(&daily_full, &[0; 3], 37, 217);
}

#[test]
fn the_case_study_with_calendars_of_their_own() {
    // Each runs just before what it would have needed completes: no phase is worse.
    let alone = case_study(every(WEEK), every(4 * WEEK), 4 * WEEK + 12 * HOUR, 48 * HOUR);
    let backup = 12 * HOUR - 1;
    let vault = backup + 49 * HOUR - 1;
    let mut array_only = alone.clone();
    array_only.copies[1].offsite = true;
    let lost = |plan: &Plan| worst_in_phase(plan, &Question::SiteLost.case(plan), &[0, backup, vault]).0;
    assert_eq!(lost(&array_only), Worst::Minutes(229 * HOUR - 1));
    assert_eq!(lost(&alone), Worst::Minutes(1609 * HOUR - 2));
}
