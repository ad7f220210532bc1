//! `drplan schema`: the published JSON Schemas.

use super::args::Schema;
use super::exit::{Exit, Failure};
use super::io;
use crate::diag::nearest;
use crate::schemas;

pub(super) fn run(args: &Schema) -> Result<Exit, Failure> {
    let Some((_, schema)) = schemas::all().into_iter().find(|(name, _)| *name == args.name) else {
        let names: Vec<&str> = schemas::all().into_iter().map(|(name, _)| name).collect();
        let help = match nearest(&args.name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the schemas are {}", names.join(", ")),
        };
        return Err(Failure::new(format!("there is no schema `{}`", args.name)).help(help));
    };
    io::print_document(&schemas::text(&schema))?;
    Ok(Exit::Clean)
}
