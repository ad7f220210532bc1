//! `drplan observe`: the output of real tools becomes a file of observations. The only command that may open a connection, and
//! only when told to.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::args::{Common, Observe};
use super::exit::{Exit, Failure};
use super::{clock, io, pipeline, puppetdb};
use crate::desired::Desired;
use crate::diag::nearest;
use crate::diag::visible::visible;
use crate::observed::adapters::{ADAPTERS, Adapted, Adapter, Input, Refusal};
use crate::observed::{Instant, Names, Observed, write};
use crate::text::{self, Limits};

/// More than any of the tools prints of one machine or cluster, and little enough to be held in memory.
const LARGEST_OUTPUT: usize = 256 << 20;

pub(super) fn run(args: &Observe, common: &Common) -> Result<Exit, Failure> {
    if args.list {
        io::print(&list())?;
        return Ok(Exit::Clean);
    }
    let sources: Vec<Source<'_>> = args.sources.iter().map(|text| Source::parse(text)).collect::<Result<_, _>>()?;
    if sources.is_empty() && args.puppetdb.url.is_none() {
        let failure = Failure::new("there is nothing to observe");
        return Err(failure.help(
            "name an adapter and the output of its tool: `restic-snapshots=snapshots.json`; `--list` names all",
        ));
    }
    if sources.iter().filter(|source| source.file.is_none()).count() > 1 {
        return Err(Failure::new("standard input can only be read once").help("write the other outputs to files first"));
    }
    let loaded = pipeline::load(&args.spec, common)?;
    if loaded.diagnostics.has_errors() {
        return pipeline::refuse(loaded, common);
    }
    let names = Desired::of(&loaded.model).names(&loaded.model);
    // Everything is read before anything is written: output that is not understood changes nothing.
    let mut adapted: Vec<Adapted> =
        sources.iter().map(|source| source.read(&names, common)).collect::<Result<_, _>>()?;
    if let Some(url) = &args.puppetdb.url {
        adapted.push(live(args, url, &names, common)?);
    }
    let observed = merged(adapted, &names.system)?;
    let text = write(&observed);
    match args.output.as_deref() {
        Some(path) => io::replace(path, &text)?,
        None => io::print_document(&text)?,
    }
    Ok(Exit::Clean)
}

/// What PuppetDB answers now.
fn live(args: &Observe, url: &str, names: &Names, common: &Common) -> Result<Adapted, Failure> {
    let taken = Instant(clock::now(common)?.as_second());
    let answers = puppetdb::ask(&args.puppetdb, url)?;
    let Some(adapter) = Adapter::named("puppetdb") else {
        return Err(Failure::new("there is no adapter for the answers of PuppetDB"));
    };
    let input = Input { text: &answers, whose: None, taken };
    adapter.read(&input, names).map_err(|refusal| failed(url, adapter, refusal))
}

/// What all outputs come to; contradictions and remarks go to standard error.
fn merged(adapted: Vec<Adapted>, system: &str) -> Result<Observed, Failure> {
    let mut observed = Observed { system: Some(system.to_owned()), ..Observed::default() };
    for Adapted { observed: next, remarks } in adapted {
        if let Some(other) = next.system.as_deref().filter(|other| *other != system) {
            let message = format!("an observation is of the system `{}`, the spec of `{system}`", visible(other));
            return Err(Failure::new(message).help("name the spec that it belongs to with `--spec`"));
        }
        for remark in remarks {
            io::tell(&format!("note: {remark}"));
        }
        for conflict in observed.merge(next) {
            io::tell(&format!("contradiction: {}", visible(&conflict.to_string())));
        }
    }
    Ok(observed)
}

/// What one argument names.
struct Source<'a> {
    adapter: &'static Adapter,
    whose: Option<&'a str>,
    /// None for standard input.
    file: Option<&'a Path>,
}

impl<'a> Source<'a> {
    /// `ADAPTER`, `ADAPTER@WHOSE`, both with `=FILE`; `-` for standard input.
    fn parse(text: &'a str) -> Result<Self, Failure> {
        let (head, file) = text.split_once('=').map_or((text, None), |(head, file)| (head, Some(file)));
        let (name, whose) = head.split_once('@').map_or((head, None), |(name, whose)| (name, Some(whose)));
        let adapter = Adapter::named(name).ok_or_else(|| unknown(name))?;
        if file == Some("") || whose == Some("") {
            let form = format!("{}{}=FILE", adapter.name, adapter.whose.placeholder());
            return Err(Failure::new(format!("`{}` is incomplete", visible(text))).help(format!("write `{form}`")));
        }
        if adapter.whose.is_required() && whose.is_none() {
            let form = format!("{}{}=FILE", adapter.name, adapter.whose.placeholder());
            let message = format!("the output of `{}` does not say whose it is", adapter.command);
            return Err(Failure::new(message).help(format!("write `{form}`")));
        }
        Ok(Self { adapter, whose, file: file.filter(|file| *file != "-").map(Path::new) })
    }

    fn read(&self, names: &Names, common: &Common) -> Result<Adapted, Failure> {
        let limits = Limits { max_bytes: LARGEST_OUTPUT, ..Limits::default() };
        let bytes = match self.file {
            Some(path) => io::read_file(path, limits)?,
            None => io::read_stdin(limits)?,
        };
        let shown = self.file.map_or_else(|| io::STDIN.to_owned(), io::shown);
        // What is no text at all is said here; what the adapter's format does not allow, by the adapter and with its place.
        let text = match text::decode(&bytes) {
            Ok(text) => text,
            Err(problem) => {
                str::from_utf8(&bytes).map_err(|_| Failure::new(format!("{shown}: {}", problem.message)))?
            }
        };
        let input = Input { text, whose: self.whose, taken: self.taken(common)? };
        self.adapter.read(&input, names).map_err(|refusal| failed(&shown, self.adapter, refusal))
    }

    /// When an output was taken: `--as-of`, else when its file was written, else now.
    fn taken(&self, common: &Common) -> Result<Instant, Failure> {
        if common.as_of.is_none()
            && let Some(path) = self.file
            && let Ok(modified) = fs::metadata(path).and_then(|metadata| metadata.modified())
            && let Ok(timestamp) = jiff::Timestamp::try_from(modified)
        {
            return Ok(Instant(timestamp.as_second()));
        }
        Ok(Instant(clock::now(common)?.as_second()))
    }
}

/// A refusal of an adapter, as the command ends with it.
pub(super) fn failed(shown: &str, adapter: &Adapter, refusal: Refusal) -> Failure {
    let place = refusal.place.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default();
    let failure = Failure::new(format!("{shown}{place}: {} ({})", visible(&refusal.message), adapter.name));
    match refusal.help {
        Some(help) => failure.help(visible(&help).into_owned()),
        None => failure,
    }
}

fn unknown(name: &str) -> Failure {
    let failure = Failure::new(format!("there is no adapter `{}`", visible(name)));
    match nearest(name, ADAPTERS.iter().map(|adapter| adapter.name)) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help("`drplan observe --list` names all; `rows` takes anything that a script can print"),
    }
}

fn list() -> String {
    let form = |adapter: &Adapter| format!("{}{}", adapter.name, adapter.whose.placeholder());
    let width = ADAPTERS.iter().map(|adapter| form(adapter).len()).max().unwrap_or(0);
    let mut out = String::new();
    for adapter in ADAPTERS {
        let _ = writeln!(out, "{:width$}  {}", form(adapter), adapter.command);
    }
    out
}
