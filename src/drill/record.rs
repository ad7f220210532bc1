//! Reads the lines of a record, and says how the next one is written.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::line::{Event, FORMAT, Line, Start, Torn};
use crate::graph::{Digraph, topological_order};

const CHANGED: &str = "the line does not follow from the one before it: the record was changed";

/// What the first line follows.
const NOTHING: &str = "0000000000000000";

/// A record that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its lines, without those that were cut off.
    pub lines: Vec<Line>,
    /// How many lines a crash has cut off, the last one included.
    pub torn: usize,
    /// What is left of the last line, where that one was cut off and nobody has gone on since.
    pub tail: Option<Vec<u8>>,
    /// Whether the last line lacks its end.
    open: bool,
    /// The chain of the next line.
    chain: String,
    /// The chain of the line that was cut off, where the last one was.
    cut: String,
}

/// Why a file is no record, or not to be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, in lower case without a full stop.
    pub message: String,
}

impl Record {
    /// A record without any line.
    pub fn new() -> Self {
        Self { lines: Vec::new(), torn: 0, tail: None, open: false, chain: NOTHING.to_owned(), cut: String::new() }
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// A line that is none, or that does not follow from the one before it. What is left of a last line that a crash cut off
    /// is no error.
    pub fn read(bytes: &[u8]) -> Result<Self, Broken> {
        let mut record = Self::new();
        let whole = bytes.ends_with(b"\n");
        let raw: Vec<&[u8]> = bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|byte| *byte == b'\n').collect();
        for (at, text) in raw.iter().enumerate() {
            let is_last = at + 1 == raw.len();
            let parsed = serde_json::from_slice::<Line>(text);
            let torn_before = record.tail.take();
            match parsed {
                Ok(line) => record.add(line, torn_before, at + 1)?,
                // Nothing is lost that was not there: an interrupted start leaves no drill.
                Err(_) if is_last && !whole && at > 0 => record.tail = Some(text.to_vec()),
                Err(_) if !is_last && follows_torn(raw.get(at + 1).copied().unwrap_or_default(), text) => {
                    record.tail = Some(text.to_vec());
                }
                Err(error) => return Err(Broken::new(at + 1, unreadable(&error, text))),
            }
            let before = std::mem::replace(&mut record.chain, chain(text));
            if record.tail.is_some() {
                record.cut = before;
            }
        }
        record.open = !whole;
        record.torn += usize::from(record.tail.is_some());
        if record.lines.is_empty() {
            return Err(Broken::new(1, "the file is empty"));
        }
        Ok(record)
    }

    fn add(&mut self, line: Line, torn_before: Option<Vec<u8>>, number: usize) -> Result<(), Broken> {
        if line.format != FORMAT {
            return Err(Broken::new(number, format!("this drplan does not know the format `{}`", line.format)));
        }
        if line.chain != self.chain {
            return Err(Broken::new(number, CHANGED));
        }
        match (&line.event, torn_before) {
            (Event::Torn(torn), Some(_)) if torn.follows != self.cut => return Err(Broken::new(number - 1, CHANGED)),
            (Event::Torn(_), Some(_)) => self.torn += 1,
            (Event::Torn(_), None) => return Err(Broken::new(number, "no line was cut off before this one")),
            (_, Some(_)) => return Err(Broken::new(number - 1, "the line is no JSON")),
            (Event::Start(start), None) if self.lines.is_empty() => sound(start, number)?,
            (Event::Start(_), None) => return Err(Broken::new(number, "a second start")),
            (_, None) if self.lines.is_empty() => return Err(Broken::new(number, "a record begins with a start")),
            (Event::Stamp(stamp), None) if !self.has_step(stamp.step) => {
                return Err(Broken::new(number, format!("there is no step {}", stamp.step)));
            }
            _ => {}
        }
        self.lines.push(line);
        Ok(())
    }

    fn has_step(&self, step: usize) -> bool {
        self.start().is_some_and(|start| step >= 1 && step <= start.steps.len())
    }

    /// What the plan said, and nothing for a record without any line.
    pub fn start(&self) -> Option<&Start> {
        match &self.lines.first()?.event {
            Event::Start(start) => Some(start),
            _ => None,
        }
    }

    /// The bytes to be added for an event: whole lines. After a line that was cut off, that is said first.
    pub fn append(&mut self, event: Event, written: Timestamp, by: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        if std::mem::take(&mut self.open) {
            bytes.push(b'\n');
        }
        if let Some(tail) = self.tail.take() {
            let torn = Event::Torn(Torn { bytes: tail.len(), follows: std::mem::take(&mut self.cut) });
            self.push(torn, written, by, &mut bytes);
        }
        self.push(event, written, by, &mut bytes);
        bytes
    }

    fn push(&mut self, event: Event, written: Timestamp, by: &str, bytes: &mut Vec<u8>) {
        let line = Line { format: FORMAT.to_owned(), chain: self.chain.clone(), written, by: by.to_owned(), event };
        let text = ascii(&serde_json::to_string(&line).unwrap_or_default());
        self.chain = chain(text.as_bytes());
        self.lines.push(line);
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(b'\n');
    }
}

impl Default for Record {
    fn default() -> Self {
        Self::new()
    }
}

impl Broken {
    fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

/// JSON in which every letter is one byte: wherever a crash cuts it off, what is left is text.
fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        }
    }
    out
}

fn chain(line: &[u8]) -> String {
    Sha256::digest(line).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a line says that the one before it was cut off.
fn follows_torn(line: &[u8], before: &[u8]) -> bool {
    let says = |line: Line| line.chain == chain(before) && matches!(line.event, Event::Torn(_));
    serde_json::from_slice::<Line>(line).is_ok_and(says)
}

fn unreadable(error: &serde_json::Error, text: &[u8]) -> String {
    use serde_json::error::Category;
    match error.classify() {
        Category::Data => {
            let text = error.to_string();
            format!("the line is not as expected: {}", text.split(" at line ").next().unwrap_or_default())
        }
        _ if text.is_empty() => "the line is empty".to_owned(),
        _ => "the line is no JSON".to_owned(),
    }
}

/// Whether the steps can be worked with: numbered from one, and none of them before itself.
fn sound(start: &Start, line: usize) -> Result<(), Broken> {
    let known = |number: usize| number >= 1 && number <= start.steps.len();
    if !(1..).zip(&start.steps).all(|(number, step)| number == step.step) {
        return Err(Broken::new(line, "the steps are not numbered from one"));
    }
    let after = start.steps.iter().flat_map(|step| &step.after);
    let served = start.components.iter().flat_map(|component| &component.served_by);
    if let Some(number) = after.chain(served).find(|number| !known(**number)) {
        return Err(Broken::new(line, format!("there is no step {number}")));
    }
    if start.steps.iter().any(|step| step.to_s < step.from_s || step.to_s > MOST || step.slack_s > MOST) {
        return Err(Broken::new(line, "a step ends before it begins, or after a thousand years"));
    }
    if order(start).is_none() {
        return Err(Broken::new(line, "steps wait for each other"));
    }
    Ok(())
}

/// A bound that keeps every sum of times far from overflow.
const MOST: u64 = 1_000 * 366 * 86_400;

/// The positions of the steps, each after those that it comes after; none where they wait for each other.
pub(super) fn order(start: &Start) -> Option<Vec<u32>> {
    let number = |step: usize| u32::try_from(step - 1).unwrap_or(u32::MAX);
    let edges =
        start.steps.iter().flat_map(|step| step.after.iter().map(|before| (number(*before), number(step.step))));
    topological_order(&Digraph::from_edges(start.steps.len(), edges)).ok()
}
