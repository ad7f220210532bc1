//! A file of observations itself: what was observed before, or what somebody wrote down by hand.

use super::super::names::Names;
use super::input::{Input, Refusal};
use super::sink::Sink;
use crate::diag::{SourceFile, SourceMap};
use crate::text::Limits;

pub(super) fn read(input: &Input<'_>, _: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let mut sources = SourceMap::default();
    let file = sources.add(SourceFile::new("", input.text));
    let (observed, diagnostics) = super::super::read(&sources, file, Limits::default());
    if let Some(first) = diagnostics.into_sorted().into_iter().next() {
        let place =
            first.primary.and_then(|span| sources.locate(span)).map(|(_, at)| (at.line as usize, at.column as usize));
        return Err(Refusal { message: first.message, place, help: first.help });
    }
    sink.absorb(observed);
    Ok(())
}
