//! The closed sets of words that spec, catalogue, code, JSON and documents share: each word is written here and nowhere else.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// A word that is not in its set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownTerm {
    /// What the set is called.
    pub set: &'static str,
    /// The words that are in it.
    pub words: &'static [&'static str],
}

impl fmt::Display for UnknownTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a {}: one of {}", self.set, self.words.join(", "))
    }
}

macro_rules! terms {
    ($(#[$doc:meta])* $name:ident, $set:literal { $($(#[doc = $description:literal])+ $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[doc = $description])+ $variant,)+
        }

        impl $name {
            /// Every one, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            /// The word for every one, in order.
            pub const WORDS: &'static [&'static str] = &[$($word,)+];

            /// The word for it, the same everywhere.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// What it means, in a sentence.
            pub fn description(self) -> &'static str {
                match self { $(Self::$variant => concat!($($description),+).trim_ascii(),)+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownTerm;

            fn from_str(text: &str) -> Result<Self, UnknownTerm> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownTerm { set: $set, words: Self::WORDS }),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(|error| serde::de::Error::custom(format!("`{text}` is {error}")))
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let meanings: Vec<String> =
                    Self::ALL.iter().map(|term| format!("`{term}`: {}", term.description())).collect();
                json_schema!({ "type": "string", "enum": Self::WORDS, "description": meanings.join(" ") })
            }
        }
    };
}

terms! {
    /// How large a failure domain is; ordered from the smallest.
    LocationKind, "kind of location" {
        /// One machine.
        Host = "host",
        /// One rack.
        Rack = "rack",
        /// One room.
        Room = "room",
        /// A zone of a provider: its own power and network.
        Zone = "zone",
        /// One building or campus.
        Site = "site",
        /// A part of the world.
        Region = "region",
        /// One company that runs all that lies within.
        Provider = "provider",
    }
}

terms! {
    /// The kinds of scenarios.
    ScenarioKind, "kind of scenario" {
        /// One instance is lost, its disk with it.
        InstanceLoss = "instance-loss",
        /// One instance is cut off; its data stays.
        InstanceUnreachable = "instance-unreachable",
        /// All instances of a component are lost.
        ComponentLoss = "component-loss",
        /// A host is lost.
        HostLoss = "host-loss",
        /// A rack is lost.
        RackLoss = "rack-loss",
        /// A room is lost.
        RoomLoss = "room-loss",
        /// A zone is lost.
        ZoneLoss = "zone-loss",
        /// A site is lost.
        SiteLoss = "site-loss",
        /// A region is lost.
        RegionLoss = "region-loss",
        /// A provider is lost.
        ProviderLoss = "provider-loss",
        /// Everything that shares a domain is lost.
        SharedLoss = "shared-loss",
        /// A store is lost with all copies in it.
        StoreLoss = "store-loss",
        /// The data of a dataset is wrong, in all replicas and in each point captured after.
        Corruption = "corruption",
        /// A scenario that the spec itself declares.
        Declared = "declared",
        /// Two failures at once.
        Pair = "pair",
    }
}

terms! {
    /// What a scenario does to a component; ordered from the best.
    Impact, "impact" {
        /// It goes on serving with no interruption.
        None = "none",
        /// It serves, but something that it uses does not.
        Degraded = "degraded",
        /// It answers reads but takes no writes until it recovers.
        ReadOnly = "read-only",
        /// It does not serve for a bounded time.
        Outage = "outage",
        /// There is no way back from what the spec declares.
        Lost = "lost",
    }
}

terms! {
    /// What part an instance plays.
    Role, "role" {
        /// It takes writes.
        Primary = "primary",
        /// It follows, and can take over.
        Standby = "standby",
        /// It has a vote and no data (an arbiter, a tiebreaker).
        Witness = "witness",
    }
}

terms! {
    /// How much a component needs another.
    DependencyKind, "kind of dependency" {
        /// Without it: outage.
        Requires = "requires",
        /// Without its answers to reads: outage.
        RequiresReads = "requires-reads",
        /// Without it: degraded.
        Uses = "uses",
        /// It is needed only in order to recover.
        Recovery = "recovery",
    }
}

terms! {
    /// Whether a write waits for the replicas.
    ReplicationMode, "mode of replication" {
        /// It waits: nothing acknowledged is lost.
        Sync = "sync",
        /// It does not: what is within the lag is lost.
        Async = "async",
    }
}

terms! {
    /// Who does a failover.
    FailoverMode, "mode of failover" {
        /// The product does it by itself.
        Automatic = "automatic",
        /// A person does it.
        Manual = "manual",
    }
}

terms! {
    /// Whether machines stand ready at a location.
    Standby, "standby" {
        /// Machines run and wait: provisioning takes no time.
        Hot = "hot",
        /// Machines must be provisioned first.
        Cold = "cold",
    }
}

terms! {
    /// Whose rule decides about local times that a clock change skips or repeats.
    Scheduler, "scheduler" {
        /// A systemd timer: a local time that a clock change skips does not run, of one that it repeats only the first does.
        Systemd = "systemd",
        /// Vixie's cron: a skipped job at fixed times runs right after, a repeated one once; wildcard jobs run by the wall clock.
        Cron = "cron",
    }
}

impl Default for Scheduler {
    /// The timers that drplan generates, which also is the worst of the two.
    fn default() -> Self {
        Self::Systemd
    }
}

terms! {
    /// How a component comes back.
    Strategy, "strategy" {
        /// Enough instances go on serving.
        Continue = "continue",
        /// A surviving standby takes over.
        Promote = "promote",
        /// It is set up anew, with no data or with that of a surviving replica.
        Rebuild = "rebuild",
        /// It is set up anew with the data of a copy.
        Restore = "restore",
        /// Nothing of ours brings it back.
        None = "none",
    }
}

terms! {
    /// The steps of a recovery, in their order.
    StepKind, "step" {
        /// Until the failure is noticed.
        Detect = "detect",
        /// Until the team is at work.
        Respond = "respond",
        /// A standby takes over.
        Promote = "promote",
        /// A machine is made ready.
        Provision = "provision",
        /// The copy is fetched from where it cannot be read.
        Retrieve = "retrieve",
        /// The data is moved to its place.
        Transfer = "transfer",
        /// The component is started.
        Start = "start",
        /// It is checked.
        Verify = "verify",
        /// Clients are moved to it.
        Cutover = "cutover",
        /// A provider does what it promises.
        Guarantee = "guarantee",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        for &kind in ScenarioKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert!(kind.description().ends_with('.'), "{kind}: {}", kind.description());
        }
        let error = "sight".parse::<LocationKind>().unwrap_err();
        assert_eq!(error.to_string(), "not a kind of location: one of host, rack, room, zone, site, region, provider");
    }
}
