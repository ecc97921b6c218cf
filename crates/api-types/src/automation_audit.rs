//! The audit of automatic decisions: what was looked for, what was found, and how unusual it is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something that is hardly chance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Suspicion {
    /// The rule, or `template:NAME`; null where it is about somebody with all rules.
    #[schema(example = "small-scaling")]
    pub rule: Option<String>,
    /// Id of the requester it is about; null where it is about a rule.
    pub requester: Option<String>,
    /// Number of its newest change.
    #[schema(example = "CHG-1042")]
    pub change: String,
    /// The service of that change.
    pub service: String,
    /// The environment of that change.
    pub environment: String,
    /// What was seen.
    #[schema(example = "14 approvals by small-scaling on 2026-10-14")]
    pub observed: String,
    /// What would have been ordinary.
    #[schema(example = "2.9 a day")]
    pub expected: String,
    /// What the expectation rests on.
    #[schema(example = "522 in the 180 days before the period")]
    pub base_rate: String,
    /// How often chance alone would bring this or more.
    #[schema(example = 0.00002)]
    pub p_value: f64,
    /// The statistic it comes from.
    pub statistic: String,
    /// Numbers of its changes, the newest last.
    pub changes: Vec<String>,
}

/// What one detector did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditCheck {
    /// The detector: also the kind of its findings.
    #[schema(example = "automation_burst")]
    pub detector: String,
    /// What it looks for.
    pub title: String,
    /// In how many places it looked.
    pub tested: u32,
    /// Where there was too little to tell: no alarm, and no all-clear.
    pub too_few: Vec<String>,
    /// What it found.
    pub suspicions: Vec<Suspicion>,
}

/// How it went with what one rule or template let through.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SuccessRate {
    /// `rule:ID` or `template:NAME`.
    #[schema(example = "template:scale-service")]
    pub by: String,
    /// How many of 100 have to succeed.
    pub bound_percent: u8,
    /// Deployments that count.
    pub total: u32,
    /// How many of them failed or were rolled back.
    pub failed: u32,
    /// How often chance alone would bring so many failures or more where the bound is kept.
    pub p_value: f64,
    /// `kept`, `failing` or `too_few`.
    #[schema(example = "kept")]
    pub state: String,
}

/// An audit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AutomationAudit {
    /// Days that are looked at.
    pub period_days: u32,
    /// Days before them that they are compared with.
    pub baseline_days: u32,
    /// One for each detector.
    pub checks: Vec<AuditCheck>,
    /// One for each rule and template of the live policy.
    pub success: Vec<SuccessRate>,
}
