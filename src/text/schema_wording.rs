//! What a breach of the schema is called, in words.

use jsonschema::error::{TypeKind, ValidationErrorKind as Fault};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use super::arena::NodeRef;
use super::scalar::Kind;
use super::validate::SchemaKind;
use crate::diag::nearest;

/// A key that does not exist: what it is called, which one was meant, and the way out.
pub(super) fn unknown_key(key: &str, allowed: &[String]) -> (String, Option<String>, Option<String>) {
    if let Some((before, after)) = key.split_once(':')
        && allowed.iter().any(|one| one == before)
    {
        let help = format!("write `{before}: {}`, with a space after the `:`", after.trim());
        return (format!("no space after the `:` in `{key}`"), Some(before.to_owned()), Some(help));
    }
    let near = nearest(key, allowed.iter().map(String::as_str)).map(str::to_owned);
    let help = match &near {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None if allowed.is_empty() => None,
        None => Some(format!("the keys here are {}", list(allowed))),
    };
    (format!("unknown key `{key}`"), near, help)
}

/// A key that is not there.
pub(super) fn missing(key: &str, description: Option<&str>) -> (String, Option<String>) {
    let help = description.map(|description| {
        let (first, rest) = description.split_at(description.chars().next().map_or(0, char::len_utf8));
        format!("add `{key}: …`: {}{}", first.to_lowercase(), rest.trim_end_matches('.'))
    });
    (format!("the key `{key}` is missing"), help)
}

/// A key that is no name.
pub(super) fn bad_key(name: &str, error: &ValidationError<'_>) -> String {
    match error.kind() {
        Fault::Pattern { pattern } => format!("the name `{name}` does not match `{pattern}`"),
        Fault::MaxLength { limit } => format!("the name `{name}` is longer than {limit} characters"),
        _ => format!("`{name}` cannot be a name here"),
    }
}

/// A text that does not match.
pub(super) fn pattern(node: NodeRef<'_>, pattern: &str) -> String {
    format!("`{}` does not match `{pattern}`", shortened(node.as_str().unwrap_or_default()))
}

/// A value whose type is none of `expected` and which is none of `allowed`.
pub(super) fn none_fits(
    node: NodeRef<'_>,
    allowed: Vec<String>,
    expected: &[&str],
) -> (SchemaKind, String, Option<String>) {
    let found = node.kind().described();
    let mut wanted: Vec<String> = allowed.iter().map(|value| format!("`{value}`")).collect();
    let types = expected.iter().filter(|name| **name != "nothing" || expected.len() + allowed.len() == 1);
    for name in types {
        if !wanted.iter().any(|earlier| earlier == name) {
            wanted.push((*name).to_owned());
        }
    }
    let wanted = alternatives(&wanted);
    if let Some(word) = node.as_str().filter(|word| !allowed.is_empty() && !word.is_empty()) {
        let near = nearest(word, allowed.iter().map(String::as_str));
        let help = near.map(|near| format!("did you mean `{near}`?"));
        let message = format!("expected {wanted}, found `{}`", shortened(word));
        return (SchemaKind::NotOneOf { allowed }, message, help);
    }
    let help = retype(node, expected).or_else(|| unlist(node, &wanted));
    let message = match node.kind() {
        Kind::Seq | Kind::Map | Kind::Null => format!("expected {wanted}, found {found}"),
        _ => format!("expected {wanted}, found {found} (`{}`)", shortened(node.as_str().unwrap_or_default())),
    };
    let kind = if allowed.is_empty() {
        SchemaKind::WrongType { expected: wanted, found: found.to_owned() }
    } else {
        SchemaKind::NotOneOf { allowed }
    };
    (kind, message, help)
}

/// Values that an error lists.
pub(super) fn constants(fault: &Fault) -> Vec<String> {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match fault {
        Fault::Enum { options } => options.as_array().into_iter().flatten().map(plain).collect(),
        Fault::Constant { expected_value } => vec![plain(expected_value)],
        _ => Vec::new(),
    }
}

/// Types that an error lists.
pub(super) fn types(fault: &Fault) -> Vec<&'static str> {
    match fault {
        Fault::Type { kind: TypeKind::Single(one) } => vec![described(*one)],
        Fault::Type { kind: TypeKind::Multiple(several) } => several.iter().map(described).collect(),
        _ => Vec::new(),
    }
}

/// Bounds and the rest.
pub(super) fn other(error: &ValidationError<'_>) -> String {
    match error.kind() {
        Fault::Minimum { limit } => format!("less than {limit}"),
        Fault::Maximum { limit } => format!("more than {limit}"),
        Fault::ExclusiveMinimum { limit } => format!("not more than {limit}"),
        Fault::ExclusiveMaximum { limit } => format!("not less than {limit}"),
        Fault::MinLength { limit: 1 } => "the text is empty".to_owned(),
        Fault::MinLength { limit } => format!("the text is shorter than {limit} characters"),
        Fault::MaxLength { limit } => format!("the text is longer than {limit} characters"),
        Fault::MinItems { limit: 1 } => "the list is empty".to_owned(),
        Fault::MinItems { limit } => format!("the list has fewer than {limit} items"),
        Fault::MaxItems { limit } => format!("the list has more than {limit} items"),
        Fault::MinProperties { limit: 1 } => "the map is empty".to_owned(),
        Fault::MinProperties { limit } => format!("the map has fewer than {limit} keys"),
        Fault::MaxProperties { limit } => format!("the map has more than {limit} keys"),
        Fault::UniqueItems => "the list holds the same item twice".to_owned(),
        Fault::OneOfMultipleValid { .. } => "only one of several alternatives can be given".to_owned(),
        Fault::Not { .. } | Fault::FalseSchema => "not allowed here".to_owned(),
        _ => error.masked().to_string(),
    }
}

/// How to write a scalar so that it has the type that is wanted.
fn retype(node: NodeRef<'_>, expected: &[&str]) -> Option<String> {
    let word = node.as_str()?;
    if expected.contains(&"true or false") && node.kind() == Kind::Text {
        return match word.to_ascii_lowercase().as_str() {
            "yes" | "on" | "true" => Some("write `true`".to_owned()),
            "no" | "off" | "false" => Some("write `false`".to_owned()),
            _ => None,
        };
    }
    let wants_number = expected.iter().any(|name| matches!(*name, "an integer" | "a number"));
    if wants_number && node.kind() == Kind::Text {
        let digits = word.trim_start_matches('0');
        let number = if digits.is_empty() { "0" } else { digits };
        let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        return is_number.then(|| format!("write `{number}`"));
    }
    None
}

/// How to write a list of maps as a map of names.
fn unlist(node: NodeRef<'_>, wanted: &str) -> Option<String> {
    let first = node.items().next().filter(|_| wanted == "a map")?;
    let name = first.get("name").and_then(|name| name.as_str()).or(first.as_str()).unwrap_or("NAME");
    Some(format!("write the name of each as its key, without `-`: `{}: {{…}}`", shortened(name)))
}

fn described(one: JsonType) -> &'static str {
    match one {
        JsonType::Null => "nothing",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "an integer",
        JsonType::Number => "a number",
        JsonType::String => "text",
        JsonType::Array => "a list",
        JsonType::Object => "a map",
    }
}

/// `a, b or c`.
fn alternatives(wanted: &[String]) -> String {
    match wanted {
        [] => "something else".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn shortened(word: &str) -> String {
    const LONGEST: usize = 60;
    match word.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", word.get(..end).unwrap_or_default()),
        None => word.to_owned(),
    }
}
