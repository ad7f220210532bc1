//! What can be told of a new text without working the spec out: what is wrong with the form and the names of the item that
//! is being edited. All else is as it was, at its new place.
//!
//! A small spec is read as a whole. Of a large one only what it takes to understand the item is read: all sections but the
//! components, the components that were edited, and those that they name. What of other components would have to be
//! known is left to the analysis, which has the last word in every case.

mod edit;
mod outline;
mod part;

use edit::{edit, moved};
use part::Part;

use super::known::Names;
use crate::diag::{Diagnostic, Diagnostics, SourceMap};
use crate::model;
use crate::spec::Spec;
use crate::tech::Catalogue;
use crate::text::Limits;

/// A spec of at most so many bytes is read as a whole at every key stroke: that takes some milliseconds.
const SMALL: usize = 256 << 10;

/// A state of a spec that was worked out, and what was found in it.
pub(super) struct Known {
    sources: SourceMap,
    /// About form and meaning.
    form: Vec<Diagnostic>,
    /// What only the analysis finds.
    findings: Vec<Diagnostic>,
    /// Its form is right, so that it could be worked out.
    pub(super) is_sound: bool,
}

impl Known {
    /// The first `form` of what was found are about form and meaning.
    pub(super) fn new(sources: SourceMap, found: &Diagnostics, form: usize, is_sound: bool) -> Self {
        let (form, findings) = (found.iter().take(form), found.iter().skip(form));
        Self { sources, form: form.cloned().collect(), findings: findings.cloned().collect(), is_sound }
    }
}

/// All that can be told at once; nothing where files came or went.
pub(super) fn look(
    known: &Known,
    sources: &SourceMap,
    encoding: &Diagnostics,
    catalogue: &Catalogue,
    names: &Names,
) -> Option<Diagnostics> {
    if !encoding.is_empty() {
        return None;
    }
    let edit = edit(&known.sources, sources)?;
    let mut found = Diagnostics::default();
    if sources.files().map(|(_, file)| file.text.len()).sum::<usize>() <= SMALL {
        found.append(mistakes(sources, catalogue));
    } else {
        let part = Part::around(sources, edit);
        let holds = |diagnostic: &Diagnostic| part.as_ref().is_some_and(|part| part.holds(diagnostic));
        found.extend(known.form.iter().map(|diagnostic| moved(diagnostic, edit)).filter(|moved| !holds(moved)));
        found.extend(part.iter().flat_map(|part| part.mistakes(sources, catalogue, names, !known.is_sound)));
    }
    // Of a spec with mistakes nothing else is told, as on the command line.
    if !found.has_errors() {
        found.extend(known.findings.iter().map(|diagnostic| moved(diagnostic, edit)));
    }
    Some(found)
}

fn mistakes(sources: &SourceMap, catalogue: &Catalogue) -> Diagnostics {
    let (spec, mut found) = Spec::read(sources, Limits::default());
    found.append(model::resolve(&spec, catalogue).1);
    found
}

#[cfg(test)]
mod fixture {
    use crate::diag::{SourceFile, SourceMap};

    pub(super) const SPEC: &str = r#"drplan: 1
system: {name: shop}
locations:
  a: {kind: site}
  b: {kind: site}
stores:
  vault: {at: b, technology: restic, path: /v}
objectives:
  gold: {rto: 8h, rpo: 26h}
components:
  # The one that others need.
  base:
    technology: systemd-service
    instances: {i: {at: a}}
    recovery: {to: [b]}
  "data-base":
    technology: files
    objective: gold
    instances: {f: {at: a}}
    data:
      d: {size: 1 GiB, copies: {n: {schedule: "0 2 * * *", takes: 1h, to: vault, verify: {every: 30d}}}}
    recovery: {to: [b]}

  last:
    technology: systemd-service
    description: the last one
    depends_on:
      base: requires
      data-base: uses
    instances: {i: {at: a}}
    recovery: {to: [b]}
scenarios:
  both: {fails: [a, base]}
"#;

    pub(super) fn map(text: &str) -> SourceMap {
        let mut sources = SourceMap::default();
        sources.add(SourceFile::new("drplan.yaml", text.to_owned()));
        sources
    }
}
