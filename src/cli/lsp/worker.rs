//! The thread that changes of texts go to. What can be told at once it tells at once; the rest it has worked out by an analyst
//! when nobody has typed for a moment. It never waits for an analysis, and an analysis that a key stroke has overtaken is
//! called off.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use jiff::civil::Date;
use lsp_server::{Message, RequestId, Response};
use serde_json::{Value, json};

use super::analyst::{self, Order, Outcome, Question};
use super::known::Shared;
use super::quick::{self, Known};
use super::{log, publish};
use crate::cli::io;
use crate::diag::{Diagnostics, SourceMap};
use crate::tech::Catalogue;
use crate::text::Limits;

/// So long nobody may have typed before promises are worked out.
const QUIET: Duration = Duration::from_millis(150);

/// The channel to the editor.
type Out = crossbeam_channel::Sender<Message>;

/// A spec to look at: a folder, with the texts that are open and their versions.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) folder: PathBuf,
    pub(super) open: BTreeMap<PathBuf, String>,
    pub(super) versions: BTreeMap<PathBuf, i64>,
}

/// What the worker is asked, and what it is told.
pub(super) enum Task {
    /// Look at a spec.
    Check(Job),
    /// Say what is known of the thing at a path of keys.
    Hover { id: RequestId, folder: PathBuf, keys: Vec<String> },
    /// An analyst has found out.
    Done(Box<Outcome>),
    /// An analyst knows the answer.
    Answer { id: RequestId, text: Option<String> },
    /// Nobody asks any more.
    End,
}

/// The thread's belongings.
pub(super) struct Worker {
    pub(super) catalogue: Catalogue,
    pub(super) today: Date,
    pub(super) shared: Shared,
    pub(super) out: Out,
    /// Where analysts report.
    pub(super) tasks: Sender<Task>,
    pub(super) folders: BTreeMap<PathBuf, Folder>,
}

/// What is known of a folder.
#[derive(Default)]
pub(super) struct Folder {
    /// Counts the states that it had.
    turn: u64,
    versions: BTreeMap<PathBuf, i64>,
    /// The files of which the editor was told, by URI.
    told: BTreeSet<String>,
    /// The state that was worked out last, and what was found.
    known: Option<Known>,
    /// A state that waits until nobody types, and when that is.
    waiting: Option<(SourceMap, Diagnostics, Instant)>,
    /// Calls off the analysis that runs.
    running: Option<Arc<AtomicBool>>,
    /// Who answers questions about the last state that could be worked out.
    analyst: Option<Sender<Question>>,
    /// Questions that came before anybody could answer.
    questions: Vec<Question>,
}

impl Folder {
    /// What was worked out is not of the text as it is.
    fn is_late(&self) -> bool {
        self.waiting.is_some() || self.running.is_some() || self.known.as_ref().is_some_and(|known| !known.is_sound)
    }
}

impl Worker {
    /// Works until it is told to end.
    pub(super) fn run(mut self, queue: &Receiver<Task>) {
        loop {
            let due = self.folders.values().filter_map(|folder| folder.waiting.as_ref().map(|(.., due)| *due)).min();
            let next = match due {
                Some(due) => queue.recv_timeout(due.saturating_duration_since(Instant::now())),
                None => queue.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match next {
                Ok(first) => {
                    let mut tasks = vec![first];
                    tasks.extend(queue.try_iter());
                    if !self.take(tasks) {
                        return;
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.begin(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Does what has come in; of several texts of a folder only the newest counts. Gives whether there is more to do.
    fn take(&mut self, tasks: Vec<Task>) -> bool {
        let mut seen = BTreeSet::new();
        let mut wanted: Vec<Task> = tasks
            .into_iter()
            .rev()
            .filter(|task| !matches!(task, Task::Check(job) if !seen.insert(job.folder.clone())))
            .collect();
        wanted.reverse();
        for task in wanted {
            match task {
                Task::Check(job) => self.check(job),
                Task::Hover { id, folder, keys } => self.hover(id, &folder, keys),
                Task::Done(outcome) => self.done(*outcome),
                Task::Answer { id, text } => self.answer(id, text),
                Task::End => {
                    self.folders.values().filter_map(|folder| folder.running.as_ref()).for_each(call_off);
                    return false;
                }
            }
        }
        true
    }

    /// A new text: what it takes no analysis to see at once, the rest later.
    fn check(&mut self, job: Job) {
        let (sources, found) = read(&job);
        let folder = self.folders.entry(job.folder.clone()).or_default();
        folder.turn += 1;
        folder.versions = job.versions;
        if let Some(running) = folder.running.take() {
            call_off(&running);
        }
        let (mut at_once, mut quiet) = (None, Duration::ZERO);
        if let Some(known) = &folder.known {
            let names = self.shared.names(&job.folder);
            at_once = quick::look(known, &sources, &found, &self.catalogue, &names);
            quiet = QUIET;
        }
        folder.waiting = Some((sources.clone(), found, Instant::now() + quiet));
        if let Some(found) = at_once {
            self.publish(&job.folder, &sources, found);
        }
    }

    /// Has every state worked out that has waited long enough.
    fn begin(&mut self) {
        let now = Instant::now();
        for (path, folder) in &mut self.folders {
            let Some((sources, found, _)) = folder.waiting.take_if(|(.., due)| *due <= now) else { continue };
            let cancelled = Arc::new(AtomicBool::new(false));
            folder.running = Some(cancelled.clone());
            let order = Order {
                folder: path.clone(),
                turn: folder.turn,
                sources,
                found,
                catalogue: self.catalogue.clone(),
                today: self.today,
                shared: self.shared.clone(),
                cancelled,
                report: self.tasks.clone(),
            };
            std::thread::spawn(move || analyst::work(order));
        }
    }

    fn done(&mut self, outcome: Outcome) {
        let Outcome { folder: path, turn, sources, found, form, questions } = outcome;
        let Some(folder) = self.folders.get_mut(&path).filter(|folder| folder.turn == turn) else { return };
        folder.running = None;
        folder.known = Some(Known::new(sources.clone(), &found, form, questions.is_some()));
        // Who knew an older state is let go; of a text that is broken the last sound one is better than nothing.
        folder.analyst = questions.or_else(|| folder.analyst.take());
        let waiting = std::mem::take(&mut folder.questions);
        self.publish(&path, &sources, found);
        for question in waiting {
            self.hover(question.id, &path, question.keys);
        }
    }

    fn hover(&mut self, id: RequestId, path: &Path, keys: Vec<String>) {
        let Some(folder) = self.folders.get_mut(path) else { return self.answer(id, None) };
        let question = Question { id: id.clone(), keys, is_late: folder.is_late() };
        let is_asked = match &folder.analyst {
            Some(analyst) => analyst.send(question).is_ok(),
            // The first analysis is still to come.
            None if folder.known.is_none() => {
                folder.questions.push(question);
                true
            }
            None => false,
        };
        if !is_asked {
            self.answer(id, None);
        }
    }

    fn answer(&self, id: RequestId, text: Option<String>) {
        let value = text.map(|text| json!({"contents": {"kind": "markdown", "value": text}})).unwrap_or(Value::Null);
        // An editor that has gone away is no mistake.
        let _ = self.out.send(Message::Response(Response::new_ok(id, value)));
    }

    fn publish(&mut self, folder: &Path, sources: &SourceMap, found: Diagnostics) {
        let Some(folder) = self.folders.get_mut(folder) else { return };
        for message in publish::messages(sources, found, &folder.versions, &self.shared, &mut folder.told) {
            let _ = self.out.send(Message::Notification(message));
        }
    }
}

fn call_off(analysis: &Arc<AtomicBool>) {
    analysis.store(true, Ordering::Relaxed);
}

/// The files of a folder, with the open texts in place of what is on the disk.
fn read(job: &Job) -> (SourceMap, Diagnostics) {
    let mut sources = SourceMap::default();
    let mut found = Diagnostics::default();
    let mut paths = io::spec_files(&job.folder).unwrap_or_default();
    paths.extend(job.open.keys().filter(|path| is_spec(path)).cloned());
    // A file by another name that is open by itself is a spec of its own if it says so: an editor sends all kinds of YAML.
    if paths.is_empty() {
        let says_so = |text: &str| text.lines().any(|line| line.starts_with("drplan:"));
        paths.extend(job.open.iter().filter(|(_, text)| says_so(text)).map(|(path, _)| path.clone()));
    }
    paths.sort();
    paths.dedup();
    for path in paths {
        let name = path.to_string_lossy().into_owned();
        match job.open.get(&path) {
            Some(text) => io::add_source(name, text.as_bytes(), &mut sources, &mut found),
            None => match io::read_file(&path, Limits::default()) {
                Ok(bytes) => io::add_source(name, &bytes, &mut sources, &mut found),
                Err(failure) => log(&failure.message),
            },
        }
    }
    (sources, found)
}

fn is_spec(path: &std::path::Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(io::is_spec_file)
}
