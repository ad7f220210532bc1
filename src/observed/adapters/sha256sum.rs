//! `sha256sum FILE...` on a machine: what the deployed files hold.

use super::super::address::Address;
use super::super::field::Field;
use super::super::names::Names;
use super::input::{Input, Refusal};
use super::sink::{Sink, text};

const COMMAND: &str = "sha256sum FILE...";

pub(super) fn read(input: &Input<'_>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let host = names.host_or(input.whose.unwrap_or_default());
    for (number, line) in input.text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
        let (digest, path) = entry(line).ok_or_else(|| {
            let help = format!("it has to be the output of: {COMMAND}");
            Refusal::new("the line is no digest and path").at(number + 1, 1).help(help)
        })?;
        let address = Address::File(host.to_owned(), path);
        sink.present(&address, true);
        sink.see(&address, Field::Digest, text(format!("sha256:{digest}")));
    }
    Ok(())
}

/// Digest and path of a line; a line that begins with a backslash has newlines and backslashes in the path escaped.
fn entry(line: &str) -> Option<(&str, String)> {
    let (escaped, line) = line.strip_prefix('\\').map_or((false, line), |line| (true, line));
    let (digest, path) = line.split_once(' ')?;
    let path = path.strip_prefix([' ', '*'])?;
    let is_digest = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let path = if escaped { path.replace("\\n", "\n").replace("\\\\", "\\") } else { path.to_owned() };
    (is_digest && path.starts_with('/')).then_some((digest, path))
}
