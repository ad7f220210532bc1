//! The report: one page of HTML for architects, managers and auditors, which needs nothing but itself.
//!
//! Views are plain structs made from the analysis, the templates of `templates/report/` write them, and nothing is computed
//! there. What is essential stands in the HTML, the worst first and with a count of what is left out; what is left out of a
//! long list stands as JSON at the end of the page, for its script to show. Pictures are geometry in whole pixels.
//!
//! The page states no day: it is the same on every day on which its waivers count the same, and says which those are.

mod amount;
mod bulk;
mod data;
mod drills;
mod findings;
mod gantt;
mod graph;
mod line;
mod matrix;
mod numbers;
mod outcome;
mod plan;
mod scale;
mod summary;
mod survey;

use jiff::civil::Date;
use serde::Serialize;

use super::puppet::Origin;
use super::templates::{Target, TemplateError, Templates};
use crate::analysis::assess::Assessment;
use crate::analysis::context::Context;
use crate::analysis::loss::LossEngine;
use crate::assets;
use crate::diag::visible::one_line;
use crate::diag::{Diagnostic, SourceMap};
use crate::evidence::History;
use crate::html::Document;
use crate::model::Measurement;
use survey::Survey;

/// What a report is made from.
pub struct Material<'a> {
    /// The plan, with what was measured in place of what was declared.
    pub context: &'a Context<'a>,
    /// Who explains losses.
    pub engine: &'a LossEngine<'a>,
    /// What every scenario does.
    pub assessment: &'a Assessment<'a>,
    /// What was found, in source order, waivers applied.
    pub findings: &'a [Diagnostic],
    /// The texts of the spec.
    pub sources: &'a SourceMap,
    /// The values for which a measured one stands in.
    pub measurements: &'a [Measurement],
    /// Whether anything was observed.
    pub observed: bool,
    /// The drills among it.
    pub drills: &'a History,
    /// The version of the tool and the digest of the spec.
    pub origin: &'a Origin,
    /// The day by which waivers are judged.
    pub today: Date,
    /// The instant that the user gave for now, as it was given.
    pub as_of: Option<&'a str>,
}

/// The first entries of a list.
#[derive(Serialize)]
struct Listed<T> {
    shown: Vec<T>,
    /// How many there are in all.
    total: usize,
    /// How many are left out.
    more: usize,
}

#[derive(Serialize)]
struct PageView<'a> {
    system: &'a str,
    description: Option<&'a str>,
    owner: Option<&'a str>,
    version: &'a str,
    digest: &'a str,
    as_of: Option<&'a str>,
    observed: bool,
    summary: summary::SummaryView,
    matrix: matrix::MatrixView,
    outcomes: Listed<outcome::OutcomeView>,
    picture: Option<graph::PictureView>,
    data: Listed<data::DataView>,
    judgement: findings::JudgementView,
    drills: drills::DrillsView,
    plan: plan::PlanView,
    numbers: numbers::NumbersView,
    bulk: String,
}

/// How much of each list stands in the HTML.
const OUTCOMES: usize = 40;
const DATASETS: usize = 60;

/// Writes the report.
///
/// # Errors
///
/// A template that is broken; the built-in ones are not, which the tests hold.
pub fn report(material: &Material<'_>) -> Result<String, TemplateError> {
    let templates = templates()?;
    let survey = Survey::new(material);
    let model = material.context.model;
    let view = PageView {
        system: &model.system.name,
        description: model.system.description.as_deref(),
        owner: model.system.owner.as_deref(),
        version: &material.origin.version,
        digest: &material.origin.digest,
        as_of: material.as_of,
        observed: material.observed,
        summary: summary::view(material, &survey),
        matrix: matrix::view(material, &survey),
        outcomes: outcome::views(material, &survey, OUTCOMES),
        picture: graph::whole(model),
        data: data::views(material, &survey, DATASETS),
        judgement: findings::view(material),
        drills: drills::view(material.drills),
        plan: plan::view(model),
        numbers: numbers::view(material),
        bulk: bulk::json(material, &survey),
    };
    let body = templates.render("report/page.html.j2", &view)?;
    let title = format!("{}: disaster recovery report", one_line(&model.system.name));
    Ok(Document { title: &title, style: text("report.css"), script: text("report.js"), body: &body }.render())
}

fn templates() -> Result<Templates, TemplateError> {
    let files = assets::below("report").into_iter().map(|asset| (format!("report/{}", asset.path), asset.text()));
    Templates::new(files.filter(|(name, _)| Target::of(name).is_some()))
}

/// The style sheet and the script are no templates; they stand in the page as they are.
fn text(name: &str) -> &'static str {
    assets::below("report").into_iter().find(|asset| asset.path == name).map_or("", |asset| asset.text())
}

impl<T> Listed<T> {
    fn new<S>(all: &[S], most: usize, view: impl FnMut(&S) -> T) -> Self {
        let shown: Vec<T> = all.iter().take(most).map(view).collect();
        Self { total: all.len(), more: all.len() - shown.len(), shown }
    }
}
