//! RabbitMQ: `rabbitmqctl cluster_status --formatter json`.
//!
//! The component is the one that `@COMPONENT` names, else the only one of this technology. A node `rabbit@HOST` is the
//! instance of that name or on that machine.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::super::address::Address;
use super::super::field::Field;
use super::super::names::Names;
use super::input::{self, Input, Refusal};
use super::sink::{self, Sink};

const COMMAND: &str = "rabbitmqctl cluster_status --formatter json";

#[derive(Deserialize)]
struct Status {
    running_nodes: Vec<String>,
    #[serde(default)]
    disk_nodes: Vec<String>,
    #[serde(default)]
    ram_nodes: Vec<String>,
    #[serde(default)]
    partitions: BTreeMap<String, IgnoredAny>,
}

pub(super) fn read(input: &Input<'_>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    if input.text.trim_start().starts_with("Cluster status of node") || input.text.trim_start().starts_with("[{") {
        let refusal = Refusal::new("this is the status for people or in Erlang terms, not JSON");
        return Err(refusal.help(format!("take it with: {COMMAND} (RabbitMQ 3.8 and later)")));
    }
    let status: Status = input::object(input.text, COMMAND)?;
    let component = component(input, names, "rabbitmq")?;
    let mut nodes: Vec<&String> =
        status.disk_nodes.iter().chain(&status.ram_nodes).chain(&status.running_nodes).collect();
    nodes.sort();
    nodes.dedup();
    let mut seen = Vec::new();
    for node in nodes {
        let host = node.split_once('@').map_or(node.as_str(), |(_, host)| host);
        let word = |word| names.instance(&component, word);
        let instance =
            word(host).or_else(|| word(node)).or_else(|| node.split_once('@').and_then(|(name, _)| word(name)));
        let address = match instance {
            Some(instance) => instance.address(),
            None => Address::Instance(component.clone(), sink::foreign_name(node)),
        };
        sink.present(&address, true);
        sink.see(&address, Field::Alive, sink::state(status.running_nodes.contains(node)));
        seen.push(address);
    }
    for instance in names.instances_of(&component).filter(|instance| !seen.contains(&instance.address())) {
        sink.present(&instance.address(), false);
    }
    if !status.partitions.is_empty() {
        let apart: Vec<&str> = status.partitions.keys().map(String::as_str).collect();
        sink.remark(format!("the cluster is partitioned: {} see it differently", apart.join(", ")));
    }
    Ok(())
}

/// The component that the user names, or the only one of a technology.
pub(super) fn component(input: &Input<'_>, names: &Names, technology: &str) -> Result<String, Refusal> {
    if let Some(word) = input.whose {
        let known = names.component_called(word).map(|component| component.name.clone());
        return known.ok_or_else(|| {
            let near = crate::diag::nearest(word, names.components.iter().map(|component| component.name.as_str()));
            let refusal = Refusal::new(format!("the spec has no component `{word}`"));
            near.map_or(refusal.clone(), |near| refusal.help(format!("did you mean `{near}`?")))
        });
    }
    let component = names.only_component_of(technology).map(|component| component.name.clone());
    component.ok_or_else(|| {
        let count = names.components.iter().filter(|component| component.technology == technology).count();
        let message =
            format!("the spec has {count} components of technology `{technology}`: it is not clear which this is");
        Refusal::new(message).help("name it: `ADAPTER@COMPONENT=FILE`")
    })
}
