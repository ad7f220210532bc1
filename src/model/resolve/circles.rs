//! Circles of `requires`: components that wait for each other could never start.

use super::{Resolver, contradiction};
use crate::graph::{Digraph, cycles, strongly_connected};
use crate::model::{ComponentId, Dependency, Id};
use crate::terms::DependencyKind;

impl Resolver<'_> {
    /// Reports one circle of each knot with its whole path, and unties the knots, so that there is an order to go on with.
    pub(super) fn circles(&mut self) {
        let edges = self.model.components.iter().flat_map(|(id, component)| {
            let required = component.depends_on.iter().filter(|d| is_hard(d.kind));
            required.map(move |d| (number(id), number(d.on)))
        });
        let graph = Digraph::from_edges(self.model.components.len(), edges);
        let circles = cycles(&graph);
        for circle in &circles {
            self.report_requires(circle);
        }
        if circles.is_empty() {
            return;
        }
        let knot = strongly_connected(&graph);
        for id in self.model.components.ids() {
            let inside = |d: &Dependency| is_hard(d.kind) && knot[id.index()] == knot[d.on.index()];
            self.model.components[id].depends_on.retain(|d| !inside(d));
        }
    }

    fn report_requires(&mut self, circle: &[u32]) {
        let ids: Vec<ComponentId> = circle.iter().map(|n| ComponentId::from_index(*n as usize)).collect();
        let (Some(&first), Some(&second)) = (ids.first(), ids.get(1)) else { return };
        let names = ids.iter().map(|id| self.model.components[*id].name.clone()).collect();
        let component = &self.model.components[first];
        let next = &self.model.components[second].name;
        let span = component.depends_on.iter().find(|d| d.on == second).map_or(component.span, |d| d.span);
        let message =
            format!("`{}` requires itself through `{next}`: neither can start before the other", component.name);
        let mut diagnostic =
            contradiction(message, span, format!("{}.depends_on.{next}", self.model.component_address(first)));
        diagnostic.code = crate::diag::Code("requires-circle");
        diagnostic.path = names;
        self.push(diagnostic.help("make one step of the circle `uses`, or take it away"));
    }
}

fn is_hard(kind: DependencyKind) -> bool {
    matches!(kind, DependencyKind::Requires | DependencyKind::RequiresReads)
}

fn number(id: ComponentId) -> u32 {
    u32::try_from(id.index()).unwrap_or(u32::MAX)
}
