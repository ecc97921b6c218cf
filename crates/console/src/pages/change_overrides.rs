//! Overrides: on the page of their change, and the list of all.

use askama::Template;

use crate::filters;
use crate::view::{Badge, Icon, Layout, Link, Moment, Tone, Who};

/// An override on the page of its change.
#[derive(Debug, Clone, Default)]
pub struct Override {
    /// Its id.
    pub id: String,
    /// Who opened it.
    pub by: Who,
    /// The role that let them.
    pub role: String,
    /// The incident it answers.
    pub incident: String,
    /// The revision it is for.
    pub revision: u32,
    /// When it was opened.
    pub opened: Moment,
    /// Until when it opens the gate, or did.
    pub until: Moment,
    /// Whether it opens the gate now.
    pub open: bool,
    /// The deployment it let through; empty when there is none.
    pub used_by: String,
    /// Why it could not wait.
    pub reason: String,
    /// How its review stands.
    pub review: ReviewState,
    /// By when it has to be reviewed.
    pub due: Moment,
    /// Roles that review it.
    pub reviewers: String,
    /// What the review found: who, when, and the words.
    pub reviewed: Option<(Who, Moment, String)>,
    /// Whether the reader may review it: posts `outcome` and `findings` to
    /// `/changes/{number}/overrides/{id}/review`.
    pub can_review: bool,
}

/// How the review of an override stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ReviewState {
    /// It is not due yet.
    #[default]
    Due,
    /// It should be there by now.
    Overdue,
    /// It could not have waited.
    Justified,
    /// It should not have happened.
    NotJustified,
    /// There is one.
    Reviewed,
}

impl ReviewState {
    /// The state as a badge.
    #[must_use]
    pub fn badge(self) -> Badge {
        let (tone, icon, word) = match self {
            Self::Due => (Tone::Warn, Icon::Clock, "Review due"),
            Self::Overdue => (Tone::Bad, Icon::Alert, "Review overdue"),
            Self::Justified => (Tone::Info, Icon::Check, "Reviewed: justified"),
            Self::NotJustified => (Tone::Bad, Icon::Cross, "Reviewed: not justified"),
            Self::Reviewed => (Tone::Info, Icon::Check, "Reviewed"),
        };
        Badge::new(tone, icon, word)
    }
}

/// Overriding: posts `reason`, `minutes`, `expected_revision` and `idempotency_key` to
/// `/changes/{number}/overrides`.
#[derive(Debug, Clone, Default)]
pub struct OverrideForm {
    /// The most minutes policy allows.
    pub minutes: u32,
    /// Sent as `expected_revision`.
    pub expected_revision: String,
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
}

/// All overrides, at `/overrides`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/overrides.html")]
pub struct OverridesPage {
    /// The frame.
    pub layout: Layout,
    /// How many wait for a review that is overdue.
    pub overdue: usize,
    /// Newest first.
    pub overrides: Vec<OverrideRow>,
    /// Sealed overrides, newest first.
    pub sealed: Vec<SealedRow>,
}

/// A sealed override: it opens once without the server.
#[derive(Debug, Clone, Default)]
pub struct SealedRow {
    /// Its id.
    pub id: String,
    /// Service and environment.
    pub target: String,
    /// Who issued it.
    pub by: Who,
    /// Who holds half a code each.
    pub holders: Vec<Who>,
    /// Until when it opens.
    pub until: Moment,
    /// Where it stands.
    pub state: Badge,
    /// Whether the reader may revoke it: posts `reason` to `/overrides/sealed/{sealed}/revoke`.
    pub can_revoke: bool,
}

/// An override in the list.
#[derive(Debug, Clone, Default)]
pub struct OverrideRow {
    /// The change.
    pub change: Link,
    /// Service and environment.
    pub target: String,
    /// The incident.
    pub incident: String,
    /// Who opened it.
    pub by: Who,
    /// When.
    pub opened: Moment,
    /// By when it has to be reviewed.
    pub due: Moment,
    /// How its review stands.
    pub review: ReviewState,
}
