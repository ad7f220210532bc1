//! Quoting held against the real readers: Puppet's parser and lint, shells, Ruby, JSON, YAML and TOML libraries.

use crate::hostile::texts;
use crate::tools::{run, succeed};
use drplan::emit::data::Data;
use drplan::emit::quote;
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

/// The value of an expression in the dump of Puppet's parser.
fn evaluate(ast: &Value) -> Value {
    let Some(node) = ast.get("^").and_then(Value::as_array) else { return ast.clone() };
    let (kind, rest) = (node[0].as_str().unwrap(), &node[1..]);
    match kind {
        "str" => rest[0].clone(),
        "array" => rest.iter().map(evaluate).collect(),
        "hash" => {
            let pair = |entry: &Value| {
                let entry = &entry["^"];
                (evaluate(&entry[1]).as_str().unwrap().to_owned(), evaluate(&entry[2]))
            };
            Value::Object(rest.iter().map(pair).collect())
        }
        "concat" => rest.iter().map(|part| evaluate(part).as_str().unwrap().to_owned()).collect::<String>().into(),
        other => panic!("not a literal: {other} {rest:?}"),
    }
}

/// What Puppet reads in the literals of a manifest.
fn puppet_reads(literals: &[String]) -> Vec<Value> {
    let dir = TempDir::new().unwrap();
    let manifest = dir.path().join("literals.pp");
    let lines: String = literals.iter().enumerate().map(|(i, literal)| format!("$v{i} = {literal}\n")).collect();
    fs::write(&manifest, lines).unwrap();
    let args = ["parser", "dump", "--format", "json", manifest.to_str().unwrap()];
    let dump: Value = serde_json::from_str(&succeed("puppet", "puppet-agent", &args, "")).unwrap();
    let block = dump["^"].as_array().unwrap();
    assert_eq!(block[0], "block");
    block[1..].iter().map(|assignment| evaluate(&assignment["^"][2])).collect()
}

fn lint(class_body: &str) {
    let dir = TempDir::new().unwrap();
    let manifest = dir.path().join("literals.pp");
    fs::write(&manifest, format!("# @summary Literals\nclass literals {{\n{class_body}}}\n")).unwrap();
    let args =
        ["--fail-on-warnings", "--no-autoloader_layout-check", "--no-140chars-check", manifest.to_str().unwrap()];
    let output = run("puppet-lint", "puppet-lint", &args, "");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.is_empty(), "{text}");
}

#[test]
fn puppet_reads_every_string_as_it_is() {
    let texts = texts(3000);
    let literals: Vec<String> = texts.iter().map(|text| quote::pp_str(text)).collect();
    for ((text, literal), read) in texts.iter().zip(&literals).zip(puppet_reads(&literals)) {
        assert_eq!(read, json!(text), "{literal}");
    }
    let body: String = literals.iter().enumerate().map(|(i, literal)| format!("  $v{i} = {literal}\n")).collect();
    lint(&body);
    assert!(literals.iter().all(|literal| !literal.contains(char::is_control)), "a literal is one line");
}

#[test]
fn puppet_reads_nested_values_on_one_line_and_on_many() {
    let texts = texts(0);
    let strings = || texts.iter().map(String::as_str);
    let value = Data::map([
        ("list", Data::list(strings())),
        ("map", Data::map(strings().map(|text| (text, Data::from(text))))),
        (
            "mixed",
            Data::List(vec![Data::Undef, true.into(), Data::Int(i64::MIN), Data::map([("a", Data::List(vec![]))])]),
        ),
    ]);
    let expected = json!({
        "list": texts,
        "map": texts.iter().map(|text| (text.clone(), json!(text))).collect::<serde_json::Map<_, _>>(),
        "mixed": [null, true, i64::MIN, {"a": []}],
    });
    let expected_small = json!({"mixed": [null, true, 7, {"a": []}]});
    let small = Data::map([(
        "mixed",
        Data::List(vec![Data::Undef, true.into(), 7.into(), Data::map([("a", Data::List(vec![]))])]),
    )]);
    let forms = [quote::pp(&value), quote::pp_lines(&value, 0), quote::pp(&small), quote::pp_lines(&small, 4)];
    let read = puppet_reads(&forms);
    assert_eq!(read, [expected.clone(), expected, expected_small.clone(), expected_small]);
    lint(&format!("  $v = {}\n", quote::pp_lines(&value, 2)));
}

#[test]
fn epp_literals_are_inert_in_and_outside_of_tags() {
    let texts = texts(1500);
    let (mut template, mut expected) = (String::from("<%- | | -%>\n"), String::new());
    for (i, text) in texts.iter().enumerate() {
        let literal = quote::epp(&Data::from(text.as_str()));
        template.push_str(&format!("<% $v{i} = {literal} -%>\n<%= $v{i} %>|{literal}|\n"));
        expected.push_str(&format!("{text}|{literal}|\n"));
    }
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("literals.epp");
    fs::write(&file, template).unwrap();
    let conf = dir.path().to_str().unwrap();
    let args = ["epp", "render", file.to_str().unwrap(), "--confdir", conf, "--vardir", conf];
    let rendered = succeed("puppet", "puppet-agent", &args, "");
    let rendered = rendered.strip_suffix('\n').unwrap_or(&rendered);
    assert!(
        rendered == expected.trim_end_matches('\n') || rendered == expected,
        "{}",
        first_difference(rendered, &expected)
    );
}

fn first_difference(a: &str, b: &str) -> String {
    let at = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| text.chars().skip(at.saturating_sub(40)).take(80).collect::<String>();
    format!("{:?}\n{:?}", around(a), around(b))
}

#[test]
fn shells_read_every_word_as_it_is() {
    let texts: Vec<String> = texts(3000).into_iter().filter(|text| !text.contains('\0')).collect();
    let script = |quote: &dyn Fn(&str) -> String| {
        texts.iter().map(|text| format!("printf '%s\\0' {}\n", quote(text))).collect::<String>()
    };
    let posix = script(&|text| quote::sh_arg(text).unwrap());
    let bash = script(&|text| quote::bash_arg(text).unwrap());
    for (shell, package, script) in [("dash", "dash", &posix), ("bash", "bash", &posix), ("bash", "bash", &bash)] {
        for locale in ["C", "C.UTF-8"] {
            let read = succeed("env", "coreutils", &[&format!("LC_ALL={locale}"), shell], script);
            let read: Vec<&str> = read.strip_suffix('\0').unwrap().split('\0').collect();
            assert_eq!(read, texts, "{shell} ({package}), {locale}");
        }
    }
    assert!(bash.lines().count() == texts.len() && !bash.contains(|c: char| c.is_control() && c != '\n'));
}

#[test]
fn shellcheck_has_nothing_to_say() {
    let texts: Vec<String> = texts(300).into_iter().filter(|text| !text.contains('\0')).collect();
    let words = |quote: fn(&str) -> Result<String, quote::QuoteError>| {
        texts.iter().map(|text| format!("printf '%s' {}\n", quote(text).unwrap())).collect::<String>()
    };
    // SC2016 sees an expression that will not expand, SC1003 and SC1112 a quote in a text: all of them are meant.
    let args = ["--exclude=SC2016,SC1003,SC1110,SC1111,SC1112,SC2088", "-"];
    succeed("shellcheck", "shellcheck", &args, &format!("#!/bin/bash\n{}", words(quote::bash_arg)));
}

#[test]
fn ruby_reads_every_string_as_it_is() {
    let texts = texts(2000);
    let literals: Vec<String> = texts.iter().map(|text| quote::ruby_str(text)).collect();
    let program = format!("require 'json'\nputs JSON.generate([\n{}\n])", literals.join(",\n"));
    let read: Vec<String> = serde_json::from_str(&succeed("ruby", "ruby", &["-"], &program)).unwrap();
    assert_eq!(read, texts);
}

#[test]
fn data_languages_read_every_string_as_it_is() {
    for text in texts(3000) {
        assert_eq!(serde_json::from_str::<String>(&quote::json_str(&text)).unwrap(), text);
        assert_eq!(serde_yaml::from_str::<String>(&quote::yaml_str(&text)).unwrap(), text);
        let toml: toml::Table = format!("a = {}", quote::toml_str(&text)).parse().unwrap();
        assert_eq!(toml["a"].as_str(), Some(text.as_str()));
    }
}

#[test]
fn comments_end_with_their_line() {
    for text in texts(3000) {
        let comment = quote::comment(&text, 80);
        assert!(!comment.contains(|c: char| c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c)), "{comment:?}");
        assert!(!["<%", "%>", "-->", "*/", "<!"].iter().any(|mark| comment.contains(mark)), "{comment:?}");
        assert!(comment.chars().count() <= 80);
        for line in quote::comment_lines(&text, "# ", 40).split('\n') {
            assert!(line.starts_with('#') && !line.ends_with(' '), "{line:?}");
        }
    }
}
