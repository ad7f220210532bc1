//! What the things of a plan are called out there: the table by which the output of real tools finds its addresses.

use super::{Desired, Trigger};
use crate::model::{CopyId, Model};
use crate::observed::{ComponentNames, CopyNames, DatasetNames, InstanceNames, Names, Start, StoreNames};

pub(super) fn names(desired: &Desired, model: &Model) -> Names {
    let component = |id| model.components[id].name.clone();
    let stores = model.stores.iter().map(|(id, store)| StoreNames {
        name: store.name.clone(),
        technology: store.technology.name.clone(),
        host: desired.host_of_store(id).map(|host| host.name.clone()),
        path: store.path.clone(),
    });
    let instances = model.instances.iter().map(|(id, instance)| InstanceNames {
        component: component(instance.component),
        name: instance.name.clone(),
        host: desired.host_of(id).map(|host| host.name.clone()),
        has_data: instance.has_data(),
    });
    let datasets = model.datasets.values().map(|dataset| DatasetNames {
        component: component(dataset.component),
        name: dataset.name.clone(),
        database: dataset.database.clone(),
        paths: dataset.paths.clone(),
    });
    Names {
        system: model.system.name.clone(),
        timezone: model.system.timezone.clone(),
        locations: model.locations.values().map(|location| location.name.clone()).collect(),
        hosts: desired.hosts.iter().map(|(_, host)| host.name.clone()).collect(),
        components: model
            .components
            .values()
            .map(|one| ComponentNames { name: one.name.clone(), technology: one.technology.name.clone() })
            .collect(),
        instances: instances.collect(),
        datasets: datasets.collect(),
        copies: model.copies.ids().map(|id| copy(desired, model, id)).collect(),
        stores: stores.collect(),
    }
}

fn copy(desired: &Desired, model: &Model, id: CopyId) -> CopyNames {
    let job = desired.job(id);
    let start = match job.trigger {
        Trigger::Calendar(_) => Start::Calendar,
        Trigger::Interval(_) => Start::Interval,
        Trigger::After { .. } => Start::After,
        Trigger::Continuous { .. } => Start::Stream,
        Trigger::Once(_) => Start::Once,
        Trigger::Impossible(_) => Start::Nothing,
    };
    // A copy of what a declared command has made is a matter of that command: nothing of ours is there to be seen.
    let by_commands = model.components[job.component].technology.commands_on.is_some();
    CopyNames {
        component: model.components[job.component].name.clone(),
        dataset: model.datasets[job.dataset].name.clone(),
        name: model.copies[id].name.clone(),
        job: job.name.clone(),
        host: job.runs_on.map(|host| desired.hosts.get(host).name.clone()),
        store: model.stores[job.store].name.clone(),
        method: job.method.clone(),
        start,
        gap: job.gap.map_or(0, |gap| gap.0),
        is_of_copy: job.from.is_some(),
        is_by_hand: model.copies[id].offline || (job.from.is_some() && by_commands),
    }
}
