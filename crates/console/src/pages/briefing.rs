//! A change in plain words, for people who are asked to decide on it and don't work in IT.
//!
//! Nothing of it is shown before it is opened, and opening is a form: so a read receipt says that a person
//! opened it, never that a link was fetched.

use askama::Template;

use crate::filters;
use crate::view::{Decision, Digest, FormErrors, Layout, Moment, RiskLevel};

/// The briefing, at `/changes/{number}/briefing`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/briefing.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// `CHG-1042`.
    pub number: String,
    /// One line.
    pub title: String,
    /// Roles in which the reader is asked.
    pub roles: Vec<String>,
    /// Sent as `idempotency_key`, for opening.
    pub open_key: String,
    /// What is shown once it was opened.
    pub opened: Option<Opened>,
}

/// What is shown once it was opened.
#[derive(Debug, Clone, Default)]
pub struct Opened {
    /// When the reader opened it.
    pub at: Moment,
    /// What changes for people; empty when the requester wrote nothing.
    pub plain_summary: String,
    /// Why it should be done.
    pub reason: String,
    /// From when to when it may happen.
    pub window: Option<(Moment, Moment)>,
    /// How risky it is.
    pub risk: RiskLevel,
    /// What the reader is asked, for each role.
    pub asks: Vec<Ask>,
    /// Digest of exactly what is shown; sent as `shown`.
    pub shown: Digest,
    /// What the reader decided before.
    pub decided: Option<Decision>,
    /// The form. Posts to `/changes/{number}/briefing/decision`.
    pub form: Form,
}

/// What the reader is asked in one role.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// The role.
    pub role: String,
    /// Why it is asked.
    pub why: String,
    /// What an approval states.
    pub meaning: String,
    /// What is to be confirmed; sent as `acknowledged` with the role.
    pub acknowledgement: Option<String>,
    /// Whether it is ticked.
    pub ticked: bool,
}

/// The form to decide.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// Sent as `expected_revision`.
    pub expected_revision: String,
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
    /// Field `decision`, as chosen before.
    pub decision: Option<Decision>,
    /// Field `justification`, as typed before.
    pub justification: String,
    /// Fields `acknowledged`, `decision`, `justification`.
    pub errors: FormErrors,
}

impl Form {
    /// Whether the decision was chosen before.
    #[must_use]
    pub fn is_chosen(&self, decision: Decision) -> bool {
        self.decision == Some(decision)
    }
}

impl Opened {
    /// Whether anything is to be confirmed.
    #[must_use]
    pub fn confirms(&self) -> bool {
        self.asks.iter().any(|ask| ask.acknowledgement.is_some())
    }

    /// What the risk level means, in a sentence.
    #[must_use]
    pub fn risk_in_words(&self) -> &'static str {
        match self.risk {
            RiskLevel::Low => "Little is likely to go wrong, and it is easily undone.",
            RiskLevel::Medium => {
                "Something could go wrong; those who run it are prepared for that."
            }
            RiskLevel::High => "A failure would be noticed, so more people than usual must agree.",
            RiskLevel::Critical => {
                "A failure would hurt the business, so the strictest rules apply."
            }
            RiskLevel::Unassessed => "Policy has not judged the risk.",
        }
    }
}
