//! Random small systems: every rule of impact and recovery meets every other sooner or later.

use std::fmt::Write;

/// Numbers that are the same everywhere (xorshift64*).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }

    pub(super) fn one_of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len() as u64) as usize]
    }

    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

const PLACES: [&str; 9] = ["a", "b", "c", "ra", "rb", "ha1", "ha2", "hb", "hc"];

/// A random system of so many components.
pub(super) fn spec(random: &mut Random, components: u64) -> String {
    let mut text = String::from(
        "locations:\n  a: {kind: site}\n  b: {kind: site, standby: hot}\n  c: {kind: site, shares: [power]}\n  \
         ra: {kind: rack, within: a}\n  rb: {kind: rack, within: b, shares: [power]}\n  ha1: {kind: host, within: ra}\n  \
         ha2: {kind: host, within: ra}\n  hb: {kind: host, within: rb}\n  hc: {kind: host, within: c}\n",
    );
    let rate = |random: &mut Random| format!("{} GiB/h", random.one_of(&[1, 2, 3, 5, 8]));
    let _ = writeln!(
        text,
        "links:\n  - {{between: [a, b], bandwidth: {}}}\n  - {{between: [ra, c], bandwidth: {}}}",
        rate(random),
        rate(random)
    );
    let _ = writeln!(
        text,
        "stores:\n  s1: {{at: b, technology: disk, read: {}}}\n  s2: {{at: c, technology: disk, retrieve: 20m, offline: true}}\n  \
         s3: {{at: ha2, technology: disk, read: {}}}",
        rate(random),
        rate(random)
    );
    let _ = writeln!(
        text,
        "teams:\n  ops: {{people: {}, responds_within: {}m}}\n  dba: {{people: 1, responds_within: 5m}}\n  sre: {{responds_within: 10m}}",
        1 + random.below(2),
        random.below(15)
    );
    text.push_str("components:\n");
    for number in 0..components {
        component(&mut text, random, number, components);
    }
    text
}

fn component(text: &mut String, random: &mut Random, number: u64, components: u64) {
    let technology = *random.one_of(&["db", "db", "cluster", "files", "service", "service", "function", "external"]);
    let _ = writeln!(text, "  c{number}:\n    technology: {technology}");
    if random.chance(70) {
        let _ = writeln!(text, "    owner: {}", random.one_of(&["ops", "dba", "sre"]));
    }
    if random.chance(70) {
        let _ = writeln!(text, "    objective: {{rto: {}m, rpo: {}h}}", 10 + random.below(200), random.below(30));
    }
    let instances = if technology == "function" { 0 } else { 1 + random.below(3) };
    if instances > 0 {
        text.push_str("    instances:\n");
    }
    for instance in 0..instances {
        let role = match (technology, instance) {
            ("db", 0) => ", role: primary",
            ("db", _) => ", role: standby",
            ("cluster", 2) if random.chance(30) => ", role: witness",
            _ => "",
        };
        let votes = if random.chance(10) { ", votes: 0" } else { "" };
        let _ = writeln!(text, "      i{number}-{instance}: {{at: {}{role}{votes}}}", random.one_of(&PLACES));
    }
    if instances > 1 {
        let serves = *random.one_of(&["1", "1", "all", "majority"]);
        let _ = writeln!(text, "    serves_with: {serves}");
        if random.chance(30) {
            text.push_str("    reads_with: 1\n");
        }
    }
    if technology == "db" {
        let _ = match random.below(3) {
            0 => writeln!(text, "    failover: {{mode: automatic, takes: {}s}}", random.below(2) * 30),
            _ => writeln!(text, "    failover: {{mode: manual, takes: {}m}}", random.below(10)),
        };
    }
    if technology == "external" && random.chance(60) {
        let _ = writeln!(text, "    guarantees: {{site-loss: {{recovery: {}m, data_loss: 5s}}}}", random.below(40));
    }
    recovery(text, random);
    if technology != "function" && technology != "external" && random.chance(70) {
        data(text, random, components);
    }
    dependencies(text, random, number, components);
}

fn recovery(text: &mut String, random: &mut Random) {
    let to = *random.one_of(&["", "", "to: [b, c], ", "to: [rb, a], ", "to: [ra, hb], "]);
    let rate = if random.chance(40) { format!(", restore_rate: {} GiB/h", 1 + random.below(4)) } else { String::new() };
    let _ = writeln!(
        text,
        "    recovery: {{{to}detect: {}m, provision: {}m, start: {}m, verify: {}m, cutover: {}m{rate}}}",
        random.below(6),
        random.below(10),
        random.below(6),
        random.below(4),
        random.below(2)
    );
}

fn data(text: &mut String, random: &mut Random, components: u64) {
    text.push_str("    data:\n");
    for dataset in 0..1 + random.below(2) {
        let change = *random.one_of(&["", "\n        change: none", "\n        change: 1 GiB/h"]);
        let _ = writeln!(text, "      d{dataset}:\n        size: {} GiB{change}", 1 + random.below(6));
        let copies = random.below(4);
        if copies > 0 {
            text.push_str("        copies:\n");
        }
        for copy in 0..copies {
            let store = *random.one_of(&["s1", "s2", "s3"]);
            let key = if random.chance(25) {
                format!(", encrypted_by: c{}", random.below(components))
            } else {
                String::new()
            };
            let timing = match copy {
                2 => "continuous: 5m, base: k0".to_owned(),
                _ => format!("every: {}h, takes: {}m", 1 + random.below(24), random.below(60)),
            };
            let _ = writeln!(text, "          k{copy}: {{{timing}, to: {store}{key}}}");
        }
    }
}

fn dependencies(text: &mut String, random: &mut Random, number: u64, components: u64) {
    let mut lines = String::new();
    for other in 0..components {
        if other == number || !random.chance(25) {
            continue;
        }
        // Only what is needed in order to recover may go round in a circle.
        let kinds: &[&str] = if other < number {
            &["requires", "requires", "requires-reads", "uses", "recovery"]
        } else {
            &["recovery"]
        };
        if other > number && !random.chance(30) {
            continue;
        }
        let _ = writeln!(lines, "      c{other}: {}", random.one_of(kinds));
    }
    if !lines.is_empty() {
        let _ = write!(text, "    depends_on:\n{lines}");
    }
}
