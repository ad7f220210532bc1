//! What reading a spec costs, stage by stage, as a ratio to what the fastest other Rust YAML reader needs to turn the
//! same bytes into events, measured in the same run.
//!
//! `cargo bench --bench reading`; sizes in components can be given: `cargo bench --bench reading -- 1000 1000000`.
//! Times are of the processor, all threads together, and medians over rounds in which the stages take turns, so that
//! other work on the machine disturbs all of them alike.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::hint::black_box;

use drplan::diag::{FileId, SourceFile, SourceMap};
use drplan::spec::{Component, Section, Spec};
use drplan::text::{self, Limits};
use drplan::{model, tech};

#[path = "../tests/support/spec_gen.rs"]
mod spec_gen;

#[path = "../tests/support/processor_time.rs"]
mod processor_time;
use processor_time::processor_time;

/// Sizes without arguments, in components.
const SIZES: [usize; 2] = [1_000, 100_000];
/// Rows that other readers have to themselves.
const PEERS: [&str; 2] = ["events, yaml-rust2", "events, saphyr-parser"];

struct Row {
    name: &'static str,
    run: Box<dyn Fn()>,
    /// Runs in one measurement: the system counts processor time in steps of some milliseconds.
    runs: u64,
    nanoseconds: Vec<u64>,
}

fn main() {
    let arguments: Vec<usize> = std::env::args().skip(1).filter_map(|size| size.parse().ok()).collect();
    let sizes = if arguments.is_empty() { SIZES.to_vec() } else { arguments };
    for size in sizes {
        measure(size);
    }
}

fn measure(components: usize) {
    let source = spec_gen::spec(components);
    let rounds = (100_000_000 / source.len()).clamp(3, 9);
    println!("\n{components} components, {:.2} MB, median of {rounds} rounds", megabytes(&source));
    let bytes = source.len();
    let mut rows = rows(source);
    for row in &mut rows {
        while time(row.run.as_ref(), row.runs) * row.runs < 40_000_000 {
            row.runs *= 2;
        }
    }
    for _ in 0..rounds {
        for row in &mut rows {
            row.nanoseconds.push(time(row.run.as_ref(), row.runs));
        }
    }
    print(&mut rows, bytes);
}

/// Nanoseconds of one run.
fn time(run: &dyn Fn(), runs: u64) -> u64 {
    let before = processor_time();
    for _ in 0..runs {
        run();
    }
    (processor_time() - before) / runs
}

fn rows(source: String) -> Vec<Row> {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("generated.yaml", source.clone()));
    // Leaked, so that rows can borrow from it; a benchmark ends soon.
    let sources: &'static SourceMap = Box::leak(Box::new(sources));
    let source: &'static str = Box::leak(source.into_boxed_str());
    let spec: &'static Spec<'static> = Box::leak(Box::new(Spec::read(sources, Limits::default()).0));
    let catalogue: &'static tech::Catalogue = Box::leak(Box::new(tech::built_in().0));
    vec![
        row("count line feeds", move || keep(memchr::memchr_iter(b'\n', source.as_bytes()).count())),
        row("decode (UTF-8, control characters)", move || keep(text::decode(source.as_bytes()).is_ok())),
        row(PEERS[0], move || yaml_rust2_events(source)),
        row(PEERS[1], move || saphyr_events(source)),
        row("events, granit-parser", move || granit_events(source)),
        row("arena, by granit-parser", move || keep(text::parse_any(source, FileId(0), Limits::default()))),
        row("arena, by the fast reader", move || keep(text::parse(source, FileId(0), Limits::default()))),
        row("arena and schema", move || keep(Spec::read(sources, Limits::default()))),
        row("typed components", move || {
            for item in spec.items(Section::Components) {
                black_box(item.decode::<Component>());
            }
        }),
        row("validate (arena, schema, model)", move || {
            let (spec, _) = Spec::read(sources, Limits::default());
            keep(model::resolve(&spec, catalogue));
        }),
    ]
}

fn row(name: &'static str, run: impl Fn() + 'static) -> Row {
    Row { name, run: Box::new(run), runs: 1, nanoseconds: Vec::new() }
}

/// Uses a result, so that the work for it is not optimized away, and drops it.
fn keep<T>(result: T) {
    black_box(&result);
}

fn yaml_rust2_events(source: &str) {
    struct Count(usize);
    impl yaml_rust2::parser::EventReceiver for Count {
        fn on_event(&mut self, _: yaml_rust2::Event) {
            self.0 += 1;
        }
    }
    let mut count = Count(0);
    let mut parser = yaml_rust2::parser::Parser::new_from_str(source);
    assert!(parser.load(&mut count, false).is_ok());
    black_box(count.0);
}

fn saphyr_events(source: &str) {
    black_box(saphyr_parser::Parser::new_from_str(source).filter(Result::is_ok).count());
}

fn granit_events(source: &str) {
    black_box(granit_parser::Parser::new_from_str(source).filter(Result::is_ok).count());
}

fn print(rows: &mut [Row], bytes: usize) {
    let mut medians = Vec::new();
    for row in rows.iter_mut() {
        row.nanoseconds.sort_unstable();
        medians.push((row.name, row.nanoseconds[row.nanoseconds.len() / 2].max(1)));
    }
    let peers = medians.iter().filter(|(name, _)| PEERS.contains(name));
    let fastest = peers.map(|(_, time)| *time).min().unwrap_or(1);
    println!("{:<36} {:>10} {:>8} {:>14}", "stage", "ms", "MB/s", "/ fastest peer");
    for (name, time) in medians {
        println!(
            "{name:<36} {:>10.2} {:>8.0} {:>14.3}",
            time as f64 / 1e6,
            bytes as f64 * 1e3 / time as f64,
            time as f64 / fastest as f64,
        );
    }
}

fn megabytes(source: &str) -> f64 {
    source.len() as f64 / 1e6
}
