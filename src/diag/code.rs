//! The name of a kind of finding or mistake.

use std::fmt;

/// A kebab-case name that says the problem (`rpo-unmet`), unique in the program.
///
/// A newtype of a string and not an enum, so that every module owns its names beside the code that raises them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
