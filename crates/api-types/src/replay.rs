//! What another bundle would have said of past changes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::policy::PolicyFile;
use crate::time::Time;

/// What to replay: a proposal, or a bundle that is handed in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyReplayRequest {
    /// Digest of a proposal that waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<String>,
    /// All files of a bundle, instead of a proposal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<Vec<PolicyFile>>,
    /// Only changes that policy was asked about since; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// Entries of the journal to go through in this call, 1 to 200,000; 20,000 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 200_000)]
    pub slice: Option<u64>,
}

/// How far a replay came, and what it found up to there. The same request goes on until it is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PolicyReplay {
    /// Whether it went through the whole journal.
    pub done: bool,
    /// Entries of the journal it went through.
    pub entries: u64,
    /// Entries there are.
    pub of: u64,
    /// Digest of the bundle that is compared with: the live one.
    pub base: String,
    /// Its name.
    pub base_name: String,
    /// Digest of the bundle that was tried.
    pub candidate: String,
    /// Its name.
    pub candidate_name: String,
    /// Changes that policy was asked about, by how their outcome moves.
    pub changes: ReplayCounts,
    /// How often each kind of difference occurs; kinds that don't are left out.
    pub differences: Vec<ReplayDifference>,
    /// The changes by service and tier, those that move most first.
    pub services: Vec<ReplayService>,
    /// Who would have been asked more or less, and how long their answers took.
    pub roles: Vec<ReplayRole>,
    /// Hours of waiting for approvals, by what answers of the same roles took on average.
    pub waiting: ReplayWaiting,
    /// Changes whose deployment failed or was rolled back.
    pub failed: ReplayFailed,
    /// Changes that are not over.
    pub open: ReplayOpen,
    /// Whether what is recorded came out again.
    pub reproduced: ReplayReproduced,
}

/// Changes by how their outcome moves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplayCounts {
    /// All of them.
    pub all: u64,
    /// Whose outcome stays exactly the same.
    pub same: u64,
    /// For which policy gets stricter.
    pub stricter: u64,
    /// For which policy gets looser.
    pub looser: u64,
    /// For which it gets stricter in one way and looser in another.
    pub both: u64,
    /// Whose risk, tier or terms move, and nothing that is asked for.
    pub other: u64,
}

/// A kind of difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplayDifference {
    /// Stable code.
    #[schema(example = "approvals_added")]
    pub code: String,
    /// In words.
    #[schema(example = "more people asked")]
    pub title: String,
    /// `true` when it makes policy stricter, `false` looser, null neither by itself.
    pub stricter: Option<bool>,
    /// Changes.
    pub changes: u64,
    /// The latest of them.
    pub examples: Vec<ReplayExample>,
}

/// A change whose outcome moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplayExample {
    /// Its number.
    #[schema(example = "CHG-1042")]
    pub number: String,
    /// The service.
    pub service: String,
    /// When policy was asked.
    pub at: Time,
    /// How its outcome moves: codes.
    pub differences: Vec<String>,
    /// Who would be asked as well.
    pub added: Vec<ReplayAsk>,
    /// Who would not be asked.
    pub removed: Vec<ReplayAsk>,
    /// In whose place a rule may answer.
    #[serde(default)]
    pub to_rules: Vec<ReplayAsk>,
    /// Who would be asked in place of a rule.
    #[serde(default)]
    pub to_people: Vec<ReplayAsk>,
}

/// So many people of any of some roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplayAsk {
    /// The roles, in words.
    #[schema(example = "peer or service-owner")]
    pub roles: String,
    /// People.
    pub people: u32,
}

/// The changes of one service in one tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplayService {
    /// The service.
    pub service: String,
    /// The tier under the live bundle; null where it gives none.
    pub tier: Option<u8>,
    /// Its changes.
    pub changes: ReplayCounts,
}

/// What would be asked of any of some roles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReplayRole {
    /// The roles, in words.
    pub roles: String,
    /// Approvals that would have been asked for as well.
    pub added: u64,
    /// Approvals that would not have been asked for.
    pub removed: u64,
    /// Approvals that a rule might have given in their place; evidence it rests on is not looked at.
    #[serde(default)]
    pub to_rules: u64,
    /// Approvals that would have been asked of them in place of a rule.
    #[serde(default)]
    pub to_people: u64,
    /// How many answers of theirs were waited for.
    pub answered: u64,
    /// Hours one took on average; null when none is recorded.
    pub mean_hours: Option<f64>,
}

/// Hours of waiting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReplayWaiting {
    /// More.
    pub added_hours: f64,
    /// Less.
    pub saved_hours: f64,
    /// Less where rules might have answered in place of people.
    #[serde(default)]
    pub rules_hours: f64,
    /// Approvals added whose hours are not known, because no answer of these roles is recorded.
    pub added_unknown: u64,
    /// Approvals removed, or left to rules, whose hours are not known.
    pub removed_unknown: u64,
}

/// Changes whose deployment failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplayFailed {
    /// All of them.
    pub all: u64,
    /// More people would have looked at.
    pub more: u64,
    /// Fewer people would have looked at.
    pub fewer: u64,
    /// A rule might have approved in place of people.
    #[serde(default)]
    pub by_rules: u64,
    /// Policy would have refused, or could not have said what they need.
    pub stopped: u64,
}

/// Changes that are not over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplayOpen {
    /// All of them.
    pub all: u64,
    /// Whose outcome moves.
    pub moved: u64,
    /// The newest of these.
    pub named: Vec<ReplayExample>,
}

/// Whether recorded assessments came out again under the bundles they were made under.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplayReproduced {
    /// Those that did, exactly.
    pub identical: u64,
    /// Those that did not.
    pub different: u64,
    /// The first of these.
    pub examples: Vec<String>,
}
