//! systemd: `list-timers --all --output=json` on a machine.
//!
//! `dr-JOB.timer` is the timer of a job of the plan. Where the list has none for a job that ought to run on this machine, the job
//! is not there. Other timers with that prefix, and those whose name says that they back something up, are jobs that no
//! copy declares.

use serde::Deserialize;

use super::super::Value;
use super::super::field::Field;
use super::super::names::{CopyNames, Names, Start};
use super::super::value::Instant;
use super::input::{self, Input, Refusal};
use super::sink::{self, Sink, text};

const COMMAND: &str = "systemctl list-timers --all --output=json";

/// Words in the names of timers that are likely to back something up.
const BACKUPS: [&str; 9] =
    ["backup", "restic", "borg", "dump", "snapshot", "pgbackrest", "barman", "duplicity", "rsnapshot"];

/// Timers that have such a name and protect nothing but the packages of the machine itself.
const HARMLESS: [&str; 1] = ["dpkg-db-backup.timer"];

#[derive(Deserialize)]
struct Timer {
    unit: String,
    /// Microseconds since 1970; null or 0 for never.
    next: Option<u64>,
    last: Option<u64>,
}

pub(super) fn read(input: &Input<'_>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let first = input.text.trim_start();
    if first.starts_with("NEXT") || first.starts_with("0 timers") {
        let refusal = Refusal::new("this is the table for people, not JSON");
        return Err(refusal.help(format!("take it with: {COMMAND} (systemd 247 and later)")));
    }
    let timers: Vec<Timer> = input::json(input.text, COMMAND)?;
    let host = names.host_or(input.whose.unwrap_or_default());
    for timer in &timers {
        let Some(name) = timer.unit.strip_suffix(".timer") else { continue };
        let job = name.strip_prefix("dr-");
        if let Some(copy) = job.and_then(|job| names.copy_of_job(job)) {
            ours(timer, copy, host, sink)?;
        } else if is_undeclared(&timer.unit, job, names) {
            let address = sink::undeclared_job(&[job.unwrap_or(name), "on", host]);
            sink.present(&address, true);
            sink.see(&address, Field::Host, text(host));
            sink.see(&address, Field::LastFired, fired(timer)?);
            sink.see(&address, Field::Enabled, Value::Flag(next(timer).is_some()));
        }
    }
    let timed = |copy: &&CopyNames| matches!(copy.start, Start::Calendar | Start::Interval | Start::Once);
    for copy in names.copies_on(host).filter(timed).filter(|copy| !copy.is_by_hand) {
        let unit = format!("dr-{}.timer", copy.job);
        if !timers.iter().any(|timer| timer.unit == unit) {
            sink.present(&copy.address(), false);
        }
    }
    Ok(())
}

fn ours(timer: &Timer, copy: &CopyNames, host: &str, sink: &mut Sink) -> Result<(), Refusal> {
    let address = copy.address();
    sink.present(&address, true);
    sink.see(&address, Field::Job, text(copy.job.as_str()));
    sink.see(&address, Field::Host, text(host));
    sink.see(&address, Field::LastFired, fired(timer)?);
    // An interval has no next time while its job runs, and what runs once has none afterwards.
    if copy.start == Start::Calendar || next(timer).is_some() {
        sink.see(&address, Field::Enabled, Value::Flag(next(timer).is_some()));
    }
    Ok(())
}

/// Not of a job of the plan, nor one of its helpers, and yet a backup.
fn is_undeclared(unit: &str, job: Option<&str>, names: &Names) -> bool {
    match job {
        Some(job) => {
            let is_helper = job.starts_with("freshness-") || job.starts_with("pg-heartbeat-");
            let of_known = |suffix: &str| {
                let base = job.strip_suffix(suffix);
                base.is_some_and(|base| names.copy_of_job(base).is_some() || names.component(base).is_some())
            };
            !is_helper && !["-drill", "-wal", "-health", "-heartbeat", "-show"].iter().any(|suffix| of_known(suffix))
        }
        None => BACKUPS.iter().any(|word| unit.contains(word)) && !HARMLESS.contains(&unit),
    }
}

fn fired(timer: &Timer) -> Result<Value, Refusal> {
    match timer.last.filter(|last| *last > 0) {
        Some(last) => micros(last).map(sink::instant),
        None => Ok(sink::NEVER),
    }
}

fn next(timer: &Timer) -> Option<u64> {
    // The largest number stands for infinity.
    timer.next.filter(|next| *next > 0 && *next < u64::MAX)
}

fn micros(micros: u64) -> Result<Instant, Refusal> {
    let signed = i64::try_from(micros).map_err(|_| Refusal::new(format!("`{micros}` is no time in microseconds")))?;
    input::epoch(Instant::from_micros(signed).0)
}
