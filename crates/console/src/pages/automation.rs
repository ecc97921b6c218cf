//! Automatic approval: what each rule approved lately, stops, and stopping.

use askama::Template;

use super::automation_audit::AuditPart;
use crate::filters;
use crate::view::{Badge, Icon, Layout, Link, Moment, Tone, Who};

/// The page, at `/automation`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/automation.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// The rules.
    pub rules: Vec<RuleRow>,
    /// Stops, the newest first.
    pub stops: Vec<StopRow>,
    /// The form to stop something; `None` when the reader can't.
    pub form: Option<StopForm>,
    /// Who can stop, when the reader can't.
    pub stopped_by: String,
    /// What the audit of the last 30 days came to.
    pub audit: AuditPart,
}

/// A rule that approves by itself.
#[derive(Debug, Clone, Default)]
pub struct RuleRow {
    /// Its id.
    pub id: String,
    /// What it says.
    pub title: String,
    /// Where it stands in policy.
    pub source: Link,
    /// Whose needs it answers.
    pub answers: String,
    /// Everything that has to hold.
    pub conditions: Vec<String>,
    /// Kinds of evidence it rests on.
    pub evidence: String,
    /// The review it approves after, in words; empty when it approves at once.
    pub review: String,
    /// Whether it is stopped for all services.
    pub stopped: bool,
    /// What it approved among the newest changes.
    pub approved: Vec<Approved>,
}

impl RuleRow {
    /// Whether it approves now.
    #[must_use]
    pub fn badge(&self) -> Badge {
        if self.stopped {
            Badge::new(Tone::Bad, Icon::Stop, "Stopped")
        } else {
            Badge::new(Tone::Info, Icon::Play, "Runs")
        }
    }
}

/// Something a rule approved.
#[derive(Debug, Clone, Default)]
pub struct Approved {
    /// The change.
    pub change: Link,
    /// `checkout in staging, revision 1`.
    pub what: String,
    /// When.
    pub at: Moment,
}

/// A stop.
#[derive(Debug, Clone, Default)]
pub struct StopRow {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub about: String,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: Who,
    /// When.
    pub at: Moment,
    /// Who let it go on, when and why.
    pub resumed: Option<(Who, Moment, String)>,
    /// Whether the reader can let it go on.
    pub can_resume: bool,
}

impl StopRow {
    /// Whether it stands.
    #[must_use]
    pub fn badge(&self) -> Badge {
        if self.resumed.is_some() {
            Badge::new(Tone::Quiet, Icon::Play, "Over")
        } else {
            Badge::new(Tone::Bad, Icon::Stop, "Stands")
        }
    }
}

/// The form to stop something.
#[derive(Debug, Clone, Default)]
pub struct StopForm {
    /// What can be stopped: value and words.
    pub scopes: Vec<(String, String)>,
    /// Makes a second sending harmless.
    pub idempotency_key: String,
}
