//! restic: `snapshots --json` and `stats --json`.
//!
//! Snapshots belong to the copy that `@COPY` names; without it to the copy whose job is their tag (`JOB`, or `dr:PLAN:JOB`
//! with the name of the plan), else to the only copy of a dataset with exactly their paths on their machine. Others are a
//! job that no copy declares. A snapshot tagged `JOB.partial` missed files and is no point.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::address::Address;
use super::super::field::Field;
use super::super::names::{CopyNames, Names, only};
use super::archive::{self, Point};
use super::input::{self, Input, Refusal};
use super::sink::{self, Sink, text};

const SNAPSHOTS: &str = "restic snapshots --json";
const STATS: &str = "restic stats --json latest";

#[derive(Deserialize)]
struct Snapshot {
    time: String,
    paths: Vec<String>,
    #[serde(default)]
    hostname: String,
    #[serde(default)]
    tags: Option<Vec<String>>,
    /// Since restic 0.17.
    summary: Option<Summary>,
}

#[derive(Deserialize)]
struct Summary {
    backup_start: Option<String>,
    backup_end: Option<String>,
    data_added: Option<u64>,
    total_bytes_processed: Option<u64>,
}

#[derive(Deserialize)]
struct Stats {
    total_size: u64,
    /// Only in the mode that counts what is stored.
    total_uncompressed_size: Option<u64>,
    total_blob_count: Option<u64>,
}

pub(super) fn snapshots(input: &Input<'_>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let snapshots: Vec<Snapshot> = input::json(input.text, SNAPSHOTS)?;
    let whose = input.whose.map(|word| copy_called(word, names)).transpose()?;
    let mut found: BTreeMap<Address, (Vec<Point>, Option<&Snapshot>)> = BTreeMap::new();
    if let Some(copy) = whose {
        found.insert(copy.address(), (Vec::new(), None));
    }
    for snapshot in &snapshots {
        let point = point(snapshot)?;
        let tags = snapshot.tags.as_deref().unwrap_or_default();
        if tags.iter().any(|tag| tag.ends_with(".partial")) {
            sink.remark(format!("the snapshot of {} missed files and is no point", snapshot.time));
            continue;
        }
        let copy = whose.or_else(|| by_tag(tags, names)).or_else(|| by_paths(snapshot, names));
        let address = copy.map_or_else(|| undeclared(snapshot), CopyNames::address);
        let entry = found.entry(address).or_default();
        entry.0.push(point);
        entry.1 = Some(snapshot);
    }
    for (address, (points, last)) in found {
        archive::see(sink, &address, &points);
        if let (Address::Job(_), Some(snapshot)) = (&address, last) {
            sink.present(&address, true);
            sink.see(&address, Field::Host, text(names.host_or(&snapshot.hostname)));
            sink.see(&address, Field::Method, text("restic"));
            sink.see(&address, Field::Paths, super::super::Value::List(snapshot.paths.clone()));
        }
    }
    Ok(())
}

/// The size of what the newest snapshot restores to, or of what a store holds in `--mode raw-data`.
pub(super) fn stats(input: &Input<'_>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let stats: Stats = input::object(input.text, STATS)?;
    let word = input.whose.unwrap_or_default();
    if let Some(store) = names.stores.iter().find(|store| word.strip_prefix("stores.").unwrap_or(word) == store.name) {
        sink.see(&Address::Store(store.name.clone()), Field::Used, sink::size(stats.total_size));
        return Ok(());
    }
    if stats.total_uncompressed_size.is_some() || stats.total_blob_count.is_some() {
        let refusal = Refusal::new("this is the size of what is stored, not of what is restored");
        return Err(refusal.help(format!("take it with: {STATS}; or name a store after the `@`")));
    }
    let copy = copy_called(word, names)?;
    sink.see(&copy.address(), Field::Size, sink::size(stats.total_size));
    Ok(())
}

/// The copy that the user names behind the `@`.
pub(super) fn copy_called<'n>(word: &str, names: &'n Names) -> Result<&'n CopyNames, Refusal> {
    names.copy_called(word).ok_or_else(|| {
        let known = names.copies.iter().map(|copy| copy.job.as_str());
        let refusal = Refusal::new(format!("the spec has no copy `{word}`"));
        match crate::diag::nearest(word, known) {
            Some(near) => refusal.help(format!("did you mean `{near}`?")),
            None => refusal.help("name it as `components.shop.data.main.copies.nightly`, or by its job"),
        }
    })
}

fn point(snapshot: &Snapshot) -> Result<Point, Refusal> {
    let at = input::instant(&snapshot.time)?;
    let summary = snapshot.summary.as_ref();
    let times = summary.and_then(|summary| Some((summary.backup_start.as_deref()?, summary.backup_end.as_deref()?)));
    let took = match times {
        // The end is rounded down too; one more second is never too few.
        Some((start, end)) => {
            let took = input::instant(end)?.since(input::instant(start)?);
            Some(crate::units::Seconds(took.0.saturating_add(1)))
        }
        None => None,
    };
    let size = summary.and_then(|summary| summary.total_bytes_processed);
    Ok(Point { at, took, size, stored: summary.and_then(|summary| summary.data_added) })
}

fn by_tag<'n>(tags: &[String], names: &'n Names) -> Option<&'n CopyNames> {
    tags.iter().find_map(|tag| {
        let own = tag.strip_prefix("dr:").and_then(|rest| rest.strip_prefix(names.system.as_str())?.strip_prefix(':'));
        names.copy_of_job(own.unwrap_or(tag))
    })
}

/// The only copy that this adapter's tool may have made of exactly these paths on that machine.
fn by_paths<'n>(snapshot: &Snapshot, names: &'n Names) -> Option<&'n CopyNames> {
    let mut paths = snapshot.paths.clone();
    paths.sort();
    let is_of = |component: &str, dataset: &str| {
        names.datasets.iter().any(|known| {
            let mut own = known.paths.clone();
            own.sort();
            known.component == component && known.name == dataset && own == paths
        })
    };
    let runs_there = |copy: &&CopyNames| copy.host.as_deref() == Some(names.host_or(&snapshot.hostname));
    let copies = names.copies.iter().filter(|copy| !copy.is_of_copy && is_of(&copy.component, &copy.dataset));
    only(copies.filter(runs_there))
}

fn undeclared(snapshot: &Snapshot) -> Address {
    sink::undeclared_job(&["restic", &snapshot.hostname, &snapshot.paths.join(",")])
}
