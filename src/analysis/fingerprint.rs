//! A digest of what is done in a recovery: by it a drill knows whether it was of the plan as it is now.
//!
//! What goes into it is who does what, where, with what and after what. How long a step takes and how much there is to move
//! do not: a plan that has learnt from a drill how long its steps take is the plan that was drilled.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::impact::{Movement, Source};
use super::outcome::Recovery;
use super::procedure::{Procedure, Step, Work};
use crate::model::{CopyId, InstanceId, Model};

/// The digest of all procedures of a recovery, in sixteen hexadecimal digits.
pub fn fingerprint(model: &Model, recovery: &Recovery) -> String {
    let mut text = String::new();
    for procedure in &recovery.procedures {
        of_procedure(model, procedure, &mut text);
    }
    Sha256::digest(text.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// One fact a line; texts are quoted, so that no two plans have the same lines.
fn of_procedure(model: &Model, procedure: &Procedure, out: &mut String) {
    let component = &model.components[procedure.component];
    let _ = writeln!(out, "component {:?} {:?}", component.name, component.technology.name);
    let _ = writeln!(out, "parameters {:?}", component.parameters);
    let _ = writeln!(out, "strategy {}", procedure.strategy);
    let _ = writeln!(out, "team {:?}", procedure.team.map(|team| &model.teams[team].name));
    let _ = writeln!(out, "place {:?}", procedure.place.map(|place| &model.locations[place].name));
    for id in procedure.rebuilt.iter().chain(&procedure.promoted) {
        let _ = writeln!(out, "instance {}", of_instance(model, *id));
    }
    for step in &procedure.steps {
        of_step(model, step, out);
    }
    let _ = writeln!(out, "serves after {:?}", names(model, &procedure.serves_after));
}

fn of_step(model: &Model, step: &Step, out: &mut String) {
    let _ = write!(out, "step {} {:?} {}", step.kind, step.after, step.hands_on);
    let _ = write!(out, " {:?}", names(model, &step.waits_for));
    match &step.work {
        Work::Move(movement, _) => {
            let _ = writeln!(out, " {}", of_movement(model, movement));
        }
        Work::Time(_) | Work::Response(..) => out.push('\n'),
    }
}

fn of_movement(model: &Model, movement: &Movement) -> String {
    let dataset = movement.dataset.map(|id| {
        let dataset = &model.datasets[id];
        (&dataset.name, &dataset.database, &dataset.paths)
    });
    let key = movement.key.map(|key| &model.components[key].name);
    let source = match movement.source {
        Source::Copy(copy) => of_copy(model, copy),
        Source::Replica(instance) => of_instance(model, instance),
    };
    format!("{dataset:?} {key:?} {source}")
}

fn of_copy(model: &Model, id: CopyId) -> String {
    let copy = &model.copies[id];
    let store = &model.stores[copy.to];
    let place = (&store.name, &store.technology.name, &store.path, &store.certname, &store.parameters);
    format!("copy {:?} {:?} {place:?}", copy.name, copy.method)
}

fn of_instance(model: &Model, id: InstanceId) -> String {
    let instance = &model.instances[id];
    format!("{:?} {:?} {:?}", instance.name, instance.certname, model.locations[instance.at].name)
}

fn names<'m>(model: &'m Model, components: &[crate::model::ComponentId]) -> Vec<&'m str> {
    let mut names: Vec<&str> = components.iter().map(|id| model.components[*id].name.as_str()).collect();
    names.sort_unstable();
    names
}
