//! The record of a drill: how long each step took, and how it ended.
//!
//! What a step took counts where its stamps tell: a step that was stamped in one go with the one before it is left out. So is
//! what a plan gives no time to, since machines stood ready.

use std::collections::BTreeSet;

use super::super::address::Address;
use super::super::field::Field;
use super::super::names::Names;
use super::super::state::Observed;
use super::super::value::{Instant, Value};
use super::input::{Input, Refusal};
use super::sink::{self, Sink, foreign_name, text};
use crate::diag::visible::one_line;
use crate::drill::{Drill, Finish, NOT_DONE, Record, StepState, Verdict};
use crate::terms::StepKind;
use crate::units::{Bytes, Seconds};

pub(super) fn read(input: &Input<'_>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let record = Record::read(input.text.as_bytes()).map_err(|broken| {
        let refusal = Refusal::new(one_line(&broken.message)).at(broken.line, 1);
        refusal.help("a record is what `drplan drill` writes, as it is")
    })?;
    let drill = Drill::of(&record).ok_or_else(|| Refusal::new("the record is empty"))?;
    let Some((finish, verdict)) = drill.finish.zip(drill.verdict()) else {
        return Err(Refusal::new("the drill is not over").help("end it with `drplan drill finish`"));
    };
    if record.torn > 0 {
        sink.remark("a line of the record was cut off by a crash and is not counted");
    }
    sink.absorb(Observed { system: Some(drill.start.plan.clone()), ..Observed::default() });
    of_drill(&drill, finish, verdict, sink);
    of_components(&drill, finish, names, sink);
    Ok(())
}

fn of_drill(drill: &Drill<'_>, finish: &Finish, verdict: Verdict, sink: &mut Sink) {
    let address = Address::Drill(foreign_name(&format!("{} {}", drill.start.scenario, drill.start.disrupted)));
    let at = Instant(finish.at.as_second());
    let mut see = |field, value| sink.see_at(&address, field, value, at);
    see(Field::Scenario, text(&drill.start.scenario));
    see(Field::Started, sink::instant(Instant(drill.start.disrupted.as_second())));
    see(Field::Ended, sink::instant(at));
    see(Field::Verdict, text(verdict.as_str()));
    see(Field::Procedure, text(&drill.start.procedure));
    see(Field::Real, Value::Flag(drill.start.real));
    see(Field::By, text(one_line(drill.by)));
    let backs = drill.backs(&drill.projection(finish.at));
    if let Some(last) = backs.iter().map(|back| back.at.filter(|_| back.is_back)).collect::<Option<Vec<_>>>() {
        see(Field::Recovered, sink::duration(last.into_iter().max().unwrap_or_default()));
    }
    if let Some(planned) = backs.iter().map(|back| back.planned.back_s).collect::<Option<Vec<_>>>() {
        see(Field::RecoveryPlanned, sink::duration(Seconds(planned.into_iter().max().unwrap_or_default())));
    }
    let missed: Vec<String> = drill.steps.iter().filter(|step| step.is_missed()).map(name).collect();
    if !missed.is_empty() {
        see(Field::Missed, Value::List(missed));
    }
    let fell_short = fell_short(drill, finish);
    if !fell_short.is_empty() {
        see(Field::FellShort, Value::List(fell_short));
    }
}

fn name(step: &StepState<'_>) -> String {
    one_line(&format!("{} {}", step.planned.component, step.planned.kind)).into_owned()
}

/// What was not done and not kept, each in words.
fn fell_short(drill: &Drill<'_>, finish: &Finish) -> Vec<String> {
    let undone = drill.steps.iter().filter(|step| step.over().is_none());
    let mut words: Vec<String> = undone.map(|step| format!("{}{NOT_DONE}", name(step))).collect();
    for back in drill.backs(&drill.projection(finish.at)) {
        if let (Some(false), Some(rto)) = (back.is_met(), back.planned.rto_s) {
            let component = one_line(&back.planned.component).into_owned();
            let after = match back.at.filter(|_| back.is_back) {
                Some(at) => format!("served after {}", at.human()),
                None => "did not serve".to_owned(),
            };
            words.push(format!("{component} {after}, promised {}", Seconds(rto).human()));
        }
    }
    for loss in drill.losses() {
        if let (Some(false), Some(lost), Some(rpo)) = (loss.is_met(), loss.lost, loss.planned.rpo_s) {
            let dataset = format!("{}.{}", loss.planned.component, loss.planned.dataset);
            let (dataset, lost) = (one_line(&dataset).into_owned(), lost.human());
            words.push(format!("{dataset} lost {lost}, promised {}", Seconds(rpo).human()));
        }
    }
    words
}

fn of_components(drill: &Drill<'_>, finish: &Finish, names: &Names, sink: &mut Sink) {
    let known: BTreeSet<&str> = names.components.iter().map(|component| component.name.as_str()).collect();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for step in &drill.steps {
        let component = step.planned.component.as_str();
        if !known.contains(component) {
            sink.remark(format!("the spec has no component `{component}`: its steps are left out"));
            continue;
        }
        let address = Address::Component(component.to_owned());
        if told.insert(component) && drill.brought_back(component) {
            sink.see_at(
                &address,
                Field::Drilled,
                sink::instant(Instant(finish.at.as_second())),
                Instant(finish.at.as_second()),
            );
        }
        measured(drill, step, &address, sink);
    }
}

/// How long a step took.
fn measured(drill: &Drill<'_>, step: &StepState<'_>, address: &Address, sink: &mut Sink) {
    let Some((field, ended)) = field(step.planned.kind).zip(step.ended) else { return };
    let planned = Seconds(step.planned.to_s - step.planned.from_s);
    if planned == Seconds::ZERO {
        return;
    }
    let Some(took) = drill.took(step) else {
        if step.over().is_some() && ended.together {
            sink.remark(format!(
                "`{}` was stamped in one go with the step before it: what it took is not known",
                name(step)
            ));
        }
        return;
    };
    let at = Instant(ended.at.as_second());
    sink.see_at(address, field, sink::duration(took), at);
    if let (Field::Transfer, Some(bytes)) = (field, step.planned.bytes) {
        sink.see_at(address, Field::TransferPlanned, sink::duration(planned), at);
        sink.see_at(address, Field::TransferBytes, Value::Size(Bytes(bytes)), at);
    }
}

fn field(kind: StepKind) -> Option<Field> {
    match kind {
        StepKind::Detect => Some(Field::Detect),
        StepKind::Respond => Some(Field::Respond),
        StepKind::Promote => Some(Field::Promote),
        StepKind::Provision => Some(Field::Provision),
        StepKind::Transfer => Some(Field::Transfer),
        StepKind::Start => Some(Field::Start),
        StepKind::Verify => Some(Field::Verify),
        StepKind::Cutover => Some(Field::Cutover),
        StepKind::Retrieve | StepKind::Guarantee => None,
    }
}
