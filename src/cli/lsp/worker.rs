//! The thread that works specs out: what is wrong with the form of a text at once, what it promises when nobody types.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use jiff::civil::Date;
use lsp_server::{Message, Notification, RequestId, Response};
use serde_json::{Value, json};

use super::buffers::uri_of;
use super::known::{Fix, Shared, names, place};
use super::log;
use crate::analysis::assess::{Options, assess};
use crate::analysis::context::Context;
use crate::analysis::loss::LossEngine;
use crate::check;
use crate::cli::{io, pipeline};
use crate::diag::visible::one_line;
use crate::diag::{Diagnostic, Diagnostics, Severity, SourceMap};
use crate::model::Model;
use crate::report::hover::{Hovered, hover};
use crate::tech::Catalogue;
use crate::text::Limits;

/// So long nobody may have typed before promises are worked out.
const QUIET: Duration = Duration::from_millis(150);

/// The channel to the editor.
type Out = crossbeam_channel::Sender<Message>;

/// A spec to look at: a folder, with the texts that are open.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) folder: PathBuf,
    pub(super) open: BTreeMap<PathBuf, String>,
}

/// What the worker is asked.
#[derive(Debug)]
pub(super) enum Task {
    /// Look at a spec.
    Check(Job),
    /// Say what is known of the thing at a path of keys.
    Hover { id: RequestId, folder: PathBuf, keys: Vec<String> },
}

/// The thread's belongings.
pub(super) struct Worker {
    pub(super) catalogue: Catalogue,
    pub(super) today: Date,
    pub(super) shared: Shared,
    pub(super) out: Out,
}

impl Worker {
    /// Works until nobody can ask any more.
    pub(super) fn run(&self, queue: &Receiver<Task>) {
        let mut next = queue.recv().ok();
        while let Some(task) = next {
            next = match task {
                Task::Check(job) => self.check(&job, queue),
                Task::Hover { id, .. } => {
                    self.answer(id, None);
                    queue.recv().ok()
                }
            };
        }
    }

    /// Looks at a spec, then answers questions about it until there is a new text. Gives what is to be done next.
    fn check(&self, job: &Job, queue: &Receiver<Task>) -> Option<Task> {
        let (sources, found) = read(job);
        let loaded = pipeline::resolve(sources, found, self.catalogue.clone());
        if loaded.diagnostics.has_errors() {
            if !loaded.model.components.is_empty() {
                self.shared.set_names(&job.folder, names(&loaded.model, &loaded.sources));
            }
            self.publish(&loaded.sources, loaded.diagnostics);
            return self.idle(queue);
        }
        self.shared.set_names(&job.folder, names(&loaded.model, &loaded.sources));
        // Whoever goes on typing does not wait for a verdict on what he has just deleted.
        let mut waiting = Vec::new();
        loop {
            match queue.recv_timeout(QUIET) {
                Ok(Task::Check(job)) => return Some(Task::Check(job)),
                Ok(hover) => waiting.push(hover),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        let model = &loaded.model;
        let engine = LossEngine::new(model);
        let context = Context::new(model, &engine);
        let assessment = assess(&context, Options::default());
        let checks = check::Context::new(&context, &engine, &assessment, self.today);
        let mut found = loaded.diagnostics;
        found.append(check::run(&checks));
        check::waive(&checks, &mut found);
        self.publish(&loaded.sources, found);
        let mut next = waiting.into_iter();
        loop {
            match next.next().or_else(|| queue.recv().ok())? {
                Task::Check(job) => return Some(Task::Check(job)),
                Task::Hover { id, folder, keys } => {
                    let what = hovered(model, &keys).filter(|_| folder == job.folder);
                    self.answer(id, what.map(|what| hover(&context, &engine, &assessment, what)));
                }
            }
        }
    }

    /// Waits for a new text; without an analysis there is nothing to say.
    fn idle(&self, queue: &Receiver<Task>) -> Option<Task> {
        loop {
            match queue.recv().ok()? {
                Task::Hover { id, .. } => self.answer(id, None),
                check => return Some(check),
            }
        }
    }

    fn answer(&self, id: RequestId, text: Option<String>) {
        let value = text.map(|text| json!({"contents": {"kind": "markdown", "value": text}})).unwrap_or(Value::Null);
        // An editor that has gone away is no mistake.
        let _ = self.out.send(Message::Response(Response::new_ok(id, value)));
    }

    /// Every finding beside its line; a file without any is told to have none.
    fn publish(&self, sources: &SourceMap, found: Diagnostics) {
        let mut by_file: BTreeMap<String, (Vec<Value>, Vec<Fix>)> =
            sources.files().map(|(_, file)| (uri_of(&file.name), Default::default())).collect();
        for diagnostic in found.into_sorted().iter().filter(|diagnostic| !diagnostic.is_accepted()) {
            let first = || sources.files().next().map(|(id, _)| crate::diag::Span::new(id, 0, 0));
            let Some(at) = diagnostic.primary.or_else(first).and_then(|span| place(sources, span)) else { continue };
            let (diagnostics, fixes) = by_file.entry(at.uri.clone()).or_default();
            let shown = shown(sources, diagnostic, &at.range);
            fixes.extend(fix(sources, diagnostic, &shown));
            diagnostics.push(shown);
        }
        for (uri, (diagnostics, fixes)) in by_file {
            self.shared.set_fixes(&uri, fixes);
            let params = json!({"uri": uri, "diagnostics": diagnostics});
            let notification = Notification::new("textDocument/publishDiagnostics".to_owned(), params);
            let _ = self.out.send(Message::Notification(notification));
        }
    }
}

/// The files of a folder, with the open texts in place of what is on the disk.
fn read(job: &Job) -> (SourceMap, Diagnostics) {
    let mut sources = SourceMap::default();
    let mut found = Diagnostics::default();
    let mut paths = io::spec_files(&job.folder).unwrap_or_default();
    paths.extend(job.open.keys().filter(|path| is_spec(path)).cloned());
    // A file by another name that is open by itself is a spec of its own.
    if paths.is_empty() {
        paths.extend(job.open.keys().cloned());
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

/// A finding in the words of the protocol.
fn shown(sources: &SourceMap, diagnostic: &Diagnostic, range: &Value) -> Value {
    let mut message = vec![one_line(&diagnostic.message).into_owned()];
    message.extend(diagnostic.scenario.as_ref().map(|scenario| format!("scenario {}", one_line(scenario))));
    message.extend(diagnostic.notes.iter().map(|note| one_line(note).into_owned()));
    message.extend(diagnostic.help.as_ref().map(|help| format!("help: {}", one_line(help))));
    let related: Vec<Value> = diagnostic
        .labels
        .iter()
        .filter_map(|(span, label)| {
            let at = place(sources, *span)?;
            Some(json!({"location": {"uri": at.uri, "range": at.range}, "message": one_line(label)}))
        })
        .collect();
    let severity = match diagnostic.severity {
        Severity::Error => 1,
        Severity::Warning => 2,
        Severity::Note => 3,
    };
    json!({
        "range": range,
        "severity": severity,
        "code": diagnostic.name(),
        "source": "drplan",
        "message": message.join("\n"),
        "relatedInformation": related,
    })
}

/// The help line as an action, where it is a plain replacement.
fn fix(sources: &SourceMap, diagnostic: &Diagnostic, shown: &Value) -> Option<Fix> {
    let (span, new) = diagnostic.fix.as_ref()?;
    let at = place(sources, *span)?;
    let mut changes = serde_json::Map::new();
    changes.insert(at.uri.clone(), json!([{"range": at.range, "newText": new}]));
    let title = diagnostic.help.as_deref().unwrap_or("mend it");
    let action = json!({
        "title": one_line(title),
        "kind": "quickfix",
        "isPreferred": true,
        "diagnostics": [shown],
        "edit": {"changes": changes},
    });
    Some(Fix { range: shown["range"].clone(), action })
}

/// The component or dataset of a path of keys.
fn hovered(model: &Model, keys: &[String]) -> Option<Hovered> {
    let [section, name, rest @ ..] = keys else { return None };
    let component =
        model.components.iter().find(|(_, component)| component.name == *name).filter(|_| section == "components");
    let (id, component) = component?;
    match rest {
        [data, dataset, ..] if data == "data" => {
            let found = component.datasets.iter().find(|id| model.datasets[**id].name == *dataset)?;
            Some(Hovered::Dataset(*found))
        }
        [] => Some(Hovered::Component(id)),
        _ => None,
    }
}
