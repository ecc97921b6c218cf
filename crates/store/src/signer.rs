//! The key that signs the log from now on, and the one it took over from.

use ledger::note::{SigningKey, VerifierKey};

/// What a store signs checkpoints with.
///
/// Between the moment a key is replaced and the entry that says so, the stored head is still signed
/// by the key before (H12). So a store believes a head by either and signs with the newer one.
#[derive(Debug, Clone)]
pub struct Signer {
    key: SigningKey,
    predecessor: Option<VerifierKey>,
}

impl Signer {
    /// A key that takes over from another one.
    #[must_use]
    pub const fn succeeding(key: SigningKey, predecessor: VerifierKey) -> Self {
        Self { key, predecessor: Some(predecessor) }
    }

    /// The key to sign with.
    #[must_use]
    pub const fn key(&self) -> &SigningKey {
        &self.key
    }

    /// The keys that a stored head may be signed with.
    #[must_use]
    pub fn believed(&self) -> Vec<VerifierKey> {
        std::iter::once(self.key.verifier()).chain(self.predecessor.clone()).collect()
    }
}

impl From<SigningKey> for Signer {
    fn from(key: SigningKey) -> Self {
        Self { key, predecessor: None }
    }
}
