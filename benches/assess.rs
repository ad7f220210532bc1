//! What `drplan validate` costs, stage by stage: reading, working out every single failure, and all checks. Beside each
//! stage stands its ratio to reading, and to what the fastest other Rust YAML reader needs to turn the same bytes into
//! events, measured in the same run.
//!
//! `cargo bench --bench assess -- 1000 100000 1000000`; sizes in components. Times are of the clock on the wall, the
//! median over rounds.

#![expect(clippy::print_stdout, reason = "a benchmark tells what it measures")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use drplan::analysis::assess::{Options, assess};
use drplan::analysis::context::Context;
use drplan::analysis::loss::LossEngine;
use drplan::diag::{SourceFile, SourceMap};
use drplan::report::{self, FindingsReport, Format, Style};
use drplan::spec::Spec;
use drplan::text::Limits;
use drplan::{check, model, tech};

#[path = "../tests/support/spec_gen.rs"]
mod spec_gen;

/// As the program does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What took how long, in the order of doing it.
struct Stages(Vec<(&'static str, Duration)>);

impl Stages {
    fn time<T>(&mut self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let result = work();
        self.0.push((name, started.elapsed()));
        result
    }
}

fn main() {
    let sizes: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    for components in if sizes.is_empty() { vec![1_000, 10_000, 100_000] } else { sizes } {
        measure(components);
    }
}

fn measure(components: usize) {
    let source = spec_gen::spec(components);
    let rounds = (100_000_000 / source.len()).clamp(1, 9);
    println!("\n{components} components, {:.1} MB, median of {rounds} rounds", source.len() as f64 / 1e6);
    let mut all: Vec<Stages> = (0..rounds).map(|_| round(&source)).collect();
    let count = all[0].0.len();
    let medians: Vec<(&str, Duration)> = (0..count)
        .map(|stage| {
            all.sort_by_key(|stages| stages.0[stage].1);
            all[rounds / 2].0[stage]
        })
        .collect();
    let of = |names: &[&str]| medians.iter().filter(|(name, _)| names.contains(name)).map(|(_, time)| *time).sum();
    let (events, read): (Duration, Duration) = (of(&[EVENTS]), of(&READ));
    let whole: Duration = medians.iter().filter(|(name, _)| *name != EVENTS).map(|(_, time)| *time).sum();
    println!("{:<34} {:>10} {:>8} {:>8}", "stage", "ms", "/ read", "/ events");
    for (name, time) in medians.iter().copied().chain([("reading in all", read), ("validate in all", whole)]) {
        let ratio = |other: Duration| time.as_secs_f64() / other.as_secs_f64();
        println!("{name:<34} {:>10.2} {:>8.2} {:>8.2}", time.as_secs_f64() * 1e3, ratio(read), ratio(events));
    }
    println!("{}", peak());
}

const EVENTS: &str = "events, saphyr-parser";
const READ: [&str; 2] = ["read (arena, schema)", "resolve (model)"];

fn round(source: &str) -> Stages {
    let mut stages = Stages(Vec::new());
    stages.time(EVENTS, || {
        black_box(saphyr_parser::Parser::new_from_str(source).filter(Result::is_ok).count());
    });
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("generated.yaml", source.to_owned()));
    let (catalogue, _) = tech::built_in();
    let (spec, _) = stages.time(READ[0], || Spec::read(&sources, Limits::default()));
    let (model, _) = stages.time(READ[1], || model::resolve(&spec, &catalogue));
    let losses = stages.time("copies (chains)", || LossEngine::new(&model));
    let context = stages.time("context", || Context::new(&model, &losses));
    let assessment = stages.time("assess (every single failure)", || assess(&context, Options::default()));
    let today = jiff::civil::date(2026, 11, 21);
    let checks = stages.time("gather cases", || check::Context::new(&context, &losses, &assessment, today));
    let mut found = stages.time("checks", || check::run(&checks));
    stages.time("waivers", || check::waive(&checks, &mut found));
    stages.time("report", || {
        let report = FindingsReport::new(&model.system.name, found, &sources);
        black_box(report::findings(&report, &sources, Format::Concise, Style::Plain).len());
    });
    stages
}

/// The largest size of the process so far, where the system tells.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}
