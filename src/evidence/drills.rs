//! Evidence of drills: how they ended, how long ago that is, whether they were of the plan as it is, and how long steps took.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::wanted::earlier;
use super::{Bound, Fact, FactKind, Found, Question, Subject};
use crate::analysis::context::Context;
use crate::analysis::fingerprint::fingerprint;
use crate::analysis::loss::LossEngine;
use crate::analysis::outcome::recovery;
use crate::analysis::scenario::{Scenario, Scenarios};
use crate::drill::Verdict;
use crate::model::{Component, Model, Origin, Sourced};
use crate::observed::{Address, Field, Instant, Seen, Thing, Value};
use crate::units::Seconds;

/// What drills say against the plan.
pub(super) fn facts(question: &Question<'_>, things: &FxHashMap<&Address, &Thing>) -> Vec<Found> {
    let last = last_drills(question);
    let mut found: Vec<Found> = Vec::new();
    for (id, component) in question.model.components.iter() {
        let thing = things.get(&Address::Component(component.name.clone())).copied();
        let of_component = Of { question, component, thing };
        found.extend(of_component.drilled(&last).map(|fact| Found { fact, subject: Subject::Component(id) }));
        found.extend(of_component.steps().into_iter().map(|fact| Found { fact, subject: Subject::Component(id) }));
    }
    found.extend(last.values().filter_map(|drill| drill.failed()).map(|fact| Found { fact, subject: Subject::Drill }));
    found.extend(changed(question, &last).into_iter().map(|fact| Found { fact, subject: Subject::Drill }));
    found
}

/// The last drill of a scenario.
pub(super) struct Last<'a> {
    address: &'a Address,
    thing: &'a Thing,
    scenario: &'a str,
    ended: Instant,
}

/// Every drill that was observed, by its address.
pub(super) fn drills<'a>(question: &Question<'a>) -> impl Iterator<Item = (&'a Address, &'a Thing)> + use<'a> {
    let first = Address::Drill(String::new());
    question.observed.things.range(first..).take_while(|(address, _)| matches!(address, Address::Drill(_)))
}

/// The last drill of each scenario, by its id.
pub(super) fn last_drills<'a>(question: &Question<'a>) -> BTreeMap<&'a str, Last<'a>> {
    let mut last: BTreeMap<&str, Last<'_>> = BTreeMap::new();
    for (address, thing) in drills(question) {
        let Some(Value::Text(scenario)) = thing.get(Field::Scenario) else { continue };
        let Some(Value::Instant(Some(ended))) = thing.get(Field::Ended) else { continue };
        if last.get(scenario.as_str()).is_none_or(|known| known.ended <= *ended) {
            last.insert(scenario, Last { address, thing, scenario, ended: *ended });
        }
    }
    last
}

impl Last<'_> {
    fn fact(&self, kind: FactKind, field: Field, seen: &Seen, desired: Value) -> Fact {
        Fact::bare(kind, (self.address.clone(), None), (field, seen), (Bound::Equal, desired))
    }

    fn failed(&self) -> Option<Fact> {
        let seen = self.thing.seen(Field::Verdict)?;
        if seen.value.as_text() != Some(Verdict::Failed.as_str()) {
            return None;
        }
        let real = self.thing.get(Field::Real) == Some(&Value::Flag(true));
        let what = if real { "recovery from" } else { "drill of" };
        let notes = match self.thing.get(Field::FellShort) {
            Some(Value::List(words)) => words.clone(),
            _ => Vec::new(),
        };
        let ok = Value::Text(Verdict::Ok.as_str().to_owned());
        Some(Fact {
            message: format!("the last {what} `{}`, on {}, failed", self.scenario, day(self.ended)),
            notes,
            help: "mend what fell short, and hold the drill again".to_owned(),
            ..self.fact(FactKind::DrillFailed, Field::Verdict, seen, ok)
        })
    }
}

/// The digest of what is done now in each of the scenarios that there are.
pub(super) fn procedures<'a>(model: &Model, scenarios: BTreeSet<&'a str>) -> BTreeMap<&'a str, String> {
    if scenarios.is_empty() {
        return BTreeMap::new();
    }
    let losses = LossEngine::new(model);
    let context = Context::new(model, &losses);
    let all = Scenarios::new(model);
    let now = |scenario: &Scenario| fingerprint(model, &recovery(&context, scenario));
    scenarios.into_iter().filter_map(|id| Some((id, now(&all.find(id).ok()?)))).collect()
}

/// Drills of a procedure that is another by now. A scenario that is no more has none.
fn changed(question: &Question<'_>, last: &BTreeMap<&str, Last<'_>>) -> Vec<Fact> {
    let drilled = last.values().filter_map(|drill| Some((drill, drill.thing.seen(Field::Procedure)?)));
    let drilled: Vec<(&Last<'_>, &Seen)> = drilled.collect();
    let procedures = procedures(question.model, drilled.iter().map(|(drill, _)| drill.scenario).collect());
    let fact = |(drill, seen): (&Last<'_>, &Seen)| {
        let procedure = procedures.get(drill.scenario)?;
        if seen.value.as_text() == Some(procedure) {
            return None;
        }
        let ago = question.now.since(drill.ended).human();
        let message =
            format!("what is done in `{}` has changed since its last drill on {}", drill.scenario, day(drill.ended));
        Some(Fact {
            message,
            notes: vec![format!("the drill is {ago} old, and its steps are not those of the runbook any more")],
            help: format!("hold a drill of the plan as it is: `drplan drill start {}`", drill.scenario),
            ..drill.fact(FactKind::DrillBeforeChange, Field::Procedure, seen, Value::Text(procedure.clone()))
        })
    };
    drilled.into_iter().filter_map(fact).collect()
}

/// What was seen of a component.
struct Of<'a> {
    question: &'a Question<'a>,
    component: &'a Component,
    thing: Option<&'a Thing>,
}

impl Of<'_> {
    fn fact(&self, kind: FactKind, field: Field, seen: &Seen, (bound, desired): (Bound, Value)) -> Fact {
        let address = Address::Component(self.component.name.clone());
        let span = self.component.objective_span.unwrap_or(self.component.span);
        Fact::bare(kind, (address, Some(span)), (field, seen), (bound, desired))
    }

    /// How long ago it was last brought back, where an objective asks for drills. Where drills were observed and none of them
    /// brought it back, it never was.
    fn drilled(&self, last: &BTreeMap<&str, Last<'_>>) -> Option<Fact> {
        let every = self.question.model.objectives[self.component.objective?].drill_every?.at_most;
        if self.component.instances.is_empty() {
            return None;
        }
        let now = self.question.now;
        let since = (Bound::Since, Value::Instant(Some(earlier(now, every))));
        let name = &self.component.name;
        let help = "hold a drill of a scenario that it does not survive, and observe its record".to_owned();
        match self.thing.and_then(|thing| thing.seen(Field::Drilled)) {
            Some(seen) => match seen.value {
                Value::Instant(Some(drilled)) if now.since(drilled) > every => Some(Fact {
                    message: format!(
                        "the last drill that brought `{name}` back is {} ago, and one is due every {}",
                        now.since(drilled).human(),
                        every.human()
                    ),
                    help,
                    ..self.fact(FactKind::DrillOverdue, Field::Drilled, seen, since)
                }),
                Value::Instant(None) => Some(Fact {
                    message: format!("`{name}` has never been brought back in a drill"),
                    notes: vec![self.unproven(every)],
                    help,
                    ..self.fact(FactKind::NeverDrilled, Field::Drilled, seen, since)
                }),
                _ => None,
            },
            None => {
                let newest = last.values().max_by_key(|drill| drill.ended)?;
                let seen = newest.thing.seen(Field::Ended)?;
                let never = Seen { value: Value::Instant(None), ..seen.clone() };
                Some(Fact {
                    message: format!("none of the drills that were observed brought `{name}` back"),
                    notes: vec![self.unproven(every)],
                    help,
                    ..self.fact(FactKind::NeverDrilled, Field::Drilled, &never, since)
                })
            }
        }
    }

    fn unproven(&self, every: Seconds) -> String {
        let rto = self.component.objective.and_then(|id| self.question.model.objectives[id].default.rto);
        let promised = rto.map(|rto| format!(", and that it serves again within {} is unproven", rto.at_most.human()));
        format!("one is due every {}{}", every.human(), promised.unwrap_or_default())
    }

    /// Every step that took longer than the plan gives it.
    fn steps(&self) -> Vec<Fact> {
        let Some(thing) = self.thing else { return Vec::new() };
        let plan = &self.component.recovery;
        let cutover = Sourced { value: plan.cutover.value + self.component.dns_ttl, ..plan.cutover };
        let team = self.component.owner.map(|team| &self.question.model.teams[team]);
        let planned = match thing.get(Field::TransferPlanned) {
            Some(Value::Duration(planned)) => Some(Sourced { value: *planned, origin: Origin::Derived }),
            _ => None,
        };
        let respond = team.map(|team| Sourced::declared(team.responds_within));
        let steps = [
            (Field::Detect, Some(plan.detect), "recovery: {detect: "),
            (Field::Respond, respond, "responds_within: "),
            (Field::Promote, Some(self.component.failover.takes), "failover: {takes: "),
            (Field::Provision, Some(plan.provision), "recovery: {provision: "),
            (Field::Transfer, planned, ""),
            (Field::Start, Some(plan.start), "recovery: {start: "),
            (Field::Verify, Some(plan.verify), "recovery: {verify: "),
            (Field::Cutover, Some(cutover), "recovery: {cutover: "),
        ];
        steps.into_iter().filter_map(|(field, planned, key)| self.longer(thing, field, planned?, key)).collect()
    }

    fn longer(&self, thing: &Thing, field: Field, planned: Sourced<Seconds>, key: &str) -> Option<Fact> {
        let seen = thing.seen(field)?;
        let Value::Duration(took) = seen.value else { return None };
        if took <= planned.value {
            return None;
        }
        let (step, name) = (field.key(), &self.component.name);
        let given = match planned.origin {
            Origin::Declared => format!("declared are {}", planned.value.human()),
            Origin::Derived => format!("the plan gave it {}", planned.value.human()),
            _ => format!("{} is assumed", planned.value.human()),
        };
        // Old names of a cutover run out by themselves.
        let own = if field == Field::Cutover { Seconds(took.0 - self.component.dns_ttl.0) } else { took };
        let help = match key {
            "" => "look what held it up; `drplan assess --observed` reckons with it".to_owned(),
            key if key.contains('{') => format!("write `{key}{own}}}`, or make the step shorter"),
            key => format!("write `{key}{own}` at its team, or make the step shorter"),
        };
        let bound = (Bound::AtMost, Value::Duration(planned.value));
        Some(Fact {
            message: format!("`{step}` of `{name}` took {}, and {given}", took.human()),
            help,
            span: Some(self.component.span),
            ..self.fact(FactKind::StepLonger, field, seen, bound)
        })
    }
}

fn day(at: Instant) -> String {
    at.to_string().chars().take(10).collect()
}
