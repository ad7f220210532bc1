//! Two datasets that are restored to one instant, and keys that fall in the disaster: the whole assessment against the
//! simulator.
//!
//! Both datasets are played as one plan whose copies belong to the one or the other. The newest common instant is looked for
//! among all instants at which anybody has a point.

use drplan::analysis::assess::{Options, assess};
use drplan::analysis::context::Context;
use drplan::analysis::loss::LossEngine;
use drplan::analysis::outcome::DataLoss;

use super::agree::model;
use super::phases::{Question, worst_by_rule};
use super::plan::{DAY, Minutes, Plan, Timing, Worst};
use super::random::{Family, Random, plan};
use super::retention::Kept;
use super::runs::Stage;
use super::windows::{cost, memory, period, windows};
use super::yaml::{duration, fields};

/// Two datasets in one plan.
struct Pair {
    both: Plan,
    /// So many of the copies are of the first.
    first: usize,
    /// Which copies are locked with a key that is kept at the main site alone.
    locked: Vec<bool>,
    grouped: bool,
}

impl Pair {
    fn random(seed: u64, grouped: bool) -> Option<Self> {
        let family = Family::Known;
        let (one, other) = (plan(2 * seed + 500_000, family), plan(2 * seed + 500_001, family));
        let first = one.copies.len();
        let mut both = Plan { replicas: Vec::new(), fixed: false, zone: "UTC", ..one };
        both.copies.extend(other.copies.into_iter().map(|mut copy| {
            copy.from = copy.from.map(|from| from + first);
            if let Timing::After { copy: of, .. } | Timing::Continuous { base: of, .. } = &mut copy.timing {
                *of += first;
            }
            copy
        }));
        let mut random = Random::new(seed);
        for (number, copy) in both.copies.iter_mut().enumerate() {
            (copy.name, copy.reads) = (format!("copy-{number}"), None);
            copy.offsite |= random.percent(50);
            if let Timing::Calendar(calendar) = &mut copy.timing {
                (calendar.zone, calendar.cron) = (None, false);
            }
        }
        let locked = both.copies.iter().map(|_| random.percent(25)).collect();
        let once = both.copies.iter().any(|copy| matches!(copy.timing, Timing::Once(_)));
        let pair = Self { both, first, locked, grouped };
        let short = period(&pair.both) <= 21 * DAY && cost(&pair.both) < 20_000;
        (!once && short).then_some(pair)
    }

    fn copies(&self, member: usize) -> std::ops::Range<usize> {
        if member == 0 { 0..self.first } else { self.first..self.both.copies.len() }
    }

    fn spec(&self) -> String {
        let mut out = "drplan: 1\nsystem: {name: oracle, timezone: UTC}\n\
             locations: {main: {kind: site}, away: {kind: site}, third: {kind: site}}\n\
             stores: {near: {at: main, technology: shelf}, far: {at: away, technology: shelf}}\ncomponents:\n\
             \x20 keeper: {technology: thing, instances: {k1: {at: main}}}\n"
            .to_owned();
        for (member, name) in ["thing", "other"].into_iter().enumerate() {
            out += &format!(
                "  {name}:\n    technology: thing\n    objective: {{rpo: 1m, tolerates_missed_runs: {}}}\n    \
                 instances: {{{name}-1: {{at: {}, role: primary}}}}\n    recovery: {{to: [third]}}\n    \
                 data:\n      stuff:\n        size: 1 GiB\n        copies:\n",
                self.both.missed,
                if member == 0 { "main" } else { "away" },
            );
            for copy in self.copies(member) {
                let lock = if self.locked[copy] { "encrypted_by: keeper, " } else { "" };
                let copy = &self.both.copies[copy];
                out += &format!("          {}: {{{lock}{}}}\n", copy.name, fields(&self.both, copy));
            }
        }
        out +=
            &format!("scenarios: {{rot: {{corrupts: [thing.stuff], detection: {}}}}}\n", duration(self.both.detection));
        if self.grouped {
            out += "consistency_groups: {pair: [thing.stuff, other.stuff]}\n";
        }
        out
    }

    /// The copies that survive and can be read: those at the main site, and whatever is locked with the key there, do not
    /// survive its loss.
    fn readable(&self, copy: usize, scenario: &str) -> bool {
        scenario != "lose:main" || self.both.copies[copy].offsite && !self.locked[copy]
    }
}

/// The joint worst case; the first of the two is hit, the other is live.
fn joint(pair: &Pair, scenario: &str) -> Worst {
    let plan = &pair.both;
    let corrupted = (scenario == "rot").then_some(plan.detection);
    let memory = memory(plan) + (2 + plan.missed as Minutes) * period(plan);
    let mut worst = Worst::Minutes(0);
    for (from, to) in windows(plan, memory) {
        let stage = Stage::new(plan, from - memory, to + plan.detection + DAY);
        let points = stage.play(&vec![0; plan.copies.len()]);
        let kept: Vec<Kept> = plan
            .copies
            .iter()
            .zip(&points)
            .map(|(copy, points)| Kept::play(copy.keep.as_ref(), "UTC", points))
            .collect();
        let captures = points.iter().flatten().map(|point| point.rp);
        let changes = kept.iter().flat_map(Kept::changes).map(|at| at - corrupted.unwrap_or(0));
        let logs = plan.copies.iter().filter_map(|copy| match copy.timing {
            Timing::Continuous { lag, .. } => Some(lag),
            _ => None,
        });
        // A stream reaches a point its lag after that was captured.
        let reached: Vec<Minutes> = logs.flat_map(|lag| captures.clone().map(move |at| at + lag)).collect();
        let mut events: Vec<Minutes> =
            captures.chain(changes).chain(reached).filter(|at| (from..to).contains(at)).collect();
        events.extend([from, to]);
        events.sort_unstable();
        events.dedup();
        for ends in events.windows(2) {
            let scene = Scene { pair, scenario, corrupted, kept: &kept, at: ends[0], end: ends[1] };
            worst = worst.max(scene.loss());
        }
    }
    worst
}

/// A stretch of time in which nothing changes but the age of the data.
struct Scene<'a> {
    pair: &'a Pair,
    scenario: &'a str,
    corrupted: Option<Minutes>,
    kept: &'a [Kept],
    at: Minutes,
    end: Minutes,
}

/// What one member can be brought to, in half minutes: the loss is measured just before the end of the stretch, when what
/// moves with the clock has not quite arrived.
struct Reach {
    points: Vec<Minutes>,
    /// The newest instant of each stream, with the oldest point that it can be replayed onto.
    streams: Vec<(Minutes, Minutes)>,
    live: bool,
}

impl Scene<'_> {
    fn loss(&self) -> Worst {
        let reaches = [self.reach(0), self.reach(1)];
        let now = self.now();
        let mut instants: Vec<Minutes> = vec![now];
        for reach in &reaches {
            instants.extend(reach.points.iter().chain(reach.streams.iter().map(|(newest, _)| newest)));
        }
        let common = |at: &Minutes| {
            reaches.iter().all(|reach| {
                let streamed = reach.streams.iter().any(|(newest, base)| at <= newest && base <= at);
                streamed || reach.points.binary_search(at).is_ok() || reach.live && *at == now
            })
        };
        instants.sort();
        match instants.into_iter().rev().find(common) {
            Some(newest) => Worst::Minutes((now - newest + 1).div_euclid(2)),
            None => Worst::Lost,
        }
    }

    fn now(&self) -> Minutes {
        2 * self.end - 1
    }

    fn reach(&self, member: usize) -> Reach {
        let plan = &self.pair.both;
        let live = member == 1 && self.corrupted.is_none();
        let mut reach = Reach { points: Vec::new(), streams: Vec::new(), live };
        let readable = |copy: &usize| self.pair.readable(*copy, self.scenario);
        let points = |copy: usize| {
            let left = self.kept[copy].left(self.at + self.corrupted.unwrap_or(0), self.at, plan.missed);
            left.into_iter().map(|point| 2 * point.rp).collect::<Vec<Minutes>>()
        };
        for copy in self.pair.copies(member).filter(readable) {
            match plan.copies[copy].timing {
                Timing::Continuous { lag, base } => {
                    let oldest = points(base).into_iter().min().filter(|_| readable(&base));
                    let newest = self.now() - if self.corrupted.is_some() { 0 } else { 2 * lag };
                    reach.streams.extend(oldest.map(|oldest| (newest, oldest)));
                }
                _ => reach.points.extend(points(copy)),
            }
        }
        reach.points.sort();
        reach
    }
}

/// What the assessment says of the first dataset in a scenario.
fn assessed(pair: &Pair, scenario: &str) -> Worst {
    let model = model(&pair.spec());
    let engine = LossEngine::new(&model);
    let context = Context::new(&model, &engine);
    let assessment = assess(&context, Options::default());
    let thing = model.components.iter().find(|(_, component)| component.name == "thing").unwrap().0;
    let (_, outcome) = assessment.find(&context, scenario).unwrap();
    let loss: &DataLoss = &outcome.result(&context, thing).unwrap().data_loss[0];
    loss.loss.worst.map_or(Worst::Lost, |worst| Worst::Minutes((worst.0 / 60) as Minutes))
}

/// The first dataset by itself, with what can be read.
fn alone(pair: &Pair, scenario: &str) -> Worst {
    let question = if scenario == "rot" { Question::Corruption } else { Question::InstancesLost };
    let mut case = question.case(&pair.both);
    case.count = pair.copies(0).filter(|copy| pair.readable(*copy, scenario)).collect();
    case.left = case.count.clone();
    worst_by_rule(&pair.both, &case)
}

fn compare(grouped: bool, count: u64, expected: impl Fn(&Pair, &str) -> Worst) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let from = number("LOSS_SIMULATOR_FROM").unwrap_or(0);
    let mut seen = 0;
    for seed in from..from + number("LOSS_SIMULATOR_COUNT").unwrap_or(count) {
        let Some(pair) = Pair::random(seed, grouped) else { continue };
        for scenario in ["lose:thing-1", "lose:main", "rot"] {
            let said = assessed(&pair, scenario);
            let expected = expected(&pair, scenario);
            seen += usize::from(matches!(expected, Worst::Minutes(_)));
            assert_eq!(said, expected, "seed {seed}, {scenario}\n{}", pair.spec());
        }
    }
    assert!(seen > 0, "nothing comes back from anything");
}

#[test]
fn groups_are_restored_to_one_instant() {
    compare(true, 60, |pair, scenario| joint(pair, scenario).max(alone(pair, scenario)));
}

#[test]
fn keys_that_fall_in_the_disaster_lock_what_survives_it() {
    compare(false, 100, alone);
}
