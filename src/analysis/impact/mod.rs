//! What a scenario does to each component: who still serves, who does not, and for whom there is no way back.
//!
//! First each component that is hit is looked at alone ([`Standing`]), then what it does to those that need it, then
//! whether there is an order in which all that is down can come back. Only what a scenario touches is looked at.

mod quorum;
mod source;
mod spread;
mod standing;
mod way_back;

pub use quorum::{enough, enough_to_read, leaders};
pub use source::{Candidate, Movement, Source};
pub use spread::{Affected, Level, Spread, passes_on, spread};
pub use standing::{Brings, Losing, Missing, Standing, Touch, stand, touches};
pub(super) use way_back::event;
pub use way_back::{Choice, NoWayBack, WayBack, way_back};
