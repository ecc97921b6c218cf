//! Grants: journal entries that let one deployment through, with the proof that they are entries.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ledger::Receipt;
use crate::material::{Artifact, Plan, Window};
use crate::people::{PersonRef, Principal};
use crate::time::Time;

/// Where a grant stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantState {
    /// It can be redeemed, if the gate still agrees then.
    Open,
    /// It was redeemed.
    Redeemed,
    /// It ended unredeemed.
    Expired,
}

/// A permission to deploy exactly this, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Grant {
    /// The grant.
    pub id: String,
    /// The change.
    pub change: String,
    /// Its revision.
    pub revision: u32,
    /// Digest of that revision.
    pub revision_digest: String,
    /// The service.
    pub service: String,
    /// The environment.
    pub environment: String,
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
    pub question: String,
    /// Who asked, and alone can redeem it.
    pub asked_by: Principal,
    /// When it was given.
    pub issued_at: Time,
    /// When it ends unredeemed.
    pub expires_at: Time,
    /// Where it stands.
    pub state: GrantState,
    /// The override it was given under, when nobody approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_id: Option<String>,
}

/// An approval that the grant rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Approval {
    /// The vote.
    pub vote: String,
    /// Who approved.
    pub person: PersonRef,
    /// In which role.
    pub role: String,
    /// When.
    pub at: Time,
    /// Why; null when it was erased.
    pub justification: Option<String>,
}

/// A grant with the proof that it is an entry of the log. This is what `--save-grant` writes and
/// `grant verify` reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GrantWithReceipt {
    /// The grant, for reading. What counts is the leaf.
    pub grant: Grant,
    /// The exact bytes of the grant's leaf, base64.
    pub leaf_base64: String,
    /// Proof that the leaf is in the log.
    pub receipt: Receipt,
    /// The approvals it rests on.
    #[serde(default)]
    pub approvals: Vec<Approval>,
}
