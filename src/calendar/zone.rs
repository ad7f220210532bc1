//! Time zones: the offset changes of an IANA zone as one sorted table.
//!
//! The rules are those that are built into the binary; the machine's own zone files are never read, so that the same
//! spec gives the same numbers everywhere.

use super::civil::{DAY, day_number};
use super::error::{ParseError, nearest};
use jiff::Timestamp;
use jiff::tz::TimeZoneDatabase;
use std::sync::Arc;

/// Instants are computed from the start of this year on.
pub(super) const TABLE_FIRST_YEAR: i64 = 1970;
/// Instants are computed up to the start of this year. A full 400-year cycle after the last irregular rule of any zone
/// (Morocco's, to 2087) and the longest wait of a recurring schedule (40 years for a 29 February on a given weekday)
/// both fit.
pub(super) const TABLE_END_YEAR: i64 = 2600;

/// A time zone.
#[derive(Debug, Clone)]
pub struct Zone(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    name: String,
    first_offset: i64,
    changes: Vec<Change>,
    /// How many changes there have been at the start of each page of time, so that a look-up searches one page.
    pages: Vec<u32>,
    /// The times of day, from and until, that clocks leave out on some day from 2026 on.
    skipped: Vec<(i64, i64)>,
}

/// A page of time is 2^22 seconds, 48 days: hardly any has more than one change.
const PAGE: u32 = 22;

impl Inner {
    fn new(name: String, first_offset: i64, changes: Vec<Change>) -> Self {
        let count = if changes.is_empty() { 0 } else { ((table_end() - table_start()) >> PAGE) + 1 };
        let starts = (0..count).map(|page| table_start() + (page << PAGE));
        let pages = starts.map(|start| changes.partition_point(|change| change.at < start) as u32).collect();
        let forward =
            changes.iter().filter(|change| change.at >= reference_day() * DAY && change.after > change.before);
        let mut skipped: Vec<(i64, i64)> = forward
            .map(|change| ((change.at + change.before).rem_euclid(DAY), change.after - change.before))
            .map(|(from, length)| (from, from + length))
            .collect();
        skipped.sort_unstable();
        skipped.dedup();
        Self { name, first_offset, changes, pages, skipped }
    }
}

/// One change of a zone's offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) at: i64,
    pub(super) before: i64,
    pub(super) after: i64,
    /// Whether the zone rules call the time before the change daylight saving time.
    pub(super) dst_before: bool,
}

impl Zone {
    /// Coordinated Universal Time.
    pub fn utc() -> Zone {
        Zone(Arc::new(Inner::new("UTC".to_owned(), 0, Vec::new())))
    }

    /// The zone of an IANA name such as `Europe/Madrid`, spelt exactly so, since systemd tells cases apart.
    ///
    /// # Errors
    /// Names the nearest zones where there is none of this name.
    pub fn parse(name: &str) -> Result<Zone, ParseError> {
        let database = TimeZoneDatabase::bundled();
        let found = database.get(name).ok().filter(|zone| zone.iana_name() == Some(name));
        let zone = found.ok_or_else(|| unknown(name, &database))?;
        let start = Timestamp::from_second(table_start()).unwrap_or(Timestamp::UNIX_EPOCH);
        let first_offset = i64::from(zone.to_offset(start).seconds());
        let (mut offset, mut dst) = (first_offset, zone.to_offset_info(start).dst().is_dst());
        let mut changes = Vec::new();
        for transition in zone.following(start) {
            let at = transition.timestamp().as_second();
            if at >= table_end() {
                break;
            }
            let after = i64::from(transition.offset().seconds());
            if after != offset {
                changes.push(Change { at, before: offset, after, dst_before: dst });
            }
            (offset, dst) = (after, transition.dst().is_dst());
        }
        Ok(Zone(Arc::new(Inner::new(name.to_owned(), first_offset, changes))))
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Seconds east of UTC at an instant.
    pub fn offset_at(&self, instant: i64) -> i64 {
        match self.changes_until(instant).checked_sub(1) {
            Some(index) => self.0.changes[index].after,
            None => self.0.first_offset,
        }
    }

    /// The instants in `from..until` at which the offset changes, with the offsets before and after.
    pub fn offset_changes(&self, from: i64, until: i64) -> impl Iterator<Item = (i64, i64, i64)> + '_ {
        let changes = self.0.changes.iter().skip(self.0.changes.partition_point(|change| change.at < from));
        changes.take_while(move |change| change.at < until).map(|change| (change.at, change.before, change.after))
    }

    /// The last instant up to `instant` at which the offset changed.
    pub fn last_change(&self, instant: i64) -> Option<i64> {
        Some(self.0.changes[self.changes_until(instant).checked_sub(1)?].at)
    }

    /// Whether the offset never changes from 2026 on.
    pub fn is_fixed(&self) -> bool {
        self.changes_until(reference_day() * DAY - DAY) == self.0.changes.len()
    }

    /// Whether clocks leave out a time of day, in seconds, on some day from 2026 on.
    pub(super) fn may_skip(&self, second: u32) -> bool {
        let second = i64::from(second);
        let within = |at: i64| self.0.skipped.iter().any(|(from, until)| (*from..*until).contains(&at));
        within(second) || within(second + DAY)
    }

    pub(super) fn changes(&self) -> &[Change] {
        &self.0.changes
    }

    pub(super) fn first_offset(&self) -> i64 {
        self.0.first_offset
    }

    /// How many changes have happened at an instant.
    pub(super) fn changes_until(&self, instant: i64) -> usize {
        let page = usize::try_from((instant - table_start()) >> PAGE).ok();
        match page.and_then(|page| self.0.pages.get(page)) {
            Some(&known) => {
                let known = known as usize;
                known + self.0.changes[known..].iter().take_while(|change| change.at <= instant).count()
            }
            None => self.0.changes.partition_point(|change| change.at <= instant),
        }
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Zone) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Zone {}

impl std::hash::Hash for Zone {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.name.hash(state);
    }
}

/// The day on which "all time" begins, 2026-01-01: a fixed day, so that no result depends on when it is computed.
pub(super) fn reference_day() -> i64 {
    day_number(2026, 1, 1)
}

pub(super) fn table_start() -> i64 {
    day_number(TABLE_FIRST_YEAR, 1, 1) * DAY
}

pub(super) fn table_end() -> i64 {
    day_number(TABLE_END_YEAR, 1, 1) * DAY
}

fn unknown(name: &str, database: &TimeZoneDatabase) -> ParseError {
    let known: Vec<String> = database.available().map(|known| known.as_str().to_owned()).collect();
    let same_letters = known.iter().find(|known| known.eq_ignore_ascii_case(name));
    let by_city =
        known.iter().find(|known| known.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(name)));
    let near = match same_letters.or(by_city) {
        Some(exact) => vec![exact.as_str()],
        // Letters such as CEST, IST or AEST are no misspelt name, and each of them stands for several places.
        None if is_abbreviation(name) => Vec::new(),
        None => nearest(name, known.iter().map(String::as_str), 3),
    };
    let help = match near.as_slice() {
        [] => "write the name that the IANA database has for the place, such as `Europe/Madrid`, or `UTC`".to_owned(),
        near => format!("did you mean {}?", quoted(near)),
    };
    ParseError::new(format!("no time zone is called `{name}`"), 0, name.len()).help(help)
}

fn is_abbreviation(name: &str) -> bool {
    (3..=5).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_follow_the_rules() {
        let madrid = Zone::parse("Europe/Madrid").unwrap();
        let summer = day_number(2026, 7, 1) * DAY;
        assert_eq!(madrid.offset_at(summer), 7_200);
        assert_eq!(madrid.offset_at(day_number(2426, 7, 1) * DAY), 7_200);
        assert_eq!(madrid.offset_at(day_number(2426, 1, 1) * DAY), 3_600);
        assert!(!madrid.is_fixed());
        assert!(Zone::utc().is_fixed());
        assert!(Zone::parse("Asia/Kathmandu").unwrap().is_fixed());
    }

    #[test]
    fn a_wrong_name_gets_the_nearest() {
        let help = |name| Zone::parse(name).unwrap_err().help;
        assert_eq!(help("europe/madrid").unwrap(), "did you mean `Europe/Madrid`?");
        assert_eq!(help("Madrid").unwrap(), "did you mean `Europe/Madrid`?");
        assert_eq!(help("Europe/Madird").unwrap(), "did you mean `Europe/Madrid`?");
        for none in ["Moon/Tranquillity", "CEST", "UTC+1"] {
            assert!(help(none).unwrap().contains("such as `Europe/Madrid`, or `UTC`"), "{none}");
        }
    }
}
