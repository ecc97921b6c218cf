//! The states of a change, each with the data only it has; grants and deployments.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::material::{Artifact, Digest, Plan, Window};
use crate::actor::Actor;
use crate::ids::{
    ChangeId, DeploymentId, EnvironmentName, GrantId, OverrideId, QuestionId, ServiceName,
};
use crate::private::Private;

/// Where a change stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub enum State {
    /// Being written; nobody is asked yet.
    Draft,
    /// Submitted, but policy could not say yet what it needs.
    Assessing,
    /// Waiting for votes.
    AwaitingApproval {
        /// Since when.
        #[serde(with = "crate::time::ms")]
        since: Timestamp,
        /// When it expires unanswered.
        #[serde(with = "crate::time::ms")]
        expires_at: Timestamp,
    },
    /// Decided; may be deployed until then, if the gate agrees at that time.
    Approved {
        /// When it was decided.
        #[serde(with = "crate::time::ms")]
        at: Timestamp,
        /// When the approval expires (F03).
        #[serde(with = "crate::time::ms")]
        valid_until: Timestamp,
    },
    /// A grant was redeemed; the deployment runs.
    Implementing {
        /// Which deployment.
        deployment: DeploymentId,
        /// When the approval expires, for re-runs.
        #[serde(with = "crate::time::ms")]
        valid_until: Timestamp,
    },
    /// The deployment ended.
    Completed {
        /// How.
        outcome: DeploymentOutcome,
        /// When.
        #[serde(with = "crate::time::ms")]
        at: Timestamp,
        /// When the approval expires, for a re-run after a failure.
        #[serde(with = "crate::time::ms")]
        valid_until: Timestamp,
    },
    /// Reviewed and closed.
    Closed {
        /// When.
        #[serde(with = "crate::time::ms")]
        at: Timestamp,
    },
    /// Somebody entitled said no.
    Rejected {
        /// When.
        #[serde(with = "crate::time::ms")]
        at: Timestamp,
    },
    /// Withdrawn by those who asked for it.
    Cancelled {
        /// When.
        #[serde(with = "crate::time::ms")]
        at: Timestamp,
    },
    /// Nobody decided in time, or nobody deployed in time (F04: neutral, not a person's no).
    Expired {
        /// When.
        #[serde(with = "crate::time::ms")]
        at: Timestamp,
    },
    /// Another change took its place (C14).
    Superseded {
        /// Which.
        by: ChangeId,
        /// When.
        #[serde(with = "crate::time::ms")]
        at: Timestamp,
    },
}

/// The name of a state, without its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateName {
    /// See [`State::Draft`].
    Draft,
    /// See [`State::Assessing`].
    Assessing,
    /// See [`State::AwaitingApproval`].
    AwaitingApproval,
    /// See [`State::Approved`].
    Approved,
    /// See [`State::Implementing`].
    Implementing,
    /// See [`State::Completed`].
    Completed,
    /// See [`State::Closed`].
    Closed,
    /// See [`State::Rejected`].
    Rejected,
    /// See [`State::Cancelled`].
    Cancelled,
    /// See [`State::Expired`].
    Expired,
    /// See [`State::Superseded`].
    Superseded,
}

impl StateName {
    /// The word as stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Assessing => "assessing",
            Self::AwaitingApproval => "awaiting_approval",
            Self::Approved => "approved",
            Self::Implementing => "implementing",
            Self::Completed => "completed",
            Self::Closed => "closed",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
        }
    }

    /// The words for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::AwaitingApproval => "awaiting approval",
            other => other.as_str(),
        }
    }

    /// All of them, in the order of a change's life.
    pub const ALL: [Self; 11] = [
        Self::Draft,
        Self::Assessing,
        Self::AwaitingApproval,
        Self::Approved,
        Self::Implementing,
        Self::Completed,
        Self::Closed,
        Self::Rejected,
        Self::Cancelled,
        Self::Expired,
        Self::Superseded,
    ];
}

impl State {
    /// Its name.
    #[must_use]
    pub const fn name(&self) -> StateName {
        match self {
            Self::Draft => StateName::Draft,
            Self::Assessing => StateName::Assessing,
            Self::AwaitingApproval { .. } => StateName::AwaitingApproval,
            Self::Approved { .. } => StateName::Approved,
            Self::Implementing { .. } => StateName::Implementing,
            Self::Completed { .. } => StateName::Completed,
            Self::Closed { .. } => StateName::Closed,
            Self::Rejected { .. } => StateName::Rejected,
            Self::Cancelled { .. } => StateName::Cancelled,
            Self::Expired { .. } => StateName::Expired,
            Self::Superseded { .. } => StateName::Superseded,
        }
    }

    /// Whether nothing more can come of it but a record.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Closed { .. }
                | Self::Rejected { .. }
                | Self::Cancelled { .. }
                | Self::Expired { .. }
                | Self::Superseded { .. }
        )
    }

    /// Until when an approval stands, in the states that have one.
    #[must_use]
    pub const fn valid_until(&self) -> Option<Timestamp> {
        match self {
            Self::Approved { valid_until, .. }
            | Self::Implementing { valid_until, .. }
            | Self::Completed { valid_until, .. } => Some(*valid_until),
            _ => None,
        }
    }
}

/// The journal entry that lets one deployment through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The grant.
    pub id: GrantId,
    /// The change.
    pub change: ChangeId,
    /// Its revision.
    pub revision: u32,
    /// Digest of that revision.
    pub revision_digest: Digest,
    /// The service.
    pub service: ServiceName,
    /// The environment.
    pub environment: EnvironmentName,
    /// Exactly these artifacts.
    pub artifacts: Vec<Artifact>,
    /// Exactly these parameters.
    pub parameters: BTreeMap<String, String>,
    /// Exactly this plan.
    pub plan: Option<Plan>,
    /// The window of the change, if it has one.
    pub window: Option<Window>,
    /// Digest of the policy bundle it was decided under.
    pub policy: String,
    /// The question it answers.
    pub question: QuestionId,
    /// Who asked.
    pub asked_by: Actor,
    /// 128 random bits, hex.
    pub nonce: String,
    /// When it was given.
    #[serde(with = "crate::time::ms")]
    pub issued_at: Timestamp,
    /// When it ends unredeemed.
    #[serde(with = "crate::time::ms")]
    pub expires_at: Timestamp,
    /// The override it was given under, when nobody approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_id: Option<OverrideId>,
}

/// How a deployment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Successful => "successful",
            Self::WithIssues => "with_issues",
            Self::Failed => "failed",
            Self::RolledBack => "rolled_back",
        }
    }

    /// Whether it is not in place.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::RolledBack)
    }
}

/// One redemption of a grant, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    /// The deployment.
    pub id: DeploymentId,
    /// The grant that let it through.
    pub grant: GrantId,
    /// Who redeemed it.
    pub by: Actor,
    /// When it began.
    #[serde(with = "crate::time::ms")]
    pub began_at: Timestamp,
    /// When it ended.
    #[serde(with = "crate::time::ms::option")]
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<DeploymentOutcome>,
    /// Exit code of the deployment command.
    pub exit_code: Option<i32>,
    /// What was said about it.
    pub note: Option<Private<String>>,
    /// The override it began under, when nobody approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_id: Option<OverrideId>,
}
