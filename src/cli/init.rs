//! `drplan init`: a small commented spec that validates. Asks nothing, overwrites nothing.

use std::fs;

use super::args::Init;
use super::exit::{Exit, Failure};
use super::io;
use crate::{schemas, spec};

const SPEC: &str = include_str!("../../templates/init/drplan.yaml");

pub(super) fn run(args: &Init) -> Result<Exit, Failure> {
    let spec = args.dir.join("drplan.yaml");
    let schema = args.dir.join("drplan.schema.json");
    if fs::symlink_metadata(&spec).is_ok() {
        let failure = Failure::new(format!("{} exists already", io::shown(&spec)));
        return Err(failure.help("nothing was written; name another folder"));
    }
    fs::create_dir_all(&args.dir).map_err(|error| io::cannot("make", &args.dir, &error))?;
    if fs::symlink_metadata(&schema).is_err() {
        io::write_new(&schema, &schemas::text(spec::schema()))?;
    }
    io::write_new(&spec, SPEC)?;
    io::tell(&format!("wrote {}; `drplan validate` checks it, `drplan assess` shows its numbers", io::shown(&spec)));
    Ok(Exit::Clean)
}
