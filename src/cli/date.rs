//! The day that runbooks bear: that on which they last changed.
//!
//! The clock must not make files differ: a day stays as long as nothing else has changed, so that generating again changes
//! nothing and `generate --check` does not fail every morning. It is kept in one place, the file `DATE` of the folder.

use std::path::Path;

use jiff::civil::Date;

use super::diff::digest;
use super::exit::Failure;
use super::generate::{Generated, RUNBOOKS};
use super::{deploy, io};
use crate::emit::runbook::DATE;
use crate::observed::{Address, Field, Observed, Value};
use crate::text::Limits;

/// How far back a day is looked for, in days: thirty years.
const LONGEST: usize = 30 * 366;

/// The day of the runbooks in a folder where they are as they would be generated on it; else today.
pub(super) fn of_folder(folder: &Path, generated: &Generated, today: Date) -> Result<String, Failure> {
    let kept = io::read_file(&folder.join(RUNBOOKS).join(DATE), Limits::default()).ok();
    let kept = kept.and_then(|bytes| String::from_utf8(bytes).ok()?.trim_end().parse::<Date>().ok());
    let Some(kept) = kept else { return Ok(today.to_string()) };
    let Some(files) = generated.runbooks_on(&kept.to_string())? else { return Ok(today.to_string()) };
    // What cannot be compared now is not taken as equal; whoever writes or compares says why.
    let same = deploy::check(folder, &[(RUNBOOKS, files)]).is_ok_and(|differences| differences.is_empty());
    Ok(if same { kept } else { today }.to_string())
}

/// The day of the runbooks in a folder of a host, of which only digests were seen: days are few, so the digest of `DATE` tells
/// which one it is. Where it tells none, today.
pub(super) fn of_host(host: &str, folder: &str, observed: &Observed, today: Date) -> String {
    let address = Address::File(host.to_owned(), format!("{folder}/{RUNBOOKS}/{DATE}"));
    let Some(Value::Text(seen)) = observed.get(&address).and_then(|file| file.get(Field::Digest)) else {
        return today.to_string();
    };
    let is_seen = |day: &Date| *seen == digest(format!("{day}\n").as_bytes());
    let days = std::iter::successors(Some(today), |day| day.yesterday().ok()).take(LONGEST);
    days.into_iter().find(is_seen).unwrap_or(today).to_string()
}
