//! Time of a diff against that of reading both files: a generated system of which one thing in a hundred has drifted.
//!
//! `cargo bench --bench diff -- 1000 100000`

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark tells what it measures, and may stop anywhere"
)]

use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use drplan::desired::Desired;
use drplan::diag::{FileId, SourceFile, SourceMap};
use drplan::evidence::{Question, facts, undeclared};
use drplan::model::Model;
use drplan::observed::{self, Address, Field, Instant, Observed, Seen, Value};
use drplan::report::Style;
use drplan::report::changes::{ChangesFormat, ChangesView};
use drplan::spec::Spec;
use drplan::tech::Catalogue;
use drplan::text::Limits;
use drplan::{diff, model, tech};

#[path = "../tests/support/spec_gen.rs"]
mod spec_gen;

/// 2026-11-21T00:00:00Z
const NOW: Instant = Instant(1_795_219_200);

/// Of a measure the least of so many runs counts: what takes longer is the machine's.
const RUNS: usize = 3;

fn main() {
    let sizes: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    for components in if sizes.is_empty() { vec![1_000, 10_000] } else { sizes } {
        measure(components);
    }
}

fn measure(components: usize) {
    let (catalogue, _) = tech::built_in();
    let folder = tempfile::tempdir().unwrap();
    let [spec_path, seen_path] = ["drplan.yaml", "observed.yaml"].map(|name| folder.path().join(name));
    let spec = spec_gen::spec(components);
    std::fs::write(&spec_path, &spec).unwrap();
    std::fs::write(&seen_path, observed::write(&drifted(&read_spec(spec, &catalogue)))).unwrap();

    let (mut reading, mut comparing) = (Duration::MAX, Duration::MAX);
    let mut told = String::new();
    for _ in 0..RUNS {
        let started = Clock::now();
        let model = read_spec(std::fs::read_to_string(&spec_path).unwrap(), &catalogue);
        let observed = read_seen(std::fs::read_to_string(&seen_path).unwrap());
        reading = reading.min(started.elapsed());
        let started = Clock::now();
        let desired = Desired::of(&model);
        let question = Question { model: &model, desired: &desired, observed: &observed, now: NOW };
        let changes = diff::diff(&question, &undeclared(&model, &desired, &observed), &facts(&question));
        let text = ChangesView::new(&model.system.name, &changes).render(ChangesFormat::Json, Style::Plain);
        comparing = comparing.min(started.elapsed());
        told = format!("{:?}, {} bytes of JSON", changes.summary(), text.len());
    }
    let size = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |metadata| metadata.len()) >> 20;
    println!(
        "{components} components ({} MiB and {} MiB): read both {reading:?}, diff {comparing:?}, {:.2} times, at most 2; {told}",
        size(&spec_path),
        size(&seen_path),
        comparing.as_secs_f64() / reading.as_secs_f64()
    );
}

fn read_spec(text: String, catalogue: &Catalogue) -> Model {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("drplan.yaml", text));
    let (spec, _) = Spec::read(&sources, Limits::default());
    model::resolve(&spec, catalogue).0
}

fn read_seen(text: String) -> Observed {
    let mut sources = SourceMap::default();
    let file: FileId = sources.add(SourceFile::new("observed.yaml", text));
    let (observed, diagnostics) = observed::read(&sources, file, Limits::default());
    assert!(diagnostics.is_empty());
    observed
}

/// A system as planned, but for every hundredth thing.
fn drifted(model: &Model) -> Observed {
    let mut observed = diff::fulfilled(model, &Desired::of(model), NOW);
    let source: Arc<str> = Arc::from("bench");
    let addresses: Vec<Address> = observed.things.keys().step_by(100).cloned().collect();
    for (number, address) in addresses.into_iter().enumerate() {
        let (field, value) = match &address {
            Address::Instance(..) => (Field::Alive, Value::Text("down".to_owned())),
            Address::Dataset(..) => (Field::Size, Value::Size(drplan::units::Bytes(1 << 45))),
            Address::Copy(..) if number % 2 == 0 => (Field::Takes, Value::Duration(drplan::units::Seconds(40_000))),
            Address::Copy(..) => (Field::Keep, Value::List(vec!["last 1".to_owned()])),
            _ => (Field::Present, Value::Flag(false)),
        };
        observed.set(address, field, Seen::new(value, NOW, &source));
        if number % 4 == 0 {
            let job = Address::Job(format!("stray-{number}"));
            observed.set(job, Field::Points, Seen::new(Value::Count(1), NOW, &source));
        }
    }
    observed
}
