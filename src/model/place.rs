//! Where things run and where copies are kept.

use std::sync::Arc;

use super::{ComponentId, DomainId, LocationId, Sourced};
use crate::diag::Span;
use crate::tech::Technology;
use crate::terms::{LocationKind, ScenarioKind};
use crate::units::{Millis, Rate, Seconds};

/// The kind of scenario in which a location of this kind is lost.
pub fn loss_of(kind: LocationKind) -> ScenarioKind {
    match kind {
        LocationKind::Host => ScenarioKind::HostLoss,
        LocationKind::Rack => ScenarioKind::RackLoss,
        LocationKind::Room => ScenarioKind::RoomLoss,
        LocationKind::Zone => ScenarioKind::ZoneLoss,
        LocationKind::Site => ScenarioKind::SiteLoss,
        LocationKind::Region => ScenarioKind::RegionLoss,
        LocationKind::Provider => ScenarioKind::ProviderLoss,
    }
}

/// A node in the tree of failure domains.
#[derive(Clone, Debug)]
pub struct Location {
    /// Its name.
    pub name: String,
    /// What it is, in a sentence.
    pub description: Option<String>,
    /// How large it is.
    pub kind: LocationKind,
    /// What it lies within.
    pub within: Option<LocationId>,
    /// What it shares with others, so that it fails with them.
    pub shares: Vec<DomainId>,
    /// Whether machines stand ready: provisioning takes no time.
    pub hot_standby: bool,
    /// How many instances can be rebuilt there; none for as many as come.
    pub room: Option<u32>,
    /// Where the name is written.
    pub span: Span,
}

/// Something that several locations share: power, a network, an administrator.
#[derive(Clone, Debug)]
pub struct Domain {
    /// Its name.
    pub name: String,
    /// Who shares it.
    pub members: Vec<LocationId>,
    /// Where it is first named.
    pub span: Span,
}

/// Bandwidth between two locations, and so between anything inside them.
#[derive(Clone, Debug)]
pub struct Link {
    /// Its two ends.
    pub between: [LocationId; 2],
    /// What goes through it in each direction.
    pub bandwidth: Rate,
    /// One way.
    pub latency: Option<Millis>,
    /// Where it is written.
    pub span: Span,
}

/// A place for copies.
#[derive(Clone, Debug)]
pub struct Store {
    /// Its name.
    pub name: String,
    /// What it is, in a sentence.
    pub description: Option<String>,
    /// Where it stands.
    pub at: LocationId,
    /// What it is made of.
    pub technology: Arc<Technology>,
    /// Where in its own terms the copies are: a path, a bucket, a URL.
    pub path: Option<String>,
    /// How fast it can be read; none for no limit of its own.
    pub read: Option<Rate>,
    /// How fast it can be written; none for no limit of its own.
    pub write: Option<Rate>,
    /// Time until its copies can be read at all: a courier, a cold tier.
    pub retrieve: Sourced<Seconds>,
    /// Whether it is out of reach of whoever is on the network.
    pub offline: bool,
    /// Whether what is in it cannot be changed or deleted before its time.
    pub immutable: bool,
    /// What must serve so that its copies can be read.
    pub encrypted_by: Option<ComponentId>,
    /// Values of the technology's own parameters, in the order of the catalogue, defaults applied.
    pub parameters: Vec<(String, String)>,
    /// The host that Puppet manages it on.
    pub certname: Option<String>,
    /// Where the name is written.
    pub span: Span,
}
