//! Held against all that could be: every order of restoring, every set of instances that is left.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use drplan::model::Model;
use drplan::terms::Impact;

use super::random::Random;
use super::support::{in_model, read};

/// A restore: when it can begin, how much it moves at one unit a minute, and its deadline, in minutes.
#[derive(Clone, Copy)]
struct Restore {
    from: i64,
    amount: i64,
    deadline: i64,
}

#[test]
fn for_one_store_no_order_has_a_smaller_greatest_lateness() {
    for seed in 0..300 {
        let mut random = Random::new(seed + 50_000);
        let restores: Vec<Restore> = (0..2 + random.below(3))
            .map(|_| Restore {
                from: random.below(5) as i64,
                amount: 1 + random.below(3) as i64,
                deadline: 1 + random.below(12) as i64,
            })
            .collect();
        let model = read(&restoring(&restores));
        let found = in_model(&model, "lose:a", |seen| {
            let late = |(number, restore): (usize, &Restore)| {
                let worst = seen.worst(&format!("c{number}"));
                assert_eq!(worst % 60, 0, "seed {seed}");
                i64::try_from(worst / 60).unwrap() - restore.deadline
            };
            restores.iter().enumerate().map(late).max()
        });
        assert_eq!(found, Some(least_lateness(&restores)), "seed {seed}");
    }
}

/// One store that moves 1 GiB a minute; each component is ready to be restored when its machine is.
fn restoring(restores: &[Restore]) -> String {
    let mut text = String::from(
        "locations: {a: {kind: site}, b: {kind: site}}\nstores: {s: {at: b, technology: disk, read: 60 GiB/h}}\ncomponents:\n",
    );
    for (number, Restore { from, amount, deadline }) in restores.iter().enumerate() {
        let _ = write!(
            text,
            "  c{number}:\n    technology: files\n    objective: {{rto: {deadline}m}}\n    instances: {{i{number}: {{at: a}}}}\n    \
             recovery: {{to: [b], provision: {from}m}}\n    data: {{d: {{size: {amount} GiB, copies: {{k: {{every: 1d, to: s}}}}}}}}\n"
        );
    }
    text
}

/// The least greatest lateness over every way to spend each minute on one of the restores or on none.
fn least_lateness(restores: &[Restore]) -> i64 {
    fn search(restores: &[Restore], now: i64, left: &[i64], known: &mut BTreeMap<(i64, Vec<i64>), i64>) -> i64 {
        if left.iter().all(|left| *left == 0) {
            return i64::MIN;
        }
        if let Some(&known) = known.get(&(now, left.to_vec())) {
            return known;
        }
        let mut best = i64::MAX;
        for number in 0..restores.len() {
            if left[number] == 0 || restores[number].from > now {
                continue;
            }
            let mut after = left.to_vec();
            after[number] -= 1;
            let own = if after[number] == 0 { now + 1 - restores[number].deadline } else { i64::MIN };
            best = best.min(own.max(search(restores, now + 1, &after, known)));
        }
        if left.iter().zip(restores).any(|(left, restore)| *left > 0 && restore.from > now) {
            best = best.min(search(restores, now + 1, left, known));
        }
        known.insert((now, left.to_vec()), best);
        best
    }
    let left: Vec<i64> = restores.iter().map(|restore| restore.amount).collect();
    search(restores, 0, &left, &mut BTreeMap::new())
}

/// An instance of a voting cluster.
struct Voter {
    zone: usize,
    votes: u64,
    has_data: bool,
}

/// Which zones lie in which region.
const REGION_OF: [usize; 5] = [0, 0, 1, 1, 2];

#[test]
fn majorities_agree_with_counting_by_hand() {
    let mut interrupted = 0;
    let mut looked_at = 0;
    for seed in 0..120 {
        let mut random = Random::new(seed + 70_000);
        let voters: Vec<Voter> = (0..2 + random.below(5))
            .map(|number| Voter {
                zone: random.below(5) as usize,
                votes: if random.chance(15) { 0 } else { 1 + random.below(2) * random.below(2) },
                has_data: number < 2 || random.chance(75),
            })
            .collect();
        let model = read(&voting(&voters));
        let parts = parts(&voters);
        for (first, (one, gone_one)) in parts.iter().enumerate() {
            for (other, gone_other) in &parts[first..] {
                let id = if one == other { one.clone() } else { format!("{one}+{other}") };
                let gone: BTreeSet<usize> = gone_one.union(gone_other).copied().collect();
                let serves = serves(&voters, &gone);
                assert_eq!(is_served(&model, &id), serves, "seed {seed}, {id}");
                looked_at += 1;
                interrupted += u32::from(!serves);
            }
        }
    }
    assert!(interrupted > 1_000 && looked_at > 2 * interrupted, "{interrupted} of {looked_at}");
}

fn voting(voters: &[Voter]) -> String {
    let mut text = String::from("locations:\n  r0: {kind: region}\n  r1: {kind: region}\n  r2: {kind: region}\n");
    for (zone, region) in REGION_OF.iter().enumerate() {
        let _ = writeln!(text, "  z{zone}: {{kind: zone, within: r{region}}}");
    }
    text.push_str(
        "components:\n  db:\n    technology: cluster\n    serves_with: majority\n    replication: {mode: sync}\n    \
         data: {d: {size: 1 GiB}}\n    instances:\n",
    );
    for (number, Voter { zone, votes, has_data }) in voters.iter().enumerate() {
        let role = if *has_data { "" } else { ", role: witness" };
        let _ = writeln!(text, "      v{number}: {{at: z{zone}, votes: {votes}{role}}}");
    }
    text
}

/// Everything that can fail, with the voters that fall with it.
fn parts(voters: &[Voter]) -> Vec<(String, BTreeSet<usize>)> {
    let with = |falls: &dyn Fn(usize, &Voter) -> bool| -> BTreeSet<usize> {
        voters.iter().enumerate().filter(|(number, voter)| falls(*number, voter)).map(|(number, _)| number).collect()
    };
    let mut parts = Vec::new();
    for region in 0..3 {
        parts.push((format!("lose:r{region}"), with(&|_, voter| REGION_OF[voter.zone] == region)));
    }
    for zone in 0..5 {
        parts.push((format!("lose:z{zone}"), with(&|_, voter| voter.zone == zone)));
    }
    for lost in 0..voters.len() {
        parts.push((format!("lose:v{lost}"), with(&|number, _| number == lost)));
        parts.push((format!("cut:v{lost}"), with(&|number, _| number == lost)));
    }
    parts
}

fn serves(voters: &[Voter], gone: &BTreeSet<usize>) -> bool {
    if gone.is_empty() {
        return true;
    }
    let left = || voters.iter().enumerate().filter(|(number, _)| !gone.contains(number)).map(|(_, voter)| voter);
    let held: u64 = left().map(|voter| voter.votes).sum();
    let all: u64 = voters.iter().map(|voter| voter.votes).sum();
    2 * held > all && left().any(|voter| voter.has_data)
}

fn is_served(model: &Model, id: &str) -> bool {
    in_model(model, id, |seen| seen.result("db").is_none_or(|result| result.impact == Impact::None))
}
