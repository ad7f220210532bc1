//! Puts nodes into the arena, whoever reads the text, and refuses what no reader may let through: a key twice, merge
//! keys, endless nesting, aliases that explode.

use std::collections::HashMap;

use super::arena::{DECODED, Document, FLOW, HIDDEN, Node, QUOTED, after};
use super::keys::{Keys, Tree, key_text};
use super::scalar::{Kind, resolve};
use super::syntax::Progress;
use super::{Limits, Problem};
use crate::diag::FileId;

/// The document is beyond repair; the problem that says why has been noted.
#[derive(Debug)]
pub(super) struct Stop;

/// What a scalar's bytes are.
pub(super) enum Scalar {
    /// The word as it stands.
    Plain,
    /// The text between two quotes, without escapes.
    Quoted,
    /// Text that differs from its source.
    Decoded(Box<str>),
}

/// A container that is still open.
struct Frame {
    node: u32,
    is_map: bool,
    wants_key: bool,
    /// Start of the first child, for containers without brackets.
    first: Option<u32>,
    /// Levels below this one.
    height: usize,
    anchor: usize,
    keys: Keys,
}

/// What an anchor stands for; without nodes as long as its container is open.
struct Anchor {
    start: u32,
    height: usize,
    closed: bool,
}

pub(super) struct Builder<'s> {
    source: &'s str,
    limits: Limits,
    nodes: Vec<Node>,
    decoded: Vec<Box<str>>,
    frames: Vec<Frame>,
    anchors: HashMap<usize, Anchor>,
    alias_nodes: usize,
    /// Where the latest complete node ends.
    last_end: u32,
    pub(super) problems: Vec<Problem>,
}

impl<'s> Builder<'s> {
    pub(super) fn new(source: &'s str, limits: Limits) -> Self {
        Self {
            source,
            limits,
            nodes: Vec::with_capacity(source.len() / 12),
            decoded: Vec::new(),
            frames: Vec::new(),
            anchors: HashMap::new(),
            alias_nodes: 0,
            last_end: 0,
            problems: Vec::new(),
        }
    }

    /// How far the reading came.
    pub(super) fn progress(&self) -> Progress {
        let bracket = self.frames.last().and_then(|frame| self.nodes.get(frame.node as usize)).map(|node| node.offset);
        let is_bracket = |at: &u32| matches!(self.source.as_bytes().get(*at as usize), Some(b'[' | b'{'));
        let scalar = self.nodes.last().map_or((0, 0), |node| (node.offset, node.offset + node.len));
        Progress { scalar, end: self.last_end, bracket: bracket.filter(is_bracket) }
    }

    /// The finished tree.
    pub(super) fn finish(mut self, file: FileId) -> (Document<'s>, Vec<Problem>) {
        let empty = match self.nodes.as_slice() {
            [] => true,
            [only] => only.kind == Kind::Null && only.len == 0,
            _ => false,
        };
        if self.nodes.is_empty() {
            self.nodes.push(Node { offset: 0, len: 0, next: 1, kind: Kind::Null, flags: 0 });
        }
        let document = Document { source: self.source, file, nodes: self.nodes, decoded: self.decoded, empty };
        (document, self.problems)
    }

    /// A container opens at `start`; `anchor` is zero for none.
    pub(super) fn open(&mut self, is_map: bool, start: u32, anchor: usize) -> Result<(), Stop> {
        self.refuse_container_key(start)?;
        if self.frames.len() >= self.limits.max_depth {
            return Err(self.too_deep(start, self.character_end(start)));
        }
        let node = self.push(start, 0, if is_map { Kind::Map } else { Kind::Seq }, 0, 0)?;
        if anchor != 0 {
            self.anchors.insert(anchor, Anchor { start: node, height: 0, closed: false });
        }
        let keys = Keys::default();
        let frame = Frame { node, is_map, wants_key: is_map, first: None, height: 0, anchor, keys };
        self.frames.push(frame);
        Ok(())
    }

    /// The innermost container closes; with a closing bracket, at `end`.
    pub(super) fn close(&mut self, end: Option<u32>) {
        let Some(frame) = self.frames.pop() else { return };
        if frame.is_map {
            let mut tree = Tree { source: self.source, decoded: &self.decoded, nodes: &mut self.nodes };
            frame.keys.hide_repeated(&mut tree, frame.node, &mut self.problems);
        }
        let next = self.nodes.len() as u32;
        let opened = self.nodes.get(frame.node as usize).map_or(0, |node| node.offset);
        let start = if end.is_some() { opened } else { frame.first.unwrap_or(opened) };
        let flags = if end.is_some() { FLOW } else { 0 };
        let end = end.unwrap_or(self.last_end).max(start);
        if let Some(node) = self.nodes.get_mut(frame.node as usize) {
            node.flags = flags;
            node.next = next;
            node.offset = start;
            node.len = end - start;
        }
        if let Some(anchor) = self.anchors.get_mut(&frame.anchor) {
            anchor.closed = true;
            anchor.height = frame.height + 1;
        }
        self.placed(start, end, frame.height + 1);
    }

    /// A scalar in `start..end`.
    pub(super) fn scalar(&mut self, start: u32, end: u32, scalar: Scalar, anchor: usize) -> Result<(), Stop> {
        let (kind, flags, next) = match scalar {
            Scalar::Plain => (resolve(self.slice(start, end)), 0, 0),
            Scalar::Quoted => (Kind::Text, QUOTED, 0),
            Scalar::Decoded(text) => {
                self.decoded.push(text);
                (Kind::Text, DECODED, self.decoded.len() as u32 - 1)
            }
        };
        let node = self.push(start, end - start, kind, flags, next)?;
        if anchor != 0 {
            self.anchors.insert(anchor, Anchor { start: node, height: 0, closed: true });
        }
        self.key_or_value(node);
        self.placed(start, end, 0);
        Ok(())
    }

    /// A value that is not there; `near` is where a reader noticed it.
    pub(super) fn missing(&mut self, near: u32, anchor: usize) -> Result<(), Stop> {
        let at = match self.frames.last() {
            Some(frame) if frame.is_map => self.last_end,
            _ => self.after_dash(near),
        };
        self.scalar(at, at, Scalar::Plain, anchor)
    }

    /// A copy of what the anchor stands for.
    pub(super) fn alias(&mut self, start: u32, end: u32, anchor: usize) -> Result<(), Stop> {
        let Some(target) = self.anchors.get(&anchor).filter(|anchor| anchor.closed) else {
            let message = "the alias is inside the value that it repeats";
            return Err(self.stop(Problem::new("alias-in-itself", start, end, message)));
        };
        let (from, height) = (target.start, target.height);
        if height > 0 {
            self.refuse_container_key(start)?;
        }
        if self.frames.len() + height > self.limits.max_depth {
            return Err(self.too_deep(start, end));
        }
        let to = self.nodes.get(from as usize).map_or(from, |node| after(*node, from));
        self.alias_nodes += (to - from) as usize;
        if self.alias_nodes > self.limits.max_alias_nodes {
            return Err(self.stop(alias_bomb(start, end, self.limits.max_alias_nodes)));
        }
        self.copy(from, to)?;
        self.placed(start, end, height);
        Ok(())
    }

    /// Notes a problem that ends the reading.
    pub(super) fn stop(&mut self, problem: Problem) -> Stop {
        self.problems.push(problem);
        Stop
    }

    fn copy(&mut self, from: u32, to: u32) -> Result<(), Stop> {
        let moved = self.nodes.len() as u32 - from;
        for index in from..to {
            let Some(mut node) = self.nodes.get(index as usize).copied() else { break };
            if matches!(node.kind, Kind::Seq | Kind::Map) {
                node.next += moved;
            }
            let copied = self.push(node.offset, node.len, node.kind, node.flags, node.next)?;
            if index == from {
                if let Some(copy) = self.nodes.get_mut(copied as usize) {
                    copy.flags &= !HIDDEN;
                }
                if !matches!(node.kind, Kind::Seq | Kind::Map) {
                    self.key_or_value(copied);
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, offset: u32, len: u32, kind: Kind, flags: u8, next: u32) -> Result<u32, Stop> {
        let index = self.nodes.len();
        if index >= self.limits.max_nodes.min(u32::MAX as usize / 2) {
            let message = format!("the file has more than {} keys and values", self.limits.max_nodes);
            let problem = Problem::new("too-many-nodes", offset, offset + len, message);
            return Err(self.stop(problem.help("split it into several files in one folder")));
        }
        self.nodes.push(Node { offset, len, next, kind, flags });
        Ok(index as u32)
    }

    /// A child of the innermost container is complete.
    fn placed(&mut self, start: u32, end: u32, height: usize) {
        self.last_end = end;
        if let Some(frame) = self.frames.last_mut() {
            frame.first.get_or_insert(start);
            frame.height = frame.height.max(height);
            if frame.is_map && height > 0 {
                frame.wants_key = true;
            }
        }
    }

    /// A scalar was pushed: where a key is due it is one.
    fn key_or_value(&mut self, index: u32) {
        let Some(frame) = self.frames.last_mut().filter(|frame| frame.is_map) else { return };
        frame.wants_key = !frame.wants_key;
        if frame.wants_key {
            return;
        }
        let Some(node) = self.nodes.get_mut(index as usize) else { return };
        let text = key_text(self.source, &self.decoded, *node);
        self.problems.extend(frame.keys.note(text, node));
    }

    fn refuse_container_key(&mut self, start: u32) -> Result<(), Stop> {
        if !self.frames.last().is_some_and(|frame| frame.wants_key) {
            return Ok(());
        }
        let problem = Problem::new("key-not-text", start, self.character_end(start), "a list or a map cannot be a key");
        Err(self.stop(problem.help("text that starts with `[` or `{` needs quotes")))
    }

    fn too_deep(&mut self, start: u32, end: u32) -> Stop {
        let limit = self.limits.max_depth;
        self.stop(Problem::new(
            "nested-too-deep",
            start,
            end,
            format!("more than {limit} maps and lists inside each other"),
        ))
    }

    /// After the dash of a list item that has nothing behind it; where there is no dash in sight, `near`.
    fn after_dash(&self, near: u32) -> u32 {
        let mut rest = self.source.get(self.last_end as usize..).unwrap_or_default();
        loop {
            rest = rest.trim_start_matches([' ', '\t', '\n', '\r', ':']);
            match rest.as_bytes().first() {
                Some(b'#') => rest = rest.find('\n').and_then(|end| rest.get(end..)).unwrap_or_default(),
                Some(b'-') => return (self.source.len() - rest.len() + 1) as u32,
                _ => return near,
            }
        }
    }

    fn character_end(&self, start: u32) -> u32 {
        let rest = self.source.get(start as usize..).unwrap_or_default();
        start + rest.chars().next().map_or(0, char::len_utf8) as u32
    }

    fn slice(&self, start: u32, end: u32) -> &'s str {
        self.source.get(start as usize..end as usize).unwrap_or_default()
    }
}

fn alias_bomb(start: u32, end: u32, limit: usize) -> Problem {
    Problem::new("alias-bomb", start, end, format!("aliases repeat more than {limit} keys and values"))
        .help("write the value where it is needed")
}
