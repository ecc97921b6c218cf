//! `automation.yaml` as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::EvidenceText;
use crate::bundle::yaml::At;

/// `automation.yaml`: rules that approve by themselves, and who may stop them. Without this file
/// only people approve.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AutomationFile {
    /// Any of these roles stops a rule, a service or everything; admins do as well.
    pub(crate) stop: Vec<At<String>>,
    /// Any of these roles lets it go on.
    pub(crate) resume: Vec<At<String>>,
    /// The rules.
    pub(crate) rules: Vec<AutomationText>,
}

/// A rule that approves by itself where all its conditions hold, in place of people.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AutomationText {
    /// Unique among all rules of the bundle; a slug.
    pub(crate) id: At<String>,
    /// What it says, in a sentence.
    pub(crate) title: String,
    /// In these tiers, such as `[T1, T2]`; never T4.
    pub(crate) tiers: Vec<At<String>>,
    /// For `standard` or `normal` changes; never for emergencies.
    pub(crate) kinds: Vec<At<String>>,
    /// Ids of rules, or `template:NAME`, whose needs it answers.
    pub(crate) answers: Vec<At<String>>,
    /// Conditions, all of which have to hold. A fact that is missing sends the change to a person.
    pub(crate) when: Vec<At<String>>,
    /// Evidence it rests on, about every artifact.
    #[serde(default)]
    pub(crate) evidence: Vec<EvidenceText>,
    /// Lazy consensus: it approves only after a review in which nobody objected.
    pub(crate) review: Option<ReviewText>,
    /// How many of 100 deployments of what it approved have to succeed, 50 to 99; 90 when left out. A
    /// rule that fails this is suspended by itself.
    pub(crate) success_percent: Option<At<u32>>,
}

/// A review by stakeholders, at whose end a rule approves if nobody objected.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviewText {
    /// Working time of the organisation that has to pass, such as `8h`.
    pub(crate) window: At<String>,
    /// So long before the end stakeholders are told again, such as `1h`.
    pub(crate) remind: At<String>,
    /// Roles whose holders are told. If a notice reaches nobody of one of them, no time runs.
    pub(crate) tell: Vec<At<String>>,
}
