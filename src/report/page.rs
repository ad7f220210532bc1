//! A Markdown page for a comment on a pull request: it grows block by block and never gets longer than a comment may be.

/// GitHub takes 65,536 characters and GitLab a million; the notice of what was cut fits into what is left.
const LONGEST: usize = 65_000;

/// Part of a page; what does not fit any more is counted.
pub(super) struct Page {
    text: String,
    room: usize,
    left_out: usize,
}

impl Page {
    /// A page with the hidden mark by which a later run finds its comment again and updates it in place.
    pub(super) fn new(mark: &str) -> Self {
        let text = format!("<!-- drplan:{mark} -->\n");
        Self { room: LONGEST - text.len(), text, left_out: 0 }
    }

    /// Adds a block if it fits whole; says whether it did.
    pub(super) fn push(&mut self, block: &str) -> bool {
        let length = block.chars().count();
        let fits = self.left_out == 0 && length <= self.room;
        if fits {
            self.room -= length;
            self.text.push_str(block);
        } else {
            self.left_out += 1;
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
        if self.left_out > 0 || self.room < frame {
            self.left_out += entries.count();
            return;
        }
        self.room -= frame;
        self.text.push_str(&open);
        for entry in entries {
            self.push(&entry);
        }
        self.text.push_str(CLOSE);
    }

    /// The page, with a notice of what was cut.
    pub(super) fn finish(mut self) -> String {
        if self.left_out > 0 {
            let more = self.left_out;
            self.text.push_str(&format!(
                "\n*and {more} more that do not fit into a comment: see the full report of this run.*\n"
            ));
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_never_too_long() {
        let mut page = Page::new("test");
        page.push("## head\n\n");
        page.fold("many", (0..10_000).map(|n| format!("- entry number {n}: äöü\n")));
        page.push("never\n");
        let text = page.finish();
        assert!(text.chars().count() < 65_536);
        assert!(text.contains("</details>") && text.contains("more that do not fit"));
        assert!(!text.contains("never"));
    }
}
