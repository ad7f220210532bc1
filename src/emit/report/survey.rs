//! One look at every outcome: what each component and each dataset suffers at worst, and which outcomes are worst.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::Material;
use super::amount::Verdict;
use crate::analysis::assess::Judged;
use crate::analysis::outcome::Outcome;
use crate::analysis::scenario::Scenario;
use crate::emit::names::{Words, word};
use crate::model::{ComponentId, DatasetId};
use crate::terms::{Impact, ScenarioKind, Strategy};
use crate::units::Seconds;

/// All that the sections have in common.
pub(super) struct Survey<'a> {
    /// Every distinct outcome in which something happens, the worst first.
    pub groups: Vec<Group<'a>>,
    /// By component and kind of scenario.
    pub cells: BTreeMap<ComponentId, BTreeMap<ScenarioKind, Cell>>,
    /// For each dataset the outcomes in which it loses something, by their position in `groups`.
    pub data: BTreeMap<DatasetId, Vec<usize>>,
    /// How many promises are put to the test: each in each scenario.
    pub promises: usize,
    /// How many of them are broken.
    pub broken: usize,
    /// In how many scenarios.
    pub broken_scenarios: usize,
    /// How many scenarios there are.
    pub scenarios: usize,
}

/// Scenarios with one outcome.
pub(super) struct Group<'a> {
    pub members: Vec<&'a Scenario>,
    pub outcome: &'a Outcome,
    /// What is unique on the page.
    pub anchor: String,
    /// Broken promises in each of its scenarios.
    pub broken: usize,
    /// Whether something does not come back at all.
    pub lost: bool,
    /// When the last component serves again, of those that do.
    pub away: Seconds,
    /// The most that is lost of a dataset, of those that come back.
    pub loss: Seconds,
}

/// The worst of a component in a kind of scenario.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub impact: Impact,
    pub strategy: Strategy,
    /// The longest outage; none within where it never comes back.
    pub away: Option<Seconds>,
    /// The greatest loss; outer none where no data is hit, inner none where all of it is lost.
    pub loss: Option<Option<Seconds>>,
    pub verdict: Verdict,
    /// In which outcome it is worst.
    pub group: usize,
}

impl<'a> Survey<'a> {
    pub(super) fn new(material: &Material<'a>) -> Self {
        let context = material.context;
        let mut groups: Vec<Group<'a>> = material
            .assessment
            .groups(context)
            .into_iter()
            .filter(|(members, _)| !members.is_empty())
            .map(|(members, outcome)| group(material, members, outcome))
            .collect();
        groups.sort_by_cached_key(|group| {
            let id = group.members.first().map(|scenario| scenario.id.clone());
            (Reverse((group.broken > 0, group.lost, group.broken, group.away, group.loss)), id)
        });
        let mut words = Words::default();
        for group in &mut groups {
            let id = group.members.first().map(|scenario| word(&scenario.id)).unwrap_or_default();
            group.anchor = words.unique(format!("scenario_{}", id.chars().take(80).collect::<String>()));
        }
        let mut survey = Self {
            groups: Vec::new(),
            cells: BTreeMap::new(),
            data: BTreeMap::new(),
            promises: 0,
            broken: 0,
            broken_scenarios: 0,
            scenarios: material.assessment.cores().count(),
        };
        for (position, group) in groups.iter().enumerate() {
            survey.add(material, position, group);
        }
        survey.groups = groups;
        survey
    }

    fn add(&mut self, material: &Material<'a>, position: usize, group: &Group<'a>) {
        let kinds: BTreeSet<ScenarioKind> = group.members.iter().map(|scenario| scenario.kind).collect();
        let times = group.members.len();
        for judged in group.judged(material) {
            let result = judged.result;
            self.promises += times * promises(&judged);
            let cells = self.cells.entry(result.component).or_default();
            for &kind in &kinds {
                let new = cell(&judged, position);
                cells.entry(kind).and_modify(|cell| cell.join(new)).or_insert(new);
            }
            for loss in &result.data_loss {
                self.data.entry(loss.dataset).or_default().push(position);
            }
        }
        self.broken += times * group.broken;
        self.broken_scenarios += if group.broken > 0 { times } else { 0 };
    }
}

impl<'a> Group<'a> {
    /// The results of the outcome beside what is promised.
    pub(super) fn judged(&self, material: &Material<'a>) -> impl Iterator<Item = Judged<'a>> + use<'a> {
        let (context, outcome, first) = (material.context, self.outcome, self.members.first().copied());
        first.into_iter().flat_map(move |scenario| {
            outcome.results.iter().map(move |result| Judged::new(context, scenario, outcome, result))
        })
    }
}

impl Cell {
    /// The worst of both.
    fn join(&mut self, other: Self) {
        let badness =
            |cell: &Self| (cell.verdict, cell.away.is_none(), cell.away, cell.loss.map(|loss| (loss.is_none(), loss)));
        if badness(&other) > badness(self) {
            (self.strategy, self.group) = (other.strategy, other.group);
        }
        self.impact = self.impact.max(other.impact);
        self.verdict = self.verdict.max(other.verdict);
        self.away = self.away.and_then(|away| Some(away.max(other.away?)));
        self.loss = match (self.loss, other.loss) {
            (Some(one), Some(other)) => Some(one.and_then(|one| Some(one.max(other?)))),
            (one, other) => one.or(other),
        };
    }
}

fn cell(judged: &Judged<'_>, group: usize) -> Cell {
    let result = judged.result;
    let losses = result.data_loss.iter().map(|loss| loss.loss.worst);
    let worst = losses.max_by_key(|worst| (worst.is_none(), *worst));
    let verdict = match (judged.breaches(), promises(judged)) {
        (0, 0) => Verdict::Free,
        (0, _) => Verdict::Kept,
        _ => Verdict::Broken,
    };
    Cell { impact: result.impact, strategy: result.strategy, away: result.away(), loss: worst, verdict, group }
}

/// How many promises a result is held against.
pub(super) fn promises(judged: &Judged<'_>) -> usize {
    let losses = judged.result.data_loss.iter().filter(|loss| judged.rpo_met(loss).is_some()).count();
    losses + usize::from(judged.rto_met().is_some())
}

fn group<'a>(material: &Material<'a>, members: Vec<&'a Scenario>, outcome: &'a Outcome) -> Group<'a> {
    let mut group = Group {
        members,
        outcome,
        anchor: String::new(),
        broken: 0,
        lost: false,
        away: Seconds::ZERO,
        loss: Seconds::ZERO,
    };
    for judged in group.judged(material) {
        group.broken += judged.breaches();
        group.lost |= judged.is_lost();
        group.away = group.away.max(judged.result.away().unwrap_or_default());
        let losses = judged.result.data_loss.iter().filter_map(|loss| loss.loss.worst);
        group.loss = losses.fold(group.loss, Seconds::max);
    }
    group
}
