//! Runs the fuzz target of the reader on a stable compiler for a bounded time.
//!
//! Random bytes are hardly ever YAML. Half of the texts are put together from pieces that mean something to YAML, the
//! other half line by line, nearly right: those reach deep into the fast reader. `DRPLAN_FUZZ_SECONDS` sets the time,
//! `DRPLAN_FUZZ_SEED` the start.

use std::time::{Duration, Instant};

use drplan::diag::FileId;
use drplan::text::{Limits, parse_common};

use crate::generated_specs::spec_gen::random::Random;

#[path = "../support/text_target.rs"]
mod target;

const PIECES: &[&str] = &[
    "a", "b", "c", "d", "e", "A", "a: ", "b: ", "c:", "a:\n", "b:\n", "- ", "-", "- - ", "-\n", "\n", "\n", "\n  ",
    "\n    ", "\n ", "\n- ", "\n  - ", "\n  b: ", "\na: ", " ", "  ", ": ", ":", " :", "#", " # x", "# y\n", "'", "\"",
    "'x'", "\"y\"", "''", "'it''s'", "\"\\n\"", "\\", "\\\"", "[", "]", "{", "}", ",", ", ", "[a, b]", "{a: b}", "[]",
    "{}", "{a, b: }", "|\n", ">-\n  ", "&a ", "*a", "&", "*", "!", "!!str ", "<<", "<<: ", "?", "? ", "~", "null", "1",
    "-1", "017", "1.5", "true", "no", "é", "…", "---", "---\n", "...", "%", "@", "`", "\t", "\r\n", "\u{feff}",
    "\u{85}", "\u{2028}", "\0", "=", "$", "(", "x y", "x: y", "\"", "'",
];

const KEYS: &[&str] = &["a", "b", "c", "d", "e", "f g", "h-1", "'i'", "\"j\"", "k'l"];

const WORDS: &[&str] = &[
    "a",
    "b",
    "c",
    "x y",
    "-1",
    "017",
    "1.5",
    "~",
    "é",
    "'q'",
    "\"r\"",
    "'it''s'",
    "\"\\\"\"",
    "a:b",
    "a#b",
    "-x",
    "--",
    "<<",
    "http://x:1/",
    "x,y",
    "x]y",
    "[]",
    "{}",
    "[a, b]",
    "[a, [b], {c: d}]",
    "{a: b}",
    "{a: , b: c}",
    "{a}",
    "[a b]",
    "{'a': \"b\"}",
    "[1,2]",
    "{a: b,c: d}",
    "[ a ]",
    "",
    "",
    "null",
    "&a v",
    "*a",
    "|",
    "a'b",
    "a\"b",
];

const IN_BRACKETS: &[&str] = &[
    "a", "b", "c: ", "d: ", "e:", ":", ", ", ", ", ", ", ",", " ", "'x'", "[", "]", "{", "}", "-", "- ", "?", "#", "1",
];

#[test]
fn the_reader_holds_on_texts_of_all_kinds() {
    #[expect(clippy::disallowed_methods, reason = "a test is told its time and seed from outside")]
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let seconds = number("DRPLAN_FUZZ_SECONDS").unwrap_or(2);
    let mut random = Random(number("DRPLAN_FUZZ_SEED").unwrap_or(1) | 1);
    let end = Instant::now() + Duration::from_secs(seconds);
    let (mut runs, mut fast) = (0u64, 0u64);
    while Instant::now() < end {
        let text = if random.below(2) == 0 { pieces(&mut random) } else { lines(&mut random) };
        let text = if random.below(8) == 0 { text.replace('\n', "\r\n") } else { text };
        target::run(text.as_bytes());
        runs += 1;
        fast += u64::from(parse_common(&text, FileId(0), Limits::default()).is_some());
    }
    assert!(fast * 20 > runs, "only {fast} of {runs} texts reach the fast reader");
}

fn pieces(random: &mut Random) -> String {
    (0..=random.below(24)).map(|_| PIECES[random.below(PIECES.len())]).collect()
}

/// Lines whose indentation mostly follows from the line before.
fn lines(random: &mut Random) -> String {
    let mut text = String::new();
    let mut indent = 0usize;
    for _ in 0..=random.below(8) {
        indent = match random.below(12) {
            0 => 0,
            1 => indent + 2,
            2 | 3 => indent.saturating_sub(2),
            4 => random.below(5),
            _ => indent,
        };
        text.push_str(&" ".repeat(indent));
        for _ in 0..random.below(4).saturating_sub(1) {
            text.push_str(if random.below(6) == 0 { "-  " } else { "- " });
        }
        if random.below(5) > 0 {
            let words = if random.below(6) == 0 { WORDS } else { KEYS };
            text.push_str(words[random.below(words.len())]);
            text.push_str([": ", ": ", ": ", ":", ":  ", " : "][random.below(6)]);
        }
        match random.below(4) {
            0 => text.push_str(&brackets(random)),
            _ => text.push_str(WORDS[random.below(WORDS.len())]),
        }
        if random.below(12) == 0 {
            text.push_str(PIECES[random.below(PIECES.len())]);
        }
        text.push_str(["\n", "\n", "\n", " # c\n", "\n\n", " \n", "\n# c\n"][random.below(7)]);
    }
    text
}

fn brackets(random: &mut Random) -> String {
    let inside = (0..random.below(7)).map(|_| IN_BRACKETS[random.below(IN_BRACKETS.len())]).collect::<String>();
    if random.below(2) == 0 { format!("[{inside}]") } else { format!("{{{inside}}}") }
}
