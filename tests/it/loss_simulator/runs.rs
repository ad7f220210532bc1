//! Every run of every copy over a window of time.

use super::calendar;
use super::plan::{Copy, Minutes, Plan, Timing};

/// What one run brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    /// When the run starts, by which retention counts.
    pub(crate) start: Minutes,
    /// The recovery point: the state of the live data that it holds.
    pub(crate) rp: Minutes,
    /// From when on it can be restored.
    pub(crate) ready: Minutes,
}

/// A stretch of time with the runs of all calendars in it.
pub(crate) struct Stage<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) from: Minutes,
    to: Minutes,
    calendars: Vec<Vec<Minutes>>,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(plan: &'a Plan, from: Minutes, to: Minutes) -> Self {
        let runs = |copy: &Copy| match &copy.timing {
            Timing::Calendar(expression) => calendar::runs(expression, plan.zone_of(expression), from, to),
            _ => Vec::new(),
        };
        Self { plan, from, to, calendars: plan.copies.iter().map(runs).collect() }
    }

    /// The points of each copy, oldest first; none for a continuous copy. `phases` has a value for each copy of
    /// unknown phase; of the others it is not looked at.
    pub(crate) fn play(&self, phases: &[Minutes]) -> Vec<Vec<Point>> {
        let mut all: Vec<Vec<Point>> = Vec::new();
        for (index, copy) in self.plan.copies.iter().enumerate() {
            let delay = copy.hold + copy.takes;
            let point = |(start, rp)| Point { start, rp, ready: start + delay };
            let points: Vec<Point> = self.captures(index, phases[index], &all).into_iter().map(point).collect();
            assert!(points.is_sorted_by_key(|point| (point.ready, point.rp)), "a later run is never behind");
            all.push(points);
        }
        all
    }

    /// When each run starts, and the state that it takes along.
    fn captures(&self, index: usize, phase: Minutes, earlier: &[Vec<Point>]) -> Vec<(Minutes, Minutes)> {
        let copy = &self.plan.copies[index];
        let starts = match copy.timing {
            Timing::Continuous { .. } => return Vec::new(),
            Timing::After { copy: trigger, every, anchor } => {
                return triggered(&earlier[trigger], every, anchor.unwrap_or(phase));
            }
            Timing::Once(at) => vec![at],
            Timing::Calendar(_) => self.calendars[index].clone(),
            Timing::Every { interval, anchor } => {
                let first = self.from + (anchor.unwrap_or(phase) - self.from).rem_euclid(interval);
                (0..).map(|n| first + n * interval).take_while(|at| *at < self.to).collect()
            }
        };
        match copy.from {
            None => starts.into_iter().map(|start| (start, start - self.plan.behind(index))).collect(),
            Some(source) => {
                // What a copy that was made once has read, long ago, is not played.
                let once = |start| matches!(copy.timing, Timing::Once(_)).then_some(start);
                let newest = |start| newest_at(self.plan, source, earlier, start).or_else(|| once(start));
                let state = |start| Some((start, newest(start)?));
                starts.into_iter().filter_map(state).collect()
            }
        }
    }
}

/// The newest point of a copy that is complete at an instant.
fn newest_at(plan: &Plan, copy: usize, points: &[Vec<Point>], at: Minutes) -> Option<Minutes> {
    if let Timing::Continuous { lag, base } = plan.copies[copy].timing {
        return points[base].iter().any(|point| point.ready <= at).then_some(at - lag - plan.behind(copy));
    }
    let complete = points[copy].partition_point(|point| point.ready <= at);
    points[copy][..complete].last().map(|point| point.rp)
}

/// Each completion of another copy, or the first in each interval.
fn triggered(trigger: &[Point], every: Option<Minutes>, origin: Minutes) -> Vec<(Minutes, Minutes)> {
    let mut last = None;
    let mut starts = Vec::new();
    for point in trigger {
        let interval = every.map(|every| (point.ready - origin).div_euclid(every));
        if interval.is_none() || interval != last {
            starts.push((point.ready, point.rp));
        }
        last = interval;
    }
    starts
}
