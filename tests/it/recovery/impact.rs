//! What fails with what: 2.4 of the semantics, and the ways back of 2.5.

use drplan::analysis::outcome::recovery;
use drplan::analysis::scenario::Scenarios;

use super::support::{Seen, with};

const PLACES: &str = "
locations:
  a: {kind: site}
  b: {kind: site}
  c: {kind: site}
  h: {kind: host, within: a}
stores: {s: {at: b, technology: disk}}
";

/// The instances that are set up anew.
fn rebuilt(seen: &Seen<'_>, scenario: &str) -> Vec<String> {
    let model = seen.context.model;
    let found = Scenarios::new(model).find(scenario).unwrap_or_else(|error| panic!("{scenario}: {error:?}"));
    let recovery = recovery(seen.context, &found);
    let standings = recovery.spread.affected.iter().filter_map(|affected| affected.standing.as_ref());
    standings.flat_map(|standing| &standing.rebuilt).map(|id| model.instances[*id].name.clone()).collect()
}

fn line(components: &str, scenario: &str, component: &str) -> String {
    with(&format!("{PLACES}{components}"), scenario, |seen| seen.line(component))
}

#[test]
fn it_continues_while_enough_serve() {
    let two = "components: {web: {technology: service, serves_with: 1, instances: {w1: {at: a}, w2: {at: b}}}}";
    assert_eq!(line(two, "lose:w1", "web"), "none");
    assert_eq!(line(two, "cut:w1", "web"), "none");
    let all = "components: {web: {technology: service, serves_with: all, instances: {w1: {at: a}, w2: {at: b}}}}";
    assert_eq!(line(all, "lose:w1", "web"), "outage rebuild 0 bound 0 unordered 0");
}

#[test]
fn a_majority_counts_votes_and_needs_data() {
    let votes = "
components:
  db:
    technology: cluster
    serves_with: majority
    instances:
      d1: {at: a}
      d2: {at: b}
      d3: {at: c, votes: 0}
      w: {at: c, role: witness}
    replication: {mode: sync}
    data: {main: {size: 1 GiB}}
";
    // Votes: d1 1, d2 1, w 1, d3 none: 3 in all, 2 are a majority.
    assert_eq!(line(votes, "lose:d1", "db"), "none");
    assert_eq!(line(votes, "lose:d3", "db"), "none");
    // d1 and d3 are left with 1 of 3 votes.
    assert!(line(votes, "lose:d2+lose:w", "db").starts_with("outage rebuild"));
    // d1 and d2 are lost: w and d3 hold 1 vote.
    assert!(line(votes, "lose:d1+lose:d2", "db").starts_with("outage rebuild"));
}

#[test]
fn what_an_instance_has_not_passed_on_is_lost_with_it() {
    let spec = |more: &str| {
        format!("{PLACES}
components:
  files: {{technology: cluster, instances: {{f1: {{at: a{more}}}, f2: {{at: b}}}}, replication: {{mode: async, lag: 1h}}, data: {{d: {{size: 1 GiB}}}}}}
")
    };
    with(&spec(""), "lose:f1", |seen| {
        assert_eq!(seen.line("files"), "none continue");
        assert_eq!(seen.loss("files"), [("d".to_owned(), Some(3_600))]);
    });
    with(&spec(""), "cut:f1", |seen| assert_eq!(seen.line("files"), "none"));
    with(&spec(", role: standby"), "lose:f1", |seen| assert_eq!(seen.line("files"), "none"));
}

#[test]
fn witnesses_alone_do_not_serve() {
    // d is lost: w1 and w2 hold 2 of 3 votes and no data. Nothing is copied: lost.
    let witnesses = "
components:
  db:
    technology: cluster
    serves_with: majority
    instances: {d: {at: a}, w1: {at: b, role: witness}, w2: {at: c, role: witness}}
    data: {main: {size: 1 GiB}}
";
    assert_eq!(line(witnesses, "lose:d", "db"), "lost none");
    // Cut off, its data comes back with it.
    assert_eq!(line(witnesses, "cut:d", "db"), "outage rebuild 0 bound 0 unordered 0");
}

#[test]
fn what_is_built_beside_a_returning_instance_gets_its_data_from_it() {
    let spec = |roles: bool, serves_with: &str| {
        let role = |role: &str| if roles { format!(", role: {role}") } else { String::new() };
        format!(
            "{PLACES}
components:
  db:
    technology: {}
    serves_with: {serves_with}
    replication: {{mode: sync}}
    instances: {{a1: {{at: a{}}}, b1: {{at: b{}}}, c1: {{at: c{}}}}}
    data: {{main: {{size: 100 MiB}}}}
    recovery: {{restore_rate: 1 MiB/s, provision: 10s}}
scenarios:
  worse: {{fails: [a1, b1], unreachable: [c1]}}
",
            if roles { "db" } else { "cluster" },
            role("standby"),
            role("standby"),
            role("primary"),
        )
    };
    for roles in [true, false] {
        // Of three two are lost for good: one is built and filled from the third, be that there or still to come back.
        with(&spec(roles, "majority"), "lose:a1+lose:b1", |seen| {
            assert_eq!(seen.path("db"), ["db provision 0-10", "db transfer 10-110"], "{roles}");
        });
        with(&spec(roles, "majority"), "worse", |seen| {
            assert_eq!(seen.path("db"), ["db provision 0-10", "db transfer 10-110"], "{roles}");
        });
        // Where one is enough it is the one that comes back with its data, and nothing is brought.
        with(&spec(roles, "1"), "worse", |seen| {
            assert_eq!(seen.path("db"), ["db provision 0-10"], "{roles}");
            assert_eq!(rebuilt(seen, "worse"), ["c1"], "{roles}");
        });
    }
}

const PAIR: &str = "
components:
  db:
    technology: db
    reads_with: 1
    instances: {p: {at: a, role: primary}, s1: {at: b, role: standby}, s2: {at: c, role: standby, lag: 10s}}
    failover: {mode: manual, takes: 2m}
    recovery: {detect: 5m, start: 7s}
    data: {main: {size: 1 GiB}}
  site: {technology: service, instances: {w: {at: b}}, depends_on: {db: requires}}
  search: {technology: service, instances: {f: {at: b}}, depends_on: {db: requires-reads}}
  mail: {technology: service, instances: {m: {at: b}}, depends_on: {site: uses}}
  shop: {technology: function, depends_on: {site: requires}}
";

#[test]
fn the_loss_of_a_primary_promotes_and_standbys_read_on() {
    with(&format!("{PLACES}{PAIR}"), "lose:a", |seen| {
        // 5m to notice, 2m to promote; two standbys are left to read from.
        assert_eq!(seen.line("db"), "read-only promote 420 bound 420 unordered 420");
        // s2 is 10 s behind, s1 the 60 s of the catalogue.
        assert_eq!(seen.loss("db"), [("main".to_owned(), Some(10))]);
        // Who requires it is down, who requires its reads is not.
        assert_eq!(seen.line("site"), "outage continue 420 bound 420 unordered 420");
        assert_eq!(seen.line("search"), "none");
        assert_eq!(seen.line("mail"), "degraded continue");
        assert_eq!(seen.line("shop"), "outage none 420 bound 420 unordered 420");
        assert_eq!(seen.path("shop"), ["db detect 0-300", "db promote 300-420"]);
    });
}

#[test]
fn a_primary_that_is_cut_off_is_promoted_past_and_loses_the_lag() {
    with(&format!("{PLACES}{PAIR}"), "cut:p", |seen| {
        assert_eq!(seen.line("db"), "read-only promote 420 bound 420 unordered 420");
        assert_eq!(seen.loss("db"), [("main".to_owned(), Some(10))]);
    });
}

#[test]
fn the_loss_of_a_standby_is_no_loss() {
    assert_eq!(line(PAIR, "lose:s1", "db"), "none");
    assert_eq!(line(PAIR, "lose:s1+lose:s2", "db"), "none");
}

#[test]
fn an_automatic_failover_in_no_time_is_no_outage() {
    let spec = |takes: &str| {
        format!(
            "{PLACES}
components:
  db:
    technology: db
    instances: {{p: {{at: a, role: primary}}, s: {{at: b, role: standby}}}}
    failover: {{mode: automatic, takes: {takes}}}
    recovery: {{detect: 5m}}
    data: {{main: {{size: 1 GiB}}}}
"
        )
    };
    // Detection is within `takes`.
    with(&spec("30s"), "lose:p", |seen| {
        assert_eq!(seen.line("db"), "outage promote 30 bound 30 unordered 30");
        assert_eq!(seen.path("db"), ["db promote 0-30"]);
    });
    with(&spec("0s"), "lose:p", |seen| {
        assert_eq!(seen.line("db"), "none promote");
        assert_eq!(seen.loss("db"), [("main".to_owned(), Some(60))]);
    });
}

#[test]
fn a_promotion_that_leaves_too_few_is_none() {
    let spec = "
components:
  db:
    technology: db
    serves_with: 2
    instances: {p: {at: a, role: primary}, s: {at: b, role: standby}}
    data: {main: {size: 1 GiB}}
    recovery: {provision: 20s}
";
    // The standby has the data, and a second instance must be built.
    assert_eq!(line(spec, "lose:p", "db"), "outage rebuild 20 bound 20 unordered 20");
}

#[test]
fn nothing_left_to_rebuild_on_is_lost() {
    let web = "components: {web: {technology: service, instances: {w: {at: h}}}}";
    // A host is replaced where it stood; a site is not.
    assert_eq!(line(web, "lose:h", "web"), "outage rebuild 0 bound 0 unordered 0");
    assert_eq!(line(web, "lose:a", "web"), "lost none");
    let elsewhere = "components: {web: {technology: service, instances: {w: {at: h}}, recovery: {to: [a, b]}}}";
    assert_eq!(line(elsewhere, "lose:a", "web"), "outage rebuild 0 bound 0 unordered 0");
}

#[test]
fn a_loss_is_passed_on() {
    let spec = "
components:
  db: {technology: files, instances: {d: {at: a}}, data: {main: {size: 1 GiB}}}
  web: {technology: service, instances: {w: {at: b}}, depends_on: {db: requires}}
  page: {technology: service, instances: {g: {at: b}}, depends_on: {web: uses}}
";
    with(&format!("{PLACES}{spec}"), "lose:d", |seen| {
        assert_eq!(seen.line("db"), "lost none");
        assert_eq!(seen.loss("db"), [("main".to_owned(), None)]);
        assert_eq!(seen.line("web"), "lost continue");
        assert_eq!(seen.line("page"), "degraded continue");
    });
}

#[test]
fn a_circle_of_recovery_bites_on_the_day_on_which_both_are_down() {
    let spec = "
components:
  vault: {technology: service, instances: {v: {at: a}}, recovery: {to: [b]}, depends_on: {cluster: requires}}
  cluster: {technology: service, instances: {k: {at: a}}, recovery: {to: [b]}, depends_on: {vault: recovery}}
";
    assert_eq!(line(spec, "lose:a", "vault"), "lost rebuild");
    assert_eq!(line(spec, "lose:a", "cluster"), "lost rebuild");
    // With the cluster alone the vault serves until it is asked, but it requires the cluster: the same circle.
    assert_eq!(line(spec, "lose:k", "cluster"), "lost rebuild");
    assert_eq!(line(spec, "lose:v", "vault"), "outage rebuild 0 bound 0 unordered 0");
}

#[test]
fn a_promise_replaces_what_is_computed() {
    let spec = "
components:
  rds:
    technology: external
    instances: {r1: {at: a}}
    guarantees: {site-loss: {recovery: 60s, data_loss: 5s}}
    data: {main: {size: 1 GiB}}
  pay: {technology: external, guarantees: {component-loss: {recovery: 4h}}}
  web: {technology: service, instances: {w: {at: b}}, depends_on: {rds: requires, pay: uses}}
";
    with(&format!("{PLACES}{spec}"), "lose:a", |seen| {
        assert_eq!(seen.line("rds"), "outage none 60 bound 60 unordered 60");
        assert_eq!(seen.loss("rds"), [("main".to_owned(), Some(5))]);
        assert_eq!(seen.path("web"), ["rds guarantee 0-60"]);
    });
    // Nothing is promised for an instance by itself.
    assert_eq!(line(spec, "lose:r1", "rds"), "lost none");
    with(&format!("{PLACES}{spec}"), "lose-all:pay", |seen| {
        assert_eq!(seen.line("pay"), "outage none 14400 bound 14400 unordered 14400");
        assert_eq!(seen.line("web"), "degraded continue");
    });
}

#[test]
fn a_lost_store_hurts_no_service() {
    let spec = "
components:
  db: {technology: files, instances: {d: {at: a}}, data: {main: {size: 1 GiB, copies: {n: {every: 1d, to: s}}}}}
";
    with(&format!("{PLACES}{spec}"), "lose:s", |seen| {
        assert_eq!(seen.line("db"), "none");
        assert_eq!(seen.outcome.unprotected.len(), 1);
    });
    // With the data the only copy is gone.
    with(&format!("{PLACES}{spec}"), "lose:d+lose:s", |seen| assert_eq!(seen.line("db"), "lost none"));
}

#[test]
fn a_copy_whose_keys_are_gone_is_no_copy() {
    let spec = "
components:
  keys: {technology: service, instances: {k: {at: a}}}
  db:
    technology: files
    instances: {d: {at: a}}
    recovery: {to: [c]}
    data: {main: {size: 1 GiB, copies: {n: {every: 1d, to: s, encrypted_by: keys}}}}
";
    // With the site the keeper of the keys is lost for good, and the copy with it.
    with(&format!("{PLACES}{spec}"), "lose:a", |seen| {
        assert_eq!(seen.line("db"), "lost none");
        assert_eq!(seen.loss("db"), [("main".to_owned(), None)]);
    });
    with(&format!("{PLACES}{spec}"), "lose:d", |seen| {
        assert_eq!(seen.line("db"), "outage restore 0 bound 0 unordered 0");
        assert_eq!(seen.loss("db"), [("main".to_owned(), Some(86_400))]);
    });
}

#[test]
fn the_keeper_of_its_own_keys_takes_the_copy_that_it_can_read() {
    let spec = "
components:
  keys:
    technology: files
    instances: {k: {at: a}}
    recovery: {to: [c], restore_rate: 1 GiB/h}
    data:
      main:
        size: 1 GiB
        copies:
          best: {every: 1h, to: s, encrypted_by: keys}
          open: {every: 1d, to: s}
";
    // Its own copies are locked by itself; the one that is open takes 1 h.
    with(&format!("{PLACES}{spec}"), "lose:a", |seen| {
        assert_eq!(seen.line("keys"), "outage restore 3600 bound 3600 unordered 3600");
    });
}
