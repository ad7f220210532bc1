//! By when each step must be over: the deadlines that decide who goes first.
//!
//! A component must serve by its own objective, and early enough for all that wait for it, at nominal speed; a step must
//! be over early enough for the steps after it. Whoever requires a component waits for it, also where something else keeps
//! him from ever coming back.

use super::network::Network;
use crate::analysis::exact::Exact;
use crate::model::ComponentId;
use crate::units::Seconds;

/// The deadline of each activity; none where nobody minds. `order` is a topological order.
pub(super) fn deadlines(
    network: &Network,
    order: &[u32],
    objective: impl Fn(ComponentId) -> Option<Seconds>,
) -> Vec<Option<Exact>> {
    let mut deadlines: Vec<Option<Exact>> = vec![None; network.activities.len()];
    for &number in order.iter().rev() {
        let activity = &network.activities[number as usize];
        let own = match activity.kind {
            None => objective(activity.component).map(|within| Exact::whole(within.0)),
            Some(_) => None,
        };
        let later = network
            .edges
            .successors(number)
            .iter()
            .filter_map(|&next| Some(deadlines[next as usize]? - network.activities[next as usize].nominal));
        deadlines[number as usize] = later.chain(own).min();
    }
    deadlines
}
