//! What a person signs when they vote, and whether a signature is theirs.
//!
//! Two kinds of signature say the same thing: an SSH signature over the bytes of a
//! [`VoteStatement`], and a `WebAuthn` assertion whose challenge is their SHA-256. The server and the
//! offline verifier check both with this one code, so they can't disagree. Everything is pure:
//! no clock, no randomness, no private key, and nothing of accounts or of the journal.
#![deny(missing_docs)]

#[cfg(any(test, feature = "authenticator"))]
pub mod authenticator;
mod cbor;
mod encoding;
mod key;
mod proof;
mod sshsig;
mod statement;
pub mod webauthn;
mod wire;

pub use encoding::{base64url, read_base64url};
pub use key::{KeyError, PublicKey};
pub use proof::{PasskeyProof, Presence, Proof, SignatureError};
pub use sshsig::{NAMESPACE, is_armored};
pub use statement::VoteStatement;

#[cfg(test)]
mod tests;
