//! Realistic specs of any size, the same bytes for the same size on every machine. For benchmarks and tests.
//!
//! A company with three regions: sites, racks and some hosts, teams, three objectives, backup stores. Of ten
//! components six are services, two databases with nightly copies, a log stream and a copy at another site, one keeps
//! files, and one is a function that only depends on others. Dependencies point to components that come earlier, most of
//! them near, so that there is no circle of them.

use std::fmt::Write;

const REGIONS: [&str; 3] = ["eu", "us", "apac"];
const SITES: [&str; 9] = ["madrid", "valencia", "lisbon", "dallas", "denver", "boston", "tokyo", "osaka", "seoul"];
const FIRST: [&str; 12] = [
    "orders", "payments", "catalog", "search", "billing", "identity", "shipping", "stock", "pricing", "reviews",
    "mail", "reports",
];
const LAST: [&str; 8] = ["api", "worker", "web", "gateway", "batch", "sync", "cache", "admin"];

/// A valid spec with so many components: about 400 bytes for each.
pub(crate) fn spec(components: usize) -> String {
    let mut text = String::with_capacity(2_000 + components * 420);
    let racks = components.div_ceil(60).max(9);
    let teams = components.div_ceil(80).clamp(2, 200);
    head(&mut text);
    locations(&mut text, racks);
    places_for_copies(&mut text);
    people(&mut text, teams);
    objectives(&mut text);
    text.push_str("\ncomponents:\n");
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for number in 0..components {
        component(&mut text, number, racks, teams, &mut random);
    }
    tail(&mut text, components);
    text
}

fn head(text: &mut String) {
    text.push_str(
        "# yaml-language-server: $schema=spec.schema.json\ndrplan: 1\nsystem:\n  name: benchmark\n  \
         description: \"A company of many small services, for measuring\"\n  owner: platform\n  timezone: Europe/Madrid\n",
    );
}

fn locations(text: &mut String, racks: usize) {
    text.push_str("\nlocations: # a tree of failure domains\n");
    for region in REGIONS {
        put(text, format_args!("  {region}: {{kind: region}}\n"));
    }
    for (number, site) in SITES.iter().enumerate() {
        put(
            text,
            format_args!("  {site}: {{kind: site, within: {}, shares: [grid-{}]}}\n", REGIONS[number / 3], number / 2),
        );
    }
    for rack in 0..racks {
        put(text, format_args!("  rack-{rack}: {{kind: rack, within: {}}}\n", SITES[rack % SITES.len()]));
    }
    text.push_str("\nlinks:\n");
    for pair in SITES.windows(2) {
        put(text, format_args!("  - {{between: [{}, {}], bandwidth: 10 Gbit/s, latency: 12ms}}\n", pair[0], pair[1]));
    }
}

fn places_for_copies(text: &mut String) {
    text.push_str("\nstores:\n");
    for site in SITES {
        put(
            text,
            format_args!(
                "  vault-{site}: {{at: {site}, technology: restic, path: /srv/restic, read: 400 MiB/s, write: 300 MiB/s, immutable: true}}\n"
            ),
        );
    }
}

fn people(text: &mut String, teams: usize) {
    text.push_str("\nteams:\n");
    for team in 0..teams {
        put(
            text,
            format_args!(
                "  team-{team}: {{people: {}, responds_within: 15m, contact: \"team {team} on call\"}}\n",
                2 + team % 5
            ),
        );
    }
}

fn objectives(text: &mut String) {
    text.push_str(
        "\nobjectives:\n  gold:\n    rto: 4h\n    rpo: 15m\n    scenarios:\n      site-loss: {rto: 24h, rpo: 1d}\n      \
         region-loss: {rto: 72h, rpo: 2d}\n  silver: {rto: 24h, rpo: 26h}\n  bronze: {rto: 72h, rpo: 2d}\n",
    );
}

fn component(text: &mut String, number: usize, racks: usize, teams: usize, random: &mut Random) {
    let name = name(number);
    let rack = random.below(racks);
    let other = (rack + 1 + random.below(racks - 1)) % racks;
    put(text, format_args!("  {name}:\n"));
    match number % 10 {
        3 | 7 => database(text, number, &name, (rack, other), teams),
        5 => files(text, number, rack, teams),
        9 => put(
            text,
            format_args!("    technology: function\n    owner: team-{}\n    objective: silver\n", number % teams),
        ),
        _ => service(text, number, (rack, other), teams),
    }
    dependencies(text, number, random);
}

fn database(text: &mut String, number: usize, name: &str, (rack, other): (usize, usize), teams: usize) {
    let site = SITES[rack % SITES.len()];
    let away = SITES[(rack + 4) % SITES.len()];
    put(
        text,
        format_args!(
            "    technology: postgresql\n    description: Rows of {name}\n    owner: team-{}\n    objective: gold\n    \
             instances:\n      a: {{at: rack-{rack}, role: primary, certname: {name}-a.example.com}}\n      \
             b: {{at: rack-{other}, role: standby, certname: {name}-b.example.com}}\n    \
             replication: {{mode: async, lag: 30s}}\n    failover: {{mode: manual, takes: 5m}}\n    data:\n      main:\n        \
             size: {} GiB\n        change: 1 GiB/h\n        database: \"{name}\"\n        copies:\n          \
             nightly: {{method: pgbackrest, schedule: \"{} 2 * * *\", takes: 45m, to: vault-{site}, keep: {{daily: 14, weekly: 8}}}}\n          \
             wal: {{method: pgbackrest, continuous: 1m, base: nightly, to: vault-{site}}}\n          \
             away: {{from: nightly, every: 1d, takes: 2h, to: vault-{away}, keep: {{last: 30}}}}\n    recovery:\n      \
             to: [rack-{rack}, rack-{other}]\n      detect: 5m\n      provision: 20m\n      start: 2m\n",
            number % teams,
            5 + number % 90,
            number % 60,
        ),
    );
}

fn files(text: &mut String, number: usize, rack: usize, teams: usize) {
    let away = SITES[(rack + 1) % SITES.len()];
    put(
        text,
        format_args!(
            "    technology: files\n    owner: team-{}\n    objective: silver\n    instances: {{a: {{at: rack-{rack}}}}}\n    \
             data:\n      shared:\n        size: {} GiB\n        paths:\n          - /srv/files\n          - '/srv/old files'\n        \
             copies:\n          daily: {{method: restic, every: 1d, takes: 30m, to: vault-{away}}}\n",
            number % teams,
            1 + number % 40,
        ),
    );
}

fn service(text: &mut String, number: usize, (rack, other): (usize, usize), teams: usize) {
    put(
        text,
        format_args!(
            "    technology: systemd-service\n    owner: team-{}\n    objective: silver\n    instances:\n      \
             a: {{at: rack-{rack}}}\n      b: {{at: rack-{other}}}\n    serves_with: 1 # two for updates\n",
            number % teams,
        ),
    );
}

fn dependencies(text: &mut String, number: usize, random: &mut Random) {
    let wanted = if number.is_multiple_of(10) { 0 } else { 1 + random.below(3) };
    let mut earlier: Vec<usize> = (0..wanted)
        .map(|_| if random.below(10) == 0 { random.below(number) } else { number - 1 - random.below(number.min(30)) })
        .collect();
    earlier.sort_unstable();
    earlier.dedup();
    if earlier.is_empty() {
        return;
    }
    text.push_str("    depends_on:\n");
    for target in earlier {
        let kind = if target % 10 == 9 { "uses" } else { ["requires", "requires", "uses"][target % 3] };
        put(text, format_args!("      {}: {kind}\n", name(target)));
    }
}

fn tail(text: &mut String, components: usize) {
    if components == 0 {
        return;
    }
    put(
        text,
        format_args!(
            "\nscenarios:\n  two-sites:\n    description: Madrid and Valencia share a river\n    fails: [madrid, valencia]\n\
             \nexpectations:\n  - {{scenario: \"lose:rack-0\", component: {}, impact: none}}\n",
            name(components.min(2) - 1),
        ),
    );
}

fn name(number: usize) -> String {
    format!("{}-{}-{number}", FIRST[number % FIRST.len()], LAST[number / 3 % LAST.len()])
}

fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = text.write_fmt(arguments);
}

/// Xorshift: the same numbers on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound.max(1)
    }
}
