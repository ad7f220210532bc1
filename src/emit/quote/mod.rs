//! Quoting: one function per target language that makes any text inert in it.
//!
//! Each function is total over what the language can hold and refuses the rest (a shell word has no NUL); none of them
//! trusts its input. Templates reach them as filters of the same name (`emit::filters`). Hidden characters (controls,
//! bidirectional marks) are written as escapes wherever the language has them, so that generated code reads as it runs.

mod markdown;
mod powershell;
mod puppet;
mod shell;
mod structured;

pub use crate::diag::markup::{
    html_address, html_attr, html_message, html_text, md_code, md_code_cell, md_text, script_json,
};
pub use markdown::{fence, md_url};
pub use powershell::ps;
pub use puppet::{epp, pp, pp_lines, pp_name, pp_str};
pub use shell::{bash_arg, sh_arg};
pub use structured::{json, json_str, ruby, ruby_str, sql_str, toml, toml_str, yaml, yaml_str};

use crate::diag::visible::one_line;
use thiserror::Error;

/// A value that the target language has no way to write.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{target} cannot hold {what}")]
pub struct QuoteError {
    target: &'static str,
    what: String,
}

impl QuoteError {
    pub(crate) fn new(target: &'static str, what: impl Into<String>) -> QuoteError {
        QuoteError { target, what: what.into() }
    }
}

/// Text for a comment that ends with its line (`#` or `--`), at most `max` characters long. What could open or close a
/// template tag or an enclosing block comment (`%>`, `-->`, `*/`, `#>`) is broken up.
pub fn comment(text: &str, max: usize) -> String {
    let mut out = String::new();
    let mut last = ' ';
    for c in one_line(text).chars() {
        let pair = matches!((last, c), ('%' | '-' | '#', '>') | ('*', '/') | ('<', '%' | '!') | ('-', '-'));
        if pair {
            out.push(' ');
        }
        out.push(c);
        last = c;
    }
    shorten(out, max)
}

/// A comment block: the text wrapped at `width` characters, each line with `prefix` in front.
pub fn comment_lines(text: &str, prefix: &str, width: usize) -> String {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in comment(text, usize::MAX).split(' ') {
        let fits = line.chars().count() + 1 + word.chars().count() <= width;
        if !line.is_empty() && !fits {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    let prefixed: Vec<String> = lines.iter().map(|line| format!("{prefix}{line}").trim_end().to_owned()).collect();
    prefixed.join("\n")
}

fn shorten(text: String, max: usize) -> String {
    if text.chars().count() <= max {
        return text;
    }
    let kept: String = text.chars().take(max.saturating_sub(3)).collect();
    format!("{}...", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_one_inert_line() {
        assert_eq!(comment("a\nnode default {}\u{202e}", 99), "a node default {}<U+202E>");
        assert_eq!(comment("x %> y --> z */ #>", 99), "x % > y - - > z * / # >");
        assert_eq!(comment("0123456789", 8), "01234...");
        assert_eq!(comment("<%= x %>", 99), "< %= x % >");
    }

    #[test]
    fn comment_lines_wrap() {
        assert_eq!(comment_lines("one two three", "# ", 8), "# one two\n# three");
        assert_eq!(comment_lines("", "# ", 8), "#");
        assert_eq!(comment_lines("a\nb", "  # ", 80), "  # a b");
    }
}
