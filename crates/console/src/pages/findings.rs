//! Findings: what needs follow-up, who answers for it, and what gates let through.

use askama::Template;

use crate::filters;
use crate::view::{Badge, Icon, Layout, Link, Moment, Tone, Who};

/// The page, at `/findings`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/findings.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// Findings, those that are not resolved first, and the newest first.
    pub findings: Vec<FindingRow>,
    /// What an enforcing gate would have stopped, by place.
    pub places: Vec<PlaceRow>,
}

/// Where a finding stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FindingState {
    /// Nobody deals with it.
    #[default]
    Open,
    /// Somebody does.
    Acknowledged,
    /// Its time is over, and it is not resolved.
    Overdue,
    /// It is dealt with.
    Resolved,
}

impl FindingState {
    /// The state as a badge.
    #[must_use]
    pub fn badge(self) -> Badge {
        let (tone, icon, word) = match self {
            Self::Open => (Tone::Warn, Icon::Alert, "Open"),
            Self::Acknowledged => (Tone::Info, Icon::Check, "In hand"),
            Self::Overdue => (Tone::Bad, Icon::Clock, "Overdue"),
            Self::Resolved => (Tone::Quiet, Icon::Archive, "Resolved"),
        };
        Badge::new(tone, icon, word)
    }
}

/// A finding.
#[derive(Debug, Clone, Default)]
pub struct FindingRow {
    /// Its id.
    pub id: String,
    /// What kind of finding it is.
    pub title: String,
    /// The change it is about.
    pub change: Link,
    /// `checkout in dev`.
    pub place: String,
    /// The main reason.
    pub why: String,
    /// What it rests on, fact by fact.
    pub evidence: Vec<(String, String)>,
    /// Where it stands.
    pub state: FindingState,
    /// Who answers for it.
    pub owner: Option<Who>,
    /// When it was raised.
    pub raised: Moment,
    /// By when it should be resolved.
    pub due: Moment,
    /// Who resolved it, when, and how.
    pub resolved: Option<(Who, Moment, String)>,
    /// Whether the reader may say that they deal with it: posts to
    /// `/findings/{id}/acknowledgement`.
    pub can_acknowledge: bool,
    /// Whether the reader may resolve it: posts `reason` to `/findings/{id}/resolution`.
    pub can_resolve: bool,
}

/// What an enforcing gate would have stopped in one place.
#[derive(Debug, Clone, Default)]
pub struct PlaceRow {
    /// `checkout in dev`.
    pub place: String,
    /// How many.
    pub total: u32,
    /// How many of them are not resolved.
    pub open: u32,
    /// How many for each reason, in words.
    pub reasons: String,
    /// Whether the gate blocks there by now.
    pub blocks: bool,
    /// The proposal that makes it block, for whoever may make one.
    pub propose: Option<String>,
}
