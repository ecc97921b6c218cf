//! Deployments: redemptions of a grant, and what came of them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::grants::Approval;
use crate::ledger::Receipt;
use crate::people::Principal;
use crate::time::Time;

/// How a deployment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeploymentOutcome {
    /// All went well.
    Successful,
    /// It is in place, with issues.
    WithIssues,
    /// It is not in place.
    Failed,
    /// It was in place and was taken back.
    RolledBack,
}

impl DeploymentOutcome {
    /// The word as sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Successful => "successful",
            Self::WithIssues => "with_issues",
            Self::Failed => "failed",
            Self::RolledBack => "rolled_back",
        }
    }
}

/// One redemption of a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deployment {
    /// The deployment.
    pub id: String,
    /// The change.
    pub change: String,
    /// Number of the change.
    #[schema(example = "CHG-1042")]
    pub change_number: String,
    /// The grant that let it through.
    pub grant: String,
    /// Who redeemed it.
    pub by: Principal,
    /// When it began.
    pub began_at: Time,
    /// When it ended; null while it runs.
    pub ended_at: Option<Time>,
    /// How it ended; null while it runs.
    pub outcome: Option<DeploymentOutcome>,
    /// Exit code of the deployment command.
    pub exit_code: Option<i32>,
    /// What was said about it.
    pub note: Option<String>,
    /// The override it began under, when nobody approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_id: Option<String>,
}

/// A grant was used: the deployment may run now, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Redemption {
    /// The deployment.
    pub deployment: Deployment,
    /// Who approved it, for the deployment's own log.
    pub approvals: Vec<Approval>,
    /// Proof that the redemption is in the log.
    pub receipt: Receipt,
}

/// How a deployment went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeRequest {
    /// How it ended.
    pub outcome: DeploymentOutcome,
    /// Exit code of the deployment command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// A few words about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000)]
    pub note: Option<String>,
}
