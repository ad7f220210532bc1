//! Words and quotes on one line, for the fast reader.

use super::builder::Scalar;
use super::fast::Refused;

/// What ends a plain word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The end of the line or a comment.
    Line,
    /// A colon before a space or the end of the line.
    Colon,
}

/// Keys longer than this are left to the YAML library, which draws the line at 1024 characters.
const LONGEST_KEY: usize = 1000;

/// Whether the text has only line ends for control characters, and none of the Unicode characters that YAML forbids or
/// treats as a mark.
pub(super) fn is_ordinary(bytes: &[u8]) -> bool {
    let control = |byte: u8| (byte < b' ' && byte != b'\n') || byte == 0x7F;
    // No early exit within a block: the compiler makes vector code of it.
    let (mut strange, mut foreign) = (false, false);
    for block in bytes.chunks(4096) {
        for byte in block {
            strange |= control(*byte);
            foreign |= *byte >= 0x80;
        }
    }
    let is_line_end = |at: usize| bytes.get(at..).is_some_and(|rest| rest.starts_with(b"\r\n"));
    let controls_are_line_ends =
        || (0..bytes.len()).all(|at| !bytes.get(at).is_some_and(|byte| control(*byte)) || is_line_end(at));
    (!strange || controls_are_line_ends())
        && (!foreign || memchr::memchr2_iter(0xC2, 0xEF, bytes).all(|at| is_ordinary_character(bytes, at)))
}

/// C1 controls are `C2 80` to `C2 9F`; the byte order mark is `EF BB BF`, the two noncharacters `EF BF BE` and `EF BF BF`.
fn is_ordinary_character(bytes: &[u8], at: usize) -> bool {
    !matches!(
        bytes.get(at..).unwrap_or_default(),
        [0xC2, 0x80..=0x9F, ..] | [0xEF, 0xBB, 0xBF, ..] | [0xEF, 0xBF, 0xBE | 0xBF, ..]
    )
}

/// The first position from `at` that is no space.
pub(super) fn skip_spaces(bytes: &[u8], at: usize, end: usize) -> usize {
    let rest = bytes.get(at..end).unwrap_or_default();
    at + rest.iter().take_while(|byte| **byte == b' ').count()
}

/// Whether nothing but spaces and a comment follows; a comment needs a space before it.
pub(super) fn is_rest_empty(bytes: &[u8], at: usize, end: usize) -> bool {
    let next = skip_spaces(bytes, at, end);
    next >= end || (next > at && bytes.get(next) == Some(&b'#'))
}

/// # Errors
///
/// Refuses a key that the YAML library might find too long.
pub(super) fn refuse_long_key(start: usize, end: usize) -> Result<(), Refused> {
    if end - start > LONGEST_KEY { Err(Refused) } else { Ok(()) }
}

/// A plain word in a block: its end, the position of what ended it, and what that is.
///
/// # Errors
///
/// Refuses a word that starts with an indicator.
pub(super) fn plain(bytes: &[u8], start: usize, end: usize) -> Result<(usize, usize, Ending), Refused> {
    let word = bytes.get(start..end).unwrap_or_default();
    check_first(word)?;
    let mut before = b' ';
    for (index, byte) in word.iter().enumerate() {
        let ends = match byte {
            b':' => matches!(word.get(index + 1), None | Some(b' ')).then_some(Ending::Colon),
            b'#' => (before == b' ').then_some(Ending::Line),
            _ => None,
        };
        if let Some(ending) = ends {
            return Ok((start + trimmed(word, index), start + index, ending));
        }
        before = *byte;
    }
    Ok((start + trimmed(word, word.len()), end, Ending::Line))
}

/// A plain word between brackets; its end.
///
/// # Errors
///
/// Refuses what may be a list or map of another form, and a word without an end on this line.
pub(super) fn plain_in_flow(bytes: &[u8], start: usize, end: usize) -> Result<usize, Refused> {
    let word = bytes.get(start..end).unwrap_or_default();
    check_first(word)?;
    let mut before = b' ';
    for (index, byte) in word.iter().enumerate() {
        match byte {
            b',' | b']' | b'}' => return Ok(start + trimmed(word, index)),
            b'[' | b'{' => return Err(Refused),
            b'#' if before == b' ' => return Err(Refused),
            b':' => match word.get(index + 1) {
                Some(b' ') => return Ok(start + trimmed(word, index)),
                None | Some(b',' | b'[' | b']' | b'{' | b'}') => return Err(Refused),
                _ => {}
            },
            _ => {}
        }
        before = *byte;
    }
    Err(Refused)
}

/// A quoted text that ends on its line: the position after the closing quote, and the text.
///
/// # Errors
///
/// Refuses a text without end and the rarer escapes.
pub(super) fn quoted(bytes: &[u8], start: usize, end: usize) -> Result<(usize, Scalar), Refused> {
    let quote = bytes.get(start).copied().unwrap_or_default();
    let inside = bytes.get(start + 1..end).unwrap_or_default();
    let stop = memchr::memchr2(quote, b'\\', inside).ok_or(Refused)?;
    let is_plain = inside.get(stop) == Some(&quote) && !(quote == b'\'' && inside.get(stop + 1) == Some(&quote));
    if is_plain {
        return Ok((start + 1 + stop + 1, Scalar::Quoted));
    }
    let (length, text) = if quote == b'"' { double_quoted(inside)? } else { single_quoted(inside)? };
    let after = start + 1 + length + 1;
    if text == inside.get(..length).unwrap_or_default() {
        return Ok((after, Scalar::Quoted));
    }
    Ok((after, Scalar::Decoded(String::from_utf8(text).map_err(|_| Refused)?.into())))
}

/// Length before the closing quote, and the text with `''` read as `'`.
fn single_quoted(inside: &[u8]) -> Result<(usize, Vec<u8>), Refused> {
    let mut text = Vec::new();
    let mut at = 0;
    loop {
        let rest = inside.get(at..).unwrap_or_default();
        let quote = memchr::memchr(b'\'', rest).ok_or(Refused)?;
        text.extend_from_slice(rest.get(..quote).unwrap_or_default());
        if rest.get(quote + 1) != Some(&b'\'') {
            return Ok((at + quote, text));
        }
        text.push(b'\'');
        at += quote + 2;
    }
}

/// Length before the closing quote, and the text with the common escapes resolved.
fn double_quoted(inside: &[u8]) -> Result<(usize, Vec<u8>), Refused> {
    let mut text = Vec::new();
    let mut at = 0;
    loop {
        let rest = inside.get(at..).unwrap_or_default();
        let stop = memchr::memchr2(b'"', b'\\', rest).ok_or(Refused)?;
        text.extend_from_slice(rest.get(..stop).unwrap_or_default());
        if rest.get(stop) == Some(&b'"') {
            return Ok((at + stop, text));
        }
        text.push(match rest.get(stop + 1) {
            Some(b'"') => b'"',
            Some(b'\\') => b'\\',
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            _ => return Err(Refused),
        });
        at += stop + 2;
    }
}

/// Indicators cannot start a word; a dash can before a letter or digit.
fn check_first(word: &[u8]) -> Result<(), Refused> {
    let refused = match word {
        [] => true,
        [b'-', rest @ ..] => !matches!(rest, [next, ..] if *next > b' ' && !b",[]{}".contains(next)),
        [first, ..] => b"?:,[]{}#&*!|>'\"%@`".contains(first),
    };
    if refused { Err(Refused) } else { Ok(()) }
}

fn trimmed(word: &[u8], end: usize) -> usize {
    let kept = word.get(..end).unwrap_or_default();
    end - kept.iter().rev().take_while(|byte| **byte == b' ').count()
}
