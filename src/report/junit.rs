//! JUnit XML: a test case for every component in every scenario that does something to it, and one for each finding that
//! belongs to no such pair.
//!
//! A case fails where a finding does that makes the run fall short; one whose findings somebody has accepted is skipped. Written for
//! the readers of Jenkins and GitLab, after the schema that Jenkins publishes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::findings::{Case, Finding, FindingsReport};
use crate::diag::visible::{one_line, visible};

/// More cases than this are left out, those that hold first: no reader shows them, and several read the whole into memory.
const LARGEST: usize = 100_000;

/// A test case.
#[derive(Default)]
struct Test<'a> {
    failures: Vec<&'a Finding>,
    accepted: Vec<&'a Finding>,
    remarks: Vec<&'a Finding>,
}

impl<'a> Test<'a> {
    fn add(&mut self, finding: &'a Finding, report: &FindingsReport) {
        match (finding.diagnostic.is_accepted(), finding.diagnostic.severity >= report.fails_from) {
            (true, _) => self.accepted.push(finding),
            (false, true) => self.failures.push(finding),
            (false, false) => self.remarks.push(finding),
        }
    }

    fn is_skipped(&self) -> bool {
        self.failures.is_empty() && !self.accepted.is_empty()
    }
}

/// Suites by name, each with its cases by name.
type Suites<'a> = BTreeMap<&'a str, BTreeMap<&'a str, Test<'a>>>;

pub(super) fn render(report: &FindingsReport) -> String {
    let (suites, single) = gather(report);
    let mut left_out = 0;
    let mut room =
        LARGEST.saturating_sub(suites.values().flat_map(BTreeMap::values).filter(|t| !t.failures.is_empty()).count());
    let mut body = String::new();
    let mut total = (0, 0);
    suite(&mut body, "spec", single.iter().map(|(finding, test)| (finding.diagnostic.name(), test)), &mut total);
    for (scenario, tests) in &suites {
        let mut kept = Vec::new();
        for (component, test) in tests {
            if !test.failures.is_empty() {
                kept.push((*component, test));
            } else if room > 0 {
                room -= 1;
                kept.push((*component, test));
            } else {
                left_out += 1;
            }
        }
        suite(&mut body, scenario, kept.into_iter(), &mut total);
    }
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let name = if report.system.is_empty() { "drplan" } else { &report.system };
    let _ = writeln!(
        out,
        "<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\" time=\"0\">",
        xml(&one_line(name)),
        total.0,
        total.1
    );
    if left_out > 0 {
        let _ = writeln!(out, "  <!-- {left_out} more cases hold and are left out -->");
    }
    out.push_str(&body);
    out.push_str("</testsuites>\n");
    out
}

/// Findings by pair of scenario and component, and those that belong to none.
fn gather(report: &FindingsReport) -> (Suites<'_>, Vec<(&Finding, Test<'_>)>) {
    let mut suites: Suites<'_> = BTreeMap::new();
    for Case { scenario, component } in &report.cases {
        suites.entry(scenario).or_default().entry(component).or_default();
    }
    let known: BTreeSet<&str> = report.cases.iter().map(|case| case.component.as_str()).collect();
    let mut single = Vec::new();
    for finding in &report.findings {
        let component = component_of(&finding.diagnostic.address).filter(|name| known.contains(name));
        let extent = finding.diagnostic.extent.iter().map(|hit| hit.scenario.as_str());
        let scenarios: Vec<&str> = extent.collect();
        match component.filter(|_| !scenarios.is_empty()) {
            Some(component) => {
                for scenario in scenarios {
                    suites.entry(scenario).or_default().entry(component).or_default().add(finding, report);
                }
            }
            None => {
                let mut test = Test::default();
                test.add(finding, report);
                single.push((finding, test));
            }
        }
    }
    (suites, single)
}

/// The component in an address. Names may have dots, so that the longest known part would be ambiguous: the keys that can
/// follow a component end its name.
fn component_of(address: &str) -> Option<&str> {
    let rest = address.strip_prefix("components.")?;
    let ends = [".data.", ".instances.", ".depends_on", ".recovery", ".replication", ".failover"];
    let end = ends.iter().filter_map(|key| rest.find(key)).min().unwrap_or(rest.len());
    Some(&rest[..end])
}

fn suite<'t, 'a: 't>(
    out: &mut String,
    name: &str,
    tests: impl Iterator<Item = (&'t str, &'t Test<'a>)> + Clone,
    total: &mut (usize, usize),
) {
    let count = tests.clone().count();
    if count == 0 {
        return;
    }
    let failures = tests.clone().filter(|(_, test)| !test.failures.is_empty()).count();
    let skipped = tests.clone().filter(|(_, test)| test.is_skipped()).count();
    *total = (total.0 + count, total.1 + failures);
    let name = xml(&one_line(name));
    let _ = writeln!(
        out,
        "  <testsuite name=\"{name}\" tests=\"{count}\" failures=\"{failures}\" skipped=\"{skipped}\" errors=\"0\" time=\"0\">"
    );
    for (case, test) in tests {
        write_test(out, &name, case, test);
    }
    out.push_str("  </testsuite>\n");
}

fn write_test(out: &mut String, suite: &str, name: &str, test: &Test<'_>) {
    let _ = write!(
        out,
        "    <testcase name=\"{}\" classname=\"{suite}\" time=\"0\"",
        xml(&one_line(&case_name(name, test)))
    );
    if test.failures.is_empty() && test.accepted.is_empty() && test.remarks.is_empty() {
        out.push_str("/>\n");
        return;
    }
    out.push_str(">\n");
    if test.is_skipped() {
        let told = |finding: &&Finding| format!("{}: {}", finding.acceptance().unwrap_or_default(), headline(finding));
        let accepted: Vec<String> = test.accepted.iter().map(told).collect();
        let _ = writeln!(out, "      <skipped>{}</skipped>", xml(&accepted.join("; ")));
    }
    for finding in &test.failures {
        let (kind, message) = (finding.diagnostic.name(), xml(&one_line(&finding.diagnostic.message)));
        let _ =
            writeln!(out, "      <failure type=\"{kind}\" message=\"{message}\">{}</failure>", xml(&story(finding)));
    }
    for finding in &test.remarks {
        let _ = writeln!(
            out,
            "      <system-out>{}</system-out>",
            xml(&format!("{}\n{}", headline(finding), story(finding)))
        );
    }
    out.push_str("    </testcase>\n");
}

/// A finding that is a case of its own is told apart by what it is about.
fn case_name(name: &str, test: &Test<'_>) -> String {
    let all = test.failures.iter().chain(&test.accepted).chain(&test.remarks);
    match all.map(|finding| &finding.diagnostic).find(|diagnostic| diagnostic.name() == name) {
        Some(diagnostic) if !diagnostic.address.is_empty() => format!("{name} {}", diagnostic.address),
        _ => name.to_owned(),
    }
}

fn headline(finding: &Finding) -> String {
    let diagnostic = &finding.diagnostic;
    format!("{}[{}]: {}", diagnostic.severity.as_str(), diagnostic.name(), one_line(&diagnostic.message))
}

/// Where it is, why, and what to do, a line each.
fn story(finding: &Finding) -> String {
    let diagnostic = &finding.diagnostic;
    let mut lines = Vec::new();
    lines.extend(
        finding.place.as_ref().map(|place| format!("{}:{}:{}", visible(&place.file), place.line, place.column)),
    );
    lines.extend(diagnostic.scenario.as_ref().map(|scenario| format!("scenario {}", one_line(scenario))));
    lines.extend(diagnostic.notes.iter().map(|note| one_line(note).into_owned()));
    lines.extend(diagnostic.help.as_ref().map(|help| format!("help: {}", one_line(help))));
    lines.join("\n")
}

/// Text of an element or of a quoted attribute. What XML cannot hold has been made visible before; only newlines are left.
/// Text of an element or of an attribute. What a job would take for a command if it printed the file (`::error::`,
/// `##[error]`) is written by number: a later hand could only break the XML.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    for c in text.chars() {
        match c {
            ':' | '#' if before == Some(c) => out.push_str(&format!("&#{};", u32::from(c))),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c => out.push(c),
        }
        before = Some(c);
    }
    out
}
