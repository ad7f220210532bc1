//! An assessment for a person: the matrix first, then what is broken and why, worst first.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use super::{AssessmentView, Row, charts};
use crate::analysis::assess::Judged;
use crate::analysis::loss::Loss;
use crate::analysis::outcome::DataLoss;
use crate::analysis::rto::path_terms;
use crate::diag::visible::one_line;
use crate::model::{ComponentId, Model, Via};
use crate::report::Screen;
use crate::terms::{Impact, ScenarioKind, Strategy};
use crate::units::Seconds;

/// Rows of the matrix, and results in full, that are printed at most: more is for `--component`, `--kind` or JSON.
const MATRIX_ROWS: usize = 120;
const DETAILS: usize = 40;

pub(super) fn render(view: &AssessmentView<'_>, screen: &Screen) -> String {
    let rows = view.rows();
    let mut out = String::new();
    heading(view, &rows, screen, &mut out);
    matrix(view, &rows, screen, &mut out);
    details(view, &rows, screen, &mut out);
    charts::draw(view, screen, &mut out);
    measurements(view, &mut out);
    assumptions(view, &mut out);
    screen.shown(&out).into_owned()
}

fn heading(view: &AssessmentView<'_>, rows: &[Row<'_>], screen: &Screen, out: &mut String) {
    let summary = view.summary();
    let system = one_line(&view.context.model.system.name).into_owned();
    let broken = match summary.breaches {
        0 if view.filter.is_narrow() => screen.good("every promise that is shown holds"),
        0 => screen.good("every promise holds"),
        1 => screen.bad("1 promise is broken"),
        n => screen.bad(&format!("{n} promises are broken")),
    };
    let _ = writeln!(out, "{system}: {} scenarios, {} components, {broken}", summary.scenarios, summary.components);
    out.push_str("Times count from the disruption, not from its declaration; every number is a worst case.\n");
    if rows.is_empty() {
        out.push_str("\nNothing that is shown here is touched by any scenario.\n");
    }
}

/// What a cell of the matrix shows: the worst of all scenarios of a kind.
#[derive(Clone, Copy, Default)]
struct Cell {
    impact: Option<Impact>,
    away: Option<Seconds>,
    lost: bool,
    loss: Option<Seconds>,
    has_loss: bool,
    broken: bool,
}

impl Cell {
    fn add(&mut self, judged: &Judged<'_>) {
        let result = judged.result;
        self.impact = self.impact.max(Some(result.impact));
        match result.away() {
            Some(away) => self.away = self.away.max(Some(away)),
            None => self.lost = true,
        }
        for loss in &result.data_loss {
            self.has_loss = true;
            match loss.loss.worst {
                Some(worst) => self.loss = self.loss.max(Some(worst)),
                None => self.lost = true,
            }
        }
        self.broken |= judged.breaches() > 0;
    }

    fn text(&self) -> String {
        let away = match (self.impact, self.lost, self.away) {
            (None, ..) => return "·".to_owned(),
            (_, true, _) => return "lost".to_owned(),
            (Some(Impact::None), ..) => "up".to_owned(),
            (Some(Impact::Degraded), ..) => "degraded".to_owned(),
            (_, _, Some(away)) => short(away),
            (_, _, None) => "lost".to_owned(),
        };
        match self.loss.filter(|_| self.has_loss) {
            Some(loss) => format!("{away}/{}", short(loss)),
            None => away,
        }
    }
}

/// Components by kinds of scenarios: time away and data lost, the worst of each kind.
fn matrix(view: &AssessmentView<'_>, rows: &[Row<'_>], screen: &Screen, out: &mut String) {
    let mut cells: BTreeMap<ComponentId, BTreeMap<ScenarioKind, Cell>> = BTreeMap::new();
    for row in rows {
        let kinds = cells.entry(row.judged.result.component).or_default();
        kinds.entry(row.judged.scenario.kind).or_default().add(&row.judged);
    }
    let kinds: Vec<ScenarioKind> =
        ScenarioKind::ALL.iter().copied().filter(|kind| cells.values().any(|row| row.contains_key(kind))).collect();
    if kinds.is_empty() {
        return;
    }
    let mut order: Vec<ComponentId> = cells.keys().copied().collect();
    let order_by_worst = order.len() > MATRIX_ROWS;
    let broken = |id: &ComponentId| cells[id].values().filter(|cell| cell.broken).count();
    // Of more than are shown the worst come first: nobody looks for a name in a list that does not have all.
    let worst = |id: &ComponentId| cells[id].values().map(|cell| (cell.lost, cell.away)).max();
    let bad = |id: &ComponentId| order_by_worst.then(|| worst(id)).flatten();
    order.sort_by_key(|id| (Reverse(broken(id)), Reverse(bad(id)), view.context.rank(*id)));
    let model = view.context.model;
    let mut table: Vec<Vec<(String, bool)>> = Vec::new();
    let head = std::iter::once("component".to_owned()).chain(kinds.iter().map(|kind| kind.as_str().to_owned()));
    table.push(head.map(|text| (text, false)).collect());
    for id in order.iter().take(MATRIX_ROWS) {
        let mut line = vec![(model.components[*id].name.clone(), false)];
        for kind in &kinds {
            let cell = cells[id].get(kind).copied().unwrap_or_default();
            let mark = if cell.broken { " ✗" } else { "" };
            line.push((format!("{}{mark}", cell.text()), cell.broken));
        }
        table.push(line);
    }
    out.push_str("\nTime away / data lost, the worst of each kind of scenario (✗ breaks a promise, · untouched):\n\n");
    write_table(&table, screen, out);
    if let Some(rest) = order.len().checked_sub(MATRIX_ROWS).filter(|rest| *rest > 0) {
        let _ = writeln!(
            out,
            "  and {rest} more components, none of them worse; narrow with --component, --kind or --scenario"
        );
    }
}

/// Rows under their heads. What is wider than the screen goes on below, each part with the names again.
fn write_table(table: &[Vec<(String, bool)>], screen: &Screen, out: &mut String) {
    let columns = table.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        table.iter().filter_map(|row| row.get(column)).map(|(text, _)| text.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut from = 1;
    while from < columns {
        let mut to = from + 1;
        let mut line = 2 * 2 + widths[0] + widths[from];
        while to < columns && screen.width.is_none_or(|most| line + 2 + widths[to] <= most) {
            line += 2 + widths[to];
            to += 1;
        }
        if from > 1 {
            out.push('\n');
        }
        for row in table {
            write_row(row, &widths, from..to, screen, out);
        }
        from = to;
    }
}

fn write_row(row: &[(String, bool)], widths: &[usize], part: Range<usize>, screen: &Screen, out: &mut String) {
    let mut line = String::from(" ");
    for column in std::iter::once(0).chain(part) {
        let Some((text, broken)) = row.get(column) else { continue };
        let gap = " ".repeat(widths[column] - text.chars().count());
        let text = if *broken { screen.bad(text) } else { text.clone() };
        let _ = write!(line, " {text}{gap} ");
    }
    out.push_str(line.trim_end());
    out.push('\n');
}

/// Results in full: what is broken, or all where the view is narrowed; those that are alike in one.
fn details(view: &AssessmentView<'_>, rows: &[Row<'_>], screen: &Screen, out: &mut String) {
    let narrowed = view.filter.is_narrow();
    let mut shown: Vec<(&Row<'_>, Vec<&str>)> = Vec::new();
    for row in rows.iter().filter(|row| narrowed || row.judged.breaches() > 0) {
        match shown.iter().position(|(other, _)| is_alike(other, row)) {
            Some(at) => shown[at].1.push(&row.judged.scenario.id),
            None if shown.len() > DETAILS => {}
            None => shown.push((row, vec![&row.judged.scenario.id])),
        }
    }
    for (row, scenarios) in shown.iter().take(DETAILS) {
        detail(view.context.model, row, scenarios, screen, out);
    }
    if shown.len() > DETAILS {
        out.push_str("\nand more like these; narrow with --component, --kind or --scenario, or take --format json\n");
    }
}

/// Whether two results are the same but for the scenario.
fn is_alike(a: &Row<'_>, b: &Row<'_>) -> bool {
    let (a, b) = (&a.judged, &b.judged);
    a.result.component == b.result.component
        && a.result.impact == b.result.impact
        && a.result.strategy == b.result.strategy
        && a.result.data_loss == b.result.data_loss
        && a.promise == b.promise
        && a.result.away() == b.result.away()
        && a.critical_path() == b.critical_path()
}

fn detail(model: &Model, row: &Row<'_>, scenarios: &[&str], screen: &Screen, out: &mut String) {
    let judged = &row.judged;
    let result = judged.result;
    let component = &model.components[result.component].name;
    let more = match scenarios.len() {
        0 | 1 => String::new(),
        n if n <= 4 => format!(" (likewise {})", scenarios[1..].join(", ")),
        n => format!(" (likewise {} and {} more)", scenarios[1], n - 2),
    };
    let _ = writeln!(out, "\n{} in {}{more}: {}", screen.strong(component), scenarios[0], impact_words(model, judged));
    for (loss, explained) in &row.losses {
        loss_lines(model, judged, loss, explained.as_ref(), screen, out);
    }
    recovery_lines(model, judged, screen, out);
}

fn impact_words(model: &Model, judged: &Judged<'_>) -> String {
    let result = judged.result;
    let through = result.through.map(|id| format!(", through {}", model.components[id].name)).unwrap_or_default();
    let strategy = match result.impact {
        Impact::Outage | Impact::ReadOnly if result.strategy != Strategy::None => {
            format!(", comes back by {}", result.strategy)
        }
        _ => String::new(),
    };
    format!("{}{through}{strategy}", result.impact)
}

fn verdict(met: Option<bool>, objective: Option<Seconds>, screen: &Screen) -> String {
    match (met, objective) {
        (Some(true), Some(objective)) => screen.good(&format!("holds, objective {}", objective.human())),
        (Some(false), Some(objective)) => screen.bad(&format!("✗ objective {}", objective.human())),
        _ => "no objective".to_owned(),
    }
}

fn loss_lines(
    model: &Model,
    judged: &Judged<'_>,
    loss: &DataLoss,
    explained: Option<&Loss>,
    screen: &Screen,
    out: &mut String,
) {
    let name = &model.datasets[loss.dataset].name;
    let verdict = verdict(judged.rpo_met(loss), judged.promise.rpo.map(|rpo| rpo.at_most), screen);
    let amount = loss.loss.worst.map_or("all of it".to_owned(), Seconds::human);
    let via = match loss.loss.via {
        Some(Via::Replication(id)) => format!(" from replica {}", model.instances[id].name),
        Some(Via::Copy(id)) => format!(" from copy {}", model.copies[id].name),
        Some(Via::Guarantee) => ", as the provider promises".to_owned(),
        None => String::new(),
    };
    let group = loss.group.as_ref().map(|with| {
        let alone = with.alone.worst.map_or("all of it".to_owned(), Seconds::human);
        format!(", with the group {} (alone {alone})", model.groups[with.group].name)
    });
    let _ = writeln!(out, "  loses of {name}: {amount}{via}{}  [{verdict}]", group.unwrap_or_default());
    let Some(explained) = explained else { return };
    let mut sum = String::new();
    for term in &explained.derivation.terms {
        let sign = match (sum.is_empty(), term.seconds < 0) {
            (true, false) => "",
            (true, true) => "−",
            (false, false) => " + ",
            (false, true) => " − ",
        };
        let amount = Seconds(term.seconds.unsigned_abs()).human();
        let _ = write!(sum, "{sign}{amount} ({})", term.label(model, loss.dataset));
    }
    if !sum.is_empty() {
        let _ = writeln!(out, "    = {sum}");
    }
    if let Some(moment) = explained.moment_text(model, loss.dataset) {
        let _ = writeln!(out, "    worst moment {moment}");
    }
    let others = explained.derivation.alternatives.iter().filter_map(|other| {
        let via = other.way.via(model, loss.dataset).filter(|via| Some(*via) != explained.via)?;
        let name = match via {
            Via::Replication(id) => &model.instances[id].name,
            Via::Copy(id) => &model.copies[id].name,
            Via::Guarantee => return None,
        };
        Some(format!("{name} {}", other.worst.map_or("of no use".to_owned(), Seconds::human)))
    });
    let others: Vec<String> = others.collect();
    if !others.is_empty() {
        let _ = writeln!(out, "    by itself: {}", others.join(", "));
    }
}

fn recovery_lines(model: &Model, judged: &Judged<'_>, screen: &Screen, out: &mut String) {
    let result = judged.result;
    if matches!(result.impact, Impact::None | Impact::Degraded) {
        return;
    }
    let verdict = verdict(judged.rto_met(), judged.promise.rto.map(|rto| rto.at_most), screen);
    let Some(times) = result.recovery.filter(|_| result.impact != Impact::Lost) else {
        let _ = writeln!(out, "  does not come back  [{verdict}]");
        return;
    };
    let mut bounds = Vec::new();
    if times.lower_bound < times.worst {
        bounds.push(format!("{} if nothing stood in the way", times.lower_bound.human()));
    }
    if times.unordered > times.worst {
        bounds.push(format!("{} if everybody restored at once", times.unordered.human()));
    }
    let bounds = if bounds.is_empty() { String::new() } else { format!(" ({})", bounds.join(", ")) };
    let _ = writeln!(out, "  serves again after {}{bounds}  [{verdict}]", times.worst.human());
    let steps = path_terms(model, result.component, &judged.critical_path());
    if !steps.is_empty() {
        let _ = writeln!(out, "    = {}", steps.join(" → "));
    }
}

fn measurements(view: &AssessmentView<'_>, out: &mut String) {
    let all = view.measurements;
    if all.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nResting on {} measured values in place of declared ones:", all.len());
    for one in all.iter().take(DETAILS) {
        let declared = one.declared.as_deref().unwrap_or("nothing");
        let source = one_line(&one.source).into_owned();
        let _ = writeln!(out, "  {} = {} (declared {declared}; {source}, {})", one.address, one.measured, one.at);
    }
    if all.len() > DETAILS {
        let _ = writeln!(out, "  and {} more, all in --format json", all.len() - DETAILS);
    }
}

fn assumptions(view: &AssessmentView<'_>, out: &mut String) {
    let assumptions = view.assumptions();
    if assumptions.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nResting on {} assumed values; state them in the spec to replace them:", assumptions.len());
    for assumption in assumptions.iter().take(DETAILS) {
        let _ = writeln!(out, "  {} = {} (from {})", assumption.address, assumption.value, assumption.from);
    }
    if assumptions.len() > DETAILS {
        let _ = writeln!(out, "  and {} more, all in --format json", assumptions.len() - DETAILS);
    }
}

/// `22m`, `3h20m`, `25h`, `9d1h`: for cells, days only from three on.
fn short(time: Seconds) -> String {
    let hours = time.0 / 3_600;
    if (24..72).contains(&hours) {
        let rest = Seconds(time.0 % 3_600);
        let rest = if rest == Seconds::ZERO { String::new() } else { short(rest) };
        return format!("{hours}h{rest}");
    }
    time.to_string().replace(' ', "")
}
