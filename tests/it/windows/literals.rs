//! Literals of PowerShell, read back by a parser: every text arrives as it is.

use drplan::emit::data::Data;
use drplan::emit::quote;
use tree_sitter::Node;

use super::powershell::{Script, child};
use crate::hostile::texts;

#[test]
fn powershell_reads_every_string_as_it_is() {
    let texts = texts(1500);
    let lines: String = texts
        .iter()
        .enumerate()
        .map(|(i, text)| format!("$v{i} = {}\n", quote::ps(&Data::from(text.as_str()))))
        .collect();
    let script = Script::read("literals.ps1", &lines).unwrap_or_else(|error| panic!("{error}"));
    let assignments = script.of_kind("assignment_expression");
    assert_eq!(assignments.len(), texts.len());
    for (text, assignment) in texts.iter().zip(assignments) {
        let value = child(assignment, "pipeline").unwrap();
        assert_eq!(evaluate(&script, value), *text, "{}", script.part(assignment));
    }
}

/// The text of an expression of string literals, characters by number, and `+`.
fn evaluate(script: &Script, node: Node<'_>) -> String {
    match node.kind() {
        "verbatim_string_characters" => {
            let written = script.part(node);
            written[1..written.len() - 1].replace("''", "'")
        }
        "hexadecimal_integer_literal" => {
            let number = u32::from_str_radix(script.part(node).trim_start_matches("0x"), 16).unwrap();
            char::from_u32(number).unwrap().to_string()
        }
        "type_literal" | "member_name" => String::new(),
        "expandable_string_literal" | "variable" | "command_name" => panic!("{} is no literal", script.part(node)),
        _ => {
            let children = (0..node.child_count()).filter_map(|at| node.child(u32::try_from(at).ok()?));
            children.map(|child| evaluate(script, child)).collect()
        }
    }
}
