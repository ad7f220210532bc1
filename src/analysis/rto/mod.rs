//! When everything that a scenario interrupts serves again: the recovery schedule.
//!
//! The steps of all procedures are one graph. It is run with the people, stores and links that there are, once with
//! movements in the order of their deadlines and once with fair parts for all, and measured as if there were enough of
//! everything. A component that cannot come back is not in the graph.

mod deadline;
mod fair;
mod network;
mod ordered;
mod schedule;
mod sharing;
mod simulate;
mod words;

pub use network::Bottleneck;
pub(super) use network::{Capacity, Network};
pub(super) use schedule::schedule;
pub use schedule::{PathStep, Schedule, Scheduled, Times};
pub use words::path_terms;
