//! The layout that puppet-lint wants: arrows of attributes in one column, and no blank lines where macros leave them.
//! Templates leave attributes and whole blocks out, so that they cannot do it themselves.

/// The manifest with its layout in order.
pub(super) fn tidy(manifest: &str) -> String {
    excused(&arrows(&without_stray_blanks(manifest)))
}

/// Longer lines are a warning. Names of the spec can make one so long that there is nowhere to break it.
const LONGEST_LINE: usize = 140;

/// Tells the linter of lines that cannot be shorter.
fn excused(manifest: &str) -> String {
    let lines: Vec<&str> = manifest.split('\n').collect();
    let code = starts_in_code(manifest, lines.len());
    let excuse = |(number, line): (usize, &&str)| match line.chars().count() > LONGEST_LINE && code[number] {
        true if code.get(number + 1) != Some(&false) => format!("{line} # lint:ignore:140chars"),
        _ => (*line).to_owned(),
    };
    lines.iter().enumerate().map(excuse).collect::<Vec<_>>().join("\n")
}

/// Drops blank lines at the start, after another, after an opening and before a closing bracket, after a comma, and inside
/// of the comment that documents what follows it.
fn without_stray_blanks(manifest: &str) -> String {
    let lines: Vec<&str> = manifest.split('\n').collect();
    let code = starts_in_code(manifest, lines.len());
    let is_comment = |line: &str| line.starts_with('#');
    let mut out: Vec<&str> = Vec::with_capacity(lines.len());
    for (number, line) in lines.iter().enumerate() {
        let is_last = number + 1 == lines.len();
        if !code[number] || !line.trim().is_empty() || is_last {
            out.push(line);
            continue;
        }
        let next = lines[number..].iter().find(|line| !line.trim().is_empty()).copied().unwrap_or_default();
        let previous = out.last().copied().unwrap_or_default();
        let stray = previous.is_empty()
            || previous.ends_with(['(', '{', ','])
            || next.trim_start().starts_with([')', '}'])
            || (is_comment(previous) && (is_comment(next) || next.starts_with("class ")));
        if !stray {
            out.push("");
        }
    }
    out.join("\n")
}

/// The manifest with the arrows of each block of attributes in one column. What is inside of strings stays as it is.
fn arrows(manifest: &str) -> String {
    let lines: Vec<&str> = manifest.split('\n').collect();
    let code = starts_in_code(manifest, lines.len());
    let mut out: Vec<String> = Vec::with_capacity(lines.len());
    let mut at = 0;
    while at < lines.len() {
        let indent = attribute(lines[at]).filter(|_| code[at]).map(|(indent, ..)| indent);
        let Some(indent) = indent else {
            out.push(lines[at].to_owned());
            at += 1;
            continue;
        };
        let block = |line: &usize| code[*line] && attribute(lines[*line]).is_some_and(|(other, ..)| other == indent);
        let end = (at..lines.len()).take_while(block).count() + at;
        let width = lines[at..end].iter().filter_map(|line| attribute(line)).map(|(_, name, _)| name.len()).max();
        let width = width.unwrap_or_default();
        for line in lines[at..end].iter().filter_map(|line| attribute(line)) {
            let (indent, name, value) = line;
            out.push(format!("{:indent$}{name:width$} => {value}", ""));
        }
        at = end;
    }
    out.join("\n")
}

/// An attribute alone on its line: its indentation, its name and the rest.
fn attribute(line: &str) -> Option<(usize, &str, &str)> {
    let name = line.trim_start();
    let indent = line.len() - name.len();
    let (name, rest) = name.split_once("=>")?;
    let name = name.trim_end();
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    (plain && !name.is_empty()).then(|| (indent, name, rest.trim_start()))
}

/// For each line whether it starts outside of strings and comments.
fn starts_in_code(manifest: &str, lines: usize) -> Vec<bool> {
    let mut starts = Vec::with_capacity(lines);
    starts.push(true);
    let mut quote: Option<char> = None;
    let mut comment = false;
    let mut escaped = false;
    for c in manifest.chars() {
        match (quote, c) {
            (_, '\n') => {
                comment = false;
                starts.push(quote.is_none());
                escaped = false;
                continue;
            }
            _ if comment => {}
            (Some(_), '\\') if !escaped => {
                escaped = true;
                continue;
            }
            (Some(open), c) if c == open && !escaped => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '#') => comment = true,
            _ => {}
        }
        escaped = false;
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::{arrows, tidy};

    #[test]
    fn arrows_line_up_block_by_block() {
        let text =
            "  dr::x { 'a':\n    a => 1,\n    long_name   => 'x',\n  }\n  file { 'b':\n    ensure => file,\n  }\n";
        let expected = "  dr::x { 'a':\n    a         => 1,\n    long_name => 'x',\n  }\n  file { 'b':\n    ensure => file,\n  }\n";
        assert_eq!(arrows(text), expected);
        assert_eq!(arrows(expected), expected);
    }

    #[test]
    fn long_lines_are_excused() {
        let long = format!("  x {{ '{}':\n  }}\n", "a".repeat(140));
        assert_eq!(tidy(&long), long.replace("':", "': # lint:ignore:140chars"));
    }

    #[test]
    fn blank_lines_of_macros_go() {
        let text = "\n# A\n\n# B\n\nclass x (\n\n  $a,\n\n) {\n\n  include y\n\n\n  include z\n\n}\n";
        assert_eq!(tidy(text), "# A\n# B\nclass x (\n  $a,\n) {\n  include y\n\n  include z\n}\n");
    }

    #[test]
    fn strings_are_left_alone() {
        let text = "  x => 'it\\'s\n    a => 1\n    bbb => 2',\n  yy => \"\n  c    => 3\",\n# don't\n  z => 1,\n";
        let expected = "  x => 'it\\'s\n    a => 1\n    bbb => 2',\n  yy => \"\n  c    => 3\",\n# don't\n  z => 1,\n";
        assert_eq!(arrows(text), expected);
    }
}
