//! An attribute of a change as lines of text: short values side by side, long ones one above the other with what differs
//! marked, lists item by item.

use similar::{Algorithm, ChangeTag, TextDiff, capture_diff_slices};

use super::Attribute;
use crate::diag::visible::one_line;
use crate::diff::Shown;

/// Both values of a line together are at most this long.
const SIDE_BY_SIDE: usize = 60;

/// Texts that share less than this have nothing worth marking.
const ALIKE: f32 = 0.4;

/// How a stretch of text is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// What both have, names, and what was seen of something that is not to be compared.
    Plain,
    /// What is there.
    Old,
    /// What should be there.
    New,
    /// The part of what is there that differs.
    OldMark,
    /// The part of what should be there that differs.
    NewMark,
    /// What holds the rest together.
    Faint,
}

/// A line as stretches.
pub(super) type Line = Vec<(Tone, String)>;

/// The lines of an attribute; the first begins with its name, padded to `width`.
pub(super) fn lines(attribute: &Attribute, width: usize) -> Vec<Line> {
    let name = (Tone::Plain, format!("{:width$}  ", attribute.name));
    match (&attribute.actual, &attribute.desired) {
        (Some(Shown::List(old)), Some(Shown::List(new))) if old.len() + new.len() > 2 => {
            let mut all = vec![vec![(Tone::Plain, attribute.name.to_owned())]];
            all.extend(items(old, new));
            all
        }
        (Some(old), Some(new)) => {
            let (old, new) = (text(old), text(new));
            if old.chars().count() + new.chars().count() <= SIDE_BY_SIDE {
                let arrow = (Tone::Faint, " → ".to_owned());
                return vec![vec![name, (Tone::Old, old), arrow, (Tone::New, new)]];
            }
            let mut all = vec![vec![(Tone::Plain, attribute.name.to_owned())]];
            all.extend(above(&old, &new));
            all
        }
        (Some(old), None) => vec![vec![name, (Tone::Plain, text(old))]],
        (None, Some(new)) => vec![vec![name, (Tone::New, text(new))]],
        (None, None) => Vec::new(),
    }
}

fn text(shown: &Shown) -> String {
    one_line(&shown.to_string()).into_owned()
}

/// One text above the other; where they are much alike, with the parts that differ marked.
fn above(old: &str, new: &str) -> Vec<Line> {
    let (old, new) = (tokens(old), tokens(new));
    let diff = TextDiff::from_slices(&old, &new);
    let marked = diff.ratio() >= ALIKE;
    let side = |sign: &str, skip: ChangeTag, (whole, mark): (Tone, Tone)| {
        let mut line = vec![(whole, format!("  {sign} "))];
        for change in diff.iter_all_changes().filter(|change| change.tag() != skip) {
            let tone = if marked && change.tag() != ChangeTag::Equal { mark } else { whole };
            line.push((tone, change.value().to_owned()));
        }
        line
    };
    vec![
        side("-", ChangeTag::Insert, (Tone::Old, Tone::OldMark)),
        side("+", ChangeTag::Delete, (Tone::New, Tone::NewMark)),
    ]
}

/// Words, and each character between them by itself: of paths and URLs the part that differs is marked, and not the whole.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut word = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| !c.is_alphanumeric()) {
        if word < at {
            tokens.push(&text[word..at]);
        }
        word = at + c.len_utf8();
        tokens.push(&text[at..word]);
    }
    if word < text.len() {
        tokens.push(&text[word..]);
    }
    tokens
}

/// Lists item by item; those that both have are counted.
fn items(old: &[String], new: &[String]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut same = 0;
    let line = |sign: &str, tone: Tone, item: &String| vec![(tone, format!("  {sign} {}", one_line(item)))];
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        match op.tag() {
            similar::DiffTag::Equal => same += op.old_range().len(),
            _ => {
                lines.extend(old[op.old_range()].iter().map(|item| line("-", Tone::Old, item)));
                lines.extend(new[op.new_range()].iter().map(|item| line("+", Tone::New, item)));
            }
        }
    }
    if same > 0 {
        lines.push(vec![(Tone::Faint, format!("    ({same} unchanged)"))]);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(name: &'static str, actual: Option<Shown>, desired: Option<Shown>) -> Vec<String> {
        let attribute = Attribute { name, actual, desired };
        lines(&attribute, 6).into_iter().map(|line| line.into_iter().map(|(_, text)| text).collect()).collect()
    }

    fn one(text: &str) -> Option<Shown> {
        Some(Shown::Text(text.to_owned()))
    }

    fn many(items: &[&str]) -> Option<Shown> {
        Some(Shown::List(items.iter().map(|item| (*item).to_owned()).collect()))
    }

    #[test]
    fn short_values_stand_side_by_side_and_long_ones_above_each_other() {
        assert_eq!(plain("role", one("standby"), one("primary")), ["role    standby → primary"]);
        let (old, new) = ("s3:https://backups.example.com/old-bucket/x", "s3:https://backups.example.com/new-bucket/x");
        assert_eq!(plain("path", one(old), one(new)), ["path".to_owned(), format!("  - {old}"), format!("  + {new}")]);
        assert_eq!(plain("path", None, one("/srv")), ["path    /srv"]);
        assert_eq!(plain("points", Some(Shown::Count(3)), None), ["points  3"]);
    }

    #[test]
    fn lists_fold_what_they_share() {
        let lines = plain("keep", many(&["daily 7", "weekly 8"]), many(&["daily 14", "weekly 8"]));
        assert_eq!(lines, ["keep", "  - daily 7", "  + daily 14", "    (1 unchanged)"]);
        assert_eq!(plain("keep", many(&[]), many(&["daily 14"])), ["keep    none → daily 14"]);
    }

    #[test]
    fn what_differs_in_long_texts_is_marked() {
        let (old, new) =
            ("one two three four five six seven eight nine", "one two three four 5 six seven eight nine ten");
        let lines = above(old, new);
        assert!(lines[0].contains(&(Tone::OldMark, "five".to_owned())), "{lines:?}");
        assert!(lines[1].contains(&(Tone::NewMark, "5".to_owned())), "{lines:?}");
        let lines = above("s3:https://a.example.com/old/x", "s3:https://a.example.com/new/x");
        assert!(lines[0].contains(&(Tone::OldMark, "old".to_owned())), "{lines:?}");
        assert_eq!(lines[0].iter().filter(|(tone, _)| *tone == Tone::OldMark).count(), 1, "{lines:?}");
        assert_eq!(tokens("a-b, é/"), ["a", "-", "b", ",", " ", "é", "/"]);
        let lines = above("aa-bb-cc-dd-ee-ff", "q");
        assert!(lines.iter().flatten().all(|(tone, _)| matches!(tone, Tone::Old | Tone::New)), "{lines:?}");
    }

    #[test]
    fn hidden_characters_are_shown() {
        assert_eq!(plain("host", one("a\u{1b}[31mb\nc"), one("db1")), ["host    a<U+001B>[31mb c → db1"]);
    }
}
