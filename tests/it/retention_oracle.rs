//! What is kept, against the real restic: `forget --dry-run --json` on a repository with points around clock changes,
//! ends of weeks, months and years.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use drplan::analysis::loss::kept;
use drplan::calendar::{Zone, civil};
use drplan::model::{Keep, Within};
use jiff::Timestamp;
use serde_json::Value;

const ZONES: [&str; 2] = ["Europe/Madrid", "America/New_York"];

/// Points as restic reads them, in local time.
fn times() -> Vec<String> {
    let mut times: Vec<String> = Vec::new();
    // Around both changes of the clock, in both zones.
    for day in ["2026-03-29", "2026-03-08", "2026-10-25", "2026-11-01"] {
        times.extend(["00:10", "01:50", "02:10", "03:05"].map(|time| format!("{day} {time}:00")));
    }
    // Ends of years and months, a leap day, the weeks around a new year.
    for date in ["2023-12-31", "2024-01-01", "2024-02-29", "2024-12-29", "2024-12-30", "2025-01-31", "2025-03-31"] {
        times.push(format!("{date} 23:59:59"));
    }
    times.extend(["2026-10-31 12:00:00", "2026-10-31 12:30:00", "2026-11-02 00:00:00"].map(str::to_owned));
    times
}

#[expect(clippy::disallowed_methods, reason = "restic is the oracle; the product runs nothing")]
fn restic(repository: &Path, zone: &str, args: &[&str]) -> String {
    let mut command = Command::new("restic");
    command.arg("-r").arg(repository).args(args);
    command.env("RESTIC_PASSWORD", "test").env("RESTIC_CACHE_DIR", repository.with_extension("cache")).env("TZ", zone);
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("cannot run restic: {error}; install it with: apt-get install restic"));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "restic {args:?}: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs the jobs on a few threads: restic spends its time on deriving the key.
fn in_parallel<T: Sync>(jobs: &[T], run: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    run(job);
                }
            });
        }
    });
}

fn keep(args: &str) -> Keep {
    let mut keep = Keep::default();
    let words: Vec<&str> = args.split_whitespace().collect();
    for pair in words.chunks(2) {
        let number = || pair[1].parse().unwrap();
        match pair[0] {
            "--keep-last" => keep.last = number(),
            "--keep-hourly" => keep.hourly = number(),
            "--keep-daily" => keep.daily = number(),
            "--keep-weekly" => keep.weekly = number(),
            "--keep-monthly" => keep.monthly = number(),
            "--keep-yearly" => keep.yearly = number(),
            "--keep-within" => keep.within = Some(within(pair[1])),
            other => panic!("{other}"),
        }
    }
    keep
}

fn within(text: &str) -> Within {
    let mut within = Within::default();
    let mut number = String::new();
    for letter in text.chars() {
        match letter {
            'y' => within.years = number.parse().unwrap(),
            'm' => within.months = number.parse().unwrap(),
            'd' => within.days = number.parse().unwrap(),
            'h' => within.hours = number.parse().unwrap(),
            digit => {
                number.push(digit);
                continue;
            }
        }
        number.clear();
    }
    within
}

const POLICIES: [&str; 16] = [
    "--keep-last 5",
    "--keep-hourly 9",
    "--keep-daily 6",
    "--keep-weekly 5",
    "--keep-monthly 7",
    "--keep-yearly 3",
    "--keep-last 2 --keep-daily 3 --keep-weekly 4 --keep-monthly 6 --keep-yearly 4",
    "--keep-within 8d",
    "--keep-within 7d",
    "--keep-within 1m",
    "--keep-within 8m2d",
    "--keep-within 1y7m2d23h",
    "--keep-within 23h --keep-hourly 3",
    "--keep-within 2y9m3d",
    "--keep-hourly 40",
    "--keep-within 9h --keep-yearly 10",
];

fn instants(group: &Value, key: &str) -> Vec<i64> {
    let list = group[key].as_array().into_iter().flatten();
    list.map(|point| point["time"].as_str().unwrap().parse::<Timestamp>().unwrap().as_second()).collect()
}

#[test]
fn restic_keeps_the_same_points() {
    let folder = tempfile::tempdir().unwrap();
    let repository = folder.path().join("repository");
    let file = folder.path().join("file");
    std::fs::write(&file, "data").unwrap();
    restic(&repository, "UTC", &["init", "-q"]);
    let times = times();
    let backups: Vec<(&str, &String)> = ZONES.iter().flat_map(|zone| times.iter().map(|time| (*zone, time))).collect();
    let file = file.to_str().unwrap();
    in_parallel(&backups, |(zone, time)| {
        restic(&repository, zone, &["backup", "-q", "--host", zone, "--time", time, file]);
    });
    let questions: Vec<(&str, &str)> = ZONES.iter().flat_map(|zone| POLICIES.map(|policy| (*zone, policy))).collect();
    in_parallel(&questions, |(zone, policy)| {
        let mut args = vec!["forget", "--dry-run", "--no-lock", "--json", "--host", zone];
        args.extend(policy.split_whitespace());
        let answer: Value = serde_json::from_str(&restic(&repository, zone, &args)).unwrap();
        let group = &answer[0];
        let mut theirs = instants(group, "keep");
        let mut made = [theirs.clone(), instants(group, "remove")].concat();
        theirs.sort_unstable();
        made.sort_unstable();
        assert_eq!(made.len(), times.len());
        let ours = kept(&made, &keep(policy), &Zone::parse(zone).unwrap());
        let ours: Vec<i64> = made.iter().zip(ours).filter(|(_, kept)| *kept).map(|(at, _)| *at).collect();
        let shown = |list: &[i64]| list.iter().map(|at| (civil(at.div_euclid(86_400)), *at)).collect::<Vec<_>>();
        assert_eq!(shown(&ours), shown(&theirs), "{zone} {policy}");
    });
}

/// The rules of `dr-keep-lib.sh`, by which Borg and rclone keep points, against ours: no tool of theirs decides. They count
/// days in UTC, whatever the clock of the host shows.
#[test]
fn our_own_jobs_keep_the_same_points() {
    let library = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/puppet/library/files/dr-keep-lib.sh");
    let mut seed = 7_u64;
    let random = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Three years around those clock changes, to the second.
        1_704_000_000 + i64::try_from((seed >> 33) % 94_000_000).unwrap()
    });
    let random: Vec<i64> = random.take(120).collect();
    let questions: Vec<(&str, &str)> = ZONES.iter().flat_map(|zone| POLICIES.map(|policy| (*zone, policy))).collect();
    in_parallel(&questions, |(zone, policy)| {
        let parsed = jiff::tz::TimeZone::get(zone).unwrap();
        let written = times().into_iter().map(|time| time.parse::<jiff::civil::DateTime>().unwrap());
        let written = written.map(|time| parsed.to_timestamp(time).unwrap().as_second());
        let mut made: Vec<i64> = written.chain(random.iter().copied()).collect();
        made.sort_unstable();
        made.dedup();
        let expected = kept(&made, &keep(policy), &Zone::utc());
        let expected: Vec<i64> = made.iter().zip(expected).filter(|(_, kept)| *kept).map(|(at, _)| *at).collect();
        let words: String = made.iter().map(|at| format!("{at}\n")).collect();
        let script = r#"set -eu -o pipefail; . "$1"; dr_keep "$2" <<<"$3""#;
        let mut command = Command::new("bash");
        command.args(["-c", script, "dr_keep", library, policy, words.trim_end()]).env("TZ", zone);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let theirs = String::from_utf8(output.stdout).unwrap();
        let theirs: Vec<i64> = theirs.lines().map(|line| line.parse().unwrap()).collect();
        assert_eq!(theirs, expected, "{zone} {policy}");
    });
}
