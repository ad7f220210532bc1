//! The instants at which a schedule runs, in order, from any instant on and backwards.
//!
//! A zone cuts time into stretches of constant offset. Within a stretch a run is a date of the date set at a time of the
//! time set; what happens at its two ends is the [`ClockRule`].

use super::civil::DAY;
use super::schedule::Schedule;
use super::zone::{Zone, table_end, table_start};

/// What becomes of local times that do not exist or that occur twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ClockRule {
    /// systemd: a time that does not exist is skipped, of one that occurs twice the first runs.
    FirstOnly,
    /// Vixie's cron for fixed times: as above, but skipped runs are made up for at once after the change.
    CatchUp,
    /// Vixie's cron for a star in the minute or hour: whenever the wall clock shows the time.
    WallClock,
}

/// Vixie's cron treats a change of the clock of up to three hours as daylight saving, a larger one as a clock that was set
/// (`cron.c`, `main`: wakeup kinds medium, negative and large).
const CRON_LIMIT: i64 = 3 * 3_600;

/// A stretch of constant offset: local times `start..end`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) offset: i64,
    /// Local times before `start` whose runs are made up for at `start`.
    pub(super) missed: Option<(i64, i64)>,
}

impl Stretch {
    /// The stretch after `index` offset changes, or none where the table ends.
    pub(super) fn of(zone: &Zone, index: usize, rule: ClockRule) -> Option<Stretch> {
        let changes = zone.changes();
        if index > changes.len() {
            return None;
        }
        let end = match changes.get(index) {
            Some(change) => change.at + change.before,
            None => table_end() + changes.last().map_or(zone.first_offset(), |change| change.after),
        };
        let Some(change) = index.checked_sub(1).map(|before| changes[before]) else {
            let offset = zone.first_offset();
            return Some(Stretch { start: table_start() + offset, end, offset, missed: None });
        };
        let (shown_before, shown) = (change.at + change.before, change.at + change.after);
        let jump = shown - shown_before;
        let repeats = match rule {
            ClockRule::FirstOnly => false,
            ClockRule::CatchUp => -jump > CRON_LIMIT,
            ClockRule::WallClock => true,
        };
        let start = match jump > 0 && rule == ClockRule::FirstOnly {
            true => first_reached(shown_before, shown),
            false if repeats => shown,
            false => shown.max(shown_before),
        };
        let caught_up = rule == ClockRule::CatchUp && jump > 0 && jump < CRON_LIMIT;
        let missed = caught_up.then_some((shown_before, shown));
        Some(Stretch { start, end, offset: change.after, missed })
    }
}

/// The first local time that systemd reaches after a gap. It sets out from the beginning of the hour; where that does not exist
/// and is carried past the end of its hour, what the gap leaves of the hour is lost. So it is in Pacific/Chatham, whose
/// clocks go from 02:45 to 03:45 and where systemd goes on at 04:00, but for some expressions that name both hours; the
/// quarter is taken as lost for all.
fn first_reached(gap_start: i64, gap_end: i64) -> i64 {
    let hour = gap_end.div_euclid(3_600) * 3_600;
    let carried = hour + gap_end - gap_start;
    if hour >= gap_start && hour < gap_end && carried >= hour + 3_600 { hour + 3_600 } else { gap_end }
}

/// The runs of a schedule in order, as seconds since 1970-01-01T00:00:00Z, up to the year 2600.
#[derive(Debug, Clone)]
pub struct Instants<'a> {
    schedule: &'a Schedule,
    index: usize,
    stretch: Option<Stretch>,
    /// The next local time to look at.
    cursor: i64,
    /// Runs before this instant are not wanted.
    from: i64,
}

impl<'a> Instants<'a> {
    pub(super) fn new(schedule: &'a Schedule, from: i64) -> Self {
        let from = from.max(table_start());
        let index = schedule.zone().changes_until(from);
        let stretch = Stretch::of(schedule.zone(), index, schedule.clock_rule());
        let cursor = stretch.map_or(0, |stretch| stretch.start.max(from + stretch.offset));
        Instants { schedule, index, stretch, cursor, from }
    }

    fn enter_next_stretch(&mut self) {
        self.index += 1;
        self.stretch = Stretch::of(self.schedule.zone(), self.index, self.schedule.clock_rule());
        self.cursor = self.stretch.map_or(0, |stretch| stretch.start);
    }
}

impl Iterator for Instants<'_> {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        while let Some(stretch) = self.stretch {
            if let Some((missed, until)) = stretch.missed
                && self.cursor == stretch.start
                && stretch.start - stretch.offset >= self.from
                && self.schedule.next_local(missed, until).is_some()
            {
                self.cursor = stretch.start + 1;
                return Some(stretch.start - stretch.offset);
            }
            if let Some(local) = self.schedule.next_local(self.cursor, stretch.end) {
                self.cursor = local + 1;
                return Some(local - stretch.offset);
            }
            self.enter_next_stretch();
        }
        None
    }
}

impl Schedule {
    /// The runs from `from` on, `from` itself included.
    pub fn instants(&self, from: i64) -> Instants<'_> {
        Instants::new(self, from)
    }

    /// The first run after `instant`; none where the schedule has ended or never runs.
    pub fn next_after(&self, instant: i64) -> Option<i64> {
        self.instants(instant.saturating_add(1)).next()
    }

    /// The last run that is not after `instant`; none before the first.
    pub fn previous_at_or_before(&self, instant: i64) -> Option<i64> {
        let instant = instant.min(table_end() - 1);
        if instant < table_start() {
            return None;
        }
        let mut index = self.zone().changes_until(instant);
        let mut until = i64::MAX;
        loop {
            let stretch = Stretch::of(self.zone(), index, self.clock_rule())?;
            until = until.min(stretch.end).min((instant + 1).saturating_add(stretch.offset));
            if let Some(local) = self.previous_local(until, stretch.start) {
                return Some(local - stretch.offset);
            }
            if let Some((missed, end)) = stretch.missed
                && stretch.start < until
                && self.next_local(missed, end).is_some()
            {
                return Some(stretch.start - stretch.offset);
            }
            index = index.checked_sub(1)?;
            until = i64::MAX;
        }
    }

    /// The first local time of the schedule in `from..end`, daylight saving left aside.
    pub(super) fn next_local(&self, from: i64, end: i64) -> Option<i64> {
        if from >= end {
            return None;
        }
        let today = from.div_euclid(DAY);
        let mut first = today;
        if self.dates().contains(today) {
            if let Some(second) = self.times().at_or_after(from.rem_euclid(DAY) as u32) {
                return Some(today * DAY + i64::from(second)).filter(|local| *local < end);
            }
            first += 1;
        }
        let day = self.dates().at_or_after(first, (end - 1).div_euclid(DAY))?;
        let local = day * DAY + i64::from(self.times().at_or_after(0)?);
        (local < end).then_some(local)
    }

    /// The last local time of the schedule in `start..end`, daylight saving left aside.
    fn previous_local(&self, end: i64, start: i64) -> Option<i64> {
        if start >= end {
            return None;
        }
        let from = end - 1;
        let today = from.div_euclid(DAY);
        let mut last = today;
        if self.dates().contains(today) {
            if let Some(second) = self.times().at_or_before(from.rem_euclid(DAY) as u32) {
                return Some(today * DAY + i64::from(second)).filter(|local| *local >= start);
            }
            last -= 1;
        }
        let day = self.dates().at_or_before(last, start.div_euclid(DAY))?;
        let local = day * DAY + i64::from(self.times().at_or_before(DAY as u32 - 1)?);
        (local >= start).then_some(local)
    }
}
