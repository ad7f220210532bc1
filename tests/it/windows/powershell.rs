//! PowerShell as a parser reads it: syntax trees of whole scripts, and what is asked of them.

use std::collections::BTreeSet;

use tree_sitter::{Node, Parser, Tree};

/// A script and its tree.
pub(crate) struct Script {
    pub name: String,
    pub text: String,
    tree: Tree,
}

impl Script {
    /// Reads a script; one that is no PowerShell is an error that says where.
    pub(crate) fn read(name: &str, text: &str) -> Result<Self, String> {
        let mut parser = Parser::new();
        parser.set_language(&tree_sitter_powershell::LANGUAGE.into()).unwrap();
        let tree = parser.parse(text, None).unwrap();
        let script = Self { name: name.to_owned(), text: text.to_owned(), tree };
        match script.all(|node| node.is_error() || node.is_missing()).first() {
            Some(node) => Err(format!("{}: {:?}", script.place(*node), script.part(*node).lines().next())),
            None => Ok(script),
        }
    }

    pub(crate) fn root(&self) -> Node<'_> {
        self.tree.root_node()
    }

    /// The nodes that are wanted, in the order of the text.
    pub(crate) fn all(&self, wanted: impl Fn(Node<'_>) -> bool) -> Vec<Node<'_>> {
        below(self.root(), &wanted)
    }

    pub(crate) fn of_kind(&self, kind: &str) -> Vec<Node<'_>> {
        self.all(|node| node.kind() == kind)
    }

    pub(crate) fn part(&self, node: Node<'_>) -> &str {
        &self.text[node.byte_range()]
    }

    pub(crate) fn place(&self, node: Node<'_>) -> String {
        format!("{}:{}", self.name, node.start_position().row + 1)
    }

    /// The functions, each with the names of its parameters.
    pub(crate) fn functions(&self) -> Vec<(String, Vec<String>, Node<'_>)> {
        let functions = self.of_kind("function_statement").into_iter();
        functions
            .map(|node| {
                let name = child(node, "function_name").map(|name| self.part(name).to_owned()).unwrap_or_default();
                let parameters = below(node, &|node| node.kind() == "script_parameter").into_iter();
                let names = parameters.filter_map(|parameter| child(parameter, "variable"));
                (name, names.map(|name| self.part(name).trim_start_matches('$').to_owned()).collect(), node)
            })
            .collect()
    }

    /// The variables that a part assigns or declares, in lower case and without their scope.
    pub(crate) fn assigned(&self, part: Node<'_>) -> BTreeSet<String> {
        let declares = |node: Node<'_>| {
            let kind = node.parent().map(|parent| parent.kind().to_owned()).unwrap_or_default();
            node.kind() == "variable" && (kind == "script_parameter" || kind == "foreach_statement" || is_target(node))
        };
        below(part, &declares).into_iter().map(|node| plain(self.part(node))).collect()
    }
}

/// Whether a variable is what an assignment assigns to, or is counted up.
fn is_target(node: Node<'_>) -> bool {
    let mut at = node;
    while let Some(parent) = at.parent() {
        match parent.kind() {
            "left_assignment_expression" | "post_increment_expression" => return true,
            "statement_list" | "pipeline" | "element_access" | "member_access" | "sub_expression" => return false,
            _ => at = parent,
        }
    }
    false
}

/// The name of a variable in lower case, without its scope.
pub(crate) fn plain(variable: &str) -> String {
    let name = variable.trim_start_matches("${").trim_start_matches('$').trim_end_matches('}').to_lowercase();
    name.strip_prefix("script:").unwrap_or(&name).to_owned()
}

pub(crate) fn child<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    (0..node.child_count()).filter_map(|at| node.child(u32::try_from(at).ok()?)).find(|child| child.kind() == kind)
}

/// The nodes below one that are wanted, in the order of the text; itself too.
pub(crate) fn below<'t>(node: Node<'t>, wanted: &impl Fn(Node<'_>) -> bool) -> Vec<Node<'t>> {
    let mut found = Vec::new();
    let mut open = vec![node];
    while let Some(next) = open.pop() {
        if wanted(next) {
            found.push(next);
        }
        let children = (0..next.child_count()).rev().filter_map(|at| next.child(u32::try_from(at).ok()?));
        open.extend(children);
    }
    found
}
