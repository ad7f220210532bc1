//! Which changed input is behind a changed number: those that its derivation names, in either spec; else those of the
//! components on its way; else those of anything that it needs.

use std::collections::{BTreeMap, BTreeSet};

use super::posture::Cell;
use super::{Draft, InputChange, Side};
use crate::analysis::outcome::{Recovery, recovery};
use crate::model::{ComponentId, DatasetId, Model};
use crate::terms::StepKind;

/// What a number rests on, nearest first.
#[derive(Default)]
struct Basis {
    named: BTreeSet<String>,
    whole: BTreeSet<String>,
}

/// Finds the inputs behind every row: the nearest that changed.
pub(super) fn attribute<'a>(base: &Side<'a>, head: &Side<'a>, inputs: &[InputChange], drafts: &mut [Draft<'_>]) {
    if inputs.is_empty() {
        return;
    }
    let index = Index::new(inputs);
    let mut sides = [Look::new(base), Look::new(head)];
    // Rows of one scenario share the work of recovering from it.
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by(|a, b| drafts[*a].row.scenario.cmp(&drafts[*b].row.scenario));
    for at in order {
        let (distance, causes) = causes(&mut sides, &index, &drafts[at]);
        (drafts[at].distance, drafts[at].row.causes) = (distance, causes);
    }
}

/// The nearest inputs that changed, and how near they are: 0 where the derivation names them, 1 where they belong to a
/// component on the way, 2 to something that it needs, 3 to what recovers beside it.
fn causes<'a, 's>(sides: &mut [Look<'s, 'a>; 2], index: &Index, draft: &Draft<'_>) -> (u8, Vec<usize>) {
    let mut basis = Basis::default();
    for (look, cell) in sides.iter_mut().zip([&draft.base, &draft.head]) {
        match cell {
            Some(cell) => basis.add(look, cell),
            None => basis.add_component(look, &draft.row.component),
        }
        basis.add_objective(look, draft);
    }
    let named = index.touching(&basis.named);
    if !named.is_empty() {
        return (0, named);
    }
    let whole = index.within(&basis.whole);
    if !whole.is_empty() {
        return (1, whole);
    }
    let mut around = BTreeSet::new();
    for look in sides.iter() {
        around.extend(look.around(&draft.row.component));
    }
    let around = index.around(&around);
    if !around.is_empty() {
        return (2, around);
    }
    let mut beside = BTreeSet::new();
    for (look, cell) in sides.iter_mut().zip([&draft.base, &draft.head]) {
        beside.extend(cell.iter().flat_map(|cell| look.beside(cell)));
    }
    (3, index.within(&beside))
}

/// The inputs by their addresses.
struct Index {
    sorted: Vec<(String, usize)>,
}

impl Index {
    fn new(inputs: &[InputChange]) -> Self {
        let mut sorted: Vec<(String, usize)> = inputs.iter().map(InputChange::address).zip(0..).collect();
        sorted.sort();
        Self { sorted }
    }

    /// The inputs at or below an address.
    fn below(&self, known: &str) -> impl Iterator<Item = usize> {
        let from = self.sorted.partition_point(|(address, _)| address.as_str() < known);
        let near = self.sorted[from..].iter().take_while(|(address, _)| address.starts_with(known));
        let own = near.filter(|(address, _)| is_within(address, known)).map(|(_, at)| *at);
        own.collect::<Vec<_>>().into_iter()
    }

    /// The inputs at or below any of some addresses.
    fn within(&self, known: &BTreeSet<String>) -> Vec<usize> {
        let found: BTreeSet<usize> = known.iter().flat_map(|known| self.below(known)).collect();
        found.into_iter().collect()
    }

    /// The inputs at, below or above any of some addresses. A whole section is above everything and says nothing.
    fn touching(&self, known: &BTreeSet<String>) -> Vec<usize> {
        let mut found: BTreeSet<usize> = known.iter().flat_map(|known| self.below(known)).collect();
        for known in known {
            let above = known.match_indices('.').map(|(end, _)| &known[..end]).filter(|above| above.contains('.'));
            found.extend(above.filter_map(|above| {
                let at = self.sorted.binary_search_by(|(address, _)| address.as_str().cmp(above)).ok()?;
                Some(self.sorted[at].1)
            }));
        }
        found.into_iter().collect()
    }

    /// The inputs at or below any of some addresses, and those on which everything rests.
    fn around(&self, known: &BTreeSet<String>) -> Vec<usize> {
        let mut found: BTreeSet<usize> = known.iter().flat_map(|known| self.below(known)).collect();
        found.extend(["system", "links", "scenarios"].iter().flat_map(|section| self.below(section)));
        found.into_iter().collect()
    }
}

/// A side with its look-ups.
struct Look<'s, 'a> {
    side: &'s Side<'a>,
    by_name: BTreeMap<&'a str, ComponentId>,
    /// The last scenario that was recovered from.
    recovery: Option<(String, Recovery)>,
    /// What recovers in the last scenario that was asked for.
    beside: Option<(String, BTreeSet<String>)>,
}

impl<'s, 'a> Look<'s, 'a> {
    fn new(side: &'s Side<'a>) -> Self {
        let by_name =
            side.context.model.components.iter().map(|(id, component)| (component.name.as_str(), id)).collect();
        Self { side, by_name, recovery: None, beside: None }
    }

    fn model(&self) -> &'a Model {
        self.side.context.model
    }

    /// The terms that add up to a loss.
    fn terms(&mut self, cell: &Cell<'_>, dataset: DatasetId) -> Vec<String> {
        let scenario = cell.judged.scenario;
        if self.recovery.as_ref().is_none_or(|(id, _)| *id != scenario.id) {
            self.recovery = Some((scenario.id.clone(), recovery(self.side.context, scenario)));
        }
        let Some((_, recovery)) = &self.recovery else { return Vec::new() };
        let remains = recovery.remains(self.side.context, cell.judged.result.component);
        let Some(left) = remains.iter().find(|left| left.dataset == dataset) else { return Vec::new() };
        let loss = self.side.engine.explain(left);
        loss.derivation.terms.iter().filter_map(|term| term.address(self.model(), dataset)).collect()
    }

    /// Everything that a component needs, at any distance, and where that is.
    fn around(&self, component: &str) -> BTreeSet<String> {
        let model = self.model();
        let mut found = BTreeSet::new();
        let mut open: Vec<ComponentId> = self.by_name.get(component).copied().into_iter().collect();
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let component = &model.components[id];
            found.insert(model.component_address(id));
            found.extend(component.owner.map(|team| format!("teams.{}", model.teams[team].name)));
            let placed = component.instances.iter().map(|id| model.instances[*id].at);
            let copies = component.datasets.iter().flat_map(|id| &model.datasets[*id].copies);
            let stores: BTreeSet<_> = copies.map(|copy| model.copies[*copy].to).collect();
            found.extend(stores.iter().map(|store| format!("stores.{}", model.stores[*store].name)));
            let at = stores.iter().map(|store| model.stores[*store].at);
            for location in placed.chain(component.recovery.to.iter().copied()).chain(at) {
                found.extend(model.enclosing(location).map(|at| format!("locations.{}", model.locations[at].name)));
            }
            open.extend(component.depends_on.iter().map(|dependency| dependency.on));
        }
        found
    }

    /// Whatever recovers in the same scenario, with the people and stores that it needs.
    fn beside(&mut self, cell: &Cell<'_>) -> BTreeSet<String> {
        let scenario = &cell.judged.scenario.id;
        if self.beside.as_ref().is_none_or(|(id, _)| id != scenario) {
            let model = self.model();
            let mut found = BTreeSet::new();
            for component in cell.judged.outcome.results.iter().map(|result| &model.components[result.component]) {
                found.insert(format!("components.{}", component.name));
                found.extend(component.owner.map(|team| format!("teams.{}", model.teams[team].name)));
                let copies = component.datasets.iter().flat_map(|id| &model.datasets[*id].copies);
                found.extend(copies.map(|copy| format!("stores.{}", model.stores[model.copies[*copy].to].name)));
            }
            self.beside = Some((scenario.clone(), found));
        }
        self.beside.as_ref().map(|(_, found)| found.clone()).unwrap_or_default()
    }
}

impl Basis {
    fn add(&mut self, look: &mut Look<'_, '_>, cell: &Cell<'_>) {
        let model = look.model();
        let component = cell.judged.result.component;
        match cell.dataset {
            Some(dataset) => {
                self.named.extend(look.terms(cell, dataset));
                self.whole.insert(model.dataset_address(dataset));
            }
            None => {
                for step in cell.judged.critical_path() {
                    self.add_step(model, step.component, step.kind);
                    self.whole.insert(model.component_address(step.component));
                }
                if let Some(through) = cell.judged.result.through {
                    self.whole.insert(model.component_address(through));
                }
            }
        }
        self.whole.insert(model.component_address(component));
    }

    fn add_component(&mut self, look: &Look<'_, '_>, name: &str) {
        if let Some(id) = look.by_name.get(name) {
            self.whole.insert(look.model().component_address(*id));
        }
    }

    /// What sets the length of a step.
    fn add_step(&mut self, model: &Model, id: ComponentId, kind: StepKind) {
        let component = &model.components[id];
        let own = model.component_address(id);
        let keys: &[&str] = match kind {
            StepKind::Detect => &["recovery.detect"],
            StepKind::Respond => &["owner"],
            StepKind::Promote => &["failover"],
            StepKind::Provision => &["recovery.provision", "recovery.to"],
            StepKind::Retrieve => &["data"],
            StepKind::Transfer => &["data", "recovery.restore_rate"],
            StepKind::Start => &["recovery.start"],
            StepKind::Verify => &["recovery.verify"],
            StepKind::Cutover => &["recovery.cutover", "dns_ttl"],
            StepKind::Guarantee => &["guarantees"],
        };
        self.named.extend(keys.iter().map(|key| format!("{own}.{key}")));
        if let (StepKind::Respond, Some(team)) = (kind, component.owner) {
            self.named.insert(format!("teams.{}", model.teams[team].name));
        }
        if matches!(kind, StepKind::Retrieve | StepKind::Transfer) {
            let copies = component.datasets.iter().flat_map(|id| &model.datasets[*id].copies);
            for copy in copies {
                self.named.insert(format!("stores.{}", model.stores[model.copies[*copy].to].name));
            }
            self.named.insert("links".to_owned());
        }
    }

    /// The promise, where that is what changed.
    fn add_objective(&mut self, look: &Look<'_, '_>, draft: &Draft<'_>) {
        let changed = draft.row.base.is_some_and(|base| base.objective != draft.row.head.objective);
        let Some(id) = look.by_name.get(draft.row.component.as_str()).filter(|_| changed) else { return };
        let model = look.model();
        self.named.insert(format!("{}.objective", model.component_address(*id)));
        let name = model.components[*id].objective.and_then(|id| model.objectives[id].name.as_ref());
        self.named.extend(name.map(|name| format!("objectives.{name}")));
    }
}

/// Whether an address is another or lies below it.
fn is_within(address: &str, outer: &str) -> bool {
    address.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
