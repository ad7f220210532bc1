//! Disaster recovery as code: reads a spec, proves or refutes what it promises, writes what makes it true.
//!
//! The folders are the stages, and data flows one way through them: every module uses only modules of strictly lower
//! layers (`tests/it/layers.rs` holds that). ARCHITECTURE.md has the map.

// Layer 0: leaves that know nothing of disasters.
pub mod assets;
pub mod diag;
pub mod graph;
pub mod terms;
pub mod units;
// Layer 1: text, time and pictures, the record of a drill, the frame of an HTML file.
pub mod calendar;
pub mod draw;
pub mod drill;
pub mod html;
pub mod text;
// Layer 2: one reader per kind of file.
pub mod observed;
pub mod spec;
pub mod tech;
// Layer 3: what the spec means.
pub mod model;
// Layer 4: pure readings of the model.
pub mod analysis;
pub mod desired;
// Between 4 and 5: what was measured, held against what is promised.
pub mod evidence;
// Layer 5: opinions on computed facts.
pub mod check;
pub mod compare;
pub mod diff;
pub mod policy;
// Layer 6: values in, bytes out.
pub mod emit;
pub mod report;
pub mod schemas;
// Layer 7: the only place with files, clock, environment and output.
pub mod cli;
