//! One rule that approves by itself: what became of what it approved, and of what it left to people.

use askama::Template;

use super::automation::RuleRow;
use crate::filters;
use crate::view::{Badge, Icon, Layout, Link, Moment, Tone};

/// The page, at `/automation/rules/{rule}`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/automation_rule.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// The rule.
    pub rule: RuleRow,
    /// So many days back changes count.
    pub days: u32,
    /// The rule first, then people.
    pub tallies: Vec<TallyRow>,
    /// What the numbers say, in sentences.
    pub says: Vec<String>,
    /// What it approved, the newest first.
    pub latest: Vec<LatestRow>,
}

/// What became of the changes that the rule, or people, decided on.
#[derive(Debug, Clone, Default)]
pub struct TallyRow {
    /// Who decided.
    pub by: String,
    /// Changes.
    pub changes: u32,
    /// Those to which somebody said no.
    pub refused: u32,
    /// Deployments that ended.
    pub deployments: u32,
    /// Those that failed.
    pub failed: u32,
}

/// A change that the rule approved.
#[derive(Debug, Clone, Default)]
pub struct LatestRow {
    /// The change.
    pub change: Link,
    /// `checkout in staging`.
    pub what: String,
    /// When.
    pub at: Moment,
    /// Deployments that ended.
    pub deployments: u32,
    /// Those that failed.
    pub failed: u32,
    /// Whether somebody said no.
    pub refused: bool,
}

impl LatestRow {
    /// How it went.
    #[must_use]
    pub fn badge(&self) -> Badge {
        match (self.deployments, self.failed) {
            (0, _) => Badge::new(Tone::Quiet, Icon::Clock, "Not deployed"),
            (_, 0) => Badge::new(Tone::Good, Icon::Check, "Went well"),
            _ => Badge::new(Tone::Bad, Icon::Cross, "Failed"),
        }
    }
}
