//! Hiera data files: YAML that Puppet's reader (YAML 1.1 through Ruby's Psych, then Hiera's interpolation) gives back
//! exactly as it went in.
//!
//! An emitter of its own because general ones write `no`, `1_000`, `12:30:45` or `2026-01-02` unquoted, which Psych reads
//! as something else, and none knows that `%{...}` is code. `tests/it/hiera.rs` holds it against the real readers.

use super::data::Data;
use super::quote::{comment_lines, yaml_str};

/// A data file: the header as a comment, `---`, and the entries in their order. Keys are given once each.
pub fn document(header: &str, entries: &[(String, Data)]) -> String {
    let mut out = String::from("---\n");
    for line in header.lines() {
        out.push_str(&comment_lines(line, "# ", 100));
        out.push('\n');
    }
    if entries.is_empty() {
        out.push_str("{}\n");
    }
    write_map(&mut out, entries, 0);
    out
}

/// A string that is not interpolated, as a double-quoted YAML scalar.
pub fn hiera_str(text: &str) -> String {
    yaml_str(&text.replace("%{", "%{literal('%')}{"))
}

fn write_map(out: &mut String, entries: &[(String, Data)], indent: usize) {
    for (key, value) in entries {
        out.push_str(&" ".repeat(indent));
        out.push_str(&if is_plain_key(key) { key.clone() } else { hiera_str(key) });
        out.push(':');
        write_after(out, value, indent);
    }
}

fn write_after(out: &mut String, value: &Data, indent: usize) {
    match value {
        Data::List(items) if !items.is_empty() => {
            out.push('\n');
            write_list(out, items, indent + 2);
        }
        Data::Map(entries) if !entries.is_empty() => {
            out.push('\n');
            write_map(out, entries, indent + 2);
        }
        scalar => {
            out.push(' ');
            out.push_str(&inline(scalar));
            out.push('\n');
        }
    }
}

fn write_list(out: &mut String, items: &[Data], indent: usize) {
    for item in items {
        let mut block = String::new();
        match item {
            Data::List(inner) if !inner.is_empty() => write_list(&mut block, inner, indent + 2),
            Data::Map(inner) if !inner.is_empty() => write_map(&mut block, inner, indent + 2),
            scalar => block = format!("{}{}\n", " ".repeat(indent + 2), inline(scalar)),
        }
        out.push_str(&" ".repeat(indent));
        out.push_str("- ");
        out.push_str(&block[indent + 2..]);
    }
}

fn inline(value: &Data) -> String {
    match value {
        Data::Undef => "null".to_owned(),
        Data::Bool(truth) => truth.to_string(),
        Data::Int(number) => number.to_string(),
        Data::Str(text) => hiera_str(text),
        Data::List(_) => "[]".to_owned(),
        Data::Map(_) => "{}".to_owned(),
    }
}

/// Puppet names, which stand unquoted in every Hiera file, unless YAML 1.1 reads them as a boolean or null.
fn is_plain_key(key: &str) -> bool {
    let word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    key.split("::").all(word) && !matches!(key, "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document() {
        let entries = vec![
            ("profile::db::port".to_owned(), Data::Int(5432)),
            ("no".to_owned(), Data::from("no")),
            (
                "dr::jobs".to_owned(),
                Data::map([(
                    "nightly",
                    Data::list([Data::map([("a", Data::from(1)), ("b", Data::from(true))]), Data::from("x")]),
                )]),
            ),
            ("empty".to_owned(), Data::map::<&str>([])),
            ("deep".to_owned(), Data::List(vec![Data::list(["a", "b"]), Data::List(vec![])])),
            ("text".to_owned(), Data::from("%{facts.x} %%{ 50 %")),
        ];
        let expected = r#"---
# Managed by drplan.
# Do not edit.
profile::db::port: 5432
"no": "no"
dr::jobs:
  nightly:
    - a: 1
      b: true
    - "x"
empty: {}
deep:
  - - "a"
    - "b"
  - []
text: "%{literal('%')}{facts.x} %%{literal('%')}{ 50 %"
"#;
        assert_eq!(document("Managed by drplan.\nDo not edit.", &entries), expected);
        assert_eq!(document("", &[]), "---\n{}\n");
    }
}
