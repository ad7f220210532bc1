//! Whether what was seen is what was asked for, where there is more than one way to say it.

use std::collections::BTreeSet;

use crate::calendar::{Schedule, Scheduler};
use crate::model::{LocationId, Model};
use crate::observed::{Field, Value};
use rustc_hash::FxHashMap;

/// How what was seen stands to what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is the same.
    Same,
    /// It is something else.
    Differs,
    /// What was seen says nothing about it.
    Unclear,
}

/// Compares values; knows the places of the spec by name.
pub(super) struct Comparer<'m> {
    model: &'m Model,
    locations: FxHashMap<&'m str, LocationId>,
}

impl<'m> Comparer<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        let locations = model.locations.iter().map(|(id, location)| (location.name.as_str(), id)).collect();
        Self { model, locations }
    }

    /// Holds what was seen of a field against what is desired.
    pub(super) fn verdict(&self, field: Field, desired: &Value, actual: &Value) -> Verdict {
        if desired == actual {
            return Verdict::Same;
        }
        let same = match (field, desired, actual) {
            (Field::At, Value::Text(desired), Value::Text(actual)) => return self.place(desired, actual),
            (Field::OnCalendar, Value::List(desired), Value::List(actual)) => {
                self.calendar(desired) == self.calendar(actual)
            }
            (Field::Keep | Field::Paths | Field::OutOfSync, Value::List(desired), Value::List(actual)) => {
                set(desired) == set(actual)
            }
            _ => false,
        };
        if same { Verdict::Same } else { Verdict::Differs }
    }

    /// A source may know only the site of something that the spec puts into a rack, or the other way round. A provider's own
    /// word for a place cannot be held against the spec.
    fn place(&self, desired: &str, actual: &str) -> Verdict {
        let Some((desired, actual)) = self.locations.get(desired).zip(self.locations.get(actual)) else {
            return Verdict::Unclear;
        };
        match self.model.is_within(*desired, *actual) || self.model.is_within(*actual, *desired) {
            true => Verdict::Same,
            false => Verdict::Differs,
        }
    }

    /// Expressions in the form in which they would be generated; one that cannot be read stands for itself.
    fn calendar(&self, expressions: &[String]) -> BTreeSet<String> {
        let normal = |text: &String| {
            let zone = self.model.system.timezone.clone();
            let schedule = Schedule::parse(text, zone, Scheduler::Systemd).ok();
            schedule.and_then(|schedule| schedule.to_on_calendar().ok()).unwrap_or_else(|| vec![text.clone()])
        };
        expressions.iter().flat_map(normal).collect()
    }
}

fn set(items: &[String]) -> BTreeSet<&str> {
    items.iter().map(String::as_str).collect()
}
