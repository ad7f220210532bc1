//! The worst moment for a disaster, and for corruption that is noticed late.
//!
//! Between two events the state stands still and the data only ages, so the loss is worst just before the next event:
//! the supremum is a limit from the left, and each stretch between events is measured at its end.

use super::plan::{Minutes, Plan, Timing, Worst};
use super::retention::Kept;
use super::runs::Point;

/// A worst case and the end of the stretch in which it is approached.
pub(crate) type Verdict = (Worst, Minutes);

/// What has been played, and the stretch of it that is looked at.
pub(crate) struct Scene<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) points: &'a [Vec<Point>],
    /// When playing began. What is older than that was made once and ages for ever.
    pub(crate) begin: Minutes,
    pub(crate) from: Minutes,
    pub(crate) to: Minutes,
}

impl Scene<'_> {
    /// The worst loss if disaster strikes, and these copies and replicas with these lags are left.
    pub(crate) fn disaster(&self, survive: &[usize], replicas: &[Minutes]) -> Verdict {
        let events = survive.iter().flat_map(|copy| self.points[*copy].iter().map(|point| point.ready));
        self.worst_stretch(events.collect(), |at, end| {
            let by_replica = replicas.iter().map(|lag| end - lag).max();
            let by_copy = survive.iter().filter_map(|copy| self.newest(*copy, survive, at, end)).max();
            by_replica.max(by_copy)
        })
    }

    /// The newest state that a copy can restore if disaster strikes just before `end` and nothing has changed since `at`.
    fn newest(&self, copy: usize, survive: &[usize], at: Minutes, end: Minutes) -> Option<Minutes> {
        if let Timing::Continuous { lag, base } = self.plan.copies[copy].timing {
            let based = survive.contains(&base) && self.newest(base, survive, at, end).is_some();
            return based.then_some(end - lag);
        }
        let ready = self.points[copy].partition_point(|point| point.ready <= at);
        let left = ready.checked_sub(1 + self.missed(copy))?;
        Some(self.points[copy][left].rp)
    }

    fn missed(&self, copy: usize) -> usize {
        if matches!(self.plan.copies[copy].timing, Timing::Once(_)) { 0 } else { self.plan.missed }
    }

    /// The worst loss if the data goes bad and that is noticed late.
    pub(crate) fn corruption(&self) -> Verdict {
        let Plan { copies, detection, zone, .. } = self.plan;
        let kept: Vec<Kept> =
            copies.iter().zip(self.points).map(|(copy, points)| Kept::play(copy.keep.as_ref(), zone, points)).collect();
        let captures = self.points.iter().flatten().map(|point| point.rp);
        let changes = kept.iter().flat_map(Kept::changes).map(|at| at - detection);
        let events = captures.chain(changes);
        self.worst_stretch(events.collect(), |at, end| {
            (0..copies.len()).filter_map(|copy| self.newest_clean(&kept, copy, at, end)).max()
        })
    }

    /// As `newest`, for data that goes bad just before `end`.
    fn newest_clean(&self, kept: &[Kept], copy: usize, at: Minutes, end: Minutes) -> Option<Minutes> {
        if let Timing::Continuous { lag, base } = self.plan.copies[copy].timing {
            self.newest_clean(kept, base, at, end)?;
            return Some(end - (lag - self.plan.detection).max(0));
        }
        let points = kept[copy].at(at + self.plan.detection);
        let clean = points.partition_point(|point| point.rp <= at);
        Some(points[clean.checked_sub(1 + self.missed(copy))?].rp)
    }

    /// Cuts the time at the events and takes the worst of the stretches, given the newest state in each.
    fn worst_stretch(&self, mut events: Vec<Minutes>, newest: impl Fn(Minutes, Minutes) -> Option<Minutes>) -> Verdict {
        events.retain(|at| self.from < *at && *at < self.to);
        events.extend([self.from, self.to]);
        events.sort_unstable();
        events.dedup();
        let verdict = |pair: &[Minutes]| {
            let worst = match newest(pair[0], pair[1]) {
                None => Worst::Lost,
                Some(_) if self.plan.fixed => Worst::Minutes(0),
                Some(newest) if newest < self.begin => Worst::Unbounded,
                Some(newest) => Worst::Minutes(pair[1] - newest),
            };
            (worst, pair[1])
        };
        let first_worst = |best: Verdict, next: Verdict| if next.0 > best.0 { next } else { best };
        events.windows(2).map(verdict).reduce(first_worst).unwrap_or((Worst::Lost, self.from))
    }
}
