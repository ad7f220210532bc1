//! Terraform (and OpenTofu): `show -json` of a state.
//!
//! A managed resource is a machine if its type says so (`aws_instance`, `hcloud_server`, `google_compute_instance`...) or if
//! its attributes name a host; a database service if its type says that. Names, places and addresses are taken, and never
//! an attribute that the state marks as sensitive.

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::super::address::Address;
use super::super::field::Field;
use super::super::names::Names;
use super::input::{self, Input, Refusal};
use super::sink::{self, Sink, text};

const COMMAND: &str = "terraform show -json";

/// Attributes that name a machine, the surest first.
const HOST_NAMES: [&str; 6] = ["fqdn", "hostname", "host_name", "computer_name", "private_dns", "private_dns_name"];
/// Attributes that say where it is, the closest first.
const PLACES: [&str; 7] = ["availability_zone", "zone", "datacenter", "site", "location", "region", "placement"];
/// Attributes with its address.
const ADDRESSES: [&str; 6] =
    ["private_ip", "ipv4_address", "access_ip_v4", "private_ip_address", "default_ip_address", "ip"];
/// The ends of the types of machines.
const MACHINES: [&str; 9] =
    ["_instance", "_server", "_vm", "_virtual_machine", "_droplet", "_linode", "_machine", "_domain", "_vm_qemu"];
/// Parts of the types of databases that a provider runs.
const DATABASES: [&str; 8] = [
    "_db_instance",
    "_rds_cluster",
    "_sql_database_instance",
    "_sql_server",
    "postgresql_flexible_server",
    "mysql_flexible_server",
    "_database_cluster",
    "_mssql_server",
];

#[derive(Deserialize)]
struct State {
    format_version: Option<String>,
    values: Option<Values>,
    #[serde(default)]
    planned_values: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Values {
    root_module: Option<Module>,
}

#[derive(Deserialize)]
struct Module {
    #[serde(default)]
    resources: Vec<Resource>,
    #[serde(default)]
    child_modules: Vec<Module>,
}

#[derive(Deserialize)]
struct Resource {
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    index: Option<Json>,
    #[serde(default)]
    values: Option<Map<String, Json>>,
    #[serde(default)]
    sensitive_values: Option<Json>,
}

pub(super) fn read(input: &Input<'_>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let state: State = input::object(input.text, COMMAND)?;
    let version = state.format_version.as_deref().unwrap_or_default();
    if !matches!(version.split('.').next(), Some("0" | "1")) {
        let message = format!("format version `{version}` of the state is not known here; it is read up to 1");
        return Err(Refusal::new(message).help(format!("it has to be that of: {COMMAND}")));
    }
    if state.planned_values.is_some() {
        let refusal = Refusal::new("this is a plan: what ought to be and not what is");
        return Err(refusal.help(format!("take the state: {COMMAND}, without the file of a plan")));
    }
    let root = state.values.and_then(|values| values.root_module);
    let Some(root) = root else {
        sink.remark("the state is empty");
        return Ok(());
    };
    let mut open = vec![root];
    while let Some(module) = open.pop() {
        for resource in module.resources.iter().filter(|resource| resource.mode == "managed") {
            one(resource, names, sink);
        }
        open.extend(module.child_modules);
    }
    Ok(())
}

fn one(resource: &Resource, names: &Names, sink: &mut Sink) {
    let attributes = Attributes::of(resource);
    if DATABASES.iter().any(|part| resource.kind.contains(part)) {
        database(resource, &attributes, names, sink);
        return;
    }
    let host = attributes.text(&HOST_NAMES);
    let is_machine = MACHINES.iter().any(|end| resource.kind.ends_with(end));
    let named = || attributes.text(&["name"]).or_else(|| attributes.tag("Name"));
    let Some(name) = host.or_else(|| is_machine.then(named).flatten()) else {
        if is_machine {
            sink.remark(format!("the machine {}.{} has no name that could be read", resource.kind, resource.name));
        }
        return;
    };
    let host = names.host_or(name);
    let address = Address::Host(sink::foreign_name(host));
    sink.present(&address, true);
    if let Some(place) = attributes.text(&PLACES) {
        sink.see(&address, Field::At, text(place));
    }
    if let Some(ip) = attributes.text(&ADDRESSES) {
        sink.see(&address, Field::Address, text(ip));
    }
    for instance in names.instances_on(host) {
        sink.present(&instance.address(), true);
        sink.see(&instance.address(), Field::Host, text(host));
        // A provider's own word is no location of the spec, and so no difference from it.
        if let Some(place) = attributes.text(&PLACES).filter(|place| names.locations.iter().any(|known| known == place))
        {
            sink.see(&instance.address(), Field::At, text(place));
        }
    }
}

/// A database that a provider runs is a component: that of its name, or one that the spec lacks.
fn database(resource: &Resource, attributes: &Attributes<'_>, names: &Names, sink: &mut Sink) {
    let own = attributes.text(&["identifier", "cluster_identifier", "name"]);
    let index = resource.index.as_ref().and_then(Json::as_str);
    let name = own.or(index).unwrap_or(&resource.name);
    let address = Address::Component(sink::foreign_name(name));
    sink.present(&address, true);
    if names.component(name).is_none()
        && let Some(engine) = attributes.text(&["engine", "database_version"])
    {
        sink.see(&address, Field::Technology, text(engine));
    }
}

/// What may be said of a resource: its attributes, and those in `input` of the provider's own data resource.
struct Attributes<'a> {
    places: Vec<(&'a Map<String, Json>, Option<&'a Json>)>,
}

impl<'a> Attributes<'a> {
    fn of(resource: &'a Resource) -> Self {
        let sensitive = resource.sensitive_values.as_ref();
        let mut places = Vec::new();
        if let Some(values) = &resource.values {
            places.push((values, sensitive));
            let inside = values.get("input").and_then(Json::as_object);
            places.extend(inside.map(|inside| (inside, sensitive.and_then(|marks| marks.get("input")))));
        }
        Self { places }
    }

    fn text(&self, keys: &[&str]) -> Option<&'a str> {
        keys.iter().find_map(|key| self.places.iter().find_map(|(values, marks)| open(values, *marks, key)))
    }

    fn tag(&self, key: &str) -> Option<&'a str> {
        self.places.iter().find_map(|(values, marks)| {
            let tags = values.get("tags")?.as_object()?;
            open(tags, marks.and_then(|marks| marks.get("tags")), key)
        })
    }
}

/// A text that is not marked as sensitive, by itself or as a whole with its map.
fn open<'a>(values: &'a Map<String, Json>, marks: Option<&Json>, key: &str) -> Option<&'a str> {
    let hidden = match marks {
        Some(Json::Bool(all)) => *all,
        Some(marks) => marks.get(key).is_some_and(|mark| *mark == Json::Bool(true)),
        None => false,
    };
    values.get(key).and_then(Json::as_str).filter(|value| !hidden && !value.is_empty())
}
