//! Over which time a plan is played through, and with which phases where the phase is not known.

use super::calendar;
use super::loss::{Case, Verdict};
use super::plan::{Calendar, Copy, DAY, HOUR, Keep, MONDAY, Minutes, Plan, Timing, WEEK, Worst};
use super::runs::Stage;

/// What is asked of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// Every instance is lost, no copy is.
    InstancesLost,
    /// The primary instance is lost; replicas and copies survive.
    PrimaryLost,
    /// The main site is lost with all that is not offsite.
    SiteLost,
    /// The data goes bad.
    Corruption,
}

impl Question {
    pub(crate) const ALL: [Self; 4] = [Self::InstancesLost, Self::PrimaryLost, Self::SiteLost, Self::Corruption];

    pub(crate) fn case(self, plan: &Plan) -> Case {
        let site_lost = self == Self::SiteLost;
        let replicas = if matches!(self, Self::PrimaryLost | Self::SiteLost) { plan.replicas.len() } else { 0 };
        let stands = |offsite: bool| offsite || !site_lost;
        let left: Vec<usize> = (0..plan.copies.len()).filter(|copy| stands(plan.copies[*copy].offsite)).collect();
        let lags = (0..replicas).filter(|replica| stands(plan.replicas[*replica].offsite));
        Case {
            corrupted: (self == Self::Corruption).then_some(plan.detection),
            count: left.clone(),
            lags: lags.map(|replica| plan.lag(replica)).collect(),
            left,
        }
    }
}

/// The worst case over all phases and over all time.
pub(crate) fn worst(plan: &Plan, case: &Case) -> Verdict {
    let (plan, case) = only_what_counts(plan, case);
    let unknown = plan.unknown_phases();
    let grid = if unknown.is_empty() { 1 } else { grid(&plan) };
    // Phases just beside the grid: one that is reached only in the limit is missed by a minute or two.
    let reach = unknown.len() as Minutes;
    assert!(unknown.is_empty() || grid > 4 * reach, "the grid of {grid} min is too fine: {plan:?}");
    let choices = |every: Minutes| -> Vec<Minutes> {
        let near = move |tick: Minutes| (-reach..=reach).map(move |beside| tick * grid + beside);
        (0..every / grid).flat_map(near).collect()
    };
    let choices: Vec<(usize, Vec<Minutes>)> = unknown.iter().map(|(copy, every)| (*copy, choices(*every))).collect();
    let stages = stages(&plan);
    let mut phases = vec![0; plan.copies.len()];
    let mut found = (Worst::Minutes(0), 0);
    try_all(&choices, &mut phases, &mut |phases| found = worse(found, judge(&stages, phases, &case)));
    match found {
        (Worst::Minutes(lost), at) => (Worst::Minutes((lost + grid - 1).div_euclid(grid) * grid), at),
        other => other,
    }
}

/// The worst case by the rules that a copy of unknown phase enters with its own worst case, and that a copy adds the whole
/// worst case of what it reads where the phase of either is not known.
pub(crate) fn worst_by_rule(plan: &Plan, case: &Case) -> Worst {
    let (unknown, known): (Vec<usize>, Vec<usize>) = case.count.iter().partition(|copy| plan.is_unknown(**copy));
    let alone = |copy: &usize| alone(plan, &Case { count: vec![*copy], lags: Vec::new(), ..case.clone() });
    let constants: Vec<Worst> = unknown.iter().map(alone).collect();
    let lags = constants.iter().filter_map(|worst| match worst {
        Worst::Minutes(lost) => Some(*lost),
        Worst::Unbounded | Worst::Lost => None,
    });
    let lags = case.lags.iter().copied().chain(lags).collect();
    let joint = worst(plan, &Case { count: known, lags, ..case.clone() }).0;
    constants.into_iter().chain([joint]).min().unwrap()
}

/// The worst case of one copy of unknown phase. For a disaster, trying all phases comes to the same as adding up; for
/// corruption the sum is a bound.
fn alone(plan: &Plan, case: &Case) -> Worst {
    if let (Timing::Continuous { base, .. }, Some(_)) = (&plan.copies[case.count[0]].timing, case.corrupted) {
        let base_lost = alone(plan, &Case { count: vec![*base], ..case.clone() }) == Worst::Lost;
        return if base_lost || !case.left.contains(base) { Worst::Lost } else { Worst::Minutes(0) };
    }
    let link = plan.chain(case.count[0]).into_iter().rev().find_map(|copy| {
        let source = plan.copies[copy].from.filter(|source| plan.is_unknown(copy) && !plan.ends_in_once(*source))?;
        let own_unknown = matches!(plan.copies[copy].timing, Timing::Every { anchor: None, .. });
        (own_unknown || plan.is_unknown(source)).then_some((copy, source))
    });
    let Some((copy, source)) = link.filter(|_| case.corrupted.is_some() && !plan.fixed) else {
        return worst(plan, case).0;
    };
    let mut cut = plan.clone();
    cut.copies[copy].from = None;
    let source = Case { corrupted: None, count: vec![source], left: vec![source], lags: Vec::new() };
    match (worst(&cut, case).0, worst(&Plan { missed: 0, ..plan.clone() }, &source).0) {
        (Worst::Minutes(own), Worst::Minutes(age)) => Worst::Minutes(own + age),
        (own, age) => own.max(age),
    }
}

/// The worst case with these phases.
pub(crate) fn worst_in_phase(plan: &Plan, case: &Case, phases: &[Minutes]) -> Verdict {
    judge(&stages(plan), phases, case)
}

/// The loss just before an instant, all phases being known.
pub(crate) fn loss_before(plan: &Plan, case: &Case, at: Minutes) -> Worst {
    let memory = memory(plan);
    let stage = Stage::new(plan, at - memory, at + plan.detection + DAY);
    super::loss::worst(&stage, &vec![0; plan.copies.len()], case, at - 1, at).0
}

/// Leaves out the copies that do not count and that nothing that counts is made from.
fn only_what_counts(plan: &Plan, case: &Case) -> (Plan, Case) {
    let mut needed: Vec<usize> = case.count.iter().flat_map(|copy| plan.chain(*copy)).collect();
    needed.sort_unstable();
    needed.dedup();
    let place = |old: usize| needed.iter().position(|copy| *copy == old);
    let places = |old: &[usize]| old.iter().filter_map(|copy| place(*copy)).collect();
    let mut copies: Vec<Copy> = needed.iter().map(|copy| plan.copies[*copy].clone()).collect();
    for copy in &mut copies {
        copy.from = copy.from.and_then(place);
        if let Timing::After { copy: other, .. } | Timing::Continuous { base: other, .. } = &mut copy.timing {
            *other = place(*other).unwrap();
        }
    }
    let case = Case { count: places(&case.count), left: places(&case.left), ..case.clone() };
    (Plan { copies, ..plan.clone() }, case)
}

type Stages<'a> = Vec<(Stage<'a>, Minutes, Minutes)>;

/// What is played, with the time that is looked at: before it, everything has found its rhythm.
fn stages(plan: &Plan) -> Stages<'_> {
    let memory = memory(plan);
    let stage = |(from, to)| (Stage::new(plan, from - memory, to + plan.detection + DAY), from, to);
    windows(plan, memory).into_iter().map(stage).collect()
}

fn judge(stages: &Stages<'_>, phases: &[Minutes], case: &Case) -> Verdict {
    let judge_stage =
        |(stage, from, to): &(Stage<'_>, Minutes, Minutes)| super::loss::worst(stage, phases, case, *from, *to);
    stages.iter().map(judge_stage).reduce(worse).unwrap()
}

fn worse(one: Verdict, other: Verdict) -> Verdict {
    if other.0 > one.0 { other } else { one }
}

fn try_all(choices: &[(usize, Vec<Minutes>)], phases: &mut Vec<Minutes>, judge: &mut impl FnMut(&[Minutes])) {
    let Some(((copy, values), rest)) = choices.split_first() else { return judge(phases) };
    for value in values {
        phases[*copy] = *value;
        try_all(rest, phases, judge);
    }
}

/// What all times of a plan are multiples of, and so every worst case.
pub(crate) fn grid(plan: &Plan) -> Minutes {
    let mut grid = DAY;
    let mut on = |minutes: Minutes| grid = gcd(grid, minutes);
    let zones = zones(plan);
    if zones.iter().any(|zone| *zone != "UTC") {
        on(30);
    }
    on(plan.detection);
    plan.replicas.iter().for_each(|replica| on(replica.lag));
    for copy in &plan.copies {
        on(copy.hold);
        on(copy.takes);
        match &copy.timing {
            Timing::Calendar(calendar) => {
                calendar.minutes.iter().for_each(|minute| on(Minutes::from(*minute)));
                calendar.hours.iter().for_each(|hour| on(Minutes::from(*hour) * HOUR));
            }
            Timing::Every { interval, anchor } => [*interval, anchor.unwrap_or(0)].map(&mut on).iter().for_each(drop),
            Timing::After { every, anchor, .. } => {
                [every.unwrap_or(0), anchor.unwrap_or(0)].map(&mut on).iter().for_each(drop)
            }
            Timing::Continuous { lag, .. } => on(*lag),
            Timing::Once(_) => {}
        }
        if let Some(keep) = copy.keep {
            on(if keep.hourly > 0 { HOUR } else { DAY });
            on(keep.within.map_or(0, |(_, hours)| hours * HOUR));
        }
    }
    grid
}

fn gcd(a: Minutes, b: Minutes) -> Minutes {
    if b == 0 { a.abs() } else { gcd(b, a.rem_euclid(b)) }
}

fn zones(plan: &Plan) -> Vec<&str> {
    let own = plan.copies.iter().filter_map(|copy| match &copy.timing {
        Timing::Calendar(calendar) => Some(plan.zone_of(calendar)),
        _ => None,
    });
    let kept = plan.copies.iter().filter(|copy| copy.keep.is_some()).map(|copy| plan.clock_zone(copy));
    own.chain(kept).collect()
}

/// The stretches of time that show whatever can happen: one period where the clock never changes, otherwise the time
/// around each change.
fn windows(plan: &Plan, memory: Minutes) -> Vec<(Minutes, Minutes)> {
    let start = MONDAY + memory;
    if by_month(plan) {
        // Weekdays, dates and leap days come in the same order again after 28 years.
        return vec![(start, start + 28 * 1461 * DAY / 4)];
    }
    let changes: Vec<Minutes> = zones(plan).into_iter().flat_map(changes).collect();
    if changes.is_empty() {
        return vec![(start, start + period(plan))];
    }
    let before = plan.detection + period(plan);
    changes.into_iter().map(|at| (at - before, at + memory + period(plan))).collect()
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
fn period(plan: &Plan) -> Minutes {
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
fn memory(plan: &Plan) -> Minutes {
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

/// A rough count of what [`worst`] has to look at, to leave out what would take long.
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
    let runs = calendar::runs(calendar, plan.zone_of(calendar), MONDAY, MONDAY + 28 * 1461 * DAY / 4);
    runs.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0)
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
