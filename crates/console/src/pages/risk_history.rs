//! What past deployments say of risk, and what is proposed from it.

use askama::Template;

use crate::filters;
use crate::view::{Badge, Icon, Layout, Tone};

/// The page, at `/policy/history`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/risk_history.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// `12 of 400 deployments failed in the last 210 days, 3%`.
    pub overall: String,
    /// By group: proposals first.
    pub rates: Vec<RateRow>,
}

/// What is proposed for a group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Advice {
    /// A stricter look.
    Stricter,
    /// A lighter look.
    Lighter,
    /// None.
    Keep,
    /// None: there is too little to tell.
    #[default]
    TooFew,
}

/// How often deployments of a group fail.
#[derive(Debug, Clone, Default)]
pub struct RateRow {
    /// `service checkout`.
    pub group: String,
    /// `18 of 40`.
    pub failed: String,
    /// `21%`.
    pub rate: String,
    /// `12% to 31%`.
    pub interval: String,
    /// What is proposed.
    pub advice: Advice,
    /// The lines for `risk.yaml`, if something is.
    pub factor: Option<String>,
}

impl RateRow {
    /// The advice as a badge.
    #[must_use]
    pub fn badge(&self) -> Badge {
        match self.advice {
            Advice::Stricter => Badge::new(Tone::Warn, Icon::Alert, "Stricter"),
            Advice::Lighter => Badge::new(Tone::Info, Icon::Check, "Lighter"),
            Advice::Keep => Badge::new(Tone::Quiet, Icon::Dash, "As it is"),
            Advice::TooFew => Badge::new(Tone::Quiet, Icon::Question, "Too few to tell"),
        }
    }
}
