//! No output, however broken, ends an adapter: it is read or refused, twice alike, and what is read is written and read back.

use std::fs;
use std::path::PathBuf;
use std::time::Instant as Clock;

use drplan::diag::{SourceFile, SourceMap};
use drplan::observed::adapters::{Adapter, Input};
use drplan::observed::{Instant, Names, read, write};
use drplan::text::Limits;

use super::observe::SAMPLES;
use crate::generated_specs::spec_gen::random::Random;

/// What stands in a hostile output.
const PIECES: [&str; 16] = [
    "null",
    "-1",
    "1e999",
    "99999999999999999999",
    "\"\"",
    "{}",
    "[]",
    "[[",
    "\u{202e}",
    "\u{0}",
    "\\ud800",
    "\"never\"",
    ",",
    ":",
    "\n---\n",
    "\"2026-13-45T99:99:99Z\"",
];

fn mutate(text: &str, numbers: &mut Random) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=numbers.below(3) {
        let (from, to) = (numbers.below(bytes.len()), numbers.below(bytes.len()));
        let (from, to) = (from.min(to), from.max(to).min(from.min(to) + 40));
        match numbers.below(5) {
            0 => drop(bytes.drain(from..to)),
            1 => drop(bytes.splice(from..to, PIECES[numbers.below(PIECES.len())].bytes())),
            2 => bytes.truncate(from.max(1)),
            3 => {
                let part = bytes[from..to].to_vec();
                drop(bytes.splice(to..to, part));
            }
            _ => bytes[from] = b"0[]{}\",:-9x"[numbers.below(11)],
        }
        if bytes.is_empty() {
            bytes.push(b'[');
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn mutants_of_every_sample_are_read_or_refused() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/observe/samples");
    let names = Names::default();
    let mut numbers = Random(0x9e37_79b9_7f4a_7c15);
    for (adapter, file) in SAMPLES {
        let adapter = Adapter::named(adapter.split('@').next().unwrap()).unwrap();
        let text = fs::read_to_string(folder.join(file)).unwrap();
        for _ in 0..300 {
            let mutant = mutate(&text, &mut numbers);
            let input = Input { text: &mutant, whose: adapter.whose.is_required().then_some("pg1"), taken: Instant(1) };
            let once = adapter.read(&input, &names);
            let again = adapter.read(&input, &names);
            match (once, again) {
                (Ok(once), Ok(again)) => {
                    assert_eq!((&once.observed, &once.remarks), (&again.observed, &again.remarks), "{mutant}");
                    holds(&write(&once.observed), &mutant);
                }
                (Err(once), Err(again)) => assert_eq!(once, again),
                _ => panic!("{} is read once and refused once: {mutant}", adapter.name),
            }
        }
    }
}

/// What is written is read back as the same.
fn holds(text: &str, mutant: &str) {
    let mut sources = SourceMap::default();
    let file = sources.add(SourceFile::new("observed.yaml", text));
    let (observed, diagnostics) = read(&sources, file, Limits::default());
    assert!(diagnostics.is_empty(), "{diagnostics:#?} of\n{text}\nfrom {mutant}");
    assert_eq!(write(&observed), text);
}

#[test]
fn much_output_takes_time_in_proportion() {
    let snapshot = |number: usize| {
        format!(
            r#"{{"time": "2026-11-20T22:20:54Z", "paths": ["/srv/{}"], "hostname": "h{}", "tags": null}}"#,
            number % 50,
            number % 1_000
        )
    };
    let list = |count: usize| format!("[{}]", (0..count).map(snapshot).collect::<Vec<_>>().join(","));
    let time = |count: usize| {
        let text = list(count);
        let begun = Clock::now();
        let input = Input { text: &text, whose: None, taken: Instant(1) };
        let adapted = Adapter::named("restic-snapshots").unwrap().read(&input, &Names::default()).unwrap();
        assert!(!adapted.observed.is_empty());
        begun.elapsed().as_secs_f64()
    };
    let small = time(10_000).max(0.01);
    let large = time(100_000);
    assert!(large < 30.0 * small, "ten times as much takes {:.1} times as long", large / small);
}
