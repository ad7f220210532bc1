//! Graph algorithms over small numbers: order, cycles with a witness, reachability, longest paths.
//!
//! Nodes are `0..n`, so that a caller maps its own ids in and out. Nothing here recurses: a chain of a million nodes is
//! as good as any other graph. Where several answers are right, the one with the smallest numbers is given, so that a
//! caller who numbers by name gets the same answer for every order of its input.

mod cycles;
mod digraph;
mod library;
mod order;
mod walk;

pub use cycles::{cycles, strongly_connected};
pub use digraph::Digraph;
pub use order::{LongestPaths, longest_paths, topological_order};
pub use walk::{reachable, shortest_path};
