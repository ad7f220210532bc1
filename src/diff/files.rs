//! Generated files against the digests that were observed of the files on a machine.

use super::change::Action;
use crate::observed::{Address, Field, Observed, Thing, Value};

/// A file that is not as it would be generated, or of which nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// Its path within the folder.
    pub path: String,
    /// What is to be done.
    pub action: Action,
    /// Why, in a sentence without a full stop.
    pub reason: String,
    /// The digest that was seen.
    pub actual: Option<String>,
    /// The digest that it would be generated with.
    pub desired: Option<String>,
}

/// Holds generated files, by path and digest (`sha256:…`) and sorted by path, against what was seen below `folder` on `host`.
pub fn files(observed: &Observed, host: &str, folder: &str, generated: &[(String, String)]) -> Vec<FileChange> {
    let folder = folder.trim_end_matches('/');
    let address = |path: &str| Address::File(host.to_owned(), format!("{folder}/{path}"));
    let mut changes: Vec<FileChange> =
        generated.iter().filter_map(|(path, digest)| one(path, digest, observed.get(&address(path)))).collect();
    let first = Address::File(host.to_owned(), format!("{folder}/"));
    for (address, thing) in observed.things.range(first..) {
        let Address::File(on, path) = address else { break };
        let Some(path) = path.strip_prefix(folder).and_then(|path| path.strip_prefix('/')).filter(|_| on == host)
        else {
            break;
        };
        let known = generated.binary_search_by(|(other, _)| other.as_str().cmp(path)).is_ok();
        if !known && thing.is_present() {
            changes.push(FileChange {
                path: path.to_owned(),
                action: Action::Remove,
                reason: format!("{path} is there and not generated"),
                actual: digest(thing),
                desired: None,
            });
        }
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    changes
}

fn one(path: &str, wanted: &str, thing: Option<&Thing>) -> Option<FileChange> {
    let actual = thing.and_then(digest);
    let (action, reason) = match (thing, &actual) {
        (Some(thing), _) if !thing.is_present() => (Action::Create, format!("{path} is missing")),
        (_, Some(actual)) if actual == wanted => return None,
        (_, Some(_)) => (Action::Update, format!("{path} is out of date")),
        (_, None) => (Action::None, format!("the digest of {path} was not observed")),
    };
    Some(FileChange { path: path.to_owned(), action, reason, actual, desired: Some(wanted.to_owned()) })
}

fn digest(thing: &Thing) -> Option<String> {
    match thing.get(Field::Digest)? {
        Value::Text(digest) => Some(digest.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::observed::{Instant, Seen};

    #[test]
    fn each_file_is_compared_by_its_digest() {
        let mut observed = Observed::default();
        let mut see = |host: &str, path: &str, field: Field, value: Value| {
            let address = Address::File(host.to_owned(), path.to_owned());
            observed.set(address, field, Seen::new(value, Instant(0), &Arc::from("sha256sum")));
        };
        let text = |text: &str| Value::Text(text.to_owned());
        see("p1", "/etc/code/same", Field::Digest, text("sha256:1"));
        see("p1", "/etc/code/changed", Field::Digest, text("sha256:old"));
        see("p1", "/etc/code/gone", Field::Present, Value::Flag(false));
        see("p1", "/etc/code/stray", Field::Digest, text("sha256:9"));
        see("p1", "/etc/code-old/stray", Field::Digest, text("sha256:9"));
        see("p2", "/etc/code/stray", Field::Digest, text("sha256:9"));
        let generated = ["changed", "gone", "same", "unseen"].map(|path| (path.to_owned(), "sha256:1".to_owned()));
        for folder in ["/etc/code", "/etc/code/"] {
            let found = files(&observed, "p1", folder, &generated);
            let lines: Vec<(&str, Action)> = found.iter().map(|change| (change.path.as_str(), change.action)).collect();
            let expected = [
                ("changed", Action::Update),
                ("gone", Action::Create),
                ("stray", Action::Remove),
                ("unseen", Action::None),
            ];
            assert_eq!(lines, expected, "{folder}");
        }
    }
}
