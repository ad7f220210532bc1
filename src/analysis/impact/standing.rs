//! A component that is hit, looked at alone: which way back the scenario leaves it, and what that way loses.

use super::quorum::{enough, enough_to_read, leaders};
use crate::analysis::context::Context;
use crate::analysis::scenario::Gone;
use crate::model::{ChangeRate, Component, ComponentId, CopyId, DatasetId, Guarantee, InstanceId, LocationId, Model};
use crate::terms::{FailoverMode, ReplicationMode, Role, ScenarioKind, Strategy};
use crate::units::Seconds;

/// What a scenario does to a component by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Touch<'g> {
    /// Its instances that are lost.
    pub lost: &'g [InstanceId],
    /// Its instances that are cut off.
    pub cut: &'g [InstanceId],
    /// Its datasets that go bad.
    pub corrupt: &'g [DatasetId],
    /// Whether it has no instances and fails as such.
    pub whole: bool,
}

/// How a component that is hit stands, before anything around it is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The way back; `None` where there is none or where it is not ours.
    pub strategy: Strategy,
    /// Whether service is interrupted.
    pub interrupted: bool,
    /// Whether reads are answered all the same.
    pub reads: bool,
    /// Whether there is no way back at all, and why.
    pub lost: Option<Missing>,
    /// The provider's promise that stands for all that is computed.
    pub promise: Option<Guarantee>,
    /// Where it is built again, or where its data is put.
    pub place: Option<LocationId>,
    /// The instances that are built again so that it serves.
    pub rebuilt: Vec<InstanceId>,
    /// The instances that can take over or that data can be fetched from, the best first.
    pub replicas: Vec<InstanceId>,
    /// What must be moved.
    pub brings: Brings,
    /// What is lost of its data.
    pub losing: Losing,
}

/// What a component lacks so that nothing brings it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A copy of this data.
    Copy(DatasetId),
    /// A place to build it.
    Place,
    /// A promise: it is the provider's to bring back, and he promises nothing for this.
    Promise,
}

/// What must be moved to the place of a component before it can start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brings {
    /// Nothing.
    Nothing,
    /// All its data, from a replica.
    Replica(InstanceId),
    /// These datasets, from copies.
    Copies(Vec<DatasetId>),
}

/// What is lost of a component's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Losing {
    /// Nothing.
    Nothing,
    /// What these replicas do not have yet.
    BehindReplicas(Vec<InstanceId>),
    /// What the copies of these datasets do not have.
    BehindCopies(Vec<DatasetId>),
    /// What the provider says, of these datasets.
    Promised(Vec<DatasetId>, Seconds),
}

impl Losing {
    /// Whether something of a dataset is lost.
    pub fn takes(&self, dataset: DatasetId) -> bool {
        match self {
            Losing::Nothing => false,
            Losing::BehindReplicas(_) => true,
            Losing::BehindCopies(datasets) => datasets.contains(&dataset),
            Losing::Promised(datasets, loss) => *loss > Seconds::ZERO && datasets.contains(&dataset),
        }
    }
}

/// What a scenario does to each component by itself, in the order of their ids.
///
/// Instances and datasets of one component are together in their tables, and in the order of components; so are the lists
/// of what is gone, which are sorted.
pub fn touches<'g>(model: &'g Model, gone: &'g Gone) -> impl Iterator<Item = (ComponentId, Touch<'g>)> {
    let (mut lost, mut cut) = (gone.lost.as_slice(), gone.cut.as_slice());
    let (mut corrupt, mut whole) = (gone.corrupt.as_slice(), gone.components.as_slice());
    let of_instance = |id: &InstanceId| model.instances[*id].component;
    let of_dataset = |id: &DatasetId| model.datasets[*id].component;
    std::iter::from_fn(move || {
        let next = [
            lost.first().map(of_instance),
            cut.first().map(of_instance),
            corrupt.first().map(of_dataset),
            whole.first().copied(),
        ];
        let component = next.into_iter().flatten().min()?;
        let touch = Touch {
            lost: take_while(&mut lost, |id| of_instance(id) == component),
            cut: take_while(&mut cut, |id| of_instance(id) == component),
            corrupt: take_while(&mut corrupt, |id| of_dataset(id) == component),
            whole: !take_while(&mut whole, |id| *id == component).is_empty(),
        };
        Some((component, touch))
    })
}

/// Takes off the first items that belong.
fn take_while<'g, T>(rest: &mut &'g [T], belongs: impl Fn(&T) -> bool) -> &'g [T] {
    let count = rest.iter().take_while(|item| belongs(item)).count();
    let (taken, left) = rest.split_at(count);
    *rest = left;
    taken
}

/// Looks at one component that is hit: the first of the ways back (continue, promote, rebuild, restore) that the
/// scenario leaves, unless a provider's promise replaces it.
pub fn stand(context: &Context<'_>, kind: ScenarioKind, gone: &Gone, id: ComponentId, touch: &Touch<'_>) -> Standing {
    let look = Look { context, gone, touch, component: &context.model.components[id] };
    let computed = look.computed();
    look.promised(kind, computed)
}

struct Look<'a> {
    context: &'a Context<'a>,
    gone: &'a Gone,
    touch: &'a Touch<'a>,
    component: &'a Component,
}

impl Standing {
    fn new(strategy: Strategy) -> Self {
        Self {
            strategy,
            interrupted: true,
            reads: false,
            lost: None,
            promise: None,
            place: None,
            rebuilt: Vec::new(),
            replicas: Vec::new(),
            brings: Brings::Nothing,
            losing: Losing::Nothing,
        }
    }

    /// Of a component that goes on as if nothing had happened.
    pub(super) fn untouched(component: &Component) -> Self {
        let strategy = if component.instances.is_empty() { Strategy::None } else { Strategy::Continue };
        Self { interrupted: false, ..Self::new(strategy) }
    }

    fn lost(missing: Missing) -> Self {
        Self { lost: Some(missing), ..Self::new(Strategy::None) }
    }
}

impl Look<'_> {
    fn model(&self) -> &Model {
        self.context.model
    }

    fn is_up(&self, id: InstanceId) -> bool {
        !self.touch.lost.contains(&id) && !self.touch.cut.contains(&id)
    }

    /// A guarantee of a managed service replaces what is computed for it in that kind of scenario, as far as it says.
    fn promised(&self, kind: ScenarioKind, computed: Standing) -> Standing {
        let kind = if self.touch.whole { ScenarioKind::ComponentLoss } else { kind };
        let Some(guarantee) = self.component.guarantees.iter().find(|guarantee| guarantee.kind == kind) else {
            return computed;
        };
        let mut standing = computed;
        if let Some(recovery) = guarantee.recovery {
            let losing = standing.losing;
            standing = Standing { losing, ..Standing::new(Strategy::None) };
            standing.interrupted = recovery > Seconds::ZERO;
            standing.promise = Some(*guarantee);
        }
        if let Some(loss) = guarantee.data_loss {
            standing.losing = Losing::Promised(self.datasets_at_stake(), loss);
        }
        standing
    }

    fn computed(&self) -> Standing {
        if self.touch.whole {
            return Standing::lost(Missing::Promise);
        }
        if !self.touch.corrupt.is_empty() {
            return self.corrupted();
        }
        let led = !leaders(self.model(), self.component).any(|id| !self.is_up(id));
        let enough = enough(self.model(), self.component, |id| self.is_up(id));
        let standing = if enough && led {
            self.going_on()
        } else if enough {
            self.taken_over()
        } else {
            self.set_up_anew(led)
        };
        let reads = enough_to_read(self.model(), self.component, |id| self.is_up(id));
        Standing { reads: reads && standing.interrupted, ..standing }
    }

    fn going_on(&self) -> Standing {
        Standing { interrupted: false, losing: self.unreplicated_writes(), ..Standing::new(Strategy::Continue) }
    }

    /// Where every instance takes writes and none waits for the others, what a lost one has not passed on is lost even
    /// though the others go on. One that only follows has nothing to pass on.
    fn unreplicated_writes(&self) -> Losing {
        let asynchronous = self.component.replication.as_ref().is_some_and(|r| r.mode == ReplicationMode::Async);
        let mut lost = self.touch.lost.iter().map(|&id| &self.model().instances[id]);
        let writes = lost.any(|instance| instance.has_data() && instance.role != Some(Role::Standby));
        if asynchronous && !self.component.technology.roles && writes {
            Losing::BehindReplicas(self.replicas())
        } else {
            Losing::Nothing
        }
    }

    fn taken_over(&self) -> Standing {
        let replicas = self.replicas();
        if replicas.is_empty() {
            // Whoever is left has no data to go on with.
            return self.set_up_anew(false);
        }
        let failover = &self.component.failover;
        let unnoticed = failover.mode == FailoverMode::Automatic && failover.takes.value == Seconds::ZERO;
        Standing {
            interrupted: !unnoticed,
            losing: Losing::BehindReplicas(replicas.clone()),
            replicas,
            ..Standing::new(Strategy::Promote)
        }
    }

    /// Rebuild or restore. `led` says that the primary is among those that are left.
    fn set_up_anew(&self, led: bool) -> Standing {
        let mut standing = self.way_of_data(led);
        if standing.lost.is_some() {
            return standing;
        }
        if self.component.technology.managed {
            return Standing { losing: standing.losing, ..Standing::lost(Missing::Promise) };
        }
        match self.place(&standing) {
            Some((place, rebuilt)) => {
                standing.place = Some(place);
                standing.rebuilt = rebuilt;
                standing.brings = self.brought_after_return(&standing);
                standing
            }
            None => Standing { losing: standing.losing, ..Standing::lost(Missing::Place) },
        }
    }

    /// What returns has its data and needs nothing brought; what is built beside it, because too few return, needs all
    /// of it from there.
    fn brought_after_return(&self, standing: &Standing) -> Brings {
        let from = self.returning().first().copied().filter(|_| self.waits_for_return(standing));
        match from {
            Some(from) if standing.rebuilt.iter().any(|&id| self.is_empty(id)) => Brings::Replica(from),
            _ => standing.brings.clone(),
        }
    }

    /// Whether an instance is to have data and has lost it.
    fn is_empty(&self, id: InstanceId) -> bool {
        self.touch.lost.contains(&id) && self.model().instances[id].has_data()
    }

    /// Whether the data is on a cut-off instance alone, and there is nothing to do but to wait for it.
    fn waits_for_return(&self, standing: &Standing) -> bool {
        standing.strategy == Strategy::Rebuild
            && standing.brings == Brings::Nothing
            && !self.component.datasets.is_empty()
    }

    /// Where the data comes from, or that there is nowhere.
    fn way_of_data(&self, led: bool) -> Standing {
        let rebuild = |losing| Standing { losing, ..Standing::new(Strategy::Rebuild) };
        if self.component.datasets.is_empty() {
            return rebuild(Losing::Nothing);
        }
        let replicas = if self.is_replicated() { self.replicas() } else { Vec::new() };
        if let Some(&source) = replicas.first() {
            let roles = self.component.technology.roles;
            // The primary is alive, or nobody with data of his own is lost: then nothing is behind anything.
            let current = if roles { led } else { !self.loses_data() };
            let losing = if current { Losing::Nothing } else { Losing::BehindReplicas(replicas.clone()) };
            return Standing { brings: Brings::Replica(source), replicas, ..rebuild(losing) };
        }
        let returning = self.returning();
        if !returning.is_empty() && !self.loses_live_data() {
            return rebuild(Losing::Nothing);
        }
        let datasets = self.component.datasets.clone();
        let bare = datasets.iter().copied().find(|&dataset| self.surviving_copies(dataset).next().is_none());
        let losing = Losing::BehindCopies(datasets.clone());
        match bare {
            None => Standing { brings: Brings::Copies(datasets), losing, ..Standing::new(Strategy::Restore) },
            Some(_) if !returning.is_empty() && self.is_replicated() => rebuild(Losing::BehindReplicas(returning)),
            Some(dataset) => Standing { losing, ..Standing::lost(Missing::Copy(dataset)) },
        }
    }

    /// Bad data is restored from a copy wherever the instances are; what is lost beside it comes from its own copies.
    fn corrupted(&self) -> Standing {
        let enough = enough(self.model(), self.component, |id| self.is_up(id));
        let whole = !enough && self.loses_live_data();
        let datasets = if whole { self.component.datasets.clone() } else { self.touch.corrupt.to_vec() };
        let losing = Losing::BehindCopies(datasets.clone());
        let bare = datasets.iter().copied().find(|&dataset| self.surviving_copies(dataset).next().is_none());
        if self.component.technology.managed {
            return Standing { losing, ..Standing::lost(Missing::Promise) };
        }
        if let Some(dataset) = bare {
            return Standing { losing, ..Standing::lost(Missing::Copy(dataset)) };
        }
        let standing = Standing { brings: Brings::Copies(datasets), losing, ..Standing::new(Strategy::Restore) };
        match self.place(&standing) {
            Some((place, rebuilt)) => Standing { place: Some(place), rebuilt, ..standing },
            None if self.component.instances.is_empty() => standing,
            None => Standing { losing: standing.losing, ..Standing::lost(Missing::Place) },
        }
    }

    /// Where it is built and which instances it takes: the first location of `recovery.to` that survives; without
    /// `recovery.to` the place of each instance, if something can stand there again.
    fn place(&self, standing: &Standing) -> Option<(LocationId, Vec<InstanceId>)> {
        let model = self.model();
        let mut missing: Vec<InstanceId> = self.touch.lost.iter().chain(self.touch.cut).copied().collect();
        // A cut-off instance with the data that is waited for comes back where it is, and before all others.
        let waits = self.waits_for_return(standing);
        missing.sort_by_key(|&id| {
            let instance = &model.instances[id];
            let returns = waits && instance.has_data() && self.touch.cut.contains(&id);
            (!returns, instance.role != Some(Role::Primary), !instance.has_data(), instance.name.as_str())
        });
        let chosen = self.component.recovery.to.iter().copied().find(|&location| !self.gone.takes(location));
        let place_of = |id: InstanceId| {
            let own = model.instances[id].at;
            if waits && self.touch.cut.contains(&id) {
                return Some(own);
            }
            if !self.component.recovery.to.is_empty() {
                return chosen;
            }
            self.gone.replaceable(model, own).then_some(own)
        };
        let mut rebuilt = Vec::new();
        let mut place = None;
        for id in missing {
            if enough(model, self.component, |up| self.is_up(up) || rebuilt.contains(&up)) {
                break;
            }
            if let Some(at) = place_of(id) {
                // Beside what returns, the place that matters is the one where data has to be brought.
                let brought_first = waits && self.is_empty(id) && !rebuilt.iter().any(|&id| self.is_empty(id));
                place = if brought_first { Some(at) } else { place.or(Some(at)) };
                rebuilt.push(id);
            }
        }
        if !enough(model, self.component, |up| self.is_up(up) || rebuilt.contains(&up)) {
            return None;
        }
        // Bad data is restored where the component runs, or where it is to be recovered.
        let in_place = || {
            let mut up: Vec<InstanceId> =
                self.component.instances.iter().copied().filter(|&id| self.is_up(id)).collect();
            up.sort_by_key(|&id| (model.instances[id].role != Some(Role::Primary), model.instances[id].name.as_str()));
            up.first().map(|&id| model.instances[id].at)
        };
        let fallback = || if self.component.recovery.to.is_empty() { in_place() } else { chosen };
        Some((place.or_else(fallback)?, rebuilt))
    }

    fn datasets_at_stake(&self) -> Vec<DatasetId> {
        if self.touch.corrupt.is_empty() { self.component.datasets.clone() } else { self.touch.corrupt.to_vec() }
    }

    fn surviving_copies(&self, dataset: DatasetId) -> impl Iterator<Item = CopyId> {
        self.model().datasets[dataset].copies.iter().copied().filter(|&copy| self.gone.keeps(self.model(), copy))
    }

    /// Whether an instance with data is lost.
    fn loses_data(&self) -> bool {
        self.touch.lost.iter().any(|&id| self.model().instances[id].has_data())
    }

    /// Whether the data that was served is lost and not only out of reach: that of a primary; without roles that of any
    /// instance, or of all where they hold the same.
    fn loses_live_data(&self) -> bool {
        let model = self.model();
        if self.component.technology.roles {
            return leaders(model, self.component).any(|id| self.touch.lost.contains(&id));
        }
        let mut with_data = self.component.instances.iter().filter(|&&id| model.instances[id].has_data());
        if self.is_replicated() {
            let synchronous = self.component.replication.as_ref().is_none_or(|r| r.mode == ReplicationMode::Sync);
            if synchronous { with_data.all(|id| self.touch.lost.contains(id)) } else { self.loses_data() }
        } else {
            self.loses_data()
        }
    }

    /// Whether each instance holds all the data.
    fn is_replicated(&self) -> bool {
        let frozen = |&dataset: &DatasetId| matches!(self.model().datasets[dataset].change, ChangeRate::Never);
        self.component.replication.is_some() || self.component.datasets.iter().all(frozen)
    }

    /// The instances with data that are left, the one that is least behind first.
    fn replicas(&self) -> Vec<InstanceId> {
        let up = self.component.instances.iter().copied().filter(|&id| self.is_up(id));
        self.by_lag(up.filter(|&id| self.model().instances[id].has_data()).collect())
    }

    /// The cut-off instances with data, which come back with it.
    fn returning(&self) -> Vec<InstanceId> {
        self.by_lag(self.touch.cut.iter().copied().filter(|&id| self.model().instances[id].has_data()).collect())
    }

    fn by_lag(&self, mut instances: Vec<InstanceId>) -> Vec<InstanceId> {
        let model = self.model();
        let primary = |id: InstanceId| model.instances[id].role == Some(Role::Primary);
        let declared = self.component.replication.as_ref().map(|replication| replication.lag.value);
        let lag = |id: InstanceId| model.instances[id].lag.or(declared).filter(|_| !primary(id)).unwrap_or_default();
        instances.sort_by_key(|&id| (lag(id), model.instances[id].name.as_str()));
        instances
    }
}
