//! Where a position in a text is that is just being written: under which keys, and whether a key or a value stands there.
//!
//! For editors, while the text may be broken; so lines are looked at by their indentation, and brackets on the line of the
//! position only. A reader of documents is in the rest of this module.

/// What stands at a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The keys above, from the outside in. Positions in lists do not count.
    pub path: Vec<String>,
    /// The key whose value it is; none where a key itself stands.
    pub key: Option<String>,
    /// The word around the position.
    pub word: String,
    /// Bytes of the word.
    pub range: (usize, usize),
}

/// What stands at a byte of a text.
pub fn cursor(text: &str, offset: usize) -> Cursor {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let (line, before) = (line_at(text, start), &text[start..offset]);
    let indent = if line.trim().is_empty() { before.len() } else { content(line) };
    let mut path = keys_above(&text[..start], indent);
    let own = before.get(content(line).min(before.len())..).unwrap_or_default();
    let in_list = line.trim_start().starts_with("- ");
    let inner = brackets(own, &mut path);
    let key = match inner {
        Inner::Value(key) => Some(key),
        // An entry of a list in block form is a value of the key above, unless it is a map itself.
        Inner::Key if in_list && !line.contains(": ") && !line.trim_end().ends_with(':') => path.pop(),
        Inner::Key => None,
    };
    let (word, range) = word_at(text, offset);
    Cursor { path, key, word, range }
}

/// Whether a key or a value stands at the end of the start of a line.
enum Inner {
    Key,
    Value(String),
}

/// Reads the start of a line up to the position: what is in brackets lies deeper.
fn brackets(line: &str, path: &mut Vec<String>) -> Inner {
    let mut open: Vec<(bool, Option<String>)> = vec![(true, None)];
    let mut token = String::new();
    let mut quote: Option<char> = None;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(mark), c) if c == mark => quote = None,
            (Some(_), c) => token.push(c),
            (None, '"' | '\'') if token.trim().is_empty() => quote = Some(c),
            (None, '#') if token.ends_with(' ') => break,
            (None, '{' | '[') => {
                open.push((c == '{', None));
                token.clear();
            }
            (None, '}' | ']') => {
                if open.len() > 1 {
                    open.pop();
                }
                token.clear();
            }
            (None, ',') => {
                if let Some((true, key)) = open.last_mut().filter(|(map, _)| *map).map(|frame| (frame.0, &mut frame.1))
                {
                    *key = None;
                }
                token.clear();
            }
            (None, ':') if chars.peek().is_none_or(|next| *next == ' ') => {
                if let Some((true, key)) = open.last_mut().map(|frame| (frame.0, &mut frame.1)) {
                    *key = Some(token.trim().to_owned());
                }
                token.clear();
            }
            (None, c) => token.push(c),
        }
    }
    let last = open.pop().unwrap_or((true, None));
    path.extend(open.into_iter().filter_map(|(_, key)| key));
    match last {
        (true, None) => Inner::Key,
        (true, Some(key)) => Inner::Value(key),
        // A list in brackets: its values are those of the key in front of it.
        (false, _) => path.pop().map_or(Inner::Key, Inner::Value),
    }
}

/// The keys of the lines above that lie further to the left, each further than the one below.
fn keys_above(text: &str, indent: usize) -> Vec<String> {
    let mut path = Vec::new();
    let mut indent = indent;
    for line in text.lines().rev() {
        let at = content(line);
        let words = line.trim();
        if words.is_empty() || words.starts_with('#') || at >= indent {
            continue;
        }
        let key = words.trim_start_matches("- ").split_once(':').map(|(key, _)| key.trim().trim_matches(['"', '\'']));
        if let Some(key) = key {
            path.push(key.to_owned());
        }
        indent = at;
        if indent == 0 {
            break;
        }
    }
    path.reverse();
    path
}

/// The column at which the content of a line begins; the mark of a list is no content.
fn content(line: &str) -> usize {
    let spaces = line.len() - line.trim_start_matches(' ').len();
    if line[spaces..].starts_with("- ") { spaces + 2 } else { spaces }
}

fn line_at(text: &str, start: usize) -> &str {
    text[start..].split('\n').next().unwrap_or_default()
}

fn word_at(text: &str, offset: usize) -> (String, (usize, usize)) {
    let in_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let start = offset - text[..offset].chars().rev().take_while(|c| in_word(*c)).map(char::len_utf8).sum::<usize>();
    let end = offset + text[offset..].chars().take_while(|c| in_word(*c)).map(char::len_utf8).sum::<usize>();
    (text[start..end].to_owned(), (start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cursor at the mark `|`.
    fn at(text: &str) -> (String, Option<String>, String) {
        let offset = text.find('|').unwrap();
        let cursor = cursor(&text.replacen('|', "", 1), offset);
        (cursor.path.join("."), cursor.key, cursor.word)
    }

    fn key(text: &str, path: &str, word: &str) {
        assert_eq!(at(text), (path.to_owned(), None, word.to_owned()), "{text}");
    }

    fn value(text: &str, path: &str, key: &str, word: &str) {
        assert_eq!(at(text), (path.to_owned(), Some(key.to_owned()), word.to_owned()), "{text}");
    }

    #[test]
    fn block_keys_and_values() {
        key("comp|", "", "comp");
        key("components:\n  db:\n    ow|", "components.db", "ow");
        key("components:\n  db:\n    |\n  other:\n", "components.db", "");
        value("components:\n  db:\n    owner: d|", "components.db", "owner", "d");
        value("components:\n  db:\n    depends_on:\n      - sh|", "components.db", "depends_on", "sh");
        key("a:\n  # note: x\n\n  b|", "a", "b");
    }

    #[test]
    fn brackets_lie_deeper() {
        value("stores:\n  vault: {at: mad|, technology: x}", "stores.vault", "at", "mad");
        key("stores:\n  vault: {at: madrid, te|}", "stores.vault", "te");
        value("r:\n  to: [a, b|]", "r", "to", "b");
        value("copies:\n  n: {verify: {every: 3|}}", "copies.n.verify", "every", "3");
        value("e:\n  - {scenario: \"lose:a\", component: sh|}", "e", "component", "sh");
        value("a: {b: {c: 1}, d: x|}", "a", "d", "x");
    }

    #[test]
    fn nothing_panics() {
        let text = "a:\n  - {b: [\"c: d\", 'é', {e: f}]}\n  -\n\t\n: :\n";
        for offset in 0..=text.len() + 3 {
            let _ = cursor(text, offset);
        }
    }
}
