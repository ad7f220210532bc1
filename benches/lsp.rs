//! What a key stroke costs in an editor: the time from a change to the next diagnostics, to a hover and to a completion,
//! on a generated spec, beside reading the spec once in the same run.
//!
//! `cargo bench --bench lsp -- 1000 10000`; sizes in components. Two kinds of key strokes are measured apart: in a text
//! (a description), which changes no number, and in a number, which changes some.

#![expect(clippy::print_stdout, reason = "a benchmark tells what it measures")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "it may fail where it stands, and runs the server"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use drplan::diag::{SourceFile, SourceMap};
use drplan::spec::Spec;
use drplan::text::Limits;
use drplan::{model, tech};

#[expect(dead_code, reason = "it needs less of an editor than the tests")]
#[path = "../tests/support/editor.rs"]
mod editor;
#[path = "../tests/support/spec_gen.rs"]
mod spec_gen;

use editor::Editor;

/// As the program does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Key strokes of each kind.
const STROKES: usize = 24;

fn main() {
    let sizes: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    for components in if sizes.is_empty() { vec![1_000, 10_000] } else { sizes } {
        measure(components);
    }
}

fn measure(components: usize) {
    let source = spec_gen::spec(components);
    println!("\n{components} components, {:.1} MB, {STROKES} key strokes of each kind", source.len() as f64 / 1e6);
    println!("{:<44} {:>10} {:>10}", "", "median ms", "worst ms");
    row("reading the spec once (for comparison)", (0..9).map(|_| read(&source)).collect());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let began = Instant::now();
    let mut editor = Editor::open(folder.path(), &source);
    editor.settled();
    row("opening it, until all diagnostics are there", vec![began.elapsed()]);
    for (kind, place, keys) in
        [("in a text", "A company of many small services", "abcdefgh"), ("in a number", "        size: ", "123456789")]
    {
        strokes(&mut editor, kind, place, keys);
    }
}

/// Types at a place, waiting after each key for what comes next, as somebody does who looks; then takes the key back.
fn strokes(editor: &mut Editor, kind: &str, place: &str, keys: &str) {
    let (mut first, mut all, mut hovers, mut completions) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (_, key) in (0..STROKES).zip(keys.chars().cycle()) {
        let at = editor.text.find(place).expect("it is in the spec") + place.len();
        let began = Instant::now();
        editor.change(at..at, &key.to_string());
        editor.diagnosed();
        first.push(began.elapsed());
        editor.settled();
        all.push(began.elapsed());
        editor.change(at..at + key.len_utf8(), "");
        let began = Instant::now();
        black_box(editor.at("textDocument/completion", "    owner: "));
        completions.push(began.elapsed());
        let began = Instant::now();
        let answer = editor.at("textDocument/hover", "\ncomponents:\n  o");
        hovers.push(began.elapsed());
        assert!(!answer.is_null(), "nothing is known of a component");
        editor.settled();
    }
    row(&format!("{kind}: to the first diagnostics"), first);
    row(&format!("{kind}: to all diagnostics"), all);
    row(&format!("{kind}: to a completion"), completions);
    row(&format!("{kind}: to a hover with its sums"), hovers);
}

fn read(source: &str) -> Duration {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("generated.yaml", source.to_owned()));
    let (catalogue, _) = tech::built_in();
    let began = Instant::now();
    let (spec, _) = Spec::read(&sources, Limits::default());
    black_box(model::resolve(&spec, &catalogue));
    began.elapsed()
}

fn row(name: &str, mut times: Vec<Duration>) {
    times.sort();
    let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
    println!("{name:<44} {:>10.2} {:>10.2}", median.as_secs_f64() * 1e3, worst.as_secs_f64() * 1e3);
}
