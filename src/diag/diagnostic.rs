//! One finding or mistake, and the list of them.

use super::{Code, Span};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; breaks no promise.
    Note,
    /// A weakness that does not break a promise yet.
    Warning,
    /// The spec is wrong, or a promise is broken.
    Error,
}

impl Severity {
    /// The word for it in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A scenario in which a finding shows, and how bad it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The id of the scenario.
    pub scenario: String,
    /// How bad: the more, the worse; none for what has no bound.
    pub amount: Option<u64>,
}

/// Something to tell the user: what is wrong, where, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its kind.
    pub code: Code,
    /// The rule of an organisation that it breaks, by name; none for what drplan itself has to say.
    pub rule: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence, lower case, no full stop.
    pub message: String,
    /// What it is about, as a dotted path into the spec (`components.shop-db.data.main`).
    pub address: String,
    /// The scenario in which it shows, where it belongs to one.
    pub scenario: Option<String>,
    /// Every scenario in which it shows, the worst first; empty where it belongs to none, or where nobody asked.
    pub extent: Vec<Hit>,
    /// Where it is in the source; none for what has no place in a file.
    pub primary: Option<Span>,
    /// Further places with a word on each.
    pub labels: Vec<(Span, String)>,
    /// Why: the derivation, term by term.
    pub notes: Vec<String>,
    /// The path through the graph that leads to it, where there is one.
    pub path: Vec<String>,
    /// The least change that mends it, so that it can be pasted or done at once.
    pub help: Option<String>,
    /// The place and the new text, where the help is a plain replacement.
    pub fix: Option<(Span, String)>,
    /// Whether a waiver in force covers it.
    pub waived: bool,
    /// Whether a baseline has it, no better than it is.
    pub known: bool,
}

impl Diagnostic {
    /// A diagnostic of a kind with its message.
    pub fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            code,
            rule: None,
            severity,
            message: message.into(),
            address: String::new(),
            scenario: None,
            extent: Vec::new(),
            primary: None,
            labels: Vec::new(),
            notes: Vec::new(),
            path: Vec::new(),
            help: None,
            fix: None,
            waived: false,
            known: false,
        }
    }

    /// An error.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message)
    }

    /// A warning.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    /// A note.
    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, message)
    }

    /// The name by which it is known: that of the rule, else that of its kind.
    pub fn name(&self) -> &str {
        self.rule.as_deref().unwrap_or(self.code.0)
    }

    /// Whether somebody has taken note of it, so that nothing fails for it.
    pub fn is_accepted(&self) -> bool {
        self.waived || self.known
    }

    /// What it is about, in words that stay when other things come and go: a position in a list moves with every entry above
    /// it, so that there the scenario or the message stands for it.
    pub fn stable_address(&self) -> String {
        match self.address.rsplit_once('.') {
            Some((list, position)) if position.bytes().all(|b| b.is_ascii_digit()) => {
                format!("{list}[{}]", self.scenario.as_deref().unwrap_or(&self.message))
            }
            _ if self.address.is_empty() => format!("[{}]", self.message),
            _ => self.address.clone(),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.primary = Some(span);
        self
    }

    /// What it is about.
    #[must_use]
    pub fn about(mut self, address: impl Into<String>) -> Self {
        self.address = address.into();
        self
    }

    /// The scenario in which it shows.
    #[must_use]
    pub fn during(mut self, scenario: impl Into<String>) -> Self {
        self.scenario = Some(scenario.into());
        self
    }

    /// Every scenario in which it shows.
    #[must_use]
    pub fn extending(mut self, extent: Vec<Hit>) -> Self {
        self.extent = extent;
        self
    }

    /// A further place with a word on it.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push((span, text.into()));
        self
    }

    /// A reason.
    #[must_use]
    pub fn because(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What to do about it, where there is something.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    /// The replacement that does what the help says.
    #[must_use]
    pub fn fix(mut self, span: Span, text: impl Into<String>) -> Self {
        self.fix = Some((span, text.into()));
        self
    }
}

/// A growing list of diagnostics.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    items: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.items.push(diagnostic);
    }

    /// Adds all of another list.
    pub fn append(&mut self, other: Diagnostics) {
        self.items.extend(other.items);
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether one of them is an error that nobody has accepted.
    pub fn has_errors(&self) -> bool {
        self.items.iter().any(|item| item.severity == Severity::Error && !item.is_accepted())
    }

    /// Every one, in the order of the list.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.items.iter()
    }

    /// Every one, to be changed in place.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Diagnostic> {
        self.items.iter_mut()
    }

    /// The list in source order: by place, then name, then address, then scenario; those without a place last.
    #[must_use]
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.items.sort_by(|a, b| {
            let key = |d: &Diagnostic| (d.primary.is_none(), d.primary, d.code);
            key(a)
                .cmp(&key(b))
                .then_with(|| (&a.address, &a.scenario, &a.message).cmp(&(&b.address, &b.scenario, &b.message)))
        });
        self.items.dedup();
        self.items
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, iter: T) {
        self.items.extend(iter);
    }
}
