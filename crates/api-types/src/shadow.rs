//! What a proposal says beside the live bundle, of everything that happens.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::people::Principal;
use crate::replay::{ReplayAsk, ReplayCounts, ReplayReproduced};
use crate::time::Time;

/// Which shadow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShadowQuery {
    /// Digest of its proposal; the last shadow when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<String>,
}

/// A proposal that runs, or ran, beside the live bundle and decides nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Shadow {
    /// Digest of its bundle.
    pub digest: String,
    /// Who started it.
    pub started_by: Principal,
    /// When.
    pub started_at: Time,
    /// How it ended; null while it runs.
    pub ended: Option<ShadowEnd>,
}

/// The end of a shadow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShadowEnd {
    /// `stopped`, `activated` or `declined`.
    #[schema(example = "stopped")]
    pub how: String,
    /// By whom.
    pub by: Principal,
    /// When.
    pub at: Time,
}

/// What a shadow found, up to where it was followed. The same request goes on until it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShadowReport {
    /// The shadow.
    pub shadow: Shadow,
    /// Whether it was followed to the end of the journal, or to its own end.
    pub done: bool,
    /// Entries of the journal it was followed through.
    pub entries: u64,
    /// Entries there are since it started.
    pub of: u64,
    /// Digest of the bundle it is compared with: the live one.
    pub base: String,
    /// Its name.
    pub base_name: String,
    /// Name of the shadow's bundle.
    pub name: String,
    /// Recorded assessments, by how the shadow's differ.
    pub assessments: ReplayCounts,
    /// How often each kind of difference occurs; kinds that don't are left out.
    pub differences: Vec<ShadowDifference>,
    /// Who would have been asked more or less.
    pub roles: Vec<ShadowRole>,
    /// Recorded verdicts of the gate, by how the shadow's differ.
    pub verdicts: ShadowVerdicts,
    /// Changes of which the shadow says something else, as of the last of what was said of each.
    pub moved: u64,
    /// The newest of them.
    pub changes: Vec<ShadowChange>,
    /// Whether what is recorded, assessments and verdicts, came out again under the bundle that was live.
    pub reproduced: ReplayReproduced,
    /// How much could not be compared.
    pub uncompared: u64,
    /// The first of it.
    pub uncompared_named: Vec<ShadowUncompared>,
}

/// A kind of difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShadowDifference {
    /// Stable code.
    #[schema(example = "approvals_added")]
    pub code: String,
    /// In words.
    #[schema(example = "more people asked")]
    pub title: String,
    /// `true` when it makes policy stricter, `false` looser, null neither by itself.
    pub stricter: Option<bool>,
    /// Assessments.
    pub assessments: u64,
}

/// What would be asked of any of some roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShadowRole {
    /// The roles, in words.
    #[schema(example = "peer or service-owner")]
    pub roles: String,
    /// Approvals that would have been asked for as well.
    pub added: u64,
    /// Approvals that would not have been asked for.
    pub removed: u64,
}

/// Verdicts by how the shadow's differ.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShadowVerdicts {
    /// All of them.
    pub all: u64,
    /// The same answer.
    pub same: u64,
    /// Let through, and the shadow would have stopped it.
    pub stopped: u64,
    /// Stopped, and the shadow would have let it through.
    pub opened: u64,
    /// Another answer, with the same effect.
    pub otherwise: u64,
    /// Those that differ, by what was answered and what would have been.
    pub answers: Vec<ShadowAnswers>,
}

/// Verdicts with one pair of answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShadowAnswers {
    /// What the gate said.
    pub live: ShadowSaid,
    /// What it would have said.
    pub shadow: ShadowSaid,
    /// How often.
    pub verdicts: u64,
}

/// An answer of the gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShadowSaid {
    /// `allow`, `pending`, `deny` or `unknown`.
    #[schema(example = "pending")]
    pub answer: String,
    /// Stable code of its first reason.
    #[schema(example = "awaiting_approval")]
    pub code: String,
    /// Whether the gate blocks there, or only records.
    pub enforced: bool,
}

/// A change of which the shadow says something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShadowChange {
    /// Its number.
    #[schema(example = "CHG-1042")]
    pub number: String,
    /// The service.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// When the last of it was said.
    pub at: Time,
    /// How what policy asks for differs: codes.
    pub differences: Vec<String>,
    /// Who would be asked as well.
    pub added: Vec<ReplayAsk>,
    /// Who would not be asked.
    pub removed: Vec<ReplayAsk>,
    /// How the last verdict of the gate differs.
    pub verdict: Option<ShadowVerdict>,
}

/// A verdict that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShadowVerdict {
    /// What the gate said.
    pub live: ShadowSaid,
    /// What it would have said.
    pub shadow: ShadowSaid,
    /// `stopped`, `opened` or `otherwise`.
    pub way: String,
}

/// Something that could not be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShadowUncompared {
    /// The entry of the journal.
    pub index: u64,
    /// Why.
    pub why: String,
}
