//! One condition of a policy: a fact and what it must be.

use super::facts::{Fact, Value};
use crate::units::Seconds;

/// A fact with a test.
pub struct Condition {
    /// What is asked.
    pub fact: &'static Fact,
    /// What it must be.
    pub test: Test,
}

/// What a fact must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// One of these.
    OneOf(Vec<Value>),
    /// None of these.
    NoneOf(Vec<Value>),
    /// Within bounds, both inclusive. What has no bound is more than everything.
    Within {
        /// At least this.
        at_least: Option<Value>,
        /// At most this.
        at_most: Option<Value>,
    },
}

impl Test {
    /// Whether a value passes.
    pub(super) fn passes(&self, value: &Value) -> bool {
        match self {
            Self::OneOf(values) => values.contains(value),
            Self::NoneOf(values) => !values.contains(value),
            Self::Within { at_least, at_most } => {
                at_least.as_ref().is_none_or(|least| size(value) >= size(least))
                    && at_most.as_ref().is_none_or(|most| size(value) <= size(most))
            }
        }
    }
}

impl std::fmt::Display for Test {
    /// `must be at least 2`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = |values: &[Value]| values.iter().map(Value::to_string).collect::<Vec<_>>().join(" or ");
        match self {
            Self::OneOf(values) => write!(f, "must be {}", list(values)),
            Self::NoneOf(values) => write!(f, "must not be {}", list(values)),
            Self::Within { at_least: Some(least), at_most: Some(most) } => write!(f, "must be from {least} to {most}"),
            Self::Within { at_least: Some(least), at_most: None } => write!(f, "must be at least {least}"),
            Self::Within { at_least: None, at_most: Some(most) } => write!(f, "must be at most {most}"),
            Self::Within { at_least: None, at_most: None } => f.write_str("may be anything"),
        }
    }
}

/// Orders counts and durations; words and flags have no size.
fn size(value: &Value) -> (bool, u64) {
    match value {
        Value::Count(number) => (false, *number),
        Value::Time(Some(Seconds(seconds))) => (false, *seconds),
        Value::Time(None) => (true, 0),
        Value::Word(_) | Value::Flag(_) => (false, 0),
    }
}
