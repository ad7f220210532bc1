//! A Markdown page for a comment on a pull request: it grows block by block and never gets longer than a comment may be.

use crate::diag::markup::md_message;
use crate::diag::visible::one_line;

/// The most characters of a page. The gate puts two pages into one comment, what a change does and what was found, and GitHub
/// takes 65,536 characters, so that nobody else has to know a bound or to cut. Bitbucket takes 32,768, so one page fits there too.
const LONGEST: usize = 32_000;

/// Kept free for the notice of what was cut.
const NOTICE: usize = 120;

/// An entry that is longer and does not fit is left out by itself: those after it still may.
const LARGE: usize = 2_000;

/// Part of a page; what does not fit any more is counted.
pub(super) struct Page {
    text: String,
    room: usize,
    is_full: bool,
    left_out: usize,
}

impl Page {
    /// A page with the hidden mark by which a later run finds its comment again and updates it in place, and its title.
    pub(super) fn new(mark: &str, is_bad: bool, system: &str, words: &str) -> Self {
        const NAME: usize = 100;
        let sign = if is_bad { "❌" } else { "✅" };
        let mut name: String = one_line(system).chars().take(NAME + 1).collect();
        if name.chars().count() > NAME {
            name.pop();
            name.push('…');
        }
        let text = format!("<!-- drplan:{mark} -->\n### {sign} {}: {words}\n\n", md_message(&name));
        Self { room: (LONGEST - NOTICE).saturating_sub(text.chars().count()), text, is_full: false, left_out: 0 }
    }

    /// Adds an entry if it fits whole.
    pub(super) fn entry(&mut self, entry: &str) {
        let length = entry.chars().count();
        if !self.add(entry, length) {
            self.left_out += 1;
            self.is_full |= length <= LARGE;
        }
    }

    /// Adds what stands between entries: a heading, an empty line.
    pub(super) fn between(&mut self, text: &str) {
        self.is_full |= !self.add(text, text.chars().count());
    }

    fn add(&mut self, text: &str, length: usize) -> bool {
        let fits = !self.is_full && length <= self.room;
        if fits {
            self.room -= length;
            self.text.push_str(text);
        }
        fits
    }

    /// Adds entries under a line that can be unfolded.
    pub(super) fn fold(&mut self, summary: &str, entries: impl IntoIterator<Item = String>) {
        const CLOSE: &str = "\n</details>\n\n";
        let open = format!("<details><summary>{summary}</summary>\n\n");
        let mut entries = entries.into_iter().peekable();
        if entries.peek().is_none() {
            return;
        }
        // The end is paid for first: a page that is cut inside still folds.
        let frame = open.chars().count() + CLOSE.len();
        self.is_full |= self.room < frame;
        if self.is_full {
            self.left_out += entries.count();
            return;
        }
        self.room -= frame;
        self.text.push_str(&open);
        for entry in entries {
            self.entry(&entry);
        }
        self.text.push_str(CLOSE);
    }

    /// The page, with a notice of what was cut.
    pub(super) fn finish(mut self) -> String {
        let more = match self.left_out {
            0 => return self.text,
            1 => "1 more that does".to_owned(),
            many => format!("{many} more that do"),
        };
        self.text.push_str(&format!("\n*and {more} not fit into a comment: see the full report of this run.*\n"));
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        Page::new("test", false, "shop", "well")
    }

    #[test]
    fn a_page_is_never_too_long() {
        let mut page = page();
        page.fold("many", (0..10_000).map(|n| format!("- entry number {n}: äöü\n")));
        page.between("never\n");
        page.entry("never\n");
        let text = page.finish();
        assert!(text.chars().count() <= LONGEST);
        assert!(text.contains("</details>") && !text.contains("never"));
        let shown = text.matches("entry number").count();
        assert!(text.contains(&format!("and {} more that do not fit", 10_001 - shown)), "what is counted are entries");
    }

    #[test]
    fn two_pages_are_one_comment() {
        let full = || {
            let mut page = page();
            page.entry(&"💥".repeat(page.room));
            assert_eq!(page.room, 0);
            (0..1_000_000).for_each(|_| page.entry("x"));
            page.finish()
        };
        assert!((full() + "\n" + &full() + "\n").chars().count() < 65_536);
    }

    #[test]
    fn what_is_too_large_hides_nothing_else() {
        let mut page = Page::new("test", true, &"name ".repeat(50_000), "bad");
        page.entry(&"x".repeat(LONGEST));
        page.entry("after\n");
        let text = page.finish();
        assert!(text.contains("…: bad\n") && text.contains("after\n"), "{text}");
        assert!(text.contains("and 1 more that does not fit"), "{text}");
    }
}
