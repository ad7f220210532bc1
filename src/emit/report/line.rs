//! A worst-case loss on a line of time: from the newest point that is left, over every step of the chain of copies, to the
//! moment at which disaster strikes. It is the sum of the derivation and nothing else, drawn to scale.

use serde::Serialize;

use super::amount::{Amount, origin};
use super::gantt::shortened;
use super::scale::{Mark, Scale};
use crate::analysis::loss::{Loss, Term, TermKind, WorstMoment};
use crate::model::{CopyId, DatasetId, Model};
use crate::units::Seconds;

const LEFT: i64 = 190;
const RIGHT: i64 = 860;
const WIDTH: i64 = 980;
const HEAD: i64 = 40;
const LANE: i64 = 38;

#[derive(Serialize)]
pub(super) struct LineView {
    pub title: String,
    pub width: i64,
    pub height: i64,
    pub left: i64,
    /// Where disaster strikes.
    pub strike: i64,
    /// Where bad data is noticed, where it is later.
    pub noticed: Option<i64>,
    /// The live data, of which what is between both edges is lost.
    pub live_y: i64,
    pub amount: Amount,
    pub lanes: Vec<Lane>,
    pub floor: i64,
    pub marks: Vec<Mark>,
    /// The edges in the calendar; null where phases are not known.
    pub from: Option<Moment>,
    pub to: Option<Moment>,
}

#[derive(Clone, Serialize)]
pub(super) struct Moment {
    pub day: String,
    pub time: String,
}

/// What one copy adds.
#[derive(Serialize)]
pub(super) struct Lane {
    pub name: String,
    pub full: String,
    pub y: i64,
    pub parts: Vec<Part>,
}

#[derive(Serialize)]
pub(super) struct Part {
    pub x: i64,
    pub middle: i64,
    pub width: i64,
    /// The letter under which the table has it.
    pub mark: String,
    /// `wait`, `hold`, `move`, `age` or `back`.
    pub look: &'static str,
    /// The amount, where there is room.
    pub label: Option<String>,
    pub title: String,
}

/// A term of the sum in words.
#[derive(Serialize)]
pub(super) struct TermView {
    pub mark: String,
    pub label: String,
    pub amount: Amount,
    pub negative: bool,
    /// When it begins and ends, where that is known.
    pub from: Option<Moment>,
    pub to: Option<Moment>,
    pub address: Option<String>,
    pub origin: Option<&'static str>,
}

/// The terms of a loss in the order of time, and the line that they make; no line where nothing is lost or the loss has no
/// sum.
pub(super) fn views(model: &Model, dataset: DatasetId, loss: &Loss) -> (Vec<TermView>, Option<LineView>) {
    let terms = in_time(&loss.derivation.terms);
    let mut at = 0i64;
    let placed: Vec<Placed<'_>> = terms
        .into_iter()
        .enumerate()
        .map(|(number, term)| {
            let from = at;
            at += term.seconds;
            Placed { term, from: from.min(at), to: from.max(at), mark: mark(number) }
        })
        .collect();
    let worst = loss.worst.map_or(0, |worst| i64::try_from(worst.0).unwrap_or(i64::MAX));
    let told = Told { model, dataset, moment: loss.worst_at.as_ref(), worst };
    let sound = at == worst && worst > 0;
    let views = placed.iter().map(|placed| told.term(placed, sound)).collect();
    (views, sound.then(|| told.line(&placed)))
}

struct Placed<'a> {
    term: &'a Term,
    from: i64,
    to: i64,
    mark: String,
}

struct Told<'a> {
    model: &'a Model,
    dataset: DatasetId,
    moment: Option<&'a WorstMoment>,
    worst: i64,
}

impl Told<'_> {
    /// The moment so long after the newest point that is left.
    fn moment(&self, after: i64) -> Option<Moment> {
        let moment = self.moment?;
        let (weekday, date, time) = moment.local(moment.better_from - self.worst + after);
        Some(Moment { day: format!("{} {date}", &weekday[..3]), time })
    }

    fn term(&self, placed: &Placed<'_>, sound: bool) -> TermView {
        let term = placed.term;
        let moment = |at| if sound { self.moment(at) } else { None };
        TermView {
            mark: placed.mark.clone(),
            label: term.label(self.model, self.dataset),
            amount: Amount::of(Seconds(term.seconds.unsigned_abs())),
            negative: term.seconds < 0,
            from: moment(placed.from),
            to: moment(placed.to),
            address: term.address(self.model, self.dataset),
            origin: term.origin(self.model, self.dataset).map(origin),
        }
    }

    fn line(&self, placed: &[Placed<'_>]) -> LineView {
        let end = placed.iter().map(|placed| placed.to).max().unwrap_or(self.worst);
        let scale = Scale::new(LEFT, RIGHT, end.unsigned_abs());
        let mut lanes: Vec<(Option<CopyId>, Lane)> = Vec::new();
        for placed in placed {
            let copy = placed.term.of_copy(self.model, self.dataset);
            let part = part(&scale, placed, &placed.term.label(self.model, self.dataset));
            match lanes.iter_mut().find(|(known, _)| *known == copy) {
                Some((_, lane)) => lane.parts.push(part),
                None => {
                    let y = HEAD + LANE * i64::try_from(lanes.len() + 1).unwrap_or(1);
                    let full = self.lane_name(copy, placed.term);
                    lanes.push((copy, Lane { name: shortened(&full, 24), full, y, parts: vec![part] }));
                }
            }
        }
        let floor = HEAD + LANE * i64::try_from(lanes.len() + 1).unwrap_or(1) + 6;
        let amount = Amount::of(Seconds(self.worst.unsigned_abs()));
        LineView {
            title: format!("How {} of {} can be lost", amount.text, self.model.dataset_name(self.dataset)),
            width: WIDTH,
            height: floor + 64,
            left: LEFT,
            strike: scale.x(self.worst.unsigned_abs()),
            noticed: (end > self.worst).then(|| scale.x(end.unsigned_abs())),
            live_y: HEAD,
            amount,
            lanes: lanes.into_iter().map(|(_, lane)| lane).collect(),
            floor,
            marks: scale.marks(),
            from: self.moment(0),
            to: self.moment(self.worst),
        }
    }

    fn lane_name(&self, copy: Option<CopyId>, term: &Term) -> String {
        let Some(copy) = copy else { return term.label(self.model, self.dataset) };
        let own = &self.model.copies[copy];
        match own.dataset == self.dataset {
            true => own.name.clone(),
            false => format!("{} of {}", own.name, self.model.dataset_name(own.dataset)),
        }
    }
}

/// The terms in the order of time. A sum begins with the copy whose own clock runs last, and goes on with what that one
/// reads, each with an interval first: so what is read comes first on the line.
fn in_time(terms: &[Term]) -> Vec<&Term> {
    let waits = |term: &Term| rank(term.kind) == 1;
    let mut blocks: Vec<Vec<&Term>> = Vec::new();
    for term in terms {
        match blocks.last_mut().filter(|block| !waits(term) || !block.iter().any(|term| waits(term))) {
            Some(block) => block.push(term),
            None => blocks.push(vec![term]),
        }
    }
    blocks.iter_mut().for_each(|block| block.sort_by_key(|term| rank(term.kind)));
    blocks.into_iter().rev().flatten().collect()
}

/// The order of time within one clock: what is read is old already, then it waits for its run, is held and moved, by one
/// copy after the other. What completes before bad data is noticed goes back in time.
fn rank(kind: TermKind) -> u8 {
    match kind {
        TermKind::SourceAge | TermKind::Behind => 0,
        TermKind::Interval { .. } | TermKind::Thinned { .. } | TermKind::Wait | TermKind::Common(_) => 1,
        TermKind::Hold | TermKind::Transfer => 2,
        TermKind::Lag | TermKind::Unchanging | TermKind::RollForward => 3,
        TermKind::Detection => 4,
    }
}

fn part(scale: &Scale, placed: &Placed<'_>, label: &str) -> Part {
    let (x, width) = scale.span(placed.from.unsigned_abs(), placed.to.unsigned_abs());
    let amount = Amount::of(Seconds(placed.term.seconds.unsigned_abs())).text;
    let room = i64::try_from(amount.chars().count()).unwrap_or(i64::MAX).saturating_mul(7) + 8;
    let look = match placed.term.kind {
        TermKind::Interval { .. } | TermKind::Thinned { .. } | TermKind::Wait | TermKind::Common(_) => "wait",
        TermKind::Hold => "hold",
        TermKind::Transfer => "move",
        TermKind::SourceAge | TermKind::Behind | TermKind::Lag | TermKind::Unchanging | TermKind::RollForward => "age",
        TermKind::Detection => "back",
    };
    Part {
        x,
        middle: x + width / 2,
        width,
        mark: placed.mark.clone(),
        look,
        label: (room <= width).then(|| amount.clone()),
        title: format!("{}: {label}, {amount}", placed.mark),
    }
}

/// `a`, `b`, …, `z`, `27`.
fn mark(number: usize) -> String {
    match u8::try_from(number) {
        Ok(letter) if letter < 26 => char::from(b'a' + letter).to_string(),
        _ => (number + 1).to_string(),
    }
}
