//! `drplan drill`: walks a runbook at the terminal and keeps a record of it.
//!
//! Only `start` needs the plan. Everything else needs the record alone, so that a drill goes on where the plan is out of
//! reach. What is told to be stamped is on the disk.

mod file;
mod moment;
mod start;
mod words;

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::args::{Common, DrillCommand, DrillFinish, DrillNote, DrillRecord, DrillStep, TableFormat};
use super::exit::{Exit, Failure};
use super::{clock, generate, io, pipeline};
use crate::diag::visible::{one_line, visible};
use crate::drill::{Drill, Event, Finish, Lost, Note, Record, Stamp, StampResult, Start, Verdict};
use crate::report::drill::{DrillFormat, DrillView, Moment};
use crate::units::Seconds;
use file::Open;
use moment::moment;
use words::Wanted;

pub(super) fn run(command: &DrillCommand, common: &Common) -> Result<Exit, Failure> {
    match command {
        DrillCommand::Start(args) => start::run(args, common),
        DrillCommand::Step(args) => step(args, common),
        DrillCommand::Note(args) => note(args, common),
        DrillCommand::Finish(args) => finish(args, common),
        DrillCommand::Show(args) => show(args, common),
    }
}

impl From<TableFormat> for DrillFormat {
    fn from(format: TableFormat) -> Self {
        match format {
            TableFormat::Human => Self::Human,
            TableFormat::Json => Self::Json,
        }
    }
}

/// Who writes: as he says, else as the system knows him.
fn who(said: Option<&str>) -> String {
    #[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
    let known = || ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
    let by = said.map(str::to_owned).or_else(known).unwrap_or_default();
    let by: String = one_line(&by).chars().take(100).collect();
    if by.is_empty() { "unknown".to_owned() } else { by }
}

/// Opens the record that is meant for writing.
fn open(args: &DrillRecord, common: &Common) -> Result<(PathBuf, Open), Failure> {
    let path = file::current(args.record.as_deref(), false)?;
    let open = Open::take(&path)?;
    hold(&open.record, &path, args.spec.as_deref(), common)?;
    Ok((path, open))
}

/// Refuses a record that is not of the plan that was named.
fn hold(record: &Record, path: &Path, spec: Option<&Path>, common: &Common) -> Result<(), Failure> {
    let (Some(spec), Some(start)) = (spec, record.start()) else { return Ok(()) };
    let loaded = pipeline::load(spec, common)?;
    let (own, other) = (&loaded.model.system.name, &start.plan);
    if own != other {
        let message =
            format!("{} is of the system `{}`, the spec of `{}`", io::shown(path), visible(other), visible(own));
        return Err(
            Failure::new(message).help("nothing was stamped; name the record of this plan with `--record FILE`")
        );
    }
    if generate::digest(&loaded.sources) != start.spec {
        let message = format!("the spec has changed since {} was begun", io::shown(path));
        return Err(
            Failure::new(message).help("go on without `--spec`: a drill is held by the plan that it began with")
        );
    }
    Ok(())
}

/// The drill of a record with at least a start.
fn drill<'r>(record: &'r Record) -> Result<Drill<'r>, Failure> {
    Drill::of(record).ok_or_else(|| Failure::new("the record is empty"))
}

fn step(args: &DrillStep, common: &Common) -> Result<Exit, Failure> {
    let now = clock::second(common)?;
    let at = args.entry.at.as_deref().map(|text| moment(text, now)).transpose()?;
    let by = who(args.entry.by.as_deref());
    let (path, mut open) = open(&args.record, common)?;
    let torn = open.record.torn;
    let (stamp, lines) = {
        let drill = drill(&open.record)?;
        let wanted = words::parse(&args.what, &drill)?;
        decide(&drill, wanted, at, now, args.entry.note.as_deref())?
    };
    if let Some(stamp) = stamp {
        open.add(Event::Stamp(stamp), now, &by)?;
    }
    told(&open.record, &path, now, lines, torn, args.format, common)
}

/// What is to be written, and what to tell of it. A stamp that says what is known already is none: a command can be typed
/// again by somebody who does not know whether it got through.
fn decide(
    drill: &Drill<'_>,
    wanted: Wanted,
    at: Option<Timestamp>,
    now: Timestamp,
    note: Option<&str>,
) -> Result<(Option<Stamp>, Vec<String>), Failure> {
    let Wanted { step: number, result } = wanted;
    let Some(step) = drill.step(number) else { return Err(Failure::new(format!("there is no step {number}"))) };
    let name = format!("{number} {} {}", step.planned.component, step.planned.kind);
    if drill.finish.is_some() && at.is_none() {
        let help = format!("to correct it, name the time: `drplan drill step {number} --at INSTANT`");
        return Err(Failure::new("the drill is over").help(help));
    }
    let when = at.unwrap_or(now);
    if when < drill.start.disrupted || when > now {
        let message = format!("{when} is not between the disruption at {} and now", drill.start.disrupted);
        return Err(Failure::new(message).help("nothing was stamped"));
    }
    let mark = |at: Timestamp| format!("T+{}", drill.since(at).mark());
    let known = step.ended.filter(|ended| ended.result == result && result != StampResult::Failed);
    if let Some(known) = known.filter(|_| at.is_none()) {
        let line = format!("{name} is {} already, at {}; nothing was changed", result.as_str(), mark(known.at));
        let help =
            format!("another time: drplan drill step {number} --at 5m; a mistake: drplan drill step {number} undo");
        let stamp = note.map(|_| stamp(number, result, known.at, note));
        return Ok((stamp, vec![line, help]));
    }
    let mut lines = vec![line(drill, step, result, when, &name)];
    if let Some(before) = step.ended.filter(|_| result != StampResult::Begun) {
        lines.push(format!("  a correction: it was {} at {}", before.result.as_str(), mark(before.at)));
    }
    let early = matches!(result, StampResult::Done | StampResult::Skipped) && !drill.is_ready(step);
    if early {
        let open =
            step.planned.after.iter().filter(|before| drill.step(**before).is_some_and(|one| one.over().is_none()));
        let open: Vec<String> = open.map(usize::to_string).collect();
        lines.push(format!(
            "  by the plan it comes after step {}, which is not stamped: what it took is not known without that",
            open.join(", ")
        ));
    }
    Ok((Some(stamp(number, result, when, note)), lines))
}

fn stamp(step: usize, result: StampResult, at: Timestamp, note: Option<&str>) -> Stamp {
    Stamp { step, result, at, note: note.map(str::to_owned) }
}

/// `3 db promote: done at T+0:20, 3 m behind; it took 11 m, planned 2 m`.
fn line(
    drill: &Drill<'_>,
    step: &crate::drill::StepState<'_>,
    result: StampResult,
    at: Timestamp,
    name: &str,
) -> String {
    let mark = drill.since(at).mark();
    let planned = step.planned;
    let difference = match (drill.since(at).0, planned.to_s) {
        (at, to) if at > to => format!("{} behind the plan", Seconds(at - to).human()),
        (at, to) if at < to => format!("{} ahead of the plan", Seconds(to - at).human()),
        _ => "on time".to_owned(),
    };
    match result {
        StampResult::Done => format!("{name}: done at T+{mark}, {difference}"),
        StampResult::Undone => format!("{name}: is still to be done"),
        other => format!("{name}: {} at T+{mark}", other.as_str()),
    }
}

fn note(args: &DrillNote, common: &Common) -> Result<Exit, Failure> {
    let now = clock::second(common)?;
    let by = who(args.by.as_deref());
    let (path, mut open) = open(&args.record, common)?;
    let torn = open.record.torn;
    open.add(Event::Note(Note { text: args.text.join(" ") }), now, &by)?;
    told(&open.record, &path, now, vec!["noted".to_owned()], torn, TableFormat::Human, common)
}

fn finish(args: &DrillFinish, common: &Common) -> Result<Exit, Failure> {
    let now = clock::second(common)?;
    let by = who(args.entry.by.as_deref());
    let (path, mut open) = open(&args.record, common)?;
    let torn = open.record.torn;
    let finish = {
        let drill = drill(&open.record)?;
        if drill.finish.is_some() {
            return Err(Failure::new("the drill is over already").help("`drplan drill show` tells how it went"));
        }
        let lost = args.lost.iter().map(|text| lost(text, drill.start)).collect::<Result<Vec<_>, _>>()?;
        let at = args.entry.at.as_deref().map_or(Ok(now), |text| moment(text, now))?;
        if at > now {
            return Err(Failure::new(format!("the end at {at} lies ahead")).help("end the drill when it is over"));
        }
        if at < drill.last {
            return Err(Failure::new(format!("something is stamped at {}, after the end", drill.last)));
        }
        Finish { at, lost, note: args.entry.note.clone() }
    };
    open.add(Event::Finish(finish), now, &by)?;
    let drill = drill(&open.record)?;
    let view = DrillView::new(&drill, &io::shown(&path), now, Moment::Finished).with_torn(torn);
    io::print(&view.render(args.format.into(), io::screen(common.color)))?;
    Ok(exit(&drill))
}

/// `identity-db.identity=25s`
fn lost(text: &str, start: &Start) -> Result<Lost, Failure> {
    let known = || {
        let names: Vec<String> = start
            .data
            .iter()
            .map(|data| format!("`{}.{}`", visible(&data.component), visible(&data.dataset)))
            .collect();
        if names.is_empty() {
            "no data is hit in this scenario".to_owned()
        } else {
            format!("the data that is hit is {}", names.join(", "))
        }
    };
    let unclear = || {
        Failure::new(format!("`--lost {}` is not DATASET=DURATION", visible(text)))
            .help(format!("write `--lost COMPONENT.DATASET=25s`; {}", known()))
    };
    let (name, amount) = text.split_once('=').ok_or_else(unclear)?;
    let amount: Seconds = amount.parse().map_err(|_| unclear())?;
    let is_it = |data: &&crate::drill::PlannedData| {
        name == data.dataset
            || name.strip_suffix(&data.dataset).and_then(|rest| rest.strip_suffix('.')) == Some(&data.component)
    };
    let found: Vec<_> = start.data.iter().filter(is_it).collect();
    match found.as_slice() {
        [data] => Ok(Lost { component: data.component.clone(), dataset: data.dataset.clone(), lost_s: amount.0 }),
        _ => Err(Failure::new(format!("`{}` is not one dataset of this drill", visible(name))).help(known())),
    }
}

fn show(args: &super::args::DrillShow, common: &Common) -> Result<Exit, Failure> {
    let now = clock::second(common)?;
    let path = file::current(args.record.record.as_deref(), true)?;
    let record = file::read(&path)?;
    hold(&record, &path, args.record.spec.as_deref(), common)?;
    let drill = drill(&record)?;
    let view = DrillView::new(&drill, &io::shown(&path), now, Moment::Shown).with_torn(record.torn);
    io::print(&view.render(args.format.into(), io::screen(common.color)))?;
    Ok(exit(&drill))
}

/// A drill that failed falls short; one that goes on does not.
fn exit(drill: &Drill<'_>) -> Exit {
    if drill.verdict() == Some(Verdict::Failed) { Exit::FallsShort } else { Exit::Clean }
}

fn told(
    record: &Record,
    path: &Path,
    now: Timestamp,
    lines: Vec<String>,
    torn: usize,
    format: TableFormat,
    common: &Common,
) -> Result<Exit, Failure> {
    let drill = drill(record)?;
    let view = DrillView::new(&drill, &io::shown(path), now, Moment::Written(lines)).with_torn(torn);
    io::print(&view.render(format.into(), io::screen(common.color)))?;
    Ok(Exit::Clean)
}
