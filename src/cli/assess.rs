//! `drplan assess`: the numbers, and where they come from.

use super::args::{Assess, Common, TableFormat};
use super::exit::{Exit, Failure};
use super::progress::Progress;
use super::{io, observed, pipeline};
use crate::analysis::assess::{Assessment, Options, assess};
use crate::analysis::context::Context;
use crate::analysis::loss::LossEngine;
use crate::diag::nearest;
use crate::model::{ComponentId, Model};
use crate::report::assessment::{AssessmentFormat, AssessmentView, Filter};
use crate::terms::ScenarioKind;

pub(super) fn run(args: &Assess, common: &Common) -> Result<Exit, Failure> {
    let mut loaded = pipeline::load(&args.spec.spec, common)?;
    let observed = observed::load(&args.observed, &mut loaded)?;
    if loaded.diagnostics.has_errors() {
        return pipeline::refuse(loaded, common);
    }
    let (measured, measurements) = match args.observed.is_empty() {
        true => (None, Vec::new()),
        false => {
            let (model, measurements) = loaded.model.measured(&observed);
            (Some(model), measurements)
        }
    };
    let model = measured.as_ref().unwrap_or(&loaded.model);
    let progress = Progress::start("working out every scenario");
    let engine = LossEngine::new(model);
    let context = Context::new(model, &engine);
    let assessment = assess(&context, Options { pairs: args.depth > 1 });
    let filter = filter(args, model, &assessment)?;
    let view = AssessmentView::new(&context, &engine, &assessment, filter).with_measurements(&measurements);
    let format = match args.format {
        TableFormat::Human => AssessmentFormat::Human,
        TableFormat::Json => AssessmentFormat::Json,
    };
    let text = view.render(format, io::screen(common.color));
    drop(progress);
    io::print(&text)?;
    Ok(if view.has_breach() && !args.exit_zero { Exit::FallsShort } else { Exit::Clean })
}

fn filter(args: &Assess, model: &Model, assessment: &Assessment<'_>) -> Result<Filter, Failure> {
    let components = args.component.iter().map(|name| component(model, name)).collect::<Result<_, _>>()?;
    let scenarios = args.scenario.iter().map(|text| scenario(assessment, text)).collect::<Result<_, _>>()?;
    let kinds = args.kind.iter().map(|word| kind(word)).collect::<Result<_, _>>()?;
    Ok(Filter { components, scenarios, kinds, all: args.all })
}

fn component(model: &Model, name: &str) -> Result<ComponentId, Failure> {
    let found = model.components.iter().find(|(_, component)| component.name == name);
    let known = || model.components.values().map(|component| component.name.as_str());
    found.map(|(id, _)| id).ok_or_else(|| unknown("component", name, nearest(name, known())))
}

/// The id of a scenario in any of its forms.
pub(super) fn scenario(assessment: &Assessment<'_>, text: &str) -> Result<String, Failure> {
    match assessment.scenarios.find(text) {
        Ok(scenario) => Ok(scenario.id),
        Err(error) => Err(unknown("scenario", text, error.nearest.as_deref())),
    }
}

fn kind(word: &str) -> Result<ScenarioKind, Failure> {
    word.parse().map_err(|_| unknown("kind of scenario", word, nearest(word, ScenarioKind::WORDS.iter().copied())))
}

fn unknown(what: &str, name: &str, near: Option<&str>) -> Failure {
    let failure = Failure::new(format!("there is no {what} `{name}`"));
    match near {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure,
    }
}
