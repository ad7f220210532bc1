//! A schedule: its text, what the text means, the zone that it is read in and the scheduler that runs it.

use super::civil::DAY;
use super::cron::Cron;
use super::date_set::DateSet;
use super::error::ParseError;
use super::instants::ClockRule;
use super::normal_form::CalendarSpec;
use super::on_calendar;
use super::time_set::TimeSet;
use super::zone::Zone;
use crate::terms::Scheduler;

/// Longest text that is read; systemd's own lists end far below it.
const LONGEST_TEXT: usize = 4_096;

/// When something runs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Schedule {
    text: String,
    zone: Zone,
    scheduler: Scheduler,
    pub(super) source: Source,
    dates: DateSet,
    times: TimeSet,
    clock_rule: ClockRule,
}

/// The expression as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Source {
    Cron(Cron),
    OnCalendar(CalendarSpec),
}

impl Schedule {
    /// Reads a five-field cron expression, a nickname such as `@daily`, or an OnCalendar expression.
    ///
    /// `zone` is the zone of local times, unless an OnCalendar expression ends with one of its own.
    ///
    /// # Errors
    /// Says what is wrong with the text, where, and what to write instead.
    pub fn parse(text: &str, zone: Zone, scheduler: Scheduler) -> Result<Schedule, ParseError> {
        let trimmed = text.trim();
        let lead = text.len() - text.trim_start().len();
        Schedule::parse_trimmed(trimmed, zone, scheduler).map_err(|error| error.shifted(lead))
    }

    fn parse_trimmed(text: &str, zone: Zone, scheduler: Scheduler) -> Result<Schedule, ParseError> {
        if text.is_empty() {
            return Err(
                ParseError::new("the schedule is empty", 0, 0).help("write it as in `0 2 * * *` or `*-*-* 02:00`")
            );
        }
        if text.len() > LONGEST_TEXT {
            return Err(ParseError::new(format!("the schedule is longer than {LONGEST_TEXT} bytes"), 0, text.len()));
        }
        if let Some(cron) = read_cron(text)? {
            return Ok(Schedule::new(text, zone, scheduler, Source::Cron(cron)));
        }
        if scheduler == Scheduler::Cron {
            return Err(ParseError::new("cron does not read OnCalendar", 0, text.len())
                .help("write five fields such as `0 2 * * *`, or leave `scheduler: cron` out"));
        }
        let (spec, own_zone) = on_calendar::parse(text).map_err(|error| with_cron_hint(text, error))?;
        Ok(Schedule::new(text, own_zone.unwrap_or(zone), scheduler, Source::OnCalendar(spec)))
    }

    fn new(text: &str, zone: Zone, scheduler: Scheduler, source: Source) -> Schedule {
        let (dates, times, clock_star) = match &source {
            Source::Cron(cron) => (cron.dates(), cron.times(), cron.clock_star),
            Source::OnCalendar(spec) => (spec.dates(), spec.times(), false),
        };
        let clock_rule = match (scheduler, clock_star) {
            (Scheduler::Systemd, _) => ClockRule::FirstOnly,
            (Scheduler::Cron, false) => ClockRule::CatchUp,
            (Scheduler::Cron, true) => ClockRule::WallClock,
        };
        Schedule { text: text.to_owned(), zone, scheduler, source, dates, times, clock_rule }
    }

    /// The expression as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The zone whose local times the expression names.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Whose rule decides when the clocks change.
    pub fn scheduler(&self) -> Scheduler {
        self.scheduler
    }

    /// The dates on which it runs, daylight saving left aside.
    pub fn dates(&self) -> &DateSet {
        &self.dates
    }

    /// The times of day at which it runs, daylight saving left aside.
    pub fn times(&self) -> &TimeSet {
        &self.times
    }

    /// The same expression in UTC, where no daylight saving disturbs it.
    pub fn in_utc(&self) -> Schedule {
        let mut source = self.source.clone();
        if let Source::OnCalendar(spec) = &mut source {
            spec.zone = Some("UTC".to_owned());
        }
        Schedule::new(&self.text, Zone::utc(), self.scheduler, source)
    }

    /// The day, as days since 1970-01-01, and the second of the day that the schedule's zone shows at an instant.
    pub fn local(&self, instant: i64) -> (i64, u32) {
        let local = instant + self.zone.offset_at(instant);
        (local.div_euclid(DAY), local.rem_euclid(DAY) as u32)
    }

    pub(super) fn clock_rule(&self) -> ClockRule {
        self.clock_rule
    }
}

/// Reads cron; `None` where the text has the shape of OnCalendar, which has at most four words.
fn read_cron(text: &str) -> Result<Option<Cron>, ParseError> {
    let fields: Vec<(usize, &str)> = words(text);
    if text.starts_with('@') && !text[1..].trim_start().starts_with(|first: char| first.is_ascii_digit()) {
        return match fields.as_slice() {
            [_] => Cron::nickname(text).map(Some),
            _ => Err(ParseError::new("nothing may follow a nickname", 0, text.len())),
        };
    }
    match fields.as_slice() {
        [(_, first), ..] if fields.len() > 5 && first.contains('=') => {
            Err(ParseError::new("a variable has no place in a schedule", 0, first.len())
                .help("give the zone as `timezone:`"))
        }
        [_, _, _, _, _] => Cron::parse(&fields).map(Some),
        [_, _, _, _, _, (sixth, _), ..] => Err(too_many(text, fields.len(), *sixth)),
        _ => Ok(None),
    }
}

fn too_many(text: &str, count: usize, sixth: usize) -> ParseError {
    let error = ParseError::new(format!("{count} fields, where cron has five"), sixth, text.len() - sixth);
    match count {
        6 | 7 => error.help(
            "Quartz puts seconds first and a year last: leave them out, or write OnCalendar such as `*-*-* 02:00:30`",
        ),
        _ => error.help("write minute, hour, day of the month, month and weekday, and no command"),
    }
}

/// Says so where a text that is no OnCalendar looks like cron with fields missing.
fn with_cron_hint(text: &str, error: ParseError) -> ParseError {
    let words = words(text);
    let cron_like =
        |word: &str| word.bytes().all(|byte| byte.is_ascii_digit() || b"*/,".contains(&byte)) && word.len() < 8;
    let few = words.len() > 1 && words.iter().all(|(_, word)| cron_like(word));
    if !few {
        return error;
    }
    ParseError::new(format!("{} fields, where cron has five", words.len()), 0, text.len())
        .help("write minute, hour, day of the month, month and weekday, as in `0 2 * * *`")
}

/// The words of a text with their byte offsets.
fn words(text: &str) -> Vec<(usize, &str)> {
    let base = text.as_ptr() as usize;
    text.split([' ', '\t']).filter(|word| !word.is_empty()).map(|word| (word.as_ptr() as usize - base, word)).collect()
}
