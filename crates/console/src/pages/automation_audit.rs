//! The audit part of the page about automatic approval: what was looked for, what was found, and how
//! what was let through went.

use crate::view::{Badge, Icon, Link, Tone};

/// An audit.
#[derive(Debug, Clone, Default)]
pub struct AuditPart {
    /// One for each detector.
    pub checks: Vec<CheckRow>,
    /// One for each rule and template.
    pub rates: Vec<RateRow>,
}

/// What one detector did.
#[derive(Debug, Clone, Default)]
pub struct CheckRow {
    /// What it looks for.
    pub title: String,
    /// In how many places it looked.
    pub tested: u32,
    /// Where there was too little to tell.
    pub too_few: Vec<String>,
    /// What it found.
    pub found: Vec<SuspicionRow>,
}

impl CheckRow {
    /// What came of it. Having looked nowhere is no all-clear.
    #[must_use]
    pub fn badge(&self) -> Badge {
        match (self.found.len(), self.tested) {
            (0, 0) => Badge::new(Tone::Quiet, Icon::Question, "Too few to tell"),
            (0, _) => Badge::new(Tone::Info, Icon::Check, "Nothing unusual"),
            _ => Badge::new(Tone::Warn, Icon::Alert, "Found"),
        }
    }
}

/// Something that is hardly chance.
#[derive(Debug, Clone, Default)]
pub struct SuspicionRow {
    /// Its newest change.
    pub change: Link,
    /// What was seen.
    pub observed: String,
    /// What would have been ordinary.
    pub expected: String,
    /// What the expectation rests on.
    pub base_rate: String,
    /// How often chance alone would bring it.
    pub chance: String,
    /// The statistic.
    pub statistic: String,
}

/// Whether what was let through goes well enough.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Standing {
    /// There is too little to tell.
    #[default]
    TooFew,
    /// As well as policy wants it.
    Kept,
    /// Too much of it fails.
    Failing,
}

/// How it went with one rule or template.
#[derive(Debug, Clone, Default)]
pub struct RateRow {
    /// `rule:ID` or `template:NAME`.
    pub by: String,
    /// What has to succeed.
    pub bound: String,
    /// Deployments.
    pub total: u32,
    /// How many failed.
    pub failed: u32,
    /// Whether that is good enough.
    pub standing: Standing,
}

impl RateRow {
    /// The standing as a badge.
    #[must_use]
    pub fn badge(&self) -> Badge {
        match self.standing {
            Standing::TooFew => Badge::new(Tone::Quiet, Icon::Question, "Too few to tell"),
            Standing::Kept => Badge::new(Tone::Info, Icon::Check, "Kept"),
            Standing::Failing => Badge::new(Tone::Bad, Icon::Stop, "Fails"),
        }
    }
}
