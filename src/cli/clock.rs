//! The only clock: `--as-of`, or the system's.

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};

use super::args::Common;
use super::exit::Failure;

/// The instant taken for now.
pub(super) fn now(common: &Common) -> Result<Timestamp, Failure> {
    let Some(text) = &common.as_of else {
        #[expect(clippy::disallowed_methods, reason = "the one place where the command line asks for the time")]
        return Ok(Timestamp::now());
    };
    let instant = text.parse::<Timestamp>().ok().or_else(|| {
        let date: Date = text.parse().ok()?;
        date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    });
    let unclear = || Failure::new(format!("`--as-of {text}` is no instant"));
    instant.ok_or_else(|| {
        unclear().help("write a date such as `2027-03-31`, or an instant such as `2027-03-31T12:00:00Z`")
    })
}

/// The instant taken for now, to a whole second.
pub(super) fn second(common: &Common) -> Result<Timestamp, Failure> {
    let now = now(common)?;
    Ok(Timestamp::from_second(now.as_second()).unwrap_or(now))
}

/// The day taken for today, in UTC.
pub(super) fn today(common: &Common) -> Result<Date, Failure> {
    Ok(now(common)?.to_zoned(TimeZone::UTC).date())
}
