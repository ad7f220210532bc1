//! `drplan graph`: the dependency graph as text or picture.

use super::args::{Common, Graph, GraphFormat};
use super::exit::{Exit, Failure};
use super::{io, pipeline};
use crate::report::graph::{self, GraphView};

pub(super) fn run(args: &Graph, common: &Common) -> Result<Exit, Failure> {
    let loaded = pipeline::load(&args.spec.spec, common)?;
    if loaded.diagnostics.has_errors() {
        return pipeline::refuse(loaded, common);
    }
    let view = GraphView::new(&loaded.model, None);
    let format = match args.format {
        GraphFormat::Dot => graph::GraphFormat::Dot,
        GraphFormat::Mermaid => graph::GraphFormat::Mermaid,
        GraphFormat::Svg => graph::GraphFormat::Svg,
        GraphFormat::Json => graph::GraphFormat::Json,
    };
    io::print(&view.render(format))?;
    Ok(Exit::Clean)
}
