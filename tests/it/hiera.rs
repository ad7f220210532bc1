//! Hiera data held against Ruby's YAML reader and against a real lookup.

use crate::hostile::texts;
use crate::tools::succeed;
use drplan::emit::data::Data;
use drplan::emit::hiera::document;
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

const READER: &str = "
require 'yaml'
require 'json'
puts JSON.generate(YAML.safe_load(STDIN.read, permitted_classes: [Symbol], aliases: true))
";

/// Entries of every shape around the hostile texts, and what a reader that knows no interpolation makes of them.
fn entries(texts: &[String]) -> Vec<(String, Data)> {
    let strings = || texts.iter().map(String::as_str);
    vec![
        ("list".to_owned(), Data::list(strings())),
        ("map".to_owned(), Data::map(strings().map(|text| (text, Data::from(text))))),
        (
            "nested".to_owned(),
            Data::List(
                strings().map(|text| Data::list([Data::list([text]), Data::map([(text, Data::Undef)])])).collect(),
            ),
        ),
        (
            "scalars".to_owned(),
            Data::List(vec![
                Data::Undef,
                true.into(),
                false.into(),
                0.into(),
                i64::MIN.into(),
                Data::List(vec![]),
                Data::Map(vec![]),
            ]),
        ),
        ("dr::jobs::port".to_owned(), Data::Int(5432)),
    ]
}

fn expected(texts: &[String]) -> Value {
    let map: serde_json::Map<String, Value> = texts.iter().map(|text| (text.clone(), json!(text))).collect();
    json!({
        "list": texts,
        "map": map,
        "nested": texts.iter().map(|text| json!([[text], {text.clone(): null}])).collect::<Vec<_>>(),
        "scalars": [null, true, false, 0, i64::MIN, [], {}],
        "dr::jobs::port": 5432,
    })
}

#[test]
fn ruby_reads_the_data_as_it_is() {
    let texts: Vec<String> = texts(3000).into_iter().filter(|text| !text.contains("%{")).collect();
    let yaml = document("Header\nwith \u{202e} two lines", &entries(&texts));
    let read: Value = serde_json::from_str(&succeed("ruby", "ruby", &["-e", READER], &yaml)).unwrap();
    assert_eq!(read, expected(&texts));
    assert!(!yaml.contains(|c: char| c.is_control() && c != '\n'));
}

#[test]
fn a_lookup_gives_the_data_as_it_is() {
    let texts = texts(1000);
    let dir = TempDir::new().unwrap();
    let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    fs::create_dir_all(at("data")).unwrap();
    fs::create_dir_all(at("environments/production")).unwrap();
    let hiera =
        "---\nversion: 5\ndefaults: {datadir: data, data_hash: yaml_data}\nhierarchy: [{name: all, path: all.yaml}]\n";
    fs::write(at("hiera.yaml"), hiera).unwrap();
    fs::write(at("facts.json"), r#"{"x": "evil", "os": "evil"}"#).unwrap();
    let all = Data::Map(entries(&texts));
    fs::write(at("data/all.yaml"), document("", &[("all".to_owned(), all)])).unwrap();
    let (config, conf, environments, facts) = (at("hiera.yaml"), at("conf"), at("environments"), at("facts.json"));
    let args = [
        "lookup",
        "all",
        "--render-as",
        "json",
        "--node",
        "n",
        "--hiera_config",
        &config,
        "--confdir",
        &conf,
        "--vardir",
        &conf,
        "--environmentpath",
        &environments,
        "--facts",
        &facts,
    ];
    let read: Value = serde_json::from_str(&succeed("puppet", "puppet-agent", &args, "")).unwrap();
    assert_eq!(read, expected(&texts));
}
