//! Realistic specs of any size, the same bytes for the same size on every machine. For benchmarks and tests.
//!
//! A company with three regions: sites, racks, teams, three objectives, backup stores. Of ten components six are services
//! in two regions, two are databases with a standby in another region, nightly copies and a log stream at both, one keeps
//! files, and one is a function that only depends on others. Dependencies point to components that come earlier, most of
//! them near, so that there is no circle of them.
//!
//! The estate is one that somebody cares for: nearly all promises hold. Of fifty components one falls short of them, as
//! one does: a service in one place, a database without a standby or with a copy made too rarely, files with a single
//! copy.

#[path = "random.rs"]
pub(crate) mod random;

use std::fmt::Write;

use random::Random;

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
    // As many at each site.
    let racks = components.div_ceil(60).next_multiple_of(SITES.len()).max(2 * SITES.len());
    let teams = components.div_ceil(80).max(2);
    head(&mut text);
    let vaults = components.div_ceil(1_000).max(1);
    locations(&mut text, racks, components);
    places_for_copies(&mut text, vaults);
    people(&mut text, teams);
    objectives(&mut text);
    text.push_str("\ncomponents:\n");
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for number in 0..components {
        component(&mut text, number, &Estate { racks, teams, vaults }, &mut random);
    }
    tail(&mut text, components);
    text
}

/// How much there is of what components share.
struct Estate {
    racks: usize,
    teams: usize,
    vaults: usize,
}

impl Estate {
    /// Where a component keeps copies at a site.
    fn vault(&self, number: usize, site: &str) -> String {
        format!("vault-{site}-{}", number / 10 % self.vaults)
    }
}

fn head(text: &mut String) {
    text.push_str(
        "# yaml-language-server: $schema=spec.schema.json\ndrplan: 1\nsystem:\n  name: benchmark\n  \
         description: \"A company of many small services, for measuring\"\n  owner: platform\n  timezone: Europe/Madrid\n",
    );
}

fn locations(text: &mut String, racks: usize, components: usize) {
    text.push_str("\nlocations: # a tree of failure domains\n");
    for region in REGIONS {
        put(text, format_args!("  {region}: {{kind: region}}\n"));
    }
    for (number, site) in SITES.iter().enumerate() {
        let region = REGIONS[number / 3];
        // Two and two share a grid; the last has one of its own.
        let shares = if number == 8 { String::new() } else { format!(", shares: [grid-{}]", number / 2) };
        put(text, format_args!("  {site}: {{kind: site, within: {region}{shares}}}\n"));
    }
    for rack in 0..racks {
        put(text, format_args!("  rack-{rack}: {{kind: rack, within: {}}}\n", SITES[rack % SITES.len()]));
    }
    text.push_str("\nlinks:\n");
    let bandwidth = 10 * components.div_ceil(10_000).max(1);
    for pair in SITES.windows(2) {
        let [one, other] = [pair[0], pair[1]];
        put(text, format_args!("  - {{between: [{one}, {other}], bandwidth: {bandwidth} Gbit/s, latency: 12ms}}\n"));
    }
}

fn places_for_copies(text: &mut String, vaults: usize) {
    text.push_str("\nstores:\n");
    for (site, vault) in SITES.iter().flat_map(|site| (0..vaults).map(move |vault| (site, vault))) {
        put(
            text,
            format_args!(
                "  vault-{site}-{vault}: {{at: {site}, technology: restic, path: /srv/restic, read: 400 MiB/s, write: 300 MiB/s, immutable: true}}\n"
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
         region-loss: {rto: 72h, rpo: 2d}\n  silver:\n    rto: 24h\n    rpo: 26h\n    scenarios:\n      region-loss: {rto: 72h}\n  bronze: {rto: 72h, rpo: 2d}\n",
    );
}

fn component(text: &mut String, number: usize, estate: &Estate, random: &mut Random) {
    let (racks, teams) = (estate.racks, estate.teams);
    let name = name(number);
    let rack = random.below(racks);
    // Four sites on is another region.
    let other = (rack + 4 + SITES.len() * random.below(racks / SITES.len())) % racks;
    put(text, format_args!("  {name}:\n"));
    match number % 10 {
        3 | 7 => database(text, number, &name, (rack, other), estate),
        5 => files(text, number, (rack, other), estate),
        9 => put(
            text,
            format_args!("    technology: function\n    owner: team-{}\n    objective: silver\n", number % teams),
        ),
        _ => service(text, number, (rack, other), teams),
    }
    dependencies(text, number, random);
}

fn database(text: &mut String, number: usize, name: &str, (rack, other): (usize, usize), estate: &Estate) {
    let [near, away] = [rack, other].map(|rack| estate.vault(number, SITES[rack % SITES.len()]));
    put(
        text,
        format_args!(
            "    technology: postgresql\n    description: Rows of {name}\n    owner: team-{}\n    objective: gold\n    \
             instances:\n      a: {{at: rack-{rack}, role: primary, certname: {name}-a.example.com}}\n",
            number % estate.teams
        ),
    );
    if number % 50 != 13 {
        put(
            text,
            format_args!(
                "      b: {{at: rack-{other}, role: standby, certname: {name}-b.example.com}}\n    \
                 replication: {{mode: async, lag: 30s}}\n    failover: {{mode: manual, takes: 5m}}\n"
            ),
        );
    }
    let (minute, hour) = (number % 60, number / 60 % 5);
    put(
        text,
        format_args!(
            "    data:\n      main:\n        size: {} GiB\n        change: 1 GiB/h\n        database: \"{name}\"\n        \
             copies:\n          nightly: {{method: pgbackrest, schedule: \"{minute} {hour} * * *\", takes: {}m, to: {near}, keep: {{daily: 14, weekly: 8}}, verify: {{every: 30d}}}}\n          \
             wal: {{method: pgbackrest, continuous: 1m, base: nightly, to: {near}}}\n          \
             away: {{after: nightly, takes: 2h, to: {away}, keep: {{last: 30}}}}\n",
            5 + number % 90,
            15 + number / 10 % 8 * 5,
        ),
    );
    if number % 100 != 13 {
        put(text, format_args!("          wal-away: {{from: wal, continuous: 10m, base: away, to: {away}}}\n"));
    }
    put(
        text,
        format_args!(
            "    recovery:\n      to: [rack-{rack}, rack-{other}]\n      detect: 5m\n      provision: 20m\n      start: 2m\n"
        ),
    );
}

fn files(text: &mut String, number: usize, (rack, other): (usize, usize), estate: &Estate) {
    let [near, away] = [rack, other].map(|rack| estate.vault(number, SITES[rack % SITES.len()]));
    put(
        text,
        format_args!(
            "    technology: files\n    owner: team-{}\n    objective: silver\n    instances: {{a: {{at: rack-{rack}}}}}\n    \
             data:\n      shared:\n        size: {} GiB\n        paths:\n          - /srv/files\n          - '/srv/old files'\n        \
             copies:\n          daily: {{method: restic, every: 1d, takes: 30m, to: {away}, verify: {{every: 30d}}}}\n",
            number % estate.teams,
            1 + number % 40,
        ),
    );
    if number % 50 != 25 {
        put(
            text,
            format_args!(
                "          near: {{method: restic, every: 6h, takes: 20m, to: {near}, keep: {{last: 120}}}}\n"
            ),
        );
    }
    put(text, format_args!("    recovery: {{to: [rack-{rack}, rack-{other}]}}\n"));
}

fn service(text: &mut String, number: usize, (rack, other): (usize, usize), teams: usize) {
    put(
        text,
        format_args!(
            "    technology: systemd-service\n    owner: team-{}\n    objective: silver\n    instances:\n      \
             a: {{at: rack-{rack}}}\n",
            number % teams,
        ),
    );
    if number % 100 != 31 {
        put(text, format_args!("      b: {{at: rack-{other}}}\n"));
    }
    text.push_str("    serves_with: 1 # two for updates\n");
    put(text, format_args!("    recovery: {{to: [rack-{rack}, rack-{other}]}}\n"));
}

fn dependencies(text: &mut String, number: usize, random: &mut Random) {
    // Data depends on nothing.
    let wanted = if [0, 3, 5, 7].contains(&(number % 10)) { 0 } else { 1 + random.below(3) };
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
