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

/// Filters that quote for a place in code.
const CODE_FILTERS: &[&str] =
    &["bash_arg", "sh_arg", "pp", "ps_str", "json", "yaml_str", "sql_str", "comment", "join_quoted"];

/// The lines of a Markdown template on which a value is escaped as prose where code is shown: in a code span, where a
/// backslash escapes nothing, or in a fence.
fn prose_in_code(source: &str) -> Vec<usize> {
    let mut fenced = false;
    let mut found = Vec::new();
    for (i, line) in source.lines().enumerate() {
        let line = line.trim();
        if line.starts_with("```") {
            fenced = !fenced;
        } else if line.contains("filter fence") {
            fenced = true;
        } else if line.contains("endfilter") {
            fenced = false;
        }
        let mut ticks = 0;
        for (j, part) in line.split("{{").enumerate() {
            let (value, text) = part.split_once("}}").filter(|_| j > 0).unwrap_or(("", part));
            let code = CODE_FILTERS
                .iter()
                .any(|filter| value.contains(&format!("|{filter}")) || value.contains(&format!("| {filter}")));
            if j > 0 && (ticks % 2 == 1 || fenced && !code) {
                found.push(i + 1);
            }
            ticks += text.matches('`').count();
        }
    }
    found.dedup();
    found
}

#[test]
fn no_prose_stands_in_code() {
    let sample = "a `b` {{ x }}\n`{{ x }}`\n{{ x|md_code }} `b`\n```sh\n{{ x }}\nrun {{ x|bash_arg }}\n```\n{% filter fence('sh') %}\n{{ x }}\n{% endfilter %}\n{{ x }}";
    assert_eq!(prose_in_code(sample), [2, 5, 9]);
    for (name, source) in templates().into_iter().filter(|(name, _)| name.ends_with(".md.j2")) {
        let lines = prose_in_code(&source);
        assert!(
            lines.is_empty(),
            "templates/{name}, lines {lines:?}: use md_code, or a quoting filter of the language shown"
        );
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

#[test]
fn the_page_on_templates_names_every_filter_and_file_type() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/templates.md")).unwrap();
    let source = fs::read_to_string(root.join("src/emit/filters.rs")).unwrap();
    let filters: Vec<&str> = source.split("add_filter(").skip(1).filter_map(|rest| rest.split('"').nth(1)).collect();
    assert!(filters.len() > 40, "{filters:?}");
    let targets = drplan::emit::templates::TARGETS.iter().map(|(extension, _)| format!(".{extension}.j2`"));
    let missing: Vec<String> = filters
        .into_iter()
        .filter(|name| !page.contains(&format!("`{name}`")) && !page.contains(&format!("`{name}(")))
        .map(str::to_owned)
        .chain(targets.filter(|ending| !page.contains(ending)))
        .collect();
    assert!(missing.is_empty(), "docs/templates.md says nothing of {missing:?}");
}
