//! A baseline: the findings that a spec had when the tool was adopted. What is known passes, what is new or worse fails.
//!
//! A finding is known by its name and its address. It is worse when its severity rises, when it shows in a scenario in
//! which it did not, or when its number there is larger.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::units::Seconds;

/// Name and major version of the format.
const FORMAT: &str = "drplan.baseline/1";

/// Scenarios that are named as the reason why a finding is worse.
const NAMED: usize = 3;

/// The findings that are known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "drplan baseline")]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Name and major version of this format.
    #[schemars(extend("const" = "drplan.baseline/1"))]
    format: String,
    /// The findings, by name and address.
    findings: Vec<Known>,
}

/// A finding that is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Known {
    /// Its kind.
    name: String,
    /// What it is about.
    address: String,
    /// `error`, `warning` or `note`.
    severity: String,
    /// Every scenario in which it shows; empty where it belongs to none.
    scenarios: Vec<KnownHit>,
}

/// How bad a finding is in a scenario.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct KnownHit {
    /// The id of the scenario.
    scenario: String,
    /// Seconds lost or away; null where that has no bound, or where the finding has no number.
    worst_s: Option<u64>,
}

/// Why a text is no baseline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaselineError {
    /// It is no JSON of this form.
    #[error("it is no baseline: {0}")]
    Form(String),
    /// It is of a version that is not known here.
    #[error("it is of the format `{0}`, and only `{FORMAT}` is known")]
    Version(String),
}

impl Baseline {
    /// The baseline of what was found; what a waiver covers needs none.
    pub fn of(found: &Diagnostics) -> Self {
        let open = found.iter().filter(|finding| !finding.waived);
        let mut findings: Vec<Known> = open.map(known).collect();
        findings.sort();
        findings.dedup();
        Self { format: FORMAT.to_owned(), findings }
    }

    /// Reads a baseline.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let read: Self = serde_json::from_str(text).map_err(|error| BaselineError::Form(error.to_string()))?;
        if read.format == FORMAT { Ok(read) } else { Err(BaselineError::Version(read.format)) }
    }

    /// The baseline as it is written.
    pub fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Marks the findings that are known and no worse than they were, and says of the others why they are worse. Gives how
    /// many findings of the baseline are gone.
    pub fn apply(&self, found: &mut Diagnostics) -> usize {
        let mut groups: BTreeMap<(String, String), (Group<'_>, bool)> = BTreeMap::new();
        for known in &self.findings {
            let (group, _) = groups.entry((known.name.clone(), known.address.clone())).or_default();
            group.add(known);
        }
        for finding in found.iter_mut().filter(|finding| !finding.waived) {
            let key = (finding.name().to_owned(), finding.stable_address());
            let Some((group, seen)) = groups.get_mut(&key) else { continue };
            *seen = true;
            match group.worse(finding) {
                None => finding.known = true,
                Some(why) => finding.notes.push(format!("worse than in the baseline: {why}")),
            }
        }
        groups.values().filter(|(_, seen)| !seen).count()
    }
}

/// All that is known of one kind of finding at one address.
#[derive(Default)]
struct Group<'a> {
    severity: Option<Severity>,
    hits: BTreeMap<&'a str, Option<u64>>,
}

impl<'a> Group<'a> {
    fn add(&mut self, known: &'a Known) {
        let severity =
            [Severity::Note, Severity::Warning, Severity::Error].into_iter().find(|s| s.as_str() == known.severity);
        self.severity = self.severity.max(severity);
        for hit in &known.scenarios {
            let worst = self.hits.entry(&hit.scenario).or_insert(hit.worst_s);
            *worst = worst.zip(hit.worst_s).map(|(a, b)| a.max(b));
        }
    }

    /// Why a finding is worse than what is known; none where it is not.
    fn worse(&self, finding: &Diagnostic) -> Option<String> {
        if self.severity.is_none_or(|known| finding.severity > known) {
            return Some(format!("it is {} now", with_article(finding.severity)));
        }
        let words = |amount: Option<u64>| amount.map_or("without bound".to_owned(), |amount| Seconds(amount).human());
        let mut worse: Vec<String> = Vec::new();
        for hit in &finding.extent {
            match self.hits.get(hit.scenario.as_str()) {
                None => worse.push(format!("{} is new", hit.scenario)),
                Some(Some(known)) if hit.amount.is_none_or(|amount| amount > *known) => {
                    worse.push(format!("{} was {}, is {}", hit.scenario, Seconds(*known).human(), words(hit.amount)));
                }
                Some(_) => {}
            }
        }
        let more = worse.len().saturating_sub(NAMED);
        worse.truncate(NAMED);
        match (worse.is_empty(), more) {
            (true, _) => None,
            (false, 0) => Some(worse.join("; ")),
            (false, more) => Some(format!("{}; and {more} more", worse.join("; "))),
        }
    }
}

fn known(finding: &Diagnostic) -> Known {
    let hit = |hit: &crate::diag::Hit| KnownHit { scenario: hit.scenario.clone(), worst_s: hit.amount };
    let mut scenarios: Vec<KnownHit> = finding.extent.iter().map(hit).collect();
    scenarios.sort();
    Known {
        name: finding.name().to_owned(),
        address: finding.stable_address(),
        severity: finding.severity.as_str().to_owned(),
        scenarios,
    }
}

fn with_article(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "an error",
        Severity::Warning => "a warning",
        Severity::Note => "a note",
    }
}

/// The JSON Schema of the format.
pub fn schema() -> serde_json::Value {
    schemars::generate::SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Baseline>().to_value()
}
