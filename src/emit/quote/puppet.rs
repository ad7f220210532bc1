//! Puppet literals, exact and free of lint warnings.
//!
//! Source of the rules: Puppet's lexer (`lexer2.rb`, `slurp_support.rb`) and puppet-lint's string checks, held against
//! `puppet parser dump` and `puppet-lint` in `tests/it/quoting.rs`.

use super::QuoteError;
use crate::diag::visible::is_hidden;
use crate::emit::data::Data;

/// A string literal: single quotes, unless the value holds `${` (which lint takes for a forgotten variable) or hidden
/// characters (which a reviewer could not see); then double quotes with everything escaped.
pub fn pp_str(text: &str) -> String {
    if text.contains("${") || text.contains(is_hidden) { double(text) } else { single(text) }
}

/// A literal on one line: `{ 'a' => [1, true, undef] }`.
pub fn pp(value: &Data) -> String {
    literal(value, &pp_str)
}

/// A literal for an EPP template: as [`pp`], but it holds neither `<%` nor `%>`, so that it is inert inside a tag and
/// outside of one.
pub fn epp(value: &Data) -> String {
    literal(value, &|text| {
        if text.contains("<%") || text.contains("%>") { double(text).replace('%', "\\u{25}") } else { pp_str(text) }
    })
}

/// A literal over several lines, its first on the current line and the others indented by `indent` spaces plus two for
/// each level: trailing commas, arrows aligned. An empty list or map stays on its line.
pub fn pp_lines(value: &Data, indent: usize) -> String {
    let pad = " ".repeat(indent + 2);
    let end = " ".repeat(indent);
    match value {
        Data::List(items) if !items.is_empty() => {
            let lines: String = items.iter().map(|item| format!("{pad}{},\n", pp_lines(item, indent + 2))).collect();
            format!("[\n{lines}{end}]")
        }
        Data::Map(entries) if !entries.is_empty() => {
            let keys: Vec<String> = entries.iter().map(|(key, _)| pp_str(key)).collect();
            let width = keys.iter().map(|key| key.chars().count()).max().unwrap_or(0);
            let lines: String = keys
                .iter()
                .zip(entries)
                .map(|(key, (_, value))| {
                    let gap = " ".repeat(width - key.chars().count());
                    format!("{pad}{key}{gap} => {},\n", pp_lines(value, indent + 2))
                })
                .collect();
            format!("{{\n{lines}{end}}}")
        }
        other => pp(other),
    }
}

fn literal(value: &Data, string: &impl Fn(&str) -> String) -> String {
    match value {
        Data::Undef => "undef".to_owned(),
        Data::Bool(truth) => truth.to_string(),
        Data::Int(number) => number.to_string(),
        Data::Str(text) => string(text),
        Data::List(items) => {
            let items: Vec<String> = items.iter().map(|item| literal(item, string)).collect();
            format!("[{}]", items.join(", "))
        }
        Data::Map(entries) if entries.is_empty() => "{}".to_owned(),
        Data::Map(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{} => {}", string(key), literal(value, string))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

fn single(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn double(text: &str) -> String {
    let mut body = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\\' | '"' | '$' => body.extend(['\\', c]),
            '\n' => body.push_str("\\n"),
            '\r' => body.push_str("\\r"),
            '\t' => body.push_str("\\t"),
            c if is_hidden(c) => body.push_str(&format!("\\u{{{:X}}}", u32::from(c))),
            c => body.push(c),
        }
    }
    // puppet-lint takes a double-quoted string for a mistake unless it holds a variable or one of the escapes it knows;
    // `\u{...}` is not among them. An empty interpolation says that the quotes are meant.
    let known = ["\\$", "\\\"", "'", "\\t", "\\s", "\\n", "\\\\"].iter().any(|escape| body.contains(escape));
    if known { format!("\"{body}\"") } else { format!("\"${{''}}{body}\"") }
}

/// A name of a class, a variable or a parameter, as it is: it stands where no quoting is possible, so anything else than
/// lower-case words with `::` between them is refused.
pub fn pp_name(text: &str) -> Result<String, QuoteError> {
    let word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    if text.split("::").all(word) {
        return Ok(text.to_owned());
    }
    Err(QuoteError::new("a Puppet name", crate::diag::visible::one_line(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_follow_the_proven_rules() {
        assert_eq!(pp_str("O'Brien's \\ $HOME"), r"'O\'Brien\'s \\ $HOME'");
        assert_eq!(pp_str("a ${b}"), r#""a \${b}""#);
        assert_eq!(pp_str("a\nb"), r#""a\nb""#);
        assert_eq!(pp_str("\u{202e}'"), r#""\u{202E}'""#);
        assert_eq!(pp_str("\u{202e}"), r#""${''}\u{202E}""#);
        assert_eq!(pp_str(""), "''");
    }

    #[test]
    fn literals_nest() {
        let value = Data::map([
            ("a", Data::list(["x", "y"])),
            ("long", Data::map([("n", Data::Int(-1))])),
            ("none", Data::Undef),
            ("empty", Data::List(vec![])),
        ]);
        assert_eq!(pp(&value), "{ 'a' => ['x', 'y'], 'long' => { 'n' => -1 }, 'none' => undef, 'empty' => [] }");
        let lines = "{
    'a'     => [
      'x',
      'y',
    ],
    'long'  => {
      'n' => -1,
    },
    'none'  => undef,
    'empty' => [],
  }";
        assert_eq!(pp_lines(&value, 2), lines);
    }

    #[test]
    fn an_epp_literal_opens_and_closes_no_tag() {
        assert_eq!(epp(&Data::from("<%= $x %> 'y'")), r#""<\u{25}= \$x \u{25}> 'y'""#);
        assert_eq!(epp(&Data::from("50 %")), "'50 %'");
        let tail = epp(&Data::list(["a <%"]));
        assert!(!tail.contains("<%") && !tail.contains("%>"), "{tail}");
    }
}
