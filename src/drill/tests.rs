//! Records that were cut off, changed or corrected, and what they come to.

use jiff::Timestamp;

use super::*;
use crate::terms::{Impact, ScenarioKind, StepKind, Strategy};
use crate::units::Seconds;

/// 2026-11-20T09:00:00Z
const ZERO: i64 = 1_795_165_200;

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(ZERO + 60 * minutes).unwrap()
}

/// `db`: detect 5 m, beside it respond 15 m, then promote 2 m. `web`, after it: start 10 m, cutover 5 m.
fn start() -> Start {
    let step = |step, component: &str, kind, from: u64, to: u64, after: &[usize]| Planned {
        step,
        component: component.to_owned(),
        kind,
        team: Some("dba".to_owned()),
        from_s: 60 * from,
        to_s: 60 * to,
        slack_s: 0,
        after: after.to_vec(),
        bytes: None,
    };
    let component = |name: &str, served_by: usize, back: u64| PlannedComponent {
        component: name.to_owned(),
        impact: Impact::Outage,
        strategy: Strategy::Promote,
        served_by: vec![served_by],
        back_s: Some(60 * back),
        rto_s: Some(60 * 40),
    };
    Start {
        plan: "shop".to_owned(),
        scenario: "lose:madrid".to_owned(),
        kind: ScenarioKind::SiteLoss,
        real: false,
        disrupted: at(0),
        spec: "0011223344556677".to_owned(),
        procedure: "8899aabbccddeeff".to_owned(),
        version: "0.1.0".to_owned(),
        steps: vec![
            step(1, "db", StepKind::Detect, 0, 5, &[]),
            step(2, "db", StepKind::Respond, 0, 15, &[]),
            step(3, "db", StepKind::Promote, 15, 17, &[1, 2]),
            step(4, "web", StepKind::Start, 17, 27, &[3]),
            step(5, "web", StepKind::Cutover, 27, 32, &[4]),
        ],
        components: vec![component("db", 3, 17), component("web", 5, 32)],
        data: vec![PlannedData {
            component: "db".to_owned(),
            dataset: "main".to_owned(),
            loss_s: Some(30),
            rpo_s: Some(60),
        }],
    }
}

fn stamp(step: usize, result: StampResult, minutes: i64) -> Event {
    Event::Stamp(Stamp { step, result, at: at(minutes), note: None })
}

/// A record with these events, each written at its minute, and its bytes.
fn record(events: &[(i64, Event)]) -> (Record, Vec<u8>) {
    let mut record = Record::new();
    let mut bytes = record.append(Event::Start(Box::new(start())), at(0), "ana");
    for (minutes, event) in events {
        bytes.extend(record.append(event.clone(), at(*minutes), "ana"));
    }
    (record, bytes)
}

fn done(steps: &[(usize, i64)]) -> Vec<(i64, Event)> {
    steps.iter().map(|(step, minutes)| (*minutes, stamp(*step, StampResult::Done, *minutes))).collect()
}

fn finish(minutes: i64, lost_s: u64) -> (i64, Event) {
    let lost = Lost { component: "db".to_owned(), dataset: "main".to_owned(), lost_s };
    (minutes, Event::Finish(Finish { at: at(minutes), lost: vec![lost], note: None }))
}

#[test]
fn what_is_written_is_read_back() {
    let note = Event::Note(Note { text: "Zürich \u{1b}[31m \u{1f600}\n".to_owned() });
    let (written, bytes) = record(&[(1, stamp(1, StampResult::Done, 1)), (2, note), finish(3, 9)]);
    assert!(bytes.is_ascii());
    assert_eq!(Record::read(&bytes).unwrap(), written);
}

/// Wherever a crash cuts the last line off, what was written before is whole, what is left is told, and the drill goes on.
#[test]
fn a_line_that_was_cut_off_is_told_and_gone_on_after() {
    let (_, before) = record(&done(&[(1, 4)]));
    let (_, after) = record(&done(&[(1, 4), (2, 9)]));
    for end in before.len() + 1..after.len() - 1 {
        let mut bytes = after[..end].to_vec();
        let mut torn = Record::read(&bytes).unwrap();
        assert_eq!((torn.lines.len(), torn.torn), (2, 1), "{end}");
        assert_eq!(torn.tail.as_deref(), Some(&after[before.len()..end]));
        bytes.extend(torn.append(stamp(2, StampResult::Done, 12), at(12), "bo"));
        let again = Record::read(&bytes).unwrap();
        assert_eq!((again.lines.len(), again.torn, again.tail.is_some()), (4, 1, false));
        let drill = Drill::of(&again).unwrap();
        assert_eq!(drill.steps[1].over(), Some(at(12)));
    }
    // All of it is there but the end of the line: nothing is lost, and the next line is one of its own.
    let mut bytes = after[..after.len() - 1].to_vec();
    let mut whole = Record::read(&bytes).unwrap();
    assert_eq!((whole.lines.len(), whole.torn), (3, 0));
    bytes.extend(whole.append(stamp(3, StampResult::Done, 13), at(13), "bo"));
    assert_eq!(Record::read(&bytes).unwrap().lines.len(), 4);
    // Blocks that a file system never wrote are zeros.
    let zeros = [before.as_slice(), &[0; 512]].concat();
    assert_eq!(Record::read(&zeros).unwrap().torn, 1);
}

#[test]
fn a_record_that_was_changed_is_refused() {
    let (_, bytes) = record(&done(&[(1, 4), (2, 9), (3, 20)]));
    let text = String::from_utf8(bytes).unwrap();
    let broken = |text: &str| Record::read(text.as_bytes()).map(|_| ()).map_err(|broken| (broken.line, broken.message));
    let changed = "the line does not follow from the one before it: the record was changed";
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(broken(&text.replace("09:09:00Z", "09:08:00Z")), Err((4, changed.to_owned())));
    assert_eq!(broken(&format!("{}\n{}\n", lines[0], lines[2])), Err((2, changed.to_owned())));
    assert_eq!(broken(&format!("{}\nx\n{}\n", lines[0], lines[1])).unwrap_err().0, 2);
    assert_eq!(broken(&format!("{}\n", lines[1])).unwrap_err().0, 1);
    assert_eq!(broken(""), Err((1, "the line is empty".to_owned())));
    assert_eq!(broken("x").unwrap_err().0, 1);
    assert_eq!(broken(&text.replace("drplan.drill/1", "drplan.drill/9")).unwrap_err().0, 1);
    assert_eq!(
        broken(&text.replacen("\"after\":[]", "\"after\":[5]", 1)),
        Err((1, "steps wait for each other".to_owned()))
    );
    assert_eq!(broken(&text.replacen("\"after\":[]", "\"after\":[6]", 1)), Err((1, "there is no step 6".to_owned())));
    assert_eq!(broken(&text.replacen("\"from_s\":0", "\"from_s\":9999", 1)).unwrap_err().0, 1);
}

/// Nothing that anybody can do to a file makes it more than a mistake.
#[test]
fn no_file_is_a_bug() {
    let (_, bytes) = record(&[done(&[(1, 4), (2, 9)]), vec![finish(30, 5)]].concat());
    for at in (0..bytes.len()).step_by(3) {
        let mut bad = bytes.clone();
        bad[at] ^= 0x15;
        if let Ok(record) = Record::read(&bad) {
            let drill = Drill::of(&record).unwrap();
            drill.backs(&drill.projection(drill.last));
            drill.verdict();
        }
    }
}

#[test]
fn a_step_takes_the_time_since_those_before_it() {
    let (record, _) = record(&done(&[(1, 4), (2, 9), (3, 20), (4, 20), (5, 33)]));
    let drill = Drill::of(&record).unwrap();
    let took: Vec<Option<u64>> = drill.steps.iter().map(|step| drill.took(step).map(|took| took.0 / 60)).collect();
    // Four was stamped in one go with three: nobody knows what it took.
    assert_eq!(took, [Some(4), Some(9), Some(11), None, Some(13)]);
}

#[test]
fn a_wrong_stamp_is_corrected_by_a_later_one() {
    let events = [
        (4, stamp(1, StampResult::Done, 4)),
        (9, stamp(3, StampResult::Failed, 9)),
        (10, stamp(3, StampResult::Undone, 10)),
        (11, stamp(2, StampResult::Begun, 6)),
        (12, stamp(2, StampResult::Done, 12)),
        (13, stamp(2, StampResult::Done, 11)),
        (15, stamp(3, StampResult::Failed, 15)),
    ];
    let (record, _) = record(&events);
    let drill = Drill::of(&record).unwrap();
    assert_eq!(drill.took(&drill.steps[1]), Some(Seconds(300)));
    assert_eq!((drill.steps[2].failures, drill.steps[2].over()), (1, None));
    // What failed is still to be done.
    assert_eq!(drill.next().map(|step| step.planned.step), Some(3));
}

#[test]
fn what_is_open_goes_on_at_planned_speed() {
    let (record, _) = record(&done(&[(1, 4), (2, 20)]));
    let drill = Drill::of(&record).unwrap();
    let ends = |minutes| {
        let projection = drill.projection(at(minutes));
        (1..=5).map(|step| projection.end(step).0 / 60).collect::<Vec<_>>()
    };
    assert_eq!(ends(20), [4, 20, 22, 32, 37]);
    // Promotion is late by now, and not over before now.
    assert_eq!(ends(30), [4, 20, 30, 40, 45]);
    let projection = drill.projection(at(30));
    let backs = drill.backs(&projection);
    assert_eq!((backs[0].is_met(), backs[1].is_met(), backs[0].is_back), (Some(true), Some(false), false));
}

#[test]
fn how_it_ended() {
    let all = done(&[(1, 4), (2, 9), (3, 20), (4, 25), (5, 33)]);
    let verdict = |events: Vec<(i64, Event)>| Drill::of(&record(&events).0).unwrap().verdict();
    assert_eq!(verdict(all.clone()), None);
    assert_eq!(verdict([all.clone(), vec![finish(34, 60)]].concat()), Some(Verdict::Ok));
    assert_eq!(verdict([all.clone(), vec![finish(34, 61)]].concat()), Some(Verdict::Failed));
    assert_eq!(verdict([all[..4].to_vec(), vec![finish(34, 0)]].concat()), Some(Verdict::Failed));
    let late = done(&[(1, 4), (2, 9), (3, 41), (4, 42), (5, 44)]);
    assert_eq!(verdict([late, vec![finish(45, 0)]].concat()), Some(Verdict::Failed));
    let skipped = |step| {
        [all[..step - 1].to_vec(), vec![(26, stamp(step, StampResult::Skipped, 26))], all[step..].to_vec()].concat()
    };
    assert_eq!(verdict([skipped(5), vec![finish(34, 0)]].concat()), Some(Verdict::Ok));
    assert_eq!(verdict([skipped(4), vec![finish(34, 0)]].concat()), Some(Verdict::Partial));
    let partial = record(&[skipped(4), vec![finish(34, 0)]].concat()).0;
    let drill = Drill::of(&partial).unwrap();
    assert_eq!((drill.brought_back("db"), drill.brought_back("web"), drill.brought_back("x")), (true, false, false));
}
