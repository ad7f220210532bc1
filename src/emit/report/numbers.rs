//! Where the numbers come from: what the spec states, what stands in for what it does not, and what was measured instead.

use serde::Serialize;

use super::amount::{origin, words};
use super::{Listed, Material};
use crate::analysis::assess::{Assumption, assumptions};
use crate::model::{Component, Measurement, Sourced};
use crate::units::Seconds;

/// Rows of each table.
pub(super) const ROWS: usize = 120;

#[derive(Serialize)]
pub(super) struct NumbersView {
    pub assumptions: Listed<AssumptionView>,
    pub measurements: Listed<MeasurementView>,
    pub times: Listed<TimesView>,
}

#[derive(Serialize)]
pub(super) struct AssumptionView {
    pub address: String,
    pub value: String,
    /// The technology whose default it is; null where it is worked out from other values.
    pub technology: Option<String>,
}

#[derive(Serialize)]
pub(super) struct MeasurementView {
    pub address: String,
    pub declared: Option<String>,
    pub measured: String,
    pub at: String,
    pub source: String,
}

/// How long the steps of a component's recovery take.
#[derive(Serialize)]
pub(super) struct TimesView {
    pub component: String,
    pub technology: String,
    pub times: Vec<TimeView>,
}

#[derive(Serialize)]
pub(super) struct TimeView {
    pub text: String,
    pub origin: &'static str,
}

pub(super) fn view(material: &Material<'_>) -> NumbersView {
    let model = material.context.model;
    let assumed = assumptions(material.context, material.assessment);
    let components: Vec<&Component> = model.components.values().filter(|one| !one.instances.is_empty()).collect();
    NumbersView {
        assumptions: Listed::new(&assumed, ROWS, assumption),
        measurements: Listed::new(material.measurements, ROWS, measurement),
        times: Listed::new(&components, ROWS, |component| times(component)),
    }
}

fn assumption(one: &Assumption) -> AssumptionView {
    AssumptionView {
        address: one.address.clone(),
        value: one.value.clone(),
        technology: (one.from != "derived").then(|| one.from.clone()),
    }
}

fn measurement(one: &Measurement) -> MeasurementView {
    MeasurementView {
        address: one.address.clone(),
        declared: one.declared.clone(),
        measured: one.measured.clone(),
        at: one.at.to_string(),
        source: one.source.to_string(),
    }
}

fn times(component: &Component) -> TimesView {
    let plan = &component.recovery;
    let time = |value: Sourced<Seconds>| TimeView { text: words(value.value), origin: origin(value.origin) };
    let all = [plan.detect, component.failover.takes, plan.provision, plan.start, plan.verify, plan.cutover];
    TimesView {
        component: component.name.clone(),
        technology: component.technology.name.clone(),
        times: all.map(time).into(),
    }
}
