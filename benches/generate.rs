//! Time of generating a control repository, stage by stage, against plainly creating the same files with the same bytes
//! in another fresh folder.
//!
//! Plain writing is measured twice: each file left to the system, and each file made durable as soon as it is written.
//! A deployment is durable and all or none, so that the second does about what it has to promise; the first promises
//! nothing. Both are what a loop over the files does, on one thread.
//!
//! `cargo bench --bench generate -- 1000 10000`; sizes in hosts. `TMPDIR` says which disk is measured.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark tells what it measures, and may stop anywhere"
)]

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use drplan::cli::deploy::{Outcome, deploy};
use drplan::desired::Desired;
use drplan::diag::{SourceFile, SourceMap};
use drplan::emit::fileset::FileSet;
use drplan::emit::puppet::{Origin, repository};
use drplan::spec::Spec;
use drplan::text::Limits;
use drplan::{model, tech};

#[path = "../tests/support/spec_gen.rs"]
mod spec_gen;

/// As the program does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Of a measure the least of so many runs counts: what takes longer is the machine's.
const RUNS: usize = 3;
/// Of ten components of a generated spec six have two hosts, two have two, one has one, and one has none.
const HOSTS_OF_TEN: usize = 17;

const STAGES: [&str; 6] = ["load (file)", "read (arena, schema)", "resolve (model)", "desired", "render", "deploy"];
const AGAIN: &str = "deploy again, nothing changed";
const PLAIN: &str = "plain writing";
const DURABLE: &str = "plain writing, each file synced";

fn main() {
    let sizes: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    for hosts in if sizes.is_empty() { vec![1_000, 10_000] } else { sizes } {
        measure(hosts);
    }
}

fn measure(hosts: usize) {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("drplan.yaml");
    fs::write(&spec, spec_gen::spec((hosts * 10).div_ceil(HOSTS_OF_TEN))).unwrap();
    let mut stages = Stages(Vec::new());
    let mut told = String::new();
    for run in 0..RUNS {
        let files = generate(&spec, &folder.path().join(format!("generated-{run}")), &mut stages);
        for (name, sync) in [(PLAIN, false), (DURABLE, true)] {
            let plain = folder.path().join(format!("plain-{run}-{sync}"));
            stages.time(name, || write(&plain, &files, sync));
            fs::remove_dir_all(plain).unwrap();
        }
        let nodes = files.iter().filter(|(path, _)| path.as_str().starts_with("data/nodes/")).count();
        let bytes: usize = files.iter().map(|(_, file)| file.contents.len()).sum();
        told = format!("{nodes} hosts, {} files, {:.1} MB", files.len(), bytes as f64 / 1e6);
    }
    println!("\n{told}, least of {RUNS} runs");
    let whole: Duration = STAGES.iter().map(|name| stages.of(name)).sum();
    let all = STAGES.map(|name| (name, stages.of(name)));
    let rest = [("generate in all", whole), (AGAIN, stages.of(AGAIN)), (PLAIN, stages.of(PLAIN))];
    println!("{:<34} {:>10} {:>9} {:>9}", "stage", "ms", "/ plain", "/ synced");
    for (name, time) in all.into_iter().chain(rest).chain([(DURABLE, stages.of(DURABLE))]) {
        let ratio = |other: &str| time.as_secs_f64() / stages.of(other).as_secs_f64();
        println!("{name:<34} {:>10.1} {:>9.2} {:>9.2}", time.as_secs_f64() * 1e3, ratio(PLAIN), ratio(DURABLE));
    }
}

/// What took how long, the least time of each.
struct Stages(Vec<(&'static str, Duration)>);

impl Stages {
    fn time<T>(&mut self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let result = work();
        let took = started.elapsed();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, least)) => *least = took.min(*least),
            None => self.0.push((name, took)),
        }
        result
    }

    fn of(&self, name: &str) -> Duration {
        self.0.iter().find(|(known, _)| *known == name).map_or(Duration::ZERO, |(_, time)| *time)
    }
}

/// All that `drplan generate puppet` does, into a folder that is not there yet, and once more.
fn generate(spec: &Path, folder: &Path, stages: &mut Stages) -> FileSet {
    let (catalogue, _) = tech::built_in();
    let mut sources = SourceMap::default();
    stages.time(STAGES[0], || sources.add(SourceFile::new("drplan.yaml", fs::read_to_string(spec).unwrap())));
    let (spec, _) = stages.time(STAGES[1], || Spec::read(&sources, Limits::default()));
    let (model, _) = stages.time(STAGES[2], || model::resolve(&spec, &catalogue));
    let desired = stages.time(STAGES[3], || Desired::of(&model));
    let origin = Origin { version: "0.0.0".to_owned(), digest: "0".repeat(16) };
    let files = stages.time(STAGES[4], || repository(&model, &desired, &catalogue, &origin).unwrap().files);
    let sections = [("puppet", files)];
    let first: Outcome = stages.time(STAGES[5], || deploy(folder, &sections).unwrap());
    let second = stages.time(AGAIN, || deploy(folder, &sections).unwrap());
    assert_eq!((first.created.len(), second.unchanged), (sections[0].1.len(), sections[0].1.len()));
    fs::remove_dir_all(folder).unwrap();
    let [(_, files)] = sections;
    files
}

/// The same files with the same bytes, one after the other.
fn write(folder: &Path, files: &FileSet, sync: bool) {
    for (path, generated) in files.iter() {
        let path = folder.join(path.as_str());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = File::create(path).unwrap();
        file.write_all(&generated.contents).unwrap();
        if sync {
            file.sync_all().unwrap();
        }
    }
}
