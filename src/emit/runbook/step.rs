//! One step of a runbook: what its template sees.

use serde::Serialize;

use super::Book;
use super::page::TeamView;
use crate::analysis::impact::{Movement, Source};
use crate::emit::view::{ComponentView, InstanceView, JobView};
use crate::model::{ComponentId, Id, InstanceId, LocationId};
use crate::terms::StepKind;
use crate::units::Bytes;

/// A step with everything that its commands need.
#[derive(Clone, Debug, Serialize)]
pub(super) struct StepView {
    /// Its number on the page; zero on the page of a component.
    pub number: usize,
    pub kind: &'static str,
    pub component: ComponentView,
    pub team: Option<TeamView>,
    /// Time marks from the failure, `0:05`; null without a scenario.
    pub at: Option<String>,
    pub until: Option<String>,
    /// When it must be over, or a promise is broken; null where none waits for it.
    pub deadline: Option<String>,
    pub takes: Option<String>,
    /// Whether a delay of it delays everything.
    pub critical: bool,
    pub hands_on: bool,
    /// Numbers of the steps that are over before it begins.
    pub after: Vec<usize>,
    /// Components that must serve before it begins.
    pub waits_for: Vec<String>,
    /// Instances that it is about: those that are built again, or all that have data.
    pub instances: Vec<InstanceView>,
    /// Where they are built, where that is known.
    pub place: Option<String>,
    /// Whether machines stand ready there.
    pub hot: bool,
    /// The host that is there already and that they move to.
    pub moves_to: Option<String>,
    /// Instances that are lost or cut off.
    pub lost: Vec<InstanceView>,
    /// Those of them that the steps leave for later.
    pub rest: Vec<InstanceView>,
    /// Instances that are only cut off and have the data that nobody else has.
    pub returning: Vec<InstanceView>,
    /// The standby that takes over.
    pub promoted: Option<InstanceView>,
    pub movements: Vec<MovementView>,
    /// Whether data went bad, so that the newest state is not the right one.
    pub corruption: bool,
    /// Template of the technology, and the general one.
    pub templates: [String; 2],
    /// The same for stopping what is in `lost`.
    pub stop: [String; 2],
}

/// Data that is moved.
#[derive(Clone, Debug, Serialize)]
pub(super) struct MovementView {
    /// Dataset; null where it is all of the component.
    pub dataset: Option<String>,
    pub amount: String,
    /// Job whose copies are read; null where it comes from a replica.
    pub job: Option<JobView>,
    /// Replica that it comes from.
    pub replica: Option<InstanceView>,
    /// How long the store needs before it can be read at all; null where it can at once.
    pub retrieve: Option<String>,
}

impl StepView {
    /// A step outside of any schedule.
    pub(super) fn new(kind: StepKind, component: &ComponentView, team: Option<TeamView>) -> Self {
        let kind = kind.as_str();
        Self {
            number: 0,
            kind,
            team,
            at: None,
            until: None,
            deadline: None,
            takes: None,
            critical: false,
            hands_on: false,
            after: Vec::new(),
            waits_for: Vec::new(),
            instances: with_data(component),
            place: None,
            hot: false,
            moves_to: None,
            lost: Vec::new(),
            rest: Vec::new(),
            returning: Vec::new(),
            promoted: None,
            movements: Vec::new(),
            corruption: false,
            templates: templates(&component.technology, kind),
            stop: templates(&component.technology, "stop"),
            component: component.clone(),
        }
    }
}

/// The template of a technology for a step, and the general one.
pub(super) fn templates(technology: &str, step: &str) -> [String; 2] {
    [format!("{technology}/runbook/{step}.md.j2"), format!("runbook/steps/{step}.md.j2")]
}

/// The instances that hold data and have a host, the first to take writes first.
pub(super) fn with_data(component: &ComponentView) -> Vec<InstanceView> {
    let mut instances: Vec<InstanceView> =
        component.instances.iter().filter(|instance| instance.has_data).cloned().collect();
    instances.sort_by_key(|instance| instance.bootstrap != "primary");
    instances
}

impl Book<'_> {
    pub(super) fn instance(&self, view: &ComponentView, id: InstanceId) -> Option<InstanceView> {
        let component = self.context.model.instances[id].component;
        let number = self.context.model.components[component].instances.iter().position(|other| *other == id)?;
        view.instances.get(number).cloned()
    }

    pub(super) fn location(&self, id: LocationId) -> String {
        self.context.model.locations[id].name.clone()
    }

    pub(super) fn team(&self, component: ComponentId) -> Option<TeamView> {
        let model = self.context.model;
        model.components[component].owner.map(|id| TeamView::new(model, id))
    }

    pub(super) fn movement(&self, view: &ComponentView, movement: &Movement) -> MovementView {
        let model = self.context.model;
        let (job, replica) = match movement.source {
            Source::Copy(copy) => {
                let name = &self.desired.job(copy).name;
                (view.jobs.iter().find(|job| job.name == *name).cloned(), None)
            }
            Source::Replica(instance) => (None, self.instance(view, instance)),
        };
        let retrieve = movement.store.map(|store| model.stores[store].retrieve.value).filter(|time| time.0 > 0);
        MovementView {
            dataset: movement.dataset.map(|id| model.datasets[id].name.clone()),
            amount: about(movement.amount),
            job,
            replica,
            retrieve: retrieve.map(|time| time.human()),
        }
    }

    /// Sorts movements so that a folder comes before what lies inside of it: the other order would put the old inside back.
    pub(super) fn nested_last(&self, movements: &mut [Movement]) {
        let model = self.context.model;
        let depth = |movement: &Movement| {
            let Some(dataset) = movement.dataset else { return 0 };
            let own = &model.datasets[dataset].paths;
            let around = model.components[model.datasets[dataset].component].datasets.iter().filter(|other| {
                let outer = &model.datasets[**other].paths;
                **other != dataset && own.iter().any(|path| outer.iter().any(|outer| is_inside(path, outer)))
            });
            around.count()
        };
        movements.sort_by_key(|movement| (depth(movement), movement.dataset.map(Id::index)));
    }
}

/// A size for people: as it is written where that is short, else rounded up to two or more digits.
pub(super) fn about(size: Bytes) -> String {
    const UNITS: [(&str, u64); 4] = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let exact = size.to_string();
    match UNITS.iter().find(|(_, unit)| size.0 / unit >= 10) {
        Some((name, unit)) if exact.len() > 8 => format!("{} {name}", size.0.div_ceil(*unit)),
        _ => exact,
    }
}

fn is_inside(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{about, is_inside};
    use crate::units::Bytes;

    #[test]
    fn sizes_are_rounded() {
        assert_eq!(about(Bytes(22_563_491_385)), "22 GiB");
        assert_eq!(about(Bytes(4 << 30)), "4 GiB");
        assert_eq!(about(Bytes((3 << 30) / 2 + 1)), "1537 MiB");
        assert_eq!(about(Bytes(999)), "999 B");
        assert_eq!(about(Bytes(u64::MAX)), "16777216 TiB");
    }

    #[test]
    fn insides() {
        assert!(is_inside("/opt/is/repository", "/opt/is"));
        assert!(is_inside("/opt/is/repository", "/opt/is/"));
        assert!(!is_inside("/opt/is2", "/opt/is"));
        assert!(!is_inside("/opt/is", "/opt/is"));
    }
}
