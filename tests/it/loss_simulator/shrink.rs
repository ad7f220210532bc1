//! The simplest plan that still shows a disagreement.

use super::plan::{Calendar, Copy, Keep, MONDAY, Plan, Timing};

/// Simplifies step by step, as long as `fails` holds.
pub(crate) fn shrink(mut plan: Plan, fails: impl Fn(&Plan) -> bool) -> Plan {
    // Each step takes something away, so there is an end; the bound keeps a slow case from taking minutes.
    for _ in 0..200 {
        match simpler(&plan).into_iter().find(|simpler| *simpler != plan && fails(simpler)) {
            Some(simpler) => plan = simpler,
            None => break,
        }
    }
    plan
}

/// Plans with one thing less.
fn simpler(plan: &Plan) -> Vec<Plan> {
    let mut plans: Vec<Plan> = (0..plan.copies.len()).filter_map(|copy| without_copy(plan, copy)).collect();
    let mut with = |change: &dyn Fn(&mut Plan)| {
        let mut changed = plan.clone();
        change(&mut changed);
        plans.push(changed);
    };
    if plan.copies.iter().all(|copy| copy.reads.is_none()) {
        with(&|plan| plan.replicas.clear());
    }
    with(&|plan| plan.fixed = false);
    with(&|plan| plan.missed = 0);
    with(&|plan| plan.missed = plan.missed.min(1));
    with(&|plan| plan.detection = 0);
    with(&|plan| plan.zone = "UTC");
    for index in 0..plan.copies.len() {
        for copy in simpler_copies(&plan.copies[index]) {
            with(&|plan| plan.copies[index] = copy.clone());
        }
    }
    plans
}

/// Those that are made from it are made from what it is made from.
fn without_copy(plan: &Plan, gone: usize) -> Option<Plan> {
    let mut plan = plan.clone();
    plan.copies.remove(gone);
    for copy in &mut plan.copies {
        let moved = |other: usize| if other > gone { other - 1 } else { other };
        if copy.from == Some(gone) {
            copy.from = None;
        }
        copy.from = copy.from.map(moved);
        if let Timing::After { copy: other, .. } | Timing::Continuous { base: other, .. } = &mut copy.timing {
            if *other == gone {
                return None;
            }
            *other = moved(*other);
        }
    }
    (!plan.copies.is_empty()).then_some(plan)
}

fn simpler_copies(copy: &Copy) -> Vec<Copy> {
    let mut copies = Vec::new();
    let mut with = |change: &dyn Fn(&mut Copy)| {
        let mut changed = copy.clone();
        change(&mut changed);
        copies.push(changed);
    };
    with(&|copy| copy.from = None);
    with(&|copy| copy.keep = None);
    with(&|copy| copy.reads = None);
    with(&|copy| copy.hold = 0);
    with(&|copy| copy.takes = 0);
    with(&|copy| copy.offsite = true);
    if let Some(keep) = copy.keep {
        for keep in simpler_keeps(keep) {
            with(&|copy| copy.keep = Some(keep));
        }
    }
    for timing in simpler_timings(&copy.timing) {
        with(&|copy| copy.timing = timing.clone());
    }
    copies
}

fn simpler_keeps(keep: Keep) -> Vec<Keep> {
    let less = [
        Keep { last: 0, ..keep },
        Keep { hourly: 0, ..keep },
        Keep { daily: 0, ..keep },
        Keep { weekly: 0, ..keep },
        Keep { monthly: 0, ..keep },
        Keep { yearly: 0, ..keep },
        Keep { within: None, ..keep },
        Keep { last: keep.last.min(1), ..keep },
        Keep { daily: keep.daily.min(1), ..keep },
        Keep { weekly: keep.weekly.min(1), ..keep },
    ];
    less.into_iter().filter(|less| *less != Keep::default()).collect()
}

fn simpler_timings(timing: &Timing) -> Vec<Timing> {
    match timing {
        Timing::Calendar(calendar) => {
            let nightly = |hour| Calendar { minutes: vec![0], hours: vec![hour], ..calendar.clone() };
            let less = [
                Calendar { days: None, ..calendar.clone() },
                Calendar { months: None, ..calendar.clone() },
                Calendar { weekdays: None, ..calendar.clone() },
                Calendar { zone: None, ..calendar.clone() },
                Calendar { cron: false, ..calendar.clone() },
                nightly(0),
                nightly(calendar.hours[0]),
            ];
            less.into_iter().map(Timing::Calendar).collect()
        }
        Timing::Every { interval, anchor: Some(_) } => {
            vec![Timing::Every { interval: *interval, anchor: Some(MONDAY) }]
        }
        Timing::After { copy, every: Some(every), anchor } => vec![
            Timing::After { copy: *copy, every: None, anchor: None },
            Timing::After { copy: *copy, every: Some(*every), anchor: anchor.map(|_| MONDAY) },
        ],
        Timing::Continuous { base, .. } => vec![Timing::Continuous { lag: 0, base: *base }],
        _ => Vec::new(),
    }
}
