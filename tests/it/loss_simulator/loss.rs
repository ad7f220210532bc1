//! The worst moment for a disaster, and for corruption that is noticed late.
//!
//! Between two events the state stands still and the data only ages, so the loss is worst just before the next event:
//! the supremum is a limit from the left, and each stretch between events is measured at its end.

use super::plan::{Minutes, Plan, Timing, Worst};
use super::retention::Kept;
use super::runs::Stage;

/// A worst case and the end of the stretch in which it is approached.
pub(crate) type Verdict = (Worst, Minutes);

/// What happens, and what can be used after it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// How much later it is noticed that the data went bad; none where it is destroyed.
    pub(crate) corrupted: Option<Minutes>,
    /// The copies that count.
    pub(crate) count: Vec<usize>,
    /// The copies that are left, to replay a stream onto.
    pub(crate) left: Vec<usize>,
    /// What is never further behind than so.
    pub(crate) lags: Vec<Minutes>,
}

/// The worst case in `from..to`.
pub(crate) fn worst(stage: &Stage<'_>, phases: &[Minutes], case: &Case, from: Minutes, to: Minutes) -> Verdict {
    let plan = stage.plan;
    let points = stage.play(phases);
    // Retention always leaves the newest point, and a run that failed has replaced nothing: it is of no account where
    // the data is destroyed.
    let kept = plan.copies.iter().zip(&points).map(|(copy, points)| {
        let keep = copy.keep.as_ref().filter(|_| case.corrupted.is_some());
        Kept::play(keep, "UTC", points)
    });
    let scene = Scene { plan, case, kept: kept.collect() };
    let captures = points.iter().flatten().map(|point| point.rp);
    let changes = scene.kept.iter().flat_map(Kept::changes).map(|at| at - case.corrupted.unwrap_or(0));
    let mut events: Vec<Minutes> = captures.chain(changes).filter(|at| (from..to).contains(at)).collect();
    events.extend([from, to]);
    events.sort_unstable();
    events.dedup();
    let verdict = |pair: &[Minutes]| (scene.loss(pair[0], pair[1], stage.from), pair[1]);
    let first_worst = |best: Verdict, next: Verdict| if next.0 > best.0 { next } else { best };
    events.windows(2).map(verdict).reduce(first_worst).unwrap()
}

struct Scene<'a> {
    plan: &'a Plan,
    case: &'a Case,
    kept: Vec<Kept>,
}

impl Scene<'_> {
    /// The loss just before `end`, where nothing has changed since `at`. What is older than `begin` was made once and
    /// ages for ever.
    fn loss(&self, at: Minutes, end: Minutes, begin: Minutes) -> Worst {
        let by_lag = self.case.lags.iter().map(|lag| end - lag).max();
        let by_copy = self.case.count.iter().filter_map(|copy| self.newest(*copy, at, end)).max();
        match by_lag.max(by_copy) {
            None => Worst::Lost,
            Some(_) if self.plan.fixed => Worst::Minutes(0),
            Some(newest) if newest < begin => Worst::Unbounded,
            Some(newest) => Worst::Minutes(end - newest),
        }
    }

    /// The newest state that a copy can give back.
    fn newest(&self, copy: usize, at: Minutes, end: Minutes) -> Option<Minutes> {
        if let Timing::Continuous { lag, base } = self.plan.copies[copy].timing {
            if !self.case.left.contains(&base) {
                return None;
            }
            self.newest(base, at, end)?;
            let behind = if self.case.corrupted.is_some() { 0 } else { lag + self.plan.behind(copy) };
            return Some(end - behind);
        }
        // What is made once is tried until it is there, and so is what is made from it.
        let missed = if self.plan.ends_in_once(copy) { 0 } else { self.plan.missed };
        Some(self.kept[copy].newest(at + self.case.corrupted.unwrap_or(0), at, missed)?.rp)
    }
}
