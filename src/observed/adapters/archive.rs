//! Points of a copy, whatever tool keeps them: the newest, the oldest, how many.

use super::super::address::Address;
use super::super::field::Field;
use super::super::value::{Instant, Value};
use super::sink::{self, Sink};
use crate::units::Seconds;

/// One restorable point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    /// The instant that it restores.
    pub at: Instant,
    /// How long the run took that made it.
    pub took: Option<Seconds>,
    /// What it restores to.
    pub size: Option<u64>,
    /// What it added to the store.
    pub stored: Option<u64>,
}

/// Says what the points of a copy amount to.
pub(super) fn see(sink: &mut Sink, address: &Address, points: &[Point]) {
    let newest = points.iter().max_by_key(|point| point.at);
    let oldest = points.iter().map(|point| point.at).min();
    sink.see(address, Field::Newest, newest.map_or(sink::NEVER, |point| sink::instant(point.at)));
    sink.see(address, Field::Points, Value::Count(points.len() as u64));
    if let Some(oldest) = oldest {
        sink.see(address, Field::Oldest, sink::instant(oldest));
    }
    let Some(newest) = newest else { return };
    if let Some(took) = newest.took {
        sink.see(address, Field::Takes, sink::duration(took));
    }
    if let Some(size) = newest.size {
        sink.see(address, Field::Size, sink::size(size));
    }
    if let Some(stored) = newest.stored {
        sink.see(address, Field::Stored, sink::size(stored));
    }
}
