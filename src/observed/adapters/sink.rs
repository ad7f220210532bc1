//! Where an adapter puts what it finds.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::address::Address;
use super::super::field::Field;
use super::super::state::Observed;
use super::super::value::{Form, Instant, Seen, Value};
use super::{Adapted, Refusal};
use crate::diag::visible::one_line;
use crate::units::{Bytes, Seconds};

/// The longest name that is made of what a tool prints.
const LONGEST_NAME: usize = 200;

/// What one output comes to.
#[derive(Debug)]
pub struct Sink {
    observed: Observed,
    remarks: BTreeSet<String>,
    source: Arc<str>,
    taken: Instant,
}

impl Sink {
    pub(super) fn new(adapter: &str, whose: Option<&str>, taken: Instant) -> Self {
        let source = whose.map_or_else(|| adapter.to_owned(), |whose| format!("{adapter} {}", one_line(whose)));
        Self { observed: Observed::default(), remarks: BTreeSet::new(), source: Arc::from(source), taken }
    }

    /// All that was found.
    ///
    /// # Errors
    ///
    /// A value that no file could hold: a time beyond all calendars, a size beyond all disks.
    pub(super) fn finish(self) -> Result<Adapted, Refusal> {
        for (address, thing) in &self.observed.things {
            for (field, seen) in &thing.fields {
                if !can_be_written(*field, seen) {
                    let message =
                        format!("`{}` of {address} is `{}`, which is beyond all bounds", field.key(), seen.value);
                    return Err(Refusal::new(one_line(&message)));
                }
            }
        }
        Ok(Adapted { observed: self.observed, remarks: self.remarks.into_iter().collect() })
    }

    /// When the output was taken.
    pub(super) fn taken(&self) -> Instant {
        self.taken
    }

    /// A value that was true at an instant. Of two in one output the later stays.
    pub(super) fn see_at(&mut self, address: &Address, field: Field, value: Value, at: Instant) {
        let newer = |seen: &Seen| seen.at > at;
        if self.observed.get(address).and_then(|thing| thing.seen(field)).is_some_and(newer) {
            return;
        }
        self.observed.set(address.clone(), field, Seen::new(value, at, &self.source));
    }

    /// A value that was true when the output was taken.
    pub(super) fn see(&mut self, address: &Address, field: Field, value: Value) {
        self.see_at(address, field, value, self.taken);
    }

    /// That something is there, or that it was looked for and is not.
    pub(super) fn present(&mut self, address: &Address, is_there: bool) {
        self.see(address, Field::Present, Value::Flag(is_there));
    }

    /// Takes over what another reader found.
    pub(super) fn absorb(&mut self, other: Observed) {
        // One file is one source: that it contradicts itself is for whoever wrote it.
        let _ = self.observed.merge(other);
    }

    /// Something that could not be used or had to be assumed.
    pub(super) fn remark(&mut self, text: impl AsRef<str>) {
        self.remarks.insert(one_line(text.as_ref()).into_owned());
    }
}

/// Whether what is written is read back as the same.
fn can_be_written(field: Field, seen: &Seen) -> bool {
    let same = match field.form() {
        Form::Text | Form::List => true,
        form => Value::parse(&seen.value.to_string(), form).as_ref() == Some(&seen.value),
    };
    // Years of four digits, as the schema wants them.
    let written = seen.at.to_string();
    same && written.len() == "2026-11-20T22:29:04Z".len() && !written.starts_with('-')
}

/// A text as a value.
pub(super) fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

/// A size as a value.
pub(super) fn size(bytes: u64) -> Value {
    Value::Size(Bytes(bytes))
}

/// A duration as a value.
pub(super) fn duration(seconds: Seconds) -> Value {
    Value::Duration(seconds)
}

/// An instant as a value.
pub(super) fn instant(instant: Instant) -> Value {
    Value::Instant(Some(instant))
}

/// `never`.
pub(super) const NEVER: Value = Value::Instant(None);

/// `up` or `down`.
pub(super) fn state(is_up: bool) -> Value {
    text(if is_up { "up" } else { "down" })
}

/// The address of a job that no copy declares, under what identifies it.
pub(super) fn undeclared_job(parts: &[&str]) -> Address {
    let name = parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ");
    Address::Job(shortened(&one_line(&name)))
}

/// A name that a tool prints, as the name of something that the spec does not have.
pub(super) fn foreign_name(name: &str) -> String {
    let name = shortened(&one_line(name));
    if name.is_empty() { "(no name)".to_owned() } else { name }
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    }
}
