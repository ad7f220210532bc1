//! One shell word out of any text.

use super::QuoteError;
use crate::diag::visible::is_hidden;
use std::fmt::Write;

/// A word for every POSIX shell: plain where no shell could see more in it, else in single quotes. NUL is refused, no
/// shell can hold it.
pub fn sh_arg(text: &str) -> Result<String, QuoteError> {
    if text.contains('\0') {
        return Err(QuoteError::new("a shell word", "a NUL character"));
    }
    Ok(if is_plain(text) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) })
}

/// A word for bash: as [`sh_arg`], but hidden characters are written out (`$'\n'`), so that it stays on one line and a
/// reader sees what runs. Bytes, not `\u`, whose meaning in bash depends on the locale.
pub fn bash_arg(text: &str) -> Result<String, QuoteError> {
    if !text.contains(is_hidden) || text.contains('\0') {
        return sh_arg(text);
    }
    let mut out = String::from("$'");
    for c in text.chars() {
        match c {
            '\\' | '\'' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_hidden(c) => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(out, "\\x{byte:02x}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    Ok(out)
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_@%+:,./-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        assert_eq!(sh_arg("/srv/a-b_c.d:1,2@x+y%").unwrap(), "/srv/a-b_c.d:1,2@x+y%");
        assert_eq!(sh_arg("").unwrap(), "''");
        assert_eq!(sh_arg("it's $(x)").unwrap(), r"'it'\''s $(x)'");
        assert_eq!(sh_arg("~").unwrap(), "'~'");
        assert!(sh_arg("a\0b").is_err());
    }

    #[test]
    fn bash_words_show_hidden_characters() {
        assert_eq!(bash_arg("a b").unwrap(), "'a b'");
        assert_eq!(bash_arg("a\n'\u{202e}").unwrap(), r"$'a\n\'\xe2\x80\xae'");
        assert!(bash_arg("a\0").is_err());
    }
}
