//! A drill for the one who does it, at three in the morning: what was just stamped, where it stands, what is next.

use std::fmt::Write as _;

use super::{DrillView, Moment, State, behind};
use crate::diag::visible::one_line;
use crate::drill::{Back, Loss, StepState, Verdict};
use crate::report::Screen;
use crate::report::gantt::shortened;
use crate::units::Seconds;

/// Letters of a name that stay whatever the screen.
const NAME: usize = 20;

/// Components that are told after a stamp: those that have the least time left.
const TOLD: usize = 3;

pub(super) fn render(view: &DrillView<'_>, screen: &Screen) -> String {
    let mut out = String::new();
    let page = Page { view, screen };
    match &view.moment {
        Moment::Started => {
            page.heading(&mut out);
            page.steps(&mut out);
            page.next(&mut out);
            page.keys(&mut out);
        }
        Moment::Written(lines) => {
            lines.iter().for_each(|line| out.push_str(&format!("{}\n", one_line(line))));
            page.torn(&mut out);
            page.outlook(&mut out);
            page.next(&mut out);
        }
        Moment::Shown if view.drill.finish.is_none() => {
            page.heading(&mut out);
            page.torn(&mut out);
            page.steps(&mut out);
            page.notes(&mut out);
            page.outlook(&mut out);
            page.next(&mut out);
        }
        Moment::Shown | Moment::Finished => {
            page.heading(&mut out);
            page.torn(&mut out);
            page.comparison(&mut out);
            page.backs(&mut out);
            page.losses(&mut out);
            page.notes(&mut out);
            page.verdict(&mut out);
        }
    }
    screen.shown(&out).into_owned()
}

struct Page<'a> {
    view: &'a DrillView<'a>,
    screen: &'a Screen,
}

/// A mark on the time scale: `T+0:35`.
fn mark(time: Seconds) -> String {
    format!("T+{}", time.mark())
}

impl Page<'_> {
    fn heading(&self, out: &mut String) {
        let (drill, view) = (self.view.drill, self.view);
        let what = if drill.start.real { "recovery from" } else { "drill of" };
        let scenario = one_line(&drill.start.scenario).into_owned();
        let (plan, by) = (one_line(&drill.start.plan), one_line(drill.by));
        let _ = writeln!(out, "{what} {} ({}), {plan}, led by {by}", self.screen.strong(&scenario), drill.start.kind);
        let _ = writeln!(out, "record {}", one_line(&view.record));
        let back = drill.start.components.iter().map(|component| component.back_s).collect::<Option<Vec<u64>>>();
        let back = match back.and_then(|times| times.into_iter().max()) {
            Some(last) => format!("by the plan everything serves again at {}", mark(Seconds(last))),
            None => "by the plan not everything comes back".to_owned(),
        };
        let _ = writeln!(out, "T+0:00 is {}; {back}", drill.start.disrupted);
    }

    fn torn(&self, out: &mut String) {
        let told = match self.view.torn {
            0 => return,
            1 => "a line of the record was cut off by a crash and is not counted: stamp that step again".to_owned(),
            n => {
                format!("{n} lines of the record were cut off by crashes and are not counted: stamp those steps again")
            }
        };
        let _ = writeln!(out, "{}", self.screen.bad(&told));
    }

    fn name(&self, step: &StepState<'_>) -> String {
        one_line(&format!("{} {}", step.planned.component, step.planned.kind)).into_owned()
    }

    /// Every step in a line: where it stands, by when it is to be over, when it was.
    fn steps(&self, out: &mut String) {
        let drill = self.view.drill;
        let mut table = vec![["", "step", "who", "by", "takes", "over at", ""].map(str::to_owned)];
        for step in &drill.steps {
            let state = self.view.state(step);
            let over = match state {
                State::Done | State::Skipped => step.over().map(|at| mark(drill.since(at))).unwrap_or_default(),
                _ => String::new(),
            };
            let told = match state {
                State::Done => behind(self.view.late(step)),
                State::Skipped | State::Failed => state.as_str().to_owned(),
                State::Waiting | State::Ready => String::new(),
            };
            let team = step.planned.team.as_deref().map(one_line).unwrap_or_default().into_owned();
            let takes = Seconds(step.planned.to_s - step.planned.from_s).human();
            let by = format!("{}{}", mark(Seconds(step.planned.to_s)), critical(step));
            let number = format!("{} {:>3}", state.sign(), step.planned.step);
            table.push([number, self.name(step), team, by, takes, over, told]);
        }
        out.push('\n');
        write_table(&table, 1, &[2], self.screen, out);
        out.push_str("\n  * a delay of it delays everything\n");
    }

    /// What is to be done now, with the command that says that it is done; and what else can be done beside it.
    fn next(&self, out: &mut String) {
        let drill = self.view.drill;
        if drill.finish.is_some() {
            return;
        }
        let Some(next) = drill.next() else {
            out.push_str("\nevery step is over; end the drill with:  drplan drill finish");
            for data in &drill.start.data {
                let name = one_line(&format!("{}.{}", data.component, data.dataset)).into_owned();
                let _ = write!(out, " --lost {name}=DURATION");
            }
            out.push('\n');
            return;
        };
        let number = next.planned.step;
        let again = if self.view.state(next) == State::Failed { ", again" } else { "" };
        let name = self.screen.strong(&format!("{number}  {}", self.name(next)));
        let team = next.planned.team.as_deref().map(|team| format!(", {}", one_line(team))).unwrap_or_default();
        let _ = writeln!(out, "\nnext: {name}{again}{team}, {}", self.deadline(next));
        let _ = writeln!(
            out,
            "      when it is done:  drplan drill step {number}        (or: drplan drill step {number} failed)"
        );
        let beside: Vec<String> = drill
            .steps
            .iter()
            .filter(|step| step.planned.step != number && self.view.state(step) == State::Ready)
            .map(|step| format!("{} {}", step.planned.step, self.name(step)))
            .collect();
        if !beside.is_empty() {
            let more = beside.len().saturating_sub(6);
            let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
            let shown = beside.get(..6).unwrap_or(&beside).join(", ");
            let _ = writeln!(out, "      at the same time: {shown}{rest}");
        }
    }

    /// By when a step is to be over, and how much of its slack is left.
    fn deadline(&self, step: &StepState<'_>) -> String {
        let planned = step.planned;
        let takes = Seconds(planned.to_s - planned.from_s).human();
        let late = self.view.late(step);
        let left = i64::try_from(planned.slack_s).unwrap_or(i64::MAX) - late.max(0);
        let slack = match left {
            left if left < 0 => {
                format!("as things stand it delays the rest by {}", Seconds(left.unsigned_abs()).human())
            }
            0 => "no slack left".to_owned(),
            left => format!("slack left {}", Seconds(left.unsigned_abs()).human()),
        };
        format!("by {}, takes {takes}; {slack}", mark(Seconds(planned.to_s)))
    }

    /// When everything serves, as things stand, and whether that keeps what is promised.
    fn outlook(&self, out: &mut String) {
        let drill = self.view.drill;
        let over = drill.steps.iter().filter(|step| step.over().is_some()).count();
        let now = mark(drill.since(self.view.now));
        let mut backs = drill.backs(&self.view.projection);
        let ends = |value: &Back<'_>| value.at;
        let last = backs.iter().filter_map(ends).max();
        let planned = backs.iter().filter_map(|back| back.planned.back_s).max();
        let outlook = match last.zip(planned) {
            Some((last, planned)) => {
                let late = super::signed(last) - super::signed(Seconds(planned));
                format!("; everything serves at {} as things stand, {}", mark(last), behind(late))
            }
            None => String::new(),
        };
        let _ = writeln!(out, "now {now}, {over} of {} steps are over{outlook}", drill.steps.len());
        let left = |back: &Back<'_>| Some(back.planned.rto_s?.saturating_sub(back.at?.0));
        backs.retain(|back| back.planned.rto_s.is_some() && !back.is_back);
        backs.sort_by_key(|back| (back.is_met(), left(back)));
        for back in backs.iter().take(TOLD) {
            self.back_line(back, out);
        }
    }

    fn back_line(&self, back: &Back<'_>, out: &mut String) {
        let name = one_line(&back.planned.component);
        let rto = back.planned.rto_s.map(|rto| mark(Seconds(rto))).unwrap_or_default();
        let verdict = match back.is_met() {
            Some(false) => self.screen.bad("✗ does not hold"),
            _ => self.screen.good("holds"),
        };
        let at = back.at.map_or("never".to_owned(), |at| format!("at {}", mark(at)));
        let _ = writeln!(out, "  {name} serves {at}, promised by {rto}: {verdict}");
    }

    /// Step by step: planned and measured, and what the difference is.
    fn comparison(&self, out: &mut String) {
        let drill = self.view.drill;
        let mut table = vec![["", "step", "planned", "took", "difference", "planned by", "over at"].map(str::to_owned)];
        for step in &drill.steps {
            let planned = Seconds(step.planned.to_s - step.planned.from_s);
            let state = self.view.state(step);
            let (took, difference) = match (state, drill.took(step)) {
                (State::Done, Some(took)) => (took.human(), difference(took, planned)),
                (State::Done, None) => ("?".to_owned(), "stamped with the one before".to_owned()),
                (State::Waiting | State::Ready, _) => (String::new(), "not done".to_owned()),
                _ => (String::new(), state.as_str().to_owned()),
            };
            let failures = match step.failures {
                0 => String::new(),
                1 => ", failed once".to_owned(),
                n => format!(", failed {n} times"),
            };
            let over = step.over().map(|at| mark(drill.since(at))).unwrap_or_default();
            let by = format!("{}{}", mark(Seconds(step.planned.to_s)), critical(step));
            let number = format!("{} {:>3}", state.sign(), step.planned.step);
            table.push([number, self.name(step), planned.human(), took, format!("{difference}{failures}"), by, over]);
        }
        out.push('\n');
        write_table(&table, 1, &[5, 6], self.screen, out);
        out.push_str("\n  * a delay of it delays everything\n");
    }

    fn backs(&self, out: &mut String) {
        let backs = self.view.drill.backs(&self.view.projection);
        let mut table = vec![["serves again", "planned", "measured", "promised", ""].map(str::to_owned)];
        for back in &backs {
            let measured = back.at.filter(|_| back.is_back);
            let verdict = match back.is_met() {
                // It could still have been kept when the drill ended: nothing is proven.
                Some(true) if measured.is_none() => "not shown".to_owned(),
                Some(true) => "kept".to_owned(),
                Some(false) => "✗ not kept".to_owned(),
                None => String::new(),
            };
            table.push([
                one_line(&back.planned.component).into_owned(),
                back.planned.back_s.map_or("never".to_owned(), |at| Seconds(at).human()),
                measured.map_or("not".to_owned(), Seconds::human),
                back.planned.rto_s.map_or("-".to_owned(), |rto| Seconds(rto).human()),
                verdict,
            ]);
        }
        out.push('\n');
        write_table(&table, 0, &[], self.screen, out);
    }

    fn losses(&self, out: &mut String) {
        let losses = self.view.drill.losses();
        if losses.is_empty() {
            return;
        }
        let mut table = vec![["data lost", "worst by plan", "measured", "promised", ""].map(str::to_owned)];
        for loss in &losses {
            table.push([
                one_line(&format!("{}.{}", loss.planned.component, loss.planned.dataset)).into_owned(),
                loss.planned.loss_s.map_or("all".to_owned(), |lost| Seconds(lost).human()),
                loss.lost.map_or("not measured".to_owned(), Seconds::human),
                loss.planned.rpo_s.map_or("-".to_owned(), |rpo| Seconds(rpo).human()),
                loss_verdict(loss),
            ]);
        }
        out.push('\n');
        write_table(&table, 0, &[], self.screen, out);
    }

    fn notes(&self, out: &mut String) {
        let drill = self.view.drill;
        let said = drill.steps.iter().flat_map(|step| step.notes.iter().map(move |note| (step, note)));
        let mut lines: Vec<String> = said
            .map(|(step, note)| format!("  {} {}: {}", step.planned.step, self.name(step), one_line(note)))
            .collect();
        let noted = drill.notes.iter();
        lines.extend(
            noted.map(|(at, by, text)| format!("  {} {}: {}", mark(drill.since(*at)), one_line(by), one_line(text))),
        );
        lines.extend(
            drill
                .finish
                .and_then(|finish| finish.note.as_deref())
                .map(|note| format!("  at the end: {}", one_line(note))),
        );
        if !lines.is_empty() {
            let _ = writeln!(out, "\nnotes:\n{}", lines.join("\n"));
        }
    }

    fn verdict(&self, out: &mut String) {
        let words = match self.view.drill.verdict() {
            Some(Verdict::Ok) => self.screen.good("ok: everything was done, and every promise was kept"),
            Some(Verdict::Partial) => self.screen.strong(
                "partial: every promise was kept, and steps were left out without which nothing is brought back",
            ),
            Some(Verdict::Failed) => self.screen.bad("failed: a step was not done, or a promise not kept"),
            None => return,
        };
        let _ = writeln!(out, "\n{words}");
        let _ = writeln!(out, "as evidence:  drplan observe drill={}", one_line(&self.view.record));
    }

    fn keys(&self, out: &mut String) {
        out.push_str(
            "\nwhere it stands:  drplan drill show        a wrong stamp:  drplan drill step N --at 5m, or  drplan drill step N undo\n",
        );
    }
}

fn critical(step: &StepState<'_>) -> &'static str {
    if step.planned.slack_s == 0 { " *" } else { "" }
}

fn difference(took: Seconds, planned: Seconds) -> String {
    match (took.0.checked_sub(planned.0), planned.0.checked_sub(took.0)) {
        (Some(0), _) => "as planned".to_owned(),
        (Some(longer), _) => format!("{} longer", Seconds(longer).human()),
        (_, Some(shorter)) => format!("{} shorter", Seconds(shorter).human()),
        (None, None) => String::new(),
    }
}

fn loss_verdict(loss: &Loss<'_>) -> String {
    let worse = loss.lost.zip(loss.planned.loss_s).is_some_and(|(lost, worst)| lost.0 > worst);
    match (loss.is_met(), worse) {
        (Some(false), _) => "✗ not kept".to_owned(),
        (Some(true), true) => "kept, and worse than the plan's worst case".to_owned(),
        (Some(true), false) => "kept".to_owned(),
        (None, true) => "worse than the plan's worst case".to_owned(),
        (None, false) => String::new(),
    }
}

/// Columns side by side, as wide as what is in them; the first row names them. Where that is wider than the screen, the columns
/// that can be spared go first, then names are shortened.
fn write_table<const N: usize>(
    table: &[[String; N]],
    names: usize,
    spare: &[usize],
    screen: &Screen,
    out: &mut String,
) {
    let width = |column: usize| table.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..N).map(width).collect();
    let whole = |widths: &[usize]| widths.iter().filter(|width| **width > 0).map(|width| width + 2).sum::<usize>();
    let over = |widths: &[usize]| screen.width.map_or(0, |most| whole(widths).saturating_sub(most));
    for column in spare {
        if over(&widths) > widths[names].saturating_sub(NAME) {
            widths[*column] = 0;
        }
    }
    widths[names] = widths[names].saturating_sub(over(&widths)).max(widths[names].min(NAME));
    for row in table {
        let mut line = String::from(" ");
        for (column, (text, width)) in row.iter().zip(&widths).enumerate().filter(|(_, (_, width))| **width > 0) {
            let text = if column == names { shortened(text, *width) } else { text.clone() };
            let gap = " ".repeat(width.saturating_sub(text.chars().count()));
            let _ = write!(line, " {text}{gap} ");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}
