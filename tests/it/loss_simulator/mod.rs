//! A second opinion on worst-case data loss, by brute force.
//!
//! The planner computes worst cases by formula. Here they are found the slow way: every run of every copy is played
//! through over a window of time, every unknown phase is tried, and the worst moment is looked for. Nothing of the
//! planner is used for it, not even its calendars; only the comparison at the end calls the library.
//!
//! Times are minutes since 1970-01-01T00:00Z: whatever a plan is made of happens on the minute, so that between two
//! minutes nothing changes but the age of the data.

mod agree;
mod calendar;
mod groups;
mod known;
mod laws;
mod loss;
mod phases;
mod plan;
mod random;
mod retention;
mod runs;
mod shrink;
mod windows;
mod yaml;
