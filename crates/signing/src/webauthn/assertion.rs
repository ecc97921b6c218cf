//! Checking an assertion (section 7.2).

use sha2::{Digest as _, Sha256};

use super::{client_data, data};
use crate::encoding::read_base64url;
use crate::key::PublicKey;
use crate::proof::{PasskeyProof, Presence, SignatureError};

/// What a ceremony must have been for.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The challenge.
    pub challenge: &'a [u8],
    /// The relying party id: our host.
    pub relying_party: &'a str,
    /// Our web origin.
    pub origin: &'a str,
}

/// Checks an assertion over a challenge by exactly this key, on the site that it names itself.
pub(crate) fn check(
    proof: &PasskeyProof,
    challenge: &[u8],
    key: &PublicKey,
) -> Result<Presence, SignatureError> {
    let read = |text: &str| read_base64url(text).ok_or(SignatureError::Form);
    let client = read(&proof.client_data)?;
    client_data::check(&client, "webauthn.get", challenge, &proof.origin)?;
    let mut signed = read(&proof.authenticator_data)?;
    let presence = data::read(&signed, &proof.relying_party)?.presence;
    signed.extend_from_slice(&Sha256::digest(&client));
    if key.fits_raw(&signed, &read(&proof.signature)?) {
        Ok(presence)
    } else {
        Err(SignatureError::Mismatch)
    }
}

/// Checks an assertion that proves again who somebody is.
///
/// # Errors
/// It is for another site or challenge, unverified, malformed, or of another key.
pub fn check_step_up(
    proof: &PasskeyProof,
    expected: &Expected<'_>,
    key: &PublicKey,
) -> Result<Presence, SignatureError> {
    if proof.relying_party != expected.relying_party || proof.origin != expected.origin {
        return Err(SignatureError::Origin);
    }
    check(proof, expected.challenge, key)
}
