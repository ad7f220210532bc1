//! A text cut into components and all else, by its lines alone: nothing is read for it.

use std::ops::Range;

/// A text cut into components and all else, by its lines alone.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outline<'t> {
    /// Components with their names.
    pub(super) items: Vec<(&'t str, Range<usize>)>,
    /// What is not in a component.
    pub(super) other: Vec<Range<usize>>,
}

impl<'t> Outline<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let mut outline = Self::default();
        let (mut in_components, mut indent) = (false, 0);
        let mut start = 0;
        while start < text.len() {
            let end = memchr::memchr(b'\n', &text.as_bytes()[start..]).map_or(text.len(), |at| start + at + 1);
            let line = &text[start..end];
            let content = line.trim_start_matches(' ');
            let is_blank = matches!(content.as_bytes().first(), None | Some(b'\n' | b'\r' | b'#'));
            let depth = line.len() - content.len();
            if !is_blank && depth == 0 {
                in_components = content.trim_end() == "components:" || content.starts_with("components: #");
                indent = 0;
                outline.extend_other(start, end);
            } else if in_components && !is_blank && (indent == 0 || depth <= indent) {
                indent = depth;
                let name = content.split(':').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
                outline.items.push((name, start..end));
            } else {
                match outline.items.last_mut().filter(|(_, range)| range.end == start) {
                    Some((_, range)) => range.end = end,
                    None => outline.extend_other(start, end),
                }
            }
            start = end;
        }
        outline
    }

    fn extend_other(&mut self, start: usize, end: usize) {
        match self.other.last_mut().filter(|last| last.end == start) {
            Some(last) => last.end = end,
            None => self.other.push(start..end),
        }
    }

    /// The components that a range touches, or what is beside them. None where both are touched: a text of which it is
    /// not clear what it belongs to.
    pub(super) fn around(&self, range: Range<usize>) -> Option<Range<usize>> {
        let touches = |other: &Range<usize>| other.start <= range.end && range.start < other.end;
        let mut items = self.items.iter().map(|(_, item)| item).filter(|item| touches(item));
        if let Some(first) = items.next() {
            let whole = first.start..items.next_back().unwrap_or(first).end;
            return (whole.start <= range.start && range.end <= whole.end).then_some(whole);
        }
        self.other.iter().find(|other| other.start <= range.start && range.end <= other.end).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::SPEC;
    use super::*;

    #[test]
    fn a_text_is_cut_by_its_lines() {
        let outline = Outline::of(SPEC);
        let names: Vec<&str> = outline.items.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["base", "data-base", "last"]);
        let of = |range: &Range<usize>| &SPEC[range.clone()];
        assert!(of(&outline.items[0].1).starts_with("  base:\n") && of(&outline.items[0].1).ends_with("to: [b]}\n"));
        assert_eq!(outline.other.len(), 2);
        assert!(of(&outline.other[0]).ends_with("others need.\n") && of(&outline.other[1]).starts_with("scenarios:"));
    }
}
