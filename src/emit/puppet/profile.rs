//! The profile of each component and each store: its class, and the values of that class on each of its hosts.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::entries::{self, Entries};
use super::{Failure, Gap, layout};
use crate::desired::{Desired, HostId};
use crate::emit::data::Data;
use crate::emit::names::{Words, account, is_certname, word};
use crate::emit::templates::Templates;
use crate::emit::view::{self, ComponentView, InstanceView, JobView, StoreView};
use crate::model::{ComponentId, InstanceId, Model, StoreId};
use crate::tech::{Catalogue, Platform, RunsOn};

/// What every rendering needs.
pub(super) struct Context<'a> {
    pub model: &'a Model,
    pub desired: &'a Desired,
    pub catalogue: &'a Catalogue,
    pub templates: &'a Templates,
    pub names: &'a ClassNames,
}

/// One profile with its values, or the reason why there is none.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// Name of the class without `profile::`, and its text; none where nothing is generated.
    pub class: Option<(String, String)>,
    /// The technology whose templates wrote it.
    pub technology: String,
    /// What of the spec it is about.
    address: String,
    /// Its values by host.
    pub values: Vec<(HostId, Vec<(String, Data)>)>,
    /// Placeholders of its secrets.
    pub secrets: Vec<(String, Data)>,
    pub gaps: Vec<Gap>,
    pub notes: Vec<Gap>,
}

/// The names of all classes, each handed out once.
pub(super) struct ClassNames {
    components: Vec<String>,
    at_stores: BTreeMap<(ComponentId, HostId), String>,
    stores: BTreeMap<(HostId, String), String>,
}

/// What a template of a component sees.
#[derive(Serialize)]
struct Side<'v> {
    class: String,
    component: &'v ComponentView,
    params: &'v BTreeMap<String, Value>,
    jobs: Vec<JobView>,
    host: Option<&'v str>,
    /// Every host of this side, by name.
    hosts: &'v [String],
    instance: Option<&'v InstanceView>,
}

/// What a template of a store sees: all stores of one technology on one host.
#[derive(Serialize)]
struct StoreSide {
    class: String,
    host: String,
    plan: String,
    stores: Vec<StoreView>,
    clients: Vec<Client>,
}

/// A component that reaches a store from hosts of its own.
#[derive(Serialize)]
struct Client {
    component: String,
    account: String,
    hosts: Vec<String>,
    /// Placeholders of the public keys of root on these hosts.
    keys: Vec<String>,
}

/// Hands out the names of all profiles.
pub(super) fn class_names(model: &Model, desired: &Desired) -> ClassNames {
    let mut words = Words::default();
    let components = model.components.values().map(|component| words.unique(word(&component.name))).collect();
    let mut at_stores = BTreeMap::new();
    let mut stores = BTreeMap::new();
    for (id, component) in model.components.iter() {
        for host in view::store_hosts(model, desired, id) {
            let row = desired.hosts.get(host);
            let store = row.stores.first().map_or(&row.name, |store| &model.stores[*store].name);
            let name = format!("{}_at_{}", word(&component.name), word(store));
            at_stores.insert((id, host), words.unique(name));
        }
    }
    for (host, row) in desired.hosts.iter() {
        for store in &row.stores {
            let store = &model.stores[*store];
            let key = (host, store.technology.name.clone());
            stores.entry(key).or_insert_with(|| words.unique(format!("store_{}", word(&store.name))));
        }
    }
    ClassNames { components, at_stores, stores }
}

/// On a host a unit of systemd is that of one component: for a second one there is no code, and a catalog with both would not
/// compile at all.
pub(super) fn share_no_unit(desired: &Desired, parts: &mut [Part]) {
    let mut units: BTreeMap<(HostId, String), String> = BTreeMap::new();
    for part in parts {
        let Some((class, _)) = &part.class else { continue };
        let key = format!("profile::{class}::unit");
        let owned: Vec<(HostId, String)> = part
            .values
            .iter()
            .filter_map(|(host, values)| match values.iter().find(|(name, _)| *name == key) {
                Some((_, Data::Str(unit))) => Some((*host, unit.clone())),
                _ => None,
            })
            .collect();
        match owned.iter().find_map(|key| Some((key, units.get(key)?))) {
            Some(((host, unit), other)) => {
                let host = &desired.hosts.get(*host).name;
                let reason = format!(
                    "unit `{unit}` on host `{host}` is that of `{other}`; give each a host of its own, or write its code by hand"
                );
                part.gap(&part.address.clone(), reason);
                part.clear();
            }
            None => units.extend(owned.into_iter().map(|key| (key, part.address.clone()))),
        }
    }
}

/// The profiles of a component: that of its instances' hosts, and those on the hosts of its stores.
pub(super) fn of_component(context: &Context<'_>, id: ComponentId) -> Result<Vec<Part>, Failure> {
    let component = &context.model.components[id];
    let view = view::component(context.model, context.desired, id);
    if component.technology.platform == Platform::None {
        return command_side(context, id, &view).map(|part| part.into_iter().collect());
    }
    let mut parts = vec![instance_side(context, id, &view)?];
    for host in view::store_hosts(context.model, context.desired, id) {
        parts.push(store_side(context, id, &view, host)?);
    }
    Ok(parts)
}

fn instance_side(context: &Context<'_>, id: ComponentId, view: &ComponentView) -> Result<Part, Failure> {
    let Context { model, desired, .. } = context;
    let component = &model.components[id];
    let instances: Vec<(InstanceId, HostId)> = component
        .instances
        .iter()
        .filter(|id| model.instances[**id].has_data())
        .filter_map(|id| Some((*id, desired.hosts.of_instance(*id)?)))
        .collect();
    if instances.is_empty() {
        return Ok(Part::default());
    }
    let mut part = Part::default();
    let mut hosts: Vec<HostId> = instances.iter().map(|(_, host)| *host).collect();
    hosts.sort_unstable();
    hosts.dedup();
    if hosts.len() < instances.len() {
        part.gap(
            &view.subject,
            "two of its instances are on one host; give each a host of its own, or write its code by hand",
        );
        return Ok(part);
    }
    let names: Vec<String> = hosts.iter().map(|host| desired.hosts.get(*host).name.clone()).collect();
    let word = context.names.component(id);
    let side = |host: Option<&'_ str>| Side {
        class: format!("profile::{word}"),
        component: view,
        params: &view.params,
        jobs: view.jobs_on("instance", host),
        host: None,
        hosts: &names,
        instance: None,
    };
    let place = Place { folder: &view.technology, file: "profile", address: &view.subject };
    for (instance, host) in &instances {
        let name = desired.hosts.get(*host).name.as_str();
        let number = component.instances.iter().position(|id| id == instance);
        let instance = number.and_then(|number| view.instances.get(number));
        let side = Side { host: Some(name), instance, ..side(Some(name)) };
        place.values(context, &side, *host, &mut part)?;
    }
    place.class(context, &word, &side(None), &mut part)?;
    Ok(part)
}

/// The commands of what runs on no host of ours, where its technology has any.
fn command_side(context: &Context<'_>, id: ComponentId, view: &ComponentView) -> Result<Option<Part>, Failure> {
    let Some(parameter) = &context.model.components[id].technology.commands_on else { return Ok(None) };
    let mut part = Part::default();
    let Some(host) = context.desired.hosts.of_commands(id) else {
        part.gap(&view.subject, format!("`parameters.{parameter}` names no host on which its commands could run"));
        return Ok(Some(part));
    };
    let word = context.names.component(id);
    let name = context.desired.hosts.get(host).name.as_str();
    let names = [name.to_owned()];
    let side = Side {
        class: format!("profile::{word}"),
        component: view,
        params: &view.params,
        jobs: view.jobs_on("instance", Some(name)),
        host: Some(name),
        hosts: &names,
        instance: None,
    };
    let place = Place { folder: &view.technology, file: "profile", address: &view.subject };
    place.values(context, &side, host, &mut part)?;
    place.class(context, &word, &side, &mut part)?;
    Ok(Some(part))
}

fn store_side(context: &Context<'_>, id: ComponentId, view: &ComponentView, host: HostId) -> Result<Part, Failure> {
    let name = context.desired.hosts.get(host).name.as_str();
    let names = [name.to_owned()];
    let word = context.names.at_store(id, host);
    let jobs = view.jobs_on("store", Some(name)).into_iter().filter(|job| job.active).collect();
    let side = Side {
        class: format!("profile::{word}"),
        component: view,
        params: &view.params,
        jobs,
        host: Some(name),
        hosts: &names,
        instance: None,
    };
    let mut part = Part::default();
    let place = Place { folder: &view.technology, file: "store", address: &view.subject };
    place.values(context, &side, host, &mut part)?;
    place.class(context, &word, &side, &mut part)?;
    Ok(part)
}

/// The profiles of the hosts of stores.
pub(super) fn of_stores(context: &Context<'_>) -> Result<Vec<Part>, Failure> {
    let clients = clients(context);
    let mut parts = Vec::new();
    for ((host, technology), word) in &context.names.stores {
        let row = context.desired.hosts.get(*host);
        let ids: Vec<StoreId> =
            row.stores.iter().copied().filter(|id| context.model.stores[*id].technology.name == *technology).collect();
        let mut of_stores: Vec<Client> = Vec::new();
        for (component, hosts) in ids.iter().filter_map(|id| clients.get(id)).flatten() {
            let name = &context.model.components[*component].name;
            let others = hosts.iter().filter(|client| *client != host);
            let hosts: Vec<String> = others.map(|id| context.desired.hosts.get(*id).name.clone()).collect();
            let keys = hosts.iter().map(|host| format!("<public-key root-{host}>")).collect();
            of_stores.push(Client { component: name.clone(), account: account(name), hosts, keys });
        }
        of_stores.retain(|client| !client.hosts.is_empty());
        of_stores.dedup_by(|a, b| a.account == b.account);
        let side = StoreSide {
            class: format!("profile::{word}"),
            host: row.name.clone(),
            plan: context.model.system.name.clone(),
            stores: ids.iter().map(|id| view::store(context.model, context.desired, *id, "")).collect(),
            clients: of_stores,
        };
        let address = ids.first().map(|id| format!("stores.{}", context.model.stores[*id].name)).unwrap_or_default();
        let mut part = Part::default();
        let place = Place { folder: technology, file: "profile", address: &address };
        place.values(context, &side, *host, &mut part)?;
        place.class(context, word, &side, &mut part)?;
        parts.push(part);
    }
    Ok(parts)
}

/// Which hosts of which components reach each store on their own: where copies are made from live data, every host with that
/// data, so that each of them can restore; and hosts of other stores, from which copies of copies come.
fn clients(context: &Context<'_>) -> BTreeMap<StoreId, BTreeMap<ComponentId, Vec<HostId>>> {
    let Context { model, desired, .. } = context;
    let mut clients: BTreeMap<StoreId, BTreeMap<ComponentId, Vec<HostId>>> = BTreeMap::new();
    for job in desired.jobs.values() {
        let hosts: Vec<HostId> = match view::side(model, desired, job) {
            RunsOn::Instance => {
                let instances = model.components[job.component].instances.iter();
                let with_data = instances.filter(|id| model.instances[**id].has_data());
                with_data.filter_map(|id| desired.hosts.of_instance(*id)).collect()
            }
            RunsOn::Store if job.from.is_some() => job.runs_on.into_iter().collect(),
            RunsOn::Store => Vec::new(),
        };
        let known = clients.entry(job.store).or_default().entry(job.component).or_default();
        known.extend(hosts);
        known.sort_unstable();
        known.dedup();
    }
    clients
}

/// Where the templates of a profile are, and what it is about.
struct Place<'p> {
    folder: &'p str,
    file: &'static str,
    address: &'p str,
}

impl Place<'_> {
    /// The values of the class on one host.
    fn values<T: Serialize>(
        &self,
        context: &Context<'_>,
        view: &T,
        host: HostId,
        part: &mut Part,
    ) -> Result<(), Failure> {
        if !part.gaps.is_empty() {
            return Ok(());
        }
        let name = &context.desired.hosts.get(host).name;
        if !is_certname(name) {
            part.gap(self.address, format!("Puppet cannot know a node as `{}`", crate::diag::visible::one_line(name)));
            return Ok(());
        }
        let Some(said) = self.data(context, "json", view)? else {
            part.gap(self.address, format!("the technology `{}` has no Puppet code yet", self.folder));
            return Ok(());
        };
        let Entries { values, gaps, notes } = said;
        gaps.into_iter().for_each(|gap| part.gap(self.address, gap));
        for reason in notes {
            let note = Gap { address: self.address.to_owned(), reason };
            if !part.notes.contains(&note) {
                part.notes.push(note);
            }
        }
        if !part.gaps.is_empty() {
            return Ok(());
        }
        part.values.push((host, values));
        if let Some(secrets) = self.data(context, "secrets.json", view)? {
            part.secrets.extend(secrets.values);
        }
        Ok(())
    }

    /// The class itself, where there is no gap.
    fn class<T: Serialize>(&self, context: &Context<'_>, word: &str, view: &T, part: &mut Part) -> Result<(), Failure> {
        if part.gaps.is_empty() {
            let text = context.templates.render(&self.template("pp"), view)?;
            part.class = Some((word.to_owned(), layout::tidy(&text)));
            part.technology = self.folder.to_owned();
            part.address = self.address.to_owned();
            return Ok(());
        }
        part.clear();
        Ok(())
    }

    fn data<T: Serialize>(&self, context: &Context<'_>, kind: &str, view: &T) -> Result<Option<Entries>, Failure> {
        let template = self.template(kind);
        if !context.templates.names().any(|name| name == template) {
            return Ok(None);
        }
        let text = context.templates.render(&template, view)?;
        entries::read(&text).map(Some).map_err(|problem| Failure::Output { template, problem })
    }

    fn template(&self, kind: &str) -> String {
        format!("{}/puppet/{}.{kind}.j2", self.folder, self.file)
    }
}

impl Part {
    /// Nothing stays of a part that has a gap.
    fn clear(&mut self) {
        self.class = None;
        self.values.clear();
        self.secrets.clear();
        self.gaps.dedup();
    }

    fn gap(&mut self, address: &str, reason: impl Into<String>) {
        self.gaps.push(Gap { address: address.to_owned(), reason: reason.into() });
    }
}

impl ClassNames {
    fn component(&self, id: ComponentId) -> String {
        use crate::model::Id;
        self.components.get(id.index()).cloned().unwrap_or_default()
    }

    fn at_store(&self, id: ComponentId, host: HostId) -> String {
        self.at_stores.get(&(id, host)).cloned().unwrap_or_default()
    }
}
