//! The least change after which a component is back in time: a faster transfer, more people, a shorter step.
//!
//! Each proposal is tried on the scenario before it is made.

use super::Context;
use super::outages::OutageCase;
use crate::analysis::impact::Movement;
use crate::analysis::outcome::Recovery;
use crate::analysis::procedure::Work;
use crate::analysis::rto::PathStep;
use crate::model::{ComponentId, Model, Sourced, TeamId};
use crate::terms::{StepKind, Strategy};
use crate::units::{Rate, Seconds};

/// A team is not proposed to grow beyond so many.
const MOST_PEOPLE: u32 = 64;

/// More than this is nothing that anybody could put in.
const MOST_TIMES_FASTER: u64 = 100;

struct Search<'s, 'a> {
    context: &'s Context<'a>,
    case: &'s OutageCase<'a>,
    within: Seconds,
    /// By how much it is late.
    excess: u64,
    recovery: &'s Recovery,
}

/// What to do; none where nothing could be tried.
pub(super) fn help<'a>(
    context: &Context<'a>,
    case: &OutageCase<'a>,
    within: Seconds,
    away: Seconds,
    recovery: &Recovery,
) -> Option<String> {
    let search = Search { context, case, within, excess: away.0.saturating_sub(within.0), recovery };
    let crowded = case.judged.result.recovery.is_some_and(|times| times.lower_bound <= within);
    let moves_longest = case.longest().is_some_and(|step| step.kind == StepKind::Transfer);
    let found = match (crowded, moves_longest) {
        (true, _) => search.more_people().or_else(|| search.faster()).or_else(|| search.shorter()),
        (false, true) => search.faster().or_else(|| search.shorter()),
        (false, false) => search.shorter().or_else(|| search.faster()),
    };
    found.or_else(|| Some(search.otherwise()))
}

impl Search<'_, '_> {
    fn model(&self) -> &Model {
        self.context.model
    }

    fn mends(&self, change: impl FnOnce(&mut Model)) -> bool {
        let trials = &self.context.trials;
        trials.is_back(self.case.scenario(), self.case.component, self.within, change) == Some(true)
    }

    /// The least number of people of one team.
    fn more_people(&self) -> Option<String> {
        let model = self.model();
        let mut teams: Vec<TeamId> = self.recovery.procedures.iter().filter_map(|procedure| procedure.team).collect();
        teams.sort_unstable();
        teams.dedup();
        teams.into_iter().find_map(|team| {
            let now = model.teams[team].people?;
            let enough = |people: u32| self.mends(|model| model.teams[team].people = Some(people));
            if !enough(MOST_PEOPLE.max(now)) {
                return None;
            }
            let people = (now + 1..MOST_PEOPLE).find(|people| enough(*people)).unwrap_or(MOST_PEOPLE);
            Some(format!("have {people} people in team `{}`: `people: {people}` (now {now})", model.teams[team].name))
        })
    }

    /// The rates that the transfer of one component would need.
    fn faster(&self) -> Option<String> {
        let mut transfers: Vec<&PathStep> =
            self.case.path.iter().filter(|step| step.kind == StepKind::Transfer).collect();
        transfers.sort_by_key(|step| std::cmp::Reverse(step.to.0 - step.from.0));
        transfers.into_iter().find_map(|step| self.faster_transfer(step))
    }

    fn faster_transfer(&self, step: &PathStep) -> Option<String> {
        let time = (step.to.0 - step.from.0).checked_sub(self.excess).filter(|time| *time > 0)?;
        let moves: Vec<(Movement, Option<Sourced<Rate>>)> = self.moves(step.component);
        let (movement, restore_rate) = *moves.iter().max_by_key(|(movement, _)| movement.amount)?;
        let model = self.model();
        let limit = movement.limit(self.context.analysis, restore_rate.map(|rate| rate.value))?;
        let needed = Rate::new(movement.amount.0, time)?;
        let bearable = limit.fraction().0.saturating_mul(MOST_TIMES_FASTER) / limit.fraction().1;
        // Others may go through the same store or link, so that this alone may not be enough.
        [1, 2, 3, 4].into_iter().find_map(|share| {
            let rate = round_up(needed, share, is_link(model, &movement, limit))?;
            if rate.fraction().0 / rate.fraction().1 > bearable {
                return None;
            }
            let change = |model: &mut Model| raise(model, step.component, &movement, rate);
            self.mends(change).then(|| self.raise_words(step.component, &movement, restore_rate, rate))
        })
    }

    fn moves(&self, component: ComponentId) -> Vec<(Movement, Option<Sourced<Rate>>)> {
        let steps = self.recovery.procedure(component).map(|procedure| procedure.steps.as_slice()).unwrap_or_default();
        let moves = steps.iter().filter_map(|step| match step.work {
            Work::Move(movement, rate) => Some((movement, rate)),
            _ => None,
        });
        moves.collect()
    }

    fn raise_words(
        &self,
        component: ComponentId,
        movement: &Movement,
        restore_rate: Option<Sourced<Rate>>,
        rate: Rate,
    ) -> String {
        let model = self.model();
        let mut parts = Vec::new();
        if let Some(now) = restore_rate.map(|now| now.value).filter(|now| *now < rate) {
            let name = &model.components[component].name;
            parts.push(format!("`restore_rate: {rate}` of `{name}` (now {now})"));
        }
        if let Some(store) = movement.store.map(|store| &model.stores[store])
            && let Some(now) = store.read.filter(|now| *now < rate)
        {
            parts.push(format!("`read: {rate}` of store `{}` (now {now})", store.name));
        }
        if let Some(link) = movement.route.map(|route| &model.links[route.link])
            && link.bandwidth < rate
        {
            let [a, b] = link.between.map(|end| &model.locations[end].name);
            parts.push(format!("`bandwidth: {rate}` between `{a}` and `{b}` (now {})", link.bandwidth));
        }
        format!("restore faster: {} would do", parts.join(" and "))
    }

    /// The longest step that can be shorter by what is too much.
    fn shorter(&self) -> Option<String> {
        let mut steps: Vec<&PathStep> = self.case.path.iter().filter(|step| step.kind != StepKind::Transfer).collect();
        steps.sort_by_key(|step| std::cmp::Reverse(step.to.0 - step.from.0));
        steps.into_iter().find_map(|step| {
            let now = Seconds(step.to.0 - step.from.0);
            let then = now.0.checked_sub(self.excess).filter(|then| *then > 0).map(whole_minutes)?;
            let change = |model: &mut Model| shorten(model, step, now, then);
            self.mends(change).then(|| self.shorten_words(step, now, then))
        })
    }

    fn shorten_words(&self, step: &PathStep, now: Seconds, then: Seconds) -> String {
        let model = self.model();
        let component = &model.components[step.component];
        let (key, whose) = match step.kind {
            StepKind::Respond => {
                ("responds_within", component.owner.map(|team| format!("team `{}`", model.teams[team].name)))
            }
            StepKind::Promote => ("failover.takes", None),
            StepKind::Guarantee => ("recovery", None),
            _ => (step.kind.as_str(), None),
        };
        let whose = whose.unwrap_or_else(|| format!("`{}`", component.name));
        format!("bring `{key}` of {whose} down from {now} to {then}")
    }

    /// Where no single change is enough.
    fn otherwise(&self) -> String {
        let result = self.case.judged.result;
        let hit = self.case.longest().map_or(self.case.component, |step| step.component);
        let name = &self.model().components[hit].name;
        match result.strategy {
            Strategy::Restore | Strategy::Rebuild => {
                format!(
                    "no single step can be so much shorter: keep a standby of `{name}` that survives this, or promise more time"
                )
            }
            _ => format!("no single step of `{name}` can be so much shorter: do several faster, or promise more time"),
        }
    }
}

fn is_link(model: &Model, movement: &Movement, limit: Rate) -> bool {
    movement.route.is_some_and(|route| model.links[route.link].bandwidth == limit)
}

/// The rate times `share`, rounded up to what people write: tens of Mbit/s for a network, MiB/s for all else, bytes where it
/// is less.
fn round_up(rate: Rate, share: u64, network: bool) -> Option<Rate> {
    let unit = if network { 1_250_000 } else { 1 << 20 };
    let (bytes, seconds) = rate.fraction();
    let whole = bytes.saturating_mul(share).div_ceil(seconds);
    Rate::new(if whole < unit { whole } else { whole.div_ceil(unit).saturating_mul(unit) }, 1)
}

/// Everything that a movement goes through, at least so fast.
fn raise(model: &mut Model, component: ComponentId, movement: &Movement, rate: Rate) {
    let plan = &mut model.components[component].recovery;
    if let Some(own) = &mut plan.restore_rate {
        own.value = own.value.max(rate);
    }
    if let Some(store) = movement.store {
        let read = &mut model.stores[store].read;
        *read = read.map(|read| read.max(rate));
    }
    if let Some(route) = movement.route {
        let bandwidth = &mut model.links[route.link].bandwidth;
        *bandwidth = (*bandwidth).max(rate);
    }
}

fn shorten(model: &mut Model, step: &PathStep, now: Seconds, then: Seconds) {
    let component = &mut model.components[step.component];
    let plan = &mut component.recovery;
    let less = |time: &mut Seconds| *time = Seconds(time.0.saturating_sub(now.0 - then.0));
    match step.kind {
        StepKind::Detect => less(&mut plan.detect.value),
        StepKind::Provision => less(&mut plan.provision.value),
        StepKind::Start => less(&mut plan.start.value),
        StepKind::Verify => less(&mut plan.verify.value),
        StepKind::Cutover => less(&mut plan.cutover.value),
        StepKind::Promote => less(&mut component.failover.takes.value),
        StepKind::Respond => {
            if let Some(team) = component.owner {
                less(&mut model.teams[team].responds_within);
            }
        }
        StepKind::Retrieve => {
            for store in model.stores.ids().collect::<Vec<_>>() {
                let retrieve = &mut model.stores[store].retrieve.value;
                if *retrieve == now {
                    *retrieve = then;
                }
            }
        }
        StepKind::Guarantee => {
            for guarantee in component.guarantees.iter_mut().filter(|guarantee| guarantee.recovery == Some(now)) {
                guarantee.recovery = Some(then);
            }
        }
        StepKind::Transfer => {}
    }
}

/// Rounded down to whole minutes where that leaves something.
fn whole_minutes(seconds: u64) -> Seconds {
    Seconds(if seconds < 60 { seconds } else { seconds / 60 * 60 })
}
