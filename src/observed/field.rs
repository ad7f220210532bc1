//! Every field of the observed state: its key, its form, what it means, and which things have it. The one list.

use super::address::Kind;
use super::value::Form;
use crate::drill::Verdict;
use crate::terms::{ReplicationMode, Role};

/// Whether a field is to equal what the spec asks for, or is a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nature {
    /// It ought to equal what the spec asks for; two sources that differ contradict each other.
    State,
    /// A measurement, held against a bound; newer replaces older.
    Evidence,
}

macro_rules! fields {
    ($($variant:ident = $key:literal, $form:expr, $nature:ident, [$($kind:ident)+], $meaning:literal;)+) => {
        /// A field of a thing.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $(#[doc = $meaning] $variant,)+
        }

        impl Field {
            /// Every field, in the order in which they are written.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its key in the file.
            pub fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)+ }
            }

            /// What its values are made of.
            pub fn form(self) -> Form {
                match self { $(Self::$variant => $form,)+ }
            }

            /// Whether it is compared or measured.
            pub fn nature(self) -> Nature {
                match self { $(Self::$variant => Nature::$nature,)+ }
            }

            /// What it means, in sentences.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)+ }
            }

            /// The things that have it.
            pub fn kinds(self) -> &'static [Kind] {
                match self { $(Self::$variant => &[$(Kind::$kind),+],)+ }
            }

            /// The field of a key, where things of the kind have it.
            pub fn of(kind: Kind, key: &str) -> Option<Self> {
                match key {
                    $($key => Some(Self::$variant),)+
                    _ => None,
                }
                .filter(|field| field.kinds().contains(&kind))
            }
        }
    };
}

const ALIVE: Form = Form::Word(&["up", "down"]);
const RESULT: Form = Form::Word(&["ok", "failed", "running"]);
const VERDICT: Form = Form::Word(Verdict::WORDS);

fields! {
    Present = "present", Form::Flag, State, [Component Instance Dataset Copy Store Host File Job],
        "Whether it is there. `false` says that a source which would have shown it was asked and did not; a thing without this is there if anything else is known of it.";
    Technology = "technology", Form::Text, State, [Component Store],
        "The technology that runs there, as an entry of the catalogue is named.";
    Host = "host", Form::Text, State, [Instance Copy Store Job],
        "The machine that it runs on, by the name that Puppet knows it by (a job: the machine that makes the copy).";
    At = "at", Form::Text, State, [Instance Store Host],
        "Where it stands: a location of the spec, or a provider's own word for the place (`eu-west-2b`) where no location has that name.";
    Address = "address", Form::Text, State, [Instance Host],
        "The network address at which it was reached.";
    Role = "role", Form::Word(Role::WORDS), State, [Instance],
        "What part it plays now; after a failover not what the spec says.";
    Alive = "state", ALIVE, State, [Component Instance Host],
        "Whether it serves: `up` or `down`.";
    Replication = "replication", Form::Word(ReplicationMode::WORDS), State, [Instance],
        "Whether a write waits for it.";
    Lag = "lag", Form::Duration, Evidence, [Instance],
        "How far a replica is behind, rounded up to a second.";
    Database = "database", Form::Text, State, [Dataset],
        "The database in it.";
    Paths = "paths", Form::List, State, [Dataset Job],
        "The paths that are in it, or that a job reads.";
    Size = "size", Form::Size, Evidence, [Dataset Copy Job],
        "How much there is to restore: the live data of a dataset, or what the newest point of a copy restores to.";
    Path = "path", Form::Text, State, [Store],
        "Where in its own terms the copies are: a path, a bucket, a URL.";
    Job = "job", Form::Text, State, [Copy],
        "The name of the job that makes the copy; its units are `dr-JOB.service` and `dr-JOB.timer`.";
    Enabled = "enabled", Form::Flag, State, [Copy Job],
        "Whether what starts the job is there and active. `false`: it will not run again by itself.";
    Method = "method", Form::Text, State, [Copy Job],
        "How the copy is made: a method of the component's technology, or the name of the tool.";
    Store = "store", Form::Text, State, [Copy Job],
        "The store that it goes to, by its name in the spec; of a job that no copy declares, the place in the tool's own words.";
    From = "from", Form::Text, State, [Copy],
        "The copy that is read instead of the live data.";
    OnCalendar = "on_calendar", Form::List, State, [Copy Job],
        "When it runs, as OnCalendar expressions, each with its zone.";
    Interval = "interval", Form::Duration, State, [Copy Job],
        "The time from the start of one run to that of the next, of a job that has no calendar.";
    After = "after", Form::Text, State, [Copy],
        "The copy after whose completion it starts.";
    Continuous = "continuous", Form::Duration, State, [Copy],
        "The configured bound of a stream of changes: it is at most this far behind.";
    Keep = "keep", Form::List, State, [Copy Job],
        "What is kept, in the words of restic's forget: `daily 14`, `within 1y6m`. An empty list keeps everything.";
    VerifyEvery = "verify_every", Form::Duration, State, [Copy],
        "How often a restore is proven by itself.";
    MaxAge = "max_age", Form::Duration, State, [Copy],
        "The age of the newest point at which somebody is called.";
    LastFired = "last_fired", Form::Instant, Evidence, [Copy Job],
        "When what starts the job (a timer) last did; `never` for one that is there and has not.";
    LastRun = "last_run", Form::Instant, Evidence, [Copy Job],
        "When the newest run began, however it ended.";
    Result = "result", RESULT, Evidence, [Copy Job],
        "How the newest run ended: `ok`, `failed`, or `running` while it has not.";
    Newest = "newest", Form::Instant, Evidence, [Copy Job],
        "The recovery point: the newest instant that a successful run made restorable. `never`: there is no point that can be restored.";
    Oldest = "oldest", Form::Instant, Evidence, [Copy Job],
        "The oldest instant that can still be restored.";
    Points = "points", Form::Count, Evidence, [Copy Job],
        "How many points can be restored.";
    Takes = "takes", Form::Duration, Evidence, [Copy Job],
        "How long the newest successful run took, rounded up to a second.";
    Stored = "stored", Form::Size, Evidence, [Copy Job],
        "What the newest run added to the store.";
    Restored = "restored", Form::Instant, Evidence, [Copy],
        "When a restore of it last succeeded, as a drill or for real; `never`: it was looked for and there is none.";
    RestoreTakes = "restore_takes", Form::Duration, Evidence, [Copy],
        "How long that restore took, rounded up to a second.";
    RestoredBytes = "restored_bytes", Form::Size, Evidence, [Copy],
        "How much that restore restored.";
    Used = "used", Form::Size, Evidence, [Store],
        "What the copies in it take.";
    Free = "free", Form::Size, Evidence, [Store],
        "What is left.";
    LastReport = "last_report", Form::Instant, Evidence, [Host],
        "When its configuration was last applied or checked; `never` for a machine that is known and was not.";
    Converged = "converged", Form::Flag, State, [Host],
        "Whether that found everything as its catalog says.";
    OutOfSync = "out_of_sync", Form::List, State, [Host],
        "The resources that were not as the catalog says, as `Type[title]`, sorted.";
    Digest = "digest", Form::Text, State, [File],
        "`sha256:` and the digest of its contents in hexadecimal digits.";
    Drilled = "drilled", Form::Instant, Evidence, [Component],
        "When it was last brought back, in a drill or for real; `never`: it was looked for, and it has not been.";
    Detect = "detect", Form::Duration, Evidence, [Component],
        "How long it took until its failure was noticed, when it was last brought back.";
    Respond = "respond", Form::Duration, Evidence, [Component],
        "How long it took until its team was at work.";
    Promote = "promote", Form::Duration, Evidence, [Component],
        "How long it took until a standby had taken over.";
    Provision = "provision", Form::Duration, Evidence, [Component],
        "How long it took to make a machine ready where none stood ready.";
    Transfer = "transfer", Form::Duration, Evidence, [Component],
        "How long it took to move its data to its place.";
    TransferPlanned = "transfer_planned", Form::Duration, Evidence, [Component],
        "How long the plan of that day gave to moving its data.";
    TransferBytes = "transfer_bytes", Form::Size, Evidence, [Component],
        "How much the plan of that day moved.";
    Start = "start", Form::Duration, Evidence, [Component],
        "How long it took until it ran.";
    Verify = "verify", Form::Duration, Evidence, [Component],
        "How long it took to check it.";
    Cutover = "cutover", Form::Duration, Evidence, [Component],
        "How long it took until its clients were moved to it.";
    Scenario = "scenario", Form::Text, Evidence, [Drill],
        "The scenario that was drilled, by its id.";
    Started = "started", Form::Instant, Evidence, [Drill],
        "When service was disrupted, or taken to be.";
    Ended = "ended", Form::Instant, Evidence, [Drill],
        "When the drill was over.";
    Verdict = "verdict", VERDICT, Evidence, [Drill],
        "How it ended. `ok`: everything was done and every promise kept. `partial`: every promise was kept, and steps were left out without which nothing is brought back. `failed`: a step was not done, or a promise not kept.";
    Procedure = "procedure", Form::Text, Evidence, [Drill],
        "A digest of what was done: it stays the same as long as only times, sizes and comments of the spec change.";
    Recovered = "recovered", Form::Duration, Evidence, [Drill],
        "How long it took until everything served again; not there where something did not.";
    RecoveryPlanned = "recovery_planned", Form::Duration, Evidence, [Drill],
        "How long the plan of that day gave to it.";
    Real = "real", Form::Flag, Evidence, [Drill],
        "Whether it was a real disaster.";
    By = "by", Form::Text, Evidence, [Drill],
        "Who led it.";
    Missed = "missed", Form::List, Evidence, [Drill],
        "The steps that were left out.";
    FellShort = "fell_short", Form::List, Evidence, [Drill],
        "The steps that were not done, and the promises that were not kept, each in words.";
    Changed = "changed", Form::Instant, Evidence, [Plan],
        "When the spec was last changed.";
    Deployed = "deployed", Form::Instant, Evidence, [Plan],
        "When what was generated from it was last put on the hosts.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unique_and_explained() {
        let mut keys: Vec<&str> = Field::ALL.iter().map(|field| field.key()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), Field::ALL.len());
        for field in Field::ALL {
            assert!(field.meaning().ends_with('.'), "{}", field.key());
            assert_eq!(Field::of(field.kinds()[0], field.key()), Some(*field));
        }
        assert_eq!(Field::of(Kind::Store, "role"), None);
        assert_eq!(Field::of(Kind::Store, "rolle"), None);
    }
}
