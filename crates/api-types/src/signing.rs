//! Keys that people sign their votes with, and what they sign.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::time::Time;
use crate::votes::Decision;

/// What holds the private half of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// A file or an agent (SSH).
    Ssh,
    /// An authenticator (WebAuthn).
    Passkey,
}

/// A key that somebody signs votes with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SigningKey {
    /// The key.
    pub id: String,
    /// What holds it.
    pub kind: KeyKind,
    /// What its owner calls it; null when it was erased.
    pub name: Option<String>,
    /// Its public half, as OpenSSH writes it.
    #[schema(
        example = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFbNXZ056vcyI9orL635rFFrtKZAq/yxaVf4IyM890Kg"
    )]
    pub public_key: String,
    /// Whether a passkey may be copied to other devices of its owner.
    pub synced: bool,
    /// When it was added.
    pub added_at: Time,
}

/// An SSH key to register. Passkeys are registered in the console, which browsers ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SigningKeyRequest {
    /// What its owner calls it.
    #[schema(max_length = 80, example = "work laptop")]
    pub name: String,
    /// `ssh-ed25519` or `ecdsa-sha2-nistp256`, as in a file that ends in `.pub`.
    pub public_key: String,
}

/// Which vote somebody is about to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VoteStatementQuery {
    /// The revision the voter saw.
    pub expected_revision: u32,
    /// What the vote says.
    #[param(inline)]
    pub decision: Decision,
    /// Whose right it uses, as for the vote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
}

/// What a voter signs. It can be signed for ten minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VoteStatement {
    /// The text to sign, byte for byte.
    pub statement: String,
    /// Namespace of an SSH signature over it.
    #[schema(example = "countersign-vote@v1")]
    pub namespace: String,
    /// When it was made; send it back with the signature.
    pub issued_at: Time,
    /// The caller's keys that could sign it.
    pub keys: Vec<SigningKey>,
    /// Whether policy counts this approval only if it is signed.
    pub required: bool,
}

/// A signature that comes with a vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignatureRequest {
    /// Id of the key.
    pub key: String,
    /// When its statement was made.
    pub issued_at: Time,
    /// The armoured SSH signature, as `ssh-keygen -Y sign` writes it.
    #[schema(max_length = 4000)]
    pub ssh: String,
}

/// The signature under a recorded vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VoteSignature {
    /// Id of the key.
    pub key: String,
    /// What held it.
    pub kind: KeyKind,
    /// Its public half as it was then.
    pub public_key: String,
    /// Whether it verifies, by a key that was the voter's.
    pub holds: bool,
    /// The text that was signed.
    pub statement: String,
    /// The armoured SSH signature, if it is one: `ssh-keygen -Y verify` checks it over `statement`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh: Option<String>,
}
