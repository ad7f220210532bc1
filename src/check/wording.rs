//! Words that several checks use: sums, lists of scenarios, plurals.

use crate::analysis::loss::{Loss, Reason};
use crate::analysis::rto::{PathStep, path_terms};
use crate::model::{ComponentId, DatasetId, Model, Via};
use crate::units::Seconds;

/// More scenarios than this are counted and not named.
const NAMED: usize = 6;

/// `1 copy`, `2 copies`, `no copies`.
pub(super) fn plural(count: usize, one: &str, many: &str) -> String {
    match count {
        0 => format!("no {many}"),
        1 => format!("1 {one}"),
        n => format!("{n} {many}"),
    }
}

/// `25 h = 24 h (longest interval of daily) + 1 h (transfer of daily)`; none where there is no sum.
pub(super) fn loss_sum(model: &Model, dataset: DatasetId, loss: &Loss) -> Option<String> {
    let worst = loss.worst?;
    let mut sum = String::new();
    for term in &loss.derivation.terms {
        let sign = match (sum.is_empty(), term.seconds < 0) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        };
        let amount = Seconds(term.seconds.unsigned_abs()).human();
        sum.push_str(&format!("{sign}{amount} ({})", term.label(model, dataset)));
    }
    (!sum.is_empty()).then(|| format!("{} = {sum}", worst.human()))
}

/// What else survives and what it is worth by itself: `by itself: weekly 169 h`; none where nothing else does.
pub(super) fn alternatives(model: &Model, dataset: DatasetId, loss: &Loss) -> Option<String> {
    let others = loss.derivation.alternatives.iter().filter_map(|other| {
        let via = other.way.via(model, dataset).filter(|via| Some(*via) != loss.via)?;
        let worth = match (other.worst, other.reason) {
            (Some(worst), _) => worst.human(),
            (None, Reason::NoBase) => "of no use without its base".to_owned(),
            (None, Reason::Forgotten) => "holds no clean point any more".to_owned(),
            (None, Reason::Ageing) => "grows older without bound".to_owned(),
            (None, _) => "of no use".to_owned(),
        };
        Some(format!("{} {worth}", via_name(model, via)?))
    });
    let others: Vec<String> = others.collect();
    (!others.is_empty()).then(|| format!("by itself: {}", others.join(", ")))
}

/// The name of what data comes back from; none for a provider's word.
pub(super) fn via_name(model: &Model, via: Via) -> Option<&str> {
    match via {
        Via::Replication(id) => Some(&model.instances[id].name),
        Via::Copy(id) => Some(&model.copies[id].name),
        Via::Guarantee => None,
    }
}

/// `also in lose:a, lose:b (24 h) and 3 more`; none for an empty list. Numbers are told where they differ from `worst`.
pub(super) fn also_in<T: PartialEq + Copy>(
    others: &[(T, &str)],
    worst: T,
    words: impl Fn(T) -> String,
) -> Option<String> {
    let named: Vec<String> = others
        .iter()
        .take(NAMED)
        .map(|(number, id)| if *number == worst { (*id).to_owned() } else { format!("{id} ({})", words(*number)) })
        .collect();
    let more = others.len().saturating_sub(NAMED);
    match (named.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(format!("also in {}", named.join(", "))),
        (false, more) => Some(format!("also in {} and {more} more", named.join(", "))),
    }
}

/// `2 h 10 m = detect 5 m + respond 15 m + db transfer 1 h 50 m`: the steps that decide, those of others with their name.
pub(super) fn path_sum(model: &Model, component: ComponentId, away: Seconds, path: &[PathStep]) -> String {
    format!("{} = {}", away.human(), path_terms(model, component, path).join(" + "))
}
