//! What the things of a spec are called out there: the plain table by which an adapter finds the address of what a tool
//! names.

use super::address::Address;
use crate::calendar::Zone;

/// Every name that an adapter may meet.
#[derive(Clone, Debug)]
pub struct Names {
    /// The name of the system.
    pub system: String,
    /// The zone in which times are read that a tool prints without one.
    pub timezone: Zone,
    /// The locations.
    pub locations: Vec<String>,
    /// The machines that Puppet manages.
    pub hosts: Vec<String>,
    /// The components.
    pub components: Vec<ComponentNames>,
    /// The instances of all components.
    pub instances: Vec<InstanceNames>,
    /// The data of all components.
    pub datasets: Vec<DatasetNames>,
    /// The copies of all data.
    pub copies: Vec<CopyNames>,
    /// The stores.
    pub stores: Vec<StoreNames>,
}

/// A component.
#[derive(Clone, Debug)]
pub struct ComponentNames {
    /// Its name.
    pub name: String,
    /// Its entry in the catalogue.
    pub technology: String,
}

/// An instance.
#[derive(Clone, Debug)]
pub struct InstanceNames {
    /// Its component.
    pub component: String,
    /// Its name.
    pub name: String,
    /// Its machine, where Puppet manages one.
    pub host: Option<String>,
    /// Whether it holds data.
    pub has_data: bool,
}

/// Data of a component.
#[derive(Clone, Debug)]
pub struct DatasetNames {
    /// Its component.
    pub component: String,
    /// Its name.
    pub name: String,
    /// The database in it.
    pub database: Option<String>,
    /// The paths in it.
    pub paths: Vec<String>,
}

/// What makes a copy run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// A calendar.
    Calendar,
    /// An interval from start to start.
    Interval,
    /// Another copy.
    After,
    /// Nothing: it is a stream.
    Stream,
    /// Once.
    Once,
    /// No timer can.
    Nothing,
}

/// A copy and its job.
#[derive(Clone, Debug)]
pub struct CopyNames {
    /// Its component.
    pub component: String,
    /// Its dataset.
    pub dataset: String,
    /// Its name.
    pub name: String,
    /// The name of its job.
    pub job: String,
    /// The machine on which the job runs.
    pub host: Option<String>,
    /// The store that it goes to.
    pub store: String,
    /// How it is made.
    pub method: Option<String>,
    /// What makes it run.
    pub start: Start,
    /// The longest time between two runs, in seconds; zero without a rhythm.
    pub gap: u64,
    /// Whether it is made of a copy.
    pub is_of_copy: bool,
    /// Whether people make it, since it is out of reach of any machine.
    pub is_by_hand: bool,
}

/// A store.
#[derive(Clone, Debug)]
pub struct StoreNames {
    /// Its name.
    pub name: String,
    /// Its entry in the catalogue.
    pub technology: String,
    /// Its machine, where Puppet manages one.
    pub host: Option<String>,
    /// Where in its own terms the copies are.
    pub path: Option<String>,
}

impl InstanceNames {
    /// Its address.
    pub fn address(&self) -> Address {
        Address::Instance(self.component.clone(), self.name.clone())
    }

    /// Whether a machine calls it so: by its own name, its machine's, or the first part of that.
    pub fn is_called(&self, word: &str) -> bool {
        self.name == word || self.host.as_deref().is_some_and(|host| same_host(host, word))
    }
}

impl CopyNames {
    /// Its address.
    pub fn address(&self) -> Address {
        Address::Copy(self.component.clone(), self.dataset.clone(), self.name.clone())
    }
}

impl DatasetNames {
    /// Its address.
    pub fn address(&self) -> Address {
        Address::Dataset(self.component.clone(), self.name.clone())
    }
}

impl Default for Names {
    fn default() -> Self {
        Self {
            system: String::new(),
            timezone: Zone::utc(),
            locations: Vec::new(),
            hosts: Vec::new(),
            components: Vec::new(),
            instances: Vec::new(),
            datasets: Vec::new(),
            copies: Vec::new(),
            stores: Vec::new(),
        }
    }
}

impl Names {
    /// The copy of a job.
    pub fn copy_of_job(&self, job: &str) -> Option<&CopyNames> {
        self.copies.iter().find(|copy| copy.job == job)
    }

    /// The copy at an address.
    pub fn copy_at(&self, address: &Address) -> Option<&CopyNames> {
        let Address::Copy(component, dataset, name) = address else { return None };
        self.copies.iter().find(|copy| copy.component == *component && copy.dataset == *dataset && copy.name == *name)
    }

    /// The copy that somebody writes as its address, its job, or `component.dataset.copy`.
    pub fn copy_called(&self, word: &str) -> Option<&CopyNames> {
        let short = |copy: &CopyNames| format!("{}.{}.{}", copy.component, copy.dataset, copy.name);
        let parsed = Address::parse(word);
        self.copies
            .iter()
            .find(|copy| copy.job == word || short(copy) == word || parsed.as_ref() == Some(&copy.address()))
    }

    /// A component by its name.
    pub fn component(&self, name: &str) -> Option<&ComponentNames> {
        self.components.iter().find(|component| component.name == name)
    }

    /// The component that somebody writes as its name or its address.
    pub fn component_called(&self, word: &str) -> Option<&ComponentNames> {
        self.component(word.strip_prefix("components.").unwrap_or(word))
    }

    /// The only component of a technology.
    pub fn only_component_of(&self, technology: &str) -> Option<&ComponentNames> {
        only(self.components.iter().filter(|component| component.technology == technology))
    }

    /// The instances of a component.
    pub fn instances_of<'a, 'b>(&'a self, component: &'b str) -> impl Iterator<Item = &'a InstanceNames> + use<'a, 'b> {
        self.instances.iter().filter(move |instance| instance.component == component)
    }

    /// The instance of a component that is called so.
    pub fn instance(&self, component: &str, word: &str) -> Option<&InstanceNames> {
        let exact = self.instances_of(component).find(|instance| instance.name == word);
        exact.or_else(|| only(self.instances_of(component).filter(|instance| instance.is_called(word))))
    }

    /// The instances on a machine.
    pub fn instances_on<'a, 'b>(&'a self, host: &'b str) -> impl Iterator<Item = &'a InstanceNames> + use<'a, 'b> {
        self.instances.iter().filter(move |instance| instance.host.as_deref().is_some_and(|own| same_host(own, host)))
    }

    /// A machine by its name or the first part of it, where that is only one.
    pub fn host(&self, word: &str) -> Option<&str> {
        let exact = self.hosts.iter().find(|host| *host == word);
        exact.or_else(|| only(self.hosts.iter().filter(|host| same_host(host, word)))).map(String::as_str)
    }

    /// The name of a machine as the spec has it, else as it came.
    pub fn host_or<'a>(&'a self, word: &'a str) -> &'a str {
        self.host(word).unwrap_or(word)
    }

    /// The copies that a job makes on a machine.
    pub fn copies_on<'a, 'b>(&'a self, host: &'b str) -> impl Iterator<Item = &'a CopyNames> + use<'a, 'b> {
        self.copies.iter().filter(move |copy| copy.host.as_deref() == Some(host))
    }

    /// The only store that a repository's URL or path can mean: whose path it lies in, or whose machine it names.
    pub fn store_of(&self, url: &str) -> Option<&StoreNames> {
        let in_path = |store: &&StoreNames| store.path.as_deref().is_some_and(|path| lies_in(url, path));
        let on_host = |store: &&StoreNames| store.host.as_deref().is_some_and(|host| names_host(url, host));
        only(self.stores.iter().filter(in_path)).or_else(|| only(self.stores.iter().filter(on_host)))
    }
}

/// The element of an iterator that has exactly one.
pub(super) fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.next().is_none().then_some(first)
}

/// Whether two names are of one machine: the same, or one is the first part of the other.
fn same_host(a: &str, b: &str) -> bool {
    let short = |long: &str, short: &str| {
        !short.is_empty() && !short.contains('.') && long.strip_prefix(short).is_some_and(|rest| rest.starts_with('.'))
    };
    a == b || short(a, b) || short(b, a)
}

fn lies_in(url: &str, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    if path.is_empty() {
        return false;
    }
    url.match_indices(path).any(|(at, _)| {
        let before = url.get(..at).and_then(|text| text.chars().next_back());
        let after = url.get(at + path.len()..).and_then(|text| text.chars().next());
        let starts = path.starts_with('/') || before.is_none_or(|c| matches!(c, '/' | ':'));
        starts && after.is_none_or(|c| c == '/')
    })
}

fn names_host(url: &str, host: &str) -> bool {
    url.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))).any(|word| word == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(name: &str, host: Option<&str>, path: Option<&str>) -> StoreNames {
        let (host, path) = (host.map(str::to_owned), path.map(str::to_owned));
        StoreNames { name: name.into(), technology: "restic".into(), host, path }
    }

    #[test]
    fn a_repository_is_found_by_path_or_machine() {
        let stores = vec![
            store("vault", Some("vault.example.com"), Some("/srv/vault")),
            store("bucket", None, Some("backups")),
            store("other", Some("other.example.com"), None),
        ];
        let names = Names { stores, ..Names::default() };
        let found = |url: &str| names.store_of(url).map(|store| store.name.as_str());
        assert_eq!(found("sftp:root@vault.example.com:/repositories/x"), Some("vault"));
        assert_eq!(found("/srv/vault/shop"), Some("vault"));
        assert_eq!(found("/srv/vault2"), None);
        assert_eq!(found("s3:https://s3.example.com/backups/job"), Some("bucket"));
        assert_eq!(found("s3:https://s3.example.com/old-backups/job"), None);
    }

    #[test]
    fn a_machine_is_known_by_its_first_part() {
        let hosts = vec!["db1.example.com".to_owned(), "db2.example.com".to_owned(), "db2.example.net".to_owned()];
        let names = Names { hosts, ..Names::default() };
        assert_eq!(names.host("db1"), Some("db1.example.com"));
        assert_eq!(names.host("db2"), None);
        assert_eq!(names.host("db"), None);
        assert_eq!(names.host("db2.example.net"), Some("db2.example.net"));
    }
}
