//! Facts about a small system, each with what follows from it, and the measured model that the numbers come from.

use std::sync::Arc;

use super::*;
use crate::diag::{SourceFile, SourceMap};
use crate::model;
use crate::spec::Spec;
use crate::tech;
use crate::text::Limits;
use crate::units::{Bytes, Seconds};

const SHOP: &str = r#"
drplan: 1
system: {name: shop}
locations: {madrid: {kind: site}, valencia: {kind: site}}
stores: {vault: {at: valencia, technology: restic, path: /srv/restic, read: 200 MiB/s}}
objectives: {gold: {rto: 4h, rpo: 26h}}
components:
  db:
    technology: postgresql
    objective: gold
    instances: {db1: {at: madrid, role: primary}, db2: {at: valencia, role: standby}}
    replication: {mode: async, lag: 30s}
    data:
      main:
        size: 80 GiB
        copies:
          nightly: {schedule: "0 2 * * *", timezone: UTC, takes: 1h, to: vault, verify: {every: 30d}}
          log: {continuous: 1m, base: nightly, to: vault}
          first: {once: 2026-01-01, to: vault}
    recovery: {restore_rate: 100 MiB/s}
"#;

/// 2026-11-21T12:00:00Z
const NOW: Instant = Instant(1_795_262_400);
const NIGHTLY: &str = "components.db.data.main.copies.nightly";
const HOUR: i64 = 3_600;

fn shop() -> Model {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("drplan.yaml", SHOP));
    let (spec, mut diagnostics) = Spec::read(&sources, Limits::default());
    let (model, found) = model::resolve(&spec, &tech::built_in().0);
    diagnostics.append(found);
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    model
}

/// Values that were seen so many seconds before now.
fn observed(values: &[(&str, Field, Value, i64)]) -> Observed {
    let mut observed = Observed::default();
    for (address, field, value, ago) in values {
        let seen = Seen::new(value.clone(), Instant(NOW.0 - ago), &Arc::from("test"));
        observed.set(Address::parse(address).unwrap(), *field, seen);
    }
    observed
}

/// Each fact with its message and notes.
fn told(values: &[(&str, Field, Value, i64)]) -> Vec<(FactKind, String)> {
    let model = shop();
    let desired = Desired::of(&model);
    let observed = observed(values);
    let found = facts(&Question { model: &model, desired: &desired, observed: &observed, now: NOW });
    let words = |fact: Fact| (fact.kind, [vec![fact.message], fact.notes].concat().join("; "));
    found.into_iter().map(words).collect()
}

fn one(field: Field, value: Value, ago: i64) -> Vec<(FactKind, String)> {
    told(&[(NIGHTLY, field, value, ago)])
}

fn at(ago: i64) -> Value {
    Value::Instant(Some(Instant(NOW.0 - ago)))
}

fn says(found: Vec<(FactKind, String)>, kind: FactKind, words: &str) {
    assert_eq!(found, [(kind, words.to_owned())]);
}

#[test]
fn the_age_of_a_point_counts_as_of_when_it_was_seen() {
    assert_eq!(one(Field::Newest, at(26 * HOUR), 0), []);
    says(
        one(Field::Newest, at(27 * HOUR), 0),
        FactKind::BackupTooOld,
        "the newest point of `nightly` was 27 h old at 2026-11-21T12:00:00Z, and at most 26 h is allowed; \
         a disaster at that moment would have lost 27 h, objective 26 h",
    );
    says(
        one(Field::Newest, Value::Instant(None), 0),
        FactKind::BackupTooOld,
        "there is no point of `nightly` that can be restored; a disaster that leaves only this copy loses everything",
    );
    // Fresh when it was seen, and seen within what is allowed: what has become of it since is nobody's guess.
    assert_eq!(one(Field::Newest, at(45 * HOUR), 20 * HOUR), []);
    says(
        one(Field::Newest, at(50 * HOUR), 30 * HOUR),
        FactKind::EvidenceTooOld,
        "nobody has looked at `nightly` for 30 h: all that is known is a point that is 50 h old; \
         should it have stopped then, a disaster loses 50 h, objective 26 h",
    );
}

#[test]
fn a_stream_of_changes_is_looked_at_once_a_day() {
    let log = "components.db.data.main.copies.log";
    let seen = |point: i64, ago: i64| told(&[(log, Field::Newest, at(point), ago)]);
    assert_eq!(seen(20 * HOUR, 20 * HOUR), []);
    assert_eq!(seen(20 * HOUR + 60 * 61 * 26, 20 * HOUR)[0].0, FactKind::BackupTooOld);
    assert_eq!(seen(27 * HOUR, 27 * HOUR)[0].0, FactKind::EvidenceTooOld);
}

#[test]
fn a_copy_that_is_made_once_grows_old_in_peace() {
    let first = "components.db.data.main.copies.first";
    assert_eq!(told(&[(first, Field::Newest, at(7_000 * HOUR), 0)]), []);
    assert_eq!(told(&[(first, Field::Newest, Value::Instant(None), 0)])[0].0, FactKind::BackupTooOld);
}

#[test]
fn runs_sizes_and_lags_are_worth_what_they_cost() {
    assert_eq!(one(Field::Takes, Value::Duration(Seconds(3_600)), 0), []);
    says(
        one(Field::Takes, Value::Duration(Seconds(7_800)), 0),
        FactKind::RunLonger,
        "a run of `nightly` took 2 h 10 m, and declared are 1 h; \
         with the observed 2 h 10 m runs the worst case is 26 h 10 m, objective 26 h",
    );
    says(
        told(&[("components.db.data.main", Field::Size, Value::Size(Bytes(100 << 30)), 0)]),
        FactKind::DataLarger,
        "`db.main` has grown to 100 GiB, and declared are 80 GiB; \
         the transfer alone takes 17 m 04 s at 100 MiB/s instead of 13 m 40 s, objective 4 h",
    );
    says(
        told(&[("components.db.instances.db2", Field::Lag, Value::Duration(Seconds(90)), 0)]),
        FactKind::LagAbove,
        "`db2` is 1 m 30 s behind, and declared are 30 s; \
         a failover to it at that moment would have lost 1 m 30 s, objective 26 h",
    );
    assert_eq!(told(&[("components.db.instances.db1", Field::Lag, Value::Duration(Seconds(90)), 0)]), []);
}

#[test]
fn a_failed_run_and_a_silent_timer_cost_the_next_point() {
    let newest = (NIGHTLY, Field::Newest, at(10 * HOUR), 0);
    says(
        told(&[newest.clone(), (NIGHTLY, Field::Result, Value::Text("failed".into()), 0)]),
        FactKind::LastRunFailed,
        "the newest run of `nightly` failed; the newest point was 10 h old at 2026-11-21T12:00:00Z, \
         and is 34 h old if the next run does not come, objective 26 h",
    );
    let never = (NIGHTLY, Field::LastFired, Value::Instant(None), 0);
    assert_eq!(told(&[newest.clone(), never.clone()])[0].0, FactKind::TimerNeverFired);
    let deployed = |ago: i64| ("plan", Field::Deployed, at(ago), 0);
    assert_eq!(told(&[never.clone(), deployed(23 * HOUR)]), []);
    says(
        told(&[never, deployed(48 * HOUR)]),
        FactKind::TimerNeverFired,
        "the timer of `nightly` has never fired; deployed 48 h before it was looked at, and a run is due every 24 h",
    );
}

#[test]
fn a_restore_proves_the_plan_as_it_was() {
    const DAY: i64 = 24 * HOUR;
    says(
        told(&[(NIGHTLY, Field::Restored, Value::Instant(None), 0), (NIGHTLY, Field::Points, Value::Count(14), 0)]),
        FactKind::NeverRestored,
        "`nightly` has never been restored; its 14 points are unproven, and so are the 13 m 40 s that a restore is to take",
    );
    let changed = |ago: i64| ("plan", Field::Changed, at(ago), 0);
    let restored = |ago: i64| (NIGHTLY, Field::Restored, at(ago), 0);
    assert_eq!(told(&[restored(20 * DAY), changed(25 * DAY)]), []);
    assert_eq!(told(&[restored(20 * DAY), changed(10 * DAY)])[0].0, FactKind::RestoreBeforeChange);
    assert_eq!(told(&[restored(31 * DAY), changed(40 * DAY)])[0].0, FactKind::RestoreOverdue);
}

#[test]
fn nothing_is_made_of_what_is_not_there_or_not_declared() {
    let gone = (NIGHTLY, Field::Present, Value::Flag(false), 0);
    assert_eq!(told(&[gone, (NIGHTLY, Field::Restored, Value::Instant(None), 0)]), []);
    assert_eq!(told(&[("components.crm.data.x.copies.y", Field::Newest, Value::Instant(None), 0)]), []);
}

/// The measured model: what is measured counts, better or worse; a lag only where it is worse.
#[test]
fn measured_values_stand_in_for_declared_ones() {
    let shop = shop();
    let gib = |n: u64| Value::Size(Bytes(n << 30));
    let values = [
        (NIGHTLY, Field::Takes, Value::Duration(Seconds(600)), 0),
        (NIGHTLY, Field::RestoreTakes, Value::Duration(Seconds(1_024)), 0),
        (NIGHTLY, Field::RestoredBytes, gib(50), 0),
        ("components.db.data.main", Field::Size, gib(90), 0),
        ("components.db.instances.db2", Field::Lag, Value::Duration(Seconds(5)), 0),
    ];
    let (measured, told) = shop.measured(&observed(&values));
    let lines: Vec<String> = told
        .iter()
        .map(|m| format!("{}: {} -> {}", m.address, m.declared.as_deref().unwrap_or("?"), m.measured))
        .collect();
    let expected = [
        "components.db.data.main.size: 80 GiB -> 90 GiB",
        "components.db.data.main.copies.nightly.takes: 1h -> 10m",
        "components.db.recovery.restore_rate: 100 MiB/s -> 50 GiB in 17 m 04 s",
    ];
    assert_eq!(lines, expected);
    let component = measured.components.values().next().unwrap();
    let rate = component.recovery.restore_rate.unwrap();
    assert_eq!((rate.value.to_string(), rate.origin), ("50 MiB/s".to_owned(), model::Origin::Observed));
    assert!(measured.instances.values().all(|instance| instance.lag.is_none()));
    // A restore of a small part says little of the rate.
    let mut small = values.to_vec();
    small[2].2 = gib(1);
    assert_eq!(shop.measured(&observed(&small)).1.len(), 2);
    // Worse counts.
    let (measured, _) =
        shop.measured(&observed(&[("components.db.instances.db2", Field::Lag, Value::Duration(Seconds(60)), 0)]));
    assert_eq!(measured.instances.values().last().unwrap().lag, Some(Seconds(60)));
}
