//! Scenarios, impact and recovery: small specs whose numbers are worked out by hand in comments.

mod assess;
mod exhaustive;
mod facts;
mod impact;
mod laws;
mod oracle;
mod random;
mod restore;
mod scenarios;
mod support;
