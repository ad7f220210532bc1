//! How long a plan must be played through to show whatever can happen.

use super::calendar;
use super::phases::{gcd, grid};
use super::plan::{Calendar, Copy, DAY, HOUR, Keep, MONDAY, Minutes, Plan, Timing, WEEK};

pub(crate) fn zones(plan: &Plan) -> Vec<&str> {
    let calendars = plan.copies.iter().filter_map(|copy| match &copy.timing {
        Timing::Calendar(calendar) => Some(plan.zone_of(calendar)),
        _ => None,
    });
    calendars.collect()
}

/// The stretches of time that show whatever can happen: one period where the clock never changes, otherwise the time
/// around each change.
pub(crate) fn windows(plan: &Plan, memory: Minutes) -> Vec<(Minutes, Minutes)> {
    let start = MONDAY + memory;
    if by_month(plan) {
        // Weekdays, dates and leap days come in the same order again after 28 years, but for a leap day that is left out.
        let without = centuries().map(|at| (at, at + memory));
        return std::iter::once((start, start + 28 * 1461 * DAY / 4)).chain(without).collect();
    }
    let changes: Vec<Minutes> = zones(plan).into_iter().flat_map(changes).collect();
    if changes.is_empty() {
        return vec![(start, start + period(plan))];
    }
    let before = plan.detection + period(plan);
    changes.into_iter().map(|at| (at - before, at + memory + period(plan))).collect()
}

/// The ends of the Februaries of a Gregorian cycle that have no leap day and would have one by the rule of four years.
fn centuries() -> impl Iterator<Item = Minutes> {
    [2100, 2200, 2300].into_iter().map(|year| calendar::midnight(year, 3, 1))
}

/// When the clock of a zone changes in a year.
fn changes(zone: &str) -> Vec<Minutes> {
    let shift = |at: Minutes| {
        let utc = calendar::local("UTC", at);
        calendar::local(zone, at).duration_since(utc)
    };
    let days = (0..365).map(|day| MONDAY + 365 * DAY + day * DAY);
    days.filter(|day| shift(*day) != shift(day + DAY)).collect()
}

fn by_month(plan: &Plan) -> bool {
    plan.copies.iter().any(|copy| {
        let kept = copy.keep.is_some_and(|keep| keep.monthly > 0 || keep.yearly > 0);
        kept || matches!(&copy.timing, Timing::Calendar(calendar) if calendar.days.is_some() || calendar.months.is_some())
    })
}

/// After so long the known schedules are in the same position again.
pub(crate) fn period(plan: &Plan) -> Minutes {
    let weekly = |copy: &Copy| {
        let by_weekday = matches!(&copy.timing, Timing::Calendar(calendar) if calendar.weekdays.is_some());
        by_weekday || copy.keep.is_some_and(|keep| keep.weekly > 0)
    };
    let rhythm = if plan.copies.iter().any(weekly) { WEEK } else { DAY };
    let own = |copy: &Copy| match copy.timing {
        Timing::Every { interval, .. } => interval,
        Timing::After { every: Some(every), .. } => every,
        _ => 1,
    };
    plan.copies.iter().map(own).fold(rhythm, |all, one| all / gcd(all, one) * one)
}

/// How far back the state of a copy may reach, generously.
pub(crate) fn memory(plan: &Plan) -> Minutes {
    let mut gaps: Vec<Minutes> = Vec::new();
    let mut reach: Vec<Minutes> = Vec::new();
    for copy in &plan.copies {
        let (gap, source) = match &copy.timing {
            Timing::Calendar(calendar) => (calendar_gap(plan, calendar), copy.from),
            Timing::Every { interval, .. } => (*interval, copy.from),
            Timing::After { copy, every, .. } => (gaps[*copy] + 2 * every.unwrap_or(0), Some(*copy)),
            Timing::Continuous { base, .. } => (0, Some(*base)),
            Timing::Once(_) => (0, None),
        };
        let own =
            gap * (plan.missed as Minutes + 2) + copy.hold + copy.takes + copy.keep.map_or(0, |keep| kept(keep, gap));
        gaps.push(gap);
        reach.push(own + source.map_or(0, |source| reach[source]));
    }
    (plan.detection + reach.into_iter().max().unwrap_or(0) + 2 * DAY) / DAY * DAY
}

/// A rough count of what the simulator has to look at, to leave out what would take long.
pub(crate) fn cost(plan: &Plan) -> Minutes {
    let memory = memory(plan);
    let played: Minutes = windows(plan, memory).iter().map(|(from, to)| to - from + memory + plan.detection).sum();
    let grid = grid(plan);
    let unknown = plan.unknown_phases();
    let phases: Minutes = unknown.iter().map(|(_, every)| every / grid * (2 * unknown.len() as Minutes + 1)).product();
    let mut runs: Vec<Minutes> = Vec::new();
    let mut cost = 0;
    for copy in &plan.copies {
        let own = match &copy.timing {
            Timing::Calendar(calendar) => played / DAY * (calendar.hours.len() * calendar.minutes.len()) as Minutes,
            Timing::Every { interval, .. } => played / interval,
            Timing::After { copy, .. } => runs[*copy],
            Timing::Continuous { .. } | Timing::Once(_) => 1,
        };
        runs.push(own);
        let kept = copy.keep.map_or(0, |keep| keep.last + keep.hourly + keep.daily + keep.weekly + keep.monthly);
        cost += own * (3 + kept as Minutes);
    }
    cost * phases.max(1)
}

/// No two runs are further apart; a run may be skipped where the clock changes.
fn calendar_gap(plan: &Plan, calendar: &Calendar) -> Minutes {
    if calendar.days.is_none() && calendar.months.is_none() {
        return calendar.weekdays.as_ref().map_or(2 * DAY, |_| 2 * WEEK);
    }
    let zone = plan.zone_of(calendar);
    let runs = calendar::runs(calendar, zone, MONDAY, MONDAY + 28 * 1461 * DAY / 4);
    let usual = runs.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0);
    // Where a leap day is left out, the gap around it.
    let around = centuries().map(|at| {
        let before = calendar::runs(calendar, zone, at - 2 * usual, at).last().map_or(0, |run| at - run);
        let after = calendar::runs(calendar, zone, at, at + 2 * usual).first().map_or(0, |run| run - at);
        before + after
    });
    around.fold(usual, Minutes::max)
}

/// No kept point is older; `gap` lies between two points at most.
fn kept(keep: Keep, gap: Minutes) -> Minutes {
    let rules = [
        (keep.last, 0),
        (keep.hourly, HOUR),
        (keep.daily, DAY),
        (keep.weekly, WEEK),
        (keep.monthly, 31 * DAY),
        (keep.yearly, 366 * DAY),
    ];
    let within = keep.within.map_or(0, |(days, hours)| (days + 1) * DAY + hours * HOUR);
    let oldest = |(count, unit): (usize, Minutes)| (count as Minutes + 1) * gap.max(unit) + unit;
    rules.into_iter().filter(|(count, _)| *count > 0).map(oldest).max().unwrap_or(0).max(within)
}
