//! PowerShell literals.
//!
//! PowerShell reads U+2018 to U+201B as single quotes too, and Windows PowerShell 5.1 reads a script without a byte
//! order mark in the local code page, where the second or third byte of many a letter is such a quote. So the output is
//! ASCII only: everything else is a `[char]` expression.

use crate::emit::data::Data;

/// A literal: a string in single quotes, or `('a' + [char]0x2019 + 'b')`; `$true`, `$null`, `@('a', 'b')`,
/// `@{'k' = 1}`. Good as an argument of a command and inside an expression.
pub fn ps(value: &Data) -> String {
    match value {
        Data::Undef => "$null".to_owned(),
        Data::Bool(truth) => format!("${truth}"),
        Data::Int(number) => number.to_string(),
        Data::Str(text) => string(text),
        Data::List(items) => format!("@({})", join(items.iter().map(ps), ", ")),
        Data::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{} = {}", string(key), ps(value)));
            format!("@{{{}}}", join(entries, "; "))
        }
    }
}

fn string(text: &str) -> String {
    let mut out = String::from("'");
    let mut quoted = true;
    let mut plain = true;
    for c in text.chars() {
        let printable = matches!(c, ' '..='~');
        if printable && !quoted {
            out.push_str(" + '");
        } else if !printable && quoted {
            out.push('\'');
        }
        quoted = printable;
        match c {
            '\'' => out.push_str("''"),
            c if printable => out.push(c),
            c => {
                plain = false;
                out.push_str(&format!(" + {}", code(c)));
            }
        }
    }
    if quoted {
        out.push('\'');
    }
    if plain { out } else { format!("({out})") }
}

fn code(c: char) -> String {
    let number = u32::from(c);
    if number <= 0xffff { format!("[char]0x{number:04X}") } else { format!("[char]::ConvertFromUtf32(0x{number:X})") }
}

fn join(items: impl Iterator<Item = String>, separator: &str) -> String {
    items.collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals() {
        assert_eq!(ps(&Data::from("D:\\b\\$x `n \"y\"")), "'D:\\b\\$x `n \"y\"'");
        assert_eq!(ps(&Data::from("it's")), "'it''s'");
        assert_eq!(ps(&Data::from("")), "''");
        assert_eq!(ps(&Data::from("a\u{2019}; b")), "('a' + [char]0x2019 + '; b')");
        assert_eq!(ps(&Data::from("\n\u{1f527}")), "('' + [char]0x000A + [char]::ConvertFromUtf32(0x1F527))");
        assert_eq!(ps(&Data::list([true, false])), "@($true, $false)");
        assert_eq!(ps(&Data::map([("k'", Data::Undef)])), "@{'k''' = $null}");
    }

    #[test]
    fn every_quote_and_every_foreign_character_is_neutralised() {
        for c in ['\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}', '\u{201c}', 'é', '\u{0}', '\u{202e}'] {
            let written = ps(&Data::from(c.to_string()));
            assert!(written.is_ascii() && !written.chars().any(char::is_control), "{written}");
        }
    }
}
