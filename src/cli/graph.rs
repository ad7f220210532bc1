//! `drplan graph`: the dependency graph as text or picture.

use super::args::{Common, Graph, GraphFormat};
use super::exit::{Exit, Failure};
use super::{io, pipeline};
use crate::analysis::assess::{Options, assess};
use crate::analysis::context::Context;
use crate::analysis::loss::LossEngine;
use crate::analysis::outcome::ComponentResult;
use crate::analysis::scenario::Gone;
use crate::model::Model;
use crate::report::graph::{self, Fate, Fates, GraphView};
use crate::terms::Impact;

pub(super) fn run(args: &Graph, common: &Common) -> Result<Exit, Failure> {
    let loaded = pipeline::load(&args.spec.spec, common)?;
    if loaded.diagnostics.has_errors() {
        return pipeline::refuse(loaded, common);
    }
    let fates = args.scenario.as_deref().map(|id| fates(&loaded.model, id)).transpose()?;
    let view = GraphView::new(&loaded.model, fates.as_ref());
    let format = match args.format {
        GraphFormat::Dot => graph::GraphFormat::Dot,
        GraphFormat::Mermaid => graph::GraphFormat::Mermaid,
        GraphFormat::Svg => graph::GraphFormat::Svg,
        GraphFormat::Json => graph::GraphFormat::Json,
        GraphFormat::Text => graph::GraphFormat::Text,
    };
    io::print(&view.render(format, io::screen(common.color)))?;
    Ok(Exit::Clean)
}

/// What a scenario does to every component and store.
fn fates(model: &Model, text: &str) -> Result<Fates, Failure> {
    let losses = LossEngine::new(model);
    let context = Context::new(model, &losses);
    let assessment = assess(&context, Options::default());
    let id = super::assess::scenario(&assessment, text)?;
    let (scenario, outcome) =
        assessment.find(&context, &id).map_err(|_| Failure::new(format!("there is no scenario `{id}`")))?;
    let gone = Gone::new(model, &context.places, &scenario.cause);
    let fate = |result: &ComponentResult| Fate {
        impact: result.impact,
        back_s: result.recovery.filter(|_| result.impact != Impact::Lost).map(|times| times.worst.0),
    };
    Ok(Fates {
        scenario: id,
        components: outcome.results.iter().map(|result| (result.component, fate(result))).collect(),
        lost_stores: gone.stores.to_vec(),
    })
}
