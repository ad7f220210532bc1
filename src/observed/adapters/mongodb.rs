//! MongoDB: `rs.status()` as JSON, from `mongosh` (`EJSON.stringify` or `JSON.stringify`) or the older `mongo`.
//!
//! The component is the one that `@COMPONENT` names, else the one called like the replica set, else the only one of this
//! technology. A member `HOST:PORT` is the instance of that name or on that machine.

use serde::Deserialize;
use serde_json::Value as Json;

use super::super::address::Address;
use super::super::field::Field;
use super::super::names::Names;
use super::super::value::Instant;
use super::input::{self, Input, Refusal};
use super::rabbitmq;
use super::sink::{self, Sink, text};

const COMMAND: &str = "mongosh --quiet --eval 'EJSON.stringify(rs.status())'";

#[derive(Deserialize)]
struct Status {
    set: String,
    date: Option<Json>,
    members: Vec<Member>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Member {
    name: String,
    health: f64,
    state_str: String,
    optime_date: Option<Json>,
}

pub(super) fn read(input: &Input<'_>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    if input.text.contains("ISODate(") || input.text.contains("Timestamp(") {
        let refusal = Refusal::new("this is what the shell prints for people, not JSON");
        return Err(refusal.help(format!("take it with: {COMMAND}")));
    }
    let status: Status = input::object(input.text, COMMAND)?;
    let component = match (input.whose, names.component(&status.set)) {
        (None, Some(component)) => component.name.clone(),
        _ => rabbitmq::component(input, names, "mongodb")?,
    };
    let at = status.date.as_ref().map(date).transpose()?.unwrap_or(sink.taken());
    let primary = status.members.iter().find(|member| member.state_str == "PRIMARY");
    let newest = primary.and_then(|primary| primary.optime_date.as_ref()).map(date).transpose()?;
    let mut seen = Vec::new();
    for member in &status.members {
        let host = member.name.rsplit_once(':').map_or(member.name.as_str(), |(host, _)| host);
        let address = match names.instance(&component, host) {
            Some(instance) => instance.address(),
            None => Address::Instance(component.clone(), sink::foreign_name(host)),
        };
        one(member, &address, newest, at, sink)?;
        seen.push(address);
    }
    for instance in names.instances_of(&component).filter(|instance| !seen.contains(&instance.address())) {
        sink.see_at(&instance.address(), Field::Present, super::super::Value::Flag(false), at);
    }
    Ok(())
}

fn one(
    member: &Member,
    address: &Address,
    newest: Option<Instant>,
    at: Instant,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let role = match member.state_str.as_str() {
        "PRIMARY" => Some("primary"),
        "SECONDARY" => Some("standby"),
        "ARBITER" => Some("witness"),
        _ => None,
    };
    sink.see_at(address, Field::Present, super::super::Value::Flag(true), at);
    sink.see_at(address, Field::Alive, sink::state(role.is_some() && member.health >= 1.0), at);
    let Some(role) = role else { return Ok(()) };
    sink.see_at(address, Field::Role, text(role), at);
    if let (Some(newest), Some(own), "standby") = (newest, &member.optime_date, role) {
        // A member that was heard of later than the primary is not behind.
        sink.see_at(address, Field::Lag, sink::duration(newest.since(date(own)?)), at);
    }
    Ok(())
}

/// A date as the shells write it: ISO 8601, `{"$date": ...}` with ISO or milliseconds, also `{"$numberLong": "..."}`.
fn date(json: &Json) -> Result<Instant, Refusal> {
    let millis = |number: i64| input::epoch(number.div_euclid(1_000));
    let wrong = || Refusal::new("a date of a member is none").help(format!("take it with: {COMMAND}"));
    match json {
        Json::String(text) => input::instant(text),
        Json::Number(number) => millis(number.as_i64().ok_or_else(wrong)?),
        Json::Object(map) => match (map.get("$date"), map.get("$numberLong")) {
            (Some(inner @ (Json::String(_) | Json::Number(_))), _) => date(inner),
            (Some(Json::Object(inner)), _) => {
                let text = inner.get("$numberLong").and_then(Json::as_str).ok_or_else(wrong)?;
                millis(text.parse().map_err(|_| wrong())?)
            }
            _ => Err(wrong()),
        },
        _ => Err(wrong()),
    }
}
