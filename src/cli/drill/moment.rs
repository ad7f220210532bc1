//! When something happened, as somebody types it at night.

use jiff::Timestamp;

use crate::cli::exit::Failure;
use crate::diag::visible::visible;
use crate::units::Seconds;

/// `10m`: so long ago; or an instant.
pub(super) fn moment(text: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    if let Ok(ago) = text.parse::<Seconds>() {
        let second = i64::try_from(ago.0).ok().and_then(|ago| now.as_second().checked_sub(ago));
        return second.and_then(|second| Timestamp::from_second(second).ok()).ok_or_else(|| unclear(text));
    }
    let instant: Timestamp = text.parse().map_err(|_| unclear(text))?;
    Timestamp::from_second(instant.as_second()).map_err(|_| unclear(text))
}

fn unclear(text: &str) -> Failure {
    let failure = Failure::new(format!("`{}` is no time", visible(text)));
    failure.help("write how long ago it was, such as `10m`, or an instant such as `2027-03-31T02:47:00Z`")
}
