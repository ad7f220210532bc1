//! Scenarios, impact and recovery: small specs whose numbers are worked out by hand in comments.

mod assess;
mod facts;
mod impact;
mod laws;
mod random;
mod restore;
mod scenarios;
mod support;
