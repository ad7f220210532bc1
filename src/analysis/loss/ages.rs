//! Which ages of points a copy surely has at any moment: from its worst case to what retention leaves at the least.

use std::sync::Arc;

use super::all_time::{Calendar, Days, Rhythms, first_day, last_day};
use super::chain::{Chain, Shape};
use super::keep::{Bucket, Retention};
use super::own::{PLAIN, Solver, counts_only};
use super::phase::pinned;
use super::stream::Stream;
use super::sweep::{Member, rhythms};
use crate::units::Seconds;

const DAY: i64 = 86_400;

/// The ages between which a copy has a point at any moment, no two further apart than its points are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ages {
    /// The newest point is never older than this; none where it grows older without bound.
    pub youngest: Option<Seconds>,
    /// The oldest point is never younger than this; none where everything is kept. Damage noticed later than this after it
    /// was done may find no clean point any more.
    pub oldest: Option<Seconds>,
}

pub(super) fn ages(solver: &Solver, chain: &Chain) -> Ages {
    let seconds = |age: i64| Seconds(age.unsigned_abs());
    Ages { youngest: solver.own(chain, &PLAIN).loss.map(seconds), oldest: oldest(chain, &solver.calendar).map(seconds) }
}

/// The least age that the oldest point ever has; points are thrown away when newer ones complete.
fn oldest(chain: &Chain, calendar: &Calendar) -> Option<i64> {
    let Shape::Runs { stream, .. } = &chain.shape else { return None };
    let retention = chain.retention.as_ref()?;
    if let Some(interval) = stream.uniform_interval().filter(|_| counts_only(Some(retention))) {
        let age = stream.fixed_age().unwrap_or(stream.delay);
        return Some((i64::from(retention.keep.last) - 1).saturating_mul(interval).saturating_add(age));
    }
    pinned(stream, Some(retention), calendar).iter().filter_map(|stream| oldest_of(stream, retention, calendar)).min()
}

/// As [`oldest`], for known phases.
///
/// Between completions ages grow, and what a rule keeps changes only when a run opens a new bucket of it. So the least age
/// by one rule is found at such runs. If the rule that reaches back furthest has its least age at a moment at which no
/// other rule reaches further, that is the least of all together; otherwise all such runs of all rules are tried.
fn oldest_of(stream: &Stream, retention: &Retention, calendar: &Calendar) -> Option<i64> {
    let rules = single_rules(retention);
    let least: Vec<(i64, i64)> = rules.iter().filter_map(|rule| least_at(stream, rule, rule, calendar)).collect();
    let (age, run) = *least.iter().max()?;
    if age_at(stream, retention, run)? == age {
        return Some(age);
    }
    rules.iter().filter_map(|rule| least_at(stream, retention, rule, calendar)).map(|(age, _)| age).min()
}

/// Each rule as a retention of its own.
fn single_rules(retention: &Retention) -> Vec<Retention> {
    let keep = retention.keep;
    let none = crate::model::Keep::default();
    let all = [
        crate::model::Keep { last: keep.last, ..none },
        crate::model::Keep { hourly: keep.hourly, ..none },
        crate::model::Keep { daily: keep.daily, ..none },
        crate::model::Keep { weekly: keep.weekly, ..none },
        crate::model::Keep { monthly: keep.monthly, ..none },
        crate::model::Keep { yearly: keep.yearly, ..none },
        crate::model::Keep { within: keep.within, ..none },
    ];
    let used = all.into_iter().filter(|rule| *rule != none);
    used.map(|keep| Retention { keep, zone: retention.zone.clone() }).collect()
}

/// The least age of the oldest point over the runs at which `rule` lets go of something, and the run.
fn least_at(stream: &Stream, retention: &Retention, rule: &Retention, calendar: &Calendar) -> Option<(i64, i64)> {
    let mut least: Option<(i64, i64)> = None;
    let mut see = |run: i64| {
        if let Some(age) = age_at(stream, retention, run)
            && least.is_none_or(|least| age < least.0)
        {
            least = Some((age, run));
        }
    };
    match rule.buckets().next() {
        Some(bucket @ (Bucket::Week | Bucket::Month | Bucket::Year)) => openings(stream, rule, bucket, &mut see),
        _ => {
            for days in days(stream, retention, calendar).iter() {
                runs(stream, days.start * DAY, days.end * DAY, &mut see);
            }
        }
    }
    least
}

fn days(stream: &Stream, retention: &Retention, calendar: &Calendar) -> Arc<Days> {
    let rhythms: Rhythms = rhythms(&[Member { stream, retention: Some(retention), covers: false }]);
    let begin = stream.first_run(first_day() * DAY).and_then(|run| age_at(stream, retention, run));
    // What a rule keeps over a day does not depend on more than twice what it keeps.
    calendar.days(&rhythms, begin.map_or(DAY, |age| age.saturating_mul(2)), 0)
}

fn runs(stream: &Stream, from: i64, until: i64, see: &mut impl FnMut(i64)) {
    let mut next = stream.first_run(from);
    while let Some(run) = next.filter(|run| *run < until) {
        see(run);
        next = stream.first_run(run + 1);
    }
}

/// The first run of each unit of the calendar, over all time.
fn openings(stream: &Stream, rule: &Retention, bucket: Bucket, see: &mut impl FnMut(i64)) {
    let mut at = first_day() * DAY;
    while at < last_day() * DAY {
        let Some(run) = stream.first_run(at) else { return };
        if bucket.start(&rule.zone, run) > stream.last_run(run - 1).unwrap_or(i64::MAX) {
            see(run);
        }
        at = bucket.end(&rule.zone, run);
    }
}

/// The age of the oldest point that is kept when a run completes.
fn age_at(stream: &Stream, retention: &Retention, run: i64) -> Option<i64> {
    let oldest = retention.oldest_kept(stream, run)?;
    Some(run + stream.delay - stream.captured(oldest)?)
}
