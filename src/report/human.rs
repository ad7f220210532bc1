//! Findings for a person at a terminal: the source lines with the place marked, why, and what to do.

use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Renderer, Snippet};

use super::Style;
use super::findings::{Finding, FindingsReport};
use crate::diag::visible::{is_hidden, one_line, visible};
use crate::diag::{Diagnostic, Severity, SourceFile, SourceMap, Span};

/// More findings than this are counted and not drawn: nobody reads them, and drawing takes time.
const DRAWN: usize = 200;

/// A source line is shown up to this many characters: a hostile or generated one may be megabytes.
const LONGEST_LINE: usize = 240;

pub(super) fn render(report: &FindingsReport, sources: &SourceMap, style: Style) -> String {
    let renderer = match style {
        Style::Coloured => Renderer::styled(),
        Style::Plain => Renderer::plain(),
    };
    let mut out = String::new();
    for finding in report.findings.iter().take(DRAWN) {
        draw(&renderer, finding, sources, &mut out);
        out.push_str("\n\n");
    }
    if let Some(rest) = report.findings.len().checked_sub(DRAWN).filter(|rest| *rest > 0) {
        out.push_str(&format!("and {rest} more, with `--format concise` a line each\n\n"));
    }
    out.push_str(&closing(report));
    out
}

fn closing(report: &FindingsReport) -> String {
    let system = if report.system.is_empty() { "the spec" } else { &report.system };
    let system = one_line(system);
    match report.summary.words() {
        words if words.is_empty() => format!("{system}: valid, and every promise holds\n"),
        words => format!("{system}: {words}; `drplan explain NAME` tells more of each\n"),
    }
}

fn draw(renderer: &Renderer, finding: &Finding, sources: &SourceMap, out: &mut String) {
    let diagnostic = &finding.diagnostic;
    let title = title(finding);
    let windows = windows(diagnostic, sources);
    let notes: Vec<String> = notes(diagnostic);
    let help = diagnostic.help.as_deref().map(|help| one_line(help).into_owned());
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(title.as_str()).id(diagnostic.name()));
    for window in &windows {
        group = group.element(window.snippet());
    }
    for note in &notes {
        group = group.element(Element::from(Level::NOTE.message(note.as_str())));
    }
    if let Some(help) = &help {
        group = group.element(Element::from(Level::HELP.message(help.as_str())));
    }
    out.push_str(&renderer.render(&[group]));
}

fn title(finding: &Finding) -> String {
    let mut title = one_line(&finding.diagnostic.message).into_owned();
    if let Some(acceptance) = finding.acceptance() {
        title.push_str(&format!(" ({acceptance})"));
    }
    title
}

fn notes(diagnostic: &Diagnostic) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    if let Some(scenario) = &diagnostic.scenario {
        notes.push(format!("scenario {}", one_line(scenario)));
    }
    notes.extend(diagnostic.notes.iter().map(|note| one_line(note).into_owned()));
    if !diagnostic.path.is_empty() {
        notes.push(diagnostic.path.iter().map(|step| one_line(step)).collect::<Vec<_>>().join(" → "));
    }
    if diagnostic.primary.is_none() && !diagnostic.address.is_empty() {
        notes.push(format!("about {}", one_line(&diagnostic.address)));
    }
    notes
}

/// Some lines of a file with marks on them. Only the lines that are shown are given to the renderer.
struct Window {
    path: String,
    first_line: u32,
    text: String,
    marks: Vec<(std::ops::Range<usize>, Option<String>, AnnotationKind)>,
}

impl Window {
    fn snippet(&self) -> Snippet<'_, Annotation<'_>> {
        let marks = self.marks.iter().map(|(range, label, kind)| kind.span(range.clone()).label(label.as_deref()));
        Snippet::source(self.text.as_str())
            .line_start(self.first_line as usize)
            .path(self.path.as_str())
            .annotations(marks.collect::<Vec<_>>())
    }
}

/// A window for each place, those that are close together in one.
fn windows(diagnostic: &Diagnostic, sources: &SourceMap) -> Vec<Window> {
    let primary = diagnostic.primary.map(|span| (span, None, AnnotationKind::Primary));
    let labels = diagnostic.labels.iter().map(|(span, label)| (*span, Some(label.as_str()), AnnotationKind::Context));
    let mut windows: Vec<(Span, Window)> = Vec::new();
    for (span, label, kind) in primary.into_iter().chain(labels) {
        let Some(file) = sources.file(span.file) else { continue };
        windows.push((span, window(file, span, label, kind)));
    }
    windows.into_iter().map(|(_, window)| window).collect()
}

fn window(file: &SourceFile, span: Span, label: Option<&str>, kind: AnnotationKind) -> Window {
    let line = file.location(span.start).line;
    let (offset, text) = file.lines(line, line);
    let text = text.trim_end_matches(['\n', '\r']);
    let start = (span.start.saturating_sub(offset) as usize).min(text.len());
    let end = (span.end.saturating_sub(offset) as usize).clamp(start, text.len());
    let (text, marked) = shown(text, start, end);
    let label = label.map(|label| visible(label).into_owned());
    Window { path: visible(&file.name).into_owned(), first_line: line, text, marks: vec![(marked, label, kind)] }
}

/// The part of a line around a place, with what cannot be seen replaced, and the place in it.
fn shown(line: &str, start: usize, end: usize) -> (String, std::ops::Range<usize>) {
    let (from, to) = cut(line, start, end);
    let mut text = String::new();
    let (mut new_start, mut new_end) = (None, None);
    for (at, c) in line[from..to].char_indices() {
        let at = at + from;
        if at >= start && new_start.is_none() {
            new_start = Some(text.len());
        }
        if at >= end && new_end.is_none() {
            new_end = Some(text.len());
        }
        text.push(if is_hidden(c) && c != '\t' { '\u{fffd}' } else { c });
    }
    let new_start = new_start.unwrap_or(text.len());
    let new_end = new_end.unwrap_or(text.len()).max(new_start);
    (text, new_start..new_end)
}

/// Where to cut a long line so that the place stays in sight.
fn cut(line: &str, start: usize, end: usize) -> (usize, usize) {
    if line.len() <= LONGEST_LINE {
        return (0, line.len());
    }
    let mut from = start.saturating_sub(LONGEST_LINE / 4);
    let mut to = (from + LONGEST_LINE).max(end.min(start + LONGEST_LINE)).min(line.len());
    while !line.is_char_boundary(from) {
        from -= 1;
    }
    while !line.is_char_boundary(to) {
        to += 1;
    }
    (from, to)
}
