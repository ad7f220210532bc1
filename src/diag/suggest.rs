//! "Did you mean": the nearest of the names that exist.

/// The candidate that is most like `name`, if any is like enough to be what was meant.
///
/// Measured by Damerau-Levenshtein distance (a swap of neighbours counts one), at most a third of the length of the
/// longer name and at least one. Ties go to the earlier name in alphabetical order.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name && candidate.chars().count().abs_diff(length) <= length.max(3) / 3 + 1)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= (length.max(candidate.chars().count()) / 3).max(1))
        .min()
        .map(|(_, candidate)| candidate)
}

fn distance(a: &str, b: &str) -> usize {
    if a.eq_ignore_ascii_case(b) { 0 } else { strsim::osa_distance(a, b) }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_meant() {
        let names = ["shop-db", "shop", "queue"];
        assert_eq!(nearest("shpo-db", names), Some("shop-db"));
        assert_eq!(nearest("Queue", names), Some("queue"));
        assert_eq!(nearest("payments", names), None);
        assert_eq!(nearest("a", ["b"]), Some("b"));
    }
}
