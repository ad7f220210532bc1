//! The page of a scenario: what is gone, what that means, who is called, and every step in its time.

use serde::Serialize;

use super::Book;
use super::step::{StepView, templates};
use crate::analysis::impact::Movement;
use crate::analysis::outcome::{ComponentResult, Outcome, Recovery, promise, recovery};
use crate::analysis::procedure::{Procedure, Step, Work};
use crate::analysis::rto::Scheduled;
use crate::analysis::scenario::{Gone, Scenario};
use crate::emit::view::{self, ComponentView, InstanceView};
use crate::model::{ComponentId, InstanceId, Model, Promise, TeamId, Via};
use crate::terms::{Impact, LocationKind, ScenarioKind, StepKind};
use crate::units::Seconds;

/// What the template of a scenario sees.
#[derive(Serialize)]
pub(super) struct PageView {
    pub plan: String,
    pub decides: Option<String>,
    /// Ids of the scenarios of the page, by name.
    pub ids: Vec<String>,
    pub kind: &'static str,
    /// What a scenario of this kind is, in a sentence.
    pub kind_means: &'static str,
    /// What is gone, each in words.
    pub gone: Vec<String>,
    /// The worst impact on any component.
    pub impact: &'static str,
    /// When the last component serves again; null where one never does or none is interrupted.
    pub recovery: Option<String>,
    pub corruption: bool,
    pub results: Vec<ResultView>,
    pub teams: Vec<TeamView>,
    pub steps: Vec<StepView>,
    /// What is left to do when everything serves, by component.
    pub after: Vec<StepView>,
    /// Datasets that are live and of which no copy is left.
    pub unprotected: Vec<String>,
}

/// What happens to one component.
#[derive(Serialize)]
pub(super) struct ResultView {
    pub component: String,
    pub impact: &'static str,
    pub strategy: &'static str,
    pub recovery: Option<String>,
    pub rto: Option<String>,
    pub rto_met: Option<bool>,
    pub through: Option<String>,
    pub losses: Vec<LossView>,
}

/// What is lost of one dataset.
#[derive(Serialize)]
pub(super) struct LossView {
    pub dataset: String,
    /// Null where all is lost.
    pub worst: Option<String>,
    /// Whether nothing of it is lost.
    pub whole: bool,
    pub via: Option<String>,
    pub rpo: Option<String>,
    pub rpo_met: Option<bool>,
}

/// People who are called.
#[derive(Clone, Debug, Serialize)]
pub(super) struct TeamView {
    pub name: String,
    pub contact: Option<String>,
    pub people: Option<u32>,
    pub responds_within: String,
}

impl TeamView {
    pub(super) fn new(model: &Model, id: TeamId) -> Self {
        let team = &model.teams[id];
        Self {
            name: team.name.clone(),
            contact: team.contact.clone(),
            people: team.people,
            responds_within: team.responds_within.human(),
        }
    }
}

impl PageView {
    pub(super) fn new(book: &Book<'_>, members: &[&Scenario], outcome: &Outcome) -> Self {
        let model = book.context.model;
        let kind = members.first().map_or(ScenarioKind::Declared, |first| first.kind);
        let way = members.first().map(|first| recovery(book.context, first));
        let gone = way.as_ref().map(|way| gone(model, &way.gone)).unwrap_or_default();
        let steps = way.as_ref().map(|way| Walk { book, way, outcome }.steps()).unwrap_or_default();
        let promised = |component: ComponentId| {
            members
                .first()
                .map(|first| promise(book.context, first.kind, first.declared(), component))
                .unwrap_or_default()
        };
        let worst = outcome.results.iter().map(|result| result.impact).max().unwrap_or(Impact::None);
        let times = outcome.results.iter().filter(|result| result.impact >= Impact::ReadOnly);
        let last: Option<Vec<Seconds>> = times.map(ComponentResult::away).collect();
        let mut teams: Vec<TeamId> =
            outcome.results.iter().filter_map(|result| model.components[result.component].owner).collect();
        teams.sort_unstable();
        teams.dedup();
        Self {
            plan: model.system.name.clone(),
            decides: model.system.owner.clone(),
            ids: members.iter().map(|scenario| scenario.id.clone()).collect(),
            kind: kind.as_str(),
            kind_means: kind.description(),
            gone,
            impact: worst.as_str(),
            recovery: last.and_then(|times| times.into_iter().max()).map(mark),
            corruption: way.as_ref().is_some_and(|way| !way.gone.corrupt.is_empty()),
            results: outcome.results.iter().map(|one| result(model, one, promised(one.component))).collect(),
            teams: teams.into_iter().map(|id| TeamView::new(model, id)).collect(),
            after: way.as_ref().map(|way| Walk { book, way, outcome }.after()).unwrap_or_default(),
            steps,
            unprotected: outcome.unprotected.iter().map(|id| model.dataset_name(*id)).collect(),
        }
    }
}

/// Walks the procedures of a recovery in the order of its schedule.
struct Walk<'a> {
    book: &'a Book<'a>,
    way: &'a Recovery,
    outcome: &'a Outcome,
}

impl Walk<'_> {
    /// The steps of all procedures by the time at which they begin. Movements of one component are one step, since they are
    /// done one after the other by one person.
    fn steps(&self) -> Vec<StepView> {
        let mut timed: Vec<(Seconds, Seconds, StepView)> = Vec::new();
        let mut called: Vec<TeamId> = Vec::new();
        for procedure in &self.way.procedures {
            let view = view::component(self.book.context.model, self.book.desired, procedure.component);
            let mut moving: Vec<(&Step, &Scheduled)> = Vec::new();
            for (step, scheduled) in self.in_time(procedure, &mut called) {
                match step.kind {
                    StepKind::Transfer => moving.push((step, scheduled)),
                    _ => timed.push((scheduled.from, scheduled.to, self.step(&view, procedure, &[(step, scheduled)]))),
                }
            }
            if let (Some(from), Some(to)) =
                (moving.iter().map(|(_, s)| s.from).min(), moving.iter().map(|(_, s)| s.to).max())
            {
                timed.push((from, to, self.step(&view, procedure, &moving)));
            }
        }
        timed.sort_by_key(|(from, to, step)| (*from, *to, order(step.kind)));
        let mut steps: Vec<StepView> = timed.into_iter().map(|(.., step)| step).collect();
        steps.iter_mut().enumerate().for_each(|(number, step)| step.number = number + 1);
        steps
    }

    /// The steps of a procedure, each with its time. A team is called once for all that it recovers, and that step of the
    /// schedule belongs to whatever it noticed first: `called` has the teams that are on the page already.
    fn in_time<'p>(&'p self, procedure: &'p Procedure, called: &mut Vec<TeamId>) -> Vec<(&'p Step, &'p Scheduled)> {
        let model = self.book.context.model;
        let all = || self.outcome.schedule.steps.iter();
        let mut own: Vec<&Scheduled> = all().filter(|step| step.component == procedure.component).collect();
        let mut found = Vec::new();
        for step in &procedure.steps {
            let scheduled = match step.work {
                Work::Response(team, _) if called.contains(&team) => None,
                Work::Response(team, _) => {
                    called.push(team);
                    let of_team = |step: &Scheduled| model.components[step.component].owner == Some(team);
                    all().find(|step| step.kind == StepKind::Respond && of_team(step))
                }
                Work::Time(_) | Work::Move(..) => {
                    let position = own.iter().position(|scheduled| scheduled.kind == step.kind);
                    position.map(|position| own.remove(position))
                }
            };
            found.extend(scheduled.map(|scheduled| (step, scheduled)));
        }
        found
    }

    fn step(&self, view: &ComponentView, procedure: &Procedure, parts: &[(&Step, &Scheduled)]) -> StepView {
        let model = self.book.context.model;
        let kind = parts.first().map_or(StepKind::Detect, |(step, _)| step.kind);
        let (from, to) = (parts.iter().map(|(_, s)| s.from).min(), parts.iter().map(|(_, s)| s.to).max());
        let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
        let slack = parts.iter().map(|(_, s)| s.slack).min().unwrap_or_default();
        let mut movements: Vec<Movement> = parts
            .iter()
            .filter_map(|(step, _)| match step.work {
                Work::Move(movement, _) => Some(movement),
                Work::Time(_) | Work::Response(..) => None,
            })
            .collect();
        self.book.nested_last(&mut movements);
        let mut waits: Vec<ComponentId> = parts.iter().flat_map(|(step, _)| &step.waits_for).copied().collect();
        waits.sort_unstable();
        waits.dedup();
        let base = self.about(view, procedure, StepView::new(kind, view, self.book.team(procedure.component)));
        StepView {
            at: Some(mark(from)),
            until: Some(mark(to)),
            latest: Some(mark(to + slack)),
            takes: Some(Seconds(to.0.saturating_sub(from.0)).human()),
            critical: slack == Seconds::ZERO,
            hands_on: parts.iter().any(|(step, _)| step.hands_on),
            waits_for: waits.into_iter().map(|id| model.components[id].name.clone()).collect(),
            movements: movements.iter().map(|movement| self.book.movement(view, movement)).collect(),
            ..base
        }
    }

    /// What is left to do for each component that was brought back.
    fn after(&self) -> Vec<StepView> {
        let procedures = self.way.procedures.iter();
        procedures
            .map(|procedure| {
                let view = view::component(self.book.context.model, self.book.desired, procedure.component);
                let step = StepView::new(StepKind::Verify, &view, self.book.team(procedure.component));
                let step = self.about(&view, procedure, step);
                StepView { kind: "after", templates: templates(&view.technology, "after"), ..step }
            })
            .collect()
    }

    /// The host that a component moves to: the one that is at its new place already, where that place is a host and
    /// another than its own.
    fn moves_to(&self, procedure: &Procedure) -> Option<String> {
        let place = procedure.place?;
        if self.book.context.model.locations[place].kind != LocationKind::Host {
            return None;
        }
        let own = |id: &InstanceId| self.book.desired.host_of(*id).is_none_or(|host| host.at == place);
        if procedure.rebuilt.iter().any(own) {
            return None;
        }
        self.book.desired.hosts.iter().find(|(_, host)| host.at == place).map(|(_, host)| host.name.clone())
    }

    fn about(&self, view: &ComponentView, procedure: &Procedure, step: StepView) -> StepView {
        let instance = |id: &_| self.book.instance(view, *id);
        let moves_to = self.moves_to(procedure);
        let rebuilt = procedure.rebuilt.iter().filter_map(instance).map(|one| match &moves_to {
            Some(host) => InstanceView { host: Some(host.clone()), address: host.clone(), ..one },
            None => one,
        });
        let rebuilt: Vec<_> = rebuilt.collect();
        let lost = self.way.gone.lost.iter().chain(&self.way.gone.cut);
        let own: Vec<InstanceId> = lost
            .copied()
            .filter(|id| self.book.context.model.instances[*id].component == procedure.component)
            .collect();
        let rest = own.iter().filter(|id| !procedure.rebuilt.contains(id));
        StepView {
            rest: rest.filter_map(instance).collect(),
            place: procedure.place.map(|place| self.book.location(place)),
            hot: procedure.place.is_some_and(|place| self.book.context.model.locations[place].hot_standby),
            moves_to,
            promoted: procedure.promoted.as_ref().and_then(instance),
            lost: own.iter().filter_map(instance).collect(),
            corruption: !self.way.gone.corrupt.is_empty(),
            instances: if rebuilt.is_empty() { step.instances.clone() } else { rebuilt },
            ..step
        }
    }
}

fn order(kind: &str) -> usize {
    StepKind::WORDS.iter().position(|word| *word == kind).unwrap_or(usize::MAX)
}

/// Hours and minutes since the failure, with seconds where there are some.
fn mark(time: Seconds) -> String {
    let (hours, minutes, seconds) = (time.0 / 3_600, time.0 % 3_600 / 60, time.0 % 60);
    match seconds {
        0 => format!("{hours}:{minutes:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

fn result(model: &Model, result: &ComponentResult, promised: Promise) -> ResultView {
    let away = result.away();
    let met = |within: Option<Seconds>, actual: Option<Seconds>| {
        within.map(|within| actual.is_some_and(|actual| actual <= within))
    };
    let (rto, rpo) = (promised.rto.map(|rto| rto.at_most), promised.rpo.map(|rpo| rpo.at_most));
    let losses = result.data_loss.iter().map(|one| LossView {
        dataset: model.datasets[one.dataset].name.clone(),
        worst: one.loss.worst.map(Seconds::human),
        whole: one.loss.worst == Some(Seconds::ZERO),
        via: one.loss.via.map(|via| through(model, via)),
        rpo: rpo.map(Seconds::human),
        rpo_met: met(rpo, one.loss.worst),
    });
    ResultView {
        component: model.components[result.component].name.clone(),
        impact: result.impact.as_str(),
        strategy: result.strategy.as_str(),
        recovery: away.filter(|_| result.impact >= Impact::ReadOnly).map(mark),
        rto: rto.map(Seconds::human),
        rto_met: met(rto, away),
        through: result.through.map(|id| model.components[id].name.clone()),
        losses: losses.collect(),
    }
}

fn through(model: &Model, via: Via) -> String {
    match via {
        Via::Replication(id) => format!("replica {}", model.instances[id].name),
        Via::Copy(id) => {
            let copy = &model.copies[id];
            format!("copy {} in {}", copy.name, model.stores[copy.to].name)
        }
        Via::Guarantee => "the provider's promise".to_owned(),
    }
}

/// What is gone, in words. What lies within a location that is named is not named again.
fn gone(model: &Model, gone: &Gone) -> Vec<String> {
    let mut words = Vec::new();
    for &id in &gone.locations {
        let location = &model.locations[id];
        if location.within.is_none_or(|outer| !gone.takes(outer)) {
            words.push(format!("{} {}", location.kind, location.name));
        }
    }
    let of = |id| {
        let instance: &crate::model::Instance = &model.instances[id];
        format!("{} of {}", instance.name, model.components[instance.component].name)
    };
    let outside = |id: &&_| {
        let instance: &crate::model::Instance = &model.instances[**id];
        !gone.takes(instance.at)
    };
    words.extend(gone.lost.iter().filter(outside).map(|id| format!("instance {}", of(*id))));
    words.extend(gone.cut.iter().map(|id| format!("instance {} (cut off)", of(*id))));
    words.extend(gone.components.iter().map(|id| format!("component {}", model.components[*id].name)));
    let stores = gone.stores.iter().filter(|id| !gone.takes(model.stores[**id].at));
    words.extend(stores.map(|id| format!("store {}", model.stores[*id].name)));
    words
        .extend(gone.attacked.iter().map(|id| format!("store {} (what can be changed in it)", model.stores[*id].name)));
    words.extend(gone.corrupt.iter().map(|id| format!("data {} (wrong)", model.dataset_name(*id))));
    words
}

#[cfg(test)]
mod tests {
    use super::mark;
    use crate::units::Seconds;

    #[test]
    fn time_marks() {
        assert_eq!(mark(Seconds(0)), "0:00");
        assert_eq!(mark(Seconds(3_900)), "1:05");
        assert_eq!(mark(Seconds(100_001)), "27:46:41");
    }
}
