//! Whether the instances that are left are enough: counts, majorities, roles.

use crate::model::{Component, Instance, InstanceId, Model, ServesWith};
use crate::terms::Role;

/// Whether the instances that `is_up` says are enough to serve.
///
/// A count is of instances with data. A majority is of the votes of all instances that there are, the lost ones
/// included, and needs one with data among those that are left; a witness votes and has no data.
pub fn enough(model: &Model, component: &Component, is_up: impl Fn(InstanceId) -> bool) -> bool {
    let all = || component.instances.iter().map(|&id| (id, &model.instances[id]));
    let up = || all().filter(|&(id, _)| is_up(id)).map(|(_, instance)| instance);
    let with_data = || up().filter(|instance| instance.has_data()).count();
    match component.serves_with {
        ServesWith::Count(count) => with_data() >= count as usize,
        ServesWith::All => up().count() == component.instances.len(),
        ServesWith::Majority => {
            let held: u64 = up().map(|instance| u64::from(instance.votes)).sum();
            let total: u64 = all().map(|(_, instance)| u64::from(instance.votes)).sum();
            held * 2 > total && with_data() > 0
        }
    }
}

/// Whether the instances that `is_up` says are enough to answer reads, where the component says how many that takes.
pub fn enough_to_read(model: &Model, component: &Component, is_up: impl Fn(InstanceId) -> bool) -> bool {
    let Some(count) = component.reads_with else { return false };
    let up = component.instances.iter().filter(|&&id| is_up(id) && model.instances[id].has_data());
    up.count() >= count as usize
}

/// The instances whose loss takes the lead away: the primaries. Where roles matter and none is declared, it may be any
/// that is not declared to be something else. Where the technology knows no roles, there are none.
pub fn leaders(model: &Model, component: &Component) -> impl Iterator<Item = InstanceId> {
    let instances = if component.technology.roles { component.instances.as_slice() } else { &[] };
    let declared = instances.iter().any(|&id| model.instances[id].role == Some(Role::Primary));
    let leads = move |instance: &Instance| match instance.role {
        Some(Role::Primary) => true,
        Some(_) => false,
        None => !declared,
    };
    instances.iter().copied().filter(move |&id| leads(&model.instances[id]))
}
