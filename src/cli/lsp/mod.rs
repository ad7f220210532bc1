//! `drplan lsp`: a language server on standard input and output.
//!
//! The main thread keeps the texts as they are typed and answers from them; a second one tells what can be seen at once of a
//! change, and has the spec worked out by a third when nobody types, which then answers what only the analysis knows. So no
//! key stroke waits for an analysis.

mod analyst;
mod buffers;
mod complete;
mod keys;
mod known;
mod publish;
mod quick;
mod wire;
mod worker;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};

use jiff::civil::Date;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, Response};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CompletionOptions, HoverProviderCapability, OneOf,
    ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
};
use serde_json::{Value, json};

use super::args::Common;
use super::exit::{Exit, Failure};
use super::{clock, io, pipeline};
use crate::tech::Catalogue;
use crate::text;
use buffers::{Buffers, path_of, uri_of};
use known::Shared;
use worker::{Job, Task, Worker};

pub(super) fn run(common: &Common) -> Result<Exit, Failure> {
    let setup = (pipeline::catalogue(common)?, clock::today(common)?);
    let (connection, wire) = wire::open();
    let ended = converse(connection, setup);
    // Why reading ended tells more than that there was nothing more to read.
    wire.close().and(ended).map(|()| Exit::Clean)
}

fn converse(connection: Connection, (catalogue, today): (Catalogue, Date)) -> Result<(), Failure> {
    let capabilities = serde_json::to_value(capabilities()).map_err(|error| broken_off(&error))?;
    connection.initialize(capabilities).map_err(|error| match error.channel_is_disconnected() {
        true => Failure::new("the editor ended before it began").help("`drplan lsp` is started by an editor"),
        false => broken_off(&error),
    })?;
    let (tasks, queue) = channel();
    let shared = Shared::default();
    let technologies = catalogue.iter().map(|technology| technology.name.clone()).collect();
    let worker = Worker {
        catalogue,
        today,
        shared: shared.clone(),
        out: connection.sender.clone(),
        tasks: tasks.clone(),
        folders: BTreeMap::new(),
    };
    let thread = std::thread::spawn(move || worker.run(&queue));
    let mut server = Server { buffers: Buffers::default(), tasks, shared, technologies, connection };
    let ended = server.serve();
    // A worker that is gone has told why, here and below.
    let _ = server.tasks.send(Task::End);
    drop(server);
    let _ = thread.join();
    ended
}

/// The words of the protocol's library hold the message that it did not want, which may be long.
fn broken_off(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(format!("the editor broke off: {}", wire::short(error.to_string().as_bytes())))
}

fn capabilities() -> ServerCapabilities {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        save: Some(true.into()),
        ..TextDocumentSyncOptions::default()
    };
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some([" ", "[", "{", ",", ":"].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        ..ServerCapabilities::default()
    }
}

struct Server {
    buffers: Buffers,
    tasks: Sender<Task>,
    shared: Shared,
    technologies: Vec<String>,
    connection: Connection,
}

impl Server {
    fn serve(&mut self) -> Result<(), Failure> {
        while let Ok(message) = self.connection.receiver.recv() {
            match message {
                Message::Request(request) => {
                    let ended = self.connection.handle_shutdown(&request);
                    if ended.map_err(|error| broken_off(&error))? {
                        return Ok(());
                    }
                    self.answer(request);
                }
                Message::Notification(notification) => self.note(&notification),
                Message::Response(_) => {}
            }
        }
        Ok(())
    }

    fn note(&mut self, notification: &Notification) {
        let params = &notification.params;
        let changed = match notification.method.as_str() {
            "textDocument/didOpen" => self.buffers.open(params),
            "textDocument/didChange" => self.buffers.change(params),
            "textDocument/didClose" => self.buffers.close(params),
            "textDocument/didSave" => path_of(&params["textDocument"]["uri"]),
            _ => None,
        };
        if let Some(folder) = changed.as_deref().and_then(|path| path.parent()) {
            let (open, versions) = self.buffers.in_folder(folder);
            let _ = self.tasks.send(Task::Check(Job { folder: folder.to_path_buf(), open, versions }));
        }
    }

    fn answer(&self, request: Request) {
        let result = match request.method.as_str() {
            "textDocument/hover" => return self.hover(request),
            "textDocument/completion" => self.completion(&request.params),
            "textDocument/definition" => self.definition(&request.params),
            "textDocument/codeAction" => self.actions(&request.params),
            _ => {
                let unknown = ErrorCode::MethodNotFound as i32;
                return self.send(Response::new_err(request.id, unknown, "not known here".to_owned()));
            }
        };
        self.send(Response::new_ok(request.id, result.unwrap_or(Value::Null)));
    }

    fn send(&self, response: Response) {
        // An editor that has gone away is no mistake.
        let _ = self.connection.sender.send(Message::Response(response));
    }

    /// What stands at the position of a request, with the file.
    fn cursor(&self, params: &Value) -> Option<(PathBuf, text::Cursor)> {
        let path = path_of(&params["textDocument"]["uri"])?;
        let offset = self.buffers.offset(&path, &params["position"])?;
        let cursor = text::cursor(self.buffers.text(&path)?, offset);
        Some((path, cursor))
    }

    /// What the schema says of a key at once; what only the analysis knows from the worker.
    fn hover(&self, request: Request) {
        let Some((path, cursor)) = self.cursor(&request.params) else {
            return self.send(Response::new_ok(request.id, Value::Null));
        };
        let mut keys = cursor.path.clone();
        match &cursor.key {
            // The key of the value, unless it is the key that is pointed at.
            Some(key) => keys.push(key.clone()),
            None => keys.push(cursor.word.clone()),
        }
        // A dependency shows what is depended on.
        if cursor.key.is_none() && cursor.path.last().is_some_and(|last| last == "depends_on") {
            keys = vec!["components".to_owned(), cursor.word.clone()];
        }
        let described = keys::description(&keys);
        let named = keys.first().is_some_and(|section| section == "components") && keys.len() >= 2;
        let at_name = named && cursor.key.is_none() && (keys.len() == 2 || keys.len() == 4 || keys.len() == 6);
        match described.filter(|_| !at_name) {
            Some(text) => {
                self.send(Response::new_ok(request.id, json!({"contents": {"kind": "markdown", "value": text}})))
            }
            None => {
                let folder = path.parent().map(PathBuf::from).unwrap_or_default();
                let _ = self.tasks.send(Task::Hover { id: request.id, folder, keys });
            }
        }
    }

    fn completion(&self, params: &Value) -> Option<Value> {
        let (path, cursor) = self.cursor(params)?;
        let range = self.buffers.range(&path, cursor.range)?;
        let names = self.shared.names(path.parent()?);
        Some(complete::items(&cursor, &names, &self.technologies, &range))
    }

    fn definition(&self, params: &Value) -> Option<Value> {
        let (path, cursor) = self.cursor(params)?;
        let names = self.shared.names(path.parent()?);
        let place = complete::target(&cursor, &names)?;
        Some(json!({"uri": place.uri, "range": place.range}))
    }

    /// The help lines of the findings in a range that are a plain replacement.
    fn actions(&self, params: &Value) -> Option<Value> {
        // An editor may write the URI otherwise than we do.
        let path = path_of(&params["textDocument"]["uri"])?;
        Some(Value::Array(self.shared.fixes(&uri_of(&path.to_string_lossy()), &params["range"])))
    }
}

/// Tells the editor's log of something that is no finding.
fn log(text: &str) {
    io::tell(&format!("drplan lsp: {text}"));
}
