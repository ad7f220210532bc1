//! What findings about recovery rest on, as plain facts: what is weak, what is too slow, and what would mend it.
//!
//! A fact is computed here and judged in `check`.

mod remedy;
mod strictness;
mod weakness;

pub use remedy::{Miss, Remedy, miss, trials};
pub use strictness::{Unreachable, unreachable_objectives};
pub use weakness::{
    Crowding, DecidingLocation, SinglePoint, UnownedFailover, crowding, deciding_locations, single_points,
    unowned_failovers,
};
