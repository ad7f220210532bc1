//! An editor that talks to the language server, for tests and for the benchmark.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::ops::Range;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// An editor with its server.
pub(crate) struct Editor {
    pub(crate) child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    number: u64,
    version: u64,
    pub(crate) uri: String,
    pub(crate) text: String,
    pub(crate) diagnostics: Vec<Value>,
    /// How often diagnostics of the text as it is have come.
    told: usize,
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(from: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some(("Content-Length", number)) => length = number.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

impl Editor {
    /// Opens a text in a folder of its own.
    pub(crate) fn open(folder: &Path, text: &str) -> Self {
        let path = folder.join("drplan.yaml");
        fs::write(&path, text).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_drplan"))
            .args(["lsp", "--as-of", "2026-11-21"])
            .current_dir("/")
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let to = child.stdin.take().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let (send, from) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut out) {
                if send.send(message).is_err() {
                    break;
                }
            }
        });
        let uri = format!("file://{}", path.display());
        let mut editor = Self {
            child,
            to,
            from,
            number: 0,
            version: 1,
            uri,
            text: text.to_owned(),
            diagnostics: Vec::new(),
            told: 0,
        };
        let answer = editor.ask("initialize", json!({"capabilities": {}, "processId": null, "rootUri": null}));
        assert_eq!(answer["capabilities"]["hoverProvider"], true);
        editor.tell("initialized", json!({}));
        let document = json!({"uri": editor.uri, "languageId": "yaml", "version": 1, "text": text});
        editor.tell("textDocument/didOpen", json!({"textDocument": document}));
        editor
    }

    fn write(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.to.flush().unwrap();
    }

    pub(crate) fn tell(&mut self, method: &str, params: Value) {
        self.write(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        self.number += 1;
        let id = self.number;
        self.write(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.next();
            if message["id"] == id {
                assert!(message["error"].is_null(), "{message}");
                return message["result"].clone();
            }
        }
    }

    /// The next message; diagnostics are kept.
    fn next(&mut self) -> Value {
        let message = self.from.recv_timeout(Duration::from_secs(60)).expect("the server says nothing");
        if message["method"] == "textDocument/publishDiagnostics" {
            assert_eq!(message["params"]["uri"], self.uri.as_str());
            self.diagnostics = message["params"]["diagnostics"].as_array().unwrap().clone();
            self.told += usize::from(message["params"]["version"] == self.version);
        }
        message
    }

    /// Waits until the diagnostics are as wanted.
    pub(crate) fn until(&mut self, wanted: impl Fn(&[Value]) -> bool) {
        while !wanted(&self.diagnostics) {
            self.next();
        }
    }

    pub(crate) fn has(&self, code: &str) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic["code"] == code)
    }

    /// The position after the first place at which a text stands.
    pub(crate) fn after(&self, text: &str) -> Value {
        let at = self.text.find(text).unwrap_or_else(|| panic!("{text} is not there")) + text.len();
        let line = self.text[..at].matches('\n').count();
        let start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        json!({"line": line, "character": self.text[start..at].encode_utf16().count()})
    }

    /// Waits for the first diagnostics of the text as it is.
    pub(crate) fn diagnosed(&mut self) {
        while self.told == 0 {
            self.next();
        }
    }

    /// Waits for all that there is to be said of the text as it is: what is seen at once, and what the analysis says.
    pub(crate) fn settled(&mut self) {
        let wanted = if self.version == 1 { 1 } else { 2 };
        while self.told < wanted {
            self.next();
        }
    }

    /// Replaces the first place at which a text stands.
    pub(crate) fn replace(&mut self, old: &str, new: &str) {
        let start = self.text.find(old).unwrap_or_else(|| panic!("{old} is not there"));
        self.change(start..start + old.len(), new);
    }

    /// Replaces bytes of the text.
    pub(crate) fn change(&mut self, range: Range<usize>, new: &str) {
        let position = |at: usize| {
            let line = self.text[..at].matches('\n').count();
            let start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
            json!({"line": line, "character": self.text[start..at].encode_utf16().count()})
        };
        let change = json!({"range": {"start": position(range.start), "end": position(range.end)}, "text": new});
        self.text.replace_range(range, new);
        self.version += 1;
        self.told = 0;
        let document = json!({"uri": self.uri, "version": self.version});
        self.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}));
    }

    pub(crate) fn at(&mut self, method: &str, text: &str) -> Value {
        let position = self.after(text);
        self.ask(method, json!({"textDocument": {"uri": self.uri}, "position": position}))
    }

    pub(crate) fn labels(&mut self, text: &str) -> Vec<String> {
        let answer = self.at("textDocument/completion", text);
        answer["items"].as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }
}
