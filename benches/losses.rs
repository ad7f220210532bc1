//! What the worst cases of very many datasets cost beside reading their YAML: for each dataset the loss when all but its
//! copies is gone, when only the copy at another place is left, and when corruption is noticed a day later.
//!
//! `cargo bench --bench losses -- 100000 1000000`; sizes in datasets. Times are of the processor, all threads together.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::fmt::Write;
use std::hint::black_box;

use drplan::analysis::loss::{LossEngine, LossEvent, LossQuery};
use drplan::diag::{SourceFile, SourceMap};
use drplan::model::DatasetId;
use drplan::spec::Spec;
use drplan::text::Limits;
use drplan::units::Seconds;
use drplan::{model, tech};

#[path = "../tests/support/processor_time.rs"]
mod processor_time;
use processor_time::processor_time;

/// As the program does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let sizes: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    println!("{:>9} {:>8} {:>12} {:>12} {:>12} {:>8}", "datasets", "MB", "read ms", "losses ms", "worst", "ratio");
    for datasets in if sizes.is_empty() { vec![10_000, 100_000] } else { sizes } {
        measure(datasets);
    }
    let daily = schedules(|minute, hour| format!("{minute} {hour} * * *"));
    let leap = schedules(|minute, hour| format!("{minute} {hour} 29 2 *"));
    println!("1,440 schedules: daily {daily:.1} ms, 29 February {leap:.1} ms, ratio {:.2}", leap / daily);
}

/// Milliseconds for the worst case of every minute of the day in one schedule each.
fn schedules(text: impl Fn(usize, usize) -> String) -> f64 {
    let mut source = HEAD.to_owned();
    for number in 0..1_440 {
        let schedule = text(number % 60, number / 60);
        let _ = writeln!(
            source,
            "  db-{number}:\n    technology: postgresql\n    objective: gold\n    instances: {{a: {{at: here}}}}\n    \
             data: {{d: {{size: 1 GiB, copies: {{c: {{schedule: \"{schedule}\", takes: 1h, to: near}}}}}}}}"
        );
    }
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("generated.yaml", source));
    let (catalogue, _) = tech::built_in();
    let (spec, _) = Spec::read(&sources, Limits::default());
    let (model, _) = model::resolve(&spec, &catalogue);
    let started = processor_time();
    let engine = LossEngine::new(&model);
    for (dataset, data) in model.datasets.iter() {
        black_box(engine.worst(&query(dataset, &data.copies, LossEvent::Destroyed)).worst);
    }
    (processor_time() - started) as f64 / 1e6
}

const HEAD: &str = "drplan: 1\nsystem: {name: data, timezone: Europe/Madrid}\nlocations:\n  here: {kind: site}\n  \
                    there: {kind: site}\nstores:\n  near: {at: here, technology: restic, path: /srv/near}\n  \
                    far: {at: there, technology: restic, path: /srv/far}\nobjectives:\n  gold: {rto: 4h, rpo: 25h}\n\
                    components:\n";

fn measure(datasets: usize) {
    let source = spec(datasets);
    let megabytes = source.len() as f64 / 1e6;
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("generated.yaml", source));
    let (catalogue, _) = tech::built_in();
    let started = processor_time();
    let (spec, problems) = Spec::read(&sources, Limits::default());
    let (model, more) = model::resolve(&spec, &catalogue);
    assert!(problems.iter().chain(more.iter()).next().is_none(), "the generated spec is valid");
    let read = processor_time() - started;
    let started = processor_time();
    let engine = LossEngine::new(&model);
    let corrupted = LossEvent::Corrupted { detection: Seconds(86_400) };
    let mut worst = Seconds::ZERO;
    for (dataset, data) in model.datasets.iter() {
        let ask = |copies, event| engine.worst(&query(dataset, copies, event)).worst;
        let all = ask(&data.copies, LossEvent::Destroyed);
        let away = ask(&data.copies[data.copies.len() - 1..], LossEvent::Destroyed);
        let bad = ask(&data.copies, corrupted);
        worst = [all, away, bad].into_iter().flatten().fold(worst, Seconds::max);
    }
    let lost = processor_time() - started;
    let ratio = lost as f64 / read as f64;
    let milliseconds = |nanoseconds: u64| nanoseconds as f64 / 1e6;
    println!(
        "{datasets:>9} {megabytes:>8.1} {:>12.1} {:>12.1} {:>12} {ratio:>8.2}",
        milliseconds(read),
        milliseconds(lost),
        black_box(worst).human(),
    );
}

fn query(dataset: DatasetId, copies: &[drplan::model::CopyId], event: LossEvent) -> LossQuery<'_> {
    LossQuery { dataset, copies, replicas: &[], event }
}

/// Databases of ten datasets each. People spread their nights over minutes and hours, choose round intervals, and write in
/// the zone of their office; every hundredth runs on month ends or the like.
fn spec(datasets: usize) -> String {
    const ZONES: [&str; 6] =
        ["Europe/Madrid", "America/New_York", "Asia/Tokyo", "UTC", "Australia/Sydney", "America/Sao_Paulo"];
    const SELDOM: [&str; 5] = ["0 3 1 * *", "30 1 * * 6", "0 4 1,15 * *", "15 2 29 2 *", "0 23 * * 1-5"];
    let mut text = HEAD.to_owned();
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = |bound: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random >> 11) % bound
    };
    for number in 0..datasets {
        if number % 10 == 0 {
            let _ = writeln!(
                text,
                "  db-{}:\n    technology: postgresql\n    objective: gold\n    instances: {{a: {{at: here}}}}\n    data:",
                number / 10
            );
        }
        let schedule = match below(100) {
            0 => SELDOM[below(5) as usize].to_owned(),
            1..=20 => format!("{} */{} * * *", below(12) * 5, [2, 3, 4, 6, 8, 12][below(6) as usize]),
            _ => format!("{} {} * * *", below(12) * 5, below(6)),
        };
        let (zone, takes) = (ZONES[below(6) as usize], [10, 15, 20, 30, 45, 60, 90, 120][below(8) as usize]);
        let _ = writeln!(
            text,
            "      data-{number}:\n        size: {} GiB\n        change: 1 GiB/h\n        copies:\n          \
             nightly: {{method: pgbackrest, schedule: \"{schedule}\", timezone: {zone}, takes: {takes}m, to: near, keep: {{daily: {}, weekly: {}}}}}\n          \
             hourly: {{every: {}, takes: 5m, to: near, keep: {{last: 48}}}}\n          \
             away: {{after: nightly, hold: {}m, takes: {}m, to: far, keep: {{last: 30}}}}",
            1 + below(200),
            [7, 14, 30][below(3) as usize],
            [4, 8, 12][below(3) as usize],
            ["1h", "2h", "4h", "6h"][below(4) as usize],
            [0, 30, 60][below(3) as usize],
            [30, 60, 120][below(3) as usize],
        );
    }
    text
}
