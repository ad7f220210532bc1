//! Differences as values.

use std::sync::Arc;

use crate::diag::Span;
use crate::evidence::Bound;
use crate::observed::{Address, Field, Instant, Seen, Value};

/// What is to be done about a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// It is not there.
    Create,
    /// It is not as the spec asks.
    Update,
    /// It is there, and is not declared.
    Remove,
    /// Evidence about it is missing, too old, or beyond its bound.
    Refresh,
    /// Nothing: it was not observed.
    None,
}

/// One thing that is not as it should be, or of which nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its address in the spec, or where it would be.
    pub address: Address,
    /// What is to be done.
    pub action: Action,
    /// What differs, or was not observed.
    pub attributes: Vec<Attribute>,
    /// Why, in a sentence without a full stop.
    pub reason: String,
    /// What follows from it, in numbers.
    pub notes: Vec<String>,
    /// Where it is written: in the spec, or in the observations where the spec does not have it.
    pub span: Option<Span>,
}

/// One attribute with what it is and what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Which.
    pub field: Field,
    /// What was seen; none where nothing was.
    pub actual: Option<Value>,
    /// What the spec asks for; none where it asks for nothing.
    pub desired: Option<Value>,
    /// How what is desired is meant.
    pub bound: Bound,
    /// When it was seen, and who said so.
    pub seen: Option<(Instant, Arc<str>)>,
}

/// Every difference, by address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Differences and what was not observed, sorted by address and action.
    pub changes: Vec<Change>,
    /// How many things are as they should be, as far as they were observed.
    pub unchanged: usize,
}

/// How many entries there are of each action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// To create.
    pub create: usize,
    /// To update.
    pub update: usize,
    /// There and not declared.
    pub remove: usize,
    /// With stale evidence.
    pub refresh: usize,
    /// Of which something was not observed.
    pub none: usize,
    /// As they should be.
    pub unchanged: usize,
}

impl Action {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Remove => "remove",
            Self::Refresh => "refresh",
            Self::None => "none",
        }
    }
}

impl Attribute {
    /// What was seen against what ought to be equal.
    pub(super) fn differing(field: Field, seen: &Seen, desired: Option<Value>) -> Self {
        Self {
            field,
            actual: Some(seen.value.clone()),
            desired,
            bound: Bound::Equal,
            seen: Some((seen.at, Arc::clone(&seen.source))),
        }
    }

    /// What ought to be and was not seen.
    pub(super) fn unseen(field: Field, desired: Value) -> Self {
        Self { field, actual: None, desired: Some(desired), bound: Bound::Equal, seen: None }
    }
}

impl Changes {
    /// Whether nothing is to be done; what was not observed does not count.
    pub fn is_empty(&self) -> bool {
        self.changes.iter().all(|change| change.action == Action::None)
    }

    /// Whether everything that ought to be seen was.
    pub fn is_complete(&self) -> bool {
        self.changes.iter().all(|change| change.action != Action::None)
    }

    /// How many there are of each.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { unchanged: self.unchanged, ..Summary::default() };
        for change in &self.changes {
            *match change.action {
                Action::Create => &mut summary.create,
                Action::Update => &mut summary.update,
                Action::Remove => &mut summary.remove,
                Action::Refresh => &mut summary.refresh,
                Action::None => &mut summary.none,
            } += 1;
        }
        summary
    }
}

/// A value as the formats show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Text, an instant, a size or a duration, in the notation of the file.
    Text(String),
    /// Texts in their order.
    List(Vec<String>),
    /// A number.
    Count(u64),
    /// Yes or no.
    Flag(bool),
}

impl Shown {
    fn of(value: &Value) -> Self {
        match value {
            Value::List(items) => Self::List(items.clone()),
            Value::Count(count) => Self::Count(*count),
            Value::Flag(flag) => Self::Flag(*flag),
            other => Self::Text(other.to_string()),
        }
    }
}

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::List(items) if items.is_empty() => f.write_str("none"),
            Self::List(items) => f.write_str(&items.join(", ")),
            Self::Count(count) => write!(f, "{count}"),
            Self::Flag(true) => f.write_str("yes"),
            Self::Flag(false) => f.write_str("no"),
        }
    }
}

impl Attribute {
    /// Its name, as the files write it.
    pub fn name(&self) -> &'static str {
        self.field.key()
    }

    /// What was seen.
    pub fn shown_actual(&self) -> Option<Shown> {
        self.actual.as_ref().map(Shown::of)
    }

    /// What is desired; a bound with its word in front.
    pub fn shown_desired(&self) -> Option<Shown> {
        let shown = Shown::of(self.desired.as_ref()?);
        Some(match self.bound {
            Bound::Equal => shown,
            Bound::AtMost => Shown::Text(format!("at most {shown}")),
            Bound::Since => Shown::Text(format!("since {shown}")),
        })
    }
}

impl Change {
    /// The thing at the top that it belongs to, and the way from there: `components.shop-db` and `instances.db1`.
    pub fn place(&self) -> (String, String) {
        let segments = self.address.segments();
        let (group, rest) = match segments.as_slice() {
            [section @ "components", name, rest @ ..] => (format!("{section}.{name}"), rest),
            [section, rest @ ..] => ((*section).to_owned(), rest),
            [] => (String::new(), [].as_slice()),
        };
        (group, rest.join("."))
    }
}
