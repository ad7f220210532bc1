//! Pure readings of the model: what can fail, what that does, how it is brought back and when.
//!
//! Nothing here judges: whether a number is good enough is for `check` to say, and how it is shown for `report`.

pub mod assess;
pub mod context;
mod data_loss;
mod exact;
pub mod explain;
pub mod facts;
pub mod fingerprint;
mod following;
pub mod impact;
pub mod loss;
pub mod losses;
pub mod outcome;
pub mod procedure;
mod promises;
pub mod rto;
pub mod scenario;
pub mod timetable;
