//! Over which time a plan is played through, and with which phases where the phase is not known.

use super::loss::{Case, Verdict};
use super::plan::{Copy, DAY, HOUR, Minutes, Plan, Timing, Worst};
use super::runs::Stage;
use super::windows::{memory, windows, zones};

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
/// worst case of what it reads where the phase of either clock is not known.
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

pub(crate) fn gcd(a: Minutes, b: Minutes) -> Minutes {
    if b == 0 { a.abs() } else { gcd(b, a.rem_euclid(b)) }
}
