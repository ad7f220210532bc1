//! Which scenarios there are, what they are called, and what they take away.

use drplan::analysis::scenario::{Gone, Places, Scenarios};
use drplan::model::Model;
use drplan::terms::ScenarioKind;

use super::support::read;

const SPEC: &str = "
locations:
  eu: {kind: region}
  madrid: {kind: site, within: eu}
  valencia: {kind: site, within: eu, shares: [power]}
  rack-7: {kind: rack, within: madrid, shares: [power]}
  app1: {kind: host, within: rack-7}
stores:
  vault: {at: valencia, technology: disk}
components:
  shop-db:
    technology: db
    instances:
      db1: {at: rack-7, role: primary}
      db2: {at: valencia, role: standby}
    data:
      main: {size: 1 GiB, copies: {nightly: {every: 1d, to: vault}}}
  shop:
    technology: service
    instances: {app1: {at: app1}, vault: {at: valencia}, twin: {at: madrid}}
  other:
    technology: service
    instances: {twin: {at: valencia}}
  business: {technology: function, depends_on: {shop: requires}}
scenarios:
  bad-day: {fails: [power, shop], unreachable: [db1], corrupts: [shop-db], detection: 2d}
";

fn ids(model: &Model) -> Vec<String> {
    Scenarios::new(model).list().iter().map(|scenario| scenario.id.clone()).collect()
}

#[test]
fn every_disaster_has_an_id() {
    assert_eq!(
        ids(&read(SPEC)),
        [
            "bad-day",
            "corrupt:shop-db.main",
            // An instance that shares its name with another instance is qualified wherever it is named.
            "cut:app1",
            "cut:db1",
            "cut:db2",
            "cut:other.twin",
            "cut:shop.twin",
            "cut:vault",
            "lose-all:other",
            "lose-all:shop",
            "lose-all:shop-db",
            // A location goes before an instance, and so does a store.
            "lose:app1",
            "lose:db1",
            "lose:db2",
            "lose:eu",
            "lose:madrid",
            "lose:other.twin",
            "lose:power",
            "lose:rack-7",
            "lose:shop.app1",
            "lose:shop.twin",
            "lose:shop.vault",
            "lose:valencia",
            "lose:vault",
        ]
    );
}

#[test]
fn a_scenario_is_found_by_every_form_of_its_id() {
    let model = read(SPEC);
    let scenarios = Scenarios::new(&model);
    let find = |text: &str| scenarios.find(text).map(|scenario| (scenario.id, scenario.kind));
    for (text, id, kind) in [
        ("lose:app1", "lose:app1", ScenarioKind::HostLoss),
        ("lose:locations.app1", "lose:app1", ScenarioKind::HostLoss),
        ("lose:shop-db.db1", "lose:db1", ScenarioKind::InstanceLoss),
        ("lose:components.shop.instances.app1", "lose:shop.app1", ScenarioKind::InstanceLoss),
        ("cut:shop.app1", "cut:app1", ScenarioKind::InstanceUnreachable),
        ("lose:stores.vault", "lose:vault", ScenarioKind::StoreLoss),
        ("lose:domains.power", "lose:power", ScenarioKind::SharedLoss),
        ("lose-all:components.shop", "lose-all:shop", ScenarioKind::ComponentLoss),
        ("corrupt:components.shop-db.data.main", "corrupt:shop-db.main", ScenarioKind::Corruption),
        ("bad-day", "bad-day", ScenarioKind::Declared),
        ("lose:vault+lose:shop-db.db1", "lose:db1+lose:vault", ScenarioKind::Pair),
    ] {
        assert_eq!(find(text), Ok((id.to_owned(), kind)), "{text}");
    }
    assert_eq!(scenarios.find("lose:madird").unwrap_err().nearest.as_deref(), Some("lose:madrid"));
    assert_eq!(scenarios.find("lose:db1+bad").unwrap_err().nearest, None);
}

#[test]
fn what_is_gone() {
    let model = read(SPEC);
    let places = Places::new(&model);
    let gone = |id: &str| {
        let gone = Gone::new(&model, &places, &Scenarios::new(&model).find(id).unwrap().cause);
        let instances = |ids: &[drplan::model::InstanceId]| -> Vec<String> {
            ids.iter().map(|&id| model.instances[id].name.clone()).collect()
        };
        let locations: Vec<&str> = gone.locations.iter().map(|&id| model.locations[id].name.as_str()).collect();
        format!(
            "{} | lost {} | cut {} | stores {} | bad {}",
            locations.join(" "),
            instances(&gone.lost).join(" "),
            instances(&gone.cut).join(" "),
            gone.stores.len(),
            gone.corrupt.len()
        )
    };
    assert_eq!(gone("lose:madrid"), "madrid rack-7 app1 | lost db1 app1 twin | cut  | stores 0 | bad 0");
    assert_eq!(gone("lose:power"), "valencia rack-7 app1 | lost db1 db2 app1 vault twin | cut  | stores 1 | bad 0");
    assert_eq!(gone("cut:db1"), " | lost  | cut db1 | stores 0 | bad 0");
    assert_eq!(gone("lose:vault"), " | lost  | cut  | stores 1 | bad 0");
    // db1 is cut off and, with the power, lost: lost counts.
    assert_eq!(gone("bad-day"), "valencia rack-7 app1 | lost db1 db2 app1 vault twin twin | cut  | stores 1 | bad 1");
}

#[test]
fn pairs_leave_out_what_lies_within() {
    use rayon::prelude::*;
    let model = read(
        "
locations: {a: {kind: site}, h: {kind: host, within: a}, b: {kind: site}}
components: {c: {technology: service, instances: {i: {at: h}, j: {at: b}}}}
",
    );
    let scenarios = Scenarios::new(&model);
    let pairs: Vec<String> = scenarios.pairs().map(|pair| pair.id).collect();
    assert_eq!(
        pairs,
        ["lose:a+lose:b", "lose:a+lose:j", "lose:b+lose:h", "lose:b+lose:i", "lose:h+lose:j", "lose:i+lose:j",]
    );
}
