//! The list of change sets.

use askama::Template;

use crate::filters;
use crate::view::{Badge, Layout, Moment, Paging, Who};

/// The list, at `/change-sets`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/change_sets.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// Whether sets of which every item is over are left out.
    pub only_open: bool,
    /// The sets, newest first.
    pub rows: Vec<Row>,
    /// The pages around this one.
    pub paging: Paging,
}

/// One set.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Its title.
    pub title: String,
    /// Its page.
    pub href: String,
    /// How it stands.
    pub state: Badge,
    /// The first item whose plan can't be met, with why.
    pub trouble: Option<String>,
    /// Numbers of its items.
    pub items: Vec<String>,
    /// Domains that have not agreed, e.g. "domain payments".
    pub missing: Vec<String>,
    /// Who asked.
    pub requester: Who,
    /// When.
    pub asked: Moment,
}
