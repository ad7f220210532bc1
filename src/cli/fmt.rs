//! `drplan fmt`: specs in canonical order and spacing, comments kept.

use std::path::PathBuf;

use super::args::{Common, Fmt};
use super::exit::{Exit, Failure};
use super::io;
use crate::diag::{Diagnostics, FileId, SourceFile, SourceMap};
use crate::report::{self, FindingsReport, Format};
use crate::spec;
use crate::text::{self, Limits};

pub(super) fn run(args: &Fmt, common: &Common) -> Result<Exit, Failure> {
    if args.specs.iter().any(|path| path.as_os_str() == "-") {
        return standard_input(args, common);
    }
    let mut exit = Exit::Clean;
    for path in files(&args.specs)? {
        let bytes = io::read_file(&path, Limits::default())?;
        let formatted = match formatted(&io::shown(&path), &bytes)? {
            Ok(formatted) => formatted,
            Err(report) => {
                tell(&report, common);
                exit = Exit::FallsShort;
                continue;
            }
        };
        if formatted.as_bytes() == bytes {
            continue;
        }
        if args.check {
            let shown = io::shown(&path);
            // A line that begins with `::` is a command to GitHub Actions.
            let here = if shown.starts_with("::") { "./" } else { "" };
            io::print(&format!("{here}{shown}\n"))?;
            exit = Exit::FallsShort;
        } else {
            io::replace(&path, &formatted)?;
        }
    }
    Ok(exit)
}

fn standard_input(args: &Fmt, common: &Common) -> Result<Exit, Failure> {
    if args.specs.len() > 1 {
        return Err(Failure::new("`-` reads standard input and goes with no other file"));
    }
    let bytes = io::read_stdin(Limits::default())?;
    match formatted(io::STDIN, &bytes)? {
        Ok(formatted) if args.check => Ok(if formatted.as_bytes() == bytes { Exit::Clean } else { Exit::FallsShort }),
        Ok(formatted) => io::print_document(&formatted).map(|()| Exit::Clean),
        Err(report) => {
            tell(&report, common);
            Ok(Exit::FallsShort)
        }
    }
}

fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() { files.extend(io::spec_files(path)?) } else { files.push(path.clone()) }
    }
    Ok(files)
}

/// What is wrong with a text that cannot be formatted, with the text to show it in.
type Unreadable = (FindingsReport, SourceMap);

fn formatted(name: &str, bytes: &[u8]) -> Result<Result<String, Unreadable>, Failure> {
    let source = text::decode(bytes).map_err(|problem| Failure::new(format!("{name}: {}", problem.message)))?;
    let mut sources = SourceMap::default();
    let file = sources.add(SourceFile::new(name, source));
    let (document, problems) = text::parse(source, file, Limits::default());
    let Some(document) = document.filter(|_| problems.is_empty()) else {
        let mut diagnostics = Diagnostics::default();
        diagnostics.extend(problems.into_iter().map(|problem| spec::syntax_diagnostic(problem, FileId::default())));
        return Ok(Err((FindingsReport::new(name, diagnostics, &sources), sources)));
    };
    let refused = || {
        Failure::new(format!("{name} cannot be formatted without changing what it says; it is left as it is"))
            .help("anchors, and comments inside of brackets over several lines, are what `fmt` leaves alone")
    };
    text::format(source, &document, &spec::key_order).map(Ok).ok_or_else(refused)
}

fn tell((report, sources): &Unreadable, common: &Common) {
    io::tell(report::findings(report, sources, Format::Human, io::error_style(common.color)).trim_end());
}
