//! A signature under a vote, with all that is needed to check it years later.

use serde::{Deserialize, Serialize};

use crate::key::PublicKey;
use crate::statement::VoteStatement;
use crate::{sshsig, webauthn};

/// A signature, as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Proof {
    /// By an SSH key.
    Ssh {
        /// Armoured, as `ssh-keygen -Y sign` writes it.
        signature: String,
    },
    /// By a passkey. Boxed: it is much larger.
    Passkey(Box<PasskeyProof>),
}

/// A `WebAuthn` assertion. Bytes are base64url.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyProof {
    /// The relying party id it was made for: the server's host.
    pub relying_party: String,
    /// The web origin it was made on.
    pub origin: String,
    /// Authenticator data.
    pub authenticator_data: String,
    /// Client data (JSON), as the browser wrote it.
    pub client_data: String,
    /// The signature over both.
    pub signature: String,
}

/// What a signature shows of the person at the device.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Presence {
    /// The authenticator asked for a gesture.
    pub present: bool,
    /// It checked who made it: PIN, finger, face.
    pub verified: bool,
    /// The key may be copied to other devices of its owner (a synced passkey).
    pub synced: bool,
    /// How often the authenticator has signed, where it counts.
    pub counter: u32,
}

/// Why a signature does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// It can't be read.
    #[error("read the signature: it is malformed")]
    Form,
    /// It was made for another purpose.
    #[error("use the signature: it was made for another purpose than a vote")]
    Namespace,
    /// Another key made it.
    #[error("use the signature: another key made it")]
    OtherKey,
    /// It is not over this statement.
    #[error("verify the signature: it is not over this statement")]
    Mismatch,
    /// The browser was asked for something else than a signature.
    #[error("use the assertion: it is of another type")]
    Type,
    /// The challenge is another one.
    #[error("use the assertion: it answers another challenge")]
    Challenge,
    /// Another site asked for it.
    #[error("use the assertion: another site asked for it")]
    Origin,
    /// Nobody touched the authenticator, or it did not check who did.
    #[error("use the assertion: the authenticator did not verify its user")]
    Unverified,
}

impl Proof {
    /// Checks that `key` signed these bytes of a [`VoteStatement`]. Of a passkey it also wants that its
    /// user was verified.
    ///
    /// # Errors
    /// What does not fit.
    pub fn check(&self, statement: &[u8], key: &PublicKey) -> Result<Presence, SignatureError> {
        match self {
            Self::Ssh { signature } => {
                sshsig::check(signature, statement, key).map(|()| Presence::default())
            }
            Self::Passkey(proof) => {
                webauthn::check_assertion(proof, &VoteStatement::challenge(statement), key)
            }
        }
    }

    /// What kind it is, in a word.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Ssh { .. } => "ssh",
            Self::Passkey(_) => "passkey",
        }
    }
}
