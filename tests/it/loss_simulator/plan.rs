//! What is played through: one dataset with its copies, described without any of the planner's types.

/// Minutes, or an instant in minutes since the epoch.
pub(crate) type Minutes = i64;

pub(crate) const HOUR: Minutes = 60;
pub(crate) const DAY: Minutes = 24 * HOUR;
pub(crate) const WEEK: Minutes = 7 * DAY;

/// 2026-01-05T00:00Z, a Monday. Windows and anchors are counted from here.
pub(crate) const MONDAY: Minutes = 29_459_520;

/// A dataset, its copies and what is asked of them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    /// The zone of the system.
    pub(crate) zone: &'static str,
    /// In an order in which each comes after those that it depends on.
    pub(crate) copies: Vec<Copy>,
    /// Each after the one that feeds it.
    pub(crate) replicas: Vec<Replica>,
    /// Whether the data changes only when somebody deploys.
    pub(crate) fixed: bool,
    /// So many of the newest points of each scheduled copy are missing.
    pub(crate) missed: usize,
    /// How long corruption goes unnoticed.
    pub(crate) detection: Minutes,
}

/// A second instance with the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Replica {
    /// How far it may be behind what feeds it; nothing where it is synchronous.
    pub(crate) lag: Minutes,
    /// The replica that feeds it; none for the primary.
    pub(crate) from: Option<usize>,
    /// Whether it survives the loss of the main site.
    pub(crate) offsite: bool,
}

/// A copy, made again and again.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Copy {
    pub(crate) name: String,
    pub(crate) timing: Timing,
    /// The copy that is read instead of the live data.
    pub(crate) from: Option<usize>,
    /// The replica that is read instead of the primary.
    pub(crate) reads: Option<usize>,
    pub(crate) hold: Minutes,
    pub(crate) takes: Minutes,
    pub(crate) keep: Option<Keep>,
    /// Whether it survives the loss of the main site.
    pub(crate) offsite: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Timing {
    Calendar(Calendar),
    Every { interval: Minutes, anchor: Option<Minutes> },
    After { copy: usize, every: Option<Minutes>, anchor: Option<Minutes> },
    Continuous { lag: Minutes, base: usize },
    Once(Minutes),
}

/// What a five-field expression says, as plain sets; none for `*`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Calendar {
    pub(crate) minutes: Vec<i8>,
    pub(crate) hours: Vec<i8>,
    pub(crate) days: Option<Vec<i8>>,
    pub(crate) months: Option<Vec<i8>>,
    /// Sunday is 0.
    pub(crate) weekdays: Option<Vec<i8>>,
    /// Its own zone; none for the system's.
    pub(crate) zone: Option<&'static str>,
    /// Whether Vixie's cron runs it and not systemd.
    pub(crate) cron: bool,
}

impl Calendar {
    /// Whether the minute or the hour begins with a star, as its expression is written.
    pub(crate) fn has_star(&self) -> bool {
        step(&self.minutes, 60).is_some() || step(&self.hours, 24).is_some()
    }
}

/// The step with which a field is written, where it can be: `*` is one of 1.
pub(crate) fn step(set: &[i8], of: i8) -> Option<i8> {
    (1..of).find(|step| set.iter().copied().eq((0..of).filter(|n| n % step == 0)))
}

/// The rules of restic's `forget`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Keep {
    pub(crate) last: usize,
    pub(crate) hourly: usize,
    pub(crate) daily: usize,
    pub(crate) weekly: usize,
    pub(crate) monthly: usize,
    pub(crate) yearly: usize,
    /// Days and hours.
    pub(crate) within: Option<(i64, i64)>,
}

/// How much is lost in the worst case. Ordered from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Worst {
    /// So many minutes.
    Minutes(Minutes),
    /// More, the longer one waits: the last point ages for ever.
    Unbounded,
    /// Everything: there are moments at which no point is left.
    Lost,
}

impl Plan {
    pub(crate) fn zone_of<'a>(&'a self, calendar: &'a Calendar) -> &'a str {
        calendar.zone.unwrap_or(self.zone)
    }

    /// How far a replica may be behind the primary.
    pub(crate) fn lag(&self, replica: usize) -> Minutes {
        let Replica { lag, from, .. } = self.replicas[replica];
        lag + from.map_or(0, |from| self.lag(from))
    }

    /// How far behind the live data a copy captures, for reading a replica.
    pub(crate) fn behind(&self, copy: usize) -> Minutes {
        self.copies[copy].reads.map_or(0, |replica| self.lag(replica))
    }

    /// A copy with all that it is made from or replayed onto.
    pub(crate) fn chain(&self, copy: usize) -> Vec<usize> {
        let source = match self.copies[copy].timing {
            Timing::After { copy, .. } => Some(copy),
            Timing::Continuous { base, .. } => Some(base),
            _ => self.copies[copy].from,
        };
        let mut chain = source.map_or(Vec::new(), |source| self.chain(source));
        chain.push(copy);
        chain
    }

    /// Whether a copy is made from one that was made once.
    pub(crate) fn ends_in_once(&self, copy: usize) -> bool {
        self.chain(copy).iter().any(|copy| matches!(self.copies[*copy].timing, Timing::Once(_)))
    }

    /// Whether there is an unknown phase anywhere in the chain of a copy.
    pub(crate) fn is_unknown(&self, copy: usize) -> bool {
        let unknown = self.unknown_phases();
        self.chain(copy).iter().any(|one| unknown.iter().any(|(copy, _)| copy == one))
    }

    /// The places of the copies whose phase is not known by themselves.
    pub(crate) fn unknown_phases(&self) -> Vec<(usize, Minutes)> {
        let interval = |copy: &Copy| match copy.timing {
            Timing::Every { interval, anchor: None } => Some(interval),
            Timing::After { every, anchor: None, .. } => every,
            _ => None,
        };
        self.copies.iter().enumerate().filter_map(|(i, copy)| interval(copy).map(|every| (i, every))).collect()
    }
}
