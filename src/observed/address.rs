//! Addresses of things, as the spec and the findings write them.

use std::cmp::Ordering;
use std::fmt;

/// What a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The plan itself: `plan`.
    Plan,
    /// A component.
    Component,
    /// An instance of a component.
    Instance,
    /// Data of a component.
    Dataset,
    /// A copy of data, with the job that makes it.
    Copy,
    /// A place for copies.
    Store,
    /// A machine.
    Host,
    /// A file on a machine.
    File,
    /// A backup job that belongs to no copy of the spec.
    Job,
    /// A drill, or a real recovery.
    Drill,
}

/// The address of a thing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// `plan`
    Plan,
    /// `components.C`
    Component(String),
    /// `components.C.instances.I`
    Instance(String, String),
    /// `components.C.data.D`
    Dataset(String, String),
    /// `components.C.data.D.copies.K`
    Copy(String, String, String),
    /// `stores.S`
    Store(String),
    /// `hosts.H`
    Host(String),
    /// `hosts.H.files.PATH`
    File(String, String),
    /// `jobs.J`
    Job(String),
    /// `drills.NAME`
    Drill(String),
}

impl Address {
    /// What is there.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Plan => Kind::Plan,
            Self::Component(_) => Kind::Component,
            Self::Instance(..) => Kind::Instance,
            Self::Dataset(..) => Kind::Dataset,
            Self::Copy(..) => Kind::Copy,
            Self::Store(_) => Kind::Store,
            Self::Host(_) => Kind::Host,
            Self::File(..) => Kind::File,
            Self::Job(_) => Kind::Job,
            Self::Drill(_) => Kind::Drill,
        }
    }

    /// The keys that lead to it in the file, from the top.
    pub fn segments(&self) -> Vec<&str> {
        match self {
            Self::Plan => vec!["plan"],
            Self::Component(c) => vec!["components", c],
            Self::Instance(c, i) => vec!["components", c, "instances", i],
            Self::Dataset(c, d) => vec!["components", c, "data", d],
            Self::Copy(c, d, k) => vec!["components", c, "data", d, "copies", k],
            Self::Store(s) => vec!["stores", s],
            Self::Host(h) => vec!["hosts", h],
            Self::File(h, path) => vec!["hosts", h, "files", path],
            Self::Job(j) => vec!["jobs", j],
            Self::Drill(d) => vec!["drills", d],
        }
    }

    /// Reads what `Display` writes. A name with dots is read as such: only the words between names (`.instances.`,
    /// `.data.`, `.copies.`, `.files.`) split it, the first of them where there are several.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "plan" {
            return Some(Self::Plan);
        }
        let (section, rest) = text.split_once('.')?;
        let name = |name: &str| (!name.is_empty()).then(|| name.to_owned());
        match section {
            "components" => match (rest.split_once(".instances."), rest.split_once(".data.")) {
                (Some((c, i)), data) if data.is_none_or(|(before, _)| c.len() < before.len()) => {
                    Some(Self::Instance(name(c)?, name(i)?))
                }
                (_, Some((c, rest))) => match rest.split_once(".copies.") {
                    Some((d, k)) => Some(Self::Copy(name(c)?, name(d)?, name(k)?)),
                    None => Some(Self::Dataset(name(c)?, name(rest)?)),
                },
                _ => Some(Self::Component(name(rest)?)),
            },
            "stores" => Some(Self::Store(name(rest)?)),
            "hosts" => match rest.split_once(".files.") {
                Some((h, path)) => Some(Self::File(name(h)?, name(path)?)),
                None => Some(Self::Host(name(rest)?)),
            },
            "jobs" => Some(Self::Job(name(rest)?)),
            "drills" => Some(Self::Drill(name(rest)?)),
            _ => None,
        }
    }

    /// The section, the names in it, and the part of the component or host: an order in which what is inside a thing
    /// follows it, without a list being made for each comparison.
    fn order(&self) -> (&str, &str, &str, &str, &str, &str) {
        match self {
            Self::Component(c) => ("components", c, "", "", "", ""),
            Self::Instance(c, i) => ("components", c, "instances", i, "", ""),
            Self::Dataset(c, d) => ("components", c, "data", d, "", ""),
            Self::Copy(c, d, k) => ("components", c, "data", d, "copies", k),
            Self::Host(h) => ("hosts", h, "", "", "", ""),
            Self::File(h, path) => ("hosts", h, "files", path, "", ""),
            Self::Job(j) => ("jobs", j, "", "", "", ""),
            Self::Drill(d) => ("drills", d, "", "", "", ""),
            Self::Plan => ("plan", "", "", "", "", ""),
            Self::Store(s) => ("stores", s, "", "", "", ""),
        }
    }
}

impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Address {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.segments().join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for text in [
            "plan",
            "components.shop-db",
            "components.db.example.com.instances.db1.example.com",
            "components.shop-db.data.main",
            "components.shop-db.data.main.copies.nightly",
            "stores.vault",
            "hosts.db1.example.com",
            "hosts.db1.example.com.files./etc/a.b",
            "jobs.nightly dump of db9",
            "drills.lose:main 2026-11-20T09:00:00Z",
        ] {
            assert_eq!(Address::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "components", "components.", "stores", "links.0", "components..data.main", "hosts.a.files."] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_inside_follows() {
        let mut all: Vec<Address> =
            ["stores.a", "components.b", "components.a.instances.i", "components.a.data.d.copies.k"]
                .into_iter()
                .chain(["plan", "components.a.data.d", "components.a", "hosts.h.files./x", "hosts.h"])
                .filter_map(Address::parse)
                .collect();
        all.sort();
        let shown: Vec<String> = all.iter().map(Address::to_string).collect();
        let expected = [
            "components.a",
            "components.a.data.d",
            "components.a.data.d.copies.k",
            "components.a.instances.i",
            "components.b",
            "hosts.h",
            "hosts.h.files./x",
            "plan",
            "stores.a",
        ];
        assert_eq!(shown, expected);
    }
}
