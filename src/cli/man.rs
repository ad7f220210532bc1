//! `drplan man`: manual pages.

use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man as Page;

use super::args::{Cli, Man};
use super::exit::{Exit, Failure};
use super::io;

pub(super) fn run(args: &Man) -> Result<Exit, Failure> {
    let mut command = Cli::command();
    command = command.disable_help_subcommand(true);
    command.build();
    match &args.output {
        None => io::print_document(&page(&command)?)?,
        Some(folder) => write_all(&command, folder)?,
    }
    Ok(Exit::Clean)
}

fn write_all(command: &Command, folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| io::cannot("make", folder, &error))?;
    io::replace(&folder.join("drplan.1"), &page(command)?)?;
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        // `build` has named the page: `drplan-validate`.
        let name = sub.get_display_name().unwrap_or(sub.get_name());
        io::replace(&folder.join(format!("{name}.1")), &page(sub)?)?;
    }
    Ok(())
}

fn page(command: &Command) -> Result<String, Failure> {
    let mut text = Vec::new();
    let rendered = Page::new(command.clone()).render(&mut text);
    rendered.map_err(|error| Failure::new(format!("cannot render the manual: {error}")))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
