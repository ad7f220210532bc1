//! The scripts of the library: each is PowerShell, calls only what there is with parameters that it has, reads no variable
//! that nobody sets, and lets no text into a statement of SQL unquoted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use tree_sitter::Node;

use super::powershell::{Script, below, child, plain};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/puppet/library/files/windows");

/// Commands of Windows PowerShell 5.1 that the scripts use, with the parameters that they use of them.
const COMMANDS: [(&str, &[&str]); 25] = [
    ("Add-Member", &["NotePropertyName", "NotePropertyValue"]),
    ("Add-Type", &["AssemblyName", "Path"]),
    ("ConvertFrom-Json", &["InputObject"]),
    ("ConvertTo-Json", &["InputObject", "Depth"]),
    ("Export-ScheduledTask", &["TaskPath", "TaskName"]),
    ("Get-Acl", &["LiteralPath"]),
    ("Get-ChildItem", &["LiteralPath", "Directory", "Filter", "File", "Recurse", "Force"]),
    ("Get-FileHash", &["LiteralPath", "Algorithm"]),
    ("Get-Item", &["LiteralPath"]),
    ("Get-ScheduledTask", &["TaskPath", "TaskName", "ErrorAction"]),
    ("Join-Path", &[]),
    ("New-Object", &[]),
    ("Out-Host", &[]),
    ("Out-Null", &[]),
    ("Register-ScheduledTask", &["TaskPath", "TaskName", "Xml", "Force"]),
    ("Remove-Item", &["LiteralPath", "Recurse", "Force"]),
    ("Select-Object", &["InputObject", "Property", "ExcludeProperty", "First", "Last"]),
    ("Set-StrictMode", &["Version"]),
    ("Sort-Object", &["Property", "Descending"]),
    ("Split-Path", &["Path", "Parent"]),
    ("Start-ScheduledTask", &["TaskPath", "TaskName"]),
    ("Start-Sleep", &["Seconds", "Milliseconds"]),
    ("Test-Path", &["LiteralPath"]),
    ("Unregister-ScheduledTask", &["TaskPath", "TaskName", "Confirm"]),
    ("Where-Object", &[]),
];

/// Variables that PowerShell sets.
const AUTOMATIC: [&str; 9] = [
    "_",
    "true",
    "false",
    "null",
    "psscriptroot",
    "env:programdata",
    "env:systemroot",
    "erroractionpreference",
    "progresspreference",
];

fn scripts() -> Vec<Script> {
    let mut files: Vec<_> = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = files.iter().map(|path| {
        let text = fs::read_to_string(path).unwrap();
        Script::read(path.file_name().unwrap().to_str().unwrap(), &text).unwrap_or_else(|error| panic!("{error}"))
    });
    read.collect()
}

#[test]
fn scripts_are_ascii_and_go_on_after_no_error() {
    let scripts = scripts();
    assert!(scripts.len() >= 12);
    for script in &scripts {
        // Windows PowerShell reads a script without a byte order mark in the local code page.
        assert!(script.text.is_ascii(), "{}", script.name);
        let is_library = script.name.ends_with("-lib.ps1");
        assert!(is_library || script.text.contains("dr-lib.ps1"), "{}", script.name);
        assert!(!script.text.contains("Invoke-Expression"), "{}", script.name);
    }
    let library = &scripts.iter().find(|script| script.name == "dr-lib.ps1").unwrap().text;
    assert!(library.contains("$ErrorActionPreference = 'Stop'") && library.contains("Set-StrictMode"));
}

#[test]
fn scripts_call_what_there_is() {
    let scripts = scripts();
    let complaints = calls(&scripts);
    assert!(complaints.is_empty(), "{complaints:#?}");
    // The check itself sees what it is for.
    for (wrong, why) in [
        ("Get-DrNowhere\n", "no command"),
        ("Get-DrEpoch -Txt 'x'\n", "no parameter"),
        ("Get-DrEpoch 'x' 'y'\n", "too many"),
        ("Get-Item -LiteralPth 'x'\n", "no parameter"),
    ] {
        let mut with = super::scripts::scripts();
        with.push(Script::read("wrong.ps1", wrong).unwrap());
        assert!(calls(&with).iter().any(|complaint| complaint.contains(why)), "{wrong}");
    }
}

fn calls(scripts: &[Script]) -> Vec<String> {
    let mut own: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut complaints = Vec::new();
    for (script, (name, parameters, _)) in scripts.iter().flat_map(|s| s.functions().into_iter().map(move |f| (s, f))) {
        let elsewhere = own.insert(name.clone(), parameters).is_some();
        // A script is never loaded with another script; what libraries define is there once.
        if elsewhere && script.name.ends_with("-lib.ps1") {
            complaints.push(format!("{}: {name} is defined twice", script.name));
        }
    }
    let mut used = BTreeSet::new();
    for script in scripts {
        for command in script.of_kind("command") {
            let Some(name) = child(command, "command_name") else { continue };
            let name = script.part(name);
            used.insert(name.to_owned());
            let foreign = COMMANDS.iter().find(|(known, _)| *known == name);
            let known: Vec<&str> = match (own.get(name), foreign) {
                (Some(parameters), _) => parameters.iter().map(String::as_str).collect(),
                (None, Some((_, parameters))) => parameters.to_vec(),
                (None, None) => {
                    complaints.push(format!("{}: there is no command {name}", script.place(command)));
                    continue;
                }
            };
            let (named, positional) = arguments(script, command);
            for parameter in named.iter().filter(|parameter| !known.contains(&parameter.as_str())) {
                complaints.push(format!("{}: {name} has no parameter {parameter}", script.place(command)));
            }
            if own.contains_key(name) && positional + named.len() > known.len() {
                complaints.push(format!("{}: {name} gets too many arguments", script.place(command)));
            }
        }
    }
    complaints.extend(own.keys().filter(|name| !used.contains(*name)).map(|name| format!("nobody calls {name}")));
    complaints
}

/// The named parameters of a call, and how many other arguments it has.
fn arguments(script: &Script, command: Node<'_>) -> (Vec<String>, usize) {
    let Some(elements) = child(command, "command_elements") else { return (Vec::new(), 0) };
    let (mut named, mut positional, mut follows) = (Vec::new(), 0, false);
    for at in 0..elements.child_count() {
        let element = elements.child(u32::try_from(at).unwrap()).unwrap();
        match element.kind() {
            "command_parameter" => {
                let parameter = script.part(element).trim_start_matches('-');
                follows = !parameter.ends_with(':');
                named.push(parameter.trim_end_matches(':').to_owned());
            }
            "command_argument_sep" | "redirection" => {}
            _ if follows => follows = false,
            _ => positional += 1,
        }
    }
    (named, positional)
}

#[test]
fn scripts_read_no_variable_that_nobody_sets() {
    let scripts = scripts();
    let outside: BTreeSet<String> = scripts
        .iter()
        .flat_map(|script| {
            let functions: BTreeSet<String> =
                script.functions().iter().flat_map(|(.., node)| script.assigned(*node)).collect();
            let of_parameters = script.of_kind("script_parameter").into_iter();
            let own = of_parameters.filter(|node| !inside_of_function(*node));
            let parameters = own.filter_map(|node| child(node, "variable")).map(|node| plain(script.part(node)));
            let all = script.assigned(script.root());
            let level = all.into_iter().filter(|name| !functions.contains(name) || is_global(script, name));
            level.chain(parameters).collect::<Vec<_>>()
        })
        .collect();
    for script in &scripts {
        for (name, _, function) in script.functions() {
            let own = script.assigned(function);
            for variable in below(function, &|node| node.kind() == "variable") {
                let read = plain(script.part(variable));
                let known = own.contains(&read) || outside.contains(&read) || AUTOMATIC.contains(&read.as_str());
                assert!(known, "{}: {name} reads ${read}, which nobody sets", script.place(variable));
            }
        }
    }
}

fn is_global(script: &Script, name: &str) -> bool {
    script.text.to_lowercase().lines().any(|line| line.starts_with(&format!("${name} =")))
}

fn inside_of_function(node: Node<'_>) -> bool {
    let parents = std::iter::successors(node.parent(), |node| node.parent());
    parents.into_iter().any(|parent| parent.kind() == "function_statement")
}

/// What may stand in a statement beside what `Format-DrName` and `Format-DrText` quote, and numbers: texts that are made of these.
const IN_STATEMENTS: [&str; 8] = ["moves", "option", "until", "name", "login", "safety", "what", "endpoint"];

#[test]
fn no_text_gets_into_a_statement_unquoted() {
    let mut statements = 0;
    for script in &scripts() {
        let calls = script.of_kind("command").into_iter().filter(|command| {
            let name = child(*command, "command_name").map(|name| script.part(name)).unwrap_or_default();
            matches!(name, "Invoke-DrSql" | "Read-DrSql")
        });
        for text in calls.flat_map(|call| below(call, &|node| node.kind() == "expandable_string_literal")) {
            statements += 1;
            for at in 0..text.child_count() {
                let part = text.child(u32::try_from(at).unwrap()).unwrap();
                let written = script.part(part);
                let quoted =
                    ["$(Format-DrName ", "$(Format-DrText ", "$([int] "].iter().any(|start| written.starts_with(start));
                let made = part.kind() == "variable" && IN_STATEMENTS.contains(&plain(written).as_str());
                assert!(quoted || made, "{}: {written} stands in a statement as it is", script.place(part));
            }
        }
    }
    assert!(statements > 20, "{statements}");
}

/// The text of a function of the scripts.
fn function(name: &str) -> String {
    let scripts = scripts();
    let parts = scripts.iter().flat_map(|script| {
        script.functions().into_iter().filter(|(of, _, _)| of == name).map(|(_, _, node)| script.part(node).to_owned())
    });
    parts.collect::<Vec<_>>().join("\n")
}

#[test]
fn an_archive_has_the_folders_in_which_nothing_is() {
    assert!(function("Write-DrArchive").contains(".Replace('\\', '/') + '/')"), "no folder is written");
    for reader in ["Test-DrArchive", "Expand-DrArchive"] {
        assert!(function(reader).contains("if ($entry.Name -eq '') {"), "{reader} takes a folder for a file");
    }
}

/// All jobs ask whether they are due, those without an interval too: for these it is 0, and an age below that is no age.
#[test]
fn a_clock_that_was_wrong_keeps_no_job_from_running() {
    assert!(function("Test-DrDone").contains("$age -ge 0 -and $age -lt $Settings.min_interval_sec"));
}

/// Ending mirroring leaves the mirror in the state RESTORING, in which it cannot be renamed; and a database that was renamed keeps
/// the names of its files.
#[test]
fn a_former_mirror_can_be_joined_again() {
    let join = function("Restore-DrSeed");
    let (recovered, renamed) = (join.find("Complete-DrRestore").unwrap(), join.find("MODIFY NAME").unwrap());
    assert!(recovered < renamed && join.find("'RESTORING'").unwrap() < recovered, "{join}");
    assert!(function("Get-DrMoves").contains("$safe-$stamp-$($file.FileId)"));
}
