//! What ought to exist, for small models.

use super::*;
use crate::diag::{SourceFile, SourceMap};
use crate::observed::{Field, Value};
use crate::spec::Spec;
use crate::text::Limits;
use crate::units::Seconds;

const SHOP: &str = r#"
drplan: 1
system: {name: shop, timezone: Europe/Madrid}
locations:
  madrid: {kind: site}
  valencia: {kind: site}
  app1: {kind: host, within: madrid}
stores:
  vault: {at: valencia, technology: restic, certname: vault.example.com}
  tapes: {at: valencia, technology: tape}
objectives:
  gold: {rto: 1h, rpo: 5m, scenarios: {corruption: {rpo: 48h}}}
components:
  shop-db:
    technology: postgresql
    objective: gold
    instances:
      db1: {at: madrid, role: primary, certname: db1.example.com}
      db2: {at: valencia, role: standby}
    replication: {mode: async, lag: 30s}
    data:
      main:
        size: 80 GiB
        copies:
          nightly: {schedule: "0 2 * * *", timezone: UTC, takes: 45m, to: vault, keep: {daily: 14, within: 1y}}
          wal: {continuous: 1m, base: nightly, to: vault}
          offsite: {after: nightly, every: 1w, takes: 24h, to: tapes, verify: {every: 30d}}
  shop:
    technology: systemd-service
    instances: {app1: {at: app1}, db2: {at: madrid}}
    depends_on: {shop-db: requires}
  orders:
    technology: function
    instances: {x: {at: madrid}}
"#;

pub(super) fn model(text: &str) -> Model {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("drplan.yaml", text));
    let (spec, diagnostics) = Spec::read(&sources, Limits::default());
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    let (catalogue, _) = crate::tech::built_in();
    let (model, diagnostics) = crate::model::resolve(&spec, &catalogue);
    assert!(!diagnostics.has_errors(), "{diagnostics:#?}");
    model
}

#[test]
fn hosts_are_named_by_certname_location_or_instance() {
    let desired = Desired::of(&model(SHOP));
    let names: Vec<&str> = desired.hosts.iter().map(|(_, host)| host.name.as_str()).collect();
    // Two components have an instance `db2`, `orders` and the tapes are on no host of ours.
    assert_eq!(names, ["app1", "db1.example.com", "shop-db-db2", "shop-db2", "vault.example.com"]);
}

#[test]
fn jobs_run_where_their_method_says_and_start_each_other() {
    let model = model(SHOP);
    let desired = Desired::of(&model);
    let jobs: Vec<(&str, Option<&str>, &Trigger)> = desired
        .jobs
        .values()
        .map(|job| (job.name.as_str(), job.runs_on.map(|host| desired.hosts.get(host).name.as_str()), &job.trigger))
        .collect();
    let ids: Vec<CopyId> = model.copies.ids().collect();
    let vault = Some("vault.example.com");
    let nightly = Trigger::Calendar(vec!["*-*-* 02:00:00 UTC".to_owned()]);
    let wal = Trigger::Continuous { lag: Seconds::MINUTE, base: ids[0] };
    let offsite = Trigger::After { copy: ids[0], every: Some(Seconds(604_800)) };
    assert_eq!(
        jobs,
        [
            ("shop-db-main-nightly", vault, &nightly),
            ("shop-db-main-wal", vault, &wal),
            ("shop-db-main-offsite", vault, &offsite),
        ]
    );
    assert_eq!(desired.job(ids[0]).starts, [ids[2]]);
    assert_eq!(desired.job(ids[2]).from, Some(ids[0]));
}

#[test]
fn a_copy_answers_for_the_promises_that_it_can_keep() {
    let model = model(SHOP);
    let desired = Desired::of(&model);
    let ages: Vec<(Option<Seconds>, Option<Seconds>)> =
        desired.jobs.values().map(|job| (job.freshness.expected, job.freshness.critical)).collect();
    let nightly = Seconds(24 * 3_600 + 45 * 60);
    let offsite = nightly + Seconds(24 * 3_600) + Seconds(7 * 86_400);
    // Nothing promised is as long as the weekly tapes can take: one missed week, and its run.
    let missed = offsite + Seconds(7 * 86_400 + 24 * 3_600);
    assert_eq!(
        ages,
        [
            (Some(nightly), Some(Seconds(48 * 3_600))),
            (Some(Seconds::MINUTE), Some(Seconds(300))),
            (Some(offsite), Some(missed)),
        ]
    );
}

#[test]
fn resources_have_addresses_and_attributes() {
    let model = model(SHOP);
    let desired = Desired::of(&model);
    let resources: Vec<Resource> =
        desired.subjects(&model).into_iter().map(|subject| desired.resource(&model, subject)).collect();
    let addresses: Vec<String> = resources.iter().map(|resource| resource.address.to_string()).collect();
    assert_eq!(addresses[..2], ["stores.vault", "stores.tapes"]);
    assert!(addresses.contains(&"components.shop-db.instances.db2".to_owned()), "{addresses:?}");
    let nightly = resources.iter().find(|resource| resource.address.to_string().ends_with("copies.nightly")).unwrap();
    let keep = Value::List(vec!["daily 14".to_owned(), "within 1y".to_owned()]);
    assert!(nightly.attributes.contains(&(Field::Keep, keep)), "{nightly:?}");
    for (field, value) in resources.iter().flat_map(|resource| &resource.attributes) {
        assert!(value.fits(field.form()), "{}: {value:?}", field.key());
    }
}
