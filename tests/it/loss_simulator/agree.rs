//! The planner against the simulator.

use super::phases::{Question, worst};
use super::random::{Family, plan};
use super::yaml::spec;

#[test]
fn smoke() {
    for (family, count) in [(Family::Known, 300), (Family::Unknown, 100), (Family::Dates, 10)] {
        let mut slow: Vec<(u128, u64)> = Vec::new();
        for seed in 0..count {
            let start = std::time::Instant::now();
            let plan = plan(seed, family);
            let _ = spec(&plan);
            for question in [Question::InstancesLost, Question::PrimaryLost, Question::SiteLost, Question::Corruption] {
                worst(&plan, question);
            }
            eprintln!("{family:?} {seed} {}", start.elapsed().as_millis());
            slow.push((start.elapsed().as_millis(), seed));
        }
        slow.sort();
        let sum: u128 = slow.iter().map(|s| s.0).sum();
        eprintln!("{family:?} sum {sum} ms {:?}", &slow[slow.len() * 9 / 10..]);
    }
    for seed in 0..3 {
        eprintln!("{}", spec(&plan(seed, Family::Known)));
    }
    for seed in 0..3 {
        eprintln!("{}", spec(&plan(seed, Family::Unknown)));
    }
    for seed in 0..3 {
        eprintln!("{}", spec(&plan(seed, Family::Dates)));
    }
}
