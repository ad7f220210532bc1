//! How the real system differs from the plan: what to create, change and remove, and which evidence is stale.
//!
//! What an action means:
//!
//! * *create*: a source that would have shown the thing was asked, and it is not there;
//! * *update*: it is there, and something that was seen of it is not as the spec asks;
//! * *remove*: it is there, and the spec knows nothing of it. Whether it is to go or to be declared is for people to say;
//! * *refresh*: evidence that is missing or too old, or a measurement beyond its bound;
//! * *none*: it could not be told, because it was not observed. Nothing follows from that, least of all that it is as it
//!   should be.
//!
//! What is as it should be has no entry. A component is there when its parts are: of itself only what somebody has seen is
//! held against the spec. The files on a host are none of the spec's business; those that are generated are compared by [`files`].
//!
//! Pure, and linear in the size of both sides.

mod apply;
mod change;
mod compare;
mod files;
mod same;
#[cfg(test)]
mod tests;

pub use apply::{apply, fulfilled};
pub use change::{Action, Attribute, Change, Changes, Shown, Summary};
pub use compare::diff;
pub use files::{FileChange, files};
