//! Literals of data languages, SQL and Ruby.

use super::QuoteError;
use crate::diag::visible::is_hidden;
use crate::emit::data::Data;
use std::fmt::Write;

/// A JSON value on one line.
pub fn json(value: &Data) -> String {
    flow(value, &Flow { undef: "null", string: json_str, colon: ": ", map: ("{", "}") })
}

/// A JSON string, hidden characters escaped.
pub fn json_str(text: &str) -> String {
    double(text, &['"', '\\'], |out, c| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    })
}

/// A YAML flow value on one line, read alike by YAML 1.1 and 1.2.
pub fn yaml(value: &Data) -> String {
    flow(value, &Flow { undef: "null", string: yaml_str, colon: ": ", map: ("{", "}") })
}

/// A double-quoted YAML scalar: a string whatever it looks like.
pub fn yaml_str(text: &str) -> String {
    double(text, &['"', '\\'], |out, c| {
        let number = u32::from(c);
        let _ = if number <= 0xffff { write!(out, "\\u{number:04x}") } else { write!(out, "\\U{number:08x}") };
    })
}

/// A TOML value on one line; TOML has no null.
pub fn toml(value: &Data) -> Result<String, QuoteError> {
    if has_undef(value) {
        return Err(QuoteError::new("TOML", "an absent value"));
    }
    Ok(flow(value, &Flow { undef: "", string: toml_str, colon: " = ", map: ("{ ", " }") }))
}

/// A basic TOML string; its escapes are among those of YAML.
pub fn toml_str(text: &str) -> String {
    yaml_str(text)
}

/// A Ruby literal on one line.
pub fn ruby(value: &Data) -> String {
    flow(value, &Flow { undef: "nil", string: ruby_str, colon: " => ", map: ("{ ", " }") })
}

/// A double-quoted Ruby string without interpolation.
pub fn ruby_str(text: &str) -> String {
    double(text, &['"', '\\', '#'], |out, c| {
        let _ = write!(out, "\\u{{{:X}}}", u32::from(c));
    })
}

/// A string literal of standard SQL, where a backslash is an ordinary character. NUL and hidden characters other than
/// newline and tab are refused: standard SQL has no escape for them. So is a backslash before a line end, which some
/// dialects read as a continuation.
pub fn sql_str(text: &str) -> Result<String, QuoteError> {
    if let Some(c) = text.chars().find(|c| is_hidden(*c) && !matches!(c, '\n' | '\t')) {
        return Err(QuoteError::new("an SQL literal", format!("the character U+{:04X}", u32::from(c))));
    }
    if text.contains("\\\n") {
        return Err(QuoteError::new("an SQL literal", "a backslash at the end of a line"));
    }
    Ok(format!("'{}'", text.replace('\'', "''")))
}

struct Flow {
    undef: &'static str,
    string: fn(&str) -> String,
    colon: &'static str,
    map: (&'static str, &'static str),
}

fn flow(value: &Data, style: &Flow) -> String {
    match value {
        Data::Undef => style.undef.to_owned(),
        Data::Bool(truth) => truth.to_string(),
        Data::Int(number) => number.to_string(),
        Data::Str(text) => (style.string)(text),
        Data::List(items) => {
            let items: Vec<String> = items.iter().map(|item| flow(item, style)).collect();
            format!("[{}]", items.join(", "))
        }
        Data::Map(entries) if entries.is_empty() => "{}".to_owned(),
        Data::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}{}{}", (style.string)(key), style.colon, flow(value, style)))
                .collect();
            format!("{}{}{}", style.map.0, entries.join(", "), style.map.1)
        }
    }
}

fn double(text: &str, special: &[char], escape: impl Fn(&mut String, char)) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            c if special.contains(&c) => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_hidden(c) => escape(&mut out, c),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn has_undef(value: &Data) -> bool {
    match value {
        Data::Undef => true,
        Data::List(items) => items.iter().any(has_undef),
        Data::Map(entries) => entries.iter().any(|(_, value)| has_undef(value)),
        Data::Bool(_) | Data::Int(_) | Data::Str(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings() {
        assert_eq!(json_str("a\"\\\n\u{1b}\u{2028}\u{e0041}"), r#""a\"\\\n\u001b\u2028\udb40\udc41""#);
        assert_eq!(yaml_str("no\u{85}\u{e0041}"), r#""no\u0085\U000e0041""#);
        assert_eq!(ruby_str("#{x} \u{202e}"), r##""\#{x} \u{202E}""##);
        assert_eq!(sql_str("it's \\ ok").unwrap(), "'it''s \\ ok'");
        assert!(sql_str("a\0").is_err());
        assert!(sql_str("a\\\nb").is_err());
    }

    #[test]
    fn values() {
        let value = Data::map([("a", Data::list([1, 2])), ("b", Data::Bool(true))]);
        assert_eq!(json(&value), r#"{"a": [1, 2], "b": true}"#);
        assert_eq!(toml(&value).unwrap(), r#"{ "a" = [1, 2], "b" = true }"#);
        assert_eq!(ruby(&value), r#"{ "a" => [1, 2], "b" => true }"#);
        assert!(toml(&Data::List(vec![Data::Undef])).is_err());
    }
}
