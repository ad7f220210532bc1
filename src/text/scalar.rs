//! What a plain (unquoted) word means: the YAML 1.2 core schema without its two traps.
//!
//! | written | read as |
//! | --- | --- |
//! | nothing, `~`, `null`, `Null`, `NULL` | null |
//! | `true`, `True`, `TRUE`, `false`, `False`, `FALSE` | boolean; `yes`, `no`, `on`, `off` are text |
//! | `0`, `-12`, `+3`, `0o17`, `0x1F` | integer |
//! | `1.5`, `.5`, `1e3`, `-0.1E-2` | number |
//! | everything else, and everything in quotes | text |
//!
//! Two departures. `017` is text: YAML 1.1 reads it as fifteen and YAML 1.2 as seventeen, so that a schema which
//! wants a number refuses it. `.inf`, `.nan` and numbers beyond an IEEE double are text: JSON has no such numbers.
//! A type that asks for text gets the word as written, whatever its kind.

/// The kind of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `~`, `null` or nothing.
    Null,
    /// `true` or `false`.
    Bool,
    /// An integer of any size that a double can hold.
    Int,
    /// A number with a fraction or an exponent.
    Float,
    /// Any other scalar.
    Text,
    /// A list.
    Seq,
    /// A map.
    Map,
}

impl Kind {
    /// What a user calls it, with article.
    pub fn described(self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool => "true or false",
            Self::Int => "an integer",
            Self::Float => "a number",
            Self::Text => "text",
            Self::Seq => "a list",
            Self::Map => "a map",
        }
    }
}

/// A number, exact where JSON has exact ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// Zero and above.
    Unsigned(u64),
    /// Below zero.
    Signed(i64),
    /// With a fraction, an exponent or beyond 64 bits.
    Float(f64),
}

/// The kind of a plain word.
pub fn resolve(word: &str) -> Kind {
    let Some(first) = word.as_bytes().first() else {
        return Kind::Null;
    };
    match first {
        b'~' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' => resolve_word(word),
        b'0'..=b'9' | b'-' | b'+' | b'.' => resolve_number(word),
        _ => Kind::Text,
    }
}

/// The value of a plain word of kind [`Kind::Int`] or [`Kind::Float`].
pub fn number(word: &str) -> Option<Number> {
    let (negative, digits) = match word.as_bytes().first()? {
        b'-' => (true, &word[1..]),
        b'+' => (false, &word[1..]),
        _ => (false, word),
    };
    let whole = match digits.as_bytes() {
        [b'0', b'o', ..] => u64::from_str_radix(&digits[2..], 8).ok(),
        [b'0', b'x', ..] => u64::from_str_radix(&digits[2..], 16).ok(),
        _ => digits.parse().ok(),
    };
    match (whole, negative) {
        (Some(value), false) => Some(Number::Unsigned(value)),
        (Some(0), true) => Some(Number::Unsigned(0)),
        (Some(_), true) => word.parse().map_or_else(|_| float(word), |value| Some(Number::Signed(value))),
        (None, _) => float(word),
    }
}

fn float(word: &str) -> Option<Number> {
    word.parse().ok().filter(|value: &f64| value.is_finite()).map(Number::Float)
}

fn resolve_word(word: &str) -> Kind {
    match word {
        "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Kind::Bool,
        _ => Kind::Text,
    }
}

fn resolve_number(word: &str) -> Kind {
    let bytes = word.as_bytes();
    let signed = matches!(bytes.first(), Some(b'-' | b'+'));
    let digits = bytes.get(usize::from(signed)..).unwrap_or_default();
    match digits {
        [b'0', b'o', rest @ ..] if !signed => radix(rest, |byte| matches!(byte, b'0'..=b'7'), 21),
        [b'0', b'x', rest @ ..] if !signed => radix(rest, u8::is_ascii_hexdigit, 16),
        [b'0', b'0'..=b'9', ..] => Kind::Text,
        _ => decimal(word, digits),
    }
}

fn radix(digits: &[u8], allowed: impl Fn(&u8) -> bool, longest: usize) -> Kind {
    if !digits.is_empty() && digits.len() <= longest && digits.iter().all(allowed) { Kind::Int } else { Kind::Text }
}

fn decimal(word: &str, digits: &[u8]) -> Kind {
    let count = |from: usize| digits.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let whole = count(0);
    let mut at = whole;
    let mut fraction = 0;
    if digits.get(at) == Some(&b'.') {
        fraction = count(at + 1);
        at += 1 + fraction;
    }
    if whole + fraction == 0 {
        return Kind::Text;
    }
    let plain_integer = at == digits.len() && at == whole;
    if plain_integer && whole < 300 {
        return Kind::Int;
    }
    if matches!(digits.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(digits.get(at + 1), Some(b'-' | b'+')));
        let exponent = count(at + 1 + sign);
        if exponent == 0 {
            return Kind::Text;
        }
        at += 1 + sign + exponent;
    }
    if at != digits.len() || float(word).is_none() {
        return Kind::Text;
    }
    if plain_integer { Kind::Int } else { Kind::Float }
}
