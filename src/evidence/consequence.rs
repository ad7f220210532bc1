//! What follows from a fact, in numbers: the worst case with what was measured, beside what is promised.

use rayon::prelude::*;

use super::drills::last_drills;
use super::wanted::plan_instant;
use super::{Fact, FactKind, Found, Question, Subject};
use crate::analysis::context::Context;
use crate::analysis::loss::{LossEngine, replica_lag};
use crate::analysis::outcome::{Outcome, outcome, promise};
use crate::analysis::scenario::{Scenario, Scenarios};
use crate::model::{ComponentId, CopyId, DatasetId, InstanceId, Model};
use crate::observed::{Address, Field, Value};
use crate::units::{Bytes, Rate, Seconds};

/// Adds to each fact what follows from it.
pub(super) fn tell(question: &Question<'_>, facts: &mut [Found]) {
    if facts.is_empty() {
        return;
    }
    // Built only where there is something to tell: most systems are as planned.
    let (measured, _) = question.model.measured(question.observed);
    let losses = LossEngine::new(&measured);
    let drilled = match facts.iter().any(|found| found.fact.kind == FactKind::StepLonger) {
        true => drilled(question, &measured, &losses),
        false => Vec::new(),
    };
    let told = Told { question, measured: &measured, losses: &losses, drilled };
    facts.par_iter_mut().for_each(|found| {
        let note = told.note(&found.fact, found.subject);
        found.fact.notes.extend(note);
    });
}

struct Told<'a> {
    question: &'a Question<'a>,
    measured: &'a Model,
    losses: &'a LossEngine<'a>,
    drilled: Vec<Drilled>,
}

/// A scenario that was drilled, as planned and with what was measured.
struct Drilled {
    scenario: Scenario,
    planned: Outcome,
    measured: Outcome,
}

fn drilled(question: &Question<'_>, measured: &Model, losses: &LossEngine<'_>) -> Vec<Drilled> {
    let scenarios = Scenarios::new(question.model);
    let own = LossEngine::new(question.model);
    let (before, after) = (Context::new(question.model, &own), Context::new(measured, losses));
    let found = last_drills(question).into_keys().filter_map(|id| scenarios.find(id).ok());
    let worked_out = |scenario: Scenario| Drilled {
        planned: outcome(&before, &scenario),
        measured: outcome(&after, &scenario),
        scenario,
    };
    found.map(worked_out).collect()
}

impl Told<'_> {
    fn note(&self, fact: &Fact, subject: Subject) -> Option<String> {
        match (fact.kind, subject) {
            (FactKind::RunLonger, Subject::Copy(copy)) => self.longer(copy),
            (FactKind::BackupTooOld, Subject::Copy(copy)) => self.too_old(fact, copy),
            (FactKind::EvidenceTooOld, Subject::Copy(copy)) => Some(format!(
                "should it have stopped then, a disaster loses {}{}",
                self.age_of_newest(fact)?.human(),
                self.objective(copy)
            )),
            (FactKind::LastRunFailed | FactKind::TimerNeverFired, Subject::Copy(copy)) => self.next_failure(fact, copy),
            (FactKind::NeverRestored, Subject::Copy(copy)) => self.unproven(fact, copy),
            (FactKind::DataLarger, Subject::Dataset(dataset)) => self.larger(dataset, fact),
            (FactKind::LagAbove, Subject::Instance(instance)) => self.behind(instance),
            (FactKind::StepLonger, Subject::Component(component)) => self.slower(component),
            _ => None,
        }
    }

    /// How much later a component serves, in the scenario of a drill in which that is worst.
    fn slower(&self, component: ComponentId) -> Option<String> {
        let away = |outcome: &Outcome| outcome.results.iter().find(|result| result.component == component)?.away();
        let times = self.drilled.iter().filter_map(|one| Some((one, away(&one.planned)?, away(&one.measured)?)));
        let (drilled, planned, measured) = times.max_by_key(|(_, _, measured)| *measured)?;
        let context = Context::new(self.measured, self.losses);
        let scenario = &drilled.scenario;
        let rto = promise(&context, scenario.kind, scenario.declared(), component).rto;
        let objective = rto.map(|rto| format!(", objective {}", rto.at_most.human())).unwrap_or_default();
        Some(format!(
            "with all that was measured it serves again after {} in `{}`, by the plan after {}{objective}",
            measured.human(),
            scenario.id,
            planned.human()
        ))
    }

    fn longer(&self, copy: CopyId) -> Option<String> {
        let takes = self.measured.copies[copy].takes.value.human();
        Some(match self.losses.own_worst(copy) {
            Some(worst) => {
                let worst = worst.human();
                format!("with the observed {takes} runs the worst case is {worst}{}", self.objective(copy))
            }
            None => format!("with the observed {takes} runs the worst case has no bound"),
        })
    }

    fn too_old(&self, fact: &Fact, copy: CopyId) -> Option<String> {
        let Value::Instant(newest) = fact.seen.value else { return None };
        Some(match newest {
            Some(newest) => {
                let lost = fact.seen.at.since(newest).human();
                format!("a disaster at that moment would have lost {lost}{}", self.objective(copy))
            }
            None => "a disaster that leaves only this copy loses everything".to_owned(),
        })
    }

    /// How old the newest point gets should the next run fail as well.
    fn next_failure(&self, fact: &Fact, copy: CopyId) -> Option<String> {
        let thing = self.question.observed.get(&fact.address)?;
        let gap = self.question.desired.job(copy).gap?;
        let Some(newest) = thing.seen(Field::Newest) else {
            let deployed = plan_instant(self.question, Field::Deployed)?;
            let ago = fact.seen.at.since(deployed).human();
            return Some(format!("deployed {ago} before it was looked at, and a run is due every {}", gap.human()));
        };
        match newest.value {
            Value::Instant(Some(at)) => {
                let age = newest.at.since(at);
                let later = (age + gap).human();
                Some(format!(
                    "the newest point was {} old at {}, and is {later} old if the next run does not come{}",
                    age.human(),
                    newest.at,
                    self.objective(copy)
                ))
            }
            _ => Some("there is no point that can be restored".to_owned()),
        }
    }

    fn unproven(&self, fact: &Fact, copy: CopyId) -> Option<String> {
        let points = self.question.observed.get(&fact.address).and_then(|thing| thing.get(Field::Points));
        let points = match points {
            Some(Value::Count(1)) => "its 1 point is".to_owned(),
            Some(Value::Count(points)) => format!("its {points} points are"),
            _ => "its points are".to_owned(),
        };
        let dataset = self.measured.copies[copy].dataset;
        let size = self.measured.datasets[dataset].size.value;
        Some(match self.transfer(copy, size) {
            Some((time, _)) => format!("{points} unproven, and so are the {} that a restore is to take", time.human()),
            None => format!("{points} unproven"),
        })
    }

    fn larger(&self, dataset: DatasetId, fact: &Fact) -> Option<String> {
        let Value::Size(size) = fact.seen.value else { return None };
        let declared = self.question.model.datasets[dataset].size.value;
        let copies = &self.measured.datasets[dataset].copies;
        let best = copies.iter().copied().filter(|id| self.losses.own_worst(*id).is_some());
        let copy = match &fact.address {
            Address::Copy(.., name) => copies.iter().copied().find(|id| self.measured.copies[*id].name == *name),
            _ => best.min_by_key(|id| self.losses.own_worst(*id)),
        };
        let copy = copy?;
        let ((before, _), (after, rate)) = (self.transfer(copy, declared)?, self.transfer(copy, size)?);
        let component = &self.measured.components[self.measured.datasets[dataset].component];
        let objective = component.objective.and_then(|id| self.measured.objectives[id].default.rto);
        let objective = objective.map(|rto| format!(", objective {}", rto.at_most.human())).unwrap_or_default();
        Some(format!(
            "the transfer alone takes {} at {} instead of {}{objective}",
            after.human(),
            speed(rate),
            before.human()
        ))
    }

    fn behind(&self, instance: InstanceId) -> Option<String> {
        let lost = Seconds(u64::try_from(replica_lag(self.measured, instance)).unwrap_or(0)).human();
        let component = &self.measured.components[self.measured.instances[instance].component];
        let rpo = component.objective.and_then(|id| self.measured.objectives[id].default.rpo);
        let objective = rpo.map(|rpo| format!(", objective {}", rpo.at_most.human())).unwrap_or_default();
        Some(format!("a failover to it at that moment would have lost {lost}{objective}"))
    }

    /// How long the transfer of so much takes, undisturbed, by what limits it first.
    fn transfer(&self, copy: CopyId, size: Bytes) -> Option<(Seconds, Rate)> {
        let model = self.measured;
        let copy = &model.copies[copy];
        let component = &model.components[model.datasets[copy.dataset].component];
        let rates = [component.recovery.restore_rate.map(|rate| rate.value), model.stores[copy.to].read];
        let timed = rates.into_iter().flatten().filter_map(|rate| Some((rate.time_for(size)?, rate)));
        timed.max_by_key(|(time, _)| *time)
    }

    fn age_of_newest(&self, fact: &Fact) -> Option<Seconds> {
        match fact.seen.value {
            Value::Instant(Some(newest)) => Some(self.question.now.since(newest)),
            _ => None,
        }
    }

    /// `, objective 26 h`: the promise that the copy answers for; nothing where there is none.
    fn objective(&self, copy: CopyId) -> String {
        let model = self.question.model;
        let Some(critical) = self.question.desired.job(copy).freshness.critical else { return String::new() };
        let component = &model.components[model.datasets[model.copies[copy].dataset].component];
        let promised = component.objective.is_some_and(|id| {
            let objective = &model.objectives[id];
            let kinds = objective.by_kind.iter().map(|(kind, _)| objective.promise(*kind, None));
            std::iter::once(objective.default).chain(kinds).any(|p| p.rpo.is_some_and(|rpo| rpo.at_most == critical))
        });
        if promised { format!(", objective {}", critical.human()) } else { String::new() }
    }
}

/// A rate as people write it; a measured one comes out even in no unit.
fn speed(rate: Rate) -> String {
    let exact = rate.to_string();
    let mebi = rate.amount_in(Seconds(1)).0 >> 20;
    if exact.len() <= 10 && exact.ends_with("/s") || mebi == 0 { exact } else { format!("about {mebi} MiB/s") }
}
