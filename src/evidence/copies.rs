//! Evidence about copies: points, runs, timers and restores.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::wanted::{allowed_age, earlier, newest_since, plan_instant, restored_since};
use super::{Bound, Fact, FactKind, Found, Question, Subject};
use crate::desired::{Job, Trigger};
use crate::model::{CopyId, DataCopy, Origin, Timing};
use crate::observed::{Address, Field, Instant, Seen, Thing, Value};
use crate::units::Seconds;

/// Nobody looks at a stream of changes every five minutes to hold a plan against it; once a day is enough.
const LOOK: Seconds = Seconds::DAY;

/// What the evidence about every copy says against the plan.
pub(super) fn facts(question: &Question<'_>, things: &FxHashMap<&Address, &Thing>) -> Vec<Found> {
    let ids: Vec<CopyId> = question.model.copies.ids().collect();
    let of_copy = |id: &CopyId| {
        let address = question.desired.address(question.model, crate::desired::Subject::Copy(*id));
        let thing = things.get(&address).filter(|thing| thing.is_present())?;
        Some(Evidence { question, id: *id, address, thing }.all())
    };
    ids.par_iter().filter_map(of_copy).flatten_iter().collect()
}

/// The evidence about one copy.
struct Evidence<'a> {
    question: &'a Question<'a>,
    id: CopyId,
    address: Address,
    thing: &'a Thing,
}

impl Evidence<'_> {
    fn all(&self) -> Vec<Found> {
        let rules = [self.points(), self.run(), self.result(), self.timer(), self.restore()];
        rules.into_iter().flatten().map(|fact| Found { fact, subject: Subject::Copy(self.id) }).collect()
    }

    fn copy(&self) -> &DataCopy {
        &self.question.model.copies[self.id]
    }

    fn job(&self) -> &Job {
        self.question.desired.job(self.id)
    }

    fn instant(&self, field: Field) -> Option<(&Seen, Option<Instant>)> {
        let seen = self.thing.seen(field)?;
        match seen.value {
            Value::Instant(instant) => Some((seen, instant)),
            _ => None,
        }
    }

    fn fact(&self, kind: FactKind, field: Field, seen: &Seen, (bound, desired): (Bound, Value)) -> Fact {
        let about = (self.address.clone(), Some(self.copy().span));
        Fact::bare(kind, about, (field, seen), (bound, desired))
    }

    /// How old the newest point was when somebody looked, and how old it may be by now.
    fn points(&self) -> Option<Fact> {
        let (seen, newest) = self.instant(Field::Newest)?;
        let name = &self.copy().name;
        let now = self.question.now;
        let Some(allowed) = allowed_age(self.question, self.id) else {
            let day = newest_since(self.question, self.id).unwrap_or(now);
            let once = || (Bound::Since, Value::Instant(Some(day)));
            let fact = newest.is_none().then(|| self.fact(FactKind::BackupTooOld, Field::Newest, seen, once()));
            return fact.map(|fact| Fact {
                message: format!("there is no point of `{name}` that can be restored"),
                help: "make the copy, and prove a restore of it".to_owned(),
                span: Some(self.copy().timing_span),
                ..fact
            });
        };
        let bound = (Bound::Since, Value::Instant(Some(earlier(now, allowed))));
        let help = || format!("look why `{name}` does not run, and run it now");
        let then = newest.map(|newest| seen.at.since(newest));
        let (kind, message, help) = match (newest, then) {
            (Some(newest), Some(then)) if then <= allowed => {
                let age = now.since(newest);
                if now.since(seen.at) <= allowed.max(LOOK) {
                    return None;
                }
                let looked = now.since(seen.at).human();
                let message = format!(
                    "nobody has looked at `{name}` for {looked}: all that is known is a point that is {} old",
                    age.human()
                );
                (FactKind::EvidenceTooOld, message, "run `drplan observe` again, and on a timer".to_owned())
            }
            (_, Some(then)) => {
                let message = format!(
                    "the newest point of `{name}` was {} old at {}, and at most {} is allowed",
                    then.human(),
                    seen.at,
                    allowed.human()
                );
                (FactKind::BackupTooOld, message, help())
            }
            (_, None) => {
                (FactKind::BackupTooOld, format!("there is no point of `{name}` that can be restored"), help())
            }
        };
        let fact = self.fact(kind, Field::Newest, seen, bound);
        Some(Fact { message, help, span: Some(self.copy().timing_span), ..fact })
    }

    fn run(&self) -> Option<Fact> {
        let seen = self.thing.seen(Field::Takes)?;
        let copy = self.copy();
        let Value::Duration(takes) = seen.value else { return None };
        if takes <= copy.takes.value || matches!(copy.timing, Timing::Continuous { .. }) {
            return None;
        }
        let declared = match copy.takes.origin {
            Origin::Declared => format!("declared are {}", copy.takes.value.human()),
            _ if copy.takes.value == Seconds::ZERO => "nobody has declared how long one takes".to_owned(),
            _ => format!("{} is assumed", copy.takes.value.human()),
        };
        let message = format!("a run of `{}` took {}, and {declared}", copy.name, takes.human());
        let help = format!("write `takes: {takes}`, or make the run shorter");
        let fact =
            self.fact(FactKind::RunLonger, Field::Takes, seen, (Bound::AtMost, Value::Duration(copy.takes.value)));
        Some(Fact { message, help, ..fact })
    }

    fn result(&self) -> Option<Fact> {
        let seen = self.thing.seen(Field::Result)?;
        if seen.value.as_text() != Some("failed") {
            return None;
        }
        let name = &self.copy().name;
        let when = match self.instant(Field::LastRun) {
            Some((_, Some(run))) => format!(" at {run}"),
            _ => String::new(),
        };
        let fact =
            self.fact(FactKind::LastRunFailed, Field::Result, seen, (Bound::Equal, Value::Text("ok".to_owned())));
        Some(Fact {
            message: format!("the newest run of `{name}`{when} failed"),
            help: format!("read the log of the job, mend the cause, and run `{name}` again"),
            ..fact
        })
    }

    /// A timer that was put in place too short a while ago to have elapsed is none of this.
    fn timer(&self) -> Option<Fact> {
        let (seen, fired) = self.instant(Field::LastFired)?;
        let job = self.job();
        if fired.is_some() || !matches!(job.trigger, Trigger::Calendar(_) | Trigger::Interval(_)) {
            return None;
        }
        let gap = job.gap.unwrap_or_default();
        let fresh = plan_instant(self.question, Field::Deployed).is_some_and(|deployed| seen.at.since(deployed) <= gap);
        let name = &self.copy().name;
        let since = (Bound::Since, Value::Instant(Some(earlier(self.question.now, gap))));
        (!fresh).then(|| Fact {
            message: format!("the timer of `{name}` has never fired"),
            help: format!("enable and start the timer, and run `{name}` once by hand"),
            span: Some(self.copy().timing_span),
            ..self.fact(FactKind::TimerNeverFired, Field::LastFired, seen, since)
        })
    }

    fn restore(&self) -> Option<Fact> {
        let (seen, restored) = self.instant(Field::Restored)?;
        let name = &self.copy().name;
        let changed = plan_instant(self.question, Field::Changed);
        let every = self.job().verify_every;
        let wanted = restored_since(self.question, self.id).or(restored.is_none().then_some(self.question.now));
        let bound = (Bound::Since, Value::Instant(Some(wanted?)));
        let help = format!("restore `{name}` to a spare place, and compare");
        let (kind, message, notes) = match (restored, changed, every) {
            (None, ..) => (FactKind::NeverRestored, format!("`{name}` has never been restored"), Vec::new()),
            (Some(restored), Some(changed), _) if restored < changed => {
                let ago = changed.since(restored).human();
                let message = format!("the last restore of `{name}` is from before the last change of the plan");
                let note = format!("restored at {restored}, the plan changed {ago} later, at {changed}");
                (FactKind::RestoreBeforeChange, message, vec![note])
            }
            (Some(restored), _, Some(every)) if self.question.now.since(restored) > every => {
                let ago = self.question.now.since(restored).human();
                let message =
                    format!("the last restore of `{name}` is {ago} ago, and one is due every {}", every.human());
                (FactKind::RestoreOverdue, message, Vec::new())
            }
            _ => return None,
        };
        let fact = self.fact(kind, Field::Restored, seen, bound);
        Some(Fact { message, notes, help, ..fact })
    }
}
