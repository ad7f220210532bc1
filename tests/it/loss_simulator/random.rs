//! Random plans, the same for the same seed.

use super::plan::{Calendar, Copy, DAY, HOUR, Keep, MONDAY, Minutes, Plan, Replica, Timing, WEEK};
use super::windows::cost;

/// Numbers that look random: the generator SplitMix64 of Steele, Lea and Flood (OOPSLA 2014).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// One of `0..bound`.
    pub(crate) fn below(&mut self, bound: Minutes) -> Minutes {
        (self.next() % bound as u64) as Minutes
    }

    pub(crate) fn percent(&mut self, percent: Minutes) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as Minutes) as usize].clone()
    }
}

/// What kind of plan to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// Every phase is known, to the minute.
    Known,
    /// Some intervals without anchor; all times on a grid.
    Unknown,
    /// Dates and months play a part.
    Dates,
}

/// Zones whose clocks change, each with one that may stand beside it because it never changes or changes with it.
const ZONES: [(&str, &str); 7] = [
    ("Europe/Madrid", "Europe/London"),
    ("Europe/Madrid", "UTC"),
    ("America/New_York", "UTC"),
    ("America/New_York", "Asia/Kolkata"),
    ("Australia/Sydney", "Asia/Kolkata"),
    ("Australia/Lord_Howe", "UTC"),
    ("Europe/London", "Europe/Madrid"),
];

/// Intervals in minutes that divide a week, so that they meet each change of a clock in the same position.
const OF_WEEK: [Minutes; 16] = [10, 15, 20, 30, 60, 120, 180, 240, 360, 420, 480, 720, 840, DAY, 2520, WEEK];
/// Intervals that do not, but meet each other again after some weeks.
const OTHERS: [Minutes; 8] = [45, 90, 100, 5 * HOUR, 9 * HOUR, 10 * HOUR, 36 * HOUR, 3 * DAY];

pub(crate) fn plan(seed: u64, family: Family) -> Plan {
    let mut random = Random::new(seed);
    loop {
        let plan = candidate(&mut random, family);
        if cost(&plan) < DEAREST {
            return plan;
        }
    }
}

/// Dearer plans show nothing that cheaper ones do not.
const DEAREST: Minutes = 100_000;

fn candidate(random: &mut Random, family: Family) -> Plan {
    let clock_changes = family == Family::Known && random.percent(45);
    let zones = if clock_changes { random.pick(&ZONES) } else { ("UTC", "Asia/Kolkata") };
    let (mut grid, mut unknown_left) = (1, 0);
    if family == Family::Unknown {
        unknown_left = if random.percent(75) { 1 } else { 2 };
        grid = random.pick(if unknown_left == 1 { &[HOUR, 2 * HOUR, 3 * HOUR] } else { &[4 * HOUR, 6 * HOUR] });
    }
    let mut maker = Maker { random, family, clock_changes, zones, grid, unknown_left };
    maker.plan()
}

struct Maker<'r> {
    random: &'r mut Random,
    family: Family,
    clock_changes: bool,
    zones: (&'static str, &'static str),
    grid: Minutes,
    /// So many copies of unknown phase may still come.
    unknown_left: usize,
}

impl Maker<'_> {
    fn plan(&mut self) -> Plan {
        let mut plan = Plan {
            zone: self.zones.0,
            copies: Vec::new(),
            replicas: Vec::new(),
            fixed: self.random.percent(3),
            missed: if self.random.percent(25) { 1 + self.random.below(3) as usize } else { 0 },
            detection: 0,
        };
        if self.random.percent(75) {
            let most = self.random.pick(&[2 * HOUR, DAY, 4 * DAY, 20 * DAY]);
            plan.detection = self.time(most);
        }
        for _ in 0..1 + self.random.below(4) {
            let copy = self.copy(&plan.copies);
            plan.copies.push(copy);
        }
        for index in 0..self.random.pick(&[0, 0, 0, 1, 2]) {
            let from = (index > 0 && self.random.percent(50)).then_some(0);
            let lag = if self.random.percent(30) { 0 } else { self.time(3 * HOUR) };
            plan.replicas.push(Replica { lag, from, offsite: self.random.percent(60) });
        }
        for copy in &mut plan.copies {
            let live = copy.from.is_none() && !matches!(copy.timing, Timing::After { .. });
            if live && !plan.replicas.is_empty() && self.random.percent(15) {
                copy.reads = Some(self.random.below(plan.replicas.len() as Minutes) as usize);
            }
        }
        plan
    }

    /// A time of up to `most`, on the grid.
    fn time(&mut self, most: Minutes) -> Minutes {
        self.random.below(most / self.grid + 1) * self.grid
    }

    fn copy(&mut self, earlier: &[Copy]) -> Copy {
        let points = |index: &usize| !matches!(earlier[*index].timing, Timing::Continuous { .. });
        let sources: Vec<usize> = (0..earlier.len()).filter(points).collect();
        let timing = self.timing(&sources);
        let own = matches!(timing, Timing::Calendar(_) | Timing::Every { .. } | Timing::Once(_));
        let stream = matches!(timing, Timing::Continuous { .. });
        let from = (own && !sources.is_empty() && self.random.percent(35)).then(|| self.random.pick(&sources));
        let hold = if !stream && self.random.percent(25) { self.time(36 * HOUR) } else { 0 };
        let most = self.random.pick(&[HOUR, 6 * HOUR, 30 * HOUR]);
        let takes = if !stream && self.random.percent(70) { self.time(most) } else { 0 };
        Copy {
            name: format!("copy-{}", earlier.len() + 1),
            timing,
            from,
            reads: None,
            hold,
            takes,
            keep: (!stream && self.random.percent(45)).then(|| self.keep()),
            offsite: self.random.percent(60),
        }
    }

    fn timing(&mut self, sources: &[usize]) -> Timing {
        let what = self.random.below(100);
        if what < 3 {
            return Timing::Once(MONDAY - self.random.below(1000) * DAY);
        }
        if !sources.is_empty() && what < 13 {
            let lag = if self.grid > 1 { self.grid * self.random.below(3) } else { self.random.below(2 * HOUR) };
            return Timing::Continuous { lag, base: self.random.pick(sources) };
        }
        if !sources.is_empty() && what < 30 {
            let copy = self.random.pick(sources);
            if self.random.percent(40) {
                return Timing::After { copy, every: None, anchor: None };
            }
            let (interval, anchor) = self.interval();
            return Timing::After { copy, every: Some(interval), anchor };
        }
        if what < 60 || self.unknown_left > 0 && what < 80 {
            let (interval, anchor) = self.interval();
            return Timing::Every { interval, anchor };
        }
        Timing::Calendar(self.calendar())
    }

    fn interval(&mut self) -> (Minutes, Option<Minutes>) {
        if self.unknown_left > 0 {
            self.unknown_left -= 1;
            let most = if self.grid <= 3 * HOUR { 24 } else { 6 };
            return (self.grid * (1 + self.random.below(most)), None);
        }
        let interval = match self.family {
            Family::Dates => self.random.pick(&[DAY, WEEK]),
            Family::Unknown => self.grid * self.random.pick(&[1, 2, 3, 4, 6, 7]),
            Family::Known if self.clock_changes || self.random.percent(60) => self.random.pick(&OF_WEEK),
            Family::Known => self.random.pick(&OTHERS),
        };
        (interval, Some(MONDAY - 30 * DAY + self.time(60 * DAY)))
    }

    fn calendar(&mut self) -> Calendar {
        let minute = if self.grid > 1 { 0 } else { self.random.pick(&[0, 0, 1, 15, 30, 59]) };
        let step = (self.grid / HOUR).max(1);
        let hour = (self.random.below(24 / step) * step) as i8;
        let dates = self.family == Family::Dates;
        let every = |step: i8, of: i8| (0..of).filter(|n| n % step == 0).collect::<Vec<i8>>();
        let (minutes, hours) = match self.random.below(10) {
            0 if self.grid == 1 && !dates => (every(self.random.pick(&[10, 15, 20, 30]), 60), (0..24).collect()),
            1 if self.grid == 1 && !dates => (every(self.random.pick(&[10, 30]), 60), (8..18).collect()),
            2 | 3 if !dates => (vec![minute], every((self.random.pick(&[1, 2, 3, 5, 8]) * step) as i8, 24)),
            4 => (vec![minute], vec![hour.min(12), ((hour + 12) % 24).max(12)]),
            5 if self.clock_changes => (vec![minute], self.random.pick(&[vec![1], vec![2], vec![3], vec![1, 2]])),
            _ => (vec![minute], vec![hour]),
        };
        let weekdays = self.random.pick(&[vec![0], vec![1, 2, 3, 4, 5], vec![6], vec![1, 4], vec![0, 3, 6]]);
        let days = self.random.pick(&[vec![1], vec![1, 15], vec![29], vec![31], vec![10, 20, 30]]);
        let months = self.random.pick(&[vec![2], vec![1, 4, 7, 10], vec![3, 10]]);
        Calendar {
            minutes,
            hours,
            days: (dates && self.random.percent(60)).then_some(days),
            months: (dates && self.random.percent(20)).then_some(months),
            weekdays: self.random.percent(if dates { 40 } else { 35 }).then_some(weekdays),
            zone: (self.random.percent(15) && self.grid == 1).then_some(self.zones.1),
            cron: self.clock_changes && self.random.percent(30),
        }
    }

    fn keep(&mut self) -> Keep {
        let mut keep = Keep::default();
        let count = |random: &mut Random| 1 + random.below(9) as usize;
        for _ in 0..1 + self.random.below(3) {
            match self.random.below(5) {
                0 => keep.last = count(self.random),
                1 if self.grid <= HOUR => keep.hourly = count(self.random),
                2 => keep.weekly = count(self.random),
                3 => {
                    keep.within =
                        Some((self.random.below(10), if self.grid <= HOUR { self.random.below(24) } else { 0 }))
                }
                _ => keep.daily = count(self.random),
            }
        }
        if self.family == Family::Dates && self.random.percent(40) {
            keep.monthly = count(self.random);
        }
        if keep == (Keep { within: Some((0, 0)), ..Keep::default() }) {
            keep.last = 1;
        }
        keep
    }
}
