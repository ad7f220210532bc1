//! Makes text that somebody else wrote safe to show: what cannot be seen, or changes how its neighbours are seen, is
//! written as `<U+202E>`.
//!
//! For terminals, messages and generated text alike. It does not quote for any language; that is `emit::quote`.

use std::borrow::Cow;

/// Whether a character is shown by its number: controls, line and paragraph separators, everything that reorders text
/// (Unicode 15, UAX #9) and what takes no space at all. Joiners and variation selectors stay, emoji and several scripts
/// need them.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// One line: every hidden character, newlines and tabs included, as `<U+XXXX>`.
pub fn visible(text: &str) -> Cow<'_, str> {
    show(text, |_| false)
}

/// Several lines: as [`visible`], but newlines and tabs stay.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    show(text, |c| matches!(c, '\n' | '\t'))
}

/// One line of prose: runs of white space, newlines included, become one space, the ends are trimmed, and what is
/// still hidden is shown.
pub fn one_line(text: &str) -> Cow<'_, str> {
    let tidy = !text.starts_with(char::is_whitespace)
        && !text.ends_with(char::is_whitespace)
        && !text.contains("  ")
        && !text.contains(|c: char| c.is_whitespace() && c != ' ' || is_hidden(c));
    if tidy {
        return Cow::Borrowed(text);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    Cow::Owned(visible(&words.join(" ")).into_owned())
}

fn show(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    let hidden = |c: char| is_hidden(c) && !keep(c);
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if hidden(c) {
            out.push_str(&format!("<U+{:04X}>", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Cuts what nobody reads to its end: a name in a spec may be megabytes.
pub fn shorten(text: &mut String, longest: usize) {
    if text.len() > longest {
        text.truncate(text.floor_char_boundary(longest));
        text.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_cannot_be_seen() {
        assert_eq!(visible("a\x1b[31mb"), "a<U+001B>[31mb");
        assert_eq!(visible("x\u{202e}y\u{2066}z\n"), "x<U+202E>y<U+2066>z<U+000A>");
        assert_eq!(visible_lines("a\n\tb\r\n"), "a\n\tb<U+000D>\n");
        assert_eq!(visible("\u{85}\u{2028}\u{feff}\u{e0041}"), "<U+0085><U+2028><U+FEFF><U+E0041>");
    }

    #[test]
    fn leaves_ordinary_text_alone() {
        for text in ["", "shop-db", "Zürich 東京", "👩\u{200d}🔧 ❤\u{fe0f}", "می\u{200c}خواهم"] {
            assert!(matches!(visible(text), Cow::Borrowed(same) if same == text));
            assert!(matches!(one_line(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn one_line_collapses_white_space() {
        assert_eq!(one_line("  a\n\n b\u{2028}c\td "), "a b c d");
        assert_eq!(one_line("a\u{0}b  c"), "a<U+0000>b c");
    }
}
