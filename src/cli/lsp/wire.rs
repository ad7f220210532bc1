//! Messages of the protocol on standard input and output. What comes in may be anything: it is bounded before there is memory
//! for it, and what is no message ends the server. To go on without it would leave the texts here and in the editor apart.

use std::io::{self, BufRead, Read};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};

use lsp_server::{Connection, Message, Notification};
use serde::de::IgnoredAny;

use crate::cli::exit::Failure;
use crate::diag::visible::visible;

/// The longest message in bytes: more than a spec that somebody edits.
const LONGEST: usize = 64 << 20;

/// The longest head of a message in bytes; it has one or two short lines.
const LONGEST_HEAD: u64 = 4096;

/// The two threads of a connection.
pub(super) struct Wire {
    failures: Receiver<Failure>,
    writer: JoinHandle<()>,
}

/// Opens the connection. When the reader ends, so do the messages.
pub(super) fn open() -> (Connection, Wire) {
    let (to_editor, outgoing) = crossbeam_channel::bounded::<Message>(0);
    let (incoming, from_editor) = crossbeam_channel::bounded(0);
    let (broken, failures) = sync_channel(1);
    thread::spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            match read(&mut input) {
                Ok(Some(message)) => {
                    let is_last = matches!(&message, Message::Notification(note) if is_exit(note));
                    if incoming.send(message).is_err() || is_last {
                        return;
                    }
                }
                Ok(None) => return,
                Err(failure) => {
                    // It stands there before the messages end.
                    let _ = broken.send(failure);
                    return;
                }
            }
        }
    });
    let writer = thread::spawn(move || {
        let mut output = io::stdout().lock();
        let mut is_open = true;
        // An editor that has gone away is no mistake: what is said to it is taken, and nobody hears it.
        for message in outgoing {
            is_open = is_open && message.write(&mut output).is_ok();
        }
    });
    (Connection { sender: to_editor, receiver: from_editor }, Wire { failures, writer })
}

impl Wire {
    /// Waits until all is said that was to be said, and tells why reading ended where that was no end. Every sender is gone by
    /// then. The reader is not waited for: an editor that broke off may keep the pipe open.
    pub(super) fn close(self) -> Result<(), Failure> {
        let _ = self.writer.join();
        self.failures.try_recv().map_or(Ok(()), Err)
    }
}

fn is_exit(note: &Notification) -> bool {
    note.method == "exit"
}

/// The next message; none where the editor has ended between two.
fn read(input: &mut impl BufRead) -> Result<Option<Message>, Failure> {
    let Some(length) = head(input)? else { return Ok(None) };
    let mut body = Vec::new();
    let taken = input.take(length as u64).read_to_end(&mut body).map_err(|error| unreadable(&error))?;
    if taken < length {
        return Err(broken_off());
    }
    let text = String::from_utf8(body).map_err(|_| Failure::new("a message of the editor is not UTF-8"))?;
    serde_json::from_str(&text).map(Some).map_err(|_| no_message(&text))
}

/// The length of a message by the lines before it.
fn head(input: &mut impl BufRead) -> Result<Option<usize>, Failure> {
    let mut input = input.take(LONGEST_HEAD);
    let mut length = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        input.read_until(b'\n', &mut line).map_err(|error| unreadable(&error))?;
        if line.is_empty() && input.limit() == LONGEST_HEAD {
            return Ok(None);
        }
        let Some(text) = line.strip_suffix(b"\r\n") else {
            let is_cut = !line.ends_with(b"\n") && input.limit() > 0;
            return Err(if is_cut { broken_off() } else { malformed(&line) });
        };
        if text.is_empty() {
            return length.map(Some).ok_or_else(|| Failure::new("a message of the editor does not say its length"));
        }
        let text = str::from_utf8(text).map_err(|_| malformed(text))?;
        let (name, value) = text.split_once(':').ok_or_else(|| malformed(text.as_bytes()))?;
        if name.eq_ignore_ascii_case("Content-Length") {
            if length.is_some() {
                return Err(Failure::new("a message of the editor says its length twice"));
            }
            length = Some(bounded(value.trim())?);
        }
    }
}

fn bounded(value: &str) -> Result<usize, Failure> {
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(malformed(format!("Content-Length: {value}").as_bytes()));
    }
    // A number that no integer holds is too large as well.
    value.parse().ok().filter(|length| *length <= LONGEST).ok_or_else(|| {
        let message = format!(
            "the editor announces a message of {} bytes, and at most {} MiB are taken",
            short(value.as_bytes()),
            LONGEST >> 20
        );
        Failure::new(message).help("`drplan validate` reads larger specs, up to 1024 MiB a file")
    })
}

fn unreadable(error: &io::Error) -> Failure {
    Failure::new(format!("cannot read what the editor says: {error}"))
}

fn broken_off() -> Failure {
    Failure::new("the editor broke off in the middle of a message")
}

fn malformed(line: &[u8]) -> Failure {
    let failure = Failure::new(format!("`{}` is no line of the head of a message", short(line)));
    failure.help("an editor starts `drplan lsp` and speaks the language server protocol with it; each line of the head ends with CR and LF")
}

fn no_message(text: &str) -> Failure {
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => Failure::new("the editor sent JSON that is no message of the language server protocol"),
        Err(error) => Failure::new(format!("the editor sent a message that is not JSON: {error}")),
    }
}

/// The beginning of a text of a stranger.
pub(super) fn short(bytes: &[u8]) -> String {
    const SHOWN: usize = 60;
    let text = String::from_utf8_lossy(bytes.get(..4 * SHOWN).unwrap_or(bytes));
    let text = text.trim_end();
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < bytes.trim_ascii_end().len() {
        shown.push('…');
    }
    visible(&shown).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> String {
        read(&mut &*bytes).unwrap_err().message
    }

    #[test]
    fn messages_are_read_one_after_the_other() {
        let note = r#"{"jsonrpc":"2.0","method":"ü"}"#;
        let framed = |head: &str| format!("{head}Content-Length: {}\r\n\r\n{note}", note.len());
        let both = framed("Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n")
            + &framed("").replace("Content-Length: ", "content-length:");
        let mut input = both.as_bytes();
        for _ in 0..2 {
            let message = read(&mut input).unwrap();
            assert!(matches!(message, Some(Message::Notification(note)) if note.method == "ü"));
        }
        assert!(read(&mut input).unwrap().is_none());
    }

    #[test]
    fn what_is_no_head_is_refused() {
        for (bytes, told) in [
            ("Content-Length: 99999999999\r\n\r\n", "of 99999999999 bytes, and at most 64 MiB"),
            ("Content-Length: 67108865\r\n\r\n", "of 67108865 bytes"),
            ("Content-Length: 99999999999999999999999\r\n\r\n", "of 99999999999999999999999 bytes"),
            ("Content-Length: -1\r\n\r\n", "`Content-Length: -1` is no line"),
            ("Content-Length: +1\r\n\r\n", "is no line"),
            ("Content-Length: \r\n\r\n", "is no line"),
            ("Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}", "says its length twice"),
            ("X: 1\r\n\r\n", "does not say its length"),
            ("hello\r\n", "`hello` is no line of the head"),
            ("hello\n", "`hello` is no line of the head"),
            ("\u{1b}[31m\r\n", "<U+001B>"),
            ("Content-Length: 2\r\n", "broke off in the middle"),
            ("Content-Len", "broke off in the middle"),
            ("Content-Length: 20\r\n\r\n{}", "broke off in the middle"),
            ("Content-Length: 2\r\n\r\n[]", "no message of the language server protocol"),
            ("Content-Length: 2\r\n\r\n[}", "not JSON"),
        ] {
            let message = refused(bytes.as_bytes());
            assert!(message.contains(told), "{bytes:?}: {message}");
        }
        assert!(refused(b"Content-Length: 2\r\n\r\n\xff\xff").contains("is not UTF-8"));
        assert!(refused(b"\xff\xff\r\n").contains("is no line of the head"));
    }

    #[test]
    fn nothing_is_read_without_end() {
        for endless in ["x", "\r\n", "X: y\r\n", "\u{0}"] {
            let mut input = io::BufReader::new(Endless(endless.as_bytes(), 0));
            let told = read(&mut input).unwrap_err().message;
            assert!(told.len() < 1_000, "{told}");
            assert!(input.get_ref().1 < 100_000);
        }
    }

    /// The same bytes for ever, and how many were taken.
    struct Endless(&'static [u8], usize);

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = buffer.len().min(self.0.len());
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.1 += length;
            Ok(length)
        }
    }
}
