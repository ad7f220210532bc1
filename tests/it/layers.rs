//! The layers of ARCHITECTURE.md, held against the source: a module uses only modules of strictly lower layers.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules from the lowest layer to the highest; those on one line do not know each other.
const LAYERS: &[&[&str]] = &[
    &["diag", "units", "graph", "terms", "assets"],
    &["text", "calendar", "draw", "drill", "html"],
    &["observed", "spec", "tech"],
    &["model"],
    &["analysis", "desired"],
    &["evidence"],
    &["check", "compare", "policy", "diff"],
    &["emit", "report"],
    &["schemas"],
    &["cli"],
];

/// Leaves that a neighbour in the same layer may use, each for a reason.
const NEIGHBOURS: &[(&str, &str, &str)] = &[];

/// What the layers alone would still allow.
const NEVER: &[(&str, &str)] = &[
    ("emit", "spec"),
    ("emit", "text"),
    ("report", "spec"),
    ("report", "text"),
    ("analysis", "spec"),
    ("emit", "observed"),
    ("report", "observed"),
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

/// The modules that a source text names after `crate::`, also in groups.
fn named_modules(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in source.match_indices("crate::") {
        let preceded = source[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$');
        if preceded {
            continue;
        }
        let rest = &source[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(heads_of_group(group)),
            None => found.extend(head(rest)),
        }
    }
    found
}

fn head(path: &str) -> Option<String> {
    let name: String = path.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// The first names of the members of `{a, b::c, d::{e, f}}`.
fn heads_of_group(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut member = String::new();
    let mut heads = Vec::new();
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.extend(head(&std::mem::take(&mut member))),
            _ if depth == 0 => member.push(c),
            _ => {}
        }
    }
    heads.extend(head(&member));
    heads
}

/// What is wrong with a module that names others.
fn breaches(module: &str, source: &str) -> Vec<String> {
    let own = layer(module);
    let mut breaches = Vec::new();
    for named in named_modules(source).into_iter().filter(|named| named != module) {
        let neighbour = NEIGHBOURS.iter().any(|(from, to, _)| *from == module && *to == named);
        let never = NEVER.contains(&(module, named.as_str()));
        match (own, layer(&named)) {
            (Some(own), Some(other)) if (other < own || neighbour) && !never => {}
            (_, None) => breaches.push(format!("{module} names {named}, which is in no layer")),
            _ => breaches.push(format!("{module} uses {named}")),
        }
    }
    breaches
}

pub(crate) fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

#[test]
fn every_module_uses_only_lower_layers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for file in sources(&root) {
        let inside = file.strip_prefix(&root).unwrap();
        let module = inside.iter().next().unwrap().to_string_lossy().trim_end_matches(".rs").to_owned();
        if module == "lib" || module == "main" {
            continue;
        }
        assert!(layer(&module).is_some(), "module {module} is in no layer: add it to tests/it/layers.rs");
        if inside.iter().any(|part| part == "tests" || part == "tests.rs") {
            continue;
        }
        let source = fs::read_to_string(&file).unwrap();
        let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
        wrong.extend(breaches(&module, &source).into_iter().map(|breach| format!("{}: {breach}", inside.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_check_sees_every_way_to_name_a_module() {
    for source in [
        "use crate::cli;",
        "use crate::cli as shell;",
        "use crate::{diag, cli::io};",
        "use crate::{diag::{Code, Span}, units, cli::{self, io}};",
        "fn f() { crate::cli::run(); }",
        "use crate::{\n    units,\n    cli,\n};",
        "pub(in crate::cli) fn f() {}",
    ] {
        assert_eq!(breaches("model", source), ["model uses cli"], "{source}");
    }
    assert_eq!(breaches("text", "use crate::calendar::Zone;"), ["text uses calendar"]);
    assert_eq!(breaches("emit", "use crate::spec::Spec;"), ["emit uses spec"]);
    assert_eq!(breaches("model", "use crate::nowhere;"), ["model names nowhere, which is in no layer"]);
    assert!(breaches("model", "use crate::{diag, units::Seconds}; use crate::model::Id; use mycrate::cli;").is_empty());
}
