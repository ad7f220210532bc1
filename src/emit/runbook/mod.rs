//! Runbooks: pages that somebody follows at three in the morning with nothing else.
//!
//! A page for each distinct outcome (scenarios that do the same share one) has the steps of the very procedure that the
//! recovery time was computed from, in the order and with the time marks of its schedule, each with exact commands. A page
//! for each component has the same commands without a scenario. The phases follow NIST SP 800-34 rev. 1, 4.2 to 4.4:
//! activation and notification, recovery, reconstitution.
//!
//! What a step takes in a product is a template of its technology (`runbook/STEP.md.j2`); where it has none, the general one
//! in `templates/runbook/steps/` stands in.

mod bundle;
mod component;
mod gather;
mod html;
mod index;
mod notice;
mod page;
mod step;

use std::collections::BTreeMap;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::fileset::{File, FileSet, FileSetError, RelPath};
use super::names::{Words, word};
use super::packs;
use super::puppet::Origin;
use super::templates::{TemplateError, Templates};
use crate::analysis::context::Context;
use crate::analysis::outcome::Outcome;
use crate::analysis::scenario::Scenario;
use crate::desired::Desired;
use crate::model::{Component, ComponentId, Model};
use crate::tech::Catalogue;
use bundle::Label;
use index::{Dated, Entry, IndexView};
use page::PageView;
pub(in crate::emit) use page::gone;

/// The page that leads to all others.
const INDEX: &str = "README.md";

/// The file that holds the day of the runbooks, and nothing else.
pub const DATE: &str = "DATE";

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
    /// Where the pages of components are.
    files: BTreeMap<ComponentId, String>,
}

/// All runbooks of a plan; what is missing is the day that they bear.
pub struct Runbooks {
    templates: Templates,
    index: IndexView,
    /// Path and text of each page, in the order of the index.
    pages: Vec<(String, String)>,
}

impl Runbooks {
    /// The files: `README.md`, `scenarios/*.md`, `components/*.md`; all of them in `runbooks.html`; the day alone in `DATE`, so
    /// that it can be read back; and the digests of all these in `SHA256SUMS`.
    ///
    /// # Errors
    ///
    /// A template of the index that is broken.
    pub fn files(&self, date: &str) -> Result<FileSet, Failure> {
        let index = tidy(&self.templates.render("runbook/README.md.j2", &Dated { date, index: &self.index })?);
        let (plan, digest, version) = (&self.index.plan, &self.index.digest, &self.index.version);
        let label = Label { plan, digest, version, date };
        let pages = self.pages.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        let pages: Vec<(&str, &str)> = [(INDEX, index.as_str())].into_iter().chain(pages).collect();
        let mut files = FileSet::new();
        for (path, text) in &pages {
            files.add(path, *text)?;
        }
        files.add("runbooks.html", bundle::bundle(label, &pages))?;
        files.add(DATE, format!("{date}\n"))?;
        let sums = sums(&files);
        files.add("SHA256SUMS", sums)?;
        Ok(files)
    }
}

/// Makes the runbooks.
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
) -> Result<Runbooks, Failure> {
    let templates = packs::templates(catalogue)?;
    let mut words = Words::default();
    let names: Vec<String> = groups.iter().map(|(members, _)| words.unique(file_name(members))).collect();
    let files = component_files(context.model, &mut words);
    let book = Book { context, desired, templates: &templates, files };
    let scenarios: Vec<(Entry, String)> = groups
        .par_iter()
        .zip(&names)
        .map(|((members, outcome), name)| scenario_page(&book, members, outcome, name))
        .collect::<Result<_, _>>()?;
    let mut pages = Vec::with_capacity(scenarios.len());
    let mut entries = Vec::with_capacity(scenarios.len());
    for (entry, text) in scenarios {
        pages.push((entry.file.clone(), text));
        entries.push(entry);
    }
    let mut components = Vec::new();
    for (id, text) in component_pages(&book)? {
        let file = book.files[&id].clone();
        pages.push((file.clone(), text));
        components.push((context.model.components[id].name.clone(), file));
    }
    let index = IndexView::new(context.model, entries, components, origin);
    Ok(Runbooks { index, pages, templates })
}

/// A line for each file, as `sha256sum` writes it and checks it.
fn sums(files: &FileSet) -> String {
    let line = |(path, file): (&RelPath, &File)| {
        let digest: String = Sha256::digest(&file.contents).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{digest}  {path}\n")
    };
    files.iter().map(line).collect()
}

fn scenario_page(
    book: &Book<'_>,
    members: &[&Scenario],
    outcome: &Outcome,
    name: &str,
) -> Result<(Entry, String), Failure> {
    let view = PageView::new(book, members, outcome);
    let text = tidy(&book.templates.render("runbook/scenario.md.j2", &view)?);
    let file = format!("scenarios/{name}.md");
    Ok((Entry::new(members, &view, file), text))
}

/// The file of each component that has a page.
fn component_files(model: &Model, words: &mut Words) -> BTreeMap<ComponentId, String> {
    let with_page = model.components.iter().filter(|(id, _)| component::has_page(model, *id));
    let file = |(id, component): (ComponentId, &Component)| {
        let word = words.unique(format!("component_{}", word(&component.name)));
        (id, format!("components/{}.md", word.trim_start_matches("component_")))
    };
    with_page.map(file).collect()
}

fn component_pages(book: &Book<'_>) -> Result<Vec<(ComponentId, String)>, Failure> {
    let ids: Vec<ComponentId> = book.files.keys().copied().collect();
    ids.into_par_iter()
        .map(|id| {
            let view = component::ComponentPage::new(book, id);
            Ok((id, tidy(&book.templates.render("runbook/component.md.j2", &view)?)))
        })
        .collect()
}

/// `lose:db1` becomes `lose_db1`; a page of several scenarios is called after the first.
fn file_name(members: &[&Scenario]) -> String {
    members.first().map_or_else(|| "scenario".to_owned(), |first| word(&first.id.chars().take(80).collect::<String>()))
}

/// Includes leave blank lines behind: never two together, except in a block of code. What several hosts are told is told once.
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
    gather::gather(&out)
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
