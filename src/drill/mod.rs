//! The record of a drill, or of a real recovery: what was to be done, and what was done when.
//!
//! A record is a file of lines, each a JSON object ([`Line`], `drplan.drill/1`), to which lines are only ever added: what
//! was wrong is corrected by a later line. The first line holds all that the plan said on that day, so that the record
//! can be read, and the drill go on, where the plan itself is out of reach. Each line bears the digest of the one before
//! it: a record that somebody has changed is recognised, and so is a line that a crash has cut off.
//!
//! [`Record`] reads the lines and says how the next is written; [`Drill`] is what they come to. Nothing here knows a plan,
//! touches a file or asks what time it is.

mod line;
mod progress;
mod record;
mod stamps;
#[cfg(test)]
mod tests;

pub use line::{
    Event, FORMAT, Finish, Line, Lost, Note, Planned, PlannedComponent, PlannedData, Stamp, StampResult, Start, Torn,
    schema,
};
pub use progress::{Back, Loss, NOT_DONE, Projection, Verdict};
pub use record::{Broken, Record};
pub use stamps::{Drill, Ended, StepState};
