//! The tree: nodes in document order in one vector, 16 bytes each, text borrowed from the source.

use super::scalar::Kind;
use crate::diag::{FileId, Span};

/// The scalar's text differs from its bytes in the source and is in the document's own table.
pub(super) const DECODED: u8 = 1;
/// The scalar stands in quotes that are not part of its text.
pub(super) const QUOTED: u8 = 2;
/// The entry of this key is refused and must not be seen.
pub(super) const HIDDEN: u8 = 4;
/// The container is written with brackets.
pub(super) const FLOW: u8 = 8;

/// One node. A map's children are keys and values in turn; every key is a scalar, hence one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    /// First byte in the source, quotes and brackets included.
    pub(super) offset: u32,
    /// Bytes in the source.
    pub(super) len: u32,
    /// Of a container the index after its last descendant; of a decoded scalar its place in the table.
    pub(super) next: u32,
    pub(super) kind: Kind,
    pub(super) flags: u8,
}

/// A YAML document as an arena of nodes.
#[derive(Debug, Clone)]
pub struct Document<'s> {
    pub(super) source: &'s str,
    pub(super) file: FileId,
    pub(super) nodes: Vec<Node>,
    pub(super) decoded: Vec<Box<str>>,
    pub(super) empty: bool,
}

impl Document<'_> {
    /// The outermost node.
    pub fn root(&self) -> NodeRef<'_> {
        NodeRef { document: self, index: 0 }
    }

    /// Whether the file holds nothing but white space and comments; the root is then null.
    pub fn is_empty(&self) -> bool {
        self.empty
    }

    /// Whether two readers of one text came to the same tree, node by node and byte by byte.
    pub fn is_same_as(&self, other: &Document<'_>) -> bool {
        let texts = |document: &Document<'_>| -> Vec<Option<String>> {
            (0..document.nodes.len() as u32)
                .map(|index| NodeRef { document, index }.as_str().map(str::to_owned))
                .collect()
        };
        self.source == other.source
            && self.nodes == other.nodes
            && self.empty == other.empty
            && texts(self) == texts(other)
    }

    /// Bytes of the scalars in the order of the nodes.
    pub(super) fn scalar_ranges(&self) -> impl Iterator<Item = (usize, usize)> {
        let scalars = self.nodes.iter().filter(|node| !matches!(node.kind, Kind::Seq | Kind::Map));
        scalars.map(|node| (node.offset as usize, (node.offset + node.len) as usize))
    }

    /// How many nodes there are, aliases expanded.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// The node of an index that [`NodeRef::index`] gave.
    pub fn node(&self, index: u32) -> Option<NodeRef<'_>> {
        ((index as usize) < self.nodes.len()).then_some(NodeRef { document: self, index })
    }
}

/// A node of a document.
#[derive(Debug, Clone, Copy)]
pub struct NodeRef<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) index: u32,
}

/// A node found by its path, with the key under which it stands where that is in a map.
#[derive(Debug, Clone, Copy)]
pub struct Found<'d> {
    /// The key, unless the node is an element of a list or the start of the path.
    pub key: Option<NodeRef<'d>>,
    /// The node.
    pub value: NodeRef<'d>,
}

impl<'d> NodeRef<'d> {
    /// Number of the node in document order.
    pub fn index(self) -> u32 {
        self.index
    }

    /// What the node is.
    pub fn kind(self) -> Kind {
        self.node().kind
    }

    /// Bytes of the node: start and end. A missing value is the empty range after its key.
    pub fn range(self) -> (u32, u32) {
        let node = self.node();
        (node.offset, node.offset.saturating_add(node.len))
    }

    /// The same with the file.
    pub fn span(self) -> Span {
        let (start, end) = self.range();
        Span::new(self.document.file, start, end)
    }

    /// Whether a scalar stands in quotes or is a block of text, hence never a number.
    pub fn is_quoted(self) -> bool {
        self.node().flags & (QUOTED | DECODED) != 0
    }

    /// Whether a list or map is written with brackets.
    pub fn is_flow(self) -> bool {
        self.node().flags & FLOW != 0
    }

    /// The text of a scalar as written, escapes resolved: `80` for the number eighty, nothing for a missing value.
    pub fn as_str(self) -> Option<&'d str> {
        let node = self.node();
        match node.kind {
            Kind::Seq | Kind::Map => None,
            _ => Some(self.text(node)),
        }
    }

    /// Keys and values of a map in document order; of another node none.
    pub fn entries(self) -> Entries<'d> {
        Entries { inside: self.inside(Kind::Map) }
    }

    /// Elements of a list; of another node none.
    pub fn items(self) -> Items<'d> {
        Items { inside: self.inside(Kind::Seq) }
    }

    /// The value of a key; takes time in proportion to the map.
    pub fn get(self, key: &str) -> Option<NodeRef<'d>> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The key's own node and its value.
    pub fn entry(self, key: &str) -> Option<(NodeRef<'d>, NodeRef<'d>)> {
        self.entries().find(|(name, _)| name.as_str() == Some(key))
    }

    /// Follows keys and list positions down, as far as a JSON pointer that is split at its slashes would.
    pub fn pointer(self, path: &[&str]) -> Option<Found<'d>> {
        let start = Found { key: None, value: self };
        path.iter().try_fold(start, |found, step| found.value.child(step))
    }

    /// The node and all below it as JSON.
    pub fn to_json(self) -> serde_json::Value {
        super::json::value(self)
    }

    fn child(self, step: &str) -> Option<Found<'d>> {
        if self.kind() == Kind::Map {
            return self.entry(step).map(|(key, value)| Found { key: Some(key), value });
        }
        let position = step.parse().ok()?;
        self.items().nth(position).map(|value| Found { key: None, value })
    }

    fn inside(self, kind: Kind) -> Inside<'d> {
        let node = self.node();
        let end = if node.kind == kind { node.next } else { 0 };
        Inside { document: self.document, index: self.index + 1, end }
    }

    fn text(self, node: Node) -> &'d str {
        if node.flags & DECODED != 0 {
            return self.document.decoded.get(node.next as usize).map_or("", |text| text);
        }
        let inset = u32::from(node.flags & QUOTED != 0);
        let start = (node.offset + inset) as usize;
        let end = (node.offset + node.len - inset) as usize;
        self.document.source.get(start..end).unwrap_or_default()
    }

    /// The document's own nodes are never out of range; a missing one reads as null rather than ending the process.
    pub(super) fn node(self) -> Node {
        const MISSING: Node = Node { offset: 0, len: 0, next: 0, kind: Kind::Null, flags: 0 };
        self.document.nodes.get(self.index as usize).copied().unwrap_or(MISSING)
    }
}

/// The children of a container, one by one.
#[derive(Debug, Clone, Copy)]
struct Inside<'d> {
    document: &'d Document<'d>,
    index: u32,
    end: u32,
}

impl<'d> Inside<'d> {
    fn next(&mut self) -> Option<NodeRef<'d>> {
        if self.index >= self.end {
            return None;
        }
        let child = NodeRef { document: self.document, index: self.index };
        self.index = after(child.node(), self.index);
        Some(child)
    }
}

/// The index after a node and its descendants.
pub(super) fn after(node: Node, index: u32) -> u32 {
    match node.kind {
        // A container ends after its own index, so that a walk always advances.
        Kind::Seq | Kind::Map => node.next.max(index + 1),
        _ => index + 1,
    }
}

/// See [`NodeRef::entries`].
#[derive(Debug, Clone)]
pub struct Entries<'d> {
    inside: Inside<'d>,
}

impl<'d> Iterator for Entries<'d> {
    type Item = (NodeRef<'d>, NodeRef<'d>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let key = self.inside.next()?;
            let value = self.inside.next()?;
            if key.node().flags & HIDDEN == 0 {
                return Some((key, value));
            }
        }
    }
}

/// See [`NodeRef::items`].
#[derive(Debug, Clone)]
pub struct Items<'d> {
    inside: Inside<'d>,
}

impl<'d> Iterator for Items<'d> {
    type Item = NodeRef<'d>;

    fn next(&mut self) -> Option<Self::Item> {
        self.inside.next()
    }
}
