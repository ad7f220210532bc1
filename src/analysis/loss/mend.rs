//! The least change to a copy that mends what several copies are worth together, in every case of a finding.
//!
//! Advice for the copy alone comes first: what mends it alone mends them all together. From there the steps go back, to longer
//! intervals or fewer points kept, as long as the others make up for it; and forward, where one of the cases needs more.

use super::Question;
use super::advice::{Advice, Change, Trial, candidates, changed};
use super::union::{Survivors, outcome};
use crate::model::{CopyId, DataCopy, Id, Model};
use crate::units::Seconds;

/// What survives in one kind of event.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) copies: Vec<CopyId>,
    pub(super) question: Question,
}

/// A better piece of advice than that for the copy alone, where there is one.
pub(super) fn among(trial: &Trial<'_>, cases: &[Case], alone: Advice) -> Advice {
    let together = Together { trial, cases };
    if let Advice::Change { copy: at, change: Change::KeepLast(count), .. } = alone {
        return together.kept(at, count).unwrap_or(alone);
    }
    let at = match &alone {
        Advice::Change { copy, .. } => *copy,
        _ => trial.copy,
    };
    let steps = candidates(&trial.model.copies[at]);
    let start = match &alone {
        Advice::Fine => return alone,
        Advice::Change { change, .. } => steps.iter().position(|step| step == change),
        // Only if the most that can be done is enough is it worth to look for less.
        Advice::OutOfReach { .. } => {
            steps.last().and_then(|last| together.mended(at, last)).and(steps.len().checked_sub(1))
        }
    };
    let Some(start) = start else { return alone };
    let mended = |place: &usize| together.mended(at, &steps[*place]).map(|worst| (*place, worst));
    let found = match mended(&start) {
        Some(first) => Some((0..start).rev().map_while(|place| mended(&place)).last().unwrap_or(first)),
        None => (start + 1..steps.len()).find_map(|place| mended(&place)),
    };
    match found {
        Some((place, worst)) => Advice::Change { copy: at, change: steps[place].clone(), worst },
        None => alone,
    }
}

struct Together<'t> {
    trial: &'t Trial<'t>,
    cases: &'t [Case],
}

impl Together<'_> {
    /// The worst of all cases after a change, where that is small enough.
    fn mended(&self, at: CopyId, change: &Change) -> Option<Seconds> {
        let copy = changed(self.trial.model, at, change)?;
        let worst = self
            .cases
            .iter()
            .map(|case| self.worst(case, at, &copy))
            .try_fold(0, |most, worst| Some(worst?.max(most)))?;
        (worst <= self.trial.at_most).then(|| Seconds(worst.unsigned_abs()))
    }

    fn worst(&self, case: &Case, at: CopyId, replacement: &DataCopy) -> Option<i64> {
        let Trial { model, adviser, .. } = self.trial;
        let chains = case.copies.iter().map(|copy| adviser.chain(model, *copy, Some((at, replacement))));
        let chains = chains.collect::<Option<Vec<_>>>()?;
        let first = first_copy(model, *case.copies.first()?);
        let places = case.copies.iter().map(|copy| copy.index() - first);
        let survivors = Survivors {
            copies: places.zip(chains.iter().map(|chain| chain.as_ref())).collect(),
            replicas: case.question.replicas.iter().map(|(place, lag)| (*place as usize, *lag)).collect(),
            unchanging: case.question.unchanging,
            zone: &model.system.timezone,
        };
        outcome(adviser.solver(), &survivors, &case.question.strike).worst
    }

    /// The least count of newest points to keep, where fewer do than for the copy alone.
    fn kept(&self, at: CopyId, most: u32) -> Option<Advice> {
        let enough = |count: u32| self.mended(at, &Change::KeepLast(count));
        enough(most)?;
        let (mut few, mut many) = (0, most);
        while many - few > 1 {
            let middle = few + (many - few) / 2;
            if enough(middle).is_some() { many = middle } else { few = middle }
        }
        Some(Advice::Change { copy: at, change: Change::KeepLast(many), worst: enough(many)? })
    }
}

fn first_copy(model: &Model, copy: CopyId) -> usize {
    let dataset = &model.datasets[model.copies[copy].dataset];
    dataset.copies.first().map_or(0, |first| first.index())
}
