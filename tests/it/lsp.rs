//! The language server, asked by an editor: diagnostics as one types, hover, completion, definitions, quick fixes, and how
//! long a key stroke takes on a large spec.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

#[path = "../support/editor.rs"]
mod editor;
use crate::generated_specs::spec_gen;
use editor::Editor;

fn example() -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/wso2-identity-server/drplan.yaml");
    fs::read_to_string(path).unwrap()
}

#[test]
fn an_editor_gets_what_the_command_line_prints() {
    let folder = tempfile::tempdir().unwrap();
    let mut editor = Editor::open(folder.path(), &example());
    editor.until(|diagnostics| diagnostics.len() == 5);
    assert!(editor.has("rpo-unmet") && editor.has("left-unprotected"));
    let broken = editor.diagnostics.iter().find(|d| d["code"] == "rpo-unmet").unwrap().clone();
    assert_eq!((broken["range"]["start"]["line"].as_u64(), broken["severity"].as_u64()), (Some(66), Some(1)));
    // The help line as an action, and the finding is gone.
    let params = json!({"textDocument": {"uri": editor.uri}, "range": broken["range"], "context": {"diagnostics": []}});
    let actions = editor.ask("textDocument/codeAction", params);
    let edit = &actions[0]["edit"]["changes"][&editor.uri][0];
    assert_eq!(edit["newText"], "\"0 2-23/12 * * *\"", "{actions}");
    editor.replace("\"0 2 * * *\"", "\"0 2-23/12 * * *\"");
    editor.until(|diagnostics| diagnostics.len() == 4);
    assert!(!editor.has("rpo-unmet"));
    // A text that is just being broken says so, and what was known stays known.
    editor.replace("    at: remote", "    at: remot");
    editor.until(|diagnostics| diagnostics.iter().any(|d| d["code"] == "unknown-reference"));
    let params = json!({"textDocument": {"uri": editor.uri}, "range": {"start": {"line": 21, "character": 0}, "end": {"line": 21, "character": 3}}, "context": {"diagnostics": []}});
    let fixes = editor.ask("textDocument/codeAction", params);
    assert!(fixes.as_array().is_some());
    editor.replace("    at: remot", "    at: remote");
    editor.until(|diagnostics| diagnostics.len() == 4);
}

#[test]
fn hover_tells_the_worst_case_and_its_sum() {
    let folder = tempfile::tempdir().unwrap();
    let mut editor = Editor::open(folder.path(), &example());
    editor.until(|diagnostics| diagnostics.len() == 5);
    let text = editor.at("textDocument/hover", "\n  identity-d")["contents"]["value"].as_str().unwrap().to_owned();
    assert!(text.contains("site-loss: **22 m**, objective 2 h ✓ in `lose:main`"), "{text}");
    assert!(text.contains("= detect 5 m + respond 15 m + promote 2 m"), "{text}");
    let other = editor.at("textDocument/hover", "      identity-d")["contents"]["value"].as_str().unwrap().to_owned();
    assert_eq!(other, text, "a dependency shows what is depended on");
    let text = editor.at("textDocument/hover", "      artifac")["contents"]["value"].as_str().unwrap().to_owned();
    assert!(text.contains("component-loss: **25 h**, objective 24 h ✗"), "{text}");
    assert!(text.contains("= 24 h (longest interval of daily) + 1 h (transfer of daily)"), "{text}");
    let text = editor.at("textDocument/hover", "    replicat")["contents"]["value"].as_str().unwrap().to_owned();
    assert!(!text.is_empty() && !text.contains("site-loss"), "a key says what it means: {text}");
}

#[test]
fn names_and_keys_are_completed_and_found() {
    let folder = tempfile::tempdir().unwrap();
    let mut editor = Editor::open(folder.path(), &example());
    editor.until(|diagnostics| diagnostics.len() == 5);
    assert_eq!(editor.labels("is1: {at: rac"), ["main", "rack-a", "rack-b", "remote", "safe"]);
    assert_eq!(editor.labels("takes: 1h, to: "), ["tapes", "vault"]);
    assert_eq!(editor.labels("    owner: i"), ["dba", "iam"]);
    assert!(editor.labels("technology: wso2").contains(&"postgresql".to_owned()));
    assert!(editor.labels("role: pri").starts_with(&["primary".to_owned(), "standby".to_owned()]));
    let keys = editor.labels("daily: {sch");
    assert!(
        ["schedule", "every", "to", "keep", "verify"].iter().all(|key| keys.contains(&(*key).to_owned())),
        "{keys:?}"
    );
    assert!(editor.labels("\nsys").contains(&"components".to_owned()));
    let there = editor.at("textDocument/definition", "takes: 1h, to: vau");
    assert_eq!(
        (there["range"]["start"]["line"].as_u64(), there["uri"].as_str()),
        (Some(21), Some(editor.uri.as_str()))
    );
    let there = editor.at("textDocument/definition", "      identity-d");
    assert_eq!(there["range"]["start"]["line"], 86, "{there}");
}

/// Two components whose copies have the same names.
const ALIKE: &str = r#"drplan: 1
system: {name: shop}
locations: {a: {kind: site}, b: {kind: site}}
stores: {vault: {at: b, technology: restic, path: /v}}
components:
  first:
    technology: postgresql
    instances: {i: {at: a, role: primary}}
    data:
      d:
        copies:
          nightly: {schedule: "0 2 * * *", timezone: UTC, takes: 1h, to: vault}
          weekly: {from: nightly, every: 1w, takes: 1h, to: vault}
  second:
    technology: postgresql
    instances: {j: {at: a, role: primary}}
    data:
      d:
        copies:
          nightly: {schedule: "0 3 * * *", timezone: UTC, takes: 1h, to: vault}
          second-only: {schedule: "0 4 * * *", timezone: UTC, takes: 1h, to: vault}
"#;

#[test]
fn a_copy_is_one_of_the_same_data() {
    let folder = tempfile::tempdir().unwrap();
    let mut editor = Editor::open(folder.path(), ALIKE);
    editor.settled();
    assert_eq!(editor.at("textDocument/definition", "weekly: {from: nig")["range"]["start"]["line"], 11);
    assert!(!editor.labels("weekly: {from: ni").contains(&"second-only".to_owned()));
}

#[test]
fn what_is_gone_has_no_diagnostics_and_other_yaml_never_had() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut editor = Editor::open(folder.path(), &example());
    editor.until(|diagnostics| diagnostics.len() == 5);
    // The editor of the tests takes no diagnostics but those of its own text.
    let uri = format!("file://{}/ci.yaml", other.path().display());
    let document = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": "on: push\njobs: {a: [}\n"});
    editor.tell("textDocument/didOpen", json!({"textDocument": document}));
    editor.replace("takes: 1h", "takes: 2h");
    editor.settled();
    fs::remove_file(folder.path().join("drplan.yaml")).unwrap();
    editor.tell("textDocument/didClose", json!({"textDocument": {"uri": editor.uri}}));
    editor.until(<[Value]>::is_empty);
}

#[test]
fn columns_count_what_an_editor_counts() {
    let folder = tempfile::tempdir().unwrap();
    let text = ALIKE
        .replace("i: {at: a", "i: {certname: \"ü.example.com\", description: \"💥 漢\", at: a")
        .replace('\n', "\r\n");
    let mut editor = Editor::open(folder.path(), &text);
    editor.settled();
    editor.replace("漢\", at: a", "漢\", at: x");
    editor.until(|diagnostics| diagnostics.iter().any(|d| d["code"] == "unknown-reference"));
    let found = editor.diagnostics.iter().find(|d| d["code"] == "unknown-reference").unwrap().clone();
    assert_eq!(found["range"]["end"], editor.after("漢\", at: x"), "{found}");
    editor.replace("漢\", at: x", "漢\", at: a");
    editor.settled();
    assert_eq!(
        editor.at("textDocument/definition", "漢\", at: ")["range"]["start"],
        json!({"line": 2, "character": 12})
    );
}

#[test]
fn it_ends_when_it_is_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let mut editor = Editor::open(folder.path(), &example());
    editor.ask("shutdown", Value::Null);
    editor.tell("exit", Value::Null);
    assert_eq!(editor.child.wait().unwrap().code(), Some(0));
}

/// What the server says of bytes that an editor sends, and its exit code. Its input stays open, as that of an editor which
/// hangs; it may not take much memory, and no longer than a while.
fn told(bytes: &[u8], is_closed: bool) -> (String, Option<i32>) {
    let script = "ulimit -v 2000000; exec timeout 20 \"$0\" lsp --as-of 2026-11-21";
    let mut child = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_drplan")])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("RAYON_NUM_THREADS", "2")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = child.stdin.take().unwrap();
    // It may end before it has read all.
    let _ = to.write_all(bytes);
    let kept = (!is_closed).then_some(to);
    let output = child.wait_with_output().unwrap();
    drop(kept);
    (String::from_utf8(output.stderr).unwrap(), output.status.code())
}

fn framed(message: &Value) -> Vec<u8> {
    let body = message.to_string();
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[test]
fn what_is_no_message_is_told_and_ends_the_server() {
    let greeting = [
        framed(&json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}})),
        framed(&json!({"jsonrpc": "2.0", "method": "initialized", "params": {}})),
    ]
    .concat();
    let cases: [(&[u8], &str); 8] = [
        (b"Content-Length: 99999999999\r\n\r\n", "a message of 99999999999 bytes, and at most 64 MiB are taken"),
        (b"Content-Length: 18446744073709551616\r\n\r\n{}", "a message of 18446744073709551616 bytes"),
        (b"Content-Length: two\r\n\r\n", "`Content-Length: two` is no line of the head of a message"),
        (b"Content-Type: x\r\n\r\n{}", "does not say its length"),
        (b"hello\n", "`hello` is no line of the head of a message"),
        (b"Content-Length: 2\r\n\r\n{x", "is not JSON"),
        (b"Content-Length: 4\r\n\r\nnull", "JSON that is no message"),
        (b"Content-Length: 2\r\n\r\n\xc3\x28", "is not UTF-8"),
    ];
    for before in [&b""[..], &greeting] {
        for (bytes, wanted) in cases {
            let (said, code) = told(&[before, bytes].concat(), false);
            assert!(said.starts_with("drplan: ") && said.contains(wanted), "{wanted}: {said}");
            assert_eq!(code, Some(2), "{said}");
        }
        for (cut, wanted) in [("Content-Length: 100000000", "middle"), ("Content-Length: 9\r\n\r\n{", "middle")] {
            assert_eq!(told(&[before, cut.as_bytes()].concat(), true).1, Some(2));
            assert!(told(&[before, cut.as_bytes()].concat(), true).0.contains(wanted));
        }
    }
    // An editor that closes between two messages has gone away.
    assert_eq!(told(&greeting, true), (String::new(), Some(0)));
    let (said, code) = told(b"", true);
    assert!(said.contains("the editor ended before it began") && code == Some(2), "{said}");
    // What the protocol's library says of a message that comes too early holds the whole message.
    let early = framed(&json!({"jsonrpc": "2.0", "method": "exit", "params": "x\u{1b}".repeat(100_000)}));
    let (said, code) = told(&early, false);
    assert!(said.len() < 500 && said.contains("the editor broke off") && code == Some(2), "{said}");
}

#[test]
fn nobody_has_to_listen() {
    let greeting = framed(&json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}));
    let mut child = Command::new(env!("CARGO_BIN_EXE_drplan"))
        .args(["lsp", "--as-of", "2026-11-21"])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut to = child.stdin.take().unwrap();
    to.write_all(&greeting).unwrap();
    to.write_all(&framed(&json!({"jsonrpc": "2.0", "method": "initialized", "params": {}}))).unwrap();
    for id in 2..6 {
        to.write_all(&framed(&json!({"jsonrpc": "2.0", "id": id, "method": "nothing", "params": {}}))).unwrap();
    }
    drop(to);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty());
}

/// A spec of so many components that need each other in short chains.
fn large(components: usize) -> String {
    let mut text = String::from(
        "drplan: 1\nsystem: {name: large}\nlocations:\n  a: {kind: site}\n  b: {kind: site}\nstores:\n  vault: {at: b, technology: restic, path: /v}\nobjectives:\n  gold: {rto: 8h, rpo: 26h}\ncomponents:\n",
    );
    for number in 0..components {
        let _ = write!(
            text,
            "  c{number}:\n    technology: systemd-service\n    objective: gold\n    instances: {{i{number}: {{at: a}}}}\n    data:\n      d: {{size: 1 GiB, copies: {{n: {{schedule: \"0 2 * * *\", timezone: UTC, takes: 1h, to: vault, verify: {{every: 30d}}}}}}}}\n    recovery: {{to: [b], restore_rate: 100 MiB/s}}\n"
        );
        if number % 10 > 0 {
            let _ = writeln!(text, "    depends_on: {{c{}: requires}}", number - 1);
        }
    }
    text
}

/// With `DRPLAN_LATENCY=1`, on an optimised build, the bound of 100 ms holds for ten thousand components; without, a
/// smaller spec shows that no key stroke waits for an analysis.
#[test]
fn no_key_stroke_waits_for_an_analysis() {
    let measured = std::env::var_os("DRPLAN_LATENCY").is_some();
    let components = if measured { 10_000 } else { 500 };
    let folder = tempfile::tempdir().unwrap();
    let mut editor = Editor::open(folder.path(), &large(components));
    let last = format!("i{}: {{at: ", components - 1);
    let mut slowest = Duration::ZERO;
    for letter in ["a", "b", "a", "b", "a", "b", "a", "b", "a", "b"] {
        let (old, new) = (if letter == "a" { "b" } else { "a" }, letter);
        let (old, new) = (format!("{last}{old}"), format!("{last}{new}"));
        let old = if editor.text.contains(&old) { old } else { format!("{last}{letter}") };
        let began = Instant::now();
        editor.replace(&old, &new);
        let labels = editor.labels(&new);
        slowest = slowest.max(began.elapsed());
        assert!(labels.is_empty() || labels == ["a", "b"], "{labels:?}");
    }
    let bound = if measured { Duration::from_millis(100) } else { Duration::from_secs(2) };
    assert!(slowest < bound, "a key stroke took {slowest:?}");
    if measured {
        println!("the slowest of ten key strokes took {slowest:?}");
    }
}

/// Edits at random places, each of which may break the text: in the end the editor shows what somebody sees who opens the
/// text for the first time.
#[test]
fn after_any_edits_the_diagnostics_are_those_of_the_text() {
    const NEW: [&str; 9] = ["", "x", ":", "\n", "\"", "  ", "0", "[", "# "];
    // The second one is so large that only a part is read at once.
    for (text, edits) in [(example(), 24), (spec_gen::spec(700), 6)] {
        let folder = tempfile::tempdir().unwrap();
        let mut editor = Editor::open(folder.path(), &text);
        editor.settled();
        let mut state = 7_u64;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        for round in 0..edits {
            let mut start = random(editor.text.len());
            while !editor.text.is_char_boundary(start) {
                start -= 1;
            }
            let removed = editor.text[start..].chars().take(random(3)).map(char::len_utf8).sum::<usize>();
            editor.change(start..start + removed, NEW[random(NEW.len())]);
            // Some come one after the other, some in a burst; each third is taken back.
            if round % 4 == 1 {
                editor.diagnosed();
            }
            if round % 4 == 2 {
                editor.settled();
            }
            if round % 3 == 2 {
                let length = editor.text.len();
                editor.change(0..length, &text);
            }
        }
        editor.settled();
        let mut fresh = Editor::open(folder.path(), &editor.text.clone());
        fresh.settled();
        assert_eq!(json!(editor.diagnostics), json!(fresh.diagnostics));
    }
}
