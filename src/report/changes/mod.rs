//! What differs between the plan and the real system, as a view that the formats render.

mod human;
mod json;
mod lines;
mod markdown;

use std::collections::BTreeMap;

use crate::diff::{Action, Changes, Shown, Summary};

use super::Style;

pub(crate) use json::schema;

/// The formats of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangesFormat {
    /// For a person at a terminal.
    Human,
    /// `drplan.changes/1`.
    Json,
    /// A comment on a pull request.
    Markdown,
}

/// Differences, ready to be shown.
#[derive(Clone, Debug, Default)]
pub struct ChangesView {
    /// The name of the system.
    pub system: String,
    /// Each difference, by address.
    pub entries: Vec<Entry>,
    /// Whether everything that ought to be seen was.
    pub complete: bool,
    /// How many there are of each.
    pub summary: Summary,
}

/// One difference.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its address.
    pub address: String,
    /// The thing at the top that it belongs to, and the way from there.
    pub place: (String, String),
    /// What is to be done.
    pub action: Action,
    /// What differs.
    pub attributes: Vec<Attribute>,
    /// Why.
    pub reason: String,
    /// What follows.
    pub notes: Vec<String>,
    /// Of a file: a unified diff from what is there to what would be generated.
    pub patch: String,
}

/// One attribute of a difference.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
    /// What is; none where nothing is or was seen.
    pub actual: Option<Shown>,
    /// What should be; none where nothing should.
    pub desired: Option<Shown>,
}

impl ChangesView {
    /// The view of changes.
    pub fn new(system: &str, changes: &Changes) -> Self {
        let entries = changes.changes.iter().map(|change| Entry {
            address: change.address.to_string(),
            place: change.place(),
            action: change.action,
            attributes: change
                .attributes
                .iter()
                .map(|attribute| Attribute {
                    name: attribute.name(),
                    actual: attribute.shown_actual(),
                    desired: attribute.shown_desired(),
                })
                .collect(),
            reason: change.reason.clone(),
            notes: change.notes.clone(),
            patch: String::new(),
        });
        Self {
            system: system.to_owned(),
            entries: entries.collect(),
            complete: changes.is_complete(),
            summary: changes.summary(),
        }
    }

    /// Adds a generated file that is not as it would be generated, by its path; how it differs is said in `reason`, and by the
    /// digests of what is and of what would be, or a unified diff, as far as they are known.
    pub fn push_file(
        &mut self,
        path: &str,
        action: Action,
        reason: String,
        digests: [Option<String>; 2],
        patch: String,
    ) {
        *match action {
            Action::Create => &mut self.summary.create,
            Action::Update => &mut self.summary.update,
            Action::Remove => &mut self.summary.remove,
            Action::Refresh => &mut self.summary.refresh,
            Action::None => &mut self.summary.none,
        } += 1;
        self.complete &= action != Action::None;
        let [actual, desired] = digests.map(|digest| digest.map(Shown::Text));
        let digests = Attribute { name: "digest", actual: actual.clone(), desired: desired.clone() };
        self.entries.push(Entry {
            address: format!("files.{path}"),
            place: ("files".to_owned(), path.to_owned()),
            action,
            attributes: if actual.is_some() || desired.is_some() { vec![digests] } else { Vec::new() },
            reason,
            notes: Vec::new(),
            patch,
        });
    }

    /// Whether something is to be done.
    pub fn has_drift(&self) -> bool {
        self.entries.iter().any(|entry| entry.action != Action::None)
    }

    /// The view in a format.
    pub fn render(&self, format: ChangesFormat, style: Style) -> String {
        match format {
            ChangesFormat::Human => human::render(self, style),
            ChangesFormat::Json => json::render(self),
            ChangesFormat::Markdown => markdown::render(self),
        }
    }

    /// Differences by the thing at the top that they belong to.
    fn groups(&self) -> BTreeMap<&str, Vec<&Entry>> {
        let mut groups: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for entry in self.entries.iter().filter(|entry| entry.action != Action::None) {
            groups.entry(&entry.place.0).or_default().push(entry);
        }
        groups
    }

    /// What was not observed, in full or in part.
    fn unobserved(&self) -> Vec<&Entry> {
        self.entries.iter().filter(|entry| entry.action == Action::None).collect()
    }

    /// `1 to create, 2 to change`; empty where nothing is to be done.
    fn headline(&self) -> String {
        let Summary { create, update, remove, refresh, .. } = self.summary;
        let parts = [
            (create, "to create"),
            (update, "to change"),
            (remove, "not declared or to remove"),
            (refresh, "with stale or contrary evidence"),
        ];
        let told = parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
        told.collect::<Vec<_>>().join(", ")
    }

    /// Everything in a line without the name of the system; nothing of it is hostile.
    fn closing(&self) -> String {
        match self.headline() {
            words if !words.is_empty() => format!("{words}; {}", self.rest()),
            _ if self.complete => format!("the real system is as planned ({} things)", self.summary.unchanged),
            _ => format!("nothing that was observed differs from the plan; {}", self.rest()),
        }
    }

    /// What is as it should be, and what nobody has looked at.
    fn rest(&self) -> String {
        let Summary { none, unchanged, .. } = self.summary;
        let as_planned = format!("{unchanged} as planned");
        if none == 0 { as_planned } else { format!("{as_planned}, {none} not or not fully observed") }
    }
}

/// What there is to say of an action, in front of an address.
fn symbol(action: Action) -> char {
    match action {
        Action::Create => '+',
        Action::Update => '~',
        Action::Remove => '-',
        Action::Refresh => '!',
        Action::None => '?',
    }
}
