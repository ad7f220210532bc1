//! Schedules: when a job runs, and the longest and shortest time between two of its runs.
//!
//! A [`Schedule`] is read from a five-field cron expression or from systemd's OnCalendar, in any IANA zone. Its instants
//! are a set of dates times a set of times of day, carried through the offset changes of the zone; the two sets are
//! small bit sets, so that looking years ahead costs no more than looking a day ahead.
//!
//! Knows nothing of backups, specs or files, and never asks what time it is. Instants are seconds since
//! 1970-01-01T00:00:00Z, local times are seconds since 1970-01-01T00:00:00 on the wall clock.

mod advice;
mod civil;
mod cron;
mod cursor;
mod date_set;
mod error;
mod gaps;
mod instants;
mod normal_form;
mod on_calendar;
mod schedule;
mod time_set;
mod translate;
mod words;
mod zone;

#[cfg(test)]
mod tests;

pub use crate::terms::Scheduler;
pub use civil::{civil, day_number};
pub use date_set::DateSet;
pub use error::ParseError;
pub use gaps::{Gap, Gaps};
pub use instants::Instants;
pub use schedule::Schedule;
pub use time_set::TimeSet;
pub use translate::Refusal;
pub use zone::Zone;
