//! PostgreSQL, asked for JSON: `pg_stat_replication`, `pg_stat_archiver` and `pg_database`.
//!
//! `@HOST` is the machine (or instance) that answered. Without it the instances that the output names tell the component,
//! and of a component with a single instance that is not among its own standbys that one answered.

use serde::Deserialize;
use serde_json::Value as Json;

use super::super::address::Address;
use super::super::field::Field;
use super::super::names::{CopyNames, InstanceNames, Names, Start, only};
use super::super::value::Instant;
use super::input::{self, Input, Refusal};
use super::interval;
use super::sink::{self, Sink, text};
use crate::units::Seconds;

const REPLICATION: &str = "psql -XAtc 'select coalesce(json_agg(r), $$[]$$) from pg_stat_replication r'";
const ARCHIVER: &str = "psql -XAtc 'select row_to_json(a) from pg_stat_archiver a'";
const DATABASES: &str = "psql -XAtc 'select json_agg(json_build_object($$datname$$, datname, $$size$$, pg_database_size(oid))) from pg_database where not datistemplate'";
const TECHNOLOGY: &str = "postgresql";

#[derive(Deserialize)]
struct Replica {
    application_name: Option<String>,
    client_addr: Option<String>,
    client_hostname: Option<String>,
    state: Option<String>,
    sync_state: String,
    sent_lsn: Option<String>,
    replay_lsn: Option<String>,
    replay_lag: Option<Json>,
    reply_time: Option<String>,
}

#[derive(Deserialize)]
struct Archiver {
    last_archived_time: Option<String>,
    #[serde(rename = "archived_count")]
    _count: u64,
}

#[derive(Deserialize)]
struct Database {
    datname: String,
    size: u64,
}

/// Who follows whom, and how far behind.
pub(super) fn replication(input: &Input<'_>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let rows: Vec<Replica> = input::json(input.text, REPLICATION)?;
    // A base backup is a connection too, and follows nothing.
    let rows: Vec<&Replica> = rows.iter().filter(|row| row.state.as_deref() != Some("backup")).collect();
    let component = component(input, names, rows.iter().copied())?;
    let found = |row: &Replica| row.words().find_map(|word| names.instance(&component, word));
    let standbys: Vec<(&Replica, Option<&InstanceNames>)> = rows.iter().map(|row| (*row, found(row))).collect();
    let listed =
        |instance: &InstanceNames| standbys.iter().any(|(_, known)| known.is_some_and(|k| k.name == instance.name));
    let with_data: Vec<&InstanceNames> = names.instances_of(&component).filter(|instance| instance.has_data).collect();
    let primary = match input.whose {
        Some(word) => names.instance(&component, word),
        None => only(with_data.iter().copied().filter(|instance| !listed(instance))),
    };
    let mut newest = None;
    for (row, known) in &standbys {
        let at = row.reply_time.as_deref().map(input::instant).transpose()?;
        newest = newest.max(at);
        replica(row, *known, &component, at.unwrap_or(sink.taken()), sink)?;
    }
    let Some(primary) = primary else {
        sink.remark(format!("it is not clear which instance of `{component}` answered: say `@HOST`"));
        return Ok(());
    };
    sink.see(&primary.address(), Field::Role, text("primary"));
    sink.see(&primary.address(), Field::Alive, sink::state(true));
    for instance in with_data.iter().filter(|instance| instance.name != primary.name && !listed(instance)) {
        sink.see(&instance.address(), Field::Alive, sink::state(false));
    }
    Ok(())
}

impl Replica {
    /// What it may be known by.
    fn words(&self) -> impl Iterator<Item = &str> {
        [&self.application_name, &self.client_hostname, &self.client_addr].into_iter().filter_map(Option::as_deref)
    }

    /// How far behind; none where it is not known. Without a lag it is idle and has everything, if the positions say so.
    fn lag(&self) -> Result<Option<Seconds>, Refusal> {
        let caught_up = self.sent_lsn.is_some() && self.sent_lsn == self.replay_lsn;
        match &self.replay_lag {
            None | Some(Json::Null) => Ok(caught_up.then_some(Seconds::ZERO)),
            Some(Json::String(text)) => {
                let seconds = interval::postgresql(text);
                seconds.map(Some).ok_or_else(|| Refusal::new(format!("`{text}` is no interval")))
            }
            Some(other) => {
                let seconds = other.as_f64().and_then(interval::seconds);
                seconds.map(Some).ok_or_else(|| Refusal::new(format!("`{other}` is no number of seconds")))
            }
        }
    }
}

fn replica(
    row: &Replica,
    known: Option<&InstanceNames>,
    component: &str,
    at: Instant,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let address = match known {
        Some(instance) => instance.address(),
        None => {
            let name = sink::foreign_name(row.words().next().unwrap_or_default());
            Address::Instance(component.to_owned(), name)
        }
    };
    sink.see_at(&address, Field::Present, super::super::Value::Flag(true), at);
    sink.see_at(&address, Field::Role, text("standby"), at);
    let follows = matches!(row.state.as_deref(), Some("streaming" | "catchup"));
    sink.see_at(&address, Field::Alive, sink::state(follows), at);
    let mode = match row.sync_state.as_str() {
        "sync" | "quorum" => "sync",
        "async" | "potential" => "async",
        other => return Err(Refusal::new(format!("`{other}` is no `sync_state`"))),
    };
    sink.see_at(&address, Field::Replication, text(mode), at);
    if let Some(lag) = row.lag()? {
        sink.see_at(&address, Field::Lag, sink::duration(lag), at);
    }
    if known.is_none()
        && let Some(client) = &row.client_addr
    {
        sink.see_at(&address, Field::Address, text(client.as_str()), at);
    }
    Ok(())
}

/// The component that an output is of.
fn component<'a>(input: &Input<'_>, names: &Names, rows: impl Iterator<Item = &'a Replica>) -> Result<String, Refusal> {
    if let Some(word) = input.whose {
        return answered(word, names).map(|instance| instance.component.clone());
    }
    let ours =
        |instance: &&InstanceNames| names.component(&instance.component).is_some_and(|c| c.technology == TECHNOLOGY);
    let mut named: Vec<&str> = rows
        .flat_map(Replica::words)
        .flat_map(|word| names.instances.iter().filter(ours).filter(move |instance| instance.is_called(word)))
        .map(|instance| instance.component.as_str())
        .collect();
    named.sort_unstable();
    named.dedup();
    let component = only(named.into_iter()).or_else(|| names.only_component_of(TECHNOLOGY).map(|c| c.name.as_str()));
    component.map(str::to_owned).ok_or_else(unclear)
}

/// The instance that the user names as the one that answered.
fn answered<'n>(word: &str, names: &'n Names) -> Result<&'n InstanceNames, Refusal> {
    let parsed = Address::parse(word);
    let called = names.instances.iter().filter(|i| parsed.as_ref() == Some(&i.address()) || i.is_called(word));
    let called: Vec<&InstanceNames> = called.collect();
    let of_technology =
        |i: &&InstanceNames| names.component(&i.component).is_some_and(|component| component.technology == TECHNOLOGY);
    let found = only(called.iter().copied()).or_else(|| only(called.iter().copied().filter(of_technology)));
    found.ok_or_else(|| {
        Refusal::new(format!("`{word}` is no instance or machine of the spec, or several"))
            .help("name the instance as `components.shop-db.instances.db1`")
    })
}

fn unclear() -> Refusal {
    Refusal::new("it is not clear which component this is of").help("say which machine answered: `ADAPTER@HOST=FILE`")
}

/// How new the archive is: that of the streams of the component.
pub(super) fn archiver(input: &Input<'_>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let row: Archiver = input::object(input.text, ARCHIVER)?;
    let component = component(input, names, std::iter::empty())?;
    let streams = names.copies.iter().filter(|copy| copy.component == component && copy.start == Start::Stream);
    let streams: Vec<&CopyNames> = streams.collect();
    let newest = row.last_archived_time.as_deref().map(input::instant).transpose()?;
    if streams.is_empty() {
        sink.remark(format!("`{component}` archives its log, and the spec has no `continuous` copy of it"));
    }
    for copy in streams {
        sink.see(&copy.address(), Field::Newest, newest.map_or(sink::NEVER, sink::instant));
    }
    Ok(())
}

/// Which databases there are, and how large. One that no dataset names is data that no plan protects.
pub(super) fn databases(input: &Input<'_>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let rows: Vec<Database> = input::json(input.text, DATABASES)?;
    let component = component(input, names, std::iter::empty())?;
    // The database of that name is empty everywhere, unless somebody put something there.
    const EMPTY: u64 = 16 << 20;
    for row in rows.iter().filter(|row| row.datname != TECHNOLOGY_DATABASE || row.size > EMPTY) {
        let declared = names.datasets.iter().filter(|dataset| dataset.component == component);
        let declared = declared.filter(|dataset| dataset.database.as_deref() == Some(&row.datname)).collect::<Vec<_>>();
        let address = match declared.first() {
            Some(dataset) => dataset.address(),
            None => Address::Dataset(component.clone(), sink::foreign_name(&row.datname)),
        };
        sink.present(&address, true);
        sink.see(&address, Field::Database, text(row.datname.as_str()));
        sink.see(&address, Field::Size, sink::size(row.size));
    }
    let missing = names.datasets.iter().filter(|dataset| dataset.component == component);
    for dataset in missing {
        let Some(database) = &dataset.database else { continue };
        if !rows.iter().any(|row| row.datname == *database) {
            sink.present(&dataset.address(), false);
        }
    }
    Ok(())
}

/// The database that every cluster has.
const TECHNOLOGY_DATABASE: &str = "postgres";
