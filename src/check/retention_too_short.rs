//! `retention-too-short`: by the time that bad data is noticed, retention has thrown the last clean point away.

use super::losses::{LossCase, Part, Total};
use super::{Check, Context, wording};
use crate::analysis::loss::{Advice, Change, LossEvent};
use crate::diag::{Code, Diagnostics, Severity};
use crate::model::{CopyId, Keep};
use crate::units::Seconds;

pub(super) const CHECK: Check = Check { code: Code("retention-too-short"), severity: Severity::Error, run };

/// A promise that any clean point keeps.
const ANY: Seconds = Seconds(1_000 * 365 * 86_400);

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    for case in context.loss_cases().iter().filter(|case| case.total() == Some(Total::Forgotten)) {
        let Some(part) = case.parts.first() else { continue };
        let (Some((copy, keep)), LossEvent::Corrupted { detection }) = (longest(context, case, part), part.event())
        else {
            continue;
        };
        let message = format!(
            "damage to `{}` that is noticed after {} finds no clean copy any more",
            model.dataset_name(case.dataset),
            detection.human()
        );
        let mut diagnostic = CHECK
            .found(message, model.dataset_address(case.dataset))
            .during(case.scenario())
            .extending(context.extent(case.hits()));
        diagnostic.severity = case.severity();
        let data = &model.copies[copy];
        diagnostic = diagnostic.at(data.keep_span.unwrap_or(data.span));
        if let Some(objective) = case.objective {
            diagnostic = diagnostic.label(objective.span, "promised here");
        }
        if let Some(oldest) = context.losses.ages(copy).oldest {
            let name = &data.name;
            diagnostic = diagnostic.because(format!("`{name}` surely goes back {}, and no further", oldest.human()));
        }
        diagnostic.notes.extend(wording::also_in(&case.others(), None, |_| "all of it".to_owned()));
        found.push(match keep {
            Some(keep) => {
                let text = written(&keep);
                let help = format!("write `keep: {text}` at `{}`", data.name);
                let diagnostic = diagnostic.help(help);
                match data.keep_span {
                    Some(span) => diagnostic.fix(span, text),
                    None => diagnostic,
                }
            }
            None => {
                diagnostic.help(format!("notice it sooner, or make `{}` less often and keep more of it", data.name))
            }
        });
    }
}

/// The copy that needs the least more to be kept, with what that is; the first where nothing is enough.
fn longest(context: &Context<'_>, case: &LossCase<'_>, part: &Part<'_>) -> Option<(CopyId, Option<Keep>)> {
    let copies = &part.remains.as_ref()?.copies;
    let within = case.objective.map_or(ANY, |objective| objective.at_most);
    let enough = |at_most: Seconds| {
        let mended = copies.iter().filter_map(|&copy| Some((copy, kept(context, copy, at_most, part.event())?)));
        mended.min_by_key(|(_, count)| *count)
    };
    let keep = |copy: CopyId, last: u32| Keep { last, ..context.model.copies[copy].keep.unwrap_or_default() };
    match enough(within).or_else(|| enough(ANY)) {
        Some((copy, count)) => Some((copy, Some(keep(copy, count)))),
        None => copies.iter().find(|copy| context.model.copies[**copy].keep.is_some()).map(|copy| (*copy, None)),
    }
}

/// How many of the newest points would have to be kept.
fn kept(context: &Context<'_>, copy: CopyId, at_most: Seconds, event: LossEvent) -> Option<u32> {
    match context.losses.advise(copy, at_most, event) {
        Advice::Change { copy: at, change: Change::KeepLast(count), .. } if at == copy => Some(count),
        _ => None,
    }
}

/// The rules as a spec writes them.
fn written(keep: &Keep) -> String {
    let mut rules: Vec<String> = keep.counts().map(|(key, count)| format!("{key}: {count}")).collect();
    rules.extend(keep.within.map(|within| format!("within: {within}")));
    format!("{{{}}}", rules.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_written_as_they_are_read() {
        let keep = Keep { last: 30, weekly: 8, ..Keep::default() };
        assert_eq!(written(&keep), "{last: 30, weekly: 8}");
    }
}
