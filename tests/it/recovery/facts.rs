//! What findings rest on: weak points, and what would mend a recovery that takes too long.

use drplan::analysis::assess::{Assessment, Options, assess};
use drplan::analysis::context::Context;
use drplan::analysis::facts::{
    Remedy, crowding, deciding_locations, miss, single_points, unowned_failovers, unreachable_objectives,
};
use drplan::analysis::loss::LossEngine;
use drplan::analysis::rto::Bottleneck;
use drplan::model::{ComponentId, Model};
use drplan::terms::StepKind;
use drplan::units::Seconds;

use super::support::read;

const PLACES: &str = "
locations:
  a: {kind: site}
  b: {kind: site, room: 1}
  ra: {kind: rack, within: a}
stores: {s: {at: b, technology: disk, read: 3600 GiB/h}}
";

fn with<T>(text: &str, look: impl FnOnce(&Context<'_>, &Assessment<'_>) -> T) -> T {
    let model = read(&format!("{PLACES}{text}"));
    let losses = LossEngine::new(&model);
    let context = Context::new(&model, &losses);
    let assessment = assess(&context, Options::default());
    look(&context, &assessment)
}

fn named(model: &Model, name: &str) -> ComponentId {
    model.components.iter().find(|(_, component)| component.name == name).unwrap().0
}

/// What mends `component` in `scenario`, as text.
fn remedies(text: &str, scenario: &str, component: &str, within: u64) -> (u64, Vec<String>) {
    with(text, |context, assessment| {
        let scenario = assessment.scenarios.find(scenario).unwrap();
        let found = miss(context, &scenario, named(context.model, component), Seconds(within)).unwrap();
        let name = |id: ComponentId| context.model.components[id].name.as_str();
        let told = found.remedies.iter().map(|remedy| match *remedy {
            Remedy::Shorter { component, step, takes, at_most } => {
                format!("{} {step} {} -> {}", name(component), takes.0, at_most.0)
            }
            Remedy::Faster { bottleneck, is, at_least } => {
                let what = match bottleneck {
                    Bottleneck::Store(_) => "store".to_owned(),
                    Bottleneck::Link(_) => "link".to_owned(),
                    Bottleneck::Restore(component) => format!("restore of {}", name(component)),
                };
                format!("{what} {is} -> {at_least}")
            }
            Remedy::People { has, at_least, .. } => format!("people {has} -> {at_least}"),
        });
        (found.over.0, told.collect())
    })
}

#[test]
fn a_slow_store_is_mended_by_a_faster_one() {
    // 3600 GiB at 3600 GiB/h take 1 h, and a start of 10 m: 70 m. Within 40 m there are 30 m for the transfer: twice as
    // fast. The start alone could not be shortened enough.
    let spec = "
components:
  db:
    technology: files
    instances: {d: {at: a}}
    recovery: {start: 10m}
    data: {m: {size: 3600 GiB, copies: {n: {every: 1d, to: s}}}}
";
    let (over, told) = remedies(spec, "lose:d", "db", 2_400);
    assert_eq!(over, 1_800);
    assert_eq!(told, ["store 1 GiB/s -> 2 GiB/s"]);
    // Within 65 m the start may take 5 m, or the store be a tenth faster: 3600 / 1.1 = 3273 s, and 600 s: 3873 s.
    let (_, told) = remedies(spec, "lose:d", "db", 3_900);
    assert_eq!(told[0], "db start 600 -> 300");
    assert_eq!(told.len(), 2);
}

#[test]
fn a_team_of_one_is_mended_by_a_second() {
    let spec = "
teams: {ops: {people: 1}}
components:
  x: {technology: service, owner: ops, instances: {x1: {at: a}}, recovery: {to: [b], start: 10m}}
  y: {technology: service, owner: ops, instances: {y1: {at: a}}, recovery: {to: [b], start: 10m}}
";
    // y waits for x: 20 m. With two people 10 m. One of the starts in 5 m would do as well.
    let (over, told) = remedies(spec, "lose:a", "y", 900);
    assert_eq!(over, 300);
    assert_eq!(told, ["x start 600 -> 300", "y start 600 -> 300", "people 1 -> 2"]);
}

#[test]
fn whoever_waits_is_mended_by_what_he_waits_for() {
    let spec = "
components:
  db: {technology: service, instances: {d: {at: a}}, recovery: {start: 10m, verify: 2m}}
  web: {technology: service, instances: {w: {at: b}}, depends_on: {db: requires}}
";
    assert_eq!(remedies(spec, "lose:d", "web", 300).1, ["db start 600 -> 180"]);
}

#[test]
fn weak_points_are_found() {
    let spec = "
components:
  one: {technology: service, instances: {o: {at: a}}}
  two: {technology: service, instances: {t1: {at: a}, t2: {at: b}}}
  vote:
    technology: cluster
    serves_with: majority
    instances: {v1: {at: ra}, v2: {at: a}, v3: {at: b}}
  db:
    technology: db
    instances: {p: {at: a, role: primary}, q: {at: b, role: standby}}
    failover: {mode: manual}
";
    with(spec, |context, assessment| {
        let model = context.model;
        let points = single_points(assessment, model);
        assert_eq!(points.len(), 1);
        assert_eq!((model.instances[points[0].instance].name.as_str(), points[0].impact.as_str()), ("o", "outage"));
        let deciding = deciding_locations(model);
        assert_eq!(deciding.len(), 1);
        assert_eq!(model.locations[deciding[0].location].name, "a");
        assert_eq!((deciding[0].votes, deciding[0].total), (2, 3));
        let unowned = unowned_failovers(assessment, model);
        assert_eq!(unowned.iter().map(|f| f.component).collect::<Vec<_>>(), [named(model, "db")]);
    });
}

#[test]
fn a_standby_site_without_room_is_found() {
    let spec = "
components:
  x: {technology: service, instances: {x1: {at: a}}, recovery: {to: [b]}}
  y: {technology: service, instances: {y1: {at: a}}, recovery: {to: [b]}}
  z: {technology: service, instances: {z1: {at: a}}}
";
    with(spec, |context, assessment| {
        let found = crowding(context, assessment);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].scenario.as_str(), found[0].room, found[0].wanted), ("lose:a", 1, 2));
        assert_eq!(found[0].components.len(), 2);
    });
}

#[test]
fn an_objective_that_rests_on_something_slower_is_found() {
    let spec = "
components:
  db: {technology: service, instances: {d: {at: a}}, recovery: {start: 2h}}
  api: {technology: service, instances: {i: {at: b}}, depends_on: {db: requires}}
  web: {technology: service, objective: {rto: 1h}, instances: {w: {at: b}}, depends_on: {api: requires}}
";
    with(spec, |context, assessment| {
        let found = unreachable_objectives(context, assessment);
        let chain = |ids: &[ComponentId]| -> Vec<String> {
            ids.iter().map(|&id| context.model.components[id].name.clone()).collect()
        };
        // With the whole site gone the database is lost for good, which is worse than 2 h.
        assert_eq!(found.len(), 1);
        assert_eq!(chain(&found[0].chain), ["web", "api", "db"]);
        assert_eq!(
            (found[0].objective, found[0].reaches, found[0].scenario.as_str()),
            (Seconds(3_600), None, "lose:a")
        );
    });
    assert_eq!(StepKind::Start.as_str(), "start");
}
