//! HAProxy: `show stat` (CSV) and `show stat json` of its socket.
//!
//! A server is the instance that `pxname` and `svname` name: of the component called like the backend (or named by
//! `@COMPONENT`) the one called like the server; without such a component the only instance in the spec that is called so. What
//! is switched off for maintenance does not serve. A server without checks says nothing.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::super::address::Address;
use super::super::field::Field;
use super::super::names::{InstanceNames, Names, only};
use super::input::{self, Input, Refusal};
use super::rabbitmq;
use super::sink::{self, Sink, text};

const COMMAND: &str = "echo 'show stat' | socat - /run/haproxy/admin.sock";

/// One line of the statistics.
#[derive(Default)]
struct Row {
    proxy: String,
    server: String,
    status: String,
    address: String,
}

pub(super) fn read(input: &Input<'_>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let rows = if input.text.trim_start().starts_with('[') { from_json(input.text)? } else { from_csv(input.text)? };
    if rows.is_empty() {
        return Err(
            Refusal::new("there is no server in the statistics").help(format!("it has to be that of: {COMMAND}"))
        );
    }
    let whose = input.whose.map(|_| rabbitmq::component(input, names, "haproxy")).transpose()?;
    let mut unknown: Vec<&str> = Vec::new();
    for row in rows.iter().filter(|row| row.server != "FRONTEND") {
        let component =
            whose.as_deref().or_else(|| names.component(&row.proxy).map(|component| component.name.as_str()));
        let Some(is_up) = serves(&row.status) else { continue };
        if row.server == "BACKEND" {
            if let (Some(component), None) = (component, input.whose) {
                sink.see(&Address::Component(component.to_owned()), Field::Alive, sink::state(is_up));
            }
            continue;
        }
        match address(row, component, names) {
            Some((address, is_known)) => {
                sink.see(&address, Field::Alive, sink::state(is_up));
                if !is_known {
                    sink.present(&address, true);
                    sink.see(&address, Field::Address, text(row.address.as_str()));
                }
            }
            None => unknown.push(&row.proxy),
        }
    }
    unknown.sort_unstable();
    unknown.dedup();
    for proxy in unknown {
        sink.remark(format!("the backend `{proxy}` is called like no component of the spec"));
    }
    Ok(())
}

/// The instance of a server, and whether the spec has it.
fn address(row: &Row, component: Option<&str>, names: &Names) -> Option<(Address, bool)> {
    let host = row.address.rsplit_once(':').map_or(row.address.as_str(), |(host, _)| host);
    if let Some(component) = component {
        let known = names.instance(component, &row.server).or_else(|| names.instance(component, host));
        let foreign = || Address::Instance(component.to_owned(), sink::foreign_name(&row.server));
        return Some(known.map_or_else(|| (foreign(), false), |instance| (instance.address(), true)));
    }
    let named: fn(&&InstanceNames, &str) -> bool = |instance, word| instance.name == word;
    let only_one = only(names.instances.iter().filter(|instance| named(instance, &row.server)));
    only_one.map(|instance| (instance.address(), true))
}

/// Whether a status is one of serving; none where it says nothing.
fn serves(status: &str) -> Option<bool> {
    match status.split_whitespace().next().unwrap_or_default() {
        "UP" | "DRAIN" | "NOLB" | "OPEN" => Some(true),
        "DOWN" | "MAINT" | "STOP" => Some(false),
        _ => None,
    }
}

fn from_csv(text: &str) -> Result<Vec<Row>, Refusal> {
    let mut lines = text.lines().enumerate().map(|(number, line)| (number + 1, line.trim_end_matches('\r')));
    let Some((_, header)) = lines.next() else { return Ok(Vec::new()) };
    let wrong = |message: &str| Refusal::new(message).help(format!("it has to be that of: {COMMAND}"));
    let header = header
        .strip_prefix("# ")
        .ok_or_else(|| wrong("the first line is not the header of the statistics").at(1, 1))?;
    let columns: Vec<&str> = header.split(',').collect();
    let column = |name: &str| columns.iter().position(|column| *column == name);
    let (Some(proxy), Some(server), Some(status)) = (column("pxname"), column("svname"), column("status")) else {
        return Err(wrong("the columns `pxname`, `svname` and `status` are not all there").at(1, 1));
    };
    // Since 1.8.
    let address = column("addr");
    let mut rows = Vec::new();
    for (number, line) in lines.filter(|(_, line)| !line.is_empty()) {
        let cells = cells(line).ok_or_else(|| wrong("a quote is not closed").at(number, 1))?;
        // The header ends with a comma in some versions and not in others.
        if cells.len() + 1 < columns.iter().filter(|column| !column.is_empty()).count() {
            let message =
                format!("the line has {} columns of {}: the output ends in the middle", cells.len(), columns.len());
            return Err(wrong(&message).at(number, 1));
        }
        let cell = |at: usize| cells.get(at).cloned().unwrap_or_default();
        let address = address.map(cell).unwrap_or_default();
        rows.push(Row { proxy: cell(proxy), server: cell(server), status: cell(status), address });
    }
    Ok(rows)
}

/// The cells of a line of CSV; none where a quote stays open.
fn cells(line: &str) -> Option<Vec<String>> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        let last = cells.last_mut()?;
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                last.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if last.is_empty() => quoted = true,
            ',' if !quoted => cells.push(String::new()),
            c => last.push(c),
        }
    }
    (!quoted).then_some(cells)
}

/// One field of one object, as the JSON form lists them.
#[derive(Deserialize)]
struct Cell {
    #[serde(rename = "proxyId")]
    proxy: i64,
    #[serde(rename = "objType")]
    kind: String,
    id: i64,
    field: CellName,
    value: CellValue,
}

#[derive(Deserialize)]
struct CellName {
    name: String,
}

#[derive(Deserialize)]
struct CellValue {
    value: Json,
}

fn from_json(text: &str) -> Result<Vec<Row>, Refusal> {
    let parsed: Json = input::json(text, COMMAND)?;
    let mut cells: Vec<Cell> = Vec::new();
    for element in parsed.as_array().into_iter().flatten() {
        // Either one list of cells, or a list of them for each object.
        let nested = element.as_array().map_or(std::slice::from_ref(element), Vec::as_slice);
        for cell in nested {
            let cell = Cell::deserialize(cell).map_err(|error| input::explain(&error, COMMAND, 0))?;
            cells.push(cell);
        }
    }
    let mut rows: BTreeMap<(i64, String, i64), Row> = BTreeMap::new();
    for cell in cells {
        let row = rows.entry((cell.proxy, cell.kind, cell.id)).or_default();
        let value = cell.value.value.as_str().unwrap_or_default().to_owned();
        match cell.field.name.as_str() {
            "pxname" => row.proxy = value,
            "svname" => row.server = value,
            "status" => row.status = value,
            "addr" => row.address = value,
            _ => {}
        }
    }
    Ok(rows.into_values().collect())
}
