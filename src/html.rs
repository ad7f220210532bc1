//! A self-contained HTML file: one frame around a body, with its styles and its script inside.
//!
//! The policy in its head names the styles and the script by their digests and forbids everything else: no network, no
//! image, no frame, no form, no handler in an attribute. So markup that a text smuggled in could still do nothing. Whoever makes
//! the body quotes its texts with [`html_text`](crate::diag::markup::html_text).

use sha2::{Digest, Sha256};

use crate::diag::markup::html_text;

/// What a file is made of.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    /// Its title, as text.
    pub title: &'a str,
    /// Its style sheet.
    pub style: &'a str,
    /// Its script; without it the page must still say all that matters.
    pub script: &'a str,
    /// What is shown, as HTML.
    pub body: &'a str,
}

impl Document<'_> {
    /// The whole file.
    pub fn render(&self) -> String {
        let (style, script) = (block(self.style), block(self.script));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
            digest(&style),
            digest(&script)
        );
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n<title>{}</title>\n<style>{style}</style>\n</head>\n<body>\n{}\n\
             <script>{script}</script>\n</body>\n</html>\n",
            html_text(self.title),
            self.body.trim_end()
        )
    }
}

/// A string of CSS that holds any text: everything but letters, digits and spaces is written by its number.
pub fn css_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            ' ' => out.push(' '),
            c if c.is_ascii_alphanumeric() => out.push(c),
            // What no style sheet may hold stands as the sign for it.
            '\0' => out.push_str("\\FFFD "),
            c => out.push_str(&format!("\\{:X} ", u32::from(c))),
        }
    }
    out.push('"');
    out
}

/// What stands inside of `<style>` or `<script>`: nothing in it may end the element.
fn block(text: &str) -> String {
    format!("\n{}\n", text.trim_end().replace("</", "<\\/"))
}

/// The digest of a block as a policy writes it.
fn digest(text: &str) -> String {
    base64(&Sha256::digest(text.as_bytes()))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let whole = chunk.iter().chain(&[0, 0]).take(3).fold(0u32, |whole, byte| whole << 8 | u32::from(*byte));
        for place in 0..4 {
            let digit = DIGITS[(whole >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 4648, 10.
    #[test]
    fn base64_is_that_of_the_standard() {
        let pairs =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")];
        for (text, expected) in pairs {
            assert_eq!(base64(text.as_bytes()), expected);
        }
    }

    #[test]
    fn the_frame_cannot_be_left() {
        let page = Document { title: "</title><b>", style: "a{}</style><b>", script: "x='</script><b>'", body: "" };
        let text = page.render();
        assert!(!text.contains("<b>'") || text.contains("<\\/script><b>'"), "{text}");
        assert_eq!(text.matches("</style>").count(), 1, "{text}");
        assert_eq!(text.matches("</script>").count(), 1, "{text}");
        assert!(text.contains("<title>&lt;/title&gt;&lt;b&gt;</title>"), "{text}");
    }

    #[test]
    fn css_strings_hold_anything() {
        assert_eq!(css_string("a b"), "\"a b\"");
        assert_eq!(css_string("\"}</é\n"), "\"\\22 \\7D \\3C \\2F \\E9 \\A \"");
    }
}
