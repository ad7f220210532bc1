//! What does not stand in the HTML, as JSON for the page's script: tables of texts, only those that are cut short there.

use serde_json::{Value, json};

use super::amount::Verdict;
use super::drills::HeldView;
use super::matrix::{self, CellView};
use super::survey::Survey;
use super::{Material, OUTCOMES, amount, data, numbers};
use crate::analysis::assess::assumptions;
use crate::units::Seconds;

/// Every table that is cut short, by the name under which the page has it.
pub(super) fn json<'a>(material: &Material<'a>, survey: &Survey<'a>) -> String {
    let mut tables = serde_json::Map::new();
    let mut add = |name: &str, table: Option<Value>| {
        if let Some(table) = table {
            tables.insert(name.to_owned(), table);
        }
    };
    add("matrix", components(material, survey));
    add("scenarios", scenarios(survey));
    add("data", datasets(material, survey));
    add("findings", findings(material));
    add("expectations", expectations(material));
    add("drills", drills(material));
    add("assumptions", assumed(material));
    Value::Object(tables).to_string()
}

fn table(head: Vec<&str>, rows: Vec<Vec<String>>) -> Value {
    json!({ "head": head, "rows": rows })
}

fn components(material: &Material<'_>, survey: &Survey<'_>) -> Option<Value> {
    let order = matrix::order(material, survey);
    if order.len() <= matrix::ROWS {
        return None;
    }
    let kinds = matrix::kinds(survey);
    let model = material.context.model;
    let rows = order.iter().map(|(verdict, id)| {
        let row = matrix::row(model, survey, &kinds, *id);
        let mut cells = vec![sign(*verdict).to_owned(), row.component];
        cells.extend(row.cells.iter().map(|cell| cell.as_ref().map(cell_text).unwrap_or_default()));
        cells
    });
    let head = ["", "component"].into_iter().chain(kinds.iter().map(|kind| kind.as_str()));
    Some(table(head.collect(), rows.collect()))
}

fn cell_text(cell: &CellView) -> String {
    let away = cell.away.as_ref().map(|away| away.text.as_str()).or(cell.serves).unwrap_or_default();
    let loss = cell.loss.as_ref().map(|loss| format!(" / {}", loss.text)).unwrap_or_default();
    let mark = if cell.verdict == Verdict::Broken { "✗ " } else { "" };
    format!("{mark}{away}{loss}")
}

/// The sign of a verdict, the same as in the HTML.
fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Broken => "✗",
        Verdict::Kept => "✓",
        Verdict::Free => "–",
        Verdict::Untouched => "·",
    }
}

fn scenarios(survey: &Survey<'_>) -> Option<Value> {
    if survey.groups.len() <= OUTCOMES {
        return None;
    }
    let rows = survey.groups.iter().map(|group| {
        let first = group.members.first().map(|scenario| scenario.id.clone()).unwrap_or_default();
        let time = |time: Seconds| if time == Seconds::ZERO { String::new() } else { amount::words(time) };
        vec![
            (if group.broken > 0 { "✗" } else { "" }).to_owned(),
            first,
            (group.members.len() - 1).to_string(),
            group.outcome.results.len().to_string(),
            group.broken.to_string(),
            if group.lost { "something never".to_owned() } else { time(group.away) },
            time(group.loss),
        ]
    });
    let head =
        vec!["", "scenario", "and so many alike", "components hit", "promises broken", "all back after", "most lost"];
    Some(table(head, rows.collect()))
}

fn datasets<'a>(material: &Material<'a>, survey: &Survey<'a>) -> Option<Value> {
    let order = data::order(material, survey);
    if order.len() <= super::DATASETS {
        return None;
    }
    let model = material.context.model;
    let rows = order.iter().map(|((broken, lost, loss), id)| {
        let worst = if *lost { "all of it".to_owned() } else { amount::words(*loss) };
        vec![(if *broken { "✗" } else { "" }).to_owned(), model.dataset_name(*id), worst]
    });
    Some(table(vec!["", "dataset", "most lost"], rows.collect()))
}

fn findings(material: &Material<'_>) -> Option<Value> {
    if material.findings.len() <= super::findings::FINDINGS {
        return None;
    }
    let rows = super::findings::worst_first(material).into_iter().map(|finding| {
        vec![
            finding.severity.as_str().to_owned(),
            finding.name().to_owned(),
            finding.address.clone(),
            finding.message.clone(),
            finding.help.clone().unwrap_or_default(),
        ]
    });
    Some(table(vec!["severity", "finding", "about", "what", "what would mend it"], rows.collect()))
}

fn expectations(material: &Material<'_>) -> Option<Value> {
    let all = super::findings::expectations(material);
    if all.len() <= super::findings::EXPECTATIONS {
        return None;
    }
    let rows = all.into_iter().map(|(expectation, evaluation)| {
        let one = super::findings::expectation_view(material, expectation, evaluation);
        let expected: Vec<String> =
            one.points.iter().map(|point| format!("{} {}", point.what, point.expected)).collect();
        let found: Vec<String> =
            one.points.iter().map(|point| format!("{} {}", sign(point.verdict), point.found.text)).collect();
        let found = if one.known { found.join("; ") } else { "there is no such scenario".to_owned() };
        let verdict = if one.holds { Verdict::Kept } else { Verdict::Broken };
        vec![sign(verdict).to_owned(), one.scenario, one.of, expected.join("; "), found]
    });
    Some(table(vec!["", "in", "of", "expected", "found"], rows.collect()))
}

fn drills(material: &Material<'_>) -> Option<Value> {
    let held = &material.drills.held;
    if held.len() <= super::drills::HELD {
        return None;
    }
    let rows = held.iter().map(|drill| {
        let view = HeldView::new(drill);
        let text = |value: Option<amount::Amount>| value.map(|value| value.text).unwrap_or_default();
        let when = [view.day, view.time].into_iter().flatten().collect::<Vec<String>>().join(" ");
        vec![
            when,
            view.scenario,
            (if view.real { "real" } else { "drill" }).to_owned(),
            view.verdict.unwrap_or_default(),
            view.recovered.text,
            text(view.planned),
            sign(view.kept).to_owned(),
            view.by.unwrap_or_default(),
            [drill.fell_short.join("; "), drill.missed.join("; ")].join(" "),
            view.since.to_owned(),
        ]
    });
    let head =
        vec!["when", "scenario", "what", "verdict", "recovered in", "planned", "promises", "by", "fell short", "since"];
    Some(table(head, rows.collect()))
}

fn assumed(material: &Material<'_>) -> Option<Value> {
    let all = assumptions(material.context, material.assessment);
    if all.len() <= numbers::ROWS {
        return None;
    }
    let rows = all.into_iter().map(|one| vec![one.address, one.value, one.from]);
    Some(table(vec!["address", "value", "from"], rows.collect()))
}
