//! Commands in generated Hiera data that call our own scripts: each is one that its script understands. A script says that
//! it was wrongly called with exit 64, before it does anything else, so calling it where nothing is set up tells.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use drplan::emit::fileset::FileSet;
use serde_json::Value;

use crate::puppet_emit::{EVERYTHING, example, generate};

/// Where Puppet puts the scripts.
const SCRIPTS: &str = "/usr/local/sbin/";
/// EX_USAGE of sysexits.h.
const WRONGLY_CALLED: i32 = 64;

#[test]
fn scripts_understand_how_jobs_call_them() {
    let mut called = BTreeSet::new();
    for text in [EVERYTHING.to_owned(), example("api-fortress"), example("wso2-identity-server")] {
        let files = generate(&text).files;
        for argv in commands(&files) {
            let code = call(&files, &argv);
            assert!(code.is_some_and(|code| code != WRONGLY_CALLED), "exit {code:?}: {argv:?}");
            called.insert(argv[0].clone());
        }
    }
    assert!(called.len() > 4, "only {called:?}");
}

#[test]
fn a_wrong_call_is_told() {
    let files = generate(EVERYTHING).files;
    let argv = ["/usr/local/sbin/dr-mongo", "dump", "documents", "/nonexistent"].map(str::to_owned);
    assert_eq!(call(&files, &argv), Some(WRONGLY_CALLED));
}

/// Every list of words in the data of the nodes that begins with one of our scripts.
fn commands(files: &FileSet) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    for (path, file) in files.iter().filter(|(path, _)| path.as_str().starts_with("data/nodes/")) {
        let data: Value = serde_yaml::from_slice(&file.contents).unwrap_or_else(|error| panic!("{path}: {error}"));
        lists(&data, &mut found);
    }
    found.retain(|words| words.first().is_some_and(|first| first.starts_with(SCRIPTS)));
    found
}

/// The lists of words in a value, at any depth.
fn lists(value: &Value, found: &mut BTreeSet<Vec<String>>) {
    match value {
        Value::Array(list) => {
            found.extend(list.iter().map(|word| word.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>());
            list.iter().for_each(|inner| lists(inner, found));
        }
        Value::Object(map) => map.values().for_each(|inner| lists(inner, found)),
        _ => {}
    }
}

/// Calls a script of the repository in an empty folder, with nothing that it could reach.
fn call(files: &FileSet, argv: &[String]) -> Option<i32> {
    let name = argv[0].strip_prefix(SCRIPTS).unwrap();
    let of_name = |path: &str| path.ends_with(&format!("/{name}"));
    let (_, script) = files.iter().find(|(path, _)| of_name(path.as_str())).unwrap_or_else(|| panic!("no {name}"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, &script.contents).unwrap();
    let output = Command::new("bash").arg(&path).args(&argv[1..]).current_dir(folder.path()).output().unwrap();
    output.status.code()
}
