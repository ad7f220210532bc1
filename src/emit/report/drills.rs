//! The drills that were held, the newest first, and by component when the next is due.

use serde::Serialize;

use super::Listed;
use super::amount::{Amount, Verdict, words};
use crate::evidence::{Due, Held, History, LastBack, Since};

/// Rows of each table.
pub(super) const HELD: usize = 100;
const DUE: usize = 200;
/// Entries of what fell short in one row.
const SHORT: usize = 8;

#[derive(Serialize)]
pub(super) struct DrillsView {
    pub held: Listed<HeldView>,
    pub due: Listed<DueView>,
}

#[derive(Serialize)]
pub(super) struct HeldView {
    /// The day and the time of it; null where the record does not tell.
    pub day: Option<String>,
    pub time: Option<String>,
    pub scenario: String,
    pub real: bool,
    /// `ok`, `partial` or `failed`; null where the record does not tell.
    pub verdict: Option<String>,
    pub recovered: Amount,
    pub planned: Option<Amount>,
    /// Whether it took longer than planned.
    pub later: bool,
    /// Kept, broken, or free where the record does not tell.
    pub kept: Verdict,
    pub by: Option<String>,
    pub fell_short: Listed<String>,
    pub missed: Listed<String>,
    /// What has become of its procedure since.
    pub since: &'static str,
    pub changed: bool,
}

#[derive(Serialize)]
pub(super) struct DueView {
    pub component: String,
    pub every: String,
    /// The day, or in words that there is none.
    pub last: String,
    pub next: String,
    pub overdue: bool,
}

pub(super) fn view(history: &History) -> DrillsView {
    let mut due: Vec<&Due> = history.due.iter().collect();
    // What is due now first, then what is due soonest.
    due.sort_by_key(|one| (!one.overdue, one.next));
    DrillsView {
        held: Listed::new(&history.held, HELD, HeldView::new),
        due: Listed::new(&due, DUE, |due| due_view(due)),
    }
}

impl HeldView {
    pub(super) fn new(held: &Held) -> Self {
        let (day, time) = held.when.map(|when| split(&when.to_string())).unzip();
        Self {
            day,
            time: time.flatten(),
            scenario: held.scenario.clone(),
            real: held.real,
            verdict: held.verdict.clone(),
            recovered: Amount::or(held.recovered, "not everything"),
            planned: held.planned.map(Amount::of),
            later: held.recovered.zip(held.planned).is_some_and(|(recovered, planned)| recovered > planned),
            kept: Verdict::of(held.kept),
            by: held.by.clone(),
            fell_short: Listed::new(&held.fell_short, SHORT, String::clone),
            missed: Listed::new(&held.missed, SHORT, String::clone),
            since: match held.since {
                Since::Same => "the same",
                Since::Changed => "changed",
                Since::Gone => "no such scenario any more",
                Since::Unknown => "not recorded",
            },
            changed: matches!(held.since, Since::Changed | Since::Gone),
        }
    }
}

fn due_view(due: &Due) -> DueView {
    let day = |instant: String| split(&instant).0;
    DueView {
        component: due.component.clone(),
        every: words(due.every),
        last: match due.last {
            LastBack::At(at) => day(at.to_string()),
            LastBack::Never => "never".to_owned(),
            LastBack::Unknown => "not observed".to_owned(),
        },
        next: match (due.next, due.last) {
            (Some(next), _) => day(next.to_string()),
            (None, LastBack::Never) => "now".to_owned(),
            (None, _) => "not known".to_owned(),
        },
        overdue: due.overdue,
    }
}

/// The day of an instant, and its time in UTC.
fn split(instant: &str) -> (String, Option<String>) {
    match instant.split_once('T') {
        Some((day, time)) => (day.to_owned(), Some(format!("{} UTC", time.trim_end_matches('Z')))),
        None => (instant.to_owned(), None),
    }
}
