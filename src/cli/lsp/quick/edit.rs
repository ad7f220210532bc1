//! Where a text differs from the one before, and findings about the old text at their places in the new one.

use std::ops::Range;

use crate::diag::{Diagnostic, FileId, SourceMap, Span};

/// Where a text differs from the one before: bytes `start..old_end` have become `start..new_end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) file: FileId,
    pub(super) start: usize,
    pub(super) old_end: usize,
    pub(super) new_end: usize,
}

/// The edit between two states of the same files, perhaps an empty one; none where several were edited.
pub(super) fn edit(old: &SourceMap, new: &SourceMap) -> Option<Edit> {
    if old.files().count() != new.files().count() {
        return None;
    }
    let mut edits = Vec::new();
    for ((file, old), (_, new)) in old.files().zip(new.files()) {
        if old.name != new.name {
            return None;
        }
        if old.text != new.text {
            let shorter = old.text.len().min(new.text.len());
            let mut start = common(old.text.as_bytes(), new.text.as_bytes(), false);
            while !(old.text.is_char_boundary(start) && new.text.is_char_boundary(start)) {
                start -= 1;
            }
            let mut same = common(old.text.as_bytes(), new.text.as_bytes(), true).min(shorter - start);
            while !new.text.is_char_boundary(new.text.len() - same) {
                same -= 1;
            }
            edits.push(Edit { file, start, old_end: old.text.len() - same, new_end: new.text.len() - same });
        }
    }
    match edits[..] {
        [] => Some(Edit { file: FileId(0), start: 0, old_end: 0, new_end: 0 }),
        [one] => Some(one),
        _ => None,
    }
}

/// How many bytes are the same at the front, or at the end, of two texts.
fn common(old: &[u8], new: &[u8], at_end: bool) -> usize {
    const BLOCK: usize = 4 << 10;
    let length = old.len().min(new.len());
    let slice = |text: &[u8], range: Range<usize>| -> Range<usize> {
        if at_end { text.len() - range.end..text.len() - range.start } else { range }
    };
    let equal = |range: Range<usize>| old[slice(old, range.clone())] == new[slice(new, range)];
    let mut same = 0;
    // Whole blocks are compared much faster than bytes.
    while same + BLOCK <= length && equal(same..same + BLOCK) {
        same += BLOCK;
    }
    while same < length && equal(same..same + 1) {
        same += 1;
    }
    same
}

/// A finding about the old text, at its place in the new one.
pub(super) fn moved(diagnostic: &Diagnostic, edit: Edit) -> Diagnostic {
    let offset = |at: u32| {
        let at = at as usize;
        let new = match () {
            () if at <= edit.start => at,
            () if at >= edit.old_end => at - edit.old_end + edit.new_end,
            () => at.min(edit.new_end),
        };
        u32::try_from(new).unwrap_or(u32::MAX)
    };
    placed(diagnostic.clone(), |span| match span.file == edit.file {
        true => Span::new(span.file, offset(span.start), offset(span.end)),
        false => span,
    })
}

pub(super) fn placed(mut diagnostic: Diagnostic, place: impl Fn(Span) -> Span) -> Diagnostic {
    diagnostic.primary = diagnostic.primary.map(&place);
    diagnostic.labels.iter_mut().for_each(|(span, _)| *span = place(*span));
    if let Some((span, _)) = &mut diagnostic.fix {
        *span = place(*span);
    }
    diagnostic
}

#[cfg(test)]
mod tests {
    use super::super::fixture::map;
    use super::*;
    use crate::diag::Code;

    #[test]
    fn findings_move_with_the_text() {
        let found = Diagnostic::error(Code("x"), "x").at(Span::new(FileId(0), 10, 20));
        for (start, old_end, new_end, wanted) in [
            (0, 0, 5, (15, 25)),
            (30, 30, 35, (10, 20)),
            (12, 14, 12, (10, 18)),
            (5, 15, 6, (6, 11)),
            (20, 20, 25, (10, 20)),
        ] {
            let span = moved(&found, Edit { file: FileId(0), start, old_end, new_end }).primary.unwrap();
            assert_eq!((span.start, span.end), wanted, "{start}..{old_end} -> {new_end}");
        }
    }

    #[test]
    fn an_edit_is_what_differs() {
        for (old, new, wanted) in [
            ("abc", "abxc", (2, 2, 3)),
            ("aaa", "aaaa", (3, 3, 4)),
            ("abc", "c", (0, 2, 0)),
            ("ü", "ö", (0, 2, 2)),
            ("xüy", "xý", (1, 4, 3)),
            ("", "a", (0, 0, 1)),
        ] {
            let edit = edit(&map(old), &map(new)).unwrap();
            assert_eq!((edit.start, edit.old_end, edit.new_end), wanted, "{old} -> {new}");
        }
    }
}
