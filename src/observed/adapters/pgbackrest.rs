//! pgBackRest: `info --output=json`.
//!
//! The stanza is the component of the same name, or the one that `@COMPONENT` names. Of its copies by this tool the one
//! with the longest time between two runs makes full backups, the others differential and incremental ones, as in the
//! generated code; a single one makes all. The log in the archive has no time in this output: `postgresql-archiver` and
//! `dr-status` say how new it is.

use serde::Deserialize;

use super::super::address::Address;
use super::super::field::Field;
use super::super::names::{CopyNames, Names, Start, only};
use super::archive::{self, Point};
use super::input::{self, Input, Refusal};
use super::sink::{self, Sink, text};

const COMMAND: &str = "pgbackrest info --output=json";

#[derive(Deserialize)]
struct Stanza {
    name: String,
    backup: Vec<Backup>,
    status: Status,
}

#[derive(Deserialize)]
struct Status {
    code: i64,
    message: String,
}

#[derive(Deserialize)]
struct Backup {
    #[serde(rename = "type")]
    kind: String,
    label: String,
    timestamp: Timestamp,
    info: Option<Info>,
    /// Pages with a wrong checksum; since 2.30, null where it was not checked.
    error: Option<bool>,
}

#[derive(Deserialize)]
struct Timestamp {
    start: i64,
    stop: i64,
}

#[derive(Deserialize)]
struct Info {
    size: u64,
    repository: Option<Stored>,
}

#[derive(Deserialize)]
struct Stored {
    delta: Option<u64>,
}

/// The status of a stanza in a repository that works: fine, or without a backup yet.
const SOUND: [i64; 3] = [0, 1, 2];

pub(super) fn read(input: &Input<'_>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let stanzas: Vec<Stanza> = input::json(input.text, COMMAND)?;
    if let (Some(word), [_]) = (input.whose, stanzas.as_slice())
        && names.component_called(word).is_none()
    {
        return Err(Refusal::new(format!("the spec has no component `{word}`")));
    }
    if stanzas.is_empty() {
        sink.remark("no stanza is configured where the command ran");
    }
    for stanza in &stanzas {
        if !SOUND.contains(&stanza.status.code) {
            let message = format!("the repository of `{}` could not be read: {}", stanza.name, stanza.status.message);
            sink.remark(format!("{message}; nothing follows from that"));
            continue;
        }
        one(stanza, input, names, sink)?;
    }
    Ok(())
}

fn one(stanza: &Stanza, input: &Input<'_>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let component = input.whose.and_then(|word| names.component_called(word)).or_else(|| names.component(&stanza.name));
    let points = stanza.backup.iter().filter(|backup| sound(backup, sink)).map(point);
    let points: Vec<(&str, Point)> = points.collect::<Result<_, _>>()?;
    let Some(component) = component else {
        let address = sink::undeclared_job(&["pgbackrest", &stanza.name]);
        sink.present(&address, true);
        sink.see(&address, Field::Method, text("pgbackrest"));
        archive::see(sink, &address, &points.iter().map(|(_, point)| *point).collect::<Vec<_>>());
        return Ok(());
    };
    let by_tool = |copy: &&CopyNames| {
        let scheduled = matches!(copy.start, Start::Calendar | Start::Interval);
        copy.component == component.name
            && !copy.is_of_copy
            && scheduled
            && copy.method.as_deref() == Some("pgbackrest")
    };
    let copies: Vec<&CopyNames> = names.copies.iter().filter(by_tool).collect();
    let longest = copies.iter().map(|copy| copy.gap).max().unwrap_or(0);
    let full = copies.iter().find(|copy| copy.gap == longest);
    let Some(full) = full else {
        sink.remark(format!(
            "`{}` has backups by pgBackRest, and no scheduled copy of the spec is made by it",
            component.name
        ));
        let address = Address::Job(format!("pgbackrest {}", component.name));
        sink.present(&address, true);
        archive::see(sink, &address, &points.iter().map(|(_, point)| *point).collect::<Vec<_>>());
        return Ok(());
    };
    let of = |wanted: &dyn Fn(&str) -> bool| -> Vec<Point> {
        points.iter().filter(|(kind, _)| wanted(kind)).map(|(_, point)| *point).collect()
    };
    if copies.len() == 1 {
        archive::see(sink, &full.address(), &of(&|_| true));
        return Ok(());
    }
    archive::see(sink, &full.address(), &of(&|kind| kind == "full"));
    match only(copies.iter().filter(|copy| copy.job != full.job)) {
        Some(other) => archive::see(sink, &other.address(), &of(&|kind| kind != "full")),
        None => sink.remark(format!(
            "`{}` has several copies beside the full one: this output does not tell them apart",
            component.name
        )),
    }
    Ok(())
}

fn sound(backup: &Backup, sink: &mut Sink) -> bool {
    let broken = backup.error == Some(true);
    if broken {
        sink.remark(format!("the backup {} has pages with a wrong checksum and is no point", backup.label));
    }
    !broken
}

fn point(backup: &Backup) -> Result<(&str, Point), Refusal> {
    let (start, stop) = (input::epoch(backup.timestamp.start)?, input::epoch(backup.timestamp.stop)?);
    let info = backup.info.as_ref();
    let stored = info.and_then(|info| info.repository.as_ref()).and_then(|stored| stored.delta);
    // It is consistent from its end on, and that is what it restores.
    let point = Point { at: stop, took: Some(stop.since(start)), size: info.map(|info| info.size), stored };
    Ok((backup.kind.as_str(), point))
}
