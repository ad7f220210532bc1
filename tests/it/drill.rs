//! `drplan drill` as it is used: a recovery is walked step by step, corrected, cut off by a crash, gone on with from another
//! terminal, and its record is evidence that changes numbers and findings.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::Value;

const SHOP: &str = r#"drplan: 1
system: {name: shop}
locations:
  madrid: {kind: site}
  valencia: {kind: site}
stores:
  vault: {at: valencia, technology: restic, path: /srv/restic, read: 200 MiB/s}
teams:
  dba: {people: 2, responds_within: 15m}
objectives:
  gold: {rto: 2h, rpo: 26h, drill_every: 90d}
components:
  db:
    technology: postgresql
    owner: dba
    objective: gold
    instances: {db1: {at: madrid, role: primary}}
    data:
      main:
        size: 60 GiB
        copies:
          nightly: {schedule: "0 2 * * *", timezone: UTC, takes: 1h, to: vault, verify: {every: 30d}}
    recovery: {to: [valencia], detect: 5m, provision: 30m, restore_rate: 100 MiB/s, start: 5m, verify: 10m, cutover: 5m}
  web:
    technology: systemd-service
    owner: dba
    objective: gold
    instances: {web1: {at: madrid}}
    depends_on: {db: requires}
    recovery: {to: [valencia], detect: 5m, provision: 10m, start: 5m, verify: 5m, cutover: 5m}
"#;

/// A folder with a spec in it, and a clock.
struct Night {
    folder: tempfile::TempDir,
}

impl Night {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("drplan.yaml"), SHOP).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, clock: &str, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_drplan"))
            .args(arguments)
            .args(["--as-of", &format!("2026-05-10T{clock}Z")])
            .current_dir(self.folder.path())
            .env_clear()
            .env("USER", "ana")
            .output()
            .unwrap()
    }

    /// Standard output of what works.
    fn ok(&self, clock: &str, arguments: &[&str]) -> String {
        let output = self.run(clock, arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What is told of what does not.
    fn refused(&self, clock: &str, arguments: &[&str]) -> String {
        let output = self.run(clock, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }

    fn state(&self, clock: &str) -> Value {
        serde_json::from_str(&self.ok(clock, &["drill", "show", "--format", "json"])).unwrap()
    }

    /// Walks the whole recovery, the start of `db` taking so many minutes more than planned.
    fn walk(&self, late: u64) -> String {
        self.ok("09:00:00", &["drill", "start", "lose:madrid", "--real"]);
        let steps = self.state("09:00:00")["steps"].as_array().unwrap().clone();
        for step in steps {
            let number = step["step"].as_u64().unwrap();
            let behind = if number >= self.number("db", "start") { late } else { 0 };
            let at = step["planned_to_s"].as_u64().unwrap() + 60 * behind;
            let clock = format!("{:02}:{:02}:{:02}", 9 + at / 3_600, at % 3_600 / 60, at % 60);
            self.ok("12:00:00", &["drill", "step", &number.to_string(), "--at", &format!("2026-05-10T{clock}Z")]);
        }
        "drills/2026-05-10-lose_madrid.jsonl".to_owned()
    }

    fn number(&self, component: &str, kind: &str) -> u64 {
        let state = self.state("12:00:00");
        let is_it = |step: &&Value| step["component"] == component && step["kind"] == kind;
        state["steps"].as_array().unwrap().iter().find(is_it).unwrap()["step"].as_u64().unwrap()
    }
}

fn lines(path: &Path) -> usize {
    fs::read_to_string(path).unwrap().lines().count()
}

#[test]
fn the_steps_are_those_of_the_page() {
    let night = Night::new();
    night.ok("09:00:00", &["drill", "start", "lose:madrid"]);
    night.ok("09:00:00", &["generate", "runbooks", "-o", "out", "."]);
    let page = fs::read_to_string(night.path("out/runbooks/scenarios/lose_madrid.md")).unwrap();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains("T+"))
        .map(|line| line.split('|').map(str::trim).collect())
        .filter(|cells: &Vec<&str>| cells[1].parse::<u64>().is_ok())
        .collect();
    let mark = |time: &Value| {
        let time = time.as_u64().unwrap();
        let seconds = if time.is_multiple_of(60) { String::new() } else { format!(":{:02}", time % 60) };
        format!("T+{}:{:02}{seconds}", time / 3_600, time % 3_600 / 60)
    };
    let state = night.state("09:00:00");
    let steps = state["steps"].as_array().unwrap();
    assert_eq!(rows.len(), steps.len(), "{page}");
    for (row, step) in rows.iter().zip(steps) {
        let what = format!("{}: {}", step["component"].as_str().unwrap(), step["kind"].as_str().unwrap());
        assert_eq!(row[1], step["step"].to_string());
        assert_eq!((row[2], row[3]), (mark(&step["planned_from_s"]).as_str(), mark(&step["planned_to_s"]).as_str()));
        assert_eq!(row[4].trim_matches('*'), what);
    }
}

#[test]
fn one_command_a_step_and_a_repeated_one_changes_nothing() {
    let night = Night::new();
    let told = night.ok("09:00:00", &["drill", "start", "lose:madrid"]);
    assert!(told.contains("next: 1  db detect") && told.contains("drplan drill step 1 "), "{told}");
    let told = night.ok("09:03:00", &["drill", "step"]);
    assert!(told.starts_with("1 db detect: done at T+0:03, 2 m ahead of the plan\n"), "{told}");
    // It did not get through, or did it?
    let record = night.path("drills/2026-05-10-lose_madrid.jsonl");
    let before = lines(&record);
    let told = night.ok("09:04:00", &["drill", "step", "1"]);
    assert!(told.starts_with("1 db detect is done already, at T+0:03; nothing was changed\n"), "{told}");
    assert_eq!(lines(&record), before);
    // A wrong stamp is corrected, and nothing is rewritten.
    let text = fs::read_to_string(&record).unwrap();
    let told = night.ok("09:05:00", &["drill", "step", "1", "--at", "1m"]);
    assert!(told.contains("done at T+0:04") && told.contains("a correction: it was done at T+0:03"), "{told}");
    assert!(fs::read_to_string(&record).unwrap().starts_with(&text));
    night.ok("09:06:00", &["drill", "step", "db", "detect", "undo"]);
    assert_eq!(night.state("09:06:00")["steps"][0]["state"], "ready");
    // What failed is still to be done, and begins again.
    night.ok("09:07:00", &["drill", "step", "1", "failed", "--note", "no answer"]);
    let told = night.ok("09:08:00", &["drill", "step", "begin"]);
    assert!(told.starts_with("1 db detect: begun at T+0:08\n"), "{told}");
    for (arguments, complaint) in [
        (&["99"][..], "there is no step 99"),
        (&["0"], "there is no step 0"),
        (&["dn"], "did you mean `db`?"),
        (&["db", "promote"], "there is no step `db promote`"),
        (&["db"], "name the step too"),
        (&["undo"], "which step"),
        (&["1", "--at", "3h"], "is not between"),
        (&["1", "--at", "soon"], "is no time"),
        (&["1", "2", "3"], "more than a step"),
    ] {
        let told = night.refused("09:09:00", &[&["drill", "step"], arguments].concat());
        assert!(told.contains(complaint), "{arguments:?}: {told}");
    }
}

#[test]
fn a_crash_loses_nothing_that_was_told() {
    let night = Night::new();
    night.ok("09:00:00", &["drill", "start", "lose:madrid"]);
    night.ok("09:03:00", &["drill", "step"]);
    let record = night.path("drills/2026-05-10-lose_madrid.jsonl");
    let whole = fs::read(&record).unwrap();
    night.ok("09:09:00", &["drill", "step"]);
    let longer = fs::read(&record).unwrap();
    fs::write(&record, &longer[..whole.len() + 30]).unwrap();
    let told = night.ok("09:10:00", &["drill", "show"]);
    assert!(told.contains("a line of the record was cut off by a crash"), "{told}");
    assert_eq!(fs::read(&record).unwrap().len(), whole.len() + 30, "showing changes nothing");
    let told = night.ok("09:11:00", &["drill", "step"]);
    assert!(told.contains("2 ") && told.contains("was cut off by a crash"), "{told}");
    let state = night.state("09:12:00");
    assert_eq!((&state["torn"], &state["next"]), (&Value::from(1), &Value::from(3)));
    // Changed by somebody is another matter.
    let text = fs::read_to_string(&record).unwrap().replace("09:03:00Z", "09:02:00Z");
    fs::write(&record, text).unwrap();
    assert!(
        night
            .refused("09:13:00", &["drill", "step", "--record", "drills/2026-05-10-lose_madrid.jsonl"])
            .contains("the record was changed")
    );
}

#[test]
fn it_can_be_read_on_a_screen_of_any_kind() {
    let night = Night::new();
    night.walk(0);
    let output = night.run("12:00:00", &["drill", "show", "--color", "always"]);
    let told = String::from_utf8(output.stdout).unwrap();
    let plain = String::from_utf8(night.run("12:00:00", &["drill", "show"]).stdout).unwrap();
    assert!(told.contains('\u{1b}') && !plain.contains('\u{1b}'), "{told}");
    assert!(plain.contains("✓   1  db detect"), "{plain}");
}

#[test]
fn writers_take_turns() {
    let night = Night::new();
    night.ok("09:00:00", &["drill", "start", "lose:madrid"]);
    let record = night.path("drills/2026-05-10-lose_madrid.jsonl");
    std::thread::scope(|scope| {
        for number in 0..12 {
            let night = &night;
            scope.spawn(move || night.ok("09:01:00", &["drill", "note", &format!("note {number}")]));
        }
    });
    assert_eq!(night.state("09:02:00")["notes"].as_array().unwrap().len(), 12);
    // Whoever comes while another writes waits for him.
    let other = File::options().append(true).open(&record).unwrap();
    other.lock().unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| night.ok("09:03:00", &["drill", "step"]));
        std::thread::sleep(Duration::from_millis(400));
        assert_eq!(lines(&record), 13);
        drop(other);
        assert!(waiting.join().unwrap().starts_with("1 db detect: done"));
    });
}

#[test]
fn a_record_is_of_one_plan_and_one_scenario() {
    let night = Night::new();
    assert!(night.refused("09:00:00", &["drill", "show"]).contains("no drill is under way"));
    assert!(night.refused("09:00:00", &["drill", "start", "lose:madird"]).contains("did you mean `lose:madrid`?"));
    assert!(night.refused("09:00:00", &["drill", "start", "lose:vault"]).contains("nothing to do"));
    night.ok("09:00:00", &["drill", "start", "lose:madrid"]);
    night.ok("09:00:00", &["drill", "step", "--spec", "."]);
    // A comment is another spec, and the same procedure.
    fs::write(night.path("drplan.yaml"), format!("# a comment\n{SHOP}")).unwrap();
    assert!(night.refused("09:01:00", &["drill", "step", "--spec", "."]).contains("the spec has changed"));
    night.ok("09:02:00", &["drill", "start", "lose:madrid"]);
    assert!(night.path("drills/2026-05-10-lose_madrid-2.jsonl").is_file());
    let told = night.refused("09:03:00", &["drill", "step"]);
    assert!(
        told.contains("2 drills are under way") && told.contains("--record drills/2026-05-10-lose_madrid-2.jsonl"),
        "{told}"
    );
    let taken = ["drill", "start", "lose:madrid", "--record", "drills/2026-05-10-lose_madrid.jsonl"];
    assert!(night.refused("09:04:00", &taken).contains("exists already"));
    fs::write(night.path("drplan.yaml"), SHOP.replace("name: shop", "name: other")).unwrap();
    let other = ["drill", "step", "--spec", ".", "--record", "drills/2026-05-10-lose_madrid.jsonl"];
    assert!(night.refused("09:05:00", &other).contains("is of the system `shop`, the spec of `other`"));
}

#[test]
fn hostile_notes_and_names_are_inert() {
    let night = Night::new();
    night.ok("09:00:00", &["drill", "start", "lose:madrid", "--by", "\u{1b}[31mmallory\u{202e}"]);
    night.ok("09:01:00", &["drill", "note", "\u{1b}]0;owned\u{7}\n::error::x"]);
    night.ok("09:02:00", &["drill", "step", "--note", "\r\u{1b}[2J\u{9b}31m"]);
    for arguments in [&["drill", "show"][..], &["drill", "finish"]] {
        let shown = String::from_utf8(night.run("09:03:00", arguments).stdout).unwrap();
        assert!(!shown.contains(['\u{1b}', '\r', '\u{7}', '\u{9b}', '\u{202e}']), "{shown:?}");
        assert!(shown.contains("<U+001B>]0;owned<U+0007> ::error::x"), "{shown}");
        assert!(!shown.lines().any(|line| line.starts_with("::")), "{shown}");
    }
    let output = night.run("09:04:00", &["observe", "drill=drills/2026-05-10-lose_madrid.jsonl"]);
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
}

#[test]
fn how_it_went_is_evidence() {
    let night = Night::new();
    let record = night.walk(20);
    assert!(night.refused("11:00:00", &["observe", &format!("drill={record}")]).contains("the drill is not over"));
    assert!(
        night
            .refused("11:00:00", &["drill", "finish", "--lost", "db.x=5m"])
            .contains("the data that is hit is `db.main`")
    );
    let told = night.ok("11:00:00", &["drill", "finish", "--lost", "db.main=8h", "--note", "gut"]);
    assert!(told.contains("25 m       20 m longer"), "{told}");
    assert!(told.contains("ok: everything was done, and every promise was kept"), "{told}");
    assert!(night.refused("11:01:00", &["drill", "finish", "--record", record.as_str()]).contains("over already"));
    night.ok("11:02:00", &["observe", &format!("drill={record}"), "-o", "observed.yaml"]);
    // The numbers: twenty minutes more.
    let recovery = |arguments: &[&str]| {
        let arguments = [
            &["assess", "--scenario", "lose:madrid", "--component", "db", "--format", "json", "--exit-zero"],
            arguments,
        ]
        .concat();
        let json: Value = serde_json::from_str(&night.ok("12:00:00", &arguments)).unwrap();
        (json["results"][0]["recovery"]["worst_s"].as_u64().unwrap(), json)
    };
    let (planned, _) = recovery(&[]);
    let (measured, _) = recovery(&["--observed", "observed.yaml"]);
    assert_eq!(measured, planned + 20 * 60);
    // The findings.
    let names = |clock: &str, spec: &str| {
        fs::write(night.path("drplan.yaml"), spec).unwrap();
        let output = night.run(clock, &["validate", "--observed", "observed.yaml", "--format", "json"]);
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        let of_drills =
            ["drill-before-change", "drill-failed", "drill-overdue", "never-drilled", "step-longer-than-declared"];
        let names =
            json["findings"].as_array().unwrap().iter().map(|finding| finding["name"].as_str().unwrap().to_owned());
        names.filter(|name| of_drills.contains(&name.as_str())).collect::<Vec<_>>()
    };
    assert_eq!(names("12:00:00", SHOP), ["step-longer-than-declared"]);
    // Written back: the plan has learnt, and is still the one that was drilled.
    let learnt = SHOP.replacen("start: 5m, verify: 10m", "start: 25m, verify: 10m", 1);
    assert_eq!(names("12:00:00", &learnt), Vec::<String>::new());
    let elsewhere = SHOP.replacen(
        "to: [valencia], detect: 5m, provision: 30m",
        "to: [madrid, valencia], detect: 5m, provision: 30m",
        1,
    );
    assert_eq!(names("12:00:00", &format!("# nothing\n{elsewhere}")), ["step-longer-than-declared"]);
    let renamed = SHOP.replace("nightly:", "evening:");
    assert!(names("12:00:00", &renamed).contains(&"drill-before-change".to_owned()));
    let cache = "  cache:\n    technology: systemd-service\n    objective: gold\n    instances: {c1: {at: madrid}}\n    \
                 recovery: {to: [valencia]}\n  web:\n";
    let more = SHOP.replace("  web:\n", cache);
    let found = names("12:00:00", &more);
    assert!(
        found.contains(&"never-drilled".to_owned()) && found.contains(&"drill-before-change".to_owned()),
        "{found:?}"
    );
}

#[test]
fn a_drill_that_falls_short_is_told() {
    let night = Night::new();
    let record = night.walk(0);
    night.ok("12:00:00", &["drill", "step", "web", "cutover", "undo"]);
    let output = night.run("12:00:00", &["drill", "finish", "--lost", "main=27h"]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("failed: a step was not done, or a promise not kept"), "{told}");
    night.ok("12:01:00", &["observe", &format!("drill={record}"), "-o", "observed.yaml"]);
    let output = night.run("12:02:00", &["validate", "--observed", "observed.yaml", "--format", "concise"]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("the last recovery from `lose:madrid`, on 2026-05-10, failed"), "{told}");
    let observed = fs::read_to_string(night.path("observed.yaml")).unwrap();
    assert!(
        observed.contains("\"web cutover was not done\"") && observed.contains("\"db.main lost 27 h, promised 26 h\""),
        "{observed}"
    );
    let changes = night.run("12:03:00", &["diff", "--observed", "observed.yaml", "--format", "json"]);
    let json: Value = serde_json::from_slice(&changes.stdout).unwrap();
    let mut changes = json["changes"].as_array().unwrap().iter();
    let drill = changes.find(|change| change["address"] == "drills.lose:madrid 2026-05-10T09:00:00Z").unwrap();
    assert_eq!((&drill["action"], &drill["attributes"]["verdict"]["actual"]), (&"refresh".into(), &"failed".into()));
}

#[test]
fn what_was_not_brought_back_has_not_kept_its_promise() {
    let night = Night::new();
    night.ok("09:00:00", &["drill", "start", "lose:madrid"]);
    let output = night.run("09:01:00", &["drill", "finish"]);
    let told = String::from_utf8(output.stdout).unwrap();
    let of_web = told.lines().find(|line| line.starts_with("  web ")).unwrap();
    assert!(of_web.ends_with("not shown") && !told.contains("  kept"), "{told}");
}

#[test]
fn a_drill_ends_neither_ahead_nor_before_its_last_stamp() {
    let night = Night::new();
    night.ok("09:00:00", &["drill", "start", "lose:madrid"]);
    night.ok("09:20:00", &["drill", "step", "1"]);
    let said = night.refused("09:30:00", &["drill", "finish", "--at", "2026-05-10T09:30:01Z"]);
    assert!(said.contains("the end at 2026-05-10T09:30:01Z lies ahead"), "{said}");
    let said = night.refused("09:30:00", &["drill", "finish", "--at", "11m"]);
    assert!(said.contains("something is stamped at 2026-05-10T09:20:00Z, after the end"), "{said}");
    assert!(night.state("09:30:00")["verdict"].is_null(), "nothing was written");
    night.run("09:30:00", &["drill", "finish", "--at", "5m"]);
    let record = night.path("drills/2026-05-10-lose_madrid.jsonl").display().to_string();
    let output = night.run("10:00:00", &["drill", "show", "--format", "json", "--record", &record]);
    let state: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((state["now_s"].as_u64(), state["verdict"].is_null()), (Some(25 * 60), false));
}

/// What the help of a command says of an option, without the layout.
fn option(help: &str, name: &str) -> String {
    let rest = help.split(&format!("      {name} ")).nth(1).unwrap_or_else(|| panic!("no {name} in {help}"));
    rest.split("\n      -").next().unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_said_of_an_entry_is_said_alike() {
    let night = Night::new();
    let help = |command: &str| night.ok("09:00:00", &["drill", command, "--help"]);
    let (step, finish) = (help("step"), help("finish"));
    for name in ["--at", "--note", "--by"] {
        assert_eq!(option(&step, name), option(&finish, name));
    }
    assert_eq!(option(&step, "--by"), option(&help("note"), "--by"));
}
