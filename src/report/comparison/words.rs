//! The words of a comparison, shared by its formats for people.

use super::Entry;
use crate::compare::{
    Accepted, Comparison, Dropped, During, InputChange, Less, Level, Measure, PromiseChange, Row, Verdict,
};
use crate::model::{Bound, Expected};
use crate::terms::Impact;
use crate::units::Seconds;

/// Scenarios of an entry that are named after the first.
const NAMED: usize = 3;

/// `lose:madrid` as `madrid lost`.
pub(super) fn scenario(id: &str) -> String {
    let one = |part: &str| match part.split_once(':') {
        Some(("lose", what)) => format!("{what} lost"),
        Some(("lose-all", what)) => format!("all of {what} lost"),
        Some(("cut", what)) => format!("{what} cut off"),
        Some(("corrupt", what)) => format!("{what} corrupt"),
        _ => part.to_owned(),
    };
    id.split('+').map(one).collect::<Vec<_>>().join(" and ")
}

/// `recovery of shop`, `data loss of shop-db.main`, each name through `name`.
pub(super) fn subject(row: &Row, name: impl Fn(&str) -> String) -> String {
    match &row.measure {
        Measure::Recovery => format!("recovery of {}", name(&row.component)),
        Measure::DataLoss(dataset) => format!("data loss of {}", name(&format!("{}.{dataset}", row.component))),
    }
}

/// What a level amounts to.
pub(super) fn amount(level: Level, measure: &Measure) -> String {
    match (measure, level.amount) {
        (Measure::Recovery, None) => "never".to_owned(),
        (Measure::DataLoss(_), None) => "all of it".to_owned(),
        (Measure::DataLoss(_), Some(Seconds(0))) => "none".to_owned(),
        (Measure::Recovery, Some(Seconds(0))) => match level.impact {
            Impact::None => "no interruption".to_owned(),
            impact => impact.as_str().to_owned(),
        },
        (_, Some(amount)) => amount.human(),
    }
}

/// What was and what is: `2 h 05 m → 2 h 27 m`.
pub(super) fn change(row: &Row) -> (String, String) {
    let before = row.base.map_or_else(|| "new".to_owned(), |level| amount(level, &row.measure));
    let mut after = amount(row.head, &row.measure);
    // The same time in a worse way: say which.
    let timed = row.head.amount != Some(Seconds::ZERO);
    if timed && row.base.is_some_and(|base| base.amount == row.head.amount && base.impact != row.head.impact) {
        after = format!("{after} ({})", row.head.impact);
    }
    (before, after)
}

/// What was and what is, the latter through `mark`; once where only the promise changed.
pub(super) fn arrow(row: &Row, mark: impl Fn(&str) -> String) -> String {
    let (before, after) = change(row);
    if before == after { mark(&after) } else { format!("{before} → {}", mark(&after)) }
}

/// What is promised, and what was where that is another.
pub(super) fn objective(row: &Row) -> String {
    let human = |objective: Option<Seconds>| objective.map_or("none".to_owned(), Seconds::human);
    match (row.base.map(|base| base.objective), row.head.objective) {
        (Some(base), head) if base != head => format!("objective {} → {}", human(base), human(head)),
        (_, Some(objective)) => format!("objective {}", objective.human()),
        (_, None) => "no objective".to_owned(),
    }
}

/// What there is to say beside the heading of the verdict.
pub(super) fn remark(row: &Row) -> Option<&'static str> {
    match (row.verdict, row.head.met()) {
        (Verdict::Worse, Some(true)) => Some("still met"),
        (Verdict::Worse | Verdict::Better, Some(false)) => Some("unmet before and after"),
        _ => None,
    }
}

/// `also all of shop-db lost (25 h → 49 h) and 3 more`.
pub(super) fn others(entry: &Entry<'_>) -> Option<String> {
    let first = change(entry.first);
    let named: Vec<String> = entry
        .others
        .iter()
        .take(NAMED)
        .map(|row| match change(row) {
            same if same == first => scenario(&row.scenario),
            _ => format!("{} ({})", scenario(&row.scenario), arrow(row, str::to_owned)),
        })
        .collect();
    let more = entry.others.len().saturating_sub(NAMED);
    match (named.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(format!("also {}", named.join(", "))),
        (false, more) => Some(format!("also {} and {more} more", named.join(", "))),
    }
}

/// `likewise shop, portal and 3 more, which wait for it`.
pub(super) fn followers(entry: &Entry<'_>, name: impl Fn(&str) -> String) -> Option<String> {
    let shown: Vec<String> = entry.followers.iter().take(NAMED).map(|component| name(component)).collect();
    let verb = if entry.followers.len() == 1 { "waits" } else { "wait" };
    match (shown.is_empty(), entry.followers.len().saturating_sub(NAMED)) {
        (true, _) => None,
        (false, 0) => Some(format!("likewise {}, which {verb} for it", shown.join(", "))),
        (false, more) => Some(format!("likewise {} and {more} more, which wait for it", shown.join(", "))),
    }
}

/// What happened to an input: `0 2 * * * → 0 2 * * 1`, or that it came or went.
pub(super) fn input(input: &InputChange) -> String {
    match (&input.base, &input.head) {
        (Some(base), Some(head)) => format!("{base} → {head}"),
        (None, Some(head)) => format!("new: {head}"),
        (Some(base), None) => format!("gone: {base}"),
        (None, None) => "changed".to_owned(),
    }
}

/// `rto 4 h → 8 h for 12 components (shop, shop-db, …)`.
pub(super) fn promise(change: &PromiseChange, name: impl Fn(&str) -> String) -> String {
    let human = |objective: Option<Seconds>| objective.map_or("none".to_owned(), Seconds::human);
    let during = change
        .during
        .as_ref()
        .map(|during| {
            format!(
                " in {}",
                match during {
                    During::Kind(kind) => kind.to_string(),
                    During::Declared(scenario) => name(scenario),
                }
            )
        })
        .unwrap_or_default();
    let shown: Vec<String> = change.components.iter().take(NAMED).map(|component| name(component)).collect();
    let more = match change.components.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let kind = change.kind.as_str();
    let gone = match (change.is_gone, change.components.len()) {
        (false, _) => "",
        (true, 1) => ", which is gone",
        (true, _) => ", which are gone",
    };
    format!("{kind}{during} {} → {} for {}{more}{gone}", human(change.base), human(change.head), shown.join(", "))
}

/// Names that are listed in one sentence.
const NAMES: usize = 4;

/// What is no longer promised: `no longer expected of shop in lose:db1: impact none, recovery at most 2 h`.
pub(super) fn dropped(dropped: &Dropped, name: impl Fn(&str) -> String) -> String {
    let scenario = || name(dropped.scenario.as_deref().unwrap_or_default());
    let listed = |names: &[String]| {
        let shown: Vec<String> = names.iter().take(NAMES).map(|text| name(text)).collect();
        let more = names.len().saturating_sub(NAMES);
        if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
    };
    match &dropped.what {
        Less::Gone => format!("scenario {} is gone, and what was promised in it", scenario()),
        Less::Spared(what) => format!("scenario {} no longer hits {}", scenario(), listed(what)),
        Less::Apart(instances) => {
            format!(
                "scenario {} is gone, and what fell together in it stands where it stood: {}",
                scenario(),
                listed(instances)
            )
        }
        Less::Group(group, members) => {
            format!("no longer restored to one instant: {} (group {})", listed(members), name(group))
        }
        Less::Rule(rule, components) => format!("{rule} for {}", listed(components)),
        Less::Expected(whose, expected) => {
            format!("no longer expected of {} in {}: {}", name(whose), scenario(), expectations(expected))
        }
    }
}

/// What is accepted from now on: `rpo-unmet of anything in any scenario, until 2099-01-01, by platform`.
pub(super) fn accepted(accepted: &Accepted, name: impl Fn(&str) -> String) -> String {
    let or = |text: &Option<String>, without: &str| text.as_deref().map_or_else(|| without.to_owned(), &name);
    let (on, scenario) = (or(&accepted.on, "anything"), or(&accepted.scenario, "any scenario"));
    let until = or(&accepted.until, "no day that can be read");
    format!("{} of {on} in {scenario}, until {until}, by {}", name(&accepted.finding), name(&accepted.owner))
}

fn expectations(expected: &Expected) -> String {
    let within = |bound: Option<Bound>| bound.and_then(|bound| bound.at_most).map(Seconds::human);
    let parts = [
        expected.impact.map(|impact| format!("impact {impact}")),
        within(expected.data_loss).map(|most| format!("data loss at most {most}")),
        within(expected.recovery).map(|most| format!("recovery at most {most}")),
    ];
    parts.into_iter().flatten().collect::<Vec<String>>().join(", ")
}

/// The whole in one line, the worst first.
pub(super) fn headline(comparison: &Comparison) -> String {
    let count = |verdict| comparison.count(verdict);
    let (weaker, moved) = (comparison.weaker(), &comparison.components);
    let (went, appeared) = (moved.went.len(), moved.appeared.len());
    let waivers = comparison.accepted.len();
    let parts = [
        (count(Verdict::NewlyUnmet), "newly unmet"),
        (weaker, if weaker == 1 { "weaker promise" } else { "weaker promises" }),
        (count(Verdict::Worse), "worse"),
        (waivers, if waivers == 1 { "new waiver" } else { "new waivers" }),
        // What is gone has no number that could be worse.
        (went, if went == 1 { "component gone" } else { "components gone" }),
        (count(Verdict::NewlyMet), "newly met"),
        (count(Verdict::Better), "better"),
        (appeared, if appeared == 1 { "new component" } else { "new components" }),
    ];
    let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{n} {words}")).collect();
    match (parts.is_empty(), comparison.inputs.is_empty()) {
        (false, _) => parts.join(", "),
        (true, false) => "no promise is touched".to_owned(),
        (true, true) => "nothing changed".to_owned(),
    }
}

/// The heading of a verdict.
pub(super) fn heading(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NewlyUnmet => "Newly unmet",
        Verdict::Worse => "Worse",
        Verdict::NewlyMet => "Newly met",
        Verdict::Better => "Better",
        Verdict::Unpromised => "Changed, with no promise",
    }
}
