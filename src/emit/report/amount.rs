//! Times and verdicts as the page shows them: for a machine, for a person, and never by colour alone.

use serde::Serialize;

use crate::model::Origin;
use crate::units::Seconds;

/// A time, or that there is no end of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Amount {
    /// Whole seconds; null where it has no bound.
    pub seconds: Option<u64>,
    /// As a person reads it.
    pub text: String,
}

/// Whether something is as promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Verdict {
    /// Nothing happens.
    Untouched,
    /// Nothing is promised.
    Free,
    /// It is.
    Kept,
    /// It is not.
    Broken,
}

impl Amount {
    /// A time that has an end.
    pub(super) fn of(time: Seconds) -> Self {
        Self { seconds: Some(time.0), text: words(time) }
    }

    /// A time, with a word for one without an end.
    pub(super) fn or(time: Option<Seconds>, endless: &str) -> Self {
        time.map_or_else(|| Self { seconds: None, text: endless.to_owned() }, Self::of)
    }
}

impl Verdict {
    /// The verdict on something that may be promised.
    pub(super) fn of(met: Option<bool>) -> Self {
        match met {
            Some(true) => Self::Kept,
            Some(false) => Self::Broken,
            None => Self::Free,
        }
    }
}

/// `1 h 46 m`; from three days on in days: `9 d 1 h`.
pub(super) fn words(time: Seconds) -> String {
    const DAY: u64 = 86_400;
    let (days, rest) = (time.0 / DAY, Seconds(time.0 % DAY));
    match (days, rest) {
        (0..3, _) => time.human(),
        (_, Seconds::ZERO) => format!("{days} d"),
        _ => format!("{days} d {}", rest.human()),
    }
}

/// Where a number comes from, in a word.
pub(super) fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Declared => "declared",
        Origin::Observed => "observed",
        Origin::Promised => "promised",
        Origin::Assumed => "assumed",
        Origin::Derived => "derived",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_from_three_on_and_nothing_left_out() {
        let texts = [59, 6_360, 255_600, 259_200, 260_401, 781_200].map(|time| words(Seconds(time)));
        assert_eq!(texts, ["59 s", "1 h 46 m", "71 h", "3 d", "3 d 20 m 01 s", "9 d 1 h"]);
    }
}
