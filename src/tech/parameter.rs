//! The parameters of a technology: what a spec can set under `parameters:`, and what such a value may look like.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that a spec can set under `parameters:`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// What it is, in a sentence.
    pub description: String,
    /// What it looks like.
    #[serde(rename = "type")]
    pub kind: ParameterType,
    /// Whether it takes several values, separated by commas.
    #[serde(default)]
    pub list: bool,
    /// Its value where a spec gives none.
    #[serde(default)]
    pub default: Option<String>,
    /// Whether a spec must give it where code is generated.
    #[serde(default)]
    pub required: bool,
}

/// What a parameter looks like. Every type but `text` refuses what could escape into a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ParameterType {
    /// Any text on one line.
    Text,
    /// A name: letters, digits, `.`, `_`, `-`, with a letter or digit first.
    Name,
    /// A host name or an address.
    Host,
    /// An absolute path.
    Path,
    /// An absolute path of Windows with `/` between its parts: `C:/inetpub/shop`.
    WindowsPath,
    /// A whole number.
    Integer,
    /// A port, 1 to 65535.
    Port,
    /// `true` or `false`.
    Boolean,
    /// A version such as `15` or `7.1.0`.
    Version,
    /// A URL.
    Url,
    /// A network such as `10.0.0.0/8`.
    Cidr,
    /// A container image with its registry and its tag or digest.
    Image,
    /// A command: an absolute path and its arguments, separated by blanks. No shell reads it.
    Command,
}

impl Parameter {
    /// The values that a text stands for: its parts where the parameter is a list, none of them empty.
    pub fn values<'t>(&self, text: &'t str) -> Vec<&'t str> {
        if !self.list {
            return vec![text];
        }
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect()
    }

    /// Whether a text is a value of this parameter.
    pub fn accepts(&self, text: &str) -> bool {
        self.values(text).into_iter().all(|value| self.kind.accepts(value))
    }
}

impl ParameterType {
    /// Whether a text is of this type.
    pub fn accepts(self, text: &str) -> bool {
        let within = |extra: &str| made_of(text, extra);
        match self {
            Self::Text => !text.is_empty() && !text.chars().any(crate::diag::visible::is_hidden),
            Self::Name => starts_well(text) && within("._-"),
            Self::Host => starts_well(text.trim_start_matches(':')) && within(".-:"),
            Self::Path => is_path(text, "._+@-/"),
            Self::WindowsPath => is_windows_path(text),
            Self::Integer => text.parse::<i64>().is_ok() && !text.starts_with('+'),
            Self::Port => text.parse::<u16>().is_ok_and(|port| port > 0) && !text.starts_with('+'),
            Self::Boolean => matches!(text, "true" | "false"),
            Self::Version => starts_well(text) && within(".+~-"),
            Self::Url => text.split_once("://").is_some_and(|(scheme, rest)| is_url(scheme, rest)),
            Self::Cidr => text.split_once('/').is_some_and(|(address, bits)| is_network(address, bits)),
            Self::Image => starts_well(text) && within("._/:@-"),
            Self::Command => {
                text.split_whitespace().next().is_some_and(|program| is_path(program, "._+@-/")) && is_plain(text)
            }
        }
    }

    /// What a value looks like, for a message: `a port, 1 to 65535`.
    pub fn expected(self) -> &'static str {
        match self {
            Self::Text => "text on one line",
            Self::Name => "a name of letters, digits, `.`, `_` and `-`",
            Self::Host => "a host name or an address",
            Self::Path => "an absolute path of letters, digits, `.`, `_`, `+`, `@` and `-`",
            Self::WindowsPath => "an absolute path such as `C:/inetpub/shop`",
            Self::Integer => "a whole number",
            Self::Port => "a port, 1 to 65535",
            Self::Boolean => "`true` or `false`",
            Self::Version => "a version such as `15` or `7.1.0`",
            Self::Url => "a URL such as `https://example.com/product.tar.gz`",
            Self::Cidr => "a network such as `10.0.0.0/8`",
            Self::Image => "an image such as `registry.example.com/shop:1.4`",
            Self::Command => "an absolute path and its arguments, separated by blanks",
        }
    }
}

fn starts_well(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.len() <= 255
}

fn made_of(text: &str, extra: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || extra.contains(c))
}

fn is_path(text: &str, extra: &str) -> bool {
    let parts = || text.split('/').skip(1);
    text == "/" || (text.starts_with('/') && made_of(text, extra) && parts().all(starts_path_part))
}

/// A part that starts with a dot could be `..`, one that starts with a dash could be an option.
fn starts_path_part(part: &str) -> bool {
    !part.is_empty() && !part.starts_with(['.', '-'])
}

fn is_windows_path(text: &str) -> bool {
    let Some((drive, rest)) = text.split_once(":/") else { return false };
    drive.len() == 1
        && drive.chars().all(|c| c.is_ascii_alphabetic())
        && made_of(rest, "._ ()-/")
        && rest.split('/').all(|part| starts_path_part(part) && !part.ends_with([' ', '.']))
}

fn is_url(scheme: &str, rest: &str) -> bool {
    !scheme.is_empty() && made_of(scheme, "+") && starts_well(rest) && made_of(rest, "._~:/?#[]@!&()*+,;=%-")
}

fn is_network(address: &str, bits: &str) -> bool {
    let most = match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(_)) => 32,
        Ok(std::net::IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    bits.parse::<u8>().is_ok_and(|bits| bits <= most) && made_of(bits, "")
}

/// A command that a person reads and no shell does: what a shell or a unit file would act on is refused.
fn is_plain(text: &str) -> bool {
    made_of(text, " ._+@%:,=/~-") && !text.contains("%%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_each_type() {
        let cases: &[(ParameterType, &[&str], &[&str])] = &[
            (ParameterType::Text, &["a b", "'; rm"], &["", "a\nb", "a\u{202e}b"]),
            (ParameterType::Name, &["main", "15.x_y-z"], &["", "-a", "a b", "$(x)", "a;b", "a'b"]),
            (ParameterType::Host, &["db1.example.com", "10.0.0.1", "::1"], &["", "a b", "-oProxyCommand=x", "a/b"]),
            (ParameterType::Path, &["/opt/wso2", "/"], &["", "opt", "/a/../b", "/a b", "/a//b", "/-rf", "/$x"]),
            (ParameterType::WindowsPath, &["C:/inetpub/a b"], &["/x", "C:\\x", "C:/a/../b", "C:/a;b", "C:/a$b"]),
            (ParameterType::Integer, &["0", "-5"], &["", "+1", "1.5", "x"]),
            (ParameterType::Port, &["1", "65535"], &["0", "65536", "+80", "x"]),
            (ParameterType::Boolean, &["true"], &["yes", "True"]),
            (ParameterType::Version, &["15", "7.1.0-2~deb12"], &["", "15;", "v 1"]),
            (
                ParameterType::Url,
                &["https://example.com/a?b=c"],
                &["x", "https://", "https://a b", "https://a$(x)", "https://`x`"],
            ),
            (ParameterType::Cidr, &["10.0.0.0/8", "::/0"], &["10.0.0.0", "10.0.0.0/33", "x/8", "10.0.0.0/+8"]),
            (ParameterType::Image, &["docker.io/a/b:1.0", "a@sha256:00"], &["", "a b", "-v", "a;b"]),
            (
                ParameterType::Command,
                &["/usr/bin/snap vm --all=1"],
                &["", "snap", "/bin/sh $(x)", "/bin/a;b", "/bin/a 'b'"],
            ),
        ];
        for (kind, good, bad) in cases {
            good.iter().for_each(|text| assert!(kind.accepts(text), "{kind:?} {text:?}"));
            bad.iter().for_each(|text| assert!(!kind.accepts(text), "{kind:?} {text:?}"));
        }
    }

    #[test]
    fn a_list_is_split_at_commas() {
        let parameter = Parameter {
            description: String::new(),
            kind: ParameterType::Cidr,
            list: true,
            default: None,
            required: false,
        };
        assert_eq!(parameter.values("10.0.0.0/8, ::/0,"), ["10.0.0.0/8", "::/0"]);
        assert!(parameter.accepts("") && parameter.accepts("10.0.0.0/8,::/0") && !parameter.accepts("10.0.0.0/8,x"));
    }
}
