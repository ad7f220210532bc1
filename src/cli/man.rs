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
    write_one(command, folder)
}

/// The page of a command, and those of the commands in it.
fn write_one(command: &Command, folder: &Path) -> Result<(), Failure> {
    // `build` has named the page: `drplan-validate`.
    let name = command.get_display_name().unwrap_or(command.get_name());
    io::replace(&folder.join(format!("{name}.1")), &page(command)?)?;
    command.get_subcommands().filter(|sub| !sub.is_hide_set()).try_for_each(|sub| write_one(sub, folder))
}

fn page(command: &Command) -> Result<String, Failure> {
    let mut text = Vec::new();
    let rendered = Page::new(command.clone()).render(&mut text);
    rendered.map_err(|error| Failure::new(format!("cannot render the manual: {error}")))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
