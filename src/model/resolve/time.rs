//! Zones, schedules and instants; each distinct schedule is read once.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::{Date, DateTime};

use super::{Resolver, code};
use crate::calendar::{ParseError, Schedule, Zone};
use crate::diag::{Diagnostic, Span};
use crate::model::Anchor;
use crate::spec::{Text, Written};
use crate::terms::Scheduler;
use crate::text::At;

/// Zones and schedules that have been read, with what came of it.
#[derive(Default)]
pub(super) struct Clocks {
    zones: HashMap<String, Option<Zone>>,
    schedules: HashMap<(String, String, Scheduler), Option<Arc<Schedule>>>,
}

impl Resolver<'_> {
    /// A time zone by its IANA name.
    pub(super) fn zone(&mut self, name: Text<'_>, address: &str) -> Option<Zone> {
        if let Some(Some(known)) = self.clocks.zones.get(name.value) {
            return Some(known.clone());
        }
        match Zone::parse(name.value) {
            Ok(zone) => {
                self.clocks.zones.insert(name.value.to_owned(), Some(zone.clone()));
                Some(zone)
            }
            Err(error) => {
                self.push(unreadable("invalid-timezone", error, name.span, address));
                None
            }
        }
    }

    /// A schedule in a zone; `None` after a mistake, which is told each time it is written.
    pub(super) fn schedule<W>(
        &mut self,
        written: At<Written<'_, W>>,
        zone: Zone,
        scheduler: Scheduler,
        address: &str,
    ) -> Option<Arc<Schedule>> {
        let key = (written.text.to_owned(), zone.name().to_owned(), scheduler);
        if let Some(Some(known)) = self.clocks.schedules.get(&key) {
            return Some(Arc::clone(known));
        }
        match Schedule::parse(written.text, zone, scheduler) {
            Ok(schedule) => {
                let schedule = Arc::new(schedule);
                self.clocks.schedules.insert(key, Some(Arc::clone(&schedule)));
                Some(schedule)
            }
            Err(error) => {
                self.push(unreadable("invalid-schedule", error, written.span, address));
                None
            }
        }
    }

    /// A date (its first moment) or an instant; local time is that of `zone`.
    pub(super) fn instant<W>(&mut self, written: At<Written<'_, W>>, zone: &Zone, address: &str) -> Option<Anchor> {
        let found = read_instant(written.text.trim(), zone);
        if found.is_none() {
            let message = format!("`{}` is neither a date nor an instant", written.text);
            let diagnostic = Diagnostic::error(code::INVALID_VALUE, message).at(written.span).about(address);
            self.push(diagnostic.help("write it like `2026-03-01` or `2026-03-01T02:00:00Z`"));
        }
        found
    }
}

fn read_instant(text: &str, zone: &Zone) -> Option<Anchor> {
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(Anchor(instant.as_second()));
    }
    let local: DateTime = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(DateTime::from)).ok()?;
    let zone = jiff::tz::TimeZone::get(zone.name()).ok()?;
    Some(Anchor(zone.to_timestamp(local).ok()?.as_second()))
}

/// A mistake inside a text, with the very letters marked where the text stands plain in the source.
fn unreadable(name: &'static str, error: ParseError, span: Span, address: &str) -> Diagnostic {
    let length = (span.end - span.start) as usize;
    let inside = error.offset + error.len <= length && error.len > 0;
    let place = if inside {
        Span { start: span.start + error.offset as u32, end: span.start + (error.offset + error.len) as u32, ..span }
    } else {
        span
    };
    Diagnostic::error(crate::diag::Code(name), error.message).at(place).about(address).maybe_help(error.help)
}
