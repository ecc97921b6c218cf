//! A change set: several changes that pass the gate together, decided one by one on one page.

use askama::Template;

use super::change::Ballot;
use crate::filters;
use crate::view::{Badge, ChangeState, Decision, Digest, Layout, Link, Node, RiskLevel, Who};

/// The decision page of a set, at `/change-sets/{id}`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/change_set.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// `set_…`.
    pub id: String,
    /// One line.
    pub title: String,
    /// Why these belong together.
    pub reason: String,
    /// Who asked.
    pub requester: Who,
    /// How the set stands.
    pub state: Badge,
    /// The domains whose authority must agree.
    pub authorities: Vec<Authority>,
    /// The items, in the order they were asked for.
    pub items: Vec<Item>,
    /// Why the set stands as it does, with a part for each item.
    pub why: Node,
}

/// A domain whose authority must agree.
#[derive(Debug, Clone, Default)]
pub struct Authority {
    /// Its name, e.g. "domain payments".
    pub name: String,
    /// Numbers of its items.
    pub items: Vec<String>,
    /// Who speaks for it, and for no other.
    pub speakers: Vec<String>,
    /// How many more people must.
    pub missing: u32,
}

/// One item.
#[derive(Debug, Clone, Default)]
pub struct Item {
    /// `CHG-1042`.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The service.
    pub service: Link,
    /// The environment.
    pub environment: String,
    /// Its tier, e.g. `T3`.
    pub tier: String,
    /// How risky it is.
    pub risk: RiskLevel,
    /// Where it stands.
    pub state: ChangeState,
    /// Why its plan can't be met, and what would have to give.
    pub trouble: Option<String>,
    /// Its revision.
    pub revision: u32,
    /// Names and digests of what would be deployed.
    pub artifacts: Vec<(String, Digest)>,
    /// What it still needs for itself.
    pub needs: Vec<Node>,
    /// The vote form, or why the reader can't vote. Posts to `/change-sets/{id}/votes/{number}`.
    pub ballot: Ballot,
}
