//! The commands of runbooks for Windows: each block is PowerShell, and whatever a spec says is text in it.

use super::WINDOWS;
use super::powershell::Script;
use crate::emit_hostile::{TEXTS, blocks_of, quoted};
use crate::runbooks;

#[test]
fn every_block_is_powershell_and_none_is_for_a_shell() {
    let files = runbooks::generate(WINDOWS);
    let mut count = 0;
    for (path, file) in files.iter().filter(|(path, _)| path.as_str().ends_with(".md")) {
        let page = String::from_utf8(file.contents.clone()).unwrap();
        assert!(blocks_of(&page, "sh").is_empty(), "{path} has commands for a shell");
        for word in ["systemctl", "journalctl", "/var/lib", "Debian", "dr-restic"] {
            assert!(!page.contains(word), "{path} says {word}");
        }
        for block in blocks_of(&page, "powershell") {
            count += 1;
            Script::read(path.as_str(), &block).unwrap_or_else(|error| panic!("{error}\n{block}"));
        }
    }
    assert!(count > 200, "{count} blocks of commands");
}

#[test]
fn hostile_texts_are_inert_in_powershell() {
    for text in TEXTS {
        let spec = WINDOWS
            .replace("\"Orders]; DROP\"", &quoted(text))
            .replace("database: PasswordReset", &format!("database: {}", quoted(text)))
            .replace("contact: ops on call", &format!("contact: {}", quoted(text)))
            .replace("technology: mssql", &format!("technology: mssql\n    description: {}", quoted(text)));
        let files = runbooks::generate(&spec);
        for (path, file) in files.iter().filter(|(path, _)| path.as_str().ends_with(".md")) {
            let page = String::from_utf8(file.contents.clone()).unwrap();
            for block in blocks_of(&page, "powershell") {
                let script =
                    Script::read(path.as_str(), &block).unwrap_or_else(|error| panic!("{text:?}: {error}\n{block}"));
                let words = script.all(|node| node.child_count() == 0 && script.part(node).contains("evil"));
                let texts = words.iter().all(|node| matches!(node.kind(), "verbatim_string_characters" | "comment"));
                assert!(texts, "{path}: {text:?}\n{block}");
            }
        }
    }
}
