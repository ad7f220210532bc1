//! Findings in the words of the protocol.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use lsp_server::Notification;
use serde_json::{Value, json};

use super::buffers::uri_of;
use super::known::{Fix, Shared, place};
use crate::diag::visible::one_line;
use crate::diag::{Diagnostic, Diagnostics, Severity, SourceMap, Span};

/// Every finding beside its line, a message for each file; a file without any is told to have none, and so is one that was told of
/// before and is gone. Fixes are kept for whoever asks. An editor knows by the version which state of its text a message is
/// about.
pub(super) fn messages(
    sources: &SourceMap,
    found: Diagnostics,
    versions: &BTreeMap<PathBuf, i64>,
    shared: &Shared,
    told: &mut BTreeSet<String>,
) -> Vec<Notification> {
    let files: BTreeSet<String> = sources.files().map(|(_, file)| uri_of(&file.name)).collect();
    let mut by_file: BTreeMap<String, (Vec<Value>, Vec<Fix>)> =
        files.union(told).map(|uri| (uri.clone(), Default::default())).collect();
    *told = files;
    for diagnostic in found.into_sorted().iter().filter(|diagnostic| !diagnostic.is_accepted()) {
        let first = || sources.files().next().map(|(id, _)| Span::new(id, 0, 0));
        let Some(at) = diagnostic.primary.or_else(first).and_then(|span| place(sources, span)) else { continue };
        let (diagnostics, fixes) = by_file.entry(at.uri.clone()).or_default();
        let shown = shown(sources, diagnostic, &at.range);
        fixes.extend(fix(sources, diagnostic, &shown));
        diagnostics.push(shown);
    }
    let versions: BTreeMap<String, i64> =
        versions.iter().map(|(path, version)| (uri_of(&path.to_string_lossy()), *version)).collect();
    let message = |(uri, (diagnostics, fixes)): (String, (Vec<Value>, Vec<Fix>))| {
        shared.set_fixes(&uri, fixes);
        let mut params = json!({"uri": uri, "diagnostics": diagnostics});
        if let Some(version) = versions.get(&uri) {
            params["version"] = json!(version);
        }
        Notification::new("textDocument/publishDiagnostics".to_owned(), params)
    };
    by_file.into_iter().map(message).collect()
}

/// A finding in the words of the protocol.
fn shown(sources: &SourceMap, diagnostic: &Diagnostic, range: &Value) -> Value {
    let mut message = vec![one_line(&diagnostic.message).into_owned()];
    message.extend(diagnostic.scenario.as_ref().map(|scenario| format!("scenario {}", one_line(scenario))));
    message.extend(diagnostic.notes.iter().map(|note| one_line(note).into_owned()));
    message.extend(diagnostic.help.as_ref().map(|help| format!("help: {}", one_line(help))));
    let related: Vec<Value> = diagnostic
        .labels
        .iter()
        .filter_map(|(span, label)| {
            let at = place(sources, *span)?;
            Some(json!({"location": {"uri": at.uri, "range": at.range}, "message": one_line(label)}))
        })
        .collect();
    let severity = match diagnostic.severity {
        Severity::Error => 1,
        Severity::Warning => 2,
        Severity::Note => 3,
    };
    json!({
        "range": range,
        "severity": severity,
        "code": diagnostic.name(),
        "source": "drplan",
        "message": message.join("\n"),
        "relatedInformation": related,
    })
}

/// The help line as an action, where it is a plain replacement.
fn fix(sources: &SourceMap, diagnostic: &Diagnostic, shown: &Value) -> Option<Fix> {
    let (span, new) = diagnostic.fix.as_ref()?;
    let at = place(sources, *span)?;
    let mut changes = serde_json::Map::new();
    changes.insert(at.uri.clone(), json!([{"range": at.range, "newText": new}]));
    let title = diagnostic.help.as_deref().unwrap_or("mend it");
    let action = json!({
        "title": one_line(title),
        "kind": "quickfix",
        "isPreferred": true,
        "diagnostics": [shown],
        "edit": {"changes": changes},
    });
    Some(Fix { range: shown["range"].clone(), action })
}
