//! The part of a large spec that it takes to understand what was edited: all sections but the components, the components that
//! were edited, and those that they name.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::edit::{Edit, placed};
use super::mistakes;
use super::outline::Outline;
use crate::cli::lsp::known::Names;
use crate::diag::{Diagnostic, FileId, SourceFile, SourceMap, Span};
use crate::tech::Catalogue;

/// The part of a spec that it takes to understand what was edited.
#[derive(Debug)]
pub(super) struct Part {
    file: FileId,
    /// The items that were edited, in the new text.
    edited: Range<usize>,
    /// What is read of each file, in the order of places.
    pieces: Vec<Vec<Range<usize>>>,
}

impl Part {
    /// What was edited with all that it names.
    pub(super) fn around(sources: &SourceMap, edit: Edit) -> Option<Self> {
        let outlines: Vec<Outline<'_>> = sources.files().map(|(_, file)| Outline::of(&file.text)).collect();
        let text = &sources.file(edit.file)?.text;
        let edited = outlines[usize::from(edit.file.0)].around(edit.start..edit.new_end)?;
        let mut named: FxHashMap<&str, Vec<(usize, &Range<usize>)>> = FxHashMap::default();
        for (file, outline) in outlines.iter().enumerate() {
            outline.items.iter().for_each(|(name, range)| named.entry(name).or_default().push((file, range)));
        }
        let mut pieces: Vec<Vec<Range<usize>>> = outlines.iter().map(|outline| outline.other.clone()).collect();
        let is_edited = |(file, range): &(usize, &Range<usize>)| {
            *file == usize::from(edit.file.0) && edited.start <= range.start && range.end <= edited.end
        };
        let mut words: Vec<&str> =
            text[edited.clone()].split(|c: char| !(c.is_alphanumeric() || "-_.".contains(c))).collect();
        words.sort_unstable();
        words.dedup();
        for (file, range) in words.iter().filter_map(|word| named.get(word)).flatten().filter(|one| !is_edited(one)) {
            pieces[*file].push((*range).clone());
        }
        let own = outlines[usize::from(edit.file.0)].items.iter().map(|(_, range)| range);
        pieces[usize::from(edit.file.0)]
            .extend(own.filter(|range| is_edited(&(usize::from(edit.file.0), range))).cloned());
        pieces.iter_mut().for_each(|pieces| pieces.sort_by_key(|piece| piece.start));
        Some(Self { file: edit.file, edited, pieces })
    }

    /// Is it about what was edited?
    pub(super) fn holds(&self, diagnostic: &Diagnostic) -> bool {
        diagnostic.primary.is_some_and(|span| {
            span.file == self.file && (self.edited.start..self.edited.end).contains(&(span.start as usize))
        })
    }

    /// What is wrong with what was edited.
    pub(super) fn mistakes(
        &self,
        sources: &SourceMap,
        catalogue: &Catalogue,
        names: &Names,
        was_broken: bool,
    ) -> Vec<Diagnostic> {
        let mut part = SourceMap::default();
        for ((_, file), pieces) in sources.files().zip(&self.pieces) {
            let text: String = pieces.iter().map(|piece| &file.text[piece.clone()]).collect();
            part.add(SourceFile::new(file.name.clone(), text));
        }
        let found = mistakes(&part, catalogue);
        let at_home = found.iter().map(|diagnostic| placed(diagnostic.clone(), |span| self.home(span)));
        let told = at_home.filter_map(|mut diagnostic| {
            if self.holds(&diagnostic) {
                return Some(diagnostic);
            }
            // What is not closed reaches on: the reader stumbles over it later, where nothing was wrong before.
            let span = diagnostic.primary?;
            let reaches = span.file == self.file && span.start as usize >= self.edited.end && !was_broken;
            let end = u32::try_from(self.edited.end.saturating_sub(1)).unwrap_or(u32::MAX);
            diagnostic.primary = Some(Span::new(self.file, end, end));
            (reaches && self.reads_on(&diagnostic)).then_some(diagnostic)
        });
        told.filter(|diagnostic| !is_elsewhere(diagnostic, sources, names)).collect()
    }

    /// Only mistakes of syntax reach on.
    fn reads_on(&self, diagnostic: &Diagnostic) -> bool {
        diagnostic.address.is_empty()
    }

    /// A place in the part, in the whole.
    fn home(&self, span: Span) -> Span {
        let pieces = self.pieces.get(usize::from(span.file.0)).map(Vec::as_slice).unwrap_or_default();
        let offset = |at: u32, is_end: bool| {
            let mut left = at as usize;
            for piece in pieces {
                // The end of a span that ends with a piece is in that piece.
                if left < piece.len() || (is_end && left == piece.len()) {
                    return u32::try_from(piece.start + left).unwrap_or(u32::MAX);
                }
                left -= piece.len();
            }
            u32::try_from(pieces.last().map_or(0, |piece| piece.end)).unwrap_or(u32::MAX)
        };
        let start = offset(span.start, false);
        Span::new(span.file, start, offset(span.end, span.end > span.start).max(start))
    }
}

/// Is a name said to be unknown that is known, only not here?
fn is_elsewhere(diagnostic: &Diagnostic, sources: &SourceMap, names: &Names) -> bool {
    let Some(span) = diagnostic.primary.filter(|_| diagnostic.name() == "unknown-reference") else { return false };
    let text = sources.file(span.file).and_then(|file| file.text.get(span.start as usize..span.end as usize));
    let name = text.unwrap_or_default().trim_matches(['"', '\'']);
    names.values().any(|names| names.contains_key(name))
}

#[cfg(test)]
mod tests {
    use super::super::edit::edit;
    use super::super::fixture::{SPEC, map};
    use super::*;
    use crate::cli::lsp::known;
    use crate::model;
    use crate::spec::Spec;
    use crate::text::Limits;

    /// Replacements in the text, and whether what is wrong then can be seen in the item that was edited.
    const EDITS: [(&str, &str, bool); 14] = [
        ("the last one", "the very last one", true),
        ("objective: gold", "objective: golt", true),
        ("base: requires", "bass: requires", true),
        ("data-base: uses", "data-base: use", true),
        ("size: 1 GiB", "size: 1 GiBB", true),
        ("size: 1 GiB", "sise: 1 GiB", true),
        ("0 2 * * *", "0 99 * * *", true),
        ("to: vault", "to: vaul", true),
        ("technology: files", "technology: file", true),
        ("    description: the last one\n", "", true),
        ("instances: {f: {at: a}}", "instances: {f: {at: c}}", true),
        ("fails: [a, base]", "fails: [a, bass]", true),
        // Another component that is not named here has the name already: seen by the analysis alone.
        ("  last:\n", "  base:\n", false),
        // What is not closed runs on to the end, where it is another text's.
        ("the last one", "\"the last one", false),
    ];

    #[test]
    fn what_is_wrong_with_an_item_is_seen_in_its_part() {
        let (catalogue, _) = crate::tech::built_in();
        let old = map(SPEC);
        let (spec, _) = Spec::read(&old, Limits::default());
        let names = known::names(&model::resolve(&spec, &catalogue).0, &old);
        let told = |found: Vec<Diagnostic>| -> Vec<String> {
            let mut told: Vec<String> =
                found.iter().map(|one| format!("{} {:?} {}", one.name(), one.primary, one.message)).collect();
            told.sort();
            told
        };
        for (from, to, is_seen) in EDITS {
            assert_eq!(SPEC.matches(from).count(), 1, "{from}");
            let new = map(&SPEC.replace(from, to));
            let edit = edit(&old, &new).unwrap();
            let part = Part::around(&new, edit).unwrap_or_else(|| panic!("{from} is nowhere"));
            let whole = mistakes(&new, &catalogue).iter().filter(|one| part.holds(one)).cloned().collect();
            let seen = part.mistakes(&new, &catalogue, &names, false);
            match is_seen {
                true => assert_eq!(told(seen), told(whole), "{from} -> {to}"),
                false => assert!(to.starts_with("  base") || !seen.is_empty(), "{from} -> {to}"),
            }
        }
    }
}
