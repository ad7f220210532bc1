//! Adapters: what a real tool prints, turned into observed state. One file each, and the one list of them.
//!
//! An adapter is a pure function of a text: it runs no tool and opens no connection. It finds the addresses of what the
//! tool names in [`Names`]; what has none there becomes something that exists and is not declared. It refuses output
//! that it does not understand, with the place, and then nothing of that output is taken. This folder is the only part of
//! the source that knows products, since their formats are theirs.

mod archive;
mod borg;
mod drill;
mod haproxy;
mod input;
mod interval;
mod mongodb;
mod native;
mod pgbackrest;
mod postgresql;
mod puppet;
mod puppetdb;
mod rabbitmq;
mod restic;
mod rows;
mod sha256sum;
mod sink;
mod starts;
mod status;
mod systemd;
mod terraform;
#[cfg(test)]
mod tests;

pub use input::{Input, Refusal};
pub use puppetdb::QUERIES as PUPPETDB_QUERIES;
pub use sink::Sink;

use super::names::Names;
use super::state::Observed;

/// An adapter.
#[derive(Clone, Copy, Debug)]
pub struct Adapter {
    /// Its name on the command line.
    pub name: &'static str,
    /// The command whose output it reads.
    pub command: &'static str,
    /// What `@WHOSE` says.
    pub whose: Whose,
    /// Reads one output.
    read: fn(&Input<'_>, &Names, &mut Sink) -> Result<(), Refusal>,
}

/// What `@WHOSE` says of an output, since not every tool says it itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Nothing: all is in the output.
    Nobody,
    /// The machine on which the tool ran; it must be said.
    Host,
    /// The machine on which the tool ran, where the output leaves it open.
    MaybeHost,
    /// The component, where the spec has several that fit.
    MaybeComponent,
    /// The copy, where the output leaves it open.
    MaybeCopy,
    /// The copy, dataset or store; it must be said.
    Sized,
}

impl Whose {
    /// How it is written behind the name of an adapter.
    pub fn placeholder(self) -> &'static str {
        match self {
            Self::Nobody => "",
            Self::Host => "@HOST",
            Self::MaybeHost => "[@HOST]",
            Self::MaybeComponent => "[@COMPONENT]",
            Self::MaybeCopy => "[@COPY]",
            Self::Sized => "@COPY",
        }
    }

    /// Whether it must be said.
    pub fn is_required(self) -> bool {
        matches!(self, Self::Host | Self::Sized)
    }
}

/// Every adapter, by name.
pub const ADAPTERS: &[Adapter] = &[
    adapter("borg-info", "borg info --json --last 1 REPOSITORY", Whose::MaybeCopy, borg::info),
    adapter("borg-list", "borg list --json REPOSITORY", Whose::MaybeCopy, borg::list),
    adapter("dr-status", "dr-status --json, or /var/lib/dr/status/*.json", Whose::MaybeHost, status::read),
    adapter("drill", "drplan drill finish, whose record it is: drills/*.jsonl", Whose::Nobody, drill::read),
    adapter("haproxy-stat", "show stat, or show stat json", Whose::MaybeComponent, haproxy::read),
    adapter("mongodb-status", "mongosh --eval 'EJSON.stringify(rs.status())'", Whose::MaybeComponent, mongodb::read),
    adapter("observed", "drplan observe, or by hand", Whose::Nobody, native::read),
    adapter("pgbackrest-info", "pgbackrest info --output=json", Whose::MaybeComponent, pgbackrest::read),
    adapter("postgresql-archiver", "row_to_json of pg_stat_archiver", Whose::MaybeHost, postgresql::archiver),
    adapter("postgresql-databases", "json_agg of pg_database", Whose::MaybeHost, postgresql::databases),
    adapter("postgresql-replication", "json_agg of pg_stat_replication", Whose::MaybeHost, postgresql::replication),
    adapter("puppet-report", "last_run_report.yaml", Whose::Nobody, puppet::report),
    adapter("puppet-resource", "puppet resource TYPE --to_yaml", Whose::Host, puppet::resource),
    adapter("puppetdb", "curl .../pdb/query/v4/...", Whose::Nobody, puppetdb::read),
    adapter("rabbitmq-cluster", "rabbitmqctl cluster_status --formatter json", Whose::MaybeComponent, rabbitmq::read),
    adapter("restic-snapshots", "restic snapshots --json", Whose::MaybeCopy, restic::snapshots),
    adapter("restic-stats", "restic stats --json latest", Whose::Sized, restic::stats),
    adapter("rows", "anything that prints JSON", Whose::Nobody, rows::read),
    adapter("sha256sum", "sha256sum FILE...", Whose::Host, sha256sum::read),
    adapter("systemd-timers", "systemctl list-timers --all --output=json", Whose::Host, systemd::read),
    adapter("terraform-show", "terraform show -json", Whose::Nobody, terraform::read),
];

const fn adapter(
    name: &'static str,
    command: &'static str,
    whose: Whose,
    read: fn(&Input<'_>, &Names, &mut Sink) -> Result<(), Refusal>,
) -> Adapter {
    Adapter { name, command, whose, read }
}

/// What one output came to.
#[derive(Debug)]
pub struct Adapted {
    /// What was seen.
    pub observed: Observed,
    /// What could not be used or had to be assumed, in words.
    pub remarks: Vec<String>,
}

impl Adapter {
    /// The adapter of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ADAPTERS.iter().find(|adapter| adapter.name == name)
    }

    /// Reads one output of its tool.
    ///
    /// # Errors
    ///
    /// What is wrong with the output, and where; nothing of it is to be used then.
    pub fn read(&self, input: &Input<'_>, names: &Names) -> Result<Adapted, Refusal> {
        if input.text.trim().is_empty() {
            return Err(Refusal::new("the output is empty").help(format!("it has to be that of: {}", self.command)));
        }
        let mut sink = Sink::new(self.name, input.whose, input.taken);
        (self.read)(input, names, &mut sink)?;
        sink.finish()
    }
}
