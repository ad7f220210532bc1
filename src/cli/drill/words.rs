//! What `drplan drill step` is told: `3`, `3 failed`, `db promote`, `skip`, or nothing at all.

use crate::cli::exit::Failure;
use crate::diag::nearest;
use crate::diag::visible::visible;
use crate::drill::{Drill, StampResult};

/// The words for what became of a step.
const RESULTS: [(&str, StampResult); 8] = [
    ("begin", StampResult::Begun),
    ("begun", StampResult::Begun),
    ("done", StampResult::Done),
    ("failed", StampResult::Failed),
    ("fail", StampResult::Failed),
    ("skip", StampResult::Skipped),
    ("skipped", StampResult::Skipped),
    ("undo", StampResult::Undone),
];

/// What is to be stamped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub step: usize,
    pub result: StampResult,
}

/// Reads the words: at most one result, and what is left names the step. Without a step the next one is meant.
pub(super) fn parse(words: &[String], drill: &Drill<'_>) -> Result<Wanted, Failure> {
    let (rest, result) = match words.split_last() {
        Some((last, rest)) => match RESULTS.iter().find(|(word, _)| word == last) {
            Some((_, result)) => (rest, *result),
            None => (words, StampResult::Done),
        },
        None => (words, StampResult::Done),
    };
    let step = match rest {
        [] => next(drill, result)?,
        [number] => number.parse().map_err(|_| unknown(number, drill))?,
        [component, kind] => named(component, kind, drill)?,
        _ => return Err(Failure::new("that is more than a step and what became of it").help(FORM)),
    };
    if drill.step(step).is_none() {
        let message = format!("there is no step {step}: the drill has {}", drill.steps.len());
        return Err(Failure::new(message).help("`drplan drill show` lists them"));
    }
    Ok(Wanted { step, result })
}

const FORM: &str = "write `drplan drill step 3`, `drplan drill step 3 failed` or `drplan drill step COMPONENT STEP`";

fn next(drill: &Drill<'_>, result: StampResult) -> Result<usize, Failure> {
    if result == StampResult::Undone {
        return Err(Failure::new("which step is still to be done?").help("write `drplan drill step 3 undo`"));
    }
    let over = || Failure::new("every step is over").help("end the drill with `drplan drill finish`");
    drill.next().map(|step| step.planned.step).ok_or_else(over)
}

fn named(component: &str, kind: &str, drill: &Drill<'_>) -> Result<usize, Failure> {
    let is_it = |planned: &crate::drill::Planned| planned.component == component && planned.kind.as_str() == kind;
    let found: Vec<usize> = drill.start.steps.iter().filter(|step| is_it(step)).map(|step| step.step).collect();
    match found.as_slice() {
        [only] => Ok(*only),
        [] => {
            let message = format!("there is no step `{} {}`", visible(component), visible(kind));
            let names: Vec<String> =
                drill.start.steps.iter().map(|step| format!("{} {}", step.component, step.kind)).collect();
            let near = nearest(&format!("{component} {kind}"), names.iter().map(String::as_str));
            let help = near.map_or(FORM.to_owned(), |near| format!("did you mean `{near}`?"));
            Err(Failure::new(message).help(help))
        }
        several => {
            let numbers: Vec<String> = several.iter().map(usize::to_string).collect();
            let message = format!("`{} {}` is more than one step", visible(component), visible(kind));
            Err(Failure::new(message).help(format!("say which by its number: {}", numbers.join(", "))))
        }
    }
}

fn unknown(word: &str, drill: &Drill<'_>) -> Failure {
    let failure =
        Failure::new(format!("`{}` is no number of a step and nothing that can become of one", visible(word)));
    let results = RESULTS.iter().map(|(word, _)| *word);
    let components = drill.start.steps.iter().map(|step| step.component.as_str());
    if components.clone().any(|component| component == word) {
        return failure.help(format!("name the step too: `drplan drill step {word} STEP`"));
    }
    match nearest(word, results.chain(components)) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help(FORM),
    }
}
