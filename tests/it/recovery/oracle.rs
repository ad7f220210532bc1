//! A second scheduler, slow and obvious, written from the text of 2.5 alone: it shares no code with the first.
//!
//! It knows procedures (what `procedure` says of each component) and nothing of networks, groups or classes. Time goes from
//! event to event; at each one all rates are worked out anew over all transfers, in fractions of arbitrary size.

use std::collections::BTreeMap;

use drplan::analysis::context::Context;
use drplan::analysis::loss::LossEngine;
use drplan::analysis::outcome::{outcome, promise, recovery};
use drplan::analysis::procedure::{Procedure, Work};
use drplan::analysis::scenario::{Scenario, Scenarios};
use drplan::model::{ComponentId, Model, TeamId};
use drplan::terms::{DependencyKind, Impact};
use num_rational::BigRational;

use super::random::{Random, spec};
use super::support::read;

type Time = BigRational;

fn whole(value: u64) -> Time {
    Time::from_integer(value.into())
}

/// What a step does.
#[derive(Clone)]
enum Does {
    Takes(Time),
    Moves { amount: Time, limits: Vec<String>, cap: Option<Time> },
}

struct Job {
    name: String,
    component: ComponentId,
    does: Does,
    nominal: Time,
    /// Jobs that must be over first, by number.
    after: Vec<usize>,
    /// Components that must serve first.
    waits: Vec<ComponentId>,
    team: Option<TeamId>,
    last: bool,
}

struct System<'a> {
    model: &'a Model,
    jobs: Vec<Job>,
    rates: BTreeMap<String, Time>,
    /// Everybody who is interrupted and comes back, with those that he waits for.
    awaited: BTreeMap<ComponentId, Vec<ComponentId>>,
    /// For everybody who is interrupted those who require him.
    waiters: BTreeMap<ComponentId, Vec<ComponentId>>,
    deadlines: Vec<Option<Time>>,
}

fn rate(rate: drplan::units::Rate) -> Time {
    let (bytes, seconds) = rate.fraction();
    Time::new(bytes.into(), seconds.into())
}

fn system<'a>(context: &'a Context<'a>, scenario: &Scenario) -> System<'a> {
    let model = context.model;
    let full = outcome(context, scenario);
    let recovery = recovery(context, scenario);
    let mut awaited = BTreeMap::new();
    let mut waiters: BTreeMap<ComponentId, Vec<ComponentId>> = BTreeMap::new();
    for result in full.results.iter().filter(|result| result.impact >= Impact::ReadOnly) {
        let down = |on: ComponentId, kind: DependencyKind| {
            let of = full.results.iter().find(|other| other.component == on);
            of.is_some_and(|of| match kind {
                DependencyKind::Requires => of.impact >= Impact::ReadOnly,
                DependencyKind::RequiresReads => of.impact >= Impact::Outage && !of.reads,
                _ => false,
            })
        };
        let on: Vec<ComponentId> =
            model.components[result.component].depends_on.iter().filter(|d| down(d.on, d.kind)).map(|d| d.on).collect();
        on.iter().for_each(|on| waiters.entry(*on).or_default().push(result.component));
        if result.impact < Impact::Lost {
            awaited.insert(result.component, on);
        }
    }
    let (jobs, rates, deadlines) = (Vec::new(), BTreeMap::new(), Vec::new());
    let mut system = System { model, jobs, rates, awaited, waiters, deadlines };
    // A team comes once, after the first of its components that is hit and noticed.
    let mut alarms: BTreeMap<TeamId, Time> = BTreeMap::new();
    let harmed = recovery.spread.affected.iter().filter(|affected| affected.standing.is_some());
    let harmed = harmed.map(|affected| (affected.component, affected.spoilt));
    for (id, spoilt) in harmed.chain(recovery.spread.unharmed.iter().map(|&id| (id, false))) {
        let component = &model.components[id];
        let Some(team) = component.owner else { continue };
        let mut detect = component.recovery.detect.value;
        if spoilt {
            detect = detect.min(recovery.gone.detection.unwrap_or(detect));
        }
        let detect = whole(detect.0);
        let known = alarms.entry(team).or_insert(detect.clone());
        *known = known.clone().min(detect);
    }
    for procedure in &recovery.procedures {
        system.add(procedure, &alarms);
    }
    let objective = |id| promise(context, scenario.kind, scenario.declared(), id).rto.map(|rto| whole(rto.at_most.0));
    system.deadlines = (0..system.jobs.len()).map(|job| system.deadline_of(job, &objective)).collect();
    system
}

impl System<'_> {
    fn add(&mut self, procedure: &Procedure, alarms: &BTreeMap<TeamId, Time>) {
        let first = self.jobs.len();
        let name = &self.model.components[procedure.component].name;
        let moves = procedure.steps.iter().filter(|step| matches!(step.work, Work::Move(..))).count();
        for (number, step) in procedure.steps.iter().enumerate() {
            let does = match &step.work {
                Work::Time(time) => Does::Takes(whole(time.value.0)),
                // Counted from the failure: the alarm, and the way.
                Work::Response(team, within) => Does::Takes(alarms[team].clone() + whole(within.0)),
                Work::Move(movement, restore) => {
                    let mut limits = Vec::new();
                    let mut limit = |name: String, value: Time| {
                        self.rates.insert(name.clone(), value);
                        limits.push(name);
                    };
                    if let Some((store, read)) = movement.store.and_then(|s| Some((s, self.model.stores[s].read?))) {
                        limit(format!("store {store:?}"), rate(read));
                    }
                    if let Some(route) = movement.route {
                        limit(format!("{route:?}"), rate(self.model.links[route.link].bandwidth));
                    }
                    let cap = restore.map(|restore| rate(restore.value));
                    if let (Some(cap), true) = (&cap, moves > 1) {
                        limit(format!("intake {name}"), cap.clone());
                    }
                    Does::Moves { amount: whole(movement.amount.0), limits, cap }
                }
            };
            let nominal = match &does {
                Does::Takes(time) => time.clone(),
                Does::Moves { amount, limits, cap } => {
                    let slowest = limits.iter().map(|name| self.rates[name].clone()).chain(cap.clone()).min();
                    slowest.map_or(whole(0), |slowest| amount / slowest)
                }
            };
            self.jobs.push(Job {
                name: format!("{name} {number:03}"),
                component: procedure.component,
                does,
                nominal,
                after: step.after.iter().map(|after| first + after).collect(),
                waits: step.waits_for.clone(),
                team: procedure.team.filter(|_| step.hands_on),
                last: number + 1 == procedure.steps.len(),
            });
        }
    }

    /// The deadline of a component: its own, and for each job that waits for it that job's less its time.
    fn deadline(&self, component: ComponentId, objective: &impl Fn(ComponentId) -> Option<Time>) -> Option<Time> {
        let own = objective(component);
        let jobs = (0..self.jobs.len()).filter(|&job| self.jobs[job].waits.contains(&component));
        let of_jobs = jobs.filter_map(|job| Some(self.deadline_of(job, objective)? - self.jobs[job].nominal.clone()));
        // Whoever requires it waits for it, also where something else keeps him from ever coming back.
        let waiters = self.waiters.get(&component).into_iter().flatten().copied();
        let of_waiters = waiters.filter_map(|waiter| self.deadline(waiter, objective));
        own.into_iter().chain(of_jobs).chain(of_waiters).min()
    }

    fn deadline_of(&self, job: usize, objective: &impl Fn(ComponentId) -> Option<Time>) -> Option<Time> {
        if self.jobs[job].last {
            return self.deadline(self.jobs[job].component, objective);
        }
        let next = (0..self.jobs.len()).filter(|&next| self.jobs[next].after.contains(&job));
        next.filter_map(|next| Some(self.deadline_of(next, objective)? - self.jobs[next].nominal.clone())).min()
    }

    /// When each component serves.
    fn run(&self, fair: bool) -> BTreeMap<ComponentId, Time> {
        let count = self.jobs.len();
        let mut now = whole(0);
        let mut end: Vec<Option<Time>> = vec![None; count];
        let mut begun: Vec<bool> = vec![false; count];
        let mut left: Vec<Option<Time>> = vec![None; count];
        let mut until: Vec<Option<Time>> = vec![None; count];
        let mut serves: BTreeMap<ComponentId, Time> = BTreeMap::new();
        loop {
            // Everything that can happen at this moment happens, until nothing does.
            loop {
                let mut changed = false;
                for (component, on) in &self.awaited {
                    let own = self.jobs.iter().zip(&end).all(|(job, end)| job.component != *component || end.is_some());
                    let all = on.iter().all(|on| serves.contains_key(on));
                    if own && all && !serves.contains_key(component) {
                        serves.insert(*component, now.clone());
                        changed = true;
                    }
                }
                for number in 0..count {
                    let job = &self.jobs[number];
                    let ready = !begun[number]
                        && job.after.iter().all(|&after| end[after].is_some())
                        && job.waits.iter().all(|on| serves.contains_key(on));
                    // Who needs hands and time for them is looked at last.
                    if ready && (job.nominal == whole(0) || !self.needs_hands(job)) {
                        begun[number] = true;
                        match &job.does {
                            _ if job.nominal == whole(0) => end[number] = Some(now.clone()),
                            Does::Takes(time) if self.is_response(job) => until[number] = Some(time.clone()),
                            Does::Takes(time) => until[number] = Some(now.clone() + time.clone()),
                            Does::Moves { amount, .. } => left[number] = Some(amount.clone()),
                        }
                        changed = true;
                    }
                }
                if !changed {
                    break;
                }
            }
            for number in self.by_urgency() {
                let job = &self.jobs[number];
                let ready = !begun[number]
                    && self.needs_hands(job)
                    && job.after.iter().all(|&after| end[after].is_some())
                    && job.waits.iter().all(|on| serves.contains_key(on));
                let Some(team) = job.team.filter(|_| ready) else { continue };
                let busy = (0..count)
                    .filter(|&other| begun[other] && end[other].is_none() && self.jobs[other].team == Some(team))
                    .count();
                if busy < self.model.teams[team].people.unwrap_or(u32::MAX) as usize {
                    begun[number] = true;
                    until[number] = Some(now.clone() + job.nominal.clone());
                }
            }
            let rates = if fair { self.fair(&left) } else { self.ordered(&left) };
            let of_time =
                until.iter().zip(&end).filter(|(_, end)| end.is_none()).filter_map(|(until, _)| until.clone());
            let moving = rates.iter().filter(|(_, rate)| **rate > whole(0));
            let of_moves = moving.map(|(&number, rate)| now.clone() + left[number].clone().unwrap() / rate.clone());
            let Some(next) = of_time.chain(of_moves).min() else { return serves };
            for (number, rate) in rates {
                let rest = left[number].clone().unwrap() - rate * (next.clone() - now.clone());
                if rest <= whole(0) {
                    left[number] = None;
                    end[number] = Some(next.clone());
                } else {
                    left[number] = Some(rest);
                }
            }
            for number in 0..count {
                if end[number].is_none() && until[number].as_ref().is_some_and(|until| *until <= next) {
                    end[number] = Some(next.clone());
                }
            }
            now = next;
        }
    }

    fn is_response(&self, job: &Job) -> bool {
        job.name.ends_with(" 001") && job.after.is_empty()
    }

    fn needs_hands(&self, job: &Job) -> bool {
        job.team.is_some()
    }

    fn by_urgency(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.jobs.len()).collect();
        order.sort_by_key(|&number| {
            let deadline = self.deadlines[number].clone();
            (deadline.is_none(), deadline, self.jobs[number].name.clone())
        });
        order
    }

    /// In the order of deadlines each gets what is left of everything that it goes through.
    fn ordered(&self, left: &[Option<Time>]) -> BTreeMap<usize, Time> {
        let mut free = self.rates.clone();
        let mut given = BTreeMap::new();
        for number in self.by_urgency().into_iter().filter(|&number| left[number].is_some()) {
            let Does::Moves { limits, cap, .. } = &self.jobs[number].does else { continue };
            let rate = limits.iter().map(|name| free[name].clone()).chain(cap.clone()).min().unwrap();
            limits.iter().for_each(|name| *free.get_mut(name).unwrap() -= rate.clone());
            given.insert(number, rate);
        }
        given
    }

    /// All rates rise together by as much as the tightest of all limits allows; whoever is at a limit stays.
    fn fair(&self, left: &[Option<Time>]) -> BTreeMap<usize, Time> {
        let mut given: BTreeMap<usize, Time> =
            (0..left.len()).filter(|&n| left[n].is_some()).map(|n| (n, whole(0))).collect();
        let mut rising: Vec<usize> = given.keys().copied().collect();
        while !rising.is_empty() {
            let mut step: Option<Time> = None;
            for (name, rate) in &self.rates {
                let through =
                    |n: &usize| matches!(&self.jobs[*n].does, Does::Moves { limits, .. } if limits.contains(name));
                let used: Time = given.iter().filter(|(n, _)| through(n)).map(|(_, rate)| rate.clone()).sum();
                let users = rising.iter().filter(|n| through(n)).count() as u64;
                if users > 0 {
                    let room = (rate - used) / whole(users);
                    step = Some(step.map_or(room.clone(), |step| step.min(room)));
                }
            }
            for number in &rising {
                if let Does::Moves { cap: Some(cap), .. } = &self.jobs[*number].does {
                    let room = cap - given[number].clone();
                    step = Some(step.map_or(room.clone(), |step| step.min(room)));
                }
            }
            let step = step.unwrap();
            rising.iter().for_each(|number| *given.get_mut(number).unwrap() += step.clone());
            let full = |name: &String| -> bool {
                let through =
                    |n: &usize| matches!(&self.jobs[*n].does, Does::Moves { limits, .. } if limits.contains(name));
                let used: Time = given.iter().filter(|(n, _)| through(n)).map(|(_, rate)| rate.clone()).sum();
                used >= self.rates[name]
            };
            rising.retain(|number| {
                let Does::Moves { limits, cap, .. } = &self.jobs[*number].does else { return false };
                !limits.iter().any(full) && cap.as_ref().is_none_or(|cap| given[number] < *cap)
            });
        }
        given
    }
}

fn seconds(time: &Time) -> u64 {
    u64::try_from(time.ceil().to_integer()).unwrap()
}

#[test]
fn a_second_scheduler_agrees() {
    let mut compared = 0;
    let mut contended = 0;
    for seed in 0..1_200 {
        let mut random = Random::new(seed + 10_000);
        let components = 1 + random.below(7);
        let model = read(&spec(&mut random, components));
        let losses = LossEngine::new(&model);
        let context = Context::new(&model, &losses);
        for scenario in Scenarios::new(&model).list() {
            let found = outcome(&context, scenario);
            if found.results.iter().all(|result| result.recovery.is_none()) {
                continue;
            }
            let system = system(&context, scenario);
            let (ordered, fair) = (system.run(false), system.run(true));
            for result in &found.results {
                let Some(times) = result.recovery else { continue };
                let name = &model.components[result.component].name;
                let what = format!("seed {}, {}, {name}", seed + 10_000, scenario.id);
                assert_eq!(ordered.get(&result.component).map(seconds), Some(times.worst.0), "{what}");
                assert_eq!(fair.get(&result.component).map(seconds), Some(times.unordered.0), "{what} in fair parts");
                compared += 1;
                contended += u32::from(times.worst > times.lower_bound);
            }
        }
    }
    assert!(compared > 5_000 && contended > 500, "{compared} compared, {contended} with contention");
}
