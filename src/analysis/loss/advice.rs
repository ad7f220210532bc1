//! The least change to a copy that meets an objective.
//!
//! Each proposal is tried: the copy with the change made is computed like any other, so that a proposal does mend what it
//! is for. Changes are tried from the least on: the same schedule in UTC, where only clock changes are to blame; the longest
//! interval of a list that people would write down; more of it kept. An interval shorter than the transfer is no
//! proposal, since its runs would overlap.
//!
//! What is advised depends on the chain alone: copies with equal chains get equal advice, found once.

use std::cmp::Reverse;
use std::sync::{Arc, Mutex, PoisonError};

use super::Question;
use super::all_time::Calendar;
use super::chain::{Chain, Interner};
use super::mend::{Case, among};
use super::own::{PLAIN, Reason, Solver};
use super::shared::Shared;
use super::sweep::Strike;
use crate::calendar::{Schedule, Zone};
use crate::model::{CopyId, DataCopy, Keep, Model, Timing};
use crate::units::Seconds;

/// What to do about a copy that loses more than it may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
    /// It loses no more than it may.
    Fine,
    /// A change that mends it.
    Change {
        /// The copy to change: the one asked about, or one that it is made from.
        copy: CopyId,
        /// What to change.
        change: Change,
        /// The worst case then.
        worst: Seconds,
    },
    /// No schedule of this kind can reach it.
    OutOfReach {
        /// The worst case at the shortest interval of the list that its transfer fits in; none where nothing bounds it.
        floor: Option<Seconds>,
        /// The longest transfer that would do at the present interval, where shortening it alone would do.
        takes_at_most: Option<Seconds>,
    },
}

/// A change to a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The same schedule in UTC.
    InUtc,
    /// Another interval.
    Every(Seconds),
    /// Another schedule.
    Schedule {
        /// The expression.
        text: String,
        /// The interval that it has.
        interval: Seconds,
        /// Whether it has to be read in UTC, and so far is not.
        utc: bool,
    },
    /// So many of the newest points kept, beside what the rules keep.
    KeepLast(u32),
}

impl Change {
    /// The keys to write in the copy.
    pub fn yaml(&self) -> String {
        match self {
            Change::InUtc => "timezone: UTC".to_owned(),
            Change::Every(interval) => format!("every: {interval}"),
            Change::Schedule { text, utc: false, .. } => format!("schedule: \"{text}\""),
            Change::Schedule { text, utc: true, .. } => format!("schedule: \"{text}\" and timezone: UTC"),
            Change::KeepLast(count) => format!("keep: {{last: {count}}} beside the other rules"),
        }
    }
}

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// Intervals that people write down, the longest first. Each goes into a day or is days, so that a calendar can say it.
const INTERVALS: [i64; 22] = [
    28 * DAY,
    14 * DAY,
    7 * DAY,
    2 * DAY,
    DAY,
    12 * HOUR,
    8 * HOUR,
    6 * HOUR,
    4 * HOUR,
    3 * HOUR,
    2 * HOUR,
    HOUR,
    30 * MINUTE,
    20 * MINUTE,
    15 * MINUTE,
    12 * MINUTE,
    10 * MINUTE,
    6 * MINUTE,
    5 * MINUTE,
    3 * MINUTE,
    2 * MINUTE,
    MINUTE,
];

/// What advice is about without names: the chain of the copy, what survives in each case, what is promised, and which of
/// the copies of the data is made from which.
type About = (u32, Vec<Question>, i64, Vec<Option<usize>>);

/// Advice that has been given, and the chains that have been tried for it.
#[derive(Debug)]
pub(super) struct Adviser {
    given: Shared<(u32, i64, Strike), Counsel>,
    together: Shared<About, Counsel>,
    tried: Mutex<Interner>,
    solver: Solver,
}

/// Advice without names: the copy to change is so many steps up from the one asked about.
#[derive(Clone, Debug)]
enum Counsel {
    Fine,
    Change { up: usize, change: Change, worst: Seconds },
    OutOfReach { floor: Option<Seconds>, takes_at_most: Option<Seconds> },
}

impl Adviser {
    /// Over days that others have found or will.
    pub(super) fn new(calendar: &Arc<Calendar>) -> Self {
        Self {
            given: Shared::default(),
            together: Shared::default(),
            tried: Mutex::default(),
            solver: Solver::over(calendar),
        }
    }

    /// The least change to a copy with this chain, or to one that it is made from, after which its own worst case is
    /// `at_most`.
    pub(super) fn advise(
        &self,
        model: &Model,
        (copy, chain): (CopyId, &Chain),
        at_most: Seconds,
        strike: Strike,
    ) -> Advice {
        let at_most = super::chain::seconds(at_most.0);
        let trial = Trial { adviser: self, model, copy, strike, at_most };
        self.given.get_or((chain.number, at_most, strike), |_| trial.counsel()).of(model, copy)
    }
}

impl Counsel {
    fn of(self, model: &Model, copy: CopyId) -> Advice {
        match self {
            Counsel::Fine => Advice::Fine,
            Counsel::OutOfReach { floor, takes_at_most } => Advice::OutOfReach { floor, takes_at_most },
            Counsel::Change { up, change, worst } => {
                let target = (0..up).try_fold(copy, |at, _| super::result::made_from(model, at));
                target.map_or(Advice::Fine, |copy| Advice::Change { copy, change, worst })
            }
        }
    }

    fn without_names(advice: Advice, model: &Model, copy: CopyId) -> Self {
        match advice {
            Advice::Fine => Counsel::Fine,
            Advice::OutOfReach { floor, takes_at_most } => Counsel::OutOfReach { floor, takes_at_most },
            Advice::Change { copy: at, change, worst } => {
                let mut way = std::iter::successors(Some(copy), |at| super::result::made_from(model, *at));
                way.position(|one| one == at).map_or(Counsel::Fine, |up| Counsel::Change { up, change, worst })
            }
        }
    }
}

impl Adviser {
    /// The least change to a copy after which what survives in each case loses together at most so much.
    pub(super) fn advise_among(
        &self,
        model: &Model,
        (copy, chain): (CopyId, &Chain),
        cases: &[Case],
        at_most: Seconds,
    ) -> Advice {
        // Alone and in one case there is nothing to weigh.
        if let [only] = cases
            && only.copies == [copy]
            && only.question.replicas.is_empty()
        {
            return self.advise(model, (copy, chain), at_most, only.question.strike);
        }
        let questions = cases.iter().map(|case| case.question.clone()).collect();
        let siblings = &model.datasets[model.copies[copy].dataset].copies;
        let place = |one: CopyId| siblings.iter().position(|sibling| *sibling == one);
        let sources = siblings.iter().map(|one| super::result::made_from(model, *one).and_then(place)).collect();
        let about = (chain.number, questions, super::chain::seconds(at_most.0), sources);
        let counsel = self.together.get_or(about, |_| {
            let alone = cases.iter().map(|case| self.advise(model, (copy, chain), at_most, case.question.strike));
            let alone = alone.max_by_key(weight).unwrap_or(Advice::Fine);
            let strike = cases.first().map_or(PLAIN, |case| case.question.strike);
            let trial = Trial { adviser: self, model, copy, strike, at_most: super::chain::seconds(at_most.0) };
            Counsel::without_names(among(&trial, cases, alone), model, copy)
        });
        counsel.of(model, copy)
    }

    /// The chain of a copy with another, or itself, replaced; with a number that only the solver here knows.
    pub(super) fn chain(
        &self,
        model: &Model,
        copy: CopyId,
        replaced: Option<(CopyId, &DataCopy)>,
    ) -> Option<Arc<Chain>> {
        self.tried.lock().unwrap_or_else(PoisonError::into_inner).single(model, copy, replaced)
    }

    pub(super) fn solver(&self) -> &Solver {
        &self.solver
    }
}

/// Orders advice by how much it asks for, then by what is still lost.
fn weight(advice: &Advice) -> (u8, Reverse<Seconds>, Seconds) {
    match advice {
        Advice::Fine => (0, Reverse(Seconds::ZERO), Seconds::ZERO),
        Advice::Change { change, worst, .. } => match change {
            Change::KeepLast(_) => (1, Reverse(Seconds::ZERO), *worst),
            Change::InUtc => (2, Reverse(Seconds::ZERO), *worst),
            Change::Every(interval) | Change::Schedule { interval, .. } => (3, Reverse(*interval), *worst),
        },
        Advice::OutOfReach { takes_at_most, .. } => (4, Reverse(takes_at_most.unwrap_or_default()), Seconds::ZERO),
    }
}

/// The question with what it takes to try an answer.
pub(super) struct Trial<'t> {
    pub(super) adviser: &'t Adviser,
    pub(super) model: &'t Model,
    pub(super) copy: CopyId,
    strike: Strike,
    pub(super) at_most: i64,
}

impl Trial<'_> {
    fn counsel(&self) -> Counsel {
        let own = self.worst(None);
        if own.is_some_and(|worst| worst <= self.at_most) {
            return Counsel::Fine;
        }
        let way = std::iter::successors(Some(self.copy), |at| super::result::made_from(self.model, *at));
        let mut changes = way.enumerate().filter_map(|(up, at)| Some((up, self.least_change(at)?)));
        if let Some((up, (change, worst))) = changes.next() {
            return Counsel::Change { up, change, worst: Seconds(worst.unsigned_abs()) };
        }
        Counsel::OutOfReach {
            floor: self.floor().map(|floor| Seconds(floor.unsigned_abs())),
            takes_at_most: self.shorter_transfer(own),
        }
    }

    /// The worst case with one copy replaced; none where it has no bound.
    fn worst(&self, replaced: Option<(CopyId, &DataCopy)>) -> Option<i64> {
        let chain = self.chain(replaced)?;
        self.adviser.solver.own(&chain, &self.strike).loss
    }

    fn chain(&self, replaced: Option<(CopyId, &DataCopy)>) -> Option<Arc<Chain>> {
        self.adviser.chain(self.model, self.copy, replaced)
    }

    /// The worst case of the copy after a change, where that is small enough.
    fn mended(&self, at: CopyId, change: &Change) -> Option<i64> {
        let copy = changed(self.model, at, change)?;
        self.worst(Some((at, &copy))).filter(|worst| *worst <= self.at_most)
    }

    fn least_change(&self, at: CopyId) -> Option<(Change, i64)> {
        let copy = &self.model.copies[at];
        if at == self.copy && self.is_forgotten() {
            return self.keep_more(at);
        }
        candidates(copy).into_iter().find_map(|change| Some((change.clone(), self.mended(at, &change)?)))
    }

    /// Whether retention throws the last clean point away.
    fn is_forgotten(&self) -> bool {
        let own = self.chain(None).map(|chain| self.adviser.solver.own(&chain, &self.strike));
        own.is_some_and(|own| own.reason == Reason::Forgotten)
    }

    /// The least count of newest points to keep.
    fn keep_more(&self, at: CopyId) -> Option<(Change, i64)> {
        const MOST: u32 = 1 << 20;
        let enough = |count: u32| self.mended(at, &Change::KeepLast(count));
        enough(MOST)?;
        let (mut few, mut many) = (0, MOST);
        while many - few > 1 {
            let middle = few + (many - few) / 2;
            if enough(middle).is_some() { many = middle } else { few = middle }
        }
        Some((Change::KeepLast(many), enough(many)?))
    }

    /// The worst case at the shortest interval that the transfer fits in.
    fn floor(&self) -> Option<i64> {
        let copy = &self.model.copies[self.copy];
        let shortest = intervals(copy).into_iter().filter_map(|interval| change_to(copy, interval)).next_back();
        let changed = shortest.and_then(|change| changed(self.model, self.copy, &change));
        self.worst(changed.as_ref().map(|copy| (self.copy, copy)))
    }

    /// The longest transfer with which the copy as it is would do.
    fn shorter_transfer(&self, own: Option<i64>) -> Option<Seconds> {
        let mut copy = self.model.copies[self.copy].clone();
        let takes = super::chain::seconds(copy.takes.value.0);
        let takes = takes.checked_sub(own? - self.at_most).filter(|takes| *takes > 0)?;
        copy.takes.value = Seconds(takes.unsigned_abs());
        let worst = self.worst(Some((self.copy, &copy)))?;
        (worst <= self.at_most).then_some(copy.takes.value)
    }
}

/// The copy with a change made; none where the change does not fit it.
pub(super) fn changed(model: &Model, at: CopyId, change: &Change) -> Option<DataCopy> {
    let mut copy = model.copies[at].clone();
    copy.timing = match (change, &copy.timing) {
        (Change::InUtc, Timing::Calendar(schedule)) => Timing::Calendar(Arc::new(schedule.in_utc())),
        (Change::Every(interval), Timing::Every { anchor, .. }) => {
            Timing::Every { interval: *interval, anchor: *anchor }
        }
        (Change::Every(interval), Timing::After { copy, anchor, .. }) => {
            Timing::After { copy: *copy, every: Some(*interval), anchor: *anchor }
        }
        (Change::Schedule { text, utc, .. }, Timing::Calendar(schedule)) => {
            let zone = if *utc { Zone::utc() } else { schedule.zone().clone() };
            Timing::Calendar(Arc::new(Schedule::parse(text, zone, schedule.scheduler()).ok()?))
        }
        (Change::KeepLast(count), timing) => {
            let keep = copy.keep.unwrap_or_default();
            copy.keep = Some(Keep { last: *count, ..keep });
            timing.clone()
        }
        _ => return None,
    };
    Some(copy)
}

/// The changes of timing to try on a copy, from the least on.
pub(super) fn candidates(copy: &DataCopy) -> Vec<Change> {
    let in_utc = matches!(&copy.timing, Timing::Calendar(schedule) if !schedule.zone().is_fixed());
    let shorter = intervals(copy).into_iter().filter_map(|interval| change_to(copy, interval));
    in_utc.then_some(Change::InUtc).into_iter().chain(shorter).collect()
}

/// The intervals to try on a copy, the longest first: not shorter than the transfer.
fn intervals(copy: &DataCopy) -> Vec<i64> {
    let takes = super::chain::seconds(copy.takes.value.0);
    let most = match &copy.timing {
        Timing::Every { interval, .. } => super::chain::seconds(interval.0) - 1,
        Timing::After { every: Some(every), .. } => super::chain::seconds(every.0) - 1,
        Timing::Calendar(_) => 7 * DAY,
        Timing::After { every: None, .. } | Timing::Continuous { .. } | Timing::Once(_) => 0,
    };
    INTERVALS.into_iter().filter(|interval| *interval <= most && *interval >= takes).collect()
}

/// The change that gives a copy an interval.
fn change_to(copy: &DataCopy, interval: i64) -> Option<Change> {
    let seconds = Seconds(interval.unsigned_abs());
    let Timing::Calendar(schedule) = &copy.timing else { return Some(Change::Every(seconds)) };
    let text = expression(schedule, interval)?;
    // On a wall clock that jumps an interval of hours is now and then longer: in UTC the longest does that can.
    let utc = !schedule.zone().is_fixed();
    Some(Change::Schedule { text, interval: seconds, utc })
}

/// A cron expression with an interval, at the minute and as far as possible the hour of the present one.
fn expression(schedule: &Schedule, interval: i64) -> Option<String> {
    let first = i64::from(schedule.times().iter().next()?);
    let (hour, minute) = (first / HOUR, first / MINUTE % 60);
    Some(match interval {
        _ if interval == 7 * DAY => format!("{minute} {hour} * * 0"),
        _ if interval == DAY => format!("{minute} {hour} * * *"),
        _ if interval == HOUR => format!("{minute} * * * *"),
        _ if interval < HOUR => match minute % (interval / MINUTE) {
            _ if interval == MINUTE => "* * * * *".to_owned(),
            0 => format!("*/{} * * * *", interval / MINUTE),
            offset => format!("{offset}-59/{} * * * *", interval / MINUTE),
        },
        _ if DAY % interval == 0 => match hour % (interval / HOUR) {
            0 => format!("{minute} */{} * * *", interval / HOUR),
            offset => format!("{minute} {offset}-23/{} * * *", interval / HOUR),
        },
        _ => return None,
    })
}
