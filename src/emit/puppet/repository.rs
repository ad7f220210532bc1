//! Puts the control repository together: fixed files, profiles, roles, nodes, data and its README.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::entries::Gathered;
use super::profile::{Context, Part};
use super::{Failure, Gap, Origin, Repository};
use crate::assets;
use crate::desired::{Host, HostId};
use crate::diag::visible::one_line;
use crate::emit::data::Data;
use crate::emit::fileset::FileSet;
use crate::emit::hiera;
use crate::emit::names::{Words, is_certname};
use crate::emit::view;
use crate::tech::Platform;

/// Folders of `templates/puppet/` that are copied as they are, and where to.
const FIXED: [(&str, &str); 3] = [("puppet/library", "site-modules/dr/"), ("puppet/ci", "ci/"), ("puppet/control", "")];
/// Longest name of a role that says what is in it.
const LONGEST_ROLE: usize = 50;

/// A set of profiles and the nodes that have it.
#[derive(Serialize)]
struct RoleView {
    name: String,
    plan: String,
    profiles: Vec<String>,
    nodes: Vec<String>,
}

#[derive(Serialize)]
struct SiteView<'v> {
    plan: &'v str,
    roles: &'v [RoleView],
}

#[derive(Serialize)]
struct ReadmeView<'v> {
    plan: &'v str,
    description: Option<&'v str>,
    version: &'v str,
    digest: &'v str,
    roles: &'v [RoleView],
    gaps: &'v [Gap],
    notes: &'v [Gap],
    windows: bool,
    secrets: bool,
}

pub(super) fn assemble(context: &Context<'_>, parts: Vec<Part>, origin: &Origin) -> Result<Repository, Failure> {
    let mut files = fixed()?;
    let mut values: BTreeMap<HostId, Gathered> = BTreeMap::new();
    let mut profiles: BTreeMap<HostId, Vec<String>> = BTreeMap::new();
    let mut secrets = Gathered::default();
    let (mut gaps, mut notes) = (Vec::new(), Vec::new());
    let mut technologies = BTreeSet::new();
    for part in parts {
        gaps.extend(part.gaps);
        notes.extend(part.notes);
        secrets.add(part.secrets);
        let Some((name, text)) = part.class else { continue };
        files.add(&format!("site-modules/profile/manifests/{name}.pp"), text)?;
        technologies.insert(part.technology);
        for (host, said) in part.values {
            values.entry(host).or_default().add(said);
            profiles.entry(host).or_default().push(name.clone());
        }
    }
    for technology in &technologies {
        scripts(context, technology, &mut files)?;
    }
    let roles = roles(context, &profiles);
    for role in &roles {
        files.add(
            &format!("site-modules/role/manifests/{}.pp", role.name),
            context.templates.render("puppet/generated/role.pp.j2", role)?,
        )?;
    }
    let plan = context.model.system.name.as_str();
    let site = SiteView { plan, roles: &roles };
    files.add("manifests/site.pp", context.templates.render("puppet/generated/site.pp.j2", &site)?)?;
    for (host, gathered) in values {
        node(context, host, gathered, &mut files, &mut gaps)?;
    }
    let secrets = common(plan, origin, secrets, &mut files, &mut gaps)?;
    let readme = ReadmeView {
        plan,
        description: context.model.system.description.as_deref(),
        version: &origin.version,
        digest: &origin.digest,
        roles: &roles,
        gaps: &gaps,
        notes: &notes,
        windows: profiles.keys().any(|host| context.desired.hosts.get(*host).platform == Platform::Windows),
        secrets,
    };
    files.add("README.md", context.templates.render("puppet/generated/README.md.j2", &readme)?)?;
    Ok(Repository { files, gaps, notes })
}

fn fixed() -> Result<FileSet, Failure> {
    let mut files = FileSet::new();
    for (folder, target) in FIXED {
        for asset in assets::below(folder) {
            let path = format!("{target}{}", asset.path.replace("dot-", "."));
            if asset.contents.starts_with(b"#!") {
                files.add_executable(&path, asset.contents)?;
            } else {
                files.add(&path, asset.contents)?;
            }
        }
    }
    Ok(files)
}

/// The files of a technology that its profiles install, as they are.
fn scripts(context: &Context<'_>, technology: &str, files: &mut FileSet) -> Result<(), Failure> {
    let all = context.catalogue.source(technology).map(|source| source.files.iter()).into_iter().flatten();
    for (path, text) in all {
        let Some(name) = path.strip_prefix("puppet/files/") else { continue };
        let path = format!("site-modules/profile/files/{technology}/{name}");
        if text.starts_with("#!") {
            files.add_executable(&path, text.as_bytes())?;
        } else {
            files.add(&path, text.as_bytes())?;
        }
    }
    Ok(())
}

/// A role for each set of profiles, called after them or, where that is too long, after its first node.
fn roles(context: &Context<'_>, profiles: &BTreeMap<HostId, Vec<String>>) -> Vec<RoleView> {
    let mut sets: BTreeMap<Vec<String>, Vec<&Host>> = BTreeMap::new();
    for (host, profiles) in profiles {
        let mut profiles = profiles.clone();
        profiles.sort_unstable();
        sets.entry(profiles).or_default().push(context.desired.hosts.get(*host));
    }
    let mut words = Words::default();
    let named = sets.into_iter().map(|(profiles, hosts)| {
        let joined = profiles.join("_and_");
        let first =
            hosts.first().map(|host| format!("node_{}", crate::emit::names::word(&host.name))).unwrap_or_default();
        RoleView {
            name: words.unique(if joined.len() <= LONGEST_ROLE { joined } else { first }),
            plan: context.model.system.name.clone(),
            profiles,
            nodes: hosts.iter().map(|host| host.name.clone()).collect(),
        }
    });
    named.collect()
}

fn node(
    context: &Context<'_>,
    host: HostId,
    gathered: Gathered,
    files: &mut FileSet,
    gaps: &mut Vec<Gap>,
) -> Result<(), Failure> {
    let row = context.desired.hosts.get(host);
    if !is_certname(&row.name) {
        return Ok(());
    }
    let site = view::site(context.model, row.at);
    let mut all = gathered;
    all.add(vec![("dr::site".to_owned(), Data::from(site))]);
    let (values, clashes) = all.finish();
    gaps.extend(clashes.into_iter().map(|key| Gap {
        address: row.name.clone(),
        reason: format!("two parts of the plan want different values of `{key}` on this host"),
    }));
    let place = &context.model.locations[row.at].name;
    let header = format!(
        "Managed by drplan for plan {}: change the spec and generate anew.\nHost {} at {place}.",
        one_line(&context.model.system.name),
        row.name
    );
    files.add(&format!("data/nodes/{}.yaml", row.name), hiera::document(&header, &values))?;
    if row.platform == Platform::Windows {
        files.add(&format!("ci/facts/{}.yaml", row.name), assets_text("puppet/generated", "windows-facts.yaml"))?;
    }
    Ok(())
}

/// The values of the plan and the placeholders of its secrets. Returns whether there are secrets.
fn common(
    plan: &str,
    origin: &Origin,
    secrets: Gathered,
    files: &mut FileSet,
    gaps: &mut Vec<Gap>,
) -> Result<bool, Failure> {
    let header = format!(
        "Managed by drplan {} from the spec with digest {}.\nValues of the plan.",
        origin.version, origin.digest
    );
    let plan = Data::from(crate::emit::names::plan(plan));
    files.add("data/common.yaml", hiera::document(&header, &[("dr::plan".to_owned(), plan)]))?;
    let (secrets, clashes) = secrets.finish();
    gaps.extend(clashes.into_iter().map(|key| Gap {
        address: "system".to_owned(),
        reason: format!("two parts of the plan want different values of the secret `{key}`"),
    }));
    if secrets.is_empty() {
        return Ok(false);
    }
    let header = "Managed by drplan: every secret and key that the site supplies.\n\
                  Copy to secrets.yaml, better to eyaml or a secret store, with real values for <KIND NAME>.\n\
                  The same NAME is the same secret, or the same pair of keys.\n\
                  `ci/new-secrets.rb` makes fresh ones.";
    files.add("data/secrets.example.yaml", hiera::document(header, &secrets))?;
    Ok(true)
}

fn assets_text(folder: &str, path: &str) -> &'static str {
    assets::below(folder).into_iter().find(|asset| asset.path == path).map(|asset| asset.text()).unwrap_or_default()
}
