//! Bytes to text: UTF-8 without control characters, or a clear answer where it is not.

use super::Problem;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The text in `bytes`, without a byte order mark.
///
/// # Errors
///
/// A problem named `not-utf-8`, `utf-16` or `control-character` that gives the line; its offsets count bytes after
/// the byte order mark.
pub fn decode(bytes: &[u8]) -> Result<&str, Problem> {
    refuse_wide(bytes)?;
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error.valid_up_to()))?;
    match control(bytes) {
        Some(at) => Err(refuse_control(bytes, at)),
        None => Ok(text),
    }
}

/// The text in `bytes` as well as it can be made out, to look for what else is wrong with it.
pub fn decode_lossy(bytes: &[u8]) -> String {
    let little_endian = match bytes {
        [0xFF, 0xFE, ..] => true,
        [0xFE, 0xFF, ..] => false,
        [first, 0, ..] if *first != 0 => true,
        [0, second, ..] if *second != 0 => false,
        _ => return String::from_utf8_lossy(bytes.strip_prefix(BOM).unwrap_or(bytes)).into_owned(),
    };
    let units = bytes.as_chunks::<2>().0.iter();
    let units = units.map(|unit| if little_endian { u16::from_le_bytes(*unit) } else { u16::from_be_bytes(*unit) });
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).filter(|c| *c != '\u{FEFF}').collect()
}

/// UTF-16 and UTF-32 start with a byte order mark or have a zero byte beside the first ASCII character.
fn refuse_wide(bytes: &[u8]) -> Result<(), Problem> {
    let wide = matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, 0, 0xFE, 0xFF, ..])
        || matches!(bytes, [0, second, ..] if *second != 0)
        || matches!(bytes, [first, 0, ..] if *first != 0);
    if wide {
        return Err(Problem::new("utf-16", 0, 0, "the file is UTF-16 or UTF-32, not UTF-8")
            .help("save it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`"));
    }
    Ok(())
}

fn not_utf8(bytes: &[u8], at: usize) -> Problem {
    let byte = bytes.get(at).copied().unwrap_or_default();
    Problem::new(
        "not-utf-8",
        offset(at),
        offset(at + 1),
        format!("byte {} (0x{byte:02X}) on line {} is not UTF-8", at + 1, line(bytes, at)),
    )
    .help("save the file as UTF-8, for example with `iconv -f LATIN1 -t UTF-8`")
}

/// The first control character; a carriage return is one unless a line feed follows.
fn control(bytes: &[u8]) -> Option<usize> {
    let suspicious = |byte: &u8| (*byte < b' ' && *byte != b'\n' && *byte != b'\t') || *byte == 0x7F;
    // The common case has none and is decided a block at a time, which the compiler turns into vector code.
    let mut from = 0;
    for block in bytes.chunks(4096) {
        if block.iter().fold(false, |found, byte| found | suspicious(byte)) {
            for (index, byte) in block.iter().enumerate() {
                let at = from + index;
                if suspicious(byte) && !(*byte == b'\r' && bytes.get(at + 1) == Some(&b'\n')) {
                    return Some(at);
                }
            }
        }
        from += block.len();
    }
    None
}

fn refuse_control(bytes: &[u8], at: usize) -> Problem {
    let byte = bytes.get(at).copied().unwrap_or_default();
    let (what, help) = match byte {
        0 => ("a NUL character", "remove it; is this a text file?"),
        b'\r' => ("a carriage return without a line feed", "end lines with a line feed"),
        _ => ("a control character", "remove it, or write it as an escape in double quotes such as \"\\e\""),
    };
    let message = format!("{what} (0x{byte:02X}) at byte {} on line {}", at + 1, line(bytes, at));
    Problem::new("control-character", offset(at), offset(at + 1), message).help(help)
}

fn line(bytes: &[u8], at: usize) -> usize {
    1 + memchr::memchr_iter(b'\n', bytes.get(..at).unwrap_or_default()).count()
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
