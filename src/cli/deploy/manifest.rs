//! The manifest: which files in a folder are ours, and what they were when we wrote them.
//!
//! It lies in the folder, so whoever can change the folder can change it: every path in it is checked like one that we
//! generate ourselves.

use super::error::{DeployError, failed};
use super::look::{Found, Stamp, look_at};
use crate::emit::fileset::RelPath;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The manifest's name in the folder.
pub const MANIFEST: &str = ".drplan-manifest.json";
const FORMAT: &str = "drplan.manifest/1";
/// A million entries; more is no manifest of ours.
const MAX_LEN: u64 = 256 << 20;

/// Our files by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Manifest {
    pub(super) files: BTreeMap<RelPath, Entry>,
}

/// What is known of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The generator that wrote it.
    pub(super) section: String,
    pub(super) stamp: Stamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    files: BTreeMap<String, Line>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    section: String,
    sha256: String,
    mode: Mode,
}

#[derive(Serialize, Deserialize)]
enum Mode {
    #[serde(rename = "0644")]
    Plain,
    #[serde(rename = "0755")]
    Executable,
}

impl Manifest {
    /// Reads the manifest of a folder; none is an empty one.
    pub(super) fn read(folder: &Path) -> Result<Manifest, DeployError> {
        let path = folder.join(MANIFEST);
        let wrong = |problem: &str| DeployError::Manifest { path: path.clone(), problem: problem.to_owned() };
        match look_at(&path).map_err(failed("look at", &path))? {
            Found::Nothing => return Ok(Manifest::default()),
            Found::File { len, .. } if len <= MAX_LEN => {}
            Found::File { .. } => return Err(wrong("it is too long")),
            _ => return Err(wrong("it is not a regular file")),
        }
        let text = fs::read(&path).map_err(failed("read", &path))?;
        Manifest::parse(&text).map_err(|problem| wrong(&problem))
    }

    fn parse(text: &[u8]) -> Result<Manifest, String> {
        let document: Document = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        if document.format != FORMAT {
            return Err(format!("its format is {:?}, not {FORMAT:?}", document.format));
        }
        let files = document.files.into_iter().map(|(path, line)| {
            let path = RelPath::new(&path).map_err(|error| error.to_string())?;
            let stamp = Stamp { sha256: line.sha256, executable: matches!(line.mode, Mode::Executable) };
            Ok((path, Entry { section: line.section, stamp }))
        });
        Ok(Manifest { files: files.collect::<Result<_, String>>()? })
    }

    /// The text of the manifest: sorted, a line for each file, so that version control shows what changed.
    pub(super) fn text(&self) -> String {
        let lines: Vec<String> = self.files.iter().map(|(path, entry)| line(path, entry)).collect();
        let files = if lines.is_empty() { "{}".to_owned() } else { format!("{{\n{}\n  }}", lines.join(",\n")) };
        format!("{{\n  \"format\": \"{FORMAT}\",\n  \"files\": {files}\n}}\n")
    }
}

fn line(path: &RelPath, entry: &Entry) -> String {
    let Entry { section, stamp } = entry;
    let mode = if stamp.executable { "0755" } else { "0644" };
    let value = serde_json::json!({"section": section, "sha256": stamp.sha256, "mode": mode});
    format!("    {}: {value}", serde_json::Value::from(path.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_parse_agree() {
        let mut manifest = Manifest::default();
        assert_eq!(Manifest::parse(manifest.text().as_bytes()).unwrap(), manifest);
        for (path, executable) in [("b/\"q\"", true), ("a", false)] {
            let stamp = Stamp { sha256: "00".into(), executable };
            manifest.files.insert(RelPath::new(path).unwrap(), Entry { section: "puppet".into(), stamp });
        }
        let text = manifest.text();
        assert_eq!(Manifest::parse(text.as_bytes()).unwrap(), manifest);
        let expected = r#"{
  "format": "drplan.manifest/1",
  "files": {
    "a": {"section":"puppet","sha256":"00","mode":"0644"},
    "b/\"q\"": {"section":"puppet","sha256":"00","mode":"0755"}
  }
}
"#;
        assert_eq!(text, expected);
    }

    #[test]
    fn what_is_no_manifest_is_refused() {
        let bad = |text: &str| Manifest::parse(text.as_bytes()).unwrap_err();
        bad("");
        bad("<<<<<<< HEAD");
        assert!(bad(r#"{"format": "drplan.manifest/2", "files": {}}"#).contains("drplan.manifest/1"));
        for path in ["../x", "/etc/passwd", "a//b"] {
            let text = format!(
                r#"{{"format": "drplan.manifest/1", "files": {{"{path}": {{"section": "p", "sha256": "", "mode": "0644"}}}}}}"#
            );
            assert!(bad(&text).contains("cannot be the path"), "{path}");
        }
    }
}
