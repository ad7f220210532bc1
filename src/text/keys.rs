//! The keys of a map while the arena is built: no key twice, no merge keys, no value without a key.

use std::collections::HashMap;

use super::Problem;
use super::arena::{DECODED, HIDDEN, Node, QUOTED, after};

/// Maps up to this size are searched one by one, larger ones through a table.
const FEW: usize = 16;

/// The keys of one map so far.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// One bit for every key: as long as no bit comes twice, no key does.
    seen: u128,
    may_repeat: bool,
    count: usize,
}

impl Keys {
    /// Notes a key; the problem if it can be none. Such a key is hidden.
    pub(super) fn note(&mut self, text: &str, node: &mut Node) -> Option<Problem> {
        let bit = 1u128 << (fingerprint(text) & 127);
        self.may_repeat |= self.seen & bit != 0;
        self.seen |= bit;
        self.count += 1;
        let (start, end) = (node.offset, node.offset + node.len);
        let problem = if text == "<<" && node.flags & QUOTED == 0 {
            Problem::new("merge-key", start, end, "merge keys (`<<`) are not part of YAML 1.2")
                .help("repeat the keys, or give the whole value an anchor and repeat it with an alias")
        } else if text.is_empty() {
            Problem::new("empty-key", start, end, "a value without a key").help("write `key: value`")
        } else {
            return None;
        };
        node.flags |= HIDDEN;
        Some(problem)
    }

    /// Hides every key of the finished map at `map` that was there before, and tells of it.
    pub(super) fn hide_repeated(&self, tree: &mut Tree<'_>, map: u32, problems: &mut Vec<Problem>) {
        if !self.may_repeat {
            return;
        }
        let repeated = if self.count <= FEW { few_repeated(tree, map) } else { many_repeated(tree, map) };
        for (earlier, later) in repeated {
            problems.extend(hide(tree, earlier, later));
        }
    }
}

/// The part of the arena that keys need.
pub(super) struct Tree<'a> {
    pub(super) source: &'a str,
    pub(super) decoded: &'a [Box<str>],
    pub(super) nodes: &'a mut [Node],
}

impl Tree<'_> {
    /// Indices and texts of the keys of a map that is not yet closed.
    fn keys(&self, map: u32) -> impl Iterator<Item = (u32, &str)> {
        let mut index = map + 1;
        std::iter::from_fn(move || {
            let key = *self.nodes.get(index as usize)?;
            let at = index;
            let value = *self.nodes.get(index as usize + 1)?;
            index = after(value, index + 1);
            Some((at, key))
        })
        .filter(|(_, key)| key.flags & HIDDEN == 0)
        .map(|(index, key)| (index, key_text(self.source, self.decoded, key)))
    }
}

/// The text of a key.
pub(super) fn key_text<'a>(source: &'a str, decoded: &'a [Box<str>], node: Node) -> &'a str {
    if node.flags & DECODED != 0 {
        return decoded.get(node.next as usize).map_or("", |text| text);
    }
    let inset = u32::from(node.flags & QUOTED != 0);
    source.get((node.offset + inset) as usize..(node.offset + node.len - inset) as usize).unwrap_or_default()
}

fn few_repeated(tree: &Tree<'_>, map: u32) -> Vec<(u32, u32)> {
    let mut first: Vec<(u32, &str)> = Vec::with_capacity(FEW);
    let mut repeated = Vec::new();
    for (index, text) in tree.keys(map) {
        match first.iter().find(|(_, earlier)| *earlier == text) {
            Some((earlier, _)) => repeated.push((*earlier, index)),
            None => first.push((index, text)),
        }
    }
    repeated
}

/// The table's hash is keyed at random, so that nobody can choose names that collide.
fn many_repeated(tree: &Tree<'_>, map: u32) -> Vec<(u32, u32)> {
    let mut first: HashMap<&str, u32> = HashMap::new();
    let mut repeated = Vec::new();
    for (index, text) in tree.keys(map) {
        let earlier = *first.entry(text).or_insert(index);
        if earlier != index {
            repeated.push((earlier, index));
        }
    }
    repeated
}

fn hide(tree: &mut Tree<'_>, earlier: u32, later: u32) -> Option<Problem> {
    let first = *tree.nodes.get(earlier as usize)?;
    let node = tree.nodes.get_mut(later as usize)?;
    node.flags |= HIDDEN;
    let message = format!("the key `{}` is written twice", key_text(tree.source, tree.decoded, *node));
    let problem = Problem::new("duplicate-key", node.offset, node.offset + node.len, message)
        .help("keep one of the two, rename one, or join what is under them")
        .related(first.offset, first.offset + first.len, "first written here");
    Some(problem)
}

/// A few bits that tell most short names apart.
fn fingerprint(text: &str) -> usize {
    let byte = |at: usize| text.as_bytes().get(at).map_or(0, |byte| *byte as usize);
    let last = text.len().wrapping_sub(1);
    text.len().wrapping_mul(37) ^ byte(0) ^ byte(text.len() / 2).wrapping_mul(5) ^ byte(last).wrapping_mul(29)
}
