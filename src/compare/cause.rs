//! Which changed input is behind a changed number: those that its derivation names, in either spec; else those of the
//! components on its way; else those of anything that it needs.

use std::collections::BTreeSet;

use super::posture::Cell;
use super::{Draft, InputChange, Side};
use crate::analysis::outcome::recovery;
use crate::model::{ComponentId, DatasetId, Model};
use crate::terms::StepKind;

/// How near an input is to a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    /// It has nothing to do with it.
    None,
    /// Something that recovers in the same scenario, and that needs the same people, stores and links.
    Beside,
    /// Something that the component needs, or where it is.
    Around,
    /// A component on the way.
    Whole,
    /// The derivation names it.
    Named,
}

/// What a number rests on.
#[derive(Default)]
struct Basis {
    named: BTreeSet<String>,
    whole: BTreeSet<String>,
    around: BTreeSet<String>,
    beside: BTreeSet<String>,
}

/// Finds the inputs behind every row. Rows of one component that change alike share the work of their first.
pub(super) fn attribute(base: &Side<'_>, head: &Side<'_>, inputs: &[InputChange], drafts: &mut [Draft<'_>]) {
    if inputs.is_empty() {
        return;
    }
    let addresses: Vec<String> = inputs.iter().map(InputChange::address).collect();
    for draft in drafts {
        let mut basis = Basis::default();
        basis.add_cell(base, draft.base.as_ref(), &draft.row.component);
        basis.add_cell(head, draft.head.as_ref(), &draft.row.component);
        basis.add_beside(base.context.model, draft.base.as_ref());
        basis.add_beside(head.context.model, draft.head.as_ref());
        basis.add_objective(draft, base.context.model);
        basis.add_objective(draft, head.context.model);
        let nearness: Vec<Nearness> = addresses.iter().map(|address| basis.nearness(address)).collect();
        let nearest = nearness.iter().copied().max().unwrap_or(Nearness::None);
        if nearest > Nearness::None {
            draft.row.causes = (0..inputs.len()).filter(|at| nearness[*at] == nearest).collect();
        }
    }
}

impl Basis {
    fn nearness(&self, address: &str) -> Nearness {
        let touches =
            |set: &BTreeSet<String>| set.iter().any(|known| is_within(address, known) || is_within(known, address));
        let below = |set: &BTreeSet<String>| set.iter().any(|known| is_within(address, known));
        if touches(&self.named) && !is_bare(address) {
            Nearness::Named
        } else if below(&self.whole) {
            Nearness::Whole
        } else if below(&self.around) || is_general(address) {
            Nearness::Around
        } else if below(&self.beside) {
            Nearness::Beside
        } else {
            Nearness::None
        }
    }

    /// A result, or the component that nothing happened to.
    fn add_cell(&mut self, side: &Side<'_>, cell: Option<&Cell<'_>>, component: &str) {
        match cell {
            Some(cell) => self.add(side, cell),
            None => self.add_component(side, component),
        }
    }

    fn add(&mut self, side: &Side<'_>, cell: &Cell<'_>) {
        let model = side.context.model;
        let component = cell.judged.result.component;
        match cell.dataset {
            Some(dataset) => self.add_loss(side, cell, dataset),
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
        self.add_around(model, component);
    }

    fn add_component(&mut self, side: &Side<'_>, name: &str) {
        let model = side.context.model;
        if let Some((id, _)) = model.components.iter().find(|(_, component)| component.name == name) {
            self.whole.insert(model.component_address(id));
            self.add_around(model, id);
        }
    }

    /// The terms that add up to a loss.
    fn add_loss(&mut self, side: &Side<'_>, cell: &Cell<'_>, dataset: DatasetId) {
        let model = side.context.model;
        let recovery = recovery(side.context, cell.judged.scenario);
        let remains = recovery.remains(side.context, cell.judged.result.component);
        if let Some(left) = remains.iter().find(|left| left.dataset == dataset) {
            let loss = side.engine.explain(left);
            self.named.extend(loss.derivation.terms.iter().filter_map(|term| term.address(model, dataset)));
        }
        self.whole.insert(model.dataset_address(dataset));
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

    /// Everything that a component needs, at any distance, and where that is.
    fn add_around(&mut self, model: &Model, start: ComponentId) {
        let mut open = vec![start];
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let component = &model.components[id];
            self.around.insert(model.component_address(id));
            self.around.extend(component.owner.map(|team| format!("teams.{}", model.teams[team].name)));
            let placed = component.instances.iter().map(|id| model.instances[*id].at);
            let stores =
                component.datasets.iter().flat_map(|id| &model.datasets[*id].copies).map(|copy| model.copies[*copy].to);
            let stores: BTreeSet<_> = stores.collect();
            self.around.extend(stores.iter().map(|store| format!("stores.{}", model.stores[*store].name)));
            let at = stores.iter().map(|store| model.stores[*store].at);
            for location in placed.chain(component.recovery.to.iter().copied()).chain(at) {
                self.around
                    .extend(model.enclosing(location).map(|at| format!("locations.{}", model.locations[at].name)));
            }
            open.extend(component.depends_on.iter().map(|dependency| dependency.on));
        }
    }

    fn add_beside(&mut self, model: &Model, cell: Option<&Cell<'_>>) {
        let results = cell.into_iter().flat_map(|cell| cell.judged.outcome.results.iter());
        for component in results.map(|result| &model.components[result.component]) {
            self.beside.insert(format!("components.{}", component.name));
            self.beside.extend(component.owner.map(|team| format!("teams.{}", model.teams[team].name)));
            let copies = component.datasets.iter().flat_map(|id| &model.datasets[*id].copies);
            self.beside.extend(copies.map(|copy| format!("stores.{}", model.stores[model.copies[*copy].to].name)));
        }
    }

    fn add_objective(&mut self, draft: &Draft<'_>, model: &Model) {
        let changed = draft.row.base.is_some_and(|base| base.objective != draft.row.head.objective);
        let found = model.components.values().find(|component| component.name == draft.row.component);
        let Some(component) = found.filter(|_| changed) else { return };
        self.named.insert(format!("components.{}.objective", component.name));
        let name = component.objective.and_then(|id| model.objectives[id].name.as_ref());
        self.named.extend(name.map(|name| format!("objectives.{name}")));
    }
}

/// Whether an address is another or lies below it.
fn is_within(address: &str, outer: &str) -> bool {
    address.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A whole component is no term of a sum, though every term of its lies below it.
fn is_bare(address: &str) -> bool {
    address.split('.').count() < 2
}

/// What everything rests on.
fn is_general(address: &str) -> bool {
    ["system.", "links", "scenarios."].iter().any(|section| address.starts_with(section))
}
