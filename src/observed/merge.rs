//! Several observations of one system become one: the newest of each value wins, and contradictions are told.

use std::fmt;

use super::address::Address;
use super::field::{Field, Nature};
use super::state::{Observed, Thing};
use super::value::Seen;

/// Two sources that say different things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// What about.
    pub address: Address,
    /// Which of its fields.
    pub field: Field,
    /// What was kept.
    pub kept: Seen,
    /// What was put aside.
    pub dropped: Seen,
}

impl Observed {
    /// Adds another observation of the same system. Of each field the one seen later stays, of two seen in the same second
    /// the one whose source and value come first in the alphabet, so that the order of merging does not matter.
    ///
    /// What differs is a contradiction where it is state and two sources say it, or where it is said of the same instant;
    /// a measurement that differs because it is newer is none, and neither is a state that one source has seen change.
    pub fn merge(&mut self, other: Self) -> Vec<Conflict> {
        let mut conflicts = Vec::new();
        self.system = self.system.take().or(other.system);
        for (address, thing) in other.things {
            let own = self.things.entry(address.clone()).or_default();
            own.merge(thing, &address, &mut conflicts);
        }
        conflicts
    }
}

impl Thing {
    fn merge(&mut self, other: Self, address: &Address, conflicts: &mut Vec<Conflict>) {
        self.span = self.span.or(other.span);
        for (field, theirs) in other.fields {
            let Some(ours) = self.fields.remove(&field) else {
                self.fields.insert(field, theirs);
                continue;
            };
            let (kept, dropped) = if order(&ours) >= order(&theirs) { (ours, theirs) } else { (theirs, ours) };
            if contradicts(field, &kept, &dropped) {
                conflicts.push(Conflict { address: address.clone(), field, kept: kept.clone(), dropped });
            }
            self.fields.insert(field, kept);
        }
    }
}

/// The greater wins.
fn order(seen: &Seen) -> impl Ord + '_ {
    (seen.at, std::cmp::Reverse((&*seen.source, &seen.value)))
}

fn contradicts(field: Field, kept: &Seen, dropped: &Seen) -> bool {
    let differs = kept.value != dropped.value;
    let by_two = kept.source != dropped.source && field.nature() == Nature::State;
    differs && (by_two || kept.at == dropped.at)
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, field, kept, dropped } = self;
        write!(f, "{address}.{}: kept `{}` from {} at {}, ", field.key(), kept.value, kept.source, kept.at)?;
        write!(f, "not `{}` from {} at {}", dropped.value, dropped.source, dropped.at)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::value::{Instant, Value};
    use super::*;
    use crate::units::Seconds;

    fn seen(value: Value, at: i64, source: &str) -> Seen {
        Seen::new(value, Instant(at), &Arc::from(source))
    }

    fn one(field: Field, seen: Seen) -> Observed {
        let mut observed = Observed::default();
        observed.set(Address::Instance("db".into(), "db1".into()), field, seen);
        observed
    }

    /// Merges both ways round; what is kept and how many conflicts there are.
    fn merged(field: Field, a: &Seen, b: &Seen) -> (String, usize) {
        let mut first = one(field, a.clone());
        let conflicts = first.merge(one(field, b.clone()));
        let mut second = one(field, b.clone());
        assert_eq!(conflicts, second.merge(one(field, a.clone())));
        assert_eq!(first, second);
        let kept = first.things.values().next().unwrap().get(field).unwrap().to_string();
        (kept, conflicts.len())
    }

    #[test]
    fn the_newest_wins_and_contradictions_are_told() {
        let role = |word: &str, at, source| seen(Value::Text(word.into()), at, source);
        let (old, new) = (role("primary", 10, "a"), role("standby", 20, "b"));
        assert_eq!(merged(Field::Role, &old, &new), ("standby".into(), 1));
        assert_eq!(merged(Field::Role, &old, &role("standby", 20, "a")), ("standby".into(), 0));
        assert_eq!(merged(Field::Role, &old, &role("standby", 10, "a")), ("primary".into(), 1));
        assert_eq!(merged(Field::Role, &new, &role("standby", 20, "c")), ("standby".into(), 0));
    }

    #[test]
    fn a_newer_measurement_contradicts_nothing() {
        let lag = |seconds, at, source| seen(Value::Duration(Seconds(seconds)), at, source);
        assert_eq!(merged(Field::Lag, &lag(5, 10, "a"), &lag(7, 20, "b")), ("7s".into(), 0));
        assert_eq!(merged(Field::Lag, &lag(5, 10, "a"), &lag(7, 10, "b")), ("5s".into(), 1));
    }

    #[test]
    fn merging_with_itself_changes_nothing() {
        let observed = one(Field::Role, seen(Value::Text("primary".into()), 10, "a"));
        let mut again = observed.clone();
        assert!(again.merge(observed.clone()).is_empty());
        assert_eq!(again, observed);
    }
}
