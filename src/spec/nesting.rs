//! Keys that stand one level too high or too deep: what a reader of messages needs is one word on the level, and not a
//! list of all that is wrong because of it.

use super::read::Section;
use super::schema::schema;
use super::wording::{UNKNOWN_KEY, WRONG_TYPE};
use crate::diag::{Diagnostic, Span};
use crate::text::{Kind, NodeRef, SchemaKind, SchemaProblem};

/// The keys of a thing that stand where the names of such things are wanted.
pub(super) struct Strays<'d> {
    map: NodeRef<'d>,
    definition: String,
}

impl<'d> Strays<'d> {
    /// The first ones below an item of the spec.
    pub(super) fn find(item: NodeRef<'d>, problems: &[SchemaProblem]) -> Option<Self> {
        problems.iter().find_map(|problem| {
            let SchemaKind::WrongType { .. } = problem.kind else { return None };
            let definition = problem.schema_path.strip_prefix("/$defs/")?.strip_suffix("/type")?;
            let map = parent(item, problem.node)?;
            let (key, _) = map.entries().find(|(_, value)| value.index() == problem.node)?;
            let strays = Self { map, definition: definition.to_owned() };
            has_key(definition, key.as_str()?).then_some(strays)
        })
    }

    /// Those among the names of a section.
    pub(super) fn among(section: Section, map: NodeRef<'d>) -> Option<Self> {
        let definition = section.definition()?;
        let is_stray = |(key, value): (NodeRef<'_>, NodeRef<'_>)| {
            !matches!(value.kind(), Kind::Map | Kind::Null) && has_key(definition, key.as_str().unwrap_or_default())
        };
        map.entries().any(is_stray).then(|| Self { map, definition: definition.to_owned() })
    }

    /// The keys and what stands under them.
    pub(super) fn entries(&self) -> impl Iterator<Item = (NodeRef<'d>, NodeRef<'d>)> {
        self.map.entries().filter(|(key, _)| has_key(&self.definition, key.as_str().unwrap_or_default()))
    }

    /// Whether a node is one of what stands under them, or below it.
    pub(super) fn cover(&self, node: u32) -> bool {
        let last = self.map.entries().take_while(|(key, _)| key.index() <= node).last();
        let after = self.map.index() < node;
        after && last.is_some_and(|(key, _)| has_key(&self.definition, key.as_str().unwrap_or_default()))
    }

    /// The one word on them; `holder` is the key of the map that they stand in.
    pub(super) fn told(&self, holder: &str, address: &str) -> Option<Diagnostic> {
        let (first, _) = self.entries().next()?;
        let keys: Vec<String> =
            self.entries().map(|(key, _)| format!("`{}`", key.as_str().unwrap_or_default())).collect();
        let noun = self.definition.to_lowercase();
        let message = match keys.as_slice() {
            [only] => format!("{only} is a key of a {noun}, and no {noun} is named above it"),
            [several @ .., last] => {
                format!("{} and {last} are keys of a {noun}, and no {noun} is named above them", several.join(", "))
            }
            [] => return None,
        };
        let help = format!(
            "write a name of your choice for the {noun} below `{holder}:`, such as `my-{noun}:`, and indent what belongs to it below that"
        );
        Some(Diagnostic::error(WRONG_TYPE, message).at(first.span()).about(address).help(help))
    }
}

/// A section that is indented as if it were an item of another one.
pub(super) fn misplaced_section(section: Section, inside: Section, span: Span) -> Diagnostic {
    let (key, outer) = (section.key(), inside.key());
    let message = format!("the section `{key}` stands inside `{outer}`");
    let help = format!("write `{key}:` at the very start of its line, without spaces before it");
    Diagnostic::error(UNKNOWN_KEY, message).at(span).about(format!("{outer}.{key}")).help(help)
}

/// The map that a node is an entry of.
fn parent(item: NodeRef<'_>, target: u32) -> Option<NodeRef<'_>> {
    let mut node = item;
    loop {
        let below = node.entries().map(|(_, value)| value).chain(node.items());
        let next = below.take_while(|value| value.index() <= target).last()?;
        if next.index() == target {
            return (node.kind() == Kind::Map).then_some(node);
        }
        node = next;
    }
}

fn has_key(definition: &str, key: &str) -> bool {
    let properties = schema().get("$defs").and_then(|all| all.get(definition)?.get("properties"));
    properties.is_some_and(|properties| properties.get(key).is_some())
}
