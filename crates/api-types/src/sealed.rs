//! Sealed overrides: opened once with two halves of a code while no server answers, and told afterwards.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ledger::Receipt;
use crate::overrides::OverrideSummary;
use crate::people::PersonRef;
use crate::time::Time;

/// Issues a sealed override for one service in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SealedOverrideRequest {
    /// The service.
    #[schema(example = "checkout")]
    pub service: String,
    /// The environment.
    #[schema(example = "production")]
    pub environment: String,
    /// Two people who get one half of the code each, by id, e-mail or user name; neither is you.
    #[schema(min_items = 2, max_items = 2)]
    pub holders: Vec<String>,
    /// For how many minutes; as long as policy allows when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 129_600)]
    pub valid_minutes: Option<u32>,
}

/// Where a sealed override stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SealedState {
    /// It opens.
    Issued,
    /// A use of it was told.
    Used,
    /// It was revoked.
    Revoked,
    /// Its time is over.
    Expired,
}

impl SealedState {
    /// The word for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Used => "used",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

/// A sealed override. Its code is nowhere: who holds the halves has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SealedOverride {
    /// The sealed override.
    #[schema(example = "sld_01jd3k9q7h2v5n8m4c6b0tzxrw")]
    pub id: String,
    /// The service.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// Who issued it.
    pub by: PersonRef,
    /// Who holds the halves.
    pub holders: Vec<PersonRef>,
    /// When it was issued.
    pub issued_at: Time,
    /// Until when it opens.
    pub valid_until: Time,
    /// Where it stands.
    pub state: SealedState,
    /// The overrides that tell of its uses: more than one is a finding.
    pub uses: Vec<String>,
    /// Who revoked it.
    pub revoked_by: Option<PersonRef>,
    /// When.
    pub revoked_at: Option<Time>,
    /// Whether you may revoke it.
    pub may_revoke: bool,
}

/// The sealed document: the log entry that issued it, with the proof that it is one. It is verified
/// without the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SealedDocument {
    /// The sealed override, for reading. What counts is the leaf.
    pub sealed_override: SealedOverride,
    /// The exact bytes of its leaf, base64.
    pub leaf_base64: String,
    /// Proof that the leaf is in the log.
    pub receipt: Receipt,
}

/// One half of the code, the only time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SealedHalf {
    /// Whose it is.
    pub holder: PersonRef,
    /// The half: 32 hex digits in groups of four.
    pub half: String,
}

/// A sealed override that was just issued, with both halves of its code, the only time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssuedSealedOverride {
    /// The document.
    pub document: SealedDocument,
    /// The halves, in the order of the holders.
    pub halves: Vec<SealedHalf>,
}

/// Revokes a sealed override.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SealedRevocationRequest {
    /// Why.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// Hands in the record that a machine kept while no server answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReconciliationRequest {
    /// The lines of the record, exactly as they are and in order.
    #[schema(min_items = 1, max_items = 2000)]
    pub lines: Vec<String>,
}

/// One use of a sealed override that was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReconciledUse {
    /// The override that tells of it; its review is due.
    #[serde(rename = "override")]
    pub summary: OverrideSummary,
    /// What is wrong with it: `used_again`, `wrong_code`, `unknown_seal` and others. Empty when the seal
    /// allowed it.
    pub problems: Vec<String>,
    /// Whether it was on record before; then nothing was recorded.
    pub known: bool,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reconciliation {
    /// Whether every line can be read and names the one before it.
    pub intact: bool,
    /// The uses that it tells of.
    pub uses: Vec<ReconciledUse>,
}

/// How an override was opened while no server answered: the word of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SealedUse {
    /// The sealed override.
    pub sealed_override: String,
    /// Who held the halves.
    pub holders: Vec<PersonRef>,
    /// Who issued it.
    pub issued_by: Option<PersonRef>,
    /// When it was used, by the clock of the machine; the override's `opened_at` is when it was told.
    pub used_at: Time,
    /// When the command ended.
    pub ended_at: Option<Time>,
    /// The account of the machine and its name; null when it was erased.
    pub ran_by: Option<String>,
    /// How the command ended; null when that was not recorded.
    pub outcome: Option<crate::deployments::DeploymentOutcome>,
    /// Its exit code.
    pub exit_code: Option<i32>,
    /// What is wrong with the use, as codes.
    pub problems: Vec<String>,
}
