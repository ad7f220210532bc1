//! The file of a record: one writer at a time, each line on the disk before anybody is told that it is.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use crate::cli::exit::Failure;
use crate::cli::io;
use crate::drill::{Drill, Event, Record, Start};

/// The folder of records, in the working folder: whoever goes on with a drill need not know where the spec is.
const FOLDER: &str = "drills";

/// How long to wait for another writer, who needs a moment for his line.
const PATIENCE: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// A record that nobody else writes to.
pub(super) struct Open {
    path: PathBuf,
    file: File,
    /// What is in it.
    pub record: Record,
}

/// Writes a new record, whole or not at all. Without a path it is `drills/DATE-SCENARIO.jsonl`, with a number where there
/// is one already.
pub(super) fn create(
    path: Option<&Path>,
    start: Start,
    now: Timestamp,
    by: &str,
) -> Result<(PathBuf, Record), Failure> {
    let name = default_name(&start, now);
    let mut record = Record::new();
    let bytes = record.append(Event::Start(Box::new(start)), now, by);
    if let Some(path) = path {
        place(path, &bytes)?;
        return Ok((path.to_owned(), record));
    }
    fs::create_dir_all(FOLDER).map_err(|error| io::cannot("create", Path::new(FOLDER), &error))?;
    for number in 1.. {
        let suffix = if number == 1 { String::new() } else { format!("-{number}") };
        let path = Path::new(FOLDER).join(format!("{name}{suffix}.jsonl"));
        if fs::symlink_metadata(&path).is_err() {
            place(&path, &bytes)?;
            return Ok((path, record));
        }
    }
    Err(Failure::new("there is no name left for the record"))
}

fn default_name(start: &Start, now: Timestamp) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' };
    let scenario: String = start.scenario.chars().map(letter).take(80).collect();
    format!("{}-{scenario}", now.strftime("%Y-%m-%d"))
}

/// Puts a file in a place where there is none; durable when it returns.
fn place(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = io::folder_of(path);
    let write = || -> std::io::Result<()> {
        let mut file = io::as_any_file().tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path)?;
        sync_folder(folder)
    };
    write().map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            let failure = Failure::new(format!("{} exists already", io::shown(path)));
            failure.help("go on with it by `drplan drill step`, or name another file")
        }
        _ => io::cannot("write", path, &error),
    })
}

fn sync_folder(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Reads a record without touching it.
pub(super) fn read(path: &Path) -> Result<Record, Failure> {
    let bytes = io::read_file(path, crate::text::Limits::default())?;
    parse(path, &bytes)
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Record, Failure> {
    Record::read(bytes).map_err(|broken| {
        let message = crate::diag::visible::one_line(&broken.message).into_owned();
        let failure = Failure::new(format!("{}:{}: {message}", io::shown(path), broken.line));
        failure.help("a record is written by `drplan drill` alone; keep this file as it is, and begin another")
    })
}

impl Open {
    /// Opens a record for writing, when whoever writes to it is done.
    pub(super) fn take(path: &Path) -> Result<Self, Failure> {
        // Refuses what is no file, and what leads out of its folder.
        read(path)?;
        let cannot = |error: &std::io::Error| io::cannot("write to", path, error);
        let mut file = OpenOptions::new().read(true).append(true).open(path).map_err(|error| cannot(&error))?;
        lock(&file, path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| cannot(&error))?;
        let record = parse(path, &bytes)?;
        Ok(Self { path: path.to_owned(), file, record })
    }

    /// Adds an event. When this returns it is on the disk.
    pub(super) fn add(&mut self, event: Event, now: Timestamp, by: &str) -> Result<(), Failure> {
        let bytes = self.record.append(event, now, by);
        let written = self.file.write_all(&bytes).and_then(|()| self.file.sync_all());
        written.map_err(|error| {
            io::cannot("write to", &self.path, &error)
                .help("the stamp is not kept: write it down on paper, with its time")
        })
    }
}

fn lock(file: &File, path: &Path) -> Result<(), Failure> {
    for _ in 0..PATIENCE {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(io::cannot("lock", path, &error)),
        }
    }
    let failure = Failure::new(format!("somebody else is writing to {}", io::shown(path)));
    Err(failure.help("nothing was stamped; try again"))
}

/// The record that is meant where none is named: the only one in the folder whose drill goes on, else for `show` the last.
pub(super) fn current(named: Option<&Path>, or_last: bool) -> Result<PathBuf, Failure> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    let mut open = Vec::new();
    let mut last: Option<(Timestamp, PathBuf)> = None;
    for path in records()? {
        let record = match read(&path) {
            Ok(record) => record,
            Err(failure) => {
                io::tell(&format!("note: {}", failure.message));
                continue;
            }
        };
        let Some(drill) = Drill::of(&record) else { continue };
        if drill.finish.is_none() {
            open.push(path);
        } else if last.as_ref().is_none_or(|(at, _)| *at <= drill.last) {
            last = Some((drill.last, path));
        }
    }
    match (open.as_slice(), last) {
        ([only], _) => Ok(only.clone()),
        ([], Some((_, last))) if or_last => Ok(last),
        ([], _) => Err(Failure::new(format!("no drill is under way in `{FOLDER}`"))
            .help("begin one with `drplan drill start SCENARIO`, or name a record with `--record FILE`")),
        (several, _) => {
            let names: Vec<String> = several.iter().map(|path| format!("--record {}", io::shown(path))).collect();
            Err(Failure::new(format!("{} drills are under way", several.len()))
                .help(format!("say which: {}", names.join(", or "))))
        }
    }
}

fn records() -> Result<Vec<PathBuf>, Failure> {
    let folder = Path::new(FOLDER);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io::cannot("read", folder, &error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| io::cannot("read", folder, &error))?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
