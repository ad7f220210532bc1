//! The ids of scenarios: short where that is clear, qualified where several things share a name.
//!
//! A location has the first right to `lose:NAME`, then a domain, a store, an instance; whoever comes later is
//! `lose:domains.NAME`, `lose:stores.NAME`, `lose:COMPONENT.INSTANCE`. Instances that share a name are all qualified.
//! Should even that be taken (a name may contain dots), the address in the spec is the id.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Cause;
use crate::model::{Component, ComponentId, InstanceId, Model};
use crate::terms::ScenarioKind;

/// Gives out ids, and remembers those that somebody else could want.
pub(super) struct Ids<'m> {
    model: &'m Model,
    /// How many instances have each name.
    instances: FxHashMap<&'m str, u32>,
    taken: FxHashSet<String>,
}

impl<'m> Ids<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        let mut instances = FxHashMap::default();
        for instance in model.instances.values() {
            *instances.entry(instance.name.as_str()).or_insert(0) += 1;
        }
        Self { model, instances, taken: FxHashSet::default() }
    }

    /// The form that a cause has unless another has it already.
    pub(super) fn first(&self, cause: &Cause) -> String {
        form(self.model, cause, usize::from(self.is_ambiguous(cause))).unwrap_or_default()
    }

    /// The first of the forms of a cause that is free.
    pub(super) fn take(&mut self, cause: &Cause) -> String {
        let mut number = usize::from(self.is_ambiguous(cause));
        let mut id = form(self.model, cause, number).unwrap_or_default();
        while self.taken.contains(&id) {
            number += 1;
            match form(self.model, cause, number) {
                Some(next) => id = next,
                None => break,
            }
        }
        // Only names of locations, domains and stores, and names with dots, can be met again by something else.
        if matches!(cause, Cause::Location(_) | Cause::Domain(_) | Cause::Store(_)) || id.contains('.') {
            self.taken.insert(id.clone());
        }
        id
    }

    fn is_ambiguous(&self, cause: &Cause) -> bool {
        match cause {
            Cause::Instance(id) | Cause::Cut(id) => {
                self.instances.get(self.model.instances[*id].name.as_str()).is_some_and(|&count| count > 1)
            }
            _ => false,
        }
    }
}

/// The forms in which the cause of a single failure can be named, by number: the shortest is 0, the address the last.
pub(super) fn form(model: &Model, cause: &Cause, number: usize) -> Option<String> {
    let named = |verb: &str, section: &str, name: &str| match number {
        0 => Some([verb, ":", name].concat()),
        1 => Some([verb, ":", section, ".", name].concat()),
        _ => None,
    };
    match cause {
        Cause::Instance(id) => of_instance(model, "lose", *id, number),
        Cause::Cut(id) => of_instance(model, "cut", *id, number),
        Cause::Component(id) => named("lose-all", "components", &model.components[*id].name),
        Cause::Location(id) => named("lose", "locations", &model.locations[*id].name),
        Cause::Domain(id) => named("lose", "domains", &model.domains[*id].name),
        Cause::Store(id) => named("lose", "stores", &model.stores[*id].name),
        Cause::Corruption(id) => match number {
            0 => {
                let dataset = &model.datasets[*id];
                Some(["corrupt:", &model.components[dataset.component].name, ".", &dataset.name].concat())
            }
            1 => Some(format!("corrupt:{}", model.dataset_address(*id))),
            _ => None,
        },
        Cause::Declared(id) => (number == 0).then(|| model.scenarios[*id].name.clone()),
        Cause::Pair(_) => None,
    }
}

fn of_instance(model: &Model, verb: &str, id: InstanceId, number: usize) -> Option<String> {
    let instance = &model.instances[id];
    match number {
        0 => Some([verb, ":", &instance.name].concat()),
        1 => Some([verb, ":", &model.components[instance.component].name, ".", &instance.name].concat()),
        2 => Some(format!("{verb}:{}", model.instance_address(id))),
        _ => None,
    }
}

/// The causes of all single failures, nearly in the order of their ids: to sort those is then a matter of one look.
/// `by_name` are the components in the order of their names.
pub(super) fn causes(model: &Model, by_name: &[ComponentId]) -> Vec<Cause> {
    let components = || by_name.iter().map(|&id| (id, &model.components[id]));
    let instances = || components().flat_map(|(_, component)| component.instances.iter().copied());
    let datasets = components().flat_map(|(_, component)| component.datasets.iter().copied());
    let lost = components().filter(|(_, component)| can_be_lost(component));
    let mut causes: Vec<Cause> = datasets.map(Cause::Corruption).collect();
    causes.extend(instances().map(Cause::Cut));
    causes.extend(lost.map(|(id, _)| Cause::Component(id)));
    causes.extend(model.locations.ids().map(Cause::Location));
    causes.extend(model.domains.ids().map(Cause::Domain));
    causes.extend(model.stores.ids().map(Cause::Store));
    causes.extend(instances().map(Cause::Instance));
    causes.extend(model.scenarios.ids().map(Cause::Declared));
    causes
}

/// By this order causes have a right to a short id.
pub(super) fn right(cause: &Cause) -> (u8, Cause) {
    let place = match cause {
        Cause::Location(_) => 0,
        Cause::Domain(_) => 1,
        Cause::Store(_) => 2,
        _ => 3,
    };
    (place, cause.clone())
}

/// A component without instances is not lost by itself, unless a provider says what happens then.
fn can_be_lost(component: &Component) -> bool {
    let promised = || component.guarantees.iter().any(|guarantee| guarantee.kind == ScenarioKind::ComponentLoss);
    !component.instances.is_empty() || promised()
}
