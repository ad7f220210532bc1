//! The report of every example as a browser reads it: well formed, whole in itself, inert whatever a spec says, and every
//! number in it one of `assess`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use scraper::{ElementRef, Html, Selector};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::emit_hostile;

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Specs that between them have every kind of result.
const SPECS: [&str; 8] = [
    "access-control",
    "api-fortress",
    "password-reset-server/log-shipping",
    "password-reset-server/mirrored",
    "tape-and-vault/baseline",
    "tape-and-vault/batched-mirroring",
    "tape-and-vault/independent-calendars",
    "wso2-identity-server",
];

fn drplan(arguments: &[&str]) -> (String, i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drplan"));
    let output = command.args(arguments).current_dir(root()).env_remove("CLICOLOR_FORCE").output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

/// The report of a spec.
pub(crate) fn report(spec: &str, more: &[&str]) -> String {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().to_str().unwrap();
    let (_, code) = drplan(&[&["generate", "report", spec, "-o", folder], more].concat());
    assert_eq!(code, 0, "{spec}");
    fs::read_to_string(out.path().join("report.html")).unwrap()
}

fn all<'p>(page: &'p Html, selector: &str) -> Vec<ElementRef<'p>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn within<'p>(element: ElementRef<'p>, selector: &str) -> Vec<ElementRef<'p>> {
    element.select(&Selector::parse(selector).unwrap()).collect()
}

fn text(element: ElementRef<'_>) -> String {
    element.text().collect::<Vec<_>>().join("").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is wrong with a page, whatever it says.
fn faults(source: &str) -> Vec<String> {
    let page = Html::parse_document(source);
    let mut faults: Vec<String> = page.errors.iter().map(|error| error.to_string()).collect();
    let mut ids = BTreeSet::new();
    for element in all(&page, "[id]") {
        let id = element.attr("id").unwrap();
        if !ids.insert(id.to_owned()) {
            faults.push(format!("the id {id} is there twice"));
        }
    }
    const LOADS: &str =
        "link, img, image, iframe, frame, object, embed, base, form, audio, video, source, track, use, script[src]";
    faults.extend(all(&page, LOADS).iter().map(|element| format!("<{}>", element.value().name())));
    for element in all(&page, "*") {
        for (name, value) in element.value().attrs() {
            let reference = matches!(name, "href" | "aria-labelledby" | "marker-end");
            let target = value.trim_start_matches("url(").trim_start_matches('#').trim_end_matches(')');
            if matches!(name, "src" | "srcset" | "style" | "action" | "data" | "ping" | "xlink:href")
                || name.starts_with("on")
            {
                faults.push(format!("the attribute {name}=\"{value}\""));
            }
            if reference && !ids.contains(target) {
                faults.push(format!("{name} leads to {value}, which is not there"));
            }
            if name == "href" && !value.starts_with('#') {
                faults.push(format!("a link to {value}"));
            }
        }
    }
    let style: String = all(&page, "style").iter().flat_map(|style| style.text()).collect();
    if style.replace("url(#", "").contains("url(") || style.contains("@import") {
        faults.push("the style sheet loads something".to_owned());
    }
    if all(&page, "script").len() != 2 || all(&page, "style").len() != 1 {
        faults.push("not one style sheet, one script and its data".to_owned());
    }
    faults
}

#[test]
fn every_page_is_well_formed_and_whole_in_itself() {
    for spec in SPECS {
        let page = report(&format!("examples/{spec}"), &[]);
        assert_eq!(faults(&page), [""; 0], "{spec}");
    }
    // What would be seen if it were not.
    let bad = "<!DOCTYPE html><html><body><p id=a><b id=a onclick=x()><img src=x></p><a href='https://x'>x</a>";
    assert!(faults(bad).len() > 5, "{:?}", faults(bad));
}

#[test]
fn the_policy_lets_nothing_run_but_what_stands_in_the_page() {
    let source = report("examples/wso2-identity-server", &[]);
    let page = Html::parse_document(&source);
    let policy = all(&page, "meta[http-equiv=Content-Security-Policy]")[0].attr("content").unwrap().to_owned();
    let digest = |selector: &str| {
        let text: String = all(&page, selector)[0].text().collect();
        let decoded: Vec<u8> = Sha256::digest(text.as_bytes()).to_vec();
        decoded
    };
    let named = |directive: &str| {
        let rest = policy.split(directive).nth(1).unwrap().trim_start().strip_prefix("'sha256-").unwrap();
        base64(rest.split('\'').next().unwrap())
    };
    assert_eq!(named("style-src"), digest("style"));
    assert_eq!(named("script-src"), digest("script:not([type])"));
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains('*') && policy.contains("base-uri 'none'"), "{policy}");
    // It holds for all that comes after it.
    assert!(source.find("Content-Security-Policy").unwrap() < source.find("<style>").unwrap());
}

fn base64(text: &str) -> Vec<u8> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = text.trim_end_matches('=').chars().flat_map(|c| {
        let value = LETTERS.find(c).unwrap();
        (0..6).rev().map(move |bit| value >> bit & 1)
    });
    let bits: Vec<usize> = bits.collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0u8, |all, bit| all << 1 | *bit as u8)).collect()
}

#[test]
fn hostile_texts_are_inert() {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("drplan.yaml");
    let tags = |page: &str| -> BTreeMap<String, usize> {
        let page = Html::parse_document(page);
        let mut counts = BTreeMap::new();
        all(&page, "*").iter().for_each(|one| *counts.entry(one.value().name().to_owned()).or_default() += 1);
        counts
    };
    let mut plain: Option<BTreeMap<String, usize>> = None;
    let more = [
        "</script><script>evil()</script>",
        "<!--<script>evil",
        "</title></style><img src=x onerror=evil()>",
        "\" onload=\"evil()",
    ];
    for text in ["harmless"].into_iter().chain(emit_hostile::TEXTS).chain(more) {
        fs::write(&spec, emit_hostile::spec(text)).unwrap();
        let page = report(spec.to_str().unwrap(), &[]);
        assert_eq!(faults(&page), [""; 0], "{text}");
        let mut counts = tags(&page);
        // A text between backticks is code, and code of a long address may break.
        counts.remove("code");
        counts.remove("wbr");
        let plain = plain.get_or_insert_with(|| counts.clone());
        assert_eq!(&counts, plain, "{text:?} makes other elements");
        let document = Html::parse_document(&page);
        let bulk: String = all(&document, "script[type]")[0].text().collect();
        serde_json::from_str::<Value>(&bulk).unwrap();
        assert!(!page.contains(['\u{202e}', '\u{2066}', '\u{2028}', '\u{7f}', '\u{9b}']), "{text:?}");
    }
}

/// The results of `assess` in which something happens.
fn results(spec: &str) -> (Value, Vec<Value>) {
    let (json, _) = drplan(&["assess", spec, "--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let happens = |entry: &&Value| entry["impact"] != "none" || !entry["data_loss"].as_array().unwrap().is_empty();
    let entries = json["results"].as_array().unwrap().iter().filter(happens).cloned().collect();
    (json, entries)
}

/// The seconds of a time on the page; none where it has no end.
fn seconds(element: ElementRef<'_>) -> Option<u64> {
    let value = element.attr("datetime")?;
    Some(value.strip_prefix("PT").unwrap().strip_suffix('S').unwrap().parse().unwrap())
}

/// Every amount below an element.
fn amounts(element: ElementRef<'_>) -> Vec<Option<u64>> {
    within(element, "time, .endless").into_iter().map(seconds).collect()
}

fn is_broken(entry: &Value) -> bool {
    entry["recovery"]["met"] == false || losses(entry).any(|loss| loss["met"] == false)
}

fn losses(entry: &Value) -> impl Iterator<Item = &Value> {
    entry["data_loss"].as_array().unwrap().iter()
}

#[test]
fn the_verdict_and_the_matrix_are_those_of_assess() {
    for spec in SPECS {
        let spec = format!("examples/{spec}");
        let page = Html::parse_document(&report(&spec, &[]));
        let (json, entries) = results(&spec);
        let verdict = text(all(&page, "#verdict")[0]);
        let broken = json["summary"]["breaches"].as_u64().unwrap();
        match broken {
            0 => assert!(!verdict.contains("No:"), "{spec}: {verdict}"),
            _ => assert!(verdict.starts_with(&format!("✗ No: {broken} of ")), "{spec}: {verdict}"),
        }
        let kinds: Vec<String> = all(&page, ".matrix thead th").into_iter().skip(1).map(text).collect();
        let mut rows = 0;
        for row in all(&page, ".matrix tbody tr:not(.group)") {
            let head = within(row, "th")[0];
            let component = head.text().next().unwrap().to_owned();
            rows += 1;
            for (cell, kind) in within(row, "td").into_iter().zip(&kinds) {
                let of_cell: Vec<&Value> =
                    entries.iter().filter(|entry| entry["component"] == component && entry["kind"] == **kind).collect();
                cell_is(&format!("{spec}: {component}, {kind}"), cell, &of_cell);
            }
        }
        let components: BTreeSet<&str> = entries.iter().map(|entry| entry["component"].as_str().unwrap()).collect();
        assert_eq!(rows, components.len(), "{spec}");
    }
}

fn cell_is(place: &str, cell: ElementRef<'_>, entries: &[&Value]) {
    if entries.is_empty() {
        assert_eq!(text(cell), "·", "{place}");
        return;
    }
    assert_eq!(cell.attr("class") == Some("broken"), entries.iter().any(|entry| is_broken(entry)), "{place}");
    assert_eq!(text(cell).contains('✗'), entries.iter().any(|entry| is_broken(entry)), "{place}");
    let mut wanted = Vec::new();
    // None is without an end, which is worse than any number.
    let worst = |all: Vec<Option<u64>>| all.iter().copied().try_fold(0, |most, one| Some(most.max(one?)));
    let recoveries: Vec<&Value> =
        entries.iter().map(|entry| &entry["recovery"]).filter(|recovery| !recovery.is_null()).collect();
    if !recoveries.is_empty() {
        wanted.push(worst(recoveries.iter().map(|recovery| recovery["worst_s"].as_u64()).collect()));
    }
    let lost: Vec<Option<u64>> =
        entries.iter().flat_map(|entry| losses(entry)).map(|loss| loss["worst_s"].as_u64()).collect();
    if !lost.is_empty() && worst(lost.clone()) != Some(0) {
        wanted.push(worst(lost));
    }
    assert_eq!(amounts(cell), wanted, "{place}");
}

#[test]
fn every_scenario_is_told_as_assess_tells_it() {
    for spec in SPECS {
        let spec = format!("examples/{spec}");
        let page = Html::parse_document(&report(&spec, &[]));
        let (_, entries) = results(&spec);
        let mut told = 0;
        for outcome in all(&page, "#scenarios > details") {
            let ids: Vec<String> = within(outcome, "summary .ids code").into_iter().map(text).collect();
            for row in within(outcome, ".results tbody tr:not(.path)") {
                let component = text(within(row, "th")[0]);
                for id in &ids {
                    let of_row = |entry: &&Value| entry["scenario"] == **id && entry["component"] == component;
                    let entry = entries.iter().find(of_row).unwrap_or_else(|| panic!("{spec}: {component} in {id}"));
                    row_is(&format!("{spec}: {component} in {id}"), row, entry);
                    told += 1;
                }
            }
        }
        let more = all(&page, "#scenarios .more").len();
        assert!(told == entries.len() || more > 0, "{spec}: {told} of {}", entries.len());
    }
}

fn row_is(place: &str, row: ElementRef<'_>, entry: &Value) {
    let cells = within(row, "td");
    assert!(text(cells[0]).starts_with(entry["impact"].as_str().unwrap()), "{place}");
    let recovery = &entry["recovery"];
    let shown = amounts(cells[2]);
    match recovery.is_null() {
        true => assert!(shown.is_empty(), "{place}"),
        false => {
            assert_eq!(shown[0], recovery["worst_s"].as_u64(), "{place}");
            assert_eq!(text(cells[2]).contains('✗'), recovery["met"] == false, "{place}");
            let lower = recovery["lower_bound_s"].as_u64();
            assert!(lower == recovery["worst_s"].as_u64() || shown.contains(&lower), "{place}");
        }
    }
    let lost: Vec<ElementRef<'_>> = within(cells[4], ".loss");
    assert_eq!(lost.len(), losses(entry).count(), "{place}");
    for (shown, loss) in lost.into_iter().zip(losses(entry)) {
        let worst = loss["worst_s"].as_u64();
        match worst {
            Some(0) => assert!(text(shown).contains("nothing of "), "{place}"),
            _ => assert_eq!(amounts(shown), [worst], "{place}"),
        }
        assert_eq!(text(shown).contains('✗'), loss["met"] == false, "{place}");
    }
}

#[test]
fn every_sum_is_the_derivation_of_assess() {
    let mut sums = 0;
    for spec in SPECS {
        let spec = format!("examples/{spec}");
        let page = Html::parse_document(&report(&spec, &[]));
        let (_, entries) = results(&spec);
        for dataset in all(&page, "#data > details") {
            let name = text(within(dataset, "summary .ids")[0]);
            for case in within(dataset, ".case") {
                for id in within(case, ".intro code").into_iter().map(text) {
                    let of_scenario = entries.iter().filter(|entry| entry["scenario"] == id);
                    let mut found = of_scenario.flat_map(|entry| losses(entry).map(move |loss| (entry, loss)));
                    let of_data = |(entry, loss): &(&Value, &Value)| {
                        name == format!(
                            "{}.{}",
                            entry["component"].as_str().unwrap(),
                            loss["dataset"].as_str().unwrap()
                        )
                    };
                    let (_, loss) = found.find(of_data).unwrap_or_else(|| panic!("{spec}: {name} in {id}"));
                    sums += usize::from(case_is(&format!("{spec}: {name} in {id}"), case, loss));
                }
            }
        }
    }
    assert!(sums > 20, "{sums}");
}

/// Compares a case with a loss; says whether it has a sum.
fn case_is(place: &str, case: ElementRef<'_>, loss: &Value) -> bool {
    let head = within(case, "h3")[0];
    let worst = loss["worst_s"].as_u64();
    match worst {
        Some(0) => assert!(text(head).contains("Nothing lost"), "{place}"),
        _ => assert_eq!(amounts(head), [worst], "{place}"),
    }
    assert_eq!(text(head).contains('✗'), loss["met"] == false, "{place}");
    let rows = within(case, ".sum tbody tr");
    if rows.is_empty() {
        return false;
    }
    let signed = |row: &ElementRef<'_>| {
        let amount = i64::try_from(amounts(within(*row, "td.n")[0])[0].unwrap()).unwrap();
        if text(within(*row, "td.n")[0]).starts_with('−') { -amount } else { amount }
    };
    let mut shown: Vec<(String, i64)> = rows.iter().map(|row| (text(within(*row, "td")[0]), signed(row))).collect();
    assert_eq!(shown.iter().map(|(_, amount)| amount).sum::<i64>(), i64::try_from(worst.unwrap()).unwrap(), "{place}");
    let terms = loss["derivation"].as_array().unwrap().iter();
    let mut wanted: Vec<(String, i64)> =
        terms.map(|term| (term["label"].as_str().unwrap().to_owned(), term["seconds"].as_i64().unwrap())).collect();
    shown.sort();
    wanted.sort();
    assert_eq!(shown, wanted, "{place}");
    assert_eq!(amounts(within(case, ".sum tfoot")[0]), [worst], "{place}");
    true
}

#[test]
fn the_page_names_no_day_of_its_own_and_check_holds_it() {
    let page = report("examples/wso2-identity-server", &[]);
    assert!(!page.contains("as of"), "a day stands in it that nobody named");
    assert!(report("examples/wso2-identity-server", &["--as-of", "2026-11-21"]).contains("as of 2026-11-21"));
    assert_eq!(page, report("examples/wso2-identity-server", &[]));
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().to_str().unwrap();
    let generate = ["generate", "report", "examples/wso2-identity-server", "-o", folder];
    assert_eq!(drplan(&generate).1, 0);
    let check = [&generate[..], &["--check"]].concat();
    assert_eq!(drplan(&check), (String::new(), 0));
    fs::write(out.path().join("report.html"), page.replace("wso2", "wso3")).unwrap();
    assert_eq!(drplan(&check).1, 1);
}

#[test]
fn what_was_observed_is_for_the_report_alone() {
    let observed = "examples/wso2-identity-server/observed.yaml";
    let page = report("examples/wso2-identity-server", &["--observed", observed, "--as-of", "2026-11-21"]);
    assert!(page.contains("Measured instead of declared"), "no measurement");
    assert_eq!(faults(&page), [""; 0]);
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().to_str().unwrap();
    let (_, code) =
        drplan(&["generate", "puppet", "examples/wso2-identity-server", "-o", folder, "--observed", observed]);
    assert_eq!(code, 2);
    assert!(!Path::new(folder).join("report.html").exists());
}

/// What was observed of drills: one as planned, a real disaster that went wrong with a text in every field that takes any, and one
/// of which little is known.
pub(crate) fn drills(text: &str) -> String {
    let text = serde_json::to_string(text).unwrap();
    let see = |value: &str| format!("{{value: {value}, at: 2026-11-18T09:30:00Z, source: {text}}}");
    let entry = |name: &str, fields: &[(&str, &str)]| {
        let fields: String = fields.iter().map(|(key, value)| format!("    {key}: {}\n", see(value))).collect();
        format!("  {name}:\n{fields}")
    };
    let as_planned = entry(
        "one",
        &[
            ("scenario", "\"lose:main\""),
            ("started", "2026-11-18T08:00:00Z"),
            ("ended", "2026-11-18T09:30:00Z"),
            ("verdict", "ok"),
            ("procedure", "c1c8e925a0acdf53"),
            ("recovered", "1h 10m"),
            ("recovery_planned", "1h 16m 12s"),
            ("real", "false"),
            ("by", "ines"),
        ],
    );
    let real = entry(
        "two",
        &[
            ("scenario", "\"lose:main\""),
            ("started", "2026-11-19T08:00:00Z"),
            ("ended", "2026-11-19T18:00:00Z"),
            ("verdict", "failed"),
            ("procedure", &text),
            ("recovery_planned", "1h 16m 12s"),
            ("real", "true"),
            ("by", &text),
            ("missed", &format!("[{text}]")),
            ("fell_short", &format!("[{text}, \"identity-db promote was not done\"]")),
        ],
    );
    let undone = format!("[{}]", serde_json::to_string("identity-db promote was not done").unwrap());
    let little = entry(
        &text,
        &[
            ("scenario", &text),
            ("ended", "2026-01-02T00:00:00Z"),
            ("verdict", "failed"),
            ("procedure", &text),
            ("fell_short", &undone),
        ],
    );
    let brought = format!("    drilled: {}\n", see("2026-01-02T00:00:00Z"));
    format!(
        "drplan_observed: 1\nsystem: identity\ncomponents:\n  identity-db:\n{brought}drills:\n{as_planned}{real}{little}"
    )
}

/// The page of the identity service with drills.
pub(crate) fn drilled(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("observed.yaml");
    fs::write(&path, drills(text)).unwrap();
    let observed = ["--observed", path.to_str().unwrap(), "--as-of", "2026-11-21"];
    report("examples/wso2-identity-server", &observed)
}

fn cells(page: &Html, region: &str) -> Vec<Vec<String>> {
    let rows = all(page, &format!("#drills [aria-label='{region}'] tbody tr"));
    rows.into_iter().map(|row| within(row, "th, td").into_iter().map(text).collect()).collect()
}

#[test]
fn drills_are_told_the_newest_first_and_which_is_due() {
    let source = drilled("nobody knows");
    let page = Html::parse_document(&source);
    let held = cells(&page, "Table of drills");
    let real = ["2026-11-1908:00:00 UTC", "lose:main", "real", "✗ failed", "not everything", "1 h 16 m 12 s"];
    let one = ["2026-11-1808:00:00 UTC", "lose:main", "drill", "✓ ok", "1 h 10 m", "1 h 16 m 12 s"];
    let little = ["2026-01-0200:00:00 UTC", "nobody knows", "drill", "✗ failed", "not everything", "not recorded"];
    let short = "nobody knowsidentity-db promote was not doneleft out: nobody knows";
    let wanted = [
        [&real[..], &["✗ not kept", "nobody knows", short, "! changed"]].concat(),
        [&one[..], &["✓ kept", "ines", "nothing", "the same"]].concat(),
        // Steps that were not done break no promise.
        [&little[..], &["✓ kept", "not recorded", "identity-db promote was not done", "! no such scenario any more"]]
            .concat(),
    ];
    assert_eq!(held, wanted);
    // 180 days after the second of January, and never is due now.
    let due = [
        ["identity-server", "180 d", "never", "✗ now"],
        ["identity-db", "180 d", "2026-01-02", "✗ overdue since 2026-07-01"],
    ];
    assert_eq!(cells(&page, "Drills that are due"), due);
    // The findings of the same page say the same.
    let found: Vec<String> = all(&page, "#findings .source code:first-child").into_iter().map(text).collect();
    let wanted = [("drill-before-change", 1), ("drill-failed", 2), ("drill-overdue", 1), ("never-drilled", 1)];
    for (finding, times) in wanted {
        assert_eq!(found.iter().filter(|name| *name == finding).count(), times, "{finding}: {found:?}");
    }
    assert_eq!(source, drilled("nobody knows"));
}

#[test]
fn without_drills_the_page_says_so_in_a_sentence() {
    let observed = ["--observed", "examples/wso2-identity-server/observed.yaml", "--as-of", "2026-11-21"];
    for more in [&[][..], &observed] {
        let page = Html::parse_document(&report("examples/wso2-identity-server", more));
        let section = text(all(&page, "#drills")[0]);
        assert!(section.starts_with("Drills No drills were given: ") && section.contains("--observed"), "{section}");
        assert_eq!(section.matches('.').count(), 2, "more than a sentence and docs/drills.md: {section}");
    }
}

#[test]
fn what_a_drill_says_is_inert() {
    let elements = |page: &str| all(&Html::parse_document(page), "*").len();
    let plain = elements(&drilled("harmless"));
    for text in
        ["</td></script><script>evil()</script>", "\" onload=\"evil()", "<img src=x onerror=evil()>", "{{ evil }}"]
    {
        let page = drilled(text);
        assert_eq!(faults(&page), [""; 0], "{text}");
        assert_eq!(elements(&page), plain, "{text:?} makes other elements");
        assert!(page.contains("evil"), "{text:?} is not there at all");
    }
    assert!(!drilled("\u{202e}evil\u{2066}").contains(['\u{202e}', '\u{2066}']));
}

/// A table of what the HTML leaves out.
fn bulk(page: &Html, name: &str) -> Vec<Value> {
    let text: String = all(page, "script[type]")[0].text().collect();
    let tables: Value = serde_json::from_str(&text).unwrap();
    tables[name]["rows"].as_array().cloned().unwrap_or_default()
}

#[test]
fn what_is_cut_short_is_in_the_data_of_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drplan.yaml");
    let spec = fs::read_to_string(root().join("examples/wso2-identity-server/drplan.yaml")).unwrap();
    let many: String = (0..160)
        .map(|number| {
            format!(
                "  - {{scenario: \"lose:db1\", component: identity-db, recovery: {{at_most: {}s}}}}\n",
                1_300 + number
            )
        })
        .collect();
    fs::write(&path, format!("{spec}\nexpectations:\n{many}")).unwrap();
    let page = Html::parse_document(&report(path.to_str().unwrap(), &[]));
    let shown = all(&page, "#expectations tbody tr").len();
    let rows = bulk(&page, "expectations");
    assert!(shown == 150 && rows.len() == 160 && bulk(&page, "drills").is_empty(), "{shown}, {}", rows.len());
    assert_eq!(rows[0].as_array().unwrap()[0], "✗");

    let observed = folder.path().join("observed.yaml");
    let one = |number| {
        format!("  d{number:03}:\n    ended: {{value: 2026-11-18T09:30:00Z, at: 2026-11-18T09:30:00Z, source: x}}\n")
    };
    let all_of_them: String = (0..120).map(one).collect();
    fs::write(&observed, format!("drplan_observed: 1\nsystem: identity\ndrills:\n{all_of_them}")).unwrap();
    let more = ["--observed", observed.to_str().unwrap(), "--as-of", "2026-11-21"];
    let page = Html::parse_document(&report("examples/wso2-identity-server", &more));
    assert_eq!((cells(&page, "Table of drills").len(), bulk(&page, "drills").len()), (100, 120));
}
