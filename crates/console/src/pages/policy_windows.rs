//! Policy windows: spans in which live policy was weaker than before or after, and what was approved in one.

use askama::Template;

use super::policy_replay::{Example, Progress};
use crate::filters;
use crate::view::{Badge, Digest, Layout, Link, Moment, Who};

/// All of them, at `/policy/windows`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/policy_windows.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// The newest first.
    pub windows: Vec<Window>,
    /// Older ones.
    pub older: Option<Link>,
}

/// One, with what was approved in it, at `/policy/windows/{number}`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/policy_window.html")]
pub struct WindowPage {
    /// The frame.
    pub layout: Layout,
    /// The window.
    pub window: Window,
    /// How many changes were approved in this slice, and how many of them were easier.
    pub counts: String,
    /// These.
    pub changes: Vec<Change>,
    /// How far it came, when it is not done.
    pub progress: Option<Progress>,
    /// The next slice.
    pub next: Option<Link>,
}

/// A span in which policy was weaker.
#[derive(Debug, Clone, Default)]
pub struct Window {
    /// Its page.
    pub href: String,
    /// Its number.
    pub number: String,
    /// The bundle that was live.
    pub digest: Digest,
    /// Who proposed it.
    pub proposed_by: Who,
    /// Who made it live.
    pub activated_by: Who,
    /// What that person said.
    pub reason: String,
    /// Since when it was live.
    pub began: Moment,
    /// Until when, if it is over.
    pub ended: Option<Moment>,
    /// How long, in words.
    pub lasted: String,
    /// Over, or live.
    pub state: Badge,
    /// In which ways it may have asked for less than the bundle before.
    pub before: Vec<String>,
    /// In which ways it may have asked for less than the bundle after.
    pub after: Vec<String>,
}

/// A change for which a neighbour would have asked more.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// The change, its service, and what would have been asked.
    pub example: Example,
    /// Its environment.
    pub environment: String,
    /// When it was approved.
    pub approved: Moment,
    /// When its deployment began in the window.
    pub deployed: Option<Moment>,
}
