//! What a change does to the posture, as a view that the formats render: numbers of one component and one verdict together,
//! the worst scenario in front.

mod human;
mod json;
mod markdown;
mod words;

use crate::compare::{Comparison, InputChange, Measure, Row, Verdict};
use crate::diag::SourceMap;

use super::Style;

pub(crate) use json::schema;

/// The formats of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComparisonFormat {
    /// For a person at a terminal.
    Human,
    /// `drplan.comparison/1`.
    Json,
    /// A comment on a pull request.
    Markdown,
}

/// A comparison with what is needed to show places.
pub struct ComparisonView<'a> {
    comparison: &'a Comparison,
    /// The sources of the newer spec.
    sources: &'a SourceMap,
    /// What the two were called on the command line.
    names: [&'a str; 2],
}

/// Numbers of one component that fare alike.
struct Entry<'a> {
    first: &'a Row,
    others: Vec<&'a Row>,
    /// Components that fare just so because they wait for this one.
    followers: Vec<&'a str>,
}

impl<'a> ComparisonView<'a> {
    /// The view of a comparison of two specs by their names.
    pub fn new(comparison: &'a Comparison, sources: &'a SourceMap, names: [&'a str; 2]) -> Self {
        Self { comparison, sources, names }
    }

    /// The view in a format.
    pub fn render(&self, format: ComparisonFormat, style: Style) -> String {
        match format {
            ComparisonFormat::Human => human::render(self, style),
            ComparisonFormat::Json => json::render(self),
            ComparisonFormat::Markdown => markdown::render(self),
        }
    }

    /// The numbers of a verdict, those of one component and measure together, in the order of the worst.
    fn entries(&self, verdict: Verdict) -> Vec<Entry<'a>> {
        let mut entries: Vec<Entry<'a>> = Vec::new();
        let mut known: std::collections::BTreeMap<(&str, &Measure), usize> = std::collections::BTreeMap::new();
        for row in self.comparison.rows.iter().filter(|row| row.verdict == verdict) {
            match known.get(&(row.component.as_str(), &row.measure)) {
                Some(at) => entries[*at].others.push(row),
                None => {
                    known.insert((&row.component, &row.measure), entries.len());
                    entries.push(Entry { first: row, others: Vec::new(), followers: Vec::new() });
                }
            }
        }
        with_followers(entries)
    }

    /// The inputs behind an entry, each once. Another name makes no number worse, so it is named only where nothing else is.
    fn causes(&self, entry: &Entry<'_>) -> Vec<&'a InputChange> {
        let mut causes: Vec<usize> = Vec::new();
        for row in std::iter::once(&entry.first).chain(&entry.others) {
            causes.extend(&row.causes);
        }
        causes.sort_unstable();
        causes.dedup();
        let causes = causes.into_iter().filter_map(|at| self.comparison.inputs.get(at));
        let (names, others): (Vec<_>, Vec<_>) = causes.partition(|input| self.is_renaming(input));
        if others.is_empty() { names } else { others }
    }

    fn is_renaming(&self, input: &InputChange) -> bool {
        let mut renamed = self.comparison.renamed.iter();
        renamed.any(|(old, new)| {
            (input.base.as_deref(), input.head.as_deref()) == (Some(old.as_str()), Some(new.as_str()))
                && input.address() == format!("components.{new}")
        })
    }

    /// `drplan.yaml:12`, where an input stands in the newer spec.
    fn place(&self, input: &InputChange) -> Option<String> {
        let (file, location) = self.sources.locate(input.span?)?;
        Some(format!("{file}:{}", location.line))
    }
}

/// Puts whoever merely waits for another, and fares just like it, beside that other.
fn with_followers(entries: Vec<Entry<'_>>) -> Vec<Entry<'_>> {
    let mut leaders: Vec<Entry<'_>> = Vec::new();
    let mut by_scenario: std::collections::BTreeMap<&str, Vec<usize>> = std::collections::BTreeMap::new();
    for entry in entries {
        let known = by_scenario.entry(&entry.first.scenario).or_default();
        let waits = entry.first.through.is_some();
        match known.iter().copied().find(|at| waits && is_alike(leaders[*at].first, entry.first)) {
            Some(at) => leaders[at].followers.push(&entry.first.component),
            None => {
                known.push(leaders.len());
                leaders.push(entry);
            }
        }
    }
    leaders
}

fn is_alike(leader: &Row, row: &Row) -> bool {
    let amounts = |row: &Row| (row.base.map(|level| level.amount), row.head.amount);
    leader.measure == row.measure
        && leader.scenario == row.scenario
        && leader.causes == row.causes
        && amounts(leader) == amounts(row)
}
