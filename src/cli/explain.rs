//! `drplan explain`: what a finding or mistake means, from the pages in the binary; no network, no spec.

use super::args::Explain;
use super::exit::{Exit, Failure};
use super::io;
use crate::assets;
use crate::diag::nearest;

/// The folder of `templates/` with a page for each name.
const FOLDER: &str = "findings";

pub(super) fn run(args: &Explain) -> Result<Exit, Failure> {
    let pages: Vec<(&str, &str)> = pages().collect();
    let Some(wanted) = &args.name else {
        io::print(&list(&pages))?;
        return Ok(Exit::Clean);
    };
    match pages.iter().find(|(name, _)| name == wanted) {
        Some((_, text)) => {
            io::print(text)?;
            Ok(Exit::Clean)
        }
        None => {
            let help = match nearest(wanted, pages.iter().map(|(name, _)| *name)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`drplan explain` lists all names".to_owned(),
            };
            Err(Failure::new(format!("there is no finding `{wanted}`")).help(help))
        }
    }
}

/// Every name with its page, sorted by name.
fn pages() -> impl Iterator<Item = (&'static str, &'static str)> {
    assets::below(FOLDER).into_iter().filter_map(|page| Some((page.path.strip_suffix(".md")?, page.text())))
}

/// A line for each: its name and the first line under the title.
fn list(pages: &[(&str, &str)]) -> String {
    let width = pages.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let line = |(name, text): &(&str, &str)| format!("{name:width$}  {}\n", summary(text));
    pages.iter().map(line).collect()
}

/// The first line of a page that is neither empty nor its title.
fn summary(text: &str) -> &str {
    text.lines().skip(1).find(|line| !line.trim().is_empty()).unwrap_or_default()
}
