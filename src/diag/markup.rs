//! Inert text in Markdown and HTML, for generated pages and for reports alike.
//!
//! CommonMark 0.31 and GitHub's extensions. Only what could mean something in its place is escaped, so that the page
//! also reads well as plain text; `tests/it/markdown.rs` holds it against a renderer in every kind of place.

use super::visible::{one_line, visible, visible_lines};

/// Prose on one line that renders as itself wherever text may stand: paragraph, heading, list item, table cell, link
/// text, emphasis.
pub fn md_text(text: &str) -> String {
    let line = one_line(text);
    let chars: Vec<char> = line.chars().collect();
    let mut out = String::with_capacity(line.len() + 8);
    for (i, &c) in chars.iter().enumerate() {
        if is_special(&chars[..i], c, chars.get(i + 1).copied()) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn is_special(head: &[char], c: char, after: Option<char>) -> bool {
    let before = head.last().copied();
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    match c {
        '\\' | '`' | '*' | '{' | '}' | '[' | ']' | '<' | '|' | '~' | '$' | '^' => true,
        '>' | '+' | '-' | '=' | '(' => before.is_none(),
        ':' => before.is_none() || after.is_none_or(|c| c == '/'),
        '#' => before.is_none() || after.is_none(),
        '!' => after.is_none(),
        '&' => after.is_none_or(|c| c == '#' || c.is_ascii_alphanumeric()),
        '_' => !(word(before) && word(after)),
        '.' => is_number(head) || head.ends_with(&['w', 'w', 'w']),
        ')' => before.is_none() || is_number(head),
        _ => false,
    }
}

fn is_number(head: &[char]) -> bool {
    !head.is_empty() && head.iter().all(char::is_ascii_digit)
}

/// A code span that shows the text exactly, hidden characters by number; its fence is longer than any run of backticks
/// inside. Not for table cells: there a `|` ends the cell even in code.
pub fn md_code(text: &str) -> String {
    let text = visible(text);
    let fence = "`".repeat(longest_run(&text) + 1);
    let blank = text.chars().all(|c| c == ' ');
    let edge = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let pad = if text.is_empty() || !blank && edge { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// [`md_code`] for a table cell, where `\|` stands for `|`. Renderers disagree about a backslash before a `|`, so a text
/// with both becomes an HTML `<code>`.
pub fn md_code_cell(text: &str) -> String {
    if text.contains('|') && text.contains('\\') {
        let inside: String = visible(text).chars().map(|c| format!("&#{};", u32::from(c))).collect();
        return format!("<code>{inside}</code>");
    }
    md_code(text).replace('|', "\\|")
}

/// One line of a message: what stands between backticks stays code, and what a forge would make a link or a mention of
/// (`@team`, `#12`, `GH-12`, an address) becomes code. All else is text.
pub fn md_message(text: &str) -> String {
    message(text, md_code)
}

/// [`md_message`] for a table cell.
pub fn md_message_cell(text: &str) -> String {
    message(text, md_code_cell)
}

fn message(text: &str, code: fn(&str) -> String) -> String {
    let line = one_line(text);
    let mut parts: Vec<&str> = line.split('`').collect();
    let word = |word: &str| if is_reference(word) { code(word) } else { inner_text(word) };
    let words = |part: &str| part.split(' ').map(word).collect::<Vec<_>>().join(" ");
    let mut out = String::with_capacity(line.len() + 16);
    // What begins a line may begin a list, a heading or a quotation.
    if let Some((first, rest)) = parts[0].split_once(' ').filter(|(first, _)| !is_reference(first)) {
        out.push_str(&md_text(first));
        out.push(' ');
        parts[0] = rest;
    }
    for (number, part) in parts.iter().enumerate() {
        let (inside, closed) = (number % 2 == 1, number + 1 < parts.len());
        match (inside, closed) {
            (true, true) if !part.is_empty() => out.push_str(&code(part)),
            (true, true) => out.push_str("\\`\\`"),
            (true, false) => out.push_str(&format!("\\`{}", words(part))),
            (false, _) => out.push_str(&words(part)),
        }
    }
    out
}

/// A word that stands between others: less of it can mean something than at the ends of a line.
fn inner_text(word: &str) -> String {
    let text = md_text(&format!(",{word},"));
    text.strip_prefix(',').and_then(|text| text.strip_suffix(',')).map_or_else(|| md_text(word), str::to_owned)
}

/// Whether a forge would turn a word into a link to something, or tell somebody of it.
fn is_reference(word: &str) -> bool {
    let numbered = |mark: &str| {
        let after = word.match_indices(mark).map(|(at, _)| word[at + mark.len()..].chars().next());
        after.flatten().any(|c| c.is_ascii_digit())
    };
    let is_hash = |part: &str| part.len() >= 7 && part.bytes().all(|b| b.is_ascii_hexdigit());
    word.contains(['@', '~'])
        || ["://", "www.", "mailto:", "xmpp:"].iter().any(|mark| word.contains(mark))
        || ["#", "!", "$", "%", "&", "GH-", "gh-"].iter().any(|mark| numbered(mark))
        || word.split(|c: char| !c.is_ascii_alphanumeric()).any(is_hash)
}

/// Text of an HTML element or of a quoted attribute; newlines and tabs stay.
pub fn html_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible_lines(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// [`html_text`] in quotation marks: the value of an attribute.
pub fn html_attr(text: &str) -> String {
    format!("\"{}\"", html_text(text))
}

/// One line of a message as HTML: what stands between backticks is code, all else is text.
pub fn html_message(text: &str) -> String {
    let line = one_line(text);
    let parts: Vec<&str> = line.split('`').collect();
    let mut out = String::with_capacity(line.len() + 16);
    for (number, part) in parts.iter().enumerate() {
        match (number % 2 == 1, number + 1 < parts.len()) {
            (true, true) => out.push_str(&format!("<code>{}</code>", html_text(part))),
            (true, false) => out.push_str(&format!("`{}", html_text(part))),
            (false, _) => out.push_str(&html_text(part)),
        }
    }
    out
}

/// An address of the spec as code that may break after its dots.
pub fn html_address(address: &str) -> String {
    format!("<code>{}</code>", html_text(&one_line(address)).replace('.', ".<wbr>"))
}

/// JSON inside a `<script>` of HTML: nothing in it ends the script or begins a comment, and it reads as the same value.
/// The characters that are escaped occur only inside strings of JSON.
pub fn script_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + json.len() / 16);
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// The longest run of backticks.
pub(crate) fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_stays_readable() {
        for text in ["shop-db on db1.example.com", "dba on call, +34 600 000 000", "a (b): c/d, 50 % & more", "a_b"] {
            assert_eq!(md_text(text), text);
        }
    }

    #[test]
    fn markup_is_escaped() {
        assert_eq!(md_text("# [a](b) <i> *x* _y_ a|b"), r"\# \[a\](b) \<i> \*x\* \_y\_ a\|b");
        assert_eq!(md_text("1. x"), r"1\. x");
        assert_eq!(md_text("a\n\n- b"), "a - b");
        assert_eq!(md_text("https://x www.y &amp; &"), r"https\://x www\.y \&amp; \&");
        assert_eq!(md_text("\u{202e}x"), r"\<U+202E>x");
    }

    #[test]
    fn code_spans_hold_anything() {
        assert_eq!(md_code("rm -rf"), "`rm -rf`");
        assert_eq!(md_code("a ``` b"), "````a ``` b````");
        assert_eq!(md_code("`"), "`` ` ``");
        assert_eq!(md_code(""), "`  `");
        assert_eq!(md_code_cell("a|b"), r"`a\|b`");
    }

    #[test]
    fn messages_keep_code_and_tell_nobody() {
        assert_eq!(md_message("up to 25 h of `db.main` is lost"), "up to 25 h of `db.main` is lost");
        assert_eq!(md_message("ask @team about #12 or a/b#3"), "ask `@team` about `#12` or `a/b#3`");
        assert_eq!(md_message("a `b <i>"), r"a \`b \<i>");
        assert_eq!(md_message_cell("a|b `c|d`"), r"a\|b `c\|d`");
        assert_eq!(md_message("see https://x.y"), "see `https://x.y`");
    }

    #[test]
    fn html_messages_keep_code() {
        assert_eq!(html_message("a `b<i>` & `c"), "a <code>b&lt;i&gt;</code> &amp; `c");
        assert_eq!(html_attr("a\" b"), "\"a&quot; b\"");
    }

    #[test]
    fn json_stays_in_its_script() {
        let text = "</script><!-- & \u{2028} \\ \" é";
        let json = serde_json::to_string(text).unwrap();
        let safe = script_json(&json);
        assert!(!safe.contains(['<', '>', '&', '\u{2028}']), "{safe}");
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
    }

    #[test]
    fn html_is_text() {
        assert_eq!(html_text("<a href=\"x\">&'\u{202e}"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;U+202E&gt;");
    }
}
