//! Fences and links in Markdown pages; the text between them is `diag::markup`'s.

use super::QuoteError;
use crate::diag::markup::longest_run;
use crate::diag::visible::visible_lines;

/// A fenced block around text that is already in the block's language: the fence is longer than any run of backticks
/// inside, the language is a plain word, and a line end follows.
pub fn fence(text: &str, language: &str) -> Result<String, QuoteError> {
    if !language.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Err(QuoteError::new("a code fence", format!("the language {language:?}")));
    }
    let text = visible_lines(text.trim_matches('\n'));
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    Ok(format!("{fence}{language}\n{text}\n{fence}\n"))
}

/// The target of a link: relative, or `https`, `http`, `mailto`; every other scheme is refused.
pub fn md_url(url: &str) -> Result<String, QuoteError> {
    let scheme = url.split(['/', '?', '#']).next().and_then(|head| head.split_once(':')).map(|(scheme, _)| scheme);
    if let Some(scheme) = scheme.filter(|scheme| !matches!(*scheme, "http" | "https" | "mailto")) {
        return Err(QuoteError::new("a link", format!("the scheme {scheme:?}")));
    }
    let mut out = String::with_capacity(url.len());
    for byte in url.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/#?=%:@+,;".contains(&byte) {
            out.push(char::from(byte));
        } else if byte == b'&' {
            out.push_str("&amp;");
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fence("a\n```\nb\n", "bash").unwrap(), "````bash\na\n```\nb\n````\n");
        assert!(fence("a", "x\ny").is_err());
    }

    #[test]
    fn links_go_where_they_say() {
        assert_eq!(md_url("scenario/lose madrid.md#a").unwrap(), "scenario/lose%20madrid.md#a");
        assert_eq!(md_url("https://x/y?a=b&c").unwrap(), "https://x/y?a=b&amp;c");
        assert!(md_url("javascript:alert(1)").is_err());
        assert!(md_url("data:text/html,x").is_err());
        assert_eq!(md_url("a)b\n").unwrap(), "a%29b%0A");
    }
}
