//! Broken and hostile text: every kind gets one clear answer, with its place, in bounded time.

use std::time::{Duration, Instant};

use drplan::diag::FileId;
use drplan::text::{Limits, Problem, decode, parse};

/// Each problem as `name @place: message | help [label @place]`; the place is the text that is marked.
fn told(source: &str) -> String {
    let (_, problems) = parse(source, FileId(0), Limits::default());
    problems.iter().map(|problem| line(source, problem)).collect::<Vec<_>>().join("\n")
}

fn line(source: &str, problem: &Problem) -> String {
    let place = |start: u32, end: u32| {
        let line = source[..start as usize].matches('\n').count() + 1;
        let column = source[..start as usize].rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("{line}:{column} {:?}", &source[start as usize..end as usize])
    };
    let help = problem.help.as_ref().map_or(String::new(), |help| format!(" | {help}"));
    let related = problem.related.iter().map(|(start, end, label)| format!(" [{label} {}]", place(*start, *end)));
    let at = place(problem.start, problem.end);
    format!("{} {at}: {}{help}{}", problem.name, problem.message, related.collect::<String>())
}

#[track_caller]
fn check(source: &str, expected: &str) {
    assert_eq!(told(source), expected, "{source:?}");
}

#[test]
fn tabs_are_explained() {
    let help =
        "a tab where YAML wants spaces | indent with spaces; most editors can turn tabs into spaces when they save";
    check("a:\n\tb: c\n", &format!("tab 2:1 \"\\t\": {help}"));
    check("\ta: b\n", &format!("tab 1:1 \"\\t\": {help}"));
    check("a:\n  b: 1\n\tc: 2\n", &format!("tab 3:1 \"\\t\": {help}"));
    check("a:\n\t- b\n", &format!("tab 2:1 \"\\t\": {help}"));
    check("a: >\n\tb\n", &format!("tab 2:1 \"\\t\": {help}"));
    check("a:\tb\t# c\n", "");
}

#[test]
fn what_was_opened_must_be_closed() {
    check(
        "a: \"x\n",
        "unclosed-quote 1:4 \"\\\"\": this quote (`\"`) is not closed | add the closing `\"` at the end of the text",
    );
    check(
        "a: 'x\nb: 1\nc: 2\n",
        "unclosed-quote 1:4 \"'\": this quote (`'`) is not closed | add the closing `'` at the end of the text",
    );
    check("a: [x, y\n", "unclosed-bracket 1:4 \"[\": `[` is not closed | add the closing `]`");
    check(
        "a: {x: 1\nb: 2\n",
        "unclosed-bracket 1:4 \"{\": `{` is not closed | add the closing `}` [this is read as a part of it 2:2 \":\"]",
    );
    check("a: [x, y}\n", "mismatched-bracket 1:4 \"[\": `[` is closed by `}`");
    check(
        "a: x]\nb: ]\n",
        "mismatched-bracket 2:4 \"]\": a closing bracket without an opening one | remove it, or put the text that holds it in quotes",
    );
}

#[test]
fn colons_and_indentation() {
    check(
        "a: b: c\n",
        "yaml-syntax 1:5 \":\": a `:` where no key can be | put text that holds `: ` in quotes, or check the indentation of this line",
    );
    check("a:b\nc: d\n", "yaml-syntax 1:2 \":\": no space after the `:` | write `a: b`");
    check("key\nb: c\n", "yaml-syntax 1:1 \"key\": a key without `:` | write `key: value`");
    check("a: 1\nb\n", "yaml-syntax 2:1 \"b\": a key without `:` | write `key: value`");
    check(
        "a:\n  b: 1\n c: 2\n",
        "indentation 3:2 \"c\": this line is not indented like the keys it stands under | give all keys of a map the same indentation: this one has 1 space, the one above 2 spaces",
    );
    check(
        "- a\nb: c\n",
        "indentation 2:1 \"b\": a key among the items of a list | start the line with `- `, or indent it like the map it belongs to",
    );
    check(
        "a: - b\n",
        "yaml-syntax 1:4 \"-\": a list item cannot start here | start each `- ` on a line of its own, indented like the other items",
    );
    check(": b\n", "empty-key 1:1 \"\": a value without a key | write `key: value`");
}

#[test]
fn text_that_needs_quotes() {
    check("a: @b\n", "yaml-syntax 1:4 \"@\": text cannot start with `@` | put the text in quotes");
    check("a: %b\n", "yaml-syntax 1:4 \"%\": text cannot start with `%` | put the text in quotes");
    check("a: `b`\n", "yaml-syntax 1:4 \"`\": text cannot start with a backtick | put the text in quotes");
    check("a: * b\n", "yaml-syntax 1:4 \"*\": text cannot start with `*` | put the text in quotes");
    check(
        "a: 'it's'\n",
        "yaml-syntax 1:8 \"s\": text after the closing quote | put all of the text in quotes; within `'` write a quote as `''`, within `\"` as `\\\"`",
    );
    check(
        "a: \"\\d\"\n",
        "yaml-syntax 1:4 \"\\\"\": an escape that YAML does not know | within double quotes write a backslash as `\\\\`, or use single quotes",
    );
}

#[test]
fn refused_parts_of_yaml() {
    check(
        "a: !!str 5\n",
        "tag 1:4 \"!!str\": the tag `!!str` has no meaning here | remove it; write text that looks like a number in quotes",
    );
    check(
        "a: &x {b: 1}\nc:\n  <<: *x\n",
        "merge-key 3:3 \"<<\": merge keys (`<<`) are not part of YAML 1.2 | repeat the keys, or give the whole value an anchor and repeat it with an alias",
    );
    check(
        "a: &gold 1\nb: *glod\n",
        "unknown-alias 2:4 \"*glod\": no value above has the anchor `&glod` | did you mean `*gold`?",
    );
    check("a: &a [*a]\n", "alias-in-itself 1:8 \"*a\": the alias is inside the value that it repeats");
    check(
        "[a]: b\n",
        "key-not-text 1:1 \"[\": a list or a map cannot be a key | text that starts with `[` or `{` needs quotes",
    );
    check("%YAML 1.1\n---\na: b\n", "yaml-version 2:1 \"\": only YAML 1.2 is read here | remove the `%YAML` line");
    check(
        "a: 1\n---\nb: 2\n",
        "several-documents 2:1 \"---\": a second document in the same file | write it to a file of its own, or join the two without the `---` [the first starts here 1:1 \"\"]",
    );
}

#[test]
fn a_key_twice_names_both_places() {
    check(
        "a:\n  x: 1\n  y: 2\n  'x': 3\nb: 1\nb: 2\n",
        "duplicate-key 4:3 \"'x'\": the key `x` is written twice | keep one of the two, rename one, or join what is under them [first written here 2:3 \"x\"]\n\
         duplicate-key 6:1 \"b\": the key `b` is written twice | keep one of the two, rename one, or join what is under them [first written here 5:1 \"b\"]",
    );
}

#[test]
fn all_mistakes_that_leave_the_structure_clear_come_in_one_run() {
    let names: Vec<&str> = parse("a: 1\na: !x 2\n<<: {b: *c}\n", FileId(0), Limits::default())
        .1
        .iter()
        .map(|problem| problem.name)
        .collect();
    assert_eq!(names, ["duplicate-key", "tag", "merge-key", "unknown-alias"]);
}

#[test]
fn nesting_without_end_is_refused() {
    let nested = "more than 128 maps and lists inside each other";
    check(&"[".repeat(10_000), &format!("nested-too-deep 1:130 \"[\": {nested}"));
    check(&"- ".repeat(10_000), &format!("nested-too-deep 1:257 \"-\": {nested}"));
    check(&"{a: ".repeat(10_000), &format!("nested-too-deep 1:517 \"{{\": {nested}"));
    let steps: String = (0..10_000).map(|depth| " ".repeat(depth) + "a:\n").collect();
    check(&steps, &format!("nested-too-deep 129:129 \"a\": {nested}"));
    // Aliases nest what they repeat.
    let ladder: String =
        (1..200).fold("a0: &a0 [x]\n".to_owned(), |text, n| text + &format!("a{n}: &a{n} [*a{}]\n", n - 1));
    check(&ladder, &format!("nested-too-deep 128:14 \"*a126\": {nested}"));
    check(&format!("a: {}{}\n", "[".repeat(127), "]".repeat(127)), "");
}

#[test]
fn hostile_text_takes_no_time_to_speak_of() {
    let many = |piece: &str, times: usize| piece.repeat(times);
    let unclosed = format!("a: \"{}", many("x\n ", 100_000));
    let keys: String = (0..50_000).map(|n| format!("k{n}: 1\n")).collect();
    let twice = keys.clone() + &keys;
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        bomb += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(", "));
    }
    let long_alias = format!("a: &a {}\nb: [{}]\n", many("x", 100_000), many("*a, ", 20_000));
    let sources = [
        (bomb, "alias-bomb"),
        (unclosed, "unclosed-quote"),
        (twice, "duplicate-key"),
        (long_alias, ""),
        (format!("a: {}\n", many("x", 5_000_000)), ""),
        (format!("a: [{}]\n", many("\t1,", 200_000)), ""),
        (many("- - - - - - - -\n", 20_000), ""),
        (many("#\n", 500_000), ""),
        (many(" ", 1_000_000), ""),
        (many("'", 500_001), "unclosed-quote"),
        (many("a: ", 300_000), "yaml-syntax"),
        (many("? ", 50_000), "key-not-text"),
        (many("&a ", 100_000), "yaml-syntax"),
        (many("!a ", 100_000), "tag"),
    ];
    for (source, name) in sources {
        let start = Instant::now();
        let (_, problems) = parse(&source, FileId(0), Limits::default());
        let shown: String = source.chars().take(40).collect();
        assert_eq!(problems.first().map_or("", |problem| problem.name), name, "{shown}");
        // Generous: an unoptimized build on a busy machine.
        assert!(start.elapsed() < Duration::from_secs(20), "{shown} takes {:?}", start.elapsed());
    }
}

#[test]
fn limits_are_told() {
    let limits = Limits { max_bytes: 10, max_nodes: 3, ..Limits::default() };
    let (document, problems) = parse("a: 1\nb: 2\nc: 3\n", FileId(0), limits);
    assert!(document.is_none());
    assert_eq!(
        line("", &problems[0]),
        "file-too-large 1:1 \"\": the file has 15 bytes, more than the limit of 10 | split it into several files in one folder"
    );
    let (_, problems) = parse("a: 1\nb: 2\n", FileId(0), limits);
    assert_eq!(problems[0].message, "the file has more than 3 keys and values");
}

#[test]
fn an_empty_file_is_an_empty_document() {
    for source in ["", "\n\n", "# only a comment\n", "---\n", "--- # x\n"] {
        let (document, problems) = parse(source, FileId(0), Limits::default());
        assert_eq!(problems, [], "{source:?}");
        assert!(document.expect("a document").is_empty(), "{source:?}");
    }
    let (document, _) = parse("~", FileId(0), Limits::default());
    assert!(!document.expect("a document").is_empty());
}

#[test]
fn bytes_become_text_or_a_clear_answer() {
    let refused = |bytes: &[u8]| {
        let problem = decode(bytes).expect_err("refused");
        format!("{}: {} | {}", problem.name, problem.message, problem.help.unwrap_or_default())
    };
    assert_eq!(decode(b"\xEF\xBB\xBFa: 1\r\n"), Ok("a: 1\r\n"));
    assert_eq!(decode("á: \t1\n".as_bytes()), Ok("á: \t1\n"));
    let latin = "save the file as UTF-8, for example with `iconv -f LATIN1 -t UTF-8`";
    assert_eq!(refused(b"a: 1\nb: caf\xE9\n"), format!("not-utf-8: byte 12 (0xE9) on line 2 is not UTF-8 | {latin}"));
    assert_eq!(refused(b"a: \xED\xA0\x80"), format!("not-utf-8: byte 4 (0xED) on line 1 is not UTF-8 | {latin}"));
    let wide = "utf-16: the file is UTF-16 or UTF-32, not UTF-8 | save it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`";
    assert_eq!(refused(b"\xFF\xFEa\0:\0"), wide);
    assert_eq!(refused(b"\0a\0:"), wide);
    assert_eq!(
        refused(b"a: 1\n\0"),
        "control-character: a NUL character (0x00) at byte 6 on line 2 | remove it; is this a text file?"
    );
    assert_eq!(
        refused(b"a: 1\rb: 2"),
        "control-character: a carriage return without a line feed (0x0D) at byte 5 on line 1 | end lines with a line feed"
    );
    assert_eq!(
        refused(b"a: \x1B[1m"),
        "control-character: a control character (0x1B) at byte 4 on line 1 | remove it, or write it as an escape in double quotes such as \"\\e\""
    );
}

#[test]
fn line_ends_of_windows_change_nothing() {
    let unix = "a: 1 # c\nb:\n- x\n- 'y'\nc: {d: e}\nf: |\n  g\n  h\n";
    let windows = unix.replace('\n', "\r\n");
    let (unix_document, _) = parse(unix, FileId(0), Limits::default());
    let (windows_document, problems) = parse(&windows, FileId(0), Limits::default());
    assert_eq!(problems, []);
    let json = |document: Option<drplan::text::Document<'_>>| document.expect("a document").root().to_json();
    assert_eq!(json(windows_document), json(unix_document));
}
