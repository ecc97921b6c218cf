//! Registering a credential (section 7.1).

use super::{client_data, data};
use crate::cbor;
use crate::encoding::{base64url, read_base64url};
use crate::key::PublicKey;
use crate::proof::SignatureError;
use crate::webauthn::Expected;

/// What the browser gives after `navigator.credentials.create`. Bytes are base64url.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Client data (JSON).
    pub client_data: String,
    /// Attestation object (CBOR).
    pub attestation: String,
}

/// A new credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Its id, base64url.
    pub credential: String,
    /// Its public key.
    pub public_key: PublicKey,
    /// Whether it may be copied to other devices of its owner.
    pub synced: bool,
}

/// Checks a registration.
///
/// # Errors
/// It is for another site or challenge, unverified, malformed, or of a key we don't take.
pub fn register(
    given: &Registration,
    expected: &Expected<'_>,
) -> Result<Registered, SignatureError> {
    let form = || SignatureError::Form;
    let client = read_base64url(&given.client_data).ok_or_else(form)?;
    client_data::check(&client, "webauthn.create", expected.challenge, expected.origin)?;
    let object = read_base64url(&given.attestation).ok_or_else(form)?;
    let (object, _) = cbor::read(&object).ok_or_else(form)?;
    let bytes = object.named("authData").and_then(cbor::Value::bytes).ok_or_else(form)?;
    let data = data::read(bytes, expected.relying_party)?;
    let (credential, public_key) = data.credential().ok_or_else(form)?;
    Ok(Registered { credential: base64url(credential), public_key, synced: data.presence.synced })
}
