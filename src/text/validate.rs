//! A JSON Schema on the arena, and its verdicts as nodes and kinds that a reader can word and underline.

use jsonschema::error::ValidationErrorKind as Fault;
use jsonschema::paths::LocationSegment;
use jsonschema::{PatternOptions, ValidationError};
use serde_json::Value;

use super::arena::{Found, NodeRef};
use super::json::Arena;
use super::schema_wording as wording;

/// A compiled schema. Patterns run in linear time; references reach only inside the schema.
#[derive(Debug)]
pub struct Validator {
    compiled: jsonschema::Validator<Arena>,
    schema: Value,
}

/// One breach of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaProblem {
    /// Index of the node that is wrong; of a missing key the map that lacks it.
    pub node: u32,
    /// Index of the key under which the node stands, if it is below the node that was validated.
    pub key: Option<u32>,
    /// What is wrong.
    pub kind: SchemaKind,
    /// Place in the schema as a JSON pointer.
    pub schema_path: String,
    /// One line in lower case without full stop.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// What is wrong with a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaKind {
    /// The key does not exist here; `node` is its value.
    UnknownKey {
        /// The key.
        key: String,
        /// Keys that exist here.
        allowed: Vec<String>,
        /// The one of them that was most likely meant.
        meant: Option<String>,
        /// Index of the map in which it stands.
        map: u32,
    },
    /// The key is not of the form that names have here; `node` is its value.
    BadKey {
        /// The key.
        key: String,
        /// The pattern it has to match, where that is the reason.
        pattern: Option<String>,
    },
    /// Another type of value is wanted.
    WrongType {
        /// In words: `a map or text`.
        expected: String,
        /// In words.
        found: String,
    },
    /// A required key is not there.
    Missing {
        /// The key.
        key: String,
    },
    /// The value is none of a list.
    NotOneOf {
        /// The values.
        allowed: Vec<String>,
    },
    /// The text does not match.
    Pattern {
        /// The regular expression.
        pattern: String,
    },
    /// Anything else; the message says it.
    Other,
}

impl Validator {
    /// Compiles a schema.
    ///
    /// # Errors
    ///
    /// What is wrong with the schema, which is a mistake of whoever wrote it and not of the user.
    pub fn new(schema: &Value) -> Result<Self, String> {
        let compiled = jsonschema::options_for::<Arena>()
            .with_pattern_options(PatternOptions::regex())
            .build(schema)
            .map_err(|error| error.to_string())?;
        Ok(Self { compiled, schema: schema.clone() })
    }

    /// Compiles `#/$defs/NAME` of a schema, to validate one item after another.
    ///
    /// # Errors
    ///
    /// As [`Validator::new`]; also when there is no such definition.
    pub fn for_definition(schema: &Value, name: &str) -> Result<Self, String> {
        let definitions = schema.get("$defs").cloned().unwrap_or_default();
        if definitions.get(name).is_none() {
            return Err(format!("the schema has no definition `{name}`"));
        }
        Self::new(&serde_json::json!({"$ref": format!("#/$defs/{name}"), "$defs": definitions}))
    }

    /// Whether the node is valid; cheaper than asking for the reasons.
    pub fn is_valid(&self, node: NodeRef<'_>) -> bool {
        self.compiled.is_valid(node)
    }

    /// Every breach at or below the node, in the order of the text.
    pub fn validate(&self, node: NodeRef<'_>) -> Vec<SchemaProblem> {
        let mut problems = Vec::new();
        for error in self.compiled.iter_errors(node) {
            self.explain(node, &error, &mut problems);
        }
        problems.sort_by_key(|problem| problem.key.unwrap_or(problem.node));
        problems.dedup();
        let misspelt: Vec<(u32, String)> = problems.iter().filter_map(SchemaProblem::meant).collect();
        problems.retain(|problem| match &problem.kind {
            SchemaKind::Missing { key } => !misspelt.iter().any(|(map, meant)| *map == problem.node && meant == key),
            _ => true,
        });
        problems
    }

    fn explain(&self, root: NodeRef<'_>, error: &ValidationError<'_>, problems: &mut Vec<SchemaProblem>) {
        let found = locate(root, error);
        let site = Site { found, schema_path: error.schema_path().to_string() };
        match error.kind() {
            Fault::AdditionalProperties { unexpected } | Fault::UnevaluatedProperties { unexpected } => {
                let allowed = self.allowed_keys(&site.schema_path);
                problems.extend(unexpected.iter().map(|key| site.unknown_key(key, &allowed)));
            }
            Fault::PropertyNames { error } => problems.push(site.bad_key(error)),
            Fault::AnyOf { context } | Fault::OneOfNotValid { context } => {
                self.explain_choice(root, &site, error, context, problems);
            }
            Fault::Required { property } => {
                let key = property.as_str().unwrap_or_default();
                problems.push(site.missing(key, self.description(&site.schema_path, key)));
            }
            _ => problems.push(site.simple(error)),
        }
    }

    /// Of several alternatives the one that the author had in mind is the one whose type fits.
    fn explain_choice(
        &self,
        root: NodeRef<'_>,
        site: &Site<'_>,
        error: &ValidationError<'_>,
        branches: &[Vec<ValidationError<'static>>],
        problems: &mut Vec<SchemaProblem>,
    ) {
        let here = error.instance_path();
        let mismatch = |fault: &ValidationError<'_>| {
            fault.instance_path() == here
                && matches!(fault.kind(), Fault::Type { .. } | Fault::Enum { .. } | Fault::Constant { .. })
        };
        let fitting = branches.iter().filter(|faults| !faults.iter().any(mismatch)).min_by_key(|faults| faults.len());
        if let Some(faults) = fitting {
            for fault in faults {
                self.explain(root, fault, problems);
            }
            return;
        }
        let faults: Vec<_> = branches.iter().flatten().filter(|fault| mismatch(fault)).collect();
        let allowed: Vec<String> = faults.iter().flat_map(|fault| wording::constants(fault.kind())).collect();
        let expected: Vec<&str> = faults.iter().flat_map(|fault| wording::types(fault.kind())).collect();
        problems.push(site.none_fits(allowed, &expected));
    }

    /// The keys that the object schema around a keyword lists.
    fn allowed_keys(&self, schema_path: &str) -> Vec<String> {
        let properties = self.properties(schema_path).and_then(Value::as_object);
        properties.map(|properties| properties.keys().cloned().collect()).unwrap_or_default()
    }

    /// What the object schema around a keyword says of a key.
    fn description(&self, schema_path: &str, key: &str) -> Option<&str> {
        self.properties(schema_path)?.get(key)?.get("description")?.as_str()
    }

    fn properties(&self, schema_path: &str) -> Option<&Value> {
        let (object, _) = schema_path.rsplit_once('/')?;
        self.schema.pointer(object)?.get("properties")
    }
}

impl SchemaProblem {
    /// Of a misspelt key the map in which it stands and the key that was meant.
    fn meant(&self) -> Option<(u32, String)> {
        match &self.kind {
            SchemaKind::UnknownKey { meant: Some(meant), map, .. } => Some((*map, meant.clone())),
            _ => None,
        }
    }
}

/// Where an error is, in the document and in the schema.
struct Site<'d> {
    found: Found<'d>,
    schema_path: String,
}

impl<'d> Site<'d> {
    fn problem(&self, found: Found<'d>, kind: SchemaKind, message: String, help: Option<String>) -> SchemaProblem {
        let schema_path = self.schema_path.clone();
        let key = found.key.map(NodeRef::index);
        SchemaProblem { node: found.value.index(), key, kind, schema_path, message, help }
    }

    fn member(&self, key: &str) -> Found<'d> {
        self.found.value.pointer(&[key]).unwrap_or(self.found)
    }

    fn unknown_key(&self, key: &str, allowed: &[String]) -> SchemaProblem {
        let (message, meant, help) = wording::unknown_key(key, allowed);
        let map = self.found.value.index();
        let kind = SchemaKind::UnknownKey { key: key.to_owned(), allowed: allowed.to_vec(), meant, map };
        self.problem(self.member(key), kind, message, help)
    }

    fn missing(&self, key: &str, description: Option<&str>) -> SchemaProblem {
        let (message, help) = wording::missing(key, description);
        self.problem(self.found, SchemaKind::Missing { key: key.to_owned() }, message, help)
    }

    fn bad_key(&self, error: &ValidationError<'_>) -> SchemaProblem {
        let name = error.instance().as_str().unwrap_or_default().to_owned();
        let pattern = match error.kind() {
            Fault::Pattern { pattern } => Some(pattern.clone()),
            _ => None,
        };
        let message = wording::bad_key(&name, error);
        let found = self.member(&name);
        self.problem(found, SchemaKind::BadKey { key: name, pattern }, message, None)
    }

    fn none_fits(&self, allowed: Vec<String>, expected: &[&str]) -> SchemaProblem {
        let node = self.found.value;
        let (kind, message, help) = wording::none_fits(node, allowed, expected);
        self.problem(self.found, kind, message, help)
    }

    fn simple(&self, error: &ValidationError<'_>) -> SchemaProblem {
        let node = self.found.value;
        let (kind, message, help) = match error.kind() {
            Fault::Type { .. } => wording::none_fits(node, Vec::new(), &wording::types(error.kind())),
            Fault::Enum { .. } | Fault::Constant { .. } => {
                wording::none_fits(node, wording::constants(error.kind()), &[])
            }
            Fault::Pattern { pattern } => {
                let message = wording::pattern(node, pattern);
                (SchemaKind::Pattern { pattern: pattern.clone() }, message, None)
            }
            _ => (SchemaKind::Other, wording::other(error), None),
        };
        self.problem(self.found, kind, message, help)
    }
}

/// The node of an error; where the path leads nowhere, which no error should do, the root.
fn locate<'d>(root: NodeRef<'d>, error: &ValidationError<'_>) -> Found<'d> {
    let steps: Vec<String> = error
        .instance_path()
        .iter()
        .map(|segment| match segment {
            LocationSegment::Property(name) => name.into_owned(),
            LocationSegment::Index(index) => index.to_string(),
        })
        .collect();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    root.pointer(&steps).unwrap_or(Found { key: None, value: root })
}
