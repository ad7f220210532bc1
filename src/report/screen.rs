//! What results are printed to: how wide it is, what it can draw, whether it has colours. Nothing is said by colour alone.

use std::borrow::Cow;

use super::Style;

/// A terminal, or a file or program behind standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Whether it has colours.
    pub style: Style,
    /// Columns of a terminal; none for what is no terminal and takes lines of any length.
    pub width: Option<usize>,
    /// Whether it can show ASCII only.
    pub ascii: bool,
}

impl Screen {
    /// No terminal: text of any length, without colours.
    pub const PLAIN: Self = Self { style: Style::Plain, width: None, ascii: false };

    /// Something that is wrong.
    pub(super) fn bad(&self, text: &str) -> String {
        self.with(anstyle::AnsiColor::Red.on_default().bold(), text)
    }

    /// Something that is right.
    pub(super) fn good(&self, text: &str) -> String {
        self.with(anstyle::AnsiColor::Green.on_default(), text)
    }

    /// Something to look at first.
    pub(super) fn strong(&self, text: &str) -> String {
        self.with(anstyle::Style::new().bold(), text)
    }

    fn with(&self, style: anstyle::Style, text: &str) -> String {
        match self.style {
            Style::Coloured => format!("{style}{text}{style:#}"),
            Style::Plain => text.to_owned(),
        }
    }

    /// The text as it can be shown: without letters that the screen does not have, and without lines that it would break in
    /// the middle of a word.
    pub(super) fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let text = self.in_ascii(text);
        match self.width {
            Some(width) if text.lines().any(|line| seen(line) > width) => Cow::Owned(folded(&text, width)),
            _ => text,
        }
    }

    /// Every sign that is drawn with has one of the same width in ASCII.
    fn in_ascii<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !self.ascii || text.is_ascii() {
            return Cow::Borrowed(text);
        }
        let sign = |c: char| match c {
            '█' => '#',
            '▒' => '=',
            '░' | '─' | '−' => '-',
            '│' | '├' => '|',
            '└' => '`',
            '┴' | '┬' | '┼' => '+',
            '✗' => 'x',
            '✓' => 'v',
            '·' => '.',
            '→' | '▶' => '>',
            '●' => '*',
            c if c.is_ascii() => c,
            _ => '?',
        };
        Cow::Owned(text.chars().map(sign).collect())
    }
}

/// How many columns a text takes: escapes take none.
fn seen(text: &str) -> usize {
    let mut columns = 0;
    let mut escape = false;
    for c in text.chars() {
        match c {
            '\u{1b}' => escape = true,
            'm' if escape => escape = false,
            _ if !escape => columns += 1,
            _ => {}
        }
    }
    columns
}

/// Lines that are too long go on below, behind where they begin. A word that is longer than a line stays whole.
fn folded(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    for line in text.lines() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let hanging = " ".repeat((indent + 4).min(width / 2));
        let mut columns = 0;
        for piece in pieces(line) {
            let word = seen(piece.trim_end_matches(' '));
            if columns + word > width && columns > hanging.len() {
                out.truncate(out.trim_end_matches(' ').len());
                out.push('\n');
                out.push_str(&hanging);
                columns = hanging.len();
            }
            out.push_str(piece);
            columns += seen(piece);
        }
        out.push('\n');
    }
    out
}

/// Words with the spaces behind them; a number and its unit are one.
fn pieces(line: &str) -> Vec<&str> {
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    let is_unit = |rest: &str| {
        let word = rest.split(' ').next().unwrap_or_default().trim_end_matches([',', ';', ')', ']']);
        matches!(word, "s" | "m" | "h" | "d")
    };
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut word = 0;
    for (at, _) in line.match_indices(' ') {
        let number = is_number(line[word..at].trim_start_matches(['(', '[']));
        word = at + 1;
        if !(number && is_unit(&line[word..])) {
            pieces.push(&line[from..word]);
            from = word;
        }
    }
    pieces.push(&line[from..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(width: usize) -> Screen {
        Screen { style: Style::Coloured, width: Some(width), ascii: false }
    }

    #[test]
    fn long_lines_go_on_below() {
        let screen = screen(20);
        let text = format!("  serves again {} and so on\nshort\n", screen.bad("after some time"));
        let shown = screen.shown(&text).into_owned();
        assert!(shown.lines().all(|line| seen(line) <= 20), "{shown}");
        let plain = "  serves again after\n      some time and\n      so on\nshort\n";
        let bare = |text: &str| {
            text.replace(&format!("{}", anstyle::AnsiColor::Red.on_default().bold()), "").replace("\u{1b}[0m", "")
        };
        assert_eq!(bare(&shown), plain);
        assert_eq!(screen.shown("a-word-that-is-longer-than-a-line\n"), "a-word-that-is-longer-than-a-line\n");
        assert_eq!(pieces("a  (20 m 29 s) 2 x"), ["a ", " ", "(20 m ", "29 s) ", "2 ", "x"]);
        assert_eq!(Screen::PLAIN.shown("a line of any length stays as it is"), "a line of any length stays as it is");
    }
}
