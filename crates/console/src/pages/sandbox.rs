//! The sandbox, at `/sandbox`: what it is a copy of, and its clock. Forms post to `/sandbox/clock`.

use askama::Template;

use crate::filters;
use crate::view::{Layout, Moment};

/// The page.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/sandbox.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// Name of the log it is a copy of.
    pub origin: String,
    /// How many of its entries.
    pub entries: u64,
    /// What the clock shows.
    pub now: Moment,
}
