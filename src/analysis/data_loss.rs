//! What of the data is lost in a scenario: what is left of each dataset, alone and with its consistency group.

use super::context::Context;
use super::impact::{Affected, Losing, event};
use super::losses::{DataEvent, GroupRemains, Remains, WorstLoss};
use super::outcome::{DataLoss, InGroup, Recovery};
use crate::model::{ComponentId, CopyId, DatasetId, GroupId, Via};
use crate::units::Seconds;

impl Recovery {
    /// What is lost of each dataset of a component, where the groups lose so much together.
    pub(super) fn data_loss(
        &self,
        context: &Context<'_>,
        affected: &Affected,
        joint: &[(GroupId, WorstLoss)],
    ) -> Box<[DataLoss]> {
        let alone = self.loss_alone(context, affected);
        if joint.is_empty() || affected.together.is_empty() {
            return alone.collect();
        }
        let mut losses: Vec<DataLoss> = alone.collect();
        for &dataset in &affected.together {
            let groups = joint.iter().filter(|(group, _)| context.groups(dataset).contains(group));
            let Some(&(group, joint)) = groups.max_by_key(|(_, loss)| (loss.worst.is_none(), loss.worst)) else {
                continue;
            };
            let place = losses.iter().position(|loss| loss.dataset == dataset);
            let alone = place.map_or(INTACT, |place| losses[place].loss);
            if (joint.worst.is_none(), joint.worst) <= (alone.worst.is_none(), alone.worst) {
                continue;
            }
            let via = alone.via.or_else(|| context.losses.worst(&self.goes_back(context, dataset)).via);
            let loss = WorstLoss { via: via.filter(|_| joint.worst.is_some()), ..joint };
            let together = DataLoss { dataset, loss, group: Some(Box::new(InGroup { group, alone })) };
            match place {
                Some(place) => losses[place] = together,
                None => losses.push(together),
            }
        }
        losses.sort_by_key(|loss| loss.dataset);
        losses.into()
    }

    /// What each dataset of a component loses by itself.
    fn loss_alone(&self, context: &Context<'_>, affected: &Affected) -> impl Iterator<Item = DataLoss> {
        let promised = match affected.standing.as_ref().map(|standing| &standing.losing) {
            Some(Losing::Promised(datasets, loss)) => Some((datasets.clone(), *loss)),
            _ => None,
        };
        let remains = if promised.is_some() { Vec::new() } else { self.remains_of(context, affected) };
        let computed = remains.into_iter().map(|left| (left.dataset, context.losses.worst(&left)));
        let promised = promised.into_iter().flat_map(|(datasets, loss)| {
            let loss = WorstLoss { worst: Some(loss), via: Some(Via::Guarantee), worst_at: None };
            datasets.into_iter().map(move |dataset| (dataset, loss))
        });
        let all: Vec<(DatasetId, WorstLoss)> = promised.chain(computed).collect();
        all.into_iter().map(|(dataset, loss)| DataLoss { dataset, loss, group: None })
    }

    /// What is left of each member of a consistency group.
    pub fn group_remains(&self, context: &Context<'_>, group: GroupId) -> Vec<GroupRemains> {
        let member = |&dataset: &DatasetId| {
            let remains = self.remains(context, context.model.datasets[dataset].component);
            let hit = remains.into_iter().find(|remains| remains.dataset == dataset);
            let intact = hit.is_none();
            let mut remains = hit.unwrap_or_else(|| self.goes_back(context, dataset));
            // What a replica has is of no use if the others cannot be brought to the same instant.
            remains.copies = self.readable(context, dataset);
            GroupRemains { remains, intact }
        };
        let mut members: Vec<GroupRemains> = context.model.groups[group].members.iter().map(member).collect();
        // One event for all: what one of them loses by damage the others lose by going back to before it.
        let detection = members.iter().filter_map(|member| match member.remains.event {
            DataEvent::Corrupted { detection } => Some(detection),
            DataEvent::Destroyed => None,
        });
        if let Some(detection) = detection.max() {
            members.iter_mut().for_each(|member| member.remains.event = DataEvent::Corrupted { detection });
        }
        members
    }

    /// What data that is untouched can go back to.
    fn goes_back(&self, context: &Context<'_>, dataset: DatasetId) -> Remains {
        let (copies, replicas) = (self.readable(context, dataset), Vec::new());
        Remains { dataset, copies, replicas, event: DataEvent::Destroyed }
    }

    /// What is left of the data of a component that is hit, dataset by dataset: the question to which its data loss is the
    /// answer. Nothing where a provider's promise is the answer.
    pub fn remains(&self, context: &Context<'_>, component: ComponentId) -> Vec<Remains> {
        let affected = self.spread.slot(component).and_then(|slot| self.spread.affected.get(slot));
        affected.map(|affected| self.remains_of(context, affected)).unwrap_or_default()
    }

    fn remains_of(&self, context: &Context<'_>, affected: &Affected) -> Vec<Remains> {
        let Some(standing) = &affected.standing else { return Vec::new() };
        match &standing.losing {
            Losing::Nothing | Losing::Promised(..) => Vec::new(),
            Losing::BehindReplicas(replicas) => {
                let datasets = context.model.components[affected.component].datasets.iter();
                let (event, copies) = (DataEvent::Destroyed, Vec::new());
                datasets
                    .map(|&dataset| Remains { dataset, copies: copies.clone(), replicas: replicas.clone(), event })
                    .collect()
            }
            Losing::BehindCopies(datasets) => {
                let left = |&dataset: &DatasetId| {
                    let corrupt = self.gone.corrupt.binary_search(&dataset).is_ok();
                    let event = event(context, &self.gone, affected.component, corrupt);
                    Remains { dataset, copies: self.readable(context, dataset), replicas: Vec::new(), event }
                };
                datasets.iter().map(left).collect()
            }
        }
    }

    /// The copies that survive and whose keys do.
    fn readable(&self, context: &Context<'_>, dataset: DatasetId) -> Vec<CopyId> {
        let model = context.model;
        let copies = model.datasets[dataset].copies.iter().copied();
        let keyed = |copy: CopyId| model.copies[copy].encrypted_by.is_none_or(|key| self.comes_back(key));
        copies.filter(|&copy| self.gone.keeps(model, copy) && keyed(copy)).collect()
    }

    fn comes_back(&self, component: ComponentId) -> bool {
        let slot = self.spread.slot(component);
        !slot.is_some_and(|slot| matches!(self.way_back.outcome[slot], Some(Err(_))))
    }
}

/// Nothing happens to the data itself.
const INTACT: WorstLoss = WorstLoss { worst: Some(Seconds::ZERO), via: None, worst_at: None };
