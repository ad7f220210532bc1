//! How long it takes: 2.5 of the semantics.

use super::support::with;

const PLACES: &str = "
locations:
  a: {kind: site}
  b: {kind: site}
  hot: {kind: site, standby: hot}
";

#[test]
fn the_known_answer_of_the_design() {
    // detect 5m + respond 15m + promote 2m = 1320 s.
    let spec = "
locations:
  madrid: {kind: site}
  valencia: {kind: site}
teams: {dba: {people: 2, responds_within: 15m}}
components:
  shop-db:
    technology: db
    owner: dba
    instances: {db1: {at: madrid, role: primary}, db2: {at: valencia, role: standby}}
    replication: {mode: async, lag: 30s}
    failover: {mode: manual, takes: 2m}
    recovery: {detect: 5m}
    data: {main: {size: 80 GiB}}
";
    with(spec, "lose:madrid", |seen| {
        assert_eq!(seen.line("shop-db"), "outage promote 1320 bound 1320 unordered 1320");
        assert_eq!(seen.loss("shop-db"), [("main".to_owned(), Some(30))]);
        let path = ["shop-db detect 0-300", "shop-db respond 300-1200", "shop-db promote 1200-1320"];
        assert_eq!(seen.path("shop-db"), path);
    });
}

#[test]
fn a_restore_takes_all_its_steps() {
    // 300 detect + 600 respond + 1200 provision + 100 retrieve + transfer + 120 start + 300 verify + 60 + 30 cutover.
    // Transfer: 10 GiB at the least of 100 MiB/s (restore), 80 MiB/s (store), 1 Gbit/s (link): 10240 / 80 = 128 s.
    let spec = "
links: [{between: [a, b], bandwidth: 1 Gbit/s}]
stores: {s: {at: b, technology: disk, read: 80 MiB/s, retrieve: 100s}}
teams: {ops: {people: 1, responds_within: 10m}}
components:
  db:
    technology: files
    owner: ops
    dns_ttl: 30s
    instances: {d: {at: a}}
    data: {main: {size: 10 GiB, copies: {n: {every: 1d, to: s}}}}
    recovery: {detect: 5m, provision: 20m, restore_rate: 100 MiB/s, start: 2m, verify: 5m, cutover: 1m}
";
    with(&format!("{PLACES}{spec}"), "lose:d", |seen| {
        assert_eq!(
            seen.path("db"),
            [
                "db detect 0-300",
                "db respond 300-900",
                "db provision 900-2100",
                "db retrieve 2100-2200",
                "db transfer 2200-2328",
                "db start 2328-2448",
                "db verify 2448-2748",
                "db cutover 2748-2838",
            ]
        );
        assert_eq!(seen.line("db"), "outage restore 2838 bound 2838 unordered 2838");
    });
}

#[test]
fn a_hot_standby_needs_no_provisioning() {
    let spec = "
components: {w: {technology: service, instances: {i: {at: a}}, recovery: {to: [hot], provision: 20m, start: 1m}}}
";
    with(&format!("{PLACES}{spec}"), "lose:a", |seen| assert_eq!(seen.path("w"), ["w start 0-60"]));
}

#[test]
fn a_continuous_copy_replays_what_changed_since_its_base() {
    // Base: every 10h, takes 2h: at worst 12 h old. Log: 12 h at 1 GiB/h = 12 GiB. Data: 24 GiB. At 36 GiB/h: 1 h.
    let spec = "
stores: {s: {at: b, technology: disk}}
components:
  db:
    technology: files
    instances: {d: {at: a}}
    data:
      main:
        size: 24 GiB
        change: 1 GiB/h
        copies:
          base: {every: 10h, takes: 2h, to: s}
          wal: {continuous: 1m, base: base, to: s}
    recovery: {restore_rate: 36 GiB/h}
";
    with(&format!("{PLACES}{spec}"), "lose:d", |seen| {
        assert_eq!(seen.path("db"), ["db transfer 0-3600"]);
        assert_eq!(seen.loss("db"), [("main".to_owned(), Some(60))]);
    });
}

#[test]
fn a_team_answers_once_from_the_first_alarm() {
    // web is noticed after 1m, db after 10m; the team is there at 1m + 15m = 16m for both.
    let spec = "
teams: {ops: {responds_within: 15m}}
components:
  web: {technology: service, owner: ops, instances: {w: {at: a}}, recovery: {to: [b], detect: 1m, start: 5m}}
  app: {technology: service, owner: ops, instances: {x: {at: a}}, recovery: {to: [b], detect: 10m, start: 1m}}
  late: {technology: service, owner: ops, instances: {y: {at: a}}, recovery: {to: [b], detect: 20m, start: 1m}}
";
    with(&format!("{PLACES}{spec}"), "lose:a", |seen| {
        assert_eq!(seen.worst("web"), 16 * 60 + 300);
        assert_eq!(seen.path("app"), ["web detect 0-60", "web respond 60-960", "app start 960-1020"]);
        // Its own detection is later than the team's arrival.
        assert_eq!(seen.path("late"), ["late detect 0-1200", "late start 1200-1260"]);
    });
}

#[test]
fn one_person_does_one_thing_at_a_time_the_most_urgent_first() {
    // Each takes start 10m + verify 5m. Objectives: x 60m, y 20m.
    // Deadlines of the starts: x 60-5 = 55m, y 20-5 = 15m: y starts first (0-10m). At 10m y's verify (deadline 20m) goes
    // before x's start (55m): 10-15m. Then x: 15-25m, 25-30m.
    let spec = "
teams: {ops: {people: 1}}
components:
  x: {technology: service, owner: ops, objective: {rto: 60m}, instances: {x1: {at: a}}, recovery: {to: [b], start: 10m, verify: 5m}}
  y: {technology: service, owner: ops, objective: {rto: 20m}, instances: {y1: {at: a}}, recovery: {to: [b], start: 10m, verify: 5m}}
";
    with(&format!("{PLACES}{spec}"), "lose:a", |seen| {
        assert_eq!(seen.line("y"), "outage rebuild 900 bound 900 unordered 900");
        assert_eq!(seen.line("x"), "outage rebuild 1800 bound 900 unordered 1800");
        // x waits for a person: its path goes through y.
        assert_eq!(seen.path("x"), ["y start 0-600", "y verify 600-900", "x start 900-1500", "x verify 1500-1800"]);
    });
}

#[test]
fn a_shared_store_serves_the_earliest_deadline_first() {
    // Both read 3600 GiB/h's worth: x 1800 GiB, y 1800 GiB from a store of 3600 GiB/h: alone 30 min each.
    // y has the earlier deadline: y 0-30 min, x 30-60 min. In fair parts both end at 60 min.
    let spec = "
stores: {s: {at: b, technology: disk, read: 3600 GiB/h}}
components:
  x: {technology: files, objective: {rto: 2h}, instances: {x1: {at: a}}, recovery: {to: [b]}, data: {d: {size: 1800 GiB, copies: {n: {every: 1d, to: s}}}}}
  y: {technology: files, objective: {rto: 1h}, instances: {y1: {at: a}}, recovery: {to: [b]}, data: {d: {size: 1800 GiB, copies: {n: {every: 1d, to: s}}}}}
";
    with(&format!("{PLACES}{spec}"), "lose:a", |seen| {
        assert_eq!(seen.line("y"), "outage restore 1800 bound 1800 unordered 3600");
        assert_eq!(seen.line("x"), "outage restore 3600 bound 1800 unordered 3600");
    });
}

#[test]
fn what_the_first_cannot_use_goes_to_the_next() {
    // Store 3600 GiB/h. y may take in 2400 GiB/h: 1200 GiB in 30 min. Meanwhile x gets 1200 GiB/h: 600 of its 1800 GiB.
    // From 30 min on x has the whole store: 1200 GiB in 20 min: 50 min.
    // In fair parts: both 1800 GiB/h; y ends after 40 min, x has 600 GiB left: 10 min more: 50 min.
    let spec = "
stores: {s: {at: b, technology: disk, read: 3600 GiB/h}}
components:
  x: {technology: files, objective: {rto: 2h}, instances: {x1: {at: a}}, recovery: {to: [b]}, data: {d: {size: 1800 GiB, copies: {n: {every: 1d, to: s}}}}}
  y: {technology: files, objective: {rto: 1h}, instances: {y1: {at: a}}, recovery: {to: [b], restore_rate: 2400 GiB/h}, data: {d: {size: 1200 GiB, copies: {n: {every: 1d, to: s}}}}}
";
    with(&format!("{PLACES}{spec}"), "lose:a", |seen| {
        assert_eq!(seen.line("y"), "outage restore 1800 bound 1800 unordered 2400");
        assert_eq!(seen.line("x"), "outage restore 3000 bound 1800 unordered 3000");
    });
}

#[test]
fn a_later_and_more_urgent_transfer_interrupts() {
    // Store 3600 GiB/h. x (3600 GiB) begins at 0; y is provisioned after 30 min, needs 1800 GiB and is more urgent.
    // x: 0-30 and 60-90 min; y: 30-60 min.
    let spec = "
stores: {s: {at: b, technology: disk, read: 3600 GiB/h}}
components:
  x: {technology: files, objective: {rto: 2h}, instances: {x1: {at: a}}, recovery: {to: [b]}, data: {d: {size: 3600 GiB, copies: {n: {every: 1d, to: s}}}}}
  y: {technology: files, objective: {rto: 1h}, instances: {y1: {at: a}}, recovery: {to: [b], provision: 30m}, data: {d: {size: 1800 GiB, copies: {n: {every: 1d, to: s}}}}}
";
    with(&format!("{PLACES}{spec}"), "lose:a", |seen| {
        assert_eq!(seen.line("y"), "outage restore 3600 bound 3600 unordered 5400");
        assert_eq!(seen.line("x"), "outage restore 5400 bound 3600 unordered 5400");
    });
}

#[test]
fn a_link_is_shared_too_in_each_direction_by_itself() {
    // Copies of x are at b, its new place is at a (its host is lost), over a link of 3600 GiB/h; y goes the other way.
    let spec = "
locations: {hx: {kind: host, within: a}, hy: {kind: host, within: b}, a: {kind: site}, b: {kind: site}, all: {kind: region}}
links: [{between: [a, b], bandwidth: 3600 GiB/h}]
stores: {sb: {at: b, technology: disk}, sa: {at: a, technology: disk}}
components:
  x: {technology: files, instances: {x1: {at: hx}}, data: {d: {size: 3600 GiB, copies: {n: {every: 1d, to: sb}}}}}
  z: {technology: files, instances: {z1: {at: hx}}, data: {d: {size: 3600 GiB, copies: {n: {every: 1d, to: sb}}}}}
  y: {technology: files, instances: {y1: {at: hy}}, data: {d: {size: 3600 GiB, copies: {n: {every: 1d, to: sa}}}}}
scenarios: {hosts: {fails: [hx, hy]}}
";
    with(spec, "hosts", |seen| {
        // x goes before z by name.
        assert_eq!(seen.line("x"), "outage restore 3600 bound 3600 unordered 7200");
        assert_eq!(seen.line("z"), "outage restore 7200 bound 3600 unordered 7200");
        assert_eq!(seen.line("y"), "outage restore 3600 bound 3600 unordered 3600");
    });
}

#[test]
fn start_waits_for_what_is_required_and_provision_for_what_recovery_needs() {
    // puppet: detect 1m, provision 4m: serves at 5m. db waits for it, then provision 10m, start 1m: 16m.
    // web: provision waits for puppet too (5m + 2m = 7m), start for db (16m): 17m.
    let spec = "
components:
  puppet: {technology: service, instances: {p: {at: a}}, recovery: {to: [b], detect: 1m, provision: 4m}}
  db: {technology: service, instances: {d: {at: a}}, recovery: {to: [b], provision: 10m, start: 1m}, depends_on: {puppet: recovery}}
  web: {technology: service, instances: {w: {at: a}}, recovery: {to: [b], provision: 2m, start: 1m}, depends_on: {puppet: recovery, db: requires}}
";
    with(&format!("{PLACES}{spec}"), "lose:a", |seen| {
        assert_eq!(seen.worst("db"), 960);
        assert_eq!(
            seen.path("web"),
            [
                "puppet detect 0-60",
                "puppet provision 60-300",
                "db provision 300-900",
                "db start 900-960",
                "web start 960-1020",
            ]
        );
    });
}

#[test]
fn deadlines_travel_to_what_is_waited_for() {
    // One person. web must serve within 60m and takes 10m from its start on, so that db must serve by 50m, before
    // slow with its own 55m; without that, db has no objective and would go last.
    let spec = "
teams: {ops: {people: 1}}
components:
  db: {technology: service, owner: ops, instances: {d: {at: a}}, recovery: {to: [b], start: 40m}}
  slow: {technology: service, owner: ops, objective: {rto: 95m}, instances: {s: {at: a}}, recovery: {to: [b], start: 40m}}
  web: {technology: service, objective: {rto: 60m}, instances: {w: {at: a}}, recovery: {to: [b], start: 10m}, depends_on: {db: requires}}
";
    with(&format!("{PLACES}{spec}"), "lose:a", |seen| {
        assert_eq!(seen.worst("db"), 2400);
        assert_eq!(seen.worst("web"), 3000);
        assert_eq!(seen.worst("slow"), 4800);
    });
}

#[test]
fn bad_data_is_restored_from_a_clean_point() {
    // Noticed after the component's own 10m: copies every 6h, takes 1h; detection 10m.
    let spec = "
stores: {s: {at: b, technology: disk}}
components:
  db:
    technology: db
    instances: {p: {at: a, role: primary}, q: {at: b, role: standby}}
    data:
      main: {size: 36 GiB, copies: {n: {every: 6h, takes: 1h, to: s}}}
      other: {size: 36 GiB}
    recovery: {detect: 10m, restore_rate: 36 GiB/h}
scenarios:
  ransom: {corrupts: [db.main], detection: 10d}
";
    with(&format!("{PLACES}{spec}"), "corrupt:db.main", |seen| {
        // The other dataset stays where it is.
        assert_eq!(seen.path("db"), ["db detect 0-600", "db transfer 600-4200"]);
        assert_eq!(seen.loss("db").len(), 1);
    });
    // What goes unnoticed for ten days disrupts nobody until then: the clock starts when it does.
    with(&format!("{PLACES}{spec}"), "ransom", |seen| assert_eq!(seen.worst("db"), 4200));
}

#[test]
fn fractions_are_rounded_up_at_the_end() {
    // 1 GiB at 300 MiB/s is 3.41 s, plus 1 s: 4.41 -> 5.
    let spec = "
stores: {s: {at: b, technology: disk, read: 300 MiB/s}}
components:
  db: {technology: files, instances: {d: {at: a}}, recovery: {start: 1s}, data: {m: {size: 1 GiB, copies: {n: {every: 1d, to: s}}}}}
";
    with(&format!("{PLACES}{spec}"), "lose:d", |seen| {
        assert_eq!(seen.path("db"), ["db transfer 0-4", "db start 4-5"]);
    });
}
