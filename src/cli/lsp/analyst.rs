//! A thread that works one state of a spec out, in full, and then answers questions about it until there is a newer one. It is
//! told when its work is no longer wanted, and looks at that between its stages.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use jiff::civil::Date;
use lsp_server::RequestId;

use super::known::{Shared, names};
use super::worker::Task;
use crate::analysis::assess::{Options, assess};
use crate::analysis::context::Context;
use crate::analysis::loss::LossEngine;
use crate::check;
use crate::cli::pipeline;
use crate::diag::{Diagnostics, SourceMap};
use crate::model::Model;
use crate::report::hover::{Hovered, hover};
use crate::tech::Catalogue;

/// What is to be worked out, and for whom.
pub(super) struct Order {
    pub(super) folder: PathBuf,
    /// Which state of the folder it is.
    pub(super) turn: u64,
    pub(super) sources: SourceMap,
    /// What is wrong with the encoding of the files.
    pub(super) found: Diagnostics,
    pub(super) catalogue: Catalogue,
    pub(super) today: Date,
    pub(super) shared: Shared,
    /// Set when nobody wants it any more.
    pub(super) cancelled: Arc<AtomicBool>,
    pub(super) report: Sender<Task>,
}

/// What was found.
pub(super) struct Outcome {
    pub(super) folder: PathBuf,
    pub(super) turn: u64,
    pub(super) sources: SourceMap,
    pub(super) found: Diagnostics,
    /// So many at the front of the list are about form and meaning, the others are findings.
    pub(super) form: usize,
    /// Where questions go; none for a spec that cannot be worked out.
    pub(super) questions: Option<Sender<Question>>,
}

/// What is known of the thing at a path of keys?
#[derive(Debug)]
pub(super) struct Question {
    pub(super) id: RequestId,
    pub(super) keys: Vec<String>,
    /// The text has changed since.
    pub(super) is_late: bool,
}

/// Works it out and answers until nobody can ask any more.
pub(super) fn work(order: Order) {
    let Order { folder, turn, sources, found, catalogue, today, shared, cancelled, report } = order;
    let unwanted = || cancelled.load(Ordering::Relaxed);
    let loaded = pipeline::resolve(sources, found, catalogue);
    if unwanted() {
        return;
    }
    if !loaded.diagnostics.has_errors() || !loaded.model.components.is_empty() {
        shared.set_names(&folder, names(&loaded.model, &loaded.sources));
    }
    let form = loaded.diagnostics.iter().count();
    // An editor that has gone away is no mistake, here and below.
    let tell = |found: Diagnostics, questions: Option<Sender<Question>>| {
        let sources = loaded.sources.clone();
        let _ = report.send(Task::Done(Box::new(Outcome { folder, turn, sources, found, form, questions })));
    };
    if loaded.diagnostics.has_errors() {
        return tell(loaded.diagnostics, None);
    }
    let model = &loaded.model;
    let engine = LossEngine::new(model);
    let context = Context::new(model, &engine);
    if unwanted() {
        return;
    }
    let assessment = assess(&context, Options::default());
    if unwanted() {
        return;
    }
    let checks = check::Context::new(&context, &engine, &assessment, today);
    let mut found = loaded.diagnostics;
    found.append(check::run(&checks));
    check::waive(&checks, &mut found);
    let (ask, questions) = channel();
    tell(found, Some(ask));
    answer(&questions, &report, |keys| hovered(model, keys).map(|what| hover(&context, &engine, &assessment, what)));
}

fn answer(questions: &Receiver<Question>, report: &Sender<Task>, known: impl Fn(&[String]) -> Option<String>) {
    for Question { id, keys, is_late } in questions {
        let late = if is_late { "*As it was before the last change:*\n\n" } else { "" };
        let text = known(&keys).map(|text| format!("{late}{text}"));
        let _ = report.send(Task::Answer { id, text });
    }
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
