//! Values of a technology's own parameters: known, of the right type, defaults applied.

use super::{Resolver, code, lookup};
use crate::diag::Diagnostic;
use crate::spec::Text;
use crate::tech::{ParameterType, Technology};
use crate::text::Map;

impl Resolver<'_> {
    /// The parameters of `technology` in the order of the catalogue, from what is written and from its defaults.
    pub(super) fn parameters(
        &mut self,
        technology: &Technology,
        written: Option<&Map<Text<'_>, &str>>,
        address: &str,
    ) -> Vec<(String, String)> {
        for (name, value) in written.into_iter().flat_map(Map::iter) {
            let Some(parameter) = technology.parameters.get(name.value) else {
                let known = technology.parameters.keys().map(String::as_str);
                let what = format!("parameter of {}", technology.name);
                let diagnostic = lookup::unknown(&what, *name, known, &format!("{address}.{}", name.value));
                self.push(diagnostic);
                continue;
            };
            if let Err(wanted) = check(parameter.kind, value.value) {
                let message = format!("`{}` is not {wanted}", value.value);
                let address = format!("{address}.{}", name.value);
                let diagnostic = Diagnostic::error(code::INVALID_VALUE, message).at(value.span).about(address);
                self.push(diagnostic.help(parameter.description.clone()));
            }
        }
        let value_of = |name: &str| written.and_then(|map| map.get(name)).map(|value| value.value.to_owned());
        let all = technology.parameters.iter();
        all.filter_map(|(name, parameter)| {
            value_of(name).or_else(|| parameter.default.clone()).map(|value| (name.clone(), value))
        })
        .collect()
    }
}

/// Whether a text is of a type; if not, what is wanted, in words.
fn check(kind: ParameterType, text: &str) -> Result<(), &'static str> {
    let all = |extra: &[u8]| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || extra.contains(&b));
    let ok = match kind {
        ParameterType::Text => !text.is_empty() && !text.chars().any(char::is_control),
        ParameterType::Name => all(b"._-") && !text.starts_with('-'),
        ParameterType::Host => all(b".-:") && !text.starts_with('-'),
        ParameterType::Path => text.starts_with('/') && !text.chars().any(char::is_control) && !text.contains("/../"),
        ParameterType::Integer => text.parse::<i64>().is_ok(),
        ParameterType::Port => text.parse::<u16>().is_ok_and(|port| port > 0),
        ParameterType::Boolean => matches!(text, "true" | "false"),
        ParameterType::Version => all(b"._+-") && text.starts_with(|c: char| c.is_ascii_digit()),
        ParameterType::Url => {
            text.contains("://") && text.bytes().all(|b| b.is_ascii_graphic() && !b"\"'`\\<>{}|^".contains(&b))
        }
        ParameterType::Cidr => all(b".:/") && text.contains('/'),
    };
    if ok { Ok(()) } else { Err(words(kind)) }
}

fn words(kind: ParameterType) -> &'static str {
    match kind {
        ParameterType::Text => "one line of text",
        ParameterType::Name => "a name of letters, digits, `.`, `_` and `-`",
        ParameterType::Host => "a host name or an address",
        ParameterType::Path => "an absolute path",
        ParameterType::Integer => "a whole number",
        ParameterType::Port => "a port from 1 to 65535",
        ParameterType::Boolean => "`true` or `false`",
        ParameterType::Version => "a version such as `15` or `7.1.0`",
        ParameterType::Url => "a URL",
        ParameterType::Cidr => "a network such as `10.0.0.0/8`",
    }
}
