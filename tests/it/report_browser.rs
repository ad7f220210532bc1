//! The report, and the runbooks in one file, in Chromium: nothing is asked of any network, nothing is complained of, the
//! rules of axe hold in light, in dark and on a telephone, and the script of the report finds and shows what its HTML leaves
//! out.
//!
//! Costs one start of the browser and some seconds. Without Chromium, or without the rules that `tests/axe` fetches, it
//! fails and says what to do.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::emit_hostile;
use crate::generated_specs::spec_gen;
use crate::report::{drilled, report, root};

/// A browser that is spoken to over a pipe in the DevTools protocol.
struct Browser {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    profile: tempfile::TempDir,
    number: u64,
    session: Option<String>,
    events: VecDeque<Value>,
}

impl Browser {
    fn start() -> Self {
        let profile = tempfile::tempdir().unwrap();
        // The browser reads from descriptor 3 and writes to 4; the shell makes our pipe of them.
        let mut process = Command::new("bash")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >&2", "chromium"])
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--remote-debugging-pipe",
            ])
            .args(["--no-first-run", "--disable-background-networking", "--disable-component-update"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (input, output) = (process.stdin.take().unwrap(), BufReader::new(process.stdout.take().unwrap()));
        let mut browser = Self { process, input, output, profile, number: 0, session: None, events: VecDeque::new() };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }))["targetId"].clone();
        let session = browser.call("Target.attachToTarget", json!({ "targetId": target, "flatten": true }));
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Network", "Log", "Runtime"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.number += 1;
        let mut message = json!({ "id": self.number, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.input
            .write_all(format!("{message}\0").as_bytes())
            .expect("Chromium has gone; is the package chromium installed?");
        self.input.flush().unwrap();
        loop {
            let answer = self.read();
            if answer["id"] == self.number {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
            self.events.push_back(answer);
        }
    }

    fn read(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.output.read_until(0, &mut bytes).unwrap();
        assert_eq!(
            bytes.pop(),
            Some(0),
            "Chromium does not answer; is the package chromium installed? tests/run does it"
        );
        serde_json::from_slice(&bytes).unwrap()
    }

    fn wait(&mut self, event: &str) {
        if self.events.iter().any(|one| one["method"] == event) {
            return;
        }
        loop {
            let next = self.read();
            let found = next["method"] == event;
            self.events.push_back(next);
            if found {
                return;
            }
        }
    }

    /// Opens a page, and gives what it asked for and what was complained of.
    fn open(&mut self, page: &Path) -> (Vec<String>, Vec<Value>) {
        self.events.clear();
        self.call("Page.navigate", json!({ "url": format!("file://{}", page.display()) }));
        self.wait("Page.loadEventFired");
        self.heard()
    }

    fn heard(&mut self) -> (Vec<String>, Vec<Value>) {
        let events = std::mem::take(&mut self.events);
        let of = |method: &str| events.iter().filter(|one| one["method"] == method).cloned().collect::<Vec<Value>>();
        let asked =
            of("Network.requestWillBeSent").iter().map(|one| one["params"]["request"]["url"].to_string()).collect();
        let complaints =
            ["Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"].iter().flat_map(|one| of(one));
        (asked, complaints.collect())
    }

    fn evaluate(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.call("Runtime.evaluate", params);
        assert!(answer["exceptionDetails"].is_null(), "{}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    fn look(&mut self, width: u32, scheme: &str) {
        let metrics = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", metrics);
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.call("Emulation.setEmulatedMedia", features);
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(self.profile.path());
    }
}

/// The rules of axe, as `tests/axe` has fetched them.
fn axe() -> String {
    let script = fs::read_to_string(root().join("tests/axe")).unwrap();
    let version = script.lines().find_map(|line| line.strip_prefix("version=")).unwrap();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join(format!("axe-core-{version}.js"));
    fs::read_to_string(&path)
        .unwrap_or_else(|_| panic!("{} is missing: run tests/axe, which needs npm", path.display()))
}

fn page(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

/// A report of a spec that is made up.
fn report_of(folder: &Path, spec: &str) -> String {
    report(page(folder, "drplan.yaml", spec).to_str().unwrap(), &[])
}

#[test]
fn the_page_loads_nothing_complains_of_nothing_and_is_accessible() {
    let folder = tempfile::tempdir().unwrap();
    let pages = [
        root().join("examples/wso2-identity-server/expected/generated/runbooks/runbooks.html"),
        page(folder.path(), "a.html", &report("examples/access-control", &[])),
        page(folder.path(), "b.html", &report("examples/tape-and-vault/batched-mirroring", &[])),
        page(
            folder.path(),
            "c.html",
            &report_of(folder.path(), &emit_hostile::spec("\"><script>evil()</script><img src=x onerror=evil()>")),
        ),
        page(
            folder.path(),
            "d.html",
            &drilled("a text without any place at which a line could break: ".repeat(4).replace(' ', "_").as_str()),
        ),
    ];
    let axe = axe();
    let mut browser = Browser::start();
    for path in pages {
        for (width, scheme) in [(1_400, "light"), (1_400, "dark"), (390, "light")] {
            browser.look(width, scheme);
            let (asked, complaints) = browser.open(&path);
            assert_eq!(asked.len(), 1, "{asked:?}");
            assert_eq!(complaints, [Value::Null; 0]);
            let wide = browser.evaluate("document.documentElement.scrollWidth - innerWidth");
            assert!(wide.as_i64().unwrap() <= 0, "{} px wide: {wide} too much", width);
            browser.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
            browser.evaluate(&axe);
            let found = browser.evaluate(
                "axe.run(document, { resultTypes: ['violations'] }).then((all) => all.violations.map((one) => `${one.id}: ${one.nodes[0].html}`))",
            );
            assert_eq!(found, json!([]), "{} px, {scheme}, {}", width, path.display());
            let (asked, complaints) = browser.heard();
            assert!(asked.is_empty() && complaints.is_empty(), "{asked:?} {complaints:?}");
        }
    }
}

#[test]
fn the_script_finds_what_the_html_leaves_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = page(folder.path(), "large.html", &report_of(folder.path(), &spec_gen::spec(600)));
    let mut browser = Browser::start();
    browser.look(1_400, "light");
    browser.open(&path);
    let rows = browser.evaluate("document.querySelectorAll('.matrix tbody tr:not(.group)').length");
    assert_eq!(rows, 200);
    let whole = browser.evaluate("JSON.parse(document.getElementById('bulk').textContent).matrix.rows.length");
    let whole = whole.as_u64().unwrap();
    assert!(whole > 500, "{whole}");
    // The whole list, of which only what is in sight is there; the last row is a key away.
    browser.evaluate("document.querySelector('#matrix button').click()");
    let drawn = "document.querySelectorAll('#matrix .rows [role=row]').length";
    let few = browser.evaluate(drawn).as_u64().unwrap();
    assert!((5..80).contains(&few), "{few}");
    let last = browser.evaluate(
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'End' })); \
         document.querySelector('#matrix [aria-selected=true]').getAttribute('aria-rowindex')",
    );
    assert_eq!(last, (whole + 1).to_string());
    let told = browser.evaluate("document.querySelector('#matrix .whole').textContent.length");
    assert!(told.as_u64().unwrap() > 10);
    // Ctrl+K leads to the search, which looks through the data as well.
    let name = browser.evaluate("JSON.parse(document.getElementById('bulk').textContent).matrix.rows.at(-1)[1]");
    let name = name.as_str().unwrap();
    let found = browser.evaluate(&format!(
        "document.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'k', ctrlKey: true }})); \
         document.activeElement.value = {}; document.activeElement.dispatchEvent(new Event('input')); \
         new Promise((done) => setTimeout(() => done(document.querySelector('#matrix .rows').textContent), 400))",
        json!(name)
    ));
    assert!(found.as_str().unwrap().contains(name), "{found}");
    let hidden = browser.evaluate("document.querySelectorAll('.matrix tbody tr[hidden]').length");
    assert!(hidden.as_u64().unwrap() > 190, "{hidden}");
    let (asked, complaints) = browser.heard();
    assert_eq!((asked.len(), complaints.len()), (0, 0), "{asked:?} {complaints:?}");
}
