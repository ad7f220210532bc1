//! Time and memory of reading a generated spec and of working out all its single failures.
//!
//! `cargo bench --bench assess -- 1000 100000`

#![expect(clippy::print_stdout, reason = "a benchmark tells what it measures")]

use std::time::Instant;

use drplan::analysis::assess::{Options, assess};
use drplan::analysis::context::Context;
use drplan::analysis::loss::LossEngine;
use drplan::diag::{SourceFile, SourceMap};
use drplan::spec::Spec;
use drplan::text::Limits;
use drplan::{model, tech};

#[path = "../tests/support/spec_gen.rs"]
mod spec_gen;

fn main() {
    let sizes: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    for components in if sizes.is_empty() { vec![1_000, 10_000] } else { sizes } {
        measure(components);
    }
}

fn measure(components: usize) {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("generated.yaml", spec_gen::spec(components)));
    let (catalogue, _) = tech::built_in();
    let started = Instant::now();
    let (spec, _) = Spec::read(&sources, Limits::default());
    let (model, _) = model::resolve(&spec, &catalogue);
    let read = started.elapsed();
    let started = Instant::now();
    let losses = LossEngine::new(&model);
    let context = Context::new(&model, &losses);
    let assessment = assess(&context, Options::default());
    let assessed = started.elapsed();
    let summary = assessment.summary(&context);
    let results = assessment.results(&context).count();
    println!("{components} components: read {read:?}, assess {assessed:?}, {summary:?}, {results} results, {}", peak());
}

/// The largest size of the process so far, where the system tells.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}
