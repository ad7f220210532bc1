//! Changes for a person at a terminal: grouped by the thing that they belong to, aligned, with what is as planned folded into
//! a number.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Effects};

use super::lines::{Line, Tone, lines};
use super::{ChangesView, Entry, symbol};
use crate::diag::visible::{one_line, visible};
use crate::diff::Action;
use crate::report::Style;

/// More changes than this are counted and not drawn: nobody reads them.
const DRAWN: usize = 400;

/// So much of what was not observed is named.
const NAMED: usize = 12;

pub(super) fn render(view: &ChangesView, style: Style) -> String {
    let paint = Paint(style);
    let mut out = String::new();
    let mut drawn = 0;
    for (group, entries) in view.groups() {
        let entries: Vec<&Entry> = entries.into_iter().take(DRAWN - drawn).collect();
        drawn += entries.len();
        if entries.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{}", paint.with(Effects::BOLD.into(), &visible(group)));
        entries.into_iter().for_each(|entry| draw(entry, &paint, &mut out));
        out.push('\n');
    }
    let all = view.entries.len() - view.unobserved().len();
    if all > drawn {
        let _ = writeln!(out, "and {} more; `--format json` has all\n", all - drawn);
    }
    unobserved(view, &paint, &mut out);
    let style = if view.has_drift() { AnsiColor::Yellow.on_default().bold() } else { AnsiColor::Green.on_default() };
    let _ = writeln!(out, "{}: {}", one_line(&view.system), paint.with(style, &view.closing()));
    out
}

fn draw(entry: &Entry, paint: &Paint, out: &mut String) {
    let style = match entry.action {
        Action::Create => AnsiColor::Green.on_default(),
        Action::Update => AnsiColor::Yellow.on_default(),
        Action::Remove => AnsiColor::Red.on_default(),
        Action::Refresh => AnsiColor::Magenta.on_default(),
        Action::None => anstyle::Style::new().dimmed(),
    };
    let symbol = paint.with(style.bold(), &symbol(entry.action).to_string());
    let name = match entry.place.1.as_str() {
        "" => "(itself)".to_owned(),
        name => visible(name).into_owned(),
    };
    let _ = writeln!(out, "  {symbol} {name}: {}", one_line(&entry.reason));
    let width = entry.attributes.iter().map(|attribute| attribute.name.len()).max().unwrap_or(0);
    for line in entry.attributes.iter().flat_map(|attribute| lines(attribute, width)) {
        let _ = writeln!(out, "      {}", painted(&line, paint));
        if paint.0 == Style::Plain && is_marked(&line) {
            let _ = writeln!(out, "      {}", carets(&line));
        }
    }
    for note in &entry.notes {
        let _ = writeln!(out, "      {}", paint.with(Effects::DIMMED.into(), &one_line(note)));
    }
    for line in entry.patch.lines() {
        let style = match line.as_bytes().first() {
            Some(b'+') => AnsiColor::Green.on_default(),
            Some(b'-') => AnsiColor::Red.on_default(),
            Some(b'@') => AnsiColor::Cyan.on_default(),
            _ => anstyle::Style::new(),
        };
        let _ = writeln!(out, "      {}", paint.with(style, line));
    }
}

fn is_marked(line: &Line) -> bool {
    line.iter().any(|(tone, _)| matches!(tone, Tone::OldMark | Tone::NewMark))
}

/// Where there are no colours: a line below that points at the parts that differ.
fn carets(line: &Line) -> String {
    let mut out = String::new();
    for (tone, text) in line {
        let mark = if matches!(tone, Tone::OldMark | Tone::NewMark) { "^" } else { " " };
        out.push_str(&mark.repeat(text.chars().count()));
    }
    out.trim_end().to_owned()
}

/// A line with its tones.
fn painted(line: &Line, paint: &Paint) -> String {
    let style = |tone: Tone| match tone {
        Tone::Plain => anstyle::Style::new(),
        Tone::Old => AnsiColor::Red.on_default(),
        Tone::New => AnsiColor::Green.on_default(),
        Tone::OldMark => AnsiColor::Red.on_default().bold().underline(),
        Tone::NewMark => AnsiColor::Green.on_default().bold().underline(),
        Tone::Faint => anstyle::Style::new().dimmed(),
    };
    line.iter().map(|(tone, text)| paint.with(style(*tone), text)).collect()
}

/// What was not observed: nothing follows from it, so that it is told last and in short.
fn unobserved(view: &ChangesView, paint: &Paint, out: &mut String) {
    let entries = view.unobserved();
    if entries.is_empty() {
        return;
    }
    let title = "Not observed, so that nothing is known of it";
    let _ = writeln!(out, "{}", paint.with(Effects::BOLD.into(), title));
    for entry in entries.iter().take(NAMED) {
        let names: Vec<&str> = entry.attributes.iter().map(|attribute| attribute.name).collect();
        let told = if names.is_empty() { one_line(&entry.reason).into_owned() } else { names.join(", ") };
        let _ = writeln!(out, "  ? {}: {}", visible(&entry.address), paint.with(Effects::DIMMED.into(), &told));
    }
    if entries.len() > NAMED {
        let _ = writeln!(out, "  and {} more; `--format json` has all", entries.len() - NAMED);
    }
    out.push('\n');
}

struct Paint(Style);

impl Paint {
    fn with(&self, style: anstyle::Style, text: &str) -> String {
        match self.0 {
            Style::Coloured if style != anstyle::Style::new() => format!("{style}{text}{style:#}"),
            _ => text.to_owned(),
        }
    }
}
