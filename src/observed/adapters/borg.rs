//! borg: `list --json`, `info --json` (also `create --json`, which has the same shape for one archive).
//!
//! Archives belong to the copy that `@COPY` names; without it to the copy whose job their name begins with, up to a `-`,
//! `_`, `.` or `:`; else, where the repository lies in a store of the spec, to the only copy that goes there by this tool.
//! borg 1 prints local times without a zone: they are read in the time zone of the spec.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::address::Address;
use super::super::field::Field;
use super::super::names::{CopyNames, Names, only};
use super::super::value::Instant;
use super::archive::{self, Point};
use super::input::{self, Input, Refusal};
use super::sink::{self, Sink, text};
use super::{interval, restic};

const LIST: &str = "borg list --json REPOSITORY";
const INFO: &str = "borg info --json --last 1 REPOSITORY";

#[derive(Deserialize)]
struct Listing {
    archives: Vec<Archive>,
    repository: Repository,
}

#[derive(Deserialize)]
struct Info {
    archives: Option<Vec<Archive>>,
    archive: Option<Archive>,
    cache: Option<Cache>,
    repository: Repository,
}

#[derive(Deserialize)]
struct Archive {
    name: String,
    start: Option<String>,
    time: Option<String>,
    end: Option<String>,
    duration: Option<f64>,
    hostname: Option<String>,
    stats: Option<ArchiveStats>,
}

#[derive(Deserialize)]
struct ArchiveStats {
    original_size: u64,
    deduplicated_size: Option<u64>,
}

#[derive(Deserialize)]
struct Repository {
    location: String,
}

#[derive(Deserialize)]
struct Cache {
    stats: CacheStats,
}

#[derive(Deserialize)]
struct CacheStats {
    unique_csize: Option<u64>,
}

/// Which archives there are.
pub(super) fn list(input: &Input<'_>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let listing: Listing = input::object(input.text, LIST)?;
    let grouped = group(&listing.archives, &listing.repository, input, names, sink)?;
    for (address, points) in grouped {
        archive::see(sink, &address, &points);
        foreign(&address, &listing.repository, None, names, sink);
    }
    Ok(())
}

/// What the newest archives are like. It names a few archives, so that nothing follows for how many there are.
pub(super) fn info(input: &Input<'_>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let info: Info = input::object(input.text, INFO)?;
    let archives: Vec<Archive> = info.archives.into_iter().flatten().chain(info.archive).collect();
    let host = archives.iter().find_map(|archive| archive.hostname.clone());
    for (address, points) in group(&archives, &info.repository, input, names, sink)? {
        let Some(newest) = points.iter().max_by_key(|point| point.at) else { continue };
        sink.see(&address, Field::Newest, sink::instant(newest.at));
        newest.took.into_iter().for_each(|took| sink.see(&address, Field::Takes, sink::duration(took)));
        newest.size.into_iter().for_each(|size| sink.see(&address, Field::Size, sink::size(size)));
        newest.stored.into_iter().for_each(|stored| sink.see(&address, Field::Stored, sink::size(stored)));
        foreign(&address, &info.repository, host.as_deref(), names, sink);
    }
    let store = names.store_of(&info.repository.location);
    let only_one = |name: &str| only(names.copies.iter().filter(|copy| copy.store == name)).is_some();
    if let (Some(used), Some(store)) = (info.cache.and_then(|cache| cache.stats.unique_csize), store)
        && only_one(&store.name)
    {
        sink.see(&Address::Store(store.name.clone()), Field::Used, sink::size(used));
    }
    Ok(())
}

fn group(
    archives: &[Archive],
    repository: &Repository,
    input: &Input<'_>,
    names: &Names,
    sink: &mut Sink,
) -> Result<BTreeMap<Address, Vec<Point>>, Refusal> {
    let whose = input.whose.map(|word| restic::copy_called(word, names)).transpose()?;
    let mut found: BTreeMap<Address, Vec<Point>> = BTreeMap::new();
    if let Some(copy) = whose {
        found.insert(copy.address(), Vec::new());
    }
    let in_store = in_store(repository, names);
    for archive in archives {
        let point = point(archive, names, sink)?;
        let copy = whose.or_else(|| by_name(&archive.name, names)).or(in_store);
        let address = copy.map_or_else(|| sink::undeclared_job(&["borg", &repository.location]), CopyNames::address);
        found.entry(address).or_default().push(point);
    }
    Ok(found)
}

fn by_name<'n>(archive: &str, names: &'n Names) -> Option<&'n CopyNames> {
    let is_prefix = |copy: &&CopyNames| {
        let rest = archive.strip_prefix(copy.job.as_str());
        rest.is_some_and(|rest| rest.starts_with(['-', '_', '.', ':']) || rest.is_empty())
    };
    // `shop-db-main-nightly` begins with `shop-db-main` too, if there is such a job.
    names.copies.iter().filter(is_prefix).max_by_key(|copy| copy.job.len())
}

fn in_store<'n>(repository: &Repository, names: &'n Names) -> Option<&'n CopyNames> {
    let store = names.store_of(&repository.location)?;
    let by_borg = |copy: &&CopyNames| store.technology == "borg" || copy.method.as_deref() == Some("borg");
    only(names.copies.iter().filter(|copy| copy.store == store.name).filter(by_borg))
}

fn point(archive: &Archive, names: &Names, sink: &mut Sink) -> Result<Point, Refusal> {
    let began = archive.start.as_deref().or(archive.time.as_deref());
    let Some(began) = began else {
        let refusal = Refusal::new(format!("the archive `{}` has no time", archive.name));
        return Err(refusal
            .help(format!("it has to be the output of: {LIST}; older versions of the tool print something else")));
    };
    let at = local(began, names, sink)?;
    let took = match (archive.duration, &archive.end) {
        (Some(duration), _) => interval::seconds(duration),
        (None, Some(end)) => Some(local(end, names, sink)?.since(at)),
        (None, None) => None,
    };
    let stats = archive.stats.as_ref();
    let stored = stats.and_then(|stats| stats.deduplicated_size);
    Ok(Point { at, took, size: stats.map(|stats| stats.original_size), stored })
}

/// An instant with a zone, or a local time in the zone of the spec. Of one that occurs twice the first is taken, since a
/// point is never to be told younger than it is.
fn local(time: &str, names: &Names, sink: &mut Sink) -> Result<Instant, Refusal> {
    if let Ok(instant) = input::instant(time) {
        return Ok(instant);
    }
    let civil: jiff::civil::DateTime =
        time.parse().map_err(|_| Refusal::new(format!("`{}` is no time", crate::diag::visible::one_line(time))))?;
    let Ok(utc) = civil.to_zoned(jiff::tz::TimeZone::UTC) else {
        return Err(Refusal::new(format!("`{civil}` is no time that can be written")));
    };
    sink.remark(format!("times without a zone are read in {}, the zone of the spec", names.timezone.name()));
    let wall = utc.timestamp().as_second();
    // The offset before a change of the clocks is the one of the first of two equal local times.
    let guess = names.timezone.offset_at(wall - 86_400);
    let early = wall - guess;
    let offset = if names.timezone.offset_at(early) == guess { guess } else { names.timezone.offset_at(early) };
    input::epoch(wall - offset)
}

fn foreign(address: &Address, repository: &Repository, host: Option<&str>, names: &Names, sink: &mut Sink) {
    if matches!(address, Address::Job(_)) {
        sink.present(address, true);
        sink.see(address, Field::Method, text("borg"));
        sink.see(address, Field::Store, text(repository.location.as_str()));
        host.into_iter().for_each(|host| sink.see(address, Field::Host, text(names.host_or(host))));
    }
}
