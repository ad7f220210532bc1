//! Names on the generated side: words of classes and parameters, accounts, nodes and the plan.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// A name of the spec as a word of Puppet: `shop-db` becomes `shop_db`, `7zip` becomes `n7zip`.
pub(in crate::emit) fn word(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '_' };
    let word: String = name.to_ascii_lowercase().chars().map(plain).collect();
    if word.starts_with(|c: char| c.is_ascii_lowercase()) { word } else { format!("n{word}") }
}

/// Words that are handed out once each: of names that meet (`a-b`, `a_b`) the later ones get a number.
#[derive(Debug, Default)]
pub(in crate::emit) struct Words {
    taken: BTreeMap<String, u32>,
}

impl Words {
    pub(in crate::emit) fn unique(&mut self, word: String) -> String {
        let mut candidate = word.clone();
        while self.taken.contains_key(&candidate) {
            let count = self.taken.entry(word.clone()).or_insert(1);
            *count += 1;
            candidate = format!("{word}_{count}");
        }
        self.taken.insert(candidate.clone(), 1);
        candidate
    }
}

/// The account under which a component's hosts reach a store. Prefixed, so that no component can be called like an
/// account of the system, and at most the 32 characters that Linux allows.
pub(in crate::emit) fn account(component: &str) -> String {
    let plain = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' };
    let name: String = component.chars().map(plain).collect();
    if name == component && name.len() <= 28 {
        return format!("dr-{name}");
    }
    let digest: String =
        Sha256::digest(component.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let short: String = name.chars().take(19).collect();
    format!("dr-{}-{digest}", short.trim_end_matches('-'))
}

/// Whether Puppet can know a host by this name; Puppet's own certificates allow no more.
pub(in crate::emit) fn is_certname(name: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
    name.len() <= 250
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && name.bytes().all(inner)
}

/// The name of the plan in status documents and metrics: a name of lower-case letters, digits, `.`, `_` and `-`.
pub(in crate::emit) fn plan(system: &str) -> String {
    let plain =
        |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_') { c.to_ascii_lowercase() } else { '-' };
    let name: String = system.chars().take(63).map(plain).collect();
    let name = name.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    if name.is_empty() { "plan".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_unique() {
        let mut words = Words::default();
        let all: Vec<String> = ["a-b", "a_b", "a.b", "7-a"].iter().map(|name| words.unique(word(name))).collect();
        assert_eq!(all, ["a_b", "a_b_2", "a_b_3", "n7_a"]);
    }

    #[test]
    fn accounts_are_short_and_distinct() {
        assert_eq!(account("shop-files"), "dr-shop-files");
        assert_eq!(account("root"), "dr-root");
        let long = ["x".repeat(63), format!("{}y", "x".repeat(62)), "a.b".to_owned(), "a-b".to_owned()];
        let accounts: Vec<String> = long.iter().map(|name| account(name)).collect();
        for (number, one) in accounts.iter().enumerate() {
            assert!(one.len() <= 32 && !accounts[..number].contains(one), "{one}");
        }
    }

    #[test]
    fn certnames() {
        for good in ["db1.example.com", "app1", "a_b-c"] {
            assert!(is_certname(good), "{good}");
        }
        for bad in ["", "../x", "a/b", "A", "a b", "-a", "a'", ".a"] {
            assert!(!is_certname(bad), "{bad}");
        }
    }
}
