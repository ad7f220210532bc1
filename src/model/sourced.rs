//! Values that remember where they come from.

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The spec says so.
    Declared,
    /// It was measured.
    Observed,
    /// A provider promises it.
    Promised,
    /// The spec is silent; the catalogue's default stands in.
    Assumed,
    /// Worked out from other values of the spec (a transfer time from size and rate).
    Derived,
}

/// A value with its origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

impl<T> Sourced<T> {
    /// A value that the spec states.
    pub fn declared(value: T) -> Self {
        Self { value, origin: Origin::Declared }
    }

    /// A value that stands in for one that the spec does not state.
    pub fn assumed(value: T) -> Self {
        Self { value, origin: Origin::Assumed }
    }
}
