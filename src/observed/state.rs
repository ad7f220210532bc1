//! The observed state as a value.

use std::collections::BTreeMap;

use super::address::Address;
use super::field::Field;
use super::value::{Instant, Seen, Value};
use crate::diag::Span;

/// Everything that was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// The name of the system that it is about, where that is known.
    pub system: Option<String>,
    /// What was seen, by address; what is inside a thing follows it.
    pub things: BTreeMap<Address, Thing>,
}

/// What was seen of one thing.
#[derive(Clone, Debug, Default)]
pub struct Thing {
    /// Its fields in the order of [`Field::ALL`].
    pub fields: BTreeMap<Field, Seen>,
    /// Where its name is written, for one that was read from a file.
    pub span: Option<Span>,
}

/// Equality is that of what was seen; the place does not count.
impl PartialEq for Thing {
    fn eq(&self, other: &Self) -> bool {
        self.fields == other.fields
    }
}

impl Eq for Thing {}

impl Observed {
    /// Nothing at all.
    pub fn is_empty(&self) -> bool {
        self.things.is_empty()
    }

    /// What was seen of a thing.
    pub fn get(&self, address: &Address) -> Option<&Thing> {
        self.things.get(address)
    }

    /// Notes a value; one that is there is replaced.
    pub fn set(&mut self, address: Address, field: Field, seen: Seen) {
        debug_assert!(field.kinds().contains(&address.kind()), "{address} has no {}", field.key());
        debug_assert!(seen.value.fits(field.form()), "{address}: {} is not {:?}", field.key(), seen.value);
        self.things.entry(address).or_default().fields.insert(field, seen);
    }

    /// The newest instant at which anything was seen.
    pub fn newest(&self) -> Option<Instant> {
        self.things.values().flat_map(|thing| thing.fields.values()).map(|seen| seen.at).max()
    }
}

impl Thing {
    /// A value by its field.
    pub fn get(&self, field: Field) -> Option<&Value> {
        self.fields.get(&field).map(|seen| &seen.value)
    }

    /// A value with when and where it was seen.
    pub fn seen(&self, field: Field) -> Option<&Seen> {
        self.fields.get(&field)
    }

    /// Whether it is there: unless it was looked for and not found.
    pub fn is_present(&self) -> bool {
        self.get(Field::Present) != Some(&Value::Flag(false))
    }
}
