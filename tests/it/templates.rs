//! Every template that ships with the tool: it loads, and no value stands inside quotes of the target, where its own
//! quotes would end the string.

use drplan::emit::templates::Templates;
use std::fs;
use std::path::{Path, PathBuf};

fn templates() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut out = Vec::new();
    collect(&root, &root, &mut out);
    out.sort();
    out
}

fn collect(root: &Path, folder: &PathBuf, out: &mut Vec<(String, String)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            collect(root, &path, out);
        } else if path.extension().is_some_and(|extension| extension == "j2") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            out.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The lines on which a value stands inside quotes, by the quotes before it on its line.
fn quoted_values(source: &str) -> Vec<usize> {
    let inside = |line: &str| {
        let mut open = None;
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix("{{") {
                if open.is_some() {
                    return true;
                }
                rest = after.split_once("}}").map_or("", |(_, after)| after);
                continue;
            }
            if let Some(after) = rest.strip_prefix("{%").or_else(|| rest.strip_prefix("{#")) {
                rest = after.split_once(['%', '#']).map_or("", |(_, after)| after);
                continue;
            }
            match open {
                None if matches!(c, '\'' | '"') => open = Some(c),
                Some(quote) if quote == c => open = None,
                _ => {}
            }
            rest = &rest[c.len_utf8()..];
        }
        false
    };
    source.lines().enumerate().filter(|(_, line)| inside(line)).map(|(i, _)| i + 1).collect()
}

#[test]
fn every_template_loads() {
    for (name, source) in templates() {
        if let Err(error) = Templates::new([(name, source)]) {
            panic!("templates/{error}");
        }
    }
}

#[test]
fn no_value_stands_inside_quotes() {
    assert_eq!(
        quoted_values("a = '{{ x }}'\nb = {{ x|f('y') }} 'z' {{ x }}\nc = \"a {{ x }}\"\n{% if x == 'y' %}{{ x }}"),
        [1, 3]
    );
    // Prose has apostrophes; in Markdown a value is inert between any quotes.
    let code = templates().into_iter().filter(|(name, _)| !name.ends_with(".md.j2"));
    for (name, source) in code {
        assert_eq!(
            quoted_values(&source),
            [0_usize; 0],
            "templates/{name}: write {{{{ x }}}} without quotes around it"
        );
    }
}
