//! Runbooks: pages that somebody follows at three in the morning with nothing else.
//!
//! A page for each distinct outcome (scenarios that do the same share one) has the steps of the very procedure that the
//! recovery time was computed from, in the order and with the time marks of its schedule, each with exact commands. A page
//! for each component has the same commands without a scenario. The phases follow NIST SP 800-34 rev. 1, 4.2 to 4.4:
//! activation and notification, recovery, reconstitution.
//!
//! What a step takes in a product is a template of its technology (`runbook/STEP.md.j2`); where it has none, the general one
//! in `templates/runbook/steps/` stands in.

mod component;
mod page;
mod step;

use rayon::prelude::*;
use serde::Serialize;

use super::fileset::{FileSet, FileSetError};
use super::names::{Words, word};
use super::packs;
use super::puppet::Origin;
use super::templates::{TemplateError, Templates};
use crate::analysis::context::Context;
use crate::analysis::outcome::Outcome;
use crate::analysis::scenario::Scenario;
use crate::desired::Desired;
use crate::model::ComponentId;
use crate::tech::Catalogue;
use page::{PageView, TeamView};

/// Why there are no runbooks: a template or a name is wrong.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A template cannot be loaded, or does not render.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A file has no place.
    #[error(transparent)]
    Files(#[from] FileSetError),
}

/// What every page is made from.
struct Book<'a> {
    context: &'a Context<'a>,
    desired: &'a Desired,
    templates: &'a Templates,
}

/// The page that leads to all others.
#[derive(Serialize)]
struct IndexView<'v> {
    plan: &'v str,
    description: Option<&'v str>,
    decides: Option<&'v str>,
    version: &'v str,
    digest: &'v str,
    teams: Vec<TeamView>,
    pages: Vec<Entry>,
    components: Vec<(String, String)>,
    needed: Vec<&'v str>,
}

/// A page in the index.
#[derive(Clone, Serialize)]
struct Entry {
    /// Ids of its scenarios.
    ids: Vec<String>,
    /// What is gone, in words.
    gone: String,
    /// Where the page is.
    file: String,
    /// The worst impact.
    impact: &'static str,
    /// When the last component serves again; null where one never does.
    recovery: Option<String>,
}

/// Writes the runbooks: `README.md`, `scenarios/*.md`, `components/*.md`.
///
/// `groups` are the scenarios that are worth a page, those of one outcome together.
///
/// # Errors
///
/// A template of the catalogue that is broken.
pub fn runbooks(
    context: &Context<'_>,
    desired: &Desired,
    catalogue: &Catalogue,
    groups: &[(Vec<&Scenario>, &Outcome)],
    origin: &Origin,
) -> Result<FileSet, Failure> {
    let templates = packs::templates(catalogue)?;
    let book = Book { context, desired, templates: &templates };
    let mut files = FileSet::new();
    let mut words = Words::default();
    let names: Vec<String> = groups.iter().map(|(members, _)| words.unique(file_name(members))).collect();
    let pages: Vec<(Entry, String)> = groups
        .par_iter()
        .zip(&names)
        .map(|((members, outcome), name)| scenario_page(&book, members, outcome, name))
        .collect::<Result<_, _>>()?;
    let mut entries = Vec::with_capacity(pages.len());
    for (entry, text) in pages {
        files.add(&entry.file, text)?;
        entries.push(entry);
    }
    let mut components = Vec::new();
    for (id, text) in component_pages(&book)? {
        let name = context.model.components[id].name.clone();
        let file = format!(
            "components/{}.md",
            words.unique(format!("component_{}", word(&name))).trim_start_matches("component_")
        );
        files.add(&file, text)?;
        components.push((name, file));
    }
    files.add("README.md", index(&book, entries, components, origin)?)?;
    Ok(files)
}

fn scenario_page(
    book: &Book<'_>,
    members: &[&Scenario],
    outcome: &Outcome,
    name: &str,
) -> Result<(Entry, String), Failure> {
    let view = PageView::new(book, members, outcome);
    let text = tidy(&book.templates.render("runbook/scenario.md.j2", &view)?);
    let entry = Entry {
        ids: view.ids.clone(),
        gone: view.gone.join(", "),
        file: format!("scenarios/{name}.md"),
        impact: view.impact,
        recovery: view.recovery.clone(),
    };
    Ok((entry, text))
}

fn component_pages(book: &Book<'_>) -> Result<Vec<(ComponentId, String)>, Failure> {
    let ids: Vec<ComponentId> = book.context.model.components.ids().collect();
    let with_work = ids.into_par_iter().filter(|id| component::has_page(book.context.model, *id));
    with_work
        .map(|id| {
            let view = component::ComponentPage::new(book, id);
            Ok((id, tidy(&book.templates.render("runbook/component.md.j2", &view)?)))
        })
        .collect()
}

fn index(
    book: &Book<'_>,
    pages: Vec<Entry>,
    components: Vec<(String, String)>,
    origin: &Origin,
) -> Result<String, Failure> {
    let model = book.context.model;
    let needed = model.system.recovery_depends_on.iter().map(|id| model.components[*id].name.as_str());
    let view = IndexView {
        plan: &model.system.name,
        description: model.system.description.as_deref(),
        decides: model.system.owner.as_deref(),
        version: &origin.version,
        digest: &origin.digest,
        teams: model.teams.ids().map(|id| TeamView::new(model, id)).collect(),
        pages,
        components,
        needed: needed.collect(),
    };
    Ok(tidy(&book.templates.render("runbook/README.md.j2", &view)?))
}

/// `lose:db1` becomes `lose_db1`; a page of several scenarios is called after the first.
fn file_name(members: &[&Scenario]) -> String {
    members.first().map_or_else(|| "scenario".to_owned(), |first| word(&first.id.chars().take(80).collect::<String>()))
}

/// Includes leave blank lines behind: never two together, except in a block of code.
fn tidy(page: &str) -> String {
    let mut out = String::with_capacity(page.len());
    let mut fence: Option<usize> = None;
    let mut blank = true;
    for line in page.lines() {
        let ticks = line.trim_start().bytes().take_while(|b| *b == b'`').count();
        match fence {
            Some(open) if ticks >= open && line.trim().len() == ticks => fence = None,
            None if ticks >= 3 => fence = Some(ticks),
            _ => {}
        }
        if line.trim().is_empty() && blank && fence.is_none() {
            continue;
        }
        blank = line.trim().is_empty();
        out.push_str(if fence.is_some() { line } else { line.trim_end() });
        out.push('\n');
    }
    let end = out.trim_end().len();
    out.truncate(end);
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn blank_lines_are_single_but_code_is_left_alone() {
        let page = "\n# A  \n\n\n- b\n```sh\na  \n\n\nb\n```\n\n\nc\n\n";
        assert_eq!(tidy(page), "# A\n\n- b\n```sh\na  \n\n\nb\n```\n\nc\n");
    }
}
