//! What a user is told: findings and mistakes as data, with the place in the source where they are.
//!
//! Knows no domain and renders nothing: a [`Diagnostic`] is a value, `report` turns it into text.

mod code;
mod diagnostic;
pub mod markup;
mod source;
mod suggest;
pub mod visible;

pub use code::Code;
pub use diagnostic::{Diagnostic, Diagnostics, Hit, Severity};
pub use source::{FileId, Location, SourceFile, SourceMap, Span};
pub use suggest::nearest;
