//! Laws of the comparison, and what it says of a small system.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::desired::Desired;
use crate::diag::{SourceFile, SourceMap};
use crate::evidence::{Question, facts, undeclared};
use crate::model::{self, Model};
use crate::observed::{Address, Field, Form, Instant, Observed, Seen, Value};
use crate::spec::Spec;
use crate::tech;
use crate::text::Limits;
use crate::units::{Bytes, Seconds};

const SHOP: &str = r#"
drplan: 1
system: {name: shop, timezone: Europe/Madrid}
locations: {madrid: {kind: site}, rack-7: {kind: rack, within: madrid}, valencia: {kind: site}}
stores:
  vault: {at: valencia, technology: restic, path: /srv/restic, read: 200 MiB/s}
  tapes: {at: valencia, technology: tape}
objectives: {gold: {rto: 4h, rpo: 26h}}
components:
  db:
    technology: postgresql
    objective: gold
    instances: {db1: {at: rack-7, role: primary}, db2: {at: valencia, role: standby}}
    replication: {mode: async, lag: 30s}
    data:
      main:
        size: 80 GiB
        database: shop
        copies:
          nightly: {schedule: "0 2 * * *", timezone: UTC, takes: 2h, to: vault, keep: {daily: 14}, verify: {every: 30d}}
          log: {continuous: 1m, base: nightly, to: vault}
          offsite: {after: nightly, every: 1w, to: tapes}
          first: {once: 2026-01-01, to: tapes}
    recovery: {restore_rate: 100 MiB/s}
  files:
    technology: files
    instances: {f1: {at: rack-7}}
    data: {shared: {size: 1 GiB, paths: [/srv/a, /srv/b], copies: {daily: {every: 1d, takes: 5m, to: vault}}}}
"#;

/// 2026-11-21T12:00:00Z
const NOW: Instant = Instant(1_795_262_400);

fn model(text: &str) -> Model {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("drplan.yaml", text));
    let (spec, mut diagnostics) = Spec::read(&sources, Limits::default());
    let (model, found) = model::resolve(&spec, &tech::built_in().0);
    diagnostics.append(found);
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    model
}

fn changes(model: &Model, observed: &Observed) -> Changes {
    let desired = Desired::of(model);
    let question = Question { model, desired: &desired, observed, now: NOW };
    diff(&question, &undeclared(model, &desired, observed), &facts(&question))
}

fn as_planned(model: &Model) -> Observed {
    fulfilled(model, &Desired::of(model), NOW)
}

fn set(observed: &mut Observed, address: &str, field: Field, value: Value) {
    let address = Address::parse(address).unwrap();
    observed.set(address, field, Seen::new(value, NOW, &Arc::from("test")));
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// Each change in a line.
fn lines(changes: &Changes) -> Vec<String> {
    let line = |change: &Change| {
        let attribute = |attribute: &Attribute| {
            let shown = |value: &Option<Value>| value.as_ref().map_or("?".to_owned(), Value::to_string);
            format!(" {}: {} -> {}", attribute.field.key(), shown(&attribute.actual), shown(&attribute.desired))
        };
        let attributes: String = change.attributes.iter().map(attribute).collect();
        format!("{} {}{attributes}", change.action.as_str(), change.address)
    };
    changes.changes.iter().map(line).collect()
}

#[test]
fn a_system_that_is_as_planned_has_no_differences() {
    let model = model(SHOP);
    let found = changes(&model, &as_planned(&model));
    assert_eq!(lines(&found), Vec::<String>::new());
    let summary = found.summary();
    assert_eq!((summary.unchanged, found.is_empty(), found.is_complete()), (16, true, true), "{summary:?}");
}

#[test]
fn what_nobody_has_seen_is_said_and_not_taken_as_equal() {
    let model = model(SHOP);
    let found = changes(&model, &Observed::default());
    assert_eq!((found.is_empty(), found.is_complete()), (true, false));
    assert_eq!((found.summary().none, found.summary().unchanged), (16, 0));
    assert!(found.changes.iter().all(|change| change.reason == "nothing was observed of it"));
}

#[test]
fn every_action_has_its_cause() {
    let model = model(SHOP);
    let mut observed = as_planned(&model);
    set(&mut observed, "components.db.instances.db1", Field::Role, text("standby"));
    set(&mut observed, "components.db.instances.db2", Field::Lag, Value::Duration(Seconds(120)));
    set(&mut observed, "components.files.instances.f1", Field::Present, Value::Flag(false));
    set(&mut observed, "components.crm.data.rows", Field::Size, Value::Size(Bytes(1)));
    set(&mut observed, "components.crm.instances.c1", Field::Role, text("primary"));
    set(&mut observed, "jobs.old dump", Field::Points, Value::Count(3));
    observed.things.get_mut(&Address::Store("vault".into())).unwrap().fields.remove(&Field::Path);
    let expected = [
        "remove components.crm",
        "update components.db.instances.db1 role: standby -> primary",
        "refresh components.db.instances.db2 lag: 2m -> 30s",
        "create components.files.instances.f1 host: ? -> f1 at: ? -> rack-7 state: ? -> up",
        "remove jobs.old dump",
        "none stores.vault path: ? -> /srv/restic",
    ];
    let found = changes(&model, &observed);
    assert_eq!(lines(&found), expected);
    let reasons: Vec<&str> = found.changes.iter().map(|change| change.reason.as_str()).collect();
    assert_eq!(reasons[0], "the component `crm` exists, and no spec protects it; 2 things inside it");
    assert_eq!(reasons[1], "role differs, seen 2026-11-21T12:00:00Z by test");
    assert_eq!(reasons[5], "not observed: path");
    assert!(lines(&changes(&model, &apply(&observed, &found.changes, NOW)))[..] == expected[5..], "{found:?}");
}

#[test]
fn a_component_is_compared_as_far_as_it_was_seen() {
    let model = model(SHOP);
    let mut observed = as_planned(&model);
    set(&mut observed, "components.db", Field::Technology, text("mariadb"));
    set(&mut observed, "components.files", Field::Present, Value::Flag(false));
    let expected = [
        "update components.db technology: mariadb -> postgresql",
        "create components.files technology: ? -> files state: ? -> up",
    ];
    let found = changes(&model, &observed);
    assert_eq!(lines(&found), expected);
    assert!(lines(&changes(&model, &apply(&observed, &found.changes, NOW))).is_empty());
}

#[test]
fn the_same_can_be_said_in_more_than_one_way() {
    let model = model(SHOP);
    let mut observed = as_planned(&model);
    let list = |items: &[&str]| Value::List(items.iter().map(|item| (*item).to_owned()).collect());
    set(&mut observed, "components.db.instances.db1", Field::At, text("madrid"));
    set(&mut observed, "components.files.data.shared", Field::Paths, list(&["/srv/b", "/srv/a"]));
    set(&mut observed, "components.db.data.main.copies.nightly", Field::OnCalendar, list(&["*-*-* 2:00 UTC"]));
    assert_eq!(lines(&changes(&model, &observed)), Vec::<String>::new());
    set(&mut observed, "components.db.data.main.copies.nightly", Field::OnCalendar, list(&["*-*-* 2:00"]));
    set(&mut observed, "components.db.instances.db1", Field::At, text("eu-west-2b"));
    set(&mut observed, "components.db.instances.db2", Field::At, text("madrid"));
    let expected = [
        "update components.db.data.main.copies.nightly on_calendar: *-*-* 2:00 -> *-*-* 02:00:00 UTC",
        "none components.db.instances.db1 at: eu-west-2b -> rack-7",
        "update components.db.instances.db2 at: madrid -> valencia",
    ];
    assert_eq!(lines(&changes(&model, &observed)), expected);
}

fn value(form: Form) -> BoxedStrategy<Value> {
    match form {
        Form::Text => {
            prop_oneof!["[a-z]{1,8}", Just("vault".to_owned()), Just("madrid".to_owned())].prop_map(Value::Text).boxed()
        }
        Form::Word(words) => proptest::sample::select(words).prop_map(text).boxed(),
        Form::List => proptest::collection::vec("[a-z*: -]{0,12}", 0..3).prop_map(Value::List).boxed(),
        Form::Count => (0u64..50).prop_map(Value::Count).boxed(),
        Form::Duration => (0u64..4_000_000).prop_map(|n| Value::Duration(Seconds(n))).boxed(),
        Form::Size => (0u64..1 << 38).prop_map(|n| Value::Size(Bytes(n))).boxed(),
        Form::Instant => {
            let ago = (0i64..10_000_000).prop_map(|ago| Some(Instant(NOW.0 - ago)));
            prop_oneof![4 => ago, 1 => Just(None)].prop_map(Value::Instant).boxed()
        }
        Form::Flag => any::<bool>().prop_map(Value::Flag).boxed(),
    }
}

fn seen() -> impl Strategy<Value = (usize, Field, Value, i64)> {
    let field = proptest::sample::select(Field::ALL);
    (any::<usize>(), field, 0i64..2_000_000)
        .prop_flat_map(|(place, field, ago)| (Just(place), Just(field), value(field.form()), Just(ago)))
}

/// Addresses that the spec has, and some that it does not.
fn addresses(model: &Model) -> Vec<Address> {
    let foreign = ["components.crm", "components.crm.data.rows", "components.db.data.other.copies.x", "hosts.stray"];
    let more = ["jobs.old", "stores.usb", "components.db.data.main.copies.extra", "plan", "components.db"];
    let foreign = foreign.iter().chain(&more).map(|text| Address::parse(text).unwrap());
    as_planned(model).things.into_keys().chain(foreign).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn after_the_changes_nothing_is_left_to_change(
        drift in proptest::collection::vec(seen(), 0..40),
        forgotten in proptest::collection::vec((any::<usize>(), any::<usize>()), 0..10),
    ) {
        let model = model(SHOP);
        let mut observed = as_planned(&model);
        let addresses = addresses(&model);
        for (place, field, value, ago) in drift {
            let fitting: Vec<&Address> = addresses.iter().filter(|a| field.kinds().contains(&a.kind())).collect();
            let Some(address) = fitting.get(place % fitting.len().max(1)) else { continue };
            observed.set((*address).clone(), field, Seen::new(value, Instant(NOW.0 - ago), &Arc::from("drift")));
        }
        for (thing, field) in forgotten {
            let count = observed.things.len();
            let Some(thing) = observed.things.values_mut().nth(thing % count) else { continue };
            let key = thing.fields.keys().nth(field % thing.fields.len().max(1)).copied();
            key.map(|key| thing.fields.remove(&key));
        }
        let found = changes(&model, &observed);
        let after = apply(&observed, &found.changes, NOW);
        let left = changes(&model, &after);
        prop_assert!(left.is_empty(), "{:#?}", lines(&left));
        prop_assert_eq!(&apply(&after, &left.changes, NOW), &after);
        // What is told depends on what was seen alone.
        prop_assert_eq!(changes(&model, &observed), found);
    }
}
