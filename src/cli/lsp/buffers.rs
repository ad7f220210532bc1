//! The texts that are open in the editor, as they are typed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// Open texts by path.
#[derive(Default)]
pub(super) struct Buffers {
    texts: BTreeMap<PathBuf, String>,
    /// The numbers that the editor gives to the states of a text.
    versions: BTreeMap<PathBuf, i64>,
}

impl Buffers {
    pub(super) fn open(&mut self, params: &Value) -> Option<PathBuf> {
        let path = path_of(&params["textDocument"]["uri"])?;
        self.texts.insert(path.clone(), params["textDocument"]["text"].as_str()?.to_owned());
        self.count(&path, params);
        Some(path)
    }

    /// Applies changes in their order: each is a range with its new text, or a whole new text.
    pub(super) fn change(&mut self, params: &Value) -> Option<PathBuf> {
        let path = path_of(&params["textDocument"]["uri"])?;
        self.count(&path, params);
        let text = self.texts.get_mut(&path)?;
        for change in params["contentChanges"].as_array()? {
            let new = change["text"].as_str().unwrap_or_default();
            match change.get("range") {
                Some(range) => {
                    let start = offset(text, &range["start"]);
                    let end = offset(text, &range["end"]).max(start);
                    text.replace_range(start..end, new);
                }
                None => *text = new.to_owned(),
            }
        }
        Some(path)
    }

    pub(super) fn close(&mut self, params: &Value) -> Option<PathBuf> {
        let path = path_of(&params["textDocument"]["uri"])?;
        self.texts.remove(&path);
        self.versions.remove(&path);
        Some(path)
    }

    fn count(&mut self, path: &Path, params: &Value) {
        match params["textDocument"]["version"].as_i64() {
            Some(version) => self.versions.insert(path.to_path_buf(), version),
            None => self.versions.remove(path),
        };
    }

    pub(super) fn text(&self, path: &Path) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// The open texts directly in a folder, and their versions.
    pub(super) fn in_folder(&self, folder: &Path) -> (BTreeMap<PathBuf, String>, BTreeMap<PathBuf, i64>) {
        let is_inside = |path: &Path| path.parent() == Some(folder);
        let texts = self.texts.iter().filter(|(path, _)| is_inside(path));
        let versions = self.versions.iter().filter(|(path, _)| is_inside(path));
        (
            texts.map(|(path, text)| (path.clone(), text.clone())).collect(),
            versions.map(|(path, version)| (path.clone(), *version)).collect(),
        )
    }

    pub(super) fn offset(&self, path: &Path, position: &Value) -> Option<usize> {
        self.text(path).map(|text| offset(text, position))
    }

    /// Bytes as a range of the protocol.
    pub(super) fn range(&self, path: &Path, (start, end): (usize, usize)) -> Option<Value> {
        let text = self.text(path)?;
        Some(json!({"start": position(text, start), "end": position(text, end)}))
    }
}

/// The byte of a position, whose columns count UTF-16 units; past the end of a line its end.
fn offset(text: &str, position: &Value) -> usize {
    let line = usize::try_from(position["line"].as_u64().unwrap_or(0)).unwrap_or(0);
    let column = usize::try_from(position["character"].as_u64().unwrap_or(0)).unwrap_or(0);
    let start = match line {
        0 => 0,
        line => memchr::memchr_iter(b'\n', text.as_bytes()).nth(line - 1).map_or(text.len(), |at| at + 1),
    };
    let mut units = 0;
    for (at, c) in text[start..].char_indices() {
        if units >= column || c == '\n' {
            return start + at;
        }
        units += c.len_utf16();
    }
    text.len()
}

/// The position of a byte.
pub(super) fn position(text: &str, at: usize) -> Value {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = memchr::memchr_iter(b'\n', &text.as_bytes()[..start]).count();
    json!({"line": line, "character": text[start..at].encode_utf16().count()})
}

/// The path of a `file:` URI.
pub(super) fn path_of(uri: &Value) -> Option<PathBuf> {
    let encoded = uri.as_str()?.strip_prefix("file://")?;
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (first, code) {
            (b'%', Some(code)) => {
                bytes.push(code);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

/// The `file:` URI of a path.
pub(super) fn uri_of(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let encode = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    format!("file://{}", path.bytes().map(encode).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_utf_16() {
        let text = "a\ný💥z\n";
        for (byte, line, character) in [(0, 0, 0), (1, 0, 1), (2, 1, 0), (4, 1, 1), (8, 1, 3), (9, 1, 4), (10, 2, 0)] {
            assert_eq!(position(text, byte), json!({"line": line, "character": character}));
            assert_eq!(offset(text, &json!({"line": line, "character": character})), byte);
        }
        assert_eq!(offset(text, &json!({"line": 9, "character": 9})), text.len());
        assert_eq!(offset(text, &json!({"line": 0, "character": 9})), 1);
    }

    #[test]
    fn paths_and_uris() {
        let path = "/tmp/a b/ü%.yaml";
        assert_eq!(path_of(&Value::from(uri_of(path))), Some(PathBuf::from(path)));
        assert_eq!(path_of(&Value::from("untitled:1")), None);
    }
}
