//! A recovery as a Gantt chart: every step in its time, the steps that decide, what slack the others have, when each
//! component serves again, and by when it was promised.

use std::collections::BTreeSet;

use serde::Serialize;

use super::amount::{Amount, Verdict, origin, words};
use super::scale::{Mark, Scale};
use super::survey::Group;
use super::{Listed, Material};
use crate::analysis::assess::Judged;
use crate::analysis::outcome::recovery;
use crate::analysis::procedure::{Procedure, Work};
use crate::analysis::rto::Scheduled;
use crate::model::{ComponentId, Origin};
use crate::terms::{Impact, StepKind};
use crate::units::Seconds;

const LEFT: i64 = 190;
const RIGHT: i64 = 800;
const WIDTH: i64 = 980;
const TOP: i64 = 34;
const BAR: i64 = 18;
const GAP: i64 = 12;
const LETTER: i64 = 7;

/// Rows of a chart, and steps of its table.
const ROWS: usize = 40;
const STEPS: usize = 120;

#[derive(Serialize)]
pub(super) struct GanttView {
    pub title: String,
    pub width: i64,
    pub height: i64,
    pub top: i64,
    pub bottom: i64,
    pub marks: Vec<Mark>,
    pub rows: Vec<RowView>,
    pub more: usize,
    /// The last component to serve again.
    pub last: String,
    pub worst: Amount,
    /// Without waiting for people, stores and links; null where there is none.
    pub lower_bound: Option<LowerBound>,
    pub steps: Listed<StepRow>,
}

#[derive(Serialize)]
pub(super) struct LowerBound {
    pub x: i64,
    pub amount: Amount,
}

#[derive(Serialize)]
pub(super) struct RowView {
    pub component: String,
    pub name: String,
    pub y: i64,
    pub height: i64,
    pub bars: Vec<Bar>,
    /// Where it serves again.
    pub back_x: i64,
    pub back: Amount,
    pub verdict: Verdict,
    /// By when it was promised, where that is on the chart.
    pub due_x: Option<i64>,
    pub due: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Bar {
    pub x: i64,
    pub y: i64,
    pub width: i64,
    /// What fits into it.
    pub label: String,
    pub title: String,
    pub decides: bool,
    /// Where its slack ends; null without any.
    pub slack_x: Option<i64>,
}

/// A step in words.
#[derive(Serialize)]
pub(super) struct StepRow {
    pub component: String,
    pub step: &'static str,
    pub from: Amount,
    pub to: Amount,
    pub takes: Amount,
    pub slack: Amount,
    pub decides: bool,
    pub origin: Option<&'static str>,
}

/// The chart of an outcome; none where nothing is interrupted that comes back.
pub(super) fn view<'a>(material: &Material<'a>, group: &Group<'a>, judged: &[Judged<'a>]) -> Option<GanttView> {
    let back =
        |judged: &&Judged<'_>| judged.result.impact == Impact::Outage || judged.result.impact == Impact::ReadOnly;
    let returning: Vec<&Judged<'_>> =
        judged.iter().filter(back).filter(|judged| judged.result.recovery.is_some()).collect();
    let last = returning.iter().rev().max_by_key(|judged| (judged.result.away(), judged.result.through.is_none()))?;
    let times = last.result.recovery?;
    let length = times.worst;
    let decisive: BTreeSet<(ComponentId, StepKind, Seconds)> =
        last.critical_path().iter().map(|step| (step.component, step.kind, step.from)).collect();
    let chart = Chart { material, group, decisive, scale: Scale::new(LEFT, RIGHT, length.0) };
    let mut order = returning.clone();
    // What begins first comes first; of those that merely wait, what serves first.
    order.sort_by_key(|judged| {
        let begin = chart.steps(judged.result.component).map(|step| step.from).min();
        (begin.is_none(), begin, judged.result.away(), material.context.rank(judged.result.component))
    });
    let shown = chart.choose(&order);
    let mut y = TOP;
    let rows: Vec<RowView> = shown
        .iter()
        .map(|judged| {
            let row = chart.row(judged, y);
            y += row.height;
            row
        })
        .collect();
    let name = |id: ComponentId| material.context.model.components[id].name.clone();
    let lower = (times.lower_bound < times.worst)
        .then(|| LowerBound { x: chart.scale.x(times.lower_bound.0), amount: Amount::of(times.lower_bound) });
    Some(GanttView {
        title: format!("Recovery of {}", group.members.first().map(|first| first.id.as_str()).unwrap_or_default()),
        width: WIDTH,
        height: y + 30,
        top: TOP - 6,
        bottom: y + 4,
        marks: chart.scale.marks(),
        more: order.len() - rows.len(),
        rows,
        last: name(last.result.component),
        worst: Amount::of(times.worst),
        lower_bound: lower,
        steps: chart.table(),
    })
}

struct Chart<'b, 'a> {
    material: &'b Material<'a>,
    group: &'b Group<'a>,
    decisive: BTreeSet<(ComponentId, StepKind, Seconds)>,
    scale: Scale,
}

impl Chart<'_, '_> {
    fn steps(&self, component: ComponentId) -> impl Iterator<Item = &Scheduled> {
        let all = self.group.outcome.schedule.steps.iter();
        all.filter(move |step| step.component == component && step.from < step.to)
    }

    fn decides(&self, step: &Scheduled) -> bool {
        self.decisive.contains(&(step.component, step.kind, step.from))
    }

    /// The rows of a chart that people can take in: those that decide and break promises go before the rest.
    fn choose<'j>(&self, order: &[&'j Judged<'j>]) -> Vec<&'j Judged<'j>> {
        let matters = |judged: &&&Judged<'_>| {
            judged.breaches() > 0 || self.decisive.iter().any(|(component, ..)| *component == judged.result.component)
        };
        let first: BTreeSet<ComponentId> =
            order.iter().filter(matters).take(ROWS).map(|judged| judged.result.component).collect();
        let mut left = ROWS - first.len();
        let keep = |judged: &&&Judged<'_>| {
            let named = first.contains(&judged.result.component);
            let spare = !named && left > 0;
            left -= usize::from(spare);
            named || spare
        };
        order.iter().filter(keep).copied().collect()
    }

    fn row(&self, judged: &Judged<'_>, y: i64) -> RowView {
        let component = &self.material.context.model.components[judged.result.component].name;
        let mut ends: Vec<Seconds> = Vec::new();
        let mut steps: Vec<&Scheduled> = self.steps(judged.result.component).collect();
        steps.sort_by_key(|step| (step.from, step.to));
        let bars: Vec<Bar> = steps
            .into_iter()
            .map(|step| {
                // What is done at the same time stands below.
                let lane = ends.iter().position(|end| *end <= step.from).unwrap_or(ends.len());
                if lane == ends.len() {
                    ends.push(step.to);
                }
                ends[lane] = step.to;
                self.bar(step, y + i64::try_from(lane).unwrap_or(0) * (BAR + 3))
            })
            .collect();
        let lanes = i64::try_from(ends.len().max(1)).unwrap_or(1);
        let back = judged.result.away().unwrap_or_default();
        let due = judged.promise.rto.map(|rto| rto.at_most);
        RowView {
            name: shortened(component, 24),
            component: component.clone(),
            y,
            height: lanes * (BAR + 3) + GAP - 3,
            bars,
            back_x: self.scale.x(back.0),
            back: Amount::of(back),
            verdict: Verdict::of(judged.rto_met()),
            due_x: due.filter(|due| *due <= self.end()).map(|due| self.scale.x(due.0)),
            due: due.map(words),
        }
    }

    /// When the last step is over.
    fn end(&self) -> Seconds {
        self.group.away
    }

    fn bar(&self, step: &Scheduled, y: i64) -> Bar {
        let (x, width) = self.scale.span(step.from.0, step.to.0);
        let word = step.kind.as_str();
        let fits = |letters: usize| i64::try_from(letters).unwrap_or(i64::MAX) * LETTER + 6 <= width;
        let label = match word {
            word if fits(word.len()) => word,
            word if fits(3) => &word[..3],
            word if fits(1) => &word[..1],
            _ => "",
        };
        let takes = Seconds(step.to.0 - step.from.0);
        let slack =
            if step.slack > Seconds::ZERO { format!(", {} of slack", words(step.slack)) } else { String::new() };
        let decides = self.decides(step);
        let title = format!(
            "{word}: {} from {} to {}{slack}{}",
            words(takes),
            words(step.from),
            words(step.to),
            if decides { ", decides" } else { "" }
        );
        let slack_x = (step.slack > Seconds::ZERO).then(|| self.scale.x(step.to.0 + step.slack.0));
        Bar { x, y, width, label: label.to_owned(), title, decides, slack_x }
    }

    fn table(&self) -> Listed<StepRow> {
        let model = self.material.context.model;
        let procedures = self.group.members.first().map(|first| recovery(self.material.context, first).procedures);
        let procedures = procedures.unwrap_or_default();
        let mut steps: Vec<&Scheduled> =
            self.group.outcome.schedule.steps.iter().filter(|step| step.from < step.to).collect();
        steps.sort_by_key(|step| (step.from, step.to, self.material.context.rank(step.component)));
        Listed::new(&steps, STEPS, |step| StepRow {
            component: model.components[step.component].name.clone(),
            step: step.kind.as_str(),
            from: Amount::of(step.from),
            to: Amount::of(step.to),
            takes: Amount::of(Seconds(step.to.0 - step.from.0)),
            slack: Amount::of(step.slack),
            decides: self.decides(step),
            origin: source(&procedures, step).map(origin),
        })
    }
}

/// Where the time of a step comes from.
fn source(procedures: &[Procedure], step: &Scheduled) -> Option<Origin> {
    let procedure = procedures.iter().find(|procedure| procedure.component == step.component)?;
    let found = procedure.steps.iter().find(|own| own.kind == step.kind)?;
    Some(match found.work {
        Work::Time(time) => time.origin,
        Work::Response(..) => Origin::Declared,
        Work::Move(..) => Origin::Derived,
    })
}

/// At most so many letters.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 1).collect();
    format!("{kept}…")
}
