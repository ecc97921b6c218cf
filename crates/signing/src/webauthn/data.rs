//! Authenticator data (section 6.1).

use sha2::{Digest as _, Sha256};

use crate::cbor::{self, Value};
use crate::key::PublicKey;
use crate::proof::{Presence, SignatureError};
use crate::wire::Reader;

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const SYNCED: u8 = 0x08;
const HAS_CREDENTIAL: u8 = 0x40;

/// Longest credential id (section 4).
const CREDENTIAL_MAX: usize = 1_023;

/// The part that every ceremony has.
pub(super) struct Data<'a> {
    pub(super) presence: Presence,
    has_credential: bool,
    rest: &'a [u8],
}

/// Reads it, and checks that it was made for this relying party by a verified user.
pub(super) fn read<'a>(bytes: &'a [u8], party: &str) -> Result<Data<'a>, SignatureError> {
    let mut reader = Reader(bytes);
    let hash: [u8; 32] = reader.array().ok_or(SignatureError::Form)?;
    let [flags] = reader.array().ok_or(SignatureError::Form)?;
    let counter = reader.number().ok_or(SignatureError::Form)?;
    if hash != <[u8; 32]>::from(Sha256::digest(party)) {
        return Err(SignatureError::Origin);
    }
    let presence = Presence {
        present: flags & PRESENT != 0,
        verified: flags & VERIFIED != 0,
        synced: flags & SYNCED != 0,
        counter,
    };
    if !(presence.present && presence.verified) {
        return Err(SignatureError::Unverified);
    }
    Ok(Data { presence, has_credential: flags & HAS_CREDENTIAL != 0, rest: reader.0 })
}

impl<'a> Data<'a> {
    /// The new credential: its id and public key (section 6.5.1).
    pub(super) fn credential(&self) -> Option<(&'a [u8], PublicKey)> {
        let mut reader = Reader(self.rest);
        let _model: [u8; 16] = reader.array().filter(|_| self.has_credential)?;
        let length = usize::from(u16::from_be_bytes(reader.array()?));
        let id = reader.take(length).filter(|id| !id.is_empty() && id.len() <= CREDENTIAL_MAX)?;
        let (cose, _) = cbor::read(reader.0)?;
        Some((id, public_key(&cose)?))
    }
}

/// A COSE key (RFC 9053): ES256 on P-256, or `EdDSA` on Ed25519.
fn public_key(cose: &Value<'_>) -> Option<PublicKey> {
    let number = |key| cose.at(key).and_then(Value::integer);
    let x = cose.at(-2)?.bytes()?;
    match (number(1), number(3), number(-1)) {
        (Some(2), Some(-7), Some(1)) => {
            let y = cose.at(-3)?.bytes()?;
            let point = [&[4], x, y].concat();
            PublicKey::p256(&point).ok()
        }
        (Some(1), Some(-8), Some(6)) => PublicKey::ed25519(x).ok(),
        _ => None,
    }
}
