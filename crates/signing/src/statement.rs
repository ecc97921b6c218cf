//! What exactly is signed by a vote.

use canonical::{CanonicalError, to_canonical_bytes};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::sshsig::NAMESPACE;

/// One vote, as its voter signs it. Every field but the nonce can be read off the recorded vote, so
/// that nobody can put a signature under another one.
///
/// The justification is not in it: it is private text that can be erased, and the record commits to
/// it with a salt that does not exist yet when the voter signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoteStatement {
    /// Id of the change.
    pub change: String,
    /// Number of the revision.
    pub revision: u32,
    /// Digest of the revision: exactly what is decided.
    pub revision_digest: String,
    /// `approve`, `reject`, `request_changes` or `abstain`.
    pub decision: String,
    /// What the vote means, in policy's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
    /// Id of the voter.
    pub person: String,
    /// Id of whoever they answer for, by delegation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
    /// Digest of the briefing they had opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<String>,
    /// Made by the server for this statement; used once.
    pub nonce: String,
    /// When the server made it (RFC 3339, UTC, milliseconds).
    pub issued_at: String,
}

#[derive(Serialize)]
struct Typed<'a> {
    r#type: &'static str,
    #[serde(flatten)]
    statement: &'a VoteStatement,
}

impl VoteStatement {
    /// The bytes that are signed: canonical JSON (RFC 8785) of the fields and
    /// `"type": "countersign-vote@v1"`.
    ///
    /// # Errors
    /// A text has no canonical form.
    pub fn bytes(&self) -> Result<Vec<u8>, CanonicalError> {
        to_canonical_bytes(&Typed { r#type: NAMESPACE, statement: self })
    }

    /// The challenge of a passkey: SHA-256 of the bytes.
    #[must_use]
    pub fn challenge(bytes: &[u8]) -> [u8; 32] {
        Sha256::digest(bytes).into()
    }
}
