//! The worst moment for a disaster, and for corruption that is noticed late.
//!
//! Between two events the state stands still and the data only ages, so the loss is worst just before the next event:
//! the supremum is a limit from the left, and each stretch between events is measured at its end.

use super::plan::{DAY, Keep, Minutes, Plan, Timing, Worst};
use super::retention::forget;
use super::runs::Point;

/// Older than this is for ever: nothing that runs again and again is so old.
const AGES: Minutes = 50 * 365 * DAY;

/// A worst case and the end of the stretch in which it is approached.
pub(crate) type Verdict = (Worst, Minutes);

/// The worst loss if disaster strikes in `from..to` and the copies in `survive` are left.
pub(crate) fn disaster(
    plan: &Plan,
    points: &[Vec<Point>],
    survive: &[usize],
    replicas: &[Minutes],
    from: Minutes,
    to: Minutes,
) -> Verdict {
    let events = survive.iter().flat_map(|copy| points[*copy].iter().map(|point| point.ready));
    worst_stretch(events.collect(), from, to, |at, end| {
        let by_replica = replicas.iter().map(|lag| end - lag).max();
        let by_copy = survive.iter().filter_map(|copy| newest(plan, points, *copy, survive, at, end)).max();
        let newest = by_replica.max(by_copy)?;
        Some(if plan.fixed { 0 } else { end - newest })
    })
}

/// The newest state that a copy can restore if disaster strikes just before `end` and nothing has changed since `at`.
fn newest(
    plan: &Plan,
    points: &[Vec<Point>],
    copy: usize,
    survive: &[usize],
    at: Minutes,
    end: Minutes,
) -> Option<Minutes> {
    if let Timing::Continuous { lag, base } = plan.copies[copy].timing {
        let based = survive.contains(&base) && newest(plan, points, base, survive, at, end).is_some();
        return based.then_some(end - lag);
    }
    let ready = points[copy].partition_point(|point| point.ready <= at);
    let left = ready.checked_sub(1 + missed(plan, copy))?;
    Some(points[copy][left].rp)
}

fn missed(plan: &Plan, copy: usize) -> usize {
    if matches!(plan.copies[copy].timing, Timing::Once(_)) { 0 } else { plan.missed }
}

/// The worst loss if the data goes bad in `from..to` and that is noticed `plan.detection` later.
pub(crate) fn corruption(plan: &Plan, points: &[Vec<Point>], from: Minutes, to: Minutes) -> Verdict {
    let kept: Vec<Vec<(Point, Minutes)>> =
        plan.copies.iter().zip(points).map(|(copy, points)| lives(copy.keep.as_ref(), plan.zone, points)).collect();
    let all = kept.iter().flatten();
    let events = all.flat_map(|(point, dropped)| {
        [point.rp, point.ready - plan.detection, dropped.saturating_sub(plan.detection)]
    });
    worst_stretch(events.collect(), from, to, |at, end| {
        let newest = (0..plan.copies.len()).filter_map(|copy| newest_clean(plan, &kept, copy, at, end)).max()?;
        Some(if plan.fixed { 0 } else { end - newest })
    })
}

/// As [`newest`], for data that goes bad just before `end`.
fn newest_clean(
    plan: &Plan,
    kept: &[Vec<(Point, Minutes)>],
    copy: usize,
    at: Minutes,
    end: Minutes,
) -> Option<Minutes> {
    if let Timing::Continuous { lag, base } = plan.copies[copy].timing {
        newest_clean(plan, kept, base, at, end)?;
        return Some(end - (lag - plan.detection).max(0));
    }
    let noticed = at + plan.detection;
    let captured = kept[copy].partition_point(|(point, _)| point.rp <= at);
    let usable = |(point, dropped): &&(Point, Minutes)| point.ready <= noticed && noticed < *dropped;
    kept[copy][..captured].iter().rev().filter(usable).nth(missed(plan, copy)).map(|(point, _)| point.rp)
}

/// Each point with the instant from which on it is no longer kept.
fn lives(keep: Option<&Keep>, zone: &str, points: &[Point]) -> Vec<(Point, Minutes)> {
    let mut lives: Vec<(Point, Minutes)> = points.iter().map(|point| (*point, Minutes::MAX)).collect();
    let Some(keep) = keep else { return lives };
    let mut kept: Vec<usize> = Vec::new();
    for (index, point) in points.iter().enumerate() {
        kept.push(index);
        let before: Vec<Point> = kept.iter().map(|index| points[*index]).collect();
        let mut stay = forget(keep, zone, &before).into_iter().peekable();
        kept.retain(|index| {
            let stays = stay.next_if(|point| *point == points[*index]).is_some();
            if !stays {
                lives[*index].1 = point.ready;
            }
            stays
        });
    }
    lives
}

/// Cuts `from..to` at the events and takes the worst of the stretches.
fn worst_stretch(
    mut events: Vec<Minutes>,
    from: Minutes,
    to: Minutes,
    loss: impl Fn(Minutes, Minutes) -> Option<Minutes>,
) -> Verdict {
    events.retain(|at| from < *at && *at < to);
    events.extend([from, to]);
    events.sort_unstable();
    events.dedup();
    let verdict = |pair: &[Minutes]| {
        let worst = match loss(pair[0], pair[1]) {
            None => Worst::Lost,
            Some(lost) if lost > AGES => Worst::Unbounded,
            Some(lost) => Worst::Minutes(lost),
        };
        (worst, pair[1])
    };
    let first_worst = |best: Verdict, next: Verdict| if next.0 > best.0 { next } else { best };
    events.windows(2).map(verdict).reduce(first_worst).unwrap_or((Worst::Lost, from))
}
