//! Writes observed state: the same state, the same bytes.

use std::fmt::Write as _;

use super::state::{Observed, Thing};
use super::value::{Seen, Value};
use crate::diag::visible::is_hidden;

/// The state as a file that [`super::read`] reads back as the same.
pub fn write(observed: &Observed) -> String {
    let mut out = String::from("drplan_observed: 1\n");
    if let Some(system) = &observed.system {
        let _ = writeln!(out, "system: {}", text(system));
    }
    let mut open: Vec<&str> = Vec::new();
    for (address, thing) in observed.things.iter().filter(|(_, thing)| !thing.fields.is_empty()) {
        let path = address.segments();
        let shared = open.iter().zip(&path).take_while(|(a, b)| a == b).count();
        for (depth, key) in path.iter().enumerate().skip(shared) {
            if depth == 0 {
                out.push('\n');
            }
            let _ = writeln!(out, "{:1$}{2}:", "", 2 * depth, text(key));
        }
        fields(&mut out, thing, 2 * path.len());
        open = path;
    }
    out
}

fn fields(out: &mut String, thing: &Thing, indent: usize) {
    for (field, seen) in &thing.fields {
        let Seen { value, at, source, .. } = seen;
        let _ = write!(out, "{:indent$}{}: {{value: ", "", field.key());
        match value {
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(|item| text(item)).collect();
                let _ = write!(out, "[{}]", items.join(", "));
            }
            Value::Text(plain) => out.push_str(&text(plain)),
            other => {
                let _ = write!(out, "{other}");
            }
        }
        let _ = writeln!(out, ", at: {at}, source: {}}}", text(source));
    }
}

/// A text as YAML: plain where nobody can take it for anything else, in double quotes where somebody might.
fn text(value: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let begins = |c: char| c.is_ascii_alphabetic() || c == '/';
    let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_plain = value.starts_with(begins)
        && value.chars().all(word)
        && !reserved.iter().any(|reserved| value.eq_ignore_ascii_case(reserved));
    if is_plain {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if is_hidden(c) && u32::from(c) > 0xffff => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
            c if is_hidden(c) => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{Address, Field, Instant};
    use super::*;
    use crate::diag::{SourceFile, SourceMap};
    use crate::text::Limits;

    fn sample() -> Observed {
        let mut observed = Observed { system: Some("shop".into()), ..Observed::default() };
        let source: Arc<str> = Arc::from("timers db1: \u{202e}\"x\"");
        let mut set = |address: &str, field: Field, value: Value| {
            let address = Address::parse(address).unwrap();
            observed.set(address, field, Seen::new(value, Instant(1_795_213_744), &source));
        };
        set("stores.vault", Field::Present, Value::Flag(true));
        set("components.db.data.main.copies.nightly", Field::Keep, Value::List(vec!["daily 14".into(), "a, b".into()]));
        set("components.db.data.main.copies.nightly", Field::LastFired, Value::Instant(None));
        set("components.db.data.main", Field::Size, Value::Size(crate::units::Bytes(80 << 30)));
        set("components.db.instances.true", Field::Role, Value::Text("primary".into()));
        set("hosts.db1.example.com.files./etc/a b", Field::Digest, Value::Text("sha256:00".into()));
        set("jobs.\u{1b}[31m: #x\n", Field::Points, Value::Count(3));
        observed
    }

    #[test]
    fn what_is_written_is_read_back_as_the_same() {
        let observed = sample();
        let mut sources = SourceMap::default();
        let file = sources.add(SourceFile::new("observed.yaml", write(&observed)));
        let (again, diagnostics) = super::super::read(&sources, file, Limits::default());
        assert!(diagnostics.is_empty(), "{diagnostics:?}\n{}", write(&observed));
        assert_eq!(again, observed);
        assert_eq!(write(&again), write(&observed));
    }

    #[test]
    fn the_file_is_shaped_like_the_spec() {
        let text = write(&sample());
        let head = "drplan_observed: 1\nsystem: shop\n\ncomponents:\n  db:\n    data:\n      main:\n        \
                    size: {value: 80 GiB, at: 2026-11-20T22:29:04Z, source: \"timers db1: \\u202e\\\"x\\\"\"}\n        \
                    copies:\n          nightly:\n            keep: {value: [\"daily 14\", \"a, b\"], at: ";
        assert!(text.starts_with(head), "{text}");
    }
}
